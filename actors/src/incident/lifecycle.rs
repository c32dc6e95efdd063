//! The incident's life as a pure machine: its row, the company's settings and the clock in, what is
//! to be done out. What people do to it is in [`super::acts`].

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::domain::incident::DecidedMark;
use crate::domain::suppression::{Found, SuppressedBy};
use crate::domain::{
    Clocked, Correlation, Incident, Life, News, Notifications, Phase, Remedy, RunId, Snooze, Suppressed, Timestamp,
    Told,
};
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

/// A change of its life that the clock, its alerts or its company's settings bring about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It goes back and forth too often: it neither decides nor ends by itself until it is calm.
    FlappingBegins,
    /// It is calm again.
    FlappingEnds,
    /// Its snooze is over: the time has come, or it is graver than it was.
    Wakes,
    /// All that fires in it is suppressed by these.
    Quiet(Vec<SuppressedBy>),
    /// Something in it is suppressed no more.
    Heard,
    /// Whoever is to hear of it is told.
    Told,
    /// It is graver than was told.
    Graver,
    /// Nobody has taken notice until the time of this step.
    Step(usize),
    /// A clock is about to run out.
    Warns(Clocked),
    /// A clock has run out.
    Breaches(Clocked),
}

/// Under what an incident lives.
#[derive(Clone, Copy, Debug)]
pub struct House<'a> {
    /// How alerts are grouped, and what ends an incident.
    pub correlation: &'a Correlation,
    /// Who hears of it.
    pub notifications: &'a Notifications,
    /// What all that fires in it is suppressed by; nothing where nothing suppresses.
    pub found: &'a Found,
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
    let held = row.life.suppressed.is_some() || (row.life.flapping_since.is_some() && row.decided.is_some());
    if let Some(remedy) = row.life.remedy.as_ref().filter(|_| row.is_open()) {
        return remedy.phase();
    }
    match row.life.phase {
        Phase::Open if !held && asks_for_decision(row) => Phase::Deciding,
        phase => phase,
    }
}

