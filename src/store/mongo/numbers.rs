//! The numbers of alerts, taken from a counter that all processes share.
//!
//! They are taken outside the transactions, so that no process waits for another; one that is not used
//! leaves a gap, which is no matter. A busy process takes as many at once as it has just used, so that it
//! need not ask for every batch; an idle one takes no more than it needs, so that the numbers of several
//! processes stay in the order of time.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use mongodb::bson::doc;
use mongodb::options::{ReturnDocument, WriteConcern};
use tokio::time::Instant;

use super::fault::Fault;
use super::names::*;
use super::shape::{Fields, int};
use super::shared::Shared;
use super::tx::in_time;

/// What was taken at once is used within this time, or not at all.
const USED_WITHIN: Duration = Duration::from_millis(250);
/// The most that is taken at once beyond what is needed.
const AHEAD: u64 = 4_096;

/// Numbers that were taken and not yet given out.
#[derive(Debug, Default)]
pub(super) struct Numbers(Mutex<Taken>);

#[derive(Debug, Default)]
struct Taken {
    next: u64,
    end: u64,
    at: Option<Instant>,
    /// How many have been given out since.
    given: u64,
}

impl Taken {
    /// The first of so many, where they are there.
    fn give(&mut self, count: u64) -> Option<u64> {
        let is_fresh = self.at.is_some_and(|at| at.elapsed() < USED_WITHIN);
        if !is_fresh || self.end - self.next < count {
            return None;
        }
        let first = self.next;
        self.next += count;
        self.given += count;
        Some(first)
    }

    /// How many to take beyond what is needed: as many as were given out within the time in which they are
    /// to be used.
    fn ahead(&self) -> u64 {
        match self.at.map(|at| at.elapsed()) {
            Some(age) if age < 2 * USED_WITHIN => self.given.min(AHEAD),
            _ => 0,
        }
    }

    /// Adds what was taken, behind what is left where nobody else has taken any in between.
    fn add(&mut self, first: u64, end: u64) {
        if self.end != first {
            self.next = first;
        }
        (self.end, self.at, self.given) = (end, Some(Instant::now()), 0);
    }
}

impl Numbers {
    fn with<T>(&self, what: impl FnOnce(&mut Taken) -> T) -> T {
        what(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The first of so many numbers that nobody else gets.
pub(super) async fn take(shared: &Shared, count: u64) -> Result<u64, Fault> {
    loop {
        let (given, ahead) = shared.numbers.with(|taken| (taken.give(count), taken.ahead()));
        if let Some(first) = given {
            return Ok(first);
        }
        let wanted = count + ahead;
        let counters = shared.collection(COUNTERS);
        let taken = counters
            .find_one_and_update(doc! { "_id": ALERTS }, doc! { "$inc": { "last": int(wanted) } })
            .upsert(true)
            .write_concern(WriteConcern::nodes(1))
            .return_document(ReturnDocument::After);
        let taken = in_time(async { taken.await }).await?;
        let last = taken.map_or(Ok(0), |taken| taken.count("last"))?;
        shared.numbers.with(|taken| taken.add(last + 1 - wanted, last + 1));
    }
}

/// A mark behind every number given out so far, where the last one taken by anybody is known: what this process
/// has taken ahead is not given out yet.
pub(super) fn mark(shared: &Shared, last: u64) -> u64 {
    let ours = |taken: &mut Taken| (taken.end == last + 1).then_some(taken.next);
    shared.numbers.with(ours).unwrap_or(last + 1)
}

/// Sets the counter behind the last alert: after a failover it may have fallen behind what was committed.
pub(super) async fn catch_up(shared: &Shared) -> Result<(), Fault> {
    let alerts = shared.collection(ALERTS);
    let last = in_time(async { alerts.find_one(doc! {}).sort(doc! { "_id": -1 }).await }).await?;
    let last = last.map_or(Ok(0), |last| last.count("_id"))?;
    let raise = doc! { "$max": { "last": int(last) } };
    let counters = shared.collection(COUNTERS);
    in_time(async { counters.update_one(doc! { "_id": ALERTS }, raise).upsert(true).await }).await?;
    shared.numbers.with(|taken| *taken = Taken::default());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_busy_process_takes_ahead_and_what_grows_old_is_not_used() {
        let mut taken = Taken::default();
        assert_eq!((taken.give(1), taken.ahead()), (None, 0));
        taken.add(1, 4);
        assert_eq!((taken.give(3), taken.give(1)), (Some(1), None));
        assert_eq!(taken.ahead(), 3, "as many as it has just used");
        taken.add(4, 8);
        assert_eq!(taken.give(1), Some(4));
        tokio::time::advance(USED_WITHIN).await;
        assert_eq!(taken.give(1), None, "others may have taken later ones by now");
        taken.add(8, 10);
        assert_eq!(taken.give(2), Some(5), "nobody has");
        taken.add(20, 22);
        assert_eq!(taken.give(2), Some(20), "somebody has");
    }
}
