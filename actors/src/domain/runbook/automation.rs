//! What a runbook starts instead of a script: a document of AWS Systems Manager of the type Automation, whose typed
//! parameters take the values of the runbook's own. Which machines are meant is said by us alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::parameter::Refusal;
use super::render::RenderError;
use super::{InvalidRunbook, Runbook, require};
use crate::limits;

/// The parameter by which documents take machines.
pub const TARGETS: &str = "InstanceId";

/// A document that a runbook starts, and what it is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AutomationCall {
    /// Its name, or its ARN.
    #[schema(pattern = "^[A-Za-z0-9_.:/-]{3,128}$")]
    pub document: String,
    /// Which version of it, a number: another is not what was agreed to.
    #[schema(pattern = "^[1-9][0-9]{0,9}$")]
    pub version: String,
    /// By the names of its own parameters: those of the runbook whose values they take. The machines are not among
    /// them, they go in as `InstanceId`.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
}

/// A document with all that it is given but the machines: what is started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenderedAutomation {
    /// Its name, or its ARN.
    pub document: String,
    /// Which version of it.
    pub version: String,
    /// By the names of its own parameters: what they take.
    pub parameters: BTreeMap<String, Vec<String>>,
}

/// Whether a document may be called so.
pub(crate) fn is_document(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:/".contains(&byte);
    (3..=128).contains(&text.len()) && text.bytes().all(plain)
}

/// Whether it is a version of one, and not a word for whichever there is.
pub(crate) fn is_version(text: &str) -> bool {
    (1..=10).contains(&text.len()) && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a parameter of one may be called so.
pub(crate) fn is_parameter(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    (1..=limits::AUTOMATION_NAME).contains(&text.len()) && text.bytes().all(plain)
}

/// Whether a runbook has a script or an automation, and that one is whole.
pub(super) fn check(runbook: &Runbook) -> Result<(), InvalidRunbook> {
    let Some(call) = &runbook.automation else {
        let rule = "must be there, or an automation instead of it";
        return require(!runbook.script.is_empty(), "script", rule);
    };
    let rule = "must be left out: there is an automation";
    require(runbook.script.is_empty(), "script", rule)?;
    require(runbook.dry_run.is_empty(), "dry_run", rule)?;
    require(runbook.rollback.is_none(), "rollback", rule)?;
    call.check(runbook)
}

impl AutomationCall {
    fn check(&self, runbook: &Runbook) -> Result<(), InvalidRunbook> {
        let rule = "must be 3 to 128 of A-Z a-z 0-9 _ - . : /";
        require(is_document(&self.document), "automation.document", rule)?;
        let rule = "must be a number from 1, so that what is agreed to stays the same";
        require(is_version(&self.version), "automation.version", rule)?;
        // The machines are one of them.
        let most = limits::AUTOMATION_PARAMETERS - 1;
        let field = "automation.parameters";
        require(self.parameters.len() <= most, field, &format!("must be at most {most}"))?;
        for (name, value_of) in &self.parameters {
            let longest = limits::AUTOMATION_NAME;
            let rule = format!("must have names of 1 to {longest} of A-Z a-z 0-9 _ - .");
            require(is_parameter(name), field, &rule)?;
            let field = format!("{field}.{name}");
            let rule = "must be left out: the machines of a run go in as it";
            require(name != TARGETS, &field, rule)?;
            let is_known = runbook.parameters.iter().any(|parameter| parameter.name == *value_of);
            require(is_known, &field, "must be the name of a parameter of the runbook")?;
        }
        Ok(())
    }

    /// What is started with these values of the runbook's parameters.
    ///
    /// # Errors
    /// A value that no document takes.
    pub(super) fn render(&self, values: &BTreeMap<&str, String>) -> Result<RenderedAutomation, RenderError> {
        let mut parameters = BTreeMap::new();
        for (name, value_of) in &self.parameters {
            let value = values.get(value_of.as_str());
            let value = value.ok_or_else(|| RenderError::Missing(value_of.clone()))?;
            // What else SSM would refuse, no parameter takes.
            if value.is_empty() {
                return Err(RenderError::Refused {
                    name: value_of.clone(),
                    refusal: Refusal::Empty,
                });
            }
            parameters.insert(name.clone(), vec![value.clone()]);
        }
        Ok(RenderedAutomation {
            document: self.document.clone(),
            version: self.version.clone(),
            parameters,
        })
    }
}

#[cfg(test)]
mod tests;
