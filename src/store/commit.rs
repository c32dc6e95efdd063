//! What a commit asks and what it does to a row: the same whichever engine keeps it.

use std::collections::HashSet;
use std::time::Duration;

use actors::domain::journal::{GENESIS, chain};
use actors::domain::{ChainHash, CompanyId, Entry, Fact, Incident, Timestamp};
use actors::port::Error;
use actors::port::events::IncidentCounts;
use actors::port::writer::{
    Expect, IncidentChange, IncidentPlacement, Opening, Owned, PlaceBatch, Regroup, RegroupPart, Seen,
};
use tokio::time::Instant;

/// Where a company's commits and journal stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) struct Head {
    /// Which incarnation of the writer is the present one.
    pub(in crate::store) epoch: u64,
    /// Commits so far.
    pub(in crate::store) commit_no: u64,
    /// Journal entries so far.
    pub(in crate::store) seq: u64,
    /// The last entry's hash.
    pub(in crate::store) hash: ChainHash,
    /// Raised whenever an incident becomes joinable by other means than its opening.
    pub(in crate::store) joinable_no: u64,
}

impl Head {
    /// Of a company that has done nothing yet.
    pub(in crate::store) const NEW: Self = Self {
        epoch: 0,
        commit_no: 0,
        seq: 0,
        hash: GENESIS,
        joinable_no: 0,
    };

    /// The next journal entry.
    pub(in crate::store) fn append(&mut self, company: &CompanyId, fact: &Fact) -> Entry {
        self.seq += 1;
        self.hash = chain(company, self.seq, &self.hash, &fact.canonical);
        Entry {
            seq: self.seq,
            company_id: company.clone(),
            subject: fact.subject.clone(),
            commit_no: self.commit_no,
            canonical: fact.canonical.clone(),
            hash: hex::encode(self.hash),
        }
    }
}

/// An incident or an alert twice in one batch would be judged by a row that the batch itself changes.
pub(in crate::store) fn check_repeats(batch: &PlaceBatch) -> Result<(), Error> {
    let mut incidents = HashSet::with_capacity(batch.incidents.len());
    if let Some(twice) = batch.incidents.iter().find(|part| !incidents.insert(&part.incident_id)) {
        return Err(Error::Corrupt(format!(
            "{} stands twice in one batch",
            twice.incident_id
        )));
    }
    let placed = batch.incidents.iter().flat_map(|part| &part.alerts);
    let mut alerts = HashSet::new();
    let mut all = placed.chain(&batch.others);
    match all.find(|placement| !alerts.insert(placement.alert_no)) {
        None => Ok(()),
        Some(twice) => Err(Error::Corrupt(format!(
            "alert {} stands twice in one batch",
            twice.alert_no
        ))),
    }
}

/// What becomes of one incident's part of a batch.
#[derive(Debug)]
pub(in crate::store) enum Verdict<'a> {
    /// Its alerts join the incident.
    Join,
    /// They open it.
    Open(&'a Opening),
    /// Nothing of it is done.
    Refuse,
    /// It was done before: all its alerts have their last verdict already.
    Done,
}

/// Judges a part by how many of its alerts have their last verdict, and by its incident's row. Its deltas
/// speak of all its alerts, so they are of no use where some were counted before.
pub(in crate::store) fn judge<'a>(wanted: &'a IncidentPlacement, finals: usize, row: Option<&Incident>) -> Verdict<'a> {
    let whole = finals == 0;
    match (&wanted.opening, row) {
        _ if finals == wanted.alerts.len() => Verdict::Done,
        (None, Some(row)) if whole && may_join(row, wanted) => Verdict::Join,
        (Some(opening), None) if whole => Verdict::Open(opening),
        _ => Verdict::Refuse,
    }
}

/// An open incident is joined; a resolved one only by what may reopen it.
fn may_join(row: &Incident, wanted: &IncidentPlacement) -> bool {
    row.is_open() || (wanted.reopens && row.life.reopens_until(Duration::ZERO).is_some())
}

