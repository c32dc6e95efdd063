//! Retention: what is past its time goes to a signed file, and then from the store.
//!
//! The order is what makes this safe: a file is written, signed and flushed (`file`); then one commit after the
//! other removes what stands in it, and nothing else, and the first of them journals the file's name and hash
//! (`pass`). What was changed in between stays for the next time. Whoever ends in the middle leaves something in a
//! file that is still in the store, never the other way; it stands in the next file again.
//!
//! Files are JSON Lines. Alerts and incidents ([`seal`]) are closed by a seal over all of the file; a journal is
//! written as an export of it, from its last cut on ([`crate::audit::export`]). `alert-whisperer audit verify` reads
//! both.

mod document;
mod file;
mod keeper;
mod pass;
pub mod seal;

pub use pass::Archivist;

use actors::port::Error;
use actors::runtime::CallError;

use crate::audit::checkpoint::BadCheckpoint;

/// Why something was not archived, and stays.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The store.
    #[error(transparent)]
    Store(#[from] Error),
    /// The commit that removes it.
    #[error("it could not be removed: {0}")]
    Commit(#[from] CallError),
    /// The file.
    #[error("the archive cannot be written: {0}")]
    Io(#[from] std::io::Error),
    /// What is to be archived cannot be written as JSON.
    #[error("it cannot be written: {0}")]
    Unwritable(#[from] serde_json::Error),
    /// The journal does not hold, and is left for whoever looks into it.
    #[error("the journal is broken, and is left as it is: {0}")]
    Journal(String),
}

impl From<BadCheckpoint> for ArchiveError {
    fn from(why: BadCheckpoint) -> Self {
        Self::Journal(format!("its cut says nothing: {why}"))
    }
}
