//! Changing a company's state: one queue of commits a company, in the order they were handed in.
//!
//! The adapter keeps the company's head `{epoch, commit_no, seq, hash, joinable_no, last_commit_id}`,
//! compares and sets it in each transaction, and publishes what changed only after it is durable. A
//! commit whose precondition fails is answered so, alone, with the current row.

use std::borrow::Cow;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::Error;
use super::record::{Amended, Amendment, Put};
use super::roster::NewCompany;
use crate::domain::alert::Identity;
use crate::domain::incident::{DecidedMark, Life, add_flips, add_tool_source};
use crate::domain::{
    Alert, AlertId, AlertState, CompanyId, Decision, Fact, Incident, IncidentId, Severity, ShortMemory, Signal,
    Timestamp,
};

/// Why an alert is where it is. Kept with every alert; `GET /alerts/{id}/why` shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Receipt {
    /// `identity`, `reopened`, `grouping`, `topology`, `opened`, `held`, `recovery`, `unmatched` or `dead_letter`.
    pub layer: Cow<'static, str>,
    /// The rule within the layer, in one sentence.
    pub rule: Cow<'static, str>,
    /// The company's own rule that it falls under; none where it is grouped as its settings say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_rule: Option<String>,
    /// The aggregation key under which it was looked for, such as `asset=web-1|signature=disk`, or by a rule
    /// `rule=database cluster|labels.cluster=db`.
    pub key: String,
    /// Its time in the order of events: `starts_at` where believable, else its arrival.
    pub event_at: Timestamp,
    /// The window in force.
    pub window_minutes: u32,
    /// Other incidents that were considered, and why not: at most [`crate::limits::RECEIPT_CANDIDATES`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub considered: Vec<Considered>,
    /// An incident that this alert bridges to the one it joined: a merge is on offer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offers_merge_with: Option<IncidentId>,
    /// The clock it was placed under.
    pub now: Timestamp,
    /// The version of the rules it was placed under.
    pub rules_version: u32,
}

/// An incident that an alert did not join.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Considered {
    /// Which.
    pub incident_id: IncidentId,
    /// Why not.
    pub why_not: String,
}

/// One alert's verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Placement {
    /// The alert's `no`.
    pub alert_no: u64,
    /// What becomes of it.
    pub state: AlertState,
    /// Why.
    pub receipt: Receipt,
    /// For [`AlertState::Held`]: when its window ends. For a recovery without an incident: until
    /// when it is remembered.
    pub due_at: Option<Timestamp>,
}

/// A fingerprint's last word within an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FingerprintState {
    /// Which fingerprint.
    pub identity: Identity,
    /// Whether it fires.
    pub status: Signal,
    /// How grave its last firing was.
    pub severity: Severity,
    /// When its last word was spoken, in the order of events.
    pub event_at: Timestamp,
    /// That alert's `no`; breaks ties.
    pub alert_no: u64,
}

/// What makes a new incident's row, apart from its counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    /// Asset of the first alert.
    pub asset_name: String,
    /// Signature of the first alert.
    pub signature: String,
    /// When.
    pub created_at: Timestamp,
}

impl Opening {
    /// A new incident's row before its first alerts are added.
    pub fn row(&self, company: &CompanyId, id: &IncidentId) -> Incident {
        Incident {
            incident_id: id.clone(),
            company_id: company.clone(),
            asset_name: self.asset_name.clone(),
            signature: self.signature.clone(),
            created_at: self.created_at,
            life: Life::new(),
            version: 0,
            alert_count: 0,
            firing: [0; 4],
            severity: Severity::Low,
            tool_sources: Vec::new(),
            first_event_at: Timestamp::from_millis(i64::MAX),
            last_event_at: Timestamp::default(),
            last_alert_at: Timestamp::default(),
            recovered_at: None,
            flips: Vec::new(),
            placed_no: 0,
            absorbed_no: 0,
            wake_due: None,
            decided: None,
            updated_at: self.created_at,
        }
    }
}

/// Everything that one batch does to one incident. It is done whole or refused whole.
#[derive(Clone, Debug, PartialEq)]
pub struct IncidentPlacement {
    /// Which incident.
    pub incident_id: IncidentId,
    /// Set where this opens it.
    pub opening: Option<Opening>,
    /// Its alerts, at least one.
    pub alerts: Vec<Placement>,
    /// To be added to the counts of what fires, by severity.
    pub firing_delta: [i32; 4],
    /// The severity after this batch.
    pub severity: Severity,
    /// Tools to be added.
    pub tool_sources: Vec<String>,
    /// The earliest event of the batch.
    pub first_event_at: Timestamp,
    /// The latest event of the batch.
    pub last_event_at: Timestamp,
    /// The latest arrival of the batch.
    pub last_alert_at: Timestamp,
    /// Aggregation keys that the incident owns from now on, if it did not before.
    pub keys: Vec<String>,
    /// The fingerprints' last words.
    pub fingerprints: Vec<FingerprintState>,
    /// Since when nothing in it fires, after this batch.
    pub recovered_at: Option<Timestamp>,
    /// When the batch took it from firing to recovered or back.
    pub flips: Vec<Timestamp>,
    /// It may be reopened by this: set where the correlator knows it as resolved, within its window.
    pub reopens: bool,
    /// When it wants to be woken because of this, if at all: now, where there is something to decide.
    /// The earlier of this and the row's own stands.
    pub wake: Option<Timestamp>,
    /// Facts: `incident.opened`, `incident.changed`.
    pub facts: Vec<Fact>,
}

