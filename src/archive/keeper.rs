//! Looks each hour, and at once where a company's settings have changed, whether anything is past its time.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actors::domain::CompanyId;
use actors::port::{Clock, Entropy, Store};
use actors::runtime::Runtime;
use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::file;
use super::pass::{Archivist, Gone};
use crate::audit::checkpoint::Signer;
use crate::audit::keeper::Place;
use crate::telemetry;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(3600);

/// What a keeper works with.
pub struct Keeper {
    /// Where everything is.
    pub store: Arc<dyn Store>,
    /// Through whom it goes.
    pub runtime: Runtime,
    /// Signs archives, and cuts of journals.
    pub signer: Arc<Signer>,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// The directory that archives go to.
    pub dir: PathBuf,
    /// What was signed of journals.
    pub checkpoints: Place,
}

impl Keeper {
    /// Looks until it is told to stop; what is under way then is left in the store.
    pub async fn run(self, changed: Arc<Notify>, stop: CancellationToken) {
        if let Err(error) = file::prepare(&self.dir, &file::partial(self.signer.public_key())) {
            tracing::error!(%error, dir = %self.dir.display(), "nothing can be archived there");
        }
        let archivist = Archivist {
            store: self.store,
            runtime: self.runtime,
            signer: self.signer,
            clock: self.clock,
            entropy: self.entropy,
            dir: self.dir,
            checkpoints: self.checkpoints,
        };
        let look = async {
            let mut turn = interval(EVERY);
            turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    _ = turn.tick() => {}
                    () = changed.notified() => {}
                }
                archivist.look().await;
            }
        };
        tokio::select! {
            () = look => {}
            () = stop.cancelled() => {}
        }
    }
}

impl Archivist {
    /// Every company in turn; what goes wrong with one is tried again the next time.
    async fn look(&self) {
        let companies = match self.store.companies().await {
            Ok(companies) => companies,
            Err(error) => return tracing::warn!(%error, "nothing is archived: the companies cannot be read"),
        };
        let ids = companies.into_iter().map(|company| company.company_id);
        for company in ids.chain([CompanyId::platform()]) {
            match self.pass(&company).await {
                Ok(gone) => tell(&company, gone),
                Err(error) => {
                    metrics::counter!(telemetry::ARCHIVE_FAILURES).increment(1);
                    let dir = self.dir.display();
                    tracing::error!(company_id = %company, %error, %dir, "what is past its time is not archived, and stays");
                }
            }
        }
    }
}

fn tell(company: &CompanyId, gone: Gone) {
    if gone == Gone::default() {
        return;
    }
    let Gone {
        alerts,
        incidents,
        decisions,
        entries,
    } = gone;
    for (of, count) in [
        ("alerts", alerts),
        ("incidents", incidents),
        ("decisions", decisions),
        ("journal", entries),
    ] {
        metrics::counter!(telemetry::ARCHIVED, "of" => of).increment(count);
    }
    tracing::info!(company_id = %company, alerts, incidents, decisions, entries, "archived what was past its time");
}
