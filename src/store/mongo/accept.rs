//! Accepting deliveries: what waits is gathered into one transaction, and unique indexes decide what is a
//! duplicate.
//!
//! A batch first supposes that nothing in it was seen before, which is nearly always so. Where an index
//! says otherwise, what is known is looked up, what repeats is dropped, and the rest is written again. Of
//! two requests of one process under one name the second waits for the first, so that only another
//! process can come in between.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actors::domain::CompanyId;
use actors::port::Error;
use actors::port::inbox::{Accepted, Delivery};
use mongodb::bson::{RawDocumentBuf, doc};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

use super::fault::Fault;
use super::names::*;
use super::numbers;
use super::rows;
use super::seen::{self, First};
use super::shape::{Fields, int};
use super::shared::{Cell, Shared};
use super::tx::{Tx, in_time};
use crate::store::slot::Slot;
use crate::store::step::Step;
use crate::{failpoint, telemetry};

/// Deliveries that may wait, and their bytes.
const WAITING: usize = 8_192;
const WAITING_BYTES: usize = 64 << 20;
/// Deliveries, alerts and bytes in one transaction; one delivery alone may be larger.
const BATCH: usize = 512;
const BATCH_ALERTS: usize = 2_048;
const BATCH_BYTES: usize = 8 << 20;
/// Transactions in flight: a request need not wait for the end of one that began just before it came.
pub(super) const LANES: usize = 2;
/// How long a delivery is tried.
const ACCEPT_WITHIN: Duration = Duration::from_secs(8);
/// How long is waited before the next try, at first and at most.
const PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// A delivery that waits.
#[derive(Debug)]
struct Waiting {
    cell: Arc<Cell>,
    delivery: Delivery,
    slot: Slot<Accepted>,
    bytes: usize,
    since: Instant,
    /// Whether it had to wait for a request under the same name, which it most likely repeats.
    repeats: bool,
}

impl Waiting {
    /// The names under which it is known again.
    fn names(&self) -> impl Iterator<Item = String> + use<> {
        let names = [
            seen::signature_name(&self.delivery),
            seen::delivery_name(&self.delivery),
        ];
        names.into_iter().flatten()
    }
}

/// What waits to be accepted, over all companies.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    queue: Mutex<Queue>,
    ready: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    bytes: usize,
    /// Names of requests in flight.
    busy: HashSet<String>,
}

