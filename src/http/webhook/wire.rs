//! How a request's body is to be read, and by what its delivery is known again.

use std::sync::Arc;

use actors::domain::{AlertId, DeliveryId, NewAlert, Signal, Timestamp};
use sha2::{Digest, Sha256};

use crate::ingest::formats::{Format, Identity, Reading};
use crate::ingest::native::{self, Invalid};

/// As whose words a body is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    /// Our own.
    Native,
    /// A tool's.
    Of(Format),
    /// Prometheus's to its Alertmanagers.
    Prometheus,
    /// By the company's own mapping.
    Custom,
}

/// What was read.
pub(super) struct Read {
    pub(super) alerts: Vec<Arc<NewAlert>>,
    /// Whether many are answered as many.
    pub(super) many: bool,
    /// By what the delivery is known, where the sender's body says so.
    pub(super) delivery_id: Option<DeliveryId>,
    /// Of what makes it the same.
    pub(super) body_hash: [u8; 32],
}

/// So long after a change what tells of it is told for the first time, whoever sends it and how often.
const NEWS_MS: i64 = 600_000;

impl Read {
    /// Our own alerts.
    ///
    /// # Errors
    /// [`Invalid`].
    pub(super) fn native(bytes: &[u8], unsigned: bool, mint: impl FnMut() -> AlertId) -> Result<Self, Invalid> {
        let (alerts, many) = native::parse(bytes, unsigned, mint)?;
        Ok(Self {
            alerts,
            many,
            delivery_id: None,
            body_hash: Sha256::digest(bytes).into(),
        })
    }

    /// What was read of a tool's body.
    pub(super) fn of(
        name: &str,
        reading: Reading,
        bytes: &[u8],
        (unsigned, now): (bool, Timestamp),
        mut mint: impl FnMut() -> AlertId,
    ) -> Self {
        let alerts = reading.drafts.into_iter();
        let alerts: Vec<_> = alerts
            .map(|draft| Arc::new(draft.seal(name, mint(), unsigned)))
            .collect();
        let identity = reading.delivery.as_ref();
        Self {
            delivery_id: identity.and_then(|identity| delivery_of(name, identity, &alerts, (unsigned, now))),
            body_hash: identity.map_or_else(|| Sha256::digest(bytes).into(), |identity| identity.hash),
            many: true,
            alerts,
        }
    }
}

/// What came unsigned never takes the name of what came signed.
fn delivery_of(
    tool: &str,
    identity: &Identity,
    alerts: &[Arc<NewAlert>],
    (unsigned, now): (bool, Timestamp),
) -> Option<DeliveryId> {
    let told = if unsigned { "unsigned" } else { "signed" };
    let name = format!("{tool}:{told}:{}", hex::encode(identity.hash));
    let named = match identity.recurs.filter(|_| !is_news(alerts, now)) {
        Some(every) => format!("{name}:{}", now.as_millis() / every.as_millis() as i64),
        None => name,
    };
    named.parse().ok()
}

/// Whether something in it has changed a moment ago.
fn is_news(alerts: &[Arc<NewAlert>], now: Timestamp) -> bool {
    let changes = alerts.iter().filter_map(|alert| match alert.status {
        Signal::Firing => alert.starts_at,
        Signal::Resolved => alert.ends_at,
    });
    changes
        .max()
        .is_some_and(|changed| now.as_millis() - changed.as_millis() < NEWS_MS)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::*;

    fn id_at(seconds: i64, body: &str) -> DeliveryId {
        let now = Timestamp::from_millis(seconds * 1_000);
        let reading = Format::Alertmanager.read(body.as_bytes(), &HeaderMap::new()).unwrap();
        let mint = || AlertId(uuid::Uuid::nil());
        let read = Read::of("alertmanager", reading, body.as_bytes(), (true, now), mint);
        read.delivery_id.unwrap()
    }

    #[test]
    fn news_is_known_however_often_it_comes_and_a_repeat_is_a_sign_of_life() {
        let sample = Format::Alertmanager.sample();
        let began = "2026-11-20T10:00:00Z".parse::<Timestamp>().unwrap().as_millis() / 1_000;
        let first = id_at(began + 30, sample.firing);
        assert_eq!(
            id_at(began + 330, sample.firing),
            first,
            "the second Alertmanager, or the same once more"
        );
        let hours_later = began + 4 * 3_600;
        assert_ne!(id_at(hours_later, sample.firing), first, "a repeat");
        assert_ne!(
            id_at(hours_later, sample.firing),
            id_at(hours_later + 400, sample.firing)
        );
        assert_ne!(id_at(began + 1_300, sample.resolved), first);
    }
}
