//! Every format: what fires, what ends it, what is dropped; and whatever is done to a body, no panic, and no alert beyond
//! our limits.

use std::path::PathBuf;

use actors::domain::{AlertId, NewAlert, Severity, Signal};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;
use serde_json::{Value, json};
use strum::IntoEnumIterator;
use uuid::Uuid;

use super::*;

fn headers(format: Format) -> HeaderMap {
    let said = format.sample().headers.iter();
    said.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
        .collect()
}

fn read(format: Format, body: &str) -> Result<Reading, Invalid> {
    format.read(body.as_bytes(), &headers(format))
}

fn sealed(format: Format, body: &str) -> Vec<NewAlert> {
    let drafts = read(format, body)
        .unwrap_or_else(|why| panic!("{format}: {why:?}: {body}"))
        .drafts;
    drafts
        .into_iter()
        .map(|draft| draft.seal(format.name(), AlertId(Uuid::nil()), true))
        .collect()
}

/// Within what the native format takes.
#[track_caller]
fn holds(alert: &NewAlert) {
    let mut wire = json!({
        "asset_name": alert.asset_name, "signature": alert.signature, "severity": alert.severity,
        "message": alert.message, "tool_source": alert.tool_source, "status": alert.status,
        "labels": alert.labels,
    });
    let optional = [
        ("fingerprint", json!(alert.fingerprint)),
        ("starts_at", json!(alert.starts_at)),
        ("ends_at", json!(alert.ends_at)),
        ("url", json!(alert.url)),
    ];
    for (name, value) in optional {
        if !value.is_null() {
            wire[name] = value;
        }
    }
    let native = crate::ingest::native::parse(wire.to_string().as_bytes(), true, || AlertId(Uuid::nil()));
    native.unwrap_or_else(|why| panic!("{why:?}: {wire}"));
}

#[test]
fn what_fires_and_what_ends_it_are_the_same_trouble() {
    for format in Format::iter() {
        let sample = format.sample();
        let (fires, ends) = (sealed(format, sample.firing), sealed(format, sample.resolved));
        assert_eq!((fires.len(), ends.len()), (1, 1), "{format}");
        let (fires, ends) = (&fires[0], &ends[0]);
        holds(fires);
        holds(ends);
        assert_eq!(
            (fires.status, ends.status),
            (Signal::Firing, Signal::Resolved),
            "{format}"
        );
        assert!(fires.fingerprint.is_some(), "{format}");
        assert_eq!(fires.identity(), ends.identity(), "{format}");
        assert!(fires.severity >= Severity::High, "{format}: {:?}", fires.severity);
        assert!(fires.starts_at.is_some(), "{format}");
        assert_ne!(fires.message, "", "{format}");
        assert_eq!(fires.tool_source.as_deref(), Some(format.name()));
        let assets = ["db-1.example", "db-1", "i-0123456789abcdef0", "shop", "shop.example"];
        assert!(
            assets.contains(&fires.asset_name.as_str()),
            "{format}: {}",
            fires.asset_name
        );
    }
}

#[test]
fn the_same_delivery_is_known_again_and_another_is_not() {
    for format in Format::iter() {
        let sample = format.sample();
        let id = |body| read(format, body).unwrap().delivery;
        assert_eq!(id(sample.firing), id(sample.firing), "{format}");
        if id(sample.firing).is_some() {
            assert_ne!(id(sample.firing), id(sample.resolved), "{format}");
        }
    }
}

/// What is to be seen in the sample of Alertmanager, changed.
fn group(change: impl FnOnce(&mut Value)) -> String {
    let mut body: Value = serde_json::from_str(Format::Alertmanager.sample().firing).unwrap();
    change(&mut body);
    body.to_string()
}

#[test]
fn alertmanager_of_old_tells_no_fingerprint_and_labels_are_one() {
    let without = |instance: &str| {
        group(|body| {
            let alert = body["alerts"][0].as_object_mut().unwrap();
            alert.remove("fingerprint");
            alert["labels"]["instance"] = json!(instance);
        })
    };
    let of = |body: &str| sealed(Format::Alertmanager, body)[0].fingerprint.clone().unwrap();
    assert_eq!(of(&without("db-1")), of(&without("db-1")));
    assert_ne!(of(&without("db-1")), of(&without("db-2")));
}

