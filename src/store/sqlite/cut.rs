//! Cutting: what is past its time, and stands in an archive, goes.

use std::collections::HashSet;

use actors::domain::IncidentId;
use actors::port::Cut;
use rusqlite::{Connection, OptionalExtension, params};

use super::fault::Fault;
use super::place::{load, update_life};
use super::rows::{self, StoredIncident, int, parsed};
use super::shared::Cell;
use crate::store::commit::{empty, may_be_emptied, may_go};

/// What goes, found as it was seen.
pub(super) struct Found {
    emptied: Vec<StoredIncident>,
    gone: Vec<StoredIncident>,
    /// The place of the last commit that goes, among all.
    last_commit: Option<i64>,
}

/// Looks at everything that is to go; nothing where any of it is not as it was seen.
pub(super) fn found(conn: &Connection, cell: &Cell, cut: &Cut) -> Result<Option<Found>, Fault> {
    let emptied = incidents(conn, cell, &cut.emptied, may_be_emptied)?;
    let seen: Vec<_> = cut
        .incidents
        .iter()
        .map(|seen| (seen.incident_id.clone(), seen.version))
        .collect();
    let gone = incidents(conn, cell, &seen, may_go)?;
    for seen in &cut.incidents {
        if last_decision(conn, cell, &seen.incident_id)? != seen.last_decision {
            return Ok(None);
        }
    }
    let (Some(emptied), Some(gone)) = (emptied, gone) else {
        return Ok(None);
    };
    let now_empty: HashSet<&IncidentId> = cut.emptied.iter().map(|(id, _)| id).collect();
    for no in &cut.alerts {
        if !alert_may_go(conn, cell, *no, &now_empty)? {
            return Ok(None);
        }
    }
    for (id, no) in &cut.decisions {
        if !decision_may_go(conn, cell, id, *no)? {
            return Ok(None);
        }
    }
    let last_commit = match cut.journal {
        None => None,
        Some(seq) => match commit_that_ends_with(conn, cell, seq)? {
            None => return Ok(None),
            found => found,
        },
    };
    Ok(Some(Found {
        emptied,
        gone,
        last_commit,
    }))
}

fn incidents(
    conn: &Connection,
    cell: &Cell,
    seen: &[(IncidentId, u64)],
    is_so: impl Fn(&actors::domain::Incident, u64) -> bool,
) -> Result<Option<Vec<StoredIncident>>, Fault> {
    let mut all = Vec::with_capacity(seen.len());
    for (id, version) in seen {
        match load(conn, cell, id.as_str())? {
            Some(stored) if is_so(&stored.row, *version) => all.push(stored),
            _ => return Ok(None),
        }
    }
    Ok(Some(all))
}

/// Whether an alert has its last verdict and its incident, where there is one, is emptied.
fn alert_may_go(conn: &Connection, cell: &Cell, no: u64, emptied: &HashSet<&IncidentId>) -> Result<bool, Fault> {
    let sql = "SELECT i.incident_id, i.life ->> '$.alerts_archived_at' IS NOT NULL FROM placement p \
               LEFT JOIN incident i ON i.no = p.incident WHERE p.alert = ?1 AND p.company = ?2 AND p.state <> 'held'";
    let found = conn
        .prepare_cached(sql)?
        .query_row([int(no), cell.no], |row| {
            let incident: Option<IncidentId> = match row.get_ref(0)?.as_str_or_null()? {
                None => None,
                Some(_) => Some(parsed(row, 0)?),
            };
            Ok(incident.is_none_or(|id| row.get(1) == Ok(true) || emptied.contains(&id)))
        })
        .optional()?;
    Ok(found == Some(true))
}

/// The number of an incident's last decision; 0 where it has none.
fn last_decision(conn: &Connection, cell: &Cell, id: &IncidentId) -> Result<u64, Fault> {
    let sql = "SELECT coalesce(max(no), 0) FROM decision WHERE company = ?1 AND incident_id = ?2";
    let mut query = conn.prepare_cached(sql)?;
    Ok(query.query_row(params![cell.no, id.as_str()], |row| rows::uint(row, 0))?)
}

