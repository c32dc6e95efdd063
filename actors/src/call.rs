//! A live call from the edge: a reply port, a deadline, and one of the company's places in the queue.

use ractor::RpcReplyPort;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use crate::runtime::CallError;

/// Somebody waits for an answer until a deadline. Dropping it unanswered tells them so.
pub struct Call<T> {
    /// After this nobody waits, and nothing is begun for it.
    pub deadline: Instant,
    reply: RpcReplyPort<Result<T, CallError>>,
    _place: Place,
}

/// A place among those who wait, until this is dropped.
pub struct Place {
    pub(crate) _of_company: OwnedSemaphorePermit,
    /// Where all companies share places, too.
    pub(crate) _of_all: Option<OwnedSemaphorePermit>,
}

impl<T> Call<T> {
    /// From the edge's parts.
    pub(crate) fn new(deadline: Instant, reply: RpcReplyPort<Result<T, CallError>>, place: Place) -> Self {
        Self {
            deadline,
            reply,
            _place: place,
        }
    }

    /// Whether nobody waits any more.
    pub fn is_over(&self) -> bool {
        self.reply.is_closed() || Instant::now() >= self.deadline
    }

    /// Answers. An asker that has gone is no error.
    pub fn answer(self, answer: Result<T, CallError>) {
        drop(self.reply.send(answer));
    }
}
