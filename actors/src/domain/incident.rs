//! An incident: a group of alerts with one cause.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::alert::Severity;
use super::ids::{ApprovalId, CompanyId, IncidentId, RunId, RunbookId, SessionId};
use super::notification::Clocked;
use super::suppression::SuppressedBy;
use super::time::Timestamp;
use crate::limits;

/// Where an incident stands, in the words of its users.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IncidentStatus {
    /// Nobody has taken it up.
    New,
    /// Somebody or something works on it.
    InProgress,
    /// Over.
    Resolved,
    /// Handed up.
    Escalated,
}

impl IncidentStatus {
    /// As it is written on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::InProgress => "in_progress",
            Self::Resolved => "resolved",
            Self::Escalated => "escalated",
        }
    }
}

/// Where an incident stands, in the words of its machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Open, with nothing under way.
    Open,
    /// A decision is being made.
    Deciding,
    /// Somebody has to agree to a run.
    AwaitingApproval,
    /// A run is under way.
    Executing,
    /// A run has ended well; whether it has helped is found out.
    Verifying,
    /// A person must look: the actor failed too often, or nothing automatic is left.
    NeedsHuman,
    /// Over.
    Resolved,
}

impl Phase {
    /// As it is written on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Deciding => "deciding",
            Self::AwaitingApproval => "awaiting_approval",
            Self::Executing => "executing",
            Self::Verifying => "verifying",
            Self::NeedsHuman => "needs_human",
            Self::Resolved => "resolved",
        }
    }
}

/// An incident's time at work: from its actor's first start to at most eight hours later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its id.
    pub session_id: SessionId,
    /// The actor's first start.
    pub started_at: Timestamp,
    /// When it ends at the latest.
    pub ends_at: Timestamp,
    /// What its successor has to know, as of its last checkpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handover: Option<String>,
}

/// An incident that nobody wants to see for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snooze {
    /// Until when.
    pub until: Timestamp,
    /// How grave it was; it comes back when it is graver.
    pub severity: Severity,
}

/// An incident that is kept quiet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppressed {
    /// By what: at least one thing.
    pub by: Vec<SuppressedBy>,
    /// Since when.
    pub since: Timestamp,
}

/// What whoever is to hear of an incident has been told. Its clocks run from here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// When it was first told.
    pub at: Timestamp,
    /// The gravest that was told.
    pub severity: Severity,
    /// How many steps of the escalation are done with.
    #[serde(default)]
    pub steps: usize,
    /// The clocks that were warned of.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub warned: BTreeSet<Clocked>,
    /// The clocks that have run out.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub breached: BTreeSet<Clocked>,
}

/// What is under way to heal an incident: one thing at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Remedy {
    /// Somebody has to agree to a run.
    AwaitingApproval {
        /// To what.
        approval_id: ApprovalId,
        /// Until when.
        until: Timestamp,
    },
    /// A run is under way.
    Executing {
        /// Which.
        run_id: RunId,
    },
    /// A run has ended well, and its health check is made.
    Checking {
        /// Which.
        run_id: RunId,
    },
    /// A run has ended well, and the alerts have to recover.
    Verifying {
        /// Which.
        run_id: RunId,
        /// Until when.
        until: Timestamp,
    },
}

impl Remedy {
    /// Where the incident stands meanwhile.
    pub fn phase(&self) -> Phase {
        match self {
            Self::AwaitingApproval { .. } => Phase::AwaitingApproval,
            Self::Executing { .. } => Phase::Executing,
            Self::Checking { .. } | Self::Verifying { .. } => Phase::Verifying,
        }
    }

    /// Whether something acts on machines: the incident does not end, and is not regrouped, before that is over.
    pub fn acts(&self) -> bool {
        matches!(self, Self::Executing { .. } | Self::Checking { .. })
    }
}

/// A run that the incident wants by itself, until it has begun, people are asked, or it turns out that it cannot begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Of which runbook.
    pub runbook_id: RunbookId,
    /// Why, for who has to agree.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
    /// Not before this moment.
    pub again_at: Timestamp,
    /// What it waits for, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<String>,
}

