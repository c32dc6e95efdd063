//! Moving an embedded store into a MongoDB database, so that the runtime goes on there where it was.
//!
//! A thread reads the source row by row; documents go through a few batches at a time, so that memory has a bound
//! whatever there is to move. Then everything is counted and every journal is read again.
//!
//! Invariants: the source's directory is held throughout; a database that holds anything is refused; from before the
//! first document until everything has been found the same the database is marked, and nobody serves it.

mod part;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use actors::domain::{CompanyId, Timestamp};
use actors::port::Error;
use secrecy::SecretString;

pub use self::part::Part;
pub(in crate::store) use self::part::{Commit, Head, Request, Value, Verdict};
use super::mongo::{Journal, MongoError, Pack, Target};
use super::sqlite::{OpenError, Source};

/// Why a store was not moved.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The source cannot be opened.
    #[error("{directory}: {error}")]
    Source {
        /// Its directory.
        directory: String,
        /// Why.
        error: OpenError,
    },
    /// The target cannot be opened.
    #[error(transparent)]
    Target(MongoError),
    /// The target is not empty.
    #[error("the database holds {0} already; a store is moved into an empty one: name another database")]
    Taken(Part),
    /// The source could not be read to its end.
    #[error("the {part} could not be read: {error}; the database stays marked as unfinished")]
    Read {
        /// What was being read.
        part: Part,
        /// Why not.
        error: Error,
    },
    /// The target could not be written or read again.
    #[error("{error}; the database stays marked as unfinished")]
    Write {
        /// Why not.
        error: MongoError,
    },
    /// What is in the target is not what is in the source.
    #[error("what was moved is not what was there: {0}; the database stays marked as unfinished")]
    Different(String),
    /// Somebody else moves a store to the same target.
    #[error("another migration has taken the database over")]
    Overtaken,
}

impl MigrationError {
    /// Whether nothing was begun.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Source { .. } | Self::Target(_) | Self::Taken(_))
    }
}

impl From<MongoError> for MigrationError {
    fn from(error: MongoError) -> Self {
        Self::Write { error }
    }
}

/// How far a migration has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// What an earlier migration has left is removed.
    Clearing,
    /// Some of a part is written.
    Moving {
        /// Which.
        part: Part,
        /// How much of it.
        moved: u64,
        /// How much there is.
        total: u64,
    },
    /// Some of all journals is read again.
    Reading {
        /// How many entries.
        read: u64,
        /// How many there are.
        total: u64,
    },
    /// A company's journal has been found whole, and the same.
    Verified {
        /// Whose.
        company: CompanyId,
        /// How many entries it has.
        entries: u64,
    },
}

/// What was moved, part by part.
pub type Moved = Vec<(Part, u64)>;

/// Moves the embedded store of a directory into the database of a URL, and tells how far it has come.
///
/// # Errors
/// [`MigrationError`].
pub async fn migrate(
    from: &Path,
    to: &SecretString,
    now: Timestamp,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<Moved, MigrationError> {
    let source = open(from, now).await?;
    let target = prepare(to, now, tell).await?;
    let mut moved = Moved::new();
    for part in Part::ALL {
        moved.push((part, move_part(&source, &target, part, tell).await?));
    }
    target.index_memories().await?;
    verify(&source, &target, tell).await?;
    match target.finish().await? {
        true => Ok(moved),
        false => Err(MigrationError::Overtaken),
    }
}

/// The source, for one thread at a time.
type Shared = Arc<Mutex<Source>>;

/// Does what waits for a disk where it may wait.
async fn on_thread<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    let cut_short = |_| Err(Error::Unavailable("reading was cut short".to_owned()).into());
    tokio::task::spawn_blocking(work).await.unwrap_or_else(cut_short)
}

async fn open(from: &Path, now: Timestamp) -> Result<Shared, MigrationError> {
    let directory = from.to_owned();
    let opened = on_thread(move || Source::open(&directory, now)).await;
    let source = opened.map_err(|error| MigrationError::Source {
        directory: from.display().to_string(),
        error,
    })?;
    Ok(Arc::new(Mutex::new(source)))
}

