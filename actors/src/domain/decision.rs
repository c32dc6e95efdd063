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
    /// `rule`, `incident`, `short_memory` or `memory_context`.
    pub kind: String,
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
    /// Which engine made it: `rules`.
    pub engine: String,
    /// Who asked: `incident`, or a principal.
    pub requested_by: String,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// What it might have spent.
    pub budget: Budget,
}

/// What is known of the incident to be decided: its row, or the caller's `incident_data`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
