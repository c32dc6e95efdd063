//! A company's settings, keys and secrets: changed by who may, in force at once, without a restart.
//!
//! Code map: `credentials` keys and secrets, `config` assets and the whole as one document; settings stand here.

mod config;
mod credentials;

use std::time::Duration;

use actors::port::Clock;
use alert_whisperer::accounts::rights::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::engine;
use crate::support::engine::Home;
use crate::support::server::{Answer, Company, Person, Server, alert, key};

async fn ask(server: &Server, person: &Person, method: Method, path: &str, body: Value) -> Answer {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    server.ask(method, path, person.headers(), body).await
}

async fn boss(server: &Server, company: &Company) -> Person {
    server.person("boss@acme.example", Role::CompanyAdmin, &[company]).await
}

async fn send(server: &Server, company: &Company) -> u16 {
    server
        .deliver(company, None, alert("web-1", "disk").to_string())
        .await
        .status
}

#[tokio::test]
async fn settings_hold_for_the_next_alert() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let boss = boss(&server, &acme).await;
    let opened = async |asset: &str, signature: &str| {
        let sent = server
            .deliver(&acme, None, alert(asset, signature).to_string())
            .await
            .json();
        server.settle(&acme).await;
        let path = format!("/api/alerts/{}", sent["alert_id"].as_str().unwrap());
        server.get(&acme, &path).await.json()["incident_id"].clone()
    };
    let before = opened("web-1", "disk").await;
    assert_ne!(opened("web-1", "memory").await, before);
    let correlation = "/api/companies/comp-acme/correlation";
    let asked = json!({"aggregation_key": "asset"});
    let set = ask(&server, &boss, Method::PUT, correlation, asked.clone())
        .await
        .json();
    assert_eq!((&set["aggregation_key"], &set["version"]), (&json!("asset"), &json!(2)));
    let by_asset = opened("web-2", "disk").await;
    assert_eq!(
        opened("web-2", "memory").await,
        by_asset,
        "grouped by asset from now on"
    );
    assert_eq!(
        ask(&server, &boss, Method::PUT, correlation, asked).await.json()["version"],
        2,
        "nothing has changed"
    );

    let limit = json!({"requests_per_minute": 1, "burst_size": 5});
    let path = "/api/companies/comp-acme/rate-limit";
    assert_eq!(
        ask(&server, &boss, Method::PUT, path, limit.clone()).await.json(),
        limit
    );
    // Each another alert: one that is sent twice in a second is a duplicate, and costs nothing.
    let mut answers = Vec::new();
    for asset in 0..6 {
        let body = alert(&format!("web-{asset}"), "cpu").to_string();
        answers.push(server.deliver(&acme, None, body).await.status);
    }
    assert_eq!(
        answers,
        [200, 200, 200, 200, 429, 429],
        "the last fifth is for resolves and criticals"
    );
    for (path, body, field) in [
        (correlation, json!({"window_minutes": 900}), "window_minutes"),
        (correlation, json!({"windows": 5}), "windows"),
        (path, json!({"burst_size": 0}), "burst_size"),
    ] {
        assert_eq!(
            ask(&server, &boss, Method::PUT, path, body.clone()).await.problem(400),
            field,
            "{body}"
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn of_many_who_change_one_thing_none_is_lost() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let boss = boss(&server, &acme).await;
    let keys = "/api/companies/comp-acme/api-keys";
    let rename = |n: usize| {
        let body = json!({"name": format!("Acme {n}")});
        ask(&server, &boss, Method::PATCH, "/api/companies/comp-acme", body)
    };
    let renamed = futures::future::join_all((0..4).map(rename)).await;
    assert!(renamed.iter().all(|answer| answer.status == 200));
    let version = ask(&server, &boss, Method::GET, "/api/companies/comp-acme", Value::Null)
        .await
        .json()["version"]
        .clone();
    assert_eq!(version, 5);
    let make = |n: usize| {
        ask(
            &server,
            &boss,
            Method::POST,
            keys,
            json!({"name": format!("{n}"), "scopes": ["read"]}),
        )
    };
    let made = futures::future::join_all((0..16).map(make)).await;
    assert!(made.iter().all(|answer| answer.status == 200));
    let listed = ask(&server, &boss, Method::GET, keys, Value::Null).await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 17);
    server.stop().await;
}

