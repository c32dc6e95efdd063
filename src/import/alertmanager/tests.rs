use std::collections::BTreeMap;

use actors::domain::condition::Reading;
use actors::domain::notification::Routes;
use actors::domain::suppression::Mutes;
use actors::domain::{AlertId, NewAlert, News, Severity, Signal, Suppression};
use proptest::prelude::*;

use super::*;
use crate::ingest::matcher::Matcher;

const CONFIG: &str = r##"
global: {smtp_smarthost: "mail:25"}
route:
  receiver: default
  group_by: [alertname, cluster]
  group_wait: 30s
  repeat_interval: 4h
  routes:
    - matchers: [team="db"]
      receiver: dba
      continue: true
    - matchers: ['severity=~"critical|page"']
      receiver: pager
      active_time_intervals: [nights]
      routes:
        - match: {site: lab}
          receiver: quiet
    - matchers: [severity="info"]
      receiver: quiet
receivers:
  - name: default
    email_configs: [{to: "ops@example.com, noc@example.com"}]
  - name: dba
    slack_configs: [{channel: "#dba"}]
  - name: pager
    webhook_configs: [{url: "https://pager.example.com/hook"}]
    pagerduty_configs: [{routing_key: x}]
  - name: quiet
inhibit_rules:
  - source_matchers: [severity="critical"]
    target_matchers: ['severity=~"warning|info"']
    equal: [alertname, instance]
time_intervals:
  - name: nights
    time_intervals:
      - weekdays: ["monday:friday"]
        times: [{start_time: "18:00", end_time: "24:00"}]
        location: Europe/Berlin
"##;

fn alert(labels: &[(&str, &str)]) -> NewAlert {
    NewAlert {
        alert_id: AlertId(uuid::Uuid::nil()),
        asset_name: "web-1".to_owned(),
        signature: "disk".to_owned(),
        severity: Severity::High,
        message: String::new(),
        tool_source: None,
        status: Signal::Firing,
        fingerprint: None,
        starts_at: None,
        ends_at: None,
        labels: labels
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        url: None,
        unsigned: false,
    }
}

/// The channels that Alertmanager's own tree leads to (`dispatch.Route.Match`), of this configuration.
fn told(imported: &Imported, labels: &[(&str, &str)], at: &str) -> Vec<String> {
    let routes = Routes::read(&imported.notifications).unwrap();
    routes
        .of(News::Opened, &alert(labels), at.parse().unwrap())
        .into_keys()
        .collect()
}

#[test]
fn the_tree_of_routes_leads_where_alertmanagers_does() {
    let imported = read(CONFIG, None).unwrap();
    let (night, day) = ("2026-11-27T18:00:00Z", "2026-11-27T10:00:00Z");
    assert_eq!(told(&imported, &[], night), ["default"]);
    assert_eq!(told(&imported, &[("team", "db")], night), ["dba"]);
    assert_eq!(told(&imported, &[("severity", "critical")], night), ["pager"]);
    assert_eq!(
        told(&imported, &[("severity", "critical")], day),
        Vec::<String>::new(),
        "only at night"
    );
    assert_eq!(
        told(&imported, &[("severity", "page"), ("team", "db")], night),
        ["dba", "pager"],
        "it continues"
    );
    assert_eq!(
        told(&imported, &[("severity", "page"), ("site", "lab")], night),
        Vec::<String>::new()
    );
    assert_eq!(told(&imported, &[("severity", "info")], night), Vec::<String>::new());
    assert_eq!(
        imported.channels["default"],
        json!({"kind": "email", "to": ["ops@example.com", "noc@example.com"]})
    );
}

#[test]
fn what_has_no_place_is_told() {
    let report = read(CONFIG, None).unwrap().report;
    for says in [
        "global: ",
        "route.group_wait: ",
        "route.repeat_interval: ",
        "receivers \"dba\": slack_configs[0]: its URL is not in this file",
        "receivers \"pager\": pagerduty_configs[0]: there is no such kind",
        "receiver \"quiet\" has no channel here",
        "receivers \"dba\": slack_configs[0].channel: has no place here",
    ] {
        assert!(report.iter().any(|line| line.contains(says)), "{says}: {report:#?}");
    }
    let months = CONFIG.replace("weekdays: [\"monday:friday\"]", "months: [\"january\"]");
    let report = read(&months, None).unwrap().report;
    assert!(
        report.iter().any(|line| line.contains("have no place here")),
        "{report:#?}"
    );
    assert!(matches!(read("route: [", None), Err(Unread::Config(_))));
    assert!(matches!(read(CONFIG, Some("{}")), Err(Unread::Silences(_))));
}

