//! For whoever runs the platform: the living tree, dead letters, quarantined companies, and who may do what.
//! A company's people and keys see their own.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::{AlertId, AlertState};
use actors::port::reader::AlertFilter;
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use serde_json::{Value, json};
use strum::IntoEnumIterator;

use super::gate::{Anyone, Policy};
use super::page::{Query, write_cursor};
use super::problem::Problem;
use super::rights::{May, Oversee, Reaches, Release};
use super::{Edge, router, shape};
use crate::accounts::rights::{Right, Role, of_role, scope_for};

/// How long a release may take.
const WITHIN: Duration = Duration::from_secs(10);

/// The most lines that `actors` shows.
const RESIDENTS: usize = 1_000;

/// Who lives: `{total, items: [{kind, id, company_id, state, restarts, queue, handled, age_s}]}`, at most
/// 1,000 of `total`.
pub(super) async fn actors(
    reaches: Reaches<Oversee>,
    State(edge): State<Arc<Edge>>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, Problem> {
    let mut query = Query::read(raw.as_deref())?;
    let company = reaches.look_at(&edge, query.company()?)?;
    query.done()?;
    let (total, residents) = edge.runtime.census().residents(company.as_ref(), RESIDENTS);
    Ok(Json(json!({"total": total, "items": residents})))
}

/// Alerts that could not be placed, newest first, each with its receipt, which says why.
pub(super) async fn dead_letters(
    may: May<Oversee>,
    State(edge): State<Arc<Edge>>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, Problem> {
    let mut query = Query::read(raw.as_deref())?;
    query.company()?;
    let request = query.page()?;
    query.done()?;
    let reader = edge.store.reader(may.company());
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
    may: May<Release>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let id: AlertId = id.parse().map_err(|_| Problem::not_found("dead letter"))?;
    edge.runtime.release_alert(may.company(), id, WITHIN).await?;
    Ok(Json(json!({"message": "Released", "alert_id": id})))
}

/// Lets a quarantined company try again at once.
pub(super) async fn release_company(may: May<Release>, State(edge): State<Arc<Edge>>) -> Result<Json<Value>, Problem> {
    edge.runtime.release_company(may.company(), WITHIN).await?;
    Ok(Json(json!({"message": "Released", "company_id": may.company()})))
}

/// Who may do what: the matrix, and what each route asks for.
pub(super) async fn rights(_: Anyone) -> Json<Value> {
    let rows: Vec<Value> = Right::iter()
        .map(|right| {
            let mut row = json!({
                "right": right, "what": right.what(),
                "api_key": scope_for(right).map(|scope| format!("scope {}", scope.as_str())),
            });
            for role in Role::iter() {
                row[role.as_str()] = json!(of_role(role, right));
            }
            row
        })
        .collect();
    let routes: Vec<Value> = router::listed()
        .iter()
        .map(|route| {
            let needs = match route.policy {
                Policy::Anyone => None,
                Policy::Whoever(right) => Some(right),
            };
            json!({"method": route.method.as_str(), "path": route.path, "right": needs})
        })
        .collect();
    Json(json!({"rights": rows, "routes": routes}))
}
