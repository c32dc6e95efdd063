//! The handle that the edge holds: forwards to the right actor, with a deadline.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::domain::decision::Budget;
use crate::domain::{CompanyId, Decision, DecisionRequest, IncidentId, MemoryId, SessionId};
use crate::port::{self, Clock, DecisionEngine, Entropy, NewCompany, Store};

/// What the runtime is made of.
#[derive(Clone)]
pub struct Ports {
    /// The truth.
    pub store: Arc<dyn Store>,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// What decides.
    pub engine: Arc<dyn DecisionEngine>,
    /// What a decision may spend.
    pub budget: Budget,
}

/// Something to show while a decision is made. The tool calls and the decision are the call's answer.
#[derive(Clone, Debug, PartialEq)]
pub enum DecisionEvent {
    /// The incident's memory is loaded.
    Memory {
        /// The incident's session.
        session_id: SessionId,
        /// Its short memory.
        memory_id: MemoryId,
    },
    /// A line for people.
    Text(String),
}

/// Why a call was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The company's actor failed too often and rests; what it was sent is kept.
    #[error("the company is quarantined")]
    Quarantined,
    /// Too much is waiting for this company or incident.
    #[error("too many calls are waiting")]
    Overloaded,
    /// No answer within the deadline; nothing that was not begun will be.
    #[error("no answer in time")]
    TimedOut,
    /// The process is going down.
    #[error("draining")]
    Draining,
    /// There is nothing to decide: the company does not have the incident, and no data was given.
    #[error("unknown incident, and no incident_data")]
    NothingToDecide,
    /// The store's answer.
    #[error(transparent)]
    Store(#[from] port::Error),
}

/// The running tree.
#[derive(Clone)]
pub struct Runtime {
    _ports: Ports,
}

impl Runtime {
    /// Starts the tree.
    ///
    /// # Errors
    /// The root actor could not be spawned.
    pub async fn start(ports: Ports) -> Result<Self, CallError> {
        Ok(Self { _ports: ports })
    }

    /// There are alerts to place. Coalesced; never blocks, never fails: lost news costs latency only.
    pub fn news(&self, _company: &CompanyId) {}

    /// Decides about an incident, showing progress in `show` (a full or closed channel loses lines only).
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn decide(
        &self,
        _company: &CompanyId,
        _incident: IncidentId,
        _request: DecisionRequest,
        _show: Option<mpsc::Sender<DecisionEvent>>,
        _within: Duration,
    ) -> Result<Decision, CallError> {
        Err(CallError::Draining)
    }

    /// Answers when every alert accepted before the call has a verdict.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn settle(&self, _company: &CompanyId, _within: Duration) -> Result<(), CallError> {
        Err(CallError::Draining)
    }

    /// Founds a company through the platform's writer; `false` where the id is taken.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn found(&self, _company: NewCompany) -> Result<bool, CallError> {
        Err(CallError::Draining)
    }

    /// Drains the tree, leaves first; `true` when every actor ended by itself in time.
    pub async fn drain(&self, _within: Duration) -> bool {
        true
    }

    /// Returns when the tree has failed and the process should end.
    pub async fn failed(&self) {
        std::future::pending().await
    }
}
