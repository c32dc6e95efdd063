//! Queries across companies, for the runtime alone.

use actors::domain::{AlertState, CompanyId, Severity, Timestamp};
use actors::port::roster::{Due, DueWork};
use mongodb::bson::{Document, doc};

use super::super::fault::Fault;
use super::super::moment::{Find, Moment};
use super::super::names::*;
use super::super::shape::{Fields, date, int};

/// Companies with alerts that wait, behind one of them.
pub(in super::super) async fn unplaced(m: &mut Moment, behind: &str, limit: usize) -> Result<Vec<CompanyId>, Fault> {
    let which = doc! { "state": AlertState::Received.as_str(), "company_id": { "$gt": behind } };
    companies(m, which, limit).await
}

/// The first companies with alerts that a filter meets. The index is skipped through, not walked.
async fn companies(m: &mut Moment, which: Document, limit: usize) -> Result<Vec<CompanyId>, Fault> {
    let steps = vec![
        doc! { "$match": which },
        doc! { "$group": { "_id": "$company_id" } },
        doc! { "$sort": { "_id": 1 } },
        doc! { "$limit": int(limit.max(1) as u64) },
    ];
    let found = m.aggregate::<Document>(ALERTS, steps).await?;
    found.iter().map(|company| company.parsed("_id")).collect()
}

/// What is due: held alerts for up to half of the list, so that neither kind keeps the other away,
/// then incidents, gravest first.
pub(in super::super) async fn due(m: &mut Moment, now: Timestamp, limit: usize) -> Result<Vec<Due>, Fault> {
    let held = doc! { "state": AlertState::Held.as_str(), "due_at": { "$lte": date(now) } };
    let held = companies(m, held, limit.div_ceil(2)).await?;
    let mut found: Vec<Due> = held
        .into_iter()
        .map(|company_id| Due {
            company_id,
            work: DueWork::Held,
        })
        .collect();
    for severity in Severity::ALL.into_iter().rev() {
        let left = limit.saturating_sub(found.len());
        if left == 0 {
            break;
        }
        let find = Find {
            from: INCIDENTS,
            which: doc! { "severity": severity.as_str(), "wake_due": { "$lte": date(now) } },
            order: doc! { "wake_due": 1, "_id": 1 },
            limit: int(left as u64),
            only: doc! { "company_id": 1, "incident_id": 1 },
            ..Find::default()
        };
        for incident in m.documents(find).await? {
            found.push(Due {
                company_id: incident.parsed("company_id")?,
                work: DueWork::Incident(incident.parsed("incident_id")?, severity),
            });
        }
    }
    Ok(found)
}
