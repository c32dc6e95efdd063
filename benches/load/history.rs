//! Whether an alert costs more the more alerts there were before it.

use std::sync::Arc;

use super::Result;
use super::bench::{Bench, cost, requests};
use super::load::Pace;
use super::past::{ALERTS, INCIDENTS};
use super::process::Server;
use super::traffic::{HOT, Traffic};

/// The short history.
const FEW: u64 = 10_000;
/// How many times the cost at the short one.
const MOST: f64 = 1.2;

/// The same mix of repeats, over ten thousand alerts and over a million.
pub async fn history(bench: &mut Bench) -> Result<()> {
    let past = bench.past().await?;
    let directory = tempfile::tempdir()?;
    let mut traffic = Traffic::new(super::companies::found(directory.path(), 1).await?);
    traffic.rare = FEW - HOT;
    let server = Server::product(directory.path())?;
    traffic.open_all(&server, usize::MAX).await?;
    let few = cost(&server, requests(Arc::new(traffic), 1), 1, Pace::Closed).await?;
    drop(server);
    let note = format!("{FEW} alerts and incidents; {:.0} alerts/s", few.rate);
    bench
        .table
        .add("accept and place, short history", few.micros, "µs CPU", None, note);

    let server = Server::product(past.directory.path())?;
    let mut traffic = Traffic::new(past.traffic.companies.clone());
    traffic.rare = FEW - HOT;
    let many = cost(&server, requests(Arc::new(traffic), 1), 1, Pace::Closed).await?;
    let note = format!(
        "{:.2} times the short one's; {ALERTS} alerts, {INCIDENTS} open incidents, the same signatures; {:.0} alerts/s",
        many.micros / few.micros,
        many.rate
    );
    let bound = Some(MOST * few.micros);
    bench
        .table
        .add("accept and place, long history", many.micros, "µs CPU", bound, note);
    Ok(())
}
