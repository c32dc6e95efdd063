//! Queries about the journal, and the timeline that joins it with the placements.

use actors::domain::{CompanyId, Entry, IncidentId};
use actors::port::reader::{Cursor, Page, PageRequest, TimelineItem};
use mongodb::bson::{Document, doc};

use super::super::fault::Fault;
use super::super::moment::{Find, Moment};
use super::super::names::*;
use super::super::rows;
use super::super::shape::int;
use super::{alerts, wanted};
use crate::store::page::{after, before, paged};
use crate::store::timeline::{cursor, place, shown};

/// The company's journal, oldest first.
pub(in super::super) async fn list(
    m: &mut Moment,
    company: &CompanyId,
    page: PageRequest,
) -> Result<Page<Entry>, Fault> {
    let behind = doc! { "$gt": after(page) };
    entries(m, company, page, behind, 1).await
}

/// The company's journal, newest first.
pub(in super::super) async fn list_backwards(
    m: &mut Moment,
    company: &CompanyId,
    page: PageRequest,
) -> Result<Page<Entry>, Fault> {
    let before = doc! { "$lt": before(page) };
    entries(m, company, page, before, -1).await
}

async fn entries(
    m: &mut Moment,
    company: &CompanyId,
    page: PageRequest,
    seqs: Document,
    order: i32,
) -> Result<Page<Entry>, Fault> {
    let find = Find {
        from: JOURNAL,
        which: doc! { "company_id": company.as_str(), "seq": seqs },
        order: doc! { "seq": order },
        limit: wanted(page),
        ..Find::default()
    };
    let found = m.documents(find).await?;
    let found: Vec<Entry> = found.iter().map(rows::entry).collect::<Result<_, _>>()?;
    Ok(paged(found, page, |entry| Cursor(entry.seq, 0)))
}

/// An incident's journal entries and placements, oldest commit first.
pub(in super::super) async fn timeline(
    m: &mut Moment,
    company: &CompanyId,
    id: &IncidentId,
    page: PageRequest,
) -> Result<Page<TimelineItem>, Fault> {
    let shown = shown(page);
    let (commit_no, seq, alert_no) = (int(shown.commit_no), int(shown.seq), int(shown.alert_no));
    let find = Find {
        from: JOURNAL,
        which: doc! {
            "company_id": company.as_str(),
            "subject": id.as_str(),
            "$or": [
                { "commit_no": { "$gt": commit_no } },
                { "commit_no": commit_no, "seq": { "$gt": seq } },
            ],
        },
        order: doc! { "seq": 1 },
        limit: wanted(page),
        ..Find::default()
    };
    let entries = m.documents(find).await?;
    let mut items: Vec<TimelineItem> = entries
        .iter()
        .map(|document| rows::entry(document).map(TimelineItem::Entry))
        .collect::<Result<_, _>>()?;
    let placed = alerts::forward(m, company, id, (commit_no, alert_no), wanted(page)).await?;
    items.extend(placed.into_iter().map(|(commit_no, view)| TimelineItem::Alert {
        commit_no,
        view: Box::new(view),
    }));
    items.sort_by_key(place);
    Ok(paged(items, page, cursor))
}