/// One look at an incident.
pub fn step(row: &Incident, house: &House<'_>, now: Timestamp) -> Step {
    if !row.is_open() {
        return Step::Over;
    }
    if let Some(turn) = turn(row, house, now) {
        return Step::Change(turn);
    }
    let settings = house.correlation;
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
    let is_quiet = row.life.suppressed.is_some();
    let decides_at = decides_at(row, now).filter(|_| !is_quiet && (!flapping || row.decided.is_none()));
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
        house.found.changes_at.filter(|_| !row.all_recovered()),
        told_next(row, house.notifications, now).map(|(at, _)| at),
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
    let is_calm = row.life.remedy.is_none()
        && row.life.flapping_since.is_none()
        && row.life.suppressed.is_none()
        && !row.all_recovered();
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

fn turn(row: &Incident, house: &House<'_>, now: Timestamp) -> Option<Turn> {
    let life = &row.life;
    let recent = row.flips.iter().filter(|at| now.since(**at) < FLAP_WINDOW).count();
    match life.flapping_since {
        None if recent > FLAP_ON => return Some(Turn::FlappingBegins),
        Some(_) if recent <= FLAP_OFF => return Some(Turn::FlappingEnds),
        _ => {}
    }
    let is_over = |snooze: &Snooze| now >= snooze.until || row.severity > snooze.severity;
    if life.snooze.as_ref().is_some_and(is_over) {
        return Some(Turn::Wakes);
    }
    // What has recovered is as quiet as it was until its end.
    if !row.all_recovered() {
        match &life.suppressed {
            None if !house.found.by.is_empty() => return Some(Turn::Quiet(house.found.by.clone())),
            Some(_) if house.found.by.is_empty() => return Some(Turn::Heard),
            Some(quiet) if quiet.by != house.found.by => return Some(Turn::Quiet(house.found.by.clone())),
            _ => {}
        }
    }
    let (_, turn) = told_next(row, house.notifications, now).filter(|(at, _)| now >= *at)?;
    Some(turn)
}

/// What a turn makes of an incident.
#[derive(Clone, Debug, PartialEq)]
pub struct Turned {
    /// Its new life.
    pub life: Life,
    /// What the fact says.
    pub data: Value,
    /// What people are told.
    pub news: Option<News>,
    /// The step of the escalation whose channels are told.
    pub step: Option<usize>,
}

/// Carries a turn out.
pub fn turned(row: &Incident, turn: &Turn, notifications: &Notifications, now: Timestamp) -> Turned {
    let life = row.life.clone();
    let told = life.told.clone().unwrap_or(Told {
        at: now,
        severity: row.severity,
        steps: 0,
        warned: BTreeSet::new(),
        breached: BTreeSet::new(),
    });
    let clock_due = |clock: Clocked| {
        let level = notifications.service_levels.get(&row.severity);
        let span = level.and_then(|level| level.span(clock));
        span.map(|span| told.at.plus(span))
    };
    let quiet = |life: Life, data: Value| (life, data, None, None);
    let (life, data, news, step) = match turn {
        Turn::FlappingBegins => quiet(
            Life {
                flapping_since: Some(now),
                ..life
            },
            json!({"flapping": true}),
        ),
        Turn::FlappingEnds => quiet(
            Life {
                flapping_since: None,
                ..life
            },
            json!({"flapping": false}),
        ),
        Turn::Wakes => quiet(Life { snooze: None, ..life }, json!({"snoozed_until": Value::Null})),
        Turn::Quiet(by) => {
            let since = life.suppressed.as_ref().map_or(now, |quiet| quiet.since);
            let by = by.clone();
            let data = json!({"suppressed_by": by});
            let suppressed = Some(Suppressed { by, since });
            quiet(Life { suppressed, ..life }, data)
        }
        // What was told before it was suppressed stays told, and its clocks have run on.
        Turn::Heard => quiet(
            Life {
                suppressed: None,
                ..life
            },
            json!({"suppressed_by": []}),
        ),
        Turn::Told => {
            let life = Life {
                told: Some(told),
                ..life
            };
            (life, json!({"told": true}), Some(News::Opened), None)
        }
        Turn::Graver => {
            let data = json!({"severity": {"from": told.severity, "to": row.severity}});
            let severity = row.severity;
            let told = Some(Told { severity, ..told });
            (Life { told, ..life }, data, Some(News::Graver), None)
        }
        Turn::Step(no) => {
            let data = json!({"step": no + 1, "told_at": told.at});
            let told = Some(Told { steps: no + 1, ..told });
            (Life { told, ..life }, data, Some(News::Escalated), Some(*no))
        }
        Turn::Warns(clock) => {
            let data = json!({"clock": clock, "due_at": clock_due(*clock)});
            let mut told = told;
            told.warned.insert(*clock);
            let told = Some(told);
            (Life { told, ..life }, data, Some(News::ClockWarns), None)
        }
        Turn::Breaches(clock) => {
            let data = json!({"clock": clock, "breached_at": clock_due(*clock)});
            let mut told = told;
            told.warned.insert(*clock);
            told.breached.insert(*clock);
            let told = Some(told);
            (Life { told, ..life }, data, Some(News::ClockBreached), None)
        }
    };
    Turned { life, data, news, step }
}

/// A clock of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Which.
    pub clock: Clocked,
    /// When it runs out.
    pub due_at: Timestamp,
    /// When it was stopped, where it was.
    pub stopped_at: Option<Timestamp>,
}

impl Clock {
    /// Whether it has run out before it was stopped.
    pub fn is_breached(&self, now: Timestamp) -> bool {
        self.stopped_at.unwrap_or(now) >= self.due_at
    }
}

/// The clocks of an incident that was told.
pub fn clocks(row: &Incident, notifications: &Notifications) -> Vec<Clock> {
    let Some(told) = &row.life.told else { return Vec::new() };
    let level = notifications
        .service_levels
        .get(&row.severity)
        .copied()
        .unwrap_or_default();
    let clock = |clock: Clocked| {
        let stopped_at = match clock {
            Clocked::Response => row.life.acknowledged_at.or(row.life.resolved_at),
            Clocked::Resolution => row.life.resolved_at,
        };
        let due_at = told.at.plus(level.span(clock)?);
        Some(Clock {
            clock,
            due_at,
            stopped_at,
        })
    };
    [Clocked::Response, Clocked::Resolution]
        .into_iter()
        .filter_map(clock)
        .collect()
}

