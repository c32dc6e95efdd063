//! Founding a company.

use std::sync::Arc;

use actors::port::{Amended, Error, NewCompany};
use rusqlite::{OptionalExtension, params};

use super::amend;
use super::fault::{Fault, unwritable};
use super::machine::Machine;
use super::shared::Cell;

/// The number that no company has.
const NOBODY: i64 = 0;

/// Founds a company with its first records; `false` where the id is taken, or a record's lookup text is. Only
/// the platform's writer may; to another company's this is as if it were fenced.
pub(super) fn found(m: &mut Machine, platform: &Arc<Cell>, epoch: u64, new: &NewCompany) -> Result<bool, Fault> {
    let mut head = m.heads.fenced(platform, epoch)?;
    if !platform.id.is_platform() {
        return Err(Error::Fenced.into());
    }
    let id = &new.company.company_id;
    let taken = m
        .conn
        .prepare_cached("SELECT 1 FROM company WHERE company_id = ?1")?
        .query_row([id.as_str()], |_| Ok(()))
        .optional()?;
    if taken.is_some() {
        return Ok(false);
    }
    if amend::judged(&m.conn, NOBODY, id, &new.puts)? != Amended::Done {
        return Ok(false);
    }
    // From here on everything is written.
    let body = serde_json::to_string(&new.company).map_err(unwritable)?;
    let company = m
        .conn
        .prepare_cached("INSERT INTO company (company_id, body) VALUES (?1, ?2)")?
        .insert(params![id.as_str(), body])?;
    m.conn
        .prepare_cached("INSERT INTO head VALUES (?1, 0, 0, 0, zeroblob(32), 0, 0)")?
        .execute([company])?;
    amend::write(&m.conn, company, id, &new.puts)?;
    head.commit_no += 1;
    m.journal(platform, &mut head, [&new.fact])?;
    m.heads.stage(platform.no, head);
    m.founded.push(Cell::new(company, id.clone()));
    Ok(true)
}
