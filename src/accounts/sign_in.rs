//! Logging in, staying logged in, and logging out.
//!
//! A login is a family of refresh tokens of which one is in force. Every change of it is a commit of the
//! platform that names the version it was made for, so that of two who change it at once one has to look again.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use actors::domain::ids::LoginId;
use actors::domain::{Fact, Origin, Timestamp};
use actors::limits::LOGINS;
use actors::port::{self, Amendment, Put, RecordKind};
use actors::runtime::CallError;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use super::login::Login;
use super::password::Busy;
use super::people::Versioned;
use super::places::{Guest, Place};
use super::refresh::{self, LoginState, Presented, Verdict};
use super::throttle::{Attempt, RetryAfter, Trial};
use super::token::{ACCESS_LIFE, Claims};
use super::user::{User, normal_email};
use super::visit::{FirstDo, Visit};
use super::{Accounts, second_factor};
use crate::clock::random;

/// How often a change that met another is looked at again.
pub(super) const TRIES: usize = 8;

/// Somebody's origin, once it is known who he is.
pub type OriginOf<'a> = &'a (dyn Fn(&str) -> Origin + Send + Sync);

/// What a login, or its renewal, gives.
pub struct SignedIn {
    /// For the next half hour.
    pub access_token: SecretString,
    /// For the next one of these.
    pub refresh_token: SecretString,
    /// Until when that is good.
    pub refresh_until: Timestamp,
    /// Who.
    pub user: Arc<User>,
    /// What he has to do before anything else.
    pub first_do: Option<FirstDo>,
}

/// Why somebody is not let in.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SignInError {
    /// Address or password are wrong, or the account is closed: which of them is not told.
    #[error("the e-mail address or the password is wrong")]
    Wrong,
    /// The password was right; a code is needed too.
    #[error("a code of your second factor is needed, in `totp`")]
    CodeNeeded,
    /// The password was right, the code was not.
    #[error("the code is wrong, too old, or was used before")]
    WrongCode,
    /// Too many have failed.
    #[error("too many attempts have failed; try again later")]
    Throttled(Duration),
    /// Too many passwords are being checked.
    #[error("too many are logging in at once; try again")]
    Busy,
    /// A token is none, or not in force.
    #[error("the refresh token is none that is in force: log in again")]
    NotInForce,
    /// It could not be committed.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl From<Busy> for SignInError {
    fn from(_: Busy) -> Self {
        Self::Busy
    }
}

impl From<RetryAfter> for SignInError {
    fn from(RetryAfter(wait): RetryAfter) -> Self {
        Self::Throttled(wait)
    }
}

/// What somebody shows.
pub struct Credentials<'a> {
    /// His address.
    pub email: &'a str,
    /// His password.
    pub password: &'a SecretString,
    /// A code of his second factor, or a recovery code.
    pub code: Option<&'a str>,
}

impl Accounts {
    /// Who presents an access token; nobody where it is none that is in force.
    pub fn visit(&self, token: &str, now: Timestamp) -> Option<Visit> {
        let claims = self.tokens.read(token, now).ok()?;
        let user = self.people.user(&claims.sub)?.value;
        let login = self.people.login(&claims.login)?.value;
        let stands = user.disabled_at.is_none()
            && user.epoch == claims.epoch
            && login.user_id == user.user_id
            && login.lives(now);
        stands.then(|| Visit {
            first_do: self.first_do(&user),
            login_id: login.login_id.clone(),
            expires_at: claims.exp,
            user,
        })
    }

    /// Looks for the login and the person of an access token of ours, which another node may have made or changed a moment
    /// ago.
    ///
    /// # Errors
    /// [`port::Error`].
    pub async fn learn_of(&self, token: &str, now: Timestamp) -> Result<(), port::Error> {
        let Ok(claims) = self.tokens.read(token, now) else {
            return Ok(());
        };
        self.look_at(RecordKind::Users, claims.sub.as_str()).await?;
        self.look_at(RecordKind::Logins, claims.login.as_str()).await
    }

    /// The login of a family of refresh tokens, as whichever node has renewed it last.
    async fn of_family(&self, family: &Uuid) -> Result<Option<Versioned<Login>>, port::Error> {
        match self.people.by_family(family) {
            Some(known) => self.look_at(RecordKind::Logins, known.value.login_id.as_str()).await?,
            None => {
                if let Some(record) = self
                    .platform
                    .found(RecordKind::Logins, &family.simple().to_string())
                    .await?
                {
                    self.people.take(&record)?;
                }
            }
        }
        let login = self.people.by_family(family);
        if let Some(login) = &login
            && self.people.user(&login.value.user_id).is_none()
        {
            self.look_at(RecordKind::Users, login.value.user_id.as_str()).await?;
        }
        Ok(login)
    }

