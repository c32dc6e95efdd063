//! An incident's decisions: asked for by itself or by somebody who waits, made by a child, kept in one
//! commit with what was absorbed.

use std::sync::Arc;

use ractor::{Actor, ActorId, ActorProcessingErr, ActorRef};
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::lifecycle::Step;
use super::{CHANGE_TRIES, DecideCall, IncidentMsg, IncidentState, session};
use crate::call::Call;
use crate::census::{Kind, Post};
use crate::decision::desk::IncidentDesk;
use crate::decision::{DecisionActor, DecisionArgs, Outcome, rules};
use crate::domain::incident::DecidedMark;
use crate::domain::outcome::Effectiveness;
use crate::domain::trace::KeptTrace;
use crate::domain::{Decision, DecisionId, DecisionRequest, Incident, IncidentFacts, Life, Origin, Role, Timestamp};
use crate::limits::{DECISION_PERMIT, DECISIONS_PER_INCIDENT};
use crate::measures;
use crate::port::{EngineInput, Error, Put, RecordKind, Verdict};
use crate::runtime::{CallError, DecisionEvent};
use crate::supervision::Timer;
use crate::tenant::{Permit, TenantMsg};

/// A decision under way.
pub(super) struct Pending {
    started: Instant,
    input: Arc<EngineInput>,
    requested_by: Origin,
    call: Option<Call<Decision>>,
    /// Held while it is decided, but not for long.
    permit: Option<(Permit, Timer<IncidentMsg>)>,
}

impl IncidentState {
    pub(super) async fn decide_by_itself(
        &mut self,
        me: &ActorRef<IncidentMsg>,
        permit: Option<Permit>,
    ) -> Result<(), Error> {
        let by_itself = self.deciding.values().any(|pending| pending.call.is_none());
        let Some(row) = self.row.as_ref().filter(|_| !by_itself && !self.draining) else {
            return Ok(());
        };
        let facts = facts_of(row);
        let request = DecisionRequest {
            incident_data: None,
            memory_context: Default::default(),
            requested_by: "incident".into(),
        };
        self.start_decision(me, facts, request, permit, None, None).await
    }

    pub(super) async fn decide_for(
        &mut self,
        me: &ActorRef<IncidentMsg>,
        ask: DecideCall,
    ) -> Result<(), ActorProcessingErr> {
        let DecideCall { request, show, call } = ask;
        if call.is_over() {
            return Ok(());
        }
        if self.draining {
            call.answer(Err(CallError::Draining));
            return Ok(());
        }
        if self.deciding.len() >= DECISIONS_PER_INCIDENT {
            call.answer(Err(CallError::Overloaded));
            return Ok(());
        }
        if let Err(error) = self.absorb().await {
            call.answer(Err(error.into()));
            return Ok(());
        }
        let now = self.args.ports.clock.now();
        session::renew(&mut self.session, &mut self.memory, &*self.args.ports.entropy, now);
        let facts = self
            .row
            .as_ref()
            .map(facts_of)
            .or_else(|| request.incident_data.clone());
        let Some(facts) = facts else {
            call.answer(Err(CallError::NothingToDecide));
            return Ok(());
        };
        if let Some(reader) = &show {
            let loaded = DecisionEvent::Memory {
                session_id: self.session.session_id.clone(),
                memory_id: self.memory.memory_id.clone(),
            };
            drop(reader.try_send(Box::new(loaded)));
        }
        Ok(self.start_decision(me, facts, *request, None, show, Some(call)).await?)
    }

    async fn start_decision(
        &mut self,
        me: &ActorRef<IncidentMsg>,
        facts: IncidentFacts,
        request: DecisionRequest,
        permit: Option<Permit>,
        show: Option<mpsc::Sender<Box<DecisionEvent>>>,
        call: Option<Call<Decision>>,
    ) -> Result<(), Error> {
        let past = self.past_of(&facts).await?;
        let input = Arc::new(EngineInput {
            past,
            facts,
            memory: self.memory.clone(),
            memory_context: request.memory_context,
            budget: self.args.ports.budget,
            shelf: self.args.company.shelf(),
            session_id: self.session.session_id.clone(),
            connected: self.args.company.now().aws.is_some(),
        });
        let args = DecisionArgs {
            desk: self.desk(),
            input: input.clone(),
            show,
            incident: me.clone(),
            alive: self.args.census.enter(Post::of_incident(
                Kind::Decision,
                self.company(),
                &self.args.incident_id,
                0,
            )),
        };
        let started = Instant::now();
        let mut pending = Pending {
            started,
            input,
            requested_by: request.requested_by,
            call,
            permit: None,
        };
        match Actor::spawn_linked(None, DecisionActor, args, me.get_cell()).await {
            Ok((child, _)) => {
                let id = child.get_id();
                pending.permit = permit.map(|permit| {
                    (
                        permit,
                        Timer::after(me, DECISION_PERMIT, move || IncidentMsg::TakesLong(id)),
                    )
                });
                self.deciding.insert(child.get_id(), Box::new(pending));
                Ok(())
            }
            Err(error) => self
                .conclude(pending, Err(format!("the decision could not start: {error}")))
                .await
                .map(drop),
        }
    }

