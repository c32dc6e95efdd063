//! Running runbooks: `POST /incidents/{id}/execute-runbook-ssm`, `GET /incidents/{id}/runs`, and the platform's switch
//! that stops all runs, `/system/runs`.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::ids::EntryId;
use actors::domain::policy::Approver;
use actors::domain::run::{Health, Run, RunStatus};
use actors::domain::runbook::{InstanceId, Risk};
use actors::domain::{ApprovalId, CompanyId, Fact, IncidentId, Kpis, RunId, RunbookId, Timestamp};
use actors::incident::remedy::{Begun, Executed, RunAsk};
use actors::port::record::{ALL_RUNS, Content};
use actors::port::{Amended, Amendment, Put, RecordKind};
use actors::runtime::CallError;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::time::timeout;
use utoipa::ToSchema;

use super::Edge;
use super::acts::text;
use super::body::Sent;
use super::caller::{Caller, Who};
use super::describe::{self, Description};
use super::page::Items;
use super::problem::{Code, Problem};
use super::rights::{May, Reaches, Read, Run as ToRun, StopRuns};
use crate::accounts::rights::Role;

/// How long a run may take to begin: the company's machines are looked up first.
const WITHIN: Duration = Duration::from_secs(45);
/// How long the answer to a run that has begun waits for its command's id.
const SENT_WITHIN: Duration = Duration::from_secs(20);
/// How long the switch may take.
const SWITCH_WITHIN: Duration = Duration::from_secs(10);
/// How often the switch is tried where another was first.
const TRIES: usize = 3;

/// What is to be run.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExecuteRequest {
    /// A runbook's id or short name: `disk-cleanup`. It has to be given, under this name or the other.
    #[serde(default)]
    runbook_id: Option<String>,
    /// Another name for `runbook_id`.
    #[serde(default)]
    runbook: Option<String>,
    /// On which of the company's machines; left out, the one that the incident's asset is called.
    #[serde(default)]
    #[schema(max_items = 50)]
    instance_ids: Option<Vec<InstanceId>>,
    /// What is said to the runbook.
    #[serde(default)]
    parameters: Map<String, Value>,
    /// Why, for whoever has to agree.
    #[serde(default)]
    #[schema(max_length = 2000)]
    reason: Option<String>,
}

impl ExecuteRequest {
    /// Which runbook is meant.
    fn runbook(&self) -> Result<String, Problem> {
        match (&self.runbook_id, &self.runbook) {
            (Some(name), None) | (None, Some(name)) => Ok(name.clone()),
            (Some(_), Some(_)) => Err(Problem::invalid(
                "runbook",
                "runbook_id is there too: send one of the two",
            )),
            (None, None) => Err(Problem::invalid("runbook_id", "runbook_id is missing")),
        }
    }
}