impl Inbox {
    fn locked(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands a delivery in, and waits for its answer.
    pub(super) async fn accept(&self, shared: &Shared, delivery: Delivery) -> Result<Accepted, Error> {
        shared.check()?;
        if delivery.company_id.is_platform() {
            return Err(Error::NoSuchCompany);
        }
        let cell = shared.cell(&delivery.company_id).await?;
        let bytes = size(&delivery);
        let (slot, answer) = Slot::new();
        {
            let mut queue = self.locked();
            if queue.waiting.len() >= WAITING || queue.bytes + bytes > WAITING_BYTES {
                return Err(Error::Overloaded);
            }
            queue.bytes += bytes;
            queue.waiting.push_back(Waiting {
                cell,
                delivery,
                slot,
                bytes,
                since: Instant::now(),
                repeats: false,
            });
        }
        self.ready.notify_one();
        answer.await.unwrap_or(Err(Error::Unknown))
    }

    /// Takes a batch of what may go, and leaves what has to wait for a request in flight.
    fn take(&self) -> Vec<Waiting> {
        let mut queue = self.locked();
        let (mut batch, mut left) = (Vec::new(), VecDeque::new());
        let (mut alerts, mut bytes) = (0, 0);
        while let Some(mut next) = queue.waiting.pop_front() {
            let is_full = batch.len() == BATCH
                || alerts + next.delivery.alerts.len() > BATCH_ALERTS
                || bytes + next.bytes > BATCH_BYTES;
            if is_full && !batch.is_empty() {
                queue.waiting.push_front(next);
                break;
            }
            if next.names().any(|name| queue.busy.contains(&name)) {
                next.repeats = true;
                left.push_back(next);
                continue;
            }
            queue.busy.extend(next.names());
            alerts += next.delivery.alerts.len();
            bytes += next.bytes;
            batch.push(next);
        }
        while let Some(next) = left.pop_back() {
            queue.waiting.push_front(next);
        }
        queue.bytes -= bytes;
        if !queue.waiting.is_empty() && !batch.is_empty() {
            self.ready.notify_one();
        }
        batch
    }

    /// Answers a batch, and lets those go on that waited for it.
    fn finish(&self, batch: Vec<Waiting>) {
        let mut queue = self.locked();
        for name in batch.iter().flat_map(Waiting::names) {
            queue.busy.remove(&name);
        }
        let is_more = !queue.waiting.is_empty();
        drop(queue);
        if is_more {
            self.ready.notify_one();
        }
        batch.into_iter().for_each(|waiting| waiting.slot.answer());
    }

    /// Accepts what waits, one transaction after the other, until the store is closed and nothing waits.
    pub(super) async fn run(self: Arc<Self>, shared: Arc<Shared>, mut tx: Tx) {
        loop {
            let batch = self.take();
            if !batch.is_empty() {
                let batch = Attempts::of(batch).run(&shared, &mut tx).await;
                self.finish(batch);
            } else if shared.is_closing() {
                return;
            } else {
                tokio::select! {
                    () = self.ready.notified() => {}
                    () = shared.closing() => {}
                }
            }
        }
    }
}

fn size(delivery: &Delivery) -> usize {
    let alerts = delivery.alerts.iter().map(|alert| {
        let labels = alert.labels.iter().map(|(name, text)| name.len() + text.len());
        let texts = [&alert.asset_name, &alert.signature, &alert.message];
        256 + labels.sum::<usize>() + texts.into_iter().map(String::len).sum::<usize>()
    });
    alerts.sum()
}

/// A batch between its tries.
struct Attempts {
    batch: Vec<Waiting>,
    /// Whether what is known has to be looked up first.
    look_up: bool,
    /// The first number that an earlier try gave out, and to whom, where nobody knows whether it was committed.
    unsettled: Option<Written>,
}

/// What a try has written: the deliveries, by their place in the batch, and the number of each one's first
/// alert.
type Written = Vec<(usize, u64)>;

impl Attempts {
    fn of(batch: Vec<Waiting>) -> Self {
        Self {
            look_up: batch.iter().any(|waiting| waiting.repeats),
            batch,
            unsettled: None,
        }
    }

