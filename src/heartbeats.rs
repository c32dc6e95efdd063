//! Heartbeats: a source that should speak and falls silent is an alert, and the next word from it ends that alert.
//!
//! When a heartbeat was last heard of is kept before its ping is answered. When each is due stands in memory, and is read
//! from the store at the start; what could not be heard while nobody listened is not held against it.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::{AlertId, CompanyId, DeliveryId, NewAlert, Severity, Signal, Timestamp};
use actors::limits::PAGE;
use actors::port::inbox::Delivery;
use actors::port::{Amended, Amendment, Clock, Entropy, Error, Kept, Put, RecordKind, Store};
use actors::runtime::{CallError, Runtime};
use dashmap::DashMap;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

/// How often what is due is looked for.
const EVERY: Duration = Duration::from_secs(5);
/// How long a commit may take.
const WITHIN: Duration = Duration::from_secs(10);
/// How often a ping that meets another change is tried.
const TRIES: usize = 5;
/// How alerts name what they come from.
const TOOL: &str = "heartbeat";
/// The kind of trouble.
const SIGNATURE: &str = "heartbeat-missing";

/// What a company is to hear of at least so often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Heartbeat {
    /// Its name, 1 to 128 of `A-Z a-z 0-9 . _ : -`, not beginning with a dot; the asset of its alerts.
    pub name: String,
    /// How long it may be silent, in seconds.
    pub every_seconds: u32,
    /// How grave its silence is.
    pub severity: Severity,
    /// Since when it is listened for.
    pub created_at: Timestamp,
    /// When it was last heard of; `null` where it never was.
    pub last_seen_at: Option<Timestamp>,
    /// Since when it is missed; `null` where it is not.
    pub silent_since_at: Option<Timestamp>,
}

impl Kept for Heartbeat {
    const KIND: RecordKind = RecordKind::Heartbeats;

    fn id(&self) -> String {
        self.name.clone()
    }
}

impl Heartbeat {
    /// When it has been silent for too long, for somebody who has listened since a moment.
    fn due(&self, listening_since: Timestamp) -> Timestamp {
        let heard = self.last_seen_at.unwrap_or(self.created_at).max(listening_since);
        heard.plus(Duration::from_secs(u64::from(self.every_seconds)))
    }

    /// What its silence, or the end of it, is told by: the same however often it is told.
    fn alert(&self, status: Signal, alert_id: AlertId) -> NewAlert {
        let heard = self.last_seen_at.map(|at| at.to_string());
        let heard = heard.unwrap_or_else(|| "never".to_owned());
        NewAlert {
            alert_id,
            asset_name: self.name.clone(),
            signature: SIGNATURE.to_owned(),
            severity: self.severity,
            message: match status {
                Signal::Firing => format!(
                    "Nothing was heard of {} for {} s; last heard of: {heard}",
                    self.name, self.every_seconds
                ),
                Signal::Resolved => format!("{} was heard of again, or is listened for no more", self.name),
            },
            tool_source: Some(TOOL.to_owned()),
            status,
            fingerprint: Some(self.name.clone()),
            starts_at: None,
            ends_at: None,
            labels: [("every_seconds".to_owned(), self.every_seconds.to_string())].into(),
            url: None,
            unsigned: false,
        }
    }

    /// The name of that delivery: of this silence.
    fn delivery(&self, status: Signal) -> Option<DeliveryId> {
        let since = self.last_seen_at.unwrap_or(self.created_at).as_millis();
        let hash = hex::encode(&Sha256::digest(format!("{}/{since}", self.name))[..16]);
        let word = match status {
            Signal::Firing => "silent",
            Signal::Resolved => "heard",
        };
        format!("heartbeat:{word}:{hash}").parse().ok()
    }
}

