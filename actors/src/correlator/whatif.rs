//! What other rules would have made of the alerts of the past: two groupings of the same alerts, and where they differ.

use std::collections::{BTreeMap, BTreeSet};

use super::replay::Replay;
use crate::domain::{Alert, AlertState, IncidentId, Severity, Signal};

/// Where each alert is, by its `no`; nowhere where it is in no incident.
pub type Groups = BTreeMap<u64, Option<IncidentId>>;

/// What a grouping comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    /// Alerts that are in an incident.
    pub grouped: usize,
    /// Incidents that they are in.
    pub incidents: usize,
    /// Firing alerts that are in no incident: there were fewer than open one.
    pub unmatched: usize,
    /// How long after its first alert's own time an incident was opened, in seconds, on average; nothing where there is
    /// none.
    pub detected_after_seconds: Option<f64>,
}

impl Figures {
    /// One minus incidents by the alerts that are in them; nothing where there are none.
    pub fn noise_reduction(&self) -> Option<f64> {
        (self.grouped > 0).then(|| 1.0 - self.incidents as f64 / self.grouped as f64)
    }

    /// Of a replay that is over.
    pub fn of(replay: &Replay, alerts: &[Alert]) -> Self {
        let groups = groups(replay);
        let incidents = replay.incidents();
        let late = |millis: i64| millis.max(0) as f64 / 1_000.0;
        let sum: f64 = incidents
            .iter()
            .map(|row| late(row.created_at.as_millis() - row.first_event_at.as_millis()))
            .sum();
        let firing = alerts.iter().filter(|alert| alert.sent.status == Signal::Firing);
        Self {
            grouped: groups.values().flatten().count(),
            incidents: incidents.len(),
            unmatched: firing.filter(|alert| groups.get(&alert.no) == Some(&None)).count(),
            detected_after_seconds: (!incidents.is_empty()).then(|| sum / incidents.len() as f64),
        }
    }
}

/// Where a replay has put each alert.
pub fn groups(replay: &Replay) -> Groups {
    let verdicts = replay.verdicts().iter();
    verdicts
        .map(|(no, verdict)| (*no, verdict.incident_id.clone()))
        .collect()
}

/// The alerts that are with others than before: each incident of after stands for the one of before that it has most
/// alerts of, and that no other stands for.
pub fn moved(before: &Groups, after: &Groups) -> BTreeSet<u64> {
    type Pair<'a> = (&'a Option<IncidentId>, &'a Option<IncidentId>);
    let pair = |no: &u64| -> Option<Pair<'_>> { Some((before.get(no)?, after.get(no)?)) };
    let mut shared: BTreeMap<Pair<'_>, usize> = BTreeMap::new();
    for pair in before.keys().filter_map(pair) {
        *shared.entry(pair).or_default() += 1;
    }
    let mut by_size: Vec<(Pair<'_>, usize)> = shared.into_iter().collect();
    by_size.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.cmp(b)));
    let (mut from, mut to, mut same) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for ((old, new), _) in by_size {
        // Being nowhere is nothing to stand for.
        let is_same = match (old, new) {
            (None, None) => true,
            (Some(_), Some(_)) => !from.contains(old) && !to.contains(new),
            _ => false,
        };
        if is_same {
            from.insert(old);
            to.insert(new);
            same.insert((old, new));
        }
    }
    let is_moved = |no: &&u64| pair(no).is_none_or(|pair| !same.contains(&pair));
    before.keys().filter(is_moved).copied().collect()
}

/// Critical alerts that were in an incident and would be in none.
pub fn missed_criticals(before: &Groups, after: &Replay, alerts: &[Alert]) -> Vec<u64> {
    let is_critical = |alert: &&Alert| alert.sent.severity == Severity::Critical && alert.sent.status == Signal::Firing;
    let is_missed = |alert: &&Alert| {
        let is_in = before.get(&alert.no).is_some_and(Option::is_some);
        let verdict = after.verdicts().get(&alert.no);
        is_in && verdict.is_none_or(|verdict| verdict.state != AlertState::Placed)
    };
    let missed = alerts.iter().filter(is_critical).filter(is_missed);
    missed.map(|alert| alert.no).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(all: &[(u64, &str)]) -> Groups {
        let id = |name: &str| (!name.is_empty()).then(|| name.parse().unwrap());
        all.iter().map(|(no, name)| (*no, id(name))).collect()
    }

    #[test]
    fn what_goes_by_another_name_has_not_moved_and_what_is_with_others_has() {
        let before = groups(&[(1, "inc-a"), (2, "inc-a"), (3, "inc-b"), (4, ""), (5, "inc-c")]);
        assert_eq!(moved(&before, &before), BTreeSet::new());
        let renamed = groups(&[(1, "inc-x"), (2, "inc-x"), (3, "inc-a"), (4, ""), (5, "inc-b")]);
        assert_eq!(moved(&before, &renamed), BTreeSet::new());
        let joined = groups(&[(1, "inc-x"), (2, "inc-x"), (3, "inc-x"), (4, "inc-y"), (5, "")]);
        assert_eq!(moved(&before, &joined), [3, 4, 5].into());
        let parted = groups(&[(1, "inc-x"), (2, "inc-y"), (3, "inc-z"), (4, ""), (5, "inc-c")]);
        assert_eq!(moved(&before, &parted), [2].into());
    }
}
