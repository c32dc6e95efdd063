//! Who hears of a company's incidents: routes to channels, steps while nobody takes notice, and clocks that an MSP has
//! promised to keep.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::alert::{NewAlert, Severity};
use super::condition::{Condition, Conditions, Reading, Sight};
use super::rule::InvalidRule;
use super::schedule::{Hours, Weekly};
use super::time::Timestamp;
use crate::limits::{ESCALATION_STEPS, ROUTE_CHANNELS, ROUTES};

/// Characters of a name.
const NAME: usize = 64;
/// The longest wait of a step, and the longest of the clocks, in minutes: a week, and 90 days.
const STEP_MINUTES: u32 = 7 * 24 * 60;
const CLOCK_MINUTES: u32 = 90 * 24 * 60;

/// Something about an incident that people are told.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::EnumIter, utoipa::ToSchema,
)]
pub enum News {
    /// It has opened, or opened again, or what kept it quiet has ended.
    #[serde(rename = "incident.opened")]
    Opened,
    /// It has become graver.
    #[serde(rename = "incident.severity_raised")]
    Graver,
    /// Somebody has taken notice, or has it now.
    #[serde(rename = "incident.acknowledged")]
    Acknowledged,
    /// It was handed up, or nobody took notice in time.
    #[serde(rename = "incident.escalated")]
    Escalated,
    /// A clock is about to run out.
    #[serde(rename = "incident.sla_warning")]
    ClockWarns,
    /// A clock has run out.
    #[serde(rename = "incident.sla_breached")]
    ClockBreached,
    /// A run waits for somebody's consent.
    #[serde(rename = "approval.requested")]
    ApprovalRequested,
    /// It is over.
    #[serde(rename = "incident.resolved")]
    Resolved,
}

impl News {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "incident.opened",
            Self::Graver => "incident.severity_raised",
            Self::Acknowledged => "incident.acknowledged",
            Self::Escalated => "incident.escalated",
            Self::ClockWarns => "incident.sla_warning",
            Self::ClockBreached => "incident.sla_breached",
            Self::ApprovalRequested => "approval.requested",
            Self::Resolved => "incident.resolved",
        }
    }
}

/// Who hears of a company's incidents.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Notifications {
    /// Who is told what: every route that fits counts, up to the first that says not to continue. At most 200.
    #[schema(max_items = 200)]
    pub routes: Vec<Route>,
    /// Who is told besides, while nobody has taken notice; in the order of their times. At most 10.
    #[schema(max_items = 10)]
    pub escalation: Vec<EscalationStep>,
    /// How soon somebody has to take an incident up, and end it, by its severity.
    pub service_levels: BTreeMap<Severity, ServiceLevel>,
    /// How much of a clock has to have passed for a warning, in percent: 1 to 99.
    #[schema(minimum = 1, maximum = 99)]
    pub warn_percent: Percent,
}

/// A share: 80 where nothing is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
pub struct Percent(pub u8);

impl Default for Percent {
    fn default() -> Self {
        Self(80)
    }
}

/// A way from incidents to channels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// What people and deliveries call it: 1 to 64 characters, no other's.
    #[schema(min_length = 1, max_length = 64)]
    pub name: String,
    /// Which incidents, by their newest firing alert, in CEL, as in a rule; every one where it is left out. `severity` is
    /// the incident's.
    #[serde(rename = "match", default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub matches: Option<String>,
    /// Of these severities; of each where there is none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    #[schema(max_items = 4)]
    pub severities: BTreeSet<Severity>,
    /// This news; all where there is none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    #[schema(max_items = 8)]
    pub events: BTreeSet<News>,
    /// At these times; always where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub hours: Option<Weekly>,
    /// To these channels, by name: 1 to 10. Nowhere, if it does not continue: what it is for is told to nobody.
    #[schema(max_items = 10)]
    pub channels: Vec<String>,
    /// Whether the routes after it are asked about what it is for, too, whether it is open or not.
    #[serde(rename = "continue", default = "yes", skip_serializing_if = "is_yes")]
    #[schema(default = true)]
    pub continues: bool,
}

fn yes() -> bool {
    true
}

fn is_yes(is: &bool) -> bool {
    *is
}

/// A step while nobody takes notice: nobody has acknowledged the incident, and nobody has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EscalationStep {
    /// How long after the incident was told, in minutes: 1 to 10080.
    #[schema(minimum = 1, maximum = 10_080)]
    pub after_minutes: u32,
    /// For incidents of these severities; of each where there is none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    #[schema(max_items = 4)]
    pub severities: BTreeSet<Severity>,
    /// To these channels, by name: 1 to 10.
    #[schema(min_items = 1, max_items = 10)]
    pub channels: Vec<String>,
}

/// How soon something has to happen to an incident, from when it was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceLevel {
    /// Somebody has taken notice, in minutes: 1 to 129600.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 129_600)]
    pub response_minutes: Option<u32>,
    /// It is over, in minutes: 1 to 129600.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 129_600)]
    pub resolution_minutes: Option<u32>,
}