#[test]
fn rules_inhibitions_and_silences_can_be_used_as_they_are() {
    let silences = r#"[{"id": "1", "matchers": [{"name": "instance", "value": "web-.*", "isRegex": true, "isEqual": true}],
        "startsAt": "2026-11-27T10:00:00.000Z", "endsAt": "2026-11-27T12:00:00.000Z", "createdBy": "ann", "comment": "move",
        "status": {"state": "active"}},
        {"id": "2", "matchers": [], "startsAt": "x", "endsAt": "x", "status": {"state": "expired"}}]"#;
    let imported = read(CONFIG, Some(silences)).unwrap();
    let rules = actors::correlator::rules::Rules::compile(&imported.rules.rules);
    assert!(rules.is_ok(), "{:?}", rules.err());
    let suppression = Suppression {
        inhibitions: imported.inhibitions.inhibitions.clone(),
        ..Suppression::default()
    };
    assert!(Mutes::read(&suppression, &[]).is_ok());
    assert_eq!(
        imported.inhibitions.inhibitions[0].equal,
        ["labels.alertname", "labels.instance"]
    );
    assert_eq!(imported.silences.len(), 1);
    assert_eq!(
        imported.silences[0]["match"],
        "('instance' in labels && labels['instance'].matches('^(?:web-.*)$'))"
    );
}

/// Thirty teams, each with a route of its own for what is critical.
#[test]
fn many_routes_beside_each_other_are_all_taken_over() {
    let route = |no: usize| {
        json!({"matchers": [format!("team=\"{no}\"")], "receiver": "ops", "routes": [
            {"match": {"code": 500}, "receiver": "pager"},
        ]})
    };
    let config = json!({
        "route": {"receiver": "ops", "group_by": ["team"], "routes": (0..30).map(route).collect::<Vec<_>>()},
        "receivers": [
            {"name": "ops", "email_configs": [{"to": "ops@example.com"}]},
            {"name": "pager", "webhook_configs": [{"url": "https://pager.example.com/hook"}]},
        ],
    });
    let imported = read(&config.to_string(), None).unwrap();
    let now = "2026-11-27T18:00:00Z";
    assert_eq!(
        told(&imported, &[("team", "29")], now),
        ["ops"],
        "{:#?}",
        imported.report
    );
    assert_eq!(told(&imported, &[("team", "29"), ("code", "500")], now), ["pager"]);
    assert_eq!(told(&imported, &[("team", "30"), ("code", "500")], now), ["ops"]);
    let rules = actors::correlator::rules::Rules::compile(&imported.rules.rules);
    assert_eq!((imported.rules.rules.len(), rules.err()), (61, None));
}

/// What is too much is left out, and the root is not: nobody's alerts are told to nobody.
#[test]
fn what_is_too_much_is_told_to_the_root() {
    let children = |count: usize, continues: bool| -> Vec<Value> {
        let one = |no: usize| json!({"matchers": [format!("service=\"some-service-{no}\"")], "receiver": "x", "continue": continues});
        (0..count).map(one).collect()
    };
    let now = "2026-11-27T18:00:00Z";
    for (routes, says) in [
        (children(260, false), "there are at most 200 routes here"),
        (children(120, true), "what goes to routes within it comes to it, too"),
    ] {
        let to = |name: &str| json!({"name": name, "email_configs": [{"to": "ops@example.com"}]});
        let config = json!({"route": {"receiver": "def", "routes": routes}, "receivers": [to("def"), to("x")]});
        let imported = read(&config.to_string(), None).unwrap();
        assert_eq!(told(&imported, &[("service", "other")], now), ["def"]);
        let first = told(&imported, &[("service", "some-service-0")], now);
        assert!(first.contains(&"x".to_owned()), "{first:?}");
        assert!(
            imported.report.iter().any(|line| line.contains(says)),
            "{:#?}",
            imported.report
        );
        let known = imported.channels.keys().cloned().collect();
        assert_eq!(imported.notifications.check(&known), Ok(()));
    }
}

#[test]
fn what_is_nested_too_deep_goes_to_the_route_around_it() {
    let to = |name: &str| json!({"name": name, "email_configs": [{"to": "ops@example.com"}]});
    // Beside so many others that its place makes a long name.
    let beside = |route: Value| {
        (0..12)
            .map(|_| json!({"matchers": ["never=\"1\""]}))
            .chain([route])
            .collect::<Vec<_>>()
    };
    let mut route = json!({"receiver": "x"});
    for no in 0..27 {
        route = json!({"matchers": [format!("a{no}=\"1\"")], "receiver": "def", "routes": [route]});
    }
    let mut high = json!({"matchers": ["b=\"1\""], "receiver": "x"});
    for _ in 0..5 {
        high = json!({"matchers": ["b=\"1\""], "receiver": "def", "routes": beside(high)});
    }
    let config = json!({
        "route": {"receiver": "def", "routes": [route, high]}, "receivers": [to("def"), to("x")],
    });
    let imported = read(&config.to_string(), None).unwrap();
    let says = |line: &String| line.contains("is nested more than 24 deep");
    assert!(imported.report.iter().any(says), "{:#?}", imported.report);
    let labels: Vec<(String, &str)> = (0..27).map(|no| (format!("a{no}"), "1")).collect();
    let labels: Vec<(&str, &str)> = labels.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let now = "2026-11-27T18:00:00Z";
    assert_eq!(told(&imported, &labels, now), ["def"]);
    assert_eq!(told(&imported, &[("b", "1")], now), ["x"]);
}

