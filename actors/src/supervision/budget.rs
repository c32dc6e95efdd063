//! Restart intensity and period: how many restarts of one child are borne in how long.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// At most `intensity` restarts within `period`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intensity {
    /// How many.
    pub intensity: usize,
    /// In how long.
    pub period: Duration,
}

/// One child's restarts so far.
#[derive(Clone, Debug)]
pub struct Budget {
    limit: Intensity,
    spent: VecDeque<Instant>,
}

impl Budget {
    /// An untouched budget.
    pub fn new(limit: Intensity) -> Self {
        Self {
            limit,
            spent: VecDeque::new(),
        }
    }

    /// Takes one restart; `false` when there is none left.
    pub fn spend(&mut self, now: Instant) -> bool {
        while self
            .spent
            .front()
            .is_some_and(|at| now.duration_since(*at) >= self.limit.period)
        {
            self.spent.pop_front();
        }
        if self.spent.len() >= self.limit.intensity {
            return false;
        }
        self.spent.push_back(now);
        true
    }

    /// Restarts within the period, as of the last time one was taken.
    pub fn recent(&self) -> usize {
        self.spent.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_spent_within_the_period_and_recovers_after_it() {
        let start = Instant::now();
        let mut budget = Budget::new(Intensity {
            intensity: 3,
            period: Duration::from_secs(60),
        });
        for second in [0, 1, 2] {
            assert!(budget.spend(start + Duration::from_secs(second)));
        }
        assert!(!budget.spend(start + Duration::from_secs(59)));
        assert!(
            budget.spend(start + Duration::from_secs(60)),
            "the first has left the period"
        );
        assert!(!budget.spend(start + Duration::from_secs(60)));
    }
}
