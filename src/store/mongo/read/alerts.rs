//! Queries about alerts.

use actors::domain::{Alert, AlertId, AlertState, CompanyId, IncidentId, Severity, Signal, Timestamp};
use actors::port::reader::{AlertFilter, AlertView, CorrelationCounts, Cursor, Page, PageRequest};
use actors::port::writer::{Receipt, Strays};
use mongodb::bson::{Document, RawDocument, RawDocumentBuf, doc};

use super::super::fault::Fault;
use super::super::moment::{Find, Moment};
use super::super::names::*;
use super::super::rows;
use super::super::shape::{self, Fields, date, int};
use super::wanted;
use crate::store::page::{before, paged};

/// Recoveries that a correlator is reminded of.
const RECOVERIES: i64 = 10_000;

fn read(found: &[RawDocumentBuf], company: &CompanyId) -> Result<Vec<AlertView>, Fault> {
    found
        .iter()
        .map(|document| rows::alert_view(document, company))
        .collect()
}

fn plain(found: &[RawDocumentBuf], company: &CompanyId) -> Result<Vec<Alert>, Fault> {
    let views = read(found, company)?;
    Ok(views.into_iter().map(|view| view.alert).collect())
}

/// Of a company, in a state.
fn in_state(company: &CompanyId, state: AlertState) -> Document {
    doc! { "state": state.as_str(), "company_id": company.as_str() }
}

/// Alerts without a verdict, in the order they were accepted.
pub(in super::super) async fn unplaced(m: &mut Moment, company: &CompanyId, limit: usize) -> Result<Vec<Alert>, Fault> {
    let find = Find {
        from: ALERTS,
        which: in_state(company, AlertState::Received),
        order: doc! { "_id": 1 },
        limit: int(limit as u64),
        ..Find::default()
    };
    plain(&m.find(find).await?, company)
}

/// Held alerts, oldest first; with `due`, only those whose window has ended by then.
pub(in super::super) async fn held(
    m: &mut Moment,
    company: &CompanyId,
    due: Option<Timestamp>,
    limit: usize,
) -> Result<Vec<Alert>, Fault> {
    let mut which = in_state(company, AlertState::Held);
    if let Some(due) = due {
        which.insert("due_at", doc! { "$lte": date(due) });
    }
    let find = Find {
        from: ALERTS,
        which,
        order: doc! { "_id": 1 },
        limit: int(limit as u64),
        ..Find::default()
    };
    plain(&m.find(find).await?, company)
}

/// Alerts that belong to no incident and may still matter to one.
pub(in super::super) async fn strays(m: &mut Moment, company: &CompanyId, now: Timestamp) -> Result<Strays, Fault> {
    Ok(Strays {
        held: held(m, company, None, 0).await?,
        recoveries: recoveries(m, company, now).await?,
    })
}

/// Recoveries without an incident that are still remembered, oldest first: the latest, if there are many.
async fn recoveries(m: &mut Moment, company: &CompanyId, now: Timestamp) -> Result<Vec<Alert>, Fault> {
    let mut which = in_state(company, AlertState::Unmatched);
    which.insert("due_at", doc! { "$gt": date(now) });
    which.insert("status", "resolved");
    let find = Find {
        from: ALERTS,
        which,
        order: doc! { "due_at": -1 },
        limit: RECOVERIES,
        ..Find::default()
    };
    let mut found = plain(&m.find(find).await?, company)?;
    debug_assert!(found.iter().all(|alert| alert.sent.status == Signal::Resolved));
    found.sort_by_key(|alert| alert.no);
    Ok(found)
}

/// Of an incident.
fn in_incident(company: &CompanyId, id: &IncidentId) -> Document {
    doc! { "company_id": company.as_str(), "incident_id": id.as_str() }
}

/// The last `limit` alerts placed in an incident after one commit, up to and with another, oldest first.
pub(in super::super) async fn placed_between(
    m: &mut Moment,
    company: &CompanyId,
    id: &IncidentId,
    (after, upto): (u64, u64),
    limit: usize,
) -> Result<Vec<Alert>, Fault> {
    let mut which = in_incident(company, id);
    which.insert("placed_no", doc! { "$gt": int(after), "$lte": int(upto) });
    let find = Find {
        from: ALERTS,
        which,
        order: doc! { "placed_no": -1, "_id": -1 },
        limit: int(limit as u64),
        ..Find::default()
    };
    let mut found = plain(&m.find(find).await?, company)?;
    found.reverse();
    Ok(found)
}

/// What a filter asks besides where it leads.
fn narrowed(mut which: Document, filter: &AlertFilter) -> Document {
    if let Some(severity) = filter.severity {
        which.insert("severity", Severity::as_str(severity));
    }
    if let Some(since) = filter.since {
        which.insert("received_at", doc! { "$gte": date(since) });
    }
    if let Some(state) = filter.state {
        which.insert("state", state.as_str());
    }
    which
}

