//! Accepting alerts: the durable insert behind a webhook, which also decides what is a duplicate.

use std::sync::Arc;

use async_trait::async_trait;

use super::Error;
use crate::domain::{AlertId, CompanyId, DeliveryId, NewAlert, Timestamp};

/// One verified request. Everything in it is accepted, or nothing is.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// Whose alerts these are.
    pub company_id: CompanyId,
    /// The sender's name for the delivery; remembered for 24 h from its first use.
    pub delivery_id: Option<DeliveryId>,
    /// The request's signature and the time it covers, if it was signed.
    pub signature: Option<Signature>,
    /// SHA-256 of the raw body, to tell a delivery id that is used again with another body.
    pub body_hash: [u8; 32],
    /// When it arrived.
    pub received_at: Timestamp,
    /// At least one, at most [`crate::limits::ALERTS_PER_BODY`].
    pub alerts: Vec<Arc<NewAlert>>,
}

/// What makes a signed request itself: the same signature again is the same request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    /// HMAC-SHA256 over timestamp and body.
    pub mac: [u8; 32],
    /// `X-Timestamp`; the MAC is remembered until this has left the window.
    pub signed_at: Timestamp,
}

/// The answer to a delivery. All of it is on stable storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// Its alerts were stored now, in the order given.
    New,
    /// It was accepted before; nothing was recorded and nothing changed.
    Duplicate {
        /// The ids that the first one got.
        alert_ids: Vec<AlertId>,
        /// It came with another body than the first.
        body_differs: bool,
    },
    /// Its signed time lies before what is still remembered, so that it cannot be told from a
    /// replay (only after the clock has stepped back). Nothing was recorded.
    Stale,
}

/// Where alerts are accepted.
#[async_trait]
pub trait Inbox: Send + Sync + 'static {
    /// Stores a delivery's alerts durably, exactly once. The same signature again is a duplicate
    /// under whatever delivery id, and records nothing, not even that id. A duplicate is answered
    /// only when its first is durable; if that one fails, both fail.
    ///
    /// # Errors
    /// [`Error::Overloaded`] past [`crate::limits::UNPLACED_ALERTS`] or the queue's limit;
    /// [`Error::Unavailable`]; [`Error::NoSuchCompany`]. Nothing was stored then. [`Error::Unknown`]: it may
    /// have been, and sent again under its delivery id it is stored once.
    async fn accept(&self, delivery: Delivery) -> Result<Accepted, Error>;
}
