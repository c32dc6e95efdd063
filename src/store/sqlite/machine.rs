//! The writer's work: one transaction of operations, whoever runs it.
//!
//! An operation checks all its preconditions before it writes, so that a refused one leaves no
//! trace. What a transaction changes in memory is published only after COMMIT; then the feed is
//! told, then who waits.

use std::sync::Arc;

use actors::domain::Fact;
use actors::port::events::{Event, Position};
use actors::port::{Committed, Error};
use rusqlite::{Connection, params};
use tokio::time::Instant;

use super::fault::{Fault, Gravity};
use super::head::Heads;
use super::op::{Op, note};
use super::rows::int;
use super::seen::Seen;
use super::shared::{Cell, Shared};
use super::unplaced::Unplaced;
use super::{accept, amend, change, found, place, regroup};
use crate::store::commit::{Head, mark};
use crate::store::step::Step;
use crate::telemetry;

/// The one writer's connection and memory.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) conn: Connection,
    pub(super) shared: Arc<Shared>,
    pub(super) heads: Heads,
    pub(super) seen: Seen,
    pub(super) unplaced: Unplaced,
    /// What the feed is told, and companies, of the transaction under way.
    pub(super) committed: Committed,
    pub(super) founded: Vec<Arc<Cell>>,
}

impl Machine {
    /// Runs operations in one transaction and notes their outcomes. `Err` says why the handle is
    /// over; even then every operation has its outcome.
    pub(super) fn run(&mut self, ops: &mut [Op]) -> Result<(), String> {
        let began = Instant::now();
        let Err(fault) = self.attempt(ops) else {
            metrics::counter!(telemetry::COMMITS, "outcome" => "committed").increment(1);
            metrics::histogram!(telemetry::COMMIT_OPERATIONS).record(ops.len() as f64);
            metrics::histogram!(telemetry::COMMIT_SECONDS).record(began.elapsed().as_secs_f64());
            return Ok(());
        };
        metrics::counter!(telemetry::COMMITS, "outcome" => "failed").increment(1);
        self.take_back();
        match fault.gravity() {
            Gravity::Poison if ops.len() > 1 => self.run_each(ops),
            Gravity::Poison | Gravity::Busy => {
                let error = fault.into_error();
                tracing::error!(%error, "a transaction was rolled back");
                ops.iter_mut().for_each(|op| op.refuse(error.clone()));
                Ok(())
            }
            Gravity::Fatal => {
                let error = fault.into_error();
                ops.iter_mut().for_each(|op| op.refuse(error.clone()));
                Err(error.to_string())
            }
        }
    }

    /// One of them cannot be done. Alone, each shows whether it is the one.
    fn run_each(&mut self, ops: &mut [Op]) -> Result<(), String> {
        let mut over = Ok(());
        for op in ops.chunks_mut(1) {
            match &over {
                Ok(()) => over = self.run(op),
                Err(reason) => op[0].refuse(Error::Unavailable(reason.clone())),
            }
        }
        over
    }

    fn attempt(&mut self, ops: &mut [Op]) -> Result<(), Fault> {
        self.conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        for op in ops.iter_mut() {
            reached(op, Step::Received);
            self.run_one(op)?;
            reached(op, Step::Written);
        }
        self.write_heads()?;
        self.conn.prepare_cached("COMMIT")?.execute([])?;
        ops.iter().for_each(|op| reached(op, Step::Committed));
        self.publish();
        ops.iter().for_each(|op| reached(op, Step::Published));
        Ok(())
    }

