//! How long a rule's decision takes for somebody who waits for it: as JSON, and as a stream that is
//! read to its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Result;
use super::api::Api;
use super::bench::{Bench, load, measure, opened};
use super::client::request;
use super::companies::Company;
use super::load::{Next, Pace};

/// Decisions a second.
const RATE: f64 = 500.0;
/// Incidents that are decided in turn.
const INCIDENTS: usize = 2_000;
/// Milliseconds above the floor's acknowledgement.
const MOST: f64 = 10.0;

/// At a constant rate.
pub async fn decide(bench: &mut Bench) -> Result<()> {
    let mut floor = bench.floor_at(RATE).await?;
    let bound = floor.millis(0.99) + MOST;
    let directory = tempfile::tempdir()?;
    let (server, traffic) = opened(directory.path(), 1).await?;
    let company = &traffic.companies[0];
    let incidents = Api::open(&server.address, company)
        .await?
        .list("/api/incidents", INCIDENTS)
        .await?;
    let ids = incidents.iter().filter_map(|incident| incident["incident_id"].as_str());
    let ids: Arc<[String]> = ids.map(str::to_owned).collect();
    for (name, stream, proof) in [("JSON", false, "\"decision_id\""), ("SSE", true, "event: end")] {
        let next = questions(company, Arc::clone(&ids), stream);
        let mut load = load(&server, next, Pace::Open(RATE));
        load.proof = proof;
        let mut cost = measure(&server, &load, 1).await?;
        let note = format!(
            "p50 {:.1} ms, {:.0} µs CPU each, {} decisions of {} incidents, {} refused",
            cost.seen.latencies.millis(0.5),
            cost.micros,
            cost.seen.answered,
            ids.len(),
            cost.seen.refused
        );
        let what = format!("decision by {name} p99 at {RATE:.0}/s");
        bench
            .table
            .add(what, cost.seen.latencies.millis(0.99), "ms", Some(bound), note);
    }
    Ok(())
}

/// Questions about these incidents in turn.
pub fn questions(company: &Company, ids: Arc<[String]>, stream: bool) -> Next {
    let (company, turn) = (company.clone(), AtomicUsize::new(0));
    Arc::new(move |_| {
        let id = &ids[turn.fetch_add(1, Ordering::Relaxed) % ids.len()];
        let company_id = &company.company_id;
        let body = format!(r#"{{"incident_id":"{id}","company_id":"{company_id}","stream":{stream}}}"#);
        request("POST", "/api/agent/decide", &[("x-api-key", &company.api_key)], &body)
    })
}
