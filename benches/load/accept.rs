//! What accepting and placing an alert costs: alone and in batches, with few and with many companies.

use super::Result;
use super::bench::{Bench, cost, opened, requests};
use super::load::Pace;

/// One alert a request, with 1, 20 and 1,000 companies.
pub async fn single(bench: &mut Bench) -> Result<()> {
    let floor = bench.floor(1).await?;
    for (companies, most) in [(1, 2.5), (20, 3.0), (1_000, 4.5)] {
        let directory = tempfile::tempdir()?;
        let (server, traffic) = opened(directory.path(), companies).await?;
        let mut cost = cost(&server, requests(traffic, 1), 1, Pace::Closed).await?;
        let note = format!(
            "{:.2} floors; {:.0} alerts/s, p50 {:.1} ms, {} refused",
            cost.micros / floor,
            cost.rate,
            cost.seen.latencies.millis(0.5),
            cost.seen.refused
        );
        let what = format!("accept and place, {companies} companies");
        bench.table.add(what, cost.micros, "µs CPU", Some(most * floor), note);
        if companies == 1 {
            bench.note_rate(cost.rate);
        }
    }
    Ok(())
}

/// Many alerts a request.
pub async fn batches(bench: &mut Bench) -> Result<()> {
    for batch in [64, 100] {
        let floor = bench.floor(batch).await?;
        let directory = tempfile::tempdir()?;
        let (server, traffic) = opened(directory.path(), 1).await?;
        let cost = cost(&server, requests(traffic, batch), batch, Pace::Closed).await?;
        let note = format!(
            "{:.2} floors; {:.0} alerts/s, {} refused",
            cost.micros / floor,
            cost.rate,
            cost.seen.refused
        );
        let what = format!("accept and place, {batch} a request");
        let bound = f64::max(15.0, 2.0 * floor);
        bench.table.add(what, cost.micros, "µs CPU", Some(bound), note);
    }
    Ok(())
}