/// A run that has begun.
#[derive(Serialize, ToSchema)]
pub(super) struct Executing {
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
    pub(super) async fn of(begun: Begun) -> Self {
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
    pub(super) fn is_open(&self) -> bool {
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
pub(super) struct Pending {
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
pub(super) enum Open {
    /// Somebody has to agree first.
    Pending(Pending),
    /// It has begun, and it is not known whether it was sent.
    Executing(Executing),
}

/// 200 where it was sent, 202 where somebody has to agree first or nobody knows whether it was sent.
pub(super) enum Answered {
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

/// What a caller may agree to.
///
/// # Errors
/// 403 for API keys: only people run things and agree to them.
pub(super) fn approver(caller: &Caller) -> Result<Approver, Problem> {
    match &caller.who {
        Who::Person(visit) => Ok(approver_of(visit.user.role)),
        Who::Key(_) => Err(Problem::new(
            Code::Forbidden,
            "an API key may not run anything: log in as a person",
        )),
    }
}

/// What a role may agree to.
pub(super) fn approver_of(role: Role) -> Approver {
    match role {
        Role::Technician => Approver::Technician,
        Role::CompanyAdmin => Approver::CompanyAdmin,
        Role::MspAdmin => Approver::MspAdmin,
    }
}

/// Runs a runbook on the company's machines by AWS Systems Manager, as far as the policy lets one; otherwise asks those
/// who may agree. 502 where it has begun and was not sent.
pub(super) async fn execute(
    may: May<ToRun>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
    Sent(asked): Sent<ExecuteRequest>,
) -> Result<Answered, Problem> {
    let incident: IncidentId = id.parse().map_err(|_| Problem::not_found("incident"))?;
    edge.takes_work(may.company())?;
    let is = approver(&may.caller)?;
    let runbook = asked.runbook()?;
    let reason = asked.reason.unwrap_or_default();
    if !reason.is_empty() {
        text("reason", &reason, 2_000)?;
    }
    let ask = RunAsk {
        runbook,
        instance_ids: asked.instance_ids,
        parameters: asked.parameters,
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

/// A run, as it is shown.
#[derive(Serialize, ToSchema)]
#[schema(as = Run)]
pub(super) struct ShownRun {
    run_id: RunId,
    incident_id: IncidentId,
    company_id: CompanyId,
    tool: String,
    status: RunStatus,
    /// Where more is known than the status says.
    why: Option<String>,
    command_id: Option<String>,
    runbook_id: RunbookId,
    runbook: String,
    runbook_version: u32,
    risk_level: Risk,
    parameters: Map<String, Value>,
    /// The exact command lines.
    commands: Vec<String>,
    instance_ids: Vec<InstanceId>,
    /// SHA-256 over all of it, in hex.
    hash: String,
    /// Which try to heal the incident with it this is, from 1.
    attempt: u32,
    requested_by: String,
    approval_id: Option<ApprovalId>,
    /// The first 24,000 characters, without what looks like a secret.
    output: Option<String>,
    /// What its health check has shown.
    health: Option<Health>,
    /// The company's figures of 30 days when it was meant.
    kpis_before: Option<Kpis>,
    /// The same once it was known whether it has helped.
    kpis_after: Option<Kpis>,
    started_at: Timestamp,
    ended_at: Option<Timestamp>,
}

impl From<Run> for ShownRun {
    fn from(run: Run) -> Self {
        Self {
            status: run.status(),
            why: run.why().map(str::to_owned),
            hash: run.hash.to_string(),
            instance_ids: run.targets.ids().to_vec(),
            run_id: run.run_id,
            incident_id: run.incident_id,
            company_id: run.company_id,
            tool: run.tool,
            command_id: run.command_id,
            runbook_id: run.runbook_id,
            runbook: run.runbook,
            runbook_version: run.runbook_version,
            risk_level: run.risk_level,
            parameters: run.parameters,
            commands: run.commands,
            attempt: run.attempt,
            requested_by: run.requested_by,
            approval_id: run.approval_id,
            output: run.output,
            health: run.health,
            kpis_before: run.kpis_before,
            kpis_after: run.kpis_after,
            started_at: run.started_at,
            ended_at: run.ended_at,
        }
    }
}

/// The runs of an incident, oldest first.
pub(super) async fn of_incident(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
) -> Result<Json<Items<ShownRun>>, Problem> {
    let id: IncidentId = id.parse().map_err(|_| Problem::not_found("incident"))?;
    let reader = edge.store.reader(may.company());
    let view = reader.incident(&id).await?;
    let view = view.ok_or_else(|| Problem::not_found("incident"))?;
    let mut runs = Vec::new();
    for run in &view.incident.life.runs {
        if let Some(record) = reader.record(RecordKind::Runs, run.as_str()).await? {
            runs.push(ShownRun::from(record.read::<Run>()?));
        }
    }
    Ok(Json(runs.into_iter().collect()))
}

/// Whether all runs are stopped.
#[derive(Serialize, ToSchema)]
pub(super) struct Switch {
    /// Nothing runs, for any company.
    stopped: bool,
    /// Why, and by whom.
    reason: Option<String>,
    stopped_by: Option<String>,
    stopped_at: Option<Timestamp>,
}

/// What the switch is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SetSwitch {
    stopped: bool,
    /// Why.
    #[serde(default)]
    #[schema(max_length = 2000)]
    reason: Option<String>,
}

/// Whether all runs of all companies are stopped.
pub(super) async fn switch(_: Reaches<StopRuns>, State(edge): State<Arc<Edge>>) -> Result<Json<Switch>, Problem> {
    Ok(Json(stored_switch(&edge).await?.0))
}

async fn stored_switch(edge: &Edge) -> Result<(Switch, Option<u64>), Problem> {
    let platform = edge.store.reader(&CompanyId::platform());
    let record = platform.record(RecordKind::Switches, ALL_RUNS).await?;
    let of = |name: &str| -> Option<&Value> { record.as_ref()?.body.get(name).filter(|value| !value.is_null()) };
    let text = |name| of(name).and_then(Value::as_str).map(str::to_owned);
    let switch = Switch {
        stopped: record.is_some(),
        reason: text("reason"),
        stopped_by: text("stopped_by"),
        stopped_at: text("stopped_at").and_then(|at| at.parse().ok()),
    };
    Ok((switch, record.map(|record| record.version)))
}

/// Stops all runs of all companies, or lets them go on: what is not sent yet is not sent, whoever has agreed.
pub(super) async fn set_switch(
    reaches: Reaches<StopRuns>,
    State(edge): State<Arc<Edge>>,
    Sent(wanted): Sent<SetSwitch>,
) -> Result<Json<Switch>, Problem> {
    if let Some(reason) = &wanted.reason {
        text("reason", reason, 2_000)?;
    }
    for _ in 0..TRIES {
        let (now_is, version) = stored_switch(&edge).await?;
        let now = edge.clock.now();
        let by = reaches.caller.origin();
        let put = match (wanted.stopped, version) {
            (false, None) => return Ok(Json(now_is)),
            (false, Some(version)) => Put::remove(RecordKind::Switches, ALL_RUNS.to_owned(), version),
            (true, version) => Put {
                kind: RecordKind::Switches,
                id: ALL_RUNS.to_owned(),
                expect: version,
                to: Some(Content {
                    lookup: None,
                    expires_at: None,
                    body: json!({"reason": wanted.reason, "stopped_by": by.actor, "stopped_at": now}),
                }),
            },
        };
        let id = EntryId::from_uuid(edge.entropy.uuid(now));
        let kind = if wanted.stopped { "runs.stopped" } else { "runs.allowed" };
        let data = json!({"reason": wanted.reason});
        let amendment = Amendment {
            puts: vec![put],
            facts: vec![Fact::from_outside(id, now, kind, "platform", &by, data)],
            ..Amendment::default()
        };
        let platform = CompanyId::platform();
        if edge.runtime.amend(&platform, amendment, SWITCH_WITHIN).await? == Amended::Done {
            return Ok(Json(stored_switch(&edge).await?.0));
        }
    }
    Err(CallError::Overloaded.into())
}
