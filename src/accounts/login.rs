//! Logins, as they are stored: a family of refresh tokens of one person on one device.

use std::time::Duration;

use actors::domain::Timestamp;
use actors::domain::ids::{LoginId, UserId};
use actors::port::{Kept, RecordKind};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How long one is kept after its end, so that a stolen token is still known as one.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// A login.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// Which.
    pub login_id: LoginId,
    /// Whose.
    pub user_id: UserId,
    /// The family of its refresh tokens.
    pub family: Uuid,
    /// How many times its token was replaced.
    pub generation: u32,
    /// SHA-256 of the token in force, in hex.
    pub token_hash: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When its token was last replaced.
    pub rotated_at: Timestamp,
    /// The last moment at which the token in force is taken.
    pub idle_at: Timestamp,
    /// When it ends, whatever happens.
    pub ends_at: Timestamp,
    /// When it was ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// Where it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What the client called itself then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
}

impl Login {
    /// Whether it gives access.
    pub fn lives(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.ends_at
    }
}

impl Kept for Login {
    const KIND: RecordKind = RecordKind::Logins;

    fn id(&self) -> String {
        self.login_id.as_str().to_owned()
    }

    fn lookup(&self) -> Option<String> {
        Some(self.family.simple().to_string())
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.ends_at.plus(KEPT))
    }
}
