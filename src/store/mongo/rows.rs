//! Alerts and incidents as documents.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

use actors::domain::alert::Identity;
use actors::domain::digest::Digest;
use actors::domain::incident::DecidedMark;
use actors::domain::{
    Alert, AlertState, CompanyId, Decision, DeliveryId, Entry, Incident, IncidentId, NewAlert, Severity, ShortMemory,
    Signal, Timestamp,
};
use actors::port::inbox::Delivery;
use actors::port::reader::AlertView;
use actors::port::writer::{FingerprintState, Placement};
use mongodb::bson::raw::{CString, cstr};
use mongodb::bson::{Bson, Document, RawBsonRef, RawDocument, RawDocumentBuf, doc};

use super::fault::Fault;
use super::shape::{self, Fields, date, int};
use crate::store::migration::Verdict;

/// The moments of a life, of what is decided, of a receipt, of a short memory and of a decision.
const LIFE: &[&str] = &[
    "resolved_at",
    "session.started_at",
    "session.ends_at",
    "acknowledged_at",
    "snooze.until",
    "flapping_since",
    "kept_open_at",
    "alerts_archived_at",
    "remedy.until",
];
const DECIDED: &[&str] = &["at"];
const RECEIPT: &[&str] = &["event_at", "now"];
const MEMORY: &[&str] = &[
    "messages.at",
    "summary.since",
    "summary.until",
    "expires_at",
    "session.started_at",
    "session.ends_at",
];
const DECISION: &[&str] = &["created_at"];
pub(super) const COMPANY: &[&str] = &["created_at", "archived_at", "erase_requested_at", "erased_at"];

/// The `_id` of what is a company's own under a name. No id holds a slash.
pub(super) fn key(company: &CompanyId, name: &str) -> String {
    format!("{company}/{name}")
}

/// One of a few values, by its name on the wire.
fn named<T: Copy>(text: &str, all: &[T], name: fn(T) -> &'static str) -> Result<T, Fault> {
    let found = all.iter().copied().find(|value| name(*value) == text);
    found.ok_or_else(|| Fault::corrupt(format!("unknown: {text:?}")))
}

pub(super) fn severity(text: &str) -> Result<Severity, Fault> {
    named(text, &Severity::ALL, Severity::as_str)
}

fn signal_name(signal: Signal) -> &'static str {
    match signal {
        Signal::Firing => "firing",
        Signal::Resolved => "resolved",
    }
}

fn signal(text: &str) -> Result<Signal, Fault> {
    named(text, &[Signal::Firing, Signal::Resolved], signal_name)
}

/// The states of alerts that may still move or that a person may look for: those that an index holds.
pub(super) const UNSETTLED: [AlertState; 5] = [
    AlertState::Received,
    AlertState::Held,
    AlertState::Suppressed,
    AlertState::Unmatched,
    AlertState::DeadLetter,
];

pub(super) fn state(text: &str) -> Result<AlertState, Fault> {
    match AlertState::Placed.as_str() == text {
        true => Ok(AlertState::Placed),
        false => named(text, &UNSETTLED, AlertState::as_str),
    }
}

// ---- alerts ------------------------------------------------------------------------------------

/// How an alert came.
struct Arrival<'a> {
    no: u64,
    company: &'a CompanyId,
    received_at: Timestamp,
    delivery_id: Option<&'a DeliveryId>,
}

/// A new alert.
pub(super) fn alert_document(no: u64, delivery: &Delivery, alert: &NewAlert) -> Result<RawDocumentBuf, Fault> {
    let arrival = Arrival {
        no,
        company: &delivery.company_id,
        received_at: delivery.received_at,
        delivery_id: delivery.delivery_id.as_ref(),
    };
    document_of(&arrival, alert, AlertState::Received)
}

