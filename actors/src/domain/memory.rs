//! Short-term memory: the conversation of one incident, in the guide's shape.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ids::{CompanyId, IncidentId, MemoryId};
use super::incident::Session;
use super::time::Timestamp;
use crate::limits;

/// How long a short memory lives after its last message.
pub const SHORT_MEMORY_TTL: Duration = Duration::from_secs(48 * 3600);

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Speaker)]
pub enum Role {
    /// Alerts and people.
    User,
    /// Decisions.
    Agent,
    /// Runs, and the runtime itself.
    System,
}

/// One message. Its content is data from outside, cut to [`limits::MEMORY_MESSAGE_BYTES`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What was said.
    pub content: String,
    /// When.
    pub at: Timestamp,
}

/// A ring of the last [`limits::MEMORY_MESSAGES`] messages of one incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShortMemory {
    /// Its id.
    pub memory_id: MemoryId,
    /// The incident, which need not have a row.
    pub incident_id: IncidentId,
    /// Whose it is.
    pub company_id: CompanyId,
    /// Oldest first.
    pub messages: VecDeque<Message>,
    /// When it is forgotten; judged by this value, not by its presence.
    pub expires_at: Timestamp,
    /// The session of an incident without a row, which is kept nowhere else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
}

impl ShortMemory {
    /// An empty one.
    pub fn new(memory_id: MemoryId, incident_id: IncidentId, company_id: CompanyId, now: Timestamp) -> Self {
        let expires_at = now.plus(SHORT_MEMORY_TTL);
        Self {
            memory_id,
            incident_id,
            company_id,
            messages: VecDeque::new(),
            expires_at,
            session: None,
        }
    }

    /// Appends a message, dropping the oldest past the limit, and lives on for another 48 hours.
    pub fn remember(&mut self, role: Role, content: &str, now: Timestamp) {
        if self.messages.len() == limits::MEMORY_MESSAGES {
            self.messages.pop_front();
        }
        let content = cut(content, limits::MEMORY_MESSAGE_BYTES).to_owned();
        self.messages.push_back(Message { role, content, at: now });
        self.expires_at = now.plus(SHORT_MEMORY_TTL);
    }
}

/// The longest prefix of at most `max_bytes` that ends between characters.
fn cut(text: &str, max_bytes: usize) -> &str {
    &text[..text.floor_char_boundary(max_bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_last_fifty_and_cuts_between_characters() {
        let now = Timestamp::from_millis(1_000);
        let id = "inc-1".parse().unwrap();
        let mut memory = ShortMemory::new("mem-1".parse().unwrap(), id, "comp-a".parse().unwrap(), now);
        for n in 0..60 {
            memory.remember(Role::User, &format!("alert {n}"), now);
        }
        assert_eq!(memory.messages.len(), limits::MEMORY_MESSAGES);
        assert_eq!(memory.messages[0].content, "alert 10");
        memory.remember(Role::User, &"ä".repeat(limits::MEMORY_MESSAGE_BYTES), now);
        assert_eq!(
            memory.messages.back().unwrap().content.len(),
            limits::MEMORY_MESSAGE_BYTES
        );
    }
}
