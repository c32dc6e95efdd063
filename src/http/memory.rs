//! `/api/memory`: what the company remembers of past incidents is searched, a post-mortem is written, and what is not to
//! be believed is quarantined.

use std::sync::Arc;

use actors::domain::outcome::LongMemory;
use actors::domain::recall::trust::{trust, withheld};
use actors::domain::recall::{Matched, RecallAsk, Recalled};
use actors::limits::RECALLED;
use actors::port::{Reader, RecordKind};
use actors::recall::recall;
use actors::runtime::CallError;
use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::openapi::path::Parameter;
use utoipa::{IntoParams, ToSchema};

use super::Edge;
use super::body::{Sent, SentOrNot};
use super::caller::{Who, unknown};
use super::companies::{TRIES, commit, desk};
use super::page::{Ask, Asked, Items, Query};
use super::problem::Problem;
use super::rights::{Act, CurateMemory, May, Read};
use super::runbooks::shelf;
use crate::accounts::rights::Role;
use crate::tenancy::TenancyError;
use crate::tenancy::memory::PostMortem;

/// How many are found where nothing is said.
const FOUND: u32 = 10;

/// A memory, and how far it is believed.
#[derive(Serialize, ToSchema)]
pub(super) struct ShownMemory {
    #[serde(flatten)]
    memory: LongMemory,
    /// How far it is believed, 0 to 1: where it comes from, and what later runs of its runbook have shown.
    trust: f64,
    /// Runs of its runbook against that kind of trouble whose outcome is known.
    runs: u64,
    /// Those that have helped.
    successes: u64,
    /// Why it is not recalled; `null` where it is.
    withheld: Option<String>,
}

/// A memory that was found.
#[derive(Serialize, ToSchema)]
pub(super) struct RecalledMemory {
    #[serde(flatten)]
    memory: ShownMemory,
    /// By what it was found.
    matched: Matched,
    /// How well it answers, 0 to 1.
    score: f64,
}

#[derive(IntoParams)]
#[allow(dead_code, reason = "describes what `RecallAsk` is read from")]
struct Search {
    /// A kind of trouble, exactly.
    #[param(min_length = 1, max_length = 256)]
    signature: Option<String>,
    /// A tag, exactly; several with commas between them.
    tag: Option<String>,
    /// Anything, in words.
    #[param(min_length = 1, max_length = 1000)]
    q: Option<String>,
    /// How many.
    #[param(minimum = 1, maximum = 50, default = 10)]
    limit: Option<u32>,
    /// Whether what is not recalled is shown too, with why.
    quarantined: Option<bool>,
}

impl Ask for RecallAsk {
    fn parameters() -> Vec<Parameter> {
        Search::into_params(|| None)
    }

    fn read(query: &mut Query, _: &Edge) -> Result<Self, Problem> {
        let tags = query.text("tag").unwrap_or_default();
        Ok(Self {
            signature: query.text("signature"),
            tags: tags
                .split(',')
                .filter(|tag| !tag.is_empty())
                .map(str::to_owned)
                .collect(),
            q: query.text("q"),
            limit: query.number("limit", 1..=RECALLED as u32)?.unwrap_or(FOUND) as usize,
            with_quarantined: query.flag("quarantined")?.unwrap_or(false),
        })
    }
}

/// `GET search`: by signature, tag or words, the best first.
pub(super) async fn search(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Asked { asked, .. }: Asked<RecallAsk>,
) -> Result<Json<Items<RecalledMemory>>, Problem> {
    let named = |field| if field == "tags" { "tag" } else { field };
    asked
        .check()
        .map_err(|(field, rule)| Problem::invalid(named(field), rule))?;
    let reader = edge.store.reader(may.company());
    let found = recall(&*reader, &asked, edge.clock.now()).await?;
    Ok(Json(found.into_iter().map(recalled).collect()))
}

fn recalled(found: Recalled) -> RecalledMemory {
    RecalledMemory {
        matched: found.matched,
        score: found.score,
        memory: ShownMemory {
            trust: found.trust,
            runs: found.outcomes.as_ref().map_or(0, |outcomes| outcomes.runs),
            successes: found.outcomes.as_ref().map_or(0, |outcomes| outcomes.successes),
            withheld: found.quarantined,
            memory: found.memory,
        },
    }
}