#[test]
fn two_alertmanagers_say_the_same_in_another_order_and_from_another_address() {
    let two = |swap: bool, url: &str| {
        group(|body| {
            let mut other = body["alerts"][0].clone();
            other["fingerprint"] = json!("ffff");
            let alerts = body["alerts"].as_array_mut().unwrap();
            alerts.push(other);
            if swap {
                alerts.swap(0, 1);
            }
            body["externalURL"] = json!(url);
        })
    };
    let id = |body: &str| read(Format::Alertmanager, body).unwrap().delivery.unwrap();
    assert_eq!(id(&two(false, "http://a:9093")), id(&two(true, "http://b:9093")));
    assert!(id(&two(false, "")).recurs.is_some());
}

#[test]
fn a_severity_that_nobody_knows_is_medium_and_kept() {
    let body = group(|body| body["alerts"][0]["labels"]["severity"] = json!("purple"));
    let alert = &sealed(Format::Alertmanager, &body)[0];
    assert_eq!(
        (alert.severity, alert.labels["severity"].as_str()),
        (Severity::Medium, "purple")
    );
}

#[test]
fn what_is_no_alert_is_dropped_and_said_to_be() {
    let changed = |format: Format, pointer: &str, to: Value| {
        let mut body: Value = serde_json::from_str(format.sample().firing).unwrap();
        *body.pointer_mut(pointer).unwrap() = to;
        read(format, &body.to_string()).unwrap().drafts.len()
    };
    assert_eq!(
        changed(Format::Cloudwatch, "/Type", json!("SubscriptionConfirmation")),
        0
    );
    assert_eq!(changed(Format::Pagerduty, "/event_action", json!("acknowledge")), 0);
    assert_eq!(changed(Format::Newrelic, "/state", json!("ACKNOWLEDGED")), 0);
    assert_eq!(changed(Format::Sentry, "/action", json!("assigned")), 0);
    assert_eq!(changed(Format::Zabbix, "/update_action", json!("acknowledged")), 0);
    assert_eq!(
        changed(Format::Checkmk, "/notification_type", json!("ACKNOWLEDGEMENT (NORMAL)")),
        0
    );
}

#[test]
fn what_is_missing_is_named() {
    for (format, body, field) in [
        (Format::Alertmanager, json!({"version": "4"}), "alerts"),
        (Format::Alertmanager, json!({"alerts": []}), "alerts"),
        (
            Format::Alertmanager,
            json!({"alerts": [{"status": "firing"}]}),
            "alerts[0].labels",
        ),
        (
            Format::Alertmanager,
            json!({"alerts": [{"labels": {"a": []}}]}),
            "alerts[0].labels.a",
        ),
        (Format::Grafana, json!({"title": "x"}), "state"),
        (Format::Grafana, json!({}), "alerts"),
        (
            Format::Cloudwatch,
            json!({"Type": "Notification", "Message": "hello"}),
            "Message.AlarmName",
        ),
        (
            Format::Cloudwatch,
            json!({"Type": "Notification", "Message": "{}"}),
            "Message.AlarmName",
        ),
        (
            Format::Cloudwatch,
            json!({"detail-type": "CloudWatch Alarm State Change", "detail": {}}),
            "detail.alarmName",
        ),
        (Format::Datadog, json!({"title": "$EVENT_TITLE"}), "title"),
        (Format::Pagerduty, json!({"event_action": "trigger"}), "payload"),
        (
            Format::Pagerduty,
            json!({"event_action": "trigger", "payload": {"summary": "x"}}),
            "payload.source",
        ),
        (Format::Pagerduty, json!({"event_action": "resolve"}), "dedup_key"),
        (Format::AzureMonitor, json!({}), "data.essentials"),
        (Format::GcpMonitoring, json!({"message": {"data": "!"}}), "message.data"),
        (Format::GcpMonitoring, json!({"incident": {}}), "incident.incident_id"),
        (Format::Newrelic, json!({"id": "1", "state": "x"}), "state"),
        (Format::Sentry, json!({"action": "created", "data": {}}), "data.issue"),
        (Format::Zabbix, json!({"event_id": "{EVENT.ID}"}), "event_id"),
        (Format::Checkmk, json!({"host": "a", "status": "?"}), "status"),
        (Format::Pingdom, json!({"check_id": 1}), "current_state"),
        (Format::Cloudevents, json!({"specversion": "1.0", "id": "1"}), "source"),
    ] {
        match read(format, &body.to_string()) {
            Err(Invalid::Field(error)) => assert_eq!(error.field, field, "{format} {body}: {}", error.detail),
            other => panic!("{format} {body}: {other:?}"),
        }
    }
}

