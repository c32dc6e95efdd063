//! Queries about what is past its time.

use actors::domain::{Decision, Timestamp};
use actors::port::reader::{Cursor, IncidentView, Page, PageRequest, PastAlert};
use rusqlite::{Connection, params};

use super::super::fault::Fault;
use super::super::rows::{self, alert_columns, incident_columns, int, uint};
use super::super::shared::Cell;
use super::incidents::{decision, incident_view, view};
use super::rows_wanted;
use crate::store::commit::is_empty_and_over;
use crate::store::page::{after, paged};

/// Alerts that arrived before a moment and may go, in the order they came. Those that arrived later are passed over in
/// the index, whose clock may have been wrong.
pub(in super::super) fn alerts(
    conn: &Connection,
    cell: &Cell,
    before: Timestamp,
    page: PageRequest,
) -> Result<Page<PastAlert>, Fault> {
    let sql = concat!(
        "SELECT ",
        alert_columns!(),
        ", p.state, i.incident_id, p.receipt, iif(i.life ->> '$.alerts_archived_at' IS NULL, i.version, NULL) \
         FROM alert a CROSS JOIN placement p ON p.alert = a.no LEFT JOIN incident i ON i.no = p.incident \
         WHERE a.company = ?1 AND a.no > ?2 AND a.received_at < ?3 \
         AND p.state <> 'held' AND (i.no IS NULL OR i.resolved_at < ?3) ORDER BY a.no LIMIT ?4"
    );
    let mut query = conn.prepare_cached(sql)?;
    let asked = params![cell.no, after(page), before.as_millis(), rows_wanted(page)];
    let found = query.query_map(asked, |row| {
        let version = match row.get_ref(7)? {
            rusqlite::types::ValueRef::Null => None,
            _ => Some(uint(row, 7)?),
        };
        Ok(PastAlert {
            view: rows::alert_view(row, &cell.id)?,
            receipt: rows::json_or_none(row, 6)?,
            version,
        })
    })?;
    Ok(paged(found.collect::<Result<_, _>>()?, page, |past| {
        Cursor(past.view.alert.no, 0)
    }))
}

/// Incidents that ended before a moment and may go; the oldest end first. A cursor is when one ended, and its number.
pub(in super::super) fn incidents(
    conn: &Connection,
    cell: &Cell,
    before: Timestamp,
    page: PageRequest,
) -> Result<Page<IncidentView>, Fault> {
    let mut query = conn.prepare_cached(incident_view!(
        "WHERE i.company = ?1 AND i.resolved_at < ?2 AND (i.resolved_at, i.no) > (?3, ?4) \
         ORDER BY i.resolved_at, i.no LIMIT ?5"
    ))?;
    let Cursor(ended, no) = page.after.unwrap_or(Cursor(0, 0));
    let asked = params![cell.no, before.as_millis(), int(ended), int(no), rows_wanted(page)];
    let found = query.query_map(asked, |row| view(row, cell))?;
    let found = paged(found.collect::<Result<_, _>>()?, page, |(no, view)| {
        let ended = view.incident.life.resolved_at.map_or(0, Timestamp::as_millis);
        Cursor(ended.unsigned_abs(), no.unsigned_abs())
    });
    let may_go = |(_, view): (i64, IncidentView)| Some(view).filter(|view| is_empty_and_over(&view.incident));
    Ok(Page {
        items: found.items.into_iter().filter_map(may_go).collect(),
        next: found.next,
    })
}

/// Decisions made before a moment about ids that the company has no incident of, the oldest first. A cursor is when one
/// was made, and its number.
pub(in super::super) fn decisions(
    conn: &Connection,
    cell: &Cell,
    before: Timestamp,
    page: PageRequest,
) -> Result<Page<(u64, Decision)>, Fault> {
    let sql = "SELECT d.no, d.body FROM decision d WHERE d.company = ?1 AND d.body ->> '$.created_at' < ?2 \
               AND (d.body ->> '$.created_at', d.no) > (?3, ?4) AND NOT EXISTS (SELECT 1 FROM incident i \
               WHERE i.company = ?1 AND i.incident_id = d.incident_id) ORDER BY d.body ->> '$.created_at', d.no LIMIT ?5";
    let mut query = conn.prepare_cached(sql)?;
    let Cursor(made, no) = page.after.unwrap_or(Cursor(0, 0));
    let made = Timestamp::from_millis(int(made)).to_string();
    let asked = params![cell.no, before.to_string(), made, int(no), rows_wanted(page)];
    let found = query.query_map(asked, decision)?;
    Ok(paged(found.collect::<Result<_, _>>()?, page, |(no, decision)| {
        Cursor(decision.created_at.as_millis().unsigned_abs(), *no)
    }))
}
