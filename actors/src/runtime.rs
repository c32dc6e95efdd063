//! The handle that the edge holds: forwards to the right actor, with a deadline.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ractor::concurrency::JoinHandle;
use ractor::{Actor, ActorRef, MessagingErr, RpcReplyPort};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::time::{Instant, timeout, timeout_at};

use crate::call::{Call, Place};
use crate::census::Census;
use crate::correlator::regroup::RegroupRefusal;
use crate::directory::{Directory, Lane, Seat};
use crate::domain::decision::Budget;
use crate::domain::policy::Approver;
use crate::domain::{
    AlertId, ApprovalId, CompanyId, Decision, DecisionRequest, IncidentId, MemoryId, Origin, RunId, Runbook, SessionId,
};
use crate::haste::Haste;
use crate::incident::acts::{Act, ActRefusal};
use crate::incident::refusal::RunRefusal;
use crate::incident::remedy::{ApprovalCall, Decided, ExecuteCall, Executed, RunAsk, Stop, StopCall, Stopped, Word};
use crate::incident::{ActCall, DecideCall};
use crate::limits::WAKING_INCIDENTS;
use crate::membership::{self, Membership};
use crate::port::cloud::{Automations, Commands, Inventory, Watch};
use crate::port::{
    self, Amended, Amendment, Clock, Courier, DecisionEngine, EngineEvent, Entropy, NewCompany, Notices, Peers, Store,
};
use crate::root::{RootActor, RootArgs, RootMsg};
use crate::tenant::{AmendCall, RegroupCall, Regrouping, Shared, TenantMsg};
use crate::tenants::TenantsMsg;
use crate::tool::turns::Turns;

/// How long the platform's own node is waited for before the platform is written to here.
const PLATFORM_WITHIN: Duration = Duration::from_secs(2);

/// What the runtime is made of.
#[derive(Clone)]
pub struct Ports {
    /// The truth.
    pub store: Arc<dyn Store>,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// Who is told what was amended.
    pub notices: Arc<dyn Notices>,
    /// Delivers what people are told.
    pub courier: Arc<dyn Courier>,
    /// What decides.
    pub engine: Arc<dyn DecisionEngine>,
    /// What a decision may spend.
    pub budget: Budget,
    /// The other nodes.
    pub peers: Arc<dyn Peers>,
    /// Tells decisions that the process is going down.
    pub haste: Haste,
    /// The tokens that models may use for one company in a day.
    pub tokens_per_day: u64,
    /// Runs commands on companies' machines.
    pub commands: Arc<dyn Commands>,
    /// Starts automations in companies' accounts.
    pub automations: Arc<dyn Automations>,
    /// Knows companies' machines.
    pub inventory: Arc<dyn Inventory>,
    /// Companies' alarms and metrics.
    pub watch: Arc<dyn Watch>,
    /// The built-in runbooks.
    pub library: Arc<Vec<Runbook>>,
    /// How long what was sent may be missing from the list of a cloud's commands.
    pub reconcile_window: Duration,
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
    /// What the engine shows.
    Shown(EngineEvent),
}

