//! What other rules would have made of alerts of the past, as it is told: by the server of those that it has kept, by the
//! command of those in a file.

use std::collections::BTreeMap;

use actors::correlator::replay::Replay;
use actors::correlator::rules::Rules;
use actors::correlator::topology::Topology;
use actors::correlator::whatif::{self, Groups};
use actors::domain::{Alert, AlertId, Asset, CompanyId, Correlation, Timestamp};
use actors::limits::MOVED_ALERTS;
use serde::Serialize;
use utoipa::ToSchema;

/// Alerts of the past, in the order in which they came.
pub struct Past<'a> {
    /// They.
    pub alerts: &'a [Alert],
    /// Where each was in fact, where that is known.
    pub recorded: Option<&'a Groups>,
    /// What depends on what.
    pub assets: &'a [Asset],
    /// From when on they are.
    pub since: Timestamp,
    /// Whether there were more before.
    pub truncated: bool,
}

/// What alerts come to.
#[derive(Serialize, ToSchema)]
#[schema(as = RulesFigures)]
struct Figures {
    /// Incidents that they are in.
    incidents: usize,
    /// One minus incidents by the alerts that are in them; `null` where none is.
    noise_reduction: Option<f64>,
    /// Firing alerts in no incident: there were fewer than open one.
    unmatched: usize,
    /// How long after its first alert's own time an incident was opened, in seconds, on average.
    detected_after_seconds: Option<f64>,
}

impl From<whatif::Figures> for Figures {
    fn from(figures: whatif::Figures) -> Self {
        Self {
            incidents: figures.incidents,
            noise_reduction: figures.noise_reduction(),
            unmatched: figures.unmatched,
            detected_after_seconds: figures.detected_after_seconds,
        }
    }
}

/// An alert that would be with others.
#[derive(Serialize, ToSchema)]
struct MovedAlert {
    alert_id: AlertId,
    /// The layer that places it under the rules in force.
    layer_before: String,
    /// The layer that would place it.
    layer_after: String,
    /// The rule that would group it.
    by_rule: Option<String>,
}

/// What other rules would have made of the past.
#[derive(Serialize, ToSchema)]
#[schema(as = RulesTried)]
pub struct Tried {
    /// From when on.
    since: Timestamp,
    /// How many alerts were looked at.
    alerts: usize,
    /// Whether there were more: then only the newest were.
    truncated: bool,
    /// Under the rules in force, without people and runs.
    before: Figures,
    /// Under those that are tried.
    after: Figures,
    /// How many alerts are in other company than they were in fact: by rules of another time, by what people have done, and
    /// by what began before.
    unlike_recorded: usize,
    /// How many would be with others.
    moved: usize,
    /// The first 100 of them.
    moved_alerts: Vec<MovedAlert>,
    /// Critical alerts that are in an incident and would be in none, at most 100.
    missed_criticals: Vec<AlertId>,
}

/// Groups the alerts of the past under two sets of rules; nothing where that has taken too long.
pub fn tried(
    company: &CompanyId,
    (before, rules_before): (Correlation, Rules),
    (after, rules_after): (Correlation, Rules),
    past: &Past<'_>,
    is_late: &dyn Fn() -> bool,
) -> Option<Tried> {
    let alerts = past.alerts;
    let played = |correlation: Correlation, rules: Rules| {
        let mut replay = Replay::new(company.clone(), correlation, rules, Topology::of(past.assets));
        for alert in alerts {
            if is_late() {
                return None;
            }
            replay.place(alert);
        }
        Some(replay)
    };
    let (before, after) = (played(before, rules_before)?, played(after, rules_after)?);
    let groups = whatif::groups(&before);
    let moved = whatif::moved(&groups, &whatif::groups(&after));
    let ids: BTreeMap<u64, AlertId> = alerts.iter().map(|alert| (alert.no, alert.id())).collect();
    let told = |no: &u64| {
        let (old, new) = (before.verdicts().get(no)?, after.verdicts().get(no)?);
        Some(MovedAlert {
            alert_id: *ids.get(no)?,
            layer_before: old.layer.to_string(),
            layer_after: new.layer.to_string(),
            by_rule: new.by_rule.clone(),
        })
    };
    let missed = whatif::missed_criticals(&groups, &after, alerts);
    Some(Tried {
        since: past.since,
        alerts: alerts.len(),
        truncated: past.truncated,
        before: whatif::Figures::of(&before, alerts).into(),
        after: whatif::Figures::of(&after, alerts).into(),
        unlike_recorded: past
            .recorded
            .map_or(0, |recorded| whatif::moved(recorded, &groups).len()),
        moved: moved.len(),
        moved_alerts: moved.iter().filter_map(told).take(MOVED_ALERTS).collect(),
        missed_criticals: missed
            .iter()
            .filter_map(|no| ids.get(no).copied())
            .take(MOVED_ALERTS)
            .collect(),
    })
}
