//! A batch of a company's operations in its transaction: what it reads, how each is run, what is written.

use actors::domain::{AlertId, AlertState, Company, CompanyId};
use actors::port::record::ALL_RUNS;
use actors::port::writer::{Changed, Guard, IncidentChange, Regroup};
use actors::port::{Amended, Amendment, Error, NewCompany, RecordKind};
use mongodb::bson::{Document, RawDocumentBuf, doc};
use tokio::time::Instant;

use super::companies::company_document;
use super::cut;
use super::fault::Fault;
use super::head::{self, Head};
use super::names::*;
use super::op::Op;
use super::records;
use super::rows;
use super::shape::{self, Fields, int};
use super::tx::Tx;
use super::work::Work;
use crate::failpoint;
use crate::store::amend::follows;
use crate::store::commit::in_time;
use crate::store::rollup;
use crate::store::slot::Slot;

/// Operations in their order, those that go alone alone.
pub(super) fn split(ops: Vec<Op>) -> Vec<Vec<Op>> {
    let mut batches: Vec<Vec<Op>> = Vec::new();
    for op in ops {
        match batches.last_mut() {
            Some(last) if !op.is_alone() && !last[0].is_alone() => last.push(op),
            _ => batches.push(vec![op]),
        }
    }
    batches
}

/// Reads every row and every alert that the operations speak of.
pub(super) async fn load(tx: &mut Tx, work: &mut Work, ops: &[Op]) -> Result<(), Fault> {
    let (mut incidents, mut alerts) = (Vec::new(), Vec::new());
    for op in ops {
        match op {
            Op::Place(batch, _) => {
                incidents.extend(batch.incidents.iter().map(|part| &part.incident_id));
                let placed = batch.incidents.iter().flat_map(|part| &part.alerts);
                alerts.extend(placed.chain(&batch.others).map(|placement| int(placement.alert_no)));
            }
            Op::Change(change, ..) => incidents.push(&change.incident_id),
            Op::Regroup(regroup, ..) => incidents.extend(regroup.parts.iter().map(|part| &part.incident_id)),
            Op::Barrier(_) | Op::Release(..) | Op::Amend(..) | Op::Found(..) => {}
        }
    }
    let company = work.company.as_str();
    if !incidents.is_empty() {
        incidents.sort();
        incidents.dedup();
        let keys: Vec<String> = incidents
            .iter()
            .map(|id| rows::key(&work.company, id.as_str()))
            .collect();
        let found = tx
            .find(
                INCIDENTS,
                doc! { "_id": { "$in": keys }, "company_id": company },
                doc! {},
            )
            .await?;
        for document in found {
            let stored = rows::incident(document.clone(), &work.company)?;
            work.counted
                .insert(stored.row.incident_id.clone(), rollup::of(&stored.row));
            work.read.insert(stored.row.incident_id.clone(), document);
            work.rows.insert(stored.row.incident_id.clone(), stored);
        }
    }
    if !alerts.is_empty() {
        let which = doc! { "_id": { "$in": alerts }, "company_id": company };
        for alert in tx.find(ALERTS, which, doc! { "state": 1 }).await? {
            work.states
                .insert(alert.count("_id")?, rows::state(alert.text("state")?)?);
        }
    }
    Ok(())
}

/// Runs an operation and notes its outcome. A refusal is one; only what ends the transaction is passed on.
pub(super) async fn run(op: &mut Op, work: &mut Work, tx: &mut Tx, is_heard: bool) -> Result<(), Fault> {
    fn note<T>(slot: &mut Slot<T>, outcome: Result<T, Fault>) -> Result<(), Fault> {
        match outcome {
            Ok(value) => slot.note(Ok(value)),
            Err(Fault::Answer(error)) => slot.note(Err(error)),
            Err(fault) => return Err(fault),
        }
        Ok(())
    }
    match op {
        Op::Barrier(slot) => note(slot, Ok(work.head.place.joinable_no)),
        Op::Place(batch, slot) => note(slot, work.place(batch, is_heard)),
        Op::Change(wanted, deadline, slot) => note(slot, change(tx, work, wanted, *deadline).await),
        Op::Regroup(wanted, deadline, slot) => note(slot, regroup(tx, work, wanted, *deadline).await),
        Op::Release(alert, slot) => note(slot, release(tx, work, *alert).await),
        Op::Amend(wanted, deadline, slot) => note(slot, amend(tx, work, wanted, *deadline).await),
        Op::Found(company, slot) => note(slot, found(tx, work, company).await),
    }
}

