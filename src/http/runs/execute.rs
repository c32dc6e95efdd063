//! `POST /incidents/{id}/execute-runbook-ssm`: what is to be run, and what has come of it.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::policy::Approver;
use actors::domain::run::RunStatus;
use actors::domain::runbook::{InstanceId, Risk};
use actors::domain::{ApprovalId, IncidentId, RunId, Timestamp};
use actors::incident::remedy::{Begun, Executed, RunAsk, Wanted};
use actors::tool::input::check_commands;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::time::timeout;
use utoipa::ToSchema;

use super::approver;
use crate::http::Edge;
use crate::http::acts::text;
use crate::http::body::Sent;
use crate::http::describe::{self, Description};
use crate::http::problem::{Code, Problem};
use crate::http::rights::{May, Run as ToRun};

/// How long a run may take to begin: the company's machines are looked up first.
const WITHIN: Duration = Duration::from_secs(45);
/// How long the answer to a run that has begun waits for its command's id.
const SENT_WITHIN: Duration = Duration::from_secs(20);
/// How long commands without a runbook may take where nothing is said.
const FREE_SECONDS: u32 = 300;

/// What is to be run.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ExecuteRequest {
    /// A runbook's id or short name: `disk-cleanup`. Without it, under this name or the other, there have to be commands.
    #[serde(default)]
    runbook_id: Option<String>,
    /// Another name for `runbook_id`.
    #[serde(default)]
    runbook: Option<String>,
    /// On which of the company's machines; left out, the one that the incident's asset is called.
    #[serde(default)]
    #[schema(max_items = 50)]
    instance_ids: Option<Vec<InstanceId>>,
    /// The lines that the runbook comes to, which are compared; or lines without a runbook, where `policy.free_commands`
    /// allows them: always of high risk.
    #[serde(default)]
    commands: Option<Vec<String>>,
    /// How long commands without a runbook may take on a machine, in seconds: 300 where it is left out.
    #[serde(default)]
    #[schema(minimum = 30, maximum = 172_800)]
    timeout_seconds: Option<u32>,
    /// What is said to the runbook.
    #[serde(default)]
    parameters: Map<String, Value>,
    /// Why, for whoever has to agree.
    #[serde(default)]
    #[schema(max_length = 2000)]
    reason: Option<String>,
}

impl ExecuteRequest {
    /// What is meant.
    fn what(self) -> Result<Wanted, Problem> {
        let timeout_seconds = self.timeout_seconds.unwrap_or(FREE_SECONDS);
        if let Some(lines) = &self.commands {
            check_commands(lines, timeout_seconds).map_err(|(field, rule)| Problem::invalid(field, rule))?;
        }
        let (parameters, commands) = (self.parameters, self.commands);
        let name = match (self.runbook_id, self.runbook) {
            (Some(_), Some(_)) => {
                let detail = "runbook_id is there too: send one of the two";
                return Err(Problem::invalid("runbook", detail));
            }
            (Some(name), None) | (None, Some(name)) => name,
            (None, None) => {
                return match commands {
                    Some(_) if !parameters.is_empty() => Err(Problem::invalid(
                        "parameters",
                        "are a runbook's: leave them out, or name one in runbook_id",
                    )),
                    Some(lines) => Ok(Wanted::Commands { lines, timeout_seconds }),
                    None => Err(Problem::invalid("runbook_id", "name a runbook, or send commands")),
                };
            }
        };
        match self.timeout_seconds {
            Some(_) => Err(Problem::invalid(
                "timeout_seconds",
                "is for commands without a runbook: a runbook has its own",
            )),
            None => Ok(Wanted::Runbook {
                name,
                parameters,
                commands,
            }),
        }
    }
}

/// A run that has begun.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Executing {
    message: &'static str,
    run_id: RunId,
    /// SSM's name for it; `null` where it is not known, or it was never sent.
    command_id: Option<String>,
    incident_id: IncidentId,
    status: RunStatus,
    instance_ids: Vec<InstanceId>,
    risk_level: Risk,
    /// `not_required` where the policy asks nobody else, `consumed` where people have agreed.
    approval_status: &'static str,
    /// Where it was not sent: why.
    why: Option<String>,
}

