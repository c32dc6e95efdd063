//! What keeps an incident quiet: silences, maintenance windows, and causes that are known already.
//!
//! An incident is suppressed while everything that fires in it is. Nothing of it is lost: its alerts are placed as ever, it
//! shows what it is suppressed by, and when that ends while it still fires, it is told and decided then.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::alert::NewAlert;
use super::condition::{Condition, Conditions, Reading, Sight};
use super::ids::{IncidentId, SilenceId};
use super::rule::{InvalidRule, Trait};
use super::schedule::{Hours, Weekly};
use super::time::Timestamp;
use crate::limits::{INHIBITIONS, MAINTENANCE_WINDOWS, RULE_GROUP_BY, SILENCES};

/// Characters of a name.
const NAME: usize = 64;
/// Characters of a comment.
const COMMENT: usize = 512;
/// How long a silence may last: a year.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);

/// What keeps a company's incidents quiet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Suppression {
    /// Maintenance windows: at most 100.
    #[schema(max_items = 100)]
    pub maintenance_windows: Vec<MaintenanceWindow>,
    /// Which trouble makes which other no news: at most 50.
    #[schema(max_items = 50)]
    pub inhibitions: Vec<Inhibition>,
    /// Whether an incident is quiet while one about something that its assets depend on is open.
    pub silence_dependents: bool,
}

/// Quiet for a while, by a person's word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Silence {
    /// Its id.
    pub silence_id: SilenceId,
    /// Which alerts it is for, in CEL, as in a rule.
    #[serde(rename = "match")]
    pub matches: String,
    /// From when on.
    pub starts_at: Timestamp,
    /// Until when.
    pub ends_at: Timestamp,
    /// Why.
    pub comment: String,
    /// Who wanted it.
    pub created_by: String,
    /// Since when there is it.
    pub created_at: Timestamp,
}

/// Quiet while something is worked on: once, or again and again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MaintenanceWindow {
    /// What people and incidents call it: 1 to 64 characters, no other window's.
    #[schema(min_length = 1, max_length = 64)]
    pub name: String,
    /// Which alerts it is for, in CEL, as in a rule; every one where it is left out.
    #[serde(rename = "match", default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "asset.startsWith('db-')")]
    pub matches: Option<String>,
    /// From when on, once; with `ends_at`, and without `weekly`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub starts_at: Option<Timestamp>,
    /// Until when, once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ends_at: Option<Timestamp>,
    /// When, again and again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub weekly: Option<Weekly>,
}

/// Trouble that makes other trouble no news.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Inhibition {
    /// What people and incidents call it: 1 to 64 characters, no other's.
    #[schema(min_length = 1, max_length = 64)]
    pub name: String,
    /// Which alerts are the cause, in CEL, as in a rule: one of an open incident that fires.
    #[schema(example = "signature == 'site-down'")]
    pub source: String,
    /// Which alerts are no news then, in CEL.
    #[schema(example = "severity in ['low', 'medium']")]
    pub target: String,
    /// What has to be the same of both: `asset`, `signature`, `tool`, `severity`, or a label as `labels.site`; at most 8.
    #[serde(default)]
    #[schema(max_items = 8, example = json!(["labels.site"]))]
    pub equal: Vec<String>,
}

/// What an incident is suppressed by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SuppressedBy {
    /// What kind of thing.
    pub kind: SuppressedByKind,
    /// The silence's id, or the name of the window or inhibition; of `dependency` the asset that is in trouble.
    pub name: String,
    /// The incident that is the cause, where one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub cause: Option<IncidentId>,
}

/// A kind of suppression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SuppressedByKind {
    /// A silence.
    Silence,
    /// A maintenance window.
    Maintenance,
    /// An inhibition.
    Inhibition,
    /// An asset that it depends on is in trouble.
    Dependency,
}

/// An alert that fires in another open incident.
pub struct Cause<'a> {
    /// In which.
    pub incident_id: &'a IncidentId,
    /// The alert.
    pub alert: &'a NewAlert,
}

