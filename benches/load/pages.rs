//! The pages that a dashboard asks for, over a long past: a million alerts, in a hundred thousand open incidents.

use actors::limits::UNRESOLVED;

use super::Result;
use super::api::Api;
use super::bench::Bench;
use super::past::{ALERTS, INCIDENTS};
use super::process::Server;

/// Questions of one measurement.
const QUESTIONS: u32 = 500;
/// Items of a page.
const ITEMS: usize = 50;
/// Pages that are passed before one deep in the past.
const DEEP: usize = 200;
/// Milliseconds.
const MOST: f64 = 20.0;
/// The same of a page of what is unresolved, which is as long as a board wants it.
const MOST_UNRESOLVED: f64 = 100.0;

/// Each page, asked one time after the other, beside a question that the server answers from memory.
pub async fn pages(bench: &mut Bench) -> Result<()> {
    let past = bench.past().await?;
    let company = &past.traffic.companies[0];
    let unhurried = [("API_REQUESTS_PER_MINUTE", "4294967295")];
    let server = Server::product_with(past.directory.path(), &unhurried)?;
    server.quiet().await?;
    let mut api = Api::open(&server.address, company).await?;
    api.floor(bench, company, QUESTIONS).await?;

    let newest = api.get("/api/incidents?limit=1").await?;
    let incident = newest["items"][0]["incident_id"]
        .as_str()
        .ok_or("no incident")?
        .to_owned();
    let deep = async |api: &mut Api, list: &str| -> Result<String> {
        let mut path = format!("/api/{list}?limit={ITEMS}");
        for _ in 0..DEEP {
            let page = api.get(&path).await?;
            let cursor = page["next_cursor"].as_str().ok_or("no more pages")?;
            path = format!("/api/{list}?limit={ITEMS}&cursor={cursor}");
        }
        Ok(path)
    };
    let (deep_incidents, deep_alerts) = (deep(&mut api, "incidents").await?, deep(&mut api, "alerts").await?);
    for (what, path) in [
        ("incidents", format!("/api/incidents?limit={ITEMS}")),
        (
            "critical incidents",
            format!("/api/incidents?limit={ITEMS}&severity=critical&status=new"),
        ),
        (
            "incidents of a signature that none has",
            format!("/api/incidents?limit={ITEMS}&signature=none"),
        ),
        ("incidents deep in the list", deep_incidents),
        ("alerts", format!("/api/alerts?limit={ITEMS}")),
        ("alerts deep in the list", deep_alerts),
        (
            "critical alerts of the last hour",
            format!("/api/alerts?limit={ITEMS}&severity=critical&since=1h"),
        ),
        ("an incident", format!("/api/incidents/{incident}")),
        (
            "its timeline",
            format!("/api/incidents/{incident}/timeline?limit={ITEMS}"),
        ),
        (
            "its alerts",
            format!("/api/alerts?limit={ITEMS}&incident_id={incident}"),
        ),
        ("why it is as it is", format!("/api/incidents/{incident}/why")),
        ("figures of a week", "/api/kpis?since=7d".to_owned()),
    ] {
        timed(bench, &mut api, (what, &path), (ITEMS, MOST)).await?;
    }
    let path = format!("/api/incidents/unresolved?limit={UNRESOLVED}");
    let what = "unresolved incidents, 1,000 a page";
    timed(bench, &mut api, (what, &path), (UNRESOLVED, MOST_UNRESOLVED)).await
}

/// A page of so many items, which is to take at most so many milliseconds.
async fn timed(
    bench: &mut Bench,
    api: &mut Api,
    (what, path): (&str, &str),
    (items, most): (usize, f64),
) -> Result<()> {
    let mut latencies = api.timed(path, QUESTIONS).await?;
    let note = format!(
        "p50 {:.2} ms; {items} items a page, {ALERTS} alerts, {INCIDENTS} incidents",
        latencies.millis(0.5)
    );
    bench.table.add(
        format!("a page: {what} p99"),
        latencies.millis(0.99),
        "ms",
        Some(most),
        note,
    );
    Ok(())
}
