//! One company: holds its writer, routes to its correlator and incidents, supervises them.
//!
//! Parses nothing, calls nothing remote. The only sender to its incidents, so that an incident can
//! leave without a message being lost: the tenant first stops sending, then lets it drain.

mod children;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ractor::{Actor, ActorId, ActorProcessingErr, ActorRef, SupervisionEvent};
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::call::Call;
use crate::correlator::{CorrelatorActor, CorrelatorArgs, CorrelatorMsg};
use crate::domain::ids::EntryId;
use crate::domain::{Company, CompanyId, Decision, Fact, IncidentId, Phase};
use crate::incident::{DecideCall, IncidentArgs, IncidentMsg};
use crate::limits::LIVE_INCIDENTS;
use crate::port::writer::{Expect, IncidentChange, Life};
use crate::port::{DueWork, Error, Reader, Writer};
use crate::runtime::{CallError, Ports};
use crate::supervision::{Budget, Timer, backoff, table};
use children::{Children, Ended};

/// What a tenant hears.
pub enum TenantMsg {
    /// Try to become the company's writer.
    Acquire,
    /// There are alerts to place.
    News,
    /// Something is due.
    Due(DueWork),
    /// An incident has something to decide.
    IncidentNews(IncidentId),
    /// A call for an incident.
    Decide(IncidentId, Box<DecideCall>),
    /// A call for the correlator.
    Settle(Call<()>),
    /// An incident is over.
    Closed(IncidentId),
    /// An incident asks to leave.
    Retire(IncidentId, ActorId),
    /// A child has ended; judged behind its messages.
    Ended {
        /// Which.
        child: ActorId,
        /// Whether by a panic or an error.
        failed: bool,
    },
    /// The correlator's wait is over.
    StartCorrelator,
    /// A later writer has this company: this incarnation is over.
    Fenced,
    /// End, leaves first.
    Drain,
}

/// What a tenant is made from.
pub struct TenantArgs {
    pub(crate) ports: Ports,
    pub(crate) company_id: CompanyId,
    /// The correlator's news flag, as the directory holds it.
    pub(crate) news: Arc<AtomicBool>,
    pub(crate) shared: Shared,
}

/// What all incidents of the process share.
#[derive(Clone)]
pub struct Shared {
    /// Turns to load.
    pub(crate) waking: Arc<Semaphore>,
    /// How many are live.
    pub(crate) live: Arc<std::sync::atomic::AtomicUsize>,
}

/// What a tenant has once it is the writer.
struct Held {
    company: Arc<Company>,
    reader: Arc<dyn Reader>,
    writer: Arc<dyn Writer>,
}

/// A tenant's memory.
pub struct TenantState {
    args: TenantArgs,
    held: Option<Held>,
    acquire_tries: usize,
    timer: Option<Timer<TenantMsg>>,
    correlator: Option<ActorRef<CorrelatorMsg>>,
    correlator_budget: Budget,
    incidents: Children,
    draining: bool,
}

/// The actor.
pub struct TenantActor;

impl Actor for TenantActor {
    type Msg = TenantMsg;
    type State = TenantState;
    type Arguments = TenantArgs;

    async fn pre_start(&self, _me: ActorRef<TenantMsg>, args: TenantArgs) -> Result<TenantState, ActorProcessingErr> {
        Ok(TenantState {
            args,
            held: None,
            acquire_tries: 0,
            timer: None,
            correlator: None,
            correlator_budget: table::CORRELATOR.budget(),
            incidents: Children::default(),
            draining: false,
        })
    }

    async fn post_start(&self, me: ActorRef<TenantMsg>, state: &mut TenantState) -> Result<(), ActorProcessingErr> {
        state.acquire(&me).await
    }

    async fn handle(
        &self,
        me: ActorRef<TenantMsg>,
        msg: TenantMsg,
        state: &mut TenantState,
    ) -> Result<(), ActorProcessingErr> {
        match msg {
            TenantMsg::Acquire => state.acquire(&me).await?,
            TenantMsg::News | TenantMsg::Due(DueWork::Held) => state.tell_correlator(CorrelatorMsg::News),
            TenantMsg::IncidentNews(incident) | TenantMsg::Due(DueWork::Incident(incident)) => {
                state.tell_incident(&me, incident, IncidentMsg::News).await?;
            }
            TenantMsg::Decide(incident, call) => state.decide(&me, incident, call).await?,
            TenantMsg::Settle(call) => state.settle(call),
            TenantMsg::Closed(incident) => {
                state.tell_correlator(CorrelatorMsg::Closed(incident.clone()));
                state.incidents.retire(&incident, None);
            }
            TenantMsg::Retire(incident, child) => state.incidents.retire(&incident, Some(child)),
            TenantMsg::Ended { child, failed } => state.ended(&me, child, failed).await?,
            TenantMsg::StartCorrelator => state.start_correlator(&me).await?,
            TenantMsg::Fenced => return Err(Error::Fenced.into()),
            TenantMsg::Drain => state.begin_drain(),
        }
        if state.draining && state.correlator.is_none() && state.incidents.is_empty() {
            me.stop(None);
        }
        Ok(())
    }

