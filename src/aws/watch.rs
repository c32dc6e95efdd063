//! Alarms and metrics by CloudWatch.

use std::collections::BTreeMap;

use actors::domain::{CompanyId, Timestamp};
use actors::limits::{CLOUD_PAGES, METRIC_POINTS};
use actors::port::cloud::{
    Alarm, AlarmState, CloudError, CloudService, Datapoint, MetricQuery, MetricSeries, Watch, WatchedAlarm,
};
use async_trait::async_trait;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{
    AlarmType, Dimension, Metric, MetricAlarm, MetricDataQuery, MetricDataResult, MetricStat, ScanBy, StateValue,
    StatusCode,
};

use super::Aws;
use super::convert::{cut, date_time, moment};

/// Alarms of a page, the most that there may be.
const PAGE: i32 = 100;
/// The longest name of an alarm, in characters.
const NAME: usize = 255;
/// The longest reason, in characters; CloudWatch gives no longer one.
const REASON: usize = 1023;

#[async_trait]
impl Watch for Aws {
    async fn alarm(&self, company: &CompanyId, name: &str) -> Result<Alarm, CloudError> {
        if name.is_empty() || name.chars().count() > NAME || name.chars().any(char::is_control) {
            let rule = format!("alarm_name must be 1 to {NAME} characters");
            return Err(CloudError::Invalid(rule));
        }
        let link = self.link(company).await?;
        let request = link
            .cloudwatch
            .describe_alarms()
            .alarm_names(name)
            .alarm_types(AlarmType::MetricAlarm)
            .alarm_types(AlarmType::CompositeAlarm)
            .alarm_types(AlarmType::LogAlarm);
        let answer = link.call(CloudService::CloudWatch, request.send()).await?;
        let of_metrics = answer.metric_alarms().iter().map(|alarm| {
            let since = alarm.state_transitioned_timestamp().or(alarm.state_updated_timestamp());
            (alarm.alarm_name(), alarm.state_value(), alarm.state_reason(), since)
        });
        let of_alarms = answer.composite_alarms().iter().map(|alarm| {
            let since = alarm.state_transitioned_timestamp().or(alarm.state_updated_timestamp());
            (alarm.alarm_name(), alarm.state_value(), alarm.state_reason(), since)
        });
        let of_logs = answer.log_alarms().iter().map(|alarm| {
            let since = alarm.state_transitioned_timestamp().or(alarm.state_updated_timestamp());
            (alarm.alarm_name(), alarm.state_value(), alarm.state_reason(), since)
        });
        let mut all = of_metrics.chain(of_alarms).chain(of_logs);
        all.find(|(known, ..)| *known == Some(name))
            .map(|(_, state, reason, since)| alarm(name, state, reason, since))
            .ok_or_else(|| CloudError::Unknown(format!("no alarm {name:?}")))
    }

