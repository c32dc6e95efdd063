//! Running AWS's own documents on a company's account: Systems Manager Automation.
//!
//! Unlike commands they take a client token: a start that is repeated with its token and its parameters begins nothing
//! new, and is answered with the execution that there is. For how long AWS remembers a token it does not say, so a
//! repeat belongs soon after an answer that was lost.

use std::collections::{BTreeMap, HashSet};

use async_trait::async_trait;

use super::{CloudError, SendError};
use crate::domain::runbook::{InstanceId, automation};
use crate::domain::{CompanyId, Timestamp};
use crate::limits;

/// A document of the type Automation, such as `AWS-RestartEC2Instance`, and with what it is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Automation {
    /// The document's name: 3 to 128 of `A-Z a-z 0-9 _ - . : /`.
    pub document: String,
    /// Which version of it, a number; the default one where nothing is said.
    pub version: Option<String>,
    /// What it is given, by the names of its own parameters: at most [`limits::AUTOMATION_PARAMETERS`] of at most
    /// [`limits::AUTOMATION_VALUES`] values each.
    pub parameters: BTreeMap<String, Vec<String>>,
    /// By which AWS knows a repeat: a UUID, as 36 characters.
    pub token: String,
    /// On which machines, each once: at most [`limits::RUN_TARGETS`]. They go in as the document's parameter
    /// [`Automation::TARGETS`], which `parameters` may hold as well, if it holds the same.
    pub targets: Vec<InstanceId>,
}

/// An automation that is not started.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} {rule}")]
pub struct InvalidAutomation {
    /// The wrong field.
    pub field: &'static str,
    /// What it must be.
    pub rule: String,
}

/// What is wrong with a value; nothing where it may be given to a document.
fn wrong_value(value: &str) -> Option<String> {
    let most = limits::AUTOMATION_VALUE;
    if !(1..=most).contains(&value.chars().count()) {
        return Some(format!("must have values of 1 to {most} characters"));
    }
    if value.chars().any(char::is_control) {
        return Some("must have values without control characters".to_owned());
    }
    // SSM would put something of its own in its place.
    value.contains("{{").then(|| "must not hold {{".to_owned())
}

impl Automation {
    /// The parameter by which documents take machines.
    pub const TARGETS: &'static str = automation::TARGETS;

    /// Whether it may be started.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub fn check(&self) -> Result<(), InvalidAutomation> {
        let require = |holds: bool, field: &'static str, rule: String| {
            if holds {
                Ok(())
            } else {
                Err(InvalidAutomation { field, rule })
            }
        };
        require(
            automation::is_document(&self.document),
            "document",
            "must be 3 to 128 of A-Z a-z 0-9 _ - . : /".to_owned(),
        )?;
        let holds = self.version.as_deref().is_none_or(automation::is_version);
        require(holds, "version", "must be a number from 1".to_owned())?;
        let holds = self.token.len() == 36 && uuid::Uuid::try_parse(&self.token).is_ok();
        require(holds, "token", "must be a UUID of 36 characters".to_owned())?;
        let most = limits::RUN_TARGETS as usize;
        let different: HashSet<&InstanceId> = self.targets.iter().collect();
        let holds = self.targets.len() <= most && different.len() == self.targets.len();
        require(holds, "targets", format!("must be at most {most} different ones"))?;
        let given = self.parameters.get(Self::TARGETS);
        let same = |given: &Vec<String>| {
            given
                .iter()
                .map(String::as_str)
                .eq(self.targets.iter().map(InstanceId::as_str))
        };
        let holds = self.targets.is_empty() || given.is_none_or(same);
        require(
            holds,
            "parameters",
            format!("must have the targets as {}", Self::TARGETS),
        )?;
        let most = limits::AUTOMATION_PARAMETERS;
        let holds = self.parameters.len() <= most;
        require(holds, "parameters", format!("must be at most {most}"))?;
        let (longest, most) = (limits::AUTOMATION_NAME, limits::AUTOMATION_VALUES);
        for (name, values) in &self.parameters {
            let rule = format!("must have names of 1 to {longest} of A-Z a-z 0-9 _ - .");
            require(automation::is_parameter(name), "parameters", rule)?;
            require(
                values.len() <= most,
                "parameters",
                format!("must have at most {most} values each"),
            )?;
            if let Some(rule) = values.iter().find_map(|value| wrong_value(value)) {
                return Err(InvalidAutomation {
                    field: "parameters",
                    rule,
                });
            }
        }
        Ok(())
    }

    /// All that the document is given: its parameters, with the targets among them.
    pub fn given(&self) -> BTreeMap<String, Vec<String>> {
        let mut given = self.parameters.clone();
        if !self.targets.is_empty() {
            let ids = self.targets.iter().map(ToString::to_string).collect();
            given.insert(Self::TARGETS.to_owned(), ids);
        }
        given
    }
}

/// How an automation stands. AWS has more words than these, which say the same to us; its own is kept beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutomationStatus {
    /// It has not begun (`Pending`, `Scheduled`).
    Pending,
    /// It runs (`InProgress`, `RunbookInProgress`, and what was approved).
    InProgress,
    /// It waits for somebody (`Waiting`, `PendingApproval`, `PendingChangeCalendarOverride`).
    Waiting,
    /// All of it was done (`Success`, `CompletedWithSuccess`).
    Success,
    /// It took too long.
    TimedOut,
    /// It is being stopped.
    Cancelling,
    /// It was stopped.
    Cancelled,
    /// It was not done, or not all of it (`Failed`, `CompletedWithFailure`, and what was rejected).
    Failed,
    /// It has ended, by a word that does not say how (`Exited`), or that we do not know: nobody says that it went well.
    Ended,
    /// A word that we do not know; it may still run.
    Unknown,
}

