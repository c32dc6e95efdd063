//! Verdicts about alerts, and changes of incidents.

use actors::domain::{Alert, AlertState, Incident, IncidentId, Life, Signal, Timestamp};
use actors::port::writer::{
    Expect, FingerprintState, IncidentChange, IncidentPlacement, Opening, PlaceBatch, Placement, Receipt,
};

use super::alerts::fact;

/// A receipt such as a correlator writes.
pub fn receipt(layer: &str, now: Timestamp) -> Receipt {
    Receipt {
        layer: layer.to_owned().into(),
        rule: "same asset and signature".into(),
        by_rule: None,
        key: "asset=web-1|signature=disk_full".to_owned(),
        event_at: now,
        window_minutes: 15,
        considered: Vec::new(),
        offers_merge_with: None,
        now,
        rules_version: 1,
    }
}

/// A verdict that touches no incident.
pub fn verdict(alert: &Alert, state: AlertState, due_at: Option<Timestamp>, now: Timestamp) -> Placement {
    Placement {
        alert_no: alert.no,
        state,
        receipt: receipt(state.as_str(), now),
        due_at,
    }
}

/// Alerts that join an incident.
pub fn joining(id: &IncidentId, alerts: &[Alert], now: Timestamp) -> IncidentPlacement {
    let mut firing_delta = [0; 4];
    for alert in alerts.iter().filter(|alert| alert.sent.status == Signal::Firing) {
        firing_delta[alert.sent.severity.index()] += 1;
    }
    IncidentPlacement {
        incident_id: id.clone(),
        opening: None,
        alerts: alerts
            .iter()
            .map(|alert| verdict(alert, AlertState::Placed, None, now))
            .collect(),
        firing_delta,
        severity: alerts.iter().map(|alert| alert.sent.severity).max().unwrap(),
        tool_sources: alerts
            .iter()
            .filter_map(|alert| alert.sent.tool_source.clone())
            .collect(),
        first_event_at: alerts.iter().map(|alert| alert.received_at).min().unwrap(),
        last_event_at: alerts.iter().map(|alert| alert.received_at).max().unwrap(),
        last_alert_at: alerts.iter().map(|alert| alert.received_at).max().unwrap(),
        keys: vec!["asset=web-1|signature=disk_full".to_owned()],
        fingerprints: alerts.iter().map(fingerprint).collect(),
        recovered_at: None,
        flips: Vec::new(),
        reopens: false,
        wake: None,
        facts: Vec::new(),
    }
}

fn fingerprint(alert: &Alert) -> FingerprintState {
    FingerprintState {
        identity: alert.sent.identity(),
        status: alert.sent.status,
        severity: alert.sent.severity,
        event_at: alert.received_at,
        alert_no: alert.no,
    }
}

/// Alerts that open an incident, which then has something to decide.
pub fn opening(id: &IncidentId, alerts: &[Alert], now: Timestamp) -> IncidentPlacement {
    IncidentPlacement {
        opening: Some(Opening {
            asset_name: alerts[0].sent.asset_name.clone(),
            signature: alerts[0].sent.signature.clone(),
            created_at: now,
        }),
        wake: Some(now),
        facts: vec![fact("incident.opened", id.as_str(), now)],
        ..joining(id, alerts, now)
    }
}

/// A batch.
pub fn batch(
    joinable_no: u64,
    incidents: Vec<IncidentPlacement>,
    others: Vec<Placement>,
    now: Timestamp,
) -> PlaceBatch {
    PlaceBatch {
        now,
        joinable_no,
        incidents,
        others,
    }
}

/// A change of a row that changes nothing yet but what its actor has noticed.
pub fn change_of(row: &Incident, now: Timestamp) -> IncidentChange {
    IncidentChange {
        incident_id: row.incident_id.clone(),
        expect: Expect::Version(row.version),
        life: None,
        absorbed_no: row.placed_no,
        wake_due: None,
        decided: None,
        decision: None,
        memory: None,
        puts: Vec::new(),
        guard: None,
        facts: Vec::new(),
        now,
    }
}

/// A row's life, resolved.
pub fn resolved(row: &Incident, now: Timestamp) -> Life {
    row.life.clone().resolved("recovery", now)
}

/// A row's life, open again.
pub fn reopened(row: &Incident) -> Life {
    row.life.clone().reopened()
}
