//! Companies that another node has accepted alerts for.

use actors::domain::CompanyId;
use tokio::sync::broadcast;

/// Arrivals that a slow reader may lie behind before it is told so.
const ARRIVALS: usize = 1_024;

/// Tells of them; that nobody listens is no matter.
#[derive(Debug)]
pub(in crate::store) struct Arrivals(broadcast::Sender<CompanyId>);

impl Default for Arrivals {
    fn default() -> Self {
        Self(broadcast::channel(ARRIVALS).0)
    }
}

impl Arrivals {
    pub(in crate::store) fn subscribe(&self) -> broadcast::Receiver<CompanyId> {
        self.0.subscribe()
    }

    pub(in crate::store) fn tell(&self, company: CompanyId) {
        drop(self.0.send(company));
    }
}
