//! How an incident's actor leaves: when nothing has happened for a while, or its session is at its end.
//!
//! There is one alarm. What happens moves the moment, not the alarm, which is set again when it rings.

use std::time::Duration;

use ractor::{ActorProcessingErr, ActorRef};
use serde_json::json;
use tokio::time::Instant;

use super::{IncidentMsg, IncidentState, session};
use crate::census::Kind;
use crate::domain::Fact;
use crate::limits::{INCIDENT_IDLE, LIVE_INCIDENTS};
use crate::port::Error;
use crate::supervision::Timer;
use crate::tenant::TenantMsg;

impl IncidentState {
    /// Sees to it that an alarm rings when the session ends or this has been idle for long enough.
    pub(super) fn watch(&mut self, me: &ActorRef<IncidentMsg>) {
        let now = self.args.ports.clock.now();
        if self.session_end.is_none() && self.session.ends_at > now {
            self.session_end = Some(Instant::now() + self.session.ends_at.since(now));
        }
        let idle_at = self.idle_at();
        let due = self.session_end.map_or(idle_at, |end| end.min(idle_at));
        if self.alarm.as_ref().is_none_or(|(at, _)| *at > due) {
            let wait = due.saturating_duration_since(Instant::now());
            self.alarm = Some((due, Timer::after(me, wait, || IncidentMsg::Alarm)));
        }
    }

    /// An idle incident leaves after a while; at once where the process holds many, or where somebody asked
    /// for one that is not there.
    fn idle_at(&self) -> Instant {
        let crowded = self.args.census.living(Kind::Incident) > LIVE_INCIDENTS / 2;
        let nothing = self.row.is_none() && self.memory.messages.is_empty();
        let wait = if crowded || nothing {
            Duration::ZERO
        } else {
            INCIDENT_IDLE
        };
        self.used_at + wait
    }

    pub(super) async fn alarm_rings(&mut self, me: &ActorRef<IncidentMsg>) -> Result<(), ActorProcessingErr> {
        self.alarm = None;
        let now = Instant::now();
        if self.session_end.is_some_and(|end| end <= now) {
            return self.end_session(me).await;
        }
        if self.idle_at() <= now {
            return self.retire(me).await;
        }
        self.watch(me);
        Ok(())
    }

    /// Leaves its hand-over, and asks the tenant to let this actor go; a later message starts another one.
    async fn retire(&mut self, me: &ActorRef<IncidentMsg>) -> Result<(), ActorProcessingErr> {
        if !self.deciding.is_empty() || self.tool.is_some() || self.draining {
            return Ok(());
        }
        if self.checkpoint(None).await? {
            let retire = TenantMsg::Retire(self.args.incident_id.clone(), me.get_id());
            return Ok(self.args.tenant.cast(retire)?);
        }
        self.used_at = Instant::now();
        self.watch(me);
        Ok(())
    }

    /// The session's end: a hand-over, and this actor leaves; the next event begins another session.
    async fn end_session(&mut self, me: &ActorRef<IncidentMsg>) -> Result<(), ActorProcessingErr> {
        self.session_end = None;
        let now = self.args.ports.clock.now();
        if self.session.ends_at > now {
            self.watch(me);
            return Ok(());
        }
        let data = json!({"session_id": self.session.session_id, "started_at": self.session.started_at});
        let fact = self.fact("session.ended", "incident", now, &data);
        tracing::info!(company_id = %self.company(), incident_id = %self.args.incident_id, "session ended");
        self.checkpoint(Some(fact)).await?;
        self.retire(me).await
    }

    /// Writes what a later session has to know, with a fact where one ends; `false` where the store
    /// is away.
    async fn checkpoint(&mut self, fact: Option<Fact>) -> Result<bool, ActorProcessingErr> {
        let Some(row) = self.row.as_ref().filter(|row| row.is_open()) else {
            return Ok(true);
        };
        let handover = session::handover(row, &self.memory);
        if fact.is_none() && self.session.handover.as_ref() == Some(&handover) {
            return Ok(true);
        }
        let wake_due = row.wake_due;
        self.session.handover = Some(handover);
        let mut change = self.change(self.args.ports.clock.now());
        change.wake_due = wake_due;
        change.facts.extend(fact);
        match self.commit(change, None).await {
            // Where the row had moved, its news is on the way, and what is known now is enough.
            Ok(_) => Ok(true),
            Err(Error::Fenced) => Ok(self.args.tenant.cast(TenantMsg::Fenced).map(|()| true)?),
            Err(error @ (Error::Unknown | Error::Corrupt(_) | Error::NoSuchCompany)) => Err(error.into()),
            Err(error) => {
                tracing::warn!(company_id = %self.company(), incident_id = %self.args.incident_id, %error, "the hand-over waits for the store");
                Ok(false)
            }
        }
    }
}
