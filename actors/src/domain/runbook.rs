//! A runbook: a versioned remedy with parameters, a risk and scripts of constant text, or a document of AWS Systems
//! Manager in the place of its script.
//!
//! Code map: [`parameter`] what may be said to it, [`signature`] which trouble it is for, [`render`] the
//! command lines of a run, [`automation`] the document instead of them, [`target`] on which machines, [`hash`] what an
//! approval is bound to, [`library`] the built-in ones, [`shelf`] those of a company.

pub mod automation;
pub mod hash;
pub mod library;
pub mod parameter;
pub mod render;
pub mod script;
pub mod shelf;
pub mod signature;
pub mod target;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use automation::{AutomationCall, RenderedAutomation};
pub use hash::{PlannedRun, RunHash};
pub use parameter::{Parameter, ParameterType};
pub use render::{RenderError, Rendered};
pub use script::RunbookPart;
pub use shelf::Shelf;
pub use target::{InstanceId, InvalidTargets, Targets};

use super::ids::RunbookId;
use super::run::FREE_COMMANDS;
use super::text::is_deceptive;
use crate::limits;

/// What a runbook's scripts are written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// A POSIX `sh` with GNU tools: Amazon Linux 2023, Ubuntu 22.04 and the like.
    Linux,
}

/// How much harm a run may do. It is the registry's word; nothing that is read from outside changes it.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// It only reads, or what it changes comes back by itself.
    Low,
    /// It interrupts a service, or removes what can be had again: caches, rotated logs.
    Medium,
    /// It kills, or removes data.
    High,
}

impl Risk {
    /// As it is written in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// A runbook, in one version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Runbook {
    /// Its id; the slug for one of the built-in library.
    pub runbook_id: RunbookId,
    /// Its short name, by which decisions call it: `disk-cleanup`.
    #[schema(pattern = "^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$")]
    pub slug: String,
    /// Raised by every change, from 1.
    #[schema(minimum = 1)]
    pub version: u32,
    /// What people call it.
    pub title: String,
    /// What it does, for who has to approve it.
    pub description: String,
    /// What its scripts are written for.
    pub platform: Platform,
    /// How much harm a run may do.
    pub risk: Risk,
    /// Which kinds of trouble it is for: texts that a signature holds, or globs. See [`signature`].
    #[serde(default)]
    pub signatures: Vec<String>,
    /// What may be said to it.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    /// What a run does; empty where it starts an automation.
    #[serde(default)]
    pub script: String,
    /// Prints what a run would do, and changes nothing; empty where it starts an automation.
    #[serde(default)]
    pub dry_run: String,
    /// What a run starts in the place of a script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automation: Option<AutomationCall>,
    /// Ends with 0 where a run has helped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check: Option<String>,
    /// Takes back what a run has done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback: Option<String>,
    /// How long a target is left alone after a run, in seconds: 0 to 604800 (7 days).
    #[schema(minimum = 0, maximum = 604_800)]
    pub cool_down_seconds: u32,
    /// The most targets of one run: 1 to 50.
    #[schema(minimum = 1, maximum = 50)]
    pub blast_radius: u32,
    /// How long a run may take, in seconds: 30 to 172800 (48 hours).
    #[schema(minimum = 30, maximum = 172_800)]
    pub timeout_seconds: u32,
    /// Whether a second run does no harm that the first has not done.
    pub idempotent: bool,
}

/// A runbook that is refused: its first wrong field, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} {rule}")]
pub struct InvalidRunbook {
    /// The field's path: `parameters[0].name`.
    pub field: String,
    /// What it must be.
    pub rule: String,
}

impl InvalidRunbook {
    fn new(field: impl Into<String>, rule: impl Into<String>) -> Self {
        let (field, rule) = (field.into(), rule.into());
        Self { field, rule }
    }
}

/// Nothing where `holds`, otherwise the field and its rule.
fn require(holds: bool, field: &str, rule: &str) -> Result<(), InvalidRunbook> {
    if holds {
        Ok(())
    } else {
        Err(InvalidRunbook::new(field, rule))
    }
}

fn within(field: &str, value: u32, low: u64, high: u64) -> Result<(), InvalidRunbook> {
    let holds = (low..=high).contains(&u64::from(value));
    require(holds, field, &format!("must be {low} to {high}"))
}

/// A text for people, on one line.
fn prose(field: &str, text: &str, most: usize) -> Result<(), InvalidRunbook> {
    let holds = !text.trim().is_empty() && text.len() <= most && !text.chars().any(is_deceptive);
    let rule = format!("must be 1 to {most} bytes of text, without control and invisible characters");
    require(holds, field, &rule)
}

fn is_slug(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    (1..=64).contains(&bytes.len())
        && bytes.iter().all(|&byte| plain(byte) || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

impl Runbook {
    /// Whether every field is within its rules.
    ///
    /// # Errors
    /// The first field that is not.
    pub fn check(&self) -> Result<(), InvalidRunbook> {
        let slug = "must be 1 to 64 of a-z 0-9 -, with no - at either end";
        require(is_slug(&self.slug), "slug", slug)?;
        let reserved = "must be another: what runs without a runbook is called so";
        require(self.slug != FREE_COMMANDS, "slug", reserved)?;
        require(self.version > 0, "version", "must be 1 or more")?;
        prose("title", &self.title, limits::RUNBOOK_TITLE_BYTES)?;
        prose("description", &self.description, limits::DESCRIPTION_BYTES)?;
        signature::check(&self.signatures)?;
        parameter::check(&self.parameters)?;
        automation::check(self)?;
        for (part, script) in self.scripts() {
            script::check(part.field(), script, &self.parameters)?;
        }
        let longest = limits::COOL_DOWN.as_secs();
        within("cool_down_seconds", self.cool_down_seconds, 0, longest)?;
        within("blast_radius", self.blast_radius, 1, u64::from(limits::RUN_TARGETS))?;
        let (shortest, longest) = (limits::RUN_TIMEOUT_LEAST.as_secs(), limits::RUN_TIMEOUT.as_secs());
        within("timeout_seconds", self.timeout_seconds, shortest, longest)
    }

    /// Whether it is for a kind of trouble.
    pub fn is_for(&self, signature: &str) -> bool {
        signature::any_matches(&self.signatures, signature)
    }

    /// The cool-down as a span.
    pub fn cool_down(&self) -> Duration {
        Duration::from_secs(u64::from(self.cool_down_seconds))
    }

    /// The text of a script, where it has one.
    pub fn script_of(&self, part: RunbookPart) -> Option<&str> {
        match part {
            RunbookPart::Run | RunbookPart::DryRun if self.automation.is_some() => None,
            RunbookPart::Run => Some(&self.script),
            RunbookPart::DryRun => Some(&self.dry_run),
            RunbookPart::HealthCheck => self.health_check.as_deref(),
            RunbookPart::Rollback => self.rollback.as_deref(),
        }
    }

    /// Its scripts.
    pub fn scripts(&self) -> impl Iterator<Item = (RunbookPart, &str)> {
        RunbookPart::ALL
            .into_iter()
            .filter_map(|part| self.script_of(part).map(|script| (part, script)))
    }
}

#[cfg(test)]
mod tests;
