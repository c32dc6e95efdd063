//! Runs: `GET /incidents/{id}/runs`, and who has a say in them.
//!
//! Code map: `execute` begins them, `stop` ends them early, `switch` stops them all.

pub(super) mod execute;
pub(super) mod stop;
pub(super) mod switch;

use std::sync::Arc;

use actors::domain::policy::Approver;
use actors::domain::run::{Health, Run, RunStatus};
use actors::domain::runbook::{InstanceId, RenderedAutomation, Risk};
use actors::domain::{ApprovalId, CompanyId, IncidentId, Kpis, RunId, RunbookId, Timestamp};
use actors::port::RecordKind;
use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Edge;
use super::caller::{Caller, Who};
use super::page::Items;
use super::problem::{Code, Problem};
use super::rights::{May, Read};
use crate::accounts::rights::Role;

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
    /// SSM's name for its command, or for its automation's execution.
    command_id: Option<String>,
    /// Other commands that bear its name: it was carried out more than once.
    other_command_ids: Vec<String>,
    /// When it should be over at the latest, once it was sent; what is late is waited for, and can be given up.
    expected_by: Option<Timestamp>,
    /// Who wanted it ended early.
    cancelled_by: Option<String>,
    runbook_id: RunbookId,
    runbook: String,
    runbook_version: u32,
    risk_level: Risk,
    parameters: Map<String, Value>,
    /// The exact command lines; none where an automation is started.
    commands: Vec<String>,
    /// The exact document that is started, and what it is given beside the machines, which go in as `InstanceId`; `null`
    /// where there are command lines.
    automation: Option<RenderedAutomation>,
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
            expected_by: run.expected_by(),
            hash: run.hash.to_string(),
            instance_ids: run.targets.ids().to_vec(),
            run_id: run.run_id,
            incident_id: run.incident_id,
            company_id: run.company_id,
            tool: run.tool,
            command_id: run.command_id,
            other_command_ids: run.other_command_ids,
            cancelled_by: run.cancelled_by,
            runbook_id: run.runbook_id,
            runbook: run.runbook,
            runbook_version: run.runbook_version,
            risk_level: run.risk_level,
            parameters: run.parameters,
            commands: run.commands,
            automation: run.automation,
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
