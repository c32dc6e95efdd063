//! How fast people are told: some messages at once, then one each ten seconds, with all that has come up meanwhile in it.

use std::time::Duration;

use crate::domain::Timestamp;

/// Messages at once.
const BURST: u32 = 5;
/// After how long there is one more.
const REFILL: Duration = Duration::from_secs(10);

/// One channel's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pace {
    /// When the last of what was taken is made up for.
    full_at: Timestamp,
}

impl Pace {
    /// Takes a message.
    ///
    /// # Errors
    /// When there is one, where there is none now.
    pub(super) fn take(&mut self, now: Timestamp) -> Result<(), Timestamp> {
        let full_at = self.full_at.max(now).plus(REFILL);
        let free_at = full_at.minus(REFILL * BURST);
        if free_at > now {
            return Err(free_at);
        }
        self.full_at = full_at;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_at_once_then_one_each_ten_seconds() {
        let at = |seconds: i64| Timestamp::from_millis(1_000_000 + seconds * 1000);
        let mut pace = Pace::default();
        for _ in 0..BURST {
            assert_eq!(pace.take(at(0)), Ok(()));
        }
        assert_eq!(pace.take(at(0)), Err(at(10)));
        assert_eq!(pace.take(at(9)), Err(at(10)));
        assert_eq!(pace.take(at(10)), Ok(()));
        assert_eq!(pace.take(at(10)), Err(at(20)));
        // After a quiet minute there are as many as before.
        for _ in 0..BURST {
            assert_eq!(pace.take(at(80)), Ok(()));
        }
        assert!(pace.take(at(80)).is_err());
    }
}
