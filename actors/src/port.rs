//! What the runtime needs of the world. Adapters live outside this crate.
//!
//! Invariants: a [`Reader`] and a [`Writer`] are made for one company and can reach no other, an
//! [`EventReader`] for the companies that its principal may read; only the [`Roster`] and the feed
//! look across companies, and no client holds them. A company's state changes
//! through its `Writer` alone; accepting alerts is an insert and goes through the [`Inbox`].

pub mod clock;
pub mod cloud;
pub mod courier;
pub mod engine;
pub mod events;
pub mod inbox;
mod kept;
pub mod members;
pub mod model;
pub mod notices;
pub mod own_runbook;
pub mod peers;
pub mod reader;
pub mod recall;
pub mod record;
pub mod roster;
pub mod writer;

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::broadcast;

use crate::domain::CompanyId;

pub use clock::{Clock, Entropy};
pub use courier::Courier;
pub use engine::{DecisionEngine, EngineEvent, EngineInput, Verdict};
pub use events::{Committed, CompanySet, EventReader};
pub use inbox::{Accepted, Delivery, Inbox};
pub use members::{Living, Members, Node};
pub use notices::Notices;
pub use peers::Peers;
pub use reader::Reader;
pub use recall::{Candidate, Candidates, Counts, Lookup};
pub use record::{Amended, Amendment, Cut, Kept, Put, Record, RecordKind, SeenIncident};
pub use roster::{Due, DueWork, NewCompany, Roster};
pub use writer::Writer;

/// What a store answers instead of a result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A later incarnation has acquired this company; this writer is over.
    #[error("fenced by a later writer")]
    Fenced,
    /// It may or may not have happened; who gets this loads its state again.
    #[error("the outcome of the commit is unknown")]
    Unknown,
    /// The store is away, full or closing; nothing happened.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// The call's deadline had passed before the commit began; nothing happened.
    #[error("the deadline had passed")]
    DeadlinePassed,
    /// More is waiting than may wait; nothing happened.
    #[error("too much is waiting")]
    Overloaded,
    /// There is no such company.
    #[error("there is no such company")]
    NoSuchCompany,
    /// Another node that lives has the company; where it is reached, if it is.
    #[error("another node has the company")]
    Elsewhere(Option<String>),
    /// A stored value cannot be read; a person has to look.
    #[error("a stored value cannot be read: {0}")]
    Corrupt(String),
}

/// A store: the one truth of all companies.
#[async_trait]
pub trait Store: Inbox + Roster + Members {
    /// Queries made for one company. Nothing of another company can be reached through it.
    fn reader(&self, company: &CompanyId) -> Arc<dyn Reader>;

    /// Becomes the company's only writer: raises the head's epoch, so that an older incarnation
    /// is [`Error::Fenced`] from then on. [`CompanyId::platform`] is always there.
    ///
    /// # Errors
    /// [`Error::NoSuchCompany`], [`Error::Elsewhere`] (never of the platform), [`Error::Unavailable`].
    async fn acquire(&self, company: &CompanyId) -> Result<Arc<dyn Writer>, Error>;

    /// The journal entries of a set of companies, in the order of commits. Nothing of another company
    /// can be reached through it.
    fn events(&self, companies: &CompanySet) -> Arc<dyn EventReader>;

    /// What every company commits from now on, in that order, after it is durable. A receiver that
    /// falls behind is told so by the channel and reads [`Store::events`] instead.
    fn feed(&self) -> broadcast::Receiver<Arc<Committed>>;
}
