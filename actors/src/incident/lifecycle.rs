//! The incident's life as a pure machine: its row, the company's settings and the clock in, what is
//! to be done out. What people do to it is in [`super::acts`].

use crate::domain::incident::DecidedMark;
use crate::domain::{Correlation, Incident, Phase, Remedy, RunId, Timestamp};
use crate::limits::{DECISION_PACE, FLAP_OFF, FLAP_ON, FLAP_WINDOW};

/// An incident is decided again when its alerts have doubled past this many.
const DOUBLING_FLOOR: u64 = 10;

/// Why an incident ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Everything in it has recovered, and has stayed so for the hold.
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

/// A change of its life that the clock or its alerts bring about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It goes back and forth too often: it neither decides nor ends by itself until it is calm.
    FlappingBegins,
    /// It is calm again.
    FlappingEnds,
    /// Its snooze is over: the time has come, or it is graver than it was.
    Wakes,
}

/// What an incident has to do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It ends.
    End(Ending),
    /// Its life changes; then it is looked at again.
    Change(Turn),
    /// It decides; until that is durable it stays due.
    Decide,
    /// The time in which people could have agreed to a run is over.
    Expire,
    /// A run has not helped.
    HandUp(RunId),
    /// See to it that what acts on its machines does. It stays due meanwhile, so that another process goes on at once.
    Tend,
    /// It wants a run, and may try to begin it. It stays due meanwhile.
    Propose,
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

/// Where its machine stands, as clients see it: an open incident that has something to decide is
/// deciding.
pub fn phase(row: &Incident) -> Phase {
    let held = row.life.flapping_since.is_some() && row.decided.is_some();
    if let Some(remedy) = row.life.remedy.as_ref().filter(|_| row.is_open()) {
        return remedy.phase();
    }
    match row.life.phase {
        Phase::Open if !held && asks_for_decision(row) => Phase::Deciding,
        phase => phase,
    }
}

/// One look at an incident.
pub fn step(row: &Incident, settings: &Correlation, now: Timestamp) -> Step {
    if !row.is_open() {
        return Step::Over;
    }
    if let Some(turn) = turn(row, now) {
        return Step::Change(turn);
    }
    match &row.life.remedy {
        Some(remedy) if remedy.acts() => return Step::Tend,
        Some(Remedy::AwaitingApproval { until, .. }) if now >= *until => return Step::Expire,
        Some(Remedy::Verifying { run_id, until }) if now >= *until && !row.all_recovered() => {
            return Step::HandUp(run_id.clone());
        }
        _ => {}
    }
    let stale_at = row.stale_at(settings.stale_after());
    if now >= stale_at {
        return Step::End(Ending::Stale);
    }
    let flapping = row.life.flapping_since.is_some();
    let kept_open_at = row.life.kept_open_at;
    let recovered_at = row.recovered_at.filter(|at| kept_open_at.is_none_or(|kept| *at > kept));
    let held_until = recovered_at.map(|at| at.plus(settings.resolve_hold()));
    let ends_at = held_until.filter(|_| !flapping);
    if ends_at.is_some_and(|at| now >= at) {
        return Step::End(Ending::Recovery);
    }
    let decides_at = decides_at(row, now).filter(|_| !flapping || row.decided.is_none());
    if decides_at.is_some_and(|at| now >= at) {
        return Step::Decide;
    }
    let proposes_at = proposes_at(row);
    if proposes_at.is_some_and(|at| now >= at) {
        return Step::Propose;
    }
    let snooze_ends = row.life.snooze.map(|snooze| snooze.until);
    let remedy_due = match &row.life.remedy {
        Some(Remedy::AwaitingApproval { until, .. }) => Some(*until),
        Some(Remedy::Verifying { until, .. }) => Some(*until).filter(|_| !row.all_recovered()),
        _ => None,
    };
    let dues = [
        ends_at,
        decides_at,
        snooze_ends,
        calm_at(row).filter(|_| flapping),
        remedy_due,
        proposes_at,
    ];
    Step::Rest(dues.into_iter().flatten().fold(stale_at, Timestamp::min))
}

/// Whether something has come up since it was last decided. One that was over before anybody looked
/// is still decided once.
fn asks_for_decision(row: &Incident) -> bool {
    match &row.decided {
        None => true,
        Some(_) if row.all_recovered() => false,
        Some(mark) => row.severity > mark.severity || row.alert_count >= asks_again_at(Some(mark)),
    }
}

/// When it may try to begin what it wants: while nothing is under way, and there is something to heal.
fn proposes_at(row: &Incident) -> Option<Timestamp> {
    let is_calm = row.life.remedy.is_none() && row.life.flapping_since.is_none() && !row.all_recovered();
    row.life
        .proposal
        .as_ref()
        .filter(|_| is_calm)
        .map(|proposal| proposal.again_at)
}

/// When the pace lets it decide, if it asks to.
fn decides_at(row: &Incident, now: Timestamp) -> Option<Timestamp> {
    let paced = row.decided.as_ref().map_or(now, |mark| mark.at.plus(DECISION_PACE));
    asks_for_decision(row).then_some(paced)
}

fn turn(row: &Incident, now: Timestamp) -> Option<Turn> {
    let recent = row.flips.iter().filter(|at| now.since(**at) < FLAP_WINDOW).count();
    match row.life.flapping_since {
        None if recent > FLAP_ON => return Some(Turn::FlappingBegins),
        Some(_) if recent <= FLAP_OFF => return Some(Turn::FlappingEnds),
        _ => {}
    }
    let snooze = row.life.snooze?;
    (now >= snooze.until || row.severity > snooze.severity).then_some(Turn::Wakes)
}

