//! How far a transaction has come, and where a test may end the process: between every two steps.

use actors::port::RecordKind;
use actors::port::writer::IncidentChange;

use crate::failpoint;

/// A step of a transaction, behind which the process may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Step {
    /// An operation is about to be run.
    Received,
    /// Everything of it is written.
    Written,
    /// It is durable.
    Committed,
    /// It is seen.
    Published,
}

impl Step {
    /// For a delivery.
    pub(in crate::store) fn of_an_accept(self) {
        match self {
            Self::Received => failpoint!("accept.received"),
            Self::Written => failpoint!("accept.written"),
            Self::Committed => failpoint!("accept.committed"),
            Self::Published => failpoint!("accept.published"),
        }
    }

    /// For a batch of verdicts.
    pub(in crate::store) fn of_a_placement(self) {
        match self {
            Self::Received => failpoint!("place.received"),
            Self::Written => failpoint!("place.written"),
            Self::Committed => failpoint!("place.committed"),
            Self::Published => failpoint!("place.published"),
        }
    }

    /// For a change of an incident that makes something of a run durable: its intent, its command, its end.
    pub(in crate::store) fn of_a_run(self) {
        match self {
            Self::Received => failpoint!("run.received"),
            Self::Written => failpoint!("run.written"),
            Self::Committed => failpoint!("run.committed"),
            Self::Published => failpoint!("run.published"),
        }
    }

    /// For a change of an incident.
    pub(in crate::store) fn of_a_change(self) {
        match self {
            Self::Received => failpoint!("change.received"),
            Self::Written => failpoint!("change.written"),
            Self::Committed => failpoint!("change.committed"),
            Self::Published => failpoint!("change.published"),
        }
    }

    /// For what a change is.
    pub(in crate::store) fn of(self, change: &IncidentChange) {
        self.of_a_change();
        if change.puts.iter().any(|put| put.kind == RecordKind::Runs) {
            self.of_a_run();
        }
    }
}
