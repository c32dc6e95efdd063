//! What is said between us and a language model, or a remote agent: kept word for word with the decision.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::decision::Limit;

/// Why nothing was heard to its end where the process is going down.
pub const GOING_DOWN: &str = "the server is going down";

/// A part of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", tag = "from", content = "what")]
pub enum Part {
    /// What we want, in our own words: never text from outside.
    Instructions(Cow<'static, str>),
    /// What is to be decided: quoted data, behind the wall.
    Material(String),
    /// What the model has said.
    Said(Said),
    /// What the tools that it called have answered.
    Results(Vec<ToolResult>),
    /// What was wrong with its answer.
    Correction(String),
}

/// A tool that a model may call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Offer {
    /// Its name, of `[a-z0-9_]`.
    pub name: String,
    /// What it does.
    pub description: String,
    /// The JSON Schema of what it takes.
    pub schema: Value,
}

/// A call that a model asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Asked {
    /// The provider's name for the call.
    pub id: String,
    /// Which tool, as it was offered.
    pub name: String,
    /// Its input, unchecked.
    pub arguments: Value,
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ToolResult {
    /// The call.
    pub call: Asked,
    /// What was answered: data, one line of JSON.
    pub answer: String,
    /// Whether it was done.
    pub done: bool,
}

/// Tokens by the provider's own count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Usage {
    /// Read.
    pub input: u32,
    /// Written, what was only thought included.
    pub output: u32,
}

impl Usage {
    /// Both.
    pub fn total(self) -> u32 {
        self.input.saturating_add(self.output)
    }
}

/// What a model says in one turn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Said {
    /// Its words.
    pub text: String,
    /// The tools that it asks for.
    pub calls: Vec<Asked>,
    /// What it cost; none where the provider does not say.
    pub usage: Option<Usage>,
    /// What only its adapter understands, for the next turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opaque: Option<Value>,
}

/// A turn that came to nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error, utoipa::ToSchema)]
#[error("{why}")]
pub struct ModelFailure {
    /// What it says of the provider's health.
    pub health: ModelHealth,
    /// Why, without a secret and without what was sent.
    pub why: String,
    /// What it has cost, where that is known.
    pub usage: Option<Usage>,
}

/// What a failure says of the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModelHealth {
    /// It answers, and refuses this, or more than it may.
    Well,
    /// It does not answer, not sensibly, or wants to be asked less.
    Ill,
    /// It did not answer in time.
    Late,
    /// Nobody waited for its end.
    Unheard,
}

impl ModelFailure {
    /// The provider is away, ill or overloaded.
    pub fn ill(why: impl Into<String>) -> Self {
        Self {
            health: ModelHealth::Ill,
            why: why.into(),
            usage: None,
        }
    }

    /// The provider has not answered in time.
    pub fn late() -> Self {
        Self {
            health: ModelHealth::Late,
            why: Limit::Time.to_string(),
            usage: None,
        }
    }

    /// There was no time to hear the provider out: the process is going down.
    pub fn cut_short() -> Self {
        Self {
            health: ModelHealth::Unheard,
            why: GOING_DOWN.to_owned(),
            usage: None,
        }
    }

    /// The provider has refused what was asked.
    pub fn refused(why: impl Into<String>) -> Self {
        Self {
            health: ModelHealth::Well,
            why: why.into(),
            usage: None,
        }
    }

    /// The same, with what it has cost.
    #[must_use]
    pub fn after(self, usage: Option<Usage>) -> Self {
        Self { usage, ..self }
    }
}
