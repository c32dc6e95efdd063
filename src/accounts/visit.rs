//! A person at work: who he is, by an access token, at this moment.

use std::sync::Arc;

use actors::domain::Timestamp;
use actors::domain::ids::LoginId;
use serde::Serialize;
use utoipa::ToSchema;

use super::rights::Right;
use super::user::User;

/// What a person has to do before he may do anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema, thiserror::Error)]
pub enum FirstDo {
    /// His password was made for him.
    #[serde(rename = "password_change_required")]
    #[error("choose a password of your own first: PUT /api/auth/password")]
    ChoosePassword,
    /// His role needs a second factor.
    #[serde(rename = "second_factor_required")]
    #[error("your role needs a second factor: set one up first, with POST /api/auth/totp")]
    SecondFactor,
}

/// A person at work.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Who.
    pub user: Arc<User>,
    /// By which login.
    pub login_id: LoginId,
    /// Until when his access token is good.
    pub expires_at: Timestamp,
    /// What he has to do first.
    pub first_do: Option<FirstDo>,
}

impl Visit {
    /// Whether he may do more than look after his own account.
    ///
    /// # Errors
    /// What he has to do first.
    pub fn may_go_on(&self, right: Right) -> Result<(), FirstDo> {
        match self.first_do {
            Some(first) if right != Right::OwnAccount => Err(first),
            _ => Ok(()),
        }
    }
}
