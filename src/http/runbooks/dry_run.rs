//! What a run would do: its exact commands, its machines, and what the policy asks for. Nothing is sent.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::ids::RunbookId;
use actors::domain::policy::Need;
use actors::domain::runbook::render::RenderError;
use actors::domain::runbook::{InstanceId, PlannedRun, Platform, Risk, RunHash, Runbook, RunbookPart, Targets};
use actors::port::cloud::{CloudError, Instance, PingStatus};
use actors::tool::{SSM_EXECUTE, SSM_EXECUTE_VERSION};
use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::time::timeout;
use utoipa::ToSchema;

use super::{shelf, unknown};
use crate::http::Edge;
use crate::http::body::SentOrNot;
use crate::http::problem::{Code, Problem};
use crate::http::rights::{Act, May};

/// How long the inventory may take.
const WITHIN: Duration = Duration::from_secs(15);

/// What is asked to be run.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DryRunRequest)]
pub(in crate::http) struct Request {
    /// On which machines.
    #[serde(default)]
    instance_ids: Option<Vec<String>>,
    /// Or on the machine of an asset: the one that calls itself so, or has this address.
    #[serde(default)]
    asset_name: Option<String>,
    /// What is said to the runbook.
    #[serde(default)]
    parameters: Map<String, Value>,
}

/// A machine of a run.
#[derive(Serialize, ToSchema)]
#[schema(as = DryRunTarget)]
struct Target {
    instance_id: String,
    /// What it calls itself.
    name: Option<String>,
    /// Which system it has, in SSM's words.
    platform: String,
    /// Whether SSM hears of it now.
    online: bool,
}

/// What a run would do.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct DryRun {
    runbook_id: RunbookId,
    slug: String,
    version: u32,
    risk: Risk,
    /// What the company's policy asks for before it runs; `null` while nothing may run.
    needs: Option<Need>,
    /// The exact lines of a run.
    commands: Vec<String>,
    /// The exact lines that print on a machine what a run would do there, and change nothing.
    dry_run_commands: Vec<String>,
    /// How long a run may take.
    timeout_seconds: u32,
    /// Whether the company is connected to its AWS account.
    connected: bool,
    /// On which of its machines.
    targets: Vec<Target>,
    /// What an approval of this run would be bound to; `null` without machines.
    hash: Option<RunHash>,
    /// What is missing before it could run; `null` where nothing is.
    missing: Option<String>,
}

/// `POST dry-run {instance_ids? | asset_name?, parameters?}`: renders a run, and executes nothing.
pub(in crate::http) async fn dry_run(
    may: May<Act>,
    State(edge): State<Arc<Edge>>,
    Path(name): Path<String>,
    SentOrNot(asked): SentOrNot<Request>,
) -> Result<Json<DryRun>, Problem> {
    let shelf = shelf(&edge, &may).await?;
    let runbook = shelf.find(&name).ok_or_else(unknown)?;
    let run = runbook.render(RunbookPart::Run, &asked.parameters)?;
    let beforehand = runbook.render(RunbookPart::DryRun, &asked.parameters)?;
    let wanted = wanted(&asked, runbook)?;
    let company = edge.company(may.company())?;
    let known = match &company.aws {
        None => None,
        Some(_) if wanted.is_none() => Some(Vec::new()),
        Some(_) => known(&edge, &may).await?,
    };
    let connected = known.is_some();
    let targets = match (known, wanted) {
        (Some(known), Some(wanted)) => Some(wanted.among(known, runbook)?),
        _ => None,
    };
    let missing = match (&targets, company.policy.stopped) {
        _ if !connected => Some(format!(
            "the company is not connected to AWS, so nothing can run: make a role as /api/companies/{0}/aws-role \
             shows, and name it with PUT /api/companies/{0}/aws",
            may.company()
        )),
        (None, _) => Some("no machine is named: send instance_ids or asset_name".to_owned()),
        (Some(_), true) => Some("the company's policy lets nothing run (`stopped`)".to_owned()),
        (Some(_), false) => None,
    };
    let hash = targets.as_ref().map(|(targets, _)| {
        let plan = PlannedRun {
            tool: SSM_EXECUTE,
            tool_version: SSM_EXECUTE_VERSION,
            rendered: &run,
            targets,
            timeout_seconds: run.timeout_seconds,
        };
        plan.hash()
    });
    Ok(Json(DryRun {
        runbook_id: runbook.runbook_id.clone(),
        slug: runbook.slug.clone(),
        version: runbook.version,
        risk: runbook.risk,
        needs: company.policy.needs(runbook.risk),
        timeout_seconds: run.timeout_seconds,
        commands: run.commands,
        dry_run_commands: beforehand.commands,
        connected,
        targets: targets.map(|(_, shown)| shown).unwrap_or_default(),
        hash,
        missing,
    }))
}

