//! The other nodes, for what is done beside requests: a company's tenant may be at one of them.

use std::time::Duration;

use async_trait::async_trait;

use super::{Amended, Amendment, Error};
use crate::domain::{CompanyId, Timestamp};

/// The other nodes.
#[async_trait]
pub trait Peers: Send + Sync {
    /// Amends a company's records and journal through the node that is reached at `url` and has it; `now` by the store's
    /// clock.
    ///
    /// # Errors
    /// [`Error::Elsewhere`] where it does not have it either, [`Error::Unavailable`] where nothing was sent, and
    /// [`Error::Unknown`] where the answer was lost. Those of the commit.
    async fn amend(
        &self,
        url: &str,
        company: &CompanyId,
        amendment: &Amendment,
        (within, now): (Duration, Timestamp),
    ) -> Result<Amended, Error>;
}

/// Those of a process that shares its store with nobody.
pub struct NoPeers;

#[async_trait]
impl Peers for NoPeers {
    async fn amend(&self, url: &str, _: &CompanyId, _: &Amendment, _: (Duration, Timestamp)) -> Result<Amended, Error> {
        Err(Error::Elsewhere(Some(url.to_owned())))
    }
}
