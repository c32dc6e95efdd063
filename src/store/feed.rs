//! What live readers hear: everything that became durable, in the order of commits.

use std::sync::Arc;

use actors::port::Committed;
use tokio::sync::broadcast;

/// Messages that a slow reader of the feed may lie behind before it is told so.
const FEED: usize = 256;
/// Journal entries of one message, so that what waits for a slow reader has a bound.
const TOLD_AT_ONCE: usize = 256;

/// A feed; that nobody listens is no matter.
#[derive(Debug)]
pub(in crate::store) struct Feed(broadcast::Sender<Arc<Committed>>);

impl Default for Feed {
    fn default() -> Self {
        Self(broadcast::channel(FEED).0)
    }
}

impl Feed {
    pub(in crate::store) fn subscribe(&self) -> broadcast::Receiver<Arc<Committed>> {
        self.0.subscribe()
    }

    /// Whether anybody listens.
    pub(in crate::store) fn is_heard(&self) -> bool {
        self.0.receiver_count() > 0
    }

    /// Tells, and leaves nothing to be told.
    pub(in crate::store) fn tell(&self, committed: &mut Committed) {
        if !self.is_heard() {
            committed.events.clear();
            committed.counts.clear();
            return;
        }
        while !committed.events.is_empty() || !committed.counts.is_empty() {
            let events = committed.events.len().min(TOLD_AT_ONCE);
            let counts = committed.counts.len().min(TOLD_AT_ONCE);
            let part = Committed {
                events: committed.events.drain(..events).collect(),
                counts: committed.counts.drain(..counts).collect(),
            };
            let _ = self.0.send(Arc::new(part));
        }
    }
}
