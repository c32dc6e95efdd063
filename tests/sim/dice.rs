//! Chance from a seed.

use std::ops::Range;
use std::time::Duration;

use actors::domain::{AlertId, Timestamp};
use actors::port::Entropy;

use crate::support::clock::SeededEntropy;

/// Dice.
pub struct Dice(SeededEntropy);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(SeededEntropy::new(seed))
    }

    pub fn below(&self, most: u64) -> u64 {
        self.0.next() % most
    }

    pub fn within(&self, range: Range<u64>) -> u64 {
        range.start + self.below(range.end - range.start)
    }

    pub fn one_in(&self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub fn pick<T: Clone>(&self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()].clone()
    }

    /// An id of the outside world's own making.
    pub fn alert_id(&self, now: Timestamp) -> AlertId {
        AlertId(self.0.uuid(now))
    }

    pub fn seconds(&self, range: Range<u64>) -> Duration {
        Duration::from_secs(self.within(range))
    }
}