/// What its actor, its people and their tools make of an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Life {
    /// Where it stands.
    pub status: IncidentStatus,
    /// Where its machine stands.
    pub phase: Phase,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<Timestamp>,
    /// What ended it: `recovery`, `stale`, `merge`, or a principal's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_by: Option<String>,
    /// Where its alerts have gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<IncidentId>,
    /// Its time at work, if it ever needed an actor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
    /// Who has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<String>,
    /// When somebody took notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_at: Option<Timestamp>,
    /// Who took notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_by: Option<String>,
    /// Hidden for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snooze: Option<Snooze>,
    /// Since when it has been flapping.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flapping_since: Option<Timestamp>,
    /// When a person last wanted it open, by reopening or splitting: only what recovers after that ends
    /// it, and its silence counts from then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_open_at: Option<Timestamp>,
    /// Since when its alerts are in an archive alone: it cannot begin again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alerts_archived_at: Option<Timestamp>,
    /// The run that ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub healed_by: Option<RunId>,
    /// Whether a person has acted on it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub touched: bool,
    /// What is under way to heal it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Remedy>,
    /// The run that it wants, while nothing is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
    /// Its runs, oldest first: at most [`limits::RUNS_PER_INCIDENT`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<RunId>,
    /// The runbooks that it has proposed by itself: each once, at most [`limits::PROPOSALS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proposed: Vec<RunbookId>,
    /// What keeps it quiet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<Suppressed>,
    /// What people were told of it, if they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Told>,
}

impl Life {
    /// A new incident's.
    pub fn new() -> Self {
        Self {
            status: IncidentStatus::New,
            phase: Phase::Open,
            resolved_at: None,
            resolved_by: None,
            merged_into: None,
            session: None,
            assigned_to: None,
            acknowledged_at: None,
            acknowledged_by: None,
            snooze: None,
            flapping_since: None,
            kept_open_at: None,
            alerts_archived_at: None,
            healed_by: None,
            touched: false,
            remedy: None,
            proposal: None,
            runs: Vec::new(),
            proposed: Vec::new(),
            suppressed: None,
            told: None,
        }
    }

    /// Ends it.
    #[must_use]
    pub fn resolved(self, by: &str, now: Timestamp) -> Self {
        Self {
            status: IncidentStatus::Resolved,
            phase: Phase::Resolved,
            resolved_at: Some(now),
            resolved_by: Some(by.to_owned()),
            snooze: None,
            flapping_since: None,
            remedy: None,
            proposal: None,
            ..self
        }
    }

    /// Begins it again.
    #[must_use]
    pub fn reopened(self) -> Self {
        Self {
            status: if self.is_taken_up() {
                IncidentStatus::InProgress
            } else {
                IncidentStatus::New
            },
            phase: Phase::Open,
            resolved_at: None,
            resolved_by: None,
            healed_by: None,
            told: None,
            ..self
        }
    }

    /// Whether somebody has taken notice of it, or has it.
    pub fn is_taken_up(&self) -> bool {
        self.acknowledged_at.is_some() || self.assigned_to.is_some()
    }

    /// As it is once a person has acted on it.
    #[must_use]
    pub fn touched(self) -> Self {
        Self { touched: true, ..self }
    }

    /// Whether a run of ours ended it, and no person had anything to do with it. Lives from before acts were
    /// marked tell of a person by what he left.
    pub fn is_self_healed(&self) -> bool {
        let left = self.acknowledged_at.is_some() || self.assigned_to.is_some() || self.kept_open_at.is_some();
        !self.is_open() && self.healed_by.is_some() && !self.touched && !left
    }

    /// Whether alerts may join.
    pub fn is_open(&self) -> bool {
        self.status != IncidentStatus::Resolved
    }

    /// Until when a firing alert reopens it: [`None`] while it is open, and where nothing reopens it
    /// (it was merged away, went stale, or its alerts are archived).
    pub fn reopens_until(&self, window: Duration) -> Option<Timestamp> {
        let is_stale = self.resolved_by.as_deref() == Some("stale");
        let by_alert = self.merged_into.is_none() && !is_stale && self.alerts_archived_at.is_none();
        self.resolved_at.filter(|_| by_alert).map(|at| at.plus(window))
    }
}

impl Default for Life {
    fn default() -> Self {
        Self::new()
    }
}

/// Under what an incident was last decided, so that it is decided again only when it has grown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecidedMark {
    /// When.
    pub at: Timestamp,
    /// The severity then.
    pub severity: Severity,
    /// The number of alerts then.
    pub alert_count: u64,
}

