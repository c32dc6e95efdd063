//! The plan by tables and by properties.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::correlator::rules::Rules;
use crate::correlator::topology::Topology;
use crate::domain::{AggregationKey, AlertId, Correlation, Incident, Life, NewAlert, Rule};
use crate::port::writer::OpenIncident;

const MINUTE: i64 = 60_000;
const START: i64 = 1_000_000 * MINUTE;

fn at(minutes: f64) -> Timestamp {
    #[allow(clippy::cast_possible_truncation)]
    Timestamp::from_millis(START + (minutes * MINUTE as f64) as i64)
}

struct Counter(u128);

impl Mint for Counter {
    fn incident(&mut self) -> IncidentId {
        self.0 += 1;
        format!("inc-{}", self.0).parse().unwrap()
    }

    fn entry(&mut self) -> EntryId {
        self.0 += 1;
        EntryId::from_uuid(Uuid::from_u128(self.0))
    }
}

/// An alert that arrives at a minute; `sent` may change the rest.
fn alert(no: u64, minute: f64, asset: &str, signature: &str, sent: impl FnOnce(&mut NewAlert)) -> Alert {
    let mut alert = NewAlert {
        alert_id: AlertId(Uuid::from_u128(u128::from(no))),
        asset_name: asset.into(),
        signature: signature.into(),
        severity: Severity::High,
        message: "it hurts".into(),
        tool_source: None,
        status: Signal::Firing,
        fingerprint: None,
        starts_at: None,
        ends_at: None,
        labels: BTreeMap::new(),
        url: None,
        unsigned: false,
    };
    sent(&mut alert);
    Alert {
        no,
        company_id: "comp-a".parse().unwrap(),
        received_at: at(minute),
        delivery_id: None,
        sent: Arc::new(alert),
    }
}

fn firing(no: u64, minute: f64, asset: &str, signature: &str) -> Alert {
    alert(no, minute, asset, signature, |_| ())
}

fn resolved(no: u64, minute: f64, asset: &str, signature: &str) -> Alert {
    alert(no, minute, asset, signature, |sent| sent.status = Signal::Resolved)
}

/// A correlator without an actor: each alert is a batch of its own, and every batch is done.
struct Bench {
    index: Index,
    mint: Counter,
    batches: Vec<PlaceBatch>,
    /// Where each alert ended up: an incident, or its state.
    placed: BTreeMap<u64, Result<IncidentId, AlertState>>,
    receipts: BTreeMap<u64, Receipt>,
}

impl Bench {
    fn new(settings: Correlation) -> Self {
        Self::under(settings, Rules::default(), Topology::default())
    }

    fn under(settings: Correlation, rules: Rules, topology: Topology) -> Self {
        Self {
            index: Index::new(settings, rules, topology),
            mint: Counter(0),
            batches: vec![],
            placed: BTreeMap::new(),
            receipts: BTreeMap::new(),
        }
    }

    fn batch(&mut self, alerts: &[Alert]) -> &PlaceBatch {
        let now = alerts.last().map_or(at(0.0), |alert| alert.received_at);
        let mut plan = Plan::new(&mut self.index, &mut self.mint, now);
        alerts.iter().for_each(|alert| plan.place(alert));
        let batch = plan.finish(0);
        for incident in &batch.incidents {
            for placement in &incident.alerts {
                self.placed.insert(placement.alert_no, Ok(incident.incident_id.clone()));
                self.receipts.insert(placement.alert_no, placement.receipt.clone());
            }
        }
        for placement in &batch.others {
            self.placed.insert(placement.alert_no, Err(placement.state));
            self.receipts.insert(placement.alert_no, placement.receipt.clone());
        }
        self.batches.push(batch);
        self.batches.last().unwrap()
    }

    fn each(&mut self, alerts: &[Alert]) -> &mut Self {
        for alert in alerts {
            self.batch(std::slice::from_ref(alert));
        }
        self
    }

    /// Incidents as sets of alerts.
    fn groups(&self) -> BTreeSet<BTreeSet<u64>> {
        let mut groups: BTreeMap<&IncidentId, BTreeSet<u64>> = BTreeMap::new();
        for (no, place) in &self.placed {
            if let Ok(id) = place {
                groups.entry(id).or_default().insert(*no);
            }
        }
        groups.into_values().collect()
    }

    fn layers(&self) -> Vec<&str> {
        self.receipts.values().map(|receipt| &*receipt.layer).collect()
    }

