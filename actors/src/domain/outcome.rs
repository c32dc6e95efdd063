//! What runs have taught: how often a runbook has helped against a kind of trouble, and a memory of each time.

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::ids::{CompanyId, IncidentId, MemoryId, RunId, RunbookId};
use super::incident::Incident;
use super::run::Run;
use super::time::Timestamp;

/// Whether a run has helped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It has.
    Success,
    /// It has not.
    Failure,
}

/// How often a runbook has helped against a kind of trouble.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effectiveness {
    /// Which runbook.
    pub runbook_id: RunbookId,
    /// Against what.
    pub signature: String,
    /// Runs whose outcome is known.
    pub runs: u64,
    /// Those that have helped.
    pub successes: u64,
}

impl Effectiveness {
    /// The id of the record for a runbook and a kind of trouble.
    pub fn id_of(runbook: &RunbookId, signature: &str) -> String {
        format!("{runbook}/{}", Digest::of(&[signature]))
    }

    /// Before the first run.
    pub fn first(runbook: &RunbookId, signature: &str) -> Self {
        Self {
            runbook_id: runbook.clone(),
            signature: signature.to_owned(),
            runs: 0,
            successes: 0,
        }
    }

    /// After one more.
    #[must_use]
    pub fn and(self, verdict: Verdict) -> Self {
        Self {
            runs: self.runs + 1,
            successes: self.successes + u64::from(verdict == Verdict::Success),
            ..self
        }
    }
}

/// A memory of an incident that a run has ended, in the guide's shape and with where it comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LongMemory {
    /// Its id.
    pub memory_id: MemoryId,
    /// Whose.
    pub company_id: CompanyId,
    /// The kind of trouble.
    pub signature: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// What was done.
    pub resolution: String,
    /// Whether it has helped.
    pub outcome: Verdict,
    /// By which runbook, in which version: `disk-cleanup-v1`.
    pub runbook_used: String,
    /// Of which incident.
    pub incident_id: IncidentId,
    /// By which run.
    pub run_id: RunId,
    /// When.
    pub created_at: Timestamp,
}

impl LongMemory {
    /// What an incident that ends now leaves of its last run.
    pub fn of(memory_id: MemoryId, row: &Incident, run: &Run, outcome: Verdict, now: Timestamp) -> Self {
        let minutes = now.since(row.created_at).as_secs() / 60;
        let targets: Vec<&str> = run.targets.ids().iter().map(|id| id.as_str()).collect();
        let remediated = if row.life.touched {
            "remediated"
        } else {
            "auto-remediated"
        };
        Self {
            memory_id,
            company_id: row.company_id.clone(),
            signature: row.signature.clone(),
            tags: vec![
                run.runbook.clone(),
                row.severity.as_str().to_owned(),
                remediated.to_owned(),
            ],
            resolution: format!(
                "Executed {} on {} for {}; resolved after {minutes} minutes.",
                run.runbook,
                targets.join(", "),
                row.asset_name
            ),
            outcome,
            runbook_used: format!("{}-v{}", run.runbook, run.runbook_version),
            incident_id: row.incident_id.clone(),
            run_id: run.run_id.clone(),
            created_at: now,
        }
    }
}
