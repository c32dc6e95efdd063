//! Live events: how long they take to many readers, and what readers cost the webhook.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Result;
use super::bench::{Bench, cost, load, measure, opened, requests};
use super::load::Pace;
use super::reader::Readers;
use super::traffic::Trouble;

/// Incidents opened a second, with so many readers.
const READERS: [(usize, f64); 3] = [(1, 50.0), (100, 50.0), (1_000, 10.0)];
/// With whom the cost is measured.
const COSTING: usize = 100;
/// How many times the cost without them.
const MOST: f64 = 1.1;
/// What is still on its way may come in.
const LATE: Duration = Duration::from_secs(1);

/// Delivery to 1, 100 and 1,000 readers; CPU at half of the maximum rate, without readers and with 100.
pub async fn fanout(bench: &mut Bench) -> Result<()> {
    let half = bench.half_rate().await?;
    let directory = tempfile::tempdir()?;
    let (server, traffic) = opened(directory.path(), 1).await?;
    let company = &traffic.companies[0];
    let base = Instant::now();
    for (count, rate) in READERS {
        let readers = Readers::open(&server.address, company, count, base).await?;
        let opening = Arc::clone(&traffic);
        let next = move |meant: Instant| opening.about(Trouble::New((meant - base).as_micros() as u64));
        let cost = measure(&server, &load(&server, Arc::new(next), Pace::Open(rate)), 1).await?;
        tokio::time::sleep(LATE).await;
        let mut seen = readers.close().await?;
        let note = format!(
            "p50 {:.1} ms, {} deliveries, {rate:.0} incidents opened/s, {:.0} µs CPU each with its decision",
            seen.millis(0.5),
            seen.len(),
            cost.micros
        );
        let what = format!("incident.opened to {count} readers p99");
        bench.table.add(what, seen.millis(0.99), "ms", None, note);
    }
    let pace = Pace::Open(half);
    let without = cost(&server, requests(Arc::clone(&traffic), 1), 1, pace).await?;
    let note = format!("{:.0} alerts/s", without.rate);
    bench.table.add(
        "accept and place at half rate, no reader",
        without.micros,
        "µs CPU",
        None,
        note,
    );
    let readers = Readers::open(&server.address, company, COSTING, base).await?;
    let with = cost(&server, requests(Arc::clone(&traffic), 1), 1, pace).await?;
    readers.close().await?;
    let note = format!(
        "{:.2} times that without; {:.0} alerts/s",
        with.micros / without.micros,
        with.rate
    );
    let what = format!("accept and place at half rate, {COSTING} readers");
    bench
        .table
        .add(what, with.micros, "µs CPU", Some(MOST * without.micros), note);
    Ok(())
}