    async fn alarms(&self, company: &CompanyId, state: AlarmState) -> Result<Vec<WatchedAlarm>, CloudError> {
        let link = self.link(company).await?;
        let (mut all, mut token) = (Vec::new(), None);
        for _ in 0..CLOUD_PAGES {
            let request = link
                .cloudwatch
                .describe_alarms()
                .state_value(match state {
                    AlarmState::Ok => StateValue::Ok,
                    AlarmState::Alarm => StateValue::Alarm,
                    AlarmState::InsufficientData => StateValue::InsufficientData,
                })
                .alarm_types(AlarmType::MetricAlarm)
                .alarm_types(AlarmType::CompositeAlarm)
                .alarm_types(AlarmType::LogAlarm)
                .max_records(PAGE)
                .set_next_token(token);
            let page = link.call(CloudService::CloudWatch, request.send()).await?;
            all.extend(page.metric_alarms().iter().filter_map(of_metric));
            all.extend(page.composite_alarms().iter().filter_map(|told| {
                let since = told.state_transitioned_timestamp().or(told.state_updated_timestamp());
                let known = alarm(told.alarm_name()?, told.state_value(), told.state_reason(), since);
                Some(watched(known, told.alarm_arn(), told.alarm_description()))
            }));
            all.extend(page.log_alarms().iter().filter_map(|told| {
                let since = told.state_transitioned_timestamp().or(told.state_updated_timestamp());
                let known = alarm(told.alarm_name()?, told.state_value(), told.state_reason(), since);
                Some(watched(known, told.alarm_arn(), told.alarm_description()))
            }));
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(all);
            }
        }
        Err(CloudError::TooMuch("alarms".to_owned()))
    }

    async fn metrics(&self, company: &CompanyId, query: &MetricQuery) -> Result<MetricSeries, CloudError> {
        query.check()?;
        let link = self.link(company).await?;
        let asked = data_query(query);
        let mut label = None;
        let mut points: BTreeMap<Timestamp, f64> = BTreeMap::new();
        let mut token = None;
        for _ in 0..CLOUD_PAGES {
            let request = link
                .cloudwatch
                .get_metric_data()
                .metric_data_queries(asked.clone())
                .start_time(date_time(query.start_time))
                .end_time(date_time(query.end_time))
                .scan_by(ScanBy::TimestampAscending)
                .set_next_token(token);
            let page = link.call(CloudService::CloudWatch, request.send()).await?;
            for result in page.metric_data_results() {
                is_told(result)?;
                label = label.or_else(|| result.label().map(|label| cut(label, NAME)));
                let times = result.timestamps().iter().filter_map(moment);
                points.extend(times.zip(result.values().iter().copied()));
            }
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                let label = label.unwrap_or_else(|| query.metric_name.clone());
                let datapoints = points
                    .into_iter()
                    .take(METRIC_POINTS)
                    .map(|(timestamp, value)| Datapoint {
                        timestamp,
                        value,
                        unit: None,
                    });
                let datapoints = datapoints.collect();
                return Ok(MetricSeries { label, datapoints });
            }
        }
        Err(CloudError::TooMuch("datapoints".to_owned()))
    }
}

fn of_metric(told: &MetricAlarm) -> Option<WatchedAlarm> {
    let since = told.state_transitioned_timestamp().or(told.state_updated_timestamp());
    let known = alarm(told.alarm_name()?, told.state_value(), told.state_reason(), since);
    let dimensions = told.dimensions().iter();
    Some(WatchedAlarm {
        namespace: told.namespace().map(str::to_owned),
        metric_name: told.metric_name().map(str::to_owned),
        dimensions: dimensions
            .filter_map(|one| Some((one.name()?.to_owned(), one.value()?.to_owned())))
            .collect(),
        ..watched(known, told.alarm_arn(), told.alarm_description())
    })
}

fn watched(alarm: Alarm, arn: Option<&str>, description: Option<&str>) -> WatchedAlarm {
    WatchedAlarm {
        alarm,
        arn: arn.map(str::to_owned),
        description: description.map(|text| cut(text, REASON)),
        namespace: None,
        metric_name: None,
        dimensions: BTreeMap::new(),
    }
}

fn alarm(name: &str, state: Option<&StateValue>, reason: Option<&str>, since: Option<&DateTime>) -> Alarm {
    Alarm {
        alarm_name: name.to_owned(),
        state: match state {
            Some(StateValue::Ok) => AlarmState::Ok,
            Some(StateValue::Alarm) => AlarmState::Alarm,
            _ => AlarmState::InsufficientData,
        },
        reason: cut(reason.unwrap_or_default(), REASON),
        timestamp: since.and_then(moment),
    }
}

fn data_query(query: &MetricQuery) -> MetricDataQuery {
    let dimensions = query.dimensions.iter().map(|dimension| {
        let (name, value) = (&dimension.name, &dimension.value);
        Dimension::builder().name(name).value(value).build()
    });
    let metric = Metric::builder()
        .namespace(&query.namespace)
        .metric_name(&query.metric_name)
        .set_dimensions(Some(dimensions.collect()))
        .build();
    let stat = MetricStat::builder()
        .metric(metric)
        .period(i32::try_from(query.period).unwrap_or(i32::MAX))
        .stat(query.statistic.as_str())
        .build();
    MetricDataQuery::builder()
        .id("m")
        .metric_stat(stat)
        .return_data(true)
        .build()
}

/// Whether a result may be shown: what is partial goes on on the next page.
fn is_told(result: &MetricDataResult) -> Result<(), CloudError> {
    match result.status_code() {
        Some(StatusCode::Forbidden) => Err(CloudError::Denied("this metric".to_owned())),
        Some(StatusCode::InternalError) => Err(CloudError::Unavailable {
            why: "cloudwatch could not read the metric".to_owned(),
            until: None,
        }),
        _ => Ok(()),
    }
}