/// Which of the clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Clocked {
    /// Until somebody takes notice.
    Response,
    /// Until it is over.
    Resolution,
}

impl Clocked {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Response => "response",
            Self::Resolution => "resolution",
        }
    }
}

impl ServiceLevel {
    /// How long a clock runs.
    pub fn span(&self, clock: Clocked) -> Option<Duration> {
        let minutes = match clock {
            Clocked::Response => self.response_minutes,
            Clocked::Resolution => self.resolution_minutes,
        };
        minutes.map(|minutes| Duration::from_secs(u64::from(minutes) * 60))
    }
}

impl EscalationStep {
    /// How long after the incident was told.
    pub fn after(&self) -> Duration {
        Duration::from_secs(u64::from(self.after_minutes) * 60)
    }

    /// Whether it is for incidents of a severity.
    pub fn is_for(&self, severity: Severity) -> bool {
        self.severities.is_empty() || self.severities.contains(&severity)
    }
}

impl Notifications {
    /// Whether nobody hears of anything.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Whether there is anything to do for an incident: somebody to tell, or a clock to run.
    pub fn are_on(&self) -> bool {
        self.name_somebody() || !self.service_levels.is_empty()
    }

    /// Whether there is anybody who may have to hear of an incident.
    pub fn name_somebody(&self) -> bool {
        !self.routes.is_empty() || !self.escalation.is_empty()
    }

    /// The channels that are named.
    pub fn channels(&self) -> BTreeSet<&str> {
        let routed = self.routes.iter().flat_map(|route| &route.channels);
        let stepped = self.escalation.iter().flat_map(|step| &step.channels);
        routed.chain(stepped).map(String::as_str).collect()
    }

    /// Whether they are as they must be, with these channels.
    ///
    /// # Errors
    /// The first thing that is not, by its path.
    pub fn check(&self, known: &BTreeSet<String>) -> Result<(), InvalidRule> {
        Routes::read(self)?;
        let are_known = |names: &[String], least: usize, path: String| {
            if !(least..=ROUTE_CHANNELS).contains(&names.len()) {
                let rule = match least {
                    0 => format!("must name at most {ROUTE_CHANNELS} channels"),
                    _ => format!(
                        "must name 1 to {ROUTE_CHANNELS} channels; none only in a route with \"continue\": false"
                    ),
                };
                return Err(refused(path, rule));
            }
            if let Some(twice) = names.iter().enumerate().find(|(no, name)| names[..*no].contains(name)) {
                return Err(refused(
                    path,
                    format!("must name each channel once: {:?} stands twice", twice.1),
                ));
            }
            match names.iter().find(|name| !known.contains(*name)) {
                Some(name) => Err(refused(
                    path,
                    format!("must name channels that there are; there is no {name:?}"),
                )),
                None => Ok(()),
            }
        };
        for (place, route) in self.routes.iter().enumerate() {
            let least = usize::from(route.continues);
            are_known(&route.channels, least, format!("routes[{place}].channels"))?;
        }
        if self.escalation.len() > ESCALATION_STEPS {
            let rule = format!("must be at most {ESCALATION_STEPS} steps");
            return Err(refused("escalation".to_owned(), rule));
        }
        for (place, step) in self.escalation.iter().enumerate() {
            are_known(&step.channels, 1, format!("escalation[{place}].channels"))?;
            let before = place
                .checked_sub(1)
                .map_or(1, |before| self.escalation[before].after_minutes);
            if !(before.max(1)..=STEP_MINUTES).contains(&step.after_minutes) {
                let rule = format!(
                    "must be {} to {STEP_MINUTES}: no less than the step before",
                    before.max(1)
                );
                return Err(refused(format!("escalation[{place}].after_minutes"), rule));
            }
        }
        for (severity, level) in &self.service_levels {
            for (name, minutes) in [
                ("response_minutes", level.response_minutes),
                ("resolution_minutes", level.resolution_minutes),
            ] {
                if minutes.is_some_and(|minutes| !(1..=CLOCK_MINUTES).contains(&minutes)) {
                    let rule = format!("must be 1 to {CLOCK_MINUTES}");
                    return Err(refused(format!("service_levels.{severity}.{name}"), rule));
                }
            }
        }
        for (severity, level) in &self.service_levels {
            if let (Some(response), Some(resolution)) = (level.response_minutes, level.resolution_minutes)
                && resolution < response
            {
                let rule = format!("must be no less than response_minutes, {response}");
                return Err(refused(format!("service_levels.{severity}.resolution_minutes"), rule));
            }
        }
        match self.warn_percent.0 {
            1..=99 => Ok(()),
            _ => Err(refused("warn_percent".to_owned(), "must be 1 to 99".to_owned())),
        }
    }
}

/// Routes, ready to be used.
#[derive(Default)]
pub struct Routes {
    each: Vec<Way>,
    conditions: Conditions,
}

struct Way {
    route: Route,
    condition: Option<Condition>,
    hours: Option<Hours>,
}

