//! Storms of which it is known what has caused what: how far what is grouped belongs together, and how far what belongs
//! together is grouped, beside what Alertmanager's `group_by` makes of the same storm.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use actors::correlator::replay::Replay;
use actors::correlator::rules::Rules;
use actors::correlator::topology::Topology;
use actors::domain::{AggregationKey, Alert, CompanyId, Correlation, Rule, Signal};
use serde_json::json;

use crate::support::storm::{SEED, Storm};

/// How long a group of Alertmanager's lives after what fired last: `resolve_timeout` and `group_interval`, 5 minutes each.
const GROUP_LIVES_MS: i64 = 600_000;

/// How many storms are looked at.
const STORMS: u64 = 10;
/// What is made of a storm whose dependencies are known, where what is silent for half an hour is over.
const TUNED: &str = "topology, window 5 min, stale 30";

/// Of a way of grouping.
struct Figures {
    name: String,
    groups: usize,
    noise_reduction: f64,
    precision: f64,
    recall: f64,
}

/// Pairs of troubles: a trouble is a fingerprint and its cause, where its first alert is.
fn figures(name: &str, storm: &Storm, group_of: &BTreeMap<u64, String>) -> Figures {
    let mut firsts: BTreeMap<(&str, u64), u64> = BTreeMap::new();
    let firing = || storm.alerts.iter().filter(|alert| alert.sent.status == Signal::Firing);
    for alert in firing() {
        let fingerprint = alert.sent.fingerprint.as_deref().unwrap_or_default();
        firsts.entry((fingerprint, storm.cause[&alert.no])).or_insert(alert.no);
    }
    let mut sizes: HashMap<(&str, u64), u64> = HashMap::new();
    for no in firsts.values() {
        *sizes.entry((&group_of[no], storm.cause[no])).or_default() += 1;
    }
    let pairs = |count: u64| (count * count.saturating_sub(1) / 2) as f64;
    let (mut by_group, mut by_cause): (HashMap<&str, u64>, HashMap<u64, u64>) = Default::default();
    for ((group, cause), count) in &sizes {
        *by_group.entry(group).or_default() += count;
        *by_cause.entry(*cause).or_default() += count;
    }
    let right: f64 = sizes.values().map(|count| pairs(*count)).sum();
    let grouped: f64 = by_group.values().map(|count| pairs(*count)).sum();
    let meant: f64 = by_cause.values().map(|count| pairs(*count)).sum();
    let groups: BTreeSet<&String> = firing().map(|alert| &group_of[&alert.no]).collect();
    Figures {
        name: name.to_owned(),
        groups: groups.len(),
        noise_reduction: 1.0 - groups.len() as f64 / storm.alerts.len() as f64,
        precision: if grouped == 0.0 { 1.0 } else { right / grouped },
        recall: right / meant,
    }
}

fn ours(storm: &Storm, settings: Correlation, rules: &[Rule], topology: Topology) -> Replay {
    let company: CompanyId = "comp-acme".parse().unwrap();
    let mut replay = Replay::new(company, settings, Rules::compile(rules).unwrap(), topology);
    storm.alerts.iter().for_each(|alert| replay.place(alert));
    replay
}

fn groups(replay: &Replay) -> BTreeMap<u64, String> {
    let verdicts = replay.verdicts().iter();
    verdicts
        .map(|(no, verdict)| {
            let incident = verdict.incident_id.as_ref().map(ToString::to_string);
            (*no, incident.unwrap_or_else(|| format!("none {no}")))
        })
        .collect()
}

/// What Alertmanager would tell of at once: groups by the values of some labels.
fn alertmanager(storm: &Storm, key: impl Fn(&Alert) -> String) -> BTreeMap<u64, String> {
    let mut alive: HashMap<String, (u64, i64)> = HashMap::new();
    let mut groups = BTreeMap::new();
    for alert in &storm.alerts {
        let (key, now) = (key(alert), alert.received_at.as_millis());
        let (begun, until) = alive.entry(key.clone()).or_insert((alert.no, now));
        if now > *until {
            *begun = alert.no;
        }
        if alert.sent.status == Signal::Firing {
            *until = now + GROUP_LIVES_MS;
        }
        groups.insert(alert.no, format!("{key} {begun}"));
    }
    groups
}

fn of(aggregation_key: AggregationKey) -> Correlation {
    Correlation {
        aggregation_key,
        ..Correlation::default()
    }
}

/// By what a group is known.
type KeyOf<'a> = &'a dyn Fn(&Alert) -> String;