    /// Tries until every delivery has its outcome.
    async fn run(mut self, shared: &Shared, tx: &mut Tx) -> Vec<Waiting> {
        let began = Instant::now();
        let mut pause = PAUSE;
        Step::Received.of_an_accept();
        loop {
            let fault = match self.attempt(shared, tx).await {
                Ok(written) => {
                    for (place, _) in &written {
                        let waiting = &self.batch[*place];
                        let count = i64::try_from(waiting.delivery.alerts.len()).unwrap_or(i64::MAX);
                        waiting.cell.unplaced.change(count);
                    }
                    if !written.is_empty() {
                        metrics::counter!(telemetry::COMMITS, "outcome" => "committed").increment(1);
                        metrics::histogram!(telemetry::COMMIT_OPERATIONS).record(self.batch.len() as f64);
                        metrics::histogram!(telemetry::COMMIT_SECONDS).record(began.elapsed().as_secs_f64());
                    }
                    Step::Published.of_an_accept();
                    return self.batch;
                }
                Err(fault) => fault,
            };
            let is_known = self.unsettled.is_none();
            match &fault {
                Fault::Answer(_) | Fault::Poison(_) if is_known => return self.run_each(shared, tx, fault).await,
                Fault::Duplicate(_) => self.look_up = true,
                Fault::Conflict(_) => {
                    metrics::counter!(telemetry::COMMITS, "outcome" => "conflict").increment(1);
                    shared.left.end_again(&shared.database).await;
                }
                _ => metrics::counter!(telemetry::COMMITS, "outcome" => "failed").increment(1),
            }
            let oldest = self.batch.iter().map(|waiting| waiting.since.elapsed()).max();
            if oldest.is_some_and(|waited| waited >= ACCEPT_WITHIN) || shared.is_closing() {
                tracing::warn!(
                    ?fault,
                    deliveries = self.batch.len(),
                    "alerts were not accepted in time"
                );
                return self.refuse(match is_known {
                    true => Error::Unavailable("the database does not answer".to_owned()),
                    false => Error::Unknown,
                });
            }
            tracing::debug!(?fault, "accepting is tried again");
            if !matches!(fault, Fault::Duplicate(_)) {
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }

    fn refuse(mut self, error: Error) -> Vec<Waiting> {
        for waiting in &mut self.batch {
            waiting.slot.note(Err(error.clone()));
        }
        self.batch
    }

    /// One of them cannot be written. Alone, each shows whether it is the one.
    async fn run_each(self, shared: &Shared, tx: &mut Tx, fault: Fault) -> Vec<Waiting> {
        tracing::error!(?fault, "a delivery could not be stored");
        if self.batch.len() == 1 {
            return self.refuse(fault.into_error());
        }
        let mut done = Vec::with_capacity(self.batch.len());
        for waiting in self.batch {
            done.extend(Box::pin(Self::of(vec![waiting]).run(shared, tx)).await);
        }
        done
    }

    /// One try: what was written. Every delivery's outcome is noted.
    async fn attempt(&mut self, shared: &Shared, tx: &mut Tx) -> Result<Written, Fault> {
        let wanted = match self.unsettled {
            Some(_) => Vec::new(),
            None => self.sort_out(shared).await?,
        };
        if wanted.is_empty() && self.unsettled.is_none() {
            return Ok(Vec::new());
        }
        tx.begin().await?;
        if let Some(written) = self.unsettled.take() {
            // This transaction has ended the one before: it was done, or never will be.
            let settled = settle(tx, &self.batch, &written).await;
            return match settled {
                Ok(true) => Ok(written),
                Ok(false) => {
                    tx.abort().await;
                    Err(Fault::Conflict("the transaction before was not done".to_owned()))
                }
                Err(fault) => {
                    tx.abort().await;
                    self.unsettled = Some(written);
                    Err(fault)
                }
            };
        }
        let done = write(shared, tx, &self.batch, &wanted).await;
        match done {
            Ok(written) => match tx.commit().await {
                Ok(()) => {
                    Step::Committed.of_an_accept();
                    Ok(written)
                }
                Err(fault) => {
                    if matches!(fault, Fault::Unknown(_)) {
                        self.unsettled = Some(written);
                    }
                    Err(fault)
                }
            },
            Err(fault) => {
                tx.abort().await;
                Err(fault)
            }
        }
    }

    /// Notes what repeats, what is stale and what is too much: the places of the others.
    async fn sort_out(&mut self, shared: &Shared) -> Result<Vec<usize>, Fault> {
        for waiting in &self.batch {
            shared.advance(waiting.delivery.received_at);
        }
        let is_stale = |waiting: &Waiting| {
            let signature = waiting.delivery.signature.as_ref();
            signature.is_some_and(|signature| waiting.cell.is_stale(signature.signed_at))
        };
        let mut known: HashMap<String, First> = HashMap::new();
        if self.look_up || self.batch.iter().any(is_stale) {
            let names: Vec<String> = self.batch.iter().flat_map(Waiting::names).collect();
            let (found, expired) = seen::known(shared, &names).await?;
            known = found;
            if !expired.is_empty() {
                let deliveries = shared.collection(DELIVERIES);
                in_time(async { deliveries.delete_many(doc! { "_id": { "$in": expired } }).await }).await?;
            }
        }
        let mut new = Vec::with_capacity(self.batch.len());
        let mut taken: HashMap<&CompanyId, usize> = HashMap::new();
        let mut outcomes = Vec::new();
        for (place, waiting) in self.batch.iter().enumerate() {
            let of = |name: Option<String>| name.and_then(|name| known.get(&name));
            let signed = of(seen::signature_name(&waiting.delivery));
            let first = match signed {
                None if is_stale(waiting) => {
                    outcomes.push((place, Ok(Accepted::Stale)));
                    continue;
                }
                None => of(seen::delivery_name(&waiting.delivery)),
                signed => signed,
            };
            if let Some(first) = first {
                let alert_ids = seen::alert_ids(shared, &waiting.cell.id, first).await?;
                let body_differs = first.body_hash != hex::encode(waiting.delivery.body_hash);
                outcomes.push((
                    place,
                    Ok(Accepted::Duplicate {
                        alert_ids,
                        body_differs,
                    }),
                ));
                continue;
            }
            let more = taken.entry(&waiting.cell.id).or_default();
            if shared
                .may_take(&waiting.cell, *more + waiting.delivery.alerts.len())
                .await?
            {
                *more += waiting.delivery.alerts.len();
                outcomes.push((place, Ok(Accepted::New)));
                new.push(place);
            } else {
                outcomes.push((place, Err(Error::Overloaded)));
            }
        }
        for (place, outcome) in outcomes {
            self.batch[place].slot.note(outcome);
        }
        Ok(new)
    }
}

/// Whether a transaction of which nobody knows has been done: one of its alerts is there, under its number.
async fn settle(tx: &mut Tx, batch: &[Waiting], written: &Written) -> Result<bool, Fault> {
    let Some((place, first_no)) = written.first() else {
        return Ok(true);
    };
    let ours = &batch[*place].delivery.alerts[0];
    let found = tx
        .find(ALERTS, doc! { "_id": int(*first_no) }, doc! { "alert_id": 1 })
        .await?;
    let is_ours = found.first().and_then(|alert| alert.text_or_none("alert_id")) == Some(&ours.alert_id.to_string());
    if is_ours {
        tx.commit().await?;
    }
    Ok(is_ours)
}

/// Writes alerts and names under the next numbers.
async fn write(shared: &Shared, tx: &mut Tx, batch: &[Waiting], wanted: &[usize]) -> Result<Written, Fault> {
    let count: usize = wanted.iter().map(|place| batch[*place].delivery.alerts.len()).sum();
    let mut no = numbers::take(shared, count as u64).await?;
    let (mut alerts, mut names, mut written) = (Vec::with_capacity(count), Vec::new(), Vec::new());
    let identity = &shared.identity;
    let node = identity.shares().then_some(identity.name.as_str());
    for place in wanted {
        let delivery = &batch[*place].delivery;
        written.push((*place, no));
        names.extend(seen::documents(delivery, no, node)?);
        for alert in &delivery.alerts {
            alerts.push(rows::alert_document(no, delivery, alert)?);
            no += 1;
        }
    }
    // The names come first: they tell a repeat.
    tx.insert(DELIVERIES, names).await?;
    failpoint!("accept.half_written");
    insert_alerts(shared, tx, alerts).await?;
    Step::Written.of_an_accept();
    Ok(written)
}

async fn insert_alerts(shared: &Shared, tx: &mut Tx, alerts: Vec<RawDocumentBuf>) -> Result<(), Fault> {
    match tx.insert(ALERTS, alerts).await {
        // The index of the numbers, in the server's words.
        Err(Fault::Duplicate(why)) if why.contains("index: _id_ ") => {
            tracing::warn!(why, "the counter of alerts is set anew");
            numbers::catch_up(shared).await?;
            Err(Fault::Conflict(why))
        }
        Err(Fault::Duplicate(why)) => Err(Fault::Poison(why)),
        done => done,
    }
}
