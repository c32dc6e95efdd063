//! `/approvals`: runs that people have to agree to, with the exact commands, machines and dry run.

pub(super) mod pending;
mod step_up;

use std::sync::Arc;
use std::time::Duration;

use actors::domain::approval::{Approval, ApprovalRefusal, ApprovalStatus, Vote};
use actors::domain::policy::Need;
use actors::domain::runbook::{RenderedAutomation, Risk, RunbookPart, Shelf};
use actors::domain::{ApprovalId, CompanyId, IncidentId, RunId, RunbookId, Timestamp};
use actors::incident::refusal::RunRefusal;
use actors::incident::remedy::Word;
use actors::port::reader::PageRequest;
use actors::port::{Record, RecordKind};
use actors::runtime::CallError;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::openapi::path::Parameter;
use utoipa::{IntoParams, ToSchema};

use super::Edge;
use super::body::SentOrNot;
use super::describe::{self, Description};
use super::newest::newest;
use super::page::{Ask, Asked, Paged, Query};
use super::problem::Problem;
use super::rights::{Approve, May, Read};
use super::runbooks::shelf;
use super::runs::execute::Executing;
use super::runs::{approver, approver_of};
use super::users::works_in;
use step_up::step_up;

/// How long a word may take.
const WITHIN: Duration = Duration::from_secs(15);

/// An approval, as it is shown.
#[derive(Serialize, ToSchema)]
#[schema(as = Approval)]
pub(super) struct ShownApproval {
    approval_id: ApprovalId,
    company_id: CompanyId,
    incident_id: IncidentId,
    run_id: RunId,
    runbook_id: RunbookId,
    runbook: String,
    runbook_version: u32,
    /// What people call the runbook, and what it does; `null` where there is none of this name any more.
    title: Option<String>,
    description: Option<String>,
    parameters: Map<String, Value>,
    /// The registry's word.
    risk_level: Risk,
    status: ApprovalStatus,
    /// Who must agree, and how many.
    need: Need,
    /// The exact command lines; none where an automation is started.
    commands: Vec<String>,
    /// The exact document that is started, and what it is given beside the machines, which go in as `InstanceId`; `null`
    /// where there are command lines.
    automation: Option<RenderedAutomation>,
    /// The exact lines of the health check that follows a run which ends well; `null` where the runbook has none.
    health_check: Option<Vec<String>>,
    /// What prints what they would do, and changes nothing; `null` where the runbook is another by now, or
    /// starts an automation.
    dry_run: Option<Vec<String>>,
    /// The exact machines.
    targets: Vec<String>,
    /// SHA-256 over all of it, in hex.
    hash: String,
    requested_by: String,
    reason: String,
    /// Who has agreed so far, or was against it.
    decided_by: Vec<Vote>,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl ShownApproval {
    fn of(now: Timestamp, shelf: &Shelf, approval: Approval) -> Self {
        let runbook = shelf.find(approval.runbook_id.as_str());
        let dry_run = runbook.and_then(|runbook| runbook.render(RunbookPart::DryRun, &approval.parameters).ok());
        let is_late = approval.status == ApprovalStatus::Pending && now >= approval.expires_at;
        Self {
            status: if is_late {
                ApprovalStatus::Expired
            } else {
                approval.status
            },
            dry_run: dry_run.map(|rendered| rendered.commands),
            approval_id: approval.approval_id,
            company_id: approval.company_id,
            incident_id: approval.incident_id,
            run_id: approval.run_id,
            runbook_id: approval.runbook_id,
            runbook: approval.runbook,
            runbook_version: approval.runbook_version,
            title: runbook.map(|runbook| runbook.title.clone()),
            description: runbook.map(|runbook| runbook.description.clone()),
            health_check: approval.check,
            parameters: approval.parameters,
            risk_level: approval.risk_level,
            need: approval.need,
            commands: approval.commands,
            automation: approval.automation,
            targets: approval.targets,
            hash: approval.hash,
            requested_by: approval.requested_by,
            reason: approval.reason,
            decided_by: approval.decided_by,
            created_at: approval.created_at,
            expires_at: approval.expires_at,
        }
    }
}

/// Which approvals.
#[derive(IntoParams)]
pub(super) struct Filter {
    /// Only those of this status.
    #[param(value_type = Option<ApprovalStatus>)]
    status: Option<ApprovalStatus>,
    /// Only those of this incident.
    #[param(value_type = Option<IncidentId>)]
    incident_id: Option<IncidentId>,
}

impl Ask for Filter {
    fn parameters() -> Vec<Parameter> {
        Self::into_params(|| None)
    }

