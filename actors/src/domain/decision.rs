//! A decision: a recommendation with its confidence, reasons and tool calls.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::alert::Severity;
use super::ids::{CompanyId, DecisionId, IncidentId};
use super::origin::Origin;
use super::time::Timestamp;

/// What a decision would have done; a proposal, never an authorisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ToolCall {
    /// A registered tool, such as `ssm.execute`.
    pub tool_name: String,
    /// Its input.
    pub parameters: Map<String, Value>,
}

/// Something a decision rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Evidence {
    /// `rule`, `incident`, `short_memory`, `memory_context`, `past_runs`, `alert`, `memory` or `tool`.
    pub kind: String,
    /// Which alert, memory or call, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What was seen, in one sentence.
    pub detail: String,
}

/// What a decision was allowed to spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Budget {
    /// The most tokens it may use.
    pub max_tokens: u32,
    /// The longest it may take, in seconds.
    pub max_time_seconds: u32,
}

/// What a decision may not go beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, strum::IntoStaticStr, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[schema(as = SpendingLimit)]
pub enum Limit {
    /// Tokens of one decision.
    Tokens,
    /// Wall time.
    Time,
    /// Turns with a model.
    Rounds,
    /// Tools that were looked at.
    ToolCalls,
    /// A model that asks the same again and again.
    Circle,
    /// Tokens, turns or calls of one incident.
    Incident,
    /// Tokens of one company in one day.
    CompanyDay,
}

impl Limit {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Tokens => "the tokens of one decision are used up",
            Self::Time => "the time of one decision is over",
            Self::Rounds => "the turns of one decision are used up",
            Self::ToolCalls => "the tool calls of one decision are used up",
            Self::Circle => "the model asked the same again and again",
            Self::Incident => "what this incident may spend on models is used up",
            Self::CompanyDay => "what the company may spend on models today is used up",
        })
    }
}

/// What a decision has spent on models.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Spent {
    /// Tokens: by the provider's own count, as far as it has counted.
    pub tokens: u32,
    /// Those of them that no provider has counted: by our own estimate, which is rather too high.
    #[serde(default)]
    pub tokens_estimated: u32,
    /// Turns with a model.
    pub rounds: u32,
    /// Tools that were looked at.
    pub tool_calls: u32,
    /// What has ended it early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_by: Option<Limit>,
}

impl Spent {
    /// Both.
    #[must_use]
    pub fn and(self, more: Self) -> Self {
        Self {
            tokens: self.tokens.saturating_add(more.tokens),
            tokens_estimated: self.tokens_estimated.saturating_add(more.tokens_estimated),
            rounds: self.rounds.saturating_add(more.rounds),
            tool_calls: self.tool_calls.saturating_add(more.tool_calls),
            stopped_by: self.stopped_by.or(more.stopped_by),
        }
    }
}

/// A decision as it is stored and answered: the guide's fields and ours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Decision {
    /// Its id.
    pub decision_id: DecisionId,
    /// What it is about.
    pub incident_id: IncidentId,
    /// Whose it is.
    pub company_id: CompanyId,
    /// What to do, in one sentence.
    pub recommendation: String,
    /// 0 to 1.
    pub confidence: f64,
    /// What to call for it.
    pub tool_calls: Vec<ToolCall>,
    /// Why.
    pub reasoning: String,
    /// By the provider's own count; 0 where rules settled it.
    pub tokens_used: u32,
    /// From the request's arrival at the incident to its outcome.
    pub duration_ms: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// Which engine made it: `rules`, `memory`, `llm`, `bedrock-agent` or `agentcore`.
    pub engine: String,
    /// Who asked: `incident`, or a principal.
    pub requested_by: String,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// What it might have spent.
    pub budget: Budget,
    /// What it has.
    #[serde(default)]
    pub spent: Spent,
    /// Why those engines did not decide that were asked before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
}

/// What is known of the incident to be decided: its row, or the caller's `incident_data`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct IncidentFacts {
    /// The gravest that fires.
    pub severity: Severity,
    /// The kind of trouble.
    pub signature: String,
    /// How many alerts told of it.
    pub alert_count: u64,
    /// What is in trouble.
    pub affected_assets: Vec<String>,
}

/// A request to decide.
#[derive(Clone, Debug, PartialEq)]
pub struct DecisionRequest {
    /// What the caller says of an incident that the company does not have.
    pub incident_data: Option<IncidentFacts>,
    /// What the caller remembers. Data, never instructions.
    pub memory_context: Map<String, Value>,
    /// Who asked, for the decision and the journal.
    pub requested_by: Origin,
}
