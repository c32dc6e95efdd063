//! The second factor: setting it up, and using a code or a recovery code once.

use actors::domain::Timestamp;
use actors::domain::ids::UserId;
use secrecy::SecretString;

use super::totp;
use super::user::SecondFactor;
use crate::secrets::{Purpose, ServerKey, Unsealable};

/// What is shown once, when it is set up.
pub struct Offer {
    /// For the authenticator, as a link.
    pub uri: SecretString,
    /// For the authenticator, as text.
    pub secret: SecretString,
    /// Codes for the day that the authenticator is lost.
    pub recovery: Vec<SecretString>,
}

/// A new one, not yet confirmed.
///
/// # Errors
/// The cipher refused; it has no reason to.
pub fn offer(user: &UserId, email: &str, key: &ServerKey) -> Result<(SecondFactor, Offer), Unsealable> {
    let secret = totp::new_secret();
    let recovery = totp::new_recovery_codes();
    let factor = SecondFactor {
        sealed: key.seal(Purpose::SecondFactor, user.as_str(), &secret)?,
        confirmed_at: None,
        last_step: None,
        recovery: recovery.iter().map(totp::recovery_hash).collect(),
    };
    let offer = Offer {
        uri: totp::uri(&secret, email),
        secret,
        recovery,
    };
    Ok((factor, offer))
}

/// What it is after a code of it was used; nothing where the code is none, or was used before.
pub fn used(factor: &SecondFactor, code: &str, user: &UserId, key: &ServerKey, now: Timestamp) -> Option<SecondFactor> {
    let secret = key.open(Purpose::SecondFactor, user.as_str(), &factor.sealed).ok()?;
    if let Some(step) = totp::verify(&secret, code, now, factor.last_step) {
        return Some(SecondFactor {
            last_step: Some(step),
            ..factor.clone()
        });
    }
    // A recovery code is of use only once the factor is.
    let index = totp::redeem(code, &factor.recovery).filter(|_| factor.confirmed_at.is_some())?;
    let mut left = factor.clone();
    left.recovery.remove(index);
    Some(left)
}
