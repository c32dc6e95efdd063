//! The mark of a migration that has not come to its end: while it is there, the database is nobody's to serve.

use actors::domain::Timestamp;
use mongodb::bson::{Document, doc};
use mongodb::{Collection, Database};

use super::MongoError;
use super::names::SCHEMA;
use super::shape::date;

/// The mark's `_id`, beside the schema's version.
const MARK: &str = "migration";

fn marks(database: &Database) -> Collection<Document> {
    database.collection(SCHEMA)
}

/// Whether a migration has begun here and not ended.
pub(super) async fn is_there(database: &Database) -> Result<bool, MongoError> {
    Ok(marks(database).find_one(doc! { "_id": MARK }).await?.is_some())
}

/// Refuses a database that holds a part of a store.
pub(super) async fn refuse(database: &Database) -> Result<(), MongoError> {
    match is_there(database).await? {
        true => Err(MongoError::Unfinished),
        false => Ok(()),
    }
}

/// Marks the database as one's own to fill, whoever began before.
pub(super) async fn begin(database: &Database, by: &str, now: Timestamp) -> Result<(), MongoError> {
    let mark = doc! { "$set": { "by": by, "begun_at": date(now) } };
    let marks = marks(database);
    marks.update_one(doc! { "_id": MARK }, mark).upsert(true).await?;
    Ok(())
}

/// Takes one's own mark away: `false` where it is another's by now.
pub(super) async fn end(database: &Database, by: &str) -> Result<bool, MongoError> {
    let ours = doc! { "_id": MARK, "by": by };
    Ok(marks(database).delete_one(ours).await?.deleted_count == 1)
}
