//! How somebody ends a run before its time: the service is asked to end it, or its end is not waited for any more.

use ractor::{ActorProcessingErr, ActorRef};
use serde_json::json;
use tokio::sync::oneshot;

use super::UnderWay;
use crate::call::Call;
use crate::domain::policy::{self, Approver};
use crate::domain::run::{Ending, Health, Run, Standing};
use crate::domain::{Origin, Remedy, RunId};
use crate::incident::refusal::RunRefusal;
use crate::incident::{CHANGE_TRIES, IncidentMsg, IncidentState};
use crate::port::cloud::CloudError;
use crate::port::{Error, Put};
use crate::runtime::CallError;
use crate::tool::ToolMsg;

/// How a run is ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The service is asked to end it; how it has ended is seen as always.
    Cancel,
    /// Its end is not waited for any more: nobody knows how it has ended, and its machines are free.
    GiveUp,
}

/// A request to end a run early, from the edge.
pub struct StopCall {
    pub(crate) run_id: RunId,
    pub(crate) how: Stop,
    pub(crate) reason: Option<String>,
    pub(crate) by: Origin,
    pub(crate) is: Approver,
    pub(crate) call: Call<Stopped>,
}

/// What has come of it.
#[derive(Debug)]
pub struct Stopped {
    /// The run.
    pub run: Box<Run>,
    /// Whether the service will try, once it has said so; none where it is not asked.
    pub asked: Option<oneshot::Receiver<Result<(), CloudError>>>,
}

impl IncidentState {
    /// Somebody wants a run ended early.
    pub(in crate::incident) async fn stop_for(
        &mut self,
        me: &ActorRef<IncidentMsg>,
        ask: StopCall,
    ) -> Result<(), ActorProcessingErr> {
        if ask.call.is_over() {
            return Ok(());
        }
        let stopped = match (self.draining, ask.how) {
            (true, _) => Err(CallError::Draining),
            (false, Stop::Cancel) => self.cancel(&ask).await,
            (false, Stop::GiveUp) => self.give_up(me, &ask).await,
        };
        match stopped {
            Ok(stopped) => {
                ask.call.answer(Ok(stopped));
                Ok(())
            }
            Err(error) => self.refuse(ask.call, error),
        }
    }

    /// The run, if it is under way, and whoever asks could have agreed to one of its risk.
    async fn stoppable(&mut self, ask: &StopCall) -> Result<(Run, u64), CallError> {
        self.absorb().await?;
        let row = self.row.as_ref().ok_or(RunRefusal::NoSuchIncident)?;
        if !row.life.runs.contains(&ask.run_id) {
            return Err(RunRefusal::NoSuchRun.into());
        }
        match (&row.life.remedy, ask.how) {
            (Some(Remedy::Executing { run_id }), _) if *run_id == ask.run_id => {}
            (Some(Remedy::Checking { run_id }), Stop::GiveUp) if *run_id == ask.run_id => {}
            (Some(Remedy::Checking { run_id }), Stop::Cancel) if *run_id == ask.run_id => {
                return Err(RunRefusal::OnlyChecked.into());
            }
            _ => return Err(RunRefusal::NotUnderWay.into()),
        }
        let (run, version) = self.stored_run(&ask.run_id).await?;
        let least = policy::approver(run.risk_level);
        match ask.is >= least {
            true => Ok((run, version)),
            false => Err(RunRefusal::MayNotStop(least).into()),
        }
    }

    /// Has the tool ask the service; what it says is kept by [`Self::cancel_asked`].
    async fn cancel(&mut self, ask: &StopCall) -> Result<Stopped, CallError> {
        for _ in 0..CHANGE_TRIES {
            let (run, _) = self.stoppable(ask).await?;
            if run.cancelled_by.is_some() {
                return Err(RunRefusal::CancelledAlready.into());
            }
            let seat = self.tool.as_ref().filter(|_| run.command_id.is_some());
            let Some(actor) = seat.map(|seat| seat.actor.clone()) else {
                return Err(RunRefusal::NotSentYet.into());
            };
            let now = self.args.ports.clock.now();
            let data = json!({"run_id": run.run_id, "command_id": run.command_id, "reason": ask.reason});
            let row = self.row.as_ref().ok_or(RunRefusal::NoSuchIncident)?;
            let life = row.life.clone().touched();
            let wake_due = row.wake_due;
            let mut change = self.change(now);
            change.life = Some(self.in_session(life));
            change.wake_due = wake_due;
            change.facts.push(self.fact_from("run.cancelling", &ask.by, now, data));
            if !self.commit(change, Some(ask.call.deadline)).await? {
                continue;
            }
            let (tell, asked) = oneshot::channel();
            drop(actor.cast(ToolMsg::Cancel(ask.by.clone(), tell)));
            return Ok(Stopped {
                run: Box::new(run),
                asked: Some(asked),
            });
        }
        Err(CallError::Overloaded)
    }

    /// Keeps what the service has said to it: only a run that it tries to end counts as cancelled.
    pub(super) async fn cancel_asked(
        &mut self,
        under_way: &mut UnderWay,
        by: &Origin,
        said: &Result<(), CloudError>,
    ) -> Result<bool, Error> {
        for _ in 0..CHANGE_TRIES {
            self.absorb().await?;
            let now = self.args.ports.clock.now();
            let wake_due = self.row.as_ref().and_then(|row| row.wake_due);
            let mut change = self.change(now);
            change.wake_due = wake_due;
            let mut run = under_way.run.clone();
            let mut version = under_way.version;
            match said {
                Ok(()) => {
                    run.cancelled_by = Some(by.actor.clone());
                    change.puts.push(Put::change(&run, version)?);
                    version += 1;
                }
                Err(why) => {
                    let data = json!({"run_id": run.run_id, "why": why.to_string()});
                    change.facts.push(self.fact_from("run.not_cancelled", by, now, data));
                }
            }
            if self.commit(change, None).await? {
                (under_way.run, under_way.version) = (run, version);
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn give_up(&mut self, me: &ActorRef<IncidentMsg>, ask: &StopCall) -> Result<Stopped, CallError> {
        let why = match &ask.reason {
            Some(reason) => format!("{} has given it up: {reason}", ask.by.actor),
            None => format!("{} has given it up", ask.by.actor),
        };
        let ending = Ending::Unknown(why.clone());
        for _ in 0..CHANGE_TRIES {
            let (mut run, version) = self.stoppable(ask).await?;
            let now = self.args.ports.clock.now();
            if matches!(run.standing, Standing::Ended(_)) {
                run.health = Some(Health::Unknown);
                if self.keep_check(&run, version, Some(why.clone()), &ask.by).await? {
                    self.stop_tool();
                    self.tool = None;
                    return Ok(Stopped {
                        run: Box::new(run),
                        asked: None,
                    });
                }
                continue;
            }
            run.standing = Standing::Ended(ending.clone());
            self.ended(&mut run, now);
            if self.keep_end(&run, version, &ending, &ask.by, now).await? {
                self.stop_tool();
                self.tool = None;
                self.unhelpful(me, &run).await?;
                return Ok(Stopped {
                    run: Box::new(run),
                    asked: None,
                });
            }
        }
        Err(CallError::Overloaded)
    }
}
