//! What a decision by a model was made from, word for word: for people who want to know, and to make it again offline.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::alert::{Severity, Signal};
use super::decision::{Budget, IncidentFacts, Limit, ToolCall};
use super::ids::{AlertId, CompanyId, DecisionId, IncidentId, MemoryId, SessionId};
use super::memory::Message;
use super::outcome::Verdict;
use super::runbook::Risk;
use super::talk::{ModelFailure, ModelHealth, Part, Said};
use super::time::Timestamp;

/// An alert as it is quoted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct QuotedAlert {
    /// Its id, by which it may be cited.
    pub alert_id: AlertId,
    /// How grave its sender takes it.
    pub severity: Severity,
    /// Whether it fires.
    pub status: Signal,
    /// On what.
    pub asset_name: String,
    /// What it says: cut, and without what looks like a secret.
    pub message: String,
    /// When it came.
    pub received_at: Timestamp,
}

/// A memory as it is quoted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct QuotedMemory {
    /// Its id, by which it may be cited.
    pub memory_id: MemoryId,
    /// The kind of trouble.
    pub signature: String,
    /// What was done: cut, and without what looks like a secret.
    pub resolution: String,
    /// Whether it has helped.
    pub outcome: Verdict,
    /// By which runbook.
    pub runbook_used: Option<String>,
    /// How far it is believed, 0 to 1.
    pub trust: f64,
}

/// A runbook that may be proposed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct QuotedRunbook {
    /// Its slug.
    pub slug: String,
    /// What it does.
    pub title: String,
    /// How much harm it may do, by the registry.
    pub risk: Risk,
}

/// All that a model is told of an incident, and all that its answer is held against. Texts are cut, and without what
/// looks like a secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Material {
    /// What is known of the incident.
    pub facts: IncidentFacts,
    /// Its conversation so far, oldest first.
    pub messages: Vec<Message>,
    /// What the caller remembers.
    pub memory_context: Map<String, Value>,
    /// Its last alerts, newest first.
    pub alerts: Vec<QuotedAlert>,
    /// What the company has learnt of such trouble, the best first.
    pub memories: Vec<QuotedMemory>,
    /// What may be proposed.
    pub runbooks: Vec<QuotedRunbook>,
    /// What the rules would say.
    pub rules: String,
    /// Tools that may be looked at.
    pub tools: Vec<String>,
    /// Alerts, messages, memories and runbooks for which there was no room.
    #[serde(default)]
    pub left_out: u32,
}

/// One turn with a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Exchange {
    /// What was sent beyond what was said before it, word for word.
    pub sent: Vec<Part>,
    /// Tools that it could call.
    pub offered: Vec<String>,
    /// The one that it had to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub must_call: Option<String>,
    /// The most tokens that it could write.
    pub max_output: u32,
    /// What it said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
    /// Why it said nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<ModelFailure>,
    /// Tokens that it cost, by the provider's count where it has one.
    pub tokens: u32,
}

/// What a tool was asked, and what it answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Look {
    /// The provider's name for the call, by which it may be cited.
    pub call_id: String,
    /// The call.
    pub call: ToolCall,
    /// What it answered, one line of JSON.
    pub answer: String,
    /// Whether it was done.
    pub done: bool,
}

/// What was said with one engine, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Deliberation {
    /// Which engine.
    pub engine: String,
    /// Which model or agent, as its provider calls it.
    pub model: String,
    /// The prompt's name and version.
    pub prompt: String,
    /// Its SHA-256, in hex.
    pub prompt_sha256: String,
    /// What it could spend.
    pub budget: Budget,
    /// What it was told.
    pub material: Material,
    /// Turn by turn.
    pub exchanges: Vec<Exchange>,
    /// What it has looked at, in order.
    pub looks: Vec<Look>,
    /// What it answered; none where it came to nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// Why it came to nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// A model's answer that is as it has to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Answer {
    /// What to do, in one sentence.
    pub recommendation: String,
    /// 0 to 1.
    pub confidence: f64,
    /// Why.
    pub reasoning: String,
    /// What it rests on: ids of alerts, memories and calls that it was shown.
    pub evidence: Vec<Cited>,
    /// What it proposes.
    pub tool_calls: Vec<ToolCall>,
}

/// Something that a model cites.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Cited {
    /// The id of an alert, a memory or a call that it was shown.
    pub id: String,
    /// What it shows.
    pub detail: String,
}

/// Everything that was said with models for one decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Trace {
    /// Tokens that could be spent: the budget's, or what the company or the incident had left.
    pub granted: u32,
    /// Whose tokens they are where they are fewer than the budget's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short_of: Option<Limit>,
    /// Engine by engine, in the order that they were asked in.
    pub deliberations: Vec<Deliberation>,
}

impl Trace {
    /// Whether a model was not heard to its end because the process is going down.
    pub fn was_cut_short(&self) -> bool {
        let mut exchanges = self
            .deliberations
            .iter()
            .flat_map(|deliberation| &deliberation.exchanges);
        exchanges.any(|exchange| {
            let failed = exchange.failed.as_ref();
            failed.is_some_and(|failed| failed.health == ModelHealth::Unheard)
        })
    }
}

/// A trace as it is kept and shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct KeptTrace {
    /// Of which decision.
    pub decision_id: DecisionId,
    /// About what.
    pub incident_id: IncidentId,
    /// Whose.
    pub company_id: CompanyId,
    /// In which session.
    pub session_id: SessionId,
    /// When it was made.
    pub created_at: Timestamp,
    /// What was said.
    #[serde(flatten)]
    pub trace: Trace,
}
