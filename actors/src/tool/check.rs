//! Whether a run has helped: the health check of its runbook, sent to the same machines. It only reads, so that a second
//! one does no harm; one whose answer was lost is found by its comment all the same, so that one is enough.

use std::time::Duration;

use ractor::{ActorProcessingErr, ActorRef};
use tokio::time::Instant;

use super::command::command_of;
use super::{AGAIN, Report, Stage, ToolMsg, ToolState, output};
use crate::domain::Run;
use crate::domain::run::Health;
use crate::limits::{HEALTH_CHECK, RUN_DELIVERY};
use crate::port::cloud::{CommandId, SendError};

/// Where a health check stands.
pub(super) enum Check {
    /// It is to be sent.
    Send,
    /// It may have been sent, and is looked for since then.
    Find(Instant),
    /// It was sent, then.
    Look(CommandId, Instant),
}

impl ToolState {
    pub(super) async fn check(
        &mut self,
        me: &ActorRef<ToolMsg>,
        run: Box<Run>,
        check: Check,
    ) -> Result<(), ActorProcessingErr> {
        match self.next_of_check(&run, check).await {
            Ok(next) => {
                self.stage = Stage::Check(run, next);
                self.again(me, AGAIN);
            }
            Err((health, written)) => {
                self.tell(me, Report::Checked(health, written))?;
                me.stop(None);
            }
        }
        Ok(())
    }

    /// What is next of it; `Err` is what it has shown, and what it wrote.
    async fn next_of_check(&self, run: &Run, check: Check) -> Result<Check, (Health, Option<String>)> {
        let seconds = run.timeout_seconds.min(HEALTH_CHECK.as_secs() as u32);
        let unknown = |why: String| (Health::Unknown, Some(why));
        let comment = format!("{}:check", run.comment());
        let company = self.company.id();
        match check {
            Check::Send => {
                if let Some(why) = self.stopped().await {
                    return Err(unknown(format!("the health check was not made: {why}")));
                }
                let lines = run.check.clone().unwrap_or_default();
                let command = command_of(run, comment, lines, seconds);
                match self.ports.commands.send(company, command).await {
                    Ok(command) => Ok(Check::Look(command, Instant::now())),
                    Err(SendError::Unclear(_)) => Ok(Check::Find(Instant::now())),
                    Err(error) => Err(unknown(error.to_string())),
                }
            }
            Check::Find(since) => {
                let sent_at = run.ended_at.unwrap_or(run.started_at).minus(super::SKEW);
                let found = self.ports.commands.find(company, &comment, sent_at).await;
                match found.unwrap_or_default().pop() {
                    Some(last) => Ok(Check::Look(last.command_id, since)),
                    None if since.elapsed() < self.ports.reconcile_window => Ok(Check::Find(since)),
                    None => Err(unknown(
                        "the health check may have been sent, and is not found".to_owned(),
                    )),
                }
            }
            Check::Look(command, since) => match self.invocations(run, &command).await {
                Ok(Some(ended)) => {
                    let well = ended.iter().all(|(_, invocation)| output::went_well(invocation));
                    let health = if well { Health::Healthy } else { Health::Unhealthy };
                    Err((health, Some(output::of_all(&ended))))
                }
                _ if since.elapsed() < RUN_DELIVERY + Duration::from_secs(u64::from(seconds)) => {
                    Ok(Check::Look(command, since))
                }
                _ => Err(unknown("the health check did not end in time".to_owned())),
            },
        }
    }
}