/// An alert with what has become of it.
pub(super) fn judged_document(alert: &Alert, verdict: Option<&Verdict>) -> Result<RawDocumentBuf, Fault> {
    let arrival = Arrival {
        no: alert.no,
        company: &alert.company_id,
        received_at: alert.received_at,
        delivery_id: alert.delivery_id.as_ref(),
    };
    let Some(verdict) = verdict else {
        return document_of(&arrival, &alert.sent, AlertState::Received);
    };
    let placement = &verdict.placement;
    let mut document = document_of(&arrival, &alert.sent, placement.state)?;
    let more = verdict_fields(placement, verdict.incident.as_ref(), verdict.commit_no)?;
    for field in RawDocumentBuf::try_from(&more)?.iter() {
        let (name, value) = field?;
        document.append(name, value);
    }
    Ok(document)
}

/// Written without detours: there may be ten thousand a second.
fn document_of(arrival: &Arrival<'_>, alert: &NewAlert, state: AlertState) -> Result<RawDocumentBuf, Fault> {
    let mut to = RawDocumentBuf::new();
    to.append(cstr!("_id"), int(arrival.no));
    to.append(cstr!("company_id"), arrival.company.as_str());
    to.append(cstr!("alert_id"), alert.alert_id.to_string());
    to.append(cstr!("state"), state.as_str());
    to.append(cstr!("asset_name"), alert.asset_name.as_str());
    to.append(cstr!("signature"), alert.signature.as_str());
    to.append(cstr!("severity"), alert.severity.as_str());
    to.append(cstr!("message"), alert.message.as_str());
    to.append(cstr!("status"), signal_name(alert.status));
    for (name, text) in [
        (cstr!("tool_source"), &alert.tool_source),
        (cstr!("fingerprint"), &alert.fingerprint),
        (cstr!("url"), &alert.url),
    ] {
        if let Some(text) = text {
            to.append(name, text.as_str());
        }
    }
    for (name, at) in [(cstr!("starts_at"), alert.starts_at), (cstr!("ends_at"), alert.ends_at)] {
        if let Some(at) = at {
            to.append(name, date(at));
        }
    }
    let mut labels = RawDocumentBuf::new();
    for (name, text) in &alert.labels {
        labels.append(CString::try_from(name.as_str())?, text.as_str());
    }
    to.append(cstr!("labels"), labels);
    if alert.unsigned {
        to.append(cstr!("unsigned"), true);
    }
    to.append(cstr!("received_at"), date(arrival.received_at));
    if let Some(id) = arrival.delivery_id {
        to.append(cstr!("delivery_id"), id.as_str());
    }
    Ok(to)
}

/// What is read of an alert, before it is known to be whole.
#[derive(Default)]
struct Parts<'a> {
    no: Option<i64>,
    received_at: Option<Timestamp>,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    texts: BTreeMap<&'a str, &'a str>,
    labels: BTreeMap<String, String>,
    unsigned: bool,
}

impl<'a> Parts<'a> {
    fn of(document: &'a RawDocument) -> Result<Self, Fault> {
        let mut parts = Self::default();
        for field in document.iter() {
            let (name, value) = field?;
            match (name.as_str(), value) {
                ("_id", RawBsonRef::Int64(no)) => parts.no = Some(no),
                ("received_at", RawBsonRef::DateTime(at)) => parts.received_at = Some(shape::moment(at)),
                ("starts_at", RawBsonRef::DateTime(at)) => parts.starts_at = Some(shape::moment(at)),
                ("ends_at", RawBsonRef::DateTime(at)) => parts.ends_at = Some(shape::moment(at)),
                ("unsigned", RawBsonRef::Boolean(unsigned)) => parts.unsigned = unsigned,
                ("labels", RawBsonRef::Document(labels)) => parts.labels = texts(labels)?,
                (name, RawBsonRef::String(text)) => drop(parts.texts.insert(name, text)),
                _ => {}
            }
        }
        Ok(parts)
    }

