//! The shapes that clients rely on (product contract, section 1): fields may be added, none renamed.

use actors::domain::ShortMemory;
use actors::incident::lifecycle;
use actors::port::reader::{AlertView, IncidentView, TimelineItem};
use serde_json::{Value, json};

use super::Edge;

/// An alert.
pub(super) fn alert(view: &AlertView) -> Value {
    let (alert, sent) = (&view.alert, &view.alert.sent);
    let fingerprint = sent.fingerprint.clone().unwrap_or_else(|| sent.identity().to_string());
    json!({
        "alert_id": sent.alert_id,
        "company_id": alert.company_id,
        "asset_name": sent.asset_name,
        "signature": sent.signature,
        "severity": sent.severity,
        "message": sent.message,
        "tool_source": sent.tool_source,
        "status": sent.status,
        "state": view.state,
        "fingerprint": fingerprint,
        "labels": sent.labels,
        "url": sent.url,
        "incident_id": view.incident_id,
        "delivery_id": alert.delivery_id,
        "unsigned": sent.unsigned,
        "starts_at": sent.starts_at,
        "ends_at": sent.ends_at,
        "received_at": alert.received_at,
    })
}

/// An incident, with its urgency and its session as of now.
pub(super) fn incident(edge: &Edge, view: &IncidentView) -> Value {
    let now = edge.clock.now();
    let (row, life) = (&view.incident, &view.incident.life);
    let session = life.session.as_ref().map(|session| {
        json!({
            "session_id": session.session_id, "started_at": session.started_at, "ends_at": session.ends_at,
            "ended": session.ends_at <= now, "handover": session.handover,
        })
    });
    json!({
        "incident_id": row.incident_id,
        "company_id": row.company_id,
        "status": life.status,
        "phase": lifecycle::phase(row),
        "severity": row.severity,
        "signature": row.signature,
        "asset_name": row.asset_name,
        "alert_count": row.alert_count,
        "tool_sources": row.tool_sources,
        "priority_score": row.priority_score(now, edge.keyring.is_critical(&row.company_id, &row.asset_name)),
        "assigned_to": life.assigned_to,
        "acknowledged_at": life.acknowledged_at,
        "acknowledged_by": life.acknowledged_by,
        "snoozed_until": life.snooze.map(|snooze| snooze.until),
        "flapping": life.flapping_since.is_some(),
        "merged_into": life.merged_into,
        "session": session,
        "decision": view.decision,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "resolved_at": life.resolved_at,
        "resolved_by": life.resolved_by,
    })
}

/// A line of a timeline.
pub(super) fn timeline_item(item: TimelineItem) -> Value {
    match item {
        TimelineItem::Entry(entry) => entry.to_json(),
        TimelineItem::Alert { view, .. } => json!({
            "kind": "alert.placed",
            "at": view.alert.received_at,
            "company_id": view.alert.company_id,
            "subject": view.incident_id,
            "alert": alert(&view),
        }),
    }
}

/// A short memory.
pub(super) fn memory(memory: &ShortMemory) -> Value {
    json!({
        "memory_id": memory.memory_id,
        "incident_id": memory.incident_id,
        "company_id": memory.company_id,
        "messages": memory.messages,
        "expires_at": memory.expires_at,
    })
}
