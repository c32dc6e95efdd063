//! A store that is only looked at, by who verifies its journals: nothing is written, whether a server holds it or not.

use std::path::Path;

use actors::domain::{CompanyId, Entry};
use actors::port::reader::{Page, PageRequest};
use actors::port::{Error, Record};
use async_trait::async_trait;
use secrecy::SecretString;

use super::StoreError;
use super::mongo::MongoEvidence;
use super::sqlite::SqliteEvidence;
use crate::audit::walk::Journals;

/// The journals of a store of either engine.
#[derive(Debug)]
pub enum Evidence {
    /// Of a directory.
    Sqlite(SqliteEvidence),
    /// Of a database.
    Mongo(MongoEvidence),
}

impl Evidence {
    /// Opens the database of a URL where there is one, else the embedded store of a directory. Makes nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open(directory: &Path, mongo: Option<&SecretString>) -> Result<Self, StoreError> {
        if let Some(url) = mongo {
            return Ok(Self::Mongo(MongoEvidence::open(url).await?));
        }
        let opened = SqliteEvidence::open(directory).map_err(|error| StoreError::Directory {
            directory: directory.display().to_string(),
            error,
        });
        opened.map(Self::Sqlite)
    }
}

#[async_trait]
impl Journals for Evidence {
    async fn companies(&self) -> Result<Vec<CompanyId>, Error> {
        match self {
            Self::Sqlite(store) => store.companies(),
            Self::Mongo(store) => store.companies().await,
        }
    }

    async fn cut(&self, company: &CompanyId) -> Result<Option<Record>, Error> {
        match self {
            Self::Sqlite(store) => store.cut(company),
            Self::Mongo(store) => store.cut(company).await,
        }
    }

    async fn journal(&self, company: &CompanyId, page: PageRequest) -> Result<Page<Entry>, Error> {
        match self {
            Self::Sqlite(store) => store.journal(company, page),
            Self::Mongo(store) => store.journal(company, page).await,
        }
    }
}
