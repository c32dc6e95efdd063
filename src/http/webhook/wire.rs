//! How a request's body is to be read, and by what its delivery is known again.

use std::sync::Arc;

use actors::domain::{AlertId, DeliveryId, NewAlert, Signal, Timestamp};
use axum::http::HeaderMap;
use sha2::{Digest, Sha256};

use crate::ingest::formats::{Format, Identity};
use crate::ingest::native::{self, Invalid};

/// As whose words a body is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    /// Our own.
    Native,
    /// A tool's.
    Of(Format),
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

/// What a tool repeats while its trouble lasts is taken again after so long, as a sign of life; sooner it is the same
/// from a second sender, or once more because the first answer was lost.
const REPEAT_MS: i64 = 300_000;
/// So long after a change what tells of it is told for the first time, whoever sends it and how often.
const NEWS_MS: i64 = 600_000;

impl Wire {
    /// Reads a body.
    ///
    /// # Errors
    /// [`Invalid`].
    pub(super) fn read(
        self,
        bytes: &[u8],
        (headers, unsigned, now): (&HeaderMap, bool, Timestamp),
        mut mint: impl FnMut() -> AlertId,
    ) -> Result<Read, Invalid> {
        let body_hash = Sha256::digest(bytes).into();
        let format = match self {
            Self::Native => {
                let (alerts, many) = native::parse(bytes, unsigned, mint)?;
                return Ok(Read {
                    alerts,
                    many,
                    delivery_id: None,
                    body_hash,
                });
            }
            Self::Of(format) => format,
        };
        let reading = format.read(bytes, headers)?;
        let alerts = reading.drafts.into_iter();
        let alerts: Vec<_> = alerts
            .map(|draft| Arc::new(draft.seal(format.name(), mint(), unsigned)))
            .collect();
        let identity = reading.delivery.as_ref();
        Ok(Read {
            delivery_id: identity.and_then(|identity| delivery_of(format, identity, &alerts, now)),
            body_hash: identity.map_or(body_hash, |identity| identity.hash),
            many: true,
            alerts,
        })
    }
}

fn delivery_of(format: Format, identity: &Identity, alerts: &[Arc<NewAlert>], now: Timestamp) -> Option<DeliveryId> {
    let name = format!("{}:{}", format.name(), hex::encode(identity.hash));
    let named = match identity.recurs && !is_news(alerts, now) {
        true => format!("{name}:{}", now.as_millis() / REPEAT_MS),
        false => name,
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
    use super::*;

    fn id_at(seconds: i64, body: &str) -> DeliveryId {
        let now = Timestamp::from_millis(seconds * 1_000);
        let headers = HeaderMap::new();
        let read =
            Wire::Of(Format::Alertmanager).read(body.as_bytes(), (&headers, true, now), || AlertId(uuid::Uuid::nil()));
        read.unwrap().delivery_id.unwrap()
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
