//! A company's own runbooks as records: the version in force of each under its id, and those before it behind all of
//! them, so that a shelf is read without its past.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::record::{Kept, Put, Record, RecordKind};
use super::{Error, Reader};
use crate::domain::runbook::Shelf;
use crate::domain::{CompanyId, Runbook, Timestamp};
use crate::limits::{PAGE, RUNBOOK_VERSIONS};

/// What the ids of earlier versions begin with: behind every id of a runbook.
const PAST: &str = "was:";

/// A runbook of a company's own, in the version in force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnRunbook {
    /// Whose.
    pub company_id: CompanyId,
    /// The runbook.
    pub runbook: Runbook,
    /// Since when it is so.
    pub changed_at: Timestamp,
    /// By whom: a person's id.
    pub changed_by: String,
}

impl Kept for OwnRunbook {
    const KIND: RecordKind = RecordKind::Runbooks;

    fn id(&self) -> String {
        self.runbook.runbook_id.to_string()
    }

    /// A slug is one runbook's in a company.
    fn lookup(&self) -> Option<String> {
        Some(format!("{}/{}", self.company_id, self.runbook.slug))
    }
}

/// The same, in a version before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PastRunbook(pub OwnRunbook);

/// What the ids of a runbook's earlier versions begin with.
fn past(id: &str) -> String {
    format!("{PAST}{id}:")
}

impl Kept for PastRunbook {
    const KIND: RecordKind = RecordKind::Runbooks;

    fn id(&self) -> String {
        let Runbook {
            runbook_id, version, ..
        } = &self.0.runbook;
        // In the order of the versions.
        format!("{}{version:010}", past(runbook_id.as_str()))
    }
}

/// A company's own runbooks in force, each with its record's version.
///
/// # Errors
/// Those of the port.
pub async fn own(reader: &dyn Reader) -> Result<Vec<(OwnRunbook, u64)>, Error> {
    let mut found: Vec<(OwnRunbook, u64)> = Vec::new();
    let mut last: Option<String> = None;
    loop {
        let page = reader.records(RecordKind::Runbooks, last.as_deref(), PAGE).await?;
        let Some(end) = page.last().map(|record| record.id.clone()) else {
            return Ok(found);
        };
        let in_force = page.iter().take_while(|record| !record.id.starts_with(PAST));
        for record in in_force {
            found.push((record.read()?, record.version));
        }
        if end.starts_with(PAST) {
            return Ok(found);
        }
        last = Some(end);
    }
}

/// A company's runbooks.
///
/// # Errors
/// Those of the port.
pub async fn shelf(reader: &dyn Reader, built_in: Arc<Vec<Runbook>>) -> Result<Shelf, Error> {
    let own = own(reader).await?.into_iter().map(|(own, _)| own.runbook);
    Ok(Shelf::new(own.collect(), built_in))
}

/// A runbook's earlier versions, oldest first, as their records.
///
/// # Errors
/// Those of the port.
pub async fn earlier(reader: &dyn Reader, id: &str) -> Result<Vec<Record>, Error> {
    let prefix = past(id);
    let mut found = reader
        .records(RecordKind::Runbooks, Some(&prefix), RUNBOOK_VERSIONS + 1)
        .await?;
    found.retain(|record| record.id.starts_with(&prefix));
    Ok(found)
}

/// A runbook in an earlier version.
///
/// # Errors
/// Those of the port.
pub async fn at(reader: &dyn Reader, id: &str, version: u32) -> Result<Option<OwnRunbook>, Error> {
    let id = format!("{}{version:010}", past(id));
    let record = reader.record(RecordKind::Runbooks, &id).await?;
    record.map(|record| record.read()).transpose()
}

/// A shelf after these were written; `None` where none of them is a runbook in force.
///
/// # Errors
/// [`Error::Corrupt`]: what was written is no runbook.
pub fn after(shelf: &Shelf, company: &CompanyId, puts: &[Put]) -> Result<Option<Shelf>, Error> {
    let mut after = None;
    let in_force = |put: &&Put| put.kind == RecordKind::Runbooks && !put.id.starts_with(PAST);
    for put in puts.iter().filter(in_force) {
        let before = after.as_ref().unwrap_or(shelf);
        after = Some(match put.record(company) {
            Some(record) => before.with(record.read::<OwnRunbook>()?.runbook),
            None => before.without(&put.id),
        });
    }
    Ok(after)
}