    fn first_do(&self, user: &User) -> Option<FirstDo> {
        if user.password_expires_at.is_some() {
            return Some(FirstDo::ChoosePassword);
        }
        let lacks = self.second_factor_for.contains(&user.role) && !user.has_second_factor();
        lacks.then_some(FirstDo::SecondFactor)
    }

    /// Logs somebody in.
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn sign_in(
        &self,
        shown: Credentials<'_>,
        address: IpAddr,
        from: OriginOf<'_>,
    ) -> Result<SignedIn, SignInError> {
        let email = normal_email(shown.email);
        let trial = self.throttle.trial(&email, address, Instant::now());
        let guest = match trial.known {
            true => Guest::Known(&email),
            false => Guest::Stranger(address),
        };
        let (attempt, place) = self.begin(trial, guest).await?;
        let done = match self.genuine(&email, place, shown.password).await {
            Ok(Some(user)) => self.enter(user, shown, from).await,
            Ok(None) => Err(SignInError::Wrong),
            Err(busy) => Err(busy),
        };
        match &done {
            Ok(_) => attempt.succeeded(),
            Err(SignInError::Busy) => {
                attempt.withdrawn();
                self.throttle.turned_away(trial, Instant::now());
            }
            Err(SignInError::Call(_)) => attempt.withdrawn(),
            Err(_) => drop(attempt),
        }
        done
    }

    /// Lets an attempt begin when those before it that could forbid it are decided, and gives it a place to wait in.
    pub(super) async fn begin(&self, trial: Trial, guest: Guest<'_>) -> Result<(Attempt<'_>, Place), SignInError> {
        self.throttle.ask(trial, Instant::now())?;
        let turned_away = |busy: Busy| {
            self.throttle.turned_away(trial, Instant::now());
            busy
        };
        let place = self.passwords.place(guest).map_err(turned_away)?;
        let attempt = timeout_at(place.until, self.throttle.admit(trial)).await;
        let attempt = attempt.map_err(|_| turned_away(Busy))??;
        Ok((attempt, place))
    }

    /// The person of this address and password, whose account is open. Costs the same whoever it is.
    async fn genuine(
        &self,
        email: &str,
        place: Place,
        password: &SecretString,
    ) -> Result<Option<Versioned<User>>, SignInError> {
        if let Some(record) = self
            .platform
            .found(RecordKind::Users, email)
            .await
            .map_err(CallError::from)?
        {
            self.people.take(&record).map_err(CallError::from)?;
        }
        let user = self.people.by_email(email);
        let hash = user.as_ref().map(|user| user.value.password.0.clone());
        let fits = self.passwords.verify(place, hash.as_deref(), password).await?;
        let now = self.clock.now();
        let open = |user: &Versioned<User>| {
            user.value.disabled_at.is_none() && user.value.password_expires_at.is_none_or(|until| now < until)
        };
        Ok(user.filter(|user| fits && open(user)))
    }

    /// Lets somebody in whose password was right, if his second factor is too.
    async fn enter(
        &self,
        mut user: Versioned<User>,
        shown: Credentials<'_>,
        from: OriginOf<'_>,
    ) -> Result<SignedIn, SignInError> {
        let turn = user.value.user_id.as_str().bytes().map(usize::from).sum::<usize>();
        let _turn = self.entering[turn % self.entering.len()].lock().await;
        for _ in 0..TRIES {
            let now = self.clock.now();
            let mut entering = User::clone(&user.value);
            if let Some(totp) = user.value.totp.as_ref().filter(|totp| totp.confirmed_at.is_some()) {
                let code = shown.code.ok_or(SignInError::CodeNeeded)?;
                let used = second_factor::used(totp, code, &user.value.user_id, &self.server_key, now);
                entering.totp = Some(used.ok_or(SignInError::WrongCode)?);
            }
            // The person is written though nothing else may have changed: a change of the password or the rights that
            // is committed at the same time meets this login, and ends it.
            let mut puts = vec![Put::change(&entering, user.version).map_err(CallError::from)?];
            let user_id = user.value.user_id.clone();
            let origin = from(user_id.as_str());
            let (login, refresh_token) = self.new_login(&user.value, &origin, now);
            puts.push(Put::new(&login).map_err(CallError::from)?);
            let mut living = self.people.logins_of(&user_id, now);
            living.truncate((living.len() + 1).saturating_sub(LOGINS));
            for oldest in &living {
                puts.push(ended(oldest, now)?);
            }
            let second_factor = entering.has_second_factor();
            let data = json!({"login_id": login.login_id, "ended": living.len(), "second_factor": second_factor});
            let fact = self.fact("login.started", user_id.as_str(), &origin, data);
            let amendment = Amendment {
                puts,
                facts: vec![fact],
                ..Amendment::default()
            };
            if self.amend(amendment).await? {
                return Ok(self.signed_in(&login, refresh_token, user.value));
            }
            // Another has used a code, or changed the person: he is looked at again.
            match self.people.user(&user_id) {
                Some(again) if again.value.password == user.value.password && again.value.disabled_at.is_none() => {
                    user = again;
                }
                _ => return Err(SignInError::Wrong),
            }
        }
        Err(CallError::Overloaded.into())
    }

