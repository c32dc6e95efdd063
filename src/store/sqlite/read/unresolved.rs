//! What is open, in short: read by the index of open incidents, without what decisions say beside their verdicts.

use actors::limits::UNRESOLVED;
use actors::port::reader::{Cursor, OpenView, Page, PageRequest, Verdict};
use rusqlite::Connection;

use super::super::fault::Fault;
use super::super::rows::{self, INCIDENT_COLUMNS, incident_columns};
use super::super::shared::Cell;
use crate::store::page::{before, int, paged_upto, wanted_upto};

/// Incidents that are not resolved, newest first.
pub(in super::super) fn unresolved(conn: &Connection, cell: &Cell, page: PageRequest) -> Result<Page<OpenView>, Fault> {
    let sql = concat!(
        "SELECT ",
        incident_columns!(),
        ", (SELECT json_extract(d.body, '$.recommendation', '$.confidence') FROM decision d \
         WHERE d.company = i.company AND d.incident_id = i.incident_id ORDER BY d.no DESC LIMIT 1) \
         FROM incident i INDEXED BY incident_open WHERE i.company = ?1 AND i.status <> 'resolved' AND i.no < ?2 \
         ORDER BY i.no DESC LIMIT ?3"
    );
    let mut query = conn.prepare_cached(sql)?;
    let wanted = int(wanted_upto(UNRESOLVED, page) as u64);
    let found = query.query_map([cell.no, before(page), wanted], |row| {
        let stored = rows::incident(row, &cell.id)?;
        let verdict: Option<(String, f64)> = rows::json_or_none(row, INCIDENT_COLUMNS)?;
        let verdict = verdict.map(|(recommendation, confidence)| Verdict {
            recommendation,
            confidence,
        });
        Ok((
            stored.no,
            OpenView {
                incident: stored.row,
                verdict,
            },
        ))
    })?;
    let found = paged_upto(UNRESOLVED, found.collect::<Result<_, _>>()?, page, |(no, _)| {
        Cursor(no.unsigned_abs(), 0)
    });
    Ok(Page {
        items: found.items.into_iter().map(|(_, view)| view).collect(),
        next: found.next,
    })
}
