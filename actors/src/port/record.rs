//! Records: what people administer beside alerts and incidents. A record has a kind, an id, a version that
//! every change raises, and a body in JSON; what it means is known to whoever keeps it.
//!
//! Records of a company belong to it as its incidents do. What belongs to no company (people, their
//! logins) is kept under [`CompanyId::platform`].

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Error;
use crate::domain::{Company, CompanyId, Fact, IncidentId, Timestamp};

/// What a record is about.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::EnumIter,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RecordKind {
    /// An API key of a company; looked up by its hash.
    ApiKeys,
    /// A webhook secret of a company.
    WebhookSecrets,
    /// Something that a company has and that alerts speak of.
    Assets,
    /// A person; looked up by e-mail address.
    Users,
    /// A person's login: a family of refresh tokens. Expires.
    Logins,
    /// Where a company's journal was cut, signed: one, once something was.
    Cuts,
    /// A runbook of a company's own, in one version.
    Runbooks,
    /// A run of a tool on a company's machines. Expires, once it is over.
    Runs,
    /// Somebody's consent to a run. Expires.
    Approvals,
    /// What keeps a run from a machine: another one, or a cool-down. The latter expires.
    Locks,
    /// How often a runbook has helped against a kind of trouble.
    Outcomes,
    /// What an incident has taught.
    LongMemory,
    /// What stops all runs, whoever they are for: the platform's alone.
    Switches,
    /// What was set aside for models, by day. Expires.
    Spending,
    /// What was said with models for a decision, word for word. Expires.
    Traces,
    /// A tool that a company's alerts come from.
    Sources,
    /// What a company is to hear of at least so often.
    Heartbeats,
    /// Where a company's people are told.
    Channels,
    /// What a channel is to be told, and has not been yet.
    Notices,
    /// What a channel was told, or could not be. Expires.
    Notified,
    /// What incidents are called in ticket systems. Expires.
    Tickets,
    /// How a company's machines were patched on a day. Expires.
    Patching,
}

/// The id of the platform's switch: while there is such a record, no run begins.
pub const ALL_RUNS: &str = "all-runs";

impl RecordKind {
    /// As stores and exports name it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A record as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Whose.
    pub company_id: CompanyId,
    /// What it is about.
    pub kind: RecordKind,
    /// Its id, unique within the company and kind.
    pub id: String,
    /// How many times it was written.
    pub version: u64,
    /// A text by which it is found, unique among all records of the kind.
    pub lookup: Option<String>,
    /// When it may be forgotten.
    pub expires_at: Option<Timestamp>,
    /// The rest: a JSON object. Fields whose names end in `_at` hold times or `null`.
    pub body: Value,
}

/// What can be kept as a record.
pub trait Kept: Serialize + DeserializeOwned {
    /// What it is about.
    const KIND: RecordKind;

    /// Its id, unique within the company and kind.
    fn id(&self) -> String;

    /// A text by which it is found, unique among all records of the kind.
    fn lookup(&self) -> Option<String> {
        None
    }

    /// When it may be forgotten.
    fn expires_at(&self) -> Option<Timestamp> {
        None
    }
}

impl Record {
    /// What the body means.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where it is none of its kind.
    pub fn read<K: Kept>(&self) -> Result<K, Error> {
        K::deserialize(&self.body).map_err(|why| {
            Error::Corrupt(format!(
                "{} {} of {}: {why}",
                K::KIND.as_str(),
                self.id,
                self.company_id
            ))
        })
    }
}

/// A record to be written or removed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Put {
    /// What it is about.
    pub kind: RecordKind,
    /// Which.
    pub id: String,
    /// The version that it must have; `None` where there must be no such record.
    pub expect: Option<u64>,
    /// What it is to be; `None` removes it.
    pub to: Option<Content>,
}

/// What a record is to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// A text by which it is found.
    pub lookup: Option<String>,
    /// When it may be forgotten.
    pub expires_at: Option<Timestamp>,
    /// A JSON object.
    pub body: Value,
}

impl Put {
    /// A record that there must not be yet.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where it cannot be written as a JSON object.
    pub fn new<K: Kept>(kept: &K) -> Result<Self, Error> {
        Self::over(kept, None)
    }

