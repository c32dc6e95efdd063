//! `GET /incidents/{id}/why`: why an incident is as it is, and why not otherwise.

use std::sync::Arc;

use actors::domain::suppression::SuppressedBy;
use actors::domain::{AlertId, IncidentId, News, Phase, Timestamp, notification, suppression};
use actors::incident::{lifecycle, quiet};
use actors::limits::{FLAP_OFF, FLAP_ON};
use actors::port::Reader;
use actors::port::reader::{self, EntryFilter, PageRequest};
use actors::port::writer::Receipt;
use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::find;
use crate::http::Edge;
use crate::http::problem::Problem;
use crate::http::rights::{May, Read};

/// Lines of its timeline among which an incident's first alert is.
const FIRST: usize = 20;
/// Entries among which the one is that has left an incident to people.
const LATELY: usize = 50;

/// Why an incident is as it is, and why not otherwise.
#[derive(Serialize, ToSchema)]
#[schema(as = IncidentWhy)]
pub(in crate::http) struct Why {
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
    /// Why a person has to look at it; `null` where none has to.
    needs_human: Option<NeedsHuman>,
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

/// Why a person has to look at it.
#[derive(Serialize, ToSchema)]
#[schema(as = NeedsHumanWhy)]
struct NeedsHuman {
    since: Timestamp,
    /// Who says so: a part of the platform, or a person that escalated it.
    by: String,
    /// What is in the way; `null` where nobody has said.
    why: Option<String>,
    /// The runbook that could not begin, or has not helped.
    runbook: Option<String>,
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
pub(in crate::http) async fn why(
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
    let needs_human = match life.phase {
        Phase::NeedsHuman => needs_human(&*reader, &incident_id).await?,
        _ => None,
    };
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
        needs_human,
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

/// What the newest entry says that left an incident to people.
async fn needs_human(reader: &dyn Reader, id: &IncidentId) -> Result<Option<NeedsHuman>, Problem> {
    let about = EntryFilter {
        subject: Some(id.to_string()),
        ..EntryFilter::default()
    };
    let request = PageRequest {
        limit: LATELY,
        after: None,
    };
    let lately = reader.journal_like(&about, true, request).await?;
    Ok(lately.items.iter().find_map(|entry| left_to_people(&entry.to_json())))
}

/// A run that could not begin or has not helped, an actor that failed too often, or a person that escalates.
fn left_to_people(entry: &Value) -> Option<NeedsHuman> {
    let data = &entry["data"];
    let text = |name: &str| data[name].as_str().map(str::to_owned);
    let is_it = match entry["kind"].as_str()? {
        "run.not_begun" => true,
        "incident.changed" => {
            let has = |name: &str| !data[name].is_null();
            has("escalated_by") || has("run_id") || data["phase"]["to"] == Phase::NeedsHuman.as_str()
        }
        _ => false,
    };
    if !is_it {
        return None;
    }
    Some(NeedsHuman {
        since: entry["at"].as_str()?.parse().ok()?,
        by: text("escalated_by").or_else(|| entry["actor"].as_str().map(str::to_owned))?,
        why: text("why"),
        runbook: text("runbook"),
    })
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
