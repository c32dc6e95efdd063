//! Keeps this node's lease among those that share the store, and tells Tenants what follows from who lives.
//!
//! A lease that could not be made longer in time is let go of before it ends: whoever else lives takes the companies. That
//! no two write for one company is not this actor's promise but the epoch's, in every commit.

use std::sync::Arc;

use ractor::{Actor, ActorProcessingErr, ActorRef};
use tokio::time::{Instant, timeout};
use tracing::Instrument;

use crate::census::{Alive, Census, Kind, Post};
use crate::directory::Directory;
use crate::limits::{LEASE_INTERVAL, LEASE_MARGIN};
use crate::port::members::LEASE;
use crate::runtime::Ports;
use crate::supervision::Timer;
use crate::tenants::TenantsMsg;

/// What Leases hears.
#[derive(strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum LeasesMsg {
    /// Time to make the lease longer.
    Renew,
    /// From now on this node takes nothing.
    Drain,
    /// Everything has been given up.
    Leave,
}

/// What Leases is made from.
pub struct LeasesArgs {
    pub(crate) ports: Ports,
    pub(crate) directory: Arc<Directory>,
    pub(crate) census: Arc<Census>,
    pub(crate) restarts: u32,
}

/// Leases' memory.
pub struct LeasesState {
    args: LeasesArgs,
    next: Option<Timer<LeasesMsg>>,
    /// When the last renewal that came through was sent; the lease is counted from there.
    renewed_at: Instant,
    let_go: bool,
    /// The last renewal did not come through.
    is_missed: bool,
    draining: bool,
    alive: Alive,
}

/// The actor.
pub struct LeasesActor;

impl Actor for LeasesActor {
    type Msg = LeasesMsg;
    type State = LeasesState;
    type Arguments = LeasesArgs;

    async fn pre_start(&self, _me: ActorRef<LeasesMsg>, args: LeasesArgs) -> Result<LeasesState, ActorProcessingErr> {
        let alive = args.census.enter(Post::of_process(Kind::Leases, args.restarts));
        Ok(LeasesState {
            alive,
            args,
            next: None,
            renewed_at: Instant::now(),
            let_go: false,
            is_missed: false,
            draining: false,
        })
    }

    async fn post_start(&self, me: ActorRef<LeasesMsg>, _state: &mut LeasesState) -> Result<(), ActorProcessingErr> {
        Ok(me.cast(LeasesMsg::Renew)?)
    }

    async fn handle(
        &self,
        me: ActorRef<LeasesMsg>,
        msg: LeasesMsg,
        state: &mut LeasesState,
    ) -> Result<(), ActorProcessingErr> {
        let span = state.alive.hears((&msg).into());
        match msg {
            LeasesMsg::Renew => state.renew().instrument(span).await,
            LeasesMsg::Drain => {
                state.draining = true;
                state.alive.drains();
                state.renew().instrument(span).await;
            }
            LeasesMsg::Leave => {
                state.leave().instrument(span).await;
                me.stop(None);
                return Ok(());
            }
        }
        state.next = Some(Timer::after(&me, LEASE_INTERVAL, || LeasesMsg::Renew));
        Ok(())
    }
}

impl LeasesState {
    async fn renew(&mut self) {
        self.let_go_in_time();
        let began = Instant::now();
        match self.within(self.args.ports.store.renew(self.draining)).await {
            Ok(living) => {
                if std::mem::take(&mut self.is_missed) {
                    tracing::info!("the lease is made longer again");
                }
                self.renewed_at = began;
                self.let_go = false;
                if self.args.directory.membership().learn(living) {
                    let nodes = self.args.directory.membership().living();
                    let nodes: Vec<&str> = nodes.iter().map(|node| node.name.as_str()).collect();
                    tracing::info!(?nodes, "other nodes live than before");
                    self.args.directory.tell_tenants(TenantsMsg::Rebalance);
                }
            }
            // Told once, however often it is tried.
            Err(why) if !std::mem::replace(&mut self.is_missed, true) => {
                tracing::warn!(why, "the lease could not be made longer, and is tried again");
            }
            Err(_) => {}
        }
        self.let_go_in_time();
    }

    /// A node that knows of no other keeps what it has: nobody is there to take it.
    fn let_go_in_time(&mut self) {
        let is_late = self.renewed_at.elapsed() + LEASE_MARGIN >= LEASE;
        if is_late && !self.let_go && self.args.directory.membership().has_others() {
            self.let_go = true;
            tracing::warn!("the lease ends: this node lets its companies go");
            self.args.directory.tell_tenants(TenantsMsg::LetGo);
        }
    }

    async fn leave(&mut self) {
        if let Err(why) = self.within(self.args.ports.store.leave()).await {
            tracing::warn!(why, "the others see by the lease's end that this node has left");
        }
    }

    async fn within<T>(&self, asked: impl Future<Output = Result<T, crate::port::Error>>) -> Result<T, String> {
        match timeout(LEASE_INTERVAL, asked).await {
            Ok(answer) => answer.map_err(|error| error.to_string()),
            Err(_) => Err(format!("no answer within {LEASE_INTERVAL:?}")),
        }
    }
}

const _: () = assert!(LEASE.as_millis() > 2 * LEASE_INTERVAL.as_millis() + LEASE_MARGIN.as_millis());