    fn new_login(&self, user: &User, origin: &Origin, now: Timestamp) -> (Login, SecretString) {
        let family = Uuid::from_bytes(random::<16>());
        let refresh_token = self.refresh.make(family, 0);
        let login = Login {
            login_id: LoginId::from_uuid(self.entropy.uuid(now)),
            user_id: user.user_id.clone(),
            family,
            generation: 0,
            token_hash: hash(&refresh_token),
            created_at: now,
            rotated_at: now,
            idle_at: now.plus(refresh::IDLE_LIFE),
            ends_at: now.plus(refresh::FAMILY_LIFE),
            revoked_at: None,
            address: origin.address.clone(),
            agent: origin.agent.clone(),
        };
        (login, refresh_token)
    }

    fn signed_in(&self, login: &Login, refresh_token: SecretString, user: Arc<User>) -> SignedIn {
        SignedIn {
            access_token: self.access_token(&user, &login.login_id),
            refresh_token,
            refresh_until: login.idle_at.min(login.ends_at),
            first_do: self.first_do(&user),
            user,
        }
    }

    /// An access token for a login that lives, after a change that has ended the ones before.
    pub fn access_token(&self, user: &User, login: &LoginId) -> SecretString {
        let now = self.clock.now();
        self.tokens.issue(&Claims {
            sub: user.user_id.clone(),
            login: login.clone(),
            epoch: user.epoch,
            iat: now,
            exp: now.plus(ACCESS_LIFE),
            jti: Uuid::from_bytes(random::<16>()),
        })
    }

    /// Whether this is a person's password: asked again before what matters.
    ///
    /// # Errors
    /// [`SignInError::Wrong`], [`SignInError::Throttled`], [`SignInError::Busy`].
    pub async fn confirm(&self, user: &User, password: &SecretString, address: IpAddr) -> Result<(), SignInError> {
        let trial = self.throttle.trial(&user.email, address, Instant::now());
        let (attempt, place) = self.begin(trial, Guest::Known(&user.email)).await?;
        match self.passwords.verify(place, Some(&user.password.0), password).await {
            Ok(true) => {
                attempt.succeeded();
                Ok(())
            }
            Ok(false) => Err(SignInError::Wrong),
            Err(busy) => {
                attempt.withdrawn();
                Err(busy.into())
            }
        }
    }

    /// Gives the next tokens for a refresh token. Many who ask with one token at once get one successor.
    ///
    /// # Errors
    /// [`SignInError::NotInForce`], [`SignInError::Call`].
    pub async fn renew(&self, token: &str, from: OriginOf<'_>) -> Result<SignedIn, SignInError> {
        let presented = self.refresh.read(token).ok_or(SignInError::NotInForce)?;
        // Who comes second finds the successor there already.
        let turn = usize::from(presented.family.as_bytes()[0]) % self.renewing.len();
        let _turn = self.renewing[turn].lock().await;
        for _ in 0..TRIES {
            let now = self.clock.now();
            let found = self.of_family(&presented.family).await.map_err(CallError::from)?;
            let login = found.ok_or(SignInError::NotInForce)?;
            let user = self
                .people
                .user(&login.value.user_id)
                .ok_or(SignInError::NotInForce)?
                .value;
            if user.disabled_at.is_some() {
                return Err(SignInError::NotInForce);
            }
            match refresh::judge(&state(&login.value), &presented, now) {
                Verdict::Repeat => {
                    let stored = hash_bytes(&login.value);
                    let successor = self.refresh.remake(presented.family, login.value.generation, &stored);
                    let successor = successor.ok_or(SignInError::NotInForce)?;
                    return Ok(self.signed_in(&login.value, successor, user));
                }
                Verdict::Rotate => {
                    let generation = login.value.generation + 1;
                    let successor = self.refresh.make(presented.family, generation);
                    let next = Login {
                        generation,
                        token_hash: hash(&successor),
                        rotated_at: now,
                        idle_at: now.plus(refresh::IDLE_LIFE),
                        ..Login::clone(&login.value)
                    };
                    let amendment = Amendment {
                        puts: vec![Put::change(&next, login.version).map_err(CallError::from)?],
                        ..Amendment::default()
                    };
                    if self.amend(amendment).await? {
                        return Ok(self.signed_in(&next, successor, user));
                    }
                }
                Verdict::Reuse => {
                    let origin = from(user.user_id.as_str());
                    let fact = self.reused(&login.value, &presented, &origin);
                    let amendment = Amendment {
                        puts: vec![ended(&login, now)?],
                        facts: vec![fact],
                        ..Amendment::default()
                    };
                    if self.amend(amendment).await? {
                        return Err(SignInError::NotInForce);
                    }
                }
                Verdict::Over => return Err(SignInError::NotInForce),
            }
        }
        Err(CallError::Overloaded.into())
    }

