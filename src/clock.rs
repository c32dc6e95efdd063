//! Time and chance as the machine has them.

use std::time::{SystemTime, UNIX_EPOCH};

use actors::domain::Timestamp;
use actors::port::{Clock, Entropy};
use uuid::{Builder, Uuid};

/// The machine's wall clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the port's one adapter")]
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The operating system's source of chance.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn uuid(&self, now: Timestamp) -> Uuid {
        uuid_v7(now, random())
    }

    fn fraction(&self) -> f64 {
        // 53 bits are what a double holds exactly.
        (u64::from_be_bytes(random()) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A UUIDv7 of a moment and ten bytes of chance.
fn uuid_v7(now: Timestamp, chance: [u8; 10]) -> Uuid {
    Builder::from_unix_timestamp_millis(u64::try_from(now.as_millis()).unwrap_or(0), &chance).into_uuid()
}

/// Bytes that nobody can guess: for ids, keys and nonces.
///
/// # Panics
/// Where the operating system gives none: guessable ones would be worse than an end.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if let Err(error) = getrandom::fill(&mut bytes) {
        panic!("the operating system gives no random bytes: {error}");
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_carry_their_moment_and_differ() {
        let now = Timestamp::from_millis(1_700_000_000_120);
        let (a, b) = (SystemEntropy.uuid(now), SystemEntropy.uuid(now));
        assert_ne!(a, b);
        assert_eq!(a.get_version_num(), 7);
        assert_eq!(a.get_timestamp().map(|at| at.to_unix().0), Some(1_700_000_000));
        assert!((0.0..1.0).contains(&SystemEntropy.fraction()));
    }
}
