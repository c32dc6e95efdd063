//! What should speak and falls silent.

use reqwest::Method;
use serde_json::json;

use super::engine;
use super::formats::unsigned;
use super::intake::{admin, put};
use crate::support::process::{PATIENCE, eventually};
use crate::support::server::{Server, key};

#[tokio::test]
async fn a_source_that_falls_silent_opens_an_incident_and_its_next_word_ends_it() {
    let server = Server::start(engine()).await;
    let acme = unsigned(&server, "comp-acme").await;
    let person = admin(&server, &acme).await;
    let of = |name: &str| format!("/api/companies/comp-acme/heartbeats/{name}");
    let wanted = json!({"every_seconds": 120, "severity": "critical"});
    let set = put(&server, &person, &of("backup"), &wanted).await;
    assert_eq!(set.status, 200, "{}", set.text);
    for name in ["a%20b", ".hidden"] {
        assert_eq!(put(&server, &person, &of(name), &wanted).await.problem(400), "name");
    }
    assert_eq!(
        put(&server, &person, &of("x"), &json!({"every_seconds": 5}))
            .await
            .problem(400),
        "every_seconds"
    );
    let ping = async |name: &str| {
        let path = format!("/api/heartbeats/{name}");
        server
            .ask(Method::POST, &path, key(&acme), "whatever a tool says")
            .await
    };
    ping("nobody").await.problem(404);
    let other = server.company("comp-other").await;
    let others = server
        .ask(Method::POST, "/api/heartbeats/backup", key(&other), "")
        .await;
    assert_eq!(others.problem(401), "X-Signature", "its key may not send unsigned");

    let after = |seconds: u64| server.clock.advance(std::time::Duration::from_secs(seconds));
    after(100);
    let heard = ping("backup").await;
    assert_eq!(
        heard.json()["last_seen_at"],
        "2026-01-31T08:01:40.000Z",
        "{}",
        heard.text
    );
    after(100);
    assert_eq!(server.heartbeats().look().await, 0, "it was heard of meanwhile");
    after(21);
    // Whoever looks first, it is told once: the server itself looks too.
    server.heartbeats().look().await;
    server.heartbeats().look().await;
    server.settle(&acme).await;
    let alerts = server.all(&acme, "/api/alerts", 50).await;
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    let incident = server.get(&acme, "/api/incidents").await.json()["items"][0].clone();
    assert_eq!(
        (&incident["asset_name"], &incident["signature"]),
        (&json!("backup"), &json!("heartbeat-missing"))
    );
    assert_eq!(incident["severity"], "critical");
    let shown = server
        .get_as(&person, "/api/companies/comp-acme/heartbeats")
        .await
        .json();
    assert_eq!(
        shown["items"][0]["silent_since_at"], "2026-01-31T08:03:41.000Z",
        "{shown}"
    );

    after(5);
    assert_eq!(ping("backup").await.status, 200);
    let path = format!("/api/incidents/{}", incident["incident_id"].as_str().unwrap());
    eventually("the incident to be over", PATIENCE, async || {
        let shown = server.get(&acme, &path).await.json();
        (shown["status"] == "resolved").then_some(())
    })
    .await;
    after(121);
    server.heartbeats().look().await;
    server.settle(&acme).await;
    assert_eq!(server.all(&acme, "/api/alerts", 50).await[0]["status"], "firing");
    assert_eq!(
        put(&server, &person, &of("backup"), &json!({"every_seconds": 180}))
            .await
            .json()["severity"],
        "critical"
    );
    let removed = server.ask(Method::DELETE, &of("backup"), person.headers(), "").await;
    assert_eq!(removed.status, 200, "{}", removed.text);
    ping("backup").await.problem(404);
    server.settle(&acme).await;
    let last = &server.all(&acme, "/api/alerts", 50).await[0];
    assert_eq!(
        last["status"], "resolved",
        "whatever is listened for no more is not missed: {last}"
    );
    after(10_000);
    assert_eq!(server.heartbeats().look().await, 0);
    server.stop().await;
}

#[tokio::test]
async fn a_heartbeat_is_not_held_to_what_nobody_could_hear() {
    let home = crate::support::engine::Home::on(engine());
    let server = Server::start_in(&home).await;
    let acme = unsigned(&server, "comp-acme").await;
    let person = admin(&server, &acme).await;
    let path = "/api/companies/comp-acme/heartbeats/backup";
    put(&server, &person, path, &json!({"every_seconds": 120})).await;
    server.stop().await;

    let server = Server::start_at_later(&home, std::time::Duration::from_secs(3_600)).await;
    assert_eq!(server.heartbeats().look().await, 0, "it was silent while we were away");
    server.clock.advance(std::time::Duration::from_secs(121));
    server.heartbeats().look().await;
    server.settle(&acme).await;
    assert_eq!(server.all(&acme, "/api/alerts", 50).await.len(), 1);
    server.stop().await;
}

#[tokio::test]
async fn a_signed_word_is_its_own_heartbeats_and_of_its_own_moment() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let person = admin(&server, &acme).await;
    for name in ["backup", "other"] {
        let path = format!("/api/companies/comp-acme/heartbeats/{name}");
        put(&server, &person, &path, &json!({"every_seconds": 120})).await;
    }
    let body = r#"{"heartbeat":"backup"}"#;
    let signed = server.signed(&acme, None, body.as_bytes());
    let ping = async |name: &str| {
        let path = format!("/api/heartbeats/{name}");
        server.ask(Method::POST, &path, signed.clone(), body).await
    };
    let heard = ping("backup").await;
    assert_eq!(heard.status, 200, "{}", heard.text);
    let at = heard.json()["last_seen_at"].clone();
    assert_eq!(ping("other").await.problem(400), "heartbeat");

    server.clock.advance(std::time::Duration::from_secs(100));
    assert_eq!(ping("backup").await.json()["last_seen_at"], at, "a replay is no news");
    server.clock.advance(std::time::Duration::from_secs(30));
    assert_eq!(ping("backup").await.json()["last_seen_at"], at);
    server.heartbeats().look().await;
    let shown = server.get_as(&person, "/api/companies/comp-acme/heartbeats").await;
    let silent: Vec<bool> = shown.json()["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|heartbeat| heartbeat["silent_since_at"].is_string())
        .collect();
    assert_eq!(silent, [true, true], "{}", shown.text);
    // A word that was signed longer ago than it may be silent says so, to a sender whose clock is slow.
    let late = server.signed(&acme, None, body.as_bytes());
    server.clock.advance(std::time::Duration::from_secs(121));
    let path = "/api/heartbeats/backup";
    let refused = server.ask(Method::POST, path, late, body).await;
    assert_eq!(refused.problem(400), "X-Timestamp");
    ping("backup").await;
    server.settle(&acme).await;
    let alerts = server.all(&acme, "/api/alerts", 50).await;
    assert_eq!(alerts.len(), 2, "nor does it end a silence: {alerts:?}");
    server.stop().await;
}
