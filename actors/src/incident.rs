//! One incident: its life, its short-term memory and the decisions under way, in its state.
//!
//! Everything here can be lost and is read again: its row, the alerts placed after what it has
//! absorbed, its memory, its last decision. It changes its own row only by commits that ask for the
//! version it knows. An id that the company does not have is an incident without a row: decisions
//! and memory only.

pub mod lifecycle;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use ractor::{Actor, ActorId, ActorProcessingErr, ActorRef, SupervisionEvent};
use serde_json::json;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;

use crate::call::Call;
use crate::decision::{DecisionActor, DecisionArgs, Outcome, rules};
use crate::domain::ids::{EntryId, SessionId};
use crate::domain::incident::DecidedMark;
use crate::domain::{
    Alert, Company, CompanyId, Decision, DecisionId, DecisionRequest, Fact, Incident, IncidentFacts, IncidentId,
    IncidentStatus, MemoryId, Phase, Role, Session, ShortMemory, Signal, Timestamp,
};
use crate::limits::{DECISIONS_PER_INCIDENT, INCIDENT_IDLE, LIVE_INCIDENTS, MEMORY_MESSAGES, SESSION};
use crate::port::writer::{Changed, Expect, IncidentChange, Life};
use crate::port::{EngineInput, Error, Reader, Verdict, Writer};
use crate::runtime::{CallError, DecisionEvent, Ports};
use crate::supervision::Timer;
use crate::tenant::TenantMsg;
use lifecycle::{Ending, Step};

/// How often a change that met another row is tried again before it is left to its due time.
const CHANGE_TRIES: usize = 5;

/// A request to decide, from the edge.
pub struct DecideCall {
    pub(crate) request: DecisionRequest,
    pub(crate) show: Option<mpsc::Sender<DecisionEvent>>,
    pub(crate) call: Call<Decision>,
}

/// What an incident hears.
pub enum IncidentMsg {
    /// Alerts were placed, or something is due.
    News,
    /// Decide for somebody who waits.
    Decide(Box<DecideCall>),
    /// A decision has come to its outcome.
    Decided(ActorId, Box<Outcome>),
    /// A child has ended; judged behind its messages.
    Ended(ActorId),
    /// Nothing has happened for a while.
    Idle,
    /// End once nothing is under way.
    Drain,
}

/// What an incident is made from.
pub struct IncidentArgs {
    pub(crate) ports: Ports,
    pub(crate) company: Arc<Company>,
    pub(crate) incident_id: IncidentId,
    pub(crate) reader: Arc<dyn Reader>,
    pub(crate) writer: Arc<dyn Writer>,
    pub(crate) tenant: ActorRef<TenantMsg>,
    pub(crate) news: Arc<AtomicBool>,
    pub(crate) waking: Arc<Semaphore>,
    pub(crate) live: Arc<AtomicUsize>,
}

/// A decision under way.
struct Pending {
    started: Instant,
    facts: IncidentFacts,
    input: EngineInput,
    requested_by: String,
    call: Option<Call<Decision>>,
}

/// An incident's memory.
pub struct IncidentState {
    args: IncidentArgs,
    row: Option<Incident>,
    memory: ShortMemory,
    session: Session,
    /// Up to which commit its alerts are in memory.
    absorbed_no: u64,
    deciding: HashMap<ActorId, Pending>,
    idle: Option<Timer<IncidentMsg>>,
    draining: bool,
    _live: LiveCount,
}

/// One of the process's live incidents, for as long as it exists.
struct LiveCount(Arc<AtomicUsize>);

impl LiveCount {
    fn new(live: &Arc<AtomicUsize>) -> Self {
        live.fetch_add(1, Ordering::Relaxed);
        Self(live.clone())
    }
}

impl Drop for LiveCount {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The actor.
pub struct IncidentActor;

impl Actor for IncidentActor {
    type Msg = IncidentMsg;
    type State = IncidentState;
    type Arguments = IncidentArgs;

