//! The incident's life as a pure machine: its row, the company's settings and the clock in, what is
//! to be done out. What people do to it is in [`super::acts`].

mod told;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use told::told_next;
pub use told::{Clock, clocks};

use super::acts::moved;

use crate::domain::incident::DecidedMark;
use crate::domain::suppression::{Found, SuppressedBy};
use crate::domain::{
    Clocked, Correlation, Incident, IncidentStatus, Life, News, Notifications, Phase, Remedy, RunId, Snooze,
    Suppressed, Timestamp, Told,
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
    let recent = flips_lately(row, now);
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
            (
                life,
                json!({"told": notifications.name_somebody()}),
                Some(News::Opened),
                None,
            )
        }
        Turn::Graver => {
            let data = json!({"severity": {"from": told.severity, "to": row.severity}});
            let severity = row.severity;
            let told = Some(Told { severity, ..told });
            (Life { told, ..life }, data, Some(News::Graver), None)
        }
        Turn::Step(no) => {
            // Where a run is under way something is done about it already.
            let status = match life.status {
                IncidentStatus::New => IncidentStatus::Escalated,
                other => other,
            };
            let data = json!({"step": no + 1, "told_at": told.at, "status": moved(life.status, status)});
            let told = Some(Told { steps: no + 1, ..told });
            (Life { told, status, ..life }, data, Some(News::Escalated), Some(*no))
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

/// How often it has changed between firing and recovered within [`FLAP_WINDOW`].
pub fn flips_lately(row: &Incident, now: Timestamp) -> usize {
    row.flips.iter().filter(|at| now.since(**at) < FLAP_WINDOW).count()
}

/// When so few flips are left in the span that a flapping incident is calm.
pub fn calm_at(row: &Incident) -> Option<Timestamp> {
    let decisive = row.flips.len().checked_sub(FLAP_OFF + 1)?;
    Some(row.flips[decisive].plus(FLAP_WINDOW))
}

#[cfg(test)]
mod tests;
