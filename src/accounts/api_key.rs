//! API keys: a company's programs. Stored by their hash, never themselves.

use actors::domain::Timestamp;
use actors::domain::ids::KeyId;
use actors::port::{Kept, RecordKind};
use serde::{Deserialize, Deserializer, Serialize};

/// What an API key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Send alerts.
    Ingest,
    /// Ask for decisions.
    Decide,
    /// Read alerts, incidents and memory.
    Read,
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
    #[serde(deserialize_with = "known")]
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
    /// When it was last used, as far as that is written: at most ten minutes before the truth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<Timestamp>,
}

impl Scope {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Decide => "decide",
            Self::Read => "read",
        }
    }
}

/// A stored scope that there is no more (`act`, from before there were people) gives nothing.
fn known<'de, D: Deserializer<'de>>(stored: D) -> Result<Vec<Scope>, D::Error> {
    let stored = Vec::<serde_json::Value>::deserialize(stored)?;
    let read = stored.into_iter().filter_map(|scope| Scope::deserialize(scope).ok());
    Ok(read.collect())
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
