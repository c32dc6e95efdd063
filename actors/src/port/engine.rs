//! Decision engines: rules first, later language models and remote agents.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::domain::decision::{Budget, Evidence};
use crate::domain::outcome::Effectiveness;
use crate::domain::runbook::Shelf;
use crate::domain::{IncidentFacts, ShortMemory, ToolCall};

/// Everything an engine may look at. Texts in it are data, never instructions.
#[derive(Clone, Debug, PartialEq)]
pub struct EngineInput {
    /// What is known of the incident.
    pub facts: IncidentFacts,
    /// Its conversation so far.
    pub memory: ShortMemory,
    /// What the caller remembers.
    pub memory_context: Map<String, Value>,
    /// What it may spend.
    pub budget: Budget,
    /// The company's runbooks.
    pub shelf: Arc<Shelf>,
    /// How the runbook that the rules would call has done against this kind of trouble.
    pub past: Option<Effectiveness>,
}

/// Something to show while a decision is made.
#[derive(Clone, Debug, PartialEq)]
pub enum EngineEvent {
    /// A line for people.
    Text(String),
}

/// An engine's outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// What to do.
    pub recommendation: String,
    /// 0 to 1.
    pub confidence: f64,
    /// What to call for it.
    pub tool_calls: Vec<ToolCall>,
    /// Why.
    pub reasoning: String,
    /// By the provider's own count.
    pub tokens_used: u32,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// Which engine.
    pub engine: String,
}

/// An engine that did not come to a verdict; the rules decide instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EngineFailure(pub String);

/// Something that decides.
#[async_trait]
pub trait DecisionEngine: Send + Sync + 'static {
    /// Its name, as in `engine` and `providers_available`.
    fn name(&self) -> &'static str;

    /// Decides. `show` takes lines for people as they come; it never blocks.
    ///
    /// # Errors
    /// Why there is no verdict.
    async fn decide(
        &self,
        input: EngineInput,
        show: &(dyn for<'a> Fn(EngineEvent) + Send + Sync),
    ) -> Result<Verdict, EngineFailure>;
}
