//! A store in a directory: one writer thread, readers beside it, checkpoints on a thread of their own.

use std::fs::{OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use actors::domain::Timestamp;
use actors::port::Error;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::OpenError;
use super::checkpoint::{Checkpointer, LOG_BYTES, Rest};
use super::fault::Fault;
use super::load::load;
use super::machine::Machine;
use super::op::Op;
use super::pool::Pool;
use super::queue::{BATCH, Queue};
use super::schema::migrate;
use super::seen::Seen;
use super::shared::{Shared, locked};
use crate::store::lock::DirectoryLock;

/// Entries that the map of what was seen has room for from the start: growing it halts the writer.
const SEEN_PRESIZE: usize = 1 << 18;
/// Statements kept prepared by each connection.
const STATEMENTS: usize = 128;
/// Connections that read.
const READERS: usize = 4;

/// The threads and connections of a store in a directory.
#[derive(Debug)]
pub(super) struct Threads {
    queue: Arc<Queue>,
    readers: Arc<Pool>,
    held: Mutex<Option<Held>>,
}

/// What is let go of at the end, in this order.
#[derive(Debug)]
struct Held {
    writer: JoinHandle<()>,
    checkpointer: Checkpointer,
    lock: DirectoryLock,
}

impl Threads {
    /// Opens `DIR/store.db` under a lock that is held already.
    pub(super) fn open(
        dir: &Path,
        lock: DirectoryLock,
        now: Timestamp,
        shared: &Arc<Shared>,
        seen_cap: usize,
    ) -> Result<Self, OpenError> {
        let file = dir.join("store.db");
        keep_private(&file)?;
        let mut conn = Connection::open(&file)?;
        configure_writer(&conn)?;
        migrate(&mut conn, now)?;
        let seen = Seen::new(seen_cap, SEEN_PRESIZE);
        let machine = load(conn, Arc::clone(shared), seen).map_err(Fault::into_error)?;
        let mut readers = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            readers.push(open_reader(&file)?);
        }
        let rest = Rest::default();
        let checkpointer = Checkpointer::start(open_checkpointer(&file)?, rest.clone())?;
        let queue = Arc::new(Queue::default());
        let writer = std::thread::Builder::new().name("store-writer".to_owned()).spawn({
            let queue = Arc::clone(&queue);
            move || write(&queue, machine, &rest)
        })?;
        Ok(Self {
            queue,
            readers: Pool::new(readers),
            held: Mutex::new(Some(Held {
                writer,
                checkpointer,
                lock,
            })),
        })
    }

    /// Hands an operation to the writer.
    pub(super) fn submit(&self, op: Op) -> Result<(), Error> {
        self.queue.push(op)
    }

    /// Runs a query on one of the readers.
    pub(super) async fn read<T, F>(&self, query: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        self.readers.read(query).await
    }

    /// Does what was handed in before, ends the threads and lets the directory go.
    pub(super) fn close(&self) {
        self.queue.close();
        let Some(held) = locked(&self.held).take() else { return };
        if held.writer.join().is_err() {
            tracing::error!("the writer thread had panicked");
        }
        self.readers.close();
        held.checkpointer.stop();
        drop(held.lock);
    }
}

fn configure(conn: &Connection) -> Result<(), rusqlite::Error> {
    configure_statements(conn)?;
    conn.busy_timeout(std::time::Duration::from_secs(5))?;
    conn.pragma_update(None, "temp_store", "memory")?;
    conn.pragma_update(None, "trusted_schema", false)
}

/// A plan is made once a statement, whatever is bound to it: otherwise SQLite prepares some anew for
/// every value (`SQLITE_DBCONFIG_ENABLE_QPSG`).
pub(super) fn configure_statements(conn: &Connection) -> Result<(), rusqlite::Error> {
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

pub(super) fn configure_writer(conn: &Connection) -> Result<(), OpenError> {
    configure(conn)?;
    let mode: String = conn.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(OpenError::Sqlite(format!(
            "the file system allows no write-ahead log ({mode})"
        )));
    }
    conn.pragma_update(None, "synchronous", "full")?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
    conn.pragma_update_and_check(None, "journal_size_limit", LOG_BYTES, |_| Ok(()))?;
    conn.pragma_update(None, "cache_size", -65_536)?;
    Ok(())
}

