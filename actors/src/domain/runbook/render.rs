//! The command lines of a run, or what it starts instead of them.
//!
//! A command line is never built from text of outside. A script is constant; each value goes before it as
//! the single-quoted assignment of a variable, and the script names the variable:
//!
//! ```text
//! AW_PARAM_PATH='/var/tmp'
//! set -eu
//! ls "$AW_PARAM_PATH"
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::automation::RenderedAutomation;
use super::parameter::{Parameter, Refusal};
use super::script::{RunbookPart, variable};
use super::{InvalidRunbook, Runbook};
use crate::domain::ids::RunbookId;

/// What SSM's document `AWS-RunShellScript` is given, or which other document is started. The same runbook and values
/// make the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rendered {
    /// Which runbook.
    pub runbook_id: RunbookId,
    /// In which version.
    pub version: u32,
    /// Which of its scripts.
    pub part: RunbookPart,
    /// The script's lines, assignments first; joined by line feeds they are what `sh` runs. None where something is
    /// started instead of them.
    pub commands: Vec<String>,
    /// What is started instead of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automation: Option<RenderedAutomation>,
    /// How long it may take, in seconds.
    pub timeout_seconds: u32,
}

/// Why nothing is rendered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The runbook itself is refused.
    #[error("the runbook's {0}")]
    Runbook(#[from] InvalidRunbook),
    /// The runbook has no such script.
    #[error("the runbook has no {}", .0.field())]
    NoScript(RunbookPart),
    /// The runbook has no such parameter.
    #[error("{0}: no such parameter")]
    Unknown(String),
    /// A parameter without a default was not given.
    #[error("{0}: missing")]
    Missing(String),
    /// A parameter's value is refused.
    #[error("{name}: {refusal}")]
    Refused {
        /// The parameter.
        name: String,
        /// Why.
        refusal: Refusal,
    },
}

/// The most of an unknown parameter's name that an error repeats.
const SHOWN: usize = 64;

impl Runbook {
    /// The command lines of one of its scripts with these values; of a run, what it starts where it has no script.
    ///
    /// # Errors
    /// What is refused: the runbook by [`Runbook::check`], a script that it does not have, or the first
    /// parameter that is unknown, missing or not of its type.
    pub fn render(&self, part: RunbookPart, values: &Map<String, Value>) -> Result<Rendered, RenderError> {
        self.check()?;
        let call = self.automation.as_ref().filter(|_| part == RunbookPart::Run);
        let script = match call {
            Some(_) => "",
            None => self.script_of(part).ok_or(RenderError::NoScript(part))?,
        };
        let known = |name: &str| self.parameters.iter().any(|parameter| parameter.name == name);
        if let Some(stranger) = values.keys().find(|name| !known(name)) {
            return Err(RenderError::Unknown(shown(stranger)));
        }
        let mut texts = Vec::new();
        for parameter in &self.parameters {
            texts.push((
                parameter.name.as_str(),
                text_of(parameter, values.get(&parameter.name))?,
            ));
        }
        let (mut commands, mut automation) = (Vec::new(), None);
        match call {
            Some(call) => automation = Some(call.render(&BTreeMap::from_iter(texts))?),
            None => {
                commands.extend(texts.iter().map(|(name, text)| assignment(name, text)));
                commands.extend(script.lines().map(str::to_owned));
            }
        }
        Ok(Rendered {
            runbook_id: self.runbook_id.clone(),
            version: self.version,
            part,
            commands,
            automation,
            timeout_seconds: self.timeout_seconds,
        })
    }
}

/// What a parameter stands for: what was given for it, or its default.
fn text_of(parameter: &Parameter, given: Option<&Value>) -> Result<String, RenderError> {
    let name = &parameter.name;
    let value = given.or(parameter.default.as_ref());
    let value = value.ok_or_else(|| RenderError::Missing(name.clone()))?;
    parameter.kind.text_of(value).map_err(|refusal| RenderError::Refused {
        name: name.clone(),
        refusal,
    })
}

fn assignment(name: &str, text: &str) -> String {
    format!("{}={}", variable(name), quoted(text))
}

/// A text as one word of `sh` that stands for exactly itself.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The beginning of a name from outside, with what cannot be shown escaped.
fn shown(name: &str) -> String {
    name.chars().take(SHOWN).flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests;