#[test]
fn routes_in_different_places_have_different_names() {
    let deep = |last: usize| format!("route{}.routes[{last}]", ".routes[123]".repeat(23));
    let names = [
        deep(0),
        deep(1),
        "route".to_owned(),
        "route.routes[1].routes[2]".to_owned(),
    ];
    let names = names.map(|path| routes::name_of(&path));
    assert_eq!(names[2..], ["route", "route[1.2]"]);
    assert!(names[0] != names[1] && names[0].len() == 56, "{names:?}");
}

/// A tree of routes, as it stands in a file.
fn tree() -> impl Strategy<Value = Value> {
    let node = |children: Vec<Value>| {
        let matchers = prop::collection::vec((prop::sample::select(vec!["a", "b"]), "[xy]"), 0..2);
        let parts = (matchers, prop::option::of("[pqrs]"), any::<bool>());
        parts.prop_map(move |(matchers, receiver, continues)| {
            let matchers: Vec<String> = matchers
                .iter()
                .map(|(name, value)| format!("{name}=\"{value}\""))
                .collect();
            let mut node = json!({"matchers": matchers, "continue": continues, "routes": children});
            if let Some(receiver) = receiver {
                node["receiver"] = json!(receiver);
            }
            node
        })
    };
    let inner = node(Vec::new()).prop_recursive(4, 24, 4, move |inner| {
        prop::collection::vec(inner, 0..4).prop_flat_map(node)
    });
    prop::collection::vec(inner, 0..4).prop_map(|routes| json!({"receiver": "p", "routes": routes}))
}

/// The receivers that Alertmanager's own walk comes to (`dispatch.Route.Match`).
fn walked(node: &Value, above: &str, labels: &BTreeMap<String, String>, told: &mut BTreeSet<String>) -> bool {
    let matchers = node["matchers"].as_array().into_iter().flatten();
    let mut matchers = matchers.map(|text| Matcher::read(text.as_str().unwrap()).unwrap());
    if !matchers.all(|matcher| matcher.meets(labels)) {
        return false;
    }
    let receiver = node["receiver"].as_str().unwrap_or(above);
    let mut is_within = false;
    for child in node["routes"].as_array().into_iter().flatten() {
        let is_taken = walked(child, receiver, labels, told);
        is_within |= is_taken;
        if is_taken && child["continue"] != true {
            break;
        }
    }
    if !is_within {
        told.insert(receiver.to_owned());
    }
    true
}

proptest! {
    /// Whoever Alertmanager tells is told here, and nobody else; nobody hears of what goes to `s`.
    #[test]
    fn any_tree_of_routes_leads_where_alertmanagers_does(
        tree in tree(),
        labels in prop::collection::btree_map("[ab]", "[xyz]".prop_map(String::from), 0..3),
    ) {
        let to = |name: &str| json!({"name": name, "email_configs": [{"to": "ops@example.com"}]});
        let config = json!({"route": tree, "receivers": [to("p"), to("q"), to("r"), {"name": "s"}]});
        let imported = read(&config.to_string(), None).unwrap();
        let known = imported.channels.keys().cloned().collect();
        prop_assert_eq!(imported.notifications.check(&known), Ok(()));
        prop_assume!(!imported.report.iter().any(|line| line.contains("bytes") || line.contains("at most")));
        let pairs: Vec<(&str, &str)> = labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let ours = told(&imported, &pairs, "2026-11-27T18:00:00Z");
        let mut theirs = BTreeSet::new();
        walked(&config["route"], "", &labels, &mut theirs);
        theirs.remove("s");
        prop_assert_eq!(ours, theirs.into_iter().collect::<Vec<_>>(), "{:#?}", imported.notifications);
    }

    /// A matcher is true here of just the labels that it is true of there.
    #[test]
    fn a_matcher_says_the_same_here(
        name in "[ab]",
        operator in prop::sample::select(vec!["=", "!=", "=~", "!~"]),
        value in prop::sample::select(vec!["", "x", "x'y\\\\", "x.*", ".*", "x|", "(?i)X"]),
        labels in prop::collection::btree_map("[ab]", prop::sample::select(vec!["", "x", "xy", "x'y\\", "X"]), 0..3),
    ) {
        let text = format!("{name}{operator}\"{value}\"");
        let (Ok(theirs), Ok(written)) = (Matcher::read(&text), condition::Written::read(&text)) else { return Ok(()) };
        let mut reading = Reading::default();
        let ours = reading.read(&condition::cel(&written)).unwrap();
        let all: BTreeMap<String, String> = labels.iter().map(|(name, value)| (name.clone(), (*value).to_owned())).collect();
        let pairs: Vec<(&str, &str)> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let conditions = reading.done();
        prop_assert_eq!(ours.holds(&conditions.of(&alert(&pairs))), theirs.meets(&all), "{}", text);
    }
}
