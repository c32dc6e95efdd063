//! One transaction: commands on a session, each within a time, and an end that is known or said not to be.

use std::time::Duration;

use futures::TryStreamExt;
use mongodb::bson::{Bson, Document, RawArrayBuf, RawDocumentBuf, doc, rawdoc};
use mongodb::error::Error as Failure;
use mongodb::options::{ReadConcern, TransactionOptions};
use mongodb::{ClientSession, Database};
use tokio::time::timeout;

use super::client::durable;
use super::fault::Fault;
use super::shape::Fields;

/// How long one command may take. A server that has been stopped answers nothing, not even an error.
pub(super) const COMMAND_WITHIN: Duration = Duration::from_secs(5);
/// How long a lost transaction's end is tried, out of kindness to the server: the next one on the session
/// ends it anyway.
const ABORT_WITHIN: Duration = Duration::from_secs(1);

/// A command's answer, or that there was none in time.
pub(super) async fn in_time<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Fault> {
    match timeout(COMMAND_WITHIN, command).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(Fault::Away(format!("no answer within {COMMAND_WITHIN:?}"))),
    }
}

/// How what is found is ordered, and how much of it is wanted (0 for all).
#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    pub(super) by: Document,
    pub(super) limit: i64,
}

/// Transactions on one session, one after the other. Each that begins ends the one before on the server, so
/// that what it reads of it is the last word.
pub(super) struct Tx {
    database: Database,
    session: ClientSession,
}

impl Tx {
    pub(super) async fn on(database: &Database) -> Result<Self, Fault> {
        let session = in_time(async { database.client().start_session().await }).await?;
        Ok(Self {
            database: database.clone(),
            session,
        })
    }

    /// The session's name on the server.
    pub(super) fn id(&self) -> Bson {
        self.session.id().get("id").cloned().unwrap_or(Bson::Null)
    }

    pub(super) async fn begin(&mut self) -> Result<(), Fault> {
        let options = TransactionOptions::builder()
            .read_concern(ReadConcern::snapshot())
            .write_concern(durable())
            .build();
        in_time(async { self.session.start_transaction().with_options(options).await }).await
    }

    /// Commits. [`Fault::Unknown`] where the answer was lost; everything else means that nothing was done.
    pub(super) async fn commit(&mut self) -> Result<(), Fault> {
        let committed = timeout(COMMAND_WITHIN, async { self.session.commit_transaction().await }).await;
        match committed {
            Ok(Ok(())) => Ok(()),
            Ok(Err(failure)) => Err(Fault::of_commit(&failure)),
            Err(_) => Err(Fault::Unknown(format!("no answer within {COMMAND_WITHIN:?}"))),
        }
    }

    /// Gives the transaction up. That this fails is no matter.
    pub(super) async fn abort(&mut self) {
        drop(timeout(ABORT_WITHIN, async { self.session.abort_transaction().await }).await);
    }

    /// Runs a write and says how many documents it met.
    async fn write(&mut self, command: RawDocumentBuf) -> Result<u64, Fault> {
        let Self { database, session } = self;
        let answer = in_time(async { database.run_raw_command(command).session(session).await }).await?;
        if let Ok(errors) = answer.get_array("writeErrors")
            && let Some(first) = errors.iter().find_map(|error| error.as_document())
        {
            let code = first.get_i32("code").unwrap_or_default();
            return Err(Fault::of_code(code, first.text_or_none("errmsg").unwrap_or_default()));
        }
        answer.count("n")
    }

    pub(super) async fn insert(&mut self, collection: &str, documents: Vec<RawDocumentBuf>) -> Result<(), Fault> {
        if documents.is_empty() {
            return Ok(());
        }
        let mut all = RawArrayBuf::new();
        documents.into_iter().for_each(|document| all.push(document));
        self.write(rawdoc! { "insert": collection, "documents": all }).await?;
        Ok(())
    }

    /// Runs update statements (`{q, u, upsert, multi}`) in their order: how many documents they met.
    pub(super) async fn update(&mut self, collection: &str, statements: &[Document]) -> Result<u64, Fault> {
        if statements.is_empty() {
            return Ok(0);
        }
        let mut all = RawArrayBuf::new();
        for statement in statements {
            all.push(RawDocumentBuf::try_from(statement)?);
        }
        self.write(rawdoc! { "update": collection, "updates": all }).await
    }

    /// Deletes everything that a filter meets: how many.
    pub(super) async fn delete(&mut self, collection: &str, filters: Vec<Document>) -> Result<u64, Fault> {
        if filters.is_empty() {
            return Ok(0);
        }
        let mut all = RawArrayBuf::new();
        for filter in filters {
            all.push(RawDocumentBuf::try_from(&doc! { "q": filter, "limit": 0 })?);
        }
        self.write(rawdoc! { "delete": collection, "deletes": all }).await
    }

    /// Everything that a filter meets, as the transaction sees it.
    pub(super) async fn find(
        &mut self,
        collection: &str,
        filter: Document,
        only: Document,
    ) -> Result<Vec<Document>, Fault> {
        self.find_in_order(collection, filter, only, Order::default()).await
    }

    /// What a filter meets first in an order.
    pub(super) async fn find_in_order(
        &mut self,
        collection: &str,
        filter: Document,
        only: Document,
        order: Order,
    ) -> Result<Vec<Document>, Fault> {
        let Self { database, session } = self;
        let collection = database.collection::<Document>(collection);
        in_time(async {
            let found = collection
                .find(filter)
                .projection(only)
                .sort(order.by)
                .limit(order.limit);
            let mut cursor = found.session(&mut *session).await?;
            cursor.stream(session).try_collect().await
        })
        .await
    }
}