    fn run_one(&mut self, op: &mut Op) -> Result<(), Fault> {
        match op {
            Op::Accept(cell, delivery, slot) => note(slot, accept::accept(self, cell, delivery)),
            Op::Acquire(cell, slot) => note(slot, Ok(self.acquire(cell))),
            Op::Barrier(cell, epoch, slot) => {
                let head = self.heads.fenced(cell, *epoch);
                note(slot, head.map(|head| head.joinable_no).map_err(Fault::from))
            }
            Op::Place(cell, epoch, batch, slot) => note(slot, place::place(self, cell, *epoch, batch)),
            Op::Change(cell, epoch, wanted, deadline, slot) => {
                note(slot, change::change(self, cell, *epoch, wanted, *deadline))
            }
            Op::Regroup(cell, epoch, wanted, deadline, slot) => {
                note(slot, regroup::regroup(self, cell, *epoch, wanted, *deadline))
            }
            Op::Release(cell, epoch, alert, slot) => note(slot, regroup::release(self, cell, *epoch, *alert)),
            Op::Amend(cell, epoch, wanted, deadline, slot) => {
                note(slot, amend::amend(self, cell, *epoch, wanted, *deadline))
            }
            Op::Found(cell, epoch, company, slot) => note(slot, found::found(self, cell, *epoch, company)),
            Op::Forget(now, slot) => note(slot, accept::forget(self, *now)),
        }
    }

    fn acquire(&mut self, cell: &Cell) -> u64 {
        let mut head = self.heads.get(cell);
        head.epoch += 1;
        self.heads.stage(cell.no, head);
        head.epoch
    }

    /// Appends facts to a company's journal as part of the head's present commit.
    pub(super) fn journal<'a>(
        &mut self,
        cell: &Cell,
        head: &mut Head,
        facts: impl IntoIterator<Item = &'a Fact>,
    ) -> Result<(), rusqlite::Error> {
        let (first_seq, told) = (head.seq + 1, self.committed.events.len());
        let mut insert = self
            .conn
            .prepare_cached("INSERT INTO journal VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
        for fact in facts {
            let entry = head.append(&cell.id, fact);
            let (seq, commit_no) = (int(entry.seq), int(entry.commit_no));
            insert.execute(params![
                cell.no,
                seq,
                commit_no,
                fact.subject,
                entry.canonical,
                head.hash
            ])?;
            let position = Position {
                commit: 0,
                entry: u32::try_from(head.seq - first_seq + 1).unwrap_or(u32::MAX),
                mark: mark(&head.hash),
            };
            self.committed.events.push(Event { position, entry });
        }
        if head.seq >= first_seq {
            let place = self
                .conn
                .prepare_cached("INSERT INTO commit_log (company, first_seq, last_seq) VALUES (?1, ?2, ?3)")?
                .insert([cell.no, int(first_seq), int(head.seq)])?;
            for event in &mut self.committed.events[told..] {
                event.position.commit = place.unsigned_abs();
            }
        }
        Ok(())
    }

    fn write_heads(&mut self) -> Result<(), rusqlite::Error> {
        let mut update = self.conn.prepare_cached(
            "UPDATE head SET epoch = ?2, commit_no = ?3, seq = ?4, hash = ?5, joinable_no = ?6 WHERE company = ?1",
        )?;
        for (company, head) in self.heads.staged() {
            let (epoch, commit_no, seq) = (int(head.epoch), int(head.commit_no), int(head.seq));
            update.execute(params![
                company,
                epoch,
                commit_no,
                seq,
                head.hash,
                int(head.joinable_no)
            ])?;
        }
        let mut update = self
            .conn
            .prepare_cached("UPDATE head SET unplaced_from = ?2 WHERE company = ?1")?;
        for (company, no) in self.unplaced.low_waters() {
            update.execute([company, int(no)])?;
        }
        Ok(())
    }

    fn publish(&mut self) {
        self.heads.publish();
        self.seen.publish();
        self.founded.drain(..).for_each(|cell| self.shared.add_company(cell));
        self.unplaced.publish(&self.shared);
        self.shared.feed.tell(&mut self.committed);
    }

    fn take_back(&mut self) {
        self.heads.discard();
        self.seen.discard();
        self.unplaced.discard();
        self.committed = Committed::default();
        self.founded.clear();
        // After some errors SQLite has rolled back by itself; then there is nothing left to do.
        if !self.conn.is_autocommit()
            && let Err(error) = self.conn.execute_batch("ROLLBACK")
        {
            tracing::warn!(%error, "a rollback failed");
        }
    }
}

fn reached(op: &Op, step: Step) {
    match op {
        Op::Accept(..) => step.of_an_accept(),
        Op::Place(..) => step.of_a_placement(),
        Op::Change(_, _, change, ..) => step.of(change),
        _ => {}
    }
}
