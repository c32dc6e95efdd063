//! Values made documents, and gathered into batches that have a bound.

use actors::port::Error;
use mongodb::bson::{Document, RawDocumentBuf, doc};
use tokio::sync::mpsc;

use super::super::fault::Fault;
use super::super::names::ALERTS;
use super::super::rows::{self, StoredIncident};
use super::super::shape::{date, int};
use super::super::{companies, head, order, records, rollups, seen};
use crate::store::migration::Value;

/// Documents and bytes of a batch; a document alone may be larger.
const DOCUMENTS: usize = 1_000;
const BYTES: usize = 2 << 20;
/// Batches that wait to be written.
const WAITING: usize = 2;

/// Documents that are written at once.
#[derive(Debug, Default)]
pub(in crate::store) struct Batch {
    pub(super) documents: Vec<RawDocumentBuf>,
    bytes: usize,
}

/// Where values are handed in, on a thread that may wait.
#[derive(Debug)]
pub(in crate::store) struct Pack {
    batch: Batch,
    batches: mpsc::Sender<Batch>,
}

impl Pack {
    /// An empty one, and where its batches come out.
    pub(in crate::store) fn new() -> (Self, mpsc::Receiver<Batch>) {
        let (batches, coming) = mpsc::channel(WAITING);
        let pack = Self {
            batch: Batch::default(),
            batches,
        };
        (pack, coming)
    }

    /// Takes a value. Waits while too much is on its way.
    pub(in crate::store) fn add(&mut self, value: Value) -> Result<(), Error> {
        let document = document(value).map_err(Fault::into_error)?;
        let bytes = document.as_bytes().len();
        let is_full = self.batch.documents.len() == DOCUMENTS || self.batch.bytes + bytes > BYTES;
        if is_full && !self.batch.documents.is_empty() {
            self.send()?;
        }
        self.batch.bytes += bytes;
        self.batch.documents.push(document);
        Ok(())
    }

    /// Sends what is left.
    pub(in crate::store) fn end(mut self) -> Result<(), Error> {
        match self.batch.documents.is_empty() {
            true => Ok(()),
            false => self.send(),
        }
    }

    fn send(&mut self) -> Result<(), Error> {
        let batch = std::mem::take(&mut self.batch);
        let sent = self.batches.blocking_send(batch);
        sent.map_err(|_| Error::Unavailable("what was read can no longer be written".to_owned()))
    }
}

fn document(value: Value) -> Result<RawDocumentBuf, Fault> {
    let document: Document = match value {
        Value::Alert(alert, verdict) => return rows::judged_document(&alert, verdict.as_deref()),
        Value::Incident(no, row) => rows::incident_document(&StoredIncident { no, row: *row })?,
        Value::Key(company, incident, owned) => rows::key_document(&company, &incident, &owned),
        Value::Fingerprint(company, incident, owned) => rows::fingerprint_document(&company, &incident, &owned),
        Value::Decision(company, no, decision) => rows::decision_document(&company, no, &decision)?,
        Value::Memory(company, incident, memory) => rows::memory_document(&company, &incident, &memory)?,
        Value::Entry(entry) => {
            let unreadable = || Fault::corrupt(format!("{}: journal entry {} is no fact", entry.company_id, entry.seq));
            rows::entry_document(&entry, entry.at().ok_or_else(unreadable)?)
        }
        Value::Commit(commit) => order::row(
            commit.place,
            commit.company.as_str(),
            (commit.first_seq, commit.last_seq),
        ),
        Value::Delivery(id, request) => seen::delivery_document(&id, &request),
        Value::Signature(signature, request) => seen::signature_document(&signature, &request),
        Value::Floor(company, signed_at) => seen::floor_document(&company, signed_at),
        Value::Rollup(company, hour, sums) => rollups::document(&company, hour, &sums),
        Value::LastAlert(no) => doc! { "_id": ALERTS, "last": int(no) },
        Value::Clock(at) => doc! { "_id": "clock", "at": date(at) },
        Value::Record(record) => records::document(&record)?,
        Value::Company(company) => companies::company_document(&company)?,
        Value::Head(moved) => {
            let (company, head) = head::of(moved);
            head::document(&company, &head, None)
        }
    };
    Ok(RawDocumentBuf::try_from(&document)?)
}
