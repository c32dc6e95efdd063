//! One company: holds its writer, routes to its correlator and incidents, supervises them.
//!
//! Parses nothing, calls nothing remote. The only sender to its incidents, so that an incident can
//! leave without a message being lost: the tenant first stops sending, then lets it drain.

mod admission;
mod amend;
mod children;
mod human;
mod notifying;
mod regroup;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ractor::{Actor, ActorId, ActorProcessingErr, ActorRef, SupervisionEvent};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};
use tracing::Instrument;

use crate::call::Call;
use crate::census::{Alive, Census, Kind, Post};
use crate::company_now::CompanyNow;
use crate::correlator::{CorrelatorActor, CorrelatorArgs, CorrelatorMsg};
use crate::domain::{AlertId, CompanyId, IncidentId, Severity};
use crate::incident::acts::Act;
use crate::incident::remedy::{ApprovalCall, ExecuteCall, StopCall};
use crate::incident::{ActCall, DecideCall, IncidentArgs, IncidentMsg};
use crate::limits::{LIVE_INCIDENTS, TENANT_IDLE};
use crate::port::{DueWork, Error, Reader, RecordKind, Writer, own_runbook};
use crate::runtime::{CallError, Ports};
use crate::supervision::{Budget, Timer, backoff, table};
use crate::tenants::TenantsMsg;
use crate::tool::turns::Turns;
use admission::Admission;
pub use admission::Permit;
pub use amend::AmendCall;
use children::{Children, Ended};
use notifying::Notifying;
pub use regroup::{RegroupCall, Regrouping};

/// How long giving a company up may take.
const GIVE_UP_WITHIN: Duration = Duration::from_secs(1);
/// How soon a tenant that could not leave looks again.
const TENANT_LOOK: Duration = Duration::from_secs(60);

/// What a tenant hears.
#[derive(strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum TenantMsg {
    /// Try to become the company's writer.
    Acquire,
    /// There are alerts to place.
    News,
    /// Something is due.
    Due(DueWork),
    /// There are notices to be delivered.
    Notices,
    /// The notifier's wait is over.
    StartNotifier,
    /// An incident of this severity has something to decide.
    IncidentNews(IncidentId, Severity),
    /// A permit to look at news has come back.
    PermitBack,
    /// A call for an incident.
    Decide(IncidentId, Box<DecideCall>),
    /// A call for the correlator.
    Settle(Call<()>),
    /// A call to do something to an incident.
    Act(IncidentId, Box<ActCall>),
    /// A call to reopen an incident: no open one has its fingerprint.
    MayReopen(IncidentId, Box<ActCall>),
    /// A call to merge incidents or to split one.
    Regroup(Box<RegroupCall>),
    /// A call to run something for an incident.
    Execute(IncidentId, Box<ExecuteCall>),
    /// Somebody's word on an approval of an incident's run.
    Approval(IncidentId, Box<ApprovalCall>),
    /// A call to end an incident's run early.
    Stop(IncidentId, Box<StopCall>),
    /// A call to change the company's settings or records.
    Amend(Box<AmendCall>),
    /// A call to place a dead letter again.
    Release(AlertId, Call<()>),
    /// An incident is over.
    Closed(IncidentId),
    /// An incident is open again.
    Reopened(IncidentId),
    /// An incident asks to leave.
    Retire(IncidentId, ActorId),
    /// A child has ended; judged behind its messages.
    Ended {
        /// Which.
        child: ActorId,
        /// Whether by a panic or an error.
        failed: bool,
    },
    /// Nothing may have happened for a while.
    Idle,
    /// The correlator's wait is over.
    StartCorrelator,
    /// A later writer has this company: this incarnation is over.
    Fenced,
    /// End, leaves first: because the process ends, or to leave memory for a while.
    Drain(Leaving),
}

/// Why a tenant drains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// The process ends: calls are refused.
    ForGood,
    /// Nothing has happened for a while: what comes now goes back to Tenants.
    ForAWhile,
}

