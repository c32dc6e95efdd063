//! What keeps incidents quiet: seen, never lost, told when it ends.

use std::time::Duration;

use alert_whisperer::accounts::rights::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::engine;
use super::intake::{admin, put};
use crate::support::process::{PATIENCE, eventually};
use crate::support::server::{Company, Person, Server};

const COMPANY: &str = "/api/companies/comp-acme";

fn alert(asset: &str, severity: &str) -> Value {
    json!({"asset_name": asset, "signature": "link-down", "severity": severity, "message": "down"})
}

struct House {
    server: Server,
    acme: Company,
    boss: Person,
}

impl House {
    async fn new() -> Self {
        let server = Server::start(engine()).await;
        let acme = server.company("comp-acme").await;
        let boss = admin(&server, &acme).await;
        Self { server, acme, boss }
    }

    /// The incident of an alert, once it has been looked at.
    async fn incident(&self, alert: Value) -> Value {
        let sent = self.server.deliver(&self.acme, None, alert.to_string()).await.json();
        self.server.settle(&self.acme).await;
        let path = format!("/api/alerts/{}", sent["alert_id"].as_str().unwrap());
        let shown = self.server.get(&self.acme, &path).await.json();
        assert_eq!(shown["state"], "placed", "nothing is deleted: {shown}");
        self.shown(shown["incident_id"].as_str().unwrap()).await
    }

    async fn shown(&self, id: &str) -> Value {
        self.server
            .get(&self.acme, &format!("/api/incidents/{id}"))
            .await
            .json()
    }

    /// The incident, once it is suppressed by these, in order.
    async fn until_suppressed(&self, incident: &Value, by: &[&str]) -> Value {
        let id = incident["incident_id"].as_str().unwrap();
        eventually(&format!("{by:?}"), PATIENCE, async || {
            let shown = self.shown(id).await;
            let names: Vec<&str> = shown["suppressed_by"]
                .as_array()?
                .iter()
                .filter_map(|by| by["name"].as_str())
                .collect();
            (names == by).then_some(shown)
        })
        .await
    }

    async fn until_decided(&self, incident: &Value) -> Value {
        let id = incident["incident_id"].as_str().unwrap();
        eventually("a decision", PATIENCE, async || {
            Some(self.shown(id).await).filter(|shown| !shown["decision"].is_null())
        })
        .await
    }
}

#[tokio::test]
async fn a_silence_keeps_an_incident_quiet_until_it_ends() {
    let house = House::new().await;
    let (server, boss) = (&house.server, &house.boss);
    let technician = server.technician(&house.acme).await;
    let path = format!("{COMPANY}/silences");
    let wanted = json!({"match": "asset == 'sw-1'", "minutes": 60, "comment": "a new switch comes"});
    let silence = server.post_as(&technician, &path, &wanted).await;
    assert_eq!(silence.status, 200, "{}", silence.text);
    let silence = silence.json();
    let id = silence["silence_id"].as_str().unwrap();
    assert_eq!(
        (&silence["state"], &silence["created_by"], &silence["ends_at"]),
        (
            &json!("active"),
            &json!(technician.id),
            &json!("2026-01-31T09:00:00.000Z")
        )
    );
    let quiet = house.incident(alert("sw-1", "critical")).await;
    let quiet = house.until_suppressed(&quiet, &[id]).await;
    assert_eq!((&quiet["decision"], &quiet["phase"]), (&Value::Null, &json!("open")));
    // Another is decided meanwhile, and the quiet one still is not.
    let loud = house.incident(alert("sw-2", "low")).await;
    house.until_decided(&loud).await;
    assert_eq!(
        house.shown(quiet["incident_id"].as_str().unwrap()).await["decision"],
        Value::Null
    );
    // Its timeline says so.
    let timeline = format!("/api/incidents/{}/timeline", quiet["incident_id"].as_str().unwrap());
    let timeline = server.get(&house.acme, &timeline).await.json();
    let says = timeline["items"]
        .as_array()
        .unwrap()
        .iter()
        .any(|item| item["data"]["suppressed_by"][0]["name"] == id);
    assert!(says, "{timeline}");

    // So does its receipt, which names the cause; without it the outcome is another.
    let why = format!("/api/incidents/{}/why", quiet["incident_id"].as_str().unwrap());
    let named = server.get(&house.acme, &why).await.json();
    assert_eq!(named["opened"]["receipt"]["layer"], "opened", "{named}");
    assert_eq!(named["suppression"]["suppressed_by"][0]["name"], id);
    assert_eq!(
        named["suppression"]["considered"],
        json!([{"kind": "silence", "name": id, "why_not": null}])
    );
    assert_eq!(
        (&named["told"]["told_at"], &named["undecided"]),
        (&Value::Null, &json!("it is suppressed"))
    );
    let calm = json!({"since": null, "flips": 0, "more_than": 4, "calm_at": null});
    assert_eq!((&named["flapping"], &named["ended"]), (&calm, &Value::Null));
    let other = server.company("comp-other").await;
    let stranger = server.technician(&other).await;
    let end = format!("{path}/{id}");
    server.clock.advance(Duration::from_secs(60));
    server
        .ask(Method::DELETE, &end, stranger.headers(), "")
        .await
        .problem(404);
    let ended = server.ask(Method::DELETE, &end, boss.headers(), "").await;
    assert_eq!(ended.status, 200, "{}", ended.text);
    let told = house.until_decided(&quiet).await;
    assert_eq!(told["suppressed_by"], json!([]));
    let named = server.get(&house.acme, &why).await.json();
    assert_eq!(
        named["suppression"]["considered"],
        json!([{"kind": "silence", "name": id, "why_not": "it is over"}])
    );
    let listed = server.get_as(boss, &path).await.json();
    assert_eq!(listed["items"][0]["state"], "expired", "{listed}");
    house.server.stop().await;
}

