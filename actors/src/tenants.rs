//! Supervises the tenants, keeps the directory, holds the platform's writer.
//!
//! A company whose tenant fails too often is quarantined: its webhooks are still accepted and kept,
//! its calls are refused, its siblings notice nothing, and it is tried again every five minutes.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use ractor::{Actor, ActorId, ActorProcessingErr, ActorRef, SupervisionEvent};
use tokio::time::Instant;

use crate::call::Call;
use crate::directory::{Directory, Seat};
use crate::domain::CompanyId;
use crate::limits::QUARANTINE_PROBE;
use crate::port::{Due, Error, NewCompany, Writer};
use crate::runtime::{CallError, Ports};
use crate::supervision::{Budget, Timer, backoff, table};
use crate::tenant::{Shared, TenantActor, TenantArgs, TenantMsg, refuse};

/// What Tenants hears.
pub enum TenantsMsg {
    /// A company has alerts to place.
    News(CompanyId),
    /// Something is due.
    Due(Due),
    /// A message for a company whose tenant is not known to be running.
    Route(CompanyId, TenantMsg),
    /// Found a company.
    Found(Box<NewCompany>, Call<bool>),
    /// A tenant's wait is over.
    Start(CompanyId),
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
}

/// One company's record here.
struct Record {
    /// Its tenant, while it runs.
    tenant: Option<ActorRef<TenantMsg>>,
    budget: Budget,
    wait: Option<Timer<TenantsMsg>>,
    quarantined: bool,
}

/// Tenants' memory.
pub struct TenantsState {
    args: TenantsArgs,
    records: HashMap<CompanyId, Record>,
    by_actor: HashMap<ActorId, CompanyId>,
    platform: Option<Arc<dyn Writer>>,
    draining: bool,
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
        Ok(TenantsState {
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
        match msg {
            TenantsMsg::News(company) => state.route(&me, company, TenantMsg::News).await?,
            TenantsMsg::Due(due) => state.route(&me, due.company_id, TenantMsg::Due(due.work)).await?,
            TenantsMsg::Route(company, msg) => state.route(&me, company, msg).await?,
            TenantsMsg::Found(company, call) => state.found(*company, call).await?,
            TenantsMsg::Start(company) => state.start(&me, &company).await?,
            TenantsMsg::Ended { child, failed } => state.ended(&me, child, failed),
            TenantsMsg::Drain => {
                state.draining = true;
                state
                    .by_actor
                    .values()
                    .filter_map(|company| state.records.get(company))
                    .for_each(|record| {
                        if let Some(tenant) = &record.tenant {
                            drop(tenant.cast(TenantMsg::Drain));
                        }
                    });
            }
        }
        if state.draining && state.by_actor.is_empty() {
            me.stop(None);
        }
        Ok(())
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
    /// Sends to a company's tenant, starting it at first need.
    async fn route(
        &mut self,
        me: &ActorRef<TenantsMsg>,
        company: CompanyId,
        msg: TenantMsg,
    ) -> Result<(), ActorProcessingErr> {
        if self.draining {
            refuse_call(msg, CallError::Draining);
            return Ok(());
        }
        if !self.records.contains_key(&company) {
            let record = Record {
                tenant: None,
                budget: table::TENANT.budget(),
                wait: None,
                quarantined: false,
            };
            self.records.insert(company.clone(), record);
            self.start(me, &company).await?;
        }
        match self.records.get(&company) {
            Some(record) if record.quarantined => refuse_call(msg, CallError::Quarantined),
            Some(Record {
                tenant: Some(tenant), ..
            }) => drop(tenant.cast(msg)),
            // News is durable; a call is told to try again.
            _ => refuse_call(msg, CallError::Interrupted),
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

    fn ended(&mut self, me: &ActorRef<TenantsMsg>, child: ActorId, failed: bool) {
        let Some(company) = self.by_actor.remove(&child) else {
            return;
        };
        let Some(record) = self.records.get_mut(&company) else {
            return;
        };
        record.tenant = None;
        if self.draining || !failed {
            self.args.directory.clear_seat(&company);
            self.records.remove(&company);
            return;
        }
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
    }

    async fn found(&mut self, company: NewCompany, call: Call<bool>) -> Result<(), ActorProcessingErr> {
        if call.is_over() {
            return Ok(());
        }
        let founded = self.found_through_platform(company).await;
        if matches!(founded, Err(Error::Fenced | Error::Unknown)) {
            self.platform = None;
        }
        call.answer(founded.map_err(CallError::from));
        Ok(())
    }

    async fn found_through_platform(&mut self, company: NewCompany) -> Result<bool, Error> {
        let platform = match &self.platform {
            Some(platform) => platform.clone(),
            None => self.args.ports.store.acquire(&CompanyId::platform()).await?,
        };
        self.platform = Some(platform.clone());
        platform.found(company).await
    }
}

/// A call that cannot be delivered is answered so; news needs no answer.
fn refuse_call(msg: TenantMsg, why: CallError) {
    match msg {
        TenantMsg::Decide(_, call) => refuse(crate::incident::IncidentMsg::Decide(call), why),
        TenantMsg::Settle(call) => call.answer(Err(why)),
        _ => {}
    }
}