    fn last(&self) -> &PlaceBatch {
        self.batches.last().unwrap()
    }
}

fn check(settings: Correlation, alerts: &[Alert], layers: &[&str], groups: &[&[u64]]) -> Bench {
    let mut bench = Bench::new(settings);
    bench.each(alerts);
    assert_eq!(bench.layers(), layers);
    let expected: BTreeSet<BTreeSet<u64>> = groups.iter().map(|group| group.iter().copied().collect()).collect();
    assert_eq!(bench.groups(), expected);
    bench
}

fn settings(change: impl FnOnce(&mut Correlation)) -> Correlation {
    let mut settings = Correlation::default();
    change(&mut settings);
    settings
}

#[test]
fn repeats_join_by_identity_and_others_open() {
    let alerts = [
        firing(1, 0.0, "web-1", "disk"),
        firing(2, 1.0, "web-1", "disk"),
        firing(3, 2.0, "web-2", "disk"),
    ];
    check(
        Correlation::default(),
        &alerts,
        &["opened", "identity", "opened"],
        &[&[1, 2], &[3]],
    );
}

#[test]
fn identity_outlasts_the_window_but_not_staleness() {
    let day = 24.0 * 60.0;
    let alerts = [
        firing(1, 0.0, "web-1", "disk"),
        firing(2, day, "web-1", "disk"),
        firing(3, 2.0 * day + 1.0, "web-1", "disk"),
    ];
    let bench = check(
        Correlation::default(),
        &alerts,
        &["opened", "identity", "opened"],
        &[&[1, 2], &[3]],
    );
    let considered = &bench.receipts[&3].considered;
    assert!(
        considered.iter().any(|other| other.why_not.contains("silent")),
        "{considered:?}"
    );
}

#[test]
fn grouping_ends_with_the_window() {
    let by_asset = settings(|settings| settings.aggregation_key = AggregationKey::Asset);
    let alerts = [
        firing(1, 0.0, "web-1", "disk"),
        firing(2, 15.0, "web-1", "memory"),
        firing(3, 30.5, "web-1", "cpu"),
    ];
    let bench = check(by_asset, &alerts, &["opened", "grouping", "opened"], &[&[1, 2], &[3]]);
    assert_eq!(bench.receipts[&3].considered.len(), 1);
    assert_eq!(bench.receipts[&3].key, "asset=web-1");
}

#[test]
fn a_rule_of_the_companys_own_groups_with_a_window_and_a_number_of_its_own() {
    let rule: Rule = serde_json::from_value(serde_json::json!({
        "name": "cluster", "match": "labels.cluster != ''", "group_by": ["labels.cluster"],
        "window_minutes": 60, "min_alerts": 2,
    }))
    .unwrap();
    let rules = Rules::compile(&[rule]).unwrap();
    let of = |no, minute, asset: &str, cluster: &str| {
        alert(no, minute, asset, "disk", |sent| {
            sent.labels.insert("cluster".into(), cluster.into());
        })
    };
    let mut bench = Bench::under(Correlation::default(), rules, Topology::default());
    bench.each(&[
        of(1, 0.0, "db-1", "a"),
        of(2, 40.0, "db-2", "a"),
        of(3, 99.0, "db-3", "a"),
        of(4, 160.0, "db-4", "a"),
        firing(5, 161.0, "web-1", "disk"),
        of(6, 162.0, "db-6", "b"),
    ]);
    assert_eq!(
        bench.groups(),
        [[1, 2, 3].into(), [5].into()].into(),
        "the first waits for the second, however long the company's own window is"
    );
    let layers: Vec<&str> = [2, 3, 4, 5, 6].iter().map(|no| &*bench.receipts[no].layer).collect();
    assert_eq!(layers, ["opened", "grouping", "held", "opened", "held"]);
    let receipt = &bench.receipts[&3];
    assert_eq!(
        (receipt.by_rule.as_deref(), &*receipt.key, receipt.window_minutes),
        (Some("cluster"), "rule=cluster|labels.cluster=a", 60)
    );
    assert_eq!(
        receipt.rule,
        "an open incident has the same key by the rule \"cluster\""
    );
    assert_eq!(bench.receipts[&5].by_rule, None);
}

