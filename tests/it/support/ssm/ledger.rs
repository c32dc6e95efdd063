//! What was executed, on disk: it outlives whatever is killed.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

/// One execution on one machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    pub command_id: String,
    pub comment: String,
    pub instance_id: String,
    pub role_arn: String,
    /// Of the command's lines, joined by line feeds.
    pub commands_sha256: String,
    /// Of the document that it was to be, where that was said.
    pub document_hash: Option<String>,
}

/// What stands in a ledger of executions with a comment.
pub fn executions(path: &Path, comment: &str) -> Vec<Execution> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let all = text
        .lines()
        .map(|line| serde_json::from_str::<Execution>(line).unwrap());
    all.filter(|execution| execution.comment == comment).collect()
}

pub(super) struct Ledger {
    path: PathBuf,
    file: Mutex<File>,
}

impl Ledger {
    pub(super) fn open(path: &Path) -> Self {
        let file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        Self {
            path: path.to_owned(),
            file: Mutex::new(file),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a line; it is on the disk afterwards.
    pub(super) fn add(&self, execution: &Execution) {
        let mut line = serde_json::to_vec(execution).unwrap();
        line.push(b'\n');
        let mut file = self.file.lock().unwrap();
        file.write_all(&line).unwrap();
        file.sync_all().unwrap();
    }
}