    async fn handle_supervisor_evt(
        &self,
        me: ActorRef<TenantMsg>,
        event: SupervisionEvent,
        _state: &mut TenantState,
    ) -> Result<(), ActorProcessingErr> {
        match event {
            SupervisionEvent::ActorTerminated(child, _, _) => {
                me.cast(TenantMsg::Ended {
                    child: child.get_id(),
                    failed: false,
                })?;
            }
            SupervisionEvent::ActorFailed(child, error) => {
                tracing::error!(child = %child.get_id(), %error, "a child of a tenant failed");
                me.cast(TenantMsg::Ended {
                    child: child.get_id(),
                    failed: true,
                })?;
            }
            _ => {}
        }
        Ok(())
    }
}

impl TenantState {
    /// Acquire, then load. A store that is away is asked again and spends no restart.
    async fn acquire(&mut self, me: &ActorRef<TenantMsg>) -> Result<(), ActorProcessingErr> {
        self.timer = None;
        if self.held.is_some() || self.draining {
            return Ok(());
        }
        match self.become_writer().await {
            Ok(held) => {
                self.held = Some(held);
                self.start_correlator(me).await
            }
            Err(error @ (Error::NoSuchCompany | Error::Corrupt(_))) => Err(error.into()),
            Err(error) => {
                tracing::warn!(company_id = %self.args.company_id, %error, "tenant waits for the store");
                self.acquire_tries += 1;
                let wait = backoff::wait(self.acquire_tries, self.args.ports.entropy.fraction());
                self.timer = Some(Timer::after(me, wait, || TenantMsg::Acquire));
                Ok(())
            }
        }
    }

    async fn become_writer(&self) -> Result<Held, Error> {
        let store = &self.args.ports.store;
        let writer = store.acquire(&self.args.company_id).await?;
        let reader = store.reader(&self.args.company_id);
        let company = Arc::new(reader.company().await?);
        Ok(Held {
            company,
            reader,
            writer,
        })
    }

    async fn start_correlator(&mut self, me: &ActorRef<TenantMsg>) -> Result<(), ActorProcessingErr> {
        self.timer = None;
        let Some(held) = self
            .held
            .as_ref()
            .filter(|_| !self.draining && self.correlator.is_none())
        else {
            return Ok(());
        };
        // Whoever set the flag for an earlier correlator must be able to send again.
        self.args.news.store(false, Ordering::SeqCst);
        let args = CorrelatorArgs {
            ports: self.args.ports.clone(),
            company: held.company.clone(),
            reader: held.reader.clone(),
            writer: held.writer.clone(),
            tenant: me.clone(),
            news: self.args.news.clone(),
        };
        let (correlator, _) = Actor::spawn_linked(None, CorrelatorActor, args, me.get_cell()).await?;
        self.correlator = Some(correlator);
        Ok(())
    }

    /// News that finds no correlator is not lost: the next one looks when it starts.
    fn tell_correlator(&self, msg: CorrelatorMsg) {
        if let Some(correlator) = &self.correlator {
            drop(correlator.cast(msg));
        }
    }

    fn settle(&mut self, call: Call<()>) {
        match &self.correlator {
            _ if call.is_over() => {}
            _ if self.draining => call.answer(Err(CallError::Draining)),
            Some(correlator) => drop(correlator.cast(CorrelatorMsg::Settle(call))),
            None => call.answer(Err(CallError::Interrupted)),
        }
    }

    async fn decide(
        &mut self,
        me: &ActorRef<TenantMsg>,
        incident: IncidentId,
        call: Box<DecideCall>,
    ) -> Result<(), ActorProcessingErr> {
        if call.call.is_over() {
            return Ok(());
        }
        let refusal = match &self.held {
            _ if self.draining => Some(CallError::Draining),
            None => Some(CallError::Interrupted),
            Some(_) if self.incidents.is_resting(&incident) => Some(CallError::NeedsHuman),
            Some(_) => None,
        };
        match refusal {
            Some(refusal) => {
                call.call.answer(Err(refusal));
                Ok(())
            }
            None => self.tell_incident(me, incident, IncidentMsg::Decide(call)).await,
        }
    }

