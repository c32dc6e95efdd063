//! Looking long memories up. Whatever is asked, and however many there are, a bounded number of entries of the index is
//! read: of signatures and tags the newest, of words those of the rarest first.

use std::collections::HashMap;

use actors::domain::outcome::{Effectiveness, LongMemory};
use actors::domain::recall::Worth;
use actors::limits::RECALL_ENTRIES;
use actors::port::{Candidate, Candidates, Counts, Lookup, RecordKind};
use rusqlite::{Connection, OptionalExtension, Params, params};

use super::super::fault::Fault;
use super::super::recall::token;
use super::super::rows::{self, int, uint};
use super::super::shared::Cell;
use crate::store::tally::Tally;

/// How many of the rarest words have to be there together, where each alone is in too many memories to be read.
const TOGETHER: usize = 3;
/// Entries of the rarest of them that are walked over for that: where it has more, its newest are enough.
const WALKED: u64 = 100_000;

/// Memories that may be meant.
pub(in super::super) fn find(conn: &Connection, cell: &Cell, lookup: &Lookup) -> Result<Candidates, Fault> {
    let of_signature = by_signature(conn, cell, lookup)?;
    let of_tags: Result<Vec<_>, Fault> = lookup.tags.iter().map(|tag| by_tag(conn, cell, tag, lookup)).collect();
    let of_tags = of_tags?;
    let words: Result<_, Fault> = lookup.words.iter().map(|word| count(conn, cell, word)).collect();
    let counts = Counts {
        signature: of_signature.len() as u64,
        tags: of_tags.iter().map(|found| found.len() as u64).collect(),
        words: words?,
    };
    let worth = Worth::of(lookup, &counts);
    let mut tally = by_words(conn, cell, lookup, &counts, &worth)?;
    let mut others = Tally::default();
    others.add(of_signature, worth.signature);
    for (found, worth) in of_tags.into_iter().zip(&worth.tags) {
        others.add(found, *worth);
    }
    tally.join(others);
    let (mut found, mut known) = (Vec::new(), HashMap::new());
    for no in tally.best(lookup.candidates()) {
        if let Some(memory) = memory(conn, cell, no)? {
            let outcomes = outcomes(conn, cell, &memory, &mut known)?;
            found.push(Candidate { memory, outcomes });
        }
    }
    Ok(Candidates { found, counts })
}

fn by_signature(conn: &Connection, cell: &Cell, lookup: &Lookup) -> Result<Vec<i64>, Fault> {
    let Some(signature) = &lookup.signature else {
        return Ok(Vec::new());
    };
    let sql = "SELECT no FROM memory WHERE company = ?1 AND signature = ?2 ORDER BY no DESC LIMIT ?3";
    numbers(conn, sql, params![cell.no, signature, RECALL_ENTRIES as i64])
}

fn by_tag(conn: &Connection, cell: &Cell, tag: &str, lookup: &Lookup) -> Result<Vec<i64>, Fault> {
    let sql = "SELECT memory FROM memory_tag WHERE company = ?1 AND tag = ?2 ORDER BY memory DESC LIMIT ?3";
    let most = RECALL_ENTRIES / lookup.tags.len().max(1);
    numbers(conn, sql, params![cell.no, tag, int(most as u64)])
}

/// Those that have the rarest words, as far as may be read: a common word's newest only. Where even the rarest word is too
/// common for that, those are looked for that have several at once.
fn by_words(
    conn: &Connection,
    cell: &Cell,
    lookup: &Lookup,
    counts: &Counts,
    worth: &Worth,
) -> Result<Tally<i64>, Fault> {
    let words = lookup.words.iter().zip(&counts.words).zip(&worth.words);
    let mut rarest: Vec<((&String, &u64), &f64)> = words.filter(|((_, count), _)| **count > 0).collect();
    rarest.sort_by_key(|((_, count), _)| **count);
    let mut tally = Tally::default();
    let mut left = RECALL_ENTRIES;
    let mut is_whole = false;
    for (place, ((word, count), worth)) in rarest.iter().enumerate() {
        let share = left / (rarest.len() - place);
        let found = with_all(conn, cell, &[word], share)?;
        left -= found.len();
        is_whole |= found.len() as u64 >= **count;
        tally.add(found, **worth);
    }
    let is_walked = rarest.first().is_some_and(|((_, count), _)| **count <= WALKED);
    if is_walked && !is_whole {
        for size in (2..=rarest.len().min(TOGETHER)).rev() {
            let common: Vec<&String> = rarest[..size].iter().map(|((word, _), _)| *word).collect();
            let found = with_all(conn, cell, &common, lookup.candidates())?;
            tally.at_least(found, rarest[..size].iter().map(|(_, worth)| **worth).sum());
        }
    }
    Ok(tally)
}

/// The newest that have all of these words. A word holds letters and digits only, and stands in quotes besides: it is
/// never taken for syntax.
fn with_all(conn: &Connection, cell: &Cell, words: &[impl AsRef<str>], most: usize) -> Result<Vec<i64>, Fault> {
    let quoted = words
        .iter()
        .map(|word| format!("\"{}\"", token(cell.no, word.as_ref())));
    let all = quoted.collect::<Vec<_>>().join(" AND ");
    let sql = "SELECT rowid FROM memory_text WHERE memory_text MATCH ?1 ORDER BY rowid DESC LIMIT ?2";
    numbers(conn, sql, params![all, int(most as u64)])
}

fn numbers(conn: &Connection, sql: &str, params: impl Params) -> Result<Vec<i64>, Fault> {
    let mut query = conn.prepare_cached(sql)?;
    let found = query.query_map(params, |row| row.get(0))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// How many of the company's memories have a word.
fn count(conn: &Connection, cell: &Cell, word: &str) -> Result<u64, Fault> {
    let found = conn
        .prepare_cached("SELECT memories FROM memory_word WHERE company = ?1 AND word = ?2")?
        .query_row(params![cell.no, word], |row| uint(row, 0));
    Ok(found.optional()?.unwrap_or(0))
}

fn memory(conn: &Connection, cell: &Cell, no: i64) -> Result<Option<LongMemory>, Fault> {
    let sql = "SELECT r.body FROM memory m CROSS JOIN record r ON r.kind = ?1 AND r.company = m.company AND r.id = m.id \
               WHERE m.no = ?2 AND m.company = ?3";
    let found = conn
        .prepare_cached(sql)?
        .query_row(params![RecordKind::LongMemory.as_str(), no, cell.no], |row| {
            rows::json(row, 0)
        });
    Ok(found.optional()?)
}

/// What runs have shown of a memory's runbook, each counted once.
fn outcomes(
    conn: &Connection,
    cell: &Cell,
    memory: &LongMemory,
    known: &mut HashMap<String, Option<Effectiveness>>,
) -> Result<Option<Effectiveness>, Fault> {
    let Some(id) = memory.outcomes_id() else {
        return Ok(None);
    };
    if let Some(outcomes) = known.get(&id) {
        return Ok(outcomes.clone());
    }
    let found = conn
        .prepare_cached("SELECT body FROM record WHERE kind = ?1 AND company = ?2 AND id = ?3")?
        .query_row(params![RecordKind::Outcomes.as_str(), cell.no, id], |row| {
            rows::json(row, 0)
        })
        .optional()?;
    known.insert(id, found.clone());
    Ok(found)
}
