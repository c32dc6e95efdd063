//! Queries about incidents, their decisions and their memory.

use std::collections::HashMap;
use std::time::Duration;

use actors::domain::{CompanyId, Decision, Incident, IncidentId, IncidentStatus, ShortMemory, Timestamp};
use actors::port::reader::{Briefing, Cursor, IncidentFilter, IncidentView, Page, PageRequest};
use actors::port::writer::OpenIncident;
use mongodb::bson::{Document, doc};

use super::super::fault::Fault;
use super::super::moment::{Find, Moment};
use super::super::names::*;
use super::super::rows::{self, StoredIncident, key};
use super::super::shape::{self, Fields, between, date, int};
use super::{alerts, wanted};
use crate::store::page::{after, before, paged};

/// Whatever is open.
pub(in super::super) const OPEN: [&str; 3] = ["new", "in_progress", "escalated"];

/// Incidents that a query finds.
pub(super) async fn stored(m: &mut Moment, company: &CompanyId, find: Find<'_>) -> Result<Vec<StoredIncident>, Fault> {
    let found = m.documents(find).await?;
    found
        .into_iter()
        .map(|document| rows::incident(document, company))
        .collect()
}

async fn load(m: &mut Moment, company: &CompanyId, id: &IncidentId) -> Result<Option<StoredIncident>, Fault> {
    let find = Find {
        from: INCIDENTS,
        which: doc! { "_id": key(company, id.as_str()), "company_id": company.as_str() },
        ..Find::default()
    };
    let found = m.first(find).await?;
    found.map(|document| rows::incident(document, company)).transpose()
}

/// An incident with its last decision.
pub(in super::super) async fn one(
    m: &mut Moment,
    company: &CompanyId,
    id: &IncidentId,
) -> Result<Option<IncidentView>, Fault> {
    let Some(stored) = load(m, company, id).await? else {
        return Ok(None);
    };
    let decision = last_decision(m, company, id).await?;
    Ok(Some(IncidentView {
        incident: stored.row,
        decision: decision.map(|(_, decision)| decision),
    }))
}

/// Incidents, newest first.
pub(in super::super) async fn list(
    m: &mut Moment,
    company: &CompanyId,
    filter: &IncidentFilter,
    page: PageRequest,
) -> Result<Page<IncidentView>, Fault> {
    let mut which = doc! { "company_id": company.as_str(), "no": { "$lt": before(page) } };
    if let Some(status) = filter.status {
        which.insert("status", IncidentStatus::as_str(status));
    }
    if let Some(severity) = filter.severity {
        which.insert("severity", severity.as_str());
    }
    if let Some(signature) = &filter.signature {
        which.insert("signature", signature);
    }
    if let Some(created) = between(filter.since, filter.until) {
        which.insert("created_at", created);
    }
    if let Some(snoozed) = filter.snoozed {
        which.insert("snooze", doc! { "$exists": snoozed });
    }
    let find = Find {
        from: INCIDENTS,
        which,
        order: doc! { "no": -1 },
        limit: wanted(page),
        ..Find::default()
    };
    let found = stored(m, company, find).await?;
    let found = paged(found, page, |stored| Cursor(stored.no, 0));
    Ok(Page {
        items: views(m, company, found.items).await?,
        next: found.next,
    })
}

/// Incidents with their last decisions.
pub(super) async fn views(
    m: &mut Moment,
    company: &CompanyId,
    found: Vec<StoredIncident>,
) -> Result<Vec<IncidentView>, Fault> {
    let mut decisions = last_decisions(m, company, &found).await?;
    let views = found.into_iter().map(|stored| IncidentView {
        decision: decisions.remove(stored.row.incident_id.as_str()),
        incident: stored.row,
    });
    Ok(views.collect())
}

/// Each one's last decision.
async fn last_decisions(
    m: &mut Moment,
    company: &CompanyId,
    incidents: &[StoredIncident],
) -> Result<HashMap<String, Decision>, Fault> {
    let ids: Vec<&str> = incidents.iter().map(|stored| stored.row.incident_id.as_str()).collect();
    let steps = vec![
        doc! { "$match": { "company_id": company.as_str(), "incident_id": { "$in": ids } } },
        doc! { "$sort": { "company_id": 1, "incident_id": 1, "no": 1 } },
        doc! { "$group": { "_id": "$incident_id", "last": { "$last": "$$ROOT" } } },
    ];
    let found = m.aggregate::<Document>(DECISIONS, steps).await?;
    let last = |document: Document| {
        let decision = document.get_document("last").cloned();
        let decision = decision.map_err(|_| Fault::corrupt("a decision is missing"))?;
        Ok((document.text("_id")?.to_owned(), shape::value(decision)?))
    };
    found.into_iter().map(last).collect()
}

