//! Reads the roster by the clock: companies with alerts to place, incidents with something due. News
//! that was lost is found here, so it costs latency only.

use std::sync::Arc;

use ractor::{Actor, ActorProcessingErr, ActorRef};
use tokio::time::Instant;
use tracing::Instrument;

use crate::census::{Alive, Census, Kind, Post};
use crate::directory::Directory;
use crate::limits::{HOUSEKEEPING_INTERVAL, SWEEP_AGAIN, SWEEP_INTERVAL, SWEEP_WAKES};
use crate::port::Error;
use crate::runtime::Ports;
use crate::supervision::Timer;
use crate::tenants::TenantsMsg;

/// What the sweeper hears.
#[derive(strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum SweeperMsg {
    /// Time to look.
    Sweep,
    /// End.
    Drain,
}

/// What the sweeper is made from.
pub struct SweeperArgs {
    pub(crate) ports: Ports,
    pub(crate) directory: Arc<Directory>,
    pub(crate) census: Arc<Census>,
    pub(crate) restarts: u32,
}

/// The sweeper's memory.
pub struct SweeperState {
    args: SweeperArgs,
    next: Option<Timer<SweeperMsg>>,
    kept_house_at: Option<Instant>,
    alive: Alive,
}

/// The actor.
pub struct SweeperActor;

impl Actor for SweeperActor {
    type Msg = SweeperMsg;
    type State = SweeperState;
    type Arguments = SweeperArgs;

    async fn pre_start(
        &self,
        _me: ActorRef<SweeperMsg>,
        args: SweeperArgs,
    ) -> Result<SweeperState, ActorProcessingErr> {
        let alive = args.census.enter(Post::of_process(Kind::Sweeper, args.restarts));
        Ok(SweeperState {
            alive,
            args,
            next: None,
            kept_house_at: None,
        })
    }

    async fn post_start(&self, me: ActorRef<SweeperMsg>, _state: &mut SweeperState) -> Result<(), ActorProcessingErr> {
        Ok(me.cast(SweeperMsg::Sweep)?)
    }

    async fn handle(
        &self,
        me: ActorRef<SweeperMsg>,
        msg: SweeperMsg,
        state: &mut SweeperState,
    ) -> Result<(), ActorProcessingErr> {
        let span = state.alive.hears((&msg).into());
        match msg {
            SweeperMsg::Sweep => {
                let wait = match state.sweep().instrument(span).await {
                    Ok(true) => SWEEP_AGAIN,
                    Ok(false) => SWEEP_INTERVAL,
                    Err(error) => {
                        tracing::warn!(%error, "sweeping waits for the store");
                        SWEEP_INTERVAL
                    }
                };
                state.next = Some(Timer::after(&me, wait, || SweeperMsg::Sweep));
            }
            SweeperMsg::Drain => {
                state.next = None;
                me.stop(None);
            }
        }
        Ok(())
    }
}

impl SweeperState {
    /// One look over the roster: whether there was as much as may be woken at once.
    async fn sweep(&mut self) -> Result<bool, Error> {
        let store = &self.args.ports.store;
        let now = self.args.ports.clock.now();
        let membership = self.args.directory.membership();
        for company in store.unplaced(SWEEP_WAKES).await? {
            if membership.is_mine(&company) {
                self.args.directory.tell_tenants(TenantsMsg::News(company));
            }
        }
        let due = store.due(now, SWEEP_WAKES).await?;
        let full = due.len() >= SWEEP_WAKES;
        for due in due.into_iter().filter(|due| membership.is_mine(&due.company_id)) {
            self.args.directory.tell_tenants(TenantsMsg::Due(due));
        }
        if self
            .kept_house_at
            .is_none_or(|at| at.elapsed() >= HOUSEKEEPING_INTERVAL)
        {
            self.kept_house_at = Some(Instant::now());
            store.forget_expired(now).await?;
        }
        Ok(full)
    }
}
