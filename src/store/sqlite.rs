//! The embedded store: one SQLite file in one directory, or the same SQL in memory for tests.
//!
//! Code map: `schema` the tables; `machine` one transaction of operations (`accept`, `place`,
//! `change`, `amend`, `found`) over the writer's memory (`head`, `seen`, `unplaced`), which `load` rebuilds;
//! `shared` and `waiting` what readers see of it; `queue` and `thread` the writer thread, `pool` the
//! readers, `checkpoint` the checkpoints, `inline` all of that without a thread; `reader`, `scope` and
//! `writer` the handles, `read` the queries, `rows` the values in rows; `export` reads all of it, to be moved, and
//! `evidence` its journals, to be verified.
//!
//! Invariants: everything is written by one connection, in one order; memory changes with COMMIT or
//! not at all; after a broken medium nothing is tried again on the handle.

mod accept;
mod amend;
mod chain;
mod change;
mod checkpoint;
mod core;
mod cut;
mod evidence;
mod export;
mod fault;
mod found;
mod head;
mod inline;
mod load;
mod machine;
mod op;
mod place;
mod pool;
mod queue;
mod read;
mod reader;
mod recall;
mod regroup;
mod rollup;
mod rows;
mod schema;
mod scope;
mod seen;
mod shared;
mod thread;
mod unplaced;
mod waiting;
mod writer;

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;

use actors::domain::{Company, CompanyId, Timestamp};
use actors::port::events::{Committed, CompanySet, EventReader};
use actors::port::inbox::{Accepted, Delivery, Inbox};
use actors::port::{Clock, Due, Error, Living, Members, Reader, Record, RecordKind, Roster, Store, Writer};
use async_trait::async_trait;
use tokio::sync::broadcast;

use self::core::{Core, Executor};
pub use self::evidence::SqliteEvidence;
pub(in crate::store) use self::export::Source;
use self::inline::Inline;
use self::reader::CompanyReader;
use self::scope::ScopeReader;
use self::shared::Shared;
use self::thread::Threads;
use super::lock::{DirectoryLock, LockError};

/// Deliveries and signatures kept in memory; beyond it they are looked up in the file.
const SEEN_CAP: usize = 2_000_000;

/// Why a directory was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// One process at a time.
    #[error("the directory is held by process {}", .pid.map_or_else(|| "unknown".to_owned(), |pid| pid.to_string()))]
    Held {
        /// Who holds it, where its lock file says so.
        pid: Option<u32>,
    },
    /// There is none, and none was to be made.
    #[error("there is no embedded store here: store.db is missing")]
    Missing,
    /// There is a database, and it is somebody else's.
    #[error("store.db is not a database of Alert Whisperer")]
    NotOurs,
    /// A later version of the binary has been here.
    #[error("store.db has schema version {found}, and this binary knows up to {known}: a newer binary is needed")]
    Newer {
        /// The file's version.
        found: usize,
        /// The binary's.
        known: usize,
    },
    /// The directory cannot be used.
    #[error("the directory cannot be used: {0}")]
    Io(#[from] std::io::Error),
    /// The file cannot be used.
    #[error("store.db cannot be used: {0}")]
    Sqlite(String),
    /// The file holds something that cannot be read.
    #[error("store.db cannot be read: {0}")]
    Load(#[from] Error),
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => Self::NotOurs,
            _ => Self::Sqlite(error.to_string()),
        }
    }
}

impl From<LockError> for OpenError {
    fn from(error: LockError) -> Self {
        match error {
            LockError::Held(pid) => Self::Held { pid },
            LockError::Io(error) => Self::Io(error),
        }
    }
}

fn closed() -> Error {
    Error::Unavailable("the store is closed".to_owned())
}

/// A store in a directory, held by this process alone.
#[derive(Debug)]
pub struct SqliteStore {
    core: Arc<Core>,
}

impl SqliteStore {
    /// Opens a directory, making it (mode 0700) and the database where they are missing. Blocks for
    /// some 0.5 s a million deliveries of the last day.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(dir: &Path, clock: Arc<dyn Clock>) -> Result<Arc<Self>, OpenError> {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        let lock = DirectoryLock::take(dir)?;
        let shared = Shared::new();
        let threads = Threads::open(dir, lock, clock.now(), &shared, SEEN_CAP)?;
        Ok(Arc::new(Self {
            core: Arc::new(Core {
                shared,
                executor: Executor::Threads(threads),
            }),
        }))
    }

    /// Returns, with the reason, when the medium or the file has failed. Every operation is
    /// [`Error::Unavailable`] from then on, and the process should end: starting again recovers.
    pub async fn failed(&self) -> String {
        self.core.shared.failed().await
    }

    /// Does what was handed in before, checkpoints, and lets the directory go. Blocks. Every later
    /// operation is [`Error::Unavailable`], also those of readers and writers that live on.
    pub fn close(&self) {
        self.core.close();
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.core.close();
    }
}

