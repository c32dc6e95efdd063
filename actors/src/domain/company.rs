//! A company and its settings.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::aws::AwsSettings;
use super::ids::CompanyId;
use super::intake::Intake;
use super::notification::Notifications;
use super::policy::Policy;
use super::rule::Rule;
use super::suppression::{Silence, Suppression};
use super::time::Timestamp;

/// A tenant as the runtime knows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Company {
    /// Its id.
    pub company_id: CompanyId,
    /// What people call it.
    pub name: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// Raised by every change of its settings, from 1.
    #[serde(default = "first_version")]
    pub version: u64,
    /// Since when it is archived: nothing is accepted for it any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
    /// Since when all of it is on its way out, into archives: this is not taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erase_requested_at: Option<Timestamp>,
    /// When nothing was left of it but its id and the end of its journal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Timestamp>,
    /// How its alerts are grouped.
    #[serde(default)]
    pub correlation: Correlation,
    /// How many alerts it may send.
    #[serde(default)]
    pub rate_limit: RateLimit,
    /// How long what there is of it is kept.
    #[serde(default)]
    pub retention: Retention,
    /// What may run for it.
    #[serde(default)]
    pub policy: Policy,
    /// Its AWS account, where it is connected to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aws: Option<AwsSettings>,
    /// What it takes from monitoring tools.
    #[serde(default, skip_serializing_if = "Intake::is_default")]
    pub intake: Intake,
    /// Its own rules of grouping.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// What keeps its incidents quiet.
    #[serde(default, skip_serializing_if = "Suppression::is_default")]
    pub suppression: Suppression,
    /// What its people have silenced for a while.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub silences: Vec<Silence>,
    /// Who hears of its incidents, and how soon somebody has to take them up.
    #[serde(default, skip_serializing_if = "Notifications::is_default")]
    pub notifications: Notifications,
}

fn first_version() -> u64 {
    1
}

/// Which alerts count as the same trouble.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub enum AggregationKey {
    /// One incident an asset and kind of trouble.
    #[default]
    #[serde(rename = "asset|signature")]
    AssetSignature,
    /// One incident an asset.
    #[serde(rename = "asset")]
    Asset,
    /// One incident a kind of trouble, over all assets.
    #[serde(rename = "signature")]
    Signature,
    /// One incident an asset, kind of trouble and monitoring tool.
    #[serde(rename = "asset|signature|tool")]
    AssetSignatureTool,
}

impl AggregationKey {
    /// As it is written in settings and receipts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AssetSignature => "asset|signature",
            Self::Asset => "asset",
            Self::Signature => "signature",
            Self::AssetSignatureTool => "asset|signature|tool",
        }
    }
}

/// A company's correlation settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Correlation {
    /// Raised by every change; receipts name it.
    pub version: u32,
    /// Which alerts count as the same trouble.
    pub aggregation_key: AggregationKey,
    /// How long after its last alert an incident is joined by key, in minutes: 5 to 15.
    #[schema(minimum = 5, maximum = 15)]
    pub window_minutes: u32,
    /// How many alerts open an incident: 1 to 1000.
    #[schema(minimum = 1, maximum = 1000)]
    pub min_alerts: u32,
    /// After how much silence an incident is over, in minutes: 15 to 43200 (30 days).
    #[schema(minimum = 15, maximum = 43200)]
    pub stale_after_minutes: u32,
    /// How long everything in an incident must have recovered before it resolves itself, in seconds: 0 to 3600.
    #[schema(minimum = 0, maximum = 3600)]
    pub resolve_hold_seconds: u32,
    /// How long after its end an incident is reopened by its own alerts, in minutes: 0 to 1440.
    #[schema(minimum = 0, maximum = 1440)]
    pub reopen_window_minutes: u32,
}

impl Default for Correlation {
    fn default() -> Self {
        Self {
            version: 1,
            aggregation_key: AggregationKey::default(),
            window_minutes: 15,
            min_alerts: 1,
            stale_after_minutes: 24 * 60,
            resolve_hold_seconds: 120,
            reopen_window_minutes: 30,
        }
    }
}

/// A setting outside its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} must be {low} to {high}")]
pub struct OutOfRange {
    /// The setting's name.
    pub field: &'static str,
    /// The least it may be.
    pub low: u32,
    /// The most it may be.
    pub high: u32,
}

pub(super) fn within(field: &'static str, value: u32, low: u32, high: u32) -> Result<(), OutOfRange> {
    if (low..=high).contains(&value) {
        Ok(())
    } else {
        Err(OutOfRange { field, low, high })
    }
}

impl Correlation {
    /// The window as a span.
    pub fn window(&self) -> Duration {
        Duration::from_secs(u64::from(self.window_minutes) * 60)
    }

    /// The staleness limit as a span.
    pub fn stale_after(&self) -> Duration {
        Duration::from_secs(u64::from(self.stale_after_minutes) * 60)
    }

    /// The hold before an incident resolves itself, as a span.
    pub fn resolve_hold(&self) -> Duration {
        Duration::from_secs(u64::from(self.resolve_hold_seconds))
    }

    /// The window in which it is reopened, as a span.
    pub fn reopen_window(&self) -> Duration {
        Duration::from_secs(u64::from(self.reopen_window_minutes) * 60)
    }

    /// Whether every setting is in range.
    ///
    /// # Errors
    /// The first setting that is not.
    pub fn check(&self) -> Result<(), OutOfRange> {
        within("window_minutes", self.window_minutes, 5, 15)?;
        within("min_alerts", self.min_alerts, 1, 1000)?;
        within("stale_after_minutes", self.stale_after_minutes, 15, 43_200)?;
        within("resolve_hold_seconds", self.resolve_hold_seconds, 0, 3600)?;
        within("reopen_window_minutes", self.reopen_window_minutes, 0, 1440)
    }
}

