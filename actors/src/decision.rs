//! One decision, then gone: asks the engine within its time and casts the outcome to its incident.
//!
//! It holds nothing that must survive it: where it ends without an outcome, the rules decide.

mod answer;
pub mod budget;
pub mod chain;
pub mod deliberation;
pub(crate) mod desk;
pub mod learnt;
pub mod loops;
pub mod prompt;
pub mod purse;
pub mod replay;
pub mod rules;
mod speech;

use std::sync::Arc;
use std::time::Duration;

use ractor::{Actor, ActorId, ActorProcessingErr, ActorRef};
use tokio::sync::mpsc;
use tracing::Instrument;

use crate::census::Alive;
use crate::decision::desk::IncidentDesk;
use crate::incident::IncidentMsg;
use crate::port::{EngineEvent, EngineInput, Verdict};
use crate::runtime::DecisionEvent;

/// What a decision is made from.
pub struct DecisionArgs {
    pub(crate) input: Arc<EngineInput>,
    pub(crate) desk: IncidentDesk,
    pub(crate) show: Option<mpsc::Sender<Box<DecisionEvent>>>,
    pub(crate) incident: ActorRef<IncidentMsg>,
    pub(crate) alive: Alive,
}

/// The outcome: a verdict, or why there is none.
pub type Outcome = Result<Verdict, String>;

/// Which decision of its incident, for the incident's table.
pub type DecisionChild = ActorId;

/// The actor. It hears nothing.
pub struct DecisionActor;

impl Actor for DecisionActor {
    type Msg = ();
    type State = DecisionArgs;
    type Arguments = DecisionArgs;

    async fn pre_start(&self, _me: ActorRef<()>, args: DecisionArgs) -> Result<DecisionArgs, ActorProcessingErr> {
        Ok(args)
    }

    async fn post_start(&self, me: ActorRef<()>, args: &mut DecisionArgs) -> Result<(), ActorProcessingErr> {
        let show = args.show.take();
        // A reader that lags or has gone loses lines, never the decision.
        let show = move |event: EngineEvent| {
            if let Some(reader) = &show {
                drop(reader.try_send(Box::new(DecisionEvent::Shown(event))));
            }
        };
        let within = Duration::from_secs(u64::from(args.input.budget.max_time_seconds));
        let span = args.alive.hears("decide");
        let engine = &args.desk.ports.engine;
        let decided = engine.decide(&args.input, &args.desk, &show).instrument(span);
        let outcome = match tokio::time::timeout(within, decided).await {
            Ok(Ok(verdict)) => Ok(verdict),
            Ok(Err(failure)) => Err(failure.0),
            Err(_) => Err(format!("no verdict within {} s", within.as_secs())),
        };
        args.alive.rests();
        args.incident
            .cast(IncidentMsg::Decided(me.get_id(), Box::new(outcome)))?;
        me.stop(None);
        Ok(())
    }
}
