//! Supervises the tenants, keeps the directory, holds the platform's writer.
//!
//! A company whose tenant fails too often is quarantined: its webhooks are still accepted and kept,
//! its calls are refused, its siblings notice nothing, and it is tried again every five minutes.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use ractor::{Actor, ActorId, ActorProcessingErr, ActorRef, MessagingErr, SupervisionEvent};
use tokio::time::Instant;
use tracing::Instrument;

use crate::call::Call;
use crate::census::{Alive, Kind, Post};
use crate::directory::{Directory, Seat};
use crate::domain::CompanyId;
use crate::limits::{PARKED_MESSAGES, QUARANTINE_PROBE};
use crate::membership::Place;
use crate::port::{Due, Error, NewCompany, Writer};
use crate::runtime::{CallError, Ports};
use crate::supervision::{Budget, Timer, backoff, table};
use crate::tenant::{AmendCall, Leaving, Shared, TenantActor, TenantArgs, TenantMsg};

/// How often the platform is written to, where other nodes write to it at the same time.
const PLATFORM_TRIES: usize = 5;

/// What Tenants hears.
#[derive(strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum TenantsMsg {
    /// A company has alerts to place.
    News(CompanyId),
    /// Something is due.
    Due(Due),
    /// A message for a company whose tenant is not known to be running.
    Route(CompanyId, TenantMsg),
    /// Found a company.
    Found(Box<NewCompany>, Call<bool>),
    /// Change the platform's records, or those of a company whose tenant rests.
    Amend(CompanyId, AmendCall),
    /// A tenant asks to leave memory.
    Retire(CompanyId, ActorId),
    /// A person lets a quarantined company try again at once.
    Release(CompanyId, Call<()>),
    /// A tenant's wait is over.
    Start(CompanyId),
    /// Another set of nodes lives: what belongs to others now is handed over.
    Rebalance,
    /// The node's lease ends: nothing is its own any more.
    LetGo,
    /// A tenant has found its company with another node, which is reached there, if it is.
    Elsewhere(CompanyId, Option<String>),
    /// A child has ended; judged behind its messages.
    Ended {
        /// Which.
        child: ActorId,
        /// Whether by a panic or an error.
        failed: bool,
    },
    /// End, leaves first.
    Drain,
}

/// What Tenants is made from.
pub struct TenantsArgs {
    pub(crate) ports: Ports,
    pub(crate) directory: Arc<Directory>,
    pub(crate) shared: Shared,
    pub(crate) restarts: u32,
}

/// One company's record here.
struct Record {
    /// Its tenant, while it runs.
    tenant: Option<ActorRef<TenantMsg>>,
    budget: Budget,
    wait: Option<Timer<TenantsMsg>>,
    quarantined: bool,
    restarts: u32,
    /// It is on its way out; what is sent now waits here.
    parked: Option<Vec<TenantMsg>>,
}

impl Record {
    fn new() -> Self {
        Self {
            tenant: None,
            budget: table::TENANT.budget(),
            wait: None,
            quarantined: false,
            restarts: 0,
            parked: None,
        }
    }
}

/// Tenants' memory.
pub struct TenantsState {
    args: TenantsArgs,
    records: HashMap<CompanyId, Record>,
    by_actor: HashMap<ActorId, CompanyId>,
    platform: Option<Arc<dyn Writer>>,
    draining: bool,
    alive: Alive,
}

/// The actor.
pub struct TenantsActor;

impl Actor for TenantsActor {
    type Msg = TenantsMsg;
    type State = TenantsState;
    type Arguments = TenantsArgs;

    async fn pre_start(&self, me: ActorRef<TenantsMsg>, args: TenantsArgs) -> Result<TenantsState, ActorProcessingErr> {
        // An earlier incarnation took its tenants with it.
        args.directory.clear_seats();
        args.directory.set_tenants(me);
        let alive = args.shared.census.enter(Post::of_process(Kind::Tenants, args.restarts));
        Ok(TenantsState {
            alive,
            args,
            records: HashMap::new(),
            by_actor: HashMap::new(),
            platform: None,
            draining: false,
        })
    }

