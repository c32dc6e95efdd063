//! The shapes that clients rely on (product contract, section 1): fields may be added, none renamed.

use std::collections::BTreeMap;

use actors::domain::ids::{DeliveryId, MemoryId, SessionId};
use actors::domain::memory::Message;
use actors::domain::suppression::SuppressedBy;
use actors::domain::{
    AlertId, AlertState, Clocked, CompanyId, Decision, IncidentId, IncidentStatus, Phase, Severity, ShortMemory,
    Signal, Summary, Timestamp,
};
use actors::incident::lifecycle;
use actors::port::reader::{self, AlertView, IncidentView};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::Edge;

/// An alert.
#[derive(Serialize, ToSchema)]
pub(super) struct Alert {
    alert_id: AlertId,
    company_id: CompanyId,
    /// What is in trouble.
    asset_name: String,
    /// The kind of trouble.
    signature: String,
    severity: Severity,
    message: String,
    /// Which monitoring tool sent it.
    tool_source: Option<String>,
    status: Signal,
    state: AlertState,
    /// By what repeats of the same trouble are known.
    fingerprint: String,
    labels: BTreeMap<String, String>,
    /// Where its sender shows more.
    url: Option<String>,
    incident_id: Option<IncidentId>,
    delivery_id: Option<DeliveryId>,
    /// Whether it came without a signature.
    unsigned: bool,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    received_at: Timestamp,
}

/// An incident.
#[derive(Serialize, ToSchema)]
pub(super) struct Incident {
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
    acknowledged_by: Option<String>,
    snoozed_until: Option<Timestamp>,
    flapping: bool,
    merged_into: Option<IncidentId>,
    session: Option<Session>,
    /// The last one.
    decision: Option<Decision>,
    created_at: Timestamp,
    updated_at: Timestamp,
    resolved_at: Option<Timestamp>,
    resolved_by: Option<String>,
    /// Since when its alerts are in an archive alone.
    alerts_archived_at: Option<Timestamp>,
    /// What keeps it quiet: nobody is told of it, and it decides nothing by itself.
    suppressed_by: Vec<SuppressedBy>,
    /// Since when whoever is to hear of it has been told; its clocks run from here.
    told_at: Option<Timestamp>,
    /// The clocks that its company's service levels give it.
    clocks: Vec<IncidentClock>,
}

/// A clock of an incident.
#[derive(Serialize, ToSchema)]
pub(super) struct IncidentClock {
    /// Until when something has to happen.
    clock: Clocked,
    due_at: Timestamp,
    /// When it did; `null` where it has not.
    stopped_at: Option<Timestamp>,
    /// Whether it was, or is, too late.
    breached: bool,
}

/// An incident's time at work: at most eight hours.
#[derive(Serialize, ToSchema)]
pub(super) struct Session {
    session_id: SessionId,
    started_at: Timestamp,
    ends_at: Timestamp,
    ended: bool,
    /// What its successor has to know.
    handover: Option<String>,
}

/// A journal entry.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct JournalEntry(Value);

/// A journal entry's fields, of which the stored text is hashed and answered as it is.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes what `Entry::to_json` writes")]
struct EntryFields {
    /// Its place in the journal, from 1, without gaps.
    seq: u64,
    company_id: CompanyId,
    /// SHA-256 over the hash before it and this entry, in hex.
    hash: String,
    id: String,
    at: Timestamp,
    /// What happened, such as `incident.opened`.
    kind: String,
    /// What it is about: an id.
    subject: String,
    /// Who did it: a person's or a key's id, or the part of the system.
    actor: String,
    /// What else is known of it. What came from outside stands under `from`: `{address, agent}`.
    data: Map<String, Value>,
}

impl PartialSchema for JournalEntry {
    fn schema() -> RefOr<Schema> {
        EntryFields::schema()
    }
}

impl ToSchema for JournalEntry {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        EntryFields::schemas(schemas);
    }
}

/// A line of a timeline.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum TimelineItem {
    /// What happened.
    Entry(JournalEntry),
    /// An alert that became part of it.
    Alert(Box<Placed>),
}

/// An alert that became part of an incident.
#[derive(Serialize, ToSchema)]
pub(super) struct Placed {
    /// `alert.placed`.
    kind: &'static str,
    at: Timestamp,
    company_id: CompanyId,
    /// The incident.
    subject: Option<IncidentId>,
    alert: Alert,
}

