//! Merging and splitting: one commit of the tenant, computed from what the store holds.

use std::collections::BTreeSet;

use ractor::{ActorProcessingErr, ActorRef};
use serde_json::json;

use super::{Held, TenantMsg, TenantState};
use crate::call::Call;
use crate::correlator::CorrelatorMsg;
use crate::correlator::regroup::{self, RegroupRefusal};
use crate::correlator::rules::Rules;
use crate::domain::ids::EntryId;
use crate::domain::{AlertId, Fact, Incident, IncidentId, Life, News, Origin, Timestamp};
use crate::incident::IncidentMsg;
use crate::incident::telling::{Telling, Tiding};
use crate::limits::REGROUPED_ALERTS;
use crate::port::writer::{Move, OpenIncident, Opening, Owned, Regroup, RegroupPart, Seen};
use crate::port::{Entropy, Error};
use crate::runtime::CallError;

/// How often a regrouping that met other rows is computed again.
const TRIES: usize = 5;

/// What is asked for.
pub enum Regrouping {
    /// These become part of that one.
    Merge {
        /// The one that stays.
        into: IncidentId,
        /// Those that end.
        sources: BTreeSet<IncidentId>,
    },
    /// These alerts become an incident of their own.
    Split {
        /// Where they are.
        from: IncidentId,
        /// The new incident's id.
        new: IncidentId,
        /// Which.
        alerts: BTreeSet<AlertId>,
    },
}

/// A call to regroup; answers the incident that stays, or the new one.
pub struct RegroupCall {
    pub(crate) what: Regrouping,
    pub(crate) by: Origin,
    pub(crate) call: Call<IncidentId>,
}

/// Facts from the runtime's entropy.
struct Facts<'a> {
    entropy: &'a dyn Entropy,
    by: &'a Origin,
    now: Timestamp,
}

impl Facts<'_> {
    fn fact(&self, kind: &'static str, subject: &IncidentId, data: serde_json::Value) -> Fact {
        let id = EntryId::from_uuid(self.entropy.uuid(self.now));
        Fact::from_outside(id, self.now, kind, subject.as_str(), self.by, data)
    }
}

impl TenantState {
    pub(super) async fn regroup(
        &mut self,
        me: &ActorRef<TenantMsg>,
        ask: RegroupCall,
    ) -> Result<(), ActorProcessingErr> {
        let RegroupCall { what, by, call } = ask;
        let Some(held) = self.held.as_ref().filter(|_| !call.is_over()) else {
            call.answer(Err(CallError::Interrupted));
            return Ok(());
        };
        let done = match self.draining.is_some() {
            true => Err(CallError::Draining),
            false => self.commit(held, &what, &by, &call).await,
        };
        let fenced = matches!(done, Err(CallError::Store(Error::Fenced)));
        // Where the outcome is unknown it may have been done.
        let touched = matches!(done, Ok(()) | Err(CallError::Store(Error::Unknown)));
        let result = match &what {
            Regrouping::Merge { into, .. } => into.clone(),
            Regrouping::Split { new, .. } => new.clone(),
        };
        call.answer(done.map(|()| result.clone()));
        if touched {
            self.tell_correlator(CorrelatorMsg::Reload);
            match what {
                Regrouping::Merge { sources, .. } => {
                    sources.iter().for_each(|source| self.incidents.retire(source, None));
                    self.notify(me).await?;
                }
                Regrouping::Split { from, .. } => self.tell_incident(me, from, IncidentMsg::News(None)).await?,
            }
            self.tell_incident(me, result, IncidentMsg::News(None)).await?;
        }
        if fenced { Err(Error::Fenced.into()) } else { Ok(()) }
    }

    async fn commit(
        &self,
        held: &Held,
        what: &Regrouping,
        by: &Origin,
        call: &Call<IncidentId>,
    ) -> Result<(), CallError> {
        for _ in 0..TRIES {
            let facts = Facts {
                entropy: &*self.args.ports.entropy,
                by,
                now: self.args.ports.clock.now(),
            };
            let regroup = match what {
                Regrouping::Merge { into, sources } => merge(held, into, sources, &facts).await?,
                Regrouping::Split { from, new, alerts } => split(held, from, new, alerts, &facts).await?,
            };
            if held.writer.regroup(regroup, Some(call.deadline)).await? {
                return Ok(());
            }
        }
        Err(CallError::Overloaded)
    }
}

/// An open incident as it is now.
async fn open(held: &Held, id: &IncidentId) -> Result<OpenIncident, CallError> {
    let found = held.reader.owned(id).await?;
    let found = found.ok_or_else(|| RegroupRefusal::NoSuchIncident(id.clone()))?;
    if !found.row.is_open() {
        return Err(RegroupRefusal::Resolved(id.clone()).into());
    }
    match found.row.life.remedy {
        None => Ok(found),
        Some(_) => Err(RegroupRefusal::UnderWay(id.clone()).into()),
    }
}

