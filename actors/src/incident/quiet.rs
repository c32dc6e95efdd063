//! What keeps an incident quiet, as things are: what fires in it, and what else is in trouble, is read from the store.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::IncidentState;
use crate::domain::alert::Identity;
use crate::domain::suppression::{Cause, Considered, Found, Mutes, SuppressedBy, SuppressedByKind};
use crate::domain::{Asset, Incident, IncidentId, IncidentStatus, NewAlert, Signal, Timestamp};
use crate::limits::{CAUSES, CAUSES_COMPARED, PAGE, SUPPRESSION_ALERTS, TOPOLOGY_WALK};
use crate::port::reader::{AlertFilter, IncidentFilter, PageRequest};
use crate::port::{Error, Reader, RecordKind};

/// How often it is looked whether a cause is still one.
const CAUSE_EVERY: Duration = Duration::from_secs(60);
/// Newest alerts of an incident that may be a cause.
const CAUSE_ALERTS: usize = 10;

impl IncidentState {
    /// What keeps it quiet now.
    pub(super) async fn look_for_quiet(&self, row: &Incident, now: Timestamp) -> Result<Found, Error> {
        let (outward, company) = (self.args.company.outward(), self.args.company.now());
        let by_dependency = company.suppression.silence_dependents;
        if !row.is_open() || row.all_recovered() || (outward.mutes.is_empty() && !by_dependency) {
            return Ok(Found::default());
        }
        let seen = see(&*self.args.reader, row, (&outward.mutes, by_dependency)).await?;
        Ok(seen.judge(&outward.mutes, now))
    }
}

/// What fires in an incident, and what else is in trouble.
#[derive(Default)]
pub struct Seen {
    /// The last word of each trouble in it, where it is that it fires.
    pub firing: Vec<Arc<NewAlert>>,
    known: Vec<SuppressedBy>,
    causes: Vec<(IncidentId, Arc<NewAlert>)>,
}

/// Reads what it takes to judge whether an incident is kept quiet.
///
/// # Errors
/// The store's.
pub async fn see(reader: &dyn Reader, row: &Incident, (mutes, by_dependency): (&Mutes, bool)) -> Result<Seen, Error> {
    let mut seen = Seen {
        firing: firing(reader, &row.incident_id).await?,
        ..Seen::default()
    };
    let others = match by_dependency || mutes.wants_causes() {
        true => others(reader, &row.incident_id).await?,
        false => Vec::new(),
    };
    if by_dependency {
        seen.known.extend(in_trouble(reader, &seen.firing, &others).await?);
    }
    if mutes.wants_causes() {
        for other in others.iter().take(CAUSES_COMPARED) {
            let those = newest(reader, &other.incident_id, CAUSE_ALERTS).await?;
            let of_it = those.into_iter().map(|alert| (other.incident_id.clone(), alert));
            seen.causes.extend(of_it);
        }
    }
    Ok(seen)
}

impl Seen {
    /// Whether it is kept quiet, and until when it need not be looked at again.
    pub fn judge(&self, mutes: &Mutes, now: Timestamp) -> Found {
        let causes: Vec<Cause<'_>> = self
            .causes
            .iter()
            .map(|(incident_id, alert)| Cause { incident_id, alert })
            .collect();
        let mut found = mutes.judge(&self.alerts(), &causes, &self.known, now);
        if found.by.iter().any(|by| by.cause.is_some()) {
            let soon = now.plus(CAUSE_EVERY);
            found.changes_at = Some(found.changes_at.map_or(soon, |at| at.min(soon)));
        }
        found
    }

    /// Of everything that could keep it quiet, why it does not.
    pub fn explain(&self, mutes: &Mutes, now: Timestamp) -> Vec<Considered> {
        let found = self.judge(mutes, now);
        mutes.explain(&self.alerts(), &found, now)
    }

    fn alerts(&self) -> Vec<&NewAlert> {
        self.firing.iter().map(|alert| &**alert).collect()
    }
}

/// The last word of each trouble in an incident, where it is that it fires.
async fn firing(reader: &dyn Reader, incident: &IncidentId) -> Result<Vec<Arc<NewAlert>>, Error> {
    let last = newest(reader, incident, SUPPRESSION_ALERTS).await?;
    Ok(last
        .into_iter()
        .filter(|alert| alert.status == Signal::Firing)
        .collect())
}

/// The last word of each trouble among an incident's newest alerts.
async fn newest(reader: &dyn Reader, incident: &IncidentId, limit: usize) -> Result<Vec<Arc<NewAlert>>, Error> {
    let filter = AlertFilter {
        incident_id: Some(incident.clone()),
        ..AlertFilter::default()
    };
    let (mut after, mut left) = (None, limit);
    let (mut seen, mut found) = (HashSet::<Identity>::new(), Vec::new());
    while left > 0 {
        let limit = left.min(PAGE);
        let page = reader.alerts(&filter, PageRequest { limit, after }).await?;
        left -= page.items.len().min(left);
        let alerts = page.items.into_iter().map(|view| view.alert.sent);
        found.extend(alerts.filter(|alert| seen.insert(alert.identity())));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(found)
}

/// The newest other incidents that are open, and in which something fires.
async fn others(reader: &dyn Reader, but: &IncidentId) -> Result<Vec<Incident>, Error> {
    let mut found = Vec::new();
    for status in [
        IncidentStatus::New,
        IncidentStatus::InProgress,
        IncidentStatus::Escalated,
    ] {
        let filter = IncidentFilter {
            status: Some(status),
            ..IncidentFilter::default()
        };
        let request = PageRequest {
            limit: CAUSES.min(PAGE),
            after: None,
        };
        let page = reader.incidents(&filter, request).await?;
        let rows = page.items.into_iter().map(|view| view.incident);
        // One that is kept quiet itself is no cause: in a circle nobody would be told.
        let is_cause = |row: &Incident| !row.all_recovered() && row.life.suppressed.is_none();
        found.extend(rows.filter(|row| row.incident_id != *but && is_cause(row)));
    }
    found.sort_by_key(|row| std::cmp::Reverse(row.created_at));
    Ok(found)
}

/// The incident about something that all that fires depends on, where there is one. What an asset depends on is followed
/// up to [`TOPOLOGY_WALK`] assets.
async fn in_trouble(
    reader: &dyn Reader,
    firing: &[Arc<NewAlert>],
    others: &[Incident],
) -> Result<Option<SuppressedBy>, Error> {
    let names: BTreeSet<&str> = firing.iter().map(|alert| &*alert.asset_name).collect();
    let mut cause = None;
    for name in names {
        let Some((asset, incident_id)) = above(reader, name, others).await? else {
            return Ok(None);
        };
        cause = cause.or(Some(SuppressedBy {
            kind: SuppressedByKind::Dependency,
            name: asset,
            cause: Some(incident_id),
        }));
    }
    Ok(cause)
}

async fn above(reader: &dyn Reader, name: &str, others: &[Incident]) -> Result<Option<(String, IncidentId)>, Error> {
    let mut seen = HashSet::from([name.to_owned()]);
    let mut next = VecDeque::from([name.to_owned()]);
    while let Some(name) = next.pop_front() {
        let Some(record) = reader.record(RecordKind::Assets, &name).await? else {
            continue;
        };
        for on in record.read::<Asset>()?.traits.depends_on {
            if let Some(other) = others.iter().find(|other| other.asset_name == on) {
                return Ok(Some((on, other.incident_id.clone())));
            }
            if seen.len() < TOPOLOGY_WALK && seen.insert(on.clone()) {
                next.push_back(on);
            }
        }
    }
    Ok(None)
}
