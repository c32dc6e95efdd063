//! Healing an incident: a run is asked for, by somebody or by the incident itself; the machines are looked up; the
//! company's policy says who must agree; then it begins, or people are asked.
//!
//! Code map: `proposal` what the incident wants by itself; `approval` people's consent; `run` what is under way; `stop`
//! how it is ended early; `outcome` whether it has helped.
//! Whatever is decided here is one commit: the row, the run, the approval, the locks of the machines and the journal.

mod approval;
mod outcome;
mod proposal;
mod run;
mod stop;

pub use stop::{Stop, StopCall, Stopped};

use std::time::Duration;

use ractor::{Actor, ActorId, ActorProcessingErr, ActorRef};
use serde_json::{Map, Value};
use tokio::sync::oneshot;

use super::refusal::RunRefusal;
use super::{IncidentMsg, IncidentState};
use crate::call::Call;
use crate::census::{Kind, Post};
use crate::domain::policy::{Approver, Need};
use crate::domain::run::{Plan, Run};
use crate::domain::runbook::{InstanceId, Platform};
use crate::domain::{Approval, ApprovalId, Incident, Origin, Phase, Remedy, RunId};
use crate::limits::RUNS_PER_INCIDENT;
use crate::port::Error;
use crate::port::cloud::CloudError;
use crate::runtime::CallError;
use crate::tenant::TenantMsg;
use crate::tool::targets::Site;
use crate::tool::turns::Turn;
use crate::tool::{self, Report, ToolActor, ToolArgs, ToolMsg, Work};

/// What somebody wants run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunAsk {
    /// What.
    pub what: Wanted,
    /// On which machines; `None` means the one that the incident is about.
    pub instance_ids: Option<Vec<InstanceId>>,
    /// Why, for who has to agree.
    pub reason: String,
}

/// What is to be run.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// A runbook.
    Runbook {
        /// Its id, or its short name.
        name: String,
        /// What is said to it.
        parameters: Map<String, Value>,
        /// The lines that it comes to, where the asker wants to be sure.
        commands: Option<Vec<String>>,
    },
    /// Lines that no runbook holds.
    Commands {
        /// For `sh`.
        lines: Vec<String>,
        /// How long they may take, in seconds.
        timeout_seconds: u32,
    },
}

/// A request to run something, from the edge.
pub struct ExecuteCall {
    pub(crate) ask: RunAsk,
    pub(crate) by: Origin,
    pub(crate) is: Approver,
    pub(crate) call: Call<Executed>,
}

/// Somebody's word on an approval, from the edge.
pub struct ApprovalCall {
    pub(crate) approval_id: ApprovalId,
    pub(crate) word: Word,
    /// People who have agreed before, and may not any more.
    pub(crate) lapsed: Vec<String>,
    pub(crate) by: Origin,
    pub(crate) is: Approver,
    pub(crate) call: Call<Decided>,
}

/// What somebody says to an approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// It may run, if it is what bears this hash; without one, as it is stored.
    Approve(Option<String>),
    /// It may not.
    Reject,
}

/// What has come of a request to run something.
#[derive(Debug)]
pub enum Executed {
    /// It has begun.
    Begun(Begun),
    /// Somebody has to agree first.
    Asked(Box<Approval>),
}

/// What has come of somebody's word.
#[derive(Debug)]
pub struct Decided {
    /// The approval from now on.
    pub approval: Approval,
    /// The run, where it has begun.
    pub begun: Option<Begun>,
}

/// A run whose intent is durable.
#[derive(Debug)]
pub struct Begun {
    /// The run.
    pub run: Box<Run>,
    /// The run again, once it was sent or has ended.
    pub sent: oneshot::Receiver<Box<Run>>,
}

/// Who wants something run.
pub(super) enum Asker {
    /// A person who waits.
    Somebody {
        by: Origin,
        is: Approver,
        call: Call<Executed>,
    },
    /// The incident, because of its decision.
    Itself,
}

/// What is asked for while the machines are looked up.
pub(super) struct Preparing {
    what: Wanted,
    /// What the registry made of it when it was asked for.
    plan: Plan,
    platform: Platform,
    instance_ids: Option<Vec<InstanceId>>,
    reason: String,
    asker: Asker,
}

