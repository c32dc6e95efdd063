//! A run: a runbook's script, or its automation, on some of a company's machines, from the intent to its end.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::ids::{ApprovalId, CompanyId, IncidentId, RunId, RunbookId};
use super::kpi::Kpis;
use super::runbook::{
    PlannedRun, RenderError, Rendered, RenderedAutomation, Risk, RunHash, Runbook, RunbookPart, Targets,
};
use super::time::Timestamp;
use crate::limits::{RUN_DELIVERY, RUN_TARGETS};

/// The tool that runs runbooks.
pub const SSM_EXECUTE: &str = "ssm.execute";
/// Its version, which what an approval is bound to names.
pub const SSM_EXECUTE_VERSION: &str = "1";

/// What stands in the place of a runbook's short name where there is none: no runbook is called so.
pub const FREE_COMMANDS: &str = "free-commands";

/// What stands in the place of its id.
pub fn free_commands_id() -> RunbookId {
    RunbookId::from_uuid(Uuid::nil())
}

/// Where a run stands, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It may be sent, and from here on may have been.
    Intended {
        /// Which try this is, from 1.
        tries: u32,
        /// Whether an earlier try may have been carried out, though it was not found.
        unclear: bool,
    },
    /// It was sent, and the service has a name for it.
    Sent {
        /// The service's name.
        command_id: String,
        /// Other commands that bear the run's name: it was carried out more than once.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        others: Vec<String>,
        /// Since when that is known.
        since: Timestamp,
        /// Whether an earlier try may have been carried out, too: it is looked for once more in the end.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unclear: bool,
    },
    /// It is over.
    Ended(Ending),
}

impl Standing {
    /// Of a run that is meant now.
    pub const FIRST: Self = Self::Intended {
        tries: 1,
        unclear: false,
    };
}

/// How a run has ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It was carried out, and everything went well.
    Succeeded,
    /// It was carried out, and something did not go well.
    Failed,
    /// It was never sent.
    NotSent(String),
    /// Nobody knows whether, or how, it was carried out: a person has to look.
    Unknown(String),
}

/// Where a run stands, as clients see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// It is meant, and may be on its way.
    Intended,
    /// It was sent.
    Sent,
    /// It was carried out, and everything went well.
    Succeeded,
    /// It was never sent, or something did not go well.
    Failed,
    /// Nobody knows whether, or how, it was carried out: a person has to look.
    UnknownOutcome,
}

impl RunStatus {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::Sent => "sent",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::UnknownOutcome => "unknown_outcome",
        }
    }
}

/// What a health check has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RunHealth)]
pub enum Health {
    /// It ended with 0 on every machine.
    Healthy,
    /// It did not.
    Unhealthy,
    /// It could not be made.
    Unknown,
}

/// Where a run's machines are, beyond their ids: with another it is another run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = RunVenue)]
pub struct Venue {
    /// The company's role and region: `arn:aws:iam::111111111111:role/ops in eu-central-1`.
    #[serde(default)]
    pub account: Option<String>,
    /// The hash of the document that runs the lines, where it may be known.
    #[serde(default)]
    pub document_hash: Option<String>,
}

/// What would be run, before it is known where.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Short name of the runbook.
    pub slug: String,
    /// How much harm it may do: the registry's word.
    pub risk: Risk,
    /// What is said to it.
    pub parameters: Map<String, Value>,
    /// The command lines, or what is started instead of them.
    pub rendered: Rendered,
    /// Those of its health check, where it has one.
    pub check: Option<Vec<String>>,
    /// The most targets.
    pub blast_radius: u32,
    /// How long a target is left alone afterwards, in seconds.
    pub cool_down_seconds: u32,
    /// Whether a second run does no harm that the first has not done.
    pub idempotent: bool,
}