    async fn pre_start(
        &self,
        _me: ActorRef<IncidentMsg>,
        args: IncidentArgs,
    ) -> Result<IncidentState, ActorProcessingErr> {
        let now = args.ports.clock.now();
        let memory_id = MemoryId::from_uuid(args.ports.entropy.uuid(now));
        let memory = ShortMemory::new(
            memory_id,
            args.incident_id.clone(),
            args.company.company_id.clone(),
            now,
        );
        let session = new_session(&args.ports, now);
        let live = LiveCount::new(&args.live);
        Ok(IncidentState {
            args,
            row: None,
            memory,
            session,
            absorbed_no: 0,
            deciding: HashMap::new(),
            idle: None,
            draining: false,
            _live: live,
        })
    }

    async fn post_start(&self, me: ActorRef<IncidentMsg>, state: &mut IncidentState) -> Result<(), ActorProcessingErr> {
        let waking = state.args.waking.clone();
        let _turn = waking.acquire().await?;
        state.load().await?;
        state.rest(&me);
        Ok(())
    }

    async fn handle(
        &self,
        me: ActorRef<IncidentMsg>,
        msg: IncidentMsg,
        state: &mut IncidentState,
    ) -> Result<(), ActorProcessingErr> {
        match msg {
            IncidentMsg::News => state.take_notice(&me).await?,
            IncidentMsg::Decide(call) => state.decide_for(&me, *call).await?,
            IncidentMsg::Decided(child, outcome) => state.decided(child, *outcome).await?,
            IncidentMsg::Ended(child) => state.child_ended(child).await?,
            IncidentMsg::Idle => return state.retire(&me),
            IncidentMsg::Drain => state.draining = true,
        }
        if state.draining && state.deciding.is_empty() {
            me.stop(None);
        } else {
            state.rest(&me);
        }
        Ok(())
    }

    async fn handle_supervisor_evt(
        &self,
        me: ActorRef<IncidentMsg>,
        event: SupervisionEvent,
        _state: &mut IncidentState,
    ) -> Result<(), ActorProcessingErr> {
        match event {
            SupervisionEvent::ActorTerminated(child, _, _) | SupervisionEvent::ActorFailed(child, _) => {
                me.cast(IncidentMsg::Ended(child.get_id()))?;
            }
            _ => {}
        }
        Ok(())
    }
}

impl IncidentState {
    async fn load(&mut self) -> Result<(), Error> {
        let now = self.args.ports.clock.now();
        self.row = self
            .args
            .reader
            .incident(&self.args.incident_id)
            .await?
            .map(|view| view.incident);
        if let Some(memory) = self.args.reader.short_memory(&self.args.incident_id, now).await? {
            self.memory = memory;
        }
        if let Some(row) = &self.row {
            self.absorbed_no = row.absorbed_no;
            if let Some(session) = row.session.clone().filter(|session| session.ends_at > now) {
                self.session = session;
            }
        }
        Ok(())
    }

    /// Looks at what was placed and does what the machine says.
    async fn take_notice(&mut self, me: &ActorRef<IncidentMsg>) -> Result<(), ActorProcessingErr> {
        self.args.news.store(false, Ordering::SeqCst);
        match self.notice(me).await {
            Ok(()) => Ok(()),
            Err(Error::Fenced) => Ok(self.args.tenant.cast(TenantMsg::Fenced)?),
            Err(error @ (Error::Corrupt(_) | Error::NoSuchCompany)) => Err(error.into()),
            Err(error) => {
                // It stays due; the sweeper sends news again.
                tracing::warn!(company_id = %self.company(), incident_id = %self.args.incident_id, %error, "incident waits for the store");
                Ok(())
            }
        }
    }