/// Why a call was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The company's actor failed too often and rests; what it was sent is kept.
    #[error("the company is quarantined")]
    Quarantined,
    /// The incident's actor failed too often and rests; a person has to look.
    #[error("the incident needs a human")]
    NeedsHuman,
    /// Too much is waiting for this company or incident.
    #[error("too many calls are waiting")]
    Overloaded,
    /// No answer within the deadline; nothing that was not begun will be.
    #[error("no answer in time")]
    TimedOut,
    /// The actor that had the call has ended or is starting; ask again.
    #[error("interrupted")]
    Interrupted,
    /// The process is going down.
    #[error("draining")]
    Draining,
    /// There is nothing to decide: the company does not have the incident, and no data was given.
    #[error("unknown incident, and no incident_data")]
    NothingToDecide,
    /// The act cannot be done to this incident.
    #[error(transparent)]
    Act(#[from] ActRefusal),
    /// The incidents cannot be merged or split so.
    #[error(transparent)]
    Regroup(#[from] RegroupRefusal),
    /// The run does not begin, or the consent to it does not count.
    #[error(transparent)]
    Run(#[from] RunRefusal),
    /// The company has no such dead letter.
    #[error("there is no such dead letter")]
    NoDeadLetter,
    /// The company is not quarantined.
    #[error("the company is not quarantined")]
    NotQuarantined,
    /// The store's answer.
    #[error(transparent)]
    Store(#[from] port::Error),
}

/// The running tree.
#[derive(Clone)]
pub struct Runtime {
    directory: Arc<Directory>,
    root: ActorRef<RootMsg>,
    engine: Arc<dyn DecisionEngine>,
    haste: Haste,
    peers: Arc<dyn Peers>,
    notices: Arc<dyn Notices>,
    census: Arc<Census>,
    ended: watch::Receiver<bool>,
}

impl Runtime {
    /// Starts the tree; it takes calls when this returns.
    ///
    /// # Errors
    /// Root or its first children could not be spawned.
    pub async fn start(ports: Ports) -> Result<Self, CallError> {
        let directory = Arc::new(Directory::of(ports.store.me()));
        let census = Arc::new(Census::new(ports.clock.clone(), ports.store.me()));
        let shared = Shared {
            waking: Arc::new(Semaphore::new(WAKING_INCIDENTS)),
            running: Turns::of_process(),
            census: census.clone(),
        };
        let (engine, haste) = (ports.engine.clone(), ports.haste.clone());
        let (peers, notices) = (ports.peers.clone(), ports.notices.clone());
        let args = RootArgs {
            ports,
            directory: directory.clone(),
            shared,
        };
        let (root, handle) = Actor::spawn(None, RootActor, args)
            .await
            .map_err(|_| CallError::Interrupted)?;
        let (reply, started) = oneshot::channel();
        drop(root.cast(RootMsg::Started(reply.into())));
        started.await.map_err(|_| CallError::Interrupted)?;
        Ok(Self {
            directory,
            root,
            engine,
            haste,
            peers,
            notices,
            census,
            ended: watch_end(handle),
        })
    }

    /// The name of the engine that decides.
    pub fn engine_name(&self) -> &'static str {
        self.engine.name()
    }

    /// The process is going down: whoever waits for a model is answered soon, by the rules if need be. What incidents
    /// decide by themselves stays due.
    pub fn hurry(&self) {
        self.haste.tell();
    }

    /// The engines that can decide now, as far as is known.
    pub fn engines_available(&self) -> Vec<&'static str> {
        self.engine.available()
    }

    /// Who lives.
    pub fn census(&self) -> &Census {
        &self.census
    }

    /// Which nodes share the store, as far as is known.
    pub fn membership(&self) -> &Membership {
        self.directory.membership()
    }

    /// Where a company is, as far as is known.
    pub fn place_of(&self, company: &CompanyId) -> membership::Place {
        self.directory.place_of(company)
    }

    /// Whether others may share the store, though none is known yet.
    pub fn shares(&self) -> bool {
        self.membership().me().is_some()
    }

    /// Whether other nodes share the store, as far as is known.
    pub fn has_others(&self) -> bool {
        self.directory.membership().has_others()
    }

    /// There are alerts to place. Coalesced; never blocks, never fails: lost news costs latency only.
    pub fn news(&self, company: &CompanyId) {
        match self.directory.seat(company) {
            Some(Seat::Running { tenant, news }) => {
                if !news.swap(true, Ordering::SeqCst) {
                    drop(tenant.cast(TenantMsg::News));
                }
            }
            Some(Seat::Restarting | Seat::Quarantined) => {}
            None => self.directory.tell_tenants(TenantsMsg::News(company.clone())),
        }
    }

    /// A place for a decision that somebody waits for.
    ///
    /// # Errors
    /// [`CallError::Overloaded`], [`CallError::Draining`].
    pub fn place_to_decide(&self, company: &CompanyId) -> Result<Place, CallError> {
        self.place(company, Lane::Decisions)
    }

    /// Decides about an incident, showing progress in `show` (a full or closed channel loses lines only).
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn decide(
        &self,
        company: &CompanyId,
        (incident, request): (IncidentId, Box<DecisionRequest>),
        show: Option<mpsc::Sender<Box<DecisionEvent>>>,
        place: Place,
        within: Duration,
    ) -> Result<Decision, CallError> {
        let deadline = Instant::now() + within;
        let (reply, answer) = oneshot::channel();
        let call = Call::new(deadline, RpcReplyPort::from(reply), place);
        let call = Box::new(DecideCall { request, show, call });
        self.deliver(company, TenantMsg::Decide(incident, call))?;
        wait(answer, deadline).await
    }

    /// Does something to an incident, as `by`.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn act(
        &self,
        company: &CompanyId,
        incident: IncidentId,
        act: Act,
        by: Origin,
        within: Duration,
    ) -> Result<(), CallError> {
        self.call(company, within, |call| {
            TenantMsg::Act(incident, Box::new(ActCall { act, by, call }))
        })
        .await
    }

    /// Runs something to heal an incident, as `by`, who is this: it has begun, or somebody has to agree first.
    ///
    /// # Errors
    /// [`CallError`]; [`CallError::Run`] says why it does not begin.
    pub async fn execute(
        &self,
        company: &CompanyId,
        incident: IncidentId,
        ask: RunAsk,
        (by, is): (Origin, Approver),
        within: Duration,
    ) -> Result<Executed, CallError> {
        self.call(company, within, |call| {
            TenantMsg::Execute(incident, Box::new(ExecuteCall { ask, by, is, call }))
        })
        .await
    }

    /// Agrees to a run of an incident or refuses it, as `by`, who is this. People in `lapsed` may not agree any more: that
    /// they did does not count.
    ///
    /// # Errors
    /// [`CallError`]; [`CallError::Run`] says why it does not count.
    pub async fn approval(
        &self,
        company: &CompanyId,
        (incident, approval_id): (IncidentId, ApprovalId),
        (word, lapsed): (Word, Vec<String>),
        (by, is): (Origin, Approver),
        within: Duration,
    ) -> Result<Decided, CallError> {
        self.call(company, within, |call| {
            let ask = ApprovalCall {
                approval_id,
                word,
                lapsed,
                by,
                is,
                call,
            };
            TenantMsg::Approval(incident, Box::new(ask))
        })
        .await
    }

    /// Ends a run of an incident early, as `by`, who is this.
    ///
    /// # Errors
    /// [`CallError`]; [`CallError::Run`] says why it cannot be.
    pub async fn stop_run(
        &self,
        company: &CompanyId,
        (incident, run_id): (IncidentId, RunId),
        (how, reason): (Stop, Option<String>),
        (by, is): (Origin, Approver),
        within: Duration,
    ) -> Result<Stopped, CallError> {
        self.call(company, within, |call| {
            let ask = StopCall {
                run_id,
                how,
                reason,
                by,
                is,
                call,
            };
            TenantMsg::Stop(incident, Box::new(ask))
        })
        .await
    }

    /// Makes incidents part of another, as `by`.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn merge(
        &self,
        company: &CompanyId,
        into: IncidentId,
        sources: BTreeSet<IncidentId>,
        by: Origin,
        within: Duration,
    ) -> Result<IncidentId, CallError> {
        let what = Regrouping::Merge { into, sources };
        self.call(company, within, |call| {
            TenantMsg::Regroup(Box::new(RegroupCall { what, by, call }))
        })
        .await
    }

    /// Makes some of an incident's alerts an incident of their own, called `new`, as `by`.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn split(
        &self,
        company: &CompanyId,
        from: IncidentId,
        new: IncidentId,
        alerts: BTreeSet<AlertId>,
        by: Origin,
        within: Duration,
    ) -> Result<IncidentId, CallError> {
        let what = Regrouping::Split { from, new, alerts };
        self.call(company, within, |call| {
            TenantMsg::Regroup(Box::new(RegroupCall { what, by, call }))
        })
        .await
    }

    /// Places a dead letter again.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn release_alert(&self, company: &CompanyId, alert: AlertId, within: Duration) -> Result<(), CallError> {
        self.call(company, within, |call| TenantMsg::Release(alert, call)).await
    }

    /// Lets a quarantined company try again at once.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn release_company(&self, company: &CompanyId, within: Duration) -> Result<(), CallError> {
        let (call, answer) = self.new_call(company, within)?;
        self.directory.tell_tenants(TenantsMsg::Release(company.clone(), call));
        wait(answer, Instant::now() + within).await
    }

    /// Answers when every alert accepted before the call has a verdict.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn settle(&self, company: &CompanyId, within: Duration) -> Result<(), CallError> {
        self.call(company, within, TenantMsg::Settle).await
    }

    /// Founds a company through the platform's writer; `false` where the id is taken.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn found(&self, company: NewCompany, within: Duration) -> Result<bool, CallError> {
        let (call, answer) = self.new_call(&CompanyId::platform(), within)?;
        self.directory.tell_tenants(TenantsMsg::Found(Box::new(company), call));
        wait(answer, Instant::now() + within).await
    }

    /// Changes a company's settings or records, or the platform's records: in force when this returns. What changes
    /// records alone is carried to the node that has the company; what changes the platform, to the node it belongs to, so
    /// that nodes do not take its journal from each other.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn amend(
        &self,
        company: &CompanyId,
        amendment: Amendment,
        within: Duration,
    ) -> Result<Amended, CallError> {
        if company.is_platform()
            && let membership::Place::Elsewhere(Some(url)) = self.place_of(company)
        {
            match self.carry(&url, company, &amendment, within.min(PLATFORM_WITHIN)).await {
                Ok(amended) => return Ok(amended),
                // Anybody may write to the platform. What was done all the same is met, and looked at again.
                Err(error) => tracing::debug!(%error, "the platform's node does not answer"),
            }
        }
        let carried = (self.has_others() && amendment.is_of_records()).then(|| amendment.clone());
        match (self.amend_here(company, amendment, within).await, carried) {
            (Err(CallError::Store(port::Error::Elsewhere(Some(url)))), Some(carried)) => {
                Ok(self.carry(&url, company, &carried, within).await?)
            }
            (amended, _) => amended,
        }
    }

    /// Amends through another node, and knows what came of it.
    async fn carry(
        &self,
        url: &str,
        company: &CompanyId,
        amendment: &Amendment,
        within: Duration,
    ) -> Result<Amended, port::Error> {
        let now = self.membership().store_now().unwrap_or_default();
        let amended = self.peers.amend(url, company, amendment, (within, now)).await?;
        if amended == Amended::Done {
            self.notices.amended(company, amendment);
        }
        Ok(amended)
    }

    /// As [`Self::amend`], where this node has the company.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn amend_here(
        &self,
        company: &CompanyId,
        amendment: Amendment,
        within: Duration,
    ) -> Result<Amended, CallError> {
        let deadline = Instant::now() + within;
        let (call, answer) = self.new_call(company, within)?;
        let ask = AmendCall {
            amendment: Box::new(amendment),
            call,
        };
        let rests = matches!(self.directory.seat(company), Some(Seat::Quarantined));
        if rests || company.is_platform() {
            self.directory.tell_tenants(TenantsMsg::Amend(company.clone(), ask));
        } else {
            self.deliver(company, TenantMsg::Amend(Box::new(ask)))?;
        }
        wait(answer, deadline).await
    }

    /// Drains the tree, leaves first; `true` when every actor ended by itself in time.
    pub async fn drain(&self, within: Duration) -> bool {
        self.directory.begin_drain();
        drop(self.root.cast(RootMsg::Drain));
        timeout(within, self.ended()).await.is_ok()
    }

    /// Ends the tree at once, as the end of the process would: nothing more is heard or done.
    pub fn abort(&self) {
        self.directory.begin_drain();
        self.root.kill();
    }

    /// Returns when the tree has ended: because it was drained, or because it failed and the
    /// process should end.
    pub async fn ended(&self) {
        let mut ended = self.ended.clone();
        // An error means that the watcher has gone, and the tree with it.
        drop(ended.wait_for(|ended| *ended).await);
    }

    async fn call<T: Send + 'static>(
        &self,
        company: &CompanyId,
        within: Duration,
        msg: impl FnOnce(Call<T>) -> TenantMsg,
    ) -> Result<T, CallError> {
        let deadline = Instant::now() + within;
        let (call, answer) = self.new_call(company, within)?;
        self.deliver(company, msg(call))?;
        wait(answer, deadline).await
    }

    /// Sends to a company's tenant, through Tenants where it is not known to be running.
    fn deliver(&self, company: &CompanyId, msg: TenantMsg) -> Result<(), CallError> {
        let undelivered = match self.directory.seat(company) {
            Some(Seat::Quarantined) => return Err(CallError::Quarantined),
            Some(Seat::Restarting) => return Err(CallError::Interrupted),
            Some(Seat::Running { tenant, .. }) => match tenant.cast(msg) {
                Err(MessagingErr::SendErr(msg)) => Some(msg),
                _ => None,
            },
            None => Some(msg),
        };
        if let Some(msg) = undelivered {
            self.directory.tell_tenants(TenantsMsg::Route(company.clone(), msg));
        }
        Ok(())
    }

    fn place(&self, company: &CompanyId, lane: Lane) -> Result<Place, CallError> {
        if self.directory.is_draining() {
            return Err(CallError::Draining);
        }
        self.directory.place(company, lane).ok_or(CallError::Overloaded)
    }

    fn new_call<T>(&self, company: &CompanyId, within: Duration) -> Result<(Call<T>, Answer<T>), CallError> {
        let place = self.place(company, Lane::Calls)?;
        let (reply, answer) = oneshot::channel();
        Ok((
            Call::new(Instant::now() + within, RpcReplyPort::from(reply), place),
            answer,
        ))
    }
}

type Answer<T> = oneshot::Receiver<Result<T, CallError>>;

async fn wait<T>(answer: Answer<T>, deadline: Instant) -> Result<T, CallError> {
    match timeout_at(deadline, answer).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(CallError::Interrupted),
        Err(_) => Err(CallError::TimedOut),
    }
}

/// Turns the end of Root into something that many can wait for.
#[allow(
    clippy::disallowed_methods,
    reason = "outside the tree: waits for Root's end, and cannot panic"
)]
fn watch_end(root: JoinHandle<()>) -> watch::Receiver<bool> {
    let (ended, watched) = watch::channel(false);
    tokio::spawn(async move {
        drop(root.await);
        ended.send_replace(true);
    });
    watched
}
