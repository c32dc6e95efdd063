use serde_json::{Value, json};

use super::*;

fn notifications(value: Value) -> Notifications {
    serde_json::from_value(value).unwrap()
}

fn alert(severity: Severity) -> NewAlert {
    NewAlert::sample("db-1", severity)
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn every_route_that_fits_counts_and_a_channel_is_told_once() {
    let routes = Routes::read(&notifications(json!({"routes": [
        {"name": "grave", "severities": ["critical"], "channels": ["pager", "chat"]},
        {"name": "all", "channels": ["chat"]},
        {"name": "ends", "events": ["incident.resolved"], "channels": ["log"]},
        {"name": "databases", "match": "asset.startsWith('db-')", "channels": ["dba"]},
    ]})))
    .unwrap();
    let now = at("2026-11-27T10:00:00Z");
    let told = |news, severity| {
        let told = routes.of(news, &alert(severity), now);
        told.into_iter()
            .map(|(channel, route)| format!("{channel} by {route}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(told(News::Opened, Severity::Low), ["chat by all", "dba by databases"]);
    assert_eq!(
        told(News::Resolved, Severity::Critical),
        ["chat by grave", "dba by databases", "log by ends", "pager by grave"]
    );
}

/// A route that does not continue keeps what it is for from those after it, at whatever hour.
#[test]
fn what_a_route_ends_goes_no_further() {
    let routes = Routes::read(&notifications(json!({"routes": [
        {"name": "noise", "severities": ["low"], "channels": [], "continue": false},
        {"name": "night", "severities": ["critical"], "channels": ["night"], "continue": false,
            "hours": {"from": "22:00", "to": "06:00", "time_zone": "UTC"}},
        {"name": "all", "channels": ["chat"]},
    ]})))
    .unwrap();
    let told = |severity, now| {
        let told = routes.of(News::Opened, &alert(severity), at(now));
        told.into_keys().collect::<Vec<_>>()
    };
    let (day, night) = ("2026-11-27T10:00:00Z", "2026-11-27T23:00:00Z");
    assert_eq!(told(Severity::Low, day), Vec::<String>::new());
    assert_eq!(told(Severity::Critical, night), ["night"]);
    assert_eq!(told(Severity::Critical, day), Vec::<String>::new());
    assert_eq!(told(Severity::High, day), ["chat"]);
    let is_dropped = |severity| routes.end_nowhere(News::Escalated, &alert(severity), at(day));
    assert!(is_dropped(Severity::Low) && !is_dropped(Severity::Critical) && !is_dropped(Severity::High));
}

/// On the night of 2026-10-25 half past two comes twice in Berlin: who has the night is told both times, and who has the day
/// is told from six on.
#[test]
fn the_night_that_has_an_hour_more_has_no_hole() {
    let hours = |from: &str, to: &str| json!({"from": from, "to": to, "time_zone": "Europe/Berlin"});
    let routes = Routes::read(&notifications(json!({"routes": [
        {"name": "night", "hours": hours("22:00", "06:00"), "channels": ["night"]},
        {"name": "day", "hours": hours("06:00", "22:00"), "channels": ["day"]},
    ]})))
    .unwrap();
    for minute in 0..(26 * 60) {
        let now = at("2026-10-24T18:00:00Z").plus(Duration::from_secs(minute * 60));
        let told = routes.of(News::Opened, &alert(Severity::High), now);
        let is_night = now >= at("2026-10-24T20:00:00Z") && now < at("2026-10-25T05:00:00Z");
        let expected = if is_night { "night" } else { "day" };
        assert_eq!(told.keys().collect::<Vec<_>>(), [expected], "{now}");
    }
}

#[test]
fn what_is_not_as_it_must_be_is_named() {
    let known = BTreeSet::from(["chat".to_owned()]);
    let field = |value: Value| notifications(value).check(&known).unwrap_err().field;
    let route = |more: Value| {
        let mut route = json!({"name": "r", "channels": ["chat"]});
        route.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        field(json!({"routes": [route]}))
    };
    assert_eq!(route(json!({"name": " r"})), "routes[0].name");
    assert_eq!(route(json!({"channels": []})), "routes[0].channels");
    assert_eq!(route(json!({"channels": ["other"]})), "routes[0].channels");
    assert_eq!(route(json!({"channels": ["chat", "chat"]})), "routes[0].channels");
    assert_eq!(route(json!({"match": "1 + 1"})), "routes[0].match");
    assert_eq!(
        route(json!({"hours": {"from": "22:00", "to": "06:00", "time_zone": "Mars/Olympus"}})),
        "routes[0].hours.time_zone"
    );
    let step = |minutes: u32| json!({"after_minutes": minutes, "channels": ["chat"]});
    assert_eq!(field(json!({"escalation": [step(0)]})), "escalation[0].after_minutes");
    assert_eq!(
        field(json!({"escalation": [step(9), step(5)]})),
        "escalation[1].after_minutes"
    );
    assert_eq!(
        field(json!({"service_levels": {"high": {"response_minutes": 0}}})),
        "service_levels.high.response_minutes"
    );
    assert_eq!(
        field(json!({"service_levels": {"high": {"response_minutes": 60, "resolution_minutes": 30}}})),
        "service_levels.high.resolution_minutes"
    );
    assert_eq!(field(json!({"warn_percent": 100})), "warn_percent");
    let good = json!({"routes": [{"name": "r", "channels": ["chat"]}], "escalation": [step(5), step(5)]});
    assert_eq!(notifications(good).check(&known), Ok(()));
}

/// Take away the route that is named, and its channel is not told; meet the reason that is named, and it is.
#[test]
fn what_is_named_as_the_reason_is_the_reason() {
    let all = notifications(json!({"routes": [
        {"name": "grave", "severities": ["critical"], "channels": ["pager"]},
        {"name": "ends", "events": ["incident.resolved"], "channels": ["log"]},
        {"name": "web", "match": "asset == 'web-1'", "channels": ["web"]},
        {"name": "night", "hours": {"from": "22:00", "to": "06:00", "time_zone": "UTC"}, "channels": ["night"]},
        {"name": "all", "channels": ["chat"], "continue": false},
        {"name": "rest", "channels": ["mail"]},
    ]}));
    let now = at("2026-11-27T10:00:00Z");
    let explained = Routes::read(&all)
        .unwrap()
        .explain(News::Opened, &alert(Severity::High), now);
    for considered in &explained {
        let mut mutated = all.clone();
        let place = mutated
            .routes
            .iter()
            .position(|route| route.name == considered.route)
            .unwrap();
        if considered.why_not.as_deref() == Some("\"all\" is for it, and does not continue") {
            mutated.routes[place - 1].continues = true;
        }
        let route = &mut mutated.routes[place];
        match considered.why_not.as_deref() {
            None => drop(mutated.routes.remove(place)),
            Some("it is not for high") => route.severities.clear(),
            Some("it is not for incident.opened") => route.events.clear(),
            Some("it is not open before 2026-11-27T22:00:00.000Z") => route.hours = None,
            Some("its match is not true of the newest alert that fires") => route.matches = None,
            Some("\"all\" is for it, and does not continue") => {}
            Some(other) => panic!("{other}"),
        }
        let told = Routes::read(&mutated)
            .unwrap()
            .of(News::Opened, &alert(Severity::High), now);
        let is_told = told.contains_key(&considered.channels[0]);
        assert_eq!(is_told, considered.why_not.is_some(), "{considered:?}");
    }
    assert_eq!(
        explained
            .iter()
            .filter(|considered| considered.why_not.is_none())
            .count(),
        1
    );
}
