//! The store of one process, of whichever engine the settings name.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;

use actors::port::{Clock, Error, Store};
use secrecy::SecretString;
use uuid::Uuid;

use super::lock::DirectoryLock;
use super::mongo::{Identity, MongoError, MongoStore};
use super::sqlite::{OpenError, SqliteStore};

/// Why a store was not opened.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The directory, or the embedded store in it.
    #[error("{directory}: {error}")]
    Directory {
        /// Which.
        directory: String,
        /// Why.
        error: OpenError,
    },
    /// The database.
    #[error(transparent)]
    Mongo(#[from] MongoError),
}

impl StoreError {
    /// Whether another process holds the directory.
    pub fn is_held(&self) -> bool {
        let held = |error: &OpenError| matches!(error, OpenError::Held { .. });
        matches!(self, Self::Directory { error, .. } if held(error))
    }
}

/// An open store. The directory is this process's own in either case: it holds the server's key and its
/// admin socket.
#[derive(Debug)]
pub enum OpenStore {
    /// The embedded store, in the directory.
    Sqlite(Arc<SqliteStore>),
    /// A MongoDB database, with the directory beside it.
    Mongo(Arc<MongoStore>, DirectoryLock),
}

impl OpenStore {
    /// Opens the database of a URL where there is one, else the embedded store of a directory, which is
    /// made (mode 0700) where it is missing. Where others reach this process, it shares the database with them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open(
        directory: &Path,
        mongo: Option<&SecretString>,
        node_url: Option<String>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        let of_directory = |error: OpenError| StoreError::Directory {
            directory: directory.display().to_string(),
            error,
        };
        let Some(url) = mongo else {
            let store = SqliteStore::open(directory, clock).map_err(of_directory)?;
            return Ok(Self::Sqlite(store));
        };
        let made = DirBuilder::new().recursive(true).mode(0o700).create(directory);
        made.map_err(|error| of_directory(error.into()))?;
        let lock = DirectoryLock::take(directory).map_err(|error| of_directory(error.into()))?;
        let name = node_name(directory).map_err(|error| of_directory(error.into()))?;
        let store = MongoStore::open_as(Identity { name, url: node_url }, url, clock).await?;
        Ok(Self::Mongo(store, lock))
    }

    /// What the runtime sees of it.
    pub fn port(&self) -> Arc<dyn Store> {
        match self {
            Self::Sqlite(store) => store.clone(),
            Self::Mongo(store, _) => store.clone(),
        }
    }

    /// The names of the nodes that share it now.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn nodes(&self) -> Result<Vec<String>, Error> {
        match self {
            Self::Sqlite(_) => Ok(Vec::new()),
            Self::Mongo(store, _) => store.nodes().await,
        }
    }

    /// Which engine it is, for people.
    pub fn engine(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Mongo(..) => "mongodb",
        }
    }

    /// Returns, with the reason, when the store has failed for good and the process should end. A database
    /// that is away comes back.
    pub async fn failed(&self) -> String {
        match self {
            Self::Sqlite(store) => store.failed().await,
            Self::Mongo(store, _) => store.failed().await,
        }
    }

    /// Does what was handed in before, and lets everything go.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(store) => store.close(),
            Self::Mongo(store, _) => store.close().await,
        }
    }
}

/// This node's name among those that share a database, made at the first start: whoever starts again in the same directory
/// has at once what it had.
fn node_name(directory: &Path) -> io::Result<String> {
    let path = directory.join("node");
    match fs::read_to_string(&path) {
        Ok(name) if !name.trim().is_empty() => return Ok(name.trim().to_owned()),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let name = Uuid::new_v4().to_string();
    fs::write(&path, &name)?;
    Ok(name)
}
