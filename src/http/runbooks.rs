//! `/api/runbooks`: the remedies there are for a company, and what each needs before it runs.

use std::sync::Arc;

use actors::domain::ids::RunbookId;
use actors::domain::policy::{Need, Policy};
use actors::domain::runbook::{Parameter, Platform, Risk, Runbook};
use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::Edge;
use super::page::Items;
use super::problem::Problem;
use super::rights::{May, Read};

/// A runbook in a list.
#[derive(Serialize, ToSchema)]
pub(super) struct RunbookLine {
    runbook_id: RunbookId,
    slug: String,
    version: u32,
    title: String,
    description: String,
    platform: Platform,
    /// The registry's word.
    risk: Risk,
    /// Which kinds of trouble it is for.
    signatures: Vec<String>,
    /// What the company's policy asks for before it runs; `null` while nothing may run.
    needs: Option<Need>,
}

/// A runbook with its scripts.
#[derive(Serialize, ToSchema)]
pub(super) struct ShownRunbook {
    #[serde(flatten)]
    line: RunbookLine,
    /// What may be said to it.
    parameters: Vec<Parameter>,
    /// What a run does.
    script: String,
    /// Prints what a run would do, and changes nothing.
    dry_run: String,
    /// Ends with 0 where a run has helped.
    health_check: Option<String>,
    /// Takes back what a run has done.
    rollback: Option<String>,
    /// How long a target is left alone after a run.
    cool_down_seconds: u32,
    /// The most targets of one run.
    blast_radius: u32,
    /// How long a run may take.
    timeout_seconds: u32,
    /// Whether a second run does no harm that the first has not done.
    idempotent: bool,
}

fn line(runbook: &Runbook, policy: Policy) -> RunbookLine {
    RunbookLine {
        runbook_id: runbook.runbook_id.clone(),
        slug: runbook.slug.clone(),
        version: runbook.version,
        title: runbook.title.clone(),
        description: runbook.description.clone(),
        platform: runbook.platform,
        risk: runbook.risk,
        signatures: runbook.signatures.clone(),
        needs: policy.needs(runbook.risk),
    }
}

/// The runbooks that there are for a company: the built-in library.
pub(super) async fn list(may: May<Read>, State(edge): State<Arc<Edge>>) -> Result<Json<Items<RunbookLine>>, Problem> {
    let policy = edge.company(may.company())?.policy;
    Ok(Json(edge.library.iter().map(|runbook| line(runbook, policy)).collect()))
}

/// One of them, by its id or its slug, with its scripts and parameters.
pub(super) async fn one(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Path(name): Path<String>,
) -> Result<Json<ShownRunbook>, Problem> {
    let is_named = |runbook: &&Runbook| runbook.runbook_id.as_str() == name || runbook.slug == name;
    let found = edge.library.iter().find(is_named);
    let runbook = found.ok_or_else(|| Problem::not_found("runbook"))?;
    let policy = edge.company(may.company())?.policy;
    let Runbook {
        parameters,
        script,
        dry_run,
        health_check,
        rollback,
        cool_down_seconds,
        blast_radius,
        timeout_seconds,
        idempotent,
        ..
    } = runbook.clone();
    Ok(Json(ShownRunbook {
        line: line(runbook, policy),
        parameters,
        script,
        dry_run,
        health_check,
        rollback,
        cool_down_seconds,
        blast_radius,
        timeout_seconds,
        idempotent,
    }))
}
