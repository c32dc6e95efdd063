//! The alarms of companies that do not push them: asked for each minute, and taken in as if CloudWatch had sent them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actors::domain::{AlertId, Company, CompanyId, DeliveryId, Timestamp};
use actors::port::cloud::{AlarmState, CloudError, Watch, WatchedAlarm};
use actors::port::inbox::Delivery;
use actors::port::{Clock, Entropy, Error, Store};
use actors::runtime::Runtime;
use futures::{StreamExt, stream};
use tokio::sync::Mutex;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::ingest::formats::{Format, Reading, polled};
use crate::ingest::keyring::Keyring;
use crate::ingest::sources::Sources;

/// How often alarms are asked for.
const EVERY: Duration = Duration::from_secs(60);
/// Companies that are asked about at once.
const AT_ONCE: usize = 4;
/// How long ago an alarm may have ended that was not seen before: we may have been away.
const ENDED_WITHIN: Duration = Duration::from_secs(24 * 3600);

/// How long a state that was taken in is not offered to the store again.
const KNOWN_FOR: Duration = Duration::from_secs(3600);

/// Why a company's alarms are not known.
#[derive(Debug, thiserror::Error)]
enum Unseen {
    #[error(transparent)]
    Cloud(#[from] CloudError),
    #[error(transparent)]
    Store(#[from] Error),
}

/// Alarms that are raised, by their names: which state of each was taken in, and when.
type Raised = HashMap<String, ([u8; 32], Timestamp)>;

/// Asks for alarms.
pub struct Polling {
    watch: Arc<dyn Watch>,
    keyring: Arc<Keyring>,
    store: Arc<dyn Store>,
    runtime: Runtime,
    sources: Arc<Sources>,
    world: (Arc<dyn Clock>, Arc<dyn Entropy>),
    /// What was raised when it was last seen, by company; nothing before the first look.
    raised: Mutex<HashMap<CompanyId, Raised>>,
}

impl Polling {
    /// From its parts.
    pub fn new(
        (watch, keyring): (Arc<dyn Watch>, Arc<Keyring>),
        store: Arc<dyn Store>,
        runtime: Runtime,
        sources: Arc<Sources>,
        world: (Arc<dyn Clock>, Arc<dyn Entropy>),
    ) -> Self {
        Self {
            watch,
            keyring,
            store,
            runtime,
            sources,
            world,
            raised: Mutex::default(),
        }
    }

    /// Asks until it is told to stop.
    pub async fn run(self, stop: CancellationToken) {
        let mut turn = interval(EVERY);
        turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = turn.tick() => {}
                () = stop.cancelled() => return,
            }
            tokio::select! {
                () = self.look() => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Looks at all of this node's companies that want it.
    pub async fn look(&self) {
        let wanted = self
            .keyring
            .companies()
            .into_iter()
            .filter_map(|id| self.keyring.company(&id));
        let wanted = wanted.filter(|company| {
            let is_watched = company.intake.poll_cloudwatch && company.aws.is_some() && company.archived_at.is_none();
            is_watched && self.runtime.membership().is_mine(&company.company_id)
        });
        let looks = stream::iter(wanted).map(async |company| {
            if let Err(error) = self.company(&company).await {
                tracing::warn!(company_id = %company.company_id, %error, "alarms cannot be asked for now");
            }
        });
        looks.buffer_unordered(AT_ONCE).collect::<()>().await;
    }

    async fn company(&self, company: &Company) -> Result<(), Unseen> {
        let id = &company.company_id;
        let now = self.world.0.now();
        let raised = self.watch.alarms(id, AlarmState::Alarm).await?;
        let calm = self.watch.alarms(id, AlarmState::Ok).await?;
        let before = self.raised.lock().await.get(id).cloned();
        let was_raised = |alarm: &WatchedAlarm| match &before {
            Some(before) => before.contains_key(alarm.known_by()),
            None => alarm.alarm.timestamp.is_some_and(|at| now.since(at) < ENDED_WITHIN),
        };
        for alarm in calm.iter().filter(|alarm| was_raised(alarm)) {
            self.take(company, alarm, None, now).await?;
        }
        let mut seen = Raised::new();
        for alarm in &raised {
            let known = before.as_ref().and_then(|before| before.get(alarm.known_by()));
            let taken = self.take(company, alarm, known.copied(), now).await?;
            seen.insert(alarm.known_by().to_owned(), taken);
        }
        // One that is neither raised nor calm, because its data are missing, may end later.
        let is_unclear = |name: &String| !calm.iter().any(|alarm| alarm.known_by() == name);
        for (name, taken) in before.into_iter().flatten() {
            if is_unclear(&name) && now.since(taken.1) < ENDED_WITHIN {
                seen.entry(name).or_insert(taken);
            }
        }
        self.raised.lock().await.insert(id.clone(), seen);
        Ok(())
    }

    /// The same state of an alarm is the same delivery, however often it is seen within a day. Which state it is, and when
    /// it was offered to the store.
    async fn take(
        &self,
        company: &Company,
        alarm: &WatchedAlarm,
        known: Option<([u8; 32], Timestamp)>,
        now: Timestamp,
    ) -> Result<([u8; 32], Timestamp), Error> {
        let Reading { drafts, delivery } = polled(alarm, company.aws.as_ref());
        let Some(identity) = delivery.filter(|_| !drafts.is_empty()) else {
            return Ok(([0; 32], now));
        };
        if let Some(known) = known.filter(|(hash, at)| *hash == identity.hash && now.since(*at) < KNOWN_FOR) {
            return Ok(known);
        }
        let tool = Format::Cloudwatch.name();
        let sealed = drafts
            .into_iter()
            .map(|draft| Arc::new(draft.seal(tool, AlertId(self.world.1.uuid(now)), false)));
        let alerts: Vec<_> = sealed.collect();
        let delivery_id: Option<DeliveryId> = format!("{tool}:polled:{}", hex::encode(identity.hash)).parse().ok();
        let delivery = Delivery {
            company_id: company.company_id.clone(),
            delivery_id,
            signature: None,
            body_hash: identity.hash,
            received_at: now,
            alerts: alerts.clone(),
        };
        if matches!(self.store.accept(delivery).await?, actors::port::inbox::Accepted::New) {
            self.runtime.news(&company.company_id);
            self.sources.note(&company.company_id, &alerts, now);
        }
        Ok((identity.hash, now))
    }
}