/// What whoever looks on live is told of a placement.
pub(in crate::store) fn counts(row: &Incident) -> IncidentCounts {
    IncidentCounts {
        company_id: row.company_id.clone(),
        incident_id: row.incident_id.clone(),
        alert_count: row.alert_count,
        severity: row.severity,
        firing: row.firing,
    }
}

/// A commit is not begun after the deadline of the call that it was made for.
pub(in crate::store) fn in_time(deadline: Option<Instant>) -> Result<(), Error> {
    match deadline {
        Some(deadline) if Instant::now() >= deadline => Err(Error::DeadlinePassed),
        _ => Ok(()),
    }
}

/// The first bytes of a journal entry's hash, by which a position in a stream is told from another store's.
pub(in crate::store) fn mark(hash: &ChainHash) -> u32 {
    u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]])
}

/// Whether the row is what the change expects.
pub(in crate::store) fn may_change(row: Option<&Incident>, wanted: &IncidentChange) -> bool {
    match (wanted.expect, row) {
        (Expect::NoRow, row) => row.is_none(),
        (Expect::Version(_), None) => false,
        (Expect::Version(version), Some(row)) => {
            let life = wanted.life.as_ref();
            let closes = row.is_open() && life.is_some_and(|life| !life.is_open());
            row.version == version && (!closes || row.placed_no == wanted.absorbed_no)
        }
    }
}

/// Does what a change says; reopening raises `joinable_no`.
pub(in crate::store) fn apply(row: &mut Incident, wanted: &IncidentChange, head: &mut Head) {
    if let Some(life) = &wanted.life {
        if !row.is_open() && life.is_open() {
            head.joinable_no += 1;
        }
        row.life = life.clone();
        row.version += 1;
    }
    row.wake_due = wake_due(row, wanted);
    row.absorbed_no = wanted.absorbed_no;
    row.decided = wanted.decided.or(row.decided);
    row.updated_at = wanted.now;
}

/// What was placed behind the actor's back may have asked for an earlier wake.
fn wake_due(row: &Incident, wanted: &IncidentChange) -> Option<Timestamp> {
    if row.placed_no > wanted.absorbed_no {
        wanted.wake_due.into_iter().chain(row.wake_due).min()
    } else {
        wanted.wake_due
    }
}

/// Whether a row is as a cut saw it, and its alerts may go.
pub(in crate::store) fn may_be_emptied(row: &Incident, version: u64) -> bool {
    !row.is_open() && row.version == version && row.life.alerts_archived_at.is_none()
}

/// Says of a row that its alerts have gone.
pub(in crate::store) fn empty(row: &mut Incident, now: Timestamp) {
    row.life.alerts_archived_at = Some(now);
    row.version += 1;
}

/// Whether a row is as a cut saw it, and may go: it is over, and no alert is in it any more.
pub(in crate::store) fn may_go(row: &Incident, version: u64) -> bool {
    row.version == version && is_empty_and_over(row)
}

/// Whether an incident is over, and no alert is in it any more.
pub(in crate::store) fn is_empty_and_over(row: &Incident) -> bool {
    !row.is_open() && (row.life.alerts_archived_at.is_some() || row.alert_count == 0)
}

/// Whether a row is open and as a regrouping saw it.
pub(in crate::store) fn is_as_seen(row: &Incident, seen: Seen) -> bool {
    row.is_open() && row.version == seen.version && row.placed_no == seen.placed_no
}

/// What the part says of the row; an open one is looked at by its actor at once.
pub(in crate::store) fn take(row: &mut Incident, part: &RegroupPart, commit_no: u64, wanted: &Regroup) {
    let owned: &Owned = &part.owned;
    row.life = part.life.clone();
    row.alert_count = owned.alert_count;
    row.firing = owned.firing;
    row.severity = owned.severity;
    row.tool_sources.clone_from(&owned.tool_sources);
    row.first_event_at = owned.first_event_at;
    row.last_event_at = owned.last_event_at;
    row.last_alert_at = owned.last_alert_at;
    row.recovered_at = owned.recovered_at;
    row.flips.clone_from(&owned.flips);
    row.placed_no = commit_no;
    row.wake_due = row.is_open().then_some(wanted.now);
    row.updated_at = wanted.now;
}
