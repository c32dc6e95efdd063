//! What is moved: one part for each collection, and the values that one store hands to the other.

use std::fmt;

use actors::domain::{
    Alert, Company, CompanyId, Decision, DeliveryId, Entry, Incident, IncidentId, Rollup, ShortMemory, Timestamp,
};
use actors::port::inbox::Signature;
use actors::port::writer::{FingerprintState, Placement};
use actors::port::{Record, RecordKind};
use serde::{Serialize, Serializer};

use crate::store::commit;

/// A collection's worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Alerts with what has become of them.
    Alerts,
    /// Incidents.
    Incidents,
    /// Keys and fingerprints that incidents own.
    Identities,
    /// Decisions.
    Decisions,
    /// Short memories.
    ShortMemory,
    /// Journals, the platform's among them.
    Journal,
    /// The order of commits.
    CommitLog,
    /// Deliveries and signatures that were seen and have not expired.
    Deliveries,
    /// The newest signed times among the signatures forgotten so far.
    SignatureFloors,
    /// What incidents came to, hour by hour.
    Rollups,
    /// The last number of an alert, and how far the clock has come.
    Counters,
    /// Companies' settings.
    Companies,
    /// Where commits and journals stand.
    Heads,
    /// Records of a kind: keys by their hashes, secrets as they are sealed.
    #[serde(untagged, serialize_with = "by_name")]
    Records(RecordKind),
}

impl Part {
    /// Every one, in the order in which they are moved: what says of a company that it is there comes last.
    pub const ALL: [Self; 35] = [
        Self::Alerts,
        Self::Incidents,
        Self::Identities,
        Self::Decisions,
        Self::ShortMemory,
        Self::Journal,
        Self::CommitLog,
        Self::Deliveries,
        Self::SignatureFloors,
        Self::Rollups,
        Self::Counters,
        Self::Records(RecordKind::ApiKeys),
        Self::Records(RecordKind::WebhookSecrets),
        Self::Records(RecordKind::Assets),
        Self::Records(RecordKind::Users),
        Self::Records(RecordKind::Logins),
        Self::Records(RecordKind::Cuts),
        Self::Records(RecordKind::Runbooks),
        Self::Records(RecordKind::Runs),
        Self::Records(RecordKind::Approvals),
        Self::Records(RecordKind::Locks),
        Self::Records(RecordKind::Outcomes),
        Self::Records(RecordKind::LongMemory),
        Self::Records(RecordKind::Switches),
        Self::Records(RecordKind::Spending),
        Self::Records(RecordKind::Traces),
        Self::Records(RecordKind::Sources),
        Self::Records(RecordKind::Heartbeats),
        Self::Records(RecordKind::Channels),
        Self::Records(RecordKind::Notices),
        Self::Records(RecordKind::Notified),
        Self::Records(RecordKind::Tickets),
        Self::Records(RecordKind::Patching),
        Self::Companies,
        Self::Heads,
    ];

