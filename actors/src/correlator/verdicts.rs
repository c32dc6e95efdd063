//! What a batch says of each alert, measured once it is durable.

use std::collections::HashMap;

use crate::domain::{Alert, AlertState, IncidentId, Timestamp};
use crate::measures;
use crate::port::writer::{PlaceBatch, Placed, Placement};

/// One alert's.
struct Verdict {
    alert_no: u64,
    state: AlertState,
    incident: Option<IncidentId>,
}

/// A batch's.
pub(super) struct Verdicts(Vec<Verdict>);

impl Verdicts {
    pub(super) fn of(batch: &PlaceBatch) -> Self {
        let verdict = |placement: &Placement, incident| Verdict {
            alert_no: placement.alert_no,
            state: placement.state,
            incident,
        };
        let placed = batch.incidents.iter().flat_map(|wanted| {
            let incident = &wanted.incident_id;
            wanted
                .alerts
                .iter()
                .map(move |placement| verdict(placement, Some(incident.clone())))
        });
        let others = batch.others.iter().map(|placement| verdict(placement, None));
        Self(placed.chain(others).collect())
    }

    /// Measures what was done. `alerts` are those that were new, by number.
    pub(super) fn measure(self, placed: &Placed, alerts: &[Alert], committed_at: Timestamp) {
        let lag = metrics::histogram!(measures::PLACEMENT_LAG);
        let refused = |verdict: &Verdict| {
            let incident = verdict.incident.as_ref();
            placed
                .refused
                .iter()
                .any(|refusal| Some(&refusal.incident_id) == incident)
        };
        let (mut done, mut by_state) = (0, HashMap::<AlertState, u64>::new());
        for verdict in self.0.iter().filter(|verdict| !refused(verdict)) {
            *by_state.entry(verdict.state).or_default() += 1;
            if let Ok(place) = alerts.binary_search_by_key(&verdict.alert_no, |alert| alert.no) {
                lag.record(committed_at.since(alerts[place].received_at).as_secs_f64());
            }
            done += 1;
        }
        metrics::histogram!(measures::PLACEMENT_BATCH).record(f64::from(done));
        for (state, count) in by_state {
            metrics::counter!(measures::PLACEMENTS, "state" => state.as_str()).increment(count);
        }
    }
}
