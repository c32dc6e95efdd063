//! For whoever runs the platform: the living tree, dead letters and quarantined companies. A company's
//! key sees and touches its own.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::{AlertId, AlertState, CompanyId};
use actors::port::reader::AlertFilter;
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use serde_json::{Value, json};

use super::page::{Query, write_cursor};
use super::problem::Problem;
use super::rights::{ActOn, Oversees, Read};
use super::{Edge, shape};

/// How long a release may take.
const WITHIN: Duration = Duration::from_secs(10);

/// The most lines that `actors` shows.
const RESIDENTS: usize = 1_000;

/// Who lives: `{total, items: [{kind, id, company_id, state, restarts, queue, handled, age_s}]}`, at most
/// 1,000 of `total`.
pub(super) async fn actors(
    State(edge): State<Arc<Edge>>,
    oversees: Oversees<Read>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, Problem> {
    let mut query = Query::read(raw.as_deref())?;
    let company = oversees.company(query.company()?)?;
    query.done()?;
    if let Some(company) = &company {
        edge.store.reader(company).company().await?;
    }
    let (total, residents) = edge.runtime.census().residents(company.as_ref(), RESIDENTS);
    Ok(Json(json!({"total": total, "items": residents})))
}

/// Alerts that could not be placed, newest first, each with its receipt, which says why.
pub(super) async fn dead_letters(
    State(edge): State<Arc<Edge>>,
    oversees: Oversees<Read>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, Problem> {
    let mut query = Query::read(raw.as_deref())?;
    let company = oversees.one_company(query.company()?)?;
    let request = query.page()?;
    query.done()?;
    let reader = edge.store.reader(&company);
    let filter = AlertFilter {
        state: Some(AlertState::DeadLetter),
        ..AlertFilter::default()
    };
    let found = reader.alerts(&filter, request).await?;
    let mut items = Vec::with_capacity(found.items.len());
    for view in &found.items {
        let receipt = reader.alert(view.alert.id()).await?.and_then(|(_, receipt)| receipt);
        let mut item = shape::alert(view);
        item["receipt"] = json!(receipt);
        items.push(item);
    }
    Ok(Json(
        json!({"items": items, "next_cursor": found.next.map(write_cursor)}),
    ))
}

/// Places a dead letter again.
pub(super) async fn release_alert(
    State(edge): State<Arc<Edge>>,
    oversees: Oversees<ActOn>,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, Problem> {
    let mut query = Query::read(raw.as_deref())?;
    let company = oversees.one_company(query.company()?)?;
    query.done()?;
    let id: AlertId = id.parse().map_err(|_| Problem::not_found("dead letter"))?;
    edge.runtime.release_alert(&company, id, WITHIN).await?;
    Ok(Json(json!({"message": "Released", "alert_id": id})))
}

/// Lets a quarantined company try again at once.
pub(super) async fn release_company(
    State(edge): State<Arc<Edge>>,
    oversees: Oversees<ActOn>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let id: CompanyId = id.parse().map_err(|_| Problem::not_found("company"))?;
    let id = oversees.one_company(Some(id))?;
    edge.store.reader(&id).company().await?;
    edge.runtime.release_company(&id, WITHIN).await?;
    Ok(Json(json!({"message": "Released", "company_id": id})))
}