/// Alerts, newest first.
pub(in super::super) async fn list(
    m: &mut Moment,
    company: &CompanyId,
    filter: &AlertFilter,
    page: PageRequest,
) -> Result<Page<AlertView>, Fault> {
    if let Some(id) = &filter.incident_id {
        return of_incident(m, company, id, filter, page).await;
    }
    let which = doc! { "company_id": company.as_str(), "_id": { "$lt": before(page) } };
    let find = Find {
        from: ALERTS,
        which: narrowed(which, filter),
        order: doc! { "_id": -1 },
        limit: wanted(page),
        ..Find::default()
    };
    let found = read(&m.find(find).await?, company)?;
    Ok(paged(found, page, |view| Cursor(view.alert.no, 0)))
}

/// Which alerts lie before or behind a place in the order in which an incident's were placed.
pub(super) fn beside(incident: &Document, (placed_no, no): (i64, i64), side: &str) -> Document {
    let mut behind = incident.clone();
    behind.insert(
        "$or",
        vec![
            doc! { "placed_no": { side: placed_no } },
            doc! { "placed_no": placed_no, "_id": { side: no } },
        ],
    );
    behind
}

/// Alerts of an incident, in the order they were placed, newest first.
async fn of_incident(
    m: &mut Moment,
    company: &CompanyId,
    id: &IncidentId,
    filter: &AlertFilter,
    page: PageRequest,
) -> Result<Page<AlertView>, Fault> {
    let incident = in_incident(company, id);
    let which = match page.after {
        None => incident,
        Some(Cursor(placed_no, no)) => beside(&incident, (int(placed_no), int(no)), "$lt"),
    };
    let find = Find {
        from: ALERTS,
        which: narrowed(which, filter),
        order: doc! { "placed_no": -1, "_id": -1 },
        limit: wanted(page),
        ..Find::default()
    };
    let found = placed(&m.find(find).await?, company)?;
    let found = paged(found, page, |(placed_no, view)| Cursor(*placed_no, view.alert.no));
    Ok(Page {
        items: found.items.into_iter().map(|(_, view)| view).collect(),
        next: found.next,
    })
}

/// Alerts with the commits that placed them.
fn placed(found: &[RawDocumentBuf], company: &CompanyId) -> Result<Vec<(u64, AlertView)>, Fault> {
    let placed_no = |document: &RawDocumentBuf| {
        let placed_no = document.get_i64("placed_no");
        placed_no
            .map(i64::unsigned_abs)
            .map_err(|error| Fault::corrupt(error.to_string()))
    };
    found
        .iter()
        .map(|document| Ok((placed_no(document)?, rows::alert_view(document, company)?)))
        .collect()
}

/// The incident's first alerts behind a place, oldest first, with the commits that placed them.
pub(super) async fn forward(
    m: &mut Moment,
    company: &CompanyId,
    id: &IncidentId,
    behind: (i64, i64),
    limit: i64,
) -> Result<Vec<(u64, AlertView)>, Fault> {
    let find = Find {
        from: ALERTS,
        which: beside(&in_incident(company, id), behind, "$gt"),
        order: doc! { "placed_no": 1, "_id": 1 },
        limit,
        ..Find::default()
    };
    placed(&m.find(find).await?, company)
}

/// One alert with its receipt, if it has been placed.
pub(in super::super) async fn one(
    m: &mut Moment,
    company: &CompanyId,
    id: AlertId,
) -> Result<Option<(AlertView, Option<Receipt>)>, Fault> {
    let find = Find {
        from: ALERTS,
        which: doc! { "company_id": company.as_str(), "alert_id": id.to_string() },
        limit: 1,
        ..Find::default()
    };
    let found = m.find(find).await?;
    let Some(document) = found.first() else { return Ok(None) };
    Ok(Some((rows::alert_view(document, company)?, receipt(document)?)))
}

/// An alert's receipt, if it has been placed.
pub(super) fn receipt(alert: &RawDocument) -> Result<Option<Receipt>, Fault> {
    match alert.get_document("receipt") {
        Ok(receipt) => Ok(Some(shape::value(Document::try_from(receipt)?)?)),
        Err(_) => Ok(None),
    }
}

/// What the alerts since a moment came to.
pub(in super::super) async fn counts(
    m: &mut Moment,
    company: &CompanyId,
    since: Timestamp,
) -> Result<CorrelationCounts, Fault> {
    Ok(CorrelationCounts {
        alerts: count(m, company, ALERTS, "received_at", since).await?,
        incidents: count(m, company, INCIDENTS, "created_at", since).await?,
    })
}

async fn count(m: &mut Moment, company: &CompanyId, from: &str, field: &str, since: Timestamp) -> Result<u64, Fault> {
    let steps = vec![
        doc! { "$match": { "company_id": company.as_str(), field: { "$gte": date(since) } } },
        doc! { "$count": "count" },
    ];
    let found = m.aggregate::<Document>(from, steps).await?;
    found.first().map_or(Ok(0), |found| found.count("count"))
}
