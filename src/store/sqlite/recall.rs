//! By what long memories are found: kept with every commit that writes one, in the one place where records are written.

use std::collections::BTreeSet;

use actors::domain::outcome::LongMemory;
use actors::domain::recall::words::of_memory;
use actors::port::{Put, RecordKind};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;
use serde_json::Value;

/// By what one memory is found.
#[derive(Debug, PartialEq)]
struct Entry {
    signature: String,
    tags: BTreeSet<String>,
    words: Vec<String>,
}

impl Entry {
    /// Nothing for what cannot be read as a memory: it is kept, and not found.
    fn of(body: &Value) -> Option<Self> {
        let memory = LongMemory::deserialize(body).ok()?;
        Some(Self {
            words: of_memory(&memory),
            signature: memory.signature,
            tags: memory.tags.into_iter().collect(),
        })
    }
}

/// A word in the full-text index: its company's number stands before it.
pub(super) fn token(company: i64, word: &str) -> String {
    format!("{company}x{word}")
}

/// Brings the index to what a put makes of a memory, before the put is written.
pub(super) fn index(conn: &Connection, company: i64, put: &Put) -> rusqlite::Result<()> {
    let old = match put.expect {
        Some(_) => stored(conn, company, &put.id)?,
        None => None,
    };
    let new = put.to.as_ref().and_then(|to| Entry::of(&to.body));
    if old == new {
        return Ok(());
    }
    let no = match &old {
        Some(old) => Some(remove(conn, company, &put.id, old)?),
        None => None,
    };
    match new {
        Some(new) => add(conn, company, &put.id, &new, no),
        None => Ok(()),
    }
}

/// Indexes what was there before there was an index, in the order in which it came in: ids are made from the time.
pub(super) fn index_all(conn: &Connection) -> rusqlite::Result<()> {
    let mut query = conn.prepare("SELECT company, id, body FROM record WHERE kind = ?1 ORDER BY id")?;
    let mut rows = query.query([RecordKind::LongMemory.as_str()])?;
    while let Some(row) = rows.next()? {
        let (company, id): (i64, String) = (row.get(0)?, row.get(1)?);
        if let Some(entry) = parsed(row.get_ref(2)?.as_str()?) {
            add(conn, company, &id, &entry, None)?;
        }
    }
    Ok(())
}

fn parsed(body: &str) -> Option<Entry> {
    serde_json::from_str(body).ok().and_then(|body| Entry::of(&body))
}

/// By what a memory is found as it is stored now.
fn stored(conn: &Connection, company: i64, id: &str) -> rusqlite::Result<Option<Entry>> {
    let body: Option<String> = conn
        .prepare_cached("SELECT body FROM record WHERE kind = ?1 AND company = ?2 AND id = ?3")?
        .query_row(params![RecordKind::LongMemory.as_str(), company, id], |row| row.get(0))
        .optional()?;
    Ok(body.and_then(|body| parsed(&body)))
}

/// Under the number that it has had, or the next.
fn add(conn: &Connection, company: i64, id: &str, entry: &Entry, no: Option<i64>) -> rusqlite::Result<()> {
    let no = conn
        .prepare_cached("INSERT INTO memory (no, company, id, signature) VALUES (?1, ?2, ?3, ?4)")?
        .insert(params![no, company, id, entry.signature])?;
    let mut tag = conn.prepare_cached("INSERT INTO memory_tag VALUES (?1, ?2, ?3)")?;
    for name in &entry.tags {
        tag.execute(params![company, name, no])?;
    }
    let mut word = conn.prepare_cached(
        "INSERT INTO memory_word VALUES (?1, ?2, 1) ON CONFLICT DO UPDATE SET memories = memories + 1",
    )?;
    for text in &entry.words {
        word.execute(params![company, text])?;
    }
    let tokens: Vec<String> = entry.words.iter().map(|word| token(company, word)).collect();
    conn.prepare_cached("INSERT INTO memory_text (rowid, words) VALUES (?1, ?2)")?
        .execute(params![no, tokens.join(" ")])?;
    Ok(())
}

/// The number that it has had.
fn remove(conn: &Connection, company: i64, id: &str, entry: &Entry) -> rusqlite::Result<i64> {
    let no = conn
        .prepare_cached("DELETE FROM memory WHERE company = ?1 AND id = ?2 RETURNING no")?
        .query_row(params![company, id], |row| row.get(0))?;
    let mut tag = conn.prepare_cached("DELETE FROM memory_tag WHERE company = ?1 AND tag = ?2 AND memory = ?3")?;
    for name in &entry.tags {
        tag.execute(params![company, name, no])?;
    }
    let mut fewer =
        conn.prepare_cached("UPDATE memory_word SET memories = memories - 1 WHERE company = ?1 AND word = ?2")?;
    let mut gone = conn.prepare_cached("DELETE FROM memory_word WHERE company = ?1 AND word = ?2 AND memories <= 0")?;
    for text in &entry.words {
        fewer.execute(params![company, text])?;
        gone.execute(params![company, text])?;
    }
    conn.prepare_cached("DELETE FROM memory_text WHERE rowid = ?1")?
        .execute([no])?;
    Ok(no)
}
