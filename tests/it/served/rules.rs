//! A company's own rules of grouping.

use actors::limits::RULES;
use serde_json::{Value, json};

use super::engine;
use super::intake::{admin, put};
use crate::support::server::Server;

const PATH: &str = "/api/companies/comp-acme/rules";

fn of_cluster(asset: &str, cluster: &str) -> Value {
    json!({"asset_name": asset, "signature": format!("{asset} is down"), "severity": "high", "message": "down",
        "labels": {"cluster": cluster}})
}

#[tokio::test]
async fn alerts_are_grouped_by_a_rule_from_the_next_one_on_and_the_receipt_names_it() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let person = admin(&server, &acme).await;
    assert_eq!(server.get_as(&person, PATH).await.json(), json!({"rules": []}));
    let send = async |name: &str, alert: Value| {
        let sent = server.deliver(&acme, Some(name), alert.to_string()).await;
        assert_eq!(sent.status, 200, "{}", sent.text);
        server.settle(&acme).await;
        let path = format!("/api/alerts/{}/why", sent.json()["alert_id"].as_str().unwrap());
        server.get(&acme, &path).await.json()
    };
    let before = send("d-0", of_cluster("db-0", "db")).await;
    assert_eq!(before["receipt"]["rules_version"], 1, "{before}");

    let rules = json!({"rules": [
        {"name": "the rest", "group_by": ["asset"], "priority": -1},
        {"name": "clusters", "match": "has(labels.cluster) && severity in ['high', 'critical']",
            "group_by": ["labels.cluster"], "window_minutes": 30},
    ]});
    let set = put(&server, &person, PATH, &rules).await;
    assert_eq!(set.status, 200, "{}", set.text);
    let shown = server.get_as(&person, PATH).await.json();
    assert_eq!(shown["rules"][1]["name"], "clusters");

    let first = send("d-1", of_cluster("db-1", "db")).await;
    let second = send("d-2", of_cluster("db-2", "db")).await;
    let apart = send("d-3", of_cluster("db-3", "other")).await;
    assert_eq!(first["incident_id"], second["incident_id"], "{first} {second}");
    assert_ne!(second["incident_id"], apart["incident_id"]);
    assert_eq!(
        (&second["receipt"]["layer"], &second["receipt"]["by_rule"]),
        (&json!("grouping"), &json!("clusters")),
        "{second}"
    );
    assert_eq!(
        (
            &second["receipt"]["rules_version"],
            &second["receipt"]["window_minutes"]
        ),
        (&json!(2), &json!(30))
    );
    assert_eq!(second["receipt"]["key"], "rule=clusters|labels.cluster=db");

    let document = server.get_as(&person, "/api/companies/comp-acme/config").await.json();
    assert_eq!(document["rules"], shown["rules"]);
    let technician = server.technician(&acme).await;
    put(&server, &technician, PATH, &rules).await.problem(403);
    server.stop().await;
}

#[tokio::test]
async fn what_may_not_be_a_rule_is_named_and_nothing_is_set() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let person = admin(&server, &acme).await;
    let many: Vec<Value> = (0..=RULES).map(|no| json!({"name": no.to_string()})).collect();
    for (rules, field) in [
        (json!([{"name": ""}]), "rules[0].name"),
        (json!([{"name": "a"}, {"name": "a"}]), "rules[1].name"),
        (json!([{"name": "a", "match": "asset =="}]), "rules[0].match"),
        (json!([{"name": "a", "match": "host == 'x'"}]), "rules[0].match"),
        (json!([{"name": "a", "match": "asset.matches('(')"}]), "rules[0].match"),
        (json!([{"name": "a", "match": "asset"}]), "rules[0].match"),
        (
            json!([{"name": "a", "group_by": ["asset", "host"]}]),
            "rules[0].group_by[1]",
        ),
        (json!([{"name": "a", "window_minutes": 241}]), "rules[0].window_minutes"),
        (json!([{"name": "a", "min_alerts": 0}]), "rules[0].min_alerts"),
        (json!([{"name": "a", "colour": 1}]), "rules[0].colour"),
        (json!(many), "rules"),
    ] {
        let refused = put(&server, &person, PATH, &json!({ "rules": rules })).await;
        assert_eq!(refused.problem(400), field, "{rules}");
    }
    assert_eq!(server.get_as(&person, PATH).await.json(), json!({"rules": []}));
    server.stop().await;
}

#[tokio::test]
async fn a_rule_is_tried_on_the_past_and_does_what_it_said_once_it_is_set() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let person = admin(&server, &acme).await;
    for (no, (asset, cluster)) in [("db-1", "a"), ("db-2", "a"), ("db-3", "a"), ("web-1", "b")]
        .iter()
        .enumerate()
    {
        let sent = server
            .deliver(&acme, Some(&format!("d-{no}")), of_cluster(asset, cluster).to_string())
            .await;
        assert_eq!(sent.status, 200, "{}", sent.text);
        server.settle(&acme).await;
        server.clock.advance(std::time::Duration::from_secs(60));
    }
    let rules = json!([{"name": "clusters", "match": "labels.cluster != ''", "group_by": ["labels.cluster"]}]);
    let path = format!("{PATH}/try");
    let tried = server.post_as(&person, &path, &json!({ "rules": rules })).await;
    assert_eq!(tried.status, 200, "{}", tried.text);
    let tried = tried.json();
    assert_eq!(
        (&tried["alerts"], &tried["truncated"], &tried["unlike_recorded"]),
        (&json!(4), &json!(false), &json!(0)),
        "under the rules in force it is as it was: {tried}"
    );
    assert_eq!(
        (&tried["before"]["incidents"], &tried["after"]["incidents"]),
        (&json!(4), &json!(2))
    );
    assert_eq!(tried["before"]["noise_reduction"], 0.0);
    assert_eq!(tried["after"]["noise_reduction"], 0.5);
    assert_eq!(tried["moved"], 2, "{tried}");
    assert_eq!(
        (
            &tried["moved_alerts"][0]["layer_after"],
            &tried["moved_alerts"][0]["by_rule"]
        ),
        (&json!("grouping"), &json!("clusters"))
    );
    let few = json!([{"name": "many", "min_alerts": 9}]);
    let few = server.post_as(&person, &path, &json!({ "rules": few })).await.json();
    assert_eq!(
        (&few["after"]["incidents"], &few["after"]["unmatched"]),
        (&json!(0), &json!(4))
    );
    let incidents = server.all(&acme, "/api/incidents", 50).await;
    assert_eq!(incidents.len(), 4, "nothing was changed");
    let wrong = json!({"rules": [{"name": "a", "match": "host"}]});
    assert_eq!(
        server.post_as(&person, &path, &wrong).await.problem(400),
        "rules[0].match"
    );

    put(&server, &person, PATH, &json!({ "rules": rules })).await;
    for (no, asset) in ["db-7", "db-8"].iter().enumerate() {
        server
            .deliver(&acme, Some(&format!("e-{no}")), of_cluster(asset, "c").to_string())
            .await;
    }
    server.settle(&acme).await;
    assert_eq!(
        server.all(&acme, "/api/incidents", 50).await.len(),
        5,
        "two alerts, one incident"
    );
    let again = server.post_as(&person, &path, &json!({})).await.json();
    assert_eq!((&again["moved"], &again["after"]["incidents"]), (&json!(0), &json!(3)));
    server.stop().await;
}
