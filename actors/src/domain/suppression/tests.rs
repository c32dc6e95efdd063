use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::domain::Severity;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn alert(asset: &str, severity: Severity, site: &str) -> NewAlert {
    NewAlert {
        labels: BTreeMap::from([("site".to_owned(), site.to_owned())]),
        ..NewAlert::sample(asset, severity)
    }
}

fn suppression(value: Value) -> Suppression {
    serde_json::from_value(value).unwrap()
}

fn silence(matches: &str) -> Silence {
    Silence {
        silence_id: "sil-1".parse().unwrap(),
        matches: matches.to_owned(),
        starts_at: at("2026-11-27T10:00:00Z"),
        ends_at: at("2026-11-27T12:00:00Z"),
        comment: "a new disk comes".to_owned(),
        created_by: "usr-1".to_owned(),
        created_at: at("2026-11-27T10:00:00Z"),
    }
}

#[test]
fn all_that_fires_has_to_be_silenced() {
    let mutes = Mutes::read(&Suppression::default(), &[silence("asset == 'db-1'")]).unwrap();
    let (db, web) = (alert("db-1", Severity::High, "a"), alert("web-1", Severity::High, "a"));
    let now = at("2026-11-27T11:00:00Z");
    let found = mutes.judge(&[&db], &[], &[], now);
    assert_eq!(found.by, [by(SuppressedByKind::Silence, "sil-1")]);
    assert_eq!(found.changes_at, Some(at("2026-11-27T12:00:00Z")));
    assert!(mutes.judge(&[&db, &web], &[], &[], now).by.is_empty());
    assert!(mutes.judge(&[], &[], &[], now).by.is_empty(), "nothing fires");
    // Not before it begins, which is looked for, and not from its end on.
    let before = mutes.judge(&[&db], &[], &[], at("2026-11-27T09:00:00Z"));
    assert_eq!(
        (before.by.len(), before.changes_at),
        (0, Some(at("2026-11-27T10:00:00Z")))
    );
    let after = mutes.judge(&[&db], &[], &[], at("2026-11-27T12:00:00Z"));
    assert_eq!(after, Found::default());
    // What is for other alerts wakes nobody.
    assert_eq!(mutes.judge(&[&web], &[], &[], now), Found::default());
}

#[test]
fn windows_are_once_or_come_again() {
    let windows = suppression(json!({"maintenance_windows": [
        {"name": "move", "starts_at": "2026-11-27T10:00:00Z", "ends_at": "2026-11-27T11:00:00Z"},
        {"name": "patches", "match": "severity != 'critical'",
            "weekly": {"days": ["fri"], "from": "22:00", "to": "02:00", "time_zone": "Europe/Berlin"}},
    ]}));
    let mutes = Mutes::read(&windows, &[]).unwrap();
    let by_at = |severity, text| mutes.judge(&[&alert("db-1", severity, "a")], &[], &[], at(text)).by;
    assert_eq!(by_at(Severity::Critical, "2026-11-27T10:30:00Z")[0].name, "move");
    assert_eq!(by_at(Severity::High, "2026-11-28T00:59:00Z")[0].name, "patches");
    assert!(by_at(Severity::Critical, "2026-11-28T00:59:00Z").is_empty());
    assert!(by_at(Severity::High, "2026-11-28T01:00:00Z").is_empty());
}

#[test]
fn a_cause_makes_what_is_equal_no_news() {
    let inhibitions = suppression(json!({"inhibitions": [{
        "name": "site down", "source": "severity == 'critical'", "target": "severity == 'low'",
        "equal": ["labels.site"],
    }]}));
    let mutes = Mutes::read(&inhibitions, &[]).unwrap();
    let incident_id: IncidentId = "inc-1".parse().unwrap();
    let cause = alert("router", Severity::Critical, "a");
    let causes = || {
        [Cause {
            incident_id: &incident_id,
            alert: &cause,
        }]
    };
    let now = at("2026-11-27T10:00:00Z");
    let judged = |target: &NewAlert| mutes.judge(&[target], &causes(), &[], now).by;
    let quiet = judged(&alert("web-1", Severity::Low, "a"));
    assert_eq!(
        (quiet[0].name.as_str(), &quiet[0].cause),
        ("site down", &Some(incident_id.clone()))
    );
    assert!(judged(&alert("web-1", Severity::Low, "b")).is_empty(), "another site");
    assert!(judged(&alert("web-1", Severity::High, "a")).is_empty(), "too grave");
    assert!(
        mutes
            .judge(&[&alert("web-1", Severity::Low, "a")], &[], &[], now)
            .by
            .is_empty()
    );
}

#[test]
fn what_is_known_of_all_of_it_is_enough() {
    let known = [by(SuppressedByKind::Dependency, "router")];
    let found = Mutes::default().judge(
        &[&alert("web-1", Severity::Low, "a")],
        &[],
        &known,
        at("2026-11-27T10:00:00Z"),
    );
    assert_eq!(found.by, known);
}

