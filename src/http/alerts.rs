//! `GET /alerts`, `/alerts/{id}`, `/alerts/{id}/why`.

use std::sync::Arc;

use actors::domain::AlertId;
use actors::port::reader::{AlertFilter, AlertView};
use actors::port::writer::Receipt;
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use serde_json::{Value, json};

use super::page::{Query, page};
use super::problem::Problem;
use super::rights::{May, Read};
use super::{Edge, shape};

/// Alerts, newest first.
pub(super) async fn list(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, Problem> {
    let mut query = Query::read(raw.as_deref())?;
    query.company()?;
    let request = query.page()?;
    let filter = AlertFilter {
        incident_id: query.word("incident_id")?,
        state: query.word("state")?,
        severity: query.word("severity")?,
        since: query.since(edge.clock.now())?,
    };
    query.done()?;
    let found = edge.store.reader(may.company()).alerts(&filter, request).await?;
    Ok(Json(page(found, |view| shape::alert(&view))))
}

/// One alert.
pub(super) async fn one(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let (view, _) = find(&edge, &may, &id).await?;
    Ok(Json(shape::alert(&view)))
}

/// Why it is where it is: its receipt, or that it has none yet.
pub(super) async fn why(
    may: May<Read>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let (view, receipt) = find(&edge, &may, &id).await?;
    Ok(Json(json!({
        "alert_id": view.alert.id(),
        "state": view.state,
        "incident_id": view.incident_id,
        "receipt": receipt,
    })))
}

async fn find(edge: &Edge, may: &May<Read>, id: &str) -> Result<(AlertView, Option<Receipt>), Problem> {
    let id: AlertId = id.parse().map_err(|_| Problem::not_found("alert"))?;
    let found = edge.store.reader(may.company()).alert(id).await?;
    found.ok_or_else(|| Problem::not_found("alert"))
}