    fn text(&self, name: &str) -> Result<&'a str, Fault> {
        let text = self.texts.get(name).copied();
        text.ok_or_else(|| Fault::corrupt(format!("an alert without {name}")))
    }

    fn text_or_none(&self, name: &str) -> Option<String> {
        self.texts.get(name).map(|text| (*text).to_owned())
    }

    fn parsed<T: FromStr<Err: std::fmt::Display>>(&self, name: &str) -> Result<T, Fault> {
        let parsed = self.text(name)?.parse();
        parsed.map_err(|error| Fault::corrupt(format!("{name}: {error}")))
    }

    fn parsed_or_none<T: FromStr<Err: std::fmt::Display>>(&self, name: &str) -> Result<Option<T>, Fault> {
        match self.texts.contains_key(name) {
            true => self.parsed(name).map(Some),
            false => Ok(None),
        }
    }
}

fn texts(labels: &RawDocument) -> Result<BTreeMap<String, String>, Fault> {
    let mut texts = BTreeMap::new();
    for label in labels.iter() {
        if let (name, RawBsonRef::String(text)) = label? {
            texts.insert(name.as_str().to_owned(), text.to_owned());
        }
    }
    Ok(texts)
}

/// An alert and what has become of it.
pub(super) fn alert_view(document: &RawDocument, company: &CompanyId) -> Result<AlertView, Fault> {
    let parts = Parts::of(document)?;
    let no = parts.no.ok_or_else(|| Fault::corrupt("an alert without a number"))?;
    let sent = NewAlert {
        alert_id: parts.parsed("alert_id")?,
        asset_name: parts.text("asset_name")?.to_owned(),
        signature: parts.text("signature")?.to_owned(),
        severity: severity(parts.text("severity")?)?,
        message: parts.text("message")?.to_owned(),
        tool_source: parts.text_or_none("tool_source"),
        status: signal(parts.text("status")?)?,
        fingerprint: parts.text_or_none("fingerprint"),
        starts_at: parts.starts_at,
        ends_at: parts.ends_at,
        url: parts.text_or_none("url"),
        unsigned: parts.unsigned,
        labels: BTreeMap::new(),
    };
    let received_at = parts.received_at;
    Ok(AlertView {
        state: state(parts.text("state")?)?,
        incident_id: parts.parsed_or_none("incident_id")?,
        alert: Alert {
            no: no.unsigned_abs(),
            company_id: company.clone(),
            received_at: received_at.ok_or_else(|| Fault::corrupt("an alert without received_at"))?,
            delivery_id: parts.parsed_or_none("delivery_id")?,
            sent: Arc::new(NewAlert {
                labels: parts.labels,
                ..sent
            }),
        },
    })
}

/// What a verdict says of its alert, besides its state.
fn verdict_fields(placement: &Placement, incident: Option<&IncidentId>, commit_no: u64) -> Result<Document, Fault> {
    let mut fields = doc! {
        "placed_no": int(commit_no),
        "receipt": shape::document(&placement.receipt, RECEIPT)?,
    };
    if let Some(incident) = incident {
        fields.insert("incident_id", incident.as_str());
    }
    if let Some(due) = placement.due_at {
        fields.insert("due_at", date(due));
    }
    Ok(fields)
}

/// What a verdict changes of its alert.
pub(super) fn verdict(placement: &Placement, incident: Option<&IncidentId>, commit_no: u64) -> Result<Document, Fault> {
    let mut set = verdict_fields(placement, incident, commit_no)?;
    set.insert("state", placement.state.as_str());
    let missing = ["incident_id", "due_at"]
        .into_iter()
        .filter(|name| !set.contains_key(name));
    let unset: Document = missing.map(|name| (name.to_owned(), Bson::from(""))).collect();
    let mut change = doc! { "$set": set };
    if !unset.is_empty() {
        change.insert("$unset", unset);
    }
    Ok(change)
}

// ---- incidents ---------------------------------------------------------------------------------