#[tokio::test]
async fn a_silence_ends_by_the_clock_and_one_alert_that_is_not_silenced_ends_it_too() {
    let house = House::new().await;
    let path = format!("{COMPANY}/silences");
    let wanted = json!({"match": "severity == 'low'", "minutes": 10});
    let silence = house.server.post_as(&house.boss, &path, &wanted).await.json();
    let id = silence["silence_id"].as_str().unwrap();
    let first = house.incident(alert("sw-1", "low")).await;
    let second = house.incident(alert("sw-2", "low")).await;
    house.until_suppressed(&first, &[id]).await;
    house.until_suppressed(&second, &[id]).await;
    let graver = house.incident(alert("sw-1", "high")).await;
    assert_eq!(graver["incident_id"], first["incident_id"]);
    house.until_decided(&first).await;
    house.until_suppressed(&second, &[id]).await;
    house.server.clock.advance(Duration::from_secs(600));
    house.until_decided(&second).await;
    house.server.stop().await;
}

#[tokio::test]
async fn maintenance_that_comes_again_is_seen_and_is_over_in_time() {
    let house = House::new().await;
    let path = format!("{COMPANY}/maintenance-windows");
    // The test begins on Saturday 2026-01-31 at 9:00 in Berlin.
    let windows = json!({"maintenance_windows": [
        {"name": "saturdays", "match": "asset.startsWith('db-')",
            "weekly": {"days": ["sat"], "from": "08:00", "to": "09:30", "time_zone": "Europe/Berlin"}},
    ]});
    let technician = house.server.technician(&house.acme).await;
    let refused = put(&house.server, &technician, &path, &windows).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    let set = put(&house.server, &house.boss, &path, &windows).await;
    assert_eq!((set.status, set.json()), (200, windows.clone()), "{}", set.text);
    let incident = house.incident(alert("db-1", "high")).await;
    house.until_suppressed(&incident, &["saturdays"]).await;
    house.server.clock.advance(Duration::from_secs(30 * 60));
    let over = house.until_decided(&incident).await;
    assert_eq!(over["suppressed_by"], json!([]));
    let boss = house
        .server
        .person("late@acme.example", Role::CompanyAdmin, &[&house.acme])
        .await;
    let mut bad = windows;
    bad["maintenance_windows"][0]["weekly"]["time_zone"] = json!("Europe/Atlantis");
    let refused = put(&house.server, &boss, &path, &bad).await;
    assert_eq!(refused.problem(400), "maintenance_windows[0].weekly.time_zone");
    house.server.stop().await;
}

