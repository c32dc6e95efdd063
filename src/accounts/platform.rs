//! Who commits what is changed of people: the runtime, or, where no server runs, the store's own writer.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::CompanyId;
use actors::port::{Amended, Amendment, Error, Store, Writer};
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
}

#[async_trait]
impl Platform for Runtime {
    async fn amend(&self, amendment: Amendment) -> Result<Amended, CallError> {
        Runtime::amend(self, &CompanyId::platform(), amendment, WITHIN).await
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
}
