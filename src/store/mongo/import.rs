//! Filling a database with another store's contents.
//!
//! Documents are inserted as they come, several batches at once and outside transactions: until the mark of
//! `unfinished` is gone nobody reads them, and each has its `_id` from the source, so that a batch of which nobody
//! knows whether it was written is simply written again.

mod pack;
mod verify;

use std::time::Duration;

use actors::domain::{CompanyId, Timestamp};
use futures::{StreamExt, TryStreamExt, stream};
use mongodb::Database;
use mongodb::bson::{Document, RawDocumentBuf, doc};
use mongodb::error::{Error as Failure, ErrorKind};
use secrecy::SecretString;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

pub(in crate::store) use self::pack::{Batch, Pack};
pub(in crate::store) use self::verify::Journal;
use super::fault::{DUPLICATE_KEY, Fault};
use super::names::*;
use super::{MongoError, client, recall, schema, unfinished};
use crate::store::migration::Part;

/// Batches in flight.
const IN_FLIGHT: usize = 3;
/// How often a batch is tried, how long each time, and how long is waited before the next, at first.
const TRIES: u32 = 6;
const WRITE_WITHIN: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(200);

/// Where a part is kept.
fn collection(part: Part) -> &'static str {
    match part {
        Part::Alerts => ALERTS,
        Part::Incidents => INCIDENTS,
        Part::Identities => INCIDENT_IDENTITIES,
        Part::Decisions => DECISIONS,
        Part::ShortMemory => SHORT_MEMORY,
        Part::Journal => JOURNAL,
        Part::CommitLog => COMMIT_LOG,
        Part::Deliveries => DELIVERIES,
        Part::SignatureFloors => SIGNATURE_FLOORS,
        Part::Rollups => ROLLUPS,
        Part::Counters => COUNTERS,
        Part::Records(kind) => kind.as_str(),
        Part::Companies => COMPANIES,
        Part::Heads => HEADS,
    }
}

/// A database that is being filled.
#[derive(Debug)]
pub(in crate::store) struct Target {
    database: Database,
    /// By which its mark is known from another migration's.
    by: String,
}

impl Target {
    /// Connects, and makes what is missing of collections.
    pub(in crate::store) async fn open(url: &SecretString) -> Result<Self, MongoError> {
        let database = client::connect(url).await?;
        schema::migrate(&database).await?;
        Ok(Self {
            database,
            by: Uuid::new_v4().to_string(),
        })
    }

    /// Whether an earlier migration into it has not come to its end.
    pub(in crate::store) async fn is_unfinished(&self) -> Result<bool, MongoError> {
        unfinished::is_there(&self.database).await
    }

    /// What it holds that would be in the way; the head and the counters of a server that never had a company are
    /// not.
    pub(in crate::store) async fn holds(&self) -> Result<Option<Part>, MongoError> {
        let others = Part::ALL.into_iter().filter(|part| *part != Part::Counters);
        for part in [Part::Companies].into_iter().chain(others) {
            let which = match part {
                Part::Heads => doc! { "_id": { "$ne": CompanyId::platform().as_str() } },
                _ => doc! {},
            };
            let collection = self.of(part);
            let found = collection.find_one(which).projection(doc! { "_id": 1 });
            if found.await?.is_some() {
                return Ok(Some(part));
            }
        }
        Ok(None)
    }

    /// Marks it as unfinished.
    pub(in crate::store) async fn begin(&self, now: Timestamp) -> Result<(), MongoError> {
        unfinished::begin(&self.database, &self.by, now).await
    }

    /// Removes the head and the counters of a server that never had a company: the source's come in their place.
    pub(in crate::store) async fn make_room(&self) -> Result<(), MongoError> {
        for part in [Part::Heads, Part::Counters] {
            self.of(part).delete_many(doc! {}).await?;
        }
        Ok(())
    }

    /// Removes whatever an earlier migration has left. Collections and indexes stay, and with them how they are
    /// sharded. What is empty is passed over: not every user may remove from a journal.
    pub(in crate::store) async fn clear(&self) -> Result<(), MongoError> {
        for part in Part::ALL {
            let collection = self.of(part);
            if collection.find_one(doc! {}).await?.is_some() {
                collection.delete_many(doc! {}).await?;
            }
        }
        Ok(())
    }

    /// Makes what was not moved because it follows from what was.
    pub(in crate::store) async fn index_memories(&self) -> Result<(), MongoError> {
        recall::index_all(&self.database).await
    }

    /// Takes the mark away: `false` where another migration has put its own there.
    pub(in crate::store) async fn finish(&self) -> Result<bool, MongoError> {
        unfinished::end(&self.database, &self.by).await
    }

    fn of(&self, part: Part) -> mongodb::Collection<Document> {
        self.database.collection(collection(part))
    }

    /// Writes batches until there are no more, and tells how many documents each had.
    pub(in crate::store) async fn write(
        &self,
        part: Part,
        mut batches: mpsc::Receiver<Batch>,
        mut wrote: impl FnMut(usize),
    ) -> Result<(), MongoError> {
        let coming = stream::poll_fn(|context| batches.poll_recv(context));
        let mut written = coming.map(|batch| self.insert(part, batch)).buffer_unordered(IN_FLIGHT);
        while let Some(count) = written.try_next().await? {
            wrote(count);
        }
        Ok(())
    }

    async fn insert(&self, part: Part, batch: Batch) -> Result<usize, MongoError> {
        let documents = &batch.documents;
        let collection = self.database.collection::<RawDocumentBuf>(collection(part));
        let mut pause = PAUSE;
        for again in 0.. {
            let inserted = timeout(WRITE_WITHIN, async {
                collection.insert_many(documents).ordered(false).await
            });
            let fault = match inserted.await {
                Ok(Ok(_)) => return Ok(documents.len()),
                Ok(Err(failure)) if again > 0 && was_there(&failure) => return Ok(documents.len()),
                Ok(Err(failure)) => Fault::from(failure),
                Err(_) => Fault::Away(format!("no answer within {WRITE_WITHIN:?}")),
            };
            if again + 1 == TRIES || !matches!(fault, Fault::Away(_) | Fault::Denied(_) | Fault::Conflict(_)) {
                return Err(MongoError::Load(fault.into_error()));
            }
            tracing::warn!(%part, ?fault, "a batch is written again");
            sleep(pause).await;
            pause *= 2;
        }
        Ok(documents.len())
    }
}

/// Whether nothing is wrong with a batch but that an earlier try has written some of it.
fn was_there(failure: &Failure) -> bool {
    let ErrorKind::InsertMany(failure) = &*failure.kind else {
        return false;
    };
    let errors = failure.write_errors.as_deref().unwrap_or_default();
    // In the server's words, as where alerts are accepted.
    let is_repeat = |code, message: &str| code == DUPLICATE_KEY && message.contains("index: _id_ ");
    failure.write_concern_error.is_none()
        && !errors.is_empty()
        && errors.iter().all(|error| is_repeat(error.code, &error.message))
}
