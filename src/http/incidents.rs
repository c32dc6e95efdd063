//! `GET /incidents`, `/incidents/{id}`, its timeline and memory; `POST /incidents/correlate`.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::{CompanyId, IncidentId};
use actors::limits::PAGE;
use actors::port::reader::{IncidentFilter, IncidentView, PageRequest};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::page::{Query, page, write_cursor};
use super::problem::Problem;
use super::rights::{May, Reaches, Read};
use super::{Edge, body, shape};

/// How long `correlate` waits for what was accepted before it.
const SETTLE_WITHIN: Duration = Duration::from_secs(30);
/// Over what time `correlate` counts where the request says nothing.
const COUNTED: Duration = Duration::from_secs(24 * 3600);

/// Incidents, newest first.
pub(super) async fn list(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, Problem> {
    let now = edge.clock.now();
    let mut query = Query::read(raw.as_deref())?;
    query.company()?;
    let request = query.page()?;
    let filter = IncidentFilter {
        status: query.word("status")?,
        severity: query.word("severity")?,
        signature: query.text("signature"),
        snoozed: query.flag("snoozed")?,
        since: query.since(now)?,
    };
    query.done()?;
    let found = edge.store.reader(may.company()).incidents(&filter, request).await?;
    Ok(Json(page(found, |view| shape::incident(&edge, &view))))
}

/// One incident.
pub(super) async fn one(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let (_, view) = find(&edge, &may, &id).await?;
    Ok(Json(shape::incident(&edge, &view)))
}

/// Its journal entries and alerts, oldest first.
pub(super) async fn timeline(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, Problem> {
    let mut query = Query::read(raw.as_deref())?;
    query.company()?;
    let request = query.page()?;
    query.done()?;
    let (id, _) = find(&edge, &may, &id).await?;
    let found = edge.store.reader(may.company()).timeline(&id, request).await?;
    Ok(Json(page(found, shape::timeline_item)))
}

/// Its short memory; an incident that was only ever decided has one too.
pub(super) async fn memory(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let id: IncidentId = id.parse().map_err(|_| Problem::not_found("incident"))?;
    let reader = edge.store.reader(may.company());
    if let Some(memory) = reader.short_memory(&id, edge.clock.now()).await? {
        return Ok(Json(shape::memory(&memory)));
    }
    match reader.incident(&id).await? {
        Some(_) => Err(Problem::not_found("memory of this incident")),
        None => Err(Problem::not_found("incident")),
    }
}

async fn find(edge: &Edge, may: &May<Read>, id: &str) -> Result<(IncidentId, IncidentView), Problem> {
    let id: IncidentId = id.parse().map_err(|_| Problem::not_found("incident"))?;
    let found = edge.store.reader(may.company()).incident(&id).await?;
    found
        .map(|view| (id, view))
        .ok_or_else(|| Problem::not_found("incident"))
}

/// The body of `correlate`; all of it may stand in the query instead.
#[derive(Default, Deserialize)]
struct CorrelateRequest {
    company_id: Option<CompanyId>,
    since: Option<String>,
}

/// Waits until every alert accepted before the call has a verdict, and says what came of them.
pub(super) async fn correlate(
    reaches: Reaches<Read>,
    State(edge): State<Arc<Edge>>,
    RawQuery(raw): RawQuery,
    sent: Body,
) -> Result<Json<Value>, Problem> {
    let now = edge.clock.now();
    let mut query = Query::read(raw.as_deref())?;
    let asked = query.company()?;
    let mut since = query.since(now)?;
    query.done()?;
    let bytes = body::read(sent, body::REQUEST_BYTES).await?;
    let request: CorrelateRequest = match bytes.is_empty() {
        true => CorrelateRequest::default(),
        false => crate::json::object(crate::json::strict(&bytes)?)?,
    };
    if let (Some(asked), Some(said)) = (&asked, &request.company_id)
        && asked != said
    {
        return Err(Problem::invalid(
            "company_id",
            "the query and the body name different companies",
        ));
    }
    let may = reaches.choose(&edge, asked.or(request.company_id))?;
    if let Some(text) = request.since {
        since = Query::of("since", text).since(now)?;
    }
    let since = since.unwrap_or_else(|| now.minus(COUNTED));

    edge.runtime.settle(may.company(), SETTLE_WITHIN).await?;
    let reader = edge.store.reader(may.company());
    let counts = reader.counts(since).await?;
    let filter = IncidentFilter {
        since: Some(since),
        ..IncidentFilter::default()
    };
    let found = reader
        .incidents(
            &filter,
            PageRequest {
                limit: PAGE,
                after: None,
            },
        )
        .await?;
    let incidents: Vec<Value> = found.items.iter().map(|view| shape::incident(&edge, view)).collect();
    Ok(Json(json!({
        "total_alerts": counts.alerts,
        "incidents_created": counts.incidents,
        "noise_reduction_pct": noise_reduction_pct(counts.alerts, counts.incidents),
        "since": since,
        "incidents": incidents,
        "next_cursor": found.next.map(write_cursor),
    })))
}

/// (1 − incidents/alerts)·100, to one decimal; nothing where nothing came.
#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn noise_reduction_pct(alerts: u64, incidents: u64) -> Option<f64> {
    let kept = incidents as f64 / alerts as f64;
    (alerts > 0).then(|| ((1.0 - kept) * 1000.0).round() / 10.0)
}
