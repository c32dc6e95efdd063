//! Tools: what acts on the world outside, and how that is done effectively once. One actor for one piece of work, then
//! gone; its incident makes durable what it says, and only then does it go on.
//!
//! Code map: [`registry`] the tools that there are, [`input`] what they take and give; [`protocol`] from an intent to an
//! end that is known, or said not to be; `command` a run of command lines, `automation` one of a document; `check`
//! whether it has helped; [`targets`] on which machines; `turns` how many
//! at once.

mod automation;
mod check;
mod command;
pub mod input;
pub mod memory;
mod output;
pub mod protocol;
pub mod registry;
pub mod targets;
pub(crate) mod turns;

use std::time::Duration;

use ractor::{Actor, ActorProcessingErr, ActorRef};
use tokio::sync::oneshot;
use tokio::time::timeout;
use tracing::Instrument;

use crate::census::Alive;
use crate::company_now::CompanyNow;
use crate::domain::run::{Health, Standing};
use crate::domain::{CompanyId, Origin, Run};
use crate::incident::IncidentMsg;
use crate::limits::{INVENTORY_WITHIN, RUN_GRACE, RUN_PATIENCE};
use crate::measures;
use crate::port::cloud::{CloudError, SendError};
use crate::port::record::ALL_RUNS;
use crate::port::{Error, RecordKind};
use crate::runtime::Ports;
use crate::supervision::Timer;
use check::Check;
use protocol::{Heard, Next, Rules, Running};
use targets::Site;
use turns::{Turn, Turns};

/// How far the cloud's clock may be behind ours: commands are looked for since so long before they were meant.
const SKEW: Duration = Duration::from_secs(300);
/// How long is waited before a further try to send, times the tries before.
const TRY_AGAIN: Duration = Duration::from_secs(2);
/// How often the store or a health check is asked about again.
const AGAIN: Duration = Duration::from_secs(1);

/// What there is to do.
pub(crate) enum Work {
    /// Find out what the company has for runs.
    Look {
        /// How long a turn is waited for first, where what follows begins by itself.
        turn_within: Option<Duration>,
    },
    /// Carry a run from its intent to an end.
    Run {
        /// Which.
        run: Box<Run>,
        /// A turn, where its intent was committed just now; none where it was found in the store.
        turn: Option<Turn>,
    },
    /// Make the health check of a run.
    Check(Box<Run>),
}

/// What a tool tells its incident.
pub enum Report {
    /// What the company has for runs; with a turn, where one was waited for.
    Site(Result<Site, CloudError>, Option<Turn>),
    /// All turns are taken: it waits for one.
    Waits,
    /// No turn came in time.
    NoTurn,
    /// What the service has said when it was asked to end its run.
    CancelAsked {
        /// By whom.
        by: Origin,
        /// What.
        said: Result<(), CloudError>,
        /// Who waits for it, once it is durable.
        answer: oneshot::Sender<Result<(), CloudError>>,
    },
    /// Where its run stands from now on, once that is durable; with what was written, where it has ended.
    Stands(Standing, Option<String>),
    /// What a health check has shown, and what it wrote.
    Checked(Health, Option<String>),
}

/// What a tool hears.
#[derive(strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(crate) enum ToolMsg {
    /// Do what is next.
    Go,
    /// Its turn has come, or did not in time.
    Turn(Option<Turn>),
    /// Ask the service to end the run early, and say whether it will try.
    Cancel(Origin, oneshot::Sender<Result<(), CloudError>>),
    /// What it has told is durable.
    Stored,
    /// It is not, because the store is away.
    NotStored,
}

/// What a tool is made from.
pub(crate) struct ToolArgs {
    pub(crate) ports: Ports,
    pub(crate) company: CompanyNow,
    pub(crate) incident: ActorRef<IncidentMsg>,
    pub(crate) work: Work,
    pub(crate) turns: Turns,
    pub(crate) alive: Alive,
}

