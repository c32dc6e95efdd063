//! Who may do what: companies' keys and secrets, people, their logins and rights.
//!
//! [`rights`] is the matrix; [`people`] who there is, in memory, kept so by [`register`]; [`sign_in`] lets people in
//! and out; [`staff`] makes and changes them. The rest is one thing each.

pub mod api_key;
pub mod commands;
pub(crate) mod derived;
pub mod login;
pub mod network;
pub mod password;
pub mod people;
pub mod places;
pub mod platform;
pub mod refresh;
pub mod refusals;
pub mod register;
pub mod rights;
pub mod second_factor;
pub mod sign_in;
pub mod staff;
mod step_up;
pub mod throttle;
pub mod token;
pub mod totp;
pub mod usage;
pub mod user;
pub mod visit;
pub mod webhook_secret;

use std::sync::Arc;

use actors::domain::ids::EntryId;
use actors::domain::{Fact, Origin, Timestamp};
use actors::port::{self, Amended, Amendment, Clock, Entropy, RecordKind};
use actors::runtime::CallError;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::secrets::ServerKey;
use password::Passwords;
use people::People;
use platform::Platform;
use refresh::RefreshKeys;
use rights::Role;
use throttle::Throttle;
use token::TokenKeys;

/// Turns in which logins are made and renewed.
const TURNS: usize = 64;

fn turns() -> Vec<Mutex<()>> {
    (0..TURNS).map(|_| Mutex::new(())).collect()
}

/// What accounts are made of.
pub struct Accounts {
    /// Who there is.
    pub people: Arc<People>,
    /// The server's key.
    pub(crate) server_key: Arc<ServerKey>,
    passwords: Passwords,
    tokens: TokenKeys,
    refresh: RefreshKeys,
    throttle: Throttle,
    /// One family of refresh tokens is renewed once at a time; several share a turn.
    renewing: Vec<Mutex<()>>,
    /// One person is let in once at a time, so that his logins do not meet each other; several share a turn.
    entering: Vec<Mutex<()>>,
    /// Roles that need a second factor.
    second_factor_for: Vec<Role>,
    platform: Arc<dyn Platform>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// Who logged in from where before the start is known there still.
fn knows(throttle: &Throttle, people: &People, now: Timestamp) {
    let started = Instant::now();
    for (email, address, at) in people.used_from() {
        if let Some(seen) = started.checked_sub(now.since(at)) {
            throttle.know(&email, address, seen);
        }
    }
}

impl Accounts {
    /// From its parts: `people` is everybody by now.
    pub fn new(
        people: Arc<People>,
        server_key: Arc<ServerKey>,
        second_factor_for: Vec<Role>,
        platform: Arc<dyn Platform>,
        (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>),
    ) -> Self {
        let throttle = Throttle::new();
        knows(&throttle, &people, clock.now());
        Self {
            people,
            passwords: Passwords::new(),
            tokens: TokenKeys::derive(server_key.texts()),
            refresh: RefreshKeys::derive(server_key.texts()),
            throttle,
            renewing: turns(),
            entering: turns(),
            server_key,
            second_factor_for,
            platform,
            clock,
            entropy,
        }
    }

    /// Changes the platform's records; in force when this returns. What others have changed meanwhile is known then.
    async fn amended(&self, amendment: Amendment) -> Result<Amended, CallError> {
        let records: Vec<(RecordKind, String)> = amendment.puts.iter().map(|put| (put.kind, put.id.clone())).collect();
        let amended = self.platform.amend(amendment).await?;
        if amended == Amended::Changed {
            for (kind, id) in &records {
                self.look_at(*kind, id).await?;
            }
        }
        Ok(amended)
    }

    /// Brings in a record as another node may have changed it.
    async fn look_at(&self, kind: RecordKind, id: &str) -> Result<(), port::Error> {
        match self.platform.latest(kind, id).await? {
            Some(record) => self.people.take(&record),
            None => Ok(()),
        }
    }

    /// As [`Self::amended`]; `false` where it has to be looked at again.
    async fn amend(&self, amendment: Amendment) -> Result<bool, CallError> {
        Ok(self.amended(amendment).await? == Amended::Done)
    }

    fn fact(&self, kind: &'static str, subject: &str, by: &Origin, data: Value) -> Fact {
        let now = self.clock.now();
        let id = EntryId::from_uuid(self.entropy.uuid(now));
        Fact::from_outside(id, now, kind, subject, by, data)
    }
}
