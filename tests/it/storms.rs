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

#[test]
fn with_the_topology_known_a_storm_is_a_tenth_and_what_is_grouped_belongs_together() {
    let storm = Storm::new(&"comp-acme".parse().unwrap(), SEED);
    let known = || Topology::of(&storm.assets);
    let site: Rule = serde_json::from_value(json!({"name": "site", "group_by": ["labels.site"]})).unwrap();
    let (by_both, by_asset) = (of(AggregationKey::AssetSignature), of(AggregationKey::Asset));
    let with_topology = ours(&storm, by_asset, &[], known());
    let told = |sent: &Alert| sent.sent.signature.clone();
    let label = |sent: &Alert| sent.sent.labels["site"].clone();
    let table = [
        figures(
            "asset|signature",
            &storm,
            &groups(&ours(&storm, by_both, &[], Topology::default())),
        ),
        figures(
            "asset",
            &storm,
            &groups(&ours(&storm, by_asset, &[], Topology::default())),
        ),
        figures(
            "a rule: labels.site",
            &storm,
            &groups(&ours(&storm, by_both, &[site], Topology::default())),
        ),
        figures(
            "asset|signature, topology",
            &storm,
            &groups(&ours(&storm, by_both, &[], known())),
        ),
        figures("asset, topology", &storm, &groups(&with_topology)),
        figures("Alertmanager [alertname]", &storm, &alertmanager(&storm, told)),
        figures(
            "Alertmanager [alertname, site]",
            &storm,
            &alertmanager(&storm, |sent| format!("{} {}", told(sent), label(sent))),
        ),
        figures("Alertmanager [site]", &storm, &alertmanager(&storm, label)),
        figures(
            "Alertmanager [instance]",
            &storm,
            &alertmanager(&storm, |sent| sent.sent.asset_name.clone()),
        ),
    ];
    let alerts = storm.alerts.len();
    println!("{alerts} alerts, {} assets, seed {SEED}", storm.assets.len());
    println!(
        "{:32} {:>7} {:>7} {:>10} {:>7}",
        "", "groups", "noise", "precision", "recall"
    );
    for row in &table {
        println!(
            "{:32} {:>7} {:>6.1}% {:>10.3} {:>7.3}",
            row.name,
            row.groups,
            row.noise_reduction * 100.0,
            row.precision,
            row.recall
        );
    }
    let mut layers: BTreeMap<&str, usize> = BTreeMap::new();
    for verdict in with_topology.verdicts().values() {
        *layers.entry(&verdict.layer).or_default() += 1;
    }
    println!("asset, topology, by layer: {layers:?}");

    let best = &table[4];
    assert!(best.noise_reduction >= 0.9, "{}", best.noise_reduction);
    assert!(best.precision >= 0.95, "{}", best.precision);
    for other in &table[5..] {
        assert!(
            best.precision * best.recall > other.precision * other.recall,
            "{} does better",
            other.name
        );
    }
}

#[test]
fn the_same_alerts_under_the_same_rules_come_to_the_same() {
    let storm = Storm::new(&"comp-acme".parse().unwrap(), SEED + 1);
    let run = || groups(&ours(&storm, Correlation::default(), &[], Topology::of(&storm.assets)));
    assert_eq!(run(), run());
}