    /// What engines may look at and spend for this incident.
    fn desk(&self) -> IncidentDesk {
        IncidentDesk {
            ports: self.args.ports.clone(),
            company: self.args.company.clone(),
            incident_id: self.args.incident_id.clone(),
            reader: self.args.reader.clone(),
            writer: self.args.writer.clone(),
            under_way: u32::try_from(self.deciding.len())
                .unwrap_or(u32::MAX)
                .saturating_mul(self.args.ports.budget.max_tokens),
        }
    }

    /// How the runbook that the rules would call has done, where the company's runs are anything at all.
    async fn past_of(&self, facts: &IncidentFacts) -> Result<Option<Effectiveness>, Error> {
        let shelf = self.args.company.shelf();
        let candidate = rules::candidate(&shelf, &facts.signature);
        let Some(runbook) = candidate.filter(|_| self.args.company.now().aws.is_some()) else {
            return Ok(None);
        };
        let id = Effectiveness::id_of(&runbook.runbook_id, &facts.signature);
        let record = self.args.reader.record(RecordKind::Outcomes, &id).await?;
        record.map(|record| record.read()).transpose()
    }

    /// Others wait for a permit, and this one waits for its engine.
    pub(super) fn give_permit_back(&mut self, child: ActorId) {
        if let Some(pending) = self.deciding.get_mut(&child) {
            pending.permit = None;
        }
    }

    pub(super) async fn decided(
        &mut self,
        me: &ActorRef<IncidentMsg>,
        child: ActorId,
        outcome: Outcome,
    ) -> Result<(), ActorProcessingErr> {
        let Some(pending) = self.deciding.remove(&child) else {
            return Ok(());
        };
        if self.deciding.is_empty() {
            // Most incidents live on without deciding again.
            self.deciding.shrink_to_fit();
        }
        let by_itself = pending.call.is_none();
        let was_cut_short = |verdict: &Verdict| verdict.trace.as_ref().is_some_and(|trace| trace.was_cut_short());
        if by_itself && outcome.as_ref().is_ok_and(was_cut_short) {
            // It stays due: the next process decides, with all the time that it takes.
            return Ok(());
        }
        let is_made = self.conclude(*pending, outcome).await?;
        match is_made && by_itself {
            true => Ok(self.propose(me).await?),
            false => Ok(()),
        }
    }

    /// A child that ended without an outcome has failed: the rules decide.
    pub(super) async fn child_ended(
        &mut self,
        me: &ActorRef<IncidentMsg>,
        child: ActorId,
    ) -> Result<(), ActorProcessingErr> {
        self.decided(me, child, Err("the decision ended without a verdict".into()))
            .await
    }

    /// Makes the decision durable and answers: whether it is. `Err` only where this actor's state may be wrong.
    async fn conclude(&mut self, pending: Pending, outcome: Outcome) -> Result<bool, Error> {
        let mut verdict = outcome.unwrap_or_else(|why| fallback(&pending.input, &why));
        let trace = verdict.trace.take();
        let now = self.args.ports.clock.now();
        let decision = self.decision(&pending, verdict, now);
        let trace = trace.map(|trace| KeptTrace {
            decision_id: decision.decision_id.clone(),
            incident_id: decision.incident_id.clone(),
            company_id: decision.company_id.clone(),
            session_id: pending.input.session_id.clone(),
            created_at: now,
            trace: *trace,
        });
        let deadline = pending.call.as_ref().map(|call| call.deadline);
        if pending.call.as_ref().is_some_and(Call::is_over) {
            return Ok(false);
        }
        let took = pending.started.elapsed();
        let stored = self.keep((&decision, trace.as_ref()), &pending, deadline, now).await;
        if stored == Ok(true) {
            metrics::counter!(measures::DECISIONS, "engine" => decision.engine.clone()).increment(1);
            metrics::histogram!(measures::DECISION_SECONDS).record(took.as_secs_f64());
        }
        let answer = match &stored {
            Ok(true) => Ok(decision.clone()),
            Ok(false) => Err(CallError::Overloaded),
            Err(Error::DeadlinePassed) => Err(CallError::TimedOut),
            Err(error) => Err(CallError::Store(error.clone())),
        };
        if let Some(call) = pending.call {
            call.answer(answer);
        }
        match stored {
            Ok(true) => Ok(true),
            Err(Error::Fenced) => {
                let fenced = self.args.tenant.cast(TenantMsg::Fenced);
                fenced.map(|()| false).map_err(|_| Error::Fenced)
            }
            Err(error @ (Error::Unknown | Error::Corrupt(_) | Error::NoSuchCompany)) => Err(error),
            // It did not happen: what an incident asked for itself is still due.
            _ => Ok(false),
        }
    }