fn seen(incident: &OpenIncident) -> Seen {
    Seen {
        version: incident.row.version,
        placed_no: incident.row.placed_no,
    }
}

async fn merge(
    held: &Held,
    into: &IncidentId,
    sources: &BTreeSet<IncidentId>,
    facts: &Facts<'_>,
) -> Result<Regroup, CallError> {
    let mut all = vec![open(held, into).await?];
    for source in sources {
        all.push(open(held, source).await?);
    }
    let alerts: u64 = all.iter().map(|incident| incident.row.alert_count).sum();
    if alerts > REGROUPED_ALERTS as u64 {
        return Err(RegroupRefusal::TooMany.into());
    }
    let merged = regroup::merged(&all, facts.now);
    let names: Vec<&str> = sources.iter().map(IncidentId::as_str).collect();
    let mut told = vec![facts.fact("incident.merged", into, json!({"merged": names, "alert_count": alerts}))];
    let nothing = regroup::merged(&[], facts.now);
    let mut parts = Vec::with_capacity(all.len());
    let (mut moves, mut puts) = (Vec::new(), Vec::new());
    let telling = Telling {
        company: &held.company,
        reader: &*held.reader,
        entropy: facts.entropy,
    };
    for incident in &all {
        let row = &incident.row;
        let stays = row.incident_id == *into;
        let life = row.life.clone().touched();
        let life = match stays {
            true => life,
            false => Life {
                merged_into: Some(into.clone()),
                ..life.resolved("merge", facts.now)
            },
        };
        if !stays {
            let data = json!({"by": "merge", "merged_into": into, "alert_count": row.alert_count});
            told.push(facts.fact("incident.resolved", &row.incident_id, data.clone()));
            moves.push(Move {
                from: row.incident_id.clone(),
                to: into.clone(),
                alerts: None,
            });
            let after = Incident {
                life: life.clone(),
                ..row.clone()
            };
            let tiding = Tiding::new(News::Resolved, data);
            puts.extend(telling.notices(&after, tiding, facts.now).await?);
        }
        parts.push(RegroupPart {
            incident_id: row.incident_id.clone(),
            from: Ok(seen(incident)),
            life,
            owned: match stays {
                true => merged.clone(),
                false => Owned {
                    severity: row.severity,
                    ..nothing.clone()
                },
            },
        });
    }
    Ok(Regroup {
        parts,
        moves,
        puts,
        facts: told,
        now: facts.now,
    })
}

async fn split(
    held: &Held,
    from: &IncidentId,
    new: &IncidentId,
    going: &BTreeSet<AlertId>,
    facts: &Facts<'_>,
) -> Result<Regroup, CallError> {
    let whole = open(held, from).await?;
    if whole.row.alert_count > REGROUPED_ALERTS as u64 {
        return Err(RegroupRefusal::TooMany.into());
    }
    let upto = whole.row.placed_no;
    let alerts = held.reader.placed_between(from, 0, upto, REGROUPED_ALERTS).await?;
    let company = held.company.now();
    let by = (&company.correlation, &Rules::of(&company));
    let (stays, goes) = regroup::split(&whole, &alerts, going, by, facts.now)?;
    let moved: Vec<_> = alerts.iter().filter(|alert| going.contains(&alert.id())).collect();
    let Some(first) = moved.first() else {
        return Err(RegroupRefusal::NothingLeft.into());
    };
    let opening = Opening {
        asset_name: first.sent.asset_name.clone(),
        signature: first.sent.signature.clone(),
        created_at: facts.now,
    };
    let opened = json!({
        "split_from": from, "asset_name": opening.asset_name, "signature": opening.signature,
        "severity": goes.severity, "alert_count": goes.alert_count,
    });
    // A part that fires nothing has lost its fingerprints to the other one. It has not recovered.
    let kept_open = |life: Life| Life {
        kept_open_at: (!whole.row.all_recovered()).then_some(facts.now).or(life.kept_open_at),
        ..life.touched()
    };
    let split = json!({"split_into": new, "alert_count": goes.alert_count});
    Ok(Regroup {
        moves: vec![Move {
            from: from.clone(),
            to: new.clone(),
            alerts: Some(moved.iter().map(|alert| alert.no).collect()),
        }],
        puts: Vec::new(),
        facts: vec![
            facts.fact("incident.split", from, split),
            facts.fact("incident.opened", new, opened),
        ],
        parts: vec![
            RegroupPart {
                incident_id: from.clone(),
                from: Ok(seen(&whole)),
                life: kept_open(whole.row.life.clone()),
                owned: stays,
            },
            RegroupPart {
                incident_id: new.clone(),
                from: Err(opening),
                life: kept_open(Life::new()),
                owned: goes,
            },
        ],
        now: facts.now,
    })
}
