//! The senders: each tool of each company is one, sends in its own order, and honours 429.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::scenario::Event;
use crate::client::{self, Client, Retry};

/// A storm is no reason to give up: what is throttled is sent again until it is taken.
const PATIENCE: Retry = Retry {
    attempts: 20,
    first_pause: Duration::from_millis(200),
    longest_pause: Duration::from_secs(10),
};

/// What has been sent, in alerts.
#[derive(Debug, Default)]
pub(super) struct Tally {
    sent: AtomicU64,
    accepted: AtomicU64,
    failed: AtomicU64,
    /// Attempts that had to be made again.
    retries: AtomicU64,
}

/// A tally at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) sent: u64,
    pub(super) accepted: u64,
    pub(super) failed: u64,
    pub(super) retries: u64,
}

impl Tally {
    pub(super) fn now(&self) -> Sent {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Sent {
            sent: read(&self.sent),
            accepted: read(&self.accepted),
            failed: read(&self.failed),
            retries: read(&self.retries),
        }
    }
}

/// Sends everything at its time; returns when all is answered, or soon after `stop`.
pub(super) async fn play(events: Vec<Event>, clients: &[Client], tally: &Arc<Tally>, stop: &CancellationToken) {
    let mut queues: BTreeMap<(usize, &str), Vec<Event>> = BTreeMap::new();
    for event in events {
        queues.entry((event.company, event.tool)).or_default().push(event);
    }
    let begin = Instant::now();
    let mut senders = JoinSet::new();
    for ((company, _), queue) in queues {
        let client = clients[company].clone().with_retry(PATIENCE);
        let (tally, stop) = (tally.clone(), stop.clone());
        senders.spawn(async move {
            let work = send_all(queue, client, &tally, begin);
            // Nobody waits for an alert that was told in the last moment.
            stop.run_until_cancelled(work).await;
        });
    }
    while let Some(ended) = senders.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "a demo sender ended early");
        }
    }
}

async fn send_all(queue: Vec<Event>, client: Client, tally: &Tally, begin: Instant) {
    for event in queue {
        sleep_until(begin + event.at).await;
        let alerts = event.alerts.len() as u64;
        tally.sent.fetch_add(alerts, Ordering::Relaxed);
        let Ok(body) = event.body() else { continue };
        match client.deliver(client::new_delivery_id().as_str(), &body).await {
            Ok(answer) => {
                tally.accepted.fetch_add(alerts, Ordering::Relaxed);
                tally
                    .retries
                    .fetch_add(u64::from(answer.attempts - 1), Ordering::Relaxed);
            }
            Err(error) => {
                tally.failed.fetch_add(alerts, Ordering::Relaxed);
                tracing::warn!(%error, "a demo alert was not accepted");
            }
        }
    }
}