/// Where the work stands.
enum Stage {
    /// What begins by itself waits for a turn so long.
    WaitingToLook(Duration),
    Look(Option<Turn>),
    /// A run that was found in the store: another process may have done anything with it.
    Found(Box<Run>),
    Run(Box<UnderWay>),
    Check(Box<Run>, Check),
    Over,
}

struct UnderWay {
    run: Run,
    running: Running,
    rules: Rules,
    /// What is done when the timer fires.
    next: Next,
    /// What is not durable yet, and what was written.
    unstored: Option<(Standing, Option<String>)>,
    _turn: Option<Turn>,
}

/// A tool's memory.
pub(crate) struct ToolState {
    ports: Ports,
    company: CompanyNow,
    incident: ActorRef<IncidentMsg>,
    turns: Turns,
    stage: Stage,
    timer: Option<Timer<ToolMsg>>,
    alive: Alive,
}

/// The actor.
pub(crate) struct ToolActor;

impl Actor for ToolActor {
    type Msg = ToolMsg;
    type State = ToolState;
    type Arguments = ToolArgs;

    async fn pre_start(&self, _me: ActorRef<ToolMsg>, args: ToolArgs) -> Result<ToolState, ActorProcessingErr> {
        let ToolArgs {
            ports,
            company,
            incident,
            work,
            turns,
            alive,
        } = args;
        let stage = match work {
            Work::Look { turn_within: None } => Stage::Look(None),
            Work::Look {
                turn_within: Some(within),
            } => Stage::WaitingToLook(within),
            Work::Check(run) => Stage::Check(run, Check::Send),
            Work::Run { run, turn: None } => Stage::Found(run),
            Work::Run { run, turn } => Stage::Run(Box::new(UnderWay::new(*run, turn, &ports, Heard::Stored))),
        };
        Ok(ToolState {
            ports,
            company,
            incident,
            turns,
            stage,
            timer: None,
            alive,
        })
    }

    async fn post_start(&self, me: ActorRef<ToolMsg>, _: &mut ToolState) -> Result<(), ActorProcessingErr> {
        Ok(me.cast(ToolMsg::Go)?)
    }

    async fn handle(
        &self,
        me: ActorRef<ToolMsg>,
        msg: ToolMsg,
        state: &mut ToolState,
    ) -> Result<(), ActorProcessingErr> {
        let span = state.alive.hears((&msg).into());
        Box::pin(state.hear(&me, msg).instrument(span)).await
    }
}

impl UnderWay {
    fn new(run: Run, turn: Option<Turn>, ports: &Ports, first: Heard) -> Self {
        let rules = Rules {
            idempotent: run.idempotent,
            token: automation::token_until(&run),
            window: ports.reconcile_window,
            timeout: run.longest(),
            grace: RUN_GRACE,
            patience: RUN_PATIENCE,
        };
        let mut running = Running::of(run.standing.clone());
        let next = running.hear(first, &rules, ports.clock.now());
        Self {
            run,
            running,
            rules,
            next,
            unstored: None,
            _turn: turn,
        }
    }
}

impl ToolState {
    async fn hear(&mut self, me: &ActorRef<ToolMsg>, msg: ToolMsg) -> Result<(), ActorProcessingErr> {
        // To cancel it is beside what it does: whatever it waits for, it waits on.
        if !matches!(msg, ToolMsg::Cancel(..)) {
            self.timer = None;
        }
        match msg {
            ToolMsg::Cancel(by, answer) => {
                let said = self.cancel().await;
                self.tell(me, Report::CancelAsked { by, said, answer })
            }
            ToolMsg::NotStored => {
                self.again(me, AGAIN);
                Ok(())
            }
            ToolMsg::Stored => self.stored(me),
            ToolMsg::Turn(turn) => self.has_turn(me, turn),
            ToolMsg::Go => self.go(me).await,
        }
    }

