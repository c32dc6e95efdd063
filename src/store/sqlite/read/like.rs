//! Journal entries that a filter meets, among so many that are looked at.

use actors::domain::Entry;
use actors::domain::journal::texts_of;
use actors::limits::JOURNAL_LOOKED_AT;
use actors::port::reader::{Cursor, EntryFilter, Page, PageRequest};
use rusqlite::{Connection, OptionalExtension, ToSql};

use super::super::fault::Fault;
use super::super::rows::{self, int};
use super::super::shared::Cell;
use super::rows_wanted;
use crate::store::like::{self, kinds_between};

/// A question with what stands for its marks.
struct Question {
    sql: String,
    marks: Vec<Box<dyn ToSql>>,
}

impl Question {
    fn ask(&mut self, condition: &str, mark: impl ToSql + 'static) {
        self.sql.push_str(condition);
        self.marks.push(Box::new(mark));
    }
}

/// Entries that a filter meets, in the order of their places or from the last one on.
pub(in super::super) fn like(
    conn: &Connection,
    cell: &Cell,
    filter: &EntryFilter,
    newest_first: bool,
    page: PageRequest,
) -> Result<Page<Entry>, Fault> {
    let (behind, upto, order) = match newest_first {
        false => (" AND seq > ?", " AND seq <= ?", "ASC"),
        true => (" AND seq < ?", " AND seq >= ?", "DESC"),
    };
    let index = match filter.subject {
        Some(_) => " INDEXED BY journal_by_subject",
        None => "",
    };
    let entries = |columns: &str| {
        let mut question = Question {
            sql: format!("SELECT {columns} FROM journal{index} WHERE company = ?"),
            marks: vec![Box::new(cell.no)],
        };
        question.ask(behind, like::from(newest_first, page));
        if let Some(subject) = &filter.subject {
            question.ask(" AND subject = ?", subject.clone());
        }
        question
    };
    let mut last = entries("seq");
    last.sql.push_str(&format!(" ORDER BY seq {order} LIMIT 1"));
    last.ask(" OFFSET ?", int(JOURNAL_LOOKED_AT as u64 - 1));
    let mut query = conn.prepare_cached(&last.sql)?;
    let marks = rusqlite::params_from_iter(&last.marks);
    let horizon: Option<i64> = query.query_row(marks, |row| row.get(0)).optional()?;

    let mut found = entries("seq, commit_no, canonical, hash, subject");
    if let Some(horizon) = horizon {
        found.ask(upto, horizon);
    }
    if let Some(actor) = &filter.actor {
        let (first, beyond) = texts_of(actor);
        found.ask(" AND canonical >= ?", first);
        found.ask(" AND canonical < ?", beyond);
    }
    if let Some(kinds) = &filter.kinds {
        let (first, beyond) = kinds_between(kinds);
        found.ask(" AND canonical ->> '$.kind' >= ?", first);
        found.ask(" AND canonical ->> '$.kind' < ?", beyond);
    }
    // Times are written with as many digits each.
    if let Some(since) = filter.since {
        found.ask(" AND canonical ->> '$.at' >= ?", since.to_string());
    }
    if let Some(until) = filter.until {
        found.ask(" AND canonical ->> '$.at' < ?", until.to_string());
    }
    found.sql.push_str(&format!(" ORDER BY seq {order}"));
    found.ask(" LIMIT ?", rows_wanted(page));
    let mut query = conn.prepare_cached(&found.sql)?;
    let marks = rusqlite::params_from_iter(&found.marks);
    let entries = query.query_map(marks, |row| rows::entry(row, &cell.id))?;
    let horizon = horizon.map(|seq| Cursor(seq.unsigned_abs(), 0));
    Ok(like::paged(entries.collect::<Result<_, _>>()?, page, horizon))
}
