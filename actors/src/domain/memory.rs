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

/// How a message begins that hands a session over to the next.
pub const HANDED_OVER: &str = "Hand-over of session";

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

/// What is kept of messages that there is no room for any more: how many there were of whom, from when to when, and what
/// was decided and run last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = MemorySummary)]
pub struct Summary {
    /// Messages of alerts and people.
    pub user: u64,
    /// Decisions.
    pub agent: u64,
    /// Messages of runs and of the runtime.
    pub system: u64,
    /// The moment of the first.
    pub since: Timestamp,
    /// The moment of the last.
    pub until: Timestamp,
    /// The last decision among them, cut to [`limits::MEMORY_SUMMARY_BYTES`].
    pub last_decision: Option<String>,
    /// What runs, or the runtime, said last among them, cut as well.
    pub last_run: Option<String>,
}

impl Summary {
    /// With one more message, the first where there is none yet.
    fn with(before: Option<Self>, message: &Message) -> Self {
        let mut summary = before.unwrap_or(Self {
            user: 0,
            agent: 0,
            system: 0,
            since: message.at,
            until: message.at,
            last_decision: None,
            last_run: None,
        });
        let said = || Some(brief(&message.content).to_owned());
        match message.role {
            Role::User => summary.user += 1,
            Role::Agent => {
                summary.agent += 1;
                summary.last_decision = said();
            }
            Role::System => {
                summary.system += 1;
                if !message.content.starts_with(HANDED_OVER) {
                    summary.last_run = said();
                }
            }
        }
        summary.since = summary.since.min(message.at);
        summary.until = summary.until.max(message.at);
        summary
    }

    /// How many messages it stands for.
    pub fn messages(&self) -> u64 {
        self.user + self.agent + self.system
    }
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
    /// What is kept of those before them; nothing while there is room for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
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
            summary: None,
            expires_at,
            session: None,
        }
    }

    /// Appends a message, past the limit the oldest goes into the summary, and lives on for another 48 hours.
    pub fn remember(&mut self, role: Role, content: &str, now: Timestamp) {
        if self.messages.len() >= limits::MEMORY_MESSAGES
            && let Some(oldest) = self.messages.pop_front()
        {
            self.summary = Some(Summary::with(self.summary.take(), &oldest));
        }
        let content = cut(content, limits::MEMORY_MESSAGE_BYTES).to_owned();
        self.messages.push_back(Message { role, content, at: now });
        self.expires_at = now.plus(SHORT_MEMORY_TTL);
    }
}

/// The beginning of a message, as summaries have it.
pub fn brief(text: &str) -> &str {
    cut(text, limits::MEMORY_SUMMARY_BYTES)
}

/// The longest prefix of at most `max_bytes` that ends between characters.
fn cut(text: &str, max_bytes: usize) -> &str {
    &text[..text.floor_char_boundary(max_bytes)]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn empty() -> ShortMemory {
        let ids = (
            "mem-1".parse().unwrap(),
            "inc-1".parse().unwrap(),
            "comp-a".parse().unwrap(),
        );
        ShortMemory::new(ids.0, ids.1, ids.2, Timestamp::from_millis(1))
    }

    #[test]
    fn what_falls_out_is_summed_up() {
        let mut memory = empty();
        let said = [
            (Role::User, "disk on web-1"),
            (Role::Agent, "clean it up"),
            (Role::System, "the run failed"),
            (Role::Agent, "ask somebody"),
            (Role::User, "looking"),
        ];
        let at = |n: usize| Timestamp::from_millis(1_000 * n as i64);
        for (n, (role, text)) in said.into_iter().enumerate() {
            memory.remember(role, text, at(n));
        }
        for n in said.len()..limits::MEMORY_MESSAGES {
            memory.remember(Role::User, "again", at(n));
        }
        assert_eq!(memory.summary, None, "there is room for all");
        memory.remember(Role::User, "again", at(60));
        let first = memory.summary.clone().unwrap();
        assert_eq!(
            (first.messages(), first.since, first.until, first.last_decision),
            (1, at(0), at(0), None)
        );
        for n in 61..64 {
            memory.remember(Role::User, "again", at(n));
        }
        let summary = memory.summary.clone().unwrap();
        assert_eq!((summary.user, summary.agent, summary.system), (1, 2, 1));
        assert_eq!((summary.since, summary.until), (at(0), at(3)));
        assert_eq!(summary.last_decision.as_deref(), Some("ask somebody"));
        assert_eq!(summary.last_run.as_deref(), Some("the run failed"));
        assert_eq!(memory.messages.len(), limits::MEMORY_MESSAGES);
        let read: ShortMemory = serde_json::from_value(serde_json::to_value(&memory).unwrap()).unwrap();
        assert_eq!(read, memory);
    }

    #[test]
    fn what_was_kept_before_there_was_a_summary_is_read() {
        let mut kept = serde_json::to_value(empty()).unwrap();
        assert_eq!(kept.get("summary"), None);
        kept["messages"] = serde_json::json!([{"role": "agent", "content": "x", "at": Timestamp::from_millis(1)}]);
        let read: ShortMemory = serde_json::from_value(kept).unwrap();
        assert_eq!((read.messages.len(), read.summary), (1, None));
    }

    proptest! {
        #[test]
        fn however_much_is_said_nothing_grows_and_everything_is_counted(
            said in prop::collection::vec((0_u8..3, "\\PC{0,30}", 1_usize..200), 0..200),
        ) {
            let mut memory = empty();
            for (n, (role, text, times)) in said.iter().enumerate() {
                let role = [Role::User, Role::Agent, Role::System][usize::from(*role)];
                memory.remember(role, &text.repeat(*times), Timestamp::from_millis(n as i64));
            }
            let summed = memory.summary.as_ref().map_or(0, Summary::messages);
            prop_assert_eq!(summed + memory.messages.len() as u64, said.len() as u64);
            prop_assert!(memory.messages.len() <= limits::MEMORY_MESSAGES);
            if let Some(summary) = &memory.summary {
                let texts = [&summary.last_decision, &summary.last_run];
                let short = |text: &&Option<String>| {
                    text.as_ref().is_none_or(|text| text.len() <= limits::MEMORY_SUMMARY_BYTES)
                };
                prop_assert!(texts.iter().all(short));
                prop_assert!(summary.since <= summary.until);
            }
        }
    }

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