    async fn notice(&mut self, me: &ActorRef<IncidentMsg>) -> Result<(), Error> {
        for _ in 0..CHANGE_TRIES {
            self.absorb().await?;
            let Some(row) = &self.row else { return Ok(()) };
            let now = self.args.ports.clock.now();
            let stale_after = self.args.company.correlation.stale_after();
            let done = match lifecycle::step(row, stale_after, now) {
                Step::Over => return self.leave(),
                Step::End(ending) => self.end(ending, now).await?,
                Step::Rest(due) => self.commit_rest(due, now).await?,
                Step::Decide => {
                    // Still due until the decision is durable, so nothing is committed yet.
                    return self.decide_by_itself(me).await;
                }
            };
            if done {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Reads the row and what was placed after what is in memory, and remembers it.
    async fn absorb(&mut self) -> Result<(), Error> {
        self.row = self
            .args
            .reader
            .incident(&self.args.incident_id)
            .await?
            .map(|view| view.incident);
        let Some(row) = &self.row else { return Ok(()) };
        if row.placed_no <= self.absorbed_no {
            return Ok(());
        }
        let upto = row.placed_no;
        let id = &self.args.incident_id;
        let alerts = self
            .args
            .reader
            .placed_between(id, self.absorbed_no, upto, MEMORY_MESSAGES)
            .await?;
        for alert in &alerts {
            self.memory.remember(Role::User, &told(alert), alert.received_at);
        }
        self.absorbed_no = upto;
        Ok(())
    }

    async fn commit_rest(&mut self, due: Timestamp, now: Timestamp) -> Result<bool, Error> {
        let Some(row) = &self.row else { return Ok(true) };
        if row.absorbed_no == self.absorbed_no && row.wake_due == Some(due) {
            return Ok(true);
        }
        let mut change = self.change(now);
        change.wake_due = Some(due);
        self.commit(change, None).await
    }

    /// Ends the incident, unless an alert has come in between.
    async fn end(&mut self, ending: Ending, now: Timestamp) -> Result<bool, Error> {
        let Some(row) = &self.row else { return Ok(true) };
        let minutes = now.since(row.created_at).as_secs_f64() / 60.0;
        let data = json!({
            "by": ending.as_str(), "alert_count": row.alert_count, "minutes_open": (minutes * 10.0).round() / 10.0,
        });
        let fact = self.fact("incident.resolved", "incident", now, &data);
        let life = Life {
            status: IncidentStatus::Resolved,
            phase: Phase::Resolved,
            resolved_at: Some(now),
            resolved_by: Some(ending.as_str().to_owned()),
            ..Life::of(row)
        };
        let mut change = self.change(now);
        change.life = Some(life);
        change.facts.push(fact);
        if !self.commit(change, None).await? {
            return Ok(false);
        }
        self.leave()?;
        Ok(true)
    }

    /// Tells the tenant that this is over, and asks to leave.
    fn leave(&mut self) -> Result<(), Error> {
        let closed = TenantMsg::Closed(self.args.incident_id.clone());
        self.args.tenant.cast(closed).map_err(|_| Error::Fenced)
    }

    async fn decide_by_itself(&mut self, me: &ActorRef<IncidentMsg>) -> Result<(), Error> {
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
        self.start_decision(me, facts, request, None, None).await
    }

    async fn decide_for(&mut self, me: &ActorRef<IncidentMsg>, ask: DecideCall) -> Result<(), ActorProcessingErr> {
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
            drop(reader.try_send(loaded));
        }
        Ok(self.start_decision(me, facts, request, show, Some(call)).await?)
    }

    async fn start_decision(
        &mut self,
        me: &ActorRef<IncidentMsg>,
        facts: IncidentFacts,
        request: DecisionRequest,
        show: Option<mpsc::Sender<DecisionEvent>>,
        call: Option<Call<Decision>>,
    ) -> Result<(), Error> {
        let input = EngineInput {
            facts: facts.clone(),
            memory: self.memory.clone(),
            memory_context: request.memory_context,
            budget: self.args.ports.budget,
        };
        let args = DecisionArgs {
            ports: self.args.ports.clone(),
            input: input.clone(),
            show,
            incident: me.clone(),
        };
        let started = Instant::now();
        let pending = Pending {
            started,
            facts,
            input,
            requested_by: request.requested_by,
            call,
        };
        match Actor::spawn_linked(None, DecisionActor, args, me.get_cell()).await {
            Ok((child, _)) => {
                self.deciding.insert(child.get_id(), pending);
                Ok(())
            }
            Err(error) => {
                self.conclude(pending, Err(format!("the decision could not start: {error}")))
                    .await
            }
        }
    }

    async fn decided(&mut self, child: ActorId, outcome: Outcome) -> Result<(), ActorProcessingErr> {
        match self.deciding.remove(&child) {
            Some(pending) => Ok(self.conclude(pending, outcome).await?),
            None => Ok(()),
        }
    }

    /// A child that ended without an outcome has failed: the rules decide.
    async fn child_ended(&mut self, child: ActorId) -> Result<(), ActorProcessingErr> {
        self.decided(child, Err("the decision ended without a verdict".into()))
            .await
    }

    /// Makes the decision durable and answers. `Err` only where this actor's state may be wrong.
    async fn conclude(&mut self, pending: Pending, outcome: Outcome) -> Result<(), Error> {
        let verdict = outcome.unwrap_or_else(|why| fallback(&pending.input, &why));
        let now = self.args.ports.clock.now();
        let decision = self.decision(&pending, verdict, now);
        let deadline = pending.call.as_ref().map(|call| call.deadline);
        if pending.call.as_ref().is_some_and(Call::is_over) {
            return Ok(());
        }
        let stored = self.keep(&decision, &pending.facts, deadline, now).await;
        let answer = match &stored {
            Ok(true) => Ok(decision),
            Ok(false) => Err(CallError::Overloaded),
            Err(Error::DeadlinePassed) => Err(CallError::TimedOut),
            Err(error) => Err(CallError::Store(error.clone())),
        };
        if let Some(call) = pending.call {
            call.answer(answer);
        }
        match stored {
            Err(Error::Fenced) => self.args.tenant.cast(TenantMsg::Fenced).map_err(|_| Error::Fenced),
            Err(error @ (Error::Unknown | Error::Corrupt(_) | Error::NoSuchCompany)) => Err(error),
            // It did not happen: what an incident asked for itself is still due.
            _ => Ok(()),
        }
    }

    /// Commits a decision with the memory of it; tries again where the row has moved.
    async fn keep(
        &mut self,
        decision: &Decision,
        facts: &IncidentFacts,
        deadline: Option<Instant>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let data = json!({
            "decision_id": decision.decision_id, "recommendation": decision.recommendation,
            "confidence": decision.confidence, "engine": decision.engine,
            "tools": decision.tool_calls.iter().map(|call| call.tool_name.as_str()).collect::<Vec<_>>(),
        });
        let fact = self.fact("decision.made", &decision.requested_by, now, &data);
        let mark = DecidedMark {
            at: now,
            severity: facts.severity,
            alert_count: facts.alert_count,
        };
        for _ in 0..CHANGE_TRIES {
            let mut memory = self.memory.clone();
            memory.remember(Role::Agent, &decision.recommendation, now);
            let mut change = self.change(now);
            change.decided = self.row.is_some().then_some(mark);
            change.decision = Some(decision.clone());
            change.memory = Some(memory.clone());
            change.facts.push(fact.clone());
            change.wake_due = self.row.as_ref().and_then(|row| self.due_after(row, mark, now));
            if self.commit(change, deadline).await? {
                self.memory = memory;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// When an incident wants to be looked at again once `mark` is durable.
    fn due_after(&self, row: &Incident, mark: DecidedMark, now: Timestamp) -> Option<Timestamp> {
        let decided = Incident {
            decided: Some(mark),
            ..row.clone()
        };
        match lifecycle::step(&decided, self.args.company.correlation.stale_after(), now) {
            Step::Rest(due) => Some(due),
            Step::Over => None,
            Step::End(_) | Step::Decide => Some(now),
        }
    }

    /// A change of nothing but what was absorbed; begins a session where there is none.
    fn change(&self, now: Timestamp) -> IncidentChange {
        let life = self
            .row
            .as_ref()
            .filter(|row| row.is_open() && row.session.as_ref() != Some(&self.session));
        IncidentChange {
            incident_id: self.args.incident_id.clone(),
            expect: self
                .row
                .as_ref()
                .map_or(Expect::NoRow, |row| Expect::Version(row.version)),
            life: life.map(|row| Life {
                session: Some(self.session.clone()),
                ..Life::of(row)
            }),
            absorbed_no: self.absorbed_no,
            wake_due: None,
            decided: None,
            decision: None,
            memory: Some(self.memory.clone()).filter(|memory| !memory.messages.is_empty()),
            facts: Vec::new(),
            now,
        }
    }

    /// Commits; `false` where the row was another one, which is then taken.
    async fn commit(&mut self, change: IncidentChange, deadline: Option<Instant>) -> Result<bool, Error> {
        match self.args.writer.change(change, deadline).await? {
            Changed::Done(row) => {
                self.row = row.map(|row| *row);
                Ok(true)
            }
            Changed::Refused(_) => {
                self.absorb().await?;
                Ok(false)
            }
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
            tokens_used: verdict.tokens_used,
            duration_ms: u64::try_from(pending.started.elapsed().as_millis()).unwrap_or(u64::MAX),
            created_at: now,
            engine: verdict.engine,
            requested_by: pending.requested_by.clone(),
            evidence: verdict.evidence,
            budget: self.args.ports.budget,
        }
    }

    fn fact(&self, kind: &'static str, actor: &str, now: Timestamp, data: &serde_json::Value) -> Fact {
        let id = EntryId::from_uuid(self.args.ports.entropy.uuid(now));
        Fact::new(id, now, kind, self.args.incident_id.as_str(), actor, data)
    }

    /// Leaves memory after a while; at once where the process holds many.
    fn rest(&mut self, me: &ActorRef<IncidentMsg>) {
        let crowded = self.args.live.load(Ordering::Relaxed) > LIVE_INCIDENTS / 2;
        let wait = if crowded {
            std::time::Duration::ZERO
        } else {
            INCIDENT_IDLE
        };
        self.idle = Some(Timer::after(me, wait, || IncidentMsg::Idle));
    }

    /// Asks the tenant to let this actor go; a later message starts another one.
    fn retire(&mut self, me: &ActorRef<IncidentMsg>) -> Result<(), ActorProcessingErr> {
        self.idle = None;
        if self.deciding.is_empty() && !self.draining {
            self.args
                .tenant
                .cast(TenantMsg::Retire(self.args.incident_id.clone(), me.get_id()))?;
        }
        Ok(())
    }

    fn company(&self) -> &CompanyId {
        &self.args.company.company_id
    }
}

fn new_session(ports: &Ports, now: Timestamp) -> Session {
    let session_id = SessionId::from_uuid(ports.entropy.uuid(now));
    Session {
        session_id,
        started_at: now,
        ends_at: now.plus(SESSION),
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

/// An alert as the incident's memory tells it.
fn told(alert: &Alert) -> String {
    let sent = &alert.sent;
    let state = match sent.status {
        Signal::Firing => sent.severity.as_str(),
        Signal::Resolved => "recovered",
    };
    format!("[{state}] {} on {}: {}", sent.signature, sent.asset_name, sent.message)
}

/// The rules' verdict, saying why it stands in for another.
fn fallback(input: &EngineInput, why: &str) -> Verdict {
    let verdict = rules::decide(input);
    Verdict {
        reasoning: format!("{} (fallback: {why})", verdict.reasoning),
        ..verdict
    }
}
