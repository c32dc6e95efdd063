//! A runbook's scripts: constant text, which is read by who approves a run and is what runs.

use serde::{Deserialize, Serialize};

use super::parameter::Parameter;
use super::{InvalidRunbook, require};
use crate::limits;

/// What the variables of parameters begin with.
const VARIABLE_PREFIX: &str = "AW_PARAM_";

/// Which of a runbook's scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunbookPart {
    /// What a run does.
    Run,
    /// What tells beforehand what a run would do.
    DryRun,
    /// What tells afterwards whether it has helped.
    HealthCheck,
    /// What takes it back.
    Rollback,
}

impl RunbookPart {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Run, Self::DryRun, Self::HealthCheck, Self::Rollback];

    /// The runbook's field that holds it.
    pub fn field(self) -> &'static str {
        match self {
            Self::Run => "script",
            Self::DryRun => "dry_run",
            Self::HealthCheck => "health_check",
            Self::Rollback => "rollback",
        }
    }
}

/// The shell variable that holds a parameter's value: `AW_PARAM_PATH` for `path`.
pub fn variable(parameter: &str) -> String {
    format!("{VARIABLE_PREFIX}{}", parameter.to_ascii_uppercase())
}

/// Whether a script can be handed to SSM as it is, and names no variable that nobody sets.
///
/// SSM replaces `{{ name }}` in what it is given, so that text is refused. Characters beyond ASCII are too:
/// some look like others, or change the order in which the rest is shown to who approves it.
pub(super) fn check(field: &str, script: &str, parameters: &[Parameter]) -> Result<(), InvalidRunbook> {
    let most = limits::SCRIPT_BYTES;
    let holds = !script.trim().is_empty() && script.len() <= most;
    require(holds, field, &format!("must be 1 to {most} bytes"))?;
    let plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\n' | b'\t');
    let rule = "must be printable ASCII, line feeds and tabs";
    require(script.bytes().all(plain), field, rule)?;
    require(
        !script.contains("{{"),
        field,
        "must not hold {{, which SSM would replace",
    )?;
    let stranger = variables(script).find(|name| !parameters.iter().any(|known| variable(&known.name) == *name));
    match stranger {
        None => Ok(()),
        Some(name) => Err(InvalidRunbook::new(
            field,
            format!("names {name}, which is no parameter"),
        )),
    }
}

/// The variables of parameters that a script names.
pub(super) fn variables(script: &str) -> impl Iterator<Item = &str> {
    script.match_indices(VARIABLE_PREFIX).map(|(start, _)| {
        let text = &script[start..];
        let in_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let end = text.find(|letter| !in_name(letter)).unwrap_or(text.len());
        &text[..end]
    })
}