/// All ways of grouping one storm, with what each layer of the last of ours has placed.
fn table(storm: &Storm, layers: &mut BTreeMap<String, usize>) -> Vec<Figures> {
    let known = || Topology::of(&storm.assets);
    let site: Rule = serde_json::from_value(json!({"name": "site", "group_by": ["labels.site"]})).unwrap();
    let (by_both, by_asset) = (of(AggregationKey::AssetSignature), of(AggregationKey::Asset));
    // Its tools tell what fires again every five minutes.
    let tuned = Correlation {
        window_minutes: 5,
        stale_after_minutes: 30,
        ..by_both
    };
    let mut all = Vec::new();
    for (name, settings, rules, topology) in [
        ("asset|signature", by_both, &[][..], Topology::default()),
        ("asset", by_asset, &[], Topology::default()),
        ("a rule: labels.site", by_both, &[site], Topology::default()),
        ("asset|signature, topology", by_both, &[], known()),
        (TUNED, tuned, &[], known()),
    ] {
        let replay = ours(storm, settings, rules, topology);
        all.push(figures(name, storm, &groups(&replay)));
        if name == TUNED {
            for verdict in replay.verdicts().values() {
                *layers.entry(verdict.layer.to_string()).or_default() += 1;
            }
        }
    }
    let told = |alert: &Alert| alert.sent.signature.clone();
    let site = |alert: &Alert| alert.sent.labels["site"].clone();
    let both = |alert: &Alert| format!("{} {}", told(alert), site(alert));
    let asset = |alert: &Alert| alert.sent.asset_name.clone();
    let theirs: [(&str, KeyOf); 4] = [
        ("Alertmanager [alertname]", &told),
        ("Alertmanager [alertname, site]", &both),
        ("Alertmanager [site]", &site),
        ("Alertmanager [instance]", &asset),
    ];
    for (name, key) in theirs {
        all.push(figures(name, storm, &alertmanager(storm, key)));
    }
    all
}

/// Ten storms, so that no seed is chosen.
#[allow(clippy::print_stdout, reason = "the table is for who asks for it")]
#[test]
fn with_the_topology_known_a_storm_is_a_tenth_and_what_is_grouped_belongs_together() {
    let mut layers = BTreeMap::new();
    let storms: Vec<Storm> = (0..STORMS)
        .map(|no| Storm::new(&"comp-acme".parse().unwrap(), SEED + no))
        .collect();
    let tables: Vec<Vec<Figures>> = storms.iter().map(|storm| table(storm, &mut layers)).collect();
    let alerts: usize = storms.iter().map(|storm| storm.alerts.len()).sum();
    println!("{STORMS} storms from seed {SEED}, {alerts} alerts in all; means");
    let head = ["groups", "noise", "precision", "recall"];
    println!("{:34}{:>10}{:>10}{:>10}{:>10}", "", head[0], head[1], head[2], head[3]);
    let mean = |row: usize, of: fn(&Figures) -> f64| -> f64 {
        tables.iter().map(|table| of(&table[row])).sum::<f64>() / tables.len() as f64
    };
    let (mut best, mut theirs) = ((0.0, 0.0, 0.0), Vec::new());
    for (row, Figures { name, .. }) in tables[0].iter().enumerate() {
        let groups = mean(row, |figures| figures.groups as f64);
        let noise = mean(row, |figures| figures.noise_reduction);
        let (precision, recall) = (
            mean(row, |figures| figures.precision),
            mean(row, |figures| figures.recall),
        );
        println!(
            "{name:34}{groups:>10.0}{:>8.1} %{precision:>10.3}{recall:>10.3}",
            noise * 100.0
        );
        match name {
            name if name == TUNED => best = (noise, precision, recall),
            name if name.starts_with("Alertmanager") => theirs.push((name, precision * recall)),
            _ => {}
        }
    }
    println!("by layer, {TUNED}: {layers:?}");
    assert!(best.0 >= 0.9, "noise reduction {}", best.0);
    assert!(best.1 >= 0.95, "precision {}", best.1);
    for (name, both) in theirs {
        assert!(best.1 * best.2 > both, "{name} does better");
    }
}

#[test]
fn the_same_alerts_under_the_same_rules_come_to_the_same() {
    let storm = Storm::new(&"comp-acme".parse().unwrap(), SEED + 1);
    let run = || groups(&ours(&storm, Correlation::default(), &[], Topology::of(&storm.assets)));
    assert_eq!(run(), run());
}
