//! What a monitoring tool's own body costs, beside the native one in the same run: both signed, each a delivery of its own,
//! all about one open incident.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use actors::domain::AlertId;
use alert_whisperer::ingest::formats::Format;
use alert_whisperer::ingest::signature;
use axum::http::HeaderMap;
use serde_json::{Value, json};
use strum::IntoEnumIterator;
use uuid::Uuid;

use super::Result;
use super::bench::{Bench, load, opened};
use super::client::request;
use super::companies::Company;
use super::load::{Load, Next, Pace};
use super::process::Server;

/// Times the native cost that one alert of a tool's body may take.
const MOST: f64 = 1.5;
/// The same of each alert in a group.
const MOST_OF_GROUP: f64 = 1.2;
/// Alerts of a group.
const GROUP: usize = 64;
/// How often each of the two is measured, in turns, so that what else the machine does befalls both; and of a group.
const TURNS: usize = 3;
const TURNS_OF_GROUP: usize = 9;
/// How long a turn takes.
const TURN: Duration = Duration::from_secs(1);

/// What of the formats is measured, separated by commas (`group` for the group); all where it is not set.
const ONLY: &str = "FORMATS";

/// One alert a request in every format, and a group of Alertmanager's.
pub async fn formats(bench: &mut Bench) -> Result<()> {
    let only = std::env::var(ONLY).ok();
    let is_wanted = |name: &str| only.as_ref().is_none_or(|only| only.split(',').any(|one| one == name));
    let native = json!({
        "asset_name": "db-1", "signature": "CPU is high", "severity": "critical", "fingerprint": "db-1/cpu",
        "message": "CPU of db-1 has been over 90 % for 5 minutes", "tool_source": "bench",
        "labels": {"team": "data", "env": "prod"}, "url": "https://watcher.example/e/1",
    });
    for format in Format::iter().filter(|format| is_wanted(&format.to_string())) {
        let body = format.sample().firing.to_owned();
        compared(bench, (format, body), native.to_string(), 1, MOST).await?;
    }
    if !is_wanted("group") {
        return Ok(());
    }
    let group = group()?;
    let native = natively(&group)?;
    compared(bench, (Format::Alertmanager, group), native, GROUP, MOST_OF_GROUP).await
}

/// The same alerts in the native form: they say as much, so that what is compared is the form.
fn natively(group: &str) -> Result<String> {
    let reading = Format::Alertmanager.read(group.as_bytes(), &HeaderMap::new())?;
    let alerts = reading.drafts.into_iter().map(|draft| {
        let mut alert = json!(draft.seal("bench", AlertId(Uuid::nil()), false));
        if let Some(fields) = alert.as_object_mut() {
            fields.remove("alert_id");
        }
        alert
    });
    Ok(Value::Array(alerts.collect()).to_string())
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

/// A body of a tool's and a native one with as many alerts, in turns at one server.
async fn compared(
    bench: &mut Bench,
    (format, body): (Format, String),
    native: String,
    batch: usize,
    most: f64,
) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let (server, traffic) = opened(directory.path(), 1).await?;
    let company = traffic.companies.first().cloned().ok_or("no company")?;
    let own = requests(
        &company,
        format!("/api/webhooks/{format}"),
        format.sample().headers,
        body,
    );
    let native = requests(&company, "/api/webhooks/alerts".to_owned(), &[], native);
    // Where more comes than is placed, some are told to come again, and both alike.
    let loads = [native, own].map(|next| load(&server, next, Pace::Closed));
    for load in &loads {
        load.run(TURN).await?;
    }
    let mut micros = [Vec::new(), Vec::new()];
    let turns = if batch == 1 { TURNS } else { TURNS_OF_GROUP };
    for _ in 0..turns {
        for (load, micros) in loads.iter().zip(&mut micros) {
            micros.push(turn(&server, load, batch).await?);
        }
    }
    let [native, own] = micros.map(median);
    let what = match batch {
        1 => format!("{format}, one alert"),
        _ => format!("{format}, {batch} alerts a request"),
    };
    let note = format!("{:.2} times the native one: {native:.1} µs", own / native);
    bench.table.add(what, own, "µs CPU", Some(most * native), note);
    Ok(())
}

/// What an alert costs in one turn, until it is placed.
async fn turn(server: &Server, load: &Load, batch: usize) -> Result<f64> {
    server.quiet().await?;
    let before = server.cpu()?;
    let seen = load.run(TURN).await?;
    server.quiet().await?;
    let spent = server.cpu()? - before;
    Ok(spent.as_secs_f64() * 1e6 / (seen.answered as f64 * batch as f64))
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

fn requests(company: &Company, path: String, said: &'static [(&'static str, &'static str)], body: String) -> Next {
    let (company, serial) = (company.clone(), AtomicU64::new(0));
    Arc::new(move |_| {
        let delivery = format!("{path}/{}", serial.fetch_add(1, Ordering::Relaxed)).replace('/', "-");
        signed(&company, (&path, &delivery), said, &body)
    })
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
