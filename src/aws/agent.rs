//! Remote agents that decide (`AGENT_MODE=remote`): a Bedrock agent, or an agent on AgentCore Runtime. They are the
//! platform's, and are asked as who we are ourselves; no company's role is used for them.
//!
//! One attempt each: a second one would cost as much as the first, and the rules stand by.

pub mod arn;
pub mod bedrock;
pub mod runtime;

use actors::breaker::Health;
use actors::domain::redact::redact;
use actors::domain::talk::{ModelFailure, ModelHealth, Usage};

use super::fault::Fate;

/// What a request that did not succeed says of its service; not a word of what was sent.
fn failure(fate: &Fate) -> ModelFailure {
    let health = match fate.health() {
        Health::Well => ModelHealth::Well,
        Health::Ill | Health::Unheard => ModelHealth::Ill,
    };
    // What AWS says besides is for who runs the platform: it may name us, and a decision is for its company.
    let (why, said, usage) = match fate {
        Fate::Unbuilt(said) => ("the request could not be made".to_owned(), said, Some(Usage::default())),
        Fate::Unopened(said) => (
            "the service could not be reached".to_owned(),
            said,
            Some(Usage::default()),
        ),
        Fate::Refused(_, said) | Fate::Failed(said) => {
            let code = said.split(": ").next().unwrap_or_default();
            (format!("the service answered {code}"), said, Some(Usage::default()))
        }
        Fate::Lost(said) => ("the service did not answer".to_owned(), said, None),
    };
    tracing::warn!(said = %redact(said), "a remote agent could not be asked");
    ModelFailure { health, why, usage }
}
