//! A directory whose journals are only read, and nothing in it written.
//!
//! Where a server holds it, one more read-only connection reads beside the server's. Where nobody does, SQLite is told
//! that the file does not change, so that it makes no files beside it; and a log that a killed server has left is read
//! with a copy of the database, in a directory for temporary files that is removed in the end.

use std::fmt::Write;
use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::{Arc, Mutex};

use actors::domain::{CompanyId, Entry};
use actors::port::reader::{Page, PageRequest};
use actors::port::{Error, Record, RecordKind};
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use super::OpenError;
use super::fault::Fault;
use super::read::{journal, records};
use super::rows::parsed;
use super::schema;
use super::shared::{Cell, locked};
use crate::audit::cut;

/// The journals of a directory.
#[derive(Debug)]
pub struct SqliteEvidence {
    conn: Mutex<Connection>,
    _copy: Option<TempDir>,
    _lock: Option<File>,
}

impl SqliteEvidence {
    pub(in crate::store) fn open(dir: &Path) -> Result<Self, OpenError> {
        let file = dir.join("store.db");
        if !file.try_exists()? {
            return Err(OpenError::Missing);
        }
        let (conn, copy, lock) = match look(dir)? {
            Look::Held => (read_only(&file, "mode=ro")?, None, None),
            Look::Free(lock) if is_empty(&dir.join("store.db-wal"))? => {
                (read_only(&file, "mode=ro&immutable=1")?, None, lock)
            }
            Look::Free(lock) => {
                let copy = copy_of(dir)?;
                let conn = read_only(&copy.path().join("store.db"), "mode=rw")?;
                (conn, Some(copy), lock)
            }
        };
        schema::known(&conn)?;
        Ok(Self {
            conn: Mutex::new(conn),
            _copy: copy,
            _lock: lock,
        })
    }

    /// Whoever has a journal, the platform first.
    pub(in crate::store) fn companies(&self) -> Result<Vec<CompanyId>, Error> {
        let found = cells(&locked(&self.conn), None).map_err(|error| Fault::from(error).into_error())?;
        Ok(found.iter().map(|cell| cell.id.clone()).collect())
    }

    /// Where a journal was cut, if it was.
    pub(in crate::store) fn cut(&self, company: &CompanyId) -> Result<Option<Record>, Error> {
        let conn = locked(&self.conn);
        let read = || match cells(&conn, Some(company))?.first() {
            Some(cell) if has_records(&conn)? => records::one(&conn, cell, RecordKind::Cuts, cut::RECORD),
            _ => Ok(None),
        };
        read().map_err(Fault::into_error)
    }

    /// A page of a journal, oldest first.
    pub(in crate::store) fn journal(&self, company: &CompanyId, page: PageRequest) -> Result<Page<Entry>, Error> {
        let conn = locked(&self.conn);
        let read = || match cells(&conn, Some(company))?.first() {
            Some(cell) => journal::list(&conn, cell, page),
            None => Ok(Page::empty()),
        };
        read().map_err(Fault::into_error)
    }
}

/// Whether somebody holds a directory.
enum Look {
    /// A server.
    Held,
    /// Nobody, and nobody does while this is kept. A directory that was taken away from where it served may have no
    /// lock file.
    Free(Option<File>),
}

/// The lock file is neither made nor written.
fn look(dir: &Path) -> io::Result<Look> {
    let file = match File::open(dir.join("lock")) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Look::Free(None)),
        Err(error) => return Err(error),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(Look::Free(Some(file))),
        Err(TryLockError::WouldBlock) => Ok(Look::Held),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn is_empty(file: &Path) -> io::Result<bool> {
    match fs::metadata(file) {
        Ok(found) => Ok(found.len() == 0),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

/// The database with its log, where it may be written to.
fn copy_of(dir: &Path) -> io::Result<TempDir> {
    let copy = tempfile::tempdir()?;
    for name in ["store.db", "store.db-wal"] {
        fs::copy(dir.join(name), copy.path().join(name))?;
    }
    Ok(copy)
}

/// A connection that only reads, as a URI says.
fn read_only(file: &Path, how: &str) -> Result<Connection, rusqlite::Error> {
    let flags = match how {
        "mode=rw" => OpenFlags::SQLITE_OPEN_READ_WRITE,
        _ => OpenFlags::SQLITE_OPEN_READ_ONLY,
    };
    let uri = format!("file:{}?{how}", escaped(file));
    let conn = Connection::open_with_flags(
        uri,
        flags | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    conn.busy_timeout(std::time::Duration::from_secs(5))?;
    conn.pragma_update(None, "query_only", true)?;
    conn.pragma_update(None, "trusted_schema", false)?;
    Ok(conn)
}

/// A path as a URI has it.
fn escaped(file: &Path) -> String {
    let mut text = String::new();
    for byte in file.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => text.push(char::from(*byte)),
            // A text takes whatever is written.
            other => drop(write!(text, "%{other:02X}")),
        }
    }
    text
}

/// Whether there are records: a file of an older version has none, and no journal of it was cut.
fn has_records(conn: &Connection) -> Result<bool, rusqlite::Error> {
    conn.table_exists(None, "record")
}

/// The companies, or one of them.
fn cells(conn: &Connection, only: Option<&CompanyId>) -> Result<Vec<Arc<Cell>>, rusqlite::Error> {
    let sql = "SELECT no, company_id FROM company WHERE ?1 IS NULL OR company_id = ?1 ORDER BY no";
    let mut query = conn.prepare_cached(sql)?;
    let only = only.map(CompanyId::as_str);
    let found = query.query_map([only], |row| Ok(Cell::new(row.get(0)?, parsed(row, 1)?)))?;
    found.collect()
}
