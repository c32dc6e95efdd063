//! Cutting: what is past its time, and stands in an archive, goes.
//!
//! It is looked at and removed within the transaction whose head nobody else of the company may have moved.

use std::collections::{HashMap, HashSet};

use actors::domain::{AlertState, CompanyId, IncidentId};
use actors::port::{Cut, SeenIncident};
use mongodb::bson::{Document, doc};

use super::fault::Fault;
use super::names::*;
use super::rows::{self, StoredIncident, key, under};
use super::shape::{Fields, date, int};
use super::tx::{Order, Tx};
use crate::store::commit::{empty, may_be_emptied, may_go};

/// Removes everything that is to go; `false`, with nothing done, where any of it is not as it was seen.
pub(super) async fn cut(tx: &mut Tx, company: &CompanyId, cut: &Cut) -> Result<bool, Fault> {
    let rows = incidents(tx, company, cut).await?;
    let is = |id: &IncidentId, version: u64, may: fn(&actors::domain::Incident, u64) -> bool| {
        rows.get(id).is_some_and(|stored| may(&stored.row, version))
    };
    let as_seen = cut.emptied.iter().all(|(id, version)| is(id, *version, may_be_emptied))
        && cut
            .incidents
            .iter()
            .all(|seen| is(&seen.incident_id, seen.version, may_go))
        && nothing_was_decided_since(tx, company, cut).await?
        && alerts_may_go(tx, company, cut).await?
        && decisions_may_go(tx, company, cut).await?;
    let last_commit = match cut.journal {
        None => None,
        Some(seq) => commit_that_ends_with(tx, company, seq).await?,
    };
    if !as_seen || last_commit.is_some() != cut.journal.is_some() {
        return Ok(false);
    }
    // From here on everything is written.
    write(tx, company, cut, &rows).await?;
    if let (Some(seq), Some(place)) = (cut.journal, last_commit) {
        let which = doc! { "_id": company.as_str(), "company_id": company.as_str() };
        tx.update(HEADS, &[doc! { "q": which, "u": { "$set": { "cut_pos": place } } }])
            .await?;
        let of = |field: &str, upto: i64| doc! { "company_id": company.as_str(), field: { "$lte": upto } };
        tx.delete(JOURNAL, vec![of("seq", int(seq))]).await.map_err(for_good)?;
        tx.delete(COMMIT_LOG, vec![of("_id", place)]).await.map_err(for_good)?;
    }
    Ok(true)
}

/// A user who may only add to the journal was made so on purpose.
fn for_good(fault: Fault) -> Fault {
    match fault {
        Fault::Denied(why) => Fault::Refused(format!(
            "this user may not remove from {JOURNAL} and {COMMIT_LOG}: {why}"
        )),
        other => other,
    }
}

async fn incidents(tx: &mut Tx, company: &CompanyId, cut: &Cut) -> Result<HashMap<IncidentId, StoredIncident>, Fault> {
    let emptied = cut.emptied.iter().map(|(id, _)| id);
    let gone = cut.incidents.iter().map(|seen| &seen.incident_id);
    let keys: Vec<String> = emptied.chain(gone).map(|id| key(company, id.as_str())).collect();
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let which = doc! { "_id": { "$in": keys }, "company_id": company.as_str() };
    let found = tx.find(INCIDENTS, which, doc! {}).await?;
    let row = |document: Document| {
        let stored = rows::incident(document, company)?;
        Ok((stored.row.incident_id.clone(), stored))
    };
    found.into_iter().map(row).collect()
}

/// Whether all alerts have their last verdict, and their incidents, where there are some, are emptied.
async fn alerts_may_go(tx: &mut Tx, company: &CompanyId, cut: &Cut) -> Result<bool, Fault> {
    if cut.alerts.is_empty() {
        return Ok(true);
    }
    let nos: Vec<i64> = cut.alerts.iter().copied().map(int).collect();
    let which = doc! { "_id": { "$in": nos }, "company_id": company.as_str() };
    let found = tx.find(ALERTS, which, doc! { "state": 1, "incident_id": 1 }).await?;
    let mut full = HashSet::new();
    for alert in &found {
        if matches!(
            rows::state(alert.text("state")?)?,
            AlertState::Received | AlertState::Held
        ) {
            return Ok(false);
        }
        if alert.text_or_none("incident_id").is_some() {
            full.insert(alert.parsed::<IncidentId>("incident_id")?);
        }
    }
    for (id, _) in &cut.emptied {
        full.remove(id);
    }
    let keys: Vec<String> = full.iter().map(|id| key(company, id.as_str())).collect();
    let which = doc! {
        "_id": { "$in": keys }, "company_id": company.as_str(), "alerts_archived_at": { "$exists": false },
    };
    let others = match full.is_empty() {
        true => Vec::new(),
        false => tx.find(INCIDENTS, which, doc! { "_id": 1 }).await?,
    };
    Ok(found.len() == cut.alerts.len() && others.is_empty())
}

