//! `/api/runbooks`: the remedies there are for a company, and what each needs before it runs; [`edit`] writes its own,
//! [`dry_run`] shows what a run would do.

pub(super) mod dry_run;
pub(super) mod edit;

use std::sync::Arc;

use actors::domain::ids::RunbookId;
use actors::domain::policy::{Need, Policy};
use actors::domain::runbook::{self, Platform, Risk, Runbook, Shelf};
use actors::domain::{CompanyId, Timestamp};
use actors::port::RecordKind;
use actors::port::own_runbook::{self, OwnRunbook};
use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::openapi::path::Parameter;
use utoipa::{IntoParams, ToSchema};

use super::Edge;
use super::page::{Ask, Asked, Items, Query};
use super::problem::Problem;
use super::rights::{May, Read};
use super::tag::Tagged;

/// A runbook in a list.
#[derive(Serialize, ToSchema)]
pub(super) struct RunbookLine {
    runbook_id: RunbookId,
    slug: String,
    version: u32,
    /// Whether it is the company's own; else it is one of the built-in library.
    own: bool,
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
    parameters: Vec<runbook::Parameter>,
    /// What a run does; empty where it starts an automation.
    script: String,
    /// Prints what a run would do, and changes nothing; empty where it starts an automation.
    dry_run: String,
    /// What a run starts in the place of a script; `null` where it has one.
    automation: Option<runbook::AutomationCall>,
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

fn line(runbook: &Runbook, own: bool, policy: Policy) -> RunbookLine {
    RunbookLine {
        runbook_id: runbook.runbook_id.clone(),
        slug: runbook.slug.clone(),
        version: runbook.version,
        own,
        title: runbook.title.clone(),
        description: runbook.description.clone(),
        platform: runbook.platform,
        risk: runbook.risk,
        signatures: runbook.signatures.clone(),
        needs: policy.needs(runbook.risk),
    }
}

fn whole(runbook: Runbook, own: bool, policy: Policy) -> ShownRunbook {
    let line = line(&runbook, own, policy);
    let Runbook {
        parameters,
        script,
        dry_run,
        automation,
        health_check,
        rollback,
        cool_down_seconds,
        blast_radius,
        timeout_seconds,
        idempotent,
        ..
    } = runbook;
    ShownRunbook {
        line,
        parameters,
        script,
        dry_run,
        automation,
        health_check,
        rollback,
        cool_down_seconds,
        blast_radius,
        timeout_seconds,
        idempotent,
    }
}

/// Which one it is, for who changes it.
fn tagged(runbook: Runbook, own: bool, policy: Policy) -> Tagged<ShownRunbook> {
    Tagged {
        tag: tag(&runbook),
        body: whole(runbook, own, policy),
    }
}

fn tag(runbook: &Runbook) -> String {
    format!("\"{}\"", runbook.version)
}

/// A company's runbooks.
pub(super) async fn shelf<R>(edge: &Edge, may: &May<R>) -> Result<Shelf, Problem> {
    shelf_of(edge, may.company()).await
}

/// The same, of a company that is known to be one of his.
pub(super) async fn shelf_of(edge: &Edge, company: &CompanyId) -> Result<Shelf, Problem> {
    let reader = edge.store.reader(company);
    Ok(own_runbook::shelf(&*reader, edge.library.clone()).await?)
}

fn unknown() -> Problem {
    Problem::not_found("runbook")
}

/// The runbooks that there are for a company: its own, then the built-in ones whose slug none of them has.
pub(super) async fn list(may: May<Read>, State(edge): State<Arc<Edge>>) -> Result<Json<Items<RunbookLine>>, Problem> {
    let policy = edge.company(may.company())?.policy;
    let shelf = shelf(&edge, &may).await?;
    let lines = shelf.all().map(|runbook| line(runbook, shelf.is_own(runbook), policy));
    Ok(Json(lines.collect()))
}

/// Which version is meant.
#[derive(IntoParams)]
pub(super) struct AtVersion {
    /// An earlier version of a company's own runbook; the one in force where nothing is said.
    #[param(value_type = Option<u32>, minimum = 1)]
    version: Option<u32>,
}

impl Ask for AtVersion {
    fn parameters() -> Vec<Parameter> {
        Self::into_params(|| None)
    }

    fn read(query: &mut Query, _: &Edge) -> Result<Self, Problem> {
        let version = query
            .text("version")
            .map(|text| text.parse().ok().filter(|version| *version > 0));
        match version {
            Some(None) => Err(Problem::invalid("version", "must be a number from 1")),
            version => Ok(Self {
                version: version.flatten(),
            }),
        }
    }
}

/// One of them, by its id or its slug, with its scripts and parameters; `?version=` shows an earlier one of a
/// company's own.
pub(super) async fn one(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Path(name): Path<String>,
    Asked { asked, .. }: Asked<AtVersion>,
) -> Result<Tagged<ShownRunbook>, Problem> {
    let policy = edge.company(may.company())?.policy;
    let shelf = shelf(&edge, &may).await?;
    let found = shelf.find(&name).ok_or_else(unknown)?;
    let own = shelf.is_own(found);
    let runbook = match asked.version.filter(|version| *version != found.version) {
        None => found.clone(),
        Some(version) => {
            let reader = edge.store.reader(may.company());
            let earlier = own_runbook::at(&*reader, found.runbook_id.as_str(), version).await?;
            earlier.ok_or_else(|| Problem::not_found("version"))?.runbook
        }
    };
    Ok(tagged(runbook, own, policy))
}

/// A version of a runbook.
#[derive(Serialize, ToSchema)]
pub(super) struct RunbookVersion {
    version: u32,
    slug: String,
    title: String,
    risk: Risk,
    /// Since when it was so; `null` for a built-in one.
    changed_at: Option<Timestamp>,
    /// Who wrote it: a person's id.
    changed_by: Option<String>,
    in_force: bool,
}

fn version(own: OwnRunbook, in_force: bool) -> RunbookVersion {
    RunbookVersion {
        version: own.runbook.version,
        slug: own.runbook.slug,
        title: own.runbook.title,
        risk: own.runbook.risk,
        changed_at: Some(own.changed_at),
        changed_by: Some(own.changed_by),
        in_force,
    }
}

/// Its versions, the one in force first; of a company's own the last 20 before it are kept.
pub(super) async fn versions(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Path(name): Path<String>,
) -> Result<Json<Items<RunbookVersion>>, Problem> {
    let shelf = shelf(&edge, &may).await?;
    let found = shelf.find(&name).ok_or_else(unknown)?;
    if !shelf.is_own(found) {
        let only = RunbookVersion {
            version: found.version,
            slug: found.slug.clone(),
            title: found.title.clone(),
            risk: found.risk,
            changed_at: None,
            changed_by: None,
            in_force: true,
        };
        return Ok(Json([only].into_iter().collect()));
    }
    let reader = edge.store.reader(may.company());
    let id = found.runbook_id.as_str();
    let in_force = reader.record(RecordKind::Runbooks, id).await?.ok_or_else(unknown)?;
    let mut versions = vec![version(in_force.read()?, true)];
    for record in own_runbook::earlier(&*reader, id).await?.iter().rev() {
        versions.push(version(record.read()?, false));
    }
    Ok(Json(versions.into_iter().collect()))
}