fn chain() -> Topology {
    let asset = |name: &str, depends_on: &[&str]| {
        serde_json::from_value(serde_json::json!({"name": name, "depends_on": depends_on})).unwrap()
    };
    Topology::of(&[
        asset("web-1", &["app-1"]),
        asset("web-2", &["app-1"]),
        asset("web-3", &["app-1"]),
        asset("app-1", &["db-1"]),
    ])
}

#[test]
fn what_depends_on_what_is_in_trouble_joins_it_within_the_window() {
    let mut bench = Bench::under(Correlation::default(), Rules::default(), chain());
    bench.each(&[
        firing(1, 0.0, "db-1", "down"),
        firing(2, 1.0, "web-1", "http 500"),
        firing(3, 2.0, "app-1", "timeouts"),
        firing(4, 3.0, "mail-1", "queue"),
        firing(5, 40.0, "web-2", "http 500"),
    ]);
    assert_eq!(bench.groups(), [[1, 2, 3].into(), [4].into(), [5].into()].into());
    assert_eq!(bench.layers(), ["opened", "topology", "topology", "opened", "opened"]);
    assert_eq!(bench.receipts[&2].rule, "web-1 depends on db-1, whose incident is open");
    let late = &bench.receipts[&5].considered;
    assert!(
        late[0].why_not.contains("is of db-1, but began 40 min away"),
        "{late:?}"
    );
}

#[test]
fn a_cause_that_is_told_after_its_effects_joins_the_nearest_of_them_and_offers_a_merge() {
    let mut bench = Bench::under(Correlation::default(), Rules::default(), chain());
    bench.each(&[
        firing(1, 0.0, "web-1", "http 500"),
        firing(2, 1.0, "web-2", "http 500"),
        firing(3, 2.0, "db-1", "down"),
        firing(4, 3.0, "app-1", "timeouts"),
        firing(5, 4.0, "web-3", "http 500"),
    ]);
    assert_eq!(
        bench.groups(),
        [[1].into(), [2, 3, 4, 5].into()].into(),
        "what joined stands for its asset from then on"
    );
    assert_eq!(
        bench.receipts[&3].rule,
        "web-2 depends on db-1, and its incident is open"
    );
    let other = bench.placed[&1].as_ref().ok();
    assert_eq!(bench.receipts[&3].offers_merge_with.as_ref(), other);
}

#[test]
fn a_late_alert_that_bridges_two_joins_the_older_and_offers_a_merge() {
    let by_asset = settings(|settings| settings.aggregation_key = AggregationKey::Asset);
    let late = alert(3, 31.0, "web-1", "cpu", |sent| sent.starts_at = Some(at(16.0)));
    let alerts = [firing(1, 0.0, "web-1", "disk"), firing(2, 16.0, "web-1", "memory")];
    let mut bench = Bench::new(by_asset);
    bench.each(&alerts);
    let late = Alert {
        received_at: at(24.0),
        ..late
    };
    let late = Alert {
        sent: Arc::new(NewAlert {
            starts_at: Some(at(14.0)),
            ..NewAlert::clone(&late.sent)
        }),
        ..late
    };
    bench.each(&[late]);
    assert_eq!(bench.placed[&3], bench.placed[&1]);
    assert_eq!(
        bench.receipts[&3].offers_merge_with.as_ref(),
        bench.placed[&2].as_ref().ok()
    );
}

#[test]
fn separators_in_names_do_not_make_two_troubles_one() {
    let alerts = [
        firing(1, 0.0, "a|signature=b", "c"),
        firing(2, 0.0, "a", "b|signature=c"),
    ];
    check(Correlation::default(), &alerts, &["opened", "opened"], &[&[1], &[2]]);
}

#[test]
fn a_recovery_opens_nothing_and_is_remembered_for_its_late_firing() {
    let late = alert(2, 1.0, "web-1", "disk", |sent| sent.starts_at = Some(at(-1.0)));
    let bench = check(
        Correlation::default(),
        &[resolved(1, 0.0, "web-1", "disk"), late],
        &["unmatched", "opened"],
        &[&[2]],
    );
    let opened = &bench.last().incidents[0];
    assert_eq!(opened.firing_delta, [0; 4], "it was over before it arrived");
    assert!(opened.wake.is_some());
}