/// Who listens.
pub struct Heartbeats {
    due: DashMap<(CompanyId, String), Timestamp>,
    /// A company's heartbeats change one after the other.
    turns: DashMap<CompanyId, Arc<Mutex<()>>>,
    since: Timestamp,
    store: Arc<dyn Store>,
    runtime: Runtime,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// Why a ping is not kept.
#[derive(Debug, thiserror::Error)]
pub enum Unheard {
    /// There is no such heartbeat.
    #[error("there is no such heartbeat")]
    Unknown,
    /// It was signed longer ago than it may be silent.
    #[error("it was signed {0} s ago, and may be silent for {1} s: set the sender's clock")]
    Late(u64, u32),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] Error),
    /// The company's tenant does not.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl Heartbeats {
    /// Listens from now on.
    pub fn new(store: Arc<dyn Store>, runtime: Runtime, (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>)) -> Self {
        Self {
            due: DashMap::new(),
            turns: DashMap::new(),
            since: clock.now(),
            store,
            runtime,
            clock,
            entropy,
        }
    }

    /// Reads what is listened for.
    ///
    /// # Errors
    /// The store's.
    pub async fn load(&self) -> Result<(), Error> {
        let mut after: Option<(CompanyId, String)> = None;
        loop {
            let behind = after.as_ref().map(|(company, id)| (company, id.as_str()));
            let page = self.store.all_records(RecordKind::Heartbeats, behind, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some((last.company_id.clone(), last.id.clone()));
            for record in &page {
                let heartbeat: Heartbeat = record.read()?;
                self.note(&record.company_id, &heartbeat);
            }
        }
    }

    /// Listens for one as it is now.
    pub fn note(&self, company: &CompanyId, heartbeat: &Heartbeat) {
        let key = (company.clone(), heartbeat.name.clone());
        match heartbeat.silent_since_at {
            None => self.due.insert(key, heartbeat.due(self.since)).map(drop),
            // It is told already.
            Some(_) => self.due.remove(&key).map(drop),
        };
    }

    /// Listens for one no more.
    pub fn forget(&self, company: &CompanyId, name: &str) {
        self.due.remove(&(company.clone(), name.to_owned()));
    }

    /// A company's turn to change its heartbeats.
    pub async fn turn(&self, company: &CompanyId) -> OwnedMutexGuard<()> {
        let turn = self.turns.entry(company.clone()).or_default().clone();
        turn.lock_owned().await
    }

    /// Takes a ping of a moment: it is kept when this is done, and the end of a silence is told. One that is no newer than
    /// what was heard changes nothing.
    ///
    /// # Errors
    /// [`Unheard`].
    pub async fn heard(&self, company: &CompanyId, name: &str, at: Timestamp) -> Result<Heartbeat, Unheard> {
        let _turn = self.turn(company).await;
        for _ in 0..TRIES {
            let (heartbeat, version) = self.read(company, name).await?.ok_or(Unheard::Unknown)?;
            let now = self.clock.now();
            // A sender's clock may run ahead.
            let at = at.min(now);
            let heard = Heartbeat {
                last_seen_at: Some(at),
                silent_since_at: None,
                ..heartbeat.clone()
            };
            if heartbeat.last_seen_at.is_some_and(|last| last >= at) {
                return Ok(heartbeat);
            }
            if heard.due(Timestamp::default()) <= now {
                return Err(Unheard::Late(now.since(at).as_secs(), heartbeat.every_seconds));
            }
            let is_late = now >= heartbeat.due(Timestamp::default());
            if heartbeat.silent_since_at.is_some() || is_late {
                self.tell(company, &heartbeat, Signal::Resolved, now).await?;
            }
            if self.keep(company, &heard, version).await? {
                self.note(company, &heard);
                return Ok(heard);
            }
        }
        Err(CallError::Overloaded.into())
    }

    /// Tells the end of a silence that is listened to no more.
    ///
    /// # Errors
    /// The store's.
    pub async fn end(&self, company: &CompanyId, heartbeat: &Heartbeat) -> Result<(), Error> {
        match heartbeat.silent_since_at {
            Some(_) => self.tell(company, heartbeat, Signal::Resolved, self.clock.now()).await,
            None => Ok(()),
        }
    }

    /// Tells of those of this node's companies that are silent for too long: how many.
    pub async fn look(&self) -> usize {
        let now = self.clock.now();
        let due: Vec<(CompanyId, String)> = self
            .due
            .iter()
            .filter(|due| *due.value() <= now && self.runtime.membership().is_mine(&due.key().0))
            .map(|due| due.key().clone())
            .collect();
        let mut told = 0;
        for (company, name) in due {
            match self.missed(&company, &name).await {
                Ok(missed) => told += usize::from(missed),
                Err(error) => tracing::warn!(company_id = %company, name, %error, "a silence cannot be told yet"),
            }
        }
        told
    }

    /// Tells of one that is silent for too long, as it is now.
    async fn missed(&self, company: &CompanyId, name: &str) -> Result<bool, Unheard> {
        let _turn = self.turn(company).await;
        let Some((heartbeat, version)) = self.read(company, name).await? else {
            self.forget(company, name);
            return Ok(false);
        };
        let now = self.clock.now();
        let is_archived = self.store.reader(company).company().await?.archived_at.is_some();
        if is_archived || heartbeat.silent_since_at.is_some() || heartbeat.due(self.since) > now {
            // Another node may have heard it, or told of it.
            self.note(company, &heartbeat);
            return Ok(false);
        }
        self.tell(company, &heartbeat, Signal::Firing, now).await?;
        let silent = Heartbeat {
            silent_since_at: Some(now),
            ..heartbeat
        };
        if self.keep(company, &silent, version).await? {
            self.note(company, &silent);
        }
        Ok(true)
    }

    async fn read(&self, company: &CompanyId, name: &str) -> Result<Option<(Heartbeat, u64)>, Error> {
        let record = self.store.reader(company).record(RecordKind::Heartbeats, name).await?;
        record.map(|record| Ok((record.read()?, record.version))).transpose()
    }

    async fn keep(&self, company: &CompanyId, heartbeat: &Heartbeat, version: u64) -> Result<bool, Unheard> {
        let amendment = Amendment {
            puts: vec![Put::change(heartbeat, version)?],
            ..Amendment::default()
        };
        Ok(self.runtime.amend(company, amendment, WITHIN).await? == Amended::Done)
    }

    async fn tell(
        &self,
        company: &CompanyId,
        heartbeat: &Heartbeat,
        status: Signal,
        now: Timestamp,
    ) -> Result<(), Error> {
        let alert = heartbeat.alert(status, AlertId(self.entropy.uuid(now)));
        let delivery = Delivery {
            company_id: company.clone(),
            delivery_id: heartbeat.delivery(status),
            signature: None,
            body_hash: [0; 32],
            received_at: now,
            alerts: vec![Arc::new(alert)],
        };
        self.store.accept(delivery).await?;
        self.runtime.news(company);
        Ok(())
    }

    /// Listens until it is told to stop.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut turn = interval(EVERY);
        turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = turn.tick() => self.look().await,
                () = stop.cancelled() => return,
            };
        }
    }
}
