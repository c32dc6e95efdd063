//! What the store's handles and tasks share.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actors::domain::{AlertState, CompanyId, Timestamp};
use actors::limits::UNPLACED_ALERTS;
use actors::port::Error;
use dashmap::DashMap;
use futures::FutureExt;
use mongodb::bson::{Document, doc};
use mongodb::{Collection, Database};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::fault::Fault;
use super::members::{Identity, Lease};
use super::names::*;
use super::numbers::Numbers;
use super::order::Order;
use super::sessions::{Left, Own};
use super::tx::in_time;
use crate::store::arrivals::Arrivals;
use crate::store::feed::Feed;

/// How long a count of what waits is believed: other processes accept too.
const COUNTED_FOR: Duration = Duration::from_secs(10);
/// How long the end is waited for.
const CLOSE_WITHIN: Duration = Duration::from_secs(3);
/// How long a refusal stands before it is counted again.
const REFUSED_FOR: Duration = Duration::from_secs(1);

/// A company as this process knows it.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) id: CompanyId,
    /// How many alerts without a verdict there are.
    pub(super) unplaced: Estimate,
    /// The newest signed time among the signatures forgotten so far, in milliseconds; below 0 for none.
    floor: AtomicI64,
}

impl Cell {
    fn new(id: CompanyId) -> Self {
        Self {
            id,
            unplaced: Estimate::default(),
            floor: AtomicI64::new(-1),
        }
    }

    /// Whether a signature of this time may have been forgotten.
    pub(super) fn is_stale(&self, signed_at: Timestamp) -> bool {
        signed_at.as_millis() <= self.floor.load(Ordering::Acquire)
    }

    pub(super) fn raise_floor(&self, signed_at: Timestamp) {
        self.floor.fetch_max(signed_at.as_millis(), Ordering::AcqRel);
    }
}

/// A count that this process keeps up by itself, and asks for again now and then.
#[derive(Debug, Default)]
pub(super) struct Estimate(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    count: i64,
    at: Option<Instant>,
}

impl Estimate {
    fn with<T>(&self, what: impl FnOnce(&mut Counted) -> T) -> T {
        what(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes what was accepted or placed here.
    pub(super) fn change(&self, by: i64) {
        self.with(|counted| counted.count += by);
    }

    /// Whether so many more may wait; nothing where that has to be counted.
    fn may_take(&self, more: usize) -> Option<bool> {
        let most = i64::try_from(UNPLACED_ALERTS.saturating_sub(more)).unwrap_or(0);
        self.with(|counted| match counted.at.map(|at| at.elapsed()) {
            Some(age) if counted.count <= most && age < COUNTED_FOR => Some(true),
            Some(age) if counted.count > most && age < REFUSED_FOR => Some(false),
            _ => None,
        })
    }

    fn set(&self, count: u64) {
        self.with(|counted| {
            counted.count = i64::try_from(count).unwrap_or(i64::MAX);
            counted.at = Some(Instant::now());
        });
    }
}

/// What handles and tasks share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) database: Database,
    /// Who this process is among those that share the database.
    pub(super) identity: Identity,
    /// What this process has of its node's lease.
    pub(super) lease: Lease,
    /// Whether others live, as far as is known.
    has_others: watch::Sender<bool>,
    pub(super) feed: Feed,
    /// Companies that others have accepted alerts for.
    pub(super) arrivals: Arrivals,
    pub(super) order: Order,
    pub(super) numbers: Numbers,
    /// Sessions that others have left.
    pub(super) left: Left,
    pub(super) own_sessions: Own,
    companies: DashMap<CompanyId, Arc<Cell>>,
    /// How far the clock has come, in milliseconds: it never steps back.
    high: AtomicI64,
    tasks: TaskTracker,
    failed: watch::Sender<Option<String>>,
    closing: CancellationToken,
}

impl Shared {
    pub(super) fn new(database: Database, identity: Identity) -> Self {
        Self {
            database,
            identity,
            lease: Lease::default(),
            has_others: watch::channel(false).0,
            arrivals: Arrivals::default(),
            left: Left::default(),
            own_sessions: Own::default(),
            feed: Feed::default(),
            order: Order::default(),
            numbers: Numbers::default(),
            companies: DashMap::new(),
            high: AtomicI64::new(0),
            tasks: TaskTracker::new(),
            failed: watch::channel(None).0,
            closing: CancellationToken::new(),
        }
    }

    /// Whether others may write, too.
    pub(super) fn has_others(&self) -> bool {
        *self.has_others.borrow()
    }

    pub(super) fn set_has_others(&self, others: bool) {
        self.has_others.send_replace(others);
    }

    /// Returns when others live, or when none does.
    pub(super) async fn until_others(&self, live: bool) {
        // The sender is this.
        let _ = self.has_others.subscribe().wait_for(|others| *others == live).await;
    }

    pub(super) fn collection(&self, name: &str) -> Collection<Document> {
        self.database.collection(name)
    }

