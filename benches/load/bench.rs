//! What measurements share: the table, and figures that others are compared with.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::Result;
use super::companies::Company;
use super::floor::SECRET;
use super::load::{Latencies, Load, Next, Pace, Seen};
use super::past::Past;
use super::process::Server;
use super::table::Table;
use super::traffic::Traffic;

const WARM_UP: Duration = Duration::from_secs(2);
pub const MEASURED: Duration = Duration::from_secs(8);

/// A run of measurements.
#[derive(Default)]
pub struct Bench {
    pub table: Table,
    floors: HashMap<usize, f64>,
    rate: Option<f64>,
    past: Option<Arc<Past>>,
}

/// What a load cost and came to.
pub struct Cost {
    /// CPU of the server for each alert, in microseconds.
    pub micros: f64,
    /// Alerts a second.
    pub rate: f64,
    pub seen: Seen,
}

impl Bench {
    /// The floor's CPU for each alert, at so many alerts a request, in microseconds.
    pub async fn floor(&mut self, batch: usize) -> Result<f64> {
        if let Some(micros) = self.floors.get(&batch) {
            return Ok(*micros);
        }
        let directory = tempfile::tempdir()?;
        let server = Server::floor(directory.path())?;
        let cost = cost(&server, requests(floor_traffic()?, batch), batch, Pace::Closed).await?;
        let note = format!("{:.0} alerts/s", cost.rate);
        let what = format!("floor: accept, {batch} a request");
        self.table.add(what, cost.micros, "µs CPU", None, note);
        self.floors.insert(batch, cost.micros);
        Ok(cost.micros)
    }

    /// Notes what one company's closed load came to, in alerts a second.
    pub fn note_rate(&mut self, rate: f64) {
        self.rate = Some(rate);
    }

    /// Half of the alerts a second that one company's closed load comes to.
    pub async fn half_rate(&mut self) -> Result<f64> {
        if let Some(rate) = self.rate {
            return Ok(rate / 2.0);
        }
        let directory = tempfile::tempdir()?;
        let (server, traffic) = opened(directory.path(), 1).await?;
        let cost = cost(&server, requests(traffic, 1), 1, Pace::Closed).await?;
        self.note_rate(cost.rate);
        Ok(cost.rate / 2.0)
    }

    /// The floor's acknowledgements at so many alerts a second, one a request.
    pub async fn floor_at(&mut self, rate: f64) -> Result<Latencies> {
        let directory = tempfile::tempdir()?;
        let server = Server::floor(directory.path())?;
        let mut cost = cost(&server, requests(floor_traffic()?, 1), 1, Pace::Open(rate)).await?;
        let note = format!("p50 {:.1} ms", cost.seen.latencies.millis(0.5));
        let what = format!("floor: acknowledgement p99 at {rate:.0}/s");
        self.table.add(what, cost.seen.latencies.millis(0.99), "ms", None, note);
        Ok(cost.seen.latencies)
    }

    /// A data directory with a long past, made once a run.
    pub async fn past(&mut self) -> Result<Arc<Past>> {
        if let Some(past) = &self.past {
            return Ok(Arc::clone(past));
        }
        let past = Arc::new(Past::make().await?);
        self.past = Some(Arc::clone(&past));
        Ok(past)
    }
}

/// One company that the floor knows.
pub fn floor_traffic() -> Result<Arc<Traffic>> {
    Ok(Arc::new(Traffic::new(vec![Company::new("floor", "floor", SECRET)?])))
}

/// Requests of a traffic.
pub fn requests(traffic: Arc<Traffic>, batch: usize) -> Next {
    Arc::new(move |_| traffic.next(batch))
}

/// What a load costs that sends these requests.
pub async fn cost(server: &Server, next: Next, batch: usize, pace: Pace) -> Result<Cost> {
    measure(server, &load(server, next, pace), batch).await
}

/// A load of which nothing more is asked.
pub fn load(server: &Server, next: Next, pace: Pace) -> Load {
    Load {
        addresses: vec![server.address.clone()],
        next,
        pace,
        proof: "",
        follow: None,
    }
}

/// Runs a load, first to warm up and then to measure, until all that it brought is worked off.
pub async fn measure(server: &Server, load: &Load, batch: usize) -> Result<Cost> {
    load.run(WARM_UP).await?;
    server.quiet().await?;
    let before = server.cpu()?;
    let seen = load.run(MEASURED).await?;
    server.quiet().await?;
    let spent = server.cpu()? - before;
    let alerts = seen.answered as f64 * batch as f64;
    Ok(Cost {
        micros: spent.as_secs_f64() * 1e6 / alerts,
        rate: alerts / MEASURED.as_secs_f64(),
        seen,
    })
}

/// The product with so many companies, every signature of the mix opened and decided.
pub async fn opened(directory: &Path, companies: usize) -> Result<(Server, Arc<Traffic>)> {
    let traffic = Arc::new(Traffic::new(super::companies::found(directory, companies).await?));
    let server = Server::product(directory)?;
    traffic.open_all(&server, usize::MAX).await?;
    Ok((server, traffic))
}