/// What a tenant is made from.
pub struct TenantArgs {
    pub(crate) ports: Ports,
    pub(crate) company_id: CompanyId,
    /// The correlator's news flag, as the directory holds it.
    pub(crate) news: Arc<AtomicBool>,
    pub(crate) shared: Shared,
    pub(crate) tenants: ActorRef<TenantsMsg>,
    pub(crate) restarts: u32,
}

/// What all actors of the process share.
#[derive(Clone)]
pub struct Shared {
    /// Turns to load.
    pub(crate) waking: Arc<Semaphore>,
    /// Turns to run something.
    pub(crate) running: Arc<Semaphore>,
    /// Who lives.
    pub(crate) census: Arc<Census>,
}

/// What a tenant has once it is the writer.
struct Held {
    company: CompanyNow,
    reader: Arc<dyn Reader>,
    writer: Arc<dyn Writer>,
    turns: Turns,
}

/// A tenant's memory.
pub struct TenantState {
    args: TenantArgs,
    held: Option<Held>,
    acquire_tries: usize,
    timer: Option<Timer<TenantMsg>>,
    correlator: Option<ActorRef<CorrelatorMsg>>,
    correlator_budget: Budget,
    notifier: Notifying,
    incidents: Children,
    admission: Admission,
    /// When something last happened here.
    used_at: Instant,
    idle: Option<Timer<TenantMsg>>,
    draining: Option<Leaving>,
    correlator_restarts: u32,
    alive: Alive,
}

/// The actor.
pub struct TenantActor;

impl Actor for TenantActor {
    type Msg = TenantMsg;
    type State = TenantState;
    type Arguments = TenantArgs;

    async fn pre_start(&self, _me: ActorRef<TenantMsg>, args: TenantArgs) -> Result<TenantState, ActorProcessingErr> {
        let post = Post::of_company(Kind::Tenant, &args.company_id, args.restarts);
        let alive = args.shared.census.enter(post);
        Ok(TenantState {
            correlator_restarts: 0,
            alive,
            args,
            held: None,
            acquire_tries: 0,
            timer: None,
            correlator: None,
            correlator_budget: table::CORRELATOR.budget(),
            notifier: Notifying::default(),
            incidents: Children::default(),
            admission: Admission::default(),
            used_at: Instant::now(),
            idle: None,
            draining: None,
        })
    }

    async fn post_start(&self, me: ActorRef<TenantMsg>, state: &mut TenantState) -> Result<(), ActorProcessingErr> {
        state.watch_idle(&me, TENANT_IDLE);
        state.acquire(&me).await
    }

    async fn handle(
        &self,
        me: ActorRef<TenantMsg>,
        msg: TenantMsg,
        state: &mut TenantState,
    ) -> Result<(), ActorProcessingErr> {
        let span = state.alive.hears((&msg).into());
        // Boxed: ractor keeps room for a handler's future as long as the actor lives.
        Box::pin(state.hear(&me, msg).instrument(span)).await
    }

