//! Running commands on a company's machines.
//!
//! There is no client token: a command that is sent twice runs twice. So [`Commands::send`] sends once and
//! says exactly what is known afterwards, and a command that may have been sent is found again by its comment.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::CloudError;
use crate::domain::runbook::InstanceId;
use crate::domain::{CompanyId, Timestamp};
use crate::limits;

/// The id that the cloud gives a command: 36 of `0-9 a-f -`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^[0-9a-f-]{36}$")]
pub struct CommandId(String);

/// A text that is no command id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 36 of 0-9 a-f -")]
pub struct InvalidCommandId;

impl CommandId {
    /// The id as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for CommandId {
    type Error = InvalidCommandId;

    fn try_from(text: String) -> Result<Self, InvalidCommandId> {
        let plain = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-');
        if text.len() == 36 && text.bytes().all(plain) {
            Ok(Self(text))
        } else {
            Err(InvalidCommandId)
        }
    }
}

impl FromStr for CommandId {
    type Err = InvalidCommandId;

    fn from_str(text: &str) -> Result<Self, InvalidCommandId> {
        text.to_owned().try_into()
    }
}

impl From<CommandId> for String {
    fn from(id: CommandId) -> Self {
        id.0
    }
}

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Lines for the `sh` of some machines, by SSM's document `AWS-RunShellScript`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// By which it is found again: `aw:` and the run's id; 1 to [`limits::COMMAND_COMMENT`] printable ASCII characters.
    pub comment: String,
    /// On which machines, each once: 1 to [`limits::RUN_TARGETS`].
    pub instance_ids: Vec<InstanceId>,
    /// What `sh` is given, joined by line feeds: at most [`limits::COMMAND_BYTES`].
    pub commands: Vec<String>,
    /// How long it may run on a machine: [`limits::RUN_TIMEOUT_LEAST`] to [`limits::RUN_TIMEOUT`], in seconds.
    pub timeout_seconds: u32,
    /// How long it may wait until a machine takes it, in seconds; after that it never runs there. The same range.
    pub delivery_seconds: u32,
    /// SHA-256 of the document's content, in hex, as [`Commands::document_hash`] gives it: another content is refused.
    pub document_hash: Option<String>,
}

/// Whether a text is a SHA-256 in hex.
pub fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A command that is not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} {rule}")]
pub struct InvalidCommand {
    /// The wrong field.
    pub field: &'static str,
    /// What it must be.
    pub rule: String,
}

impl Command {
    /// The document that runs it.
    pub const DOCUMENT: &'static str = "AWS-RunShellScript";

    /// Whether it may be sent.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub fn check(&self) -> Result<(), InvalidCommand> {
        let require = |holds: bool, field: &'static str, rule: String| {
            if holds {
                Ok(())
            } else {
                Err(InvalidCommand { field, rule })
            }
        };
        let most = limits::COMMAND_COMMENT;
        let printable = self.comment.bytes().all(|byte| byte.is_ascii_graphic());
        let holds = printable && (1..=most).contains(&self.comment.len());
        let rule = format!("must be 1 to {most} printable ASCII characters without spaces");
        require(holds, "comment", rule)?;
        let most = limits::RUN_TARGETS as usize;
        let different: HashSet<&InstanceId> = self.instance_ids.iter().collect();
        let holds = (1..=most).contains(&self.instance_ids.len()) && different.len() == self.instance_ids.len();
        require(holds, "instance_ids", format!("must be 1 to {most} different ones"))?;
        let most = limits::COMMAND_BYTES;
        let bytes: usize = self.commands.iter().map(|line| line.len() + 1).sum();
        let holds = !self.commands.is_empty() && bytes <= most;
        require(
            holds,
            "commands",
            format!("must be 1 line or more, and {most} bytes or less"),
        )?;
        let holds = self.commands.iter().all(|line| !line.contains(['\n', '\r', '\0']));
        require(holds, "commands", "must be lines without line ends in them".to_owned())?;
        // SSM would put a parameter of its own in its place.
        let holds = self.commands.iter().all(|line| !line.contains("{{"));
        require(holds, "commands", "must not hold {{".to_owned())?;
        let (low, high) = (limits::RUN_TIMEOUT_LEAST.as_secs(), limits::RUN_TIMEOUT.as_secs());
        for (field, value) in [
            ("timeout_seconds", self.timeout_seconds),
            ("delivery_seconds", self.delivery_seconds),
        ] {
            let holds = (low..=high).contains(&u64::from(value));
            require(holds, field, format!("must be {low} to {high}"))?;
        }
        let holds = self.document_hash.as_deref().is_none_or(is_sha256);
        require(holds, "document_hash", "must be 64 hex digits".to_owned())
    }
}

