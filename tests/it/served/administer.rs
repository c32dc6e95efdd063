//! A company's settings, keys and secrets: changed by who may, in force at once, without a restart.

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
async fn a_key_is_good_from_its_making_to_its_end() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let boss = boss(&server, &acme).await;
    let keys = "/api/companies/comp-acme/api-keys";
    server.clock.advance(Duration::from_secs(1));
    let end = server.clock.now().plus(Duration::from_secs(3600));
    let asked = json!({"name": "zabbix", "scopes": ["ingest"], "expires_at": end});
    let made = ask(&server, &boss, Method::POST, keys, asked).await.json();
    let zabbix = Company {
        key: made["api_key"].as_str().unwrap().to_owned(),
        ..acme.clone()
    };
    let listed = ask(&server, &boss, Method::GET, keys, Value::Null).await;
    assert!(
        !listed.text.contains("awk_") && !listed.text.contains("hash"),
        "{}",
        listed.text
    );
    let item = |listed: &Answer| listed.json()["items"][1].clone();
    assert_eq!(
        (&item(&listed)["name"], &item(&listed)["last_used_at"]),
        (&json!("zabbix"), &Value::Null)
    );
    assert_eq!(send(&server, &zabbix).await, 200);
    server.get(&zabbix, "/api/incidents").await.problem(403);
    let used = item(&ask(&server, &boss, Method::GET, keys, Value::Null).await);
    assert!(used["last_used_at"].is_string(), "{used}");

    server.clock.advance(Duration::from_secs(3600));
    assert_eq!(send(&server, &zabbix).await, 401, "it has expired");
    let boss = server.person("boss2@acme.example", Role::CompanyAdmin, &[&acme]).await;
    let first = ask(&server, &boss, Method::GET, keys, Value::Null).await.json()["items"][0]["key_id"].clone();
    let path = format!("{keys}/{}", first.as_str().unwrap());
    assert_eq!(send(&server, &acme).await, 200);
    let mut stream = server
        .stream(
            Method::GET,
            "/api/events",
            crate::support::server::key(&acme),
            String::new(),
        )
        .await;
    for _ in 0..2 {
        assert_eq!(
            ask(&server, &boss, Method::DELETE, &path, Value::Null).await.status,
            200
        );
    }
    assert_eq!(send(&server, &acme).await, 401, "it is revoked");
    while stream.next().await.is_some_and(|event| event.name != "ended") {}
    for (body, field) in [
        (json!({"name": "x", "scopes": []}), "scopes"),
        (json!({"name": "x", "scopes": ["act"]}), "scopes[0]"),
        (json!({"name": "", "scopes": ["read"]}), "name"),
        (
            json!({"name": "x", "scopes": ["read"], "expires_at": "2001-01-01T00:00:00Z"}),
            "expires_at",
        ),
        (
            json!({"name": "x", "scopes": ["read"], "company_id": "comp-other"}),
            "company_id",
        ),
        (json!({"name": "x", "scopes": ["read"], "key_hash": "00"}), "key_hash"),
    ] {
        assert_eq!(
            ask(&server, &boss, Method::POST, keys, body.clone()).await.problem(400),
            field,
            "{body}"
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn two_secrets_live_while_one_takes_over_from_the_other() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let boss = boss(&server, &acme).await;
    let secrets = "/api/companies/comp-acme/webhook-secrets";
    server.clock.advance(Duration::from_secs(1));
    let made = ask(&server, &boss, Method::POST, secrets, json!({"overlap_minutes": 60}))
        .await
        .json();
    let next = Company {
        secret: made["webhook_secret"].as_str().unwrap().to_owned(),
        ..acme.clone()
    };
    assert_eq!((send(&server, &acme).await, send(&server, &next).await), (200, 200));
    ask(&server, &boss, Method::POST, secrets, Value::Null)
        .await
        .problem(409);
    server.clock.advance(Duration::from_secs(3600));
    assert_eq!((send(&server, &acme).await, send(&server, &next).await), (401, 200));
    let boss = server.person("boss2@acme.example", Role::CompanyAdmin, &[&acme]).await;
    let listed = ask(&server, &boss, Method::GET, secrets, Value::Null).await;
    assert!(
        !listed.text.contains("whsec_") && !listed.text.contains("sealed"),
        "{}",
        listed.text
    );
    let live: Vec<bool> = listed.json()["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["live"] == true)
        .collect();
    assert_eq!(live, [false, true]);
    let only = format!("{secrets}/{}", made["secret_id"].as_str().unwrap());
    ask(&server, &boss, Method::DELETE, &only, Value::Null)
        .await
        .problem(409);
    let third = ask(&server, &boss, Method::POST, secrets, Value::Null).await.json();
    let third = Company {
        secret: third["webhook_secret"].as_str().unwrap().to_owned(),
        ..acme.clone()
    };
    assert_eq!(
        ask(&server, &boss, Method::DELETE, &only, Value::Null).await.status,
        200
    );
    assert_eq!((send(&server, &next).await, send(&server, &third).await), (401, 200));
    server.stop().await;
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
async fn assets_are_kept_and_a_critical_one_makes_its_incidents_more_urgent() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let boss = boss(&server, &acme).await;
    assert_eq!(send(&server, &acme).await, 200);
    server.settle(&acme).await;
    let sent = ask(
        &server,
        &boss,
        Method::POST,
        "/api/companies/comp-acme/test-alert",
        Value::Null,
    )
    .await
    .json();
    server.settle(&acme).await;
    let seen = server
        .get(&acme, &format!("/api/alerts/{}", sent["alert_id"].as_str().unwrap()))
        .await
        .json();
    assert_eq!(
        (&seen["state"], &seen["labels"]["test"]),
        (&json!("placed"), &json!("true"))
    );
    let of_web = "/api/incidents?signature=disk";
    let urgency = async || {
        server.get(&acme, of_web).await.json()["items"][0]["priority_score"]
            .as_i64()
            .unwrap()
    };
    let ordinary = urgency().await;
    let assets = "/api/companies/comp-acme/assets";
    let put = async |name: &str, body: Value| ask(&server, &boss, Method::PUT, &format!("{assets}/{name}"), body).await;
    assert_eq!(
        put("web-1", json!({"depends_on": ["db-1"]})).await.problem(400),
        "assets",
        "there is no db-1 yet"
    );
    assert_eq!(put("db-1", json!({"criticality": "high"})).await.status, 200);
    assert_eq!(
        put("web-1", json!({"criticality": "critical", "depends_on": ["db-1"]}))
            .await
            .status,
        200
    );
    assert_eq!(urgency().await, ordinary + 20);
    assert_eq!(
        put("db-1", json!({"depends_on": ["web-1"]})).await.problem(400),
        "assets",
        "a circle"
    );
    assert_eq!(
        put("db-1", json!({"criticality": "grave"})).await.problem(400),
        "criticality"
    );
    let remove = async |name: &str| ask(&server, &boss, Method::DELETE, &format!("{assets}/{name}"), Value::Null).await;
    remove("db-1").await.problem(400);
    assert_eq!((remove("web-1").await.status, remove("db-1").await.status), (200, 200));
    remove("db-1").await.problem(404);
    assert_eq!(urgency().await, ordinary);
    let odd = "r%C3%A4ck%20%2F1";
    assert_eq!(put(odd, json!({})).await.json()["name"], "räck /1");
    assert_eq!(server.get(&acme, assets).await.json()["items"][0]["name"], "räck /1");
    server.stop().await;
}

#[tokio::test]
async fn a_configuration_is_taken_out_compared_and_put_in_force_whole() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let boss = boss(&server, &acme).await;
    let path = "/api/companies/comp-acme/config";
    let before = ask(&server, &boss, Method::GET, path, Value::Null).await.json();
    let again = ask(&server, &boss, Method::PUT, path, before.clone()).await.json();
    assert_eq!(
        again,
        json!({"applied": true, "changes": {}}),
        "what was taken out changes nothing"
    );
    let mut wanted = before.clone();
    wanted["name"] = json!("Acme & Sons");
    wanted["correlation"]["window_minutes"] = json!(5);
    wanted["assets"] = json!({"db-1": {"criticality": "critical"}, "web-1": {"depends_on": ["db-1"]}});
    let dry = ask(
        &server,
        &boss,
        Method::PUT,
        &format!("{path}?dry_run=true"),
        wanted.clone(),
    )
    .await
    .json();
    assert_eq!(dry["applied"], false);
    assert_eq!(
        dry["changes"]["correlation.window_minutes"],
        json!({"before": 15, "after": 5})
    );
    let names: Vec<&String> = dry["changes"].as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        ["assets.db-1", "assets.web-1", "correlation.window_minutes", "name"]
    );
    assert_eq!(
        ask(&server, &boss, Method::GET, path, Value::Null).await.json(),
        before,
        "nothing was done"
    );
    let done = ask(&server, &boss, Method::PUT, path, wanted.clone()).await.json();
    assert_eq!((&done["applied"], &done["changes"]), (&json!(true), &dry["changes"]));
    let after = ask(&server, &boss, Method::GET, path, Value::Null).await.json();
    assert_eq!(
        (&after["name"], &after["assets"]["web-1"]["depends_on"]),
        (&json!("Acme & Sons"), &json!(["db-1"]))
    );
    let company = server.get(&acme, "/api/companies/comp-acme").await.json();
    assert_eq!(company["correlation"]["window_minutes"], 5);
    wanted["assets"]["web-1"]["depends_on"] = json!(["nobody"]);
    wanted["name"] = json!("Never");
    assert_eq!(
        ask(&server, &boss, Method::PUT, path, wanted.clone())
            .await
            .problem(400),
        "assets"
    );
    wanted["mystery"] = json!(1);
    assert_eq!(
        ask(&server, &boss, Method::PUT, path, wanted).await.problem(400),
        "mystery"
    );
    assert_eq!(
        ask(&server, &boss, Method::GET, path, Value::Null).await.json(),
        after,
        "whole or not at all"
    );
    server.stop().await;
}

