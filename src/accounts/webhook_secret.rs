//! Webhook secrets: what a company's senders sign with. Stored sealed under the server's key.

use actors::domain::Timestamp;
use actors::domain::ids::SecretId;
use actors::port::{Kept, RecordKind};
use serde::{Deserialize, Serialize};

/// A webhook secret as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookSecret {
    /// Its public name.
    pub secret_id: SecretId,
    /// Nonce and ciphertext, in hex.
    pub sealed: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is of no use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

impl Kept for WebhookSecret {
    const KIND: RecordKind = RecordKind::WebhookSecrets;

    fn id(&self) -> String {
        self.secret_id.as_str().to_owned()
    }
}