/// Changes an incident: what is asked of the company and of records is asked within the transaction, after the row.
async fn change(
    tx: &mut Tx,
    work: &mut Work,
    wanted: &IncidentChange,
    deadline: Option<Instant>,
) -> Result<Changed, Fault> {
    in_time(deadline)?;
    if let Some(refused) = work.refusal(wanted) {
        return Ok(refused);
    }
    if !guarded(tx, work, wanted.guard).await?
        || records::judged(tx, &work.company, &wanted.puts).await? != Amended::Done
    {
        return Ok(Changed::Overtaken);
    }
    work.change(wanted)
}

/// Merges or splits; `false` where a row is not as it was seen, or a record is not as is asked.
async fn regroup(tx: &mut Tx, work: &mut Work, wanted: &Regroup, deadline: Option<Instant>) -> Result<bool, Fault> {
    in_time(deadline)?;
    if records::judged(tx, &work.company, &wanted.puts).await? != Amended::Done {
        return Ok(false);
    }
    Ok(work.regroup(wanted))
}

/// Whether a run may begin. The switch is read in the transaction: one that is thrown meanwhile was thrown after it.
async fn guarded(tx: &mut Tx, work: &Work, guard: Option<Guard>) -> Result<bool, Fault> {
    let Some(guard) = guard else { return Ok(true) };
    let platform = CompanyId::platform();
    let switch = doc! { "_id": rows::key(&platform, ALL_RUNS), "company_id": platform.as_str() };
    let switches = tx
        .find(RecordKind::Switches.as_str(), switch, doc! { "_id": 1 })
        .await?;
    let settings = settings(tx, work).await?;
    Ok(switches.is_empty() && settings.is_some_and(|company| company.version == guard.settings))
}

async fn settings(tx: &mut Tx, work: &Work) -> Result<Option<Company>, Fault> {
    let stored = tx
        .find(COMPANIES, doc! { "_id": work.company.as_str() }, doc! {})
        .await?;
    stored.into_iter().next().map(shape::value).transpose()
}

async fn release(tx: &mut Tx, work: &mut Work, alert: AlertId) -> Result<bool, Fault> {
    let which = doc! {
        "company_id": work.company.as_str(),
        "alert_id": alert.to_string(),
        "state": AlertState::DeadLetter.as_str(),
    };
    match tx.find(ALERTS, which, doc! { "_id": 1 }).await?.first() {
        Some(alert) => {
            work.release(alert.count("_id")?);
            Ok(true)
        }
        None => Ok(false),
    }
}

/// Amends: what is asked of what is stored is asked within the transaction.
async fn amend(tx: &mut Tx, work: &mut Work, wanted: &Amendment, deadline: Option<Instant>) -> Result<Amended, Fault> {
    in_time(deadline)?;
    if *wanted == Amendment::default() {
        return Ok(Amended::Done);
    }
    if let Some(company) = &wanted.company
        && !follows(settings(tx, work).await?.as_ref(), company)?
    {
        return Ok(Amended::Changed);
    }
    let judged = records::judged(tx, &work.company, &wanted.puts).await?;
    if judged != Amended::Done {
        return Ok(judged);
    }
    if let Some(wanted) = &wanted.cut
        && !cut::cut(tx, &work.company, wanted).await?
    {
        return Ok(Amended::Changed);
    }
    if wanted
        .company
        .as_ref()
        .is_some_and(|company| company.erased_at.is_some())
    {
        let all = doc! { "company_id": work.company.as_str() };
        tx.delete(ROLLUPS, vec![all]).await?;
    }
    work.amend(wanted)?;
    Ok(Amended::Done)
}

