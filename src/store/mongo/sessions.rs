//! The sessions that transactions run on, and the end of those whose process is gone.
//!
//! A transaction whose process dies stays open on the server, with everything it has touched, for up to a
//! minute (`transactionLifetimeLimitSeconds`). So every session is known by name before it is used: a
//! company's writer leaves its own in the head, a process those that belong to no company in a collection.
//! Whoever takes over ends them first, and again for as long as something that they have sent may still arrive:
//! what a dead process left in its socket may be read after its successor's first word. A session of a process
//! that is alive loses at most what it is just doing, and does it again.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actors::domain::Timestamp;
use actors::port::Node;
use futures::TryStreamExt;
use mongodb::Database;
use mongodb::bson::{Bson, Document, doc};
use tokio::time::Instant;

use super::fault::Fault;
use super::members;
use super::names::*;
use super::shape::date;
use super::shared::Shared;
use super::tx::{Tx, in_time};

/// How long something may still arrive from a session that was left: a transaction does not live longer.
const MAY_ARRIVE: Duration = Duration::from_secs(60);
/// Sessions that are remembered for so long, at most.
const REMEMBERED: usize = 1_024;

/// Sessions that somebody has left, newest last.
#[derive(Debug, Default)]
pub(super) struct Left(Mutex<Vec<(Bson, Instant)>>);

impl Left {
    /// Ends whatever they have open, and remembers them.
    pub(super) async fn end(&self, database: &Database, sessions: Vec<Bson>) {
        let now = Instant::now();
        self.with(|left| {
            left.extend(sessions.iter().map(|session| (session.clone(), now)));
            let too_many = left.len().saturating_sub(REMEMBERED);
            left.drain(..too_many);
        });
        end(database, sessions).await;
    }

    /// Ends what they may have begun since: asked for when a transaction has met another.
    pub(super) async fn end_again(&self, database: &Database) {
        let sessions: Vec<Bson> = self.with(|left| {
            left.retain(|(_, since)| since.elapsed() < MAY_ARRIVE);
            left.iter().map(|(session, _)| session.clone()).collect()
        });
        if !sessions.is_empty() {
            end(database, sessions).await;
        }
    }

    fn with<T>(&self, what: impl FnOnce(&mut Vec<(Bson, Instant)>) -> T) -> T {
        what(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Sessions of a process that belong to no company, new and known by name; what is open of an earlier process of this
/// name is ended, and of all that are no node that lives.
pub(super) async fn open(shared: &Shared, count: usize, now: Timestamp) -> Result<Vec<Tx>, Fault> {
    let (known, me) = (shared.collection(SESSIONS), &shared.identity.name);
    let living = members::living(shared).await?;
    let others = living.iter().map(|node| node.name.as_str()).filter(|name| name != me);
    end_those_of(shared, doc! { "node": { "$nin": others.collect::<Vec<_>>() } }).await?;
    let mut opened = Vec::with_capacity(count);
    for _ in 0..count {
        let tx = Tx::on(&shared.database).await?;
        let session = doc! { "_id": tx.id(), "node": me, "opened_at": date(now) };
        in_time(async { known.insert_one(session).await }).await?;
        opened.push(tx);
    }
    Ok(opened)
}

/// Ends what is open of nodes that live no more: they hold up whoever meets it.
pub(super) async fn end_those_of_the_dead(shared: &Shared, living: &[Node]) -> Result<(), Fault> {
    let me = shared.identity.name.as_str();
    let names: Vec<&str> = living.iter().map(|node| node.name.as_str()).chain([me]).collect();
    end_those_of(shared, doc! { "node": { "$nin": names } }).await
}

async fn end_those_of(shared: &Shared, whom: Document) -> Result<(), Fault> {
    let known = shared.collection(SESSIONS);
    let left: Vec<Document> = in_time(async { known.find(whom).await?.try_collect().await }).await?;
    let left: Vec<Bson> = left.iter().filter_map(|session| session.get("_id")).cloned().collect();
    if left.is_empty() {
        return Ok(());
    }
    shared.left.end(&shared.database, left.clone()).await;
    in_time(async { known.delete_many(doc! { "_id": { "$in": left } }).await }).await?;
    Ok(())
}

/// Ends whatever transactions these sessions have open. Where that is not allowed, the server does it in its
/// own time.
async fn end(database: &Database, sessions: Vec<Bson>) {
    let sessions: Vec<Document> = sessions.into_iter().map(|id| doc! { "id": id }).collect();
    let ended = in_time(async { database.run_command(doc! { "killSessions": sessions }).await }).await;
    if let Err(fault) = ended {
        tracing::warn!(
            ?fault,
            "transactions of an earlier process could not be ended; they end within a minute"
        );
    }
}
