//! What the tools take and give, as types: their schemas are made from these, and nothing else is read.
//!
//! A value that is read as one of these is well-formed. Whether it may be is said elsewhere: a runbook's parameters by
//! the runbook, machines by the company's inventory, a risk by the registry, and who asks by the principal.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::approval::ApprovalStatus;
use crate::domain::ids::{ApprovalId, RunId, RunbookId};
use crate::domain::runbook::{InstanceId, Risk};
use crate::domain::{IncidentId, Timestamp};
use crate::limits::{COMMAND_BYTES, RUN_TARGETS, RUN_TIMEOUT, RUN_TIMEOUT_LEAST};

/// The most bytes of a text that is written for people.
const PROSE: usize = 2_000;

/// A rule that a value breaks, and the field.
pub(super) type Broken = (&'static str, String);

/// What can be checked beyond its shape.
pub(super) trait Checked {
    /// The first field that is not as it must be.
    fn check(&self) -> Result<(), Broken> {
        Ok(())
    }
}

fn require(holds: bool, field: &'static str, rule: impl Into<String>) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err((field, rule.into())) }
}

/// A text for people: not empty, and nothing in it that a terminal or a log would obey.
fn prose(field: &'static str, text: &str) -> Result<(), Broken> {
    let odd = |char: char| char.is_control() && char != '\n' && char != '\t';
    let holds = !text.trim().is_empty() && text.len() <= PROSE && !text.chars().any(odd);
    let rule = format!("must be 1 to {PROSE} bytes of text, without control characters");
    require(holds, field, rule)
}

/// Runs a runbook.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SsmExecute {
    /// The runbook's id or slug.
    #[serde(default)]
    #[schemars(with = "Option<String>", regex(pattern = "^[A-Za-z0-9._:-]{1,128}$"))]
    pub runbook_id: Option<RunbookId>,
    /// The same under its other name; one of the two may be given.
    #[serde(default)]
    #[schemars(with = "Option<String>", regex(pattern = "^[A-Za-z0-9._:-]{1,128}$"))]
    pub runbook: Option<RunbookId>,
    /// On which of the company's machines.
    #[serde(default)]
    #[schemars(
        with = "Vec<String>",
        length(max = 50),
        inner(regex(pattern = "^(i-([0-9a-f]{8}|[0-9a-f]{17})|mi-[0-9a-f]{17})$"))
    )]
    pub instance_ids: Vec<InstanceId>,
    /// The runbook's rendered lines, once more. Without a runbook: refused unless the policy allows free commands.
    #[serde(default)]
    pub commands: Option<Vec<String>>,
    /// What is said to the runbook, as its parameters describe.
    #[serde(default)]
    pub parameters: Map<String, Value>,
    /// How long it may take.
    #[serde(default = "five_minutes")]
    #[schemars(range(min = 30, max = 172_800))]
    pub timeout_seconds: u32,
}

fn five_minutes() -> u32 {
    300
}

impl SsmExecute {
    /// The runbook's id or slug, where one is named.
    pub fn runbook(&self) -> Option<&RunbookId> {
        self.runbook_id.as_ref().or(self.runbook.as_ref())
    }
}

impl Checked for SsmExecute {
    fn check(&self) -> Result<(), Broken> {
        let holds = self.runbook_id.is_none() || self.runbook.is_none();
        require(holds, "runbook", "must be left out where runbook_id is given")?;
        let holds = self.runbook().is_some() || self.commands.is_some();
        require(holds, "runbook_id", "must name a runbook, or there must be commands")?;
        let most = RUN_TARGETS as usize;
        require(
            self.instance_ids.len() <= most,
            "instance_ids",
            format!("must be at most {most}"),
        )?;
        check_timeout(self.timeout_seconds)?;
        self.commands.as_deref().map_or(Ok(()), check_lines)
    }
}

/// Whether these lines may be given to `sh`, and take so many seconds.
///
/// # Errors
/// The field, and what it must be.
pub fn check_commands(lines: &[String], timeout_seconds: u32) -> Result<(), (&'static str, String)> {
    check_timeout(timeout_seconds)?;
    check_lines(lines)
}

fn check_timeout(seconds: u32) -> Result<(), Broken> {
    let (least, most) = (RUN_TIMEOUT_LEAST.as_secs(), RUN_TIMEOUT.as_secs());
    let holds = (least..=most).contains(&u64::from(seconds));
    require(holds, "timeout_seconds", format!("must be {least} to {most}"))
}

fn check_lines(lines: &[String]) -> Result<(), Broken> {
    let bytes: usize = lines.iter().map(|line| line.len() + 1).sum();
    let rule = format!("must be lines of which one is not empty, and {COMMAND_BYTES} bytes or less");
    let is_something = lines.iter().any(|line| !line.trim().is_empty());
    require(is_something && bytes <= COMMAND_BYTES, "commands", rule)?;
    let plain = |line: &String| line.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t')) && !line.contains("{{");
    let rule = "must be lines of printable ASCII and tabs, without {{, which SSM would replace";
    require(lines.iter().all(plain), "commands", rule)
}