    async fn handle(
        &self,
        me: ActorRef<TenantsMsg>,
        msg: TenantsMsg,
        state: &mut TenantsState,
    ) -> Result<(), ActorProcessingErr> {
        let span = state.alive.hears((&msg).into());
        state.hear(&me, msg).instrument(span).await
    }

    async fn handle_supervisor_evt(
        &self,
        me: ActorRef<TenantsMsg>,
        event: SupervisionEvent,
        _state: &mut TenantsState,
    ) -> Result<(), ActorProcessingErr> {
        match event {
            SupervisionEvent::ActorTerminated(child, _, _) => {
                me.cast(TenantsMsg::Ended {
                    child: child.get_id(),
                    failed: false,
                })?;
            }
            SupervisionEvent::ActorFailed(child, error) => {
                tracing::error!(child = %child.get_id(), %error, "a tenant failed");
                me.cast(TenantsMsg::Ended {
                    child: child.get_id(),
                    failed: true,
                })?;
            }
            _ => {}
        }
        Ok(())
    }
}

impl TenantsState {
    async fn hear(&mut self, me: &ActorRef<TenantsMsg>, msg: TenantsMsg) -> Result<(), ActorProcessingErr> {
        match msg {
            TenantsMsg::News(company) => self.route(me, company, TenantMsg::News).await?,
            TenantsMsg::Due(due) => self.route(me, due.company_id, TenantMsg::Due(due.work)).await?,
            TenantsMsg::Route(company, msg) => self.route(me, company, msg).await?,
            TenantsMsg::Found(company, call) => self.found(*company, call).await?,
            TenantsMsg::Amend(company, ask) => self.amend(company, ask).await?,
            TenantsMsg::Retire(company, child) => self.retire(&company, child),
            TenantsMsg::Release(company, call) => self.release(me, &company, call).await?,
            TenantsMsg::Start(company) => self.start(me, &company).await?,
            TenantsMsg::Rebalance => self.rebalance(),
            TenantsMsg::LetGo => self.let_go(),
            TenantsMsg::Elsewhere(company, url) => self.is_elsewhere(company, url),
            TenantsMsg::Ended { child, failed } => self.ended(me, child, failed).await?,
            TenantsMsg::Drain => {
                self.draining = true;
                self.alive.drains();
                self.by_actor
                    .values()
                    .filter_map(|company| self.records.get(company))
                    .for_each(|record| {
                        if let Some(tenant) = &record.tenant {
                            drop(tenant.cast(TenantMsg::Drain(Leaving::ForGood)));
                        }
                    });
            }
        }
        if self.draining && self.by_actor.is_empty() {
            me.stop(None);
        }
        Ok(())
    }

    /// Sends to a company's tenant, starting it at first need.
    async fn route(
        &mut self,
        me: &ActorRef<TenantsMsg>,
        company: CompanyId,
        msg: TenantMsg,
    ) -> Result<(), ActorProcessingErr> {
        if self.draining {
            msg.refuse(CallError::Draining);
            return Ok(());
        }
        if !self.records.contains_key(&company) {
            if let Place::Elsewhere(url) = self.args.directory.place_of(&company) {
                msg.refuse(Error::Elsewhere(url).into());
                return Ok(());
            }
            self.records.insert(company.clone(), Record::new());
            self.start(me, &company).await?;
        }
        match self.records.get_mut(&company) {
            Some(record) if record.quarantined => msg.refuse(CallError::Quarantined),
            Some(Record {
                parked: Some(parked), ..
            }) => park(parked, msg),
            Some(Record {
                tenant: Some(tenant), ..
            }) => {
                // It has gone, and its end is on the way.
                if let Err(MessagingErr::SendErr(msg)) = tenant.cast(msg) {
                    msg.refuse(CallError::Interrupted);
                }
            }
            // News is durable; a call is told to try again.
            _ => msg.refuse(CallError::Interrupted),
        }
        Ok(())
    }

    /// Stops sending to a tenant that has nothing to do, and lets it drain.
    fn retire(&mut self, company: &CompanyId, child: ActorId) {
        let Some(record) = self.records.get_mut(company).filter(|_| !self.draining) else {
            return;
        };
        let Some(tenant) = record.tenant.as_ref().filter(|tenant| tenant.get_id() == child) else {
            return;
        };
        if record.parked.is_none() {
            record.parked = Some(Vec::new());
            // From now on the edge asks here.
            self.args.directory.clear_seat(company);
            drop(tenant.cast(TenantMsg::Drain(Leaving::ForAWhile)));
        }
    }