#[tokio::test]
async fn a_configuration_that_another_has_changed_since_is_not_put_in_force() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    server.company("comp-globex").await;
    let (boss, root) = (boss(&server, &acme).await, server.msp_admin().await);
    let path = "/api/companies/comp-acme/config";
    let taken_out = ask(&server, &boss, Method::GET, path, Value::Null).await;
    let (tag, document) = (taken_out.header("etag").to_owned(), taken_out.json());
    assert_eq!(document["company_id"], "comp-acme");
    assert_eq!(
        document["correlation"]["version"],
        Value::Null,
        "that is ours, and noise in git"
    );
    let put = async |tag: &str, document: &Value| {
        let mut headers = boss.headers();
        headers.insert("if-match", tag.parse().unwrap());
        server.ask(Method::PUT, path, headers, document.to_string()).await
    };
    // Another changes what is not even in the same section.
    let asset = format!("{}/assets/db-1", path.trim_end_matches("/config"));
    ask(&server, &boss, Method::PUT, &asset, json!({"criticality": "critical"})).await;
    let mut mine = document.clone();
    mine["name"] = json!("Mine");
    let stale = put(&tag, &mine).await;
    assert_eq!(stale.problem(412), "If-Match");
    let now = ask(&server, &boss, Method::GET, path, Value::Null).await;
    assert_eq!(
        (&now.json()["name"], &now.json()["assets"]["db-1"]["criticality"]),
        (&document["name"], &json!("critical"))
    );
    mine["assets"] = now.json()["assets"].clone();
    assert_eq!(put(now.header("etag"), &mine).await.json()["applied"], true);
    assert_eq!(
        put(now.header("etag"), &mine).await.status,
        412,
        "one's own change counts too"
    );
    let other = "/api/companies/comp-globex/config";
    assert_eq!(
        ask(&server, &root, Method::PUT, other, mine.clone()).await.problem(400),
        "company_id"
    );
    mine.as_object_mut().unwrap().remove("company_id");
    assert_eq!(
        ask(&server, &root, Method::PUT, other, mine).await.json()["applied"],
        true,
        "as a pattern"
    );
    server.stop().await;
}

