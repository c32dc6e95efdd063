//! The second factor once more, before what matters most.

use std::net::IpAddr;

use actors::domain::ids::UserId;
use actors::port::{Amendment, Put};
use actors::runtime::CallError;
use tokio::time::Instant;

use super::places::Guest;
use super::sign_in::{SignInError, TRIES};
use super::user::User;
use super::{Accounts, second_factor};

impl Accounts {
    /// Lets a person go on who shows a code of his second factor, or a recovery code, which is used up with it. Who has
    /// no second factor needs none.
    ///
    /// # Errors
    /// [`SignInError::CodeNeeded`], [`SignInError::WrongCode`], [`SignInError::Throttled`], [`SignInError::Busy`],
    /// [`SignInError::NotInForce`] where there is no such person any more, [`SignInError::Call`].
    pub async fn step_up(&self, id: &UserId, code: Option<&str>, address: IpAddr) -> Result<(), SignInError> {
        let user = self.people.user(id).ok_or(SignInError::NotInForce)?.value;
        if !user.has_second_factor() {
            return Ok(());
        }
        let code = code.filter(|code| !code.is_empty()).ok_or(SignInError::CodeNeeded)?;
        let trial = self.throttle.trial(&user.email, address, Instant::now());
        let (attempt, _place) = self.begin(trial, Guest::Known(&user.email)).await?;
        let used = self.use_code(id, code).await;
        match &used {
            Ok(()) => attempt.succeeded(),
            Err(SignInError::WrongCode) => drop(attempt),
            Err(_) => attempt.withdrawn(),
        }
        used
    }

    async fn use_code(&self, id: &UserId, code: &str) -> Result<(), SignInError> {
        for _ in 0..TRIES {
            let found = self.people.user(id).ok_or(SignInError::NotInForce)?;
            let user = &found.value;
            let Some(factor) = user.totp.as_ref().filter(|_| user.has_second_factor()) else {
                return Ok(());
            };
            let used = second_factor::used(factor, code, id, &self.server_key, self.clock.now());
            let after = User {
                totp: Some(used.ok_or(SignInError::WrongCode)?),
                ..User::clone(user)
            };
            let amendment = Amendment {
                puts: vec![Put::change(&after, found.version).map_err(CallError::from)?],
                ..Amendment::default()
            };
            // Where it was not done, the person has been changed meanwhile, or another has used a code.
            if self.amend(amendment).await? {
                return Ok(());
            }
        }
        Err(CallError::Overloaded.into())
    }
}
