//! A run of command lines: sent once, found again by its comment, asked about on each machine.

use super::{SKEW, ToolState, UnderWay, output};
use crate::domain::Run;
use crate::limits::{RUN_DELIVERY, RUN_TIMEOUT_LEAST};
use crate::port::cloud::{CloudError, Command, CommandId, Invocation, SendError};
use crate::tool::protocol::Heard;

impl ToolState {
    /// Sends a run's lines, and says which command that is.
    pub(super) async fn send_command(&self, run: &Run) -> Result<String, SendError> {
        let command = command_of(run, run.comment(), run.commands.clone(), run.timeout_seconds);
        let sent = self.ports.commands.send(self.company.id(), command).await;
        sent.map(String::from)
    }

    pub(super) async fn list(&self, run: &Run) -> Heard {
        let since = run.started_at.minus(SKEW);
        match self.ports.commands.find(self.company.id(), &run.comment(), since).await {
            Ok(found) => Heard::Listed(found.iter().map(|found| found.command_id.to_string()).collect()),
            Err(_) => Heard::Away,
        }
    }

    pub(super) async fn look_at_command(&self, under_way: &UnderWay, command_id: &str) -> (Heard, Option<String>) {
        let Ok(command) = command_id.parse() else {
            return (Heard::Away, None);
        };
        match self.invocations(&under_way.run, &command).await {
            Ok(Some(ended)) => {
                let well = ended.iter().all(|(_, invocation)| output::went_well(invocation));
                (Heard::Over(well), Some(output::of_all(&ended)))
            }
            Ok(None) => (Heard::UnderWay, None),
            Err(_) => (Heard::Away, None),
        }
    }

    /// What has become of a command on all of a run's machines; nothing while it is under way on one.
    pub(super) async fn invocations(
        &self,
        run: &Run,
        command: &CommandId,
    ) -> Result<Option<Vec<(String, Invocation)>>, CloudError> {
        let mut ended = Vec::new();
        for instance in run.targets.ids() {
            let asked = self.ports.commands.invocation(self.company.id(), command, instance);
            match asked.await {
                Ok(Some(invocation)) if invocation.status.is_over() => ended.push((instance.to_string(), invocation)),
                // A command may be unknown for some time after it was sent.
                Ok(_) | Err(CloudError::Unknown(_)) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(Some(ended))
    }

    /// Asks that a command be called off.
    pub(super) async fn cancel_command(&self, command_id: &str) -> Result<(), CloudError> {
        let no_name = |_| CloudError::Invalid("the run's command has no name".to_owned());
        let command: CommandId = command_id.parse().map_err(no_name)?;
        self.ports.commands.cancel(self.company.id(), &command).await
    }
}

/// A command of a run's machines.
pub(super) fn command_of(run: &Run, comment: String, commands: Vec<String>, timeout_seconds: u32) -> Command {
    Command {
        comment,
        instance_ids: run.targets.ids().to_vec(),
        commands,
        timeout_seconds: timeout_seconds.max(RUN_TIMEOUT_LEAST.as_secs() as u32),
        delivery_seconds: RUN_DELIVERY.as_secs() as u32,
        document_hash: run.venue.document_hash.clone(),
    }
}
