//! Delivering what people are told.

use std::time::Duration;

use async_trait::async_trait;

use crate::domain::{Channel, CompanyId, Notice, Ticket};

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
    /// Delivers notices of one channel: several in one message, where people read it, else one. `ticket` is the
    /// incident's at the channel, as far as it is known. Takes a bounded time, and tells the receiver once.
    ///
    /// # Errors
    /// [`Undelivered`].
    async fn deliver(
        &self,
        company: &CompanyId,
        channel: &Channel,
        notices: &[Notice],
        ticket: Option<&Ticket>,
    ) -> Result<Delivered, Undelivered>;
}

/// Something was delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// What the receiver said.
    pub answer: String,
    /// The incident's ticket, where it is new, or was not known.
    pub ticket: Option<Ticket>,
}

impl From<String> for Delivered {
    fn from(answer: String) -> Self {
        Self { answer, ticket: None }
    }
}

/// Nobody is reached: for where there is nothing to deliver with.
pub struct Nowhere;

#[async_trait]
impl Courier for Nowhere {
    async fn deliver(
        &self,
        _: &CompanyId,
        _: &Channel,
        _: &[Notice],
        _: Option<&Ticket>,
    ) -> Result<Delivered, Undelivered> {
        Err(Undelivered {
            why: "nothing is delivered from here".to_owned(),
            verdict: Verdict::Never,
        })
    }
}
