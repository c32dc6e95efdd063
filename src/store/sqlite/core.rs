//! A store of either kind: operations go to its writer, queries to its readers.

use std::sync::Arc;

use actors::domain::{CompanyId, Timestamp};
use actors::port::inbox::{Accepted, Delivery};
use actors::port::{Due, Error, Record, RecordKind};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::fault::Fault;
use super::inline::Inline;
use super::op::Op;
use super::read::{records, roster};
use super::shared::Shared;
use super::thread::Threads;
use super::writer::CompanyWriter;
use crate::store::slot::Slot;

/// Turns of one call to forget; each is an operation of its own, between which others go.
const FORGET_TURNS: usize = 100;

/// Who runs the SQL.
#[derive(Debug)]
pub(super) enum Executor {
    /// Threads, on a file.
    Threads(Threads),
    /// The caller, in memory.
    Inline(Box<Inline>),
}

/// A store.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) shared: Arc<Shared>,
    pub(super) executor: Executor,
}

impl Core {
    /// Runs one operation of the writer: its answer.
    pub(super) async fn run<T>(&self, op: impl FnOnce(Slot<T>) -> Op) -> Result<T, Error> {
        self.shared.check()?;
        let (slot, answer) = Slot::new();
        self.submit(op(slot))?;
        self.answer(answer).await
    }

    fn submit(&self, op: Op) -> Result<(), Error> {
        match &self.executor {
            Executor::Threads(threads) => threads.submit(op),
            Executor::Inline(inline) => inline.submit(op),
        }
    }

    async fn answer<T>(&self, answer: oneshot::Receiver<Result<T, Error>>) -> Result<T, Error> {
        // Everybody is answered, except where the writer panics over the transaction itself.
        answer.await.unwrap_or(Err(Error::Unknown))
    }

    /// Runs a query.
    pub(super) async fn read<T, F>(&self, query: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        self.shared.check()?;
        match &self.executor {
            Executor::Threads(threads) => threads.read(query).await,
            Executor::Inline(inline) => inline.read(query),
        }
    }

    pub(super) fn close(&self) {
        match &self.executor {
            Executor::Threads(threads) => threads.close(),
            Executor::Inline(inline) => inline.close(),
        }
    }

    pub(super) async fn accept(&self, delivery: Delivery) -> Result<Accepted, Error> {
        let cell = self.shared.cell(&delivery.company_id)?;
        if cell.id.is_platform() {
            return Err(Error::NoSuchCompany);
        }
        self.run(|slot| Op::Accept(cell, Box::new(delivery), slot)).await
    }

    pub(super) async fn acquire(self: &Arc<Self>, company: &CompanyId) -> Result<CompanyWriter, Error> {
        let cell = self.shared.cell(company)?;
        let epoch = self.run(|slot| Op::Acquire(Arc::clone(&cell), slot)).await?;
        Ok(CompanyWriter {
            core: Arc::clone(self),
            cell,
            epoch,
        })
    }

    pub(super) async fn companies(&self) -> Result<Vec<actors::domain::Company>, Error> {
        self.read(roster::companies).await
    }

    pub(super) async fn all_records(
        &self,
        kind: RecordKind,
        after: Option<(&CompanyId, &str)>,
        limit: usize,
    ) -> Result<Vec<Record>, Error> {
        let (company, id) = match after {
            Some((company, id)) => (self.shared.cell(company)?.no, id.to_owned()),
            None => (0, String::new()),
        };
        self.read(move |conn| records::all(conn, kind, (company, &id), limit))
            .await
    }

    pub(super) async fn find_record(&self, kind: RecordKind, lookup: &str) -> Result<Option<Record>, Error> {
        let lookup = lookup.to_owned();
        self.read(move |conn| records::find(conn, kind, &lookup)).await
    }

    pub(super) async fn unplaced(&self, limit: usize) -> Result<Vec<CompanyId>, Error> {
        self.shared.check()?;
        Ok(self.shared.with_unplaced(limit))
    }

    pub(super) async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<Due>, Error> {
        self.read(move |conn| roster::due(conn, now, limit)).await
    }

    pub(super) async fn forget_expired(&self, now: Timestamp) -> Result<(), Error> {
        for _ in 0..FORGET_TURNS {
            if !self.run(|slot| Op::Forget(now, slot)).await? {
                break;
            }
        }
        Ok(())
    }
}
