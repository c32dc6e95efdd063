//! Reading one company's state. Lists are paged by an opaque cursor and never longer than
//! [`crate::limits::PAGE`], unless they say otherwise.

use std::time::Duration;

use async_trait::async_trait;
use serde::Deserialize;

use super::Error;
use super::recall::{Candidates, Lookup};
use super::record::{Record, RecordKind};
use super::writer::{OpenIncident, Receipt, Strays};
use crate::domain::kpi::Step;
use crate::domain::{
    Alert, AlertId, AlertState, Company, Decision, Entry, Incident, IncidentId, IncidentStatus, Rollup, Severity,
    ShortMemory, Timestamp,
};

/// Which part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// 1 to [`crate::limits::PAGE`], or to what the list says.
    pub limit: usize,
    /// Where the page before ended.
    pub after: Option<Cursor>,
}

/// Where a page ended: two numbers whose meaning the list knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor(pub u64, pub u64);

/// Part of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// Its items.
    pub items: Vec<T>,
    /// Where to go on; `None` at the end.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// The page of a list that is not there.
    pub fn empty() -> Self {
        Self {
            items: Vec::new(),
            next: None,
        }
    }
}

/// An alert and what has become of it.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertView {
    /// The alert.
    pub alert: Alert,
    /// What has become of it.
    pub state: AlertState,
    /// The incident it belongs to.
    pub incident_id: Option<IncidentId>,
}

/// Which alerts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlertFilter {
    /// Of this incident.
    pub incident_id: Option<IncidentId>,
    /// In this state (an incident's alerts are all placed).
    pub state: Option<AlertState>,
    /// Of this severity.
    pub severity: Option<Severity>,
    /// Received at or after.
    pub since: Option<Timestamp>,
}

/// An alert that is past its time.
#[derive(Clone, Debug, PartialEq)]
pub struct PastAlert {
    /// The alert.
    pub view: AlertView,
    /// Why it is where it is.
    pub receipt: Option<Receipt>,
    /// The version of its incident, where that is there and not emptied yet ([`super::record::Cut::emptied`]).
    pub version: Option<u64>,
}

/// Which incidents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IncidentFilter {
    /// In this status.
    pub status: Option<IncidentStatus>,
    /// Of this severity.
    pub severity: Option<Severity>,
    /// With this signature.
    pub signature: Option<String>,
    /// Hidden for a while, or not.
    pub snoozed: Option<bool>,
    /// Created at or after.
    pub since: Option<Timestamp>,
    /// Created before.
    pub until: Option<Timestamp>,
}

/// An incident and its last decision.
#[derive(Clone, Debug, PartialEq)]
pub struct IncidentView {
    /// The row.
    pub incident: Incident,
    /// The last decision.
    pub decision: Option<Decision>,
}

/// An unresolved incident, and what its last decision says.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenView {
    /// The row.
    pub incident: Incident,
    /// What its last decision says.
    pub verdict: Option<Verdict>,
}

/// What a decision says, in short.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Verdict {
    /// What to do, in one sentence.
    pub recommendation: String,
    /// 0 to 1.
    pub confidence: f64,
}

/// What an incident's actor has to know.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Briefing {
    /// The row; none for an id that the company does not have.
    pub row: Option<Incident>,
    /// Alerts placed in it, oldest first.
    pub alerts: Vec<Alert>,
    /// Its memory, where it was asked for and has not expired.
    pub memory: Option<ShortMemory>,
}

/// One line of an incident's timeline.
#[derive(Clone, Debug, PartialEq)]
pub enum TimelineItem {
    /// A journal entry.
    Entry(Entry),
    /// An alert placed in it.
    Alert {
        /// The commit that placed it.
        commit_no: u64,
        /// The alert.
        view: Box<AlertView>,
    },
}

/// Which kinds of journal entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kinds {
    /// This one.
    One(String),
    /// Those that begin so; it ends with a dot.
    Of(String),
}

/// Which journal entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryFilter {
    /// Of these kinds.
    pub kinds: Option<Kinds>,
    /// By this actor.
    pub actor: Option<String>,
    /// About this.
    pub subject: Option<String>,
    /// At or after.
    pub since: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
}

/// What a company's alerts came to since a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CorrelationCounts {
    /// Alerts accepted.
    pub alerts: u64,
    /// Incidents created.
    pub incidents: u64,
}

