//! How long to wait before a restart: not at all the first time, then doubling, with jitter.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(30);

/// The wait before restart number `attempt` (from 0) within the period; `chance` from 0 to 1 takes
/// up to a quarter off, so that many do not return at once.
pub fn wait(attempt: usize, chance: f64) -> Duration {
    let Some(doublings) = attempt.checked_sub(1) else {
        return Duration::ZERO;
    };
    let factor = 1_u32 << doublings.min(16);
    let full = FIRST.saturating_mul(factor).min(LONGEST);
    full.mul_f64(1.0 - chance.clamp(0.0, 1.0) / 4.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_at_once_and_the_longest_thirty_seconds() {
        let waits: Vec<_> = (0..5).map(|n| wait(n, 0.0).as_millis()).collect();
        assert_eq!(waits, [0, 200, 400, 800, 1600]);
        assert_eq!(wait(40, 0.0), LONGEST);
        assert_eq!(wait(1, 1.0).as_millis(), 150);
    }
}
