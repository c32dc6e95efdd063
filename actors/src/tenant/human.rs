//! What becomes of an incident whose actor failed too often.

use ractor::ActorProcessingErr;
use serde_json::json;

use super::{TenantState, children};
use crate::domain::ids::EntryId;
use crate::domain::{Fact, IncidentId, Life, Phase};
use crate::port::writer::{Expect, IncidentChange};

impl TenantState {
    /// An incident whose actor failed too often: its row says so, and it rests for a while.
    pub(super) async fn hand_to_a_human(&mut self, incident: &IncidentId) -> Result<(), ActorProcessingErr> {
        let Some(held) = &self.held else { return Ok(()) };
        tracing::error!(company_id = %self.args.company_id, incident_id = %incident, "incident failed too often and needs a human");
        let now = self.args.ports.clock.now();
        let Ok(Some(view)) = held.reader.incident(incident).await else {
            return Ok(());
        };
        let row = view.incident;
        if !row.is_open() {
            return Ok(());
        }
        let data =
            json!({"phase": {"from": row.life.phase, "to": Phase::NeedsHuman}, "why": "its actor failed too often"});
        let id = EntryId::from_uuid(self.args.ports.entropy.uuid(now));
        let change = IncidentChange {
            incident_id: incident.clone(),
            expect: Expect::Version(row.version),
            life: Some(Life {
                phase: Phase::NeedsHuman,
                ..row.life
            }),
            absorbed_no: row.absorbed_no,
            wake_due: Some(now.plus(children::REST)),
            decided: None,
            decision: None,
            memory: None,
            puts: Vec::new(),
            guard: None,
            facts: vec![Fact::new(
                id,
                now,
                "incident.changed",
                incident.as_str(),
                "tenant",
                &data,
            )],
            now,
        };
        // What cannot be written now is found again when the incident is next woken.
        drop(held.writer.change(change, None).await);
        Ok(())
    }
}
