//! Language models and remote agents: each is asked for one turn of a conversation at a time. What goes on between the
//! turns (budgets, tools, what an answer must be) is [`crate::decision::deliberation`]'s, the same for all of them.

use async_trait::async_trait;

use crate::domain::talk::{ModelFailure, Offer, Part, Said, Usage};

/// One turn to be taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn<'a> {
    /// The incident's session, of at least 33 characters: a remote agent's conversation.
    pub session: &'a str,
    /// What was said so far.
    pub messages: &'a [Part],
    /// What may be called.
    pub offers: &'a [&'a Offer],
    /// The one of them that has to be called, where there is no room for another turn.
    pub must_call: Option<&'a str>,
    /// The most tokens it may write.
    pub max_output: u32,
}

/// What is heard while a model speaks.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard<'a> {
    /// It was taken up: from here on it may be billed, however it ends.
    Begun,
    /// Some of its words.
    Text(&'a str),
    /// What it has cost so far.
    Usage(Usage),
    /// What it has cost when it was heard first: for who only hears it again.
    Booked(u32),
    /// Bytes that were received and not shown, so that one who never stops is noticed.
    Bytes(usize),
}

/// A listener. It never blocks; `false` says that enough was heard, and the turn is to end.
pub type Listener<'a> = dyn Fn(Heard<'_>) -> bool + Send + Sync + 'a;

/// A language model, or a remote agent.
#[async_trait]
pub trait Model: Send + Sync + 'static {
    /// Its name as an engine: `llm`, `bedrock-agent`, `agentcore`.
    fn name(&self) -> &'static str;

    /// Which model or agent, as its provider calls it.
    fn id(&self) -> &str;

    /// Whether it is an agent, that asks models of its own with prompts of its own: what it counts may be far more than
    /// was said to it.
    fn is_agent(&self) -> bool {
        false
    }

    /// Takes one turn. Dropped, it asks for nothing more.
    ///
    /// # Errors
    /// Why nothing was said.
    async fn turn(&self, turn: Turn<'_>, hear: &Listener<'_>) -> Result<Said, ModelFailure>;
}
