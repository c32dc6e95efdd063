//! Changing one incident: what it asks of the row, and what it does.

use std::sync::Arc;

use actors::domain::{CompanyId, Incident};
use actors::port::record::ALL_RUNS;
use actors::port::writer::{Changed, Guard, IncidentChange};
use actors::port::{Amended, RecordKind};
use rusqlite::{Connection, params};
use tokio::time::Instant;

use super::amend;
use super::fault::Fault;
use super::machine::Machine;
use super::place::{json, load, update_life, update_urgency};
use super::rows::{StoredIncident, int};
use super::shared::Cell;
use crate::failpoint;
use crate::store::commit::{apply, in_time, may_change};
use crate::store::rollup::{self, Tally};

/// Changes an incident.
pub(super) fn change(
    m: &mut Machine,
    cell: &Arc<Cell>,
    epoch: u64,
    wanted: &IncidentChange,
    deadline: Option<Instant>,
) -> Result<Changed, Fault> {
    let mut head = m.heads.fenced(cell, epoch)?;
    in_time(deadline)?;
    let current = load(&m.conn, cell, wanted.incident_id.as_str())?;
    if !may_change(current.as_ref().map(|current| &current.row), wanted) {
        return Ok(Changed::Refused(current.map(|current| Box::new(current.row))));
    }
    if !guarded(&m.conn, cell, wanted.guard)?
        || amend::judged(&m.conn, cell.no, &cell.id, &wanted.puts)? != Amended::Done
    {
        return Ok(Changed::Overtaken);
    }
    // From here on everything is written.
    head.commit_no += 1;
    let changed = match current {
        None => None,
        Some(StoredIncident { no, mut row, .. }) => {
            let before = row.clone();
            apply(&mut row, wanted, &mut head);
            let mut tally = Tally::default();
            tally.add(rollup::of(&before), &row);
            super::rollup::write(&m.conn, cell.no, tally)?;
            update(&m.conn, no, &row, wanted.life.is_some())?;
            update_urgency(&m.conn, no, &before, &row)?;
            Some(Box::new(row))
        }
    };
    failpoint!("change.row_written");
    write_kept(&m.conn, cell, wanted)?;
    amend::write(&m.conn, cell.no, &cell.id, &wanted.puts)?;
    m.journal(cell, &mut head, &wanted.facts)?;
    m.heads.stage(cell.no, head);
    Ok(Changed::Done(changed))
}

/// Whether a run may begin.
fn guarded(conn: &Connection, cell: &Cell, guard: Option<Guard>) -> Result<bool, rusqlite::Error> {
    let Some(guard) = guard else { return Ok(true) };
    let switch = conn
        .prepare_cached(
            "SELECT 1 FROM record r JOIN company c ON c.no = r.company \
             WHERE r.kind = ?1 AND c.company_id = ?2 AND r.id = ?3",
        )?
        .exists(params![
            RecordKind::Switches.as_str(),
            CompanyId::platform().as_str(),
            ALL_RUNS
        ])?;
    let settings = amend::settings(conn, cell)?;
    Ok(!switch && settings.is_some_and(|company| company.version == guard.settings))
}

fn update(conn: &Connection, no: i64, row: &Incident, changed: bool) -> Result<(), rusqlite::Error> {
    if changed {
        update_life(conn, no, row)?;
    }
    let sql = "UPDATE incident SET absorbed_no = ?2, decided = ?3, updated_at = ?4 WHERE no = ?1";
    conn.prepare_cached(sql)?.execute(params![
        no,
        int(row.absorbed_no),
        row.decided.as_ref().map(json).transpose()?,
        row.updated_at.as_millis(),
    ])?;
    Ok(())
}

/// A decision and the short memory, which need no row.
fn write_kept(conn: &Connection, cell: &Cell, wanted: &IncidentChange) -> Result<(), rusqlite::Error> {
    let id = wanted.incident_id.as_str();
    if let Some(decision) = &wanted.decision {
        conn.prepare_cached("INSERT INTO decision (company, incident_id, body) VALUES (?1, ?2, ?3)")?
            .execute(params![cell.no, id, json(decision)?])?;
    }
    if let Some(memory) = &wanted.memory {
        let sql = "INSERT INTO short_memory (company, incident_id, body, expires_at) VALUES (?1, ?2, ?3, ?4) \
                   ON CONFLICT (company, incident_id) DO UPDATE SET body = excluded.body, \
                   expires_at = excluded.expires_at";
        conn.prepare_cached(sql)?
            .execute(params![cell.no, id, json(memory)?, memory.expires_at.as_millis()])?;
    }
    Ok(())
}
