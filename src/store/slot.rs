//! Who waits for an operation, and what he is going to be told once it is durable.

use actors::port::Error;
use tokio::sync::oneshot;

/// One who waits.
#[derive(Debug)]
pub(in crate::store) struct Slot<T> {
    sender: oneshot::Sender<Result<T, Error>>,
    outcome: Option<Result<T, Error>>,
}

impl<T> Slot<T> {
    pub(in crate::store) fn new() -> (Self, oneshot::Receiver<Result<T, Error>>) {
        let (sender, receiver) = oneshot::channel();
        (Self { sender, outcome: None }, receiver)
    }

    /// Notes the outcome; the last one noted counts.
    pub(in crate::store) fn note(&mut self, outcome: Result<T, Error>) {
        self.outcome = Some(outcome);
    }

    /// Answers; that nobody waits any more is no matter.
    pub(in crate::store) fn answer(self) {
        let outcome = self.outcome.unwrap_or(Err(Error::Unknown));
        let _ = self.sender.send(outcome);
    }
}
