//! The nodes that share a store, and for how long each is believed to live.

use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::broadcast;

use super::Error;
use crate::domain::{CompanyId, Timestamp};

/// How long a node is believed to live since it last said so, by the store's clock.
pub const LEASE: Duration = Duration::from_secs(3);

/// A node that lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its name, which is the same after a restart.
    pub name: String,
    /// Where the others reach it; nothing where they do not.
    pub url: Option<String>,
    /// It gives up what it has, and takes nothing.
    pub draining: bool,
}

/// Those that live, as the store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Living {
    /// In the order of their names.
    pub nodes: Vec<Node>,
    /// The store's clock.
    pub now: Timestamp,
}

/// Who shares a store. What keeps two nodes from writing for one company at once is the head's epoch; leases keep them
/// from taking companies from each other all the time.
#[async_trait]
pub trait Members: Send + Sync {
    /// This node's name; nothing where the store is one process's alone.
    fn me(&self) -> Option<&str>;

    /// Takes this node's lease or makes it longer: all that live now.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    async fn renew(&self, draining: bool) -> Result<Living, Error>;

    /// Ends this node's lease: what it has may be taken at once.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    async fn leave(&self) -> Result<(), Error>;

    /// Companies that another node has accepted alerts for, as soon as that is heard of. It may be lost: the sweep finds
    /// them too. Over where the store is one process's alone.
    fn arrivals(&self) -> broadcast::Receiver<CompanyId>;

    /// A company that this node has acquired may be taken at once.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    async fn give_up(&self, company: &CompanyId) -> Result<(), Error>;
}