/// What people are told next of an open incident, and when.
fn told_next(row: &Incident, notifications: &Notifications, now: Timestamp) -> Option<(Timestamp, Turn)> {
    let life = &row.life;
    let is_held = life.suppressed.is_some() || life.flapping_since.is_some();
    if is_held || row.all_recovered() || !notifications.are_on() {
        return None;
    }
    let Some(told) = &life.told else {
        return Some((Timestamp::default(), Turn::Told));
    };
    if row.severity > told.severity {
        return Some((Timestamp::default(), Turn::Graver));
    }
    let is_awaited = !life.is_taken_up() && life.snooze.is_none();
    let step = notifications.escalation.iter().enumerate().skip(told.steps);
    let step = step
        .filter(|_| is_awaited)
        .find(|(_, step)| step.is_for(row.severity))
        .map(|(no, step)| (told.at.plus(step.after()), Turn::Step(no)));
    let level = notifications
        .service_levels
        .get(&row.severity)
        .copied()
        .unwrap_or_default();
    let clocks = [Clocked::Response, Clocked::Resolution].into_iter();
    let clocks = clocks
        .filter(|clock| *clock == Clocked::Resolution || !life.is_taken_up())
        .filter(|clock| !told.breached.contains(clock))
        .filter_map(|clock| {
            let span = level.span(clock)?;
            let end = (told.at.plus(span), Turn::Breaches(clock));
            let share = span.mul_f64(f64::from(notifications.warn_percent.0) / 100.0);
            let warning = (told.at.plus(share), Turn::Warns(clock));
            // Where nobody looked in time, one word is enough.
            let is_late = now >= end.0;
            Some(if is_late || told.warned.contains(&clock) {
                end
            } else {
                warning
            })
        });
    step.into_iter().chain(clocks).min_by_key(|(at, _)| *at)
}

