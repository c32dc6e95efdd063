//! What the operator's commands do to people, through the admin socket of a running server or beside none.

use std::collections::BTreeSet;

use actors::domain::{CompanyId, Origin, Timestamp};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Accounts;
use super::rights::Role;
use super::staff::{Keep, NewPerson, ShownUser, StaffError, shown};
use super::user::{User, normal_email};

/// A command about people.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum UserCommand {
    /// Make somebody; his first password is told once.
    Create {
        /// The address that he will log in with.
        email: String,
        /// What people call him.
        #[serde(default)]
        name: String,
        /// What he will be.
        role: Role,
        /// Where.
        #[serde(default)]
        company_ids: BTreeSet<CompanyId>,
    },
    /// Close an account: its logins end.
    Disable {
        /// Whose.
        email: String,
    },
    /// Open it again.
    Enable {
        /// Whose.
        email: String,
    },
    /// Give a new first password, told once; logins and the second factor are gone.
    Reset {
        /// Whose.
        email: String,
    },
}

impl UserCommand {
    /// Does it; `known` says which companies there are.
    ///
    /// # Errors
    /// [`StaffError`].
    pub async fn carry_out(
        self,
        accounts: &Accounts,
        known: &(dyn Fn(&CompanyId) -> bool + Sync),
    ) -> Result<Value, StaffError> {
        let by = Origin::from("operator");
        let closed = |at: fn(&User, Timestamp) -> Option<Timestamp>| {
            move |user: &User, now: Timestamp| {
                Ok(User {
                    disabled_at: at(user, now),
                    ..user.clone()
                })
            }
        };
        match self {
            Self::Create {
                email,
                name,
                role,
                company_ids,
            } => {
                if let Some(unknown) = company_ids.iter().find(|company| !known(company)) {
                    let detail = format!("there is no company {unknown}");
                    return Err(StaffError::Invalid {
                        field: "company_ids",
                        detail,
                    });
                }
                let new = NewPerson {
                    email,
                    name,
                    role,
                    company_ids,
                };
                let (user, password) = accounts.create_user(&new, &by).await?;
                Ok(json!({"user_id": user.user_id, "email": user.email, "password": password.expose_secret()}))
            }
            Self::Disable { email } => {
                let user = find(accounts, &email)?;
                let close = closed(|user, now| user.disabled_at.or(Some(now)));
                let changed = accounts.change_user(&user.user_id, Keep::AsChanged, &by, close).await?;
                Ok(json!(shown(&changed)))
            }
            Self::Enable { email } => {
                let user = find(accounts, &email)?;
                let changed = accounts
                    .change_user(&user.user_id, Keep::AsChanged, &by, closed(|_, _| None))
                    .await?;
                Ok(json!(shown(&changed)))
            }
            Self::Reset { email } => {
                let user = find(accounts, &email)?;
                let password = accounts.reset_user(&user.user_id, &by).await?;
                Ok(json!({"user_id": user.user_id, "email": user.email, "password": password.expose_secret()}))
            }
        }
    }
}

fn find(accounts: &Accounts, email: &str) -> Result<std::sync::Arc<User>, StaffError> {
    let found = accounts.people.by_email(&normal_email(email));
    found.map(|user| user.value).ok_or(StaffError::Unknown)
}

impl Accounts {
    /// Everybody: `{items}`.
    pub fn listed(&self) -> Value {
        let items: Vec<ShownUser> = self.people.everybody().iter().map(|user| shown(&user.value)).collect();
        json!({"items": items})
    }
}
