//! A company's writer: a queue, and one transaction in flight with everything that waits in it.
//!
//! Several transactions of one company at once would only conflict over its head. The task that runs
//! them outlives whoever handed something in.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::{AlertId, CompanyId};
use actors::port::roster::NewCompany;
use actors::port::writer::{Changed, IncidentChange, PlaceBatch, Placed, Regroup};
use actors::port::{Amended, Amendment, Committed, Error, Writer};
use async_trait::async_trait;
use mongodb::bson::{Document, doc};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::batch;
use super::fault::Fault;
use super::head::{self, Head};
use super::members;
use super::names::*;
use super::op::Op;
use super::shape::{Fields, int};
use super::shared::{Cell, Shared};
use super::tx::{Tx, in_time};
use super::work::Work;
use crate::store::slot::Slot;
use crate::store::step::Step;
use crate::telemetry;

/// Operations that may wait.
const WAITING: usize = 4_096;
/// Operations in one transaction.
const BATCH: usize = 256;
/// How long a batch is tried.
const COMMIT_WITHIN: Duration = Duration::from_secs(10);
/// How long is waited before the next try, at first and at most.
const PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// A company's writer.
#[derive(Debug)]
pub(super) struct CompanyWriter {
    company: CompanyId,
    ops: mpsc::Sender<Op>,
    shared: Arc<Shared>,
}

impl CompanyWriter {
    /// Raises the head's epoch, and begins to take operations under it.
    pub(super) async fn acquire(shared: &Arc<Shared>, company: &CompanyId) -> Result<Self, Error> {
        shared.check()?;
        let cell = shared.cell(company).await?;
        let (tx, head) = take_over(shared, company).await.map_err(Fault::into_error)?;
        let (ops, waiting) = mpsc::channel(WAITING);
        let queue = Queue {
            shared: Arc::clone(shared),
            cell,
            epoch: head.place.epoch,
            head: Some(head),
            is_fenced: false,
            tx,
        };
        shared.run(queue.run(waiting));
        Ok(Self {
            company: company.clone(),
            ops,
            shared: Arc::clone(shared),
        })
    }

    async fn hand_in<T>(&self, op: impl FnOnce(Slot<T>) -> Op) -> Result<T, Error> {
        self.shared.check()?;
        let (slot, answer) = Slot::new();
        self.ops.try_send(op(slot)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Error::Overloaded,
            mpsc::error::TrySendError::Closed(_) if self.shared.is_closing() => super::closed(),
            // The queue's task has panicked: whoever holds this has to acquire anew.
            mpsc::error::TrySendError::Closed(_) => Error::Fenced,
        })?;
        answered(answer).await
    }
}

/// A company's head.
fn of(company: &CompanyId) -> Document {
    doc! { "_id": company.as_str(), "company_id": company.as_str() }
}

/// Ends what an earlier writer may have left open, and raises the epoch. What a node has that lives is left to it; the
/// platform is whoever's that writes.
async fn take_over(shared: &Shared, company: &CompanyId) -> Result<(Tx, Head), Fault> {
    let (heads, which) = (shared.collection(HEADS), of(company));
    let only = doc! { "session": 1, "epoch": 1, "owner": 1 };
    let before = in_time(async { heads.find_one(which.clone()).projection(only).await }).await?;
    let before = before.ok_or(Error::NoSuchCompany)?;
    if let Some(owner) = before
        .text_or_none("owner")
        .filter(|_| shared.identity.shares() && !company.is_platform())
        && owner != shared.identity.name
        && let Some(node) = members::one_living(shared, owner).await?
    {
        return Err(Error::Elsewhere(node.url).into());
    }
    if let Some(session) = before.get("session") {
        shared.left.end(&shared.database, vec![session.clone()]).await;
    }
    let tx = Tx::on(&shared.database).await?;
    let mut as_seen = which;
    as_seen.insert("epoch", int(before.count("epoch")?));
    let set = doc! { "session": tx.id(), "owner": &shared.identity.name };
    let raise = doc! { "$inc": { "epoch": 1_i64 }, "$set": set };
    let after = mongodb::options::ReturnDocument::After;
    let raised = in_time(async { heads.find_one_and_update(as_seen, raise).return_document(after).await }).await?;
    let raced = || Fault::Answer(Error::Unavailable("another writer is taking the company".to_owned()));
    let head = head::read(&raised.ok_or_else(raced)?)?;
    Ok((tx, head))
}

/// Everybody is answered, except where the queue's task panics.
async fn answered<T>(answer: oneshot::Receiver<Result<T, Error>>) -> Result<T, Error> {
    answer.await.unwrap_or(Err(Error::Unknown))
}

#[async_trait]
impl Writer for CompanyWriter {
    fn company(&self) -> &CompanyId {
        &self.company
    }

    async fn barrier(&self) -> Result<u64, Error> {
        self.hand_in(Op::Barrier).await
    }

