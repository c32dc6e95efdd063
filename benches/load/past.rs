//! A data directory with a long past: 100,000 open incidents of one company, all decided, and a
//! million alerts, made through the webhook. Made once a run; what measures it may add to it.

use std::sync::Arc;

use tempfile::TempDir;

use super::Result;
use super::api::Api;
use super::bench::requests;
use super::load::pour;
use super::process::Server;
use super::traffic::{HOT, Traffic};

pub const INCIDENTS: u64 = 100_000;
pub const ALERTS: u64 = 1_000_000;
/// Opened at once.
const AT_ONCE: usize = 10_000;
/// Alerts a request.
const BATCH: usize = 100;

/// The directory and its company's senders.
pub struct Past {
    pub directory: TempDir,
    pub traffic: Arc<Traffic>,
}

impl Past {
    pub async fn make() -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let mut traffic = Traffic::new(super::companies::found(directory.path(), 1).await?);
        traffic.rare = INCIDENTS - HOT;
        let traffic = Arc::new(traffic);
        let server = Server::product(directory.path())?;
        traffic.open_all(&server, AT_ONCE).await?;
        let more = (ALERTS - INCIDENTS) / BATCH as u64;
        pour(&server.address, more, requests(Arc::clone(&traffic), BATCH)).await?;
        server.quiet().await?;
        let (alerts, incidents) = Api::open(&server.address, &traffic.companies[0])
            .await?
            .correlate()
            .await?;
        if (alerts, incidents) != (ALERTS, INCIDENTS) {
            return Err(format!("{alerts} alerts and {incidents} incidents came of it").into());
        }
        Ok(Self { directory, traffic })
    }
}
