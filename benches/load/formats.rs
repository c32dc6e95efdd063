//! What a monitoring tool's own body costs, beside the native one in the same run: both signed, each a delivery of its own,
//! all about one open incident.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use alert_whisperer::ingest::formats::Format;
use alert_whisperer::ingest::signature;
use serde_json::{Value, json};
use strum::IntoEnumIterator;

use super::Result;
use super::bench::{Bench, cost, opened};
use super::client::request;
use super::companies::Company;
use super::load::{Next, Pace};

/// Times the native cost that one alert of a tool's body may take.
const MOST: f64 = 1.5;
/// The same of each alert in a group.
const MOST_OF_GROUP: f64 = 1.2;
/// Alerts of a group.
const GROUP: usize = 64;

/// One alert a request in every format, and a group of Alertmanager's.
pub async fn formats(bench: &mut Bench) -> Result<()> {
    let native = json!({
        "asset_name": "db-1", "signature": "CPU is high", "severity": "critical", "fingerprint": "db-1/cpu",
        "message": "CPU of db-1 has been over 90 % for 5 minutes", "tool_source": "bench",
        "labels": {"team": "data", "env": "prod"}, "url": "https://watcher.example/e/1",
    });
    let one = of_native(&native.to_string(), 1).await?;
    bench.table.add("native, one alert", one, "µs CPU", None, String::new());
    for format in Format::iter() {
        let each = of_format(format, format.sample().firing.to_owned(), 1).await?;
        let note = format!("{:.2} times the native one", each / one);
        bench
            .table
            .add(format!("{format}, one alert"), each, "µs CPU", Some(MOST * one), note);
    }
    let many: Vec<Value> = (0..GROUP)
        .map(|n| {
            let mut alert = native.clone();
            alert["fingerprint"] = json!(format!("db-1/cpu/{n}"));
            alert
        })
        .collect();
    let batched = of_native(&json!(many).to_string(), GROUP).await?;
    bench.table.add(
        format!("native, {GROUP} a request"),
        batched,
        "µs CPU",
        None,
        String::new(),
    );
    let each = of_format(Format::Alertmanager, group()?, GROUP).await?;
    let note = format!("{:.2} times the native one", each / batched);
    let what = format!("alertmanager, a group of {GROUP}");
    bench
        .table
        .add(what, each, "µs CPU", Some(MOST_OF_GROUP * batched), note);
    Ok(())
}

/// A group of alerts of different fingerprints.
fn group() -> Result<String> {
    let mut body: Value = serde_json::from_str(Format::Alertmanager.sample().firing)?;
    let first = body["alerts"][0].clone();
    let alerts = (0..GROUP).map(|n| {
        let mut alert = first.clone();
        alert["fingerprint"] = json!(format!("c2e5a1b7d4f0{n:04x}"));
        alert
    });
    body["alerts"] = alerts.collect();
    Ok(body.to_string())
}

async fn of_native(body: &str, batch: usize) -> Result<f64> {
    measured("/api/webhooks/alerts".to_owned(), &[], body.to_owned(), batch).await
}

async fn of_format(format: Format, body: String, batch: usize) -> Result<f64> {
    measured(format!("/api/webhooks/{format}"), format.sample().headers, body, batch).await
}

async fn measured(
    path: String,
    said: &'static [(&'static str, &'static str)],
    body: String,
    batch: usize,
) -> Result<f64> {
    let directory = tempfile::tempdir()?;
    let (server, traffic) = opened(directory.path(), 1).await?;
    let company = traffic.companies.first().cloned().ok_or("no company")?;
    let serial = AtomicU64::new(0);
    let next: Next = Arc::new(move |_| {
        let delivery = serial.fetch_add(1, Ordering::Relaxed).to_string();
        signed(&company, (&path, &delivery), said, &body)
    });
    // Where more comes than is placed, some are told to come again, as in the batches of the native format.
    let cost = cost(&server, next, batch, Pace::Closed).await?;
    Ok(cost.micros)
}

/// A body under a delivery id of its own, with a field more, which nobody reads and which makes the signature another.
fn signed(company: &Company, (path, delivery): (&str, &str), said: &[(&str, &str)], body: &str) -> Vec<u8> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let timestamp = now.as_secs().to_string();
    let body = body.replacen('{', &format!("{{\"bench\":\"{delivery}\","), 1);
    let signature = signature::sign(&company.secret, &timestamp, body.as_bytes());
    let ours = [
        ("x-api-key", company.api_key.as_str()),
        ("x-timestamp", &timestamp),
        ("x-signature", &signature),
        ("x-delivery-id", delivery),
    ];
    let headers: Vec<(&str, &str)> = ours.into_iter().chain(said.iter().copied()).collect();
    request("POST", path, &headers, &body)
}
