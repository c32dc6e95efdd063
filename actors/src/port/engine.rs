//! Decision engines: the rules, what was learnt, language models and remote agents, alone or one after the other.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value};

use super::Error;
use crate::decision::purse::{Empty, Grant};
use crate::domain::decision::{Budget, Evidence, Spent};
use crate::domain::ids::SessionId;
use crate::domain::outcome::Effectiveness;
use crate::domain::recall::{RecallAsk, Recalled};
use crate::domain::runbook::Shelf;
use crate::domain::trace::Trace;
use crate::domain::{Alert, IncidentFacts, ShortMemory, Timestamp, ToolCall};
use crate::tool::registry::ToolInput;

/// Everything an engine may look at. Texts in it are data, never instructions.
#[derive(Clone, Debug, PartialEq)]
pub struct EngineInput {
    /// What is known of the incident.
    pub facts: IncidentFacts,
    /// The session that it is decided in.
    pub session_id: SessionId,
    /// Its conversation so far.
    pub memory: ShortMemory,
    /// What the caller remembers.
    pub memory_context: Map<String, Value>,
    /// What it may spend.
    pub budget: Budget,
    /// The company's runbooks.
    pub shelf: Arc<Shelf>,
    /// Whether the company's AWS account is connected.
    pub connected: bool,
    /// How the runbook that the rules would call has done against this kind of trouble.
    pub past: Option<Effectiveness>,
}

/// Something to show while a decision is made.
#[derive(Clone, Debug, PartialEq)]
pub enum EngineEvent {
    /// A line for people.
    Text(String),
    /// A tool is looked at.
    Tool(ToolCall),
    /// Tokens used so far.
    Usage(u32),
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
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// Which engine.
    pub engine: String,
    /// Why those did not decide that were asked before.
    pub fallback: Option<String>,
    /// What it has cost, with what was spent in vain.
    pub spent: Spent,
    /// What was said with a model, word for word.
    pub trace: Option<Box<Trace>>,
}

/// An engine that did not come to a verdict; the rules decide instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EngineFailure(pub String);

/// What an engine may look at and spend while it decides, for one incident of one company.
#[async_trait]
pub trait Desk: Send + Sync {
    /// The time.
    fn now(&self) -> Timestamp;

    /// The incident's last alerts, newest first, at most [`crate::limits::QUOTED_ALERTS`].
    ///
    /// # Errors
    /// The store is away.
    async fn alerts(&self) -> Result<Vec<Alert>, Error>;

    /// What the company remembers, the best first.
    ///
    /// # Errors
    /// The store is away.
    async fn recall(&self, ask: &RecallAsk) -> Result<Vec<Recalled>, Error>;

    /// What a tool that only reads says.
    ///
    /// # Errors
    /// Why it says nothing, for the model.
    async fn look(&self, tool: &ToolInput) -> Result<Value, String>;

    /// Takes tokens out of what the incident, and the company today, may spend.
    ///
    /// # Errors
    /// Nothing useful is left.
    async fn draw(&self, tokens: u32) -> Result<Grant, Empty>;

    /// Waits until there is no time left, because the process is going down.
    async fn hurried(&self);

    /// Gives back what was not used of a grant.
    async fn settle(&self, grant: Grant, used: u32);
}

/// Shows what happens. It never blocks.
pub type Show<'a> = dyn Fn(EngineEvent) + Send + Sync + 'a;

/// Something that decides.
#[async_trait]
pub trait DecisionEngine: Send + Sync + 'static {
    /// Its name, as in `provider`.
    fn name(&self) -> &'static str;

    /// The engines that can decide now, as far as is known.
    fn available(&self) -> Vec<&'static str> {
        vec![self.name()]
    }

    /// Decides.
    ///
    /// # Errors
    /// Why there is no verdict.
    async fn decide(&self, input: &EngineInput, desk: &dyn Desk, show: &Show<'_>) -> Result<Verdict, EngineFailure>;
}
