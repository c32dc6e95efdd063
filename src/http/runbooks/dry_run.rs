//! What a run would do: its exact commands, its machines, and what the policy asks for. Nothing is sent.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::ids::RunbookId;
use actors::domain::policy::Need;
use actors::domain::run::Plan;
use actors::domain::runbook::render::RenderError;
use actors::domain::runbook::{InstanceId, RenderedAutomation, Risk, RunHash, Runbook, RunbookPart, Targets};
use actors::port::cloud::{CloudError, Instance, PingStatus};
use actors::tool::targets::{NoTargets, Site, choose};
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
    /// The exact lines of a run; none where it starts an automation.
    commands: Vec<String>,
    /// The exact document that a run would start, and what it would be given beside the machines, which go in as
    /// `InstanceId`; `null` where there are lines.
    automation: Option<RenderedAutomation>,
    /// The exact lines of the health check that follows a run which ends well; `null` where the runbook has none.
    health_check_commands: Option<Vec<String>>,
    /// The exact lines that print on a machine what a run would do there, and change nothing; none where
    /// it starts an automation.
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
    let plan = Plan::of(runbook, &asked.parameters)?;
    let beforehand = match plan.rendered.automation {
        Some(_) => Vec::new(),
        None => runbook.render(RunbookPart::DryRun, &asked.parameters)?.commands,
    };
    let ids = asked.instance_ids(runbook)?;
    let is_named = ids.is_some() || asked.asset_name.is_some();
    let company = edge.company(may.company())?;
    let known = match company.aws.is_some() && is_named {
        true => known(&edge, &may).await?,
        false => company.aws.as_ref().map(|_| Site::default()),
    };
    let connected = known.is_some();
    let site = known.filter(|_| is_named);
    let targets = match &site {
        Some(site) => {
            let asset_name = asked.asset_name.as_deref().unwrap_or_default();
            let (platform, most) = (runbook.platform, runbook.blast_radius);
            Some(choose(ids.as_deref(), asset_name, platform, most, &site.machines)?)
        }
        None => None,
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
    let is_meant = |machine: &Instance| {
        let targets = targets.iter().flat_map(|targets| targets.ids());
        targets.into_iter().any(|id| *id == machine.instance_id)
    };
    let Site { machines, venue } = site.unwrap_or_default();
    let shown = machines.into_iter().filter(is_meant).map(Target::from);
    Ok(Json(DryRun {
        runbook_id: runbook.runbook_id.clone(),
        slug: runbook.slug.clone(),
        version: runbook.version,
        risk: runbook.risk,
        needs: company.policy.needs(runbook.risk),
        timeout_seconds: plan.rendered.timeout_seconds,
        hash: targets.as_ref().map(|targets| plan.hash(targets, &venue)),
        commands: plan.rendered.commands,
        automation: plan.rendered.automation,
        health_check_commands: plan.check,
        dry_run_commands: beforehand,
        connected,
        targets: shown.collect(),
        missing,
    }))
}

impl Request {
    /// The machines that are named by their ids.
    fn instance_ids(&self, runbook: &Runbook) -> Result<Option<Vec<InstanceId>>, Problem> {
        match (&self.instance_ids, &self.asset_name) {
            (Some(_), Some(_)) => Err(Problem::invalid(
                "asset_name",
                "instance_ids are there too: send one of the two",
            )),
            (Some(ids), None) => {
                let targets = Targets::new(ids, runbook.blast_radius).map_err(NoTargets::from)?;
                Ok(Some(targets.ids().to_vec()))
            }
            (None, _) => Ok(None),
        }
    }
}

impl From<Instance> for Target {
    fn from(machine: Instance) -> Self {
        Self {
            instance_id: machine.instance_id.into(),
            name: machine.name,
            platform: machine.platform,
            online: machine.ping_status == PingStatus::Online,
        }
    }
}

/// What the company has for runs; nothing where it is not connected any more.
async fn known<R>(edge: &Edge, may: &May<R>) -> Result<Option<Site>, Problem> {
    let company = edge.company(may.company())?;
    let site = Site::of(
        may.company(),
        company.aws.as_ref(),
        &*edge.cloud.inventory,
        &*edge.cloud.commands,
    );
    let asked = timeout(WITHIN, site).await;
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