/// A command that was not sent, or may not have been: what is known of it, and so what may be done.
///
/// | | Runs, or will | Sent again |
/// |---|---|---|
/// | `NotConnected`, `NotOpened` | never | it may be, at once |
/// | `Denied` | never | it would be denied again |
/// | `Refused` | no, by the cloud's word | later, after it was looked for |
/// | `Unclear` | nobody knows | not before it was looked for |
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The company has no AWS settings; nothing was sent.
    #[error("the company is not connected to AWS")]
    NotConnected,
    /// Proven: not a byte of it has left us. The connection was never opened, the circuit is open, there are no
    /// credentials yet, or, with [`CloudError::Invalid`], we send nothing like it.
    #[error("not sent: {0}")]
    NotOpened(CloudError),
    /// Proven: AWS will not do it, neither now nor if it is asked again (not allowed, no such machine, another document
    /// than was meant). It did nothing of it.
    #[error("not done: {0}")]
    Denied(CloudError),
    /// AWS says that it has done nothing of it, for now: it wants fewer calls, or has too much under way.
    #[error("not done for now: {0}")]
    Refused(CloudError),
    /// It may run, have run, or still begin to. It must not be sent again before it was looked for.
    #[error("it is not known whether it was sent: {0}")]
    Unclear(String),
}

impl SendError {
    /// Of what went wrong before anything was sent, such as assuming the company's role.
    pub fn before(error: CloudError) -> Self {
        match error {
            CloudError::NotConnected => Self::NotConnected,
            CloudError::Denied(_) => Self::Denied(error),
            error => Self::NotOpened(error),
        }
    }
}

/// How a command stands over all of its machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandStatus {
    /// No machine has begun.
    Pending,
    /// Some have.
    InProgress,
    /// All have done it.
    Success,
    /// It was called off.
    Cancelled,
    /// It is being called off.
    Cancelling,
    /// Some have failed.
    Failed,
    /// Some took too long, or never took it.
    TimedOut,
    /// A word that we do not know.
    Unknown,
}

/// A command that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its id.
    pub command_id: CommandId,
    /// When the cloud took it, by the cloud's clock.
    pub requested_at: Option<Timestamp>,
    /// How it stands.
    pub status: CommandStatus,
}

/// How a command stands on one machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvocationStatus {
    /// The machine has not taken it.
    Pending,
    /// It runs.
    InProgress,
    /// The machine is not there; it is tried again until its time is over.
    Delayed,
    /// It ended with 0.
    Success,
    /// It was called off.
    Cancelled,
    /// It is being called off.
    Cancelling,
    /// It ended with another number, or could not be run.
    Failed,
    /// It took too long, or was never taken.
    TimedOut,
    /// A word that we do not know, of one that has ended: nobody says that it went well.
    Ended,
    /// A word that we do not know; it may still run.
    Unknown,
}

impl InvocationStatus {
    /// Whether nothing more will happen.
    pub fn is_over(self) -> bool {
        match self {
            Self::Success | Self::Cancelled | Self::Failed | Self::TimedOut | Self::Ended => true,
            Self::Pending | Self::InProgress | Self::Delayed | Self::Cancelling | Self::Unknown => false,
        }
    }
}

/// What has become of a command on one machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// How it stands.
    pub status: InvocationStatus,
    /// The same in more words, such as `DeliveryTimedOut` or `Undeliverable`.
    pub status_details: String,
    /// What it ended with, where it ran to an end.
    pub exit_code: Option<i32>,
    /// The first [`limits::COMMAND_OUTPUT`] characters of what it wrote.
    pub stdout: String,
    /// The first [`limits::COMMAND_ERRORS`] characters of what it complained of.
    pub stderr: String,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// Runs commands.