    /// The company of this id. One that was seen once is there for good.
    pub(super) async fn cell(&self, id: &CompanyId) -> Result<Arc<Cell>, Error> {
        if let Some(cell) = self.companies.get(id) {
            return Ok(Arc::clone(&cell));
        }
        let (heads, floors) = (self.collection(HEADS), self.collection(SIGNATURE_FLOORS));
        let which = doc! { "_id": id.as_str(), "company_id": id.as_str() };
        let found = in_time(async {
            let head = heads.find_one(which.clone()).projection(doc! { "_id": 1 }).await?;
            Ok((head, floors.find_one(which).await?))
        });
        let (head, floor) = found.await.map_err(Fault::into_error)?;
        head.ok_or(Error::NoSuchCompany)?;
        let cell = self
            .companies
            .entry(id.clone())
            .or_insert_with(|| Arc::new(Cell::new(id.clone())));
        if let Some(signed_at) = floor
            .as_ref()
            .and_then(|floor| super::shape::Fields::at_or_none(floor, "signed_at"))
        {
            cell.raise_floor(signed_at);
        }
        Ok(Arc::clone(&cell))
    }

    /// A company that this process has met.
    pub(super) fn known(&self, id: &CompanyId) -> Option<Arc<Cell>> {
        self.companies.get(id).map(|cell| Arc::clone(&cell))
    }

    /// Whether a company may have so many more alerts that wait.
    pub(super) async fn may_take(&self, cell: &Cell, more: usize) -> Result<bool, Fault> {
        if let Some(known) = cell.unplaced.may_take(more) {
            return Ok(known);
        }
        let which = doc! { "state": AlertState::Received.as_str(), "company_id": cell.id.as_str() };
        let alerts = self.collection(ALERTS);
        let count = in_time(async { alerts.count_documents(which).limit(UNPLACED_ALERTS as u64 + 1).await }).await?;
        cell.unplaced.set(count);
        Ok(cell.unplaced.may_take(more).unwrap_or(true))
    }

    /// How far the clock has come.
    pub(super) fn clock(&self) -> Timestamp {
        Timestamp::from_millis(self.high.load(Ordering::Acquire))
    }

    /// It has come as far as this, or farther.
    pub(super) fn advance(&self, now: Timestamp) -> Timestamp {
        let before = self.high.fetch_max(now.as_millis(), Ordering::AcqRel);
        Timestamp::from_millis(before).max(now)
    }

    /// Runs something for as long as the store is open. Its panic is its own end.
    pub(super) fn run(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// Runs what the store cannot be without: its panic ends the store.
    pub(super) fn run_vital(self: &Arc<Self>, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        let shared = Arc::clone(self);
        self.tasks.spawn(async move {
            if AssertUnwindSafe(task).catch_unwind().await.is_err() {
                shared.fail(format!("{name} panicked"));
            }
        });
    }

    /// The store is of no more use, and says why.
    pub(super) fn fail(&self, why: String) {
        self.failed.send_replace(Some(why));
        self.closing.cancel();
    }

    /// Returns, with the reason, when the store has failed.
    pub(super) async fn failed(&self) -> String {
        let mut failed = self.failed.subscribe();
        // The sender lives as long as `self`, so the wait itself cannot fail.
        let why = failed.wait_for(Option::is_some).await.ok().and_then(|why| why.clone());
        why.unwrap_or_default()
    }

    pub(super) fn is_closing(&self) -> bool {
        self.closing.is_cancelled()
    }

    /// Returns when the store is being closed.
    pub(super) async fn closing(&self) {
        self.closing.cancelled().await;
    }

    /// Whether the store may still be used.
    pub(super) fn check(&self) -> Result<(), Error> {
        match self.is_closing() {
            true => Err(super::closed()),
            false => Ok(()),
        }
    }

    /// Takes nothing new, and waits for what was handed in before; not for a database that is away.
    pub(super) async fn close(&self) {
        self.closing.cancel();
        self.tasks.close();
        if timeout(CLOSE_WITHIN, self.tasks.wait()).await.is_err() {
            tracing::warn!("closed before the database had answered; nothing acknowledged is lost");
        }
    }

    pub(super) fn cancel(&self) {
        self.closing.cancel();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_estimate_is_believed_for_a_while() {
        let estimate = Estimate::default();
        assert_eq!(estimate.may_take(1), None, "never counted");
        estimate.set(UNPLACED_ALERTS as u64 - 2);
        assert_eq!(estimate.may_take(2), Some(true));
        estimate.change(1);
        assert_eq!(estimate.may_take(2), Some(false));
        tokio::time::advance(REFUSED_FOR).await;
        assert_eq!(estimate.may_take(2), None, "somebody else may have placed some");
        assert_eq!(estimate.may_take(1), Some(true));
        tokio::time::advance(COUNTED_FOR).await;
        assert_eq!(estimate.may_take(1), None, "somebody else may have accepted some");
    }
}