/// Queries made for one company.
#[async_trait]
pub trait Reader: Send + Sync + 'static {
    /// The company's settings.
    ///
    /// # Errors
    /// [`Error::NoSuchCompany`]; as all here, [`Error::Unavailable`] and [`Error::Corrupt`].
    async fn company(&self) -> Result<Company, Error>;

    /// Alerts not yet placed, in the order they were accepted, at most `limit`.
    async fn unplaced(&self, limit: usize) -> Result<Vec<Alert>, Error>;

    /// A mark behind every alert accepted so far.
    async fn accept_mark(&self) -> Result<u64, Error>;

    /// Whether every alert accepted before the mark has a verdict.
    async fn settled(&self, mark: u64) -> Result<bool, Error>;

    /// Incidents as alerts see them: those that are not resolved, oldest first, then those that ended within
    /// the last `reopen_window` and may be reopened. A page may hold fewer than it was asked for. One that
    /// ends between two pages comes twice; one that becomes joinable raises the head's `joinable_no`.
    async fn joinable(
        &self,
        now: Timestamp,
        reopen_window: Duration,
        page: PageRequest,
    ) -> Result<Page<OpenIncident>, Error>;

    /// Alerts that belong to no incident and may still matter to one.
    async fn strays(&self, now: Timestamp) -> Result<Strays, Error>;

    /// An incident as alerts see it.
    async fn owned(&self, id: &IncidentId) -> Result<Option<OpenIncident>, Error>;

    /// Alerts held for `min_alerts` whose window has ended by `now`, oldest first, at most `limit`.
    async fn held_due(&self, now: Timestamp, limit: usize) -> Result<Vec<Alert>, Error>;

    /// An incident with its last decision.
    async fn incident(&self, id: &IncidentId) -> Result<Option<IncidentView>, Error>;

    /// What an incident's actor has to know, all of one moment, with the last `limit` alerts placed
    /// after commit `after`. Without it: after what the row has absorbed, and the memory too.
    async fn briefing(
        &self,
        id: &IncidentId,
        after: Option<u64>,
        now: Timestamp,
        limit: usize,
    ) -> Result<Briefing, Error>;

    /// The last `limit` alerts placed in an incident after commit `after`, up to and with commit
    /// `upto`, oldest first.
    async fn placed_between(&self, id: &IncidentId, after: u64, upto: u64, limit: usize) -> Result<Vec<Alert>, Error>;

    /// An incident's short memory, if it has not expired by `now`.
    async fn short_memory(&self, id: &IncidentId, now: Timestamp) -> Result<Option<ShortMemory>, Error>;

    /// An incident's decisions, oldest first (cursor: the decision's place in the store).
    async fn decisions(&self, id: &IncidentId, page: PageRequest) -> Result<Page<(u64, Decision)>, Error>;

    /// An incident's last decision and its place in the store.
    async fn last_decision(&self, id: &IncidentId) -> Result<Option<(u64, Decision)>, Error>;

    /// Alerts, newest first.
    async fn alerts(&self, filter: &AlertFilter, page: PageRequest) -> Result<Page<AlertView>, Error>;

    /// One alert with its receipt, if it has been placed.
    async fn alert(&self, id: AlertId) -> Result<Option<(AlertView, Option<Receipt>)>, Error>;

    /// Incidents, newest first.
    async fn incidents(&self, filter: &IncidentFilter, page: PageRequest) -> Result<Page<IncidentView>, Error>;

    /// Incidents that are not resolved, newest first; a page may hold [`crate::limits::UNRESOLVED`].
    async fn unresolved(&self, page: PageRequest) -> Result<Page<OpenView>, Error>;

    /// An incident's journal entries and placements, oldest commit first.
    async fn timeline(&self, id: &IncidentId, page: PageRequest) -> Result<Page<TimelineItem>, Error>;

    /// The company's journal, oldest first (cursor: `seq`).
    async fn journal(&self, page: PageRequest) -> Result<Page<Entry>, Error>;

    /// The company's journal, newest first (cursor: `seq`).
    async fn journal_backwards(&self, page: PageRequest) -> Result<Page<Entry>, Error>;

    /// Those entries of the company's journal that a filter meets, the oldest first or the newest (cursor: `seq`). One page
    /// looks at [`crate::limits::JOURNAL_LOOKED_AT`] entries, or as many about one subject, so that it may hold fewer than
    /// it was asked for.
    async fn journal_like(
        &self,
        filter: &EntryFilter,
        newest_first: bool,
        page: PageRequest,
    ) -> Result<Page<Entry>, Error>;

    /// Alerts that arrived before a moment, in that order, and have their last verdict, apart from those of an incident
    /// that had not ended by then. A page may hold fewer than it was asked for.
    async fn past_alerts(&self, before: Timestamp, page: PageRequest) -> Result<Page<PastAlert>, Error>;

    /// Incidents that ended before a moment and are emptied, or that no alert was left in; the oldest end first.
    async fn past_incidents(&self, before: Timestamp, page: PageRequest) -> Result<Page<IncidentView>, Error>;

    /// Decisions made before a moment about ids that the company has no incident of, the oldest first, each with its
    /// place in the store.
    async fn past_decisions(&self, before: Timestamp, page: PageRequest) -> Result<Page<(u64, Decision)>, Error>;

    /// A record of the company.
    async fn record(&self, kind: RecordKind, id: &str) -> Result<Option<Record>, Error>;

    /// The company's records of a kind, in the order of their ids, from behind `after`, at most `limit`.
    async fn records(&self, kind: RecordKind, after: Option<&str>, limit: usize) -> Result<Vec<Record>, Error>;

    /// The company's records of a kind, in the order of their ids from the last one on, from before `before`, at most
    /// `limit`.
    async fn records_backwards(
        &self,
        kind: RecordKind,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Record>, Error>;

    /// What the incidents opened in a period came to: the sums over whole hours, from the one that `since` is in to the
    /// last that begins before `until`.
    async fn rollups(&self, since: Timestamp, until: Timestamp) -> Result<Rollup, Error>;

    /// The same, step by step, each with its beginning, the oldest first; those in which none opened are left out.
    async fn rollups_by(
        &self,
        step: Step,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<(Timestamp, Rollup)>, Error>;

    /// Long memories that may be meant, found by their signature, tags and words; see [`super::recall`].
    async fn recall(&self, lookup: &Lookup) -> Result<Candidates, Error>;

    /// What the alerts since a moment came to.
    async fn counts(&self, since: Timestamp) -> Result<CorrelationCounts, Error>;
}