/// A run that is under way here.
pub(super) struct UnderWay {
    run: Run,
    version: u64,
    /// Somebody who waits until it was sent.
    waits: Option<oneshot::Sender<Box<Run>>>,
}

/// What the incident's tool does.
pub(super) enum Doing {
    Preparing(Box<Preparing>),
    Running(Box<UnderWay>),
    Checking(Box<UnderWay>),
}

/// The incident's tool: one at a time.
pub(super) struct Seat {
    actor: ActorRef<ToolMsg>,
    doing: Doing,
}

impl Seat {
    pub(super) fn is(&self, child: ActorId) -> bool {
        self.actor.get_id() == child
    }

    fn only_proposes(&self) -> bool {
        matches!(&self.doing, Doing::Preparing(preparing) if matches!(preparing.asker, Asker::Itself))
    }
}

impl Asker {
    /// Who, for the journal.
    fn origin(&self) -> Origin {
        match self {
            Self::Somebody { by, .. } => by.clone(),
            Self::Itself => "incident".into(),
        }
    }

    /// What he is, where he is a person.
    fn is(&self) -> Option<Approver> {
        match self {
            Self::Somebody { is, .. } => Some(*is),
            Self::Itself => None,
        }
    }
}

impl IncidentState {
    /// Somebody wants something run.
    pub(super) async fn execute_for(
        &mut self,
        me: &ActorRef<IncidentMsg>,
        ask: ExecuteCall,
    ) -> Result<(), ActorProcessingErr> {
        let ExecuteCall { ask, by, is, call } = ask;
        if call.is_over() {
            return Ok(());
        }
        match self.planned(&ask).await {
            Ok((plan, platform)) => {
                let preparing = Preparing {
                    plan,
                    platform,
                    what: ask.what,
                    instance_ids: ask.instance_ids,
                    reason: ask.reason,
                    asker: Asker::Somebody { by, is, call },
                };
                self.prepare(me, preparing, None).await
            }
            Err(error) => self.refuse(call, error),
        }
    }

    /// Answers a call that was not done; `Err` where this actor's state may be wrong.
    fn refuse<T>(&self, call: Call<T>, error: CallError) -> Result<(), ActorProcessingErr> {
        let failed = match &error {
            CallError::Store(error @ (Error::Unknown | Error::Corrupt(_))) => Some(error.clone()),
            _ => None,
        };
        if error == CallError::Store(Error::Fenced) {
            self.args.tenant.cast(TenantMsg::Fenced)?;
        }
        call.answer(Err(error));
        failed.map_or(Ok(()), |error| Err(error.into()))
    }

    /// What a request comes to, if something may be run now.
    async fn planned(&mut self, ask: &RunAsk) -> Result<(Plan, Platform), CallError> {
        if self.draining {
            return Err(CallError::Draining);
        }
        self.absorb().await?;
        let (plan, platform) = self.wanted(&ask.what)?;
        self.is_free()?;
        self.need(&plan)?;
        match tool::all_stopped(&self.args.ports).await? {
            true => Err(RunRefusal::AllStopped.into()),
            false => Ok((plan, platform)),
        }
    }

    /// What the registry makes of what is wanted.
    fn wanted(&self, what: &Wanted) -> Result<(Plan, Platform), RunRefusal> {
        match what {
            Wanted::Runbook {
                name,
                parameters,
                commands,
            } => {
                let shelf = self.args.company.shelf();
                let runbook = shelf.find(name).ok_or(RunRefusal::NoSuchRunbook)?;
                let plan = Plan::of(runbook, parameters)?;
                match commands {
                    Some(lines) if *lines != plan.rendered.commands => Err(RunRefusal::OtherCommands),
                    _ => Ok((plan, runbook.platform)),
                }
            }
            Wanted::Commands { lines, timeout_seconds } => {
                Ok((self.free(lines.clone(), *timeout_seconds)?, Platform::Linux))
            }
        }
    }

    /// Commands without a runbook, where the policy allows them.
    fn free(&self, lines: Vec<String>, timeout_seconds: u32) -> Result<Plan, RunRefusal> {
        match self.args.company.now().policy.free_commands {
            true => Ok(Plan::free(lines, timeout_seconds)),
            false => Err(RunRefusal::NoFreeCommands),
        }
    }

