//! CloudWatch alarms as they come: in SNS's envelope, as EventBridge's event, as the message alone, or as what an alarm
//! hands to Lambda. An alarm is known by its ARN, so that its end is the end of the same trouble.

use std::collections::BTreeMap;

use actors::domain::{AwsSettings, Severity, Signal};
use actors::port::cloud::{AlarmState, WatchedAlarm};
use serde::Deserialize;

use super::lenient::{Text, Texts};
use super::sns::Envelope;
use super::{Draft, Identity, Reading, missing};
use crate::ingest::native::Invalid;
use crate::json;

/// Dimensions that name what is in trouble, the nearest first.
const ASSETS: [&str; 12] = [
    "InstanceId",
    "DBInstanceIdentifier",
    "DBClusterIdentifier",
    "FunctionName",
    "ServiceName",
    "ClusterName",
    "LoadBalancer",
    "QueueName",
    "TableName",
    "BucketName",
    "AutoScalingGroupName",
    "Host",
];

/// Whichever it is.
#[derive(Deserialize)]
struct Kind {
    #[serde(default, rename = "Type")]
    sns: Option<Text>,
    #[serde(default, rename = "detail-type")]
    event: Option<Text>,
    #[serde(default, rename = "alarmData")]
    action: Option<serde::de::IgnoredAny>,
    #[serde(default, rename = "Records")]
    records: Option<Vec<Record>>,
}

/// SNS's envelope as Lambda is handed it.
#[derive(Deserialize)]
struct Record {
    #[serde(rename = "Sns")]
    sns: Envelope,
}

/// What SNS carries.
#[derive(Deserialize)]
struct Message {
    #[serde(default, rename = "AlarmName")]
    alarm_name: Text,
    #[serde(default, rename = "AlarmDescription")]
    description: Text,
    #[serde(default, rename = "AlarmArn")]
    arn: Text,
    #[serde(default, rename = "AWSAccountId")]
    account: Text,
    #[serde(default, rename = "Region")]
    region: Text,
    #[serde(default, rename = "NewStateValue")]
    state: Text,
    #[serde(default, rename = "NewStateReason")]
    reason: Text,
    #[serde(default, rename = "StateChangeTime")]
    changed_at: Text,
    #[serde(default, rename = "Trigger")]
    trigger: Option<Trigger>,
}

#[derive(Default, Deserialize)]
struct Trigger {
    #[serde(default, rename = "Namespace")]
    namespace: Text,
    #[serde(default, rename = "MetricName")]
    metric: Text,
    #[serde(default, rename = "Dimensions")]
    dimensions: Option<Vec<Dimension>>,
}

#[derive(Deserialize)]
struct Dimension {
    #[serde(default, alias = "Name")]
    name: Text,
    #[serde(default, alias = "Value")]
    value: Text,
}

/// EventBridge's event.
#[derive(Deserialize)]
struct Event {
    #[serde(default)]
    id: Text,
    #[serde(default, rename = "detail-type")]
    kind: Text,
    #[serde(default)]
    account: Text,
    #[serde(default)]
    region: Text,
    #[serde(default)]
    resources: Option<Vec<Text>>,
    detail: Alarm,
}

/// What an alarm hands to Lambda.
#[derive(Deserialize)]
struct Action {
    #[serde(default, rename = "alarmArn")]
    arn: Text,
    #[serde(default, rename = "accountId")]
    account: Text,
    #[serde(default)]
    region: Text,
    #[serde(default)]
    time: Text,
    #[serde(rename = "alarmData")]
    alarm: Alarm,
}

#[derive(Deserialize)]
struct Alarm {
    #[serde(default, rename = "alarmName")]
    name: Text,
    #[serde(default)]
    state: Option<State>,
    #[serde(default)]
    configuration: Option<Configuration>,
    #[serde(default, rename = "alarmTags")]
    tags: Texts,
}

#[derive(Default, Deserialize)]
struct State {
    #[serde(default)]
    value: Text,
    #[serde(default)]
    reason: Text,
    #[serde(default)]
    timestamp: Text,
}

#[derive(Default, Deserialize)]
struct Configuration {
    #[serde(default)]
    description: Text,
    #[serde(default)]
    metrics: Option<Vec<Metric>>,
}

#[derive(Deserialize)]
struct Metric {
    #[serde(default, rename = "metricStat")]
    stat: Option<Stat>,
}

#[derive(Deserialize)]
struct Stat {
    #[serde(default)]
    metric: Option<Measured>,
}

