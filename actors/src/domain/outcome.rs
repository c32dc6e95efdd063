//! What runs have taught: how often a runbook has helped against a kind of trouble, and a memory of each time.

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::ids::{CompanyId, IncidentId, MemoryId, RunId, RunbookId};
use super::incident::Incident;
use super::run::Run;
use super::time::Timestamp;

/// Whether a run has helped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, schemars::JsonSchema)]
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

/// What a person is that has written a memory, when he wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthorRole {
    /// Runs the platform.
    MspAdmin,
    /// Administers the company.
    CompanyAdmin,
    /// Works on its incidents.
    Technician,
}

/// Where a memory comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = MemorySource)]
pub enum Source {
    /// From the outcome of a run, as the runtime has seen it.
    #[default]
    Run,
    /// From a person, who has written it.
    Person {
        /// Who: the id of a user.
        author: String,
        /// What he was.
        role: AuthorRole,
    },
}

/// A person's word that a memory is not to be believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = MemoryQuarantine)]
pub struct Quarantine {
    /// Whose: the id of a user.
    pub by: String,
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub reason: String,
}

/// What is remembered of an incident, in the guide's shape and with where it comes from. Its texts are data: they are
/// shown and compared, and authorise nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
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
    /// By which runbook, in which version: `disk-cleanup-v1`. A person need not name one.
    #[serde(default)]
    pub runbook_used: Option<String>,
    /// That runbook's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook_id: Option<RunbookId>,
    /// Of which incident. A person need not name one.
    #[serde(default)]
    pub incident_id: Option<IncidentId>,
    /// By which run, where it comes from one.
    #[serde(default)]
    pub run_id: Option<RunId>,
    /// When.
    pub created_at: Timestamp,
    /// Where it comes from.
    #[serde(default)]
    pub source: Source,
    /// A person's word that it is not to be believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarantine: Option<Quarantine>,
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
            runbook_used: Some(version_of(&run.runbook, run.runbook_version)),
            runbook_id: Some(run.runbook_id.clone()),
            incident_id: Some(row.incident_id.clone()),
            run_id: Some(run.run_id.clone()),
            created_at: now,
            source: Source::Run,
            quarantine: None,
        }
    }

    /// The id of the runbook that it speaks of. Memories from before it was kept name built-in ones, whose id is the slug.
    pub fn runbook(&self) -> Option<RunbookId> {
        let slug = || self.runbook_used.as_deref()?.rsplit_once("-v")?.0.parse().ok();
        self.runbook_id.clone().or_else(slug)
    }

    /// The id of the record that counts how often what it speaks of has helped.
    pub fn outcomes_id(&self) -> Option<String> {
        Some(Effectiveness::id_of(&self.runbook()?, &self.signature))
    }
}

/// A runbook in one version, as memories name it: `disk-cleanup-v1`.
pub fn version_of(slug: &str, version: u32) -> String {
    format!("{slug}-v{version}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_kept_before_there_was_provenance_is_from_a_run() {
        let kept = json!({
            "memory_id": "mem-1", "company_id": "comp-a", "signature": "disk-full", "tags": ["disk-cleanup", "high"],
            "resolution": "Executed disk-cleanup.", "outcome": "success", "runbook_used": "disk-cleanup-v1",
            "incident_id": "inc-1", "run_id": "run-1", "created_at": "2026-01-31T08:00:00.000Z",
        });
        let read: LongMemory = serde_json::from_value(kept.clone()).unwrap();
        assert_eq!((&read.source, &read.quarantine), (&Source::Run, &None));
        assert_eq!(read.runbook().unwrap().as_str(), "disk-cleanup");
        let mut again = serde_json::to_value(&read).unwrap();
        assert_eq!(again["source"], json!({"kind": "run"}));
        again.as_object_mut().unwrap().remove("source");
        assert_eq!(again, kept);
    }

    #[test]
    fn a_person_need_not_name_a_runbook() {
        let kept = json!({
            "memory_id": "mem-1", "company_id": "comp-a", "signature": "disk-full", "tags": [], "resolution": "x",
            "outcome": "failure", "created_at": "2026-01-31T08:00:00.000Z",
            "source": {"kind": "person", "author": "usr-1", "role": "technician"},
        });
        let read: LongMemory = serde_json::from_value(kept).unwrap();
        assert_eq!((read.runbook(), read.outcomes_id()), (None, None));
    }
}