#[test]
fn a_firing_alert_that_ends_before_it_arrives_is_placed_as_recovered() {
    let over = alert(1, 10.0, "web-1", "disk", |sent| {
        sent.starts_at = Some(at(5.0));
        sent.ends_at = Some(at(9.0));
    });
    let bench = check(Correlation::default(), &[over], &["opened"], &[&[1]]);
    assert_eq!(bench.last().incidents[0].firing_delta, [0; 4]);
    let lasting = alert(1, 10.0, "web-1", "disk", |sent| sent.ends_at = Some(at(20.0)));
    let bench = check(Correlation::default(), &[lasting], &["opened"], &[&[1]]);
    assert_eq!(bench.last().incidents[0].firing_delta, [0, 0, 1, 0]);
}

#[test]
fn a_stale_firing_does_not_undo_a_later_recovery() {
    let early = alert(3, 3.0, "web-1", "disk", |sent| sent.starts_at = Some(at(0.5)));
    let mut bench = Bench::new(Correlation::default());
    bench.each(&[
        firing(1, 0.0, "web-1", "disk"),
        resolved(2, 2.0, "web-1", "disk"),
        early,
    ]);
    assert_eq!(bench.last().incidents[0].firing_delta, [0; 4]);
    let again = alert(4, 4.0, "web-1", "disk", |sent| sent.starts_at = Some(at(3.9)));
    bench.each(&[again]);
    assert_eq!(bench.last().incidents[0].firing_delta, [0, 0, 1, 0]);
}

#[test]
fn severity_is_the_highest_that_fires_and_a_rise_wakes() {
    let by_asset = settings(|settings| settings.aggregation_key = AggregationKey::Asset);
    let of = |no, minute, signature: &'static str, severity| {
        alert(no, minute, "web-1", signature, |sent| sent.severity = severity)
    };
    let mut bench = Bench::new(by_asset);
    bench.each(&[of(1, 0.0, "disk", Severity::Low)]);
    assert_eq!(
        bench.last().incidents[0].wake,
        Some(at(0.0)),
        "an opening is to be decided"
    );
    bench.each(&[of(2, 1.0, "cpu", Severity::Low)]);
    assert_eq!(bench.last().incidents[0].wake, None, "nothing new to decide");
    bench.each(&[of(3, 2.0, "memory", Severity::Critical)]);
    let risen = bench.last().incidents[0].clone();
    assert_eq!(
        (risen.severity, risen.wake, risen.facts.len()),
        (Severity::Critical, Some(at(2.0)), 1)
    );
    bench.each(&[resolved(4, 3.0, "web-1", "memory")]);
    let fallen = bench.last().incidents[0].clone();
    assert_eq!((fallen.severity, fallen.wake), (Severity::Low, None));
    bench.each(&[resolved(5, 4.0, "web-1", "disk"), resolved(6, 5.0, "web-1", "cpu")]);
    let over = bench.last().incidents[0].clone();
    assert_eq!(
        (over.severity, over.recovered_at, over.wake),
        (Severity::Low, Some(at(5.0)), Some(at(7.0))),
        "all recovered, so it ends after the hold"
    );
}

#[test]
fn alerts_that_double_past_ten_wake() {
    let mut bench = Bench::new(Correlation::default());
    let mut woken = vec![];
    for no in 1..=50 {
        bench.each(&[firing(no, 0.0, "web-1", "disk")]);
        if bench.last().incidents[0].wake.is_some() {
            woken.push(no);
        }
    }
    assert_eq!(woken, [1, 11, 22, 44]);
}

#[test]
fn alerts_are_held_until_there_are_enough() {
    let three = settings(|settings| settings.min_alerts = 3);
    let alerts = [
        firing(1, 0.0, "web-1", "disk"),
        firing(2, 16.0, "web-1", "disk"),
        firing(3, 17.0, "web-1", "disk"),
    ];
    let mut bench = check(three, &alerts, &["held", "held", "held"], &[]);
    assert_eq!(bench.batches[0].others[0].due_at, Some(at(15.0)));
    bench.each(&[firing(4, 18.0, "web-1", "disk"), firing(5, 19.0, "web-1", "disk")]);
    assert_eq!(
        bench.groups(),
        BTreeSet::from([BTreeSet::from([2, 3, 4, 5])]),
        "the first is out of the window"
    );
    let mut plan = Plan::new(&mut bench.index, &mut bench.mint, at(20.0));
    plan.give_up(&alerts[0]);
    assert_eq!(plan.finish(0).others[0].state, AlertState::Unmatched);
}

