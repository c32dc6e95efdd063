//! The tenant's table of incidents: running, leaving, or resting after too many failures.
//!
//! What is sent to one that is leaving is parked, and given to the next incarnation once the end of
//! the last is known: two incarnations of one incident never run at once.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ractor::{Actor, ActorId, ActorProcessingErr, ActorRef, MessagingErr};
use tokio::time::Instant;

use super::{TenantMsg, refuse};
use crate::domain::IncidentId;
use crate::incident::{IncidentActor, IncidentArgs, IncidentMsg};
use crate::limits::PARKED_MESSAGES;
use crate::runtime::CallError;
use crate::supervision::Budget;

/// How long an incident rests after too many failures.
pub(super) const REST: Duration = Duration::from_secs(300);

/// One incident's seat.
struct Seat {
    actor: ActorRef<IncidentMsg>,
    news: Arc<AtomicBool>,
    budget: Budget,
    restarts: u32,
    /// It has been told to leave, or is seen to have gone; what is sent now waits here.
    parked: Option<Vec<IncidentMsg>>,
}

/// What the end of a child means.
pub(super) enum Ended {
    /// Not one of these.
    Unknown,
    /// It left, and nothing waits for it.
    Gone,
    /// It is to be started again.
    Again {
        /// Which.
        incident: IncidentId,
        /// What waits for it.
        parked: Vec<IncidentMsg>,
        /// What is left of its restarts.
        budget: Budget,
        /// How often it has been restarted.
        restarts: u32,
    },
    /// It failed too often.
    Spent {
        /// Which.
        incident: IncidentId,
    },
}

/// The table.
#[derive(Default)]
pub(super) struct Children {
    seats: HashMap<IncidentId, Seat>,
    by_actor: HashMap<ActorId, IncidentId>,
    resting: HashMap<IncidentId, Instant>,
}

impl Children {
    pub(super) fn is_empty(&self) -> bool {
        self.seats.is_empty()
    }

    /// Those that are in memory.
    pub(super) fn living(&self) -> Vec<IncidentId> {
        self.seats.keys().cloned().collect()
    }

    /// Whether it rests after too many failures.
    pub(super) fn is_resting(&mut self, incident: &IncidentId) -> bool {
        let resting = self.resting.get(incident).is_some_and(|until| *until > Instant::now());
        if !resting {
            self.resting.remove(incident);
        }
        resting
    }

    /// Sends or parks; gives the message back where a new actor is needed for it.
    pub(super) fn send(&mut self, incident: &IncidentId, msg: IncidentMsg) -> Option<IncidentMsg> {
        if self.is_resting(incident) {
            refuse(msg, CallError::NeedsHuman);
            return None;
        }
        let Some(seat) = self.seats.get_mut(incident) else {
            return Some(msg);
        };
        if let Some(parked) = &mut seat.parked {
            park(parked, msg);
            return None;
        }
        if matches!(msg, IncidentMsg::News(_)) && seat.news.swap(true, Ordering::SeqCst) {
            return None;
        }
        // It has gone and its end is on the way: what was sent waits for the next incarnation.
        if let Err(MessagingErr::SendErr(msg)) = seat.actor.cast(msg) {
            seat.parked = Some(vec![msg]);
        }
        None
    }

    pub(super) async fn start(
        &mut self,
        me: &ActorRef<TenantMsg>,
        incident: IncidentId,
        args: IncidentArgs,
        news: Arc<AtomicBool>,
        first: Vec<IncidentMsg>,
        budget: Budget,
    ) -> Result<(), ActorProcessingErr> {
        let restarts = args.restarts;
        let (actor, _) = Actor::spawn_linked(None, IncidentActor, args, me.get_cell()).await?;
        self.by_actor.insert(actor.get_id(), incident.clone());
        for msg in first {
            actor.cast(msg).map_err(|error| error.to_string())?;
        }
        self.seats.insert(
            incident,
            Seat {
                actor,
                news,
                budget,
                restarts,
                parked: None,
            },
        );
        Ok(())
    }

    /// Stops sending to an incident and lets it handle what was sent before. With `child`, only if
    /// that is the incarnation that runs.
    pub(super) fn retire(&mut self, incident: &IncidentId, child: Option<ActorId>) {
        let Some(seat) = self.seats.get_mut(incident) else {
            return;
        };
        if child.is_some_and(|child| child != seat.actor.get_id()) || seat.parked.is_some() {
            return;
        }
        seat.parked = Some(Vec::new());
        drop(seat.actor.cast(IncidentMsg::Drain));
    }

    /// Judges a child's end, behind its messages.
    pub(super) fn ended(&mut self, child: ActorId, failed: bool, now: Instant) -> Ended {
        let Some(incident) = self.by_actor.remove(&child) else {
            return Ended::Unknown;
        };
        let Some(seat) = self.seats.remove(&incident) else {
            return Ended::Gone;
        };
        let mut parked = seat.parked.unwrap_or_default();
        let (mut budget, mut restarts) = (seat.budget, seat.restarts);
        if failed {
            if !budget.spend(now) {
                parked.drain(..).for_each(|msg| refuse(msg, CallError::NeedsHuman));
                self.resting.insert(incident.clone(), now + REST);
                return Ended::Spent { incident };
            }
            // It may have failed over news; what it had to do is read again.
            park(&mut parked, IncidentMsg::News(None));
            restarts += 1;
        }
        if parked.is_empty() {
            Ended::Gone
        } else {
            Ended::Again {
                incident,
                parked,
                budget,
                restarts,
            }
        }
    }

    /// Lets all of them go.
    pub(super) fn drain(&mut self) {
        let all: Vec<IncidentId> = self.seats.keys().cloned().collect();
        all.iter().for_each(|incident| self.retire(incident, None));
        let parked = self.seats.values_mut().filter_map(|seat| seat.parked.as_mut());
        parked
            .flat_map(|parked| parked.drain(..))
            .for_each(|msg| refuse(msg, CallError::Draining));
    }
}

/// Keeps a message for the next incarnation: news once, calls up to the limit.
fn park(parked: &mut Vec<IncidentMsg>, msg: IncidentMsg) {
    let is_news = |msg: &IncidentMsg| matches!(msg, IncidentMsg::News(_));
    if is_news(&msg) && parked.iter().any(is_news) {
        return;
    }
    if parked.len() < PARKED_MESSAGES {
        parked.push(msg);
    } else {
        refuse(msg, CallError::Overloaded);
    }
}
