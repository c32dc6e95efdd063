//! The words of OTP that ractor leaves to its users: restart budgets, backoff, timers that end with
//! their owner. Arithmetic only; the supervising actors carry it out.

pub mod backoff;
pub mod budget;
pub mod table;
pub mod timer;

pub use budget::Budget;
pub use timer::Timer;
