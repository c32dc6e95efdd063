//! A storm: very many new troubles at once, of all severities.

use std::sync::Arc;
use std::time::Instant;

use super::Result;
use super::api::Api;
use super::bench::{Bench, requests};
use super::load::pour;
use super::process::Server;
use super::traffic::{SEVERITIES, Traffic};

const TROUBLES: u64 = 100_000;
/// Alerts a request.
const BATCH: usize = 100;
/// Megabytes.
const PEAK: f64 = 700.0;

/// Sent as fast as possible; what it holds at most, and in which order it is worked off.
pub async fn storm(bench: &mut Bench) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let mut traffic = Traffic::new(super::companies::found(directory.path(), 1).await?);
    traffic.unique = true;
    let traffic = Arc::new(traffic);
    let server = Server::product(directory.path())?;
    let began = Instant::now();
    let next = requests(Arc::clone(&traffic), BATCH);
    let refused = pour(&server.address, TROUBLES / BATCH as u64, next).await?;
    let sent = began.elapsed().as_secs_f64();
    server.quiet().await?;
    let worked_off = began.elapsed().as_secs_f64();
    let peak = server.peak()? as f64 / 1e6;
    let note = format!(
        "{TROUBLES} signatures, {BATCH} alerts a request, sent within {sent:.1} s, {refused} refused; quiet after {worked_off:.0} s"
    );
    bench.table.add("storm: peak resident", peak, "MB", Some(PEAK), note);

    let mut api = Api::open(&server.address, &traffic.companies[0]).await?;
    let mut decided: [Vec<i64>; 4] = Default::default();
    for incident in api.list("/api/incidents", usize::MAX).await? {
        let severity = SEVERITIES.iter().position(|name| incident["severity"] == *name);
        let at = incident["decision"]["created_at"]
            .as_str()
            .ok_or("an incident was not decided")?;
        let at: jiff::Timestamp = at.parse()?;
        decided[severity.ok_or("no severity")?].push(at.as_millisecond());
    }
    let count: usize = decided.iter().map(Vec::len).sum();
    if count as u64 != TROUBLES {
        return Err(format!("{count} incidents came of it").into());
    }
    let first = decided.iter().flatten().min().copied().unwrap_or_default();
    let medians = decided.map(|mut times| {
        times.sort_unstable();
        (times[times.len() / 2] - first) as f64 / 1e3
    });
    // Lightest first: each has to come after the one that is graver.
    let wrong = medians.windows(2).filter(|pair| pair[0] <= pair[1]).count();
    let [low, medium, high, critical] = medians;
    let note = format!(
        "medians of the decisions, from the first: critical {critical:.1} s, high {high:.1} s, medium {medium:.1} s, low {low:.1} s"
    );
    bench.table.add(
        "storm: severities decided before a graver one",
        wrong as f64,
        "",
        Some(0.0),
        note,
    );
    Ok(())
}
