//! One incident: its life, its short-term memory and the decisions under way, in its state.
//!
//! Everything here can be lost and is read again: its row, the alerts placed after what it has
//! absorbed, its memory, its last decision. It changes its own row only by commits that ask for the
//! version it knows. An id that the company does not have is an incident without a row: decisions
//! and memory only.

pub mod acts;
mod decisions;
mod leaving;
pub mod lifecycle;
pub mod quiet;
pub mod refusal;
pub mod remedy;
mod session;
pub(crate) mod telling;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ractor::{Actor, ActorId, ActorProcessingErr, ActorRef, SupervisionEvent};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;
use tracing::Instrument;

use crate::call::Call;
use crate::census::{Alive, Census, Kind, Post};
use crate::company_now::CompanyNow;
use crate::decision::Outcome;
use crate::domain::ids::EntryId;
use crate::domain::suppression::Found;
use crate::domain::{
    Alert, CompanyId, Decision, DecisionRequest, Fact, Incident, IncidentId, Life, MemoryId, News, Origin, Role,
    Session, Severity, ShortMemory, Signal, Timestamp,
};
use crate::limits::MEMORY_MESSAGES;
use crate::port::reader::Briefing;
use crate::port::writer::{Changed, Expect, IncidentChange};
use crate::port::{Error, Reader, RecordKind, Writer};
use crate::runtime::{CallError, DecisionEvent, Ports};
use crate::supervision::Timer;
use crate::tenant::{Permit, TenantMsg};
use crate::tool::Report;
use crate::tool::turns::Turns;
use acts::{Act, ActRefusal, Done};
use decisions::Pending;
use lifecycle::{Ending, House, Step, Turn};
use remedy::{ApprovalCall, ExecuteCall, Seat, StopCall};
use telling::Tiding;

/// How often a change that met another row is tried again before it is left to its due time.
const CHANGE_TRIES: usize = 5;

/// A request to decide, from the edge.
pub struct DecideCall {
    pub(crate) request: Box<DecisionRequest>,
    pub(crate) show: Option<mpsc::Sender<Box<DecisionEvent>>>,
    pub(crate) call: Call<Decision>,
}

/// Something that somebody does to an incident, from the edge.
pub struct ActCall {
    pub(crate) act: Act,
    pub(crate) by: Origin,
    pub(crate) call: Call<()>,
}

/// What an incident hears.
#[derive(strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum IncidentMsg {
    /// Alerts were placed, or something is due. With a permit where others wait for one.
    News(Option<Permit>),
    /// Decide for somebody who waits.
    Decide(Box<DecideCall>),
    /// Do something for somebody who waits.
    Act(Box<ActCall>),
    /// Run something for somebody who waits.
    Execute(Box<ExecuteCall>),
    /// Somebody's word on an approval.
    Approval(Box<ApprovalCall>),
    /// End a run early for somebody who waits.
    Stop(Box<StopCall>),
    /// A tool has told something.
    Tool(ActorId, Box<Report>),
    /// A decision has had its permit for long enough.
    TakesLong(ActorId),
    /// A decision has come to its outcome.
    Decided(ActorId, Box<Outcome>),
    /// A child has ended; judged behind its messages.
    Ended(ActorId),
    /// Its session is at its end, or nothing has happened for a while.
    Alarm,
    /// End once nothing is under way.
    Drain,
}

/// What an incident is made from.
pub struct IncidentArgs {
    pub(crate) ports: Ports,
    pub(crate) company: CompanyNow,
    pub(crate) incident_id: IncidentId,
    pub(crate) reader: Arc<dyn Reader>,
    pub(crate) writer: Arc<dyn Writer>,
    pub(crate) tenant: ActorRef<TenantMsg>,
    pub(crate) news: Arc<AtomicBool>,
    pub(crate) waking: Arc<Semaphore>,
    pub(crate) census: Arc<Census>,
    pub(crate) turns: Turns,
    pub(crate) restarts: u32,
}

