//! `GET /incidents`, `/incidents/{id}`, its timeline and memory; `POST /incidents/correlate`.

pub(super) mod unresolved;
pub(super) mod why;

use std::sync::Arc;
use std::time::Duration;

use actors::domain::{Channel, CompanyId, IncidentId, IncidentStatus, Severity, Ticket, Timestamp, kpi};
use actors::limits::PAGE;
use actors::port::RecordKind;
use actors::port::reader::{IncidentFilter, IncidentView, PageRequest};
use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::openapi::path::Parameter;
use utoipa::{IntoParams, ToSchema};

use super::body::SentOrNot;
use super::companies::records;
use super::page::{Ask, Asked, Items, Paged, Query, write_cursor};
use super::problem::Problem;
use super::rights::{May, Reaches, Read};
use super::{Edge, shape};

/// How long `correlate` waits for what was accepted before it.
const SETTLE_WITHIN: Duration = Duration::from_secs(30);
/// Over what time `correlate` counts where the request says nothing.
const COUNTED: Duration = Duration::from_secs(24 * 3600);

/// Incidents, newest first.
pub(super) async fn list(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Asked { asked, .. }: Asked<(IncidentFilter, PageRequest)>,
) -> Result<Json<Paged<shape::Incident>>, Problem> {
    let (filter, request) = asked;
    let found = edge.store.reader(may.company()).incidents(&filter, request).await?;
    Ok(Json(Paged::of(found, |view| shape::incident(&edge, view))))
}

#[derive(IntoParams)]
#[allow(dead_code, reason = "describes what `IncidentFilter` is read from")]
struct Filter {
    /// Only those of this status.
    status: Option<IncidentStatus>,
    /// Only those of this severity.
    severity: Option<Severity>,
    /// Only those of this kind of trouble.
    signature: Option<String>,
    /// Only those that are snoozed, or are not.
    snoozed: Option<bool>,
    /// Only those created since: an RFC 3339 time, or a span before now such as `24h`.
    since: Option<String>,
    /// Only those created before: an RFC 3339 time, or a span before now such as `24h`.
    until: Option<String>,
}

impl Ask for IncidentFilter {
    fn parameters() -> Vec<Parameter> {
        Filter::into_params(|| None)
    }

    fn read(query: &mut Query, edge: &Edge) -> Result<Self, Problem> {
        Ok(Self {
            status: query.word("status")?,
            severity: query.word("severity")?,
            signature: query.text("signature"),
            snoozed: query.flag("snoozed")?,
            since: query.since(edge.clock.now())?,
            until: query.moment("until", edge.clock.now())?,
        })
    }
}

/// One incident.
pub(super) async fn one(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
) -> Result<Json<shape::Incident>, Problem> {
    let (_, view) = find(&edge, &may, &id).await?;
    Ok(Json(shape::incident(&edge, view)))
}

/// Its journal entries and alerts, oldest first.
pub(super) async fn timeline(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
    Asked { asked: request, .. }: Asked<PageRequest>,
) -> Result<Json<Paged<shape::TimelineItem>>, Problem> {
    let (id, _) = find(&edge, &may, &id).await?;
    let found = edge.store.reader(may.company()).timeline(&id, request).await?;
    Ok(Json(Paged::of(found, |item| shape::timeline_item(&item))))
}

/// Its tickets in other systems.
pub(super) async fn tickets(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
) -> Result<Json<Items<Ticket>>, Problem> {
    let (incident_id, _) = find(&edge, &may, &id).await?;
    let reader = edge.store.reader(may.company());
    let mut found = Vec::new();
    for (channel, _) in records::<Channel, _>(&edge, &may).await? {
        let id = Ticket::id_of(&channel.name, &incident_id);
        if channel.kind.keeps_tickets()
            && let Some(record) = reader.record(RecordKind::Tickets, &id).await?
        {
            found.push(record.read()?);
        }
    }
    Ok(Json(found.into_iter().collect()))
}

/// Its short memory; an incident that was only ever decided has one too.
pub(super) async fn memory(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
) -> Result<Json<shape::Memory>, Problem> {
    let id: IncidentId = id.parse().map_err(|_| Problem::not_found("incident"))?;
    let reader = edge.store.reader(may.company());
    if let Some(memory) = reader.short_memory(&id, edge.clock.now()).await? {
        return Ok(Json(shape::memory(memory)));
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
#[derive(Default, Deserialize, ToSchema)]
pub(super) struct CorrelateRequest {
    company_id: Option<CompanyId>,
    /// From when on is counted: an RFC 3339 time, or a span before now; `24h` where nothing is said.
    since: Option<String>,
}

/// From when on is counted.
#[derive(IntoParams)]
pub(super) struct Since {
    /// From when on is counted: an RFC 3339 time, or a span before now; `24h` where nothing is said.
    #[param(value_type = Option<String>)]
    since: Option<Timestamp>,
}

impl Ask for Since {
    fn parameters() -> Vec<Parameter> {
        Self::into_params(|| None)
    }

    fn read(query: &mut Query, edge: &Edge) -> Result<Self, Problem> {
        Ok(Self {
            since: query.since(edge.clock.now())?,
        })
    }
}

/// What came of the alerts.
#[derive(Serialize, ToSchema)]
pub(super) struct Correlated {
    total_alerts: u64,
    incidents_created: u64,
    /// (1 − incidents/alerts)·100, to one decimal; nothing where no alerts came.
    noise_reduction_pct: Option<f64>,
    since: Timestamp,
    incidents: Vec<shape::Incident>,
    next_cursor: Option<String>,
}

/// Waits until every alert accepted before the call has a verdict, and says what came of them.
pub(super) async fn correlate(
    reaches: Reaches<Read>,
    State(edge): State<Arc<Edge>>,
    Asked {
        company: asked,
        asked: Since { mut since },
    }: Asked<Since>,
    SentOrNot(request): SentOrNot<CorrelateRequest>,
) -> Result<Json<Correlated>, Problem> {
    let now = edge.clock.now();
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
    let incidents = found.items.into_iter().map(|view| shape::incident(&edge, view));
    Ok(Json(Correlated {
        total_alerts: counts.alerts,
        incidents_created: counts.incidents,
        noise_reduction_pct: kpi::noise_reduction_pct(counts.alerts, counts.incidents),
        since,
        incidents: incidents.collect(),
        next_cursor: found.next.map(write_cursor),
    }))
}
