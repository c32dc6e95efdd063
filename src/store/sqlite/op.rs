//! One operation of the writer, and the one who waits for its answer.

use std::sync::Arc;

use actors::domain::{AlertId, Timestamp};
use actors::port::inbox::{Accepted, Delivery};
use actors::port::roster::NewCompany;
use actors::port::writer::{Changed, IncidentChange, PlaceBatch, Placed, Regroup};
use actors::port::{Amended, Amendment, Error};
use tokio::time::Instant;

use super::fault::Fault;
use super::shared::Cell;
use crate::store::slot::Slot;

/// Notes an outcome. A refusal is one; only a failed statement is passed on.
pub(super) fn note<T>(slot: &mut Slot<T>, result: Result<T, Fault>) -> Result<(), Fault> {
    match result {
        Ok(value) => slot.note(Ok(value)),
        Err(Fault::Answer(error)) => slot.note(Err(error)),
        Err(fault) => return Err(fault),
    }
    Ok(())
}

/// One operation of the writer.
#[derive(Debug)]
pub(super) enum Op {
    /// Accept a delivery.
    Accept(Arc<Cell>, Box<Delivery>, Slot<Accepted>),
    /// Become the company's writer: its epoch.
    Acquire(Arc<Cell>, Slot<u64>),
    /// Answer in turn: the head's `joinable_no`.
    Barrier(Arc<Cell>, u64, Slot<u64>),
    /// Place a batch.
    Place(Arc<Cell>, u64, Box<PlaceBatch>, Slot<Placed>),
    /// Change an incident.
    Change(Arc<Cell>, u64, Box<IncidentChange>, Option<Instant>, Slot<Changed>),
    /// Merge or split incidents.
    Regroup(Arc<Cell>, u64, Box<Regroup>, Option<Instant>, Slot<bool>),
    /// Take a dead letter's verdict back.
    Release(Arc<Cell>, u64, AlertId, Slot<bool>),
    /// Change the company's settings and records.
    Amend(Arc<Cell>, u64, Box<Amendment>, Option<Instant>, Slot<Amended>),
    /// Found a company.
    Found(Arc<Cell>, u64, Box<NewCompany>, Slot<bool>),
    /// Forget some of what has expired: whether more is left.
    Forget(Timestamp, Slot<bool>),
}

impl Op {
    /// Whose queue it stands in; `None` for accepts, which go first.
    pub(super) fn company(&self) -> Option<i64> {
        match self {
            Self::Accept(..) => None,
            Self::Forget(..) => Some(0),
            Self::Acquire(cell, _)
            | Self::Barrier(cell, ..)
            | Self::Place(cell, ..)
            | Self::Change(cell, ..)
            | Self::Regroup(cell, ..)
            | Self::Release(cell, ..)
            | Self::Amend(cell, ..)
            | Self::Found(cell, ..) => Some(cell.no),
        }
    }

    /// Notes that it was not done.
    pub(super) fn refuse(&mut self, error: Error) {
        match self {
            Self::Accept(.., slot) => slot.note(Err(error)),
            Self::Acquire(.., slot) | Self::Barrier(.., slot) => slot.note(Err(error)),
            Self::Place(.., slot) => slot.note(Err(error)),
            Self::Change(.., slot) => slot.note(Err(error)),
            Self::Regroup(.., slot) | Self::Release(.., slot) => slot.note(Err(error)),
            Self::Amend(.., slot) => slot.note(Err(error)),
            Self::Found(.., slot) | Self::Forget(.., slot) => slot.note(Err(error)),
        }
    }

    /// Tells who waits.
    pub(super) fn answer(self) {
        match self {
            Self::Accept(.., slot) => slot.answer(),
            Self::Acquire(.., slot) | Self::Barrier(.., slot) => slot.answer(),
            Self::Place(.., slot) => slot.answer(),
            Self::Change(.., slot) => slot.answer(),
            Self::Regroup(.., slot) | Self::Release(.., slot) => slot.answer(),
            Self::Amend(.., slot) => slot.answer(),
            Self::Found(.., slot) | Self::Forget(.., slot) => slot.answer(),
        }
    }
}