    fn read(query: &mut Query, _: &Edge) -> Result<Self, Problem> {
        Ok(Self {
            status: query.word("status")?,
            incident_id: query.word("incident_id")?,
        })
    }
}

/// Approvals, newest first. A page may hold fewer than it was asked for.
pub(super) async fn list(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Asked { asked, .. }: Asked<(Filter, PageRequest)>,
) -> Result<Json<Paged<ShownApproval>>, Problem> {
    let (filter, request) = asked;
    let reader = edge.store.reader(may.company());
    let (now, shelf) = (edge.clock.now(), shelf(&edge, &may).await?);
    let of = (RecordKind::Approvals, ApprovalId::PREFIX);
    let found = newest(&*reader, of, request, |record| {
        let shown = ShownApproval::of(now, &shelf, record.read()?);
        let wanted = filter.status.is_none_or(|status| shown.status == status)
            && filter.incident_id.as_ref().is_none_or(|id| shown.incident_id == *id);
        Ok(wanted.then_some(shown))
    });
    Ok(Json(found.await?))
}

/// An approval, with the exact commands, machines and dry run.
pub(super) async fn one(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
) -> Result<Json<ShownApproval>, Problem> {
    let approval = find(&edge, may.company(), &id).await?;
    let (now, shelf) = (edge.clock.now(), shelf(&edge, &may).await?);
    Ok(Json(ShownApproval::of(now, &shelf, approval)))
}

async fn find(edge: &Edge, company: &CompanyId, id: &str) -> Result<Approval, Problem> {
    let id: ApprovalId = id.parse().map_err(|_| Problem::not_found("approval"))?;
    let record: Option<Record> = edge
        .store
        .reader(company)
        .record(RecordKind::Approvals, id.as_str())
        .await?;
    let record = record.ok_or_else(|| Problem::not_found("approval"))?;
    Ok(record.read()?)
}

/// What one agrees to.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ApproveRequest {
    /// The approval's `hash`, as it was seen: refused where it is another's.
    #[serde(default)]
    #[schema(pattern = "^[0-9a-f]{64}$")]
    hash: Option<String>,
    /// A code of one's second factor, or a recovery code: for what is of high risk, where one has a second factor.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    totp: Option<SecretString>,
}

/// What has come of a word.
#[derive(Serialize, ToSchema)]
pub(super) struct Spoken {
    approval: ShownApproval,
    /// The run, where it has begun; its `status` says how it stands, and `why` it was not sent.
    run: Option<Executing>,
}

/// 200 where somebody's consent counts, 202 where a run has begun with it of which nobody knows whether it was sent. Also
/// where it was not: the consent is used all the same, and given again it would be refused.
pub(super) struct Agreed(Spoken);

impl IntoResponse for Agreed {
    fn into_response(self) -> Response {
        let is_open = self.0.run.as_ref().is_some_and(Executing::is_open);
        let status = if is_open { StatusCode::ACCEPTED } else { StatusCode::OK };
        (status, Json(self.0)).into_response()
    }
}

impl describe::Answer for Agreed {
    fn describe(description: &mut Description) {
        <Json<Spoken> as describe::Answer>::describe(description);
        let spoken = description.refer::<Spoken>();
        let what = "The run has begun, and nobody knows whether it was sent";
        description.answers(202, what, Some(("application/json", Some(spoken))));
    }
}

/// Agrees. Where nobody else has to, the run begins. For what is of high risk a person who has a second factor shows a code
/// of it.
pub(super) async fn approve(
    may: May<Approve>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
    SentOrNot(request): SentOrNot<ApproveRequest>,
) -> Result<Agreed, Problem> {
    edge.takes_work(may.company())?;
    let is = approver(&may.caller)?;
    let approval = find(&edge, may.company(), &id).await?;
    let code = request.totp.as_ref().map(ExposeSecret::expose_secret);
    step_up(&edge, &may, (&approval, is), code).await?;
    say(&edge, &may, &id, Word::Approve(request.hash)).await.map(Agreed)
}

/// `{}`, or nothing at all.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RejectRequest {}

/// Refuses. Whoever has asked may, too.
pub(super) async fn reject(
    may: May<Approve>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
    _: SentOrNot<RejectRequest>,
) -> Result<Json<Spoken>, Problem> {
    say(&edge, &may, &id, Word::Reject).await.map(Json)
}

async fn say(edge: &Edge, may: &May<Approve>, id: &str, word: Word) -> Result<Spoken, Problem> {
    let is = approver(&may.caller)?;
    let approval = find(edge, may.company(), id).await?;
    let which = (approval.incident_id.clone(), approval.approval_id.clone());
    let may_still = |vote: &Vote| {
        let voter = vote.by.parse().ok().and_then(|id| edge.accounts.people.user(&id));
        voter.is_some_and(|voter| {
            works_in(&voter.value, may.company()) && approver_of(voter.value.role) >= approval.need.approver
        })
    };
    let votes = approval.decided_by.iter();
    let lapsed: Vec<String> = votes
        .filter(|vote| !may_still(vote))
        .map(|vote| vote.by.clone())
        .collect();
    let by = (may.origin(), is);
    let said = (word, lapsed);
    let decided = edge.runtime.approval(may.company(), which, said, by, WITHIN).await;
    let decided = decided.inspect_err(|error| {
        if let CallError::Run(why) = error {
            may.refused(edge, refused(why));
        }
    })?;
    let run = match decided.begun {
        Some(begun) => Some(Executing::of(begun).await),
        None => None,
    };
    let (now, shelf) = (edge.clock.now(), shelf(edge, may).await?);
    let approval = ShownApproval::of(now, &shelf, decided.approval);
    Ok(Spoken { approval, run })
}

/// Why somebody's word did not count, as it is gathered for the journal.
fn refused(why: &RunRefusal) -> &'static str {
    match why {
        RunRefusal::Approval(ApprovalRefusal::NotEntitled(_)) => "approval.not_entitled",
        RunRefusal::Approval(ApprovalRefusal::Own) => "approval.own",
        RunRefusal::Approval(ApprovalRefusal::Twice) => "approval.twice",
        RunRefusal::Approval(ApprovalRefusal::Otherwise) => "approval.otherwise",
        RunRefusal::Approval(ApprovalRefusal::NotPending(_) | ApprovalRefusal::Expired(_)) => "approval.over",
        RunRefusal::RunbookChanged | RunRefusal::AccountChanged | RunRefusal::Altered(_) => "approval.of_no_use",
        _ => "approval.not_now",
    }
}
