//! What stands in Alertmanager's files.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::condition::{Conditions, Plain};
use super::times::Interval;

#[derive(Deserialize)]
pub(super) struct Config {
    pub(super) route: Option<Node>,
    #[serde(default)]
    pub(super) receivers: Vec<Receiver>,
    #[serde(default)]
    pub(super) inhibit_rules: Vec<InhibitRule>,
    #[serde(default)]
    pub(super) time_intervals: Vec<Interval>,
    #[serde(default)]
    pub(super) mute_time_intervals: Vec<Interval>,
    #[serde(flatten)]
    pub(super) others: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
pub(super) struct Node {
    pub(super) receiver: Option<String>,
    #[serde(default)]
    pub(super) group_by: Option<Vec<String>>,
    #[serde(default)]
    pub(super) r#continue: bool,
    #[serde(default)]
    pub(super) routes: Vec<Node>,
    #[serde(default)]
    pub(super) active_time_intervals: Vec<String>,
    #[serde(default)]
    pub(super) mute_time_intervals: Vec<String>,
    #[serde(flatten)]
    pub(super) conditions: Conditions,
    #[serde(flatten)]
    pub(super) others: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
pub(super) struct Receiver {
    pub(super) name: String,
    #[serde(flatten)]
    pub(super) kinds: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
pub(super) struct InhibitRule {
    #[serde(default)]
    pub(super) source_matchers: Vec<String>,
    #[serde(default)]
    pub(super) target_matchers: Vec<String>,
    #[serde(default)]
    pub(super) source_match: BTreeMap<String, Plain>,
    #[serde(default)]
    pub(super) target_match: BTreeMap<String, Plain>,
    #[serde(default)]
    pub(super) source_match_re: BTreeMap<String, Plain>,
    #[serde(default)]
    pub(super) target_match_re: BTreeMap<String, Plain>,
    #[serde(default)]
    pub(super) equal: Vec<String>,
}

/// A silence, as `GET /api/v2/silences` and `amtool silence query -o json` tell it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Silence {
    pub(super) matchers: Vec<SilenceMatcher>,
    pub(super) starts_at: String,
    pub(super) ends_at: String,
    #[serde(default)]
    pub(super) comment: String,
    #[serde(default)]
    pub(super) status: Option<SilenceStatus>,
}

#[derive(Deserialize)]
pub(super) struct SilenceStatus {
    pub(super) state: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SilenceMatcher {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) is_regex: bool,
    #[serde(default = "yes")]
    pub(super) is_equal: bool,
}

fn yes() -> bool {
    true
}