/// Asks the source.
async fn ask<T: Send + 'static>(
    source: &Shared,
    part: Part,
    question: impl FnOnce(&Source) -> Result<T, Error> + Send + 'static,
) -> Result<T, MigrationError> {
    let source = Arc::clone(source);
    let asked = on_thread(move || question(&source.lock().unwrap_or_else(PoisonError::into_inner)));
    asked.await.map_err(|error| MigrationError::Read { part, error })
}

/// An empty database with our mark in it.
async fn prepare(
    to: &SecretString,
    now: Timestamp,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<Target, MigrationError> {
    let target = Target::open(to).await.map_err(MigrationError::Target)?;
    let is_unfinished = target.is_unfinished().await.map_err(MigrationError::Target)?;
    // What is in an unfinished one is a part of a store that is whole elsewhere; anything else is somebody's.
    if !is_unfinished {
        refuse_taken(&target).await?;
    }
    target.begin(now).await.map_err(MigrationError::Target)?;
    if is_unfinished {
        tell(Progress::Clearing);
        target.clear().await?;
    } else if let Err(taken) = refuse_taken(&target).await {
        // Somebody came between the look and the mark.
        target.finish().await?;
        return Err(taken);
    }
    target.make_room().await?;
    Ok(target)
}

async fn refuse_taken(target: &Target) -> Result<(), MigrationError> {
    match target.holds().await.map_err(MigrationError::Target)? {
        Some(part) => Err(MigrationError::Taken(part)),
        None => Ok(()),
    }
}

/// Moves a part: how much there was of it.
async fn move_part(
    source: &Shared,
    target: &Target,
    part: Part,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<u64, MigrationError> {
    let total = ask(source, part, move |source| source.count(part, None)).await?;
    let (mut pack, batches) = Pack::new();
    let read = ask(source, part, move |source| {
        source.read(part, &mut |value| pack.add(value))?;
        pack.end()
    });
    let mut moved = 0;
    let written = target.write(part, batches, |count| {
        moved += count as u64;
        tell(Progress::Moving { part, moved, total });
    });
    let (read, written) = futures::join!(read, written);
    // Where writing ends early, reading ends for that reason.
    written?;
    read?;
    Ok(moved)
}

/// Compares what is in the target with the source.
async fn verify(source: &Shared, target: &Target, tell: &(dyn Fn(Progress) + Sync)) -> Result<(), MigrationError> {
    let kept_from = target.kept_from().await?;
    for part in Part::ALL {
        let behind = part.expires().then_some(kept_from);
        let there = ask(source, part, move |source| source.count(part, behind)).await?;
        let here = target.count(part, behind).await?;
        if here != there {
            return Err(MigrationError::Different(format!("{here} {part} instead of {there}")));
        }
    }
    let total = ask(source, Part::Journal, |source| source.count(Part::Journal, None)).await?;
    let mut read = 0;
    for head in ask(source, Part::Heads, Source::heads).await? {
        verify_company(target, &head, |passed| {
            read += passed;
            tell(Progress::Reading { read, total });
        })
        .await?;
        tell(Progress::Verified {
            entries: head.place.seq,
            company: head.company,
        });
    }
    Ok(())
}

/// Compares a company's head, and its journal from the first entry to the last.
async fn verify_company(target: &Target, head: &Head, passed: impl FnMut(u64)) -> Result<(), MigrationError> {
    let company = &head.company;
    let different = |what: String| MigrationError::Different(format!("{company}: {what}"));
    if target.head(company).await.map_err(MongoError::from)?.as_ref() != Some(head) {
        return Err(different("its head is not the same".to_owned()));
    }
    let journal = target.journal(company, passed).await.map_err(MongoError::from)?;
    match journal {
        Journal::Whole(seq, hash) if (seq, hash) == (head.place.seq, head.place.hash) => Ok(()),
        Journal::Whole(seq, _) if seq == head.place.seq => Err(different(format!(
            "journal entry {seq} is not the one that its head names"
        ))),
        Journal::Whole(seq, _) => Err(different(format!(
            "the journal ends at entry {seq} instead of {}",
            head.place.seq
        ))),
        Journal::Broken(seq, what) => Err(different(format!("journal entry {seq} {what}"))),
    }
}
