//! Queries about the journal, and the timeline that joins it with the placements.

use actors::domain::{Entry, IncidentId};
use actors::port::reader::{Cursor, Page, PageRequest, TimelineItem};
use rusqlite::{Connection, params};

use super::super::chain::{self, Spot};
use super::super::fault::Fault;
use super::super::rows::{self, int};
use super::super::shared::Cell;
use super::alerts::{by_number, incident_no};
use super::rows_wanted;
use crate::store::page::{after, before, paged, wanted};
use crate::store::timeline::{cursor, place, shown};

/// The company's journal, oldest first.
pub(in super::super) fn list(conn: &Connection, cell: &Cell, page: PageRequest) -> Result<Page<Entry>, Fault> {
    let sql = "SELECT seq, commit_no, canonical, hash, subject FROM journal WHERE company = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";
    entries(conn, cell, page, sql, after(page))
}

/// The company's journal, newest first.
pub(in super::super) fn list_backwards(
    conn: &Connection,
    cell: &Cell,
    page: PageRequest,
) -> Result<Page<Entry>, Fault> {
    let sql = "SELECT seq, commit_no, canonical, hash, subject FROM journal WHERE company = ?1 AND seq < ?2 \
               ORDER BY seq DESC LIMIT ?3";
    entries(conn, cell, page, sql, before(page))
}

fn entries(conn: &Connection, cell: &Cell, page: PageRequest, sql: &str, from: i64) -> Result<Page<Entry>, Fault> {
    let mut query = conn.prepare_cached(sql)?;
    let found = query.query_map([cell.no, from, rows_wanted(page)], |row| rows::entry(row, &cell.id))?;
    Ok(paged(found.collect::<Result<_, _>>()?, page, |entry| {
        Cursor(entry.seq, 0)
    }))
}

/// An incident's journal entries and placements, oldest commit first.
pub(in super::super) fn timeline(
    conn: &Connection,
    cell: &Cell,
    id: &IncidentId,
    page: PageRequest,
) -> Result<Page<TimelineItem>, Fault> {
    let shown = shown(page);
    let (commit_no, seq) = (int(shown.commit_no), int(shown.seq));
    let mut query = conn.prepare_cached(
        "SELECT seq, commit_no, canonical, hash, subject FROM journal INDEXED BY journal_by_subject \
         WHERE company = ?1 AND subject = ?2 \
         AND (commit_no, seq) > (?3, ?4) ORDER BY seq LIMIT ?5",
    )?;
    let entries = query.query_map(
        params![cell.no, id.as_str(), commit_no, seq, rows_wanted(page)],
        |row| rows::entry(row, &cell.id).map(TimelineItem::Entry),
    )?;
    let mut items: Vec<TimelineItem> = entries.collect::<Result<_, _>>()?;

    if let Some(no) = incident_no(conn, cell, id)? {
        let after = Spot {
            commit_no: shown.commit_no,
            alert: shown.alert_no,
        };
        for spot in chain::forward(conn, no, after, wanted(page))? {
            items.push(TimelineItem::Alert {
                view: Box::new(by_number(conn, cell, spot.alert)?),
                commit_no: spot.commit_no,
            });
        }
    }
    items.sort_by_key(place);
    Ok(paged(items, page, cursor))
}