/// Incidents that are open, then those that may be reopened, with what they own. A cursor is when an
/// incident ended, 0 while it is open, and its number.
pub(in super::super) async fn joinable(
    m: &mut Moment,
    company: &CompanyId,
    now: Timestamp,
    reopen_window: Duration,
    page: PageRequest,
) -> Result<Page<OpenIncident>, Fault> {
    let Cursor(ended, no) = page.after.unwrap_or(Cursor(0, 0));
    let is_open = ended == 0;
    let mut which = doc! { "company_id": company.as_str() };
    let order = if is_open {
        which.insert("status", doc! { "$in": OPEN.to_vec() });
        which.insert("no", doc! { "$gt": int(no) });
        doc! { "no": 1 }
    } else {
        let ended = date(Timestamp::from_millis(int(ended)));
        which.insert("resolved_at", doc! { "$gte": ended });
        which.insert(
            "$or",
            vec![
                doc! { "resolved_at": { "$gt": ended } },
                doc! { "no": { "$gt": int(no) } },
            ],
        );
        doc! { "resolved_at": 1, "no": 1 }
    };
    let find = Find {
        from: INCIDENTS,
        which,
        order,
        limit: wanted(page),
        ..Find::default()
    };
    let found = stored(m, company, find).await?;
    let found = paged(found, page, |stored| {
        let ended = stored.row.life.resolved_at.map_or(0, Timestamp::as_millis);
        Cursor(ended.unsigned_abs(), stored.no)
    });
    let since = now.minus(reopen_window).as_millis().max(1).unsigned_abs();
    let may_be_joined = |row: &Incident| row.is_open() || row.life.reopens_until(reopen_window).is_some();
    let rows = found.items.into_iter().map(|stored| stored.row).filter(may_be_joined);
    Ok(Page {
        items: with_owned(m, company, rows.collect()).await?,
        next: found.next.or(is_open.then_some(Cursor(since, u64::MAX))),
    })
}

/// An incident with what it owns.
pub(in super::super) async fn owned(
    m: &mut Moment,
    company: &CompanyId,
    id: &IncidentId,
) -> Result<Option<OpenIncident>, Fault> {
    let Some(stored) = load(m, company, id).await? else {
        return Ok(None);
    };
    let mut found = with_owned(m, company, vec![stored.row]).await?;
    Ok(found.pop())
}

async fn with_owned(m: &mut Moment, company: &CompanyId, rows: Vec<Incident>) -> Result<Vec<OpenIncident>, Fault> {
    let which: Vec<Document> = rows.iter().map(|row| rows::under(company, &row.incident_id)).collect();
    if which.is_empty() {
        return Ok(Vec::new());
    }
    let find = Find {
        from: INCIDENT_IDENTITIES,
        which: doc! { "$or": which },
        order: doc! { "_id": 1 },
        ..Find::default()
    };
    let mut open: Vec<OpenIncident> = rows
        .into_iter()
        .map(|row| OpenIncident {
            row,
            keys: Vec::new(),
            fingerprints: Vec::new(),
        })
        .collect();
    let places: HashMap<String, usize> = (open.iter().enumerate())
        .map(|(place, incident)| (incident.row.incident_id.to_string(), place))
        .collect();
    for document in m.documents(find).await? {
        let Some(place) = places.get(document.text("incident_id")?) else {
            continue;
        };
        match rows::fingerprint(&document)? {
            Some(fingerprint) => open[*place].fingerprints.push(fingerprint),
            None => open[*place].keys.push(document.text("key")?.to_owned()),
        }
    }
    Ok(open)
}

/// What an incident's actor has to know.
pub(in super::super) async fn briefing(
    m: &mut Moment,
    company: &CompanyId,
    id: &IncidentId,
    after: Option<u64>,
    now: Timestamp,
    limit: usize,
) -> Result<Briefing, Fault> {
    let memory = match after {
        None => short_memory(m, company, id, now).await?,
        Some(_) => None,
    };
    let Some(row) = load(m, company, id).await?.map(|stored| stored.row) else {
        return Ok(Briefing {
            memory,
            ..Briefing::default()
        });
    };
    let after = after.unwrap_or(row.absorbed_no);
    let alerts = match row.placed_no > after {
        true => alerts::placed_between(m, company, id, (after, row.placed_no), limit).await?,
        false => Vec::new(),
    };
    Ok(Briefing {
        row: Some(row),
        alerts,
        memory,
    })
}

/// An incident's short memory, judged by its stored expiry.
pub(in super::super) async fn short_memory(
    m: &mut Moment,
    company: &CompanyId,
    id: &IncidentId,
    now: Timestamp,
) -> Result<Option<ShortMemory>, Fault> {
    let find = Find {
        from: SHORT_MEMORY,
        which: doc! {
            "_id": key(company, id.as_str()),
            "company_id": company.as_str(),
            "expires_at": { "$gt": date(now) },
        },
        ..Find::default()
    };
    let found = m.first(find).await?;
    found.map(shape::value).transpose()
}

pub(super) fn decision(document: Document) -> Result<(u64, Decision), Fault> {
    Ok((document.count("no")?, shape::value(document)?))
}

fn decided(company: &CompanyId, id: &IncidentId) -> Document {
    doc! { "company_id": company.as_str(), "incident_id": id.as_str() }
}

/// An incident's decisions, oldest first.
pub(in super::super) async fn decisions(
    m: &mut Moment,
    company: &CompanyId,
    id: &IncidentId,
    page: PageRequest,
) -> Result<Page<(u64, Decision)>, Fault> {
    let mut which = decided(company, id);
    which.insert("no", doc! { "$gt": after(page) });
    let find = Find {
        from: DECISIONS,
        which,
        order: doc! { "no": 1 },
        limit: wanted(page),
        ..Find::default()
    };
    let found = m.documents(find).await?;
    let found: Vec<_> = found.into_iter().map(decision).collect::<Result<_, _>>()?;
    Ok(paged(found, page, |(no, _)| Cursor(*no, 0)))
}

/// An incident's last decision.
pub(in super::super) async fn last_decision(
    m: &mut Moment,
    company: &CompanyId,
    id: &IncidentId,
) -> Result<Option<(u64, Decision)>, Fault> {
    let find = Find {
        from: DECISIONS,
        which: decided(company, id),
        order: doc! { "no": -1 },
        ..Find::default()
    };
    let found = m.first(find).await?;
    found.map(decision).transpose()
}
