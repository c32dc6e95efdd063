//! Histories that are kept: the alerts of a company, its rules of the time, and what they came to. Every later version
//! comes to the same, or says in its changelog why it does not.
//!
//! `GOLDEN_WRITE=NAME cargo test --test it golden` writes one more, `tests/golden/NAME.jsonl`: the settings on the first
//! line, an alert with its verdict on each other.

mod stores;
mod told;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use actors::correlator::replay::Replay;
use actors::correlator::rules::Rules;
use actors::correlator::topology::Topology;
use actors::domain::{Alert, Asset, CompanyId, Correlation, NewAlert, Rule, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::support::storm::{SEED, Storm};

/// What was in force.
#[derive(Deserialize, Serialize)]
struct InForce {
    correlation: Correlation,
    rules: Vec<Rule>,
    assets: Vec<Asset>,
}

/// An alert, and what became of it.
#[derive(Deserialize, Serialize)]
struct Placed {
    no: u64,
    received_at: Timestamp,
    sent: NewAlert,
    /// Incidents by their numbers, in the order in which they were opened.
    incident: Option<usize>,
    layer: String,
    by_rule: Option<String>,
}

fn company() -> CompanyId {
    "comp-golden".parse().unwrap()
}

fn alert(no: u64, received_at: Timestamp, sent: NewAlert) -> Alert {
    Alert {
        no,
        company_id: company(),
        received_at,
        delivery_id: None,
        sent: Arc::new(sent),
    }
}

/// Where each alert is now, by which layer and rule.
fn placed(in_force: &InForce, alerts: &[Alert]) -> BTreeMap<u64, (Option<usize>, String, Option<String>)> {
    let rules = Rules::compile(&in_force.rules).unwrap();
    let mut replay = Replay::new(company(), in_force.correlation, rules, Topology::of(&in_force.assets));
    alerts.iter().for_each(|alert| replay.place(alert));
    let opened = replay.incidents();
    let number = |id| opened.iter().position(|row| row.incident_id == id);
    let verdicts = replay.verdicts().iter();
    verdicts
        .map(|(no, verdict)| {
            let incident = verdict.incident_id.clone().and_then(number);
            (*no, (incident, verdict.layer.to_string(), verdict.by_rule.clone()))
        })
        .collect()
}

fn histories() -> Vec<PathBuf> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut all: Vec<PathBuf> = std::fs::read_dir(home)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect();
    all.sort();
    all
}

/// A part of a storm, with rules, dependencies and alerts that wait for others.
fn written() -> String {
    let storm = Storm::new(&company(), SEED + 2);
    let rules = serde_json::from_value(json!([
        {"name": "databases", "match": "asset.matches('-db-[0-9]+$') && labels.site in ['s0', 's1']",
            "group_by": ["labels.site"], "window_minutes": 30},
        {"name": "noisy", "match": "severity == 'medium' && tool == 'zabbix'", "group_by": ["asset"], "min_alerts": 2},
    ]));
    let in_force = InForce {
        correlation: Correlation::default(),
        rules: rules.unwrap(),
        assets: storm.assets,
    };
    let alerts = &storm.alerts[..400];
    let verdicts = placed(&in_force, alerts);
    let mut text = json!(in_force).to_string();
    for alert in alerts {
        let (incident, layer, by_rule) = verdicts[&alert.no].clone();
        let placed = Placed {
            no: alert.no,
            received_at: alert.received_at,
            sent: (*alert.sent).clone(),
            incident,
            layer,
            by_rule,
        };
        write!(text, "\n{}", json!(placed)).unwrap();
    }
    text + "\n"
}

#[test]
fn every_history_that_is_kept_comes_to_what_it_came_to() {
    if let Ok(name) = std::env::var("GOLDEN_WRITE") {
        let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        std::fs::write(home.join(format!("{name}.jsonl")), written()).unwrap();
    }
    let histories = histories();
    assert!(!histories.is_empty());
    for history in histories {
        let text = std::fs::read_to_string(&history).unwrap();
        let mut lines = text.lines();
        let in_force: InForce = serde_json::from_str(lines.next().unwrap()).unwrap();
        let then: Vec<Placed> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
        let alerts: Vec<Alert> = then
            .iter()
            .map(|placed| alert(placed.no, placed.received_at, placed.sent.clone()))
            .collect();
        let now = placed(&in_force, &alerts);
        for placed in then {
            let was = (placed.incident, placed.layer, placed.by_rule);
            assert_eq!(now[&placed.no], was, "alert {} of {}", placed.no, history.display());
        }
    }
}
