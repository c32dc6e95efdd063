//! What is open, in short: without what decisions say beside their verdicts.

use std::collections::HashMap;

use actors::domain::CompanyId;
use actors::limits::UNRESOLVED;
use actors::port::reader::{Cursor, OpenView, Page, PageRequest, Verdict};
use mongodb::bson::{Document, doc};

use super::super::fault::Fault;
use super::super::moment::{Find, Moment};
use super::super::names::*;
use super::super::rows::StoredIncident;
use super::super::shape::{self, Fields};
use super::incidents::{OPEN, stored};
use crate::store::page::{before, paged_upto, wanted_upto};

/// Incidents that are not resolved, newest first: the index by status is read at one place for each of them.
pub(in super::super) async fn unresolved(
    m: &mut Moment,
    company: &CompanyId,
    page: PageRequest,
) -> Result<Page<OpenView>, Fault> {
    let find = Find {
        from: INCIDENTS,
        which: doc! {
            "company_id": company.as_str(),
            "status": { "$in": OPEN.to_vec() },
            "no": { "$lt": before(page) },
        },
        order: doc! { "no": -1 },
        limit: wanted_upto(UNRESOLVED, page) as i64,
        by: Some("by_status"),
        ..Find::default()
    };
    let found = stored(m, company, find).await?;
    let found = paged_upto(UNRESOLVED, found, page, |stored| Cursor(stored.no, 0));
    let mut verdicts = verdicts(m, company, &found.items).await?;
    let views = found.items.into_iter().map(|stored| OpenView {
        verdict: verdicts.remove(stored.row.incident_id.as_str()),
        incident: stored.row,
    });
    Ok(Page {
        items: views.collect(),
        next: found.next,
    })
}

/// What the last decision about each says.
async fn verdicts(
    m: &mut Moment,
    company: &CompanyId,
    incidents: &[StoredIncident],
) -> Result<HashMap<String, Verdict>, Fault> {
    if incidents.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<&str> = incidents.iter().map(|stored| stored.row.incident_id.as_str()).collect();
    let last = |field: &str| doc! { "$last": format!("${field}") };
    let steps = vec![
        doc! { "$match": { "company_id": company.as_str(), "incident_id": { "$in": ids } } },
        doc! { "$sort": { "company_id": 1, "incident_id": 1, "no": 1 } },
        doc! { "$group": {
            "_id": "$incident_id",
            "recommendation": last("recommendation"),
            "confidence": last("confidence"),
        } },
    ];
    let found = m.aggregate::<Document>(DECISIONS, steps).await?;
    let verdict = |mut document: Document| {
        let id = document.text("_id")?.to_owned();
        document.remove("_id");
        Ok((id, shape::value(document)?))
    };
    found.into_iter().map(verdict).collect()
}
