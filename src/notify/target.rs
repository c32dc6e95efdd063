//! Where a channel leads, as it is sealed.

use actors::domain::{Channel, CompanyId};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::secrets::{Purpose, ServerKey, Unsealable};

/// Where a channel leads: a URL, or mailboxes. The URL of a chat is a secret: whoever has it can write there.
#[derive(Default, Deserialize, Serialize)]
pub struct Target {
    /// The URL.
    #[serde(default)]
    url: Option<String>,
    /// What messages are signed with: `whsec_` and base64.
    #[serde(default)]
    secret: Option<String>,
    /// Mailboxes.
    #[serde(default)]
    pub to: Vec<String>,
    /// Where tickets are made, and as whom.
    #[serde(default)]
    tickets: Option<Tickets>,
}

/// Where tickets are made, and as whom.
#[derive(Clone, Default, Deserialize, Serialize)]
pub struct Tickets {
    /// The user.
    pub user: String,
    /// The user's API token or password.
    token: String,
    /// Jira's project, by its key.
    pub project: String,
    /// Jira's type of issue.
    pub issue_type: String,
    /// ServiceNow's code of a resolution.
    pub close_code: String,
}

impl Tickets {
    /// As a user with a token.
    pub fn of(user: &str, token: &SecretString) -> Self {
        Self {
            user: user.to_owned(),
            token: token.expose_secret().to_owned(),
            ..Self::default()
        }
    }

    /// The user's API token or password.
    pub fn token(&self) -> SecretString {
        self.token.clone().into()
    }
}

impl Target {
    /// A URL.
    pub fn at(url: &str) -> Self {
        Self {
            url: Some(url.to_owned()),
            ..Self::default()
        }
    }

    /// With what messages are signed.
    #[must_use]
    pub fn signed(self, secret: &SecretString) -> Self {
        Self {
            secret: Some(secret.expose_secret().to_owned()),
            ..self
        }
    }

    /// With where tickets are made.
    #[must_use]
    pub fn with_tickets(self, tickets: Tickets) -> Self {
        Self {
            tickets: Some(tickets),
            ..self
        }
    }

    /// Where tickets are made.
    pub fn tickets(&self) -> Tickets {
        self.tickets.clone().unwrap_or_default()
    }

    /// Mailboxes.
    pub fn mailboxes(to: Vec<String>) -> Self {
        Self { to, ..Self::default() }
    }

    /// The URL; an empty text where there is none.
    pub fn url(&self) -> &str {
        self.url.as_deref().unwrap_or_default()
    }

    /// What messages are signed with.
    pub fn secret(&self) -> Option<SecretString> {
        self.secret.clone().map(SecretString::from)
    }

    /// Seals it for a channel.
    ///
    /// # Errors
    /// [`Unsealable`].
    pub fn seal(&self, key: &ServerKey, company: &CompanyId, name: &str) -> Result<String, Unsealable> {
        let text = serde_json::to_string(self).map_err(|_| Unsealable)?;
        key.seal(Purpose::Channel, &owner(company, name), &text.into())
    }

    /// Opens a channel's.
    ///
    /// # Errors
    /// [`Unsealable`] under other server keys, or for another channel.
    pub fn open(key: &ServerKey, company: &CompanyId, channel: &Channel) -> Result<Self, Unsealable> {
        let text = key.open(Purpose::Channel, &owner(company, &channel.name), &channel.sealed)?;
        serde_json::from_str(text.expose_secret()).map_err(|_| Unsealable)
    }
}

fn owner(company: &CompanyId, name: &str) -> String {
    format!("{company}/{name}")
}
