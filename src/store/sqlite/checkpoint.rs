//! Checkpoints, away from the writer: it pays for the last few pages only.
//!
//! The log starts again at its beginning when every page in it has been moved into the database, which
//! never happens while the writer goes on and another thread moves. So this thread moves until
//! little is left, and asks the writer to move the rest between two transactions: that takes it
//! milliseconds, where a `RESTART` from here kept it waiting for as long as the whole log took.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;

/// How often it looks.
const PACE: Duration = Duration::from_millis(100);
/// Bytes of one page and its frame header in the log.
const FRAME_BYTES: i64 = 4_096 + 24;
/// A log of so many frames is to start again.
const FRAMES: i64 = (16 << 20) / FRAME_BYTES;
/// So many are left to the writer.
const REST: i64 = 256;
/// Passes over the log, each over what came during the last, before the writer is asked all the same.
const PASSES: usize = 8;
/// Readers hinder a checkpoint from finishing. A log of so many frames waits for them, and the writer with it.
const FRAMES_AT_MOST: i64 = (512 << 20) / FRAME_BYTES;
/// What the log's file is cut back to.
pub(super) const LOG_BYTES: i64 = 64 << 20;

/// The checkpointing thread.
#[derive(Debug)]
pub(super) struct Checkpointer {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

/// Whether the writer shall move the rest of the log.
#[derive(Clone, Debug, Default)]
pub(super) struct Rest(Arc<AtomicBool>);

impl Rest {
    fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Moves the rest, if that was asked for. Called by the writer between two transactions.
    pub(super) fn take(&self, conn: &Connection) {
        if self.0.load(Ordering::Relaxed) && self.0.swap(false, Ordering::Relaxed) {
            checkpoint(conn, "PASSIVE");
        }
    }
}

impl Checkpointer {
    /// Starts it on a connection of its own.
    pub(super) fn start(conn: Connection, rest: Rest) -> std::io::Result<Self> {
        let (stop, stopped) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(move || {
                while stopped.recv_timeout(PACE) == Err(RecvTimeoutError::Timeout) {
                    look(&conn, &rest);
                }
                checkpoint(&conn, "TRUNCATE");
            })?;
        Ok(Self { stop, thread })
    }

    /// Checkpoints a last time and ends.
    pub(super) fn stop(self) {
        drop(self.stop);
        if self.thread.join().is_err() {
            tracing::error!("the checkpoint thread had panicked");
        }
    }
}

fn look(conn: &Connection, rest: &Rest) {
    let mut log = checkpoint(conn, "PASSIVE");
    if log.frames > FRAMES_AT_MOST {
        checkpoint(conn, "RESTART");
    } else if log.frames > FRAMES {
        for _ in 1..PASSES {
            if log.left() <= REST {
                break;
            }
            log = checkpoint(conn, "PASSIVE");
        }
        rest.ask();
    }
}

/// The log after a checkpoint.
#[derive(Clone, Copy, Debug, Default)]
struct Log {
    frames: i64,
    moved: i64,
}

impl Log {
    fn left(self) -> i64 {
        self.frames - self.moved
    }
}

/// A checkpoint that fails is tried again at the next turn; if the medium is broken, the writer finds
/// out by itself.
fn checkpoint(conn: &Connection, mode: &str) -> Log {
    let log = conn.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
        Ok(Log {
            frames: row.get(1)?,
            moved: row.get(2)?,
        })
    });
    log.unwrap_or_else(|error| {
        tracing::warn!(%error, mode, "a checkpoint failed");
        Log::default()
    })
}