/// Whether a decision is about an id that the company has no incident of.
fn decision_may_go(conn: &Connection, cell: &Cell, id: &IncidentId, no: u64) -> Result<bool, Fault> {
    let sql = "SELECT NOT EXISTS (SELECT 1 FROM incident i WHERE i.company = ?1 AND i.incident_id = ?2) FROM decision d \
               WHERE d.company = ?1 AND d.incident_id = ?2 AND d.no = ?3";
    let found = conn
        .prepare_cached(sql)?
        .query_row(params![cell.no, id.as_str(), int(no)], |row| row.get(0));
    Ok(found.optional()? == Some(true))
}

/// The place of the commit whose last entry this is, where it is not the company's last commit.
fn commit_that_ends_with(conn: &Connection, cell: &Cell, seq: u64) -> Result<Option<i64>, Fault> {
    let sql = "SELECT pos FROM commit_log c WHERE c.company = ?1 AND c.last_seq = ?2 \
               AND EXISTS (SELECT 1 FROM journal j WHERE j.company = ?1 AND j.seq = ?2 + 1)";
    let found = conn
        .prepare_cached(sql)?
        .query_row([cell.no, int(seq)], |row| row.get(0));
    Ok(found.optional()?)
}

/// Cuts what was found.
pub(super) fn write(conn: &Connection, cell: &Cell, cut: &Cut, found: Found) -> Result<(), rusqlite::Error> {
    for StoredIncident { no, mut row, .. } in found.emptied {
        empty(&mut row, cut.now);
        update_life(conn, no, &row)?;
        run(conn, "UPDATE incident SET last_alert = NULL WHERE no = ?1", no)?;
        run(conn, "DELETE FROM milestone WHERE incident = ?1", no)?;
    }
    if !cut.alerts.is_empty() {
        remember_last_alert(conn)?;
    }
    for no in &cut.alerts {
        run(conn, "DELETE FROM placement WHERE alert = ?1", int(*no))?;
        run(conn, "DELETE FROM alert WHERE no = ?1", int(*no))?;
    }
    for StoredIncident { no, row, .. } in &found.gone {
        for sql in [
            "DELETE FROM incident_key WHERE incident = ?1",
            "DELETE FROM incident_fingerprint WHERE incident = ?1",
            "DELETE FROM milestone WHERE incident = ?1",
            "DELETE FROM incident WHERE no = ?1",
        ] {
            run(conn, sql, *no)?;
        }
        for sql in [
            "DELETE FROM decision WHERE company = ?1 AND incident_id = ?2",
            "DELETE FROM short_memory WHERE company = ?1 AND incident_id = ?2",
        ] {
            conn.prepare_cached(sql)?
                .execute(params![cell.no, row.incident_id.as_str()])?;
        }
    }
    for (_, no) in &cut.decisions {
        run(conn, "DELETE FROM decision WHERE no = ?1", int(*no))?;
    }
    if let (Some(seq), Some(pos)) = (cut.journal, found.last_commit) {
        conn.prepare_cached("UPDATE company SET cut_seq = ?2, cut_pos = ?3 WHERE no = ?1")?
            .execute([cell.no, int(seq), pos])?;
        conn.prepare_cached("DELETE FROM journal WHERE company = ?1 AND seq <= ?2")?
            .execute([cell.no, int(seq)])?;
        conn.prepare_cached("DELETE FROM commit_log WHERE company = ?1 AND pos <= ?2")?
            .execute([cell.no, pos])?;
    }
    Ok(())
}

fn run(conn: &Connection, sql: &str, no: i64) -> Result<(), rusqlite::Error> {
    conn.prepare_cached(sql)?.execute([no])?;
    Ok(())
}

/// The number of the last alert there ever was: one that has gone is not given again.
fn remember_last_alert(conn: &Connection) -> Result<(), rusqlite::Error> {
    let sql = "INSERT INTO meta SELECT 'last_alert', max(no) FROM alert WHERE true \
               ON CONFLICT DO UPDATE SET value = max(value, excluded.value)";
    conn.prepare_cached(sql)?.execute([])?;
    Ok(())
}

/// The number of the last alert there ever was; 0 before the first.
pub(super) fn last_alert(conn: &Connection) -> Result<u64, rusqlite::Error> {
    let sql = "SELECT max(coalesce((SELECT max(no) FROM alert), 0), \
               coalesce((SELECT value FROM meta WHERE key = 'last_alert'), 0))";
    conn.query_row(sql, [], |row| rows::uint(row, 0))
}
