//! One delivery, then gone: asks the receiver once and casts what came of it to the notifier.

use std::sync::Arc;

use ractor::{Actor, ActorProcessingErr, ActorRef};
use tracing::Instrument;

use super::NotifierMsg;
use crate::census::Alive;
use crate::domain::{Channel, CompanyId, Notice, Ticket};
use crate::port::courier::{Courier, Delivered, Undelivered, Verdict};
use crate::port::{Reader, RecordKind};

/// What a delivery is made from.
pub(super) struct DeliveryArgs {
    pub(super) courier: Arc<dyn Courier>,
    pub(super) reader: Arc<dyn Reader>,
    pub(super) company_id: CompanyId,
    pub(super) channel: Channel,
    pub(super) notices: Vec<Notice>,
    pub(super) notifier: ActorRef<NotifierMsg>,
    pub(super) alive: Alive,
}

impl DeliveryArgs {
    async fn deliver(&self) -> Result<Delivered, Undelivered> {
        let ticket = match self.notices.first() {
            Some(notice) if self.channel.kind.keeps_tickets() => {
                let id = Ticket::id_of(&self.channel.name, &notice.message.incident.incident_id);
                let found = self.reader.record(RecordKind::Tickets, &id).await;
                let read = found.and_then(|record| record.map(|record| record.read::<Ticket>()).transpose());
                read.map_err(|error| Undelivered {
                    why: error.to_string(),
                    verdict: Verdict::Again(None),
                })?
            }
            _ => None,
        };
        let (company, channel) = (&self.company_id, &self.channel);
        self.courier
            .deliver(company, channel, &self.notices, ticket.as_ref())
            .await
    }
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
        let outcome = args.deliver().instrument(span).await;
        args.alive.rests();
        args.notifier
            .cast(NotifierMsg::Delivered(me.get_id(), Box::new(outcome)))?;
        me.stop(None);
        Ok(())
    }
}
