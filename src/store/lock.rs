//! One process per directory.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

/// Holds a directory until dropped. The operating system lets go of it when the process dies, so a
/// crash leaves nothing to clean up.
#[derive(Debug)]
pub struct DirectoryLock {
    _file: File,
}

/// Why a directory was not taken.
#[derive(Debug)]
pub(crate) enum LockError {
    /// Another process has it; its id, where it could be read.
    Held(Option<u32>),
    /// The lock file could not be used.
    Io(io::Error),
}

impl From<io::Error> for LockError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl DirectoryLock {
    /// Takes `DIR/lock` and writes our process id into it.
    pub(crate) fn take(dir: &Path) -> Result<Self, LockError> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(dir.join("lock"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                file.take(32).read_to_string(&mut holder)?;
                return Err(LockError::Held(holder.trim().parse().ok()));
            }
            Err(TryLockError::Error(error)) => return Err(LockError::Io(error)),
        }
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "{}", std::process::id())?;
        Ok(Self { _file: file })
    }
}
