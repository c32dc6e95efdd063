//! What is held for something that is there and has nothing to do: differences of resident memory.
//!
//! The allocator keeps what a burst has freed. So nothing here comes in bursts, and each difference
//! is taken after enough of the same has filled the store's page caches and whatever was free.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::Result;
use super::api::Api;
use super::bench::{Bench, load, requests};
use super::companies::Company;
use super::decide::questions;
use super::load::{Pace, pour};
use super::past::INCIDENTS;
use super::process::Server;
use super::traffic::{Traffic, body, signed};

const TENANTS: usize = 1_000;
/// Woken before the others.
const FIRST: usize = 100;
/// Live incidents, and as many before them. All of them stay live: they are fewer than those past
/// which idle ones leave at once.
const LIVE: u64 = 4_500;
/// Incidents opened, and decisions asked for, a second.
const RATE: f64 = 500.0;
/// Messages in the memory of each: the first alert and the decision about it, alerts that follow,
/// and a decision that was asked for.
const MESSAGES: usize = 8;
const FOLLOWING: u64 = 5;
/// Bytes.
const LIVE_MOST: f64 = 12_000.0;
const PASSIVE_MOST: f64 = 400.0;
/// Alerts, a request each, that fill the writer's cache and the map of what was seen.
const FILLING: u64 = 60_000;
const BATCH: usize = 100;

/// Idle tenants, live incidents, passive incidents.
pub async fn memory(bench: &mut Bench) -> Result<()> {
    tenants(bench).await?;
    incidents(bench).await
}

/// A tenant is woken by somebody who asks for its counts; it has no alerts.
async fn tenants(bench: &mut Bench) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let companies = super::companies::found(directory.path(), TENANTS).await?;
    let server = Server::product(directory.path())?;
    let mut before = 0;
    for (place, company) in companies.iter().enumerate() {
        if place == FIRST {
            server.quiet().await?;
            before = server.resident()?;
        }
        Api::open(&server.address, company).await?.correlate().await?;
    }
    server.quiet().await?;
    let each = bytes(before, server.resident()?, (TENANTS - FIRST) as u64);
    let note = format!("{} after {FIRST}, with correlator, without alerts", TENANTS - FIRST);
    bench.table.add("idle tenant", each, "bytes", None, note);
    Ok(())
}

/// Live ones were decided just before; of passive ones only rows and index are there, after a restart.
async fn incidents(bench: &mut Bench) -> Result<()> {
    let past = bench.past().await?;
    let directory = tempfile::tempdir()?;
    let company = &super::companies::found(directory.path(), 1).await?[0];
    let server = Server::product(directory.path())?;
    let mut filling = Traffic::new(vec![company.clone()]);
    filling.rare = 1;
    pour(&server.address, FILLING, requests(Arc::new(filling), 1)).await?;
    let mut resident = Vec::new();
    for turn in 0..2 {
        live(&server, company, turn * LIVE).await?;
        resident.push(server.resident()?);
    }
    let each = bytes(resident[0], resident[1], LIVE);
    let note =
        format!("{LIVE} after {LIVE}, with {MESSAGES} short messages, decided just before; row and index included");
    bench.table.add("live incident", each, "bytes", Some(LIVE_MOST), note);
    drop(server);

    let few = restarted(directory.path(), company).await?;
    let many = restarted(past.directory.path(), &past.traffic.companies[0]).await?;
    let each = bytes(few, many, INCIDENTS - 2 * LIVE);
    let note = format!(
        "{INCIDENTS} against {}, each after a restart, the tenant woken and the index loaded",
        2 * LIVE
    );
    bench
        .table
        .add("passive incident", each, "bytes", Some(PASSIVE_MOST), note);
    Ok(())
}

fn bytes(before: u64, after: u64, count: u64) -> f64 {
    (after as f64 - before as f64) / count as f64
}

/// Opens incidents, numbered from `first`, and fills their memories with short messages.
async fn live(server: &Server, company: &Company, first: u64) -> Result<()> {
    let lasting = Duration::from_secs_f64(LIVE as f64 / RATE);
    let (sender, turn) = (company.clone(), AtomicU64::new(first));
    let opening = move |_| signed(&sender, &alert(turn.fetch_add(1, Ordering::Relaxed), 0));
    load(server, Arc::new(opening), Pace::Open(RATE)).run(lasting).await?;
    server.quiet().await?;

    let mut api = Api::open(&server.address, company).await?;
    for following in 1..=FOLLOWING {
        for from in (first..first + LIVE).step_by(BATCH) {
            let alerts: Vec<String> = (from..from + BATCH as u64).map(|n| alert(n, following)).collect();
            api.send(&signed(company, &body(&alerts))).await?;
        }
    }
    api.correlate().await?;
    let newest = api.list("/api/incidents", LIVE as usize).await?;
    let ids = newest.iter().filter_map(|incident| incident["incident_id"].as_str());
    let ids: Arc<[String]> = ids.map(str::to_owned).collect();
    let asking = questions(company, Arc::clone(&ids), false);
    load(server, asking, Pace::Open(RATE)).run(lasting).await?;
    server.quiet().await?;
    for id in [&ids[ids.len() / 4], &ids[ids.len() / 2]] {
        let memory = api.get(&format!("/api/incidents/{id}/memory")).await?;
        let count = memory["messages"].as_array().map_or(0, Vec::len);
        if count != MESSAGES {
            return Err(format!("{count} messages in the memory of {id}").into());
        }
    }
    Ok(())
}

/// An alert with a short message, the `following`th after the first of its trouble.
fn alert(n: u64, following: u64) -> String {
    format!(r#"{{"asset_name":"web-{n}","signature":"live-{n}","severity":"high","message":"still {following}"}}"#)
}

/// What is resident after a restart, with the index loaded.
async fn restarted(directory: &Path, company: &Company) -> Result<u64> {
    let server = Server::product(directory)?;
    Api::open(&server.address, company).await?.correlate().await?;
    server.quiet().await?;
    server.resident()
}
