//! A message to come, held by its receiver's state: aborted on drop, or it would outlive its actor.

use std::time::Duration;

use ractor::concurrency::JoinHandle;
use ractor::{ActorRef, Message, MessagingErr};

/// A message on its way to its owner.
#[must_use = "a timer that is dropped does not fire"]
pub struct Timer<M: Message>(JoinHandle<Result<(), MessagingErr<M>>>);

impl<M: Message> Timer<M> {
    /// Sends `message` to `owner` after `wait`.
    pub fn after(owner: &ActorRef<M>, wait: Duration, message: impl FnOnce() -> M + Send + 'static) -> Self {
        Self(owner.send_after(wait, message))
    }

    /// Sends to `owner` what `coming` comes to.
    pub fn once(owner: &ActorRef<M>, coming: impl Future<Output = M> + Send + 'static) -> Self {
        let owner = owner.clone();
        Self(ractor::concurrency::spawn(async move { owner.cast(coming.await) }))
    }
}

impl<M: Message> Drop for Timer<M> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