/// When so few flips are left in the span that a flapping incident is calm.
fn calm_at(row: &Incident) -> Option<Timestamp> {
    let decisive = row.flips.len().checked_sub(FLAP_OFF + 1)?;
    Some(row.flips[decisive].plus(FLAP_WINDOW))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{IncidentStatus, Proposal, Severity};

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
        let house = House {
            correlation: &Correlation::default(),
            notifications: &Notifications::default(),
            found: &Found::default(),
        };
        assert_eq!(step(&row, &house, at(now)), expected);
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

    fn promised() -> Notifications {
        serde_json::from_value(json!({
            "routes": [{"name": "all", "channels": ["chat"]}],
            "escalation": [
                {"after_minutes": 5, "channels": ["second"]},
                {"after_minutes": 15, "severities": ["critical"], "channels": ["chief"]},
            ],
            "service_levels": {"high": {"response_minutes": 10, "resolution_minutes": 60}},
        }))
        .unwrap()
    }

    /// What becomes of an incident that is looked at whenever it wants to be, until a moment: each turn with its time in
    /// seconds.
    fn turns(
        mut row: Incident,
        found: &Found,
        until: i64,
        mut meanwhile: impl FnMut(i64, &mut Incident),
    ) -> Vec<(i64, Turn)> {
        let notifications = promised();
        let house = House {
            correlation: &Correlation::default(),
            notifications: &notifications,
            found,
        };
        let (mut now, mut seen) = (at(0), Vec::new());
        while now <= at(until) {
            meanwhile(now.as_millis() / 1000, &mut row);
            match step(&row, &house, now) {
                Step::Change(turn) => {
                    row.life = turned(&row, &turn, &notifications, now).life;
                    seen.push((now.as_millis() / 1000, turn));
                }
                Step::Rest(next) => now = next,
                _ => break,
            }
        }
        seen
    }

    #[test]
    fn nobody_takes_notice_and_every_clock_is_told_in_its_time() {
        let seen = turns(row(), &Found::default(), 7200, |_, _| ());
        assert_eq!(
            seen,
            [
                (0, Turn::Told),
                (300, Turn::Step(0)),
                (480, Turn::Warns(Clocked::Response)),
                (600, Turn::Breaches(Clocked::Response)),
                (2880, Turn::Warns(Clocked::Resolution)),
                (3600, Turn::Breaches(Clocked::Resolution)),
            ],
            "the step for critical ones is passed over"
        );
    }

    #[test]
    fn whoever_takes_notice_stops_the_steps_and_the_first_clock() {
        let seen = turns(row(), &Found::default(), 7200, |now, row| {
            if now >= 300 && row.life.told.as_ref().is_some_and(|told| told.steps == 1) {
                row.life.acknowledged_at = Some(at(301));
            }
        });
        let told: Vec<Turn> = seen.into_iter().map(|(_, turn)| turn).collect();
        let resolution = Clocked::Resolution;
        assert_eq!(
            told,
            [
                Turn::Told,
                Turn::Step(0),
                Turn::Warns(resolution),
                Turn::Breaches(resolution)
            ]
        );
    }

    #[test]
    fn a_graver_one_is_told_again_and_has_the_steps_of_its_severity() {
        let seen = turns(row(), &Found::default(), 900, |now, row| {
            if now >= 300 {
                row.severity = Severity::Critical;
                row.decided = decided(300, Severity::Critical, 1);
            }
        });
        assert_eq!(
            seen,
            [
                (0, Turn::Told),
                (300, Turn::Graver),
                (300, Turn::Step(0)),
                (900, Turn::Step(1))
            ]
        );
    }

    #[test]
    fn what_nobody_looked_at_in_time_is_told_in_one_word() {
        let mut late = row();
        late.life.told = Some(Told {
            at: at(0),
            severity: Severity::High,
            steps: 2,
            warned: BTreeSet::new(),
            breached: BTreeSet::new(),
        });
        let notifications = promised();
        let house = House {
            correlation: &Correlation::default(),
            notifications: &notifications,
            found: &Found::default(),
        };
        assert_eq!(
            step(&late, &house, at(601)),
            Step::Change(Turn::Breaches(Clocked::Response))
        );
    }

    #[test]
    fn what_is_suppressed_is_neither_told_nor_decided_until_that_ends() {
        let by = |name: &str| {
            vec![SuppressedBy {
                kind: crate::domain::suppression::SuppressedByKind::Silence,
                name: name.to_owned(),
                cause: None,
            }]
        };
        let quiet = Found {
            by: by("sil-1"),
            changes_at: Some(at(900)),
        };
        let mut new = row();
        new.decided = None;
        assert_eq!(
            turns(new.clone(), &quiet, 800, |_, _| ()),
            [(0, Turn::Quiet(by("sil-1")))]
        );
        new.life.suppressed = Some(Suppressed {
            by: by("sil-1"),
            since: at(0),
        });
        assert_eq!(phase(&new), Phase::Open);
        let seen = turns(new.clone(), &Found::default(), 0, |_, _| ());
        assert_eq!(seen, [(0, Turn::Heard), (0, Turn::Told)]);
        // Another reason is another word; one that has recovered stays as it is.
        let other = Found {
            by: by("sil-2"),
            changes_at: None,
        };
        assert_eq!(
            turns(new.clone(), &other, 0, |_, _| ()),
            [(0, Turn::Quiet(by("sil-2")))]
        );
        recovered(0)(&mut new);
        assert_eq!(turns(new, &Found::default(), 0, |_, _| ()), []);
    }

    /// A short silence washes no breach away, and tells nobody again.
    #[test]
    fn what_was_told_before_it_was_suppressed_is_not_told_again_and_its_clocks_run_on() {
        let mut silenced = row();
        silenced.life.told = Some(Told {
            at: at(0),
            severity: Severity::High,
            steps: 2,
            warned: BTreeSet::new(),
            breached: BTreeSet::new(),
        });
        silenced.life.suppressed = Some(Suppressed {
            by: Vec::new(),
            since: at(60),
        });
        let notifications = promised();
        let life = turned(&silenced, &Turn::Heard, &notifications, at(700)).life;
        assert_eq!(life.told, silenced.life.told);
        silenced.life = life;
        let house = House {
            correlation: &Correlation::default(),
            notifications: &notifications,
            found: &Found::default(),
        };
        let next = step(&silenced, &house, at(700));
        assert_eq!(next, Step::Change(Turn::Breaches(Clocked::Response)));
    }

    #[test]
    fn what_flaps_is_told_when_it_is_calm() {
        let mut flapping = row();
        flapping.flips = (0..5).map(|flip| at(-60 + 60 * flip)).collect();
        let seen = turns(flapping, &Found::default(), 900, |_, _| ());
        assert_eq!(seen[0], (0, Turn::FlappingBegins));
        assert_eq!(seen[1].1, Turn::FlappingEnds);
        assert_eq!(seen[2], (seen[1].0, Turn::Told));
    }
}