/// What keeps a company quiet, ready to be used.
#[derive(Default)]
pub struct Mutes {
    timed: Vec<Timed>,
    inhibitions: Vec<Inhibits>,
    conditions: Conditions,
}

struct Timed {
    by: SuppressedBy,
    condition: Option<Condition>,
    times: Times,
}

enum Times {
    Once(Timestamp, Timestamp),
    Weekly(Box<Hours>),
}

struct Inhibits {
    name: String,
    source: Condition,
    target: Condition,
    equal: Vec<Trait>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// What all of it is suppressed by; nothing where something of it is not.
    pub by: Vec<SuppressedBy>,
    /// When it may be otherwise, by the clock alone.
    pub changes_at: Option<Timestamp>,
}

impl Times {
    fn hold(&self, now: Timestamp) -> bool {
        match self {
            Self::Once(from, to) => *from <= now && now < *to,
            Self::Weekly(hours) => hours.hold(now),
        }
    }

    fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Once(from, to) => [*from, *to].into_iter().find(|at| *at > now),
            Self::Weekly(hours) => hours.next_change(now),
        }
    }
}

impl Suppression {
    /// Whether nothing is kept quiet.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Mutes {
    /// Reads what keeps a company quiet.
    ///
    /// # Errors
    /// The first thing that is not as it must be, by its path.
    pub fn read(suppression: &Suppression, silences: &[Silence]) -> Result<Self, InvalidRule> {
        let mut reading = Reading::default();
        let mut mutes = Self::default();
        check_silences(silences)?;
        for (place, silence) in silences.iter().enumerate() {
            let path = |field: &str| format!("silences[{place}].{field}");
            let condition = reading.read(&silence.matches);
            mutes.timed.push(Timed {
                by: by(SuppressedByKind::Silence, silence.silence_id.as_str()),
                condition: Some(condition.map_err(|rule| refused(path("match"), rule))?),
                times: Times::Once(silence.starts_at, silence.ends_at),
            });
        }
        let windows = &suppression.maintenance_windows;
        at_most("maintenance_windows", windows.len(), MAINTENANCE_WINDOWS)?;
        for (place, window) in windows.iter().enumerate() {
            let path = |field: &str| format!("maintenance_windows[{place}].{field}");
            let is_taken = windows[..place].iter().any(|other| other.name == window.name);
            check_name(&window.name, is_taken).map_err(|rule| refused(path("name"), rule))?;
            let condition = window.matches.as_ref().map(|text| reading.read(text)).transpose();
            mutes.timed.push(Timed {
                by: by(SuppressedByKind::Maintenance, &window.name),
                condition: condition.map_err(|rule| refused(path("match"), rule))?,
                times: window.times().map_err(|(field, rule)| refused(path(&field), rule))?,
            });
        }
        let inhibitions = &suppression.inhibitions;
        at_most("inhibitions", inhibitions.len(), INHIBITIONS)?;
        for (place, inhibition) in inhibitions.iter().enumerate() {
            let path = |field: &str| format!("inhibitions[{place}].{field}");
            let is_taken = inhibitions[..place].iter().any(|other| other.name == inhibition.name);
            check_name(&inhibition.name, is_taken).map_err(|rule| refused(path("name"), rule))?;
            let equal: Vec<Trait> = inhibition.equal.iter().filter_map(|text| Trait::parse(text)).collect();
            if equal.len() != inhibition.equal.len() || equal.len() > RULE_GROUP_BY {
                let rule = "must be at most 8 of asset, signature, tool, severity or a label as labels.site";
                return Err(refused(path("equal"), rule.to_owned()));
            }
            let source = reading.read(&inhibition.source);
            let target = reading.read(&inhibition.target);
            mutes.inhibitions.push(Inhibits {
                name: inhibition.name.clone(),
                source: source.map_err(|rule| refused(path("source"), rule))?,
                target: target.map_err(|rule| refused(path("target"), rule))?,
                equal,
            });
        }
        mutes.conditions = reading.done();
        mutes.try_out()?;
        Ok(mutes)
    }

