//! Alarms of CloudWatch that are asked for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use actors::domain::{CompanyId, Timestamp};
use actors::port::Clock;
use actors::port::cloud::{Alarm, AlarmState, CloudError, MetricQuery, MetricSeries, Watch, WatchedAlarm};
use serde_json::json;

use super::engine;
use super::formats::unsigned;
use super::intake::put;
use crate::support::process::{PATIENCE, eventually};
use crate::support::server::Server;

/// CloudWatch as it stands.
#[derive(Default)]
struct Stands(Mutex<Vec<WatchedAlarm>>);

impl Stands {
    fn set(&self, name: &str, state: AlarmState, at: Timestamp) {
        let mut all = self.0.lock().unwrap();
        all.retain(|alarm| alarm.alarm.alarm_name != name);
        all.push(WatchedAlarm {
            alarm: Alarm {
                alarm_name: name.to_owned(),
                state,
                reason: "Threshold crossed".to_owned(),
                timestamp: Some(at),
            },
            arn: Some(format!("arn:aws:cloudwatch:eu-central-1:123456789012:alarm:{name}")),
            description: None,
            namespace: Some("AWS/EC2".to_owned()),
            metric_name: Some("CPUUtilization".to_owned()),
            dimensions: BTreeMap::from([("InstanceId".to_owned(), "i-0a1b".to_owned())]),
        });
    }
}

#[async_trait::async_trait]
impl Watch for Stands {
    async fn alarm(&self, _: &CompanyId, name: &str) -> Result<Alarm, CloudError> {
        Err(CloudError::Unknown(name.to_owned()))
    }

    async fn alarms(&self, _: &CompanyId, state: AlarmState) -> Result<Vec<WatchedAlarm>, CloudError> {
        let all = self.0.lock().unwrap();
        Ok(all.iter().filter(|alarm| alarm.alarm.state == state).cloned().collect())
    }

    async fn metrics(&self, _: &CompanyId, _: &MetricQuery) -> Result<MetricSeries, CloudError> {
        Err(CloudError::NotConnected)
    }
}

#[tokio::test]
async fn alarms_that_are_not_pushed_are_asked_for_and_their_end_too() {
    let server = Server::start(engine()).await;
    let acme = unsigned(&server, "comp-acme").await;
    let root = server.msp_admin().await;
    let account = json!({
        "role_arn": "arn:aws:iam::123456789012:role/alert-whisperer", "external_id": "acme:1",
        "region": "eu-central-1", "endpoint_url": "http://127.0.0.1:1",
    });
    assert_eq!(
        put(&server, &root, "/api/companies/comp-acme/aws", &account)
            .await
            .status,
        200
    );
    let stands = Arc::new(Stands::default());
    let polling = server.polling(stands.clone());
    let count = async || server.all(&acme, "/api/alerts", 50).await.len();
    let began = server.clock.now();
    stands.set("cpu", AlarmState::Alarm, began);
    stands.set("calm", AlarmState::Ok, Timestamp::from_millis(0));
    polling.look().await;
    assert_eq!(count().await, 0, "nobody has asked for it");

    let intake = "/api/companies/comp-acme/intake";
    let set = put(&server, &root, intake, &json!({"poll_cloudwatch": true})).await;
    assert_eq!(set.status, 200, "{}", set.text);
    polling.look().await;
    polling.look().await;
    server.polling(stands.clone()).look().await;
    assert_eq!(count().await, 1, "once, however often and by whom it is seen");
    server.settle(&acme).await;
    let incident = server.get(&acme, "/api/incidents").await.json()["items"][0].clone();
    assert_eq!(
        (&incident["asset_name"], &incident["signature"]),
        (&json!("i-0a1b"), &json!("cpu"))
    );
    assert_eq!(incident["tool_sources"], json!(["cloudwatch"]));

    server.clock.advance(std::time::Duration::from_secs(60));
    stands.set("cpu", AlarmState::InsufficientData, server.clock.now());
    polling.look().await;
    assert_eq!(count().await, 1, "nobody knows yet");
    stands.set("cpu", AlarmState::Ok, server.clock.now());
    polling.look().await;
    polling.look().await;
    assert_eq!(count().await, 2);
    let path = format!("/api/incidents/{}", incident["incident_id"].as_str().unwrap());
    eventually("the incident to be over", PATIENCE, async || {
        let shown = server.get(&acme, &path).await.json();
        (shown["status"] == "resolved").then_some(())
    })
    .await;
    server.stop().await;
}
