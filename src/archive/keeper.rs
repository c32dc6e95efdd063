//! Looks each hour, and at once where a company's settings have changed, whether anything is past its time.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::CompanyId;
use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::file;
use super::pass::{Archivist, Gone};
use crate::telemetry;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(3600);

impl Archivist {
    /// Looks until it is told to stop; what is under way then is left in the store.
    pub async fn run(self, changed: Arc<Notify>, stop: CancellationToken) {
        if let Err(error) = file::prepare(&self.dir, &self.partial()) {
            tracing::error!(%error, dir = %self.dir.display(), "nothing can be archived there");
        }
        let look = async {
            let mut turn = interval(EVERY);
            turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    _ = turn.tick() => {}
                    () = changed.notified() => {}
                }
                self.look().await;
            }
        };
        tokio::select! {
            () = look => {}
            () = stop.cancelled() => {}
        }
    }

    /// What this process's unfinished files end with.
    pub(super) fn partial(&self) -> String {
        file::partial(self.signer.public_key(), self.runtime.membership().me())
    }

    /// Every company that is this node's in turn; what goes wrong with one is tried again the next time.
    async fn look(&self) {
        let companies = match self.store.companies().await {
            Ok(companies) => companies,
            Err(error) => return tracing::warn!(%error, "nothing is archived: the companies cannot be read"),
        };
        let ids = companies.into_iter().map(|company| company.company_id);
        let mine = |company: &CompanyId| self.runtime.membership().is_mine(company);
        for company in ids.chain([CompanyId::platform()]).filter(mine) {
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