#[derive(Deserialize)]
struct Measured {
    #[serde(default)]
    name: Text,
    #[serde(default)]
    namespace: Text,
    #[serde(default)]
    dimensions: Texts,
}

/// An alarm, however it came.
#[derive(Default)]
struct Told {
    name: Option<String>,
    arn: Option<String>,
    account: Option<String>,
    region: Option<String>,
    state: Option<String>,
    reason: Option<String>,
    description: Option<String>,
    changed_at: Text,
    metric: Option<String>,
    namespace: Option<String>,
    dimensions: BTreeMap<String, String>,
    severity: Option<String>,
    /// Where its fields stand.
    field: &'static str,
}

pub(super) fn read(body: &[u8]) -> Result<Reading, Invalid> {
    let text = json::strict(body)?;
    let kind: Kind = json::object(text)?;
    match kind {
        Kind { sns: Some(_), .. } => envelope(json::object(text)?),
        Kind {
            records: Some(records), ..
        } => {
            let mut all = Vec::new();
            for record in records {
                all.extend(envelope(record.sns)?.drafts);
            }
            Ok(Reading::of(all))
        }
        Kind { action: Some(_), .. } => action(json::object(text)?),
        Kind { event: Some(_), .. } => event(json::object(text)?),
        _ => message(json::object(text)?, ""),
    }
}

fn envelope(envelope: Envelope) -> Result<Reading, Invalid> {
    if !envelope.kind.is("Notification") {
        return Ok(Reading::default());
    }
    let Some(carried) = envelope.message.get() else {
        return Err(missing("Message", "a notification carries the alarm as a text of JSON").into());
    };
    if !carried.starts_with('{') {
        return Err(missing("Message.AlarmName", "the topic's message is no alarm of CloudWatch").into());
    }
    let within = |error: json::FieldError| json::FieldError::new(format!("Message.{}", error.field), error.detail);
    let text = json::strict(carried.as_bytes()).map_err(within)?;
    // An EventBridge rule may have the topic as its target.
    let kind: Kind = json::object(text).map_err(within)?;
    let read = match kind.event {
        Some(_) => event(json::object(text).map_err(within)?),
        None => message(json::object(text).map_err(within)?, "Message."),
    }?;
    let delivery = envelope.message_id.get().map(|id| Identity::once(&["sns", id]));
    Ok(Reading {
        delivery: delivery.or(read.delivery),
        ..read
    })
}

fn message(message: Message, field: &'static str) -> Result<Reading, Invalid> {
    let trigger = message.trigger.unwrap_or_default();
    let dimensions = trigger.dimensions.unwrap_or_default().into_iter();
    let told = Told {
        name: message.alarm_name.take(),
        arn: message.arn.take(),
        account: message.account.take(),
        region: message.region.take(),
        state: message.state.take(),
        reason: message.reason.take(),
        description: message.description.take(),
        changed_at: message.changed_at,
        metric: trigger.metric.take(),
        namespace: trigger.namespace.take(),
        dimensions: dimensions
            .filter_map(|one| Some((one.name.take()?, one.value.take()?)))
            .collect(),
        severity: None,
        field,
    };
    let id = [
        told.name.clone(),
        told.state.clone(),
        told.changed_at.get().map(str::to_owned),
    ]
    .map(Option::unwrap_or_default);
    let draft = told.draft("AlarmName", "NewStateValue", true)?;
    Ok(one(draft, &["message", &id[0], &id[1], &id[2]]))
}

/// An alarm that was asked for, as if it had been pushed.
pub fn polled(alarm: &WatchedAlarm, settings: Option<&AwsSettings>) -> Reading {
    let state = match alarm.alarm.state {
        AlarmState::Ok => "OK",
        AlarmState::Alarm => "ALARM",
        AlarmState::InsufficientData => "INSUFFICIENT_DATA",
    };
    let since = alarm.alarm.timestamp.map(|at| at.to_string()).unwrap_or_default();
    let told = Told {
        name: Some(alarm.alarm.alarm_name.clone()),
        arn: alarm.arn.clone(),
        account: settings
            .and_then(AwsSettings::account)
            .map(|(account, _)| account.to_owned()),
        region: settings.map(|settings| settings.region.clone()),
        state: Some(state.to_owned()),
        reason: Some(alarm.alarm.reason.clone()),
        description: alarm.description.clone(),
        changed_at: Text::of(&since),
        metric: alarm.metric_name.clone(),
        namespace: alarm.namespace.clone(),
        dimensions: alarm.dimensions.clone(),
        severity: None,
        field: "",
    };
    // It has a name and a state: nothing is missing.
    let draft = told.draft("alarm_name", "state", false).ok().flatten();
    one(draft, &["polled", alarm.known_by(), state, &since])
}

