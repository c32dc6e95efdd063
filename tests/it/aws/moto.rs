//! The SDK's ways, asked of moto. Its `SendCommand` succeeds at once and executes nothing, and its `ListCommands`
//! ignores filters. It has neither `CancelCommand` nor automations; AWS's own document is `serve.py`'s.

use actors::domain::Timestamp;
use actors::port::cloud::{
    AlarmState, CloudError, Commands, Dimension, InvocationStatus, MetricQuery, Secrets, SendError, Statistic, Watch,
};
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{ComparisonOperator, MetricDatum, StateValue};
use secrecy::ExposeSecret;

use super::*;
use crate::support::moto;
use crate::support::ssm::DOCUMENT;

/// The adapter with a company whose account is moto's.
fn adapter() -> Aws {
    let known = Arc::new(Known::default());
    let mut of_acme = settings(ROLE, "acme:1", &moto::url());
    of_acme.timeouts = AwsTimeouts::default();
    known.put(ACME, of_acme);
    let base = Base::with_key(OUR_KEY, "our-own-secret", None).unwrap();
    Aws::new(base, known, Arc::new(ManualClock::default()))
}

#[tokio::test]
async fn a_command_is_sent_listed_and_answered() {
    let aws = adapter();
    let acme = company(ACME);
    let id = aws.send(&acme, counting("aw:run-moto")).await.unwrap();
    aws.send(&acme, counting("aw:run-other")).await.unwrap();
    let found = aws.find(&acme, "aw:run-moto", Timestamp::default()).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].command_id, id);
    let seen = aws.invocation(&acme, &id, &instance(WEB)).await.unwrap().unwrap();
    assert_eq!(seen.status, InvocationStatus::Success);
    let other = aws.invocation(&acme, &id, &instance("i-00000000000000009")).await;
    assert_eq!(other, Ok(None));
    let cancelled = aws.cancel(&acme, &id).await;
    let Err(CloudError::Unavailable { why, .. }) = &cancelled else {
        panic!("moto has CancelCommand by now: {cancelled:?}")
    };
    assert!(!why.is_empty());
}

#[tokio::test]
async fn a_command_is_held_to_the_documents_hash() {
    let aws = adapter();
    let acme = company(ACME);
    let hash = aws.document_hash(&acme).await.unwrap();
    assert_eq!(hash.as_deref(), Some(DOCUMENT));
    let mut pinned = counting("aw:run-pinned");
    pinned.document_hash = hash;
    aws.send(&acme, pinned.clone()).await.unwrap();
    pinned.document_hash = Some("0a".repeat(32));
    let refused = aws.send(&acme, pinned).await;
    assert!(
        matches!(refused, Err(SendError::Denied(CloudError::Invalid(_)))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_secret_is_resolved_by_name_and_by_arn() {
    let aws = adapter();
    let acme = company(ACME);
    let secrets = aws_sdk_secretsmanager::Client::new(&moto::account(ROLE).await);
    let made = secrets
        .create_secret()
        .name("prod/db")
        .secret_string("hunter2 \u{e9}")
        .send()
        .await
        .unwrap();
    for text in ["secretsmanager:prod/db", made.arn().unwrap()] {
        let value = aws.resolve(&acme, &text.parse().unwrap()).await.unwrap();
        assert_eq!(value.expose_secret(), "hunter2 \u{e9}");
        assert!(!format!("{value:?}").contains("hunter2"));
    }
    let none = aws.resolve(&acme, &"secretsmanager:prod/none".parse().unwrap()).await;
    assert!(matches!(none, Err(CloudError::Unknown(_))));
    let elsewhere = made.arn().unwrap().replace("eu-central-1", "us-east-1");
    let refused = aws.resolve(&acme, &elsewhere.parse().unwrap()).await;
    assert!(matches!(refused, Err(CloudError::Invalid(_))));
    let blob = aws_sdk_secretsmanager::primitives::Blob::new([0, 159, 146, 150]);
    secrets
        .create_secret()
        .name("prod/binary")
        .secret_binary(blob)
        .send()
        .await
        .unwrap();
    let refused = aws.resolve(&acme, &"secretsmanager:prod/binary".parse().unwrap()).await;
    assert!(matches!(refused, Err(CloudError::Invalid(_))));
}

#[tokio::test]
async fn alarms_and_metrics_are_read() {
    let aws = adapter();
    let acme = company(ACME);
    let watch = aws_sdk_cloudwatch::Client::new(&moto::account(ROLE).await);
    let alarm = watch
        .put_metric_alarm()
        .alarm_name("disk-full")
        .namespace("AW/Test")
        .metric_name("DiskUsed")
        .threshold(90.0)
        .period(60)
        .evaluation_periods(1)
        .comparison_operator(ComparisonOperator::GreaterThanThreshold);
    alarm
        .statistic(aws_sdk_cloudwatch::types::Statistic::Average)
        .send()
        .await
        .unwrap();
    let state = watch
        .set_alarm_state()
        .alarm_name("disk-full")
        .state_value(StateValue::Alarm);
    state.state_reason("93 is more than 90").send().await.unwrap();
    let seen = aws.alarm(&acme, "disk-full").await.unwrap();
    assert_eq!((seen.alarm_name.as_str(), seen.state), ("disk-full", AlarmState::Alarm));
    assert_eq!(seen.reason, "93 is more than 90");
    assert!(seen.timestamp.is_some());
    let raised = aws.alarms(&acme, AlarmState::Alarm).await.unwrap();
    let raised = raised.iter().find(|one| one.alarm.alarm_name == "disk-full").unwrap();
    assert_eq!(
        (&raised.alarm.reason, raised.metric_name.as_deref()),
        (&seen.reason, Some("DiskUsed"))
    );
    assert!(
        raised
            .arn
            .as_deref()
            .is_some_and(|arn| arn.ends_with(":alarm:disk-full")),
        "{raised:?}"
    );
    let calm = aws.alarms(&acme, AlarmState::Ok).await.unwrap();
    assert!(calm.iter().all(|one| one.alarm.alarm_name != "disk-full"));
    assert!(matches!(
        aws.alarm(&acme, "disk-empty").await,
        Err(CloudError::Unknown(_))
    ));

    let at = jiff::Timestamp::now().as_second() / 300 * 300 - 600;
    for (offset, value) in [(0, 80.0), (60, 90.0), (300, 93.0)] {
        let host = aws_sdk_cloudwatch::types::Dimension::builder()
            .name("host")
            .value("db-1")
            .build();
        let datum = MetricDatum::builder()
            .metric_name("DiskUsed")
            .dimensions(host)
            .value(value)
            .timestamp(DateTime::from_secs(at + offset))
            .build();
        watch
            .put_metric_data()
            .namespace("AW/Test")
            .metric_data(datum)
            .send()
            .await
            .unwrap();
    }
    let query = MetricQuery {
        namespace: "AW/Test".into(),
        metric_name: "DiskUsed".into(),
        dimensions: vec![Dimension {
            name: "host".into(),
            value: "db-1".into(),
        }],
        start_time: Timestamp::from_millis(at * 1000),
        end_time: Timestamp::from_millis((at + 600) * 1000),
        period: 300,
        statistic: Statistic::Average,
    };
    let series = aws.metrics(&acme, &query).await.unwrap();
    let values: Vec<(i64, f64)> = series
        .datapoints
        .iter()
        .map(|point| (point.timestamp.as_millis() / 1000, point.value))
        .collect();
    assert_eq!(values, [(at, 85.0), (at + 300, 93.0)]);
    assert!(!series.label.is_empty());
}
