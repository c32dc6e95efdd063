//! Founding a company.

use std::sync::Arc;

use actors::port::Error;
use actors::port::roster::NewCompany;
use rusqlite::{OptionalExtension, params};

use super::fault::{Fault, unwritable};
use super::machine::Machine;
use super::shared::Cell;

/// Founds a company with its first key and secret; `false` where the id is taken. Only the
/// platform's writer may; to another company's this is as if it were fenced.
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
    // From here on everything is written.
    let body = serde_json::to_string(&new.company).map_err(unwritable)?;
    let company = m
        .conn
        .prepare_cached("INSERT INTO company (company_id, body) VALUES (?1, ?2)")?
        .insert(params![id.as_str(), body])?;
    m.conn
        .prepare_cached("INSERT INTO head VALUES (?1, 0, 0, 0, zeroblob(32), 0, 0)")?
        .execute([company])?;
    let scopes = serde_json::to_string(&new.key.scopes).map_err(unwritable)?;
    m.conn
        .prepare_cached("INSERT INTO api_key VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute(params![
            new.key.key_id.as_str(),
            company,
            new.key.key_hash,
            scopes,
            new.key.unsigned,
            new.key.created_at.as_millis()
        ])?;
    m.conn
        .prepare_cached("INSERT INTO webhook_secret (company, sealed, created_at) VALUES (?1, ?2, ?3)")?
        .execute(params![company, new.secret.sealed, new.secret.created_at.as_millis()])?;
    head.commit_no += 1;
    m.journal(platform, &mut head, [&new.fact])?;
    m.heads.stage(platform.no, head);
    m.founded.push(Cell::new(company, id.clone()));
    Ok(true)
}