/// An incident and the company's number for it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StoredIncident {
    pub(super) no: u64,
    pub(super) row: Incident,
}

/// An incident, its life's fields beside its own. What it does not have is left out.
pub(super) fn incident_document(stored: &StoredIncident) -> Result<Document, Fault> {
    let StoredIncident { no, row } = stored;
    let mut to = doc! {
        "_id": key(&row.company_id, row.incident_id.as_str()),
        "company_id": row.company_id.as_str(),
        "incident_id": row.incident_id.as_str(),
        "no": int(*no),
        "asset_name": row.asset_name.as_str(),
        "signature": row.signature.as_str(),
        "severity": row.severity.as_str(),
        "alert_count": int(row.alert_count),
        "firing": by_severity(&row.firing),
        "tool_sources": &row.tool_sources,
        "created_at": date(row.created_at),
        "updated_at": date(row.updated_at),
        "first_event_at": date(row.first_event_at),
        "last_event_at": date(row.last_event_at),
        "last_alert_at": date(row.last_alert_at),
        "flips": row.flips.iter().map(|at| Bson::DateTime(date(*at))).collect::<Vec<_>>(),
        "version": int(row.version),
        "placed_no": int(row.placed_no),
        "absorbed_no": int(row.absorbed_no),
    };
    for (name, at) in [("recovered_at", row.recovered_at), ("wake_due", row.wake_due)] {
        if let Some(at) = at {
            to.insert(name, date(at));
        }
    }
    if let Some(decided) = &row.decided {
        to.insert("decided", shape::document(decided, DECIDED)?);
    }
    to.extend(shape::document(&row.life, LIFE)?);
    Ok(to)
}

fn by_severity(firing: &[u32; 4]) -> Document {
    let counts = Severity::ALL.into_iter().map(|severity| {
        let count = i64::from(firing[severity.index()]);
        (severity.as_str().to_owned(), Bson::Int64(count))
    });
    counts.collect()
}

/// An incident as it is stored.
pub(super) fn incident(document: Document, company: &CompanyId) -> Result<StoredIncident, Fault> {
    let from = &document;
    let counts = from
        .get_document("firing")
        .map_err(|_| Fault::corrupt("an incident without firing"))?;
    let mut firing = [0; 4];
    for severity in Severity::ALL {
        let count = counts.count(severity.as_str())?;
        firing[severity.index()] = u32::try_from(count).unwrap_or(u32::MAX);
    }
    let dates = |name: &str| -> Vec<Timestamp> {
        let all = from.get_array(name).into_iter().flatten();
        all.filter_map(Bson::as_datetime).copied().map(shape::moment).collect()
    };
    let tools = from.get_array("tool_sources").into_iter().flatten();
    let decided: Option<DecidedMark> = match from.get_document("decided") {
        Ok(decided) => Some(shape::value(decided.clone())?),
        Err(_) => None,
    };
    Ok(StoredIncident {
        no: from.count("no")?,
        row: Incident {
            incident_id: from.parsed("incident_id")?,
            company_id: company.clone(),
            asset_name: from.text("asset_name")?.to_owned(),
            signature: from.text("signature")?.to_owned(),
            created_at: from.at("created_at")?,
            version: from.count("version")?,
            alert_count: from.count("alert_count")?,
            firing,
            severity: severity(from.text("severity")?)?,
            tool_sources: tools.filter_map(Bson::as_str).map(str::to_owned).collect(),
            first_event_at: from.at("first_event_at")?,
            last_event_at: from.at("last_event_at")?,
            last_alert_at: from.at("last_alert_at")?,
            recovered_at: from.at_or_none("recovered_at"),
            flips: dates("flips"),
            placed_no: from.count("placed_no")?,
            absorbed_no: from.count("absorbed_no")?,
            wake_due: from.at_or_none("wake_due"),
            decided,
            updated_at: from.at("updated_at")?,
            life: shape::value(document)?,
        },
    })
}