/// Whether no incident has a decision behind the last that was seen.
async fn nothing_was_decided_since(tx: &mut Tx, company: &CompanyId, cut: &Cut) -> Result<bool, Fault> {
    if cut.incidents.is_empty() {
        return Ok(true);
    }
    let behind = |seen: &SeenIncident| {
        let no = doc! { "$gt": int(seen.last_decision) };
        doc! { "company_id": company.as_str(), "incident_id": seen.incident_id.as_str(), "no": no }
    };
    let which = doc! { "$or": cut.incidents.iter().map(behind).collect::<Vec<_>>() };
    Ok(tx.find(DECISIONS, which, doc! { "_id": 1 }).await?.is_empty())
}

/// Decisions by their ids and numbers.
fn which_decisions(company: &CompanyId, cut: &Cut) -> Vec<Document> {
    let which = |(id, no): &(IncidentId, u64)| {
        doc! { "company_id": company.as_str(), "incident_id": id.as_str(), "no": int(*no) }
    };
    cut.decisions.iter().map(which).collect()
}

/// Whether all decisions are about ids that the company has no incident of.
async fn decisions_may_go(tx: &mut Tx, company: &CompanyId, cut: &Cut) -> Result<bool, Fault> {
    if cut.decisions.is_empty() {
        return Ok(true);
    }
    let which = doc! { "$or": which_decisions(company, cut) };
    let found = tx.find(DECISIONS, which, doc! { "_id": 1 }).await?.len();
    let ids = cut.decisions.iter().map(|(id, _)| key(company, id.as_str()));
    let which = doc! { "_id": { "$in": ids.collect::<Vec<_>>() }, "company_id": company.as_str() };
    let rows = tx.find(INCIDENTS, which, doc! { "_id": 1 }).await?;
    Ok(found == cut.decisions.len() && rows.is_empty())
}

/// The place of the commit whose last entry this is, where it is not the company's last commit.
async fn commit_that_ends_with(tx: &mut Tx, company: &CompanyId, seq: u64) -> Result<Option<i64>, Fault> {
    let which = doc! { "company_id": company.as_str(), "seq": int(seq + 1) };
    if tx.find(JOURNAL, which, doc! { "_id": 1 }).await?.is_empty() {
        return Ok(None);
    }
    // A commit has an entry at least: the one that ends with this is among the first so many that are left.
    let first = doc! { "company_id": company.as_str(), "seq": { "$lte": int(seq) } };
    let entries = tx.find(JOURNAL, first, doc! { "seq": 1 }).await?.len();
    let order = Order {
        by: doc! { "_id": 1 },
        limit: int(entries as u64),
    };
    let which = doc! { "company_id": company.as_str() };
    let commits = tx
        .find_in_order(COMMIT_LOG, which, doc! { "last_seq": 1 }, order)
        .await?;
    let ends_there = |commit: &&Document| commit.count("last_seq").is_ok_and(|last| last == seq);
    let found = commits.iter().find(ends_there);
    found.map(|commit| Ok(int(commit.count("_id")?))).transpose()
}

async fn write(
    tx: &mut Tx,
    company: &CompanyId,
    cut: &Cut,
    rows: &HashMap<IncidentId, StoredIncident>,
) -> Result<(), Fault> {
    let mut emptied = Vec::with_capacity(cut.emptied.len());
    for (id, _) in &cut.emptied {
        let Some(mut row) = rows.get(id).map(|stored| stored.row.clone()) else {
            continue;
        };
        empty(&mut row, cut.now);
        let set = doc! { "alerts_archived_at": date(cut.now), "version": int(row.version) };
        let which = doc! { "_id": key(company, id.as_str()), "company_id": company.as_str() };
        emptied.push(doc! { "q": which, "u": { "$set": set } });
    }
    tx.update(INCIDENTS, &emptied).await?;
    if !cut.alerts.is_empty() {
        let nos: Vec<i64> = cut.alerts.iter().copied().map(int).collect();
        let which = doc! { "_id": { "$in": nos }, "company_id": company.as_str() };
        tx.delete(ALERTS, vec![which]).await?;
    }
    tx.delete(DECISIONS, which_decisions(company, cut)).await?;
    let gone = || cut.incidents.iter().map(|seen| &seen.incident_id);
    if gone().next().is_none() {
        return Ok(());
    }
    tx.delete(INCIDENT_IDENTITIES, gone().map(|id| under(company, id)).collect())
        .await?;
    let keys: Vec<String> = gone().map(|id| key(company, id.as_str())).collect();
    for collection in [INCIDENTS, SHORT_MEMORY] {
        let which = doc! { "_id": { "$in": &keys }, "company_id": company.as_str() };
        tx.delete(collection, vec![which]).await?;
    }
    let ids: Vec<&str> = gone().map(IncidentId::as_str).collect();
    let which = doc! { "company_id": company.as_str(), "incident_id": { "$in": ids } };
    tx.delete(DECISIONS, vec![which]).await?;
    Ok(())
}