/// Founds a company with its first records; `false` where the id is taken, or a record's lookup text is. Only
/// the platform's writer may; to another company's this is as if it were fenced.
async fn found(tx: &mut Tx, work: &mut Work, new: &NewCompany) -> Result<bool, Fault> {
    if !work.company.is_platform() {
        return Err(Error::Fenced.into());
    }
    let id = &new.company.company_id;
    if !tx
        .find(HEADS, doc! { "_id": id.as_str() }, doc! { "_id": 1 })
        .await?
        .is_empty()
    {
        return Ok(false);
    }
    if records::judged(tx, id, &new.puts).await? != Amended::Done {
        return Ok(false);
    }
    // From here on everything is written.
    let head = head::document(id, &Head::default(), None);
    tx.insert(HEADS, raw(&[head])?).await?;
    tx.insert(COMPANIES, raw(&[company_document(&new.company)?])?).await?;
    records::write(tx, id, &new.puts).await?;
    work.head.place.commit_no += 1;
    work.journal([&new.fact]);
    Ok(true)
}

/// Writes everything. The head comes first: it is what another transaction would meet.
pub(super) async fn write(tx: &mut Tx, work: &Work, commit_id: &str) -> Result<(), Fault> {
    let company = work.company.as_str();
    let before = &work.before.place;
    let as_it_was =
        doc! { "_id": company, "company_id": company, "epoch": int(before.epoch), "commit_no": int(before.commit_no) };
    let head = doc! { "q": as_it_was, "u": { "$set": head::fields(&work.head, commit_id) } };
    if tx.update(HEADS, &[head]).await? != 1 {
        return Err(Fault::Conflict("the head has moved".to_owned()));
    }
    let incidents = work.incidents()?;
    all(tx.update(INCIDENTS, &incidents).await?, incidents.len())?;
    let rollups = work.rollups();
    all(tx.update(ROLLUPS, &rollups).await?, rollups.len())?;
    tx.delete(INCIDENT_IDENTITIES, work.disowned.clone()).await?;
    tx.update(INCIDENT_IDENTITIES, &work.owned).await?;
    if !work.verdicts.is_empty() {
        failpoint!("place.incidents_written");
        all(tx.update(ALERTS, &work.verdicts).await?, work.verdicts.len())?;
    }
    tx.update(ALERTS, &work.moves).await?;
    if !work.changed.is_empty() {
        failpoint!("change.row_written");
    }
    tx.insert(DECISIONS, raw(&work.decisions)?).await?;
    tx.update(SHORT_MEMORY, &work.memories).await?;
    all(tx.update(COMPANIES, &work.settings).await?, work.settings.len())?;
    tx.update(INCIDENTS, &work.wakes).await?;
    records::write(tx, &work.company, &work.puts).await?;
    let entries = work.entries.iter().map(|(entry, at)| rows::entry_document(entry, *at));
    tx.insert(JOURNAL, raw(&entries.collect::<Vec<_>>())?).await?;
    tx.insert(OUTBOX, raw(&work.outbox)?).await
}

fn raw(documents: &[Document]) -> Result<Vec<RawDocumentBuf>, Fault> {
    documents
        .iter()
        .map(|document| Ok(RawDocumentBuf::try_from(document)?))
        .collect()
}

/// Every statement was to meet a document.
fn all(met: u64, expected: usize) -> Result<(), Fault> {
    match usize::try_from(met) == Ok(expected) {
        true => Ok(()),
        false => Err(Fault::Conflict(format!("{met} of {expected} documents were met"))),
    }
}
