//! Keeps what is in memory of companies, keys and people as the store has it: told of every amendment by the
//! actor that commits it, and read again where nobody knows what was committed.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::CompanyId;
use actors::port::{Amendment, Committed, NewCompany, Notices, Store};
use actors::runtime::Runtime;
use actors::supervision::backoff;
use tokio::sync::{Mutex, Notify, broadcast, watch};
use tokio::time::Instant;

use super::people::People;
use crate::ingest::keyring::{Keyring, LoadError};

/// How long after news of another node the next is looked at.
const FOLLOW_PAUSE: Duration = Duration::from_secs(1);
/// How kinds of entries begin that tell of nothing that is kept here.
const NOT_KEPT: [&str; 11] = [
    "access.",
    "alert.",
    "approval.",
    "decision.",
    "incident.",
    "kpi.",
    "memory.",
    "notification.",
    "run.",
    "session.",
    "source.",
];

/// Whether an entry of this kind may tell of companies, keys or people.
fn is_of_settings(kind: &str) -> bool {
    !NOT_KEPT.iter().any(|beginning| kind.starts_with(beginning))
}

/// What is kept in memory.
pub struct Register {
    keyring: Arc<Keyring>,
    people: Arc<People>,
    /// Raised by every change: whoever holds a stream open looks again whether he still may.
    changes: watch::Sender<u64>,
    doubt: Notify,
    /// Told of other settings of a company.
    settings: Arc<Notify>,
    /// When the last reading for somebody who waits began.
    read_at: Mutex<Option<Instant>>,
}

impl Register {
    /// Of a keyring and people.
    pub fn new(keyring: Arc<Keyring>, people: Arc<People>) -> Arc<Self> {
        Arc::new(Self {
            keyring,
            people,
            changes: watch::Sender::new(0),
            doubt: Notify::new(),
            settings: Arc::default(),
            read_at: Mutex::default(),
        })
    }

    /// Companies, keys and secrets.
    pub fn keyring(&self) -> Arc<Keyring> {
        self.keyring.clone()
    }

    /// Told whenever anything has changed.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Told when the settings of a company have changed.
    pub fn settings_changed(&self) -> Arc<Notify> {
        self.settings.clone()
    }

    fn changed(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// Reads everything again whenever there is doubt, for as long as it takes.
    pub async fn settle_doubts(self: Arc<Self>, store: Arc<dyn Store>) {
        loop {
            self.doubt.notified().await;
            let mut tries = 0;
            while let Err(error) = self.load(&*store).await {
                tracing::warn!(%error, "companies and people cannot be read again yet");
                tries += 1;
                tokio::time::sleep(backoff::wait(tries, 0.5)).await;
            }
            self.changed();
        }
    }

    /// Hears of what other nodes have changed, and reads it, at most once a second. What this node has changed itself it
    /// knows, and reads once more.
    pub async fn follow(self: Arc<Self>, mut feed: broadcast::Receiver<Arc<Committed>>, runtime: Runtime) {
        loop {
            let is_news = match feed.recv().await {
                Ok(committed) => committed.events.iter().any(|event| is_of_settings(&event.entry.kind())),
                Err(broadcast::error::RecvError::Lagged(_)) => true,
                Err(broadcast::error::RecvError::Closed) => return,
            };
            if is_news && runtime.has_others() {
                self.doubt.notify_one();
                tokio::time::sleep(FOLLOW_PAUSE).await;
            }
        }
    }

    /// Reads everything now; whoever asks at the same time waits for one reading that begins after he has asked.
    ///
    /// # Errors
    /// The store's.
    pub async fn catch_up(&self, store: &dyn Store) -> Result<(), LoadError> {
        let asked = Instant::now();
        let mut read_at = self.read_at.lock().await;
        if read_at.is_none_or(|read_at| read_at < asked) {
            let begins = Instant::now();
            self.load(store).await?;
            *read_at = Some(begins);
            self.changed();
        }
        Ok(())
    }

    async fn load(&self, store: &dyn Store) -> Result<(), LoadError> {
        self.keyring.read(store).await?;
        Ok(self.people.load(store).await?)
    }
}

impl Notices for Register {
    fn founded(&self, new: &NewCompany) {
        self.keyring.founded(new);
        self.changed();
    }

    fn amended(&self, company: &CompanyId, amendment: &Amendment) {
        if company.is_platform() {
            self.people.amended(amendment);
        } else {
            self.keyring.amended(company, amendment);
        }
        if amendment.company.is_some() {
            self.settings.notify_one();
        }
        self.changed();
    }

    fn doubtful(&self, _company: &CompanyId) {
        self.doubt.notify_one();
    }
}
