//! The order of commits over all companies, in which live readers are told.
//!
//! Companies commit beside each other. A number that all of them took within their transactions would be
//! a row that all of them fight over, and one taken outside would not be in the order in which commits are
//! seen. So a commit with facts leaves a note in the outbox, in its own transaction; one task moves the
//! notes into the log, a few at a time, each under the next number. What stands in the log stays where it
//! is, and what is told is read from there.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actors::port::Committed;
use futures::TryStreamExt;
use mongodb::bson::{Document, RawDocumentBuf, doc};
use tokio::sync::{Notify, watch};
use tokio::time::{sleep, timeout};

use super::fault::Fault;
use super::names::*;
use super::read::events;
use super::shape::{Fields, int};
use super::shared::Shared;
use super::tx::{Tx, in_time};

/// Notes moved in one transaction.
const AT_ONCE: usize = 512;
/// Commits read at once to be told.
const TOLD_AT_ONCE: usize = 64;
/// How long is waited after a failure.
const PAUSE: Duration = Duration::from_millis(200);
/// How long is waited after another node was quicker.
const TURN: Duration = Duration::from_millis(10);
/// How often the outbox is looked at though nobody has said that there is more.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How often the log is looked at where other nodes write to it.
const LISTEN_EVERY: Duration = Duration::from_millis(100);
/// How long a reader waits for what was committed before it asked.
const CATCH_UP_WITHIN: Duration = Duration::from_secs(2);

/// How far commits have been put in order.
#[derive(Debug)]
pub(super) struct Order {
    more: Notify,
    /// Commits with facts of this process, and how many of them are surely in the log.
    committed: AtomicU64,
    moved: watch::Sender<u64>,
    /// Up to where the log was told.
    told: AtomicU64,
}

impl Default for Order {
    fn default() -> Self {
        Self {
            more: Notify::new(),
            committed: AtomicU64::new(0),
            moved: watch::channel(0).0,
            told: AtomicU64::new(0),
        }
    }
}

impl Order {
    /// There are notes in the outbox.
    pub(super) fn has_more(&self) {
        self.committed.fetch_add(1, Ordering::AcqRel);
        self.more.notify_one();
    }

    /// The log has come to this place, as another node may have written it.
    pub(super) fn has_come_to(&self, place: u64) {
        if place > self.told.load(Ordering::Acquire) {
            self.more.notify_one();
        }
    }

    /// Waits until everything that this process has committed so far is in order. Where that takes too
    /// long it goes on without: what is missing comes later, in order.
    pub(super) async fn catch_up(&self) {
        let wanted = self.committed.load(Ordering::Acquire);
        let mut moved = self.moved.subscribe();
        drop(timeout(CATCH_UP_WITHIN, moved.wait_for(|moved| *moved >= wanted)).await);
    }
}

/// Puts commits in order for as long as the store is open, and once more when it is closed.
pub(super) async fn run(shared: Arc<Shared>, mut tx: Tx) {
    let mut ends = Ends::default();
    loop {
        if shared.has_others() {
            ends.logged = None;
        }
        if let Err(fault) = round(&shared, &mut tx, &mut ends).await {
            let outrun = shared.has_others() && matches!(fault, Fault::Conflict(_) | Fault::Duplicate(_));
            if !outrun {
                tracing::warn!(?fault, "commits are put in order later");
            }
            ends.logged = None;
            tokio::select! {
                () = sleep(if outrun { TURN } else { PAUSE }) => continue,
                () = shared.closing() => return,
            }
        }
        let look_every = if shared.has_others() { LISTEN_EVERY } else { LOOK_EVERY };
        tokio::select! {
            () = shared.order.more.notified() => {}
            () = sleep(look_every) => {}
            () = shared.closing() => {
                drop(round(&shared, &mut tx, &mut ends).await);
                return;
            }
        }
    }
}

