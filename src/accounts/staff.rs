//! Making people and changing them: what is asked for is checked here, whoever asks.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use actors::domain::ids::{EntryId, LoginId, UserId};
use actors::domain::{CompanyId, Fact, Origin, Timestamp};
use actors::limits::COMPANIES_PER_PERSON;
use actors::port::{Amended, Amendment, Clock, Entropy, Put, RecordKind};
use actors::runtime::CallError;
use secrecy::SecretString;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::Instant;
use utoipa::ToSchema;

use super::password::{Busy, FIRST_PASSWORD_LIFE, WeakPassword, check, generate};
use super::people::Versioned;
use super::places::Guest;
use super::rights::Role;
use super::second_factor::Offer;
use super::sign_in::SignInError;
use super::user::{PasswordHash, SecondFactor, User, normal_email};
use super::{Accounts, second_factor};
use crate::config::Settings;
use actors::domain::text::is_deceptive;

/// How often a change that met another is looked at again.
const TRIES: usize = 8;

/// A person who is to be made.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// The address that he will log in with.
    pub email: String,
    /// What people call him; his address where it is empty.
    pub name: String,
    /// What he will be.
    pub role: Role,
    /// Where.
    pub company_ids: BTreeSet<CompanyId>,
}

/// Who was made at the first start.
#[derive(Clone, Debug)]
pub struct FirstAdmin {
    /// The address to log in with.
    pub email: String,
    /// The password, where it was made: told once, good for a week.
    pub password: Option<SecretString>,
}

/// Why a person is not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    /// A field is not as it should be.
    #[error("{field}: {detail}")]
    Invalid {
        /// Which.
        field: &'static str,
        /// What would be right.
        detail: String,
    },
    /// The address is another's.
    #[error("there is somebody with this address already")]
    Taken,
    /// There is no such person.
    #[error("there is no such user")]
    Unknown,
    /// Nobody would be left who runs the platform.
    #[error("this is the last MSP admin who can log in: make another one first")]
    LastAdmin,
    /// There is a second factor already.
    #[error("you have a second factor already; have it reset by whoever administers you to set up another")]
    HasSecondFactor,
    /// Nothing waits to be confirmed.
    #[error("begin with POST /api/auth/totp and your password")]
    NoOffer,
    /// The code fits not.
    #[error("the code is wrong, too old, or was used before")]
    WrongCode,
    /// Too many have failed.
    #[error("too many attempts have failed; try again later")]
    Throttled(Duration),
    /// Too many passwords are being hashed.
    #[error("too many passwords are being checked; try again")]
    Busy,
    /// It could not be committed.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl From<Busy> for StaffError {
    fn from(_: Busy) -> Self {
        Self::Busy
    }
}

impl From<SignInError> for StaffError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Throttled(wait) => Self::Throttled(wait),
            SignInError::Call(error) => Self::Call(error),
            _ => Self::Busy,
        }
    }
}

impl From<actors::port::Error> for StaffError {
    fn from(error: actors::port::Error) -> Self {
        Self::Call(error.into())
    }
}

fn invalid(field: &'static str, detail: impl ToString) -> StaffError {
    StaffError::Invalid {
        field,
        detail: detail.to_string(),
    }
}

impl From<WeakPassword> for StaffError {
    fn from(weak: WeakPassword) -> Self {
        invalid("password", weak)
    }
}

/// Whether somebody of a role may have these companies.
///
/// # Errors
/// What would be right.
pub fn check_companies(role: Role, companies: &BTreeSet<CompanyId>) -> Result<(), StaffError> {
    match (role, companies.len()) {
        (Role::MspAdmin, 0) | (Role::CompanyAdmin | Role::Technician, 1..=COMPANIES_PER_PERSON) => Ok(()),
        (Role::MspAdmin, _) => Err(invalid("company_ids", "an msp_admin has all companies: leave it out")),
        (_, 0) => Err(invalid(
            "company_ids",
            format!("a {} needs at least one company", role.as_str()),
        )),
        _ => Err(invalid(
            "company_ids",
            format!("must hold at most {COMPANIES_PER_PERSON} companies"),
        )),
    }
}

