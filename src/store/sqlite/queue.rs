//! What waits for the writer thread: bounded, accepts before commits, commits in turn by company.

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, PoisonError};

use actors::port::Error;

use super::closed;
use super::op::Op;
use super::shared::locked;

/// Deliveries that may wait.
const ACCEPTS: usize = 16_384;
/// Commits that may wait, over all companies.
const COMMITS: usize = 16_384;
/// Operations in one transaction.
pub(super) const BATCH: usize = 1_024;
/// Of which so many are kept for commits that wait, however many accepts do.
const COMMITS_OF_BATCH: usize = 256;

/// The writer's queue.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    ready: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    accepts: VecDeque<Op>,
    commits: HashMap<i64, VecDeque<Op>>,
    /// Companies with commits, whose turn it is first.
    turns: VecDeque<i64>,
    commit_count: usize,
    closed: bool,
}

impl Queue {
    /// Hands an operation in.
    pub(super) fn push(&self, op: Op) -> Result<(), Error> {
        let mut waiting = locked(&self.waiting);
        if waiting.closed {
            return Err(closed());
        }
        waiting.push(op)?;
        drop(waiting);
        self.ready.notify_one();
        Ok(())
    }

    /// Waits for operations and takes a batch; `false` when the queue is closed and empty.
    pub(super) fn take(&self, batch: &mut Vec<Op>) -> bool {
        let mut waiting = locked(&self.waiting);
        while waiting.is_empty() {
            if waiting.closed {
                return false;
            }
            waiting = self.ready.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        waiting.take(batch);
        true
    }

    /// Takes nothing new; what waits is still handed out.
    pub(super) fn close(&self) {
        locked(&self.waiting).closed = true;
        self.ready.notify_one();
    }

    /// Takes nothing new, and answers everybody that it was not done.
    pub(super) fn abandon(&self, error: &Error) {
        let mut waiting = locked(&self.waiting);
        waiting.closed = true;
        let mut left: Vec<Op> = waiting.accepts.drain(..).collect();
        left.extend(waiting.commits.drain().flat_map(|(_, commits)| commits));
        waiting.turns.clear();
        waiting.commit_count = 0;
        drop(waiting);
        for mut op in left {
            op.refuse(error.clone());
            op.answer();
        }
    }
}

impl Waiting {
    fn is_empty(&self) -> bool {
        self.accepts.is_empty() && self.commit_count == 0
    }

    fn push(&mut self, op: Op) -> Result<(), Error> {
        let Some(company) = op.company() else {
            if self.accepts.len() >= ACCEPTS {
                return Err(Error::Overloaded);
            }
            self.accepts.push_back(op);
            return Ok(());
        };
        if self.commit_count >= COMMITS {
            return Err(Error::Overloaded);
        }
        self.commit_count += 1;
        let commits = self.commits.entry(company).or_default();
        if commits.is_empty() {
            self.turns.push_back(company);
        }
        commits.push_back(op);
        Ok(())
    }

    fn take(&mut self, batch: &mut Vec<Op>) {
        let accepts = BATCH - self.commit_count.min(COMMITS_OF_BATCH);
        batch.extend(self.accepts.drain(..self.accepts.len().min(accepts)));
        while batch.len() < BATCH
            && let Some(company) = self.turns.pop_front()
        {
            let Some(commits) = self.commits.get_mut(&company) else {
                continue;
            };
            batch.extend(commits.pop_front());
            self.commit_count -= 1;
            if commits.is_empty() {
                self.commits.remove(&company);
            } else {
                self.turns.push_back(company);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::shared::Cell;
    use super::*;
    use crate::store::slot::Slot;

    fn barrier(company: i64, epoch: u64) -> Op {
        let cell = Cell::new(company, "comp-a".parse().unwrap());
        Op::Barrier(cell, epoch, Slot::new().0)
    }

    #[test]
    fn companies_take_turns_and_each_keeps_its_order() {
        let queue = Queue::default();
        for (company, epoch) in [(1, 1), (1, 2), (1, 3), (2, 1), (3, 1), (3, 2)] {
            queue.push(barrier(company, epoch)).unwrap();
        }
        let mut batch = Vec::new();
        assert!(queue.take(&mut batch));
        let order: Vec<_> = batch
            .iter()
            .map(|op| match op {
                Op::Barrier(cell, epoch, _) => (cell.no, *epoch),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(order, [(1, 1), (2, 1), (3, 1), (1, 2), (3, 2), (1, 3)]);
    }

    #[test]
    fn is_bounded_and_when_closed_still_hands_out_what_waits() {
        let queue = Queue::default();
        for _ in 0..COMMITS {
            queue.push(barrier(1, 1)).unwrap();
        }
        assert_eq!(queue.push(barrier(1, 1)), Err(Error::Overloaded));
        queue.close();
        let (mut batch, mut taken) = (Vec::new(), 0);
        while queue.take(&mut batch) {
            taken += batch.drain(..).count();
        }
        assert_eq!(taken, COMMITS);
        assert!(matches!(queue.push(barrier(1, 1)), Err(Error::Unavailable(_))));
    }
}