/// Bodies that tools really send: those of `PAYLOAD_DIR`, a directory for each tool.
#[test]
#[ignore = "needs PAYLOAD_DIR, a directory of what tools have really sent"]
#[allow(clippy::print_stdout, reason = "what became of each body is for who asks")]
fn real_bodies_become_alerts_or_are_told_what_is_missing() {
    let dir = PathBuf::from(std::env::var_os("PAYLOAD_DIR").expect("PAYLOAD_DIR"));
    let of_dir = |name: &str| match name {
        "aws-cloudwatch-alarm-action-lambda" | "aws-cloudwatch-alarm-message" | "aws-eventbridge" => {
            Some(Format::Cloudwatch)
        }
        "aws-sns-cloudwatch" | "aws-sns-lambda" => Some(Format::Cloudwatch),
        "azure-monitor" => Some(Format::AzureMonitor),
        "cloudevents" => Some(Format::Cloudevents),
        "datadog" => Some(Format::Datadog),
        "gcp-monitoring" => Some(Format::GcpMonitoring),
        "grafana-legacy" => Some(Format::Grafana),
        "nagios-icinga-checkmk" => Some(Format::Checkmk),
        "newrelic" => Some(Format::Newrelic),
        "pagerduty-webhook" => Some(Format::Pagerduty),
        "pingdom" => Some(Format::Pingdom),
        "prometheus-alertmanager" => Some(Format::Alertmanager),
        "sentry" => Some(Format::Sentry),
        _ => None,
    };
    let mut seen = 0;
    for kind in std::fs::read_dir(&dir).unwrap().map(|kind| kind.unwrap().path()) {
        let name = kind.file_name().unwrap().to_string_lossy().into_owned();
        let Some(format) = of_dir(&name) else { continue };
        for file in std::fs::read_dir(&kind).unwrap().map(|file| file.unwrap().path()) {
            let body = std::fs::read(&file).unwrap();
            let said = match format.read(&body, &HeaderMap::new()) {
                Ok(reading) if reading.drafts.is_empty() => "nothing to take".to_owned(),
                Ok(reading) => {
                    let alerts = reading.drafts.into_iter();
                    let alerts = alerts.map(|draft| draft.seal(format.name(), AlertId(Uuid::nil()), true));
                    let told = alerts.map(|alert| {
                        holds(&alert);
                        format!(
                            "{:?} {} {} / {}",
                            alert.status,
                            alert.severity.as_str(),
                            alert.asset_name,
                            alert.signature
                        )
                    });
                    told.collect::<Vec<_>>().join("; ")
                }
                Err(why) => format!("refused: {why:?}"),
            };
            println!("{name}/{}: {said}", file.file_name().unwrap().to_string_lossy());
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen} in {}", dir.display());
}

/// Somewhere in a value, something else.
fn mutated(value: &mut Value, at: usize, with: &Value) {
    let mut left = at;
    change(value, &mut left, with);
}

fn change(value: &mut Value, left: &mut usize, with: &Value) {
    if *left == 0 {
        *value = with.clone();
        *left = usize::MAX;
        return;
    }
    *left = left.saturating_sub(1);
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| change(item, left, with)),
        Value::Object(fields) => fields.iter_mut().for_each(|(_, field)| change(field, left, with)),
        _ => {}
    }
}

fn odd() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!([])),
        Just(json!({})),
        Just(json!("{HOST.NAME}")),
        Just(json!("0001-01-01T00:00:00Z")),
        Just(json!(1_795_168_800_000_000_000_i64)),
        Just(json!(-1)),
        Just(json!(true)),
        Just(json!("x".repeat(20_000))),
        Just(json!("\u{0}\u{7}\n\u{202e}")),
        Just(json!("http://")),
        ".{0,40}".prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn whatever_is_changed_in_a_body_it_is_taken_within_limits_or_refused(
        format in prop::sample::select(Format::iter().collect::<Vec<_>>()),
        resolved: bool,
        places in prop::collection::vec((0_usize..60, odd()), 1..4),
    ) {
        let sample = format.sample();
        let mut body: Value = serde_json::from_str(if resolved { sample.resolved } else { sample.firing }).unwrap();
        for (at, with) in &places {
            mutated(&mut body, *at, with);
        }
        if let Ok(reading) = read(format, &body.to_string()) {
            for draft in reading.drafts {
                holds(&draft.seal(format.name(), AlertId(Uuid::nil()), true));
            }
        }
    }

    #[test]
    fn no_bytes_panic(
        format in prop::sample::select(Format::iter().collect::<Vec<_>>()),
        body in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        drop(format.read(&body, &HeaderMap::new()));
    }
}