#[test]
fn what_was_over_while_it_was_held_is_placed_as_over() {
    let mut bench = Bench::new(settings(|settings| settings.min_alerts = 2));
    let over = |sent: &mut NewAlert| sent.ends_at = Some(at(-0.5));
    bench.batch(&[alert(1, 0.0, "web-1", "disk", over)]);
    let batch = bench.batch(&[alert(2, 1.0, "web-1", "disk", |sent| {
        sent.fingerprint = Some("f".into())
    })]);
    assert_eq!(batch.incidents[0].firing_delta, [0, 0, 1, 0], "only the second fires");
}

/// A rule may hold alerts for longer than the company's window: what ends one of them is not forgotten before.
#[test]
fn a_recovery_is_remembered_as_long_as_the_alert_that_it_ends_is_held() {
    let rule = Rule {
        name: "slow".to_owned(),
        matches: None,
        group_by: vec!["signature".to_owned()],
        window_minutes: Some(60),
        min_alerts: Some(3),
        priority: 0,
    };
    let rules = Rules::compile(&[rule]).unwrap();
    let mut bench = Bench::under(Correlation::default(), rules, Topology::default());
    bench.each(&[
        firing(1, 0.0, "a", "disk"),
        resolved(2, 1.0, "a", "disk"),
        firing(3, 30.0, "b", "disk"),
        firing(4, 40.0, "c", "disk"),
    ]);
    let opened = bench.last().incidents.first().unwrap();
    assert_eq!(opened.alerts.len(), 3);
    assert_eq!(
        opened.firing_delta.iter().sum::<i32>(),
        2,
        "the first is over: {opened:?}"
    );
}

#[test]
fn an_alert_that_was_held_under_other_settings_opens_where_it_is_enough_now() {
    let mut bench = Bench::new(settings(|settings| settings.min_alerts = 3));
    let held = firing(1, 0.0, "a", "disk");
    bench.each(std::slice::from_ref(&held));
    let mut index = Index::new(Correlation::default(), Rules::default(), Topology::default());
    index.take_strays(crate::port::writer::Strays {
        held: vec![held.clone()],
        recoveries: Vec::new(),
    });
    let mut plan = Plan::new(&mut index, &mut bench.mint, at(15.0));
    plan.give_up(&held);
    let batch = plan.finish(0);
    assert_eq!((batch.incidents.len(), batch.others.len()), (1, 0), "{batch:?}");
}

#[test]
fn a_held_alert_follows_its_fingerprint_to_the_incident_that_has_it_meanwhile() {
    let mut bench = Bench::new(settings(|settings| settings.min_alerts = 2));
    let shared = |sent: &mut NewAlert| sent.fingerprint = Some("f".into());
    bench.batch(&[alert(1, 0.0, "web-1", "disk", shared)]);
    bench.batch(&[alert(2, 1.0, "web-2", "disk", shared), firing(3, 1.0, "web-2", "disk")]);
    bench.batch(&[firing(4, 2.0, "web-1", "disk")]);
    assert_eq!(bench.placed[&1], bench.placed[&2], "one fingerprint, one incident");
    assert_ne!(bench.placed[&1], bench.placed[&4]);
}

#[test]
fn held_alerts_of_one_batch_open_once() {
    let three = settings(|settings| settings.min_alerts = 3);
    let alerts: Vec<Alert> = (1..=4).map(|no| firing(no, 0.0, "web-1", "disk")).collect();
    let mut bench = Bench::new(three);
    let batch = bench.batch(&alerts);
    assert!(batch.others.is_empty(), "{batch:?}");
    assert_eq!(batch.incidents.len(), 1);
    assert_eq!(batch.incidents[0].alerts.len(), 4);
}

#[test]
fn what_cannot_be_planned_is_put_aside() {
    let mut bench = Bench::new(Correlation::default());
    let mut plan = Plan::new(&mut bench.index, &mut bench.mint, at(0.0));
    plan.bury(&firing(1, 0.0, "web-1", "disk"), "it burns");
    let batch = plan.finish(0);
    assert_eq!(batch.others[0].state, AlertState::DeadLetter);
    assert_eq!(batch.others[0].receipt.rule, "it burns");
}

