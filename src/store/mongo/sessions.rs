//! The sessions that transactions run on, and the end of those whose process is gone.
//!
//! A transaction whose process dies stays open on the server, with everything it has touched, for up to a
//! minute (`transactionLifetimeLimitSeconds`). So every session is known by name before it is used: a
//! company's writer leaves its own in the head, a process those that belong to no company in a collection.
//! Whoever takes over ends them first, and again for as long as something that they have sent may still arrive:
//! what a dead process left in its socket may be read after its successor's first word. A session of a process
//! that is alive loses at most what it is just doing, and does it again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::TryStreamExt;
use mongodb::Database;
use mongodb::bson::{Bson, Document, doc};
use tokio::time::Instant;

use super::fault::Fault;
use super::members;
use super::names::*;
use super::shape::Fields;
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

/// This process's own sessions that belong to no company, and whether they are surely noted: while its lease had lapsed,
/// others may have ended and forgotten them.
#[derive(Debug, Default)]
pub(super) struct Own {
    ids: Mutex<Vec<Bson>>,
    noted: AtomicBool,
}

impl Own {
    /// Whether they were surely noted; from now on they are not.
    pub(super) fn doubt(&self) -> bool {
        self.noted.swap(false, Ordering::AcqRel)
    }

    /// They are noted.
    pub(super) fn are_noted(&self) {
        self.noted.store(true, Ordering::Release);
    }

    fn ids(&self) -> MutexGuard<'_, Vec<Bson>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sessions of a process that belong to no company, new and known by name; what is open of an earlier process of this
/// name is ended, and of all that are no node that lives.
pub(super) async fn open(shared: &Shared, count: usize) -> Result<Vec<Tx>, Fault> {
    let me = &shared.identity.name;
    end_those_of_the_dead(shared).await?;
    end_all(shared, noted(shared, doc! { "node": me }).await?).await?;
    let mut opened = Vec::with_capacity(count);
    for _ in 0..count {
        opened.push(Tx::on(&shared.database).await?);
    }
    *shared.own_sessions.ids() = opened.iter().map(Tx::id).collect();
    note(shared).await?;
    Ok(opened)
}

/// Notes this process's own sessions.
pub(super) async fn note(shared: &Shared) -> Result<(), Fault> {
    let (known, me) = (shared.collection(SESSIONS), &shared.identity.name);
    let ids = shared.own_sessions.ids().clone();
    for id in ids {
        let set = doc! { "$set": { "node": { "$literal": me }, "noted_at": "$$NOW" } };
        in_time(async { known.update_one(doc! { "_id": &id }, vec![set]).upsert(true).await }).await?;
    }
    Ok(())
}

/// Ends what is open of nodes that live no more: they hold up whoever meets it. Looked up before who lives, so that what
/// a node has noted since it came back is left alone.
pub(super) async fn end_those_of_the_dead(shared: &Shared) -> Result<(), Fault> {
    let mut left = noted(shared, doc! { "node": { "$ne": &shared.identity.name } }).await?;
    if left.is_empty() {
        return Ok(());
    }
    let living = members::living(shared).await?;
    left.retain(|session| {
        living
            .iter()
            .all(|node| session.text_or_none("node") != Some(&node.name))
    });
    end_all(shared, left).await
}

async fn noted(shared: &Shared, whose: Document) -> Result<Vec<Document>, Fault> {
    let known = shared.collection(SESSIONS);
    in_time(async { known.find(whose).await?.try_collect().await }).await
}

/// Ends what is open on these sessions, and forgets them unless they were noted again.
async fn end_all(shared: &Shared, left: Vec<Document>) -> Result<(), Fault> {
    if left.is_empty() {
        return Ok(());
    }
    let ids: Vec<Bson> = left.iter().filter_map(|session| session.get("_id")).cloned().collect();
    shared.left.end(&shared.database, ids).await;
    let known = shared.collection(SESSIONS);
    in_time(async { known.delete_many(doc! { "$or": left }).await }).await?;
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
