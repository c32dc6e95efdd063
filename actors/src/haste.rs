//! The end of the process is near: what waits for somebody outside is not to wait much longer.

use std::sync::Arc;

use tokio::sync::watch;

use crate::limits::HASTE;

/// Told once, heard by everybody.
#[derive(Clone, Debug)]
pub struct Haste(Arc<watch::Sender<bool>>);

impl Default for Haste {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Haste {
    /// Tells everybody.
    pub(crate) fn tell(&self) {
        self.0.send_replace(true);
    }

    /// Waits until the time is over that there is once it was told.
    pub(crate) async fn over(&self) {
        let mut told = self.0.subscribe();
        // The sender lives as long as this does.
        drop(told.wait_for(|told| *told).await);
        tokio::time::sleep(HASTE).await;
    }
}