#[tokio::test]
async fn a_company_is_founded_archived_and_opened_again() {
    let server = Server::start(engine()).await;
    let root = server.msp_admin().await;
    let made = ask(
        &server,
        &root,
        Method::POST,
        "/api/companies",
        json!({"name": "Acme", "id": "comp-acme"}),
    )
    .await
    .json();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    let acme = Company {
        id: text("company_id").parse().unwrap(),
        key: text("api_key"),
        secret: text("webhook_secret"),
    };
    ask(
        &server,
        &root,
        Method::POST,
        "/api/companies",
        json!({"name": "Again", "id": "comp-acme"}),
    )
    .await
    .problem(409);
    assert_eq!(send(&server, &acme).await, 200);
    server.settle(&acme).await;
    let boss = boss(&server, &acme).await;
    ask(&server, &boss, Method::DELETE, "/api/companies/comp-acme", Value::Null)
        .await
        .problem(403);
    ask(&server, &boss, Method::POST, "/api/companies", json!({"name": "Mine"}))
        .await
        .problem(403);
    let archived = ask(&server, &root, Method::DELETE, "/api/companies/comp-acme", Value::Null)
        .await
        .json();
    assert!(archived["archived_at"].is_string());
    assert_eq!(send(&server, &acme).await, 403, "its sender learns why");
    let kept = server.get_as(&root, "/api/incidents?company_id=comp-acme").await.json();
    assert_eq!(
        kept["items"].as_array().unwrap().len(),
        1,
        "what there is stays readable"
    );
    ask(
        &server,
        &root,
        Method::POST,
        "/api/companies/comp-acme/restore",
        Value::Null,
    )
    .await;
    assert_eq!(send(&server, &acme).await, 200);
    let mut stream = server
        .stream(Method::GET, "/api/events", root.headers(), String::new())
        .await;
    assert_eq!(stream.next().await.unwrap().json()["company_ids"], json!(["comp-acme"]));
    ask(
        &server,
        &root,
        Method::POST,
        "/api/companies",
        json!({"name": "Globex"}),
    )
    .await;
    let last = stream.rest().await;
    assert_eq!(
        last.last().unwrap().name,
        "ended",
        "who reads all companies connects again for a new one"
    );
    let listed = server.get_as(&root, "/api/companies").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    server.stop().await;
}

#[tokio::test]
async fn who_changed_what_stands_in_the_companys_journal() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let boss = boss(&server, &acme).await;
    let start = server.stream(Method::GET, "/api/events", boss.headers(), String::new());
    let mut stream = start.await;
    assert_eq!(stream.next().await.unwrap().name, "start");
    ask(
        &server,
        &boss,
        Method::PATCH,
        "/api/companies/comp-acme",
        json!({"name": "Acme & Sons"}),
    )
    .await;
    let told = stream.next().await.unwrap();
    assert_eq!(told.name, "company.changed");
    let entry = told.json();
    assert_eq!(
        (&entry["actor"], &entry["subject"]),
        (&json!(boss.id), &json!("comp-acme"))
    );
    assert_eq!(
        (&entry["data"]["before"]["name"], &entry["data"]["after"]["name"]),
        (&json!("comp-acme"), &json!("Acme & Sons"))
    );
    assert_eq!(entry["data"]["from"]["address"], "127.0.0.1");
    server.stop().await;
}

#[tokio::test]
async fn an_incident_that_rests_follows_changed_settings_at_once() {
    let home = Home::on(engine());
    let server = Server::start_in(&home).await;
    let acme = server.company("comp-acme").await;
    let root = server.msp_admin().await;
    server.deliver(&acme, None, alert("web-1", "disk").to_string()).await;
    server.settle(&acme).await;
    server.clock.advance(Duration::from_secs(20 * 60));
    let now = server.clock.now();
    server.stop().await;
    // Nobody is woken by a start: it rests until it is stale after a day.
    let server = Server::start_in(&home).await;
    server.clock.set(now);
    let mut stream = server
        .stream(Method::GET, "/api/events", key(&acme), String::new())
        .await;
    let path = "/api/companies/comp-acme/correlation";
    let changed = ask(&server, &root, Method::PUT, path, json!({"stale_after_minutes": 15})).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    while stream.next().await.unwrap().name != "incident.resolved" {}
    server.stop().await;
}