/// When so few flips are left in the span that a flapping incident is calm.
fn calm_at(row: &Incident) -> Option<Timestamp> {
    let decisive = row.flips.len().checked_sub(FLAP_OFF + 1)?;
    Some(row.flips[decisive].plus(FLAP_WINDOW))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{IncidentStatus, Life, Proposal, Remedy, Severity, Snooze};

    const DAY: i64 = 24 * 3600;

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
            life: Life::new(),
            version: 0,
            alert_count: 1,
            firing: [0, 0, 1, 0],
            severity: Severity::High,
            tool_sources: vec![],
            first_event_at: at(0),
            last_event_at: at(0),
            last_alert_at: at(0),
            recovered_at: None,
            flips: vec![],
            placed_no: 1,
            absorbed_no: 0,
            wake_due: Some(at(0)),
            decided: decided(0, Severity::High, 1),
            updated_at: at(0),
        }
    }

    fn check(change: impl FnOnce(&mut Incident), now: i64, expected: Step) {
        let mut row = row();
        change(&mut row);
        assert_eq!(step(&row, &Correlation::default(), at(now)), expected);
    }

    fn decided(at_seconds: i64, severity: Severity, alert_count: u64) -> Option<DecidedMark> {
        Some(DecidedMark {
            at: at(at_seconds),
            severity,
            alert_count,
        })
    }

    fn recovered(at_seconds: i64) -> impl FnOnce(&mut Incident) {
        move |row| {
            row.firing = [0; 4];
            row.recovered_at = Some(at(at_seconds));
        }
    }

    #[test]
    fn ends() {
        check(|row| row.life.status = IncidentStatus::Resolved, 0, Step::Over);
        check(recovered(10), 10, Step::Rest(at(130)));
        check(recovered(10), 129, Step::Rest(at(130)));
        check(recovered(10), 130, Step::End(Ending::Recovery));
        check(|_| (), DAY - 1, Step::Rest(at(DAY)));
        check(|_| (), DAY, Step::End(Ending::Stale));
    }

    #[test]
    fn decides() {
        check(|row| row.decided = None, 0, Step::Decide);
        check(|_| (), 5, Step::Rest(at(DAY)));
        // An incident that was over before anybody looked is still decided once.
        let unseen = |row: &mut Incident| {
            recovered(0)(row);
            row.decided = None;
        };
        check(unseen, 5, Step::Decide);
        // Graver: at once after the pace, else when the pace allows it.
        check(|row| row.decided = decided(0, Severity::Low, 1), 30, Step::Decide);
        check(|row| row.decided = decided(0, Severity::Low, 1), 29, Step::Rest(at(30)));
        // Doubled, but only past ten.
        check(|row| row.alert_count = 10, 60, Step::Rest(at(DAY)));
        check(|row| row.alert_count = 11, 60, Step::Decide);
        let grown = |row: &mut Incident| {
            row.decided = decided(0, Severity::High, 11);
            row.alert_count = 21;
        };
        check(grown, 60, Step::Rest(at(DAY)));
    }

    #[test]
    fn flaps() {
        let flips = |count: i64| (0..count).map(|n| at(n * 60)).collect::<Vec<_>>();
        check(|row| row.flips = flips(4), 240, Step::Rest(at(DAY)));
        check(|row| row.flips = flips(5), 240, Step::Change(Turn::FlappingBegins));
        let flapping = |row: &mut Incident| {
            row.flips = flips(5);
            row.life.flapping_since = Some(at(240));
        };
        // Calm when at most one flip is within ten minutes: the last but one is at 180 s.
        check(flapping, 241, Step::Rest(at(780)));
        check(flapping, 779, Step::Rest(at(780)));
        check(flapping, 780, Step::Change(Turn::FlappingEnds));
        // It neither ends nor decides while it flaps.
        let quiet = |row: &mut Incident| {
            flapping(row);
            recovered(240)(row);
            row.decided = decided(0, Severity::Low, 1);
        };
        check(quiet, 500, Step::Rest(at(780)));
    }

    #[test]
    fn proposes() {
        let wants = |row: &mut Incident| {
            row.life.proposal = Some(Proposal {
                runbook_id: "rbk-1".parse().unwrap(),
                reason: String::new(),
                since: at(0),
                again_at: at(15),
                waits_for: None,
            });
        };
        check(wants, 14, Step::Rest(at(15)));
        check(wants, 15, Step::Propose);
        // What is to be decided is decided first.
        let graver = |row: &mut Incident| {
            wants(row);
            row.decided = decided(0, Severity::Low, 1);
        };
        check(graver, 30, Step::Decide);
        // Not while something is under way, and not where there is nothing to heal.
        let busy = |row: &mut Incident| {
            wants(row);
            row.life.remedy = Some(Remedy::AwaitingApproval {
                approval_id: "apr-1".parse().unwrap(),
                until: at(3600),
            });
        };
        check(busy, 15, Step::Rest(at(3600)));
        let well = |row: &mut Incident| {
            wants(row);
            recovered(10)(row);
        };
        check(well, 15, Step::Rest(at(130)));
    }

    #[test]
    fn sleeps() {
        let snoozed = |row: &mut Incident| {
            row.life.snooze = Some(Snooze {
                until: at(600),
                severity: Severity::High,
            });
        };
        check(snoozed, 1, Step::Rest(at(600)));
        check(snoozed, 600, Step::Change(Turn::Wakes));
        let graver = |row: &mut Incident| {
            snoozed(row);
            row.severity = Severity::Critical;
        };
        check(graver, 1, Step::Change(Turn::Wakes));
    }
}