/// A short memory.
#[derive(Serialize, ToSchema)]
pub(super) struct Memory {
    memory_id: MemoryId,
    incident_id: IncidentId,
    company_id: CompanyId,
    /// The last of them, oldest first.
    messages: Vec<Message>,
    /// What is kept of those before them; `null` while there is room for all.
    summary: Option<Summary>,
    expires_at: Timestamp,
}

/// An alert.
pub(super) fn alert(view: &AlertView) -> Alert {
    let (alert, sent) = (&view.alert, &*view.alert.sent);
    Alert {
        alert_id: sent.alert_id,
        company_id: alert.company_id.clone(),
        asset_name: sent.asset_name.clone(),
        signature: sent.signature.clone(),
        severity: sent.severity,
        message: sent.message.clone(),
        tool_source: sent.tool_source.clone(),
        status: sent.status,
        state: view.state,
        fingerprint: sent.fingerprint.clone().unwrap_or_else(|| sent.identity().to_string()),
        labels: sent.labels.clone(),
        url: sent.url.clone(),
        incident_id: view.incident_id.clone(),
        delivery_id: alert.delivery_id.clone(),
        unsigned: sent.unsigned,
        starts_at: sent.starts_at,
        ends_at: sent.ends_at,
        received_at: alert.received_at,
    }
}

/// The clocks of an incident, as of a moment.
pub(super) fn clocks(edge: &Edge, row: &actors::domain::Incident, now: Timestamp) -> Vec<IncidentClock> {
    let company = edge.keyring.company(&row.company_id);
    let clocks = company.map(|company| lifecycle::clocks(row, &company.notifications));
    let shown = clocks.unwrap_or_default().into_iter().map(|clock| IncidentClock {
        clock: clock.clock,
        due_at: clock.due_at,
        breached: clock.is_breached(now),
        stopped_at: clock.stopped_at,
    });
    shown.collect()
}

/// An incident, with its urgency and its session as of now.
pub(super) fn incident(edge: &Edge, view: IncidentView) -> Incident {
    let now = edge.clock.now();
    let (row, decision) = (view.incident, view.decision);
    let phase = lifecycle::phase(&row);
    let priority_score = row.priority_score(now, edge.keyring.is_critical(&row.company_id, &row.asset_name));
    let clocks = clocks(edge, &row, now);
    let life = row.life;
    let suppressed_by = life.suppressed.map(|suppressed| suppressed.by).unwrap_or_default();
    let told_at = life.told.map(|told| told.at);
    let session = life.session.map(|session| Session {
        session_id: session.session_id,
        started_at: session.started_at,
        ends_at: session.ends_at,
        ended: session.ends_at <= now,
        handover: session.handover,
    });
    Incident {
        incident_id: row.incident_id,
        company_id: row.company_id,
        status: life.status,
        phase,
        severity: row.severity,
        signature: row.signature,
        asset_name: row.asset_name,
        alert_count: row.alert_count,
        tool_sources: row.tool_sources.into_iter().collect(),
        priority_score,
        assigned_to: life.assigned_to,
        acknowledged_at: life.acknowledged_at,
        acknowledged_by: life.acknowledged_by,
        snoozed_until: life.snooze.map(|snooze| snooze.until),
        flapping: life.flapping_since.is_some(),
        merged_into: life.merged_into,
        session,
        decision,
        created_at: row.created_at,
        updated_at: row.updated_at,
        resolved_at: life.resolved_at,
        resolved_by: life.resolved_by,
        alerts_archived_at: life.alerts_archived_at,
        suppressed_by,
        told_at,
        clocks,
    }
}

/// A journal entry.
pub(super) fn entry(entry: &actors::domain::Entry) -> JournalEntry {
    JournalEntry(entry.to_json())
}

/// A line of a timeline.
pub(super) fn timeline_item(item: &reader::TimelineItem) -> TimelineItem {
    match item {
        reader::TimelineItem::Entry(found) => TimelineItem::Entry(entry(found)),
        reader::TimelineItem::Alert { view, .. } => TimelineItem::Alert(Box::new(Placed {
            kind: "alert.placed",
            at: view.alert.received_at,
            company_id: view.alert.company_id.clone(),
            subject: view.incident_id.clone(),
            alert: alert(view),
        })),
    }
}

/// A short memory.
pub(super) fn memory(memory: ShortMemory) -> Memory {
    Memory {
        memory_id: memory.memory_id,
        incident_id: memory.incident_id,
        company_id: memory.company_id,
        messages: memory.messages.into(),
        summary: memory.summary,
        expires_at: memory.expires_at,
    }
}
