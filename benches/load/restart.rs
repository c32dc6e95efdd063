//! How long a server with a long past takes until it is ready, and what it holds then.

use std::time::{Duration, Instant};

use super::Result;
use super::api::Api;
use super::bench::Bench;
use super::past::{ALERTS, INCIDENTS};
use super::process::Server;
use super::traffic::{Trouble, mix};

/// Seconds until ready.
const READY: f64 = 1.5;
/// Megabytes.
const RESIDENT: f64 = 400.0;
const LOOK: Duration = Duration::from_millis(1);

/// After the process was killed. The first alert is sent the moment the server is ready.
pub async fn restart(bench: &mut Bench) -> Result<()> {
    let past = bench.past().await?;
    let company = &past.traffic.companies[0];
    let began = Instant::now();
    let server = Server::product(past.directory.path())?;
    let mut api = Api::open(&server.address, company).await?;
    api.get("/readyz").await?;
    let ready = began.elapsed().as_secs_f64();
    let chance = u64::from(std::process::id());
    let trouble = Trouble::Rare(mix(chance) % past.traffic.rare);
    let sent = Instant::now();
    let accepted = api.send(&past.traffic.about(trouble)).await?.json()?;
    let acknowledged = sent.elapsed();
    let path = format!("/api/alerts/{}", accepted["alert_id"].as_str().unwrap_or_default());
    let mut alert = api.get(&path).await?;
    while alert["state"] == "received" {
        tokio::time::sleep(LOOK).await;
        alert = api.get(&path).await?;
    }
    let joined = sent.elapsed();
    let id = alert["incident_id"]
        .as_str()
        .ok_or("the alert belongs to no incident")?;
    let incident = api.get(&format!("/api/incidents/{id}")).await?;
    let count = incident["alert_count"].as_u64().unwrap_or_default();
    if incident["signature"] != alert["signature"] || count < 2 {
        return Err(format!("the alert joined none of its own: {incident}").into());
    }
    server.quiet().await?;
    let conditions = format!("{INCIDENTS} open incidents, {ALERTS} alerts, after a kill");
    let printed = server.started_within.as_secs_f64();
    let note = format!("{conditions}; address printed after {printed:.2} s");
    bench.table.add("restart to ready", ready, "s", Some(READY), note);
    let peak = server.peak()? as f64 / 1e6;
    let note = format!("peak; {:.0} MB when quiet", server.resident()? as f64 / 1e6);
    bench
        .table
        .add("resident after a restart", peak, "MB", Some(RESIDENT), note);
    let note = format!(
        "sent when ready, acknowledged after {:.1} ms; joined its incident, of {count} alerts then",
        acknowledged.as_secs_f64() * 1e3
    );
    let joined = joined.as_secs_f64() * 1e3;
    bench
        .table
        .add("first alert after a restart, until placed", joined, "ms", None, note);
    Ok(())
}