    /// A record in place of the one of this version.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn change<K: Kept>(kept: &K, version: u64) -> Result<Self, Error> {
        Self::over(kept, Some(version))
    }

    /// No record any more, in place of the one of this version.
    pub fn remove(kind: RecordKind, id: String, version: u64) -> Self {
        Self {
            kind,
            id,
            expect: Some(version),
            to: None,
        }
    }

    fn over<K: Kept>(kept: &K, expect: Option<u64>) -> Result<Self, Error> {
        let body = serde_json::to_value(kept).map_err(|why| Error::Corrupt(why.to_string()))?;
        let (lookup, expires_at) = (kept.lookup(), kept.expires_at());
        Ok(Self {
            kind: K::KIND,
            id: kept.id(),
            expect,
            to: Some(Content {
                lookup,
                expires_at,
                body,
            }),
        })
    }

    /// The record that this leaves, where it leaves one.
    pub fn record(&self, company: &CompanyId) -> Option<Record> {
        self.to.as_ref().map(|to| Record {
            company_id: company.clone(),
            kind: self.kind,
            id: self.id.clone(),
            version: self.expect.unwrap_or(0) + 1,
            lookup: to.lookup.clone(),
            expires_at: to.expires_at,
            body: to.body.clone(),
        })
    }
}

/// What a person, or somebody for him, changes in what is administered: one commit, done whole or refused
/// whole. A record stands in it once. A lookup text that one of its records gives up may be another's in it. What has
/// expired is there until it is forgotten. An amendment of nothing is done without a commit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Amendment {
    /// The company's own settings, in place of those of the version before ([`Company::version`] less one).
    pub company: Option<Company>,
    /// Records.
    pub puts: Vec<Put>,
    /// From when on every open incident is due: it may have to do otherwise under the new settings, and one that
    /// rests would not look before its own time.
    pub wake: Option<Timestamp>,
    /// What goes, because it is past its time and stands in an archive.
    pub cut: Option<Cut>,
    /// Facts.
    pub facts: Vec<Fact>,
}

impl Amendment {
    /// Whether it changes records and the journal, and nothing else.
    pub fn is_of_records(&self) -> bool {
        self.company.is_none() && self.wake.is_none() && self.cut.is_none()
    }
}

/// What goes. All of it must be as it was seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cut {
    /// The clock of the cut.
    pub now: Timestamp,
    /// Resolved incidents whose alerts go from now on, with the versions they were seen under: none of those alerts
    /// is shown any more, and the incident cannot begin again.
    pub emptied: Vec<(IncidentId, u64)>,
    /// Alerts, by `no`: those with a last verdict that are of no incident, or of one that is emptied, by this cut or
    /// before.
    pub alerts: Vec<u64>,
    /// Incidents that are resolved and emptied, or that no alert was left in; their decisions and memory with them.
    pub incidents: Vec<SeenIncident>,
    /// Decisions by their places in the store, about ids that the company has no incident of.
    pub decisions: Vec<(IncidentId, u64)>,
    /// The journal up to and with this entry, which must be the last of its commit and not of the last commit.
    pub journal: Option<u64>,
}

/// An incident as it was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenIncident {
    /// Which.
    pub incident_id: IncidentId,
    /// Under which version.
    pub version: u64,
    /// The place in the store of its last decision; 0 where it has none.
    pub last_decision: u64,
}

/// The answer to an amendment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amended {
    /// Done.
    Done,
    /// The company, a record, or something that was to go is not of the version that was expected.
    Changed,
    /// A record's lookup text is another's, of this company or not.
    Taken,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Asset {
        name: String,
    }

    impl Kept for Asset {
        const KIND: RecordKind = RecordKind::Assets;

        fn id(&self) -> String {
            self.name.clone()
        }
    }

    #[test]
    fn what_is_put_is_read_again() {
        let asset = Asset { name: "db-1".into() };
        let put = Put::change(&asset, 4).unwrap();
        let record = put.record(&CompanyId::platform()).unwrap();
        assert_eq!((record.version, record.read::<Asset>().unwrap()), (5, asset));
        let other = Record {
            body: json!({"label": "db-1"}),
            ..record
        };
        assert!(matches!(other.read::<Asset>(), Err(Error::Corrupt(_))));
    }
}