#[tokio::test]
async fn a_cause_keeps_what_depends_on_it_quiet_while_it_lasts() {
    let house = House::new().await;
    let (server, boss) = (&house.server, &house.boss);
    for (asset, on) in [
        ("router-1", json!([])),
        ("sw-1", json!(["router-1"])),
        ("web-1", json!(["sw-1"])),
    ] {
        let path = format!("{COMPANY}/assets/{asset}");
        let set = put(server, boss, &path, &json!({"depends_on": on})).await;
        assert_eq!(set.status, 200, "{}", set.text);
    }
    let set = json!({"inhibitions": [
        {"name": "backups", "source": "severity == 'critical'", "target": "signature == 'backup-late'", "equal": ["labels.site"]},
    ], "silence_dependents": true});
    let answered = put(server, boss, &format!("{COMPANY}/inhibitions"), &set).await;
    assert_eq!((answered.status, answered.json()), (200, set), "{}", answered.text);
    let of_site = |mut alert: Value, site: &str| {
        alert["labels"] = json!({"site": site});
        alert
    };
    let cause = house.incident(of_site(alert("router-1", "critical"), "a")).await;
    house.until_decided(&cause).await;
    // Out of the window of topology, so that it is an incident of its own.
    server.clock.advance(Duration::from_secs(3600));
    let dependent = house.incident(alert("web-1", "high")).await;
    assert_ne!(dependent["incident_id"], cause["incident_id"]);
    let quiet = house.until_suppressed(&dependent, &["router-1"]).await;
    assert_eq!(
        quiet["suppressed_by"][0],
        json!({"kind": "dependency", "name": "router-1", "cause": cause["incident_id"]})
    );
    let overdue = |site: &str| {
        let mut late = of_site(alert("nas-1", "low"), site);
        late["signature"] = json!("backup-late");
        late["fingerprint"] = json!(site);
        late
    };
    let inhibited = house.incident(overdue("a")).await;
    house.until_suppressed(&inhibited, &["backups"]).await;
    let path = format!("/api/incidents/{}/resolve", cause["incident_id"].as_str().unwrap());
    let late = server
        .person("late@acme.example", Role::CompanyAdmin, &[&house.acme])
        .await;
    assert_eq!(server.post_as(&late, &path, &json!({})).await.status, 200);
    server.clock.advance(Duration::from_secs(60));
    house.until_decided(&dependent).await;
    house.until_decided(&inhibited).await;
    house.server.stop().await;
}

#[tokio::test]
async fn a_silence_that_is_none_names_its_field() {
    let house = House::new().await;
    let path = format!("{COMPANY}/silences");
    let hostile = format!("asset.matches('{}')", "(a*)*".repeat(40));
    for (wanted, field) in [
        (json!({"match": "asset ==", "minutes": 5}), "match"),
        (json!({"match": "1 + 1", "minutes": 5}), "match"),
        (json!({"match": hostile, "minutes": 5}), "match"),
        (json!({"match": "true"}), "ends_at"),
        (json!({"match": "true", "minutes": 0}), "minutes"),
        (json!({"match": "true", "ends_at": "2026-01-30T00:00:00Z"}), "ends_at"),
        (
            json!({"match": "true", "minutes": 5, "comment": "x".repeat(600)}),
            "comment",
        ),
    ] {
        let refused = house.server.post_as(&house.boss, &path, &wanted).await;
        assert_eq!(refused.problem(400), field, "{wanted}");
    }
    house.server.stop().await;
}

/// Two rules that point at each other keep one of the two quiet, and never both.
#[tokio::test]
async fn causes_that_point_at_each_other_leave_one_that_is_told() {
    let house = House::new().await;
    let one_way = |name: &str, source: &str, target: &str| json!({"name": name, "source": format!("signature == '{source}'"), "target": format!("signature == '{target}'")});
    let circle = json!({"inhibitions": [one_way("a to b", "a", "b"), one_way("b to a", "b", "a")]});
    let set = put(&house.server, &house.boss, &format!("{COMPANY}/inhibitions"), &circle).await;
    assert_eq!(set.status, 200, "{}", set.text);
    let of = |signature: &str| {
        let mut alert = alert("sw-1", "high");
        alert["signature"] = json!(signature);
        alert
    };
    let first = house.incident(of("a")).await;
    house.until_decided(&first).await;
    let second = house.incident(of("b")).await;
    house.until_suppressed(&second, &["a to b"]).await;
    // The first is looked at again; what it could be quiet for is quiet itself.
    house.incident(of("a")).await;
    house.server.clock.advance(Duration::from_secs(61));
    house.until_suppressed(&second, &["a to b"]).await;
    let first = house.shown(first["incident_id"].as_str().unwrap()).await;
    assert_eq!(first["suppressed_by"], json!([]), "{first}");
    house.server.stop().await;
}