/// Each thing that suppresses does so: without it the outcome is another.
#[test]
fn without_what_is_named_it_is_not_suppressed() {
    let all = suppression(json!({"maintenance_windows": [
        {"name": "move", "starts_at": "2026-11-27T10:00:00Z", "ends_at": "2026-11-27T11:00:00Z"},
    ]}));
    let (db, now) = (alert("db-1", Severity::High, "a"), at("2026-11-27T10:30:00Z"));
    for (suppression, silences) in [
        (all, Vec::new()),
        (Suppression::default(), vec![silence("asset == 'db-1'")]),
    ] {
        let found = Mutes::read(&suppression, &silences)
            .unwrap()
            .judge(&[&db], &[], &[], now);
        let named = &found.by[0].name;
        let kept = |silence: &Silence| silence.silence_id.as_str() != named;
        let silences: Vec<Silence> = silences.into_iter().filter(kept).collect();
        let mut less = suppression;
        less.maintenance_windows.retain(|window| window.name != *named);
        let without = Mutes::read(&less, &silences).unwrap().judge(&[&db], &[], &[], now);
        assert!(without.by.is_empty(), "{named}");
    }
}

#[test]
fn what_is_not_as_it_must_be_is_named() {
    let field = |value: Value| Mutes::read(&suppression(value), &[]).err().unwrap().field;
    let window = |more: Value| {
        let mut window = json!({"name": "w"});
        window
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        field(json!({"maintenance_windows": [window]}))
    };
    assert_eq!(window(json!({})), "maintenance_windows[0].starts_at");
    assert_eq!(
        window(json!({"starts_at": "2026-11-27T10:00:00Z", "ends_at": "2026-11-27T10:00:00Z"})),
        "maintenance_windows[0].ends_at"
    );
    let weekly = json!({"weekly": {"from": "1", "to": "02:00", "time_zone": "UTC"}});
    assert_eq!(window(weekly), "maintenance_windows[0].weekly.from");
    let always = json!({"weekly": {"from": "01:00", "to": "02:00", "time_zone": "UTC"}, "match": "asset ="});
    assert_eq!(window(always), "maintenance_windows[0].match");
    let inhibition = json!({"name": "i", "source": "true", "target": "1", "equal": []});
    assert_eq!(field(json!({"inhibitions": [inhibition]})), "target of \"i\"");
    let inhibition = json!({"name": "i", "source": "true", "target": "true", "equal": ["host"]});
    assert_eq!(field(json!({"inhibitions": [inhibition]})), "inhibitions[0].equal");
    let backwards = Silence {
        ends_at: at("2026-11-27T09:00:00Z"),
        ..silence("true")
    };
    let refused = Mutes::read(&Suppression::default(), &[backwards]).err().unwrap();
    assert_eq!(refused.field, "silences[0].ends_at");
}

/// Of what does not keep an incident quiet the reason is named; where that is met, it does.
#[test]
fn what_is_named_as_the_reason_is_the_reason() {
    let windows = suppression(json!({"maintenance_windows": [
        {"name": "later", "starts_at": "2026-11-27T20:00:00Z", "ends_at": "2026-11-27T21:00:00Z"},
        {"name": "others", "match": "asset == 'web-1'",
            "starts_at": "2026-11-27T10:00:00Z", "ends_at": "2026-11-27T12:00:00Z"},
        {"name": "some", "match": "severity == 'low'",
            "starts_at": "2026-11-27T10:00:00Z", "ends_at": "2026-11-27T12:00:00Z"},
    ]}));
    let mutes = Mutes::read(&windows, &[]).unwrap();
    let (low, high) = (alert("db-1", Severity::Low, "a"), alert("db-2", Severity::High, "a"));
    let explained = |firing: &[&NewAlert], text: &str| {
        let found = mutes.judge(firing, &[], &[], at(text));
        let whys = mutes.explain(firing, &found, at(text)).into_iter();
        whys.map(|one| one.why_not.unwrap_or_else(|| "it does".to_owned()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        explained(&[&low, &high], "2026-11-27T11:00:00Z"),
        [
            "it is not in force before 2026-11-27T20:00:00.000Z",
            "no alert that fires matches",
            "1 of the 2 alerts that fire match, and nothing keeps the rest quiet",
        ]
    );
    assert_eq!(
        explained(&[&low, &high], "2026-11-27T20:00:00Z")[0],
        "it does",
        "once its time has come"
    );
    assert_eq!(
        explained(&[&low], "2026-11-27T11:00:00Z")[2],
        "it does",
        "once the rest fires no more"
    );
    assert_eq!(explained(&[&low, &high], "2026-11-27T21:00:00Z")[0], "it is over");
    let web = alert("web-1", Severity::High, "a");
    assert_eq!(
        explained(&[&web], "2026-11-27T11:00:00Z")[1],
        "it does",
        "once it matches"
    );
}

/// Two that match both sides would keep each other quiet, and nobody would be told.
#[test]
fn what_matches_both_sides_is_not_inhibited_by_its_like() {
    let inhibitions = suppression(json!({"inhibitions": [{
        "name": "loop", "source": "severity == 'critical'", "target": "severity in ['critical', 'low']",
    }]}));
    let mutes = Mutes::read(&inhibitions, &[]).unwrap();
    let incident_id: IncidentId = "inc-1".parse().unwrap();
    let cause = alert("router", Severity::Critical, "a");
    let judged = |target: &NewAlert| {
        let causes = [Cause {
            incident_id: &incident_id,
            alert: &cause,
        }];
        mutes.judge(&[target], &causes, &[], at("2026-11-27T10:00:00Z")).by
    };
    assert!(judged(&alert("web-1", Severity::Critical, "a")).is_empty());
    assert_eq!(judged(&alert("web-1", Severity::Low, "a")).len(), 1);
}
