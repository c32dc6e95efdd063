//! The end of the process is near: what waits for somebody outside is not to wait much longer.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::limits::HASTE;

/// Told once, heard by everybody.
#[derive(Clone, Debug)]
pub struct Haste(Arc<watch::Sender<Option<Instant>>>);

impl Default for Haste {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(None)))
    }
}

impl Haste {
    /// Tells everybody. What was told first holds.
    pub(crate) fn tell(&self) {
        self.0.send_modify(|end| {
            end.get_or_insert_with(|| Instant::now() + HASTE);
        });
    }

    /// Waits until the time is over that there is once it was told: one moment for all, whenever they begin to wait.
    pub(crate) async fn over(&self) {
        let mut told = self.0.subscribe();
        // The sender lives as long as this does.
        let end = told.wait_for(Option::is_some).await.ok().and_then(|end| *end);
        if let Some(end) = end {
            sleep_until(end).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_begins_to_wait_later_waits_for_the_same_moment() {
        let haste = Haste::default();
        assert!(
            tokio::time::timeout(HASTE * 10, haste.over()).await.is_err(),
            "nobody has told"
        );
        let told = Instant::now();
        haste.tell();
        tokio::time::sleep(HASTE - Duration::from_secs(1)).await;
        haste.tell();
        haste.over().await;
        assert_eq!(told.elapsed(), HASTE);
        haste.over().await;
        assert_eq!(told.elapsed(), HASTE, "there is no time left");
    }
}