    /// Whoever is to have the company next need not wait for the lease's end.
    async fn post_stop(&self, _me: ActorRef<TenantMsg>, state: &mut TenantState) -> Result<(), ActorProcessingErr> {
        let store = &state.args.ports.store;
        if state.held.is_some() && store.me().is_some() {
            let given_up = timeout(GIVE_UP_WITHIN, store.give_up(&state.args.company_id)).await;
            if !matches!(given_up, Ok(Ok(()))) {
                tracing::warn!(company_id = %state.args.company_id, "stays this node's until the lease ends");
            }
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
    async fn hear(&mut self, me: &ActorRef<TenantMsg>, msg: TenantMsg) -> Result<(), ActorProcessingErr> {
        if self.draining == Some(Leaving::ForAWhile) && msg.is_work() {
            // Tenants keeps it for the next incarnation.
            let back = TenantsMsg::Route(self.args.company_id.clone(), msg);
            return Ok(self.args.tenants.cast(back)?);
        }
        if msg.is_work() {
            self.used_at = Instant::now();
        }
        match msg {
            TenantMsg::Acquire => self.acquire(me).await?,
            TenantMsg::News | TenantMsg::Due(DueWork::Held) => self.tell_correlator(CorrelatorMsg::News),
            TenantMsg::IncidentNews(incident, severity) | TenantMsg::Due(DueWork::Incident(incident, severity)) => {
                self.admission.wait(incident, severity);
                self.admit(me).await?;
            }
            TenantMsg::PermitBack => {
                self.admission.back();
                self.admit(me).await?;
            }
            TenantMsg::Decide(incident, call) => self.forward(me, incident, IncidentMsg::Decide(call)).await?,
            TenantMsg::Act(incident, call) if call.act == Act::Reopen => self.ask_to_reopen(incident, call),
            TenantMsg::Act(incident, call) | TenantMsg::MayReopen(incident, call) => {
                self.forward(me, incident, IncidentMsg::Act(call)).await?;
            }
            TenantMsg::Execute(incident, call) => self.forward(me, incident, IncidentMsg::Execute(call)).await?,
            TenantMsg::Approval(incident, call) => self.forward(me, incident, IncidentMsg::Approval(call)).await?,
            TenantMsg::Stop(incident, call) => self.forward(me, incident, IncidentMsg::Stop(call)).await?,
            TenantMsg::Regroup(call) => self.regroup(me, *call).await?,
            TenantMsg::Amend(call) => self.amend(me, *call).await?,
            TenantMsg::Release(alert, call) => self.release(alert, call).await?,
            TenantMsg::Settle(call) => self.settle(call),
            TenantMsg::Closed(incident) => {
                self.tell_correlator(CorrelatorMsg::Closed(incident.clone()));
                self.incidents.retire(&incident, None);
            }
            TenantMsg::Reopened(incident) => {
                self.tell_correlator(CorrelatorMsg::Reload);
                self.tell_incident(me, incident, IncidentMsg::News(None)).await?;
            }
            TenantMsg::Retire(incident, child) => self.incidents.retire(&incident, Some(child)),
            TenantMsg::Ended { child, failed } => self.ended(me, child, failed).await?,
            TenantMsg::StartCorrelator => self.start_correlator(me).await?,
            TenantMsg::Notices | TenantMsg::StartNotifier => self.notify(me).await?,
            TenantMsg::Idle => self.leave_if_idle(me)?,
            TenantMsg::Fenced => return Err(Error::Fenced.into()),
            TenantMsg::Drain(leaving) => self.begin_drain(leaving),
        }
        let have_ended = self.correlator.is_none() && !self.notifier.is_alive() && self.incidents.is_empty();
        if self.draining.is_some() && have_ended {
            // What was sent before is still handled, and a later sender gets its message back.
            me.drain()?;
        }
        Ok(())
    }

    /// Acquire, then load. A store that is away is asked again and spends no restart.
    async fn acquire(&mut self, me: &ActorRef<TenantMsg>) -> Result<(), ActorProcessingErr> {
        self.timer = None;
        if self.held.is_some() || self.draining.is_some() {
            return Ok(());
        }
        match self.become_writer().await {
            Ok(held) => {
                let notices = held.reader.records(RecordKind::Notices, None, 1).await;
                self.held = Some(held);
                // Where it cannot be seen, the notifier looks itself.
                if notices.is_ok_and(|notices| notices.is_empty()) {
                    return self.start_correlator(me).await;
                }
                self.notify(me).await?;
                self.start_correlator(me).await
            }
            Err(Error::Elsewhere(url)) => {
                let found = TenantsMsg::Elsewhere(self.args.company_id.clone(), url);
                self.args.tenants.cast(found)?;
                self.begin_drain(Leaving::ForAWhile);
                Ok(me.drain()?)
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
        let shelf = own_runbook::shelf(&*reader, self.args.ports.library.clone()).await?;
        let company = CompanyNow::new(reader.company().await?, shelf);
        Ok(Held {
            company,
            reader,
            writer,
            turns: Turns::of_company(self.args.shared.running.clone()),
        })
    }

    async fn start_correlator(&mut self, me: &ActorRef<TenantMsg>) -> Result<(), ActorProcessingErr> {
        self.timer = None;
        let Some(held) = self
            .held
            .as_ref()
            .filter(|_| self.draining.is_none() && self.correlator.is_none())
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
            census: self.args.shared.census.clone(),
            restarts: self.correlator_restarts,
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
            _ if self.draining.is_some() => call.answer(Err(CallError::Draining)),
            Some(correlator) => drop(correlator.cast(CorrelatorMsg::Settle(call))),
            None => call.answer(Err(CallError::Interrupted)),
        }
    }

    /// The correlator knows whether another incident has the fingerprint by now.
    fn ask_to_reopen(&mut self, incident: IncidentId, ask: Box<ActCall>) {
        match &self.correlator {
            _ if self.draining.is_some() => ask.call.answer(Err(CallError::Draining)),
            Some(correlator) => drop(correlator.cast(CorrelatorMsg::Reopens(incident, ask))),
            None => ask.call.answer(Err(CallError::Interrupted)),
        }
    }

    /// Passes a call on to its incident.
    async fn forward(
        &mut self,
        me: &ActorRef<TenantMsg>,
        incident: IncidentId,
        msg: IncidentMsg,
    ) -> Result<(), ActorProcessingErr> {
        let refusal = match &self.held {
            _ if self.draining.is_some() => Some(CallError::Draining),
            None => Some(CallError::Interrupted),
            Some(_) if self.incidents.is_resting(&incident) => Some(CallError::NeedsHuman),
            Some(_) => None,
        };
        match refusal {
            Some(refusal) => {
                refuse(msg, refusal);
                Ok(())
            }
            None => self.tell_incident(me, incident, msg).await,
        }
    }

    /// Lets incidents look at their news, as many as there are permits for.
    async fn admit(&mut self, me: &ActorRef<TenantMsg>) -> Result<(), ActorProcessingErr> {
        while let Some(incident) = self.admission.next() {
            let news = IncidentMsg::News(Some(Permit::new(me.clone())));
            self.tell_incident(me, incident, news).await?;
        }
        Ok(())
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
        let news = matches!(msg, IncidentMsg::News(_));
        let full = self.args.shared.census.living(Kind::Incident) >= LIVE_INCIDENTS;
        if self.draining.is_some() || self.held.is_none() || (news && full) {
            return Ok(());
        }
        self.start_incident(me, incident, vec![msg], table::INCIDENT.budget(), 0)
            .await
    }

    async fn start_incident(
        &mut self,
        me: &ActorRef<TenantMsg>,
        incident: IncidentId,
        first: Vec<IncidentMsg>,
        budget: Budget,
        restarts: u32,
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
            census: self.args.shared.census.clone(),
            turns: held.turns.clone(),
            restarts,
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
            return if self.draining.is_some() {
                Ok(())
            } else {
                self.restart_correlator(me)
            };
        }
        if self.notifier.is(child) {
            return self.notifier_ended(me);
        }
        match self.incidents.ended(child, failed, Instant::now()) {
            Ended::Unknown | Ended::Gone => Ok(()),
            _ if self.draining.is_some() => Ok(()),
            Ended::Again {
                incident,
                parked,
                budget,
                restarts,
            } => self.start_incident(me, incident, parked, budget, restarts).await,
            Ended::Spent { incident } => self.hand_to_a_human(&incident).await,
        }
    }

    fn restart_correlator(&mut self, me: &ActorRef<TenantMsg>) -> Result<(), ActorProcessingErr> {
        let attempt = self.correlator_budget.recent();
        if !self.correlator_budget.spend(Instant::now()) {
            return Err("the correlator failed too often".into());
        }
        self.correlator_restarts += 1;
        let wait = backoff::wait(attempt, self.args.ports.entropy.fraction());
        self.timer = Some(Timer::after(me, wait, || TenantMsg::StartCorrelator));
        Ok(())
    }

    /// Takes a dead letter's verdict back and looks at it again.
    async fn release(&mut self, alert: AlertId, call: Call<()>) -> Result<(), ActorProcessingErr> {
        let Some(held) = &self.held else {
            call.answer(Err(CallError::Interrupted));
            return Ok(());
        };
        if call.is_over() {
            return Ok(());
        }
        let released = held.writer.release(alert).await;
        self.tell_correlator(CorrelatorMsg::News);
        let fenced = matches!(released, Err(Error::Fenced));
        call.answer(match released {
            Ok(true) => Ok(()),
            Ok(false) => Err(CallError::NoDeadLetter),
            Err(error) => Err(error.into()),
        });
        if fenced { Err(Error::Fenced.into()) } else { Ok(()) }
    }

    fn watch_idle(&mut self, me: &ActorRef<TenantMsg>, wait: Duration) {
        self.idle = Some(Timer::after(me, wait, || TenantMsg::Idle));
    }

    /// Asks to leave memory where nothing has happened for a while and nothing is live.
    fn leave_if_idle(&mut self, me: &ActorRef<TenantMsg>) -> Result<(), ActorProcessingErr> {
        self.idle = None;
        if self.draining.is_some() {
            return Ok(());
        }
        let left = TENANT_IDLE.saturating_sub(self.used_at.elapsed());
        if left.is_zero() && self.incidents.is_empty() && !self.notifier.has_work() {
            let company = self.args.company_id.clone();
            return Ok(self.args.tenants.cast(TenantsMsg::Retire(company, me.get_id()))?);
        }
        self.watch_idle(me, left.max(TENANT_LOOK));
        Ok(())
    }

    fn begin_drain(&mut self, leaving: Leaving) {
        self.draining = Some(leaving);
        self.alive.drains();
        self.timer = None;
        self.idle = None;
        self.tell_correlator(CorrelatorMsg::Drain);
        self.notifier.drain();
        self.incidents.drain();
    }
}

impl TenantMsg {
    /// Whether it is work from outside, rather than about the tenant's own children.
    fn is_work(&self) -> bool {
        matches!(
            self,
            Self::News
                | Self::Due(_)
                | Self::Decide(..)
                | Self::Act(..)
                | Self::MayReopen(..)
                | Self::Execute(..)
                | Self::Approval(..)
                | Self::Stop(..)
                | Self::Regroup(_)
                | Self::Amend(_)
                | Self::Release(..)
                | Self::Settle(_)
        )
    }

    /// Answers the one who waits for it, if anybody does.
    pub(crate) fn refuse(self, why: CallError) {
        match self {
            Self::Decide(_, call) => call.call.answer(Err(why)),
            Self::Act(_, call) | Self::MayReopen(_, call) => call.call.answer(Err(why)),
            Self::Execute(_, call) => call.call.answer(Err(why)),
            Self::Approval(_, call) => call.call.answer(Err(why)),
            Self::Stop(_, call) => call.call.answer(Err(why)),
            Self::Regroup(call) => call.call.answer(Err(why)),
            Self::Amend(call) => call.call.answer(Err(why)),
            Self::Release(_, call) | Self::Settle(call) => call.answer(Err(why)),
            _ => {}
        }
    }
}

/// A call that could not be delivered is answered so.
pub(crate) fn refuse(msg: IncidentMsg, why: CallError) {
    match msg {
        IncidentMsg::Decide(call) => call.call.answer(Err(why)),
        IncidentMsg::Act(call) => call.call.answer(Err(why)),
        IncidentMsg::Execute(call) => call.call.answer(Err(why)),
        IncidentMsg::Approval(call) => call.call.answer(Err(why)),
        IncidentMsg::Stop(call) => call.call.answer(Err(why)),
        _ => {}
    }
}
