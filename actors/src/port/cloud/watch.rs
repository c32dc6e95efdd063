//! A company's alarms and metrics.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::CloudError;
use crate::domain::{CompanyId, Timestamp};
use crate::limits;

/// How an alarm stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, schemars::JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AlarmState {
    /// As it should be.
    Ok,
    /// It is raised.
    Alarm,
    /// It cannot be told, or in a word that we do not know.
    InsufficientData,
}

/// An alarm: of a metric, of other alarms, or of logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Alarm {
    /// Its name.
    pub alarm_name: String,
    /// How it stands.
    pub state: AlarmState,
    /// Why, in CloudWatch's words.
    pub reason: String,
    /// Since when.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub timestamp: Option<Timestamp>,
}

/// An alarm with what it watches, as CloudWatch would push it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedAlarm {
    /// How it stands.
    pub alarm: Alarm,
    /// Its ARN.
    pub arn: Option<String>,
    /// What people say of it.
    pub description: Option<String>,
    /// Of the metric that it watches, where it is one.
    pub namespace: Option<String>,
    /// The metric's name.
    pub metric_name: Option<String>,
    /// The metric's dimensions, by name.
    pub dimensions: BTreeMap<String, String>,
}

impl WatchedAlarm {
    /// By what it is told from others of its account.
    pub fn known_by(&self) -> &str {
        self.arn.as_deref().unwrap_or(&self.alarm.alarm_name)
    }
}

/// How a period's samples become one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, schemars::JsonSchema)]
pub enum Statistic {
    /// Their mean.
    Average,
    /// Their sum.
    Sum,
    /// The least.
    Minimum,
    /// The greatest.
    Maximum,
    /// How many there are.
    SampleCount,
}

impl Statistic {
    /// As CloudWatch writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Average => "Average",
            Self::Sum => "Sum",
            Self::Minimum => "Minimum",
            Self::Maximum => "Maximum",
            Self::SampleCount => "SampleCount",
        }
    }
}

/// By which a metric is told from others of its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    /// Its name.
    pub name: String,
    /// What it is.
    pub value: String,
}

/// A metric over a span of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricQuery {
    /// Whose metrics: `AWS/EC2`.
    pub namespace: String,
    /// Which.
    pub metric_name: String,
    /// Of what, at most 30.
    #[serde(default)]
    pub dimensions: Vec<Dimension>,
    /// From this moment.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub start_time: Timestamp,
    /// To this, which is later.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub end_time: Timestamp,
    /// A number for each so many seconds: 60, 300 or another multiple of 60; at most
    /// [`limits::METRIC_POINTS`] of them.
    #[serde(default = "five_minutes")]
    #[schema(minimum = 60, maximum = 86_400)]
    #[schemars(range(min = 60, max = 86_400))]
    pub period: u32,
    /// How a period's samples become one number.
    pub statistic: Statistic,
}

fn five_minutes() -> u32 {
    300
}

impl MetricQuery {
    /// Whether it may be asked.
    ///
    /// # Errors
    /// [`CloudError::Invalid`], naming the field.
    pub fn check(&self) -> Result<(), CloudError> {
        let require = |holds: bool, rule: &str| {
            if holds {
                Ok(())
            } else {
                Err(CloudError::Invalid(rule.to_owned()))
            }
        };
        let text = |text: &str| (1..=255).contains(&text.len()) && !text.chars().any(char::is_control);
        require(text(&self.namespace), "namespace must be 1 to 255 bytes of text")?;
        require(text(&self.metric_name), "metric_name must be 1 to 255 bytes of text")?;
        let named = |dimension: &Dimension| text(&dimension.name) && text(&dimension.value);
        let holds = self.dimensions.len() <= 30 && self.dimensions.iter().all(named);
        require(
            holds,
            "dimensions must be at most 30 names and values of 1 to 255 bytes",
        )?;
        require(
            self.start_time < self.end_time,
            "end_time must be later than start_time",
        )?;
        let holds = self.period.is_multiple_of(60) && (60..=86_400).contains(&self.period);
        require(holds, "period must be a multiple of 60, 60 to 86400")?;
        let points = self.end_time.since(self.start_time).as_secs() / u64::from(self.period);
        let most = limits::METRIC_POINTS;
        let rule = format!("period must be longer: {points} points are more than {most}");
        require(points <= u64::try_from(most).unwrap_or(u64::MAX), &rule)
    }
}

/// A number of a metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Datapoint {
    /// Where its period begins.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub timestamp: Timestamp,
    /// The number.
    pub value: f64,
    /// Its unit, where CloudWatch says it; with the call that gives many metrics at once it does not.
    pub unit: Option<String>,
}

/// A metric's numbers, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricSeries {
    /// What people call it.
    pub label: String,
    /// Its numbers; a period without samples has none.
    pub datapoints: Vec<Datapoint>,
}

/// Knows alarms and metrics.
#[async_trait]
pub trait Watch: Send + Sync + 'static {
    /// An alarm.
    ///
    /// # Errors
    /// [`CloudError`]; [`CloudError::Unknown`] where there is none of this name.
    async fn alarm(&self, company: &CompanyId, name: &str) -> Result<Alarm, CloudError>;

    /// All alarms that stand so.
    ///
    /// # Errors
    /// [`CloudError`]; [`CloudError::TooMuch`] where there are more than [`limits::CLOUD_PAGES`] pages of them.
    async fn alarms(&self, company: &CompanyId, state: AlarmState) -> Result<Vec<WatchedAlarm>, CloudError>;

    /// A metric's numbers.
    ///
    /// # Errors
    /// [`CloudError`].
    async fn metrics(&self, company: &CompanyId, query: &MetricQuery) -> Result<MetricSeries, CloudError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query() -> MetricQuery {
        let json = r#"{"namespace": "AWS/EC2", "metric_name": "CPUUtilization", "statistic": "Average",
            "start_time": "2026-01-31T08:00:00Z", "end_time": "2026-01-31T09:00:00Z"}"#;
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_query_is_read_as_the_tool_is_called_and_kept_within_limits() {
        assert_eq!((query().check(), query().period), (Ok(()), 300));
        let refused = |change: fn(&mut MetricQuery)| {
            let mut query = query();
            change(&mut query);
            query.check().unwrap_err().to_string()
        };
        assert!(refused(|q| q.namespace.clear()).contains("namespace"));
        assert!(refused(|q| q.metric_name = "a\nb".into()).contains("metric_name"));
        assert!(refused(|q| q.end_time = q.start_time).contains("end_time"));
        assert!(refused(|q| q.period = 61).contains("period"));
        assert!(refused(|q| q.start_time = Timestamp::default()).contains("points"));
    }
}