    /// For people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alerts => "alerts",
            Self::Incidents => "incidents",
            Self::Identities => "incidents' keys and fingerprints",
            Self::Decisions => "decisions",
            Self::ShortMemory => "short memories",
            Self::Journal => "journal entries",
            Self::CommitLog => "commits in order",
            Self::Deliveries => "deliveries and signatures",
            Self::SignatureFloors => "signature floors",
            Self::Rollups => "hours of figures",
            Self::Counters => "counters",
            Self::Records(RecordKind::ApiKeys) => "API keys",
            Self::Records(RecordKind::WebhookSecrets) => "webhook secrets",
            Self::Records(RecordKind::Assets) => "assets",
            Self::Records(RecordKind::Users) => "users",
            Self::Records(RecordKind::Logins) => "logins",
            Self::Records(RecordKind::Cuts) => "cuts of journals",
            Self::Records(RecordKind::Runbooks) => "runbooks",
            Self::Records(RecordKind::Runs) => "runs",
            Self::Records(RecordKind::Approvals) => "approvals",
            Self::Records(RecordKind::Locks) => "locks of machines",
            Self::Records(RecordKind::Outcomes) => "outcomes of runbooks",
            Self::Records(RecordKind::LongMemory) => "long memories",
            Self::Records(RecordKind::Switches) => "switches",
            Self::Records(RecordKind::Spending) => "spending on models",
            Self::Records(RecordKind::Traces) => "traces of decisions",
            Self::Records(RecordKind::Sources) => "sources of alerts",
            Self::Records(RecordKind::Heartbeats) => "heartbeats",
            Self::Records(RecordKind::Channels) => "channels",
            Self::Records(RecordKind::Notices) => "notices to be delivered",
            Self::Records(RecordKind::Notified) => "notices delivered",
            Self::Records(RecordKind::Tickets) => "tickets",
            Self::Records(RecordKind::Patching) => "days of patching",
            Self::Companies => "companies",
            Self::Heads => "heads",
        }
    }

    /// Whether the server removes what has expired of it, by its own clock and in its own time.
    pub(in crate::store) fn expires(self) -> bool {
        matches!(self, Self::Deliveries | Self::ShortMemory | Self::Records(_))
    }
}

fn by_name<S: Serializer>(kind: &RecordKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.as_str())
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A value on its way.
#[derive(Debug)]
pub(in crate::store) enum Value {
    /// An alert, with its verdict where it has one.
    Alert(Box<Alert>, Option<Box<Verdict>>),
    /// An incident under its number.
    Incident(u64, Box<Incident>),
    /// A key that an incident owns.
    Key(CompanyId, IncidentId, String),
    /// A fingerprint that an incident owns.
    Fingerprint(CompanyId, IncidentId, FingerprintState),
    /// A decision under its number.
    Decision(CompanyId, u64, Box<Decision>),
    /// An incident's short memory.
    Memory(CompanyId, IncidentId, Box<ShortMemory>),
    /// A journal entry.
    Entry(Box<Entry>),
    /// A commit's place among those of all companies.
    Commit(Commit),
    /// The first request under a delivery id.
    Delivery(DeliveryId, Box<Request>),
    /// The first request under a signature.
    Signature(Signature, Box<Request>),
    /// Up to when a company's signatures may have been forgotten.
    Floor(CompanyId, Timestamp),
    /// What the incidents of a company that were opened in an hour came to.
    Rollup(CompanyId, Timestamp, Rollup),
    /// The last number that an alert has got.
    LastAlert(u64),
    /// How far the clock has come.
    Clock(Timestamp),
    /// A record.
    Record(Box<Record>),
    /// A company's settings.
    Company(Box<Company>),
    /// A company's head.
    Head(Head),
}

/// What has become of an alert.
#[derive(Debug)]
pub(in crate::store) struct Verdict {
    pub(in crate::store) placement: Placement,
    pub(in crate::store) incident: Option<IncidentId>,
    pub(in crate::store) commit_no: u64,
}

/// A commit's place.
#[derive(Clone, Debug)]
pub(in crate::store) struct Commit {
    pub(in crate::store) place: u64,
    pub(in crate::store) company: CompanyId,
    pub(in crate::store) first_seq: u64,
    pub(in crate::store) last_seq: u64,
}

/// What is kept of a request, to know it again.
#[derive(Clone, Debug)]
pub(in crate::store) struct Request {
    pub(in crate::store) company: CompanyId,
    pub(in crate::store) first_no: u64,
    pub(in crate::store) count: u64,
    pub(in crate::store) body_hash: [u8; 32],
    pub(in crate::store) stored_at: Timestamp,
}

/// Where a company's commits and journal stand, and the greatest numbers that it has given out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct Head {
    pub(in crate::store) company: CompanyId,
    pub(in crate::store) place: commit::Head,
    pub(in crate::store) incident_no: u64,
    pub(in crate::store) decision_no: u64,
    /// The last commit, among all, whose entries were cut from the journal.
    pub(in crate::store) cut_pos: Option<u64>,
}