#[tokio::test]
async fn what_is_wrong_is_named_where_it_stands() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let root = server.msp_admin().await;
    let wrong = [
        (
            Method::PUT,
            "/api/companies/comp-acme/correlation",
            json!({"window_minutes": 99}),
            "window_minutes",
        ),
        (
            Method::PUT,
            "/api/companies/comp-acme/rate-limit",
            json!({"burst_size": 1}),
            "burst_size",
        ),
        (
            Method::PUT,
            "/api/companies/comp-acme/config",
            json!({"name": "x", "rate_limit": {"burst_size": 1}}),
            "rate_limit.burst_size",
        ),
        (Method::POST, "/api/companies", json!({"name": "a\u{202e}b"}), "name"),
        (Method::POST, "/api/companies", json!({"name": "x", "id": ".."}), "id"),
        (
            Method::POST,
            "/api/users",
            json!({"email": "a@b.example", "role": "technician", "company_ids": ["comp-none"]}),
            "company_ids",
        ),
        (
            Method::POST,
            "/api/users",
            json!({"email": "ro\u{200b}ot@example.com", "role": "msp_admin"}),
            "email",
        ),
    ];
    for (method, path, body, field) in wrong {
        assert_eq!(
            ask(&server, &root, method, path, body.clone()).await.problem(400),
            field,
            "{body}"
        );
    }
    let path = "/api/companies/comp-acme/assets/%FF";
    assert_eq!(
        ask(&server, &root, Method::PUT, path, json!({})).await.problem(400),
        "path"
    );
    drop(acme);
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

#[tokio::test]
async fn when_a_key_was_last_used_is_known_after_a_restart() {
    let home = Home::on(engine());
    let server = Server::start_in(&home).await;
    let acme = server.company("comp-acme").await;
    let boss = boss(&server, &acme).await;
    let used_at = async |server: &Server| {
        let keys = server.get_as(&boss, "/api/companies/comp-acme/api-keys").await.json();
        keys["items"][0]["last_used_at"].clone()
    };
    assert_eq!(used_at(&server).await, Value::Null);
    server.clock.advance(Duration::from_secs(60));
    server.get(&acme, "/api/incidents").await;
    let now = json!(server.clock.now());
    assert_eq!(used_at(&server).await, now);
    server.stop().await;
    let server = Server::start_in(&home).await;
    assert_eq!(used_at(&server).await, now);
    server.stop().await;
}
