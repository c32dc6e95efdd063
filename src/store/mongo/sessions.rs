//! The sessions that transactions run on, and the end of those whose process is gone.
//!
//! A transaction whose process dies stays open on the server, with everything it has touched, for up to a
//! minute (`transactionLifetimeLimitSeconds`). So every session is known by name before it is used: a
//! company's writer leaves its own in the head, a process those that belong to no company in a collection.
//! Whoever takes over ends them first. A session of a process that is alive loses at most what it is just
//! doing, and does it again.

use actors::domain::Timestamp;
use futures::TryStreamExt;
use mongodb::Database;
use mongodb::bson::{Bson, Document, doc};

use super::fault::Fault;
use super::names::*;
use super::shape::date;
use super::tx::{Tx, in_time};

/// Sessions of a process that belong to no company, new and known by name; what earlier processes have left
/// open is ended.
pub(super) async fn open(database: &Database, count: usize, now: Timestamp) -> Result<Vec<Tx>, Fault> {
    let known = database.collection::<Document>(SESSIONS);
    let left: Vec<Document> = in_time(async {
        let found = known.find(doc! {}).sort(doc! { "_id": 1 }).await?;
        found.try_collect().await
    })
    .await?;
    let left: Vec<Bson> = left.iter().filter_map(|session| session.get("_id")).cloned().collect();
    if !left.is_empty() {
        end(database, left.clone()).await;
        in_time(async { known.delete_many(doc! { "_id": { "$in": left } }).await }).await?;
    }
    let mut opened = Vec::with_capacity(count);
    for _ in 0..count {
        let tx = Tx::on(database).await?;
        let session = doc! { "_id": tx.id(), "opened_at": date(now) };
        in_time(async { known.insert_one(session).await }).await?;
        opened.push(tx);
    }
    Ok(opened)
}

/// Ends whatever transactions these sessions have open. Where that is not allowed, the server does it in its
/// own time.
pub(super) async fn end(database: &Database, sessions: Vec<Bson>) {
    let sessions: Vec<Document> = sessions.into_iter().map(|id| doc! { "id": id }).collect();
    let ended = in_time(async { database.run_command(doc! { "killSessions": sessions }).await }).await;
    if let Err(fault) = ended {
        tracing::warn!(
            ?fault,
            "transactions of an earlier process could not be ended; they end within a minute"
        );
    }
}
