//! Time and chance. Spans inside the process are measured by `tokio::time`, which tests can pause.

use uuid::Uuid;

use crate::domain::Timestamp;

/// The wall clock.
pub trait Clock: Send + Sync + 'static {
    /// Now, cut to milliseconds.
    fn now(&self) -> Timestamp;
}

/// Chance, from one seed in the simulator.
pub trait Entropy: Send + Sync + 'static {
    /// A new UUIDv7 for this moment.
    fn uuid(&self, now: Timestamp) -> Uuid;
    /// A number from 0 up to, but not including, 1.
    fn fraction(&self) -> f64;
}
