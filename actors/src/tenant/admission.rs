//! Which incidents look at their news: a few of a company at once, the gravest first.
//!
//! A storm makes news for more incidents than can be worked on. All at once, the light would be
//! decided before the grave, and the correlator would wait behind all of them. What waits here is
//! only a reminder: an incident that finds no place is due in the store, and the sweeper brings it back.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use ractor::ActorRef;

use super::TenantMsg;
use crate::domain::{IncidentId, Severity};
use crate::limits::{INCIDENTS_AT_ONCE, WAITING_INCIDENTS};

/// The gravest first, and of these who came first.
type Rank = (Reverse<usize>, u64);

/// Leave to look at news, until it is dropped: however the work ends, the tenant hears of it.
#[derive(Debug)]
pub struct Permit(ActorRef<TenantMsg>);

impl Permit {
    pub(super) fn new(tenant: ActorRef<TenantMsg>) -> Self {
        Self(tenant)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        // A tenant that has gone gives no more.
        drop(self.0.cast(TenantMsg::PermitBack));
    }
}

/// Who waits, and how many permits are out.
#[derive(Debug, Default)]
pub(super) struct Admission {
    waiting: BTreeMap<Rank, IncidentId>,
    ranks: HashMap<IncidentId, Rank>,
    given: usize,
    arrivals: u64,
}

impl Admission {
    /// Takes an incident in. One that waits already may become graver; where there is no room, the
    /// lightest that came last is forgotten.
    pub(super) fn wait(&mut self, incident: IncidentId, severity: Severity) {
        let gravity = Reverse(severity.index());
        if let Some(rank) = self.ranks.get(&incident).copied() {
            if rank.0 <= gravity {
                return;
            }
            self.waiting.remove(&rank);
        }
        self.arrivals += 1;
        let rank = (gravity, self.arrivals);
        self.ranks.insert(incident.clone(), rank);
        self.waiting.insert(rank, incident);
        if self.waiting.len() > WAITING_INCIDENTS
            && let Some((_, forgotten)) = self.waiting.pop_last()
        {
            self.ranks.remove(&forgotten);
        }
    }

    /// The next, for whom a permit is given out.
    pub(super) fn next(&mut self) -> Option<IncidentId> {
        if self.given >= INCIDENTS_AT_ONCE {
            return None;
        }
        let (_, incident) = self.waiting.pop_first()?;
        self.ranks.remove(&incident);
        self.given += 1;
        Some(incident)
    }

    /// A permit has come back.
    pub(super) fn back(&mut self) {
        self.given = self.given.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incident(no: usize) -> IncidentId {
        format!("inc-{no}").parse().unwrap()
    }

    fn admitted(admission: &mut Admission) -> Vec<IncidentId> {
        std::iter::from_fn(|| admission.next()).collect()
    }

    #[test]
    fn the_gravest_is_first_and_among_equals_the_first_to_come() {
        let mut admission = Admission::default();
        for (no, severity) in [Severity::Low, Severity::High, Severity::Critical, Severity::High]
            .into_iter()
            .enumerate()
        {
            admission.wait(incident(no), severity);
        }
        // Again, and graver; again, and lighter.
        admission.wait(incident(0), Severity::High);
        admission.wait(incident(2), Severity::Low);
        assert_eq!(admitted(&mut admission), [2, 1, 3, 0].map(incident));
    }

    #[test]
    fn permits_are_few_and_come_back() {
        let mut admission = Admission::default();
        (0..INCIDENTS_AT_ONCE + 2).for_each(|no| admission.wait(incident(no), Severity::Low));
        assert_eq!(admitted(&mut admission).len(), INCIDENTS_AT_ONCE);
        admission.back();
        assert_eq!(admitted(&mut admission), [incident(INCIDENTS_AT_ONCE)]);
    }

    #[test]
    fn where_there_is_no_room_the_lightest_is_forgotten() {
        let mut admission = Admission::default();
        (0..WAITING_INCIDENTS).for_each(|no| admission.wait(incident(no), Severity::Low));
        admission.wait(incident(WAITING_INCIDENTS), Severity::Critical);
        assert_eq!(
            (admission.waiting.len(), admission.ranks.len()),
            (WAITING_INCIDENTS, WAITING_INCIDENTS)
        );
        assert_eq!(admission.next(), Some(incident(WAITING_INCIDENTS)));
        assert!(!admission.ranks.contains_key(&incident(WAITING_INCIDENTS - 1)));
    }
}
