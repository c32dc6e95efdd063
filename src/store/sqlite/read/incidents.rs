//! Queries about incidents, their decisions and their memory.

use std::time::Duration;

use actors::domain::alert::Identity;
use actors::domain::digest::Digest;
use actors::domain::{Company, Decision, Incident, IncidentId, IncidentStatus, ShortMemory, Timestamp};
use actors::port::Error;
use actors::port::reader::{Briefing, Cursor, IncidentFilter, IncidentView, Page, PageRequest};
use actors::port::writer::{FingerprintState, OpenIncident};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, named_params, params};

use super::super::fault::Fault;
use super::super::place::load;
use super::super::rows::{self, INCIDENT_COLUMNS, StoredIncident, incident_columns, int, ms, severity_index, uint};
use super::super::shared::Cell;
use super::{alerts, rows_wanted};
use crate::store::page::{after, before, paged};

/// The company's settings. The platform has none.
pub(in super::super) fn company(conn: &Connection, cell: &Cell) -> Result<Company, Fault> {
    let mut query = conn.prepare_cached("SELECT body FROM company WHERE no = ?1")?;
    let body: Option<Company> = query.query_row([cell.no], |row| rows::json_or_none(row, 0))?;
    body.ok_or(Fault::Answer(Error::NoSuchCompany))
}

/// An incident and its last decision, in one row.
macro_rules! incident_view {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            incident_columns!(),
            ", (SELECT d.body FROM decision d WHERE d.company = i.company AND d.incident_id = i.incident_id \
             ORDER BY d.no DESC LIMIT 1) FROM incident i ",
            $rest
        )
    };
}
pub(super) use incident_view;

/// An incident from [`incident_view`], and the store's own number for it.
pub(super) fn view(row: &Row<'_>, cell: &Cell) -> rusqlite::Result<(i64, IncidentView)> {
    let stored = rows::incident(row, &cell.id)?;
    let decision = rows::json_or_none(row, INCIDENT_COLUMNS)?;
    Ok((
        stored.no,
        IncidentView {
            incident: stored.row,
            decision,
        },
    ))
}

/// An incident with its last decision.
pub(in super::super) fn one(conn: &Connection, cell: &Cell, id: &IncidentId) -> Result<Option<IncidentView>, Fault> {
    let mut query = conn.prepare_cached(incident_view!("WHERE i.company = ?1 AND i.incident_id = ?2"))?;
    let found = query.query_row(params![cell.no, id.as_str()], |row| view(row, cell));
    Ok(found.optional()?.map(|(_, view)| view))
}

/// Incidents, newest first.
pub(in super::super) fn list(
    conn: &Connection,
    cell: &Cell,
    filter: &IncidentFilter,
    page: PageRequest,
) -> Result<Page<IncidentView>, Fault> {
    let by = match (filter.status, filter.severity, &filter.signature, filter.snoozed) {
        (_, _, Some(_), _) => "incident_signature",
        (_, _, _, Some(true)) => "incident_snoozed",
        (Some(_), Some(_), ..) => "incident_by_both",
        (Some(_), None, ..) => "incident_by_status",
        (None, Some(_), ..) => "incident_by_severity",
        (None, None, ..) => "incident_by_company",
    };
    let before = before(page);
    let (status, severity) = (
        filter.status.map(IncidentStatus::as_str),
        filter.severity.map(severity_index),
    );
    let (since, until, limit) = (ms(filter.since), ms(filter.until), rows_wanted(page));
    let mut sql = format!(
        "{} INDEXED BY {by} WHERE i.company = :company AND i.no < :before",
        incident_view!("")
    );
    let mut asked: Vec<(&str, &dyn ToSql)> = named_params! {
        ":company": cell.no, ":before": before, ":limit": limit,
    }
    .to_vec();
    let mut ask = |name, condition: &str, value| {
        sql.push_str(condition);
        asked.push((name, value));
    };
    if let Some(status) = &status {
        ask(":status", " AND i.status = :status", status);
    }
    if let Some(severity) = &severity {
        ask(":severity", " AND i.severity = :severity", severity);
    }
    if let Some(signature) = &filter.signature {
        ask(":signature", " AND i.signature = :signature", signature);
    }
    if let Some(since) = &since {
        ask(":since", " AND i.created_at >= :since", since);
    }
    if let Some(until) = &until {
        ask(":until", " AND i.created_at < :until", until);
    }
    match filter.snoozed {
        Some(true) => sql.push_str(" AND i.snoozed_until IS NOT NULL"),
        Some(false) => sql.push_str(" AND i.snoozed_until IS NULL"),
        None => {}
    }
    sql.push_str(" ORDER BY i.no DESC LIMIT :limit");
    let mut query = conn.prepare_cached(&sql)?;
    let found = query.query_map(asked.as_slice(), |row| view(row, cell))?;
    let found = paged(found.collect::<Result<_, _>>()?, page, |(no, _)| {
        Cursor(no.unsigned_abs(), 0)
    });
    Ok(Page {
        items: found.items.into_iter().map(|(_, view)| view).collect(),
        next: found.next,
    })
}