impl Plan {
    /// What a run of a runbook with these parameters would be.
    ///
    /// # Errors
    /// [`RenderError`].
    pub fn of(runbook: &Runbook, parameters: &Map<String, Value>) -> Result<Self, RenderError> {
        let check = match runbook.health_check {
            Some(_) => Some(runbook.render(RunbookPart::HealthCheck, parameters)?.commands),
            None => None,
        };
        Ok(Self {
            slug: runbook.slug.clone(),
            risk: runbook.risk,
            parameters: parameters.clone(),
            rendered: runbook.render(RunbookPart::Run, parameters)?,
            check,
            blast_radius: runbook.blast_radius,
            cool_down_seconds: runbook.cool_down_seconds,
            idempotent: runbook.idempotent,
        })
    }

    /// What a run of commands without a runbook would be: always of high risk, and nobody says that a second one does no
    /// harm. Their lines are checked where they are read.
    pub fn free(commands: Vec<String>, timeout_seconds: u32) -> Self {
        Self {
            slug: FREE_COMMANDS.to_owned(),
            risk: Risk::High,
            parameters: Map::new(),
            rendered: Rendered {
                runbook_id: free_commands_id(),
                version: 1,
                part: RunbookPart::Run,
                commands,
                automation: None,
                timeout_seconds,
            },
            check: None,
            blast_radius: RUN_TARGETS,
            cool_down_seconds: 0,
            idempotent: false,
        }
    }

    /// What an approval of it on these machines is bound to.
    pub fn hash(&self, targets: &Targets, venue: &Venue) -> RunHash {
        let planned = PlannedRun {
            tool: SSM_EXECUTE,
            tool_version: SSM_EXECUTE_VERSION,
            rendered: &self.rendered,
            check: self.check.as_deref(),
            targets,
            venue,
            timeout_seconds: self.rendered.timeout_seconds,
        };
        planned.hash()
    }
}

/// A run as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Its id.
    pub run_id: RunId,
    /// Whose.
    pub company_id: CompanyId,
    /// For which incident.
    pub incident_id: IncidentId,
    /// By which tool.
    pub tool: String,
    /// In which version.
    pub tool_version: String,
    /// Which runbook.
    pub runbook_id: RunbookId,
    /// Its short name.
    pub runbook: String,
    /// In which version.
    pub runbook_version: u32,
    /// The registry's word.
    pub risk_level: Risk,
    /// What is said to it.
    pub parameters: Map<String, Value>,
    /// The exact command lines.
    pub commands: Vec<String>,
    /// What is started instead of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automation: Option<RenderedAutomation>,
    /// Those of its health check.
    pub check: Option<Vec<String>>,
    /// The exact machines.
    pub targets: Targets,
    /// Where they are.
    #[serde(default)]
    pub venue: Venue,
    /// SHA-256 over all of it, in hex.
    pub hash: RunHash,
    /// How long it may take on a machine, in seconds.
    pub timeout_seconds: u32,
    /// How long a target is left alone afterwards, in seconds.
    pub cool_down_seconds: u32,
    /// Whether a second run does no harm that the first has not done.
    pub idempotent: bool,
    /// Which try to heal the incident with it this is, from 1.
    pub attempt: u32,
    /// Who asked: a principal's id, or `incident`.
    pub requested_by: String,
    /// By which consent.
    pub approval_id: Option<ApprovalId>,
    /// Where it stands.
    pub standing: Standing,
    /// When it was meant.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The name that the service gave it.
    pub command_id: Option<String>,
    /// Other commands that bear its name: it was carried out more than once.
    #[serde(default)]
    pub other_command_ids: Vec<String>,
    /// Who wanted it ended early.
    #[serde(default)]
    pub cancelled_by: Option<String>,
    /// What it wrote on all machines, redacted: at most [`crate::limits::COMMAND_OUTPUT`] characters.
    pub output: Option<String>,
    /// What its health check has shown.
    pub health: Option<Health>,
    /// The company's figures when it was meant.
    pub kpis_before: Option<Kpis>,
    /// The same once it was known whether it has helped.
    #[serde(default)]
    pub kpis_after: Option<Kpis>,
    /// When it may be forgotten.
    pub kept_until: Option<Timestamp>,
}

