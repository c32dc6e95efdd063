//! Queries of records.

use actors::domain::CompanyId;
use actors::port::{Record, RecordKind};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::fault::Fault;
use super::super::rows::{self, int, parsed, time_or_none, uint};
use super::super::shared::Cell;

/// The columns of [`read`], of a table called `r`.
macro_rules! record_columns {
    () => {
        "r.id, r.version, r.lookup, r.expires_at, r.body"
    };
}

pub(in super::super) use record_columns;

/// A record from [`record_columns`].
pub(in super::super) fn read(row: &Row<'_>, company: CompanyId, kind: RecordKind) -> rusqlite::Result<Record> {
    Ok(Record {
        company_id: company,
        kind,
        id: row.get(0)?,
        version: uint(row, 1)?,
        lookup: row.get(2)?,
        expires_at: time_or_none(row, 3)?,
        body: rows::json(row, 4)?,
    })
}

/// A company's record.
pub(in super::super) fn one(
    conn: &Connection,
    cell: &Cell,
    kind: RecordKind,
    id: &str,
) -> Result<Option<Record>, Fault> {
    let sql = concat!(
        "SELECT ",
        record_columns!(),
        " FROM record r WHERE r.kind = ?1 AND r.company = ?2 AND r.id = ?3"
    );
    let found = conn
        .prepare_cached(sql)?
        .query_row(params![kind.as_str(), cell.no, id], |row| {
            read(row, cell.id.clone(), kind)
        });
    Ok(found.optional()?)
}

/// A company's records, in the order of their ids. No id is empty, so that all are behind the empty text.
pub(in super::super) fn list(
    conn: &Connection,
    cell: &Cell,
    kind: RecordKind,
    after: &str,
    limit: usize,
) -> Result<Vec<Record>, Fault> {
    let sql = concat!(
        "SELECT ",
        record_columns!(),
        " FROM record r WHERE r.kind = ?1 AND r.company = ?2 AND r.id > ?3 ORDER BY r.id LIMIT ?4"
    );
    let mut query = conn.prepare_cached(sql)?;
    let found = query.query_map(params![kind.as_str(), cell.no, after, int(limit as u64)], |row| {
        read(row, cell.id.clone(), kind)
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// A company's records, from the last id on, before one where it is given.
pub(in super::super) fn backwards(
    conn: &Connection,
    cell: &Cell,
    kind: RecordKind,
    before: Option<&str>,
    limit: usize,
) -> Result<Vec<Record>, Fault> {
    let sql = concat!(
        "SELECT ",
        record_columns!(),
        " FROM record r WHERE r.kind = ?1 AND r.company = ?2 AND (?3 IS NULL OR r.id < ?3) ORDER BY r.id DESC LIMIT ?4"
    );
    let mut query = conn.prepare_cached(sql)?;
    let found = query.query_map(params![kind.as_str(), cell.no, before, int(limit as u64)], |row| {
        read(row, cell.id.clone(), kind)
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// All companies' records, in the order of companies' numbers and of ids.
pub(in super::super) fn all(
    conn: &Connection,
    kind: RecordKind,
    after: (i64, &str),
    limit: usize,
) -> Result<Vec<Record>, Fault> {
    let sql = concat!(
        "SELECT ",
        record_columns!(),
        ", c.company_id FROM record r CROSS JOIN company c ON c.no = r.company \
         WHERE r.kind = ?1 AND (r.company, r.id) > (?2, ?3) ORDER BY r.company, r.id LIMIT ?4"
    );
    let mut query = conn.prepare_cached(sql)?;
    let found = query.query_map(params![kind.as_str(), after.0, after.1, int(limit as u64)], |row| {
        read(row, parsed(row, 5)?, kind)
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// The record with a lookup text.
pub(in super::super) fn find(conn: &Connection, kind: RecordKind, lookup: &str) -> Result<Option<Record>, Fault> {
    let sql = concat!(
        "SELECT ",
        record_columns!(),
        ", c.company_id FROM record r CROSS JOIN company c ON c.no = r.company WHERE r.kind = ?1 AND r.lookup = ?2"
    );
    let found = conn
        .prepare_cached(sql)?
        .query_row(params![kind.as_str(), lookup], |row| read(row, parsed(row, 5)?, kind));
    Ok(found.optional()?)
}
