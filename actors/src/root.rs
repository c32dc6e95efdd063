//! Root only supervises: Tenants, the Sweeper, and Leases where others may share the store. When one of them fails too
//! often, Root fails, and the process with it.

use std::sync::Arc;

use ractor::{Actor, ActorId, ActorProcessingErr, ActorRef, RpcReplyPort, SupervisionEvent};
use tokio::time::Instant;

use crate::census::{Alive, Kind, Post};
use crate::directory::Directory;
use crate::leases::{LeasesActor, LeasesArgs, LeasesMsg};
use crate::runtime::Ports;
use crate::supervision::{Budget, table};
use crate::sweeper::{SweeperActor, SweeperArgs, SweeperMsg};
use crate::tenant::Shared;
use crate::tenants::{TenantsActor, TenantsArgs, TenantsMsg};

/// What Root hears.
#[derive(strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum RootMsg {
    /// Answers once the first children run.
    Started(RpcReplyPort<()>),
    /// A child has ended; judged behind its messages.
    Ended(ActorId),
    /// End, leaves first.
    Drain,
}

/// What Root is made from.
pub struct RootArgs {
    pub(crate) ports: Ports,
    pub(crate) directory: Arc<Directory>,
    pub(crate) shared: Shared,
}

/// Root's memory.
pub struct RootState {
    args: RootArgs,
    tenants: Option<ActorRef<TenantsMsg>>,
    tenants_budget: Budget,
    sweeper: Option<ActorRef<SweeperMsg>>,
    sweeper_budget: Budget,
    tenants_restarts: u32,
    sweeper_restarts: u32,
    leases: Option<ActorRef<LeasesMsg>>,
    leases_budget: Budget,
    leases_restarts: u32,
    draining: bool,
    alive: Alive,
}

/// The actor.
pub struct RootActor;

impl Actor for RootActor {
    type Msg = RootMsg;
    type State = RootState;
    type Arguments = RootArgs;

    async fn pre_start(&self, _me: ActorRef<RootMsg>, args: RootArgs) -> Result<RootState, ActorProcessingErr> {
        let alive = args.shared.census.enter(Post::of_process(Kind::Root, 0));
        Ok(RootState {
            alive,
            tenants_restarts: 0,
            sweeper_restarts: 0,
            args,
            tenants: None,
            tenants_budget: table::TENANTS.budget(),
            sweeper: None,
            sweeper_budget: table::SWEEPER.budget(),
            leases: None,
            leases_budget: table::LEASES.budget(),
            leases_restarts: 0,
            draining: false,
        })
    }

    async fn post_start(&self, me: ActorRef<RootMsg>, state: &mut RootState) -> Result<(), ActorProcessingErr> {
        state.start_tenants(&me).await?;
        state.start_leases(&me).await?;
        state.start_sweeper(&me).await
    }

    async fn handle(
        &self,
        me: ActorRef<RootMsg>,
        msg: RootMsg,
        state: &mut RootState,
    ) -> Result<(), ActorProcessingErr> {
        drop(state.alive.hears((&msg).into()));
        match msg {
            // Children are started before the first message is handled.
            RootMsg::Started(reply) => drop(reply.send(())),
            RootMsg::Ended(child) => state.ended(&me, child).await?,
            RootMsg::Drain => state.begin_drain(),
        }
        if state.draining && state.tenants.is_none() && state.sweeper.is_none() {
            match &state.leases {
                Some(leases) => drop(leases.cast(LeasesMsg::Leave)),
                None => me.stop(None),
            }
        }
        Ok(())
    }

    async fn handle_supervisor_evt(
        &self,
        me: ActorRef<RootMsg>,
        event: SupervisionEvent,
        _state: &mut RootState,
    ) -> Result<(), ActorProcessingErr> {
        match event {
            SupervisionEvent::ActorTerminated(child, _, _) => me.cast(RootMsg::Ended(child.get_id()))?,
            SupervisionEvent::ActorFailed(child, error) => {
                tracing::error!(child = %child.get_id(), %error, "a child of root failed");
                me.cast(RootMsg::Ended(child.get_id()))?;
            }
            _ => {}
        }
        Ok(())
    }
}

impl RootState {
    async fn start_tenants(&mut self, me: &ActorRef<RootMsg>) -> Result<(), ActorProcessingErr> {
        let args = TenantsArgs {
            ports: self.args.ports.clone(),
            directory: self.args.directory.clone(),
            shared: self.args.shared.clone(),
            restarts: self.tenants_restarts,
        };
        self.tenants = Some(Actor::spawn_linked(None, TenantsActor, args, me.get_cell()).await?.0);
        Ok(())
    }

    async fn start_sweeper(&mut self, me: &ActorRef<RootMsg>) -> Result<(), ActorProcessingErr> {
        let args = SweeperArgs {
            ports: self.args.ports.clone(),
            directory: self.args.directory.clone(),
            census: self.args.shared.census.clone(),
            restarts: self.sweeper_restarts,
        };
        self.sweeper = Some(Actor::spawn_linked(None, SweeperActor, args, me.get_cell()).await?.0);
        Ok(())
    }

    /// Only where others may share the store.
    async fn start_leases(&mut self, me: &ActorRef<RootMsg>) -> Result<(), ActorProcessingErr> {
        if self.args.ports.store.me().is_none() {
            return Ok(());
        }
        let args = LeasesArgs {
            ports: self.args.ports.clone(),
            directory: self.args.directory.clone(),
            census: self.args.shared.census.clone(),
            restarts: self.leases_restarts,
        };
        self.leases = Some(Actor::spawn_linked(None, LeasesActor, args, me.get_cell()).await?.0);
        Ok(())
    }

    async fn ended(&mut self, me: &ActorRef<RootMsg>, child: ActorId) -> Result<(), ActorProcessingErr> {
        if self.tenants.as_ref().is_some_and(|tenants| tenants.get_id() == child) {
            self.tenants = None;
            if !self.draining {
                spend(&mut self.tenants_budget, "tenants")?;
                self.tenants_restarts += 1;
                self.start_tenants(me).await?;
            }
        } else if self.sweeper.as_ref().is_some_and(|sweeper| sweeper.get_id() == child) {
            self.sweeper = None;
            if !self.draining {
                spend(&mut self.sweeper_budget, "the sweeper")?;
                self.sweeper_restarts += 1;
                self.start_sweeper(me).await?;
            }
        } else if self.leases.as_ref().is_some_and(|leases| leases.get_id() == child) {
            self.leases = None;
            if !self.draining {
                spend(&mut self.leases_budget, "leases")?;
                self.leases_restarts += 1;
                self.start_leases(me).await?;
            }
        }
        Ok(())
    }

    fn begin_drain(&mut self) {
        self.draining = true;
        self.alive.drains();
        if let Some(sweeper) = &self.sweeper {
            drop(sweeper.cast(SweeperMsg::Drain));
        }
        if let Some(tenants) = &self.tenants {
            drop(tenants.cast(TenantsMsg::Drain));
        }
        if let Some(leases) = &self.leases {
            drop(leases.cast(LeasesMsg::Drain));
        }
    }
}

fn spend(budget: &mut Budget, child: &str) -> Result<(), ActorProcessingErr> {
    if budget.spend(Instant::now()) {
        Ok(())
    } else {
        Err(format!("{child} failed too often").into())
    }
}