    async fn go(&mut self, me: &ActorRef<ToolMsg>) -> Result<(), ActorProcessingErr> {
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::WaitingToLook(within) => {
                self.stage = Stage::WaitingToLook(within);
                match self.turns.take() {
                    Some(turn) => self.has_turn(me, Some(turn))?,
                    None => {
                        self.tell(me, Report::Waits)?;
                        self.wait_for_turn(me, within);
                    }
                }
            }
            Stage::Found(run) => {
                // It is under way, whoever waits for a turn: it takes one where there is one.
                let turn = self.turns.take();
                self.stage = Stage::Run(Box::new(UnderWay::new(*run, turn, &self.ports, Heard::Found)));
                self.go_on(me).await?;
            }
            Stage::Look(turn) => {
                let report = Report::Site(self.site().await, turn);
                self.tell(me, report)?;
                me.stop(None);
            }
            Stage::Run(under_way) => {
                self.stage = Stage::Run(under_way);
                self.go_on(me).await?;
            }
            Stage::Check(run, check) => self.check(me, run, check).await?,
            Stage::Over => {}
        }
        Ok(())
    }

    fn wait_for_turn(&mut self, me: &ActorRef<ToolMsg>, within: Duration) {
        let turns = self.turns.clone();
        let coming = async move { ToolMsg::Turn(timeout(within, turns.wait()).await.ok().flatten()) };
        self.timer = Some(Timer::once(me, coming));
    }

    fn has_turn(&mut self, me: &ActorRef<ToolMsg>, turn: Option<Turn>) -> Result<(), ActorProcessingErr> {
        match (std::mem::replace(&mut self.stage, Stage::Over), turn) {
            (Stage::WaitingToLook(_), None) => {
                self.tell(me, Report::NoTurn)?;
                me.stop(None);
            }
            (Stage::WaitingToLook(_), Some(turn)) => {
                self.stage = Stage::Look(Some(turn));
                self.again(me, Duration::ZERO);
            }
            (stage, _) => self.stage = stage,
        }
        Ok(())
    }

    /// Asks the service to end what was sent. What comes of it is seen as every end is.
    async fn cancel(&self) -> Result<(), CloudError> {
        let Stage::Run(under_way) = &self.stage else {
            return Err(CloudError::Invalid("the run is over".to_owned()));
        };
        let Standing::Sent { command_id, .. } = &under_way.running.standing else {
            return Err(CloudError::Invalid("the run is not sent yet".to_owned()));
        };
        match under_way.run.automation {
            None => self.cancel_command(command_id).await,
            Some(_) => {
                let automations = &self.ports.automations;
                automations.stop_automation(self.company.id(), command_id).await
            }
        }
    }

    fn again(&mut self, me: &ActorRef<ToolMsg>, wait: Duration) {
        self.timer = Some(Timer::after(me, wait, || ToolMsg::Go));
    }

    fn tell(&self, me: &ActorRef<ToolMsg>, report: Report) -> Result<(), ActorProcessingErr> {
        Ok(self.incident.cast(IncidentMsg::Tool(me.get_id(), Box::new(report)))?)
    }

    async fn site(&self) -> Result<Site, CloudError> {
        let company = self.company.now();
        let asked = Site::of(
            self.company.id(),
            company.aws.as_ref(),
            &*self.ports.inventory,
            &*self.ports.commands,
        );
        timeout(INVENTORY_WITHIN, asked).await.unwrap_or_else(|_| {
            let why = format!("no answer within {} s", INVENTORY_WITHIN.as_secs());
            Err(CloudError::Unavailable { why, until: None })
        })
    }

    /// What was told is durable.
    fn stored(&mut self, me: &ActorRef<ToolMsg>) -> Result<(), ActorProcessingErr> {
        let Stage::Run(under_way) = &mut self.stage else {
            return Ok(());
        };
        let Some((standing, _)) = under_way.unstored.take() else {
            return Ok(());
        };
        let tries = match &standing {
            Standing::Intended { tries, .. } => tries.saturating_sub(1),
            _ => 0,
        };
        under_way.running.standing = standing;
        let now = self.ports.clock.now();
        under_way.next = under_way.running.hear(Heard::Stored, &under_way.rules, now);
        self.again(me, TRY_AGAIN * tries);
        Ok(())
    }

    /// Does what the protocol says: one question to the world, then what follows from it.
    async fn go_on(&mut self, me: &ActorRef<ToolMsg>) -> Result<(), ActorProcessingErr> {
        let Stage::Run(under_way) = &self.stage else {
            return Ok(());
        };
        if let Some((standing, written)) = &under_way.unstored {
            let report = Report::Stands(standing.clone(), written.clone());
            return self.tell(me, report);
        }
        let (heard, written) = match &under_way.next {
            Next::Rest => {
                me.stop(None);
                return Ok(());
            }
            Next::Store(standing) => {
                let standing = standing.clone();
                return self.store(me, standing, None);
            }
            Next::Send => (self.send(&under_way.run).await, None),
            Next::List(_) => (self.list(&under_way.run).await, None),
            Next::Look(_) => self.look(under_way).await,
        };
        let now = self.ports.clock.now();
        let Stage::Run(under_way) = &mut self.stage else {
            return Ok(());
        };
        match under_way.running.hear(heard, &under_way.rules, now) {
            Next::Store(standing) => self.store(me, standing, written),
            next => {
                let wait = match &next {
                    Next::List(wait) | Next::Look(wait) => *wait,
                    _ => Duration::ZERO,
                };
                under_way.next = next;
                self.again(me, wait);
                Ok(())
            }
        }
    }

    fn store(
        &mut self,
        me: &ActorRef<ToolMsg>,
        standing: Standing,
        written: Option<String>,
    ) -> Result<(), ActorProcessingErr> {
        if let Stage::Run(under_way) = &mut self.stage {
            under_way.unstored = Some((standing.clone(), written.clone()));
        }
        self.tell(me, Report::Stands(standing, written))
    }

    /// Why nothing may be sent now, where that is so.
    async fn stopped(&self) -> Option<String> {
        if self.company.now().policy.stopped {
            return Some("runs are stopped for the company".to_owned());
        }
        match all_stopped(&self.ports).await {
            Ok(false) => None,
            Ok(true) => Some("all runs are stopped".to_owned()),
            Err(error) => Some(format!("whether runs are stopped is not known: {error}")),
        }
    }

    /// Sends it, unless it may not be by now: once, and exactly as it was meant.
    async fn send(&self, run: &Run) -> Heard {
        if let Some(why) = self.stopped().await {
            return Heard::NotOpened(why);
        }
        if run.computed_hash() != run.hash {
            return Heard::NotOpened("what is stored of the run is not what was agreed to".to_owned());
        }
        let sent = match &run.automation {
            None => self.send_command(run).await,
            Some(automation) => self.start_automation(run, automation).await,
        };
        match sent {
            Ok(name) => Heard::Sent(name),
            Err(SendError::Unclear(why)) => {
                tracing::warn!(company_id = %self.company.id(), run_id = %run.run_id, %why, "it is not known whether a run was sent");
                metrics::counter!(measures::RUNS_UNCLEAR).increment(1);
                Heard::Unclear
            }
            Err(no @ SendError::Denied(_)) => Heard::Denied(no.to_string()),
            Err(no @ SendError::Refused(_)) => Heard::Refused(no.to_string()),
            Err(unopened) => Heard::NotOpened(unopened.to_string()),
        }
    }

    async fn look(&self, under_way: &UnderWay) -> (Heard, Option<String>) {
        match (&under_way.running.standing, &under_way.run.automation) {
            (Standing::Sent { command_id, .. }, None) => self.look_at_command(under_way, command_id).await,
            (Standing::Sent { command_id, .. }, Some(_)) => self.look_at_automation(command_id).await,
            _ => (Heard::Away, None),
        }
    }
}

/// Whether the platform's switch is thrown: then nothing runs for anybody.
///
/// # Errors
/// Those of the port.
pub(crate) async fn all_stopped(ports: &Ports) -> Result<bool, Error> {
    let platform = ports.store.reader(&CompanyId::platform());
    let switch = platform.record(RecordKind::Switches, ALL_RUNS).await?;
    Ok(switch.is_some())
}