/// Which machines are meant.
enum Wanted<'a> {
    These(Targets),
    Of(&'a str),
}

fn wanted<'a>(asked: &'a Request, runbook: &Runbook) -> Result<Option<Wanted<'a>>, Problem> {
    match (&asked.instance_ids, &asked.asset_name) {
        (Some(_), Some(_)) => Err(Problem::invalid(
            "asset_name",
            "instance_ids are there too: send one of the two",
        )),
        (Some(ids), None) => {
            let targets = Targets::new(ids, runbook.blast_radius);
            let targets = targets.map_err(|error| Problem::invalid("instance_ids", error.to_string()))?;
            Ok(Some(Wanted::These(targets)))
        }
        (None, Some(name)) => Ok(Some(Wanted::Of(name))),
        (None, None) => Ok(None),
    }
}

/// The company's machines; nothing where it is not connected any more.
async fn known<R>(edge: &Edge, may: &May<R>) -> Result<Option<Vec<Instance>>, Problem> {
    let asked = timeout(WITHIN, edge.cloud.inventory.instances(may.company(), None)).await;
    match asked {
        Ok(Ok(known)) => Ok(Some(known)),
        Ok(Err(CloudError::NotConnected)) => Ok(None),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err(Problem::unavailable(
            Code::CloudUnavailable,
            "the company's AWS account does not answer in time",
            WITHIN,
        )),
    }
}

impl Wanted<'_> {
    /// Those that are meant among the company's own, each of the runbook's platform.
    fn among(self, known: Vec<Instance>, runbook: &Runbook) -> Result<(Targets, Vec<Target>), Problem> {
        let (field, found): (_, Vec<Instance>) = match self {
            Self::These(targets) => {
                let is_known = |id: &InstanceId| known.iter().any(|instance| instance.instance_id == *id);
                if let Some(stranger) = targets.ids().iter().find(|id| !is_known(id)) {
                    let detail = format!("{stranger} is no machine of the company that SSM knows");
                    return Err(Problem::invalid("instance_ids", detail));
                }
                let is_meant = |instance: &Instance| targets.ids().contains(&instance.instance_id);
                ("instance_ids", known.into_iter().filter(is_meant).collect())
            }
            Self::Of(name) => {
                let is_meant = |instance: &Instance| {
                    [&instance.name, &instance.ip]
                        .iter()
                        .any(|own| own.as_deref() == Some(name))
                };
                ("asset_name", known.into_iter().filter(is_meant).collect())
            }
        };
        if found.is_empty() {
            return Err(Problem::invalid(field, "no machine that SSM knows calls itself so"));
        }
        let Platform::Linux = runbook.platform;
        if let Some(other) = found
            .iter()
            .find(|known| !["", "Linux"].contains(&known.platform.as_str()))
        {
            let detail = format!(
                "{} has {}, and the runbook is for Linux",
                other.instance_id, other.platform
            );
            return Err(Problem::invalid(field, detail));
        }
        let ids: Vec<&str> = found.iter().map(|known| known.instance_id.as_str()).collect();
        let targets = Targets::new(&ids, runbook.blast_radius);
        let targets = targets.map_err(|error| Problem::invalid(field, error.to_string()))?;
        let shown = found.into_iter().map(|known| Target {
            instance_id: known.instance_id.into(),
            name: known.name,
            platform: known.platform,
            online: known.ping_status == PingStatus::Online,
        });
        Ok((targets, shown.collect()))
    }
}

impl From<RenderError> for Problem {
    fn from(error: RenderError) -> Self {
        let detail = error.to_string();
        let of = |name: &str| format!("parameters.{name}");
        match error {
            RenderError::Unknown(name) => Self::invalid(of(&name), "there is no such parameter"),
            RenderError::Missing(name) => Self::invalid(of(&name), "is missing, and has no default"),
            RenderError::Refused { name, refusal } => Self::invalid(of(&name), refusal.to_string()),
            RenderError::Runbook(_) | RenderError::NoScript(_) => Self::new(Code::Conflict, detail),
        }
    }
}
