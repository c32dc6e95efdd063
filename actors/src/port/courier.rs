//! Delivering what people are told.

use std::time::Duration;

use async_trait::async_trait;

use crate::domain::{Channel, CompanyId, Notice};

/// Why something was not delivered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Undelivered {
    /// What the receiver answered, or why it could not be asked.
    pub why: String,
    /// What follows from that.
    pub verdict: Verdict,
}

/// What follows from a delivery that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may go well later; not before this time, where the receiver has said one.
    Again(Option<Duration>),
    /// It never will.
    Never,
    /// The receiver wants nothing any more.
    Gone,
}

/// Takes messages to where people are.
#[async_trait]
pub trait Courier: Send + Sync + 'static {
    /// Delivers notices of one channel: several in one message, where people read it, else one. Answers what the receiver
    /// said. Takes a bounded time, and asks the receiver once.
    ///
    /// # Errors
    /// [`Undelivered`].
    async fn deliver(&self, company: &CompanyId, channel: &Channel, notices: &[Notice]) -> Result<String, Undelivered>;
}

/// Nobody is reached: for where there is nothing to deliver with.
pub struct Nowhere;

#[async_trait]
impl Courier for Nowhere {
    async fn deliver(&self, _: &CompanyId, _: &Channel, _: &[Notice]) -> Result<String, Undelivered> {
        Err(Undelivered {
            why: "nothing is delivered from here".to_owned(),
            verdict: Verdict::Never,
        })
    }
}
