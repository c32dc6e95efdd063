//! What `memory.search` takes and gives. What is found was written by runs and people: it is data for whoever reads it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::input::{Broken, Checked};
use crate::domain::Timestamp;
use crate::domain::outcome::{AuthorRole, Source, Verdict};
use crate::domain::recall::{Matched, RecallAsk, Recalled};

/// How many are found where nothing is said.
const FOUND: u32 = 5;

/// Searches what the company remembers of past incidents; one of the first three must be given.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchMemory {
    /// A kind of trouble, exactly.
    #[serde(default)]
    #[schemars(length(min = 1, max = 256))]
    pub signature: Option<String>,
    /// Tags, exactly.
    #[serde(default)]
    #[schemars(length(max = 16), inner(length(min = 1, max = 64)))]
    pub tags: Vec<String>,
    /// Anything, in words.
    #[serde(default)]
    #[schemars(length(min = 1, max = 1000))]
    pub q: Option<String>,
    /// How many.
    #[serde(default = "some")]
    #[schemars(range(min = 1, max = 50))]
    pub limit: u32,
}

fn some() -> u32 {
    FOUND
}

impl SearchMemory {
    /// As it is asked: what is quarantined is not shown.
    pub fn ask(&self) -> RecallAsk {
        RecallAsk {
            signature: self.signature.clone(),
            tags: self.tags.clone(),
            q: self.q.clone(),
            limit: self.limit as usize,
            with_quarantined: false,
        }
    }
}

impl Checked for SearchMemory {
    fn check(&self) -> Result<(), Broken> {
        self.ask().check()
    }
}

/// The memories that were found, the best first.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemoriesFound {
    /// Each with how well it answers and how far it is believed.
    pub items: Vec<FoundMemory>,
}

/// A memory that was found.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FoundMemory {
    /// Its id.
    pub memory_id: String,
    /// The kind of trouble.
    pub signature: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// What was done.
    pub resolution: String,
    /// Whether it has helped.
    pub outcome: Verdict,
    /// By which runbook, in which version.
    pub runbook_used: Option<String>,
    /// Of which incident.
    pub incident_id: Option<String>,
    /// When.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub created_at: Timestamp,
    /// What the person was that has written it; nothing where it comes from a run.
    pub written_by: Option<AuthorRole>,
    /// By what it was found.
    pub matched: Matched,
    /// How well it answers, 0 to 1.
    pub score: f64,
    /// How far it is believed, 0 to 1.
    pub trust: f64,
    /// Runs of its runbook against that kind of trouble whose outcome is known.
    pub runs: u64,
    /// Those that have helped.
    pub successes: u64,
}

impl MemoriesFound {
    /// Of what was recalled.
    pub fn of(recalled: &[Recalled]) -> Self {
        Self {
            items: recalled.iter().map(found).collect(),
        }
    }
}

fn found(recalled: &Recalled) -> FoundMemory {
    let memory = &recalled.memory;
    let outcomes = recalled.outcomes.as_ref();
    FoundMemory {
        memory_id: memory.memory_id.to_string(),
        signature: memory.signature.clone(),
        tags: memory.tags.clone(),
        resolution: memory.resolution.clone(),
        outcome: memory.outcome,
        runbook_used: memory.runbook_used.clone(),
        incident_id: memory.incident_id.as_ref().map(ToString::to_string),
        created_at: memory.created_at,
        written_by: match &memory.source {
            Source::Run => None,
            Source::Person { role, .. } => Some(*role),
        },
        matched: recalled.matched,
        score: recalled.score,
        trust: recalled.trust,
        runs: outcomes.map_or(0, |outcomes| outcomes.runs),
        successes: outcomes.map_or(0, |outcomes| outcomes.successes),
    }
}
