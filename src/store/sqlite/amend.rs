//! Amending: a company's settings and records, all of it or nothing.

use std::sync::Arc;

use actors::domain::{Company, CompanyId};
use actors::port::{Amended, Amendment, Put, RecordKind};
use rusqlite::{Connection, OptionalExtension, params};
use tokio::time::Instant;

use super::cut;
use super::fault::{Fault, unwritable};
use super::machine::Machine;
use super::recall;
use super::rollup;
use super::rows::{self, int, ms, parsed, uint};
use super::shared::Cell;
use crate::store::amend::{Stored, check, follows, judge};
use crate::store::commit::in_time;

/// Amends.
pub(super) fn amend(
    m: &mut Machine,
    cell: &Arc<Cell>,
    epoch: u64,
    wanted: &Amendment,
    deadline: Option<Instant>,
) -> Result<Amended, Fault> {
    let mut head = m.heads.fenced(cell, epoch)?;
    in_time(deadline)?;
    if *wanted == Amendment::default() {
        return Ok(Amended::Done);
    }
    if let Some(company) = &wanted.company
        && !follows(settings(&m.conn, cell)?.as_ref(), company)?
    {
        return Ok(Amended::Changed);
    }
    let judged = judged(&m.conn, cell.no, &cell.id, &wanted.puts)?;
    if judged != Amended::Done {
        return Ok(judged);
    }
    let going = match &wanted.cut {
        None => None,
        Some(cut) => match cut::found(&m.conn, cell, cut)? {
            None => return Ok(Amended::Changed),
            found => found.map(|found| (cut, found)),
        },
    };
    // From here on everything is written.
    head.commit_no += 1;
    if let Some((cut, found)) = going {
        cut::write(&m.conn, cell, cut, found)?;
    }
    if let Some(company) = &wanted.company {
        head.joinable_no += 1;
        let body = serde_json::to_string(company).map_err(unwritable)?;
        m.conn
            .prepare_cached("UPDATE company SET body = ?2 WHERE no = ?1")?
            .execute(params![cell.no, body])?;
        if company.erased_at.is_some() {
            rollup::forget(&m.conn, cell.no)?;
        }
    }
    write(&m.conn, cell.no, &cell.id, &wanted.puts)?;
    if let Some(at) = wanted.wake {
        m.conn
            .prepare_cached(
                "UPDATE incident SET wake_due = ?2 WHERE company = ?1 AND status <> 'resolved' AND wake_due > ?2",
            )?
            .execute(params![cell.no, at.as_millis()])?;
    }
    m.journal(cell, &mut head, &wanted.facts)?;
    m.heads.stage(cell.no, head);
    Ok(Amended::Done)
}

/// A company's settings.
pub(super) fn settings(conn: &Connection, cell: &Cell) -> Result<Option<Company>, rusqlite::Error> {
    conn.prepare_cached("SELECT body FROM company WHERE no = ?1")?
        .query_row([cell.no], |row| rows::json_or_none(row, 0))
}

/// What a company's puts come to, nothing of which is done yet.
pub(super) fn judged(conn: &Connection, company: i64, id: &CompanyId, puts: &[Put]) -> Result<Amended, Fault> {
    check(puts)?;
    let stored: Result<Vec<Stored>, _> = puts.iter().map(|put| stored(conn, company, put)).collect();
    Ok(judge(id, puts, &stored?))
}

fn stored(conn: &Connection, company: i64, put: &Put) -> Result<Stored, rusqlite::Error> {
    let kind = put.kind.as_str();
    let version = conn
        .prepare_cached("SELECT version FROM record WHERE kind = ?1 AND company = ?2 AND id = ?3")?
        .query_row(params![kind, company, put.id], |row| uint(row, 0))
        .optional()?;
    let holder = match put.to.as_ref().and_then(|to| to.lookup.as_ref()) {
        None => None,
        Some(lookup) => conn
            .prepare_cached(
                "SELECT c.company_id, r.id FROM record r CROSS JOIN company c ON c.no = r.company \
                 WHERE r.kind = ?1 AND r.lookup = ?2",
            )?
            .query_row(params![kind, lookup], |row| Ok((parsed(row, 0)?, row.get(1)?)))
            .optional()?,
    };
    Ok(Stored { version, holder })
}

/// Writes a company's puts. What was there goes first, so that a lookup text is free before another has it.
pub(super) fn write(conn: &Connection, company: i64, id: &CompanyId, puts: &[Put]) -> Result<(), rusqlite::Error> {
    for put in puts.iter().filter(|put| put.kind == RecordKind::LongMemory) {
        recall::index(conn, company, put)?;
    }
    let mut delete = conn.prepare_cached("DELETE FROM record WHERE kind = ?1 AND company = ?2 AND id = ?3")?;
    for put in puts.iter().filter(|put| put.expect.is_some()) {
        delete.execute(params![put.kind.as_str(), company, put.id])?;
    }
    let mut insert = conn.prepare_cached(
        "INSERT INTO record (kind, company, id, version, lookup, expires_at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for record in puts.iter().filter_map(|put| put.record(id)) {
        insert.execute(params![
            record.kind.as_str(),
            company,
            record.id,
            int(record.version),
            record.lookup,
            ms(record.expires_at),
            record.body.to_string()
        ])?;
    }
    Ok(())
}