/// The same store in memory, for tests on virtual time: no thread, and gone when dropped.
#[derive(Debug)]
pub struct MemoryStore {
    core: Arc<Core>,
}

impl MemoryStore {
    /// An empty one.
    ///
    /// # Panics
    /// Where there is no memory left for it.
    pub fn new(clock: Arc<dyn Clock>) -> Arc<Self> {
        Self::with_seen_cap(clock, SEEN_CAP)
    }

    /// One that keeps at most so many deliveries and signatures in its map, to see that those beyond
    /// it are found as well.
    ///
    /// # Panics
    /// As [`MemoryStore::new`].
    pub fn with_seen_cap(clock: Arc<dyn Clock>, seen_cap: usize) -> Arc<Self> {
        let shared = Shared::new();
        let inline = match Inline::open(clock.now(), &shared, seen_cap) {
            Ok(inline) => inline,
            Err(error) => panic!("no store in memory: {error}"),
        };
        Arc::new(Self {
            core: Arc::new(Core {
                shared,
                executor: Executor::Inline(Box::new(inline)),
            }),
        })
    }

    /// Lets everything go, as [`SqliteStore::close`] does.
    pub fn close(&self) {
        self.core.close();
    }
}

/// Both kinds keep the ports by the same core.
macro_rules! store_of {
    ($kind:ty) => {
        #[async_trait]
        impl Inbox for $kind {
            async fn accept(&self, delivery: Delivery) -> Result<Accepted, Error> {
                self.core.accept(delivery).await
            }
        }

        #[async_trait]
        impl Roster for $kind {
            async fn companies(&self) -> Result<Vec<Company>, Error> {
                self.core.companies().await
            }

            async fn all_records(
                &self,
                kind: RecordKind,
                after: Option<(&CompanyId, &str)>,
                limit: usize,
            ) -> Result<Vec<Record>, Error> {
                self.core.all_records(kind, after, limit).await
            }

            async fn find_record(&self, kind: RecordKind, lookup: &str) -> Result<Option<Record>, Error> {
                self.core.find_record(kind, lookup).await
            }

            async fn unplaced(&self, limit: usize) -> Result<Vec<CompanyId>, Error> {
                self.core.unplaced(limit).await
            }

            async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<Due>, Error> {
                self.core.due(now, limit).await
            }

            async fn forget_expired(&self, now: Timestamp) -> Result<(), Error> {
                self.core.forget_expired(now).await
            }
        }

        // The directory's lock sees to it that there is one process.
        #[async_trait]
        impl Members for $kind {
            fn me(&self) -> Option<&str> {
                None
            }

            async fn renew(&self, _draining: bool) -> Result<Living, Error> {
                Err(Error::Unavailable(
                    "a store of one process has no other nodes".to_owned(),
                ))
            }

            async fn leave(&self) -> Result<(), Error> {
                Ok(())
            }

            fn arrivals(&self) -> broadcast::Receiver<CompanyId> {
                broadcast::channel(1).1
            }

            async fn give_up(&self, _company: &CompanyId) -> Result<(), Error> {
                Ok(())
            }
        }

        #[async_trait]
        impl Store for $kind {
            fn reader(&self, company: &CompanyId) -> Arc<dyn Reader> {
                Arc::new(CompanyReader {
                    core: Arc::clone(&self.core),
                    company: company.clone(),
                })
            }

            async fn acquire(&self, company: &CompanyId) -> Result<Arc<dyn Writer>, Error> {
                Ok(Arc::new(self.core.acquire(company).await?))
            }

            fn events(&self, companies: &CompanySet) -> Arc<dyn EventReader> {
                Arc::new(ScopeReader {
                    core: Arc::clone(&self.core),
                    companies: companies.clone(),
                })
            }

            fn feed(&self) -> broadcast::Receiver<Arc<Committed>> {
                self.core.shared.feed.subscribe()
            }
        }
    };
}

store_of!(SqliteStore);
store_of!(MemoryStore);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    #[tokio::test]
    async fn after_a_failure_every_operation_is_unavailable_and_the_process_is_told() {
        let store = MemoryStore::new(Arc::new(SystemClock));
        let writer = store.acquire(&CompanyId::platform()).await.unwrap();
        store.core.shared.fail("the disk is gone");
        let gone = Error::Unavailable("the disk is gone".to_owned());
        assert_eq!(writer.barrier().await, Err(gone.clone()));
        assert_eq!(store.companies().await, Err(gone.clone()));
        assert_eq!(Roster::unplaced(&*store, 9).await, Err(gone.clone()));
        let settled = store.reader(&CompanyId::platform()).settled(0).await;
        assert_eq!(settled, Err(gone));
        assert_eq!(store.core.shared.failed().await, "the disk is gone");
    }
}
