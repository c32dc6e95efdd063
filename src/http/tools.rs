//! `GET /api/agent/tools`: the tools that there are.

use std::sync::Arc;

use actors::domain::runbook::Risk;
use actors::tool::registry::{self, Needs};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Edge;
use super::page::Items;
use super::problem::Problem;
use super::rights::{May, Read};

/// A tool.
#[derive(Serialize, ToSchema)]
pub(super) struct Tool {
    name: &'static str,
    version: &'static str,
    description: &'static str,
    /// The JSON Schema (2020-12) of what it takes.
    input_schema: Value,
    /// That of what it gives.
    output_schema: Value,
    /// How much harm a call may do; a run's is its runbook's.
    risk: Risk,
    /// How long a call may take.
    timeout_seconds: u64,
    /// Whether a second call does no harm that the first has not done.
    idempotent: bool,
    /// Whether what it needs is there: the company's AWS account, for some, and that it is built.
    available: bool,
}

/// The tools that decisions may name. A model looks at those that only read; those that act it proposes, and people do
/// the same by endpoints of their own.
pub(super) async fn list(may: May<Read>, State(edge): State<Arc<Edge>>) -> Result<Json<Items<Tool>>, Problem> {
    let connected = edge.company(may.company())?.aws.is_some();
    let tools = registry::tools().iter().cloned().map(|tool| Tool {
        name: tool.name,
        version: tool.version,
        description: tool.description,
        input_schema: tool.input_schema,
        output_schema: tool.output_schema,
        risk: tool.risk,
        timeout_seconds: tool.timeout.as_secs(),
        idempotent: tool.idempotent,
        available: match tool.needs {
            Needs::Nothing => true,
            Needs::Cloud => connected,
        },
    });
    Ok(Json(tools.collect()))
}
