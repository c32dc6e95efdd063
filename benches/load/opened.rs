//! What an incident costs that is opened and decided.

use std::sync::Arc;
use std::time::Instant;

use super::Result;
use super::api::Api;
use super::bench::{Bench, requests};
use super::load::pour;
use super::process::Server;
use super::traffic::Traffic;

const INCIDENTS: u64 = 20_000;
/// Alerts a request.
const BATCH: usize = 50;
/// Micro-seconds of CPU.
const MOST: f64 = 200.0;

/// From the webhook to the decision.
pub async fn opened(bench: &mut Bench) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let mut traffic = Traffic::new(super::companies::found(directory.path(), 1).await?);
    traffic.unique = true;
    let traffic = Arc::new(traffic);
    let server = Server::product(directory.path())?;
    server.quiet().await?;
    let (before, began) = (server.cpu()?, Instant::now());
    let next = requests(Arc::clone(&traffic), BATCH);
    let refused = pour(&server.address, INCIDENTS / BATCH as u64, next).await?;
    let sent = began.elapsed();
    server.quiet().await?;
    let spent = server.cpu()? - before;
    let mut api = Api::open(&server.address, &traffic.companies[0]).await?;
    let incidents = api.list("/api/incidents", usize::MAX).await?;
    let decided = incidents
        .iter()
        .filter(|incident| incident["decision"].is_object())
        .count();
    if decided as u64 != INCIDENTS {
        return Err(format!("{decided} of {} incidents were decided", incidents.len()).into());
    }
    let note = format!(
        "{decided} incidents, {BATCH} alerts a request, sent within {:.1} s, {refused} refused",
        sent.as_secs_f64()
    );
    let each = spent.as_secs_f64() * 1e6 / decided as f64;
    bench
        .table
        .add("incident opened and decided", each, "µs CPU", Some(MOST), note);
    Ok(())
}