/// Everything under a name of the company's, as a filter on `_id`: a slash sorts before a zero.
pub(super) fn under(company: &CompanyId, incident: &IncidentId) -> Document {
    let prefix = key(company, incident.as_str());
    doc! { "_id": { "$gte": format!("{prefix}/"), "$lt": format!("{prefix}0") }, "company_id": company.as_str() }
}

/// An aggregation key that an incident owns.
pub(super) fn key_document(company: &CompanyId, incident: &IncidentId, owned: &str) -> Document {
    doc! {
        "_id": format!("{company}/{incident}/key/{owned}"),
        "company_id": company.as_str(),
        "incident_id": incident.as_str(),
        "key": owned,
    }
}

/// A fingerprint that an incident owns, with its last word.
pub(super) fn fingerprint_document(company: &CompanyId, incident: &IncidentId, owned: &FingerprintState) -> Document {
    doc! {
        "_id": format!("{company}/{incident}/fingerprint/{}", owned.identity),
        "company_id": company.as_str(),
        "incident_id": incident.as_str(),
        "fingerprint": owned.identity.to_string(),
        "status": signal_name(owned.status),
        "severity": owned.severity.as_str(),
        "event_at": date(owned.event_at),
        "alert_no": int(owned.alert_no),
    }
}

/// A fingerprint, or nothing where the document is of a key.
pub(super) fn fingerprint(document: &Document) -> Result<Option<FingerprintState>, Fault> {
    let Some(text) = document.text_or_none("fingerprint") else {
        return Ok(None);
    };
    let mut digest = [0; 16];
    hex::decode_to_slice(text, &mut digest).map_err(|error| Fault::corrupt(format!("fingerprint {text}: {error}")))?;
    Ok(Some(FingerprintState {
        identity: Identity(Digest(digest)),
        status: signal(document.text("status")?)?,
        severity: severity(document.text("severity")?)?,
        event_at: document.at("event_at")?,
        alert_no: document.count("alert_no")?,
    }))
}

// ---- decisions and memory ----------------------------------------------------------------------

/// A decision under the company's number for it.
pub(super) fn decision_document(company: &CompanyId, no: u64, decision: &Decision) -> Result<Document, Fault> {
    let mut document = shape::document(decision, DECISION)?;
    document.insert("_id", key(company, &no.to_string()));
    document.insert("company_id", company.as_str());
    document.insert("no", int(no));
    Ok(document)
}

/// An incident's short memory.
pub(super) fn memory_document(company: &CompanyId, id: &IncidentId, memory: &ShortMemory) -> Result<Document, Fault> {
    let mut document = shape::document(memory, MEMORY)?;
    document.insert("_id", key(company, id.as_str()));
    document.insert("company_id", company.as_str());
    Ok(document)
}

// ---- the journal -------------------------------------------------------------------------------

/// A journal entry. `canonical` is what the chain covers; its `at` and `kind` stand beside it to be looked for.
pub(super) fn entry_document(entry: &Entry, at: Timestamp) -> Document {
    doc! {
        "_id": key(&entry.company_id, &entry.seq.to_string()),
        "company_id": entry.company_id.as_str(),
        "seq": int(entry.seq),
        "commit_no": int(entry.commit_no),
        "at": date(at),
        "kind": entry.kind(),
        "subject": entry.subject.as_str(),
        "canonical": entry.canonical.as_str(),
        "hash": entry.hash.as_str(),
    }
}

/// A journal entry as it is stored.
pub(super) fn entry(document: &Document) -> Result<Entry, Fault> {
    Ok(Entry {
        seq: document.count("seq")?,
        company_id: document.parsed("company_id")?,
        commit_no: document.count("commit_no")?,
        subject: document.text("subject")?.to_owned(),
        canonical: document.text("canonical")?.to_owned(),
        hash: document.text("hash")?.to_owned(),
    })
}
