//! Changing what is administered of a company: its settings, keys, secrets, assets.

use ractor::{ActorProcessingErr, ActorRef};

use super::{TenantMsg, TenantState};
use crate::call::Call;
use crate::correlator::CorrelatorMsg;
use crate::incident::IncidentMsg;
use crate::port::{Amended, Amendment, Error, Notices, Writer, own_runbook};
use crate::runtime::CallError;

/// A call to amend.
pub struct AmendCall {
    pub(crate) amendment: Box<Amendment>,
    pub(crate) call: Call<Amended>,
}

impl AmendCall {
    /// Commits, and tells of it before anybody is answered.
    pub(crate) async fn commit(&self, writer: &dyn Writer, notices: &dyn Notices) -> Result<Amended, Error> {
        if self.call.is_over() {
            return Err(Error::DeadlinePassed);
        }
        let deadline = Some(self.call.deadline);
        let amended = writer.amend((*self.amendment).clone(), deadline).await;
        match &amended {
            Ok(Amended::Done) => notices.amended(writer.company(), &self.amendment),
            Err(Error::Unknown) => notices.doubtful(writer.company()),
            _ => {}
        }
        amended
    }
}

impl TenantState {
    pub(super) async fn amend(&mut self, me: &ActorRef<TenantMsg>, ask: AmendCall) -> Result<(), ActorProcessingErr> {
        let refusal = match self.draining {
            Some(_) => Some(CallError::Draining),
            None => self.held.is_none().then_some(CallError::Interrupted),
        };
        if let Some(refusal) = refusal {
            ask.call.answer(Err(refusal));
            return Ok(());
        }
        let Some(held) = &self.held else { return Ok(()) };
        let amended = ask.commit(&*held.writer, &*self.args.ports.notices).await;
        if amended == Ok(Amended::Done) {
            let shelf = held.company.shelf();
            if let Some(after) = own_runbook::after(&shelf, held.company.id(), &ask.amendment.puts)? {
                held.company.set_shelf(after);
            }
        }
        let told_otherwise = ask.amendment.puts.iter().any(|put| {
            use crate::port::RecordKind::{Channels, Notices};
            matches!(put.kind, Channels | Notices)
        });
        let settings = ask.amendment.company.filter(|_| amended == Ok(Amended::Done));
        // After an unknown outcome this incarnation may work under old settings.
        let failed = match &amended {
            Err(error @ (Error::Fenced | Error::Unknown)) => Some(error.clone()),
            _ => None,
        };
        if amended == Ok(Amended::Done) && told_otherwise {
            self.notify(me).await?;
        }
        if let Some(company) = settings {
            if let Some(held) = &self.held {
                held.company.set(company);
            }
            self.tell_correlator(CorrelatorMsg::Reload);
            for incident in self.incidents.living() {
                self.tell_incident(me, incident, IncidentMsg::News(None)).await?;
            }
        }
        ask.call.answer(amended.map_err(CallError::from));
        failed.map_or(Ok(()), |error| Err(error.into()))
    }
}