/// A company's token bucket, counted in alerts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RateLimit {
    /// Sustained rate: 1 to 10,000,000.
    #[schema(minimum = 1, maximum = 10_000_000)]
    pub requests_per_minute: u32,
    /// The most the bucket holds: 5 to 10,000,000. Its last fifth is for resolves and criticals.
    #[schema(minimum = 5, maximum = 10_000_000)]
    pub burst_size: u32,
}

impl Default for RateLimit {
    fn default() -> Self {
        Self {
            requests_per_minute: 6000,
            burst_size: 2000,
        }
    }
}

impl RateLimit {
    /// Whether every setting is in range.
    ///
    /// # Errors
    /// The first setting that is not.
    pub fn check(&self) -> Result<(), OutOfRange> {
        within("requests_per_minute", self.requests_per_minute, 1, 10_000_000)?;
        within("burst_size", self.burst_size, 5, 10_000_000)
    }
}

/// How long a company's things are kept. What is past its time is archived to a signed file, and goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// Alerts from their arrival, those of an incident from its end: 7 to 3650 days.
    #[schema(minimum = 7, maximum = 3650)]
    pub alert_days: u32,
    /// Incidents from their end, with their decisions: 7 to 3650 days, and no less than their alerts.
    #[schema(minimum = 7, maximum = 3650)]
    pub incident_days: u32,
    /// Journal entries: 365 to 36500 days, and no less than incidents.
    #[schema(minimum = 365, maximum = 36500)]
    pub journal_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            alert_days: 90,
            incident_days: 2 * 365,
            journal_days: 7 * 365,
        }
    }
}

impl Retention {
    /// How long incidents are kept from their end, and what belongs to them.
    pub fn incidents(&self) -> std::time::Duration {
        std::time::Duration::from_secs(u64::from(self.incident_days) * 86_400)
    }

    /// Whether every setting is in range, and nothing goes before what belongs to it.
    ///
    /// # Errors
    /// The first setting that is not.
    pub fn check(&self) -> Result<(), OutOfRange> {
        within("alert_days", self.alert_days, 7, 3650)?;
        within("incident_days", self.incident_days, 7, 3650)?;
        within("journal_days", self.journal_days, 365, 36_500)?;
        within("incident_days", self.incident_days, self.alert_days, 3650)?;
        within("journal_days", self.journal_days, self.incident_days, 36_500)
    }

    /// What is past its time at a moment.
    pub fn past(&self, now: Timestamp) -> Past {
        Past {
            alerts: now.minus(days(self.alert_days)),
            incidents: now.minus(days(self.incident_days)),
            journal: now.minus(days(self.journal_days)),
        }
    }
}

/// What is past its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    /// Alerts that arrived before this.
    pub alerts: Timestamp,
    /// Incidents that ended before this.
    pub incidents: Timestamp,
    /// What was journalled before this.
    pub journal: Timestamp,
}

impl Company {
    /// What is past its time at a moment: of a company that is erased everything, apart from what its journal says
    /// of that.
    pub fn past(&self, now: Timestamp) -> Past {
        match self.erase_requested_at {
            None => self.retention.past(now),
            Some(requested) => Past {
                alerts: now,
                incidents: now,
                journal: requested,
            },
        }
    }
}

fn days(count: u32) -> Duration {
    Duration::from_secs(u64::from(count) * 24 * 3600)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use utoipa::PartialSchema;

    use super::*;

    /// Whether settings are taken at the limits that are told to clients, and not one step outside. `beside` says what
    /// else is asked for beside a field.
    fn keeps_its_limits<T>(check: impl Fn(&T) -> Result<(), OutOfRange>, beside: impl Fn(&str) -> Value)
    where
        T: PartialSchema + for<'de> Deserialize<'de>,
    {
        let schema = json!(T::schema());
        let mut limited = 0;
        for (name, field) in schema["properties"].as_object().unwrap() {
            let (Some(low), Some(high)) = (field["minimum"].as_u64(), field["maximum"].as_u64()) else {
                continue;
            };
            let takes = |value: u64| {
                let mut settings = beside(name);
                settings[name] = value.into();
                check(&serde_json::from_value(settings).unwrap()).is_ok()
            };
            assert!(takes(low) && takes(high), "{name}: {low} to {high}");
            assert!(
                !takes(high + 1) && (low == 0 || !takes(low - 1)),
                "{name}: {low} to {high}"
            );
            limited += 1;
        }
        let open = |(name, field): &(&String, &Value)| field["type"] == "integer" && *name != "version";
        let integers = schema["properties"].as_object().unwrap().iter().filter(open).count();
        assert_eq!(limited, integers, "every number has its limits");
    }

    #[test]
    fn the_limits_that_are_told_are_those_that_are_kept() {
        keeps_its_limits(Correlation::check, |_| json!({}));
        keeps_its_limits(RateLimit::check, |_| json!({}));
        keeps_its_limits(Retention::check, |name| match name {
            "alert_days" => json!({"incident_days": 3650, "journal_days": 36_500}),
            "incident_days" => json!({"alert_days": 7, "journal_days": 36_500}),
            _ => json!({"alert_days": 7, "incident_days": 7}),
        });
    }

    #[test]
    fn nothing_goes_before_what_belongs_to_it() {
        let check = |alert_days, incident_days, journal_days| {
            let retention = Retention {
                alert_days,
                incident_days,
                journal_days,
            };
            retention.check().map_err(|error| (error.field, error.low))
        };
        assert_eq!(check(90, 90, 365), Ok(()));
        assert_eq!(check(90, 89, 365), Err(("incident_days", 90)));
        assert_eq!(check(90, 400, 399), Err(("journal_days", 400)));
    }
}