/// A name as it is kept.
///
/// # Errors
/// What would be right.
pub fn check_name(name: &str) -> Result<String, &'static str> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 256 || name.chars().any(is_deceptive) {
        return Err("must be 1 to 256 characters, without control and invisible characters");
    }
    Ok(name.to_owned())
}

/// An address as it is kept: one `@`, something on both sides, nothing that could end a header or a line.
///
/// # Errors
/// What would be right.
pub fn check_email(text: &str) -> Result<String, StaffError> {
    let email = normal_email(text);
    let well_formed = email
        .split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
    let odd =
        |char: char| !char.is_ascii() || char.is_control() || char.is_whitespace() || "<>\"(),;:\\".contains(char);
    if !well_formed || email.len() > 254 || email.chars().any(odd) {
        return Err(invalid(
            "email",
            "must be an address such as ann@example.com, of at most 254 ASCII characters",
        ));
    }
    Ok(email)
}

/// A person and the amendment that makes him, from a hash that was made for him.
///
/// # Errors
/// [`StaffError::Invalid`].
pub fn prepare(
    new: &NewPerson,
    password: PasswordHash,
    expires_at: Option<Timestamp>,
    by: &Origin,
    (clock, entropy): (&dyn Clock, &dyn Entropy),
) -> Result<(User, Amendment), StaffError> {
    let now = clock.now();
    let email = check_email(&new.email)?;
    let name = match new.name.trim() {
        "" => email.clone(),
        name => check_name(name).map_err(|rule| invalid("name", rule))?,
    };
    check_companies(new.role, &new.company_ids)?;
    let user = User {
        user_id: UserId::from_uuid(entropy.uuid(now)),
        email,
        name,
        role: new.role,
        company_ids: new.company_ids.clone(),
        password,
        password_expires_at: expires_at,
        password_changed_at: None,
        totp: None,
        epoch: 0,
        created_at: now,
        disabled_at: None,
    };
    let entry = EntryId::from_uuid(entropy.uuid(now));
    let data = json!({"after": shown(&user)});
    let amendment = Amendment {
        puts: vec![Put::new(&user)?],
        facts: vec![Fact::from_outside(
            entry,
            now,
            "user.created",
            user.user_id.as_str(),
            by,
            data,
        )],
        ..Amendment::default()
    };
    Ok((user, amendment))
}

/// A person as others see him: without what only he may know.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub struct ShownUser {
    /// Who.
    pub user_id: UserId,
    /// What he logs in with.
    pub email: String,
    /// What people call him.
    pub name: String,
    /// What he is.
    pub role: Role,
    /// Where he is; none for an MSP admin, who is everywhere.
    pub company_ids: BTreeSet<CompanyId>,
    /// Whether a second factor is asked for.
    pub second_factor: bool,
    /// Since when he may not log in.
    pub disabled_at: Option<Timestamp>,
    /// When he was made.
    pub created_at: Timestamp,
    /// When he last chose a password.
    pub password_changed_at: Option<Timestamp>,
    /// Until when the password that was made for him is good.
    pub password_expires_at: Option<Timestamp>,
}

/// A person as others see him.
pub fn shown(user: &User) -> ShownUser {
    ShownUser {
        user_id: user.user_id.clone(),
        email: user.email.clone(),
        name: user.name.clone(),
        role: user.role,
        company_ids: user.company_ids.clone(),
        second_factor: user.has_second_factor(),
        disabled_at: user.disabled_at,
        created_at: user.created_at,
        password_changed_at: user.password_changed_at,
        password_expires_at: user.password_expires_at,
    }
}

/// What differs between two of the same kind: `{before, after}` with only the fields that do.
pub fn difference<T: Serialize>(before: &T, after: &T) -> Value {
    let (before, after) = (json!(before), json!(after));
    let mut differs = json!({"before": {}, "after": {}});
    for (name, was) in before.as_object().into_iter().flatten() {
        let is = after.get(name).unwrap_or(&Value::Null);
        if was != is {
            differs["before"][name] = was.clone();
            differs["after"][name] = is.clone();
        }
    }
    differs
}

