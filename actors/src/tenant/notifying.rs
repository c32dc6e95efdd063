//! A company's notifier, from when there is something to tell.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ractor::{Actor, ActorId, ActorProcessingErr, ActorRef};
use tokio::time::Instant;

use super::{TenantMsg, TenantState};
use crate::notifier::{NotifierActor, NotifierArgs, NotifierMsg};
use crate::supervision::{Budget, Timer, backoff, table};

/// The notifier, where there is one.
pub(super) struct Notifying {
    actor: Option<ActorRef<NotifierMsg>>,
    budget: Budget,
    restarts: u32,
    timer: Option<Timer<TenantMsg>>,
    /// How much there is to be delivered.
    waiting: Arc<AtomicUsize>,
}

impl Default for Notifying {
    fn default() -> Self {
        Self {
            actor: None,
            budget: table::NOTIFIER.budget(),
            restarts: 0,
            timer: None,
            waiting: Arc::default(),
        }
    }
}

impl Notifying {
    pub(super) fn is(&self, child: ActorId) -> bool {
        self.actor.as_ref().is_some_and(|actor| actor.get_id() == child)
    }

    pub(super) fn is_alive(&self) -> bool {
        self.actor.is_some()
    }

    /// Whether something is still to be delivered, so that the company does not leave memory.
    pub(super) fn has_work(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0
    }

    pub(super) fn drain(&mut self) {
        self.timer = None;
        if let Some(actor) = &self.actor {
            drop(actor.cast(NotifierMsg::Drain));
        }
    }
}

impl TenantState {
    /// Tells the notifier that there is news, or starts one, which looks by itself.
    pub(super) async fn notify(&mut self, me: &ActorRef<TenantMsg>) -> Result<(), ActorProcessingErr> {
        if let Some(actor) = &self.notifier.actor {
            drop(actor.cast(NotifierMsg::News));
            return Ok(());
        }
        self.notifier.timer = None;
        let Some(held) = self.held.as_ref().filter(|_| self.draining.is_none()) else {
            return Ok(());
        };
        let ports = &self.args.ports;
        let args = NotifierArgs {
            courier: ports.courier.clone(),
            clock: ports.clock.clone(),
            entropy: ports.entropy.clone(),
            company_id: self.args.company_id.clone(),
            reader: held.reader.clone(),
            writer: held.writer.clone(),
            tenant: me.clone(),
            census: self.args.shared.census.clone(),
            waiting: self.notifier.waiting.clone(),
            restarts: self.notifier.restarts,
        };
        let (actor, _) = Actor::spawn_linked(None, NotifierActor, args, me.get_cell()).await?;
        self.notifier.actor = Some(actor);
        Ok(())
    }

    pub(super) fn notifier_ended(&mut self, me: &ActorRef<TenantMsg>) -> Result<(), ActorProcessingErr> {
        let notifier = &mut self.notifier;
        notifier.actor = None;
        if self.draining.is_some() {
            return Ok(());
        }
        let attempt = notifier.budget.recent();
        if !notifier.budget.spend(Instant::now()) {
            return Err("the notifier failed too often".into());
        }
        notifier.restarts += 1;
        let wait = backoff::wait(attempt, self.args.ports.entropy.fraction());
        notifier.timer = Some(Timer::after(me, wait, || TenantMsg::StartNotifier));
        Ok(())
    }
}
