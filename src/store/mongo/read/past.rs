//! Queries about what is past its time.

use std::collections::HashMap;

use actors::domain::{AlertState, CompanyId, Decision, Timestamp};
use actors::port::reader::{Cursor, IncidentView, Page, PageRequest, PastAlert};
use mongodb::bson::{Document, doc};

use super::super::fault::Fault;
use super::super::moment::{Find, Moment};
use super::super::names::*;
use super::super::rows::{self, key};
use super::super::shape::{Fields, date, int};
use super::incidents;
use super::{alerts, wanted};
use crate::store::commit::is_empty_and_over;
use crate::store::page::paged;

/// Alerts that arrived before a moment and may go, in the order they came. A cursor is when one arrived, and how many
/// of those that arrived then were passed: they have an index by their arrival alone, and nothing arrives in the past.
pub(in super::super) async fn alerts(
    m: &mut Moment,
    company: &CompanyId,
    before: Timestamp,
    page: PageRequest,
) -> Result<Page<PastAlert>, Fault> {
    let Cursor(arrived, passed) = page.after.unwrap_or(Cursor(0, 0));
    let from = date(Timestamp::from_millis(int(arrived)));
    let find = Find {
        from: ALERTS,
        which: doc! { "company_id": company.as_str(), "received_at": { "$gte": from, "$lt": date(before) } },
        order: doc! { "received_at": 1 },
        skip: passed,
        limit: wanted(page),
        ..Find::default()
    };
    let mut found = Vec::new();
    let (mut at, mut ordinal) = (arrived, passed);
    for document in m.find(find).await? {
        let view = rows::alert_view(&document, company)?;
        let arrived = view.alert.received_at.as_millis().unsigned_abs();
        ordinal = if arrived == at { ordinal + 1 } else { 1 };
        at = arrived;
        found.push((Cursor(at, ordinal), view, document));
    }
    let found = paged(found, page, |(cursor, ..)| *cursor);
    let ids = found
        .items
        .iter()
        .filter_map(|(_, view, _)| view.incident_id.as_ref())
        .map(|id| key(company, id.as_str()));
    let ends = ends(m, company, ids.collect()).await?;
    let mut items = Vec::new();
    for (_, view, document) in found.items {
        let end = view.incident_id.as_ref().and_then(|id| ends.get(id.as_str()));
        let is_judged = !matches!(view.state, AlertState::Received | AlertState::Held);
        if is_judged && end.is_none_or(|end| end.resolved_at.is_some_and(|at| at < before)) {
            items.push(PastAlert {
                receipt: alerts::receipt(&document)?,
                version: end.and_then(|end| end.version),
                view,
            });
        }
    }
    Ok(Page {
        items,
        next: found.next,
    })
}

/// How an incident has ended.
struct End {
    resolved_at: Option<Timestamp>,
    /// Where it is not emptied yet.
    version: Option<u64>,
}

async fn ends(m: &mut Moment, company: &CompanyId, keys: Vec<String>) -> Result<HashMap<String, End>, Fault> {
    let find = Find {
        from: INCIDENTS,
        which: doc! { "_id": { "$in": keys }, "company_id": company.as_str() },
        only: doc! { "incident_id": 1, "resolved_at": 1, "alerts_archived_at": 1, "version": 1 },
        ..Find::default()
    };
    let found = m.documents(find).await?;
    let end = |document: Document| {
        let end = End {
            resolved_at: document.at_or_none("resolved_at"),
            version: match document.contains_key("alerts_archived_at") {
                true => None,
                false => Some(document.count("version")?),
            },
        };
        Ok((document.text("incident_id")?.to_owned(), end))
    };
    found.into_iter().map(end).collect()
}

/// Incidents that ended before a moment and may go; the oldest end first. A cursor is when one ended, and its number.
pub(in super::super) async fn incidents(
    m: &mut Moment,
    company: &CompanyId,
    before: Timestamp,
    page: PageRequest,
) -> Result<Page<IncidentView>, Fault> {
    let Cursor(ended, no) = page.after.unwrap_or(Cursor(0, 0));
    let ended = date(Timestamp::from_millis(int(ended)));
    let which = doc! {
        "company_id": company.as_str(),
        "resolved_at": { "$gte": ended, "$lt": date(before) },
        "$or": [{ "resolved_at": { "$gt": ended } }, { "no": { "$gt": int(no) } }],
    };
    let find = Find {
        from: INCIDENTS,
        which,
        order: doc! { "resolved_at": 1, "no": 1 },
        limit: wanted(page),
        ..Find::default()
    };
    let found = paged(incidents::stored(m, company, find).await?, page, |stored| {
        let ended = stored.row.life.resolved_at.map_or(0, Timestamp::as_millis);
        Cursor(ended.unsigned_abs(), stored.no)
    });
    let may_go = found.items.into_iter().filter(|stored| is_empty_and_over(&stored.row));
    Ok(Page {
        items: incidents::views(m, company, may_go.collect()).await?,
        next: found.next,
    })
}

/// Decisions made before a moment about ids that the company has no incident of, the oldest first. A cursor is when one
/// was made, and its number.
pub(in super::super) async fn decisions(
    m: &mut Moment,
    company: &CompanyId,
    before: Timestamp,
    page: PageRequest,
) -> Result<Page<(u64, Decision)>, Fault> {
    let Cursor(made, no) = page.after.unwrap_or(Cursor(0, 0));
    let made = date(Timestamp::from_millis(int(made)));
    let which = doc! {
        "company_id": company.as_str(),
        "created_at": { "$gte": made, "$lt": date(before) },
        "$or": [{ "created_at": { "$gt": made } }, { "no": { "$gt": int(no) } }],
    };
    let find = Find {
        from: DECISIONS,
        which,
        order: doc! { "created_at": 1, "no": 1 },
        limit: wanted(page),
        ..Find::default()
    };
    let found = m.documents(find).await?;
    let found: Result<Vec<_>, _> = found.into_iter().map(incidents::decision).collect();
    let found = paged(found?, page, |(no, decision): &(u64, Decision)| {
        Cursor(decision.created_at.as_millis().unsigned_abs(), *no)
    });
    let keys = found
        .items
        .iter()
        .map(|(_, decision)| key(company, decision.incident_id.as_str()));
    let ends = ends(m, company, keys.collect()).await?;
    let is_of_none = |(_, decision): &(u64, Decision)| !ends.contains_key(decision.incident_id.as_str());
    Ok(Page {
        items: found.items.into_iter().filter(is_of_none).collect(),
        next: found.next,
    })
}
