//! `GET /incidents`, `/incidents/{id}`, its timeline and memory; `POST /incidents/correlate`.

pub(super) mod unresolved;

use std::sync::Arc;
use std::time::Duration;

use actors::domain::suppression::SuppressedBy;
use actors::domain::{
    AlertId, Channel, CompanyId, IncidentId, IncidentStatus, News, Severity, Ticket, Timestamp, kpi, notification,
    suppression,
};
use actors::incident::{lifecycle, quiet};
use actors::limits::{FLAP_OFF, FLAP_ON, PAGE};
use actors::port::reader::{self, IncidentFilter, IncidentView, PageRequest};
use actors::port::writer::Receipt;
use actors::port::{Reader, RecordKind};
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
/// Lines of its timeline among which an incident's first alert is.
const FIRST: usize = 20;
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

/// Why an incident is as it is, and why not otherwise.
#[derive(Serialize, ToSchema)]
#[schema(as = IncidentWhy)]
pub(super) struct Why {
    incident_id: IncidentId,
    /// The alert that opened it, and why; `null` where it is in an archive alone.
    opened: Option<Opened>,
    /// Why it is quiet, or is not.
    suppression: SuppressionWhy,
    /// Who is told of it, or would be, and who is not.
    told: ToldWhy,
    /// Why it flaps, or does not.
    flapping: FlappingWhy,
    /// Why nothing was decided; `null` where it was, and the decision says why.
    undecided: Option<String>,
    /// Why it is over; `null` while it is open.
    ended: Option<Ended>,
}

/// Why it flaps, or does not.
#[derive(Serialize, ToSchema)]
struct FlappingWhy {
    /// Since when it flaps.
    since: Option<Timestamp>,
    /// How often it has changed between firing and recovered in the last 10 minutes.
    flips: usize,
    /// How many make it flap, or keep it flapping.
    more_than: usize,
    /// When it is calm, if it does not change any more.
    calm_at: Option<Timestamp>,
}

/// Why it is over.
#[derive(Serialize, ToSchema)]
struct Ended {
    /// When.
    at: Option<Timestamp>,
    /// By whom, or by what: `recovery`, `merge`, `stale`, a run.
    by: Option<String>,
    /// The incident that its alerts have gone to.
    merged_into: Option<IncidentId>,
}

/// How it came about.
#[derive(Serialize, ToSchema)]
struct Opened {
    alert_id: AlertId,
    receipt: Receipt,
}

/// Why it is quiet, or is not.
#[derive(Serialize, ToSchema)]
struct SuppressionWhy {
    /// By what it is suppressed.
    suppressed_by: Vec<SuppressedBy>,
    /// Since when.
    since: Option<Timestamp>,
    /// Every silence, window and inhibition, and why it does not suppress it; empty once nothing fires.
    considered: Vec<suppression::Considered>,
}

/// Who is told of it.
#[derive(Serialize, ToSchema)]
struct ToldWhy {
    /// Since when.
    told_at: Option<Timestamp>,
    /// Why nobody was told; `null` where somebody was.
    why_not: Option<String>,
    /// Every route, as it is for `incident.opened` now.
    routes: Vec<notification::Considered>,
}

/// Why it is as it is: what opened it, what keeps it quiet or does not, who is told and who is not.
pub(super) async fn why(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
) -> Result<Json<Why>, Problem> {
    let (incident_id, view) = find(&edge, &may, &id).await?;
    let (company, reader) = (edge.company(may.company())?, edge.store.reader(may.company()));
    let (now, row) = (edge.clock.now(), view.incident);
    let outward = edge.outwards.of(&company);
    let seen = match row.is_open() && !row.all_recovered() {
        true => {
            let by_dependency = company.suppression.silence_dependents;
            quiet::see(&*reader, &row, (&outward.mutes, by_dependency)).await?
        }
        false => quiet::Seen::default(),
    };
    let considered = match seen.firing.is_empty() {
        true => Vec::new(),
        false => seen.explain(&outward.mutes, now),
    };
    let routes = match seen.firing.first() {
        None => Vec::new(),
        Some(alert) => {
            let mut shown = (**alert).clone();
            shown.severity = row.severity;
            outward.routes.explain(News::Opened, &shown, now)
        }
    };
    let life = row.life.clone();
    let names_somebody = company.notifications.name_somebody();
    let told_at = life.told.as_ref().map(|told| told.at).filter(|_| names_somebody);
    let untold = told_at.is_none().then(|| why_untold(&row, names_somebody));
    let undecided = row.decided.is_none().then(|| why_undecided(&row).to_owned());
    let flapping = FlappingWhy {
        since: life.flapping_since,
        flips: lifecycle::flips_lately(&row, now),
        more_than: match life.flapping_since {
            None => FLAP_ON,
            Some(_) => FLAP_OFF,
        },
        calm_at: life.flapping_since.and_then(|_| lifecycle::calm_at(&row)),
    };
    let ended = (!row.is_open()).then(|| Ended {
        at: life.resolved_at,
        by: life.resolved_by.clone(),
        merged_into: life.merged_into.clone(),
    });
    let suppressed = life.suppressed;
    Ok(Json(Why {
        opened: opened(&*reader, &incident_id).await?,
        incident_id,
        suppression: SuppressionWhy {
            since: suppressed.as_ref().map(|quiet| quiet.since),
            suppressed_by: suppressed.map(|quiet| quiet.by).unwrap_or_default(),
            considered,
        },
        told: ToldWhy {
            told_at,
            why_not: untold.map(str::to_owned),
            routes,
        },
        flapping,
        undecided,
        ended,
    }))
}

fn why_untold(row: &actors::domain::Incident, names_somebody: bool) -> &'static str {
    match row {
        _ if !names_somebody => "the company tells nobody: it has no routes and no steps",
        row if row.life.suppressed.is_some() => "it is suppressed",
        row if row.life.flapping_since.is_some() => "it flaps",
        row if !row.is_open() => "it was over before it could be told",
        row if row.all_recovered() => "nothing in it fires any more",
        _ => "it has not been looked at yet",
    }
}

fn why_undecided(row: &actors::domain::Incident) -> &'static str {
    match row {
        row if row.life.suppressed.is_some() => "it is suppressed",
        row if !row.is_open() => "it was over before it was decided",
        _ => "it is being decided",
    }
}

/// The alert that opened an incident, with its receipt.
async fn opened(reader: &dyn Reader, id: &IncidentId) -> Result<Option<Opened>, Problem> {
    let request = PageRequest {
        limit: FIRST,
        after: None,
    };
    let timeline = reader.timeline(id, request).await?;
    let first = timeline.items.into_iter().find_map(|item| match item {
        reader::TimelineItem::Alert { view, .. } => Some(view.alert.id()),
        reader::TimelineItem::Entry(_) => None,
    });
    let Some(alert_id) = first else { return Ok(None) };
    let found = reader.alert(alert_id).await?;
    Ok(found.and_then(|(_, receipt)| {
        Some(Opened {
            alert_id,
            receipt: receipt?,
        })
    }))
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
