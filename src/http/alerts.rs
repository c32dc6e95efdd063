//! `GET /alerts`, `/alerts/{id}`, `/alerts/{id}/why`.

use std::sync::Arc;

use actors::domain::{AlertId, AlertState, IncidentId, Severity};
use actors::port::reader::{AlertFilter, AlertView, PageRequest};
use actors::port::writer::Receipt;
use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::openapi::path::Parameter;
use utoipa::{IntoParams, ToSchema};

use super::page::{Ask, Asked, Paged, Query};
use super::problem::Problem;
use super::rights::{May, Read};
use super::{Edge, shape};

/// Alerts, newest first.
pub(super) async fn list(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Asked { asked, .. }: Asked<(AlertFilter, PageRequest)>,
) -> Result<Json<Paged<shape::Alert>>, Problem> {
    let (filter, request) = asked;
    let found = edge.store.reader(may.company()).alerts(&filter, request).await?;
    Ok(Json(Paged::of(found, |view| shape::alert(&view))))
}

#[derive(IntoParams)]
#[allow(dead_code, reason = "describes what `AlertFilter` is read from")]
struct Filter {
    /// Only those of this incident.
    incident_id: Option<IncidentId>,
    /// Only those in this state.
    state: Option<AlertState>,
    /// Only those of this severity.
    severity: Option<Severity>,
    /// Only those received since: an RFC 3339 time, or a span before now such as `24h`.
    since: Option<String>,
}

impl Ask for AlertFilter {
    fn parameters() -> Vec<Parameter> {
        Filter::into_params(|| None)
    }

    fn read(query: &mut Query, edge: &Edge) -> Result<Self, Problem> {
        Ok(Self {
            incident_id: query.word("incident_id")?,
            state: query.word("state")?,
            severity: query.word("severity")?,
            since: query.since(edge.clock.now())?,
        })
    }
}

/// One alert.
pub(super) async fn one(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
) -> Result<Json<shape::Alert>, Problem> {
    let (view, _) = find(&edge, &may, &id).await?;
    Ok(Json(shape::alert(&view)))
}

/// Why an alert is where it is.
#[derive(Serialize, ToSchema)]
pub(super) struct Why {
    alert_id: AlertId,
    state: AlertState,
    incident_id: Option<IncidentId>,
    /// Nothing where it has not been placed yet.
    receipt: Option<Receipt>,
}

/// Why it is where it is: its receipt, or that it has none yet.
pub(super) async fn why(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
) -> Result<Json<Why>, Problem> {
    let (view, receipt) = find(&edge, &may, &id).await?;
    Ok(Json(Why {
        alert_id: view.alert.id(),
        state: view.state,
        incident_id: view.incident_id,
        receipt,
    }))
}

async fn find(edge: &Edge, may: &May<Read>, id: &str) -> Result<(AlertView, Option<Receipt>), Problem> {
    let id: AlertId = id.parse().map_err(|_| Problem::not_found("alert"))?;
    let found = edge.store.reader(may.company()).alert(id).await?;
    found.ok_or_else(|| Problem::not_found("alert"))
}
