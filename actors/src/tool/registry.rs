//! The tools that there are: what each takes and gives, how much harm it may do, and how long it may take. Whoever
//! means to call one has his arguments read here; what is not exactly a tool's input is none.

use std::sync::LazyLock;
use std::time::Duration;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::input::{
    ApprovalRequested, ApprovalSeen, AskApproval, AskKpis, Broken, Checked, EscalateIncident, GetAlarm,
    IncidentTouched, KpisMeasured, NoteIncident, RequestApproval, SsmExecute, SsmExecuted,
};
use super::memory::{MemoriesFound, SearchMemory};
use crate::domain::run::{SSM_EXECUTE, SSM_EXECUTE_VERSION};
use crate::domain::runbook::Risk;
use crate::port::cloud::{Alarm, CloudError, MetricQuery, MetricSeries};

/// What a tool needs before it can do anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// The company's AWS account.
    Cloud,
}

/// A tool.
#[derive(Clone, Debug)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// What it does.
    pub description: &'static str,
    /// The JSON Schema (2020-12) of what it takes.
    pub input_schema: Value,
    /// That of what it gives.
    pub output_schema: Value,
    /// How much harm a call may do; a run's is its runbook's.
    pub risk: Risk,
    /// How long a call may take.
    pub timeout: Duration,
    /// Whether a second call does no harm that the first has not done.
    pub idempotent: bool,
    /// What it needs.
    pub needs: Needs,
    /// Whether it only looks: a model may call it while it decides. What acts is proposed.
    pub reads: bool,
}

/// A call, read.
#[derive(Clone, Debug, PartialEq)]
pub enum ToolInput {
    /// `ssm.execute`.
    SsmExecute(SsmExecute),
    /// `cloudwatch.get_alarm`.
    GetAlarm(GetAlarm),
    /// `cloudwatch.query_metrics`.
    QueryMetrics(MetricQuery),
    /// `approvals.request`.
    RequestApproval(RequestApproval),
    /// `approvals.status`.
    AskApproval(AskApproval),
    /// `kpi.snapshot`.
    Kpis(AskKpis),
    /// `memory.search`.
    SearchMemory(SearchMemory),
    /// `incident.note`.
    Note(NoteIncident),
    /// `incident.escalate`.
    Escalate(EscalateIncident),
}

/// Arguments that are refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {rule}")]
pub struct ToolInputError {
    /// The field's path; `tool` where there is no such tool, empty for the whole.
    pub field: String,
    /// What it must be.
    pub rule: String,
}

/// The most of a text from outside that an error repeats, in characters.
const SHOWN: usize = 200;

/// All of them, in the order that they are listed in.
pub fn tools() -> &'static [Tool] {
    static TOOLS: LazyLock<Vec<Tool>> = LazyLock::new(all);
    &TOOLS
}

/// The tools that a model may look at for a company, by name.
pub fn readable(connected: bool) -> Vec<String> {
    let there = |tool: &&Tool| tool.reads && (connected || tool.needs == Needs::Nothing);
    tools().iter().filter(there).map(|tool| tool.name.to_owned()).collect()
}

fn all() -> Vec<Tool> {
    let (read, act) = (Duration::from_secs(40), Duration::from_secs(10));
    let tool = |name, description, (input_schema, output_schema)| Tool {
        name,
        version: "1",
        description,
        input_schema,
        output_schema,
        risk: Risk::Low,
        timeout: act,
        idempotent: true,
        needs: Needs::Nothing,
        reads: false,
    };
    let cloud = Needs::Cloud;
    vec![
        Tool {
            version: SSM_EXECUTE_VERSION,
            risk: Risk::High,
            timeout: Duration::from_secs(300),
            idempotent: false,
            needs: cloud,
            ..tool(
                SSM_EXECUTE,
                "Runs a runbook on machines of the company. The risk of a run is its runbook's; without one it is high.",
                schemas::<SsmExecute, SsmExecuted>(),
            )
        },
        Tool {
            timeout: read,
            needs: cloud,
            reads: true,
            ..tool(
                "cloudwatch.get_alarm",
                "Looks at an alarm in the company's CloudWatch.",
                schemas::<GetAlarm, Alarm>(),
            )
        },
        Tool {
            timeout: read,
            needs: cloud,
            reads: true,
            ..tool(
                "cloudwatch.query_metrics",
                "Reads a metric in the company's CloudWatch over a span of time.",
                schemas::<MetricQuery, MetricSeries>(),
            )
        },
        Tool {
            idempotent: false,
            ..tool(
                "approvals.request",
                "Asks people for their consent to a run. The registry's risk and the principal's id replace what is \
                 claimed.",
                schemas::<RequestApproval, ApprovalRequested>(),
            )
        },
        Tool {
            reads: true,
            ..tool(
                "approvals.status",
                "Says how an approval stands.",
                schemas::<AskApproval, ApprovalSeen>(),
            )
        },
        Tool {
            reads: true,
            ..tool(
                "kpi.snapshot",
                "Measures what the company's incidents of the last 30 days came to.",
                schemas::<AskKpis, KpisMeasured>(),
            )
        },
        Tool {
            reads: true,
            ..tool(
                "memory.search",
                "Searches what the company remembers of past incidents: what was done, and whether it has helped.",
                schemas::<SearchMemory, MemoriesFound>(),
            )
        },
        Tool {
            idempotent: false,
            ..tool(
                "incident.note",
                "Notes something on an incident.",
                schemas::<NoteIncident, IncidentTouched>(),
            )
        },
        tool(
            "incident.escalate",
            "Hands an incident to a person.",
            schemas::<EscalateIncident, IncidentTouched>(),
        ),
    ]
}