impl AutomationStatus {
    /// Whether nothing more will happen.
    pub fn is_over(self) -> bool {
        match self {
            Self::Success | Self::TimedOut | Self::Cancelled | Self::Failed | Self::Ended => true,
            Self::Pending | Self::InProgress | Self::Waiting | Self::Cancelling | Self::Unknown => false,
        }
    }
}

/// What has become of an automation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AutomationSeen {
    /// How it stands.
    pub status: AutomationStatus,
    /// AWS's own word for it.
    pub status_details: String,
    /// What the document says of itself, by its own names: the first [`limits::COMMAND_OUTPUT`] characters of all.
    pub outputs: BTreeMap<String, Vec<String>>,
    /// Why it failed: the first [`limits::COMMAND_ERRORS`] characters.
    pub failure: Option<String>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// Runs automations.
#[async_trait]
pub trait Automations: Send + Sync + 'static {
    /// Starts an automation, and says which execution it is (36 of `0-9 a-f -`): SSM's `StartAutomationExecution`.
    /// Nothing beneath sends it a second time. Whoever sends it again with the same token and parameters is answered
    /// with the execution that there is, if there is one; with other parameters he is denied.
    ///
    /// # Errors
    /// [`SendError`]; of [`SendError::Unclear`] the way out is to send it again.
    async fn start_automation(&self, company: &CompanyId, automation: Automation) -> Result<String, SendError>;

    /// What has become of an execution: SSM's `GetAutomationExecution`. `None` where nothing is known of it, which is
    /// so for some time after it was started.
    ///
    /// # Errors
    /// [`CloudError`].
    async fn automation(&self, company: &CompanyId, execution_id: &str) -> Result<Option<AutomationSeen>, CloudError>;

    /// Stops an execution: SSM's `StopAutomationExecution`, of the kind `Cancel`. What a step has begun elsewhere may
    /// go on; what is over, or being stopped, stays as it is. [`Automations::automation`] says what came of it. It may
    /// be asked for again.
    ///
    /// # Errors
    /// [`CloudError`]; [`CloudError::Unknown`] where there is no such execution.
    async fn stop_automation(&self, company: &CompanyId, execution_id: &str) -> Result<(), CloudError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn automation() -> Automation {
        Automation {
            document: "AWS-RestartEC2Instance".into(),
            version: None,
            parameters: BTreeMap::from([(
                "AutomationAssumeRole".to_owned(),
                vec!["arn:aws:iam::1:role/x".to_owned()],
            )]),
            token: "0831e1a8-a1ac-4257-a1fd-c831bc15f1d2".into(),
            targets: vec!["i-0123456789abcdef0".parse().unwrap()],
        }
    }

    #[test]
    fn what_ssm_would_refuse_or_change_is_not_started() {
        assert_eq!(automation().check(), Ok(()));
        let refused = |change: fn(&mut Automation)| {
            let mut automation = automation();
            change(&mut automation);
            automation.check().unwrap_err().field
        };
        let put = |automation: &mut Automation, name: &str, value: &str| {
            automation.parameters.insert(name.to_owned(), vec![value.to_owned()]);
        };
        assert_eq!(refused(|a| a.document = "x".into()), "document");
        assert_eq!(refused(|a| a.document = "AWS Restart".into()), "document");
        assert_eq!(refused(|a| a.version = Some("$LATEST".into())), "version");
        assert_eq!(refused(|a| a.version = Some("0".into())), "version");
        assert_eq!(refused(|a| a.token = "run-1".into()), "token");
        assert_eq!(
            refused(|a| a.token = "{0831e1a8a1ac4257a1fdc831bc15f1d2aa}".into()),
            "token"
        );
        assert_eq!(refused(|a| a.targets.extend_from_within(..)), "targets");
        for value in ["", "a\nb", "\u{7f}", "{{ssm:secret}}", &"a".repeat(513)] {
            let mut wrong = automation();
            put(&mut wrong, "Reason", value);
            assert_eq!(wrong.check().unwrap_err().field, "parameters", "{value:?}");
        }
        for name in ["", "a b", "\u{e9}", &"a".repeat(51)] {
            let mut wrong = automation();
            put(&mut wrong, name, "x");
            assert_eq!(wrong.check().unwrap_err().field, "parameters", "{name:?}");
        }
        let mut many = automation();
        for number in 0..limits::AUTOMATION_PARAMETERS {
            put(&mut many, &format!("P{number}"), "x");
        }
        assert_eq!(many.check().unwrap_err().field, "parameters");
        let mut values = automation();
        let too_many = vec!["x".to_owned(); limits::AUTOMATION_VALUES + 1];
        values.parameters.insert("Many".to_owned(), too_many);
        assert_eq!(values.check().unwrap_err().field, "parameters");
    }

    #[test]
    fn machines_go_in_as_the_documents_parameter_and_no_others_do() {
        let ids = vec!["i-0123456789abcdef0".to_owned()];
        assert_eq!(automation().given()[Automation::TARGETS], ids);
        let mut both = automation();
        both.parameters.insert(Automation::TARGETS.to_owned(), ids);
        assert_eq!(both.check(), Ok(()));
        both.parameters
            .insert(Automation::TARGETS.to_owned(), vec!["i-0123456789abcdef1".to_owned()]);
        assert_eq!(both.check().unwrap_err().field, "parameters");
        let mut none = automation();
        none.targets.clear();
        assert_eq!(none.check(), Ok(()));
        assert!(!none.given().contains_key(Automation::TARGETS));
    }
}
