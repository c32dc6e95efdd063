//! What a store tells, in words that later versions have too: they may tell more, and nothing else.

use std::path::Path;

use actors::domain::{CompanyId, Incident, Timestamp};
use actors::port::reader::{AlertFilter, AlertView, IncidentFilter, IncidentView, Page, PageRequest, Reader};
use actors::port::{Error, RecordKind, Store};
use serde_json::{Map, Value, json};
use strum::IntoEnumIterator;

use crate::conformance::journal::assert_chained;

/// All of it at a moment.
pub async fn of(store: &dyn Store, at: Timestamp) -> Value {
    let mut companies = Map::new();
    for company in store.companies().await.unwrap() {
        let id = company.company_id.clone();
        let reader = store.reader(&id);
        companies.insert(id.to_string(), of_company(&*reader, &id, json!(company)).await);
    }
    let platform = CompanyId::platform();
    let reader = store.reader(&platform);
    let of_platform = json!({ "journal": journal(&*reader, &platform).await, "records": records(&*reader).await });
    companies.insert(platform.to_string(), of_platform);
    json!({ "at": at, "companies": companies })
}

async fn of_company(reader: &dyn Reader, id: &CompanyId, settings: Value) -> Value {
    let alerts = all(async |page| reader.alerts(&AlertFilter::default(), page).await).await;
    let incidents = all(async |page| reader.incidents(&IncidentFilter::default(), page).await).await;
    let mut decisions = Vec::new();
    for view in &incidents {
        let of_incident = all(async |page| reader.decisions(&view.incident.incident_id, page).await).await;
        decisions.extend(of_incident.into_iter().map(|(_, decision)| json!(decision)));
    }
    json!({
        "settings": settings,
        "journal": journal(reader, id).await,
        "records": records(reader).await,
        "alerts": alerts.iter().map(alert).collect::<Vec<_>>(),
        "incidents": incidents.iter().map(incident).collect::<Vec<_>>(),
        "decisions": decisions,
    })
}

fn alert(view: &AlertView) -> Value {
    json!({
        "no": view.alert.no, "received_at": view.alert.received_at, "delivery_id": view.alert.delivery_id,
        "sent": *view.alert.sent, "state": view.state.as_str(), "incident_id": view.incident_id,
    })
}

fn incident(view: &IncidentView) -> Value {
    let Incident {
        incident_id,
        asset_name,
        signature,
        created_at,
        life,
        version,
        alert_count,
        firing,
        severity,
        tool_sources,
        last_alert_at,
        wake_due,
        ..
    } = &view.incident;
    json!({
        "incident_id": incident_id, "asset_name": asset_name, "signature": signature, "created_at": created_at,
        "status": life.status, "version": version, "alert_count": alert_count, "firing": firing, "severity": severity,
        "tool_sources": tool_sources, "last_alert_at": last_alert_at, "wake_due": wake_due, "decision": view.decision,
    })
}

async fn journal(reader: &dyn Reader, company: &CompanyId) -> Vec<Value> {
    let entries = all(async |page| reader.journal(page).await).await;
    assert_chained(company, &entries);
    let told = entries.iter();
    told.map(|entry| json!({ "seq": entry.seq, "hash": entry.hash, "canonical": entry.canonical }))
        .collect()
}

async fn records(reader: &dyn Reader) -> Value {
    let mut kinds = Map::new();
    for kind in RecordKind::iter() {
        let found = reader.records(kind, None, 200).await.unwrap();
        let told = found.iter().map(|record| {
            json!({
                "id": record.id, "version": record.version, "lookup": record.lookup,
                "expires_at": record.expires_at, "body": record.body,
            })
        });
        kinds.insert(kind.as_str().to_owned(), told.collect());
    }
    Value::Object(kinds)
}

async fn all<T>(mut ask: impl AsyncFnMut(PageRequest) -> Result<Page<T>, Error>) -> Vec<T> {
    let mut found = Vec::new();
    let mut page = PageRequest {
        limit: 100,
        after: None,
    };
    loop {
        let next = ask(page).await.unwrap();
        found.extend(next.items);
        page.after = next.next;
        if page.after.is_none() {
            return found;
        }
    }
}

/// Whether all that was told then is told now.
#[track_caller]
pub fn assert_holds(then: &Value, now: &Value, kept: &Path) {
    if let Err(where_from) = holds(then, now) {
        panic!("{}: otherwise now: {where_from}", kept.display());
    }
}

fn holds(then: &Value, now: &Value) -> Result<(), String> {
    match (then, now) {
        (Value::Object(then), Value::Object(now)) => then.iter().try_for_each(|(name, then)| {
            let now = now.get(name).unwrap_or(&Value::Null);
            holds(then, now).map_err(|inner| format!(".{name}{inner}"))
        }),
        (Value::Array(then), Value::Array(now)) if then.len() == now.len() => {
            let mut pairs = then.iter().zip(now).enumerate();
            pairs.try_for_each(|(no, (then, now))| holds(then, now).map_err(|inner| format!("[{no}]{inner}")))
        }
        (then, now) if then == now => Ok(()),
        (then, now) => Err(format!(" was {then} and is {now}")),
    }
}

#[test]
fn what_is_missing_or_otherwise_is_named() {
    let then = json!({ "a": [{ "b": 1 }] });
    assert_eq!(
        holds(&then, &json!({ "a": [{ "b": 1, "new": 2 }], "more": [] })),
        Ok(())
    );
    let otherwise = holds(&then, &json!({ "a": [{ "b": 2 }] }));
    assert_eq!(otherwise, Err(".a[0].b was 1 and is 2".to_owned()));
    assert_eq!(
        holds(&then, &json!({ "a": [{}] })),
        Err(".a[0].b was 1 and is null".to_owned())
    );
    assert!(holds(&then, &json!({ "a": [] })).is_err());
}