    /// Whether the incident may begin something.
    fn is_free(&self) -> Result<(), RunRefusal> {
        let row = self.open_row()?;
        // What the incident only proposes itself stands back for whoever asks.
        let taken = self.tool.as_ref().is_some_and(|seat| !seat.only_proposes());
        match &row.life.remedy {
            Some(remedy) => Err(RunRefusal::Busy(remedy.phase())),
            None if taken => Err(RunRefusal::Busy(Phase::Executing)),
            None if row.life.runs.len() >= RUNS_PER_INCIDENT => Err(RunRefusal::TooMany),
            None => Ok(()),
        }
    }

    /// Whether it may begin something in the place of a run that has not helped.
    fn is_free_after(&self, run: &RunId) -> Result<(), RunRefusal> {
        let row = self.open_row()?;
        match &row.life.remedy {
            Some(Remedy::Verifying { run_id, .. }) if run_id == run => {}
            Some(other) => return Err(RunRefusal::Busy(other.phase())),
            None => return Err(RunRefusal::Busy(Phase::Open)),
        }
        match row.life.runs.len() < RUNS_PER_INCIDENT {
            true => Ok(()),
            false => Err(RunRefusal::TooMany),
        }
    }

    fn open_row(&self) -> Result<&Incident, RunRefusal> {
        let row = self.row.as_ref().ok_or(RunRefusal::NoSuchIncident)?;
        match row.is_open() {
            true => Ok(row),
            false => Err(RunRefusal::Resolved),
        }
    }

    /// Looks up the company's machines, in a child: that takes as long as the cloud does. What begins by itself waits so
    /// long for a turn first.
    async fn prepare(
        &mut self,
        me: &ActorRef<IncidentMsg>,
        preparing: Preparing,
        turn_within: Option<Duration>,
    ) -> Result<(), ActorProcessingErr> {
        self.stop_tool();
        let actor = self.start_tool(me, Work::Look { turn_within }).await?;
        let doing = Doing::Preparing(Box::new(preparing));
        self.tool = Some(Seat { actor, doing });
        Ok(())
    }

    async fn start_tool(
        &mut self,
        me: &ActorRef<IncidentMsg>,
        work: Work,
    ) -> Result<ActorRef<ToolMsg>, ActorProcessingErr> {
        let args = ToolArgs {
            ports: self.args.ports.clone(),
            company: self.args.company.clone(),
            incident: me.clone(),
            work,
            turns: self.args.turns.clone(),
            alive: self
                .args
                .census
                .enter(Post::of_incident(Kind::Tool, self.company(), &self.args.incident_id, 0)),
        };
        let (actor, _) = Actor::spawn_linked(None, ToolActor, args, me.get_cell()).await?;
        Ok(actor)
    }

    /// The tool has told something.
    pub(super) async fn tool_tells(
        &mut self,
        me: &ActorRef<IncidentMsg>,
        child: ActorId,
        report: Report,
    ) -> Result<(), ActorProcessingErr> {
        let Some(seat) = self.tool.take_if(|seat| seat.is(child)) else {
            return Ok(());
        };
        match (seat.doing, report) {
            (Doing::Preparing(preparing), Report::Site(site, turn)) => self.prepared(me, *preparing, site, turn).await,
            (Doing::Preparing(preparing), Report::Waits) => {
                let told = self.wait_for_turn(&preparing.plan).await;
                let doing = Doing::Preparing(preparing);
                let actor = seat.actor;
                self.tool = Some(Seat { actor, doing });
                told
            }
            (Doing::Preparing(preparing), Report::NoTurn) => {
                let crowded = RunRefusal::Crowded.into();
                self.not_proposed(&preparing.plan, crowded).await
            }
            (Doing::Running(mut under_way), Report::CancelAsked { by, said, answer }) => {
                let kept = self.cancel_asked(&mut under_way, &by, &said).await;
                let doing = Doing::Running(under_way);
                let actor = seat.actor;
                self.tool = Some(Seat { actor, doing });
                // Who is not answered is told to ask again: asking twice does no harm.
                if kept == Ok(true) {
                    drop(answer.send(said));
                }
                self.so_far(kept.map(drop))
            }
            (Doing::Running(under_way), Report::Stands(standing, written)) => {
                self.stands(me, seat.actor, *under_way, standing, written).await
            }
            (Doing::Checking(under_way), Report::Checked(health, written)) => {
                self.checked(me, *under_way, health, written).await
            }
            _ => Ok(()),
        }
    }