impl IncidentPlacement {
    /// Adds it to the incident's row, which it reopens where it is over.
    pub fn add_to(&self, row: &mut Incident, commit_no: u64, now: Timestamp) {
        if !row.is_open() {
            row.life = row.life.clone().reopened();
            row.version += 1;
        }
        row.alert_count += self.alerts.len() as u64;
        for (count, delta) in row.firing.iter_mut().zip(self.firing_delta) {
            *count = count.saturating_add_signed(delta);
        }
        row.severity = self.severity;
        for tool in &self.tool_sources {
            add_tool_source(&mut row.tool_sources, tool);
        }
        row.first_event_at = row.first_event_at.min(self.first_event_at);
        row.last_event_at = row.last_event_at.max(self.last_event_at);
        row.last_alert_at = row.last_alert_at.max(self.last_alert_at);
        row.recovered_at = self.recovered_at;
        add_flips(&mut row.flips, &self.flips);
        row.placed_no = commit_no;
        row.wake_due = row.wake_due.into_iter().chain(self.wake).min();
        row.updated_at = now;
    }
}

/// One batch of verdicts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlaceBatch {
    /// The clock of the batch.
    pub now: Timestamp,
    /// The head's `joinable_no` when the correlator loaded its index. Where the head has another by
    /// now, an incident was reopened, merged or split meanwhile: nothing of the batch is done, because
    /// any part of it may be wrong.
    pub joinable_no: u64,
    /// What touches incidents.
    pub incidents: Vec<IncidentPlacement>,
    /// What touches none: held, unmatched, dead letters.
    pub others: Vec<Placement>,
}

/// An incident's part of a batch that was not done.
#[derive(Clone, Debug, PartialEq)]
pub struct RefusedPlacement {
    /// Which incident.
    pub incident_id: IncidentId,
    /// The current row, if there is one.
    pub current: Option<Box<Incident>>,
}

/// The answer to a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// The commit's number.
    pub commit_no: u64,
    /// The head's `joinable_no`; where it is not the batch's, nothing was done.
    pub joinable_no: u64,
    /// What else was not done.
    pub refused: Vec<RefusedPlacement>,
}

/// What an incident's change asks of the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// There is no such row (a decision from the caller's data).
    NoRow,
    /// The row's life has this version.
    Version(u64),
}

/// One commit of an incident's actor. Where the life goes from open to resolved, it also asks that
/// the row's `placed_no` equals `absorbed_no`; where it goes from resolved to open, the head's
/// `joinable_no` is raised.
#[derive(Clone, Debug, PartialEq)]
pub struct IncidentChange {
    /// Which incident.
    pub incident_id: IncidentId,
    /// What is asked of the row.
    pub expect: Expect,
    /// A new life, which raises `version`; `None` leaves it.
    pub life: Option<Life>,
    /// Up to which commit the actor has taken notice.
    pub absorbed_no: u64,
    /// When it wants to be woken next. Where alerts were placed after `absorbed_no`, the earlier of
    /// this and the row's own stands.
    pub wake_due: Option<Timestamp>,
    /// Under what it is now decided; `None` leaves it.
    pub decided: Option<DecidedMark>,
    /// A decision to be kept.
    pub decision: Option<Decision>,
    /// Its short memory, whole; `None` leaves it.
    pub memory: Option<ShortMemory>,
    /// Records of the company that change with it.
    pub puts: Vec<Put>,
    /// What is asked of the company; `None` asks nothing.
    pub guard: Option<Guard>,
    /// Facts.
    pub facts: Vec<Fact>,
    /// The clock of the change.
    pub now: Timestamp,
}

/// What the beginning of a run asks, within its own commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    /// The company's settings, its policy among them, have this version; and the platform's switch
    /// ([`crate::port::record::ALL_RUNS`]) is not thrown.
    pub settings: u64,
}

/// The answer to a change.
#[derive(Clone, Debug, PartialEq)]
pub enum Changed {
    /// Done; the row as it is now (`None` where there is none).
    Done(Option<Box<Incident>>),
    /// The precondition failed; the row as it is.
    Refused(Option<Box<Incident>>),
    /// The row is as it was expected; a record is not of the version that was, or the guard does not hold.
    Overtaken,
}

