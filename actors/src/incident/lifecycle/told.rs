//! What people are told of an incident, and when: its news, the steps while nobody takes notice, its clocks.

use super::Turn;
use crate::domain::{Clocked, Incident, Notifications, Timestamp};

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
pub(super) fn told_next(row: &Incident, notifications: &Notifications, now: Timestamp) -> Option<(Timestamp, Turn)> {
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
