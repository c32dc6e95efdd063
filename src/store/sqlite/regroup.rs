//! Merging, splitting, and taking a dead letter's verdict back.

use std::collections::HashSet;
use std::sync::Arc;

use actors::domain::{AlertId, Incident};
use actors::port::Amended;
use actors::port::writer::{Opening, Regroup, RegroupPart};
use rusqlite::{Connection, OptionalExtension, params};
use tokio::time::Instant;

use super::amend;
use super::chain::Chains;
use super::fault::Fault;
use super::machine::Machine;
use super::place::{insert, load, update_counts, update_life, update_urgency, write_owned};
use super::rows::{StoredIncident, int, uint};
use super::shared::Cell;
use crate::store::commit::{in_time, is_as_seen, take};
use crate::store::rollup::{self, Tally};

/// Merges or splits; `false` where a row is not as it was seen.
pub(super) fn regroup(
    m: &mut Machine,
    cell: &Arc<Cell>,
    epoch: u64,
    wanted: &Regroup,
    deadline: Option<Instant>,
) -> Result<bool, Fault> {
    let mut head = m.heads.fenced(cell, epoch)?;
    in_time(deadline)?;
    let mut rows = Vec::with_capacity(wanted.parts.len());
    for part in &wanted.parts {
        match (&part.from, load(&m.conn, cell, part.incident_id.as_str())?) {
            (Ok(seen), Some(stored)) if is_as_seen(&stored.row, *seen) => rows.push((part, Some(stored), None)),
            (Err(opening), None) => rows.push((part, None, Some(opening))),
            _ => return Ok(false),
        }
    }
    if amend::judged(&m.conn, cell.no, &cell.id, &wanted.puts)? != Amended::Done {
        return Ok(false);
    }
    // From here on everything is written.
    head.commit_no += 1;
    head.joinable_no += 1;
    let mut tally = Tally::default();
    for (part, stored, opening) in rows {
        let before = stored
            .as_ref()
            .map(|stored| rollup::of(&stored.row))
            .unwrap_or_default();
        if let Some(row) = write_part(&m.conn, cell, head.commit_no, wanted, part, stored, opening)? {
            tally.add(before, &row);
        }
    }
    super::rollup::write(&m.conn, cell.no, tally)?;
    let mut chains = Chains::default();
    for step in &wanted.moves {
        let (from, to) = (
            number(&m.conn, cell, step.from.as_str())?,
            number(&m.conn, cell, step.to.as_str())?,
        );
        let some: Option<HashSet<u64>> = step.alerts.as_ref().map(|alerts| alerts.iter().copied().collect());
        chains.shift(&m.conn, (from, to), |alert| {
            some.as_ref().is_none_or(|some| some.contains(&alert))
        })?;
    }
    chains.write(&m.conn)?;
    amend::write(&m.conn, cell.no, &cell.id, &wanted.puts)?;
    m.journal(cell, &mut head, &wanted.facts)?;
    m.heads.stage(cell.no, head);
    Ok(true)
}

fn number(conn: &Connection, cell: &Cell, id: &str) -> Result<i64, rusqlite::Error> {
    conn.prepare_cached("SELECT no FROM incident WHERE company = ?1 AND incident_id = ?2")?
        .query_row(params![cell.no, id], |row| row.get(0))
}

/// Writes what becomes of an incident: its row.
fn write_part(
    conn: &Connection,
    cell: &Cell,
    commit_no: u64,
    wanted: &Regroup,
    part: &RegroupPart,
    stored: Option<StoredIncident>,
    opening: Option<&Opening>,
) -> Result<Option<Incident>, rusqlite::Error> {
    let (no, row) = match (stored, opening) {
        (
            Some(StoredIncident {
                no,
                last_alert,
                mut row,
            }),
            _,
        ) => {
            let before = row.clone();
            take(&mut row, part, commit_no, wanted);
            row.version += 1;
            update_life(conn, no, &row)?;
            update_counts(conn, no, &row, last_alert)?;
            update_urgency(conn, no, &before, &row)?;
            for sql in [
                "DELETE FROM incident_key WHERE incident = ?1",
                "DELETE FROM incident_fingerprint WHERE incident = ?1",
            ] {
                conn.prepare_cached(sql)?.execute([no])?;
            }
            (no, row)
        }
        (None, Some(opening)) => {
            let mut row = opening.row(&cell.id, &part.incident_id);
            take(&mut row, part, commit_no, wanted);
            (insert(conn, cell.no, &row, None)?, row)
        }
        (None, None) => return Ok(None),
    };
    write_owned(conn, no, &part.owned.keys, &part.owned.fingerprints)?;
    Ok(Some(row))
}

/// Takes a dead letter's verdict back, so that it waits to be placed again.
pub(super) fn release(m: &mut Machine, cell: &Arc<Cell>, epoch: u64, alert: AlertId) -> Result<bool, Fault> {
    let mut head = m.heads.fenced(cell, epoch)?;
    let sql = "SELECT p.alert FROM alert a CROSS JOIN placement p ON p.alert = a.no \
               WHERE a.alert_id = ?1 AND a.company = ?2 AND p.state = 'dead_letter'";
    let found = m
        .conn
        .prepare_cached(sql)?
        .query_row(params![alert.0.as_bytes(), cell.no], |row| uint(row, 0))
        .optional()?;
    let Some(no) = found else { return Ok(false) };
    head.commit_no += 1;
    m.conn
        .prepare_cached("DELETE FROM placement WHERE alert = ?1")?
        .execute([int(no)])?;
    m.unplaced.release(cell, no);
    m.heads.stage(cell.no, head);
    Ok(true)
}
