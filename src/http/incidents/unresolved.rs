//! `GET /incidents/unresolved`: what is open, in short, over all companies that one reads.

use std::sync::Arc;

use actors::domain::{CompanyId, IncidentId, IncidentStatus, Phase, Severity, Timestamp};
use actors::incident::lifecycle;
use actors::limits::UNRESOLVED;
use actors::port::reader::{OpenView, Page};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::Edge;
use super::super::page::{Asked, Paged};
use super::super::problem::Problem;
use super::super::rights::{Reaches, Read};
use super::super::shape::{self, IncidentClock};
use super::super::walk::Across;

/// Rows of a page where the request says nothing.
const DEFAULT: usize = 500;

/// An unresolved incident, in short.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct IncidentLine {
    incident_id: IncidentId,
    company_id: CompanyId,
    status: IncidentStatus,
    phase: Phase,
    /// The gravest that fires.
    severity: Severity,
    signature: String,
    asset_name: String,
    alert_count: u64,
    tool_sources: Vec<String>,
    /// How urgent it is as of now; higher is more urgent.
    priority_score: i64,
    assigned_to: Option<String>,
    acknowledged_at: Option<Timestamp>,
    snoozed_until: Option<Timestamp>,
    flapping: bool,
    /// Whether something keeps it quiet.
    suppressed: bool,
    /// The clocks that its company's service levels give it.
    clocks: Vec<IncidentClock>,
    /// What the last decision says; `null` where nothing was decided.
    recommendation: Option<String>,
    /// How sure that is, from 0 to 1.
    confidence: Option<f64>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

fn line(edge: &Edge, now: Timestamp, view: OpenView) -> IncidentLine {
    let row = view.incident;
    let (recommendation, confidence) = match view.verdict {
        Some(verdict) => (Some(verdict.recommendation), Some(verdict.confidence)),
        None => (None, None),
    };
    let is_critical = edge.keyring.is_critical(&row.company_id, &row.asset_name);
    IncidentLine {
        phase: lifecycle::phase(&row),
        priority_score: row.priority_score(now, is_critical),
        clocks: shape::clocks(edge, &row, now),
        incident_id: row.incident_id,
        company_id: row.company_id,
        status: row.life.status,
        severity: row.severity,
        signature: row.signature,
        asset_name: row.asset_name,
        alert_count: row.alert_count,
        tool_sources: row.tool_sources.into_iter().collect(),
        assigned_to: row.life.assigned_to,
        acknowledged_at: row.life.acknowledged_at,
        snoozed_until: row.life.snooze.map(|snooze| snooze.until),
        flapping: row.life.flapping_since.is_some(),
        suppressed: row.life.suppressed.is_some(),
        recommendation,
        confidence,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

/// Unresolved incidents of all companies that one reads, or of one: company by company, newest first within each. A page
/// may hold fewer than it was asked for.
pub(in super::super) async fn unresolved(
    reaches: Reaches<Read>,
    State(edge): State<Arc<Edge>>,
    Asked { company, asked: across }: Asked<Across<UNRESOLVED, DEFAULT>>,
) -> Result<Json<Paged<IncidentLine>>, Problem> {
    let companies = reaches.read_at_once(&edge, company)?;
    let (now, edge) = (edge.clock.now(), &edge);
    let read = |company: CompanyId, request| async move {
        let found = edge.store.reader(&company).unresolved(request).await?;
        let items = found.items.into_iter().map(|view| line(edge, now, view)).collect();
        Ok(Page {
            items,
            next: found.next,
        })
    };
    across.walk(&companies, read).await.map(Json)
}