/// An incident's memory.
pub struct IncidentState {
    args: IncidentArgs,
    row: Option<Incident>,
    memory: ShortMemory,
    session: Session,
    /// What was found to keep it quiet when it last looked.
    found: Found,
    /// Up to which commit its alerts are in memory.
    absorbed_no: u64,
    /// Whether it has been read what it comes back from.
    loaded: bool,
    /// Whether the row was read for the message that comes first.
    just_loaded: bool,
    deciding: HashMap<ActorId, Box<Pending>>,
    /// What acts for it on the world outside.
    tool: Option<Seat>,
    used_at: Instant,
    /// When its session ends; none where that has been dealt with.
    session_end: Option<Instant>,
    alarm: Option<(Instant, Timer<IncidentMsg>)>,
    draining: bool,
    alive: Alive,
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
        let memory = ShortMemory::new(memory_id, args.incident_id.clone(), args.company.id().clone(), now);
        let session = session::begin(&*args.ports.entropy, now);
        let post = Post::of_incident(Kind::Incident, args.company.id(), &args.incident_id, args.restarts);
        let alive = args.census.enter(post);
        Ok(IncidentState {
            args,
            row: None,
            memory,
            session,
            found: Found::default(),
            absorbed_no: 0,
            loaded: false,
            just_loaded: false,
            deciding: HashMap::new(),
            tool: None,
            used_at: Instant::now(),
            session_end: None,
            alarm: None,
            draining: false,
            alive,
        })
    }

    async fn post_start(&self, me: ActorRef<IncidentMsg>, state: &mut IncidentState) -> Result<(), ActorProcessingErr> {
        let waking = state.args.waking.clone();
        let _turn = waking.acquire().await?;
        match state.load().await {
            Ok(()) => {}
            Err(Error::Fenced) => state.args.tenant.cast(TenantMsg::Fenced)?,
            Err(error @ (Error::Corrupt(_) | Error::NoSuchCompany | Error::Unknown)) => return Err(error.into()),
            // A store that is away is no fault of this actor's: it is read when there is something to do.
            Err(error) => {
                tracing::warn!(company_id = %state.company(), incident_id = %state.args.incident_id, %error, "loading waits for the store");
            }
        }
        state.watch(&me);
        Ok(())
    }

    async fn handle(
        &self,
        me: ActorRef<IncidentMsg>,
        msg: IncidentMsg,
        state: &mut IncidentState,
    ) -> Result<(), ActorProcessingErr> {
        let span = state.alive.hears((&msg).into());
        // Boxed: ractor keeps room for a handler's future as long as the actor lives.
        let heard = Box::pin(state.hear(&me, msg).instrument(span)).await;
        state.just_loaded = false;
        heard
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
    async fn hear(&mut self, me: &ActorRef<IncidentMsg>, msg: IncidentMsg) -> Result<(), ActorProcessingErr> {
        match msg {
            IncidentMsg::News(permit) => self.take_notice(me, permit).await?,
            IncidentMsg::Decide(call) => self.decide_for(me, *call).await?,
            IncidentMsg::Act(ask) => self.act_for(*ask).await?,
            IncidentMsg::TakesLong(child) => self.give_permit_back(child),
            IncidentMsg::Decided(child, outcome) => self.decided(me, child, *outcome).await?,
            IncidentMsg::Execute(call) => self.execute_for(me, *call).await?,
            IncidentMsg::Approval(call) => self.approval_for(me, *call).await?,
            IncidentMsg::Stop(call) => self.stop_for(me, *call).await?,
            IncidentMsg::Tool(child, report) => self.tool_tells(me, child, *report).await?,
            IncidentMsg::Ended(child) => {
                self.tool_ended(child);
                self.child_ended(me, child).await?;
            }
            IncidentMsg::Alarm => return self.alarm_rings(me).await,
            IncidentMsg::Drain => {
                self.draining = true;
                self.stop_tool();
                self.alive.drains();
            }
        }
        self.alive.queue(self.deciding.len());
        if self.draining && self.deciding.is_empty() && self.tool.is_none() {
            me.stop(None);
        } else {
            self.used_at = Instant::now();
            self.watch(me);
        }
        Ok(())
    }

    async fn load(&mut self) -> Result<(), Error> {
        let briefing = self.briefing(None).await?;
        if let Some(memory) = briefing.memory {
            self.memory = memory;
        }
        let known = match &briefing.row {
            Some(row) => row.life.session.clone(),
            None => self.memory.session.clone(),
        };
        self.session = known.unwrap_or_else(|| self.session.clone());
        self.absorbed_no = briefing.row.as_ref().map_or(0, |row| row.absorbed_no);
        self.learn(briefing.row, &briefing.alerts);
        (self.loaded, self.just_loaded) = (true, true);
        Ok(())
    }

    async fn briefing(&self, after: Option<u64>) -> Result<Briefing, Error> {
        let (id, now) = (&self.args.incident_id, self.args.ports.clock.now());
        self.args.reader.briefing(id, after, now, MEMORY_MESSAGES).await
    }

    /// Looks at what was placed and does what the machine says.
    async fn take_notice(
        &mut self,
        me: &ActorRef<IncidentMsg>,
        permit: Option<Permit>,
    ) -> Result<(), ActorProcessingErr> {
        self.args.news.store(false, Ordering::SeqCst);
        match self.notice(me, permit).await {
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

    async fn notice(&mut self, me: &ActorRef<IncidentMsg>, permit: Option<Permit>) -> Result<(), Error> {
        for _ in 0..CHANGE_TRIES {
            self.absorb().await?;
            let Some(row) = &self.row else { return Ok(()) };
            let now = self.args.ports.clock.now();
            self.found = self.look_for_quiet(row, now).await?;
            let done = match self.step(row, now) {
                Step::Over => return self.leave(),
                Step::End(ending) => self.end(ending, now).await?,
                // Changed or not, it is looked at again.
                Step::Change(turn) => self.turn(turn, now).await.map(|()| false)?,
                Step::Expire => self.expire_approval().await.map(|()| false)?,
                Step::HandUp(run) => self.not_verified(me, &run).await.map(|()| false)?,
                Step::Tend => return self.tend(me).await,
                Step::Propose => return self.propose(me).await,
                Step::Rest(due) => self.commit_rest(due, now).await?,
                Step::Decide => {
                    // Still due until the decision is durable, so nothing is committed yet.
                    return self.decide_by_itself(me, permit).await;
                }
            };
            if done {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Reads the row and what was placed after what is in memory. The first message finds it read.
    async fn absorb(&mut self) -> Result<(), Error> {
        if !self.loaded {
            self.load().await?;
        }
        if !std::mem::take(&mut self.just_loaded) {
            let briefing = self.briefing(Some(self.absorbed_no)).await?;
            self.learn(briefing.row, &briefing.alerts);
        }
        Ok(())
    }

    /// Takes the row, and remembers what was placed.
    fn learn(&mut self, row: Option<Incident>, alerts: &[Alert]) {
        self.row = row;
        let Some(row) = self.row.as_ref().filter(|row| row.placed_no > self.absorbed_no) else {
            return;
        };
        self.absorbed_no = row.placed_no;
        let now = self.args.ports.clock.now();
        session::renew(&mut self.session, &mut self.memory, &*self.args.ports.entropy, now);
        for alert in alerts {
            self.memory.remember(Role::User, &told(alert), alert.received_at);
        }
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
        let (row, life) = (row.clone(), row.life.clone());
        let mut change = self.change(now);
        self.withdraw_approval(&mut change, "the incident has ended").await?;
        let healed_by = match ending {
            Ending::Recovery => self.conclude_run(&mut change).await?,
            Ending::Stale => None,
        };
        let by = healed_by.as_ref().map_or(ending.as_str(), |run| run.as_str());
        let data = acts::ending(&row, by, now);
        change.life = Some(Life {
            healed_by: healed_by.clone(),
            ..life.resolved(by, now)
        });
        change
            .facts
            .push(self.fact("incident.resolved", "incident", now, &data));
        let after = with_life_of(&row, &change);
        self.tell(&mut change, &after, Tiding::new(News::Resolved, data))
            .await?;
        if !self.commit(change, None).await? {
            return Ok(false);
        }
        self.leave()?;
        if let Some(run) = healed_by {
            self.measure_after(&run).await?;
        }
        Ok(true)
    }

    /// A change that the clock or its alerts bring about.
    async fn turn(&mut self, turn: Turn, now: Timestamp) -> Result<(), Error> {
        let Some(row) = &self.row else { return Ok(()) };
        let company = self.args.company.now();
        let turned = lifecycle::turned(row, &turn, &company.notifications, now);
        let after = Incident {
            life: turned.life.clone(),
            ..row.clone()
        };
        let mut change = self.change(now);
        // A session that begins with this turn is not lost by it.
        let session = change.life.as_ref().and_then(|life| life.session.clone());
        change.life = Some(Life {
            session: session.or(turned.life.session.clone()),
            ..turned.life
        });
        change.wake_due = Some(now);
        change
            .facts
            .push(self.fact("incident.changed", "incident", now, &turned.data));
        if let Some(news) = turned.news {
            let tiding = Tiding {
                news,
                detail: turned.data,
                step: turned.step,
            };
            self.tell(&mut change, &after, tiding).await?;
        }
        self.commit(change, None).await.map(drop)
    }

    /// One look at it, as it is and as things are around it.
    fn step(&self, row: &Incident, now: Timestamp) -> Step {
        let company = self.args.company.now();
        let house = House {
            correlation: &company.correlation,
            notifications: &company.notifications,
            found: &self.found,
        };
        lifecycle::step(row, &house, now)
    }

    /// Does what somebody asks, and answers once it is durable.
    async fn act_for(&mut self, ask: ActCall) -> Result<(), ActorProcessingErr> {
        let ActCall { act, by, call } = ask;
        if call.is_over() {
            return Ok(());
        }
        let done = match self.draining {
            true => Err(CallError::Draining),
            false => self.act(&act, &by, call.deadline).await,
        };
        let failed = match &done {
            Err(CallError::Store(error @ (Error::Unknown | Error::Corrupt(_)))) => Some(error.clone()),
            _ => None,
        };
        if matches!(done, Err(CallError::Store(Error::Fenced))) {
            self.args.tenant.cast(TenantMsg::Fenced)?;
        }
        call.answer(done);
        failed.map_or(Ok(()), |error| Err(error.into()))
    }

    async fn act(&mut self, act: &Act, by: &Origin, deadline: Instant) -> Result<(), CallError> {
        for _ in 0..CHANGE_TRIES {
            self.absorb().await?;
            let now = self.args.ports.clock.now();
            let Some(row) = &self.row else {
                return Err(ActRefusal::NoSuchIncident.into());
            };
            let done = acts::act(row, act, &by.actor, now)?;
            if done.data.is_null() || self.carry_out(done, by, now, deadline).await? {
                return Ok(());
            }
        }
        Err(CallError::Overloaded)
    }

    async fn carry_out(
        &mut self,
        done: Done,
        by: &Origin,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<bool, CallError> {
        let Some(row) = &self.row else { return Ok(true) };
        let (was_open, is_open) = (row.is_open(), done.life.is_open());
        session::renew(&mut self.session, &mut self.memory, &*self.args.ports.entropy, now);
        let mut memory = self.memory.clone();
        if let Some(told) = &done.told {
            memory.remember(Role::User, told, now);
        }
        let mut change = self.change(now);
        if was_open && !is_open {
            self.withdraw_approval(&mut change, "the incident has ended").await?;
        }
        let Some(row) = &self.row else { return Ok(true) };
        if done.life != row.life {
            let session = Some(self.session.clone())
                .filter(|_| is_open)
                .or(row.life.session.clone());
            change.life = Some(Life { session, ..done.life });
        }
        change.memory = Some(memory.clone()).filter(|memory| !memory.messages.is_empty());
        // Looked at again at once: what it asks for may have changed with its life.
        change.wake_due = is_open.then_some(now);
        if let Some(news) = done.news {
            let after = with_life_of(row, &change);
            self.tell(&mut change, &after, Tiding::new(news, done.data.clone()))
                .await?;
        }
        change.facts.push(self.fact_from(done.kind, by, now, done.data));
        if !self.commit(change, Some(deadline)).await? {
            return Ok(false);
        }
        self.memory = memory;
        match (was_open, is_open) {
            (true, false) => self.leave()?,
            (false, true) => {
                let reopened = TenantMsg::Reopened(self.args.incident_id.clone());
                self.args.tenant.cast(reopened).map_err(|_| Error::Fenced)?;
            }
            _ => {
                let severity = self.row.as_ref().map_or(Severity::Low, |row| row.severity);
                let news = TenantMsg::IncidentNews(self.args.incident_id.clone(), severity);
                self.args.tenant.cast(news).map_err(|_| Error::Fenced)?;
            }
        }
        Ok(true)
    }

    /// Tells the tenant that this is over, and asks to leave.
    fn leave(&mut self) -> Result<(), Error> {
        let closed = TenantMsg::Closed(self.args.incident_id.clone());
        self.args.tenant.cast(closed).map_err(|_| Error::Fenced)
    }

    /// A change of nothing but what was absorbed; begins a session where there is none.
    fn change(&self, now: Timestamp) -> IncidentChange {
        let life = self
            .row
            .as_ref()
            .filter(|row| row.is_open() && row.life.session.as_ref() != Some(&self.session));
        let mut memory = self.memory.clone();
        memory.session = self.row.is_none().then(|| self.session.clone());
        IncidentChange {
            incident_id: self.args.incident_id.clone(),
            expect: self
                .row
                .as_ref()
                .map_or(Expect::NoRow, |row| Expect::Version(row.version)),
            life: life.map(|row| Life {
                session: Some(self.session.clone()),
                ..row.life.clone()
            }),
            absorbed_no: self.absorbed_no,
            wake_due: None,
            decided: None,
            decision: None,
            memory: Some(memory).filter(|memory| !memory.messages.is_empty()),
            puts: Vec::new(),
            guard: None,
            facts: Vec::new(),
            now,
        }
    }

    /// Commits; `false` where the row was another one, which is then taken.
    async fn commit(&mut self, change: IncidentChange, deadline: Option<Instant>) -> Result<bool, Error> {
        let tells = change.puts.iter().any(|put| put.kind == RecordKind::Notices);
        match self.args.writer.change(change, deadline).await? {
            Changed::Done(row) => {
                self.row = row.map(|row| *row);
                if tells {
                    self.send_notices()?;
                }
                Ok(true)
            }
            Changed::Refused(_) | Changed::Overtaken => {
                self.absorb().await?;
                Ok(false)
            }
        }
    }

    fn fact(&self, kind: &'static str, actor: &str, now: Timestamp, data: &serde_json::Value) -> Fact {
        let id = EntryId::from_uuid(self.args.ports.entropy.uuid(now));
        Fact::new(id, now, kind, self.args.incident_id.as_str(), actor, data)
    }

    fn fact_from(&self, kind: &'static str, by: &Origin, now: Timestamp, data: serde_json::Value) -> Fact {
        let id = EntryId::from_uuid(self.args.ports.entropy.uuid(now));
        Fact::from_outside(id, now, kind, self.args.incident_id.as_str(), by, data)
    }

    fn company(&self) -> &CompanyId {
        self.args.company.id()
    }
}

/// The row as a change leaves its life.
fn with_life_of(row: &Incident, change: &IncidentChange) -> Incident {
    let life = change.life.clone().unwrap_or_else(|| row.life.clone());
    Incident { life, ..row.clone() }
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
