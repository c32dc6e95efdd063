//! A file of an archive: written under another name, flushed, and there only when it is whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Bytes that are left free on the disk of the archives: the store may be on it.
const RESERVE: u64 = 256 << 20;

/// What the name of a file that is not whole ends with, for the server with this public key, and for its node of this
/// name: others may share the directory.
pub(super) fn partial(public_key: &str, node: Option<&str>) -> String {
    let key = public_key.get(..16).unwrap_or(public_key);
    match node {
        Some(node) => format!(".{key}-{}.partial", hex::encode(&Sha256::digest(node)[..8])),
        None => format!(".{key}.partial"),
    }
}

/// A file that is being written; dropped before it is closed, it is removed.
pub(super) struct ArchiveFile {
    name: String,
    path: PathBuf,
    partial: PathBuf,
    to: BufWriter<File>,
    sha256: Sha256,
    is_whole: bool,
}

/// A file that is whole, and on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Archived {
    /// Its name in the directory of archives.
    pub(super) name: String,
    /// SHA-256 of all of it, in hex.
    pub(super) sha256: String,
}

impl ArchiveFile {
    /// Begins a file that there must not be yet; the directory is made where it is missing.
    pub(super) fn begin(dir: &Path, name: String, partial: &str) -> io::Result<Self> {
        make(dir)?;
        leave_room(dir)?;
        let path = dir.join(&name);
        if path.try_exists()? {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, name));
        }
        let partial = dir.join(format!("{name}{partial}"));
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&partial)?;
        Ok(Self {
            name,
            path,
            partial,
            to: BufWriter::new(file),
            sha256: Sha256::new(),
            is_whole: false,
        })
    }

    /// Writes lines, each with its end.
    pub(super) fn write(&mut self, lines: &str) -> io::Result<()> {
        self.path.parent().map_or(Ok(()), leave_room)?;
        self.sha256.update(lines);
        self.to.write_all(lines.as_bytes())
    }

    /// The hash of what was written so far.
    pub(super) fn sha256(&self) -> [u8; 32] {
        self.sha256.clone().finalize().into()
    }

    /// Flushes it to the disk, and gives it its name.
    pub(super) fn close(mut self) -> io::Result<Archived> {
        self.to.flush()?;
        self.to.get_ref().sync_all()?;
        fs::rename(&self.partial, &self.path)?;
        self.is_whole = true;
        if let Some(dir) = self.path.parent() {
            File::open(dir)?.sync_all()?;
        }
        Ok(Archived {
            name: std::mem::take(&mut self.name),
            sha256: hex::encode(self.sha256()),
        })
    }
}

impl Drop for ArchiveFile {
    fn drop(&mut self) {
        if !self.is_whole
            && let Err(error) = fs::remove_file(&self.partial)
        {
            tracing::warn!(%error, file = %self.partial.display(), "an unfinished archive cannot be removed");
        }
    }
}

/// Refuses to write where too little would be left.
fn leave_room(dir: &Path) -> io::Result<()> {
    let disk = rustix::fs::statvfs(dir)?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    if free >= RESERVE {
        return Ok(());
    }
    let why = format!("{} MiB are left there, and {} are to be", free >> 20, RESERVE >> 20);
    Err(io::Error::new(io::ErrorKind::StorageFull, why))
}

/// Makes the directory where it is missing, readable by its owner alone.
fn make(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    dir.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all())
}

/// Makes the directory where it is missing, and removes what the end of an earlier process has left unfinished: files
/// whose names end so.
pub(super) fn prepare(dir: &Path, partial: &str) -> io::Result<()> {
    make(dir)?;
    for file in fs::read_dir(dir)? {
        let file = file?;
        if file.file_type()?.is_file() && file.file_name().to_string_lossy().ends_with(partial) {
            fs::remove_file(file.path())?;
        }
    }
    Ok(())
}
