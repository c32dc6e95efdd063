//! API keys: a company's programs. Stored by their hash, never themselves.

use actors::domain::Timestamp;
use actors::domain::ids::KeyId;
use actors::port::{Kept, RecordKind};
use serde::{Deserialize, Serialize};

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

/// An API key as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// Its public name.
    pub key_id: KeyId,
    /// What people call it.
    pub name: String,
    /// SHA-256 of the key, in hex.
    pub key_hash: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Whether it may send alerts without a signature.
    pub unsigned: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is of no use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

impl Kept for ApiKey {
    const KIND: RecordKind = RecordKind::ApiKeys;

    fn id(&self) -> String {
        self.key_id.as_str().to_owned()
    }

    fn lookup(&self) -> Option<String> {
        Some(self.key_hash.clone())
    }
}