impl Accounts {
    /// Makes a person with a password that is made for him, which is told once.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn create_user(&self, new: &NewPerson, by: &Origin) -> Result<(User, SecretString), StaffError> {
        let password = generate();
        let until = self.clock.now().plus(FIRST_PASSWORD_LIFE);
        let user = self.create(new, &password, Some(until), by).await?;
        Ok((user, password))
    }

    /// Makes a person with a password that he, or who makes him, has chosen.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn create_user_with(
        &self,
        new: &NewPerson,
        password: &SecretString,
        by: &Origin,
    ) -> Result<User, StaffError> {
        check(password, &names_of(&new.email, &new.name, &new.company_ids))?;
        self.create(new, password, None, by).await
    }

    /// The hash of a password that somebody was given or has chosen.
    async fn hashed(&self, password: &SecretString) -> Result<PasswordHash, Busy> {
        let place = self.passwords.place(Guest::Staff)?;
        self.passwords.hash(place, password).await.map(PasswordHash)
    }

    async fn create(
        &self,
        new: &NewPerson,
        password: &SecretString,
        until: Option<Timestamp>,
        by: &Origin,
    ) -> Result<User, StaffError> {
        let hash = self.hashed(password).await?;
        let (user, amendment) = prepare(new, hash, until, by, (&*self.clock, &*self.entropy))?;
        match self.amended(amendment).await? {
            Amended::Done => Ok(user),
            Amended::Taken | Amended::Changed => Err(StaffError::Taken),
        }
    }

    /// Makes somebody who runs the platform, where there is nobody yet, with the password of the settings or one that
    /// is told once.
    ///
    /// # Errors
    /// [`StaffError`]: the address or the password of the settings is `Invalid`.
    pub async fn first_admin(&self, settings: &Settings) -> Result<Option<FirstAdmin>, StaffError> {
        if !self.people.is_empty() {
            return Ok(None);
        }
        let new = NewPerson {
            email: settings.admin_email.clone(),
            name: "Administrator".to_owned(),
            role: Role::MspAdmin,
            company_ids: BTreeSet::new(),
        };
        let by = Origin::from("first start");
        let made = match &settings.admin_password {
            Some(password) => self
                .create_user_with(&new, password, &by)
                .await
                .map(|user| (user, None)),
            None => {
                let made = self.create_user(&new, &by).await;
                made.map(|(user, password)| (user, Some(password)))
            }
        };
        let (user, password) = match made {
            // Another node that starts now was first.
            Err(StaffError::Taken) if self.is_made(&new.email).await? => return Ok(None),
            made => made?,
        };
        Ok(Some(FirstAdmin {
            email: user.email,
            password,
        }))
    }

    /// Whether another node has made somebody of this address.
    async fn is_made(&self, email: &str) -> Result<bool, StaffError> {
        let found = self.platform.found(RecordKind::Users, &normal_email(email)).await;
        match found.map_err(CallError::from)? {
            Some(record) => {
                self.people.take(&record).map_err(CallError::from)?;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// Changes a person; of his logins and access tokens that is left which he may keep.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn change_user(
        &self,
        id: &UserId,
        keep: Keep<'_>,
        by: &Origin,
        change: impl Fn(&User, Timestamp) -> Result<User, StaffError> + Send,
    ) -> Result<User, StaffError> {
        for _ in 0..TRIES {
            let now = self.clock.now();
            let found = self.people.user(id).ok_or(StaffError::Unknown)?;
            let mut after = change(&found.value, now)?;
            check_companies(after.role, &after.company_ids)?;
            let runs = |user: &User| user.role == Role::MspAdmin && user.disabled_at.is_none();
            if runs(&found.value) && !runs(&after) && !self.has_another_admin(id) {
                return Err(StaffError::LastAdmin);
            }
            let Some(keep) = keep.settled(&found.value, &after) else {
                return Ok(after);
            };
            let mut differs = difference(&shown(&found.value), &shown(&after));
            let mut puts = Vec::new();
            if keep != Keep::All {
                after.epoch = found.value.epoch + 1;
            }
            for login in self.people.logins_of(id, now) {
                if keep.ends(&login.value.login_id) {
                    puts.push(super::sign_in::ended(&login, now)?);
                }
            }
            differs["logins_ended"] = puts.len().into();
            puts.push(Put::change(&after, found.version)?);
            let fact = self.fact("user.changed", id.as_str(), by, differs);
            let amendment = Amendment {
                puts,
                facts: vec![fact],
                ..Amendment::default()
            };
            match self.amended(amendment).await? {
                Amended::Done => return Ok(after),
                Amended::Taken => return Err(StaffError::Taken),
                Amended::Changed => {}
            }
        }
        Err(CallError::Overloaded.into())
    }

    fn has_another_admin(&self, but: &UserId) -> bool {
        let runs = |user: &Versioned<User>| user.value.role == Role::MspAdmin && user.value.disabled_at.is_none();
        self.people
            .everybody()
            .iter()
            .any(|user| runs(user) && user.value.user_id != *but)
    }

    /// Gives a person a password that is made for him, which is told once, and takes his second factor away.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn reset_user(&self, id: &UserId, by: &Origin) -> Result<SecretString, StaffError> {
        let password = generate();
        let until = self.clock.now().plus(FIRST_PASSWORD_LIFE);
        self.reset(id, &password, Some(until), by).await?;
        Ok(password)
    }

    /// Gives a person a password that was chosen for him, and takes his second factor away.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn reset_user_to(&self, id: &UserId, password: &SecretString, by: &Origin) -> Result<(), StaffError> {
        check(password, &[])?;
        self.reset(id, password, None, by).await
    }

    async fn reset(
        &self,
        id: &UserId,
        password: &SecretString,
        until: Option<Timestamp>,
        by: &Origin,
    ) -> Result<(), StaffError> {
        let hash = self.hashed(password).await?;
        let reset = |user: &User, _| {
            Ok(User {
                password: hash.clone(),
                password_expires_at: until,
                totp: None,
                ..user.clone()
            })
        };
        self.change_user(id, Keep::None, by, reset).await.map(drop)
    }

    /// Offers a person a second factor, which waits to be confirmed.
    ///
    /// # Errors
    /// [`StaffError::HasSecondFactor`], [`StaffError::Call`].
    pub async fn offer_second_factor(&self, user: &User, by: &Origin) -> Result<Offer, StaffError> {
        let offered = second_factor::offer(&user.user_id, &user.email, &self.server_key);
        // The cipher has no reason to refuse.
        let (factor, offer) = offered.map_err(|_| StaffError::Busy)?;
        let change = |user: &User, _| match user.has_second_factor() {
            true => Err(StaffError::HasSecondFactor),
            false => Ok(User {
                totp: Some(factor.clone()),
                ..user.clone()
            }),
        };
        self.change_user(&user.user_id, Keep::All, by, change).await?;
        Ok(offer)
    }

    /// Confirms a second factor with a code of it; the person's other logins end.
    ///
    /// # Errors
    /// [`StaffError::NoOffer`], [`StaffError::WrongCode`], [`StaffError::Throttled`], [`StaffError::Call`].
    pub async fn confirm_second_factor(
        &self,
        user: &User,
        login: &LoginId,
        code: &str,
        address: IpAddr,
        by: &Origin,
    ) -> Result<User, StaffError> {
        let trial = self.throttle.trial(&user.email, address, Instant::now());
        let (attempt, _place) = self.begin(trial, Guest::Known(&user.email)).await?;
        let confirm = |user: &User, now: Timestamp| {
            let waits = user.totp.as_ref().filter(|_| !user.has_second_factor());
            let waits = waits.ok_or(StaffError::NoOffer)?;
            let used = second_factor::used(waits, code, &user.user_id, &self.server_key, now);
            Ok(User {
                totp: Some(SecondFactor {
                    confirmed_at: Some(now),
                    ..used.ok_or(StaffError::WrongCode)?
                }),
                ..user.clone()
            })
        };
        let confirmed = self.change_user(&user.user_id, Keep::One(login), by, confirm).await;
        match &confirmed {
            Ok(_) => attempt.succeeded(),
            Err(StaffError::WrongCode) => drop(attempt),
            Err(_) => attempt.withdrawn(),
        }
        confirmed
    }

    /// Lets a person choose a password of his own; his other logins end.
    ///
    /// # Errors
    /// [`StaffError`]: a weak password is `Invalid` with field `password`.
    pub async fn choose_password(
        &self,
        user: &User,
        login: &LoginId,
        chosen: &SecretString,
        by: &Origin,
    ) -> Result<User, StaffError> {
        check(chosen, &names_of(&user.email, &user.name, &user.company_ids))?;
        let hash = self.hashed(chosen).await?;
        let change = |user: &User, now: Timestamp| {
            Ok(User {
                password: hash.clone(),
                password_expires_at: None,
                password_changed_at: Some(now),
                ..user.clone()
            })
        };
        self.change_user(&user.user_id, Keep::One(login), by, change).await
    }
}

