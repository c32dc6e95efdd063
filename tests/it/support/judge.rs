//! The judge: compares a ledger with what a server answers after all that befell it.

use std::collections::BTreeMap;

use alert_whisperer::client::{Answer, Client, ClientError};
use serde_json::{Value, json};

use super::ledger::{Account, Ledger};
use super::load::Tenant;

/// Every acknowledged alert is there exactly once and under the id it was acknowledged with, none is
/// doubled, none was made up, each has a verdict, and no incident has a twin.
pub async fn judge(url: &str, tenants: &[Tenant], ledger: &Ledger) {
    for tenant in tenants {
        settle(&tenant.client(url)).await.unwrap();
    }
    judge_settled(url, tenants, ledger).await;
}

/// Waits until a company's alerts are placed.
pub async fn settle(client: &Client) -> Result<Answer, ClientError> {
    client.post("/api/incidents/correlate", &json!({})).await
}

/// As [`judge`], where every alert has been placed.
pub async fn judge_settled(url: &str, tenants: &[Tenant], ledger: &Ledger) {
    let accounts = ledger.read();
    for tenant in tenants {
        let Some(account) = accounts.get(&tenant.company_id) else {
            continue;
        };
        let client = tenant.client(url);
        let alerts = client.list("/api/alerts").await.unwrap();
        judge_alerts(account, &alerts);
        let incidents = client.list("/api/incidents").await.unwrap();
        judge_incidents(&incidents, &alerts);
    }
}

fn text<'a>(of: &'a Value, field: &str) -> &'a str {
    of[field].as_str().unwrap_or_default()
}

fn judge_alerts(account: &Account, alerts: &[Value]) {
    let mut stored: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for alert in alerts {
        stored.entry(text(&alert["labels"], "ledger")).or_default().push(alert);
    }
    for (ledger_id, copies) in &stored {
        assert!(account.sent.contains(*ledger_id), "{ledger_id:?} was never sent");
        assert_eq!(copies.len(), 1, "{ledger_id} is doubled");
        assert_eq!(text(copies[0], "state"), "placed", "{ledger_id} has no verdict");
    }
    for (ledger_id, acked_as) in &account.acked {
        let Some(copies) = stored.get(ledger_id.as_str()) else {
            panic!("{ledger_id} was acknowledged as {acked_as:?} and is lost");
        };
        let is = text(copies[0], "alert_id");
        assert!(
            acked_as.len() == 1 && acked_as.contains(is),
            "{ledger_id} was acknowledged as {acked_as:?} and is {is}"
        );
    }
}

/// All of a test lies within one window, so that two open incidents of one kind are twins.
fn judge_incidents(incidents: &[Value], alerts: &[Value]) {
    let mut kinds: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for incident in incidents {
        let id = text(incident, "incident_id");
        let kind = (text(incident, "asset_name"), text(incident, "signature"));
        if text(incident, "status") != "resolved"
            && let Some(twin) = kinds.insert(kind, id)
        {
            panic!("{id} and {twin} are twins: {kind:?}");
        }
        let members = alerts.iter().filter(|alert| text(alert, "incident_id") == id);
        let firing = members
            .clone()
            .all(|alert| (text(alert, "asset_name"), text(alert, "signature")) == kind);
        assert!(firing, "{id} holds alerts of another kind");
        assert_eq!(
            incident["alert_count"].as_u64(),
            Some(members.count() as u64),
            "{id} miscounts"
        );
    }
    for alert in alerts {
        let home = text(alert, "incident_id");
        assert!(
            incidents.iter().any(|incident| text(incident, "incident_id") == home),
            "{} lies in {home:?}, which is no incident",
            text(alert, "alert_id")
        );
    }
}