/// What an incident's alerts make of it: everything that can be computed from them again.
#[derive(Clone, Debug, PartialEq)]
pub struct Owned {
    /// How many there are.
    pub alert_count: u64,
    /// How many of its fingerprints fire, by severity.
    pub firing: [u32; 4],
    /// The gravest that fires; when nothing does, the last that did.
    pub severity: Severity,
    /// The tools that told of it.
    pub tool_sources: Vec<String>,
    /// The earliest event.
    pub first_event_at: Timestamp,
    /// The latest event.
    pub last_event_at: Timestamp,
    /// The latest arrival.
    pub last_alert_at: Timestamp,
    /// Since when nothing fires.
    pub recovered_at: Option<Timestamp>,
    /// When it went from firing to recovered or back.
    pub flips: Vec<Timestamp>,
    /// The aggregation keys it owns.
    pub keys: Vec<String>,
    /// The fingerprints it owns.
    pub fingerprints: Vec<FingerprintState>,
}

/// What a regrouping asks of an incident's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its life has this version.
    pub version: u64,
    /// Nothing was placed in it since this commit.
    pub placed_no: u64,
}

/// One incident of a regrouping.
#[derive(Clone, Debug, PartialEq)]
pub struct RegroupPart {
    /// Which.
    pub incident_id: IncidentId,
    /// Its row, which must be open and as it was seen; or what opens it.
    pub from: Result<Seen, Opening>,
    /// Its life from now on.
    pub life: Life,
    /// What its alerts make of it from now on.
    pub owned: Owned,
}

/// Alerts that go from one incident to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// Where they are.
    pub from: IncidentId,
    /// Where they go.
    pub to: IncidentId,
    /// Which, by `no`; `None` for all.
    pub alerts: Option<Vec<u64>>,
}

/// A merge or a split: one commit, done whole or refused whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Regroup {
    /// The incidents that it touches.
    pub parts: Vec<RegroupPart>,
    /// The alerts that move.
    pub moves: Vec<Move>,
    /// Records of the company that come with it; one that cannot be written as it is asked refuses the whole.
    pub puts: Vec<Put>,
    /// Facts.
    pub facts: Vec<Fact>,
    /// The clock of the change.
    pub now: Timestamp,
}

/// Alerts that belong to no incident and may still matter to one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Strays {
    /// Alerts held for `min_alerts`, oldest first.
    pub held: Vec<Alert>,
    /// Recoveries without an incident that are still remembered, oldest first.
    pub recoveries: Vec<Alert>,
}

/// An incident as alerts see it.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenIncident {
    /// Its row.
    pub row: Incident,
    /// The aggregation keys it owns.
    pub keys: Vec<String>,
    /// The fingerprints it owns.
    pub fingerprints: Vec<FingerprintState>,
}

/// The one way to change a company's state.
#[async_trait]
pub trait Writer: Send + Sync + 'static {
    /// Whose writer this is.
    fn company(&self) -> &CompanyId;

    /// Answers when everything handed in before it is done: the head's `joinable_no` then. Writes nothing.
    ///
    /// # Errors
    /// Those of the port.
    async fn barrier(&self) -> Result<u64, Error>;

    /// Places a batch: alert → incident, receipts, deltas, openings, `wake_due`, journal, in one
    /// commit. Placing an alert again moves it (held → placed). Refused incidents fail alone.
    ///
    /// # Errors
    /// Those of the port.
    async fn place(&self, batch: PlaceBatch) -> Result<Placed, Error>;

    /// Changes one incident. A commit whose `deadline` has passed is not begun.
    ///
    /// # Errors
    /// Those of the port.
    async fn change(&self, change: IncidentChange, deadline: Option<Instant>) -> Result<Changed, Error>;

    /// Merges or splits incidents. Raises `joinable_no`, because keys move. `false` where a row is not
    /// as it was seen; nothing is done then.
    ///
    /// # Errors
    /// Those of the port.
    async fn regroup(&self, regroup: Regroup, deadline: Option<Instant>) -> Result<bool, Error>;

    /// Takes a dead letter's verdict back, so that it is placed again; `false` where it is none.
    ///
    /// # Errors
    /// Those of the port.
    async fn release(&self, alert: AlertId) -> Result<bool, Error>;

    /// Changes the company's settings and records: one commit, done whole or refused whole. Changed settings
    /// raise the head's `joinable_no`, because a correlator that does not know them groups otherwise.
    ///
    /// # Errors
    /// Those of the port; [`Error::Corrupt`] for what makes no sense, such as another company's settings.
    async fn amend(&self, amendment: Amendment, deadline: Option<Instant>) -> Result<Amended, Error>;

    /// Founds a company; the platform's writer alone does this. `false` where the id is taken, or a lookup text of its
    /// records.
    ///
    /// # Errors
    /// Those of the port.
    async fn found(&self, company: NewCompany) -> Result<bool, Error>;
}