/// What has come of a run.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SsmExecuted {
    /// The run.
    #[schemars(with = "String")]
    pub run_id: RunId,
    /// SSM's name for it, once it was sent.
    pub command_id: Option<String>,
    /// Where it stands: `intended`, `sent`, `succeeded`, `failed` or `unknown_outcome`.
    pub status: String,
    /// On which machines.
    #[schemars(with = "Vec<String>")]
    pub instance_ids: Vec<InstanceId>,
    /// What it has written, where it is over.
    pub output: Option<String>,
}

/// Looks at an alarm.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetAlarm {
    /// Its name.
    #[schemars(length(min = 1, max = 255))]
    pub alarm_name: String,
}

impl Checked for GetAlarm {
    fn check(&self) -> Result<(), Broken> {
        let name = &self.alarm_name;
        let holds = (1..=255).contains(&name.len()) && !name.chars().any(char::is_control);
        require(
            holds,
            "alarm_name",
            "must be 1 to 255 bytes of text, without control characters",
        )
    }
}

/// Asks for somebody's consent to a runbook.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestApproval {
    /// The runbook's id or slug.
    #[schemars(with = "String", regex(pattern = "^[A-Za-z0-9._:-]{1,128}$"))]
    pub runbook_id: RunbookId,
    /// What the caller takes the risk for; the registry's word replaces it.
    #[serde(default)]
    pub risk_level: Option<Risk>,
    /// Why, for who has to agree.
    #[schemars(length(min = 1, max = 2000))]
    pub reason: String,
    /// Whom the caller takes himself for; the principal's id replaces it.
    #[serde(default)]
    #[schemars(length(max = 128))]
    pub requester_id: Option<String>,
}

impl Checked for RequestApproval {
    fn check(&self) -> Result<(), Broken> {
        prose("reason", &self.reason)?;
        let short = self.requester_id.as_ref().is_none_or(|id| id.len() <= 128);
        require(short, "requester_id", "must be at most 128 bytes")
    }
}

/// An approval that was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRequested {
    /// Which.
    #[schemars(with = "String")]
    pub approval_id: ApprovalId,
    /// Where it stands.
    pub status: ApprovalStatus,
    /// When it is of no use any more.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub expires_at: Timestamp,
}

/// Asks how an approval stands.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AskApproval {
    /// Which.
    #[schemars(with = "String", regex(pattern = "^[A-Za-z0-9._:-]{1,128}$"))]
    pub approval_id: ApprovalId,
}

impl Checked for AskApproval {}

/// How an approval stands.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalSeen {
    /// Which.
    #[schemars(with = "String")]
    pub approval_id: ApprovalId,
    /// Where it stands.
    pub status: ApprovalStatus,
    /// Who has agreed last.
    pub approved_by: Option<String>,
    /// When.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub approved_at: Option<Timestamp>,
}

/// Asks for the company's figures.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AskKpis {}

impl Checked for AskKpis {}

/// The company's figures: measured, or null.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KpisMeasured {
    /// When.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub timestamp: Timestamp,
    /// (1 - incidents/alerts)*100.
    pub noise_reduction_pct: Option<f64>,
    /// From an incident's beginning to the first notice of it, on average.
    pub mtta_minutes: Option<f64>,
    /// From an incident's beginning to its end, on average.
    pub mttr_minutes: Option<f64>,
    /// How many of those that ended were ended by a run, with no act of a person.
    pub self_healed_pct: Option<f64>,
    /// How many machines miss no patch, by AWS Systems Manager.
    pub patch_compliance_pct: Option<f64>,
}

/// Notes something on an incident.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteIncident {
    /// Which incident.
    #[schemars(with = "String", regex(pattern = "^[A-Za-z0-9._:-]{1,128}$"))]
    pub incident_id: IncidentId,
    /// What.
    #[schemars(length(min = 1, max = 2000))]
    pub note: String,
}

impl Checked for NoteIncident {
    fn check(&self) -> Result<(), Broken> {
        prose("note", &self.note)
    }
}

/// Hands an incident to a person.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EscalateIncident {
    /// Which incident.
    #[schemars(with = "String", regex(pattern = "^[A-Za-z0-9._:-]{1,128}$"))]
    pub incident_id: IncidentId,
    /// Why.
    #[serde(default)]
    #[schemars(length(min = 1, max = 2000))]
    pub reason: Option<String>,
}

impl Checked for EscalateIncident {
    fn check(&self) -> Result<(), Broken> {
        self.reason.as_ref().map_or(Ok(()), |reason| prose("reason", reason))
    }
}

/// An incident that something was done to.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentTouched {
    /// Which.
    #[schemars(with = "String")]
    pub incident_id: IncidentId,
}
