//! What the runtime itself keeps as records: runs, what keeps them from machines, consent to them, what they have taught, and who is told.

use super::{Kept, RecordKind};
use crate::domain::channel::Channel;
use crate::domain::notice::{Delivery, Notice};
use crate::domain::outcome::{Effectiveness, LongMemory};
use crate::domain::run::{Lock, UnderWay};
use crate::domain::trace::KeptTrace;
use crate::domain::{Approval, Run, Ticket, Timestamp};
use crate::limits::TRACE_KEPT;

impl Kept for Run {
    const KIND: RecordKind = RecordKind::Runs;

    fn id(&self) -> String {
        self.run_id.to_string()
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.kept_until
    }
}

impl Kept for Lock {
    const KIND: RecordKind = RecordKind::Locks;

    fn id(&self) -> String {
        Self::id(self)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.until
    }
}

impl Kept for UnderWay {
    const KIND: RecordKind = RecordKind::Locks;

    fn id(&self) -> String {
        Self::ID.to_owned()
    }

    fn expires_at(&self) -> Option<Timestamp> {
        None
    }
}

impl Kept for Approval {
    const KIND: RecordKind = RecordKind::Approvals;

    fn id(&self) -> String {
        self.approval_id.to_string()
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.kept_until)
    }
}

impl Kept for Effectiveness {
    const KIND: RecordKind = RecordKind::Outcomes;

    fn id(&self) -> String {
        Self::id_of(&self.runbook_id, &self.signature)
    }
}

impl Kept for KeptTrace {
    const KIND: RecordKind = RecordKind::Traces;

    fn id(&self) -> String {
        self.decision_id.to_string()
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.created_at.plus(TRACE_KEPT))
    }
}

impl Kept for LongMemory {
    const KIND: RecordKind = RecordKind::LongMemory;

    fn id(&self) -> String {
        self.memory_id.to_string()
    }
}

impl Kept for Channel {
    const KIND: RecordKind = RecordKind::Channels;

    fn id(&self) -> String {
        self.name.clone()
    }
}

impl Kept for Notice {
    const KIND: RecordKind = RecordKind::Notices;

    fn id(&self) -> String {
        self.delivery_id.to_string()
    }
}

impl Kept for Delivery {
    const KIND: RecordKind = RecordKind::Notified;

    fn id(&self) -> String {
        self.notice.delivery_id.to_string()
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.kept_until())
    }
}

impl Kept for Ticket {
    const KIND: RecordKind = RecordKind::Tickets;

    fn id(&self) -> String {
        Self::id_of(&self.channel, &self.incident_id)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.kept_until())
    }
}