    /// Sends to an incident, starting it where it is not there. News beyond the limit of live
    /// incidents is left to its due time; so is news for one that rests after too many failures.
    async fn tell_incident(
        &mut self,
        me: &ActorRef<TenantMsg>,
        incident: IncidentId,
        msg: IncidentMsg,
    ) -> Result<(), ActorProcessingErr> {
        let Some(msg) = self.incidents.send(&incident, msg) else {
            return Ok(());
        };
        let news = matches!(msg, IncidentMsg::News);
        let full = self.args.shared.live.load(Ordering::Relaxed) >= LIVE_INCIDENTS;
        if self.draining || self.held.is_none() || (news && full) {
            return Ok(());
        }
        self.start_incident(me, incident, vec![msg], table::INCIDENT.budget())
            .await
    }

    async fn start_incident(
        &mut self,
        me: &ActorRef<TenantMsg>,
        incident: IncidentId,
        first: Vec<IncidentMsg>,
        budget: Budget,
    ) -> Result<(), ActorProcessingErr> {
        let Some(held) = &self.held else { return Ok(()) };
        let news = Arc::new(AtomicBool::new(false));
        let args = IncidentArgs {
            ports: self.args.ports.clone(),
            company: held.company.clone(),
            incident_id: incident.clone(),
            reader: held.reader.clone(),
            writer: held.writer.clone(),
            tenant: me.clone(),
            news: news.clone(),
            waking: self.args.shared.waking.clone(),
            live: self.args.shared.live.clone(),
        };
        self.incidents.start(me, incident, args, news, first, budget).await
    }

    async fn ended(
        &mut self,
        me: &ActorRef<TenantMsg>,
        child: ActorId,
        failed: bool,
    ) -> Result<(), ActorProcessingErr> {
        if self
            .correlator
            .as_ref()
            .is_some_and(|correlator| correlator.get_id() == child)
        {
            self.correlator = None;
            return if self.draining {
                Ok(())
            } else {
                self.restart_correlator(me)
            };
        }
        match self.incidents.ended(child, failed, Instant::now()) {
            Ended::Unknown | Ended::Gone => Ok(()),
            _ if self.draining => Ok(()),
            Ended::Again {
                incident,
                parked,
                budget,
            } => self.start_incident(me, incident, parked, budget).await,
            Ended::Spent { incident } => self.hand_to_a_human(&incident).await,
        }
    }

    fn restart_correlator(&mut self, me: &ActorRef<TenantMsg>) -> Result<(), ActorProcessingErr> {
        let attempt = self.correlator_budget.recent();
        if !self.correlator_budget.spend(Instant::now()) {
            return Err("the correlator failed too often".into());
        }
        let wait = backoff::wait(attempt, self.args.ports.entropy.fraction());
        self.timer = Some(Timer::after(me, wait, || TenantMsg::StartCorrelator));
        Ok(())
    }

    /// An incident whose actor failed too often: its row says so, and it rests for a while.
    async fn hand_to_a_human(&mut self, incident: &IncidentId) -> Result<(), ActorProcessingErr> {
        let Some(held) = &self.held else { return Ok(()) };
        tracing::error!(company_id = %self.args.company_id, incident_id = %incident, "incident failed too often and needs a human");
        let now = self.args.ports.clock.now();
        let Ok(Some(view)) = held.reader.incident(incident).await else {
            return Ok(());
        };
        let row = view.incident;
        let data = json!({"phase": {"from": row.phase, "to": Phase::NeedsHuman}, "why": "its actor failed too often"});
        let id = EntryId::from_uuid(self.args.ports.entropy.uuid(now));
        let change = IncidentChange {
            incident_id: incident.clone(),
            expect: Expect::Version(row.version),
            life: Some(Life {
                phase: Phase::NeedsHuman,
                ..Life::of(&row)
            }),
            absorbed_no: row.absorbed_no,
            wake_due: Some(now.plus(children::REST)),
            decided: None,
            decision: None,
            memory: None,
            facts: vec![Fact::new(
                id,
                now,
                "incident.changed",
                incident.as_str(),
                "tenant",
                &data,
            )],
            now,
        };
        // What cannot be written now is found again when the incident is next woken.
        drop(held.writer.change(change, None).await);
        Ok(())
    }

    fn begin_drain(&mut self) {
        self.draining = true;
        self.timer = None;
        self.tell_correlator(CorrelatorMsg::Drain);
        self.incidents.drain();
    }
}

/// A decision call that could not be delivered is answered so.
pub(crate) fn refuse(msg: IncidentMsg, why: CallError) {
    if let IncidentMsg::Decide(call) = msg {
        let call: Call<Decision> = call.call;
        call.answer(Err(why));
    }
}
