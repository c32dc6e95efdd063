//! People, as they are stored.

use std::collections::BTreeSet;
use std::fmt;

use actors::domain::ids::UserId;
use actors::domain::{CompanyId, Timestamp};
use actors::port::{Kept, RecordKind};
use serde::{Deserialize, Serialize};

use super::rights::{Companies, Reach, Right, Role, of_role};

/// A password's hash in PHC form. Not shown, so that no log can hold it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(pub String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(a password's hash)")
    }
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Who.
    pub user_id: UserId,
    /// The address that he logs in with, in lower case.
    pub email: String,
    /// What people call him.
    pub name: String,
    /// What he is.
    pub role: Role,
    /// Where he is; of no meaning for an MSP admin.
    pub company_ids: BTreeSet<CompanyId>,
    /// His password.
    pub password: PasswordHash,
    /// Until when a password that was made for him is good. He has to choose his own with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_expires_at: Option<Timestamp>,
    /// When he last chose one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_changed_at: Option<Timestamp>,
    /// His second factor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp: Option<SecondFactor>,
    /// Raised by whatever ends access tokens: a new password, another role, the end of all logins.
    pub epoch: u64,
    /// When he was made.
    pub created_at: Timestamp,
    /// Since when he may not log in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<Timestamp>,
}

/// A second factor by time (TOTP, RFC 6238).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactor {
    /// The shared secret, sealed under the server's key, in hex.
    pub sealed: String,
    /// Since when it is asked for; until then it only waits to be confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<Timestamp>,
    /// The last step of time whose code was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_step: Option<u64>,
    /// SHA-256 of the recovery codes that are left, in hex.
    pub recovery: Vec<String>,
}

impl fmt::Debug for SecondFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "(a second factor, confirmed at {:?})", self.confirmed_at)
    }
}

impl User {
    /// Whether a second factor is asked for.
    pub fn has_second_factor(&self) -> bool {
        self.totp.as_ref().is_some_and(|totp| totp.confirmed_at.is_some())
    }

    /// The companies in which he has a right; none where he has it nowhere.
    pub fn reach(&self, right: Right) -> Option<Companies> {
        match of_role(self.role, right) {
            Reach::Nothing => None,
            Reach::All => Some(Companies::All),
            Reach::Own | Reach::Oneself => Some(Companies::Some(self.company_ids.clone())),
        }
    }
}

/// An address as it is looked up.
pub fn normal_email(text: &str) -> String {
    text.trim().to_lowercase()
}

impl Kept for User {
    const KIND: RecordKind = RecordKind::Users;

    fn id(&self) -> String {
        self.user_id.as_str().to_owned()
    }

    fn lookup(&self) -> Option<String> {
        Some(self.email.clone())
    }
}