/// Where the log ends, where that is known, and up to where it was told.
#[derive(Default)]
struct Ends {
    logged: Option<u64>,
    told: Option<u64>,
}

/// Moves everything that is in the outbox, and tells it.
async fn round(shared: &Shared, tx: &mut Tx, ends: &mut Ends) -> Result<(), Fault> {
    loop {
        let committed = shared.order.committed.load(Ordering::Acquire);
        // Before the end of the log: a move of which nobody knows may still be done, and then its notes are
        // either here, and moving them again meets it, or in the log already.
        let notes = notes(shared).await?;
        let before = match ends.logged {
            Some(logged) => logged,
            None => logged(shared).await?,
        };
        let told = *ends.told.get_or_insert(before);
        if !notes.is_empty() {
            move_notes(tx, before, &notes).await?;
        }
        let logged = before + notes.len() as u64;
        ends.logged = Some(logged);
        tell(shared, told, logged, &mut ends.told).await?;
        if notes.len() < AT_ONCE {
            shared.order.moved.send_replace(committed);
            return Ok(());
        }
    }
}

/// Where the log ends.
async fn logged(shared: &Shared) -> Result<u64, Fault> {
    let log = shared.collection(COMMIT_LOG);
    let last = in_time(async { log.find_one(doc! {}).sort(doc! { "_id": -1 }).await }).await?;
    last.map_or(Ok(0), |last| last.count("_id"))
}

/// What is to be moved, each company's in its order.
async fn notes(shared: &Shared) -> Result<Vec<Document>, Fault> {
    let outbox = shared.collection(OUTBOX);
    in_time(async {
        outbox
            .find(doc! {})
            .sort(doc! { "_id": 1 })
            .limit(AT_ONCE as i64)
            .await?
            .try_collect()
            .await
    })
    .await
}

/// A commit in the log: its place, and the first and last of its entries.
pub(super) fn row(place: u64, company: &str, (first_seq, last_seq): (u64, u64)) -> Document {
    doc! {
        "_id": int(place),
        "company_id": company,
        "first_seq": int(first_seq),
        "last_seq": int(last_seq),
    }
}

/// Moves notes into the log. Whoever comes second meets a number that is taken, and reads again.
async fn move_notes(tx: &mut Tx, logged: u64, notes: &[Document]) -> Result<(), Fault> {
    let (mut rows, mut names) = (Vec::with_capacity(notes.len()), Vec::with_capacity(notes.len()));
    for (place, note) in (logged + 1..).zip(notes) {
        let seqs = (note.count("first_seq")?, note.count("last_seq")?);
        rows.push(RawDocumentBuf::try_from(&row(place, note.text("company_id")?, seqs))?);
        names.push(note.text("_id")?);
    }
    tx.begin().await?;
    let moved = async {
        tx.insert(COMMIT_LOG, rows).await?;
        let deleted = tx.delete(OUTBOX, vec![doc! { "_id": { "$in": names } }]).await?;
        if usize::try_from(deleted) != Ok(notes.len()) {
            return Err(Fault::Conflict("somebody else moves notes".to_owned()));
        }
        tx.commit().await
    };
    let moved = moved.await;
    if moved.is_err() {
        tx.abort().await;
    }
    moved
}

/// Tells what is in the log, and notes up to where. What nobody listens to is passed over.
async fn tell(shared: &Shared, mut from: u64, logged: u64, told: &mut Option<u64>) -> Result<(), Fault> {
    while from < logged && shared.feed.is_heard() {
        let commits = events::commits(shared, doc! { "_id": { "$gt": int(from) } }, TOLD_AT_ONCE).await?;
        let Some(last) = commits.last() else { break };
        from = last.place;
        let events = events::entries(shared, &commits).await?;
        *told = Some(from);
        shared.feed.tell(&mut Committed {
            events,
            counts: Vec::new(),
        });
    }
    let end = logged.max(from);
    *told = Some(end);
    shared.order.told.store(end, Ordering::Release);
    Ok(())
}
