//! Who does something, and from where: for the journal.

use serde_json::{Value, json};

/// Who does something, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Who: a person's, a key's or an actor's name.
    pub actor: String,
    /// The address that the request came from.
    pub address: Option<String>,
    /// What the client called itself (`User-Agent`).
    pub agent: Option<String>,
}

impl Origin {
    /// `{address, agent}` as it is journalled; nothing where neither is known.
    pub fn place(&self) -> Option<Value> {
        let known = self.address.is_some() || self.agent.is_some();
        known.then(|| json!({"address": self.address, "agent": self.agent}))
    }
}

impl From<&str> for Origin {
    fn from(actor: &str) -> Self {
        actor.to_owned().into()
    }
}

impl From<String> for Origin {
    fn from(actor: String) -> Self {
        Self {
            actor,
            address: None,
            agent: None,
        }
    }
}
