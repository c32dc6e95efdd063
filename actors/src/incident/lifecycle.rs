//! The incident's life as a pure machine: its row and the clock in, what is to be done out.

use std::time::Duration;

use crate::domain::incident::DecidedMark;
use crate::domain::{Incident, Timestamp};
use crate::limits::DECISION_PACE;

/// An incident is decided again when its alerts have doubled past this many.
const DOUBLING_FLOOR: u64 = 10;

/// Why an incident ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Everything in it has recovered.
    Recovery,
    /// It has been silent for too long.
    Stale,
}

impl Ending {
    /// As it is written in `resolved_by`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recovery => "recovery",
            Self::Stale => "stale",
        }
    }
}

/// What an incident has to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It ends.
    End(Ending),
    /// It decides; until that is durable it stays due.
    Decide,
    /// Nothing before this moment.
    Rest(Timestamp),
    /// Nothing ever again: it is over.
    Over,
}

/// From how many alerts on an incident that was last decided under `decided` is decided again.
pub fn asks_again_at(decided: Option<&DecidedMark>) -> u64 {
    let twice = decided.map_or(0, |mark| mark.alert_count.saturating_mul(2));
    twice.max(DOUBLING_FLOOR + 1)
}

/// One look at an incident.
pub fn step(row: &Incident, stale_after: Duration, now: Timestamp) -> Step {
    if !row.is_open() {
        return Step::Over;
    }
    if row.all_recovered() {
        return Step::End(Ending::Recovery);
    }
    let stale_at = row.stale_at(stale_after);
    if now >= stale_at {
        return Step::End(Ending::Stale);
    }
    match &row.decided {
        None => Step::Decide,
        Some(mark) if row.severity > mark.severity || row.alert_count >= asks_again_at(Some(mark)) => {
            let earliest = mark.at.plus(DECISION_PACE);
            if now >= earliest {
                Step::Decide
            } else {
                Step::Rest(earliest.min(stale_at))
            }
        }
        Some(_) => Step::Rest(stale_at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{IncidentStatus, Phase, Severity};

    const STALE: Duration = Duration::from_secs(24 * 3600);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn row() -> Incident {
        Incident {
            incident_id: "inc-1".parse().unwrap(),
            company_id: "comp-a".parse().unwrap(),
            asset_name: "web-1".into(),
            signature: "disk".into(),
            created_at: at(0),
            status: IncidentStatus::New,
            phase: Phase::Open,
            resolved_at: None,
            resolved_by: None,
            session: None,
            assigned_to: None,
            acknowledged_at: None,
            version: 0,
            alert_count: 1,
            firing: [0, 0, 1, 0],
            severity: Severity::High,
            tool_sources: vec![],
            first_event_at: at(0),
            last_event_at: at(0),
            last_alert_at: at(0),
            placed_no: 1,
            absorbed_no: 0,
            wake_due: Some(at(0)),
            decided: None,
            updated_at: at(0),
        }
    }

    fn check(change: impl FnOnce(&mut Incident), now: i64, expected: Step) {
        let mut row = row();
        change(&mut row);
        assert_eq!(step(&row, STALE, at(now)), expected);
    }

    fn decided(at_seconds: i64, severity: Severity, alert_count: u64) -> Option<DecidedMark> {
        Some(DecidedMark {
            at: at(at_seconds),
            severity,
            alert_count,
        })
    }

    #[test]
    fn the_table() {
        let day = 24 * 3600;
        check(|_| (), 0, Step::Decide);
        check(|row| row.status = IncidentStatus::Resolved, 0, Step::Over);
        check(|row| row.firing = [0; 4], 0, Step::End(Ending::Recovery));
        check(|_| (), day, Step::End(Ending::Stale));
        check(
            |row| row.decided = decided(0, Severity::High, 1),
            5,
            Step::Rest(at(day)),
        );
        // Graver: at once after the pace, else when the pace allows it.
        check(|row| row.decided = decided(0, Severity::Low, 1), 30, Step::Decide);
        check(|row| row.decided = decided(0, Severity::Low, 1), 29, Step::Rest(at(30)));
        // Doubled, but only past ten.
        let grown = |count| {
            move |row: &mut Incident| {
                row.decided = decided(0, Severity::High, 1);
                row.alert_count = count;
            }
        };
        check(grown(10), 60, Step::Rest(at(day)));
        check(grown(11), 60, Step::Decide);
        check(
            |row| {
                row.decided = decided(0, Severity::High, 11);
                row.alert_count = 21;
            },
            60,
            Step::Rest(at(day)),
        );
    }
}