#[async_trait]
pub trait Commands: Send + Sync + 'static {
    /// Sends a command, once: nothing beneath sends it a second time. Who drops the future knows as much as
    /// [`SendError::Unclear`].
    ///
    /// # Errors
    /// [`SendError`].
    async fn send(&self, company: &CompanyId, command: Command) -> Result<CommandId, SendError>;

    /// Every command of a company that was sent with this comment at `since` or later; more than one is what must
    /// not happen. A command may be missing for some time after it was sent.
    ///
    /// # Errors
    /// [`CloudError`]; then it is not known what there is.
    async fn find(&self, company: &CompanyId, comment: &str, since: Timestamp) -> Result<Vec<Found>, CloudError>;

    /// What has become of a command on a machine; `None` where nothing is known of it, which is so for some time
    /// after it was sent.
    ///
    /// # Errors
    /// [`CloudError`]; [`CloudError::Unknown`] where there is no such command.
    async fn invocation(
        &self,
        company: &CompanyId,
        command: &CommandId,
        instance: &InstanceId,
    ) -> Result<Option<Invocation>, CloudError>;

    /// Calls a command off, on all of its machines: SSM's `CancelCommand`. That is all that is promised; what runs may
    /// run on to its end, and what has ended stays as it was. [`Commands::invocation`] says what came of it. It may be
    /// asked for again.
    ///
    /// # Errors
    /// [`CloudError`]; [`CloudError::Unknown`] where there is no such command.
    async fn cancel(&self, company: &CompanyId, command: &CommandId) -> Result<(), CloudError>;

    /// SHA-256 of the content of [`Command::DOCUMENT`] as it is now, in hex, for [`Command::document_hash`]: SSM's
    /// `DescribeDocument`. `None` where the company's role may not ask for it, or AWS knows it by another hash alone.
    ///
    /// # Errors
    /// [`CloudError`].
    async fn document_hash(&self, company: &CompanyId) -> Result<Option<String>, CloudError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command() -> Command {
        Command {
            comment: "aw:run-1".into(),
            instance_ids: vec!["i-0123456789abcdef0".parse().unwrap()],
            commands: vec!["set -eu".into(), "df".into()],
            timeout_seconds: 300,
            delivery_seconds: 30,
            document_hash: None,
        }
    }

    #[test]
    fn what_ssm_would_refuse_or_change_is_not_sent() {
        assert_eq!(command().check(), Ok(()));
        let refused = |change: fn(&mut Command)| {
            let mut command = command();
            change(&mut command);
            command.check().unwrap_err().field
        };
        assert_eq!(refused(|c| c.comment = String::new()), "comment");
        assert_eq!(refused(|c| c.comment = "a".repeat(101)), "comment");
        assert_eq!(refused(|c| c.comment = "a b".into()), "comment");
        assert_eq!(refused(|c| c.comment = "\u{e9}".into()), "comment");
        assert_eq!(refused(|c| c.instance_ids.clear()), "instance_ids");
        assert_eq!(refused(|c| c.instance_ids.extend_from_within(..)), "instance_ids");
        assert_eq!(refused(|c| c.commands.clear()), "commands");
        assert_eq!(refused(|c| c.commands[0] = "a\nb".into()), "commands");
        assert_eq!(refused(|c| c.commands[0] = "{{ssm:secret}}".into()), "commands");
        assert_eq!(
            refused(|c| c.commands[0] = "a".repeat(limits::COMMAND_BYTES)),
            "commands"
        );
        assert_eq!(refused(|c| c.timeout_seconds = 29), "timeout_seconds");
        assert_eq!(refused(|c| c.delivery_seconds = 172_801), "delivery_seconds");
        assert_eq!(refused(|c| c.document_hash = Some("x".repeat(64))), "document_hash");
    }

    #[test]
    fn what_went_wrong_before_anything_was_sent_is_certain() {
        let of = SendError::before;
        let away = CloudError::Unavailable {
            why: "x".into(),
            until: None,
        };
        for error in [away, CloudError::Throttled("x".into()), CloudError::Invalid("x".into())] {
            assert_eq!(of(error.clone()), SendError::NotOpened(error));
        }
        let denied = CloudError::Denied("x".into());
        assert_eq!(of(denied.clone()), SendError::Denied(denied));
        assert_eq!(of(CloudError::NotConnected), SendError::NotConnected);
    }

    #[test]
    fn only_ids_that_ssm_gives_are_command_ids() {
        assert!("0831e1a8-a1ac-4257-a1fd-c831bc15f1d2".parse::<CommandId>().is_ok());
        for text in [
            "",
            "0831E1A8-A1AC-4257-A1FD-C831BC15F1D2",
            "0831e1a8",
            "0831e1a8-a1ac-4257-a1fd-c831bc15f1d2 ",
        ] {
            assert_eq!(text.parse::<CommandId>(), Err(InvalidCommandId), "{text}");
        }
    }
}
