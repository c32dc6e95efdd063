//! Everybody who may log in, and their logins, in memory: loaded at start, and brought up to date by what is
//! amended. Asked at every request, so a change holds at the next one.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use actors::domain::ids::{LoginId, UserId};
use actors::domain::{CompanyId, Timestamp};
use actors::port::{Amendment, Error, Kept, Record, RecordKind, Store};
use dashmap::DashMap;
use uuid::Uuid;

use super::login::Login;
use super::user::User;
use crate::store::every_record;

/// A record's meaning and its version.
#[derive(Clone, Debug)]
pub struct Versioned<T> {
    /// The version that a change has to name.
    pub version: u64,
    /// What it means.
    pub value: Arc<T>,
}

/// Everybody.
#[derive(Default)]
pub struct People {
    users: DashMap<UserId, Versioned<User>>,
    by_email: DashMap<String, UserId>,
    logins: DashMap<LoginId, Versioned<Login>>,
    by_family: DashMap<Uuid, LoginId>,
}

impl People {
    /// Reads everybody, beside who is known already. What is known in a later version stays as it is.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    pub async fn load(&self, store: &dyn Store) -> Result<(), Error> {
        for kind in [RecordKind::Users, RecordKind::Logins] {
            for record in &every_record(store, kind).await? {
                self.take(record)?;
            }
        }
        Ok(())
    }

    /// Brings in what the platform has been amended by.
    pub fn amended(&self, amendment: &Amendment) {
        let platform = CompanyId::platform();
        for put in &amendment.puts {
            match put.record(&platform) {
                Some(record) => {
                    if let Err(error) = self.take(&record) {
                        tracing::error!(%error, "a record that was just written cannot be read");
                    }
                }
                None => self.leave(put.kind, &put.id),
            }
        }
    }

    /// Brings in a record, unless a later version is known.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub fn take(&self, record: &Record) -> Result<(), Error> {
        match record.kind {
            RecordKind::Users => {
                let user = Arc::new(record.read::<User>()?);
                if self
                    .user(&user.user_id)
                    .is_some_and(|known| known.version > record.version)
                {
                    return Ok(());
                }
                let before = self.users.insert(user.user_id.clone(), versioned(record, user.clone()));
                if let Some(before) = before.filter(|before| before.value.email != user.email) {
                    // By now it may be another's.
                    self.by_email
                        .remove_if(&before.value.email, |_, id| *id == user.user_id);
                }
                self.by_email.insert(user.email.clone(), user.user_id.clone());
            }
            RecordKind::Logins => {
                let login = Arc::new(record.read::<Login>()?);
                if self
                    .login(&login.login_id)
                    .is_some_and(|known| known.version > record.version)
                {
                    return Ok(());
                }
                self.by_family.insert(login.family, login.login_id.clone());
                self.logins.insert(login.login_id.clone(), versioned(record, login));
            }
            _ => {}
        }
        Ok(())
    }

    fn leave(&self, kind: RecordKind, id: &str) {
        match (kind, id.parse::<UserId>(), id.parse::<LoginId>()) {
            (RecordKind::Users, Ok(id), _) => {
                if let Some((_, user)) = self.users.remove(&id) {
                    self.by_email.remove(&user.value.email);
                }
            }
            (RecordKind::Logins, _, Ok(id)) => {
                if let Some((_, login)) = self.logins.remove(&id) {
                    self.by_family.remove(&login.value.family);
                }
            }
            _ => {}
        }
    }

    /// A person.
    pub fn user(&self, id: &UserId) -> Option<Versioned<User>> {
        self.users.get(id).map(|found| found.value().clone())
    }

    /// The person of an address, in lower case.
    pub fn by_email(&self, email: &str) -> Option<Versioned<User>> {
        let id = self.by_email.get(email)?.value().clone();
        self.user(&id)
    }

    /// A login.
    pub fn login(&self, id: &LoginId) -> Option<Versioned<Login>> {
        self.logins.get(id).map(|found| found.value().clone())
    }

    /// The login of a family of refresh tokens.
    pub fn by_family(&self, family: &Uuid) -> Option<Versioned<Login>> {
        let id = self.by_family.get(family)?.value().clone();
        self.login(&id)
    }

    /// Everybody, in the order they were made.
    pub fn everybody(&self) -> Vec<Versioned<User>> {
        let sorted: BTreeMap<UserId, Versioned<User>> = self
            .users
            .iter()
            .map(|entry| (entry.key().clone(), entry.value().clone()))
            .collect();
        sorted.into_values().collect()
    }

    /// Whether there is anybody.
    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    /// A person's logins that live, oldest first.
    pub fn logins_of(&self, user: &UserId, now: Timestamp) -> Vec<Versioned<Login>> {
        let mut found: Vec<Versioned<Login>> = self
            .logins
            .iter()
            .map(|entry| entry.value().clone())
            .filter(|login| login.value.user_id == *user && login.value.lives(now))
            .collect();
        found.sort_by_key(|login| (login.value.created_at, login.value.login_id.clone()));
        found
    }

    /// Whose logins began where and when, as far as they are kept.
    pub fn used_from(&self) -> Vec<(String, IpAddr, Timestamp)> {
        let used = |login: &Login| {
            let user = self.user(&login.user_id)?;
            let address = login.address.as_ref()?.parse().ok()?;
            Some((user.value.email.clone(), address, login.created_at))
        };
        self.logins
            .iter()
            .filter_map(|entry| used(&entry.value().value))
            .collect()
    }

    /// Forgets logins that the store forgets too.
    pub fn forget_expired(&self, now: Timestamp) {
        self.logins.retain(|_, login| {
            let kept = login.value.expires_at().is_none_or(|end| end > now);
            if !kept {
                self.by_family.remove(&login.value.family);
            }
            kept
        });
    }
}

fn versioned<T>(record: &Record, value: Arc<T>) -> Versioned<T> {
    Versioned {
        version: record.version,
        value,
    }
}