impl Executing {
    pub(in crate::http) async fn of(begun: Begun) -> Self {
        let run = match timeout(SENT_WITHIN, begun.sent).await {
            Ok(Ok(run)) => run,
            _ => begun.run,
        };
        let message = match (run.status(), run.why()) {
            (RunStatus::Intended, _) => "Begun; not known to be sent yet",
            (RunStatus::Sent, _) => "Sent",
            (RunStatus::Succeeded, _) => "Executed",
            (RunStatus::Failed, Some(_)) => "Not sent",
            (RunStatus::Failed, None) => "Executed, and something did not go well",
            (RunStatus::UnknownOutcome, _) => "Nobody knows whether it was executed",
        };
        Self {
            message,
            status: run.status(),
            why: run.why().map(str::to_owned),
            run_id: run.run_id,
            command_id: run.command_id,
            incident_id: run.incident_id,
            instance_ids: run.targets.ids().to_vec(),
            risk_level: run.risk_level,
            approval_status: match run.approval_id {
                Some(_) => "consumed",
                None => "not_required",
            },
        }
    }

    /// Whether nobody knows that it was sent, or that it was not: it may be on its way, or its outcome is unknown.
    pub(in crate::http) fn is_open(&self) -> bool {
        matches!(self.status, RunStatus::Intended | RunStatus::UnknownOutcome)
    }

    /// Where it was never sent: that, and why.
    fn not_sent(&self) -> Option<Problem> {
        let why = self.why.as_ref().filter(|_| self.status == RunStatus::Failed)?;
        let (run, incident) = (&self.run_id, &self.incident_id);
        let detail = format!("{run} was not sent: {why}. It stands in /api/incidents/{incident}/runs");
        Some(Problem::new(Code::RunNotSent, detail))
    }
}

/// A run that somebody has to agree to.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Pending {
    message: &'static str,
    approval_request_id: ApprovalId,
    risk_level: Risk,
    /// `pending_approval`.
    status: &'static str,
    /// The least that one must be to agree.
    required_role: Approver,
    /// How many must.
    approvals: u32,
    expires_at: Timestamp,
}

/// What is not done yet.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = RunAccepted)]
pub(in crate::http) enum Open {
    /// Somebody has to agree first.
    Pending(Pending),
    /// It has begun, and it is not known whether it was sent.
    Executing(Executing),
}

/// 200 where it was sent, 202 where somebody has to agree first or nobody knows whether it was sent.
pub(in crate::http) enum Answered {
    Sent(Executing),
    Open(Open),
}

impl IntoResponse for Answered {
    fn into_response(self) -> Response {
        match self {
            Self::Sent(executing) => Json(executing).into_response(),
            Self::Open(open) => (StatusCode::ACCEPTED, Json(open)).into_response(),
        }
    }
}

impl describe::Answer for Answered {
    fn describe(description: &mut Description) {
        <Json<Executing> as describe::Answer>::describe(description);
        let open = description.refer::<Open>();
        let what = "Somebody has to agree first; or it has begun, and nobody knows whether it was sent";
        description.answers(202, what, Some(("application/json", Some(open))));
        description.refuses(&[404, 409, 502]);
    }
}

/// Runs a runbook on the company's machines by AWS Systems Manager, as far as the policy lets one; otherwise asks those
/// who may agree. 502 where it has begun and was not sent.
pub(in crate::http) async fn execute(
    may: May<ToRun>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
    Sent(asked): Sent<ExecuteRequest>,
) -> Result<Answered, Problem> {
    let incident: IncidentId = id.parse().map_err(|_| Problem::not_found("incident"))?;
    edge.takes_work(may.company())?;
    let is = approver(&may.caller)?;
    let (instance_ids, reason) = (asked.instance_ids.clone(), asked.reason.clone().unwrap_or_default());
    if !reason.is_empty() {
        text("reason", &reason, 2_000)?;
    }
    let what = asked.what()?;
    let ask = RunAsk {
        what,
        instance_ids,
        reason,
    };
    let by = (may.origin(), is);
    let executed = edge.runtime.execute(may.company(), incident, ask, by, WITHIN).await?;
    match executed {
        Executed::Begun(begun) => {
            let executing = Executing::of(begun).await;
            match executing.not_sent() {
                Some(problem) => Err(problem),
                None if executing.is_open() => Ok(Answered::Open(Open::Executing(executing))),
                None => Ok(Answered::Sent(executing)),
            }
        }
        Executed::Asked(approval) => Ok(Answered::Open(Open::Pending(Pending {
            message: "Asked for consent",
            approval_request_id: approval.approval_id,
            risk_level: approval.risk_level,
            status: "pending_approval",
            required_role: approval.need.approver,
            approvals: approval.need.approvals,
            expires_at: approval.expires_at,
        }))),
    }
}
