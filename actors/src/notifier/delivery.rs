//! One delivery, then gone: asks the receiver once and casts what came of it to the notifier.

use std::sync::Arc;

use ractor::{Actor, ActorProcessingErr, ActorRef};
use tracing::Instrument;

use super::NotifierMsg;
use crate::census::Alive;
use crate::domain::{Channel, CompanyId, Notice};
use crate::port::courier::Courier;

/// What a delivery is made from.
pub(super) struct DeliveryArgs {
    pub(super) courier: Arc<dyn Courier>,
    pub(super) company_id: CompanyId,
    pub(super) channel: Channel,
    pub(super) notices: Vec<Notice>,
    pub(super) notifier: ActorRef<NotifierMsg>,
    pub(super) alive: Alive,
}

/// The actor. It hears nothing.
pub(super) struct DeliveryActor;

impl Actor for DeliveryActor {
    type Msg = ();
    type State = DeliveryArgs;
    type Arguments = DeliveryArgs;

    async fn pre_start(&self, _me: ActorRef<()>, args: DeliveryArgs) -> Result<DeliveryArgs, ActorProcessingErr> {
        Ok(args)
    }

    async fn post_start(&self, me: ActorRef<()>, args: &mut DeliveryArgs) -> Result<(), ActorProcessingErr> {
        let span = args.alive.hears("deliver");
        let delivered = args.courier.deliver(&args.company_id, &args.channel, &args.notices);
        let outcome = delivered.instrument(span).await;
        args.alive.rests();
        args.notifier.cast(NotifierMsg::Delivered(me.get_id(), outcome))?;
        me.stop(None);
        Ok(())
    }
}
