//! Reading journal entries of several companies in one order, that of their commits; and hearing of
//! new ones.
//!
//! Invariants: only what is committed is read or heard, in the order it was committed; between a
//! position and the end of the order there is no gap, or the store says [`EventsAfter::Lost`]. What
//! is heard may be missed (the channel says so), what is read may not.

use async_trait::async_trait;

use super::Error;
use crate::domain::{CompanyId, Entry, IncidentId, Severity};

/// A place in the order of commits, just behind one journal entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The commit's place among those of all companies, from 1; 0 is before everything.
    pub commit: u64,
    /// How many of the commit's entries lie before this place.
    pub entry: u32,
    /// The first bytes of the hash of the entry before it, by which another store's position is
    /// told from one of our own.
    pub mark: u32,
}

impl Position {
    /// Before the first entry.
    pub const START: Self = Self {
        commit: 0,
        entry: 0,
        mark: 0,
    };
}

/// A journal entry in the order of commits.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Just behind it.
    pub position: Position,
    /// The entry.
    pub entry: Entry,
}

/// What an incident counts after a placement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentCounts {
    /// Whose.
    pub company_id: CompanyId,
    /// Which.
    pub incident_id: IncidentId,
    /// Alerts placed in it so far.
    pub alert_count: u64,
    /// Its severity.
    pub severity: Severity,
    /// How many of its fingerprints fire, by severity.
    pub firing: [u32; 4],
}

/// What became durable together, of whatever company.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Committed {
    /// Journal entries, in the order of commits.
    pub events: Vec<Event>,
    /// Incidents that alerts were placed in. Not journalled; told only while somebody listens.
    pub counts: Vec<IncidentCounts>,
}

/// The companies that somebody may read: made from a principal's rights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanySet(Vec<CompanyId>);

impl CompanySet {
    /// One company.
    pub fn one(company: CompanyId) -> Self {
        Self(vec![company])
    }

    /// The only one that it holds, where it holds one.
    pub fn only(&self) -> Option<&CompanyId> {
        self.0.first().filter(|_| self.0.len() == 1)
    }

    /// Whether it holds a company.
    pub fn contains(&self, company: &CompanyId) -> bool {
        self.0.binary_search(company).is_ok()
    }

    /// The companies, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &CompanyId> {
        self.0.iter()
    }
}

impl FromIterator<CompanyId> for CompanySet {
    fn from_iter<I: IntoIterator<Item = CompanyId>>(companies: I) -> Self {
        let mut companies: Vec<CompanyId> = companies.into_iter().collect();
        companies.sort();
        companies.dedup();
        Self(companies)
    }
}

/// What lies behind a position.
#[derive(Clone, Debug, PartialEq)]
pub enum EventsAfter {
    /// The next entries, oldest first.
    Page {
        /// At most as many as were asked for.
        events: Vec<Event>,
        /// Whether there are more.
        more: bool,
    },
    /// The position is older than what is kept, or is none of this store and these companies: what
    /// lay behind it cannot be told without a gap.
    Lost,
}

/// The entries of a set of companies.
#[async_trait]
pub trait EventReader: Send + Sync + 'static {
    /// Behind the last entry of these companies.
    ///
    /// # Errors
    /// [`Error::NoSuchCompany`]; as all here, [`Error::Unavailable`] and [`Error::Corrupt`].
    async fn last(&self) -> Result<Position, Error>;

    /// What lies behind `position`, at most `limit` entries (1 to [`crate::limits::PAGE`]).
    ///
    /// # Errors
    /// As [`EventReader::last`].
    async fn after(&self, position: Position, limit: usize) -> Result<EventsAfter, Error>;
}