    /// Commits a decision with the memory of it; tries again where the row has moved.
    async fn keep(
        &mut self,
        (decision, trace): (&Decision, Option<&KeptTrace>),
        pending: &Pending,
        deadline: Option<Instant>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let mut data = json!({
            "decision_id": decision.decision_id, "recommendation": decision.recommendation,
            "confidence": decision.confidence, "engine": decision.engine, "tokens_used": decision.tokens_used,
            "tools": decision.tool_calls.iter().map(|call| call.tool_name.as_str()).collect::<Vec<_>>(),
        });
        if let Some(not_run) = self.not_connected(decision) {
            data["not_run"] = not_run;
        }
        let fact = self.fact_from("decision.made", &pending.requested_by, now, data);
        let mark = DecidedMark {
            at: now,
            severity: pending.input.facts.severity,
            alert_count: pending.input.facts.alert_count,
        };
        for _ in 0..CHANGE_TRIES {
            let mut memory = self.memory.clone();
            memory.remember(Role::Agent, &decision.recommendation, now);
            let mut change = self.change(now);
            change.decided = self.row.is_some().then_some(mark);
            change.decision = Some(decision.clone());
            change.puts.extend(trace.map(Put::new).transpose()?);
            change.memory = Some(memory.clone());
            change.facts.push(fact.clone());
            // What is decided for somebody who waits is his to run.
            if pending.call.is_none()
                && let Some(life) = self.wanting(decision, now)
            {
                change.life = Some(life);
            }
            let life = change.life.as_ref();
            change.wake_due = self.row.as_ref().and_then(|row| self.due_after(row, life, mark, now));
            if self.commit(change, deadline).await? {
                self.memory = memory;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// When an incident wants to be looked at again once `mark` is durable.
    fn due_after(&self, row: &Incident, life: Option<&Life>, mark: DecidedMark, now: Timestamp) -> Option<Timestamp> {
        let mut decided = row.clone();
        decided.decided = Some(mark);
        if let Some(life) = life {
            decided.life = life.clone();
        }
        match self.step(&decided, now) {
            Step::Rest(due) => Some(due),
            Step::Over => None,
            Step::End(_) | Step::Decide | Step::Change(_) | Step::Expire | Step::HandUp(_) => Some(now),
            Step::Tend | Step::Propose => Some(now),
        }
    }

    fn decision(&self, pending: &Pending, verdict: Verdict, now: Timestamp) -> Decision {
        Decision {
            decision_id: DecisionId::from_uuid(self.args.ports.entropy.uuid(now)),
            incident_id: self.args.incident_id.clone(),
            company_id: self.company().clone(),
            recommendation: verdict.recommendation,
            confidence: verdict.confidence,
            tool_calls: verdict.tool_calls,
            reasoning: verdict.reasoning,
            tokens_used: verdict.spent.tokens,
            duration_ms: u64::try_from(pending.started.elapsed().as_millis()).unwrap_or(u64::MAX),
            created_at: now,
            engine: verdict.engine,
            requested_by: pending.requested_by.actor.clone(),
            evidence: verdict.evidence,
            budget: self.args.ports.budget,
            spent: verdict.spent,
            fallback: verdict.fallback,
        }
    }
}

fn facts_of(row: &Incident) -> IncidentFacts {
    IncidentFacts {
        severity: row.severity,
        signature: row.signature.clone(),
        alert_count: row.alert_count,
        affected_assets: vec![row.asset_name.clone()],
    }
}

/// The rules' verdict, saying why it stands in for another.
fn fallback(input: &EngineInput, why: &str) -> Verdict {
    let verdict = rules::decide(input);
    Verdict {
        reasoning: format!("{} (fallback: {why})", verdict.reasoning),
        fallback: Some(why.to_owned()),
        ..verdict
    }
}
