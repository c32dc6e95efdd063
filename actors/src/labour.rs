//! Whether anything is at work, and since when that is so: one number that nobody waits for. AgentCore's `/ping` tells it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::port::Clock;

/// The lower bits count what works, the others are the second of the last change.
const COUNT_BITS: u32 = 24;
const COUNT: u64 = (1 << COUNT_BITS) - 1;

/// What works, and since when that is so: decisions, tools, and what the edge counts besides. Count and moment change together, without a lock.
pub struct Labour {
    clock: Arc<dyn Clock>,
    word: AtomicU64,
}

/// Something that works, until this is dropped.
pub struct Working(Arc<Labour>);

impl Labour {
    /// Nothing works from now on.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let word = AtomicU64::new(seconds(&*clock) << COUNT_BITS);
        Self { clock, word }
    }

    /// Whether anything works, and the second of the last change.
    pub fn now(&self) -> (bool, u64) {
        let word = self.word.load(Ordering::SeqCst);
        (word & COUNT != 0, word >> COUNT_BITS)
    }

    /// Something begins to work.
    pub fn work(self: &Arc<Self>) -> Working {
        self.step(|word| word + 1);
        Working(self.clone())
    }

    /// Counts on or back. The moment moves only between nothing and something.
    fn step(&self, step: impl Fn(u64) -> u64) {
        let now = seconds(&*self.clock);
        let stepped = |word: u64| {
            let next = step(word);
            let changes = (word & COUNT == 0) != (next & COUNT == 0);
            Some(if changes {
                (now << COUNT_BITS) | (next & COUNT)
            } else {
                next
            })
        };
        // It never declines, so that there is no error.
        let _ = self.word.fetch_update(Ordering::SeqCst, Ordering::SeqCst, stepped);
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.step(|word| word - 1);
    }
}

fn seconds(clock: &dyn Clock) -> u64 {
    u64::try_from(clock.now().as_millis() / 1000).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicI64;

    use crate::domain::Timestamp;

    use super::*;

    struct Hand(AtomicI64);

    impl Clock for Hand {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0.load(Ordering::SeqCst) * 1000)
        }
    }

    #[test]
    fn the_moment_is_that_of_the_last_change_alone() {
        let hand = Arc::new(Hand(AtomicI64::new(100)));
        let status = Arc::new(Labour::new(hand.clone()));
        let at = |second: i64| hand.0.store(second, Ordering::SeqCst);
        assert_eq!(status.now(), (false, 100));
        at(200);
        assert_eq!(status.now(), (false, 100), "asking changes nothing");
        let first = status.work();
        assert_eq!(status.now(), (true, 200));
        at(300);
        let second = status.work();
        assert_eq!(status.now(), (true, 200), "it was busy already");
        at(400);
        drop(first);
        assert_eq!(status.now(), (true, 200), "and still is");
        drop(second);
        assert_eq!(status.now(), (false, 400));
        at(500);
        drop(status.work());
        assert_eq!(status.now(), (false, 500));
    }

    #[test]
    fn many_at_once_are_counted_right() {
        let status = Arc::new(Labour::new(Arc::new(Hand(AtomicI64::new(7)))));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..1000).for_each(|_| drop(status.work())));
            }
        });
        assert_eq!(status.now(), (false, 7));
    }
}
