//! The one port that looks across companies: for the runtime, never for a client.

use async_trait::async_trait;

use super::Error;
use super::record::{Put, Record, RecordKind};
use crate::domain::{Company, CompanyId, Fact, IncidentId, Severity, Timestamp};

/// What is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DueWork {
    /// An incident of this severity wants to be woken.
    Incident(IncidentId, Severity),
    /// Alerts held for `min_alerts` have reached the end of their window.
    Held,
}

/// Something due, and whose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Whose.
    pub company_id: CompanyId,
    /// What.
    pub work: DueWork,
}

/// A company with its first records, and the platform's fact of its birth.
#[derive(Clone, Debug, PartialEq)]
pub struct NewCompany {
    /// The company.
    pub company: Company,
    /// Its first records: a key, a secret.
    pub puts: Vec<Put>,
    /// `company.created`, for the platform's journal.
    pub fact: Fact,
}

/// What the runtime asks across companies.
#[async_trait]
pub trait Roster: Send + Sync + 'static {
    /// Every company's settings.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    async fn companies(&self) -> Result<Vec<Company>, Error>;

    /// All companies' records of a kind, in the order of (company, id), from behind `after`, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    async fn all_records(
        &self,
        kind: RecordKind,
        after: Option<(&CompanyId, &str)>,
        limit: usize,
    ) -> Result<Vec<Record>, Error>;

    /// The record of a kind with this lookup text.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    async fn find_record(&self, kind: RecordKind, lookup: &str) -> Result<Option<Record>, Error>;

    /// Companies with alerts not yet placed, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    async fn unplaced(&self, limit: usize) -> Result<Vec<CompanyId>, Error>;

    /// What is due at `now`, gravest incidents first, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<Due>, Error>;

    /// Forgets what has expired: deliveries, signatures, short memory, records. Bounded work a call.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    async fn forget_expired(&self, now: Timestamp) -> Result<(), Error>;
}