/// Incidents that are open, then those that may be reopened, with what they own. A cursor is when an
/// incident ended, 0 while it is open, and its number.
pub(in super::super) fn joinable(
    conn: &Connection,
    cell: &Cell,
    now: Timestamp,
    reopen_window: Duration,
    page: PageRequest,
) -> Result<Page<OpenIncident>, Fault> {
    let open = concat!(
        "SELECT ",
        incident_columns!(),
        " FROM incident i WHERE i.company = ?1 AND i.status <> 'resolved' AND ?2 = 0 AND i.no > ?3 \
         ORDER BY i.no LIMIT ?4"
    );
    let over = concat!(
        "SELECT ",
        incident_columns!(),
        " FROM incident i WHERE i.company = ?1 AND (i.resolved_at, i.no) > (?2, ?3) \
         ORDER BY i.resolved_at, i.no LIMIT ?4"
    );
    let Cursor(ended, no) = page.after.unwrap_or(Cursor(0, 0));
    let is_open = ended == 0;
    let mut query = conn.prepare_cached(if is_open { open } else { over })?;
    let rows = query.query_map([cell.no, int(ended), int(no), rows_wanted(page)], |row| {
        rows::incident(row, &cell.id)
    })?;
    let found = paged(rows.collect::<Result<_, _>>()?, page, |stored: &StoredIncident| {
        let ended = stored.row.life.resolved_at.map_or(0, Timestamp::as_millis);
        Cursor(ended.unsigned_abs(), stored.no.unsigned_abs())
    });
    let since = now.minus(reopen_window).as_millis().max(1).unsigned_abs();
    let may_be_joined = |row: &Incident| row.is_open() || row.life.reopens_until(reopen_window).is_some();
    let joinable = found.items.into_iter().filter(|stored| may_be_joined(&stored.row));
    Ok(Page {
        items: joinable
            .map(|stored| with_owned(conn, stored))
            .collect::<Result<_, _>>()?,
        next: found.next.or(is_open.then_some(Cursor(since, u64::MAX))),
    })
}

/// An incident with what it owns.
pub(in super::super) fn owned(conn: &Connection, cell: &Cell, id: &IncidentId) -> Result<Option<OpenIncident>, Fault> {
    let stored = load(conn, cell, id.as_str())?;
    Ok(stored.map(|stored| with_owned(conn, stored)).transpose()?)
}

fn with_owned(conn: &Connection, stored: StoredIncident) -> rusqlite::Result<OpenIncident> {
    let mut keys = conn.prepare_cached("SELECT key FROM incident_key WHERE incident = ?1")?;
    let keys = keys.query_map([stored.no], |row| row.get(0))?;
    let mut fingerprints = conn.prepare_cached(
        "SELECT identity, resolved, severity, event_at, alert_no FROM incident_fingerprint WHERE incident = ?1",
    )?;
    let fingerprints = fingerprints.query_map([stored.no], fingerprint)?;
    Ok(OpenIncident {
        row: stored.row,
        keys: keys.collect::<Result<_, _>>()?,
        fingerprints: fingerprints.collect::<Result<_, _>>()?,
    })
}

/// A fingerprint from `identity, resolved, severity, event_at, alert_no`.
pub(in super::super) fn fingerprint(row: &Row<'_>) -> rusqlite::Result<FingerprintState> {
    Ok(FingerprintState {
        identity: Identity(Digest(row.get(0)?)),
        status: rows::signal(row, 1)?,
        severity: rows::severity(row, 2)?,
        event_at: rows::time(row, 3)?,
        alert_no: uint(row, 4)?,
    })
}

/// What an incident's actor has to know.
pub(in super::super) fn briefing(
    conn: &Connection,
    cell: &Cell,
    id: &IncidentId,
    after: Option<u64>,
    now: Timestamp,
    limit: usize,
) -> Result<Briefing, Fault> {
    let memory = match after {
        None => short_memory(conn, cell, id, now)?,
        Some(_) => None,
    };
    let Some(row) = load(conn, cell, id.as_str())?.map(|stored| stored.row) else {
        return Ok(Briefing {
            memory,
            ..Briefing::default()
        });
    };
    let after = after.unwrap_or(row.absorbed_no);
    let alerts = if row.placed_no > after {
        alerts::placed_between(conn, cell, id, (after, row.placed_no), limit)?
    } else {
        Vec::new()
    };
    Ok(Briefing {
        row: Some(row),
        alerts,
        memory,
    })
}

/// An incident's short memory, judged by its stored expiry.
pub(in super::super) fn short_memory(
    conn: &Connection,
    cell: &Cell,
    id: &IncidentId,
    now: Timestamp,
) -> Result<Option<ShortMemory>, Fault> {
    let sql = "SELECT body FROM short_memory WHERE company = ?1 AND incident_id = ?2 AND expires_at > ?3";
    let mut query = conn.prepare_cached(sql)?;
    let found = query.query_row(params![cell.no, id.as_str(), now.as_millis()], |row| rows::json(row, 0));
    Ok(found.optional()?)
}

/// A decision and its place, from `no, body`.
pub(super) fn decision(row: &Row<'_>) -> rusqlite::Result<(u64, Decision)> {
    Ok((uint(row, 0)?, rows::json(row, 1)?))
}

/// An incident's decisions, oldest first.
pub(in super::super) fn decisions(
    conn: &Connection,
    cell: &Cell,
    id: &IncidentId,
    page: PageRequest,
) -> Result<Page<(u64, Decision)>, Fault> {
    let sql = "SELECT no, body FROM decision WHERE company = ?1 AND incident_id = ?2 AND no > ?3 ORDER BY no LIMIT ?4";
    let mut query = conn.prepare_cached(sql)?;
    let found = query.query_map(params![cell.no, id.as_str(), after(page), rows_wanted(page)], decision)?;
    Ok(paged(found.collect::<Result<_, _>>()?, page, |(no, _)| Cursor(*no, 0)))
}

/// An incident's last decision.
pub(in super::super) fn last_decision(
    conn: &Connection,
    cell: &Cell,
    id: &IncidentId,
) -> Result<Option<(u64, Decision)>, Fault> {
    let sql = "SELECT no, body FROM decision WHERE company = ?1 AND incident_id = ?2 ORDER BY no DESC LIMIT 1";
    let mut query = conn.prepare_cached(sql)?;
    Ok(query.query_row(params![cell.no, id.as_str()], decision).optional()?)
}