/// `GET`: one memory, whether it is recalled or not.
pub(super) async fn one(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
) -> Result<Json<ShownMemory>, Problem> {
    let reader = edge.store.reader(may.company());
    let (memory, _) = stored(&*reader, &id).await?;
    Ok(Json(shown(&*reader, memory).await?))
}

/// `POST`: a post-mortem, written by a person.
pub(super) async fn write(
    may: May<Act>,
    State(edge): State<Arc<Edge>>,
    Sent(written): Sent<PostMortem>,
) -> Result<Json<ShownMemory>, Problem> {
    let role = role(&may)?;
    let reader = edge.store.reader(may.company());
    if let Some(incident) = &written.incident_id
        && reader.incident(incident).await?.is_none()
    {
        return Err(Problem::not_found("incident").of_field("incident_id"));
    }
    for _ in 0..TRIES {
        let shelf = shelf(&edge, &may).await?;
        let origin = may.origin();
        let (memory, amendment) = desk(&edge, &may, &origin).remember(&shelf, &written, role)?;
        if commit(&edge, &may, amendment).await? {
            return Ok(Json(shown(&*reader, memory).await?));
        }
    }
    Err(CallError::Overloaded.into())
}

/// Why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = QuarantineRequest)]
pub(super) struct Why {
    /// Why it is not to be believed, on one line.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// Why, where anything is said.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReleaseRequest)]
pub(super) struct WhyNot {
    /// Why it is believed again, on one line.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 500)]
    reason: Option<String>,
}

/// `POST quarantine`: it is not recalled any more.
pub(super) async fn quarantine(
    may: May<CurateMemory>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
    Sent(why): Sent<Why>,
) -> Result<Json<ShownMemory>, Problem> {
    changed(&edge, &may, &id, |desk, seen| desk.quarantine(seen, &why.reason)).await
}

/// `POST release`: it is recalled again, as far as runs bear it out.
pub(super) async fn release(
    may: May<CurateMemory>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
    SentOrNot(why): SentOrNot<WhyNot>,
) -> Result<Json<ShownMemory>, Problem> {
    changed(&edge, &may, &id, |desk, seen| desk.release(seen, why.reason.as_deref())).await
}

type Change = Result<Option<(LongMemory, actors::port::Amendment)>, TenancyError>;

async fn changed<R>(
    edge: &Edge,
    may: &May<R>,
    id: &str,
    change: impl Fn(&crate::tenancy::Desk<'_>, (&LongMemory, u64)) -> Change,
) -> Result<Json<ShownMemory>, Problem> {
    let reader = edge.store.reader(may.company());
    for _ in 0..TRIES {
        let (before, version) = stored(&*reader, id).await?;
        let origin = may.origin();
        let memory = match change(&desk(edge, may, &origin), (&before, version))? {
            None => before,
            Some((after, amendment)) => match commit(edge, may, amendment).await? {
                true => after,
                false => continue,
            },
        };
        return Ok(Json(shown(&*reader, memory).await?));
    }
    Err(CallError::Overloaded.into())
}

async fn stored(reader: &dyn Reader, id: &str) -> Result<(LongMemory, u64), Problem> {
    let record = reader.record(RecordKind::LongMemory, id).await?;
    let record = record.ok_or_else(|| Problem::not_found("memory"))?;
    Ok((record.read()?, record.version))
}

async fn shown(reader: &dyn Reader, memory: LongMemory) -> Result<ShownMemory, Problem> {
    let outcomes = match memory.outcomes_id() {
        None => None,
        Some(id) => match reader.record(RecordKind::Outcomes, &id).await? {
            None => None,
            Some(record) => Some(record.read::<actors::domain::outcome::Effectiveness>()?),
        },
    };
    let trust = trust(&memory, outcomes.as_ref());
    Ok(ShownMemory {
        withheld: withheld(&memory, trust),
        trust,
        runs: outcomes.as_ref().map_or(0, |outcomes| outcomes.runs),
        successes: outcomes.as_ref().map_or(0, |outcomes| outcomes.successes),
        memory,
    })
}

/// What the person is; no key writes any.
fn role<R>(may: &May<R>) -> Result<Role, Problem> {
    match &may.caller.who {
        Who::Person(visit) => Ok(visit.user.role),
        Who::Key(_) => Err(unknown()),
    }
}
