//! Hears the store's feed once, and tells every reader: journal entries at once, what is live only
//! gathered to one message a second.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actors::domain::{CompanyId, IncidentId, Timestamp};
use actors::limits::{GATHERED_INCIDENTS, STREAM_NEWS};
use actors::port::events::IncidentCounts;
use actors::port::{Clock, Committed};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{self, Receiver, Sender};
use tokio::time::MissedTickBehavior;

/// How often what is live only is told.
const GATHERING: Duration = Duration::from_secs(1);

/// What readers are told.
#[derive(Clone, Debug)]
pub(in crate::http) enum News {
    /// These were committed, next in the order.
    Committed(Arc<Committed>),
    /// What was gathered.
    Gathered(Arc<Gathered>),
    /// The hub has missed something: read the store.
    Missed,
}

/// What is live only, gathered since the last time.
#[derive(Debug, Default)]
pub(in crate::http) struct Gathered {
    pub(super) at: Timestamp,
    /// Alerts accepted, by severity.
    pub(super) accepted: BTreeMap<CompanyId, [u32; 4]>,
    /// The latest counts of incidents that alerts were placed in, of at most so many incidents.
    pub(super) counts: BTreeMap<(CompanyId, IncidentId), IncidentCounts>,
}

/// The hub.
#[derive(Debug)]
pub(crate) struct Hub {
    readers: Sender<News>,
    gathered: Mutex<Gathered>,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            readers: broadcast::channel(STREAM_NEWS).0,
            gathered: Mutex::default(),
        }
    }
}

impl Hub {
    /// What is told from now on.
    pub(in crate::http) fn subscribe(&self) -> Receiver<News> {
        self.readers.subscribe()
    }

    /// Notes alerts that were accepted, while somebody listens.
    pub(in crate::http) fn accepted(&self, company: &CompanyId, by_severity: [u32; 4]) {
        if self.readers.receiver_count() == 0 {
            return;
        }
        let mut gathered = self.gathered();
        let counted = gathered.accepted.entry(company.clone()).or_default();
        for (counted, more) in counted.iter_mut().zip(by_severity) {
            *counted += more;
        }
    }

    /// Tells what the feed tells, until the store is gone.
    pub(crate) async fn run(self: Arc<Self>, mut feed: Receiver<Arc<Committed>>, clock: Arc<dyn Clock>) {
        let mut gathering = tokio::time::interval(GATHERING);
        gathering.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                told = feed.recv() => match told {
                    Ok(committed) => self.committed(committed),
                    Err(RecvError::Lagged(_)) => self.tell(News::Missed),
                    Err(RecvError::Closed) => return,
                },
                _ = gathering.tick() => self.tell_gathered(clock.now()),
            }
        }
    }

    fn committed(&self, committed: Arc<Committed>) {
        if self.readers.receiver_count() == 0 {
            return;
        }
        if !committed.counts.is_empty() {
            let mut gathered = self.gathered();
            for counts in &committed.counts {
                let key = (counts.company_id.clone(), counts.incident_id.clone());
                if gathered.counts.len() < GATHERED_INCIDENTS || gathered.counts.contains_key(&key) {
                    gathered.counts.insert(key, counts.clone());
                }
            }
        }
        if !committed.events.is_empty() {
            self.tell(News::Committed(committed));
        }
    }

    fn tell_gathered(&self, now: Timestamp) {
        let mut gathered = std::mem::take(&mut *self.gathered());
        if !gathered.accepted.is_empty() || !gathered.counts.is_empty() {
            gathered.at = now;
            self.tell(News::Gathered(Arc::new(gathered)));
        }
    }

    fn tell(&self, news: News) {
        // That nobody listens is no matter.
        let _ = self.readers.send(news);
    }

    /// What is kept under the lock is always whole.
    fn gathered(&self) -> MutexGuard<'_, Gathered> {
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
