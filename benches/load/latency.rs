//! How long an alert takes at a constant rate: to be acknowledged, and to be placed in an incident.

use std::sync::Arc;

use super::Result;
use super::bench::{Bench, load, measure, opened, requests};
use super::load::Pace;

/// Alerts followed until they are placed, a second.
const FOLLOWED: f64 = 100.0;

/// At half of the maximum rate, and at 1,000 a second.
pub async fn latency(bench: &mut Bench) -> Result<()> {
    let half = bench.half_rate().await?;
    let mut floor = bench.floor_at(half).await?;
    let directory = tempfile::tempdir()?;
    let (server, traffic) = opened(directory.path(), 1).await?;
    // The slow one first: what a fast load has written goes on being flushed after it.
    for (rate, most) in [(1_000.0, 15.0), (half, 30.0)] {
        let mut load = load(&server, requests(Arc::clone(&traffic), 1), Pace::Open(rate));
        let every = (rate / FOLLOWED).max(1.0) as u64;
        load.follow = Some(every);
        let mut cost = measure(&server, &load, 1).await?;
        let seen = &mut cost.seen;
        let acknowledged = format!("{:.0} answered/s, {} refused", cost.rate, seen.refused);
        let placed = format!(
            "p50 {:.1} ms, {} alerts followed by looks 2 ms apart",
            seen.settled.millis(0.5),
            seen.settled.len()
        );
        if rate == half {
            let (p50, p99) = (floor.millis(0.5) + 1.0, floor.millis(0.99) + 15.0);
            let what = |name| format!("acknowledgement {name} at half rate, {rate:.0}/s");
            let table = &mut bench.table;
            table.add(what("p50"), seen.latencies.millis(0.5), "ms", Some(p50), &acknowledged);
            table.add(what("p99"), seen.latencies.millis(0.99), "ms", Some(p99), &acknowledged);
        }
        let what = format!("accept to incident p99 at {rate:.0}/s");
        bench
            .table
            .add(what, seen.settled.millis(0.99), "ms", Some(most), placed);
    }
    Ok(())
}
