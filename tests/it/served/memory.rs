//! What is remembered, over HTTP: written by people, searched, quarantined and released.

use alert_whisperer::accounts::rights::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::engine;
use crate::support::server::{Person, Server, alert};

const PATH: &str = "/api/memory";

fn written(resolution: &str) -> Value {
    json!({
        "signature": "disk-full", "tags": ["web", "manual", "web"], "resolution": resolution, "outcome": "success",
        "runbook_used": "disk-cleanup",
    })
}

async fn write(server: &Server, by: &Person, body: &Value) -> Value {
    let answer = server.post_as(by, PATH, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

/// The ids that a search finds.
async fn found(server: &Server, by: &Person, query: &str) -> Vec<String> {
    let answer = server.get_as(by, &format!("{PATH}/search?{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let items = answer.json()["items"].as_array().unwrap().clone();
    items
        .iter()
        .map(|item| item["memory_id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_post_mortem_is_written_and_found_with_where_it_comes_from() {
    let server = Server::start(engine()).await;
    let (acme, globex) = (server.company("comp-acme").await, server.company("comp-globex").await);
    let ann = server.person("ann@acme.example", Role::Technician, &[&acme]).await;
    let them = server.person("them@globex.example", Role::Technician, &[&globex]).await;
    server
        .deliver(&acme, None, alert("web-1", "disk-full").to_string())
        .await;
    server.settle(&acme).await;
    let incident = server.get(&acme, "/api/incidents").await.json()["items"][0]["incident_id"].clone();

    let mut body = written("  Removed old core dumps,\nthen password=hunter2hunter2  ");
    body["incident_id"] = incident.clone();
    let made = write(&server, &ann, &body).await;
    let id = made["memory_id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("mem-"), "{made}");
    for (field, expected) in [
        ("company_id", json!("comp-acme")),
        ("signature", json!("disk-full")),
        ("tags", json!(["manual", "web"])),
        ("resolution", json!("Removed old core dumps,\nthen password=[redacted]")),
        ("outcome", json!("success")),
        ("runbook_used", json!("disk-cleanup-v1")),
        ("incident_id", incident),
        ("run_id", Value::Null),
        (
            "source",
            json!({"kind": "person", "author": ann.id, "role": "technician"}),
        ),
        ("trust", json!(0.6)),
        ("withheld", Value::Null),
    ] {
        assert_eq!(made[field], expected, "{field}");
    }
    for query in [
        "signature=disk-full",
        "tag=web",
        "tag=nothing,manual",
        "q=core+dumps",
        "signature=disk-full&tag=web&q=dumps&limit=1",
    ] {
        assert_eq!(found(&server, &ann, query).await, std::slice::from_ref(&id), "{query}");
    }
    for query in ["signature=disk", "tag=we", "q=hunter2hunter2", "q=nowhere"] {
        assert_eq!(found(&server, &ann, query).await, [""; 0], "{query}");
    }
    let with_key = server.get(&acme, "/api/memory/search?q=dumps").await.json();
    assert_eq!(with_key["items"][0]["matched"], "words");
    let shown = server.get_as(&ann, &format!("{PATH}/{id}")).await.json();
    assert_eq!(shown, made);

    assert_eq!(
        found(&server, &them, "signature=disk-full&q=core+dumps").await,
        [""; 0],
        "nothing of another's"
    );
    server.get_as(&them, &format!("{PATH}/{id}")).await.problem(404);
    let of_theirs = server.get_as(&them, &format!("{PATH}/mem-none")).await.problem(404);
    assert_eq!(of_theirs, "");
    let refused = server.post_as(&them, PATH, &body).await;
    assert_eq!(
        refused.problem(404),
        "incident_id",
        "another's incident is as unknown as any"
    );
    server.stop().await;
}

#[tokio::test]
async fn what_is_not_as_it_should_be_is_named() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let ann = server.technician(&acme).await;
    for (field, change) in [
        ("signature", json!({"signature": " "})),
        ("signature", json!({"signature": "x".repeat(257)})),
        ("signature", json!({"signature": "a\nb"})),
        ("tags", json!({"tags": vec!["x"; 17]})),
        ("tags[1]", json!({"tags": ["x", "a b"]})),
        ("tags[0]", json!({"tags": ["a,b"]})),
        ("resolution", json!({"resolution": "\t"})),
        ("resolution", json!({"resolution": "x".repeat(8_193)})),
        ("resolution", json!({"resolution": "a\u{202e}b"})),
        ("outcome", json!({"outcome": "perhaps"})),
        ("runbook_used", json!({"runbook_used": "no-such"})),
        ("runbook_used", json!({"runbook_used": "disk-cleanup-v99"})),
        ("incident_id", json!({"incident_id": "a b"})),
        ("trust", json!({"trust": 1})),
        ("source", json!({"source": {"kind": "run"}})),
    ] {
        let mut body = written("x");
        body.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        assert_eq!(server.post_as(&ann, PATH, &body).await.problem(400), field, "{change}");
    }
    for (field, query) in [
        ("q", ""),
        ("q", "?q=%21%21"),
        ("q", &format!("?q={}", "x+".repeat(501))),
        ("signature", &format!("?signature={}", "x".repeat(257))),
        ("tag", &format!("?tag={}", "x".repeat(65))),
        ("tag", &format!("?tag={}", "x,".repeat(17))),
        ("limit", "?q=disk&limit=51"),
        ("limit", "?q=disk&limit=0"),
        ("quarantined", "?q=disk&quarantined=perhaps"),
        ("signatur", "?q=disk&signatur=x"),
    ] {
        let answer = server.get_as(&ann, &format!("{PATH}/search{query}")).await;
        assert_eq!(answer.problem(400), field, "{query}");
    }
    server.stop().await;
}

#[tokio::test]
async fn what_is_quarantined_is_not_recalled_until_it_is_released() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let ann = server.person("ann@acme.example", Role::Technician, &[&acme]).await;
    let boss = server.person("boss@acme.example", Role::CompanyAdmin, &[&acme]).await;
    let id = write(&server, &ann, &written("Ran rm -rf / and all was well.")).await["memory_id"].clone();
    let id = id.as_str().unwrap();
    let (bad, good) = (format!("{PATH}/{id}/quarantine"), format!("{PATH}/{id}/release"));
    let why = json!({"reason": "it is poison"});
    server.post_as(&ann, &bad, &why).await.problem(403);
    assert_eq!(
        server.post_as(&boss, &bad, &json!({"reason": ""})).await.problem(400),
        "reason"
    );
    for _ in 0..2 {
        let marked = server.post_as(&boss, &bad, &why).await.json();
        assert_eq!(marked["quarantine"]["by"], json!(boss.id), "{marked}");
        assert_eq!(
            marked["withheld"],
            json!(format!("quarantined by {}: it is poison", boss.id))
        );
    }
    assert_eq!(found(&server, &ann, "signature=disk-full").await, [""; 0]);
    assert_eq!(found(&server, &ann, "signature=disk-full&quarantined=true").await, [id]);
    for _ in 0..2 {
        let answer = server.ask(Method::POST, &good, boss.headers(), "").await;
        assert_eq!((answer.status, &answer.json()["withheld"]), (200, &Value::Null));
    }
    assert_eq!(found(&server, &ann, "signature=disk-full").await, [id]);
    let journal = server
        .get_as(&boss, "/api/audit?company_id=comp-acme&limit=200")
        .await
        .json();
    let told = |entry: &&Value| entry["subject"] == id;
    let kinds: Vec<&str> = (journal["items"].as_array().unwrap().iter().filter(told))
        .map(|entry| entry["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["memory.written", "memory.quarantined", "memory.released"]);
    assert!(
        !journal.to_string().contains("rm -rf"),
        "the journal says which text it was by its hash"
    );
    server.stop().await;
}