    /// Hands over what belongs to others now: each tenant drains, and gives its company up at its end.
    fn rebalance(&mut self) {
        if self.draining {
            return;
        }
        let directory = &self.args.directory;
        directory.forget_elsewhere();
        let theirs = |company: &CompanyId| !directory.membership().is_mine(company);
        for (company, record) in self.records.iter_mut().filter(|(company, _)| theirs(company)) {
            directory.clear_seat(company);
            if let (Some(tenant), None) = (&record.tenant, &record.parked) {
                record.parked = Some(Vec::new());
                drop(tenant.cast(TenantMsg::Drain(Leaving::ForAWhile)));
            }
        }
        // What waits to be tried again waits with them.
        self.records
            .retain(|company, record| record.tenant.is_some() || !theirs(company));
    }

    /// Stops every tenant at once. What it was at is durable, and due.
    fn let_go(&mut self) {
        for (company, record) in &mut self.records {
            if let Some(tenant) = &record.tenant {
                record.parked.get_or_insert_default();
                self.args.directory.clear_seat(company);
                tenant.stop(Some("the node's lease ends".to_owned()));
            }
        }
    }

    /// What comes for it meanwhile waits for its tenant's end, and is then told where to go.
    fn is_elsewhere(&mut self, company: CompanyId, url: Option<String>) {
        self.args.directory.clear_seat(&company);
        if let Some(record) = self.records.get_mut(&company) {
            record.parked.get_or_insert_default();
        }
        self.args.directory.set_elsewhere(company, url);
    }

    /// Lets a quarantined company try again at once, with its whole budget.
    async fn release(
        &mut self,
        me: &ActorRef<TenantsMsg>,
        company: &CompanyId,
        call: Call<()>,
    ) -> Result<(), ActorProcessingErr> {
        if self.records.get(company).is_some_and(|record| record.quarantined) {
            tracing::info!(company_id = %company, "released from quarantine");
            self.start(me, company).await?;
            call.answer(Ok(()));
        } else {
            call.answer(Err(CallError::NotQuarantined));
        }
        Ok(())
    }

    async fn start(&mut self, me: &ActorRef<TenantsMsg>, company: &CompanyId) -> Result<(), ActorProcessingErr> {
        let Some(record) = self
            .records
            .get_mut(company)
            .filter(|record| !self.draining && record.tenant.is_none())
        else {
            return Ok(());
        };
        record.wait = None;
        record.quarantined = false;
        let news = Arc::new(AtomicBool::new(false));
        let args = TenantArgs {
            ports: self.args.ports.clone(),
            company_id: company.clone(),
            news: news.clone(),
            shared: self.args.shared.clone(),
            tenants: me.clone(),
            restarts: record.restarts,
        };
        let (tenant, _) = Actor::spawn_linked(None, TenantActor, args, me.get_cell()).await?;
        self.by_actor.insert(tenant.get_id(), company.clone());
        self.args.directory.set_seat(
            company,
            Seat::Running {
                tenant: tenant.clone(),
                news,
            },
        );
        record.tenant = Some(tenant);
        Ok(())
    }

    async fn ended(
        &mut self,
        me: &ActorRef<TenantsMsg>,
        child: ActorId,
        failed: bool,
    ) -> Result<(), ActorProcessingErr> {
        let Some(company) = self.by_actor.remove(&child) else {
            return Ok(());
        };
        let Some(record) = self.records.get_mut(&company) else {
            return Ok(());
        };
        record.tenant = None;
        let parked = record.parked.take().unwrap_or_default();
        if self.draining || !failed {
            self.args.directory.clear_seat(&company);
            self.records.remove(&company);
            for msg in parked {
                self.route(me, company.clone(), msg).await?;
            }
            return Ok(());
        }
        parked.into_iter().for_each(|msg| msg.refuse(CallError::Interrupted));
        record.restarts += 1;
        let attempt = record.budget.recent();
        let again = company.clone();
        let (seat, wait) = if record.budget.spend(Instant::now()) {
            (
                Seat::Restarting,
                backoff::wait(attempt, self.args.ports.entropy.fraction()),
            )
        } else {
            tracing::error!(company_id = %company, "quarantined: its tenant failed too often");
            record.quarantined = true;
            record.budget = table::TENANT.budget();
            (Seat::Quarantined, QUARANTINE_PROBE)
        };
        self.args.directory.set_seat(&company, seat);
        record.wait = Some(Timer::after(me, wait, move || TenantsMsg::Start(again)));
        Ok(())
    }

