//! Queries along the order of commits, for the companies of one scope.

use std::sync::Arc;

use actors::limits::PAGE;
use actors::port::events::{Event, EventsAfter, Position};
use rusqlite::{Connection, OptionalExtension, params};

use super::super::fault::Fault;
use super::super::rows::{self, int, uint};
use super::super::shared::Cell;
use crate::store::commit::mark;

/// Behind the last entry of these companies.
pub(in super::super) fn last(conn: &Connection, cells: &[Arc<Cell>]) -> Result<Position, Fault> {
    let sql = "SELECT c.pos, c.last_seq - c.first_seq + 1, j.hash FROM commit_log c \
               CROSS JOIN journal j ON j.company = c.company AND j.seq = c.last_seq \
               WHERE c.company = ?1 ORDER BY c.pos DESC LIMIT 1";
    let mut query = conn.prepare_cached(sql)?;
    let mut last = Position::START;
    for cell in cells {
        let found = query.query_row([cell.no], |row| {
            Ok(Position {
                commit: uint(row, 0)?,
                entry: row.get(1)?,
                mark: mark(&row.get(2)?),
            })
        });
        last = last.max(found.optional()?.unwrap_or_default());
    }
    Ok(last)
}

/// The entries behind a position.
pub(in super::super) fn after(
    conn: &Connection,
    cells: &[Arc<Cell>],
    position: Position,
    limit: usize,
) -> Result<EventsAfter, Fault> {
    if !is_kept(conn, cells, position)? || !is_ours(conn, cells, position)? {
        return Ok(EventsAfter::Lost);
    }
    let limit = limit.clamp(1, PAGE);
    let mut events = Vec::new();
    for cell in cells {
        read(conn, cell, position, limit, &mut events)?;
    }
    events.sort_by_key(|event| event.position);
    let more = events.len() > limit;
    events.truncate(limit);
    Ok(EventsAfter::Page { events, more })
}

/// Whether nothing behind the position has been cut from these companies' journals.
fn is_kept(conn: &Connection, cells: &[Arc<Cell>], position: Position) -> Result<bool, Fault> {
    let mut query = conn.prepare_cached("SELECT cut_pos FROM company WHERE no = ?1")?;
    for cell in cells {
        let cut: Option<i64> = query.query_row([cell.no], |row| row.get(0))?;
        if cut.is_some_and(|cut| int(position.commit) <= cut) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether the position lies behind an entry of these companies, and the one that it was made for.
fn is_ours(conn: &Connection, cells: &[Arc<Cell>], position: Position) -> Result<bool, Fault> {
    if position == Position::START {
        return Ok(true);
    }
    let sql = "SELECT c.company, j.hash FROM commit_log c \
               CROSS JOIN journal j ON j.company = c.company AND j.seq = c.first_seq + ?2 - 1 \
               WHERE c.pos = ?1 AND ?2 BETWEEN 1 AND c.last_seq - c.first_seq + 1";
    let found = conn
        .prepare_cached(sql)?
        .query_row(params![int(position.commit), position.entry], |row| {
            Ok((row.get::<_, i64>(0)?, row.get(1)?))
        })
        .optional()?;
    let of = |company| cells.iter().any(|cell| cell.no == company);
    Ok(found.is_some_and(|(company, hash)| of(company) && mark(&hash) == position.mark))
}

/// One company's entries, one more than a page holds.
fn read(
    conn: &Connection,
    cell: &Cell,
    position: Position,
    limit: usize,
    events: &mut Vec<Event>,
) -> Result<(), Fault> {
    // The index on `company` holds `pos` too, in this order.
    let sql = "SELECT j.seq, j.commit_no, j.canonical, j.hash, j.subject, c.pos, j.seq - c.first_seq + 1, j.hash \
               FROM commit_log c INDEXED BY commit_log_by_company \
               CROSS JOIN journal j ON j.company = c.company AND j.seq BETWEEN c.first_seq AND c.last_seq \
               WHERE c.company = ?1 AND c.pos >= ?2 AND (c.pos > ?2 OR j.seq - c.first_seq >= ?3) \
               ORDER BY c.pos, j.seq LIMIT ?4";
    let mut query = conn.prepare_cached(sql)?;
    let wanted = int(limit as u64 + 1);
    let found = query.query_map(params![cell.no, int(position.commit), position.entry, wanted], |row| {
        let position = Position {
            commit: uint(row, 5)?,
            entry: row.get(6)?,
            mark: mark(&row.get(7)?),
        };
        let entry = rows::entry(row, &cell.id)?;
        Ok(Event { position, entry })
    })?;
    for event in found {
        events.push(event?);
    }
    Ok(())
}