/// An incident's row: its life (`version` counts its changes; its actor writes it, but for reopening,
/// merging and splitting) and its counts (deltas, written by placements).
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// Its id.
    pub incident_id: IncidentId,
    /// Whose it is.
    pub company_id: CompanyId,
    /// Asset of the alert that opened it.
    pub asset_name: String,
    /// Signature of the alert that opened it.
    pub signature: String,
    /// When it was opened.
    pub created_at: Timestamp,

    /// What has been made of it.
    pub life: Life,
    /// How often its life has changed.
    pub version: u64,

    /// Counts: alerts placed in it, recoveries included.
    pub alert_count: u64,
    /// Counts: how many of its fingerprints fire now, by severity.
    pub firing: [u32; 4],
    /// Counts: the gravest that fires; when nothing does, the last that did.
    pub severity: Severity,
    /// Counts: the tools that told of it, sorted, at most [`limits::TOOL_SOURCES`].
    pub tool_sources: Vec<String>,
    /// Counts: the earliest event in it.
    pub first_event_at: Timestamp,
    /// Counts: the latest event in it.
    pub last_event_at: Timestamp,
    /// Counts: the latest arrival in it; staleness counts from here.
    pub last_alert_at: Timestamp,
    /// Counts: since when nothing in it fires.
    pub recovered_at: Option<Timestamp>,
    /// Counts: when it last went from firing to recovered or back, oldest first, at most
    /// [`limits::FLIPS`].
    pub flips: Vec<Timestamp>,

    /// The last commit that placed an alert in it.
    pub placed_no: u64,
    /// Up to which commit its actor has taken notice.
    pub absorbed_no: u64,
    /// When it wants to be woken; a lower bound, `None` once it is over.
    pub wake_due: Option<Timestamp>,
    /// Under what it was last decided.
    pub decided: Option<DecidedMark>,
    /// When its row last changed.
    pub updated_at: Timestamp,
}

impl Incident {
    /// Whether alerts may still join it.
    pub fn is_open(&self) -> bool {
        self.life.is_open()
    }

    /// Whether nothing in it fires any more.
    pub fn all_recovered(&self) -> bool {
        self.firing.iter().all(|count| *count == 0)
    }

    /// Urgency, computed when read: severity {10, 30, 60, 90} + min(2·alerts, 20) + 10 if two or
    /// more tools + 20 if its asset is critical − min(age in hours, 10).
    pub fn priority_score(&self, now: Timestamp, is_critical: bool) -> i64 {
        let severity = [10, 30, 60, 90][self.severity.index()];
        let volume = i64::try_from(self.alert_count.saturating_mul(2).min(20)).unwrap_or(20);
        let tools = if self.tool_sources.len() >= 2 { 10 } else { 0 };
        let hours = now.since(self.created_at).as_secs() / 3600;
        let asset = if is_critical { 20 } else { 0 };
        severity + volume + tools + asset - i64::try_from(hours.min(10)).unwrap_or(10)
    }

    /// When it has been silent for too long.
    pub fn stale_at(&self, stale_after: Duration) -> Timestamp {
        let wanted = self.life.kept_open_at.unwrap_or(self.last_alert_at);
        self.last_alert_at.max(wanted).plus(stale_after)
    }
}

/// Adds the latest flips, keeping the last [`limits::FLIPS`].
pub fn add_flips(flips: &mut Vec<Timestamp>, more: &[Timestamp]) {
    flips.extend_from_slice(more);
    let too_many = flips.len().saturating_sub(limits::FLIPS);
    flips.drain(..too_many);
}

/// The gravest severity with something firing.
pub fn highest_firing(firing: &[u32; 4]) -> Option<Severity> {
    Severity::ALL
        .into_iter()
        .rev()
        .find(|severity| firing[severity.index()] > 0)
}

/// Adds a tool to a sorted list without repeats, up to [`limits::TOOL_SOURCES`].
pub fn add_tool_source(tool_sources: &mut Vec<String>, tool: &str) {
    if let Err(place) = tool_sources.binary_search_by(|known| known.as_str().cmp(tool))
        && tool_sources.len() < limits::TOOL_SOURCES
    {
        tool_sources.insert(place, tool.to_owned());
    }
}