fn schemas<I: JsonSchema, O: JsonSchema>() -> (Value, Value) {
    let generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
    let output = generator.clone().into_root_schema_for::<O>();
    (generator.into_root_schema_for::<I>().into(), output.into())
}

/// Reads a call's arguments: exactly what its tool takes, or nothing.
///
/// # Errors
/// The first field that is unknown, missing or not as it must be.
pub fn check_input(tool: &str, arguments: &Value) -> Result<ToolInput, ToolInputError> {
    match tool {
        SSM_EXECUTE => read(arguments).map(ToolInput::SsmExecute),
        "cloudwatch.get_alarm" => read(arguments).map(ToolInput::GetAlarm),
        "cloudwatch.query_metrics" => read(arguments).map(ToolInput::QueryMetrics),
        "approvals.request" => read(arguments).map(ToolInput::RequestApproval),
        "approvals.status" => read(arguments).map(ToolInput::AskApproval),
        "kpi.snapshot" => read(arguments).map(ToolInput::Kpis),
        "memory.search" => read(arguments).map(ToolInput::SearchMemory),
        "incident.note" => read(arguments).map(ToolInput::Note),
        "incident.escalate" => read(arguments).map(ToolInput::Escalate),
        _ => Err(ToolInputError {
            field: "tool".into(),
            rule: "there is no such tool".into(),
        }),
    }
}

impl Checked for MetricQuery {
    fn check(&self) -> Result<(), Broken> {
        const FIELDS: [&str; 5] = ["namespace", "metric_name", "dimensions", "end_time", "period"];
        match MetricQuery::check(self) {
            Err(CloudError::Invalid(rule)) => {
                let field = FIELDS.into_iter().find(|field| rule.starts_with(field));
                Err((field.unwrap_or_default(), rule))
            }
            Err(other) => Err(("", other.to_string())),
            Ok(()) => Ok(()),
        }
    }
}

fn read<T: DeserializeOwned + Checked>(arguments: &Value) -> Result<T, ToolInputError> {
    let refuse = |field: &str, rule: &str| ToolInputError {
        field: shown(field),
        rule: shown(rule),
    };
    // serde's derived readers would also take an array of the fields, in their order.
    let Value::Object(_) = arguments else {
        return Err(refuse("", "must be an object"));
    };
    let read: T = serde_path_to_error::deserialize(arguments.clone()).map_err(|error| {
        let rule = error.inner().to_string();
        match (error.path().to_string().as_str(), named(&rule)) {
            ("." | "?", Some(field)) => refuse(field, &rule),
            (path, _) => refuse(path, &rule),
        }
    })?;
    read.check().map_err(|(field, rule)| refuse(field, &rule))?;
    Ok(read)
}

/// The field that serde names where it is unknown or missing.
fn named(rule: &str) -> Option<&str> {
    let rest = rule
        .strip_prefix("unknown field `")
        .or_else(|| rule.strip_prefix("missing field `"))?;
    rest.split('`').next()
}

/// The beginning of a text from outside, with what cannot be shown escaped.
fn shown(text: &str) -> String {
    text.chars().take(SHOWN).flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests;