fn event(event: Event) -> Result<Reading, Invalid> {
    // Others tell of changed settings, or of what contributes to an alarm.
    if !event.kind.is("CloudWatch Alarm State Change") {
        return Ok(Reading::default());
    }
    let arn = event.resources.unwrap_or_default().into_iter().find_map(Text::take);
    let told = event
        .detail
        .told((arn, event.account.take(), event.region.take()), "detail.");
    let draft = told.draft("alarmName", "state.value", false)?;
    Ok(one(draft, &["event", event.id.get().unwrap_or_default()]))
}

fn action(action: Action) -> Result<Reading, Invalid> {
    let time = action.time.get().unwrap_or_default().to_owned();
    let arn = action.arn.take();
    let id = [arn.clone().unwrap_or_default(), time];
    let told = action
        .alarm
        .told((arn, action.account.take(), action.region.take()), "alarmData.");
    let draft = told.draft("alarmName", "state.value", true)?;
    Ok(one(draft, &["action", &id[0], &id[1]]))
}

fn one(draft: Option<Draft>, id: &[&str]) -> Reading {
    draft.map_or_else(Reading::default, |draft| Reading::once(draft, id))
}

impl Alarm {
    fn told(
        self,
        (arn, account, region): (Option<String>, Option<String>, Option<String>),
        field: &'static str,
    ) -> Told {
        let state = self.state.unwrap_or_default();
        let configuration = self.configuration.unwrap_or_default();
        let metrics = configuration.metrics.unwrap_or_default().into_iter();
        let mut measured = metrics.filter_map(|metric| metric.stat?.metric);
        let (metric, namespace, dimensions) = measured.next().map_or((None, None, BTreeMap::new()), |measured| {
            (measured.name.take(), measured.namespace.take(), measured.dimensions.0)
        });
        Told {
            name: self.name.take(),
            arn,
            account,
            region,
            state: state.value.take(),
            reason: state.reason.take(),
            description: configuration.description.take(),
            changed_at: state.timestamp,
            metric,
            namespace,
            dimensions,
            severity: self
                .tags
                .first(&["severity", "Severity", "priority"])
                .map(str::to_owned),
            field,
        }
    }
}

impl Told {
    /// As an alert; none where nobody has asked to be told of missing data.
    fn draft(self, name: &str, state: &str, missing_data: bool) -> Result<Option<Draft>, Invalid> {
        let field = self.field;
        let absent = |of: &str, fix: &str| missing(&format!("{field}{of}"), fix);
        let Some(alarm) = self.name else {
            return Err(absent(name, "an alarm is told by its name").into());
        };
        let (status, grave) = match self.state.as_deref() {
            Some("ALARM") => (Signal::Firing, Severity::High),
            Some("OK") => (Signal::Resolved, Severity::High),
            Some("INSUFFICIENT_DATA") if missing_data => (Signal::Firing, Severity::Low),
            Some("INSUFFICIENT_DATA") => return Ok(None),
            _ => return Err(absent(state, "ALARM, OK or INSUFFICIENT_DATA").into()),
        };
        let of_alarm = || {
            let account = self.account.as_deref().unwrap_or_default();
            format!("{account}/{}/{alarm}", self.region.as_deref().unwrap_or_default())
        };
        let fingerprint = self.arn.clone().unwrap_or_else(of_alarm);
        let named = ASSETS.iter().find_map(|name| self.dimensions.get(*name));
        let asset = named.or(self.dimensions.values().next()).unwrap_or(&alarm).clone();
        let says: Vec<&str> = [&self.description, &self.reason]
            .into_iter()
            .filter_map(|text| text.as_deref())
            .collect();
        let moment = self.changed_at.moment();
        let is_over = status == Signal::Resolved;
        let draft = Draft {
            asset,
            signature: alarm.clone(),
            message: says.join("\n"),
            status,
            fingerprint: Some(fingerprint),
            starts_at: moment.filter(|_| !is_over),
            ends_at: moment.filter(|_| is_over),
            labels: self.dimensions,
            ..Draft::default()
        };
        let draft = draft
            .label("account", self.account.as_deref())
            .label("region", self.region.as_deref())
            .label("metric", self.metric.as_deref())
            .label("namespace", self.namespace.as_deref())
            .label("state", self.state.as_deref());
        let draft = draft.graded(self.severity.as_deref());
        Ok(Some(Draft {
            severity: draft.severity.or(Some(grave)),
            ..draft
        }))
    }
}
