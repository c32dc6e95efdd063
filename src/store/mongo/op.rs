//! One operation of a company's writer, and the one who waits for its answer.

use actors::domain::AlertId;
use actors::port::roster::NewCompany;
use actors::port::writer::{Changed, IncidentChange, PlaceBatch, Placed, Regroup};
use actors::port::{Amended, Amendment, Error};
use tokio::time::Instant;

use crate::store::slot::Slot;

/// One operation.
#[derive(Debug)]
pub(super) enum Op {
    /// Answer in turn: the head's `joinable_no`.
    Barrier(Slot<u64>),
    /// Place a batch.
    Place(Box<PlaceBatch>, Slot<Placed>),
    /// Change an incident.
    Change(Box<IncidentChange>, Option<Instant>, Slot<Changed>),
    /// Merge or split incidents.
    Regroup(Box<Regroup>, Option<Instant>, Slot<bool>),
    /// Take a dead letter's verdict back.
    Release(AlertId, Slot<bool>),
    /// Change the company's settings and records.
    Amend(Box<Amendment>, Option<Instant>, Slot<Amended>),
    /// Found a company.
    Found(Box<NewCompany>, Slot<bool>),
}

impl Op {
    /// Whether it has a transaction of its own: what it reads or moves is not worked out in memory.
    pub(super) fn is_alone(&self) -> bool {
        match self {
            Self::Regroup(..) | Self::Release(..) | Self::Amend(..) | Self::Found(..) => true,
            Self::Change(change, ..) => change.guard.is_some() || !change.puts.is_empty(),
            Self::Barrier(_) | Self::Place(..) => false,
        }
    }

    /// Notes that it was not done.
    pub(super) fn refuse(&mut self, error: Error) {
        match self {
            Self::Barrier(slot) => slot.note(Err(error)),
            Self::Place(_, slot) => slot.note(Err(error)),
            Self::Change(.., slot) => slot.note(Err(error)),
            Self::Amend(.., slot) => slot.note(Err(error)),
            Self::Regroup(.., slot) | Self::Release(_, slot) | Self::Found(_, slot) => slot.note(Err(error)),
        }
    }

    /// Tells who waits.
    pub(super) fn answer(self) {
        match self {
            Self::Barrier(slot) => slot.answer(),
            Self::Place(_, slot) => slot.answer(),
            Self::Change(.., slot) => slot.answer(),
            Self::Amend(.., slot) => slot.answer(),
            Self::Regroup(.., slot) | Self::Release(_, slot) | Self::Found(_, slot) => slot.answer(),
        }
    }
}