/// What the store holds is nobody else's to read, whoever made the directory. SQLite gives the files beside it the
/// same mode.
fn keep_private(file: &Path) -> io::Result<()> {
    let made = OpenOptions::new().create(true).append(true).mode(0o600).open(file)?;
    made.set_permissions(Permissions::from_mode(0o600))?;
    for beside in ["-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(beside);
        match std::fs::set_permissions(&name, Permissions::from_mode(0o600)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn open_reader(file: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(file, flags)?;
    configure(&conn)?;
    Ok(conn)
}

fn open_checkpointer(file: &Path) -> Result<Connection, OpenError> {
    let conn = Connection::open(file)?;
    configure(&conn)?;
    // A restart waits for readers while it keeps the writer waiting: not for long.
    conn.busy_timeout(std::time::Duration::from_secs(1))?;
    conn.pragma_update(None, "synchronous", "full")?;
    Ok(conn)
}

/// The writer thread: commits at once what waits, and never waits before a commit.
fn write(queue: &Queue, mut machine: Machine, rest: &Rest) {
    let panicked = Panicked {
        queue,
        shared: Arc::clone(&machine.shared),
    };
    let mut batch = Vec::with_capacity(BATCH);
    while queue.take(&mut batch) {
        let outcome = machine.run(&mut batch);
        if let Err(reason) = &outcome {
            panicked.shared.fail(reason);
        }
        batch.drain(..).for_each(Op::answer);
        if let Err(reason) = outcome {
            queue.abandon(&Error::Unavailable(reason));
            return;
        }
        rest.take(&machine.conn);
    }
}

/// Ends the handle if the writer thread panics: nobody would be answered any more.
struct Panicked<'a> {
    queue: &'a Queue,
    shared: Arc<Shared>,
}

impl Drop for Panicked<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let reason = "the writer thread panicked";
            self.shared.fail(reason);
            self.queue.abandon(&Error::Unavailable(reason.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use actors::domain::CompanyId;

    use super::super::shared::Cell;
    use super::*;
    use crate::store::slot::Slot;

    fn machine(mut conn: Connection) -> Machine {
        migrate(&mut conn, Timestamp::default()).unwrap();
        load(conn, Shared::new(), Seen::new(9, 0)).unwrap()
    }

    #[test]
    fn a_full_disk_ends_the_handle_and_answers_everybody() {
        let dir = tempfile::tempdir().unwrap();
        let conn = Connection::open(dir.path().join("store.db")).unwrap();
        configure_writer(&conn).unwrap();
        let machine = machine(conn);
        let shared = Arc::clone(&machine.shared);
        // Not a page more than there are, none of them free, and a table whose every row wants one.
        let conn = &machine.conn;
        conn.execute_batch("CREATE TABLE filler (x BLOB) STRICT").unwrap();
        conn.execute_batch(
            "CREATE TRIGGER fill AFTER UPDATE ON head BEGIN INSERT INTO filler VALUES (zeroblob(9000)); END",
        )
        .unwrap();
        conn.execute_batch("VACUUM").unwrap();
        let pages: i64 = conn.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        conn.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
            .unwrap();

        let platform = shared.cell(&CompanyId::platform()).unwrap();
        let queue = Queue::default();
        let mut answers = Vec::new();
        for _ in 0..2 * BATCH {
            let (slot, answer) = Slot::new();
            queue.push(Op::Acquire(Arc::clone(&platform), slot)).unwrap();
            answers.push(answer);
        }
        write(&queue, machine, &Rest::default());
        for answer in &mut answers {
            let answer = answer.try_recv().unwrap();
            assert!(matches!(answer, Err(Error::Unavailable(_))), "{answer:?}");
        }
        assert!(matches!(shared.check(), Err(Error::Unavailable(_))));
        let (slot, _answer) = Slot::new();
        let refused = queue.push(Op::Acquire(platform, slot));
        assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
    }

    #[test]
    fn what_waits_at_the_end_is_done_before_it() {
        let machine = machine(Connection::open_in_memory().unwrap());
        let platform = machine.shared.cell(&CompanyId::platform()).unwrap();
        let nobody = Cell::new(99, "comp-nobody".parse().unwrap());
        let queue = Queue::default();
        let (first, mut acquired) = Slot::new();
        queue.push(Op::Acquire(Arc::clone(&platform), first)).unwrap();
        let (second, mut fenced) = Slot::new();
        queue.push(Op::Barrier(platform, 7, second)).unwrap();
        let (third, mut passed) = Slot::new();
        queue.push(Op::Barrier(nobody, 0, third)).unwrap();
        queue.close();
        write(&queue, machine, &Rest::default());
        assert_eq!(acquired.try_recv().unwrap(), Ok(1));
        assert_eq!(fenced.try_recv().unwrap(), Err(Error::Fenced));
        assert_eq!(passed.try_recv().unwrap(), Ok(0));
    }
}