    async fn place(&self, batch: PlaceBatch) -> Result<Placed, Error> {
        self.hand_in(|slot| Op::Place(Box::new(batch), slot)).await
    }

    async fn change(&self, change: IncidentChange, deadline: Option<Instant>) -> Result<Changed, Error> {
        self.hand_in(|slot| Op::Change(Box::new(change), deadline, slot)).await
    }

    async fn regroup(&self, regroup: Regroup, deadline: Option<Instant>) -> Result<bool, Error> {
        self.hand_in(|slot| Op::Regroup(Box::new(regroup), deadline, slot))
            .await
    }

    async fn release(&self, alert: AlertId) -> Result<bool, Error> {
        self.hand_in(|slot| Op::Release(alert, slot)).await
    }

    async fn amend(&self, amendment: Amendment, deadline: Option<Instant>) -> Result<Amended, Error> {
        self.hand_in(|slot| Op::Amend(Box::new(amendment), deadline, slot))
            .await
    }

    async fn found(&self, company: NewCompany) -> Result<bool, Error> {
        self.hand_in(|slot| Op::Found(Box::new(company), slot)).await
    }
}

/// What runs a company's operations.
struct Queue {
    shared: Arc<Shared>,
    cell: Arc<Cell>,
    epoch: u64,
    /// The head, where it is known; while this is the present writer, nobody else changes it.
    head: Option<Head>,
    is_fenced: bool,
    tx: Tx,
}

/// A batch between its tries.
struct Attempts {
    commit_id: String,
    /// What an earlier try has worked out, where nobody knows whether it was committed.
    unsettled: Option<Work>,
}

impl Queue {
    async fn run(mut self, mut waiting: mpsc::Receiver<Op>) {
        let mut taken = Vec::with_capacity(BATCH);
        loop {
            let closing = self.shared.closing();
            tokio::select! {
                biased;
                count = waiting.recv_many(&mut taken, BATCH) => if count == 0 { return },
                () = closing => waiting.close(),
            }
            for batch in batch::split(std::mem::take(&mut taken)) {
                self.run_batch(batch).await;
            }
        }
    }

