//! The one port that looks across companies: for the runtime, never for a client.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::Error;
use crate::domain::ids::KeyId;
use crate::domain::{Company, CompanyId, Fact, IncidentId, Severity, Timestamp};

/// What is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DueWork {
    /// An incident of this severity wants to be woken.
    Incident(IncidentId, Severity),
    /// Alerts held for `min_alerts` have reached the end of their window.
    Held,
}

/// Something due, and whose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Whose.
    pub company_id: CompanyId,
    /// What.
    pub work: DueWork,
}

/// What an API key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Send alerts.
    Ingest,
    /// Ask for decisions.
    Decide,
    /// Read alerts, incidents and memory.
    Read,
    /// Acknowledge, resolve and the like.
    Act,
}

/// An API key as it is stored: its hash, never itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyRecord {
    /// Its public name.
    pub key_id: KeyId,
    /// Whose it is.
    pub company_id: CompanyId,
    /// SHA-256 of the key.
    pub key_hash: [u8; 32],
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Whether it may send alerts without a signature.
    pub unsigned: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A webhook secret as it is stored: sealed under the server's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookSecretRecord {
    /// Whose it is.
    pub company_id: CompanyId,
    /// Nonce and ciphertext.
    pub sealed: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A company with its first key and secret, and the platform's fact of its birth.
#[derive(Clone, Debug, PartialEq)]
pub struct NewCompany {
    /// The company.
    pub company: Company,
    /// Its first key.
    pub key: ApiKeyRecord,
    /// Its first secret.
    pub secret: WebhookSecretRecord,
    /// `company.created`, for the platform's journal.
    pub fact: Fact,
}

/// What the runtime asks across companies.
#[async_trait]
pub trait Roster: Send + Sync + 'static {
    /// Every company's settings.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    async fn companies(&self) -> Result<Vec<Company>, Error>;

    /// Every API key.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    async fn api_keys(&self) -> Result<Vec<ApiKeyRecord>, Error>;

    /// Every webhook secret.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    async fn webhook_secrets(&self) -> Result<Vec<WebhookSecretRecord>, Error>;

    /// Companies with alerts not yet placed, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    async fn unplaced(&self, limit: usize) -> Result<Vec<CompanyId>, Error>;

    /// What is due at `now`, gravest incidents first, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<Due>, Error>;

    /// Forgets what has expired: deliveries, signatures, short memory. Bounded work a call.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    async fn forget_expired(&self, now: Timestamp) -> Result<(), Error>;
}