impl Run {
    /// The same, meant once more by the incident itself.
    #[must_use]
    pub fn again(&self, run_id: RunId, now: Timestamp) -> Self {
        Self {
            run_id,
            attempt: self.attempt + 1,
            requested_by: "incident".to_owned(),
            standing: Standing::FIRST,
            started_at: now,
            ended_at: None,
            command_id: None,
            other_command_ids: Vec::new(),
            cancelled_by: None,
            output: None,
            health: None,
            kpis_before: None,
            kpis_after: None,
            kept_until: None,
            ..self.clone()
        }
    }

    /// How long it may take once it was sent, the way to the machine included.
    pub fn longest(&self) -> Duration {
        RUN_DELIVERY + Duration::from_secs(u64::from(self.timeout_seconds))
    }

    /// When it should have ended at the latest, where it was sent.
    pub fn expected_by(&self) -> Option<Timestamp> {
        match &self.standing {
            Standing::Sent { since, .. } => Some(since.plus(self.longest())),
            _ => None,
        }
    }

    /// Where it stands.
    pub fn status(&self) -> RunStatus {
        match &self.standing {
            Standing::Intended { .. } => RunStatus::Intended,
            Standing::Sent { .. } => RunStatus::Sent,
            Standing::Ended(Ending::Succeeded) => RunStatus::Succeeded,
            Standing::Ended(Ending::Failed | Ending::NotSent(_)) => RunStatus::Failed,
            Standing::Ended(Ending::Unknown(_)) => RunStatus::UnknownOutcome,
        }
    }

    /// Why it ended so, where more is known than its status says.
    pub fn why(&self) -> Option<&str> {
        match &self.standing {
            Standing::Ended(Ending::NotSent(why) | Ending::Unknown(why)) => Some(why),
            _ => None,
        }
    }

    /// By which a repeat of its start is known: its id as a UUID of 36 characters, which all ids of ours are.
    pub fn token(&self) -> Option<String> {
        let id = self.run_id.as_str().strip_prefix(RunId::PREFIX)?;
        Some(Uuid::try_parse(id).ok()?.hyphenated().to_string())
    }

    /// By which its command is found again: SSM keeps the comment.
    pub fn comment(&self) -> String {
        format!("aw:{}", self.run_id)
    }

    /// What it is bound to, computed from what is stored of it.
    pub fn computed_hash(&self) -> RunHash {
        let rendered = Rendered {
            runbook_id: self.runbook_id.clone(),
            version: self.runbook_version,
            part: RunbookPart::Run,
            commands: self.commands.clone(),
            automation: self.automation.clone(),
            timeout_seconds: self.timeout_seconds,
        };
        let planned = PlannedRun {
            tool: &self.tool,
            tool_version: &self.tool_version,
            rendered: &rendered,
            check: self.check.as_deref(),
            targets: &self.targets,
            venue: &self.venue,
            timeout_seconds: self.timeout_seconds,
        };
        planned.hash()
    }
}

/// The runs of a company that are under way, in one record, so that they never are more than may be: not after a restart
/// either, when those who wait are there before those that are found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnderWay {
    /// Which: at most [`crate::limits::RUNS_PER_COMPANY`].
    pub runs: Vec<RunId>,
}

impl UnderWay {
    /// Its id, among the locks.
    pub const ID: &str = "company/under-way";
}

/// What keeps runs from a machine: a run that is under way there, or the cool-down after one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// The machine.
    pub instance_id: String,
    /// Which runbook is kept from it; `None` keeps all.
    pub runbook_id: Option<RunbookId>,
    /// By which run.
    pub run_id: RunId,
    /// Until when; `None` until that run is over.
    pub until: Option<Timestamp>,
}

impl Lock {
    /// Its id.
    pub fn id(&self) -> String {
        match &self.runbook_id {
            None => Self::machine(&self.instance_id),
            Some(runbook) => Self::cool_down(&self.instance_id, runbook),
        }
    }

    /// The id of the lock that a run under way has on a machine.
    pub fn machine(instance: &str) -> String {
        instance.to_owned()
    }

    /// The id of a runbook's cool-down on a machine.
    pub fn cool_down(instance: &str, runbook: &RunbookId) -> String {
        format!("{instance}/{runbook}")
    }
}