/// What a person's password must not be made of.
fn names_of<'a>(email: &'a str, name: &'a str, companies: &'a BTreeSet<CompanyId>) -> Vec<&'a str> {
    [email, name]
        .into_iter()
        .chain(companies.iter().map(CompanyId::as_str))
        .collect()
}

/// What a change leaves of a person's logins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep<'a> {
    /// All of them, and his access tokens too.
    All,
    /// All of them; his access tokens end, and are made anew with what he may now.
    Logins,
    /// This one; all access tokens end.
    One(&'a LoginId),
    /// Nothing.
    None,
    /// What the change calls for: nothing where the account is closed, the logins where the rights are others, else
    /// all. Where nothing changes nothing is done.
    AsChanged,
}

impl Keep<'_> {
    /// What is left after this change; `None` where there is nothing to be done.
    fn settled(self, before: &User, after: &User) -> Option<Self> {
        let closes = before.disabled_at.is_none() && after.disabled_at.is_some();
        let other_rights = (before.role, &before.company_ids) != (after.role, &after.company_ids);
        match self {
            Self::AsChanged if before == after => None,
            Self::AsChanged if closes => Some(Self::None),
            Self::AsChanged if other_rights => Some(Self::Logins),
            Self::AsChanged => Some(Self::All),
            said => Some(said),
        }
    }

    fn ends(self, login: &LoginId) -> bool {
        match self {
            Self::All | Self::Logins | Self::AsChanged => false,
            Self::One(kept) => login != kept,
            Self::None => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_kept_in_one_form_and_odd_ones_refused() {
        assert_eq!(check_email(" Ann@Example.COM ").unwrap(), "ann@example.com");
        for odd in [
            "",
            "ann",
            "@example.com",
            "ann@",
            "a@b@c",
            "ann@exa mple.com",
            "ann@x\r\nBcc: y",
            "<ann@x>",
        ] {
            assert!(check_email(odd).is_err(), "{odd:?}");
        }
        assert!(check_email(&format!("{}@example.com", "a".repeat(250))).is_err());
    }

    #[test]
    fn only_who_runs_the_platform_has_no_companies() {
        let one = BTreeSet::from(["comp-acme".parse().unwrap()]);
        assert!(check_companies(Role::MspAdmin, &BTreeSet::new()).is_ok());
        assert!(check_companies(Role::MspAdmin, &one).is_err());
        assert!(check_companies(Role::Technician, &one).is_ok());
        assert!(check_companies(Role::CompanyAdmin, &BTreeSet::new()).is_err());
    }

    #[test]
    fn a_difference_holds_what_differs_and_nothing_else() {
        let differs = difference(&json!({"a": 1, "b": 2}), &json!({"a": 1, "b": 3}));
        assert_eq!(differs, json!({"before": {"b": 2}, "after": {"b": 3}}));
    }
}