#[test]
fn a_shared_fingerprint_follows_its_latest_alert_after_a_reload() {
    let open = |id: &str, minute| OpenIncident {
        row: stored_row(id, minute),
        keys: vec![],
        fingerprints: vec![FingerprintState {
            identity: firing(1, 0.0, "web-1", "disk").sent.identity(),
            status: Signal::Firing,
            severity: Severity::High,
            event_at: at(minute),
            alert_no: 1,
        }],
    };
    for incidents in [
        [open("inc-a", 0.0), open("inc-b", 5.0)],
        [open("inc-b", 5.0), open("inc-a", 0.0)],
    ] {
        let mut bench = Bench::new(Correlation::default());
        incidents.into_iter().for_each(|incident| bench.index.take(incident));
        bench.each(&[firing(9, 6.0, "web-1", "disk")]);
        assert_eq!(bench.placed[&9], Ok("inc-b".parse().unwrap()));
    }
}

fn stored_row(id: &str, minute: f64) -> Incident {
    Incident {
        incident_id: id.parse().unwrap(),
        company_id: "comp-a".parse().unwrap(),
        asset_name: "web-1".into(),
        signature: "disk".into(),
        created_at: at(minute),
        life: Life::new(),
        version: 0,
        alert_count: 1,
        firing: [0, 0, 1, 0],
        severity: Severity::High,
        tool_sources: vec![],
        first_event_at: at(minute),
        last_event_at: at(minute),
        last_alert_at: at(minute),
        recovered_at: None,
        flips: vec![],
        placed_no: 1,
        absorbed_no: 0,
        wake_due: None,
        decided: None,
        updated_at: at(minute),
    }
}

/// Firing alerts of a few assets and signatures within one window, some with a sender's
/// fingerprint that goes with the key.
fn storm() -> impl Strategy<Value = Vec<Alert>> {
    let one = (0..4_u8, 0..3_u8, 0.0..14.9_f64, 0..4_usize, any::<bool>());
    prop::collection::vec(one, 1..40).prop_map(|all| {
        all.into_iter()
            .zip(1..)
            .map(|((asset, signature, minute, severity, named), no)| {
                let (asset, signature) = (format!("web-{asset}"), format!("trouble-{signature}"));
                alert(no, 15.0, &asset, &signature, |sent| {
                    sent.severity = Severity::ALL[severity];
                    sent.fingerprint = named.then(|| format!("{asset}/{signature}"));
                    sent.starts_at = Some(at(minute));
                })
            })
            .collect()
    })
}

proptest! {
    /// Architecture, section 8: the same incidents in any order.
    #[test]
    fn order_within_a_window_does_not_matter(
        (alerts, shuffled) in storm().prop_flat_map(|alerts| (Just(alerts.clone()), Just(alerts).prop_shuffle())),
        min_alerts in 1..4_u32,
        key in prop::sample::select(vec![AggregationKey::AssetSignature, AggregationKey::Asset, AggregationKey::Signature]),
    ) {
        let settings = Correlation { min_alerts, aggregation_key: key, ..Correlation::default() };
        let mut in_order = Bench::new(settings);
        in_order.each(&alerts);
        let mut out_of_order = Bench::new(settings);
        out_of_order.each(&shuffled);
        prop_assert_eq!(in_order.groups(), out_of_order.groups());
        let mut at_once = Bench::new(settings);
        at_once.batch(&shuffled);
        prop_assert_eq!(at_once.groups(), in_order.groups());
    }

    /// An index loaded from what was committed places the next alert as the live one does.
    #[test]
    fn what_fires_is_counted_once(alerts in storm(), recover in prop::collection::vec(any::<bool>(), 40)) {
        let mut bench = Bench::new(Correlation::default());
        let mut firing: BTreeMap<IncidentId, [i64; 4]> = BTreeMap::new();
        for (alert, recovers) in alerts.iter().zip(recover) {
            let mut alert = alert.clone();
            if recovers {
                Arc::make_mut(&mut alert.sent).status = Signal::Resolved;
            }
            for incident in bench.batch(&[alert]).incidents.clone() {
                let counts = firing.entry(incident.incident_id).or_default();
                for (count, change) in counts.iter_mut().zip(incident.firing_delta) {
                    *count += i64::from(change);
                }
            }
        }
        for (id, counts) in firing {
            let open = &bench.index.incidents[&id];
            prop_assert_eq!(counts.map(|count| u32::try_from(count).unwrap()), open.firing);
            let mut recount = [0; 4];
            for state in open.words().filter(|state| state.status == Signal::Firing) {
                recount[state.severity.index()] += 1;
            }
            prop_assert_eq!(open.firing, recount);
        }
    }
}
