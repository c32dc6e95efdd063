//! Who commits what is changed of people: the runtime, or, where no server runs, the store's own writer.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::CompanyId;
use actors::port::{Amended, Amendment, Error, Record, RecordKind, Store, Writer};
use actors::runtime::{CallError, Runtime};
use async_trait::async_trait;

use super::people::People;

/// How long a change may take.
const WITHIN: Duration = Duration::from_secs(10);

/// Who commits to the platform's records and journal.
#[async_trait]
pub trait Platform: Send + Sync + 'static {
    /// Commits; in force when this returns.
    ///
    /// # Errors
    /// [`CallError`].
    async fn amend(&self, amendment: Amendment) -> Result<Amended, CallError>;

    /// A record as it is now, where others may have changed it since it was heard of; nothing where nobody may.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    async fn latest(&self, kind: RecordKind, id: &str) -> Result<Option<Record>, Error>;

    /// As [`Self::latest`], by the record's lookup text.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Corrupt`].
    async fn found(&self, kind: RecordKind, lookup: &str) -> Result<Option<Record>, Error>;
}

/// The platform of a running server.
pub struct Served {
    /// Commits.
    pub runtime: Runtime,
    /// Is read where other nodes write to it.
    pub store: Arc<dyn Store>,
}

#[async_trait]
impl Platform for Served {
    async fn amend(&self, amendment: Amendment) -> Result<Amended, CallError> {
        self.runtime.amend(&CompanyId::platform(), amendment, WITHIN).await
    }

    async fn latest(&self, kind: RecordKind, id: &str) -> Result<Option<Record>, Error> {
        match self.runtime.shares() {
            true => self.store.reader(&CompanyId::platform()).record(kind, id).await,
            false => Ok(None),
        }
    }

    async fn found(&self, kind: RecordKind, lookup: &str) -> Result<Option<Record>, Error> {
        match self.runtime.shares() {
            true => self.store.find_record(kind, lookup).await,
            false => Ok(None),
        }
    }
}

/// The store's own writer, for a command beside no server.
pub struct Alone {
    writer: Arc<dyn Writer>,
    people: Arc<People>,
}

impl Alone {
    /// Becomes the platform's writer.
    ///
    /// # Errors
    /// Those of the port.
    pub async fn on(store: &dyn Store, people: Arc<People>) -> Result<Self, Error> {
        let writer = store.acquire(&CompanyId::platform()).await?;
        Ok(Self { writer, people })
    }
}

#[async_trait]
impl Platform for Alone {
    async fn amend(&self, amendment: Amendment) -> Result<Amended, CallError> {
        let amended = self.writer.amend(amendment.clone(), None).await?;
        if amended == Amended::Done {
            self.people.amended(&amendment);
        }
        Ok(amended)
    }

    async fn latest(&self, _: RecordKind, _: &str) -> Result<Option<Record>, Error> {
        Ok(None)
    }

    async fn found(&self, _: RecordKind, _: &str) -> Result<Option<Record>, Error> {
        Ok(None)
    }
}