    async fn found(&mut self, company: NewCompany, call: Call<bool>) -> Result<(), ActorProcessingErr> {
        if call.is_over() {
            return Ok(());
        }
        let found = |platform: Arc<dyn Writer>| {
            let company = company.clone();
            async move { platform.found(company).await }
        };
        let founded = match self.on_platform(found).await {
            Err(Error::Unknown) => self.is_founded(&company).await,
            founded => founded,
        };
        let notices = &self.args.ports.notices;
        match &founded {
            Ok(true) => notices.founded(&company),
            Err(Error::Unknown) => notices.doubtful(&company.company.company_id),
            _ => {}
        }
        call.answer(founded.map_err(CallError::from));
        Ok(())
    }

    /// Whether a company is there with its first records, which are nobody else's, or another of its name. Where there is
    /// none, it may come yet.
    async fn is_founded(&self, new: &NewCompany) -> Result<bool, Error> {
        let unknown = |_| Error::Unknown;
        let reader = self.args.ports.store.reader(&new.company.company_id);
        let stored = reader.company().await.map_err(unknown)?;
        let mut is_this = stored.created_at == new.company.created_at;
        for put in &new.puts {
            is_this &= reader.record(put.kind, &put.id).await.map_err(unknown)?.is_some();
        }
        Ok(is_this)
    }

    /// Amends the platform, or a company whose tenant rests, under a writer of the moment: a quarantined
    /// company's settings may be what has to be mended.
    async fn amend(&mut self, company: CompanyId, ask: AmendCall) -> Result<(), ActorProcessingErr> {
        if self.draining {
            ask.call.answer(Err(CallError::Draining));
            return Ok(());
        }
        let amended = match company.is_platform() {
            true => {
                let (ask, notices) = (&ask, self.args.ports.notices.clone());
                let commit = |platform: Arc<dyn Writer>| {
                    let notices = notices.clone();
                    async move { ask.commit(&*platform, &*notices).await }
                };
                self.on_platform(commit).await
            }
            false => match self.args.ports.store.acquire(&company).await {
                Ok(writer) => ask.commit(&*writer, &*self.args.ports.notices).await,
                Err(error) => Err(error),
            },
        };
        ask.call.answer(amended.map_err(CallError::from));
        Ok(())
    }

    /// The platform is whoever's that writes: where another node has written since, it is taken back.
    async fn on_platform<T, F>(&mut self, act: impl Fn(Arc<dyn Writer>) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let mut tries = 0;
        loop {
            let done = match self.platform().await {
                Ok(platform) => act(platform).await,
                Err(error) => Err(error),
            };
            self.doubt_platform(&done);
            tries += 1;
            if tries == PLATFORM_TRIES || !matches!(done, Err(Error::Fenced)) {
                return done;
            }
        }
    }

    async fn platform(&mut self) -> Result<Arc<dyn Writer>, Error> {
        let platform = match &self.platform {
            Some(platform) => platform.clone(),
            None => self.args.ports.store.acquire(&CompanyId::platform()).await?,
        };
        self.platform = Some(platform.clone());
        Ok(platform)
    }

    /// A writer that was fenced off, or does not know what it did, is of no more use.
    fn doubt_platform<T>(&mut self, done: &Result<T, Error>) {
        if matches!(done, Err(Error::Fenced | Error::Unknown)) {
            self.platform = None;
        }
    }
}

/// Keeps a message for the next incarnation: news once, calls up to the limit.
fn park(parked: &mut Vec<TenantMsg>, msg: TenantMsg) {
    if matches!(msg, TenantMsg::News) && parked.iter().any(|other| matches!(other, TenantMsg::News)) {
        return;
    }
    if parked.len() < PARKED_MESSAGES {
        parked.push(msg);
    } else {
        msg.refuse(CallError::Overloaded);
    }
}
