//! Journal entries that a filter meets, among so many that are looked at.

use actors::domain::journal::texts_of;
use actors::domain::{CompanyId, Entry};
use actors::limits::JOURNAL_LOOKED_AT;
use actors::port::reader::{Cursor, EntryFilter, Page, PageRequest};
use mongodb::bson::doc;

use super::super::fault::Fault;
use super::super::moment::{Find, Moment};
use super::super::names::*;
use super::super::rows;
use super::super::shape::{Fields, between, int};
use super::wanted;
use crate::store::like::{self, kinds_between};

/// Entries that a filter meets, in the order of their places or from the last one on.
pub(in super::super) async fn like(
    m: &mut Moment,
    company: &CompanyId,
    filter: &EntryFilter,
    newest_first: bool,
    page: PageRequest,
) -> Result<Page<Entry>, Fault> {
    let (behind, upto, order) = match newest_first {
        false => ("$gt", "$lte", 1),
        true => ("$lt", "$gte", -1),
    };
    let by = match filter.subject {
        Some(_) => "by_subject",
        None => "chain",
    };
    let mut places = doc! { behind: like::from(newest_first, page) };
    let mut which = doc! { "company_id": company.as_str() };
    if let Some(subject) = &filter.subject {
        which.insert("subject", subject);
    }
    let mut looked_at = which.clone();
    looked_at.insert("seq", places.clone());
    let last = Find {
        from: JOURNAL,
        which: looked_at,
        order: doc! { "seq": order },
        skip: JOURNAL_LOOKED_AT as u64 - 1,
        only: doc! { "_id": 0, "seq": 1 },
        by: Some(by),
        ..Find::default()
    };
    let horizon = m.first(last).await?;
    let horizon = horizon.map(|entry| entry.count("seq")).transpose()?;

    if let Some(horizon) = horizon {
        places.insert(upto, int(horizon));
    }
    which.insert("seq", places);
    if let Some(actor) = &filter.actor {
        let (first, beyond) = texts_of(actor);
        which.insert("canonical", doc! { "$gte": first, "$lt": beyond });
    }
    if let Some(kinds) = &filter.kinds {
        let (first, beyond) = kinds_between(kinds);
        which.insert("kind", doc! { "$gte": first, "$lt": beyond });
    }
    if let Some(at) = between(filter.since, filter.until) {
        which.insert("at", at);
    }
    let find = Find {
        from: JOURNAL,
        which,
        order: doc! { "seq": order },
        limit: wanted(page),
        by: Some(by),
        ..Find::default()
    };
    let found = m.documents(find).await?;
    let found: Vec<Entry> = found.iter().map(rows::entry).collect::<Result<_, _>>()?;
    Ok(like::paged(found, page, horizon.map(|seq| Cursor(seq, 0))))
}