impl Routes {
    /// Reads a company's.
    ///
    /// # Errors
    /// The first thing that is not as it must be, by its path.
    pub fn read(notifications: &Notifications) -> Result<Self, InvalidRule> {
        let routes = &notifications.routes;
        if routes.len() > ROUTES {
            return Err(refused("routes".to_owned(), format!("must be at most {ROUTES}")));
        }
        let mut reading = Reading::default();
        let mut read = Self::default();
        for (place, route) in routes.iter().enumerate() {
            let path = |field: &str| format!("routes[{place}].{field}");
            if route.name.trim() != route.name || !(1..=NAME).contains(&route.name.chars().count()) {
                let rule = format!("must be 1 to {NAME} characters, without spaces around them");
                return Err(refused(path("name"), rule));
            }
            if routes[..place].iter().any(|other| other.name == route.name) {
                let rule = format!("must be of one route alone: {:?} stands twice", route.name);
                return Err(refused(path("name"), rule));
            }
            let condition = route.matches.as_ref().map(|text| reading.read(text)).transpose();
            let hours = route.hours.as_ref().map(Weekly::read).transpose();
            read.each.push(Way {
                route: route.clone(),
                condition: condition.map_err(|rule| refused(path("match"), rule))?,
                hours: hours.map_err(|(field, rule)| refused(path(&format!("hours.{field}")), rule))?,
            });
        }
        read.conditions = reading.done();
        for (place, way) in read.each.iter().enumerate() {
            if let Some(condition) = &way.condition {
                let tried = condition.try_out(&read.conditions);
                tried.map_err(|rule| refused(format!("routes[{place}].match"), rule))?;
            }
        }
        Ok(read)
    }

    /// Of each route, why it does not lead some news of an incident anywhere at a moment.
    pub fn explain(&self, news: News, alert: &NewAlert, now: Timestamp) -> Vec<Considered> {
        let considered = self.considered(news, alert, now).map(|(way, why_not)| Considered {
            route: way.route.name.clone(),
            channels: way.route.channels.clone(),
            why_not,
        });
        considered.collect()
    }

    /// The channels that are told some news of an incident, as its alert shows it, at a moment: each with the first route
    /// that leads there.
    pub fn of(&self, news: News, alert: &NewAlert, now: Timestamp) -> BTreeMap<String, String> {
        let mut told = BTreeMap::new();
        for (way, _) in self
            .considered(news, alert, now)
            .filter(|(_, why_not)| why_not.is_none())
        {
            for channel in &way.route.channels {
                told.entry(channel.clone()).or_insert_with(|| way.route.name.clone());
            }
        }
        told
    }

    /// Whether they end some news at one of them that tells nobody.
    pub fn end_nowhere(&self, news: News, alert: &NewAlert, now: Timestamp) -> bool {
        let mut fitting = self
            .considered(news, alert, now)
            .filter(|(_, why_not)| why_not.is_none());
        fitting.any(|(way, _)| way.route.channels.is_empty())
    }

    /// Each route, with the first thing by which it leads nowhere.
    fn considered(&self, news: News, alert: &NewAlert, now: Timestamp) -> impl Iterator<Item = (&Way, Option<String>)> {
        let sight = self.conditions.of(alert);
        let mut last: Option<&str> = None;
        self.each.iter().map(move |way| {
            if let Some(last) = last {
                return (way, Some(format!("{last:?} is for it, and does not continue")));
            }
            let why_not = way.is_not_for(news, alert, &sight);
            if why_not.is_none() && !way.route.continues {
                last = Some(&way.route.name);
            }
            (way, why_not.or_else(|| way.is_closed(now)))
        })
    }
}

/// A route, and whether it leads somewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ConsideredRoute)]
pub struct Considered {
    /// Its name.
    pub route: String,
    /// Where it leads.
    pub channels: Vec<String>,
    /// Why it leads nowhere; `null` where it does.
    pub why_not: Option<String>,
}

impl Way {
    /// The first thing by which some news is none that it is for.
    fn is_not_for(&self, news: News, alert: &NewAlert, sight: &Sight) -> Option<String> {
        let route = &self.route;
        if !route.severities.is_empty() && !route.severities.contains(&alert.severity) {
            return Some(format!("it is not for {}", alert.severity));
        }
        if !route.events.is_empty() && !route.events.contains(&news) {
            return Some(format!("it is not for {}", news.as_str()));
        }
        let condition = self.condition.as_ref().filter(|condition| !condition.holds(sight));
        condition.map(|_| "its match is not true of the newest alert that fires".to_owned())
    }

    /// Until when it is closed.
    fn is_closed(&self, now: Timestamp) -> Option<String> {
        let hours = self.hours.as_ref().filter(|hours| !hours.hold(now))?;
        let opens = hours.next_change(now).map(|at| format!(" before {at}"));
        Some(format!("it is not open{}", opens.unwrap_or_default()))
    }
}

fn refused(field: String, rule: String) -> InvalidRule {
    InvalidRule { field, rule }
}

#[cfg(test)]
mod tests;