    /// The tool has ended without having told what it was for. A run is begun again from the store when it is due.
    pub(super) fn tool_ended(&mut self, child: ActorId) {
        let Some(seat) = self.tool.take_if(|seat| seat.is(child)) else {
            return;
        };
        if let Doing::Preparing(preparing) = seat.doing
            && let Asker::Somebody { call, .. } = preparing.asker
        {
            call.answer(Err(CallError::Interrupted));
        }
    }

    /// Tells the tool to end: what it does is durable, and another process goes on from there.
    pub(super) fn stop_tool(&self) {
        if let Some(seat) = &self.tool {
            seat.actor.stop(None);
        }
    }

    /// The machines are known, or why they are not.
    async fn prepared(
        &mut self,
        me: &ActorRef<IncidentMsg>,
        mut preparing: Preparing,
        site: Result<Site, CloudError>,
        turn: Option<Turn>,
    ) -> Result<(), ActorProcessingErr> {
        if matches!(preparing.asker, Asker::Itself) && !self.still_wants().await? {
            return Ok(());
        }
        let gated = self.gate(me, &mut preparing, site, turn).await;
        match (preparing.asker, gated) {
            (Asker::Somebody { call, .. }, Ok(executed)) => call.answer(Ok(executed)),
            (Asker::Somebody { call, .. }, Err(error)) => return self.refuse(call, error),
            (Asker::Itself, Ok(_)) => {}
            (Asker::Itself, Err(error)) => self.not_proposed(&preparing.plan, error).await?,
        }
        Ok(())
    }

    /// The policy's gate: what a run needs is the registry's risk and the company's policy, both as they are now; who
    /// asks may count.
    async fn gate(
        &mut self,
        me: &ActorRef<IncidentMsg>,
        preparing: &mut Preparing,
        site: Result<Site, CloudError>,
        turn: Option<Turn>,
    ) -> Result<Executed, CallError> {
        self.absorb().await?;
        self.is_free()?;
        (preparing.plan, preparing.platform) = self.wanted(&preparing.what)?;
        let site = site.map_err(RunRefusal::from)?;
        let asset = self.row.as_ref().map_or("", |row| row.asset_name.as_str());
        let asked = preparing.instance_ids.as_deref();
        let plan = &preparing.plan;
        let targets = tool::targets::choose(asked, asset, preparing.platform, plan.blast_radius, &site.machines)
            .map_err(RunRefusal::from)?;
        let need = self.need(plan)?;
        if need.left_after(preparing.asker.is()) > 0 {
            let approval = self.ask(preparing, &targets, site.venue, need).await?;
            return Ok(Executed::Asked(Box::new(approval)));
        }
        let beginning = run::Beginning {
            run: self.run_of(plan, targets, site.venue, &preparing.asker.origin().actor),
            asker: preparing.asker.is(),
            by: preparing.asker.origin(),
            follows: None,
            approval: None,
            turn,
            deadline: preparing.deadline(),
        };
        Ok(Executed::Begun(self.begin(me, beginning).await?))
    }

    /// What the company's policy asks for now.
    fn need(&self, plan: &Plan) -> Result<Need, RunRefusal> {
        self.args
            .company
            .now()
            .policy
            .needs(plan.risk)
            .ok_or(RunRefusal::Stopped)
    }

    /// A life with the session that is now.
    fn in_session(&self, life: crate::domain::Life) -> crate::domain::Life {
        crate::domain::Life {
            session: Some(self.session.clone()),
            ..life
        }
    }

    /// Whether the incident waits for this approval.
    fn awaits(&self, id: &ApprovalId) -> bool {
        let remedy = self.row.as_ref().and_then(|row| row.life.remedy.as_ref());
        matches!(remedy, Some(Remedy::AwaitingApproval { approval_id, .. }) if approval_id == id)
    }
}

impl Preparing {
    fn deadline(&self) -> Option<tokio::time::Instant> {
        match &self.asker {
            Asker::Somebody { call, .. } => Some(call.deadline),
            Asker::Itself => None,
        }
    }
}