    fn try_out(&self) -> Result<(), InvalidRule> {
        let timed = self.timed.iter().filter_map(|timed| {
            let condition = timed.condition.as_ref()?;
            Some((format!("match of {:?}", timed.by.name), condition))
        });
        let inhibiting = self.inhibitions.iter().flat_map(|inhibits| {
            let path = |field: &str| format!("{field} of {:?}", inhibits.name);
            [(path("source"), &inhibits.source), (path("target"), &inhibits.target)]
        });
        timed.chain(inhibiting).try_for_each(|(path, condition)| {
            let tried = condition.try_out(&self.conditions);
            tried.map_err(|rule| refused(path, rule))
        })
    }

    /// Whether nothing is ever quiet.
    pub fn is_empty(&self) -> bool {
        self.timed.is_empty() && self.inhibitions.is_empty()
    }

    /// Whether causes have to be known.
    pub fn wants_causes(&self) -> bool {
        !self.inhibitions.is_empty()
    }

    /// What all that fires is suppressed by at a moment, beside `known`, which holds for all of it.
    pub fn judge(&self, firing: &[&NewAlert], causes: &[Cause<'_>], known: &[SuppressedBy], now: Timestamp) -> Found {
        let causes: Vec<(&Cause<'_>, Sight)> = causes
            .iter()
            .map(|cause| (cause, self.conditions.of(cause.alert)))
            .collect();
        let mut found = Found::default();
        let mut is_quiet = !firing.is_empty();
        for alert in firing {
            let sight = self.conditions.of(alert);
            let before = found.by.len();
            let is_for = |timed: &&Timed| timed.condition.as_ref().is_none_or(|condition| condition.holds(&sight));
            for timed in self.timed.iter().filter(is_for) {
                let next = timed.times.next_change(now);
                found.changes_at = found.changes_at.into_iter().chain(next).min();
                if timed.times.hold(now) {
                    found.by.push(timed.by.clone());
                }
            }
            let inhibiting = self.inhibitions.iter().filter(|inhibits| inhibits.target.holds(&sight));
            found
                .by
                .extend(inhibiting.filter_map(|inhibits| inhibits.by_one_of(&causes, (alert, &sight))));
            is_quiet &= found.by.len() > before || !known.is_empty();
        }
        found.by.extend_from_slice(known);
        found.by.sort();
        found.by.dedup();
        if !is_quiet {
            found.by.clear();
        }
        found
    }
}

/// Something that could keep an incident quiet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ConsideredSuppression)]
pub struct Considered {
    /// What kind of thing.
    pub kind: SuppressedByKind,
    /// The silence's id, or the name of the window or inhibition.
    pub name: String,
    /// Why it does not; `null` where it does.
    pub why_not: Option<String>,
}

impl Mutes {
    /// Of each silence, window and inhibition, why it does not keep what fires quiet, once that is judged.
    pub fn explain(&self, firing: &[&NewAlert], found: &Found, now: Timestamp) -> Vec<Considered> {
        let sights: Vec<Sight> = firing.iter().map(|alert| self.conditions.of(alert)).collect();
        let count = |condition: Option<&Condition>| {
            let holds = |sight: &&Sight| condition.is_none_or(|condition| condition.holds(sight));
            sights.iter().filter(holds).count()
        };
        let some = |matching: usize| {
            let all = sights.len();
            format!("{matching} of the {all} alerts that fire match, and nothing keeps the rest quiet")
        };
        let timed = self.timed.iter().map(|timed| {
            let matching = count(timed.condition.as_ref());
            let why_not = if found.by.contains(&timed.by) {
                None
            } else if matching == 0 {
                Some("no alert that fires matches".to_owned())
            } else if timed.times.hold(now) {
                Some(some(matching))
            } else {
                Some(match timed.times.next_change(now) {
                    Some(at) => format!("it is not in force before {at}"),
                    None => "it is over".to_owned(),
                })
            };
            Considered {
                kind: timed.by.kind,
                name: timed.by.name.clone(),
                why_not,
            }
        });
        let inhibiting = self.inhibitions.iter().map(|inhibits| {
            let is_by = |by: &SuppressedBy| by.kind == SuppressedByKind::Inhibition && by.name == inhibits.name;
            let matching = count(Some(&inhibits.target));
            let why_not = if found.by.iter().any(is_by) {
                None
            } else if matching == 0 {
                Some("no alert that fires matches its target".to_owned())
            } else {
                let cause = "no open incident has an alert that fires, matches its source and is equal";
                Some(format!("{cause}, or {}", some(matching)))
            };
            Considered {
                kind: SuppressedByKind::Inhibition,
                name: inhibits.name.clone(),
                why_not,
            }
        });
        timed.chain(inhibiting).collect()
    }
}

impl Inhibits {
    /// What matches both sides is not inhibited by its like, as Alertmanager has it.
    fn by_one_of(&self, causes: &[(&Cause<'_>, Sight)], (alert, seen): (&NewAlert, &Sight)) -> Option<SuppressedBy> {
        let is_both = self.source.holds(seen);
        let (cause, _) = causes.iter().find(|(cause, sight)| {
            let is_same = |of: &Trait| of.value(cause.alert) == of.value(alert);
            let is_like = is_both && self.target.holds(sight);
            self.source.holds(sight) && !is_like && self.equal.iter().all(is_same)
        })?;
        Some(SuppressedBy {
            cause: Some(cause.incident_id.clone()),
            ..by(SuppressedByKind::Inhibition, &self.name)
        })
    }
}

impl MaintenanceWindow {
    fn times(&self) -> Result<Times, (String, String)> {
        match (self.starts_at, self.ends_at, &self.weekly) {
            (Some(from), Some(to), None) if from < to => Ok(Times::Once(from, to)),
            (Some(_), Some(_), None) => Err(("ends_at".to_owned(), "must be after starts_at".to_owned())),
            (None, None, Some(weekly)) => match weekly.read() {
                Ok(hours) => Ok(Times::Weekly(Box::new(hours))),
                Err((field, rule)) => Err((format!("weekly.{field}"), rule)),
            },
            _ => Err((
                "starts_at".to_owned(),
                "must stand with ends_at, for a window that is once, or weekly alone, for one that comes again"
                    .to_owned(),
            )),
        }
    }
}

/// Whether these may be a company's silences, but for their expressions.
fn check_silences(silences: &[Silence]) -> Result<(), InvalidRule> {
    at_most("silences", silences.len(), SILENCES)?;
    for (place, silence) in silences.iter().enumerate() {
        let path = |field: &str| format!("silences[{place}].{field}");
        if silence.ends_at <= silence.starts_at || silence.ends_at.since(silence.starts_at) > LONGEST {
            let rule = "must be after starts_at, by at most 366 days";
            return Err(refused(path("ends_at"), rule.to_owned()));
        }
        if silence.comment.chars().count() > COMMENT {
            let rule = format!("must be at most {COMMENT} characters");
            return Err(refused(path("comment"), rule));
        }
    }
    Ok(())
}

fn by(kind: SuppressedByKind, name: &str) -> SuppressedBy {
    SuppressedBy {
        kind,
        name: name.to_owned(),
        cause: None,
    }
}

fn refused(field: String, rule: String) -> InvalidRule {
    InvalidRule { field, rule }
}

fn at_most(field: &str, count: usize, most: usize) -> Result<(), InvalidRule> {
    match count > most {
        true => Err(refused(field.to_owned(), format!("must be at most {most}"))),
        false => Ok(()),
    }
}

fn check_name(name: &str, is_taken: bool) -> Result<(), String> {
    if name.trim() != name || !(1..=NAME).contains(&name.chars().count()) {
        return Err(format!("must be 1 to {NAME} characters, without spaces around them"));
    }
    match is_taken {
        true => Err(format!("must be of one alone: {name:?} stands twice")),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests;
