//! Checkpoints, away from the writer: it never pays for moving pages into the database.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;

use super::thread::WAL_BYTES;

/// How often it looks.
const PACE: Duration = Duration::from_millis(500);
/// Bytes of one page and its frame header in the WAL.
const FRAME_BYTES: i64 = 4_096 + 24;

/// The checkpointing thread.
#[derive(Debug)]
pub(super) struct Checkpointer {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Checkpointer {
    /// Starts it on a connection of its own.
    pub(super) fn start(conn: Connection) -> std::io::Result<Self> {
        let (stop, stopped) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(move || {
                while stopped.recv_timeout(PACE) == Err(RecvTimeoutError::Timeout) {
                    // Readers hinder a passive checkpoint only from finishing, so that the log may grow.
                    if checkpoint(&conn, "PASSIVE") > WAL_BYTES / FRAME_BYTES {
                        checkpoint(&conn, "RESTART");
                    }
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

/// Frames in the log. A checkpoint that fails is tried again at the next turn; if the medium is
/// broken, the writer finds out by itself.
fn checkpoint(conn: &Connection, mode: &str) -> i64 {
    let frames = conn.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| row.get(1));
    frames.unwrap_or_else(|error| {
        tracing::warn!(%error, mode, "a checkpoint failed");
        0
    })
}
