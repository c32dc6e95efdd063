//! Between rows and values.

use std::sync::Arc;

use actors::domain::{Alert, AlertState, CompanyId, DeliveryId, Entry, Incident, Severity, Signal, Timestamp};
use actors::port::reader::AlertView;
use rusqlite::types::Type;
use rusqlite::{Error, Result, Row};
use serde::de::DeserializeOwned;

pub(super) use crate::store::page::int;

/// A time as SQLite keeps it.
pub(super) fn ms(at: Option<Timestamp>) -> Option<i64> {
    at.map(Timestamp::as_millis)
}

fn unreadable(column: usize, kind: Type, why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::FromSqlConversionFailure(column, kind, why.into())
}

/// A count.
pub(super) fn uint(row: &Row<'_>, column: usize) -> Result<u64> {
    let n: i64 = row.get(column)?;
    u64::try_from(n).map_err(|_| Error::IntegralValueOutOfRange(column, n))
}

/// A time.
pub(super) fn time(row: &Row<'_>, column: usize) -> Result<Timestamp> {
    row.get(column).map(Timestamp::from_millis)
}

/// A time or none.
pub(super) fn time_or_none(row: &Row<'_>, column: usize) -> Result<Option<Timestamp>> {
    let at: Option<i64> = row.get(column)?;
    Ok(at.map(Timestamp::from_millis))
}

/// A value with a text form, such as an id.
pub(super) fn parsed<T>(row: &Row<'_>, column: usize) -> Result<T>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    let text = row.get_ref(column)?.as_str()?;
    text.parse().map_err(|error| unreadable(column, Type::Text, error))
}

/// A value kept as JSON, in text or bytes.
pub(super) fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T> {
    let bytes = row.get_ref(column)?.as_bytes()?;
    serde_json::from_slice(bytes).map_err(|error| unreadable(column, Type::Text, error))
}

/// A value kept as JSON, or none.
pub(super) fn json_or_none<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<Option<T>> {
    let Some(bytes) = row.get_ref(column)?.as_bytes_or_null()? else {
        return Ok(None);
    };
    let value = serde_json::from_slice(bytes).map_err(|error| unreadable(column, Type::Text, error))?;
    Ok(Some(value))
}

/// One of a few values, kept as their names on the wire.
fn named<T: Copy>(row: &Row<'_>, column: usize, all: &[T], name: fn(T) -> &'static str) -> Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    let found = all.iter().copied().find(|value| name(*value) == text);
    found.ok_or_else(|| unreadable(column, Type::Text, format!("unknown: {text}")))
}

/// An alert's state; no placement means received.
pub(super) fn state(row: &Row<'_>, column: usize) -> Result<AlertState> {
    use AlertState as S;
    if row.get_ref(column)?.as_str_or_null()?.is_none() {
        return Ok(S::Received);
    }
    let all = [S::Held, S::Placed, S::Suppressed, S::Unmatched, S::DeadLetter];
    named(row, column, &all, S::as_str)
}

/// A severity, kept as its index.
pub(super) fn severity(row: &Row<'_>, column: usize) -> Result<Severity> {
    let index: i64 = row.get(column)?;
    let found = usize::try_from(index).ok().and_then(|index| Severity::ALL.get(index));
    found.copied().ok_or(Error::IntegralValueOutOfRange(column, index))
}

/// As a severity is kept.
pub(super) fn severity_index(severity: Severity) -> i64 {
    severity.index() as i64
}

/// Firing or resolved, kept as whether it is resolved.
pub(super) fn signal(row: &Row<'_>, column: usize) -> Result<Signal> {
    let resolved: bool = row.get(column)?;
    Ok(if resolved { Signal::Resolved } else { Signal::Firing })
}

/// The columns of [`alert`], of a table called `a`.
macro_rules! alert_columns {
    () => {
        "a.no, a.received_at, a.delivery_id, a.body"
    };
}
pub(super) use alert_columns;

/// An alert from [`alert_columns`].
pub(super) fn alert(row: &Row<'_>, company: &CompanyId) -> Result<Alert> {
    let delivery_id = match row.get_ref(2)?.as_str_or_null()? {
        None => None,
        Some(_) => Some(parsed::<DeliveryId>(row, 2)?),
    };
    Ok(Alert {
        no: uint(row, 0)?,
        company_id: company.clone(),
        received_at: time(row, 1)?,
        delivery_id,
        sent: Arc::new(json(row, 3)?),
    })
}

/// An alert from [`alert_columns`], then its state and its incident's id.
pub(super) fn alert_view(row: &Row<'_>, company: &CompanyId) -> Result<AlertView> {
    let incident_id = match row.get_ref(5)?.as_str_or_null()? {
        None => None,
        Some(_) => Some(parsed(row, 5)?),
    };
    Ok(AlertView {
        alert: alert(row, company)?,
        state: state(row, 4)?,
        incident_id,
    })
}

/// The columns of [`incident`], of a table called `i`; the store's own number comes first.
macro_rules! incident_columns {
    () => {
        "i.no, i.incident_id, i.asset_name, i.signature, i.created_at, i.life, i.version, i.alert_count, \
         i.firing, i.severity, i.tool_sources, i.first_event_at, i.last_event_at, i.last_alert_at, \
         i.recovered_at, i.flips, i.placed_no, i.absorbed_no, i.wake_due, i.decided, i.updated_at, \
         i.last_alert"
    };
}
pub(super) use incident_columns;

/// How many columns those are.
pub(super) const INCIDENT_COLUMNS: usize = 22;

/// An incident, the store's own number for it, and the number of its last alert.
#[derive(Clone, Debug)]
pub(super) struct StoredIncident {
    pub(super) no: i64,
    pub(super) last_alert: Option<u64>,
    pub(super) row: Incident,
}

/// An incident from [`incident_columns`].
pub(super) fn incident(row: &Row<'_>, company: &CompanyId) -> Result<StoredIncident> {
    let incident = Incident {
        incident_id: parsed(row, 1)?,
        company_id: company.clone(),
        asset_name: row.get(2)?,
        signature: row.get(3)?,
        created_at: time(row, 4)?,
        life: json(row, 5)?,
        version: uint(row, 6)?,
        alert_count: uint(row, 7)?,
        firing: json(row, 8)?,
        severity: severity(row, 9)?,
        tool_sources: json(row, 10)?,
        first_event_at: time(row, 11)?,
        last_event_at: time(row, 12)?,
        last_alert_at: time(row, 13)?,
        recovered_at: time_or_none(row, 14)?,
        flips: json(row, 15)?,
        placed_no: uint(row, 16)?,
        absorbed_no: uint(row, 17)?,
        wake_due: time_or_none(row, 18)?,
        decided: json_or_none(row, 19)?,
        updated_at: time(row, 20)?,
    };
    Ok(StoredIncident {
        no: row.get(0)?,
        last_alert: row.get::<_, Option<i64>>(21)?.map(i64::unsigned_abs),
        row: incident,
    })
}

/// A journal entry from `seq, commit_no, canonical, hash, subject`.
pub(super) fn entry(row: &Row<'_>, company: &CompanyId) -> Result<Entry> {
    Ok(Entry {
        seq: uint(row, 0)?,
        company_id: company.clone(),
        commit_no: uint(row, 1)?,
        canonical: row.get(2)?,
        hash: hex::encode(row.get_ref(3)?.as_blob()?),
        subject: row.get(4)?,
    })
}
