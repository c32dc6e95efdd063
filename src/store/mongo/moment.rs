//! Reading: several queries that all see one moment, each within a time.

use futures::TryStreamExt;
use mongodb::action::Action;
use mongodb::bson::{Document, RawDocumentBuf};
use mongodb::options::Hint;
use mongodb::{ClientSession, Database};
use serde::de::DeserializeOwned;

use super::fault::Fault;
use super::tx::in_time;

/// Documents of one answer, as long as they fit into its 16 MB: MongoDB's own 101 make two questions of a page.
const BATCH: u32 = 1_000;

/// A moment that a majority has: whatever is asked, it is answered as of then.
pub(super) struct Moment {
    database: Database,
    session: ClientSession,
}

impl Moment {
    pub(super) async fn of(database: &Database) -> Result<Self, Fault> {
        let session = in_time(async { database.client().start_session().snapshot(true).await }).await?;
        Ok(Self {
            database: database.clone(),
            session,
        })
    }

    /// Documents that a filter meets, in an order, at most `limit` (0 for all), with these fields (none for all).
    pub(super) async fn find(&mut self, find: Find<'_>) -> Result<Vec<RawDocumentBuf>, Fault> {
        let Self { database, session } = self;
        let collection = database.collection::<RawDocumentBuf>(find.from);
        in_time(async {
            let found = collection
                .find(find.which)
                .sort(find.order)
                .skip(find.skip)
                .limit(find.limit)
                .batch_size(BATCH)
                .projection(find.only)
                .optional(find.by, |found, name| found.hint(Hint::Name(name.to_owned())));
            let mut cursor = found.session(&mut *session).await?;
            cursor.stream(session).try_collect().await
        })
        .await
    }

    /// As [`Moment::find`], for documents that are not many.
    pub(super) async fn documents(&mut self, find: Find<'_>) -> Result<Vec<Document>, Fault> {
        let found = self.find(find).await?;
        found.into_iter().map(|raw| Ok(Document::try_from(raw)?)).collect()
    }

    /// The first of them.
    pub(super) async fn first(&mut self, find: Find<'_>) -> Result<Option<Document>, Fault> {
        let found = self.documents(Find { limit: 1, ..find }).await?;
        Ok(found.into_iter().next())
    }

    /// What an aggregation comes to.
    pub(super) async fn aggregate<T: DeserializeOwned>(
        &mut self,
        from: &str,
        steps: Vec<Document>,
    ) -> Result<Vec<T>, Fault> {
        let Self { database, session } = self;
        let collection = database.collection::<Document>(from);
        in_time(async {
            let aggregated = collection.aggregate(steps).batch_size(BATCH).with_type::<T>();
            let mut cursor = aggregated.session(&mut *session).await?;
            cursor.stream(session).try_collect().await
        })
        .await
    }
}

/// A query.
#[derive(Clone, Debug, Default)]
pub(super) struct Find<'a> {
    pub(super) from: &'a str,
    pub(super) which: Document,
    pub(super) order: Document,
    /// How many of the first to pass over.
    pub(super) skip: u64,
    pub(super) limit: i64,
    pub(super) only: Document,
    /// The index to go by, where the server need not choose.
    pub(super) by: Option<&'a str>,
}
