//! What readers and the writer both see, published only after it is durable.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use actors::domain::CompanyId;
use actors::port::Error;
use tokio::sync::watch;

use super::waiting::{Room, Waiting};
use crate::store::feed::Feed;

/// Locks; a panic elsewhere does not matter, because what is kept under these locks is always whole.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A company as the store knows it.
#[derive(Debug)]
pub(super) struct Cell {
    /// Its small integer.
    pub(super) no: i64,
    /// Its id.
    pub(super) id: CompanyId,
    /// Alerts without a verdict. A reader that sees one here sees its row too.
    pub(super) unplaced: Mutex<Waiting>,
}

impl Cell {
    pub(super) fn new(no: i64, id: CompanyId) -> Arc<Self> {
        Arc::new(Self {
            no,
            id,
            unplaced: Mutex::default(),
        })
    }
}

/// What readers and the writer both see.
#[derive(Debug)]
pub(super) struct Shared {
    companies: RwLock<BTreeMap<CompanyId, Arc<Cell>>>,
    /// The number that the next alert gets, over all companies.
    next_no: AtomicU64,
    /// How much of the alerts that wait is kept in memory.
    pub(super) room: Room,
    pub(super) feed: Feed,
    failed: watch::Sender<Option<String>>,
    /// Where the last look for unplaced alerts ended, so that no company is always behind others.
    turn: Mutex<Option<CompanyId>>,
}

impl Shared {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            companies: RwLock::default(),
            next_no: AtomicU64::new(1),
            room: Room::default(),
            feed: Feed::default(),
            failed: watch::channel(None).0,
            turn: Mutex::default(),
        })
    }

    /// The company of this id.
    pub(super) fn cell(&self, id: &CompanyId) -> Result<Arc<Cell>, Error> {
        let companies = self.companies.read().unwrap_or_else(PoisonError::into_inner);
        companies.get(id).cloned().ok_or(Error::NoSuchCompany)
    }

    pub(super) fn add_company(&self, cell: Arc<Cell>) {
        let mut companies = self.companies.write().unwrap_or_else(PoisonError::into_inner);
        companies.insert(cell.id.clone(), cell);
    }

    /// Companies with unplaced alerts, going on where the last call ended.
    pub(super) fn with_unplaced(&self, limit: usize) -> Vec<CompanyId> {
        let companies = self.companies.read().unwrap_or_else(PoisonError::into_inner);
        let mut turn = locked(&self.turn);
        let last = turn.clone().map_or(Bound::Unbounded, Bound::Excluded);
        let behind = companies.range((last.clone(), Bound::Unbounded));
        let before = companies.range((
            Bound::Unbounded,
            match &last {
                Bound::Excluded(id) => Bound::Included(id.clone()),
                _ => return first_with_unplaced(behind, limit, &mut turn),
            },
        ));
        first_with_unplaced(behind.chain(before), limit, &mut turn)
    }

    /// The number behind every alert accepted so far.
    pub(super) fn next_no(&self) -> u64 {
        self.next_no.load(Ordering::Acquire)
    }

    pub(super) fn set_next_no(&self, no: u64) {
        self.next_no.store(no, Ordering::Release);
    }

    /// Ends this handle for good.
    pub(super) fn fail(&self, reason: &str) {
        tracing::error!(reason, "the store has failed");
        self.failed.send_modify(|failed| {
            failed.get_or_insert_with(|| reason.to_owned());
        });
    }

    /// Whether the handle may still be used.
    pub(super) fn check(&self) -> Result<(), Error> {
        match &*self.failed.borrow() {
            None => Ok(()),
            Some(reason) => Err(Error::Unavailable(reason.clone())),
        }
    }

    /// Returns when the handle has failed.
    pub(super) async fn failed(&self) -> String {
        let mut failed = self.failed.subscribe();
        // The sender lives as long as `self`, so the wait itself cannot fail.
        let reason = failed.wait_for(Option::is_some).await;
        reason.ok().and_then(|reason| reason.clone()).unwrap_or_default()
    }
}

fn first_with_unplaced<'a>(
    companies: impl Iterator<Item = (&'a CompanyId, &'a Arc<Cell>)>,
    limit: usize,
    turn: &mut Option<CompanyId>,
) -> Vec<CompanyId> {
    let found: Vec<_> = companies
        .filter(|(_, cell)| !locked(&cell.unplaced).is_empty())
        .map(|(id, _)| id.clone())
        .take(limit)
        .collect();
    if let Some(last) = found.last() {
        *turn = Some(last.clone());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn companies_with_unplaced_alerts_take_turns() {
        let shared = Shared::new();
        for (no, name) in ["comp-a", "comp-b", "comp-c"].into_iter().enumerate() {
            let cell = Cell::new(no as i64, name.parse().unwrap());
            locked(&cell.unplaced).add(1, None);
            shared.add_company(cell);
        }
        let names = |limit| -> Vec<String> { shared.with_unplaced(limit).iter().map(ToString::to_string).collect() };
        assert_eq!(names(2), ["comp-a", "comp-b"]);
        assert_eq!(names(2), ["comp-c", "comp-a"]);
        assert_eq!(names(9), ["comp-b", "comp-c", "comp-a"]);
    }
}
