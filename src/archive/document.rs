//! What stands in an archive of alerts or incidents: a line each, which says what it is.

use actors::domain::ids::DeliveryId;
use actors::domain::{AlertState, CompanyId, Decision, Incident, IncidentId, Life, NewAlert, Severity, Timestamp};
use actors::port::reader::PastAlert;
use actors::port::writer::Receipt;
use serde::Serialize;

/// A line.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Document<'a> {
    Alert(Alert<'a>),
    Incident(PastIncident<'a>),
    /// Of the incident before it.
    Decision(&'a Decision),
}

/// An alert as it was sent, what became of it, and why.
#[derive(Serialize)]
pub(super) struct Alert<'a> {
    company_id: &'a CompanyId,
    received_at: Timestamp,
    delivery_id: Option<&'a DeliveryId>,
    state: AlertState,
    incident_id: Option<&'a IncidentId>,
    #[serde(flatten)]
    sent: &'a NewAlert,
    receipt: Option<&'a Receipt>,
}

impl<'a> Alert<'a> {
    pub(super) fn of(past: &'a PastAlert) -> Self {
        let alert = &past.view.alert;
        Self {
            company_id: &alert.company_id,
            received_at: alert.received_at,
            delivery_id: alert.delivery_id.as_ref(),
            state: past.view.state,
            incident_id: past.view.incident_id.as_ref(),
            sent: &alert.sent,
            receipt: past.receipt.as_ref(),
        }
    }
}

/// An incident as it ended. Its alerts stand in archives of alerts.
#[derive(Serialize)]
pub(super) struct PastIncident<'a> {
    company_id: &'a CompanyId,
    incident_id: &'a IncidentId,
    asset_name: &'a str,
    signature: &'a str,
    severity: Severity,
    alert_count: u64,
    tool_sources: &'a [String],
    created_at: Timestamp,
    updated_at: Timestamp,
    first_event_at: Timestamp,
    last_event_at: Timestamp,
    last_alert_at: Timestamp,
    #[serde(flatten)]
    life: &'a Life,
}

impl<'a> PastIncident<'a> {
    pub(super) fn of(row: &'a Incident) -> Self {
        Self {
            company_id: &row.company_id,
            incident_id: &row.incident_id,
            asset_name: &row.asset_name,
            signature: &row.signature,
            severity: row.severity,
            alert_count: row.alert_count,
            tool_sources: &row.tool_sources,
            created_at: row.created_at,
            updated_at: row.updated_at,
            first_event_at: row.first_event_at,
            last_event_at: row.last_event_at,
            last_alert_at: row.last_alert_at,
            life: &row.life,
        }
    }
}