    /// Runs a batch until its end is known, or for as long as it may take.
    async fn run_batch(&mut self, mut ops: Vec<Op>) {
        let began = Instant::now();
        let mut attempts = Attempts {
            commit_id: Uuid::new_v4().to_string(),
            unsettled: None,
        };
        let mut pause = PAUSE;
        loop {
            let fault = match self.attempt(&mut ops, &mut attempts).await {
                Ok(work) => {
                    self.publish(work, began, ops.len());
                    reached(&ops, Step::Published);
                    return ops.into_iter().for_each(Op::answer);
                }
                Err(fault) => fault,
            };
            self.head = None;
            let is_known = attempts.unsettled.is_none();
            match fault {
                Fault::Answer(Error::Fenced) => {
                    self.is_fenced = true;
                    return refuse(ops, &Error::Fenced);
                }
                // Nobody can find out any more whether it was done.
                Fault::Answer(_) if !is_known => return refuse(ops, &Error::Unknown),
                Fault::Answer(Error::Unknown) => return refuse(ops, &Error::Unknown),
                Fault::Answer(_) | Fault::Poison(_) | Fault::Refused(_) | Fault::Duplicate(_) if is_known => {
                    tracing::error!(company_id = %self.cell.id, ?fault, "a transaction was given up");
                    return Box::pin(self.run_each(ops, fault)).await;
                }
                Fault::Conflict(_) => {
                    metrics::counter!(telemetry::COMMITS, "outcome" => "conflict").increment(1);
                    self.shared.left.end_again(&self.shared.database).await;
                }
                _ => metrics::counter!(telemetry::COMMITS, "outcome" => "failed").increment(1),
            }
            // What nobody knows is found out, however long that takes: whoever waits for it has his own deadline.
            if (is_known && began.elapsed() >= COMMIT_WITHIN) || self.shared.is_closing() {
                tracing::warn!(company_id = %self.cell.id, ?fault, "a commit was not done in time");
                let error = match is_known {
                    true => Error::Unavailable("the database does not answer".to_owned()),
                    false => Error::Unknown,
                };
                return refuse(ops, &error);
            }
            tracing::debug!(company_id = %self.cell.id, ?fault, "a commit is tried again");
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// One of them cannot be done. Alone, each shows whether it is the one.
    async fn run_each(&mut self, ops: Vec<Op>, fault: Fault) {
        if ops.len() == 1 {
            return refuse(ops, &fault.into_error());
        }
        for op in ops {
            self.run_batch(vec![op]).await;
        }
    }

    /// One try: what it has come to, with every operation's outcome noted.
    async fn attempt(&mut self, ops: &mut [Op], attempts: &mut Attempts) -> Result<Option<Work>, Fault> {
        if self.is_fenced {
            return Err(Error::Fenced.into());
        }
        reached(ops, Step::Received);
        if ops.iter().all(|op| matches!(op, Op::Barrier(_))) {
            return self.pass(ops).await.map(|()| None);
        }
        self.tx.begin().await?;
        let done = self.transact(ops, attempts).await;
        if done.is_err() {
            // One that was sent to be committed is past this.
            self.tx.abort().await;
        }
        done.map(Some)
    }

    /// Answers barriers: everything before them is done.
    async fn pass(&mut self, ops: &mut [Op]) -> Result<(), Fault> {
        let heads = self.shared.collection(HEADS);
        let found = in_time(async { heads.find_one(of(&self.cell.id)).await }).await?;
        let head = self.present(found.as_ref())?;
        for op in ops {
            if let Op::Barrier(slot) = op {
                slot.note(Ok(head.place.joinable_no));
            }
        }
        Ok(())
    }

    /// The stored head, if this writer is still the present one.
    fn present(&mut self, stored: Option<&Document>) -> Result<Head, Fault> {
        let head = head::read(stored.ok_or(Error::NoSuchCompany)?)?;
        if head.place.epoch != self.epoch {
            return Err(Error::Fenced.into());
        }
        self.head = Some(head);
        Ok(head)
    }

    async fn transact(&mut self, ops: &mut [Op], attempts: &mut Attempts) -> Result<Work, Fault> {
        if attempts.unsettled.is_some()
            && let Some(work) = self.settle(attempts).await?
        {
            return Ok(work);
        }
        let known = self.head;
        let head = match known {
            Some(head) => head,
            None => {
                let stored = self.stored_head().await?;
                self.present(stored.as_ref())?
            }
        };
        let mut work = Work::new(self.cell.id.clone(), head);
        batch::load(&mut self.tx, &mut work, ops).await?;
        let is_heard = self.shared.feed.is_heard();
        for op in ops.iter_mut() {
            batch::run(op, &mut work, &mut self.tx, is_heard).await?;
        }
        if !work.is_any() {
            // Nothing is compared and set; that this is still the writer has to be asked.
            let stored = self.stored_head().await?;
            if self.present(stored.as_ref())? != head {
                return Err(Fault::Conflict("the head has moved".to_owned()));
            }
            self.tx.abort().await;
            return Ok(work);
        }
        batch::write(&mut self.tx, &work, &attempts.commit_id).await?;
        reached(ops, Step::Written);
        match self.tx.commit().await {
            Ok(()) => {
                reached(ops, Step::Committed);
                Ok(work)
            }
            Err(fault) => {
                if matches!(fault, Fault::Unknown(_)) {
                    attempts.unsettled = Some(work);
                }
                Err(fault)
            }
        }
    }

    async fn stored_head(&mut self) -> Result<Option<Document>, Fault> {
        let found = self.tx.find(HEADS, of(&self.cell.id), doc! {}).await?;
        Ok(found.into_iter().next())
    }

    /// Finds out whether an earlier try was committed: what it came to, or nothing where it was not. The
    /// transaction under way has ended that one, so the head's mark is the last word.
    async fn settle(&mut self, attempts: &mut Attempts) -> Result<Option<Work>, Fault> {
        let stored = self.stored_head().await?;
        let mark = stored.as_ref().and_then(|head| head.text_or_none("last_commit_id"));
        if mark == Some(&attempts.commit_id) {
            self.tx.commit().await?;
            return Ok(attempts.unsettled.take());
        }
        let Some(work) = attempts.unsettled.take() else {
            return Ok(None);
        };
        let now = stored.as_ref().map(head::read).transpose()?;
        if now.is_some_and(|now| now.place.commit_no > work.before.place.commit_no) {
            // Somebody has committed since, and his mark stands where ours was or was not.
            return Err(Error::Unknown.into());
        }
        Ok(None)
    }

    fn publish(&mut self, work: Option<Work>, began: Instant, ops: usize) {
        let Some(work) = work else { return };
        self.head = Some(work.head);
        if !work.is_any() {
            return;
        }
        metrics::counter!(telemetry::COMMITS, "outcome" => "committed").increment(1);
        metrics::histogram!(telemetry::COMMIT_OPERATIONS).record(ops as f64);
        metrics::histogram!(telemetry::COMMIT_SECONDS).record(began.elapsed().as_secs_f64());
        self.cell.unplaced.change(-work.placed);
        if !work.outbox.is_empty() {
            self.shared.order.has_more();
        }
        self.shared.feed.tell(&mut Committed {
            events: Vec::new(),
            counts: work.counts,
        });
    }
}

fn refuse(ops: Vec<Op>, error: &Error) {
    for mut op in ops {
        op.refuse(error.clone());
        op.answer();
    }
}

/// Where a test may end the process: between every two steps.
fn reached(ops: &[Op], step: Step) {
    for op in ops {
        match op {
            Op::Place(..) => step.of_a_placement(),
            Op::Change(change, ..) => step.of(change),
            _ => {}
        }
    }
}