    /// Ends one of a person's logins; `false` where he has no such one.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn sign_out(&self, user: &User, login: &LoginId, origin: &Origin) -> Result<bool, CallError> {
        for _ in 0..TRIES {
            let now = self.clock.now();
            let found = self.people.login(login);
            let Some(found) = found.filter(|found| found.value.user_id == user.user_id && found.value.lives(now))
            else {
                return Ok(false);
            };
            let amendment = Amendment {
                puts: vec![ended(&found, now)?],
                facts: vec![self.left(&found.value, origin)],
                ..Amendment::default()
            };
            if self.amend(amendment).await? {
                return Ok(true);
            }
        }
        Err(CallError::Overloaded)
    }

    /// Ends the login of a refresh token, where it lives: for logging out without an access token. Whoever has one of
    /// before has the login's, so it ends too, and is journalled as a token that was used again.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn give_back(&self, token: &str, from: OriginOf<'_>) -> Result<(), CallError> {
        let Some(presented) = self.refresh.read(token) else {
            return Ok(());
        };
        for _ in 0..TRIES {
            let now = self.clock.now();
            let found = self.of_family(&presented.family).await?;
            let Some(login) = found.filter(|login| login.value.lives(now)) else {
                return Ok(());
            };
            let origin = from(login.value.user_id.as_str());
            let fact = match refresh::judge(&state(&login.value), &presented, now) {
                Verdict::Reuse => self.reused(&login.value, &presented, &origin),
                _ => self.left(&login.value, &origin),
            };
            let amendment = Amendment {
                puts: vec![ended(&login, now)?],
                facts: vec![fact],
                ..Amendment::default()
            };
            if self.amend(amendment).await? {
                return Ok(());
            }
        }
        Err(CallError::Overloaded)
    }

    /// That somebody has logged out.
    fn left(&self, login: &Login, by: &Origin) -> Fact {
        let data = json!({"login_id": login.login_id});
        self.fact("login.ended", login.user_id.as_str(), by, data)
    }

    /// That a refresh token was used again.
    fn reused(&self, login: &Login, presented: &Presented, by: &Origin) -> Fact {
        let data = json!({
            "login_id": login.login_id, "generation": presented.generation, "in_force": login.generation,
        });
        self.fact("login.reused", login.user_id.as_str(), by, data)
    }
}

/// A login that is no more.
pub(super) fn ended(login: &Versioned<Login>, now: Timestamp) -> Result<Put, CallError> {
    let over = Login {
        revoked_at: Some(now),
        ..Login::clone(&login.value)
    };
    Ok(Put::change(&over, login.version)?)
}

fn hash(token: &SecretString) -> String {
    hex::encode(Sha256::digest(token.expose_secret().as_bytes()))
}

fn hash_bytes(login: &Login) -> [u8; 32] {
    // What is stored was written by `hash`; anything else fits no token.
    let mut bytes = [0; 32];
    let _ = hex::decode_to_slice(&login.token_hash, &mut bytes);
    bytes
}

fn state(login: &Login) -> LoginState {
    LoginState {
        generation: login.generation,
        token_hash: hash_bytes(login),
        rotated_at: login.rotated_at,
        idle_at: login.idle_at,
        ends_at: login.ends_at,
        revoked: login.revoked_at.is_some(),
    }
}
