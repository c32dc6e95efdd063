//! Two real processes over one database: whoever is asked, what is asked is done by the node that has the company, once,
//! and as if there were one.

use std::time::Duration;

use alert_whisperer::client::ClientError;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use super::nodes::{COMPANIES, beside, owners, until_shared};
use crate::support::engine::Engine;
use crate::support::port;
use crate::support::process::{PATIENCE, Place, Server, eventually};

const EMAIL: &str = "root@msp.example";
const PASSWORD: &str = "vulcan-teapot-ninety-one";

/// Two nodes that reach each other.
struct Pair {
    first: Place,
    one: Server,
    _second: Place,
    two: Server,
    http: reqwest::Client,
}

/// A node that the other reaches, with somebody to log in.
async fn start(place: &Place) -> Server {
    let port = port::free();
    let mut command = place.serve_at(port);
    command
        .env("NODE_URL", format!("http://127.0.0.1:{port}"))
        .env("ADMIN_EMAIL", EMAIL)
        .env("ADMIN_PASSWORD", PASSWORD)
        .env("SECOND_FACTOR_FOR", "none")
        .env("METRICS_FROM", "127.0.0.0/8");
    let started = Server::start(command).await;
    started.unwrap_or_else(|log| panic!("the server did not start:\n{log}"))
}

impl Pair {
    /// Each has a share of the companies.
    async fn start() -> Self {
        let first = Place::with_companies(Engine::Mongodb, &COMPANIES).await;
        let second = beside(&first);
        let (one, two) = (start(&first).await, start(&second).await);
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let pair = Self {
            first,
            one,
            _second: second,
            two,
            http,
        };
        for tenant in &pair.first.tenants {
            let alert = json!({"asset_name": "web-1", "signature": "disk", "severity": "high", "message": "full"});
            let sent = tenant.client(&pair.two.url).deliver("first", &alert.to_string()).await;
            assert_eq!(sent.unwrap().status, 200);
        }
        until_shared(&pair.first).await;
        pair
    }

    /// The node that does not have a company, and the one that has it.
    async fn other_than_of(&self, company: &str) -> (&Server, &Server) {
        let no = COMPANIES.iter().position(|id| *id == company).unwrap();
        match owners(&self.first).await[no].as_str() {
            "one" => (&self.two, &self.one),
            _ => (&self.one, &self.two),
        }
    }

    async fn ask(&self, method: Method, server: &Server, path: &str, token: &str, body: &Value) -> (StatusCode, Value) {
        let request = self
            .http
            .request(method, format!("{}{path}", server.url))
            .bearer_auth(token);
        let answer = timeout(PATIENCE, request.json(body).send()).await.unwrap().unwrap();
        let status = answer.status();
        (status, answer.json().await.unwrap_or_default())
    }

    async fn log_in(&self, server: &Server) -> Value {
        let body = json!({"email": EMAIL, "password": PASSWORD});
        let answer = self
            .http
            .post(format!("{}/api/auth/login", server.url))
            .json(&body)
            .send();
        let answer = answer.await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    async fn stop(self) {
        self.one.stop().await;
        self.two.stop().await;
    }
}

fn text(value: &Value, name: &str) -> String {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name}: {value}"))
        .to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_asked_it_is_done_by_the_node_that_has_the_company() {
    let pair = Pair::start().await;
    // Whoever logs in at one node is known at the other at once.
    let token = text(&pair.log_in(&pair.one).await, "access_token");
    let (status, me) = pair
        .ask(Method::GET, &pair.two, "/api/auth/me", &token, &Value::Null)
        .await;
    assert_eq!(status, 200, "{me}");
    for company in COMPANIES {
        let (asked, owner) = pair.other_than_of(company).await;
        let listed = format!("/api/incidents?company_id={company}");
        let id = eventually("an incident", PATIENCE, async || {
            let (_, page) = pair.ask(Method::GET, asked, &listed, &token, &Value::Null).await;
            page["items"][0]["incident_id"].as_str().map(str::to_owned)
        })
        .await;
        let resolve = format!("/api/incidents/{id}/resolve?company_id={company}");
        let (status, done) = pair.ask(Method::POST, asked, &resolve, &token, &json!({})).await;
        assert_eq!(status, 200, "{company}: {done}");
        let one = format!("/api/incidents/{id}?company_id={company}");
        let (_, shown) = pair.ask(Method::GET, owner, &one, &token, &Value::Null).await;
        assert_eq!(shown["status"], "resolved", "{shown}");
        // A refusal is the owner's own, word for word.
        let (status, refused) = pair.ask(Method::POST, asked, &resolve, &token, &json!({})).await;
        assert_eq!(
            (status.as_u16(), &refused["code"]),
            (409, &json!("conflict")),
            "{refused}"
        );
        // Settings too, and both nodes know them.
        let path = format!("/api/companies/{company}");
        let (status, renamed) = pair
            .ask(
                Method::PATCH,
                asked,
                &path,
                &token,
                &json!({"name": format!("{company} anew")}),
            )
            .await;
        assert_eq!(status, 200, "{renamed}");
        for server in [owner, asked] {
            eventually("the new name", PATIENCE, async || {
                let (_, shown) = pair.ask(Method::GET, server, &path, &token, &Value::Null).await;
                (shown["name"] == format!("{company} anew")).then_some(())
            })
            .await;
        }
    }
    pair.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_holds_at_every_node_and_is_renewed_at_any() {
    let pair = Pair::start().await;
    let mut tokens = pair.log_in(&pair.one).await;
    // Each time at the other node, at once: neither takes the other's token for a stolen one.
    for server in [&pair.two, &pair.one, &pair.two, &pair.two, &pair.one] {
        let body = json!({"refresh_token": text(&tokens, "refresh_token")});
        let renewed = pair
            .http
            .post(format!("{}/api/auth/refresh", server.url))
            .json(&body)
            .send();
        let renewed = renewed.await.unwrap();
        assert_eq!(renewed.status(), 200, "{}", renewed.text().await.unwrap());
        tokens = renewed.json().await.unwrap();
    }
    // A password that was changed at one node is the other's in the next breath, and the old one is not.
    let token = text(&tokens, "access_token");
    let new = "vulcan-teapot-ninety-two";
    let change = json!({"current_password": PASSWORD, "new_password": new});
    let (status, changed) = pair
        .ask(Method::PUT, &pair.one, "/api/auth/password", &token, &change)
        .await;
    assert_eq!(status, 200, "{changed}");
    for (password, expected) in [(new, 200), (PASSWORD, 401)] {
        let body = json!({"email": EMAIL, "password": password});
        let answer = pair
            .http
            .post(format!("{}/api/auth/login", pair.two.url))
            .json(&body)
            .send();
        let answer = answer.await.unwrap();
        assert_eq!(answer.status(), expected, "{password}");
        if expected == 200 {
            tokens = answer.json().await.unwrap();
        }
    }
    // What is over at one node is over at the other.
    let token = text(&tokens, "access_token");
    let (status, _) = pair
        .ask(Method::POST, &pair.two, "/api/auth/logout-all", &token, &json!({}))
        .await;
    assert!(status.is_success(), "{status}");
    eventually("the end of the login", PATIENCE, async || {
        let (status, _) = pair
            .ask(Method::GET, &pair.one, "/api/auth/me", &token, &Value::Null)
            .await;
        (status == 401).then_some(())
    })
    .await;
    let body = json!({"refresh_token": text(&tokens, "refresh_token")});
    let renewed = pair
        .http
        .post(format!("{}/api/auth/refresh", pair.one.url))
        .json(&body)
        .send();
    assert_eq!(renewed.await.unwrap().status(), 401);
    pair.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_made_at_one_node_is_good_at_the_other_in_the_next_breath() {
    let pair = Pair::start().await;
    let token = text(&pair.log_in(&pair.two).await, "access_token");
    for (no, (makes, uses)) in [(&pair.one, &pair.two), (&pair.two, &pair.one)].into_iter().enumerate() {
        let body = json!({"name": "New", "id": format!("comp-new-{no}"), "unsigned": true});
        let (status, made) = pair.ask(Method::POST, makes, "/api/companies", &token, &body).await;
        assert_eq!(status, 200, "{made}");
        let new = crate::support::load::Tenant::from_json(&made);
        let (status, shown) = pair
            .ask(
                Method::GET,
                uses,
                &format!("/api/companies/comp-new-{no}"),
                &token,
                &Value::Null,
            )
            .await;
        assert_eq!(status, 200, "{shown}");
        let alert = r#"{"asset_name":"web-1","signature":"disk","severity":"high","message":"full"}"#;
        let sent = new.client(&uses.url).deliver("first", alert).await.unwrap();
        assert_eq!(sent.status, 200);
        // What is noted beside requests comes to the node that has the company, whichever took them.
        let heartbeat = format!("/api/companies/comp-new-{no}/heartbeats/backup");
        let wanted = json!({"every_seconds": 120, "severity": "high"});
        let (status, set) = pair.ask(Method::PUT, makes, &heartbeat, &token, &wanted).await;
        assert_eq!(status, 200, "{set}");
        for server in [uses, makes] {
            let ping = pair.http.post(format!("{}/api/heartbeats/backup", server.url));
            let heard = ping.header("x-api-key", &new.api_key).send().await.unwrap();
            assert_eq!(heard.status(), 200, "{}", heard.text().await.unwrap());
            let tool = format!("tool-of-{}", server.pid());
            let alert = json!({"asset_name": "db-1", "signature": "cpu", "severity": "low", "message": "busy", "tool_source": tool});
            let sent = new
                .client(&server.url)
                .deliver(&tool, &alert.to_string())
                .await
                .unwrap();
            assert_eq!(sent.status, 200);
            eventually("the new source", PATIENCE, async || {
                let path = format!("/api/companies/comp-new-{no}/sources");
                let (_, sources) = pair.ask(Method::GET, makes, &path, &token, &Value::Null).await;
                sources.to_string().contains(&tool).then_some(())
            })
            .await;
        }
    }
    // Whoever is asked shows all that live, at both.
    for server in [&pair.one, &pair.two] {
        let (status, living) = pair
            .ask(Method::GET, server, "/api/system/actors", &token, &Value::Null)
            .await;
        assert_eq!(status, 200, "{living}");
        let items = living["items"].as_array().unwrap();
        for node in ["one", "two"] {
            assert!(
                items
                    .iter()
                    .any(|item| item["node"] == node && item["kind"] == "tenant"),
                "{living}"
            );
        }
        assert_eq!(living["total"], items.len());
        let nodes = json!([
            {"name": "one", "is_draining": false, "has_answered": true},
            {"name": "two", "is_draining": false, "has_answered": true},
        ]);
        assert_eq!(living["nodes"], nodes);
    }
    pair.stop().await;
}

/// A node that is not where it says is told of before anybody asks in vain.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_not_where_it_says_is_told_of() {
    let first = Place::with_companies(Engine::Mongodb, &COMPANIES).await;
    let second = beside(&first);
    let one = start(&first).await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let measured = async |wanted: &str| {
        eventually(wanted, PATIENCE, async || {
            let answer = http.get(format!("{}/metrics", one.url)).send().await.ok()?;
            let text = answer.text().await.ok()?;
            wanted
                .split(" and ")
                .all(|line| text.lines().any(|told| told == line))
                .then_some(())
        })
        .await;
    };
    measured("alert_whisperer_nodes 1 and alert_whisperer_nodes_unreached 0").await;
    let nowhere = format!("http://127.0.0.1:{}", port::free());
    let mut command = second.serve();
    command.env("NODE_URL", &nowhere);
    let two = Server::start(command).await.unwrap();
    measured("alert_whisperer_nodes 2 and alert_whisperer_nodes_unreached 1").await;
    assert!(
        one.log().contains(&format!("no connection to {nowhere}")),
        "{}",
        one.log()
    );
    two.stop().await;
    // Somebody is there, and it is not who was meant.
    let mut command = second.serve();
    command.env("NODE_URL", &one.url);
    let two = Server::start(command).await.unwrap();
    measured("alert_whisperer_nodes 2 and alert_whisperer_nodes_unreached 1").await;
    let told = format!("{} leads to another node, one", one.url);
    eventually("the reason", PATIENCE, async || one.log().contains(&told).then_some(())).await;
    two.stop().await;
    let two = start(&second).await;
    measured("alert_whisperer_nodes 2 and alert_whisperer_nodes_unreached 0").await;
    two.stop().await;
    measured("alert_whisperer_nodes 1 and alert_whisperer_nodes_unreached 0").await;
    one.stop().await;
}

/// Who may do what is taken away for all nodes at once, or nearly: what it was is nowhere good any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_away_at_one_node_is_refused_at_the_other() {
    let pair = Pair::start().await;
    let token = text(&pair.log_in(&pair.two).await, "access_token");
    let tenant = &pair.first.tenants[0];
    let company = format!("/api/companies/{}", tenant.company_id);
    let alert = r#"{"asset_name":"web-1","signature":"disk","severity":"high","message":"full"}"#;
    let refused = async |at: &Server, what: &str| {
        let mut no = 0;
        eventually(what, PATIENCE, async || {
            no += 1;
            let sent = tenant.client(&at.url).deliver(&format!("{what}-{no}"), alert).await;
            matches!(sent, Err(ClientError::Refused { status: 401, .. })).then_some(())
        })
        .await;
    };
    let secrets = format!("{company}/webhook-secrets");
    let (status, before) = pair.ask(Method::GET, &pair.one, &secrets, &token, &Value::Null).await;
    assert_eq!(status, 200, "{before}");
    let old = text(&before["items"][0], "secret_id");
    let (status, made) = pair.ask(Method::POST, &pair.one, &secrets, &token, &json!({})).await;
    assert_eq!(status, 200, "{made}");
    let renewed = crate::support::load::Tenant {
        webhook_secret: text(&made, "webhook_secret"),
        ..tenant.clone()
    };
    // In the next breath, whichever has made it.
    for server in [&pair.two, &pair.one] {
        let sent = renewed.client(&server.url).deliver("at-once", alert).await;
        assert_eq!(sent.unwrap().status, 200);
    }
    let (status, gone) = pair
        .ask(
            Method::DELETE,
            &pair.one,
            &format!("{secrets}/{old}"),
            &token,
            &Value::Null,
        )
        .await;
    assert!(status.is_success(), "{gone}");
    for server in [&pair.one, &pair.two] {
        refused(server, "retired-secret").await;
    }
    for server in [&pair.one, &pair.two] {
        let sent = renewed
            .client(&server.url)
            .deliver(&format!("anew-{}", server.pid()), alert)
            .await;
        assert_eq!(sent.unwrap().status, 200);
    }
    pair.stop().await;
}

/// Whoever is disabled, or out of a company, changes nothing any more, whichever node he asks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_disabled_at_one_node_changes_nothing_at_the_other() {
    let pair = Pair::start().await;
    let root = text(&pair.log_in(&pair.one).await, "access_token");
    let new = json!({"email": "ann@msp.example", "name": "Ann", "role": "msp_admin"});
    let (status, ann) = pair.ask(Method::POST, &pair.one, "/api/users", &root, &new).await;
    assert_eq!(status, 200, "{ann}");
    let id = text(&ann, "user_id");
    let password = ann["password"]
        .as_str()
        .unwrap_or("vulcan-teapot-ninety-three")
        .to_owned();
    let body = json!({"email": "ann@msp.example", "password": password});
    let login = pair
        .http
        .post(format!("{}/api/auth/login", pair.two.url))
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(login.status(), 200);
    let mut hers = text(&login.json().await.unwrap(), "access_token");
    let change = json!({"current_password": password, "new_password": "vulcan-teapot-ninety-four"});
    let (status, changed) = pair
        .ask(Method::PUT, &pair.two, "/api/auth/password", &hers, &change)
        .await;
    assert_eq!(status, 200, "{changed}");
    if let Some(next) = changed["access_token"].as_str() {
        hers = next.to_owned();
    }
    let company = format!("/api/companies/{}", pair.first.tenants[0].company_id);
    let rename = json!({"name": "Hers"});
    for server in [&pair.two, &pair.one] {
        let (status, renamed) = pair.ask(Method::PATCH, server, &company, &hers, &rename).await;
        assert_eq!(status, 200, "{renamed}");
    }
    let (status, disabled) = pair
        .ask(
            Method::PATCH,
            &pair.one,
            &format!("/api/users/{id}"),
            &root,
            &json!({"disabled": true}),
        )
        .await;
    assert_eq!(status, 200, "{disabled}");
    for server in [&pair.two, &pair.one] {
        let (status, refused) = pair.ask(Method::PATCH, server, &company, &hers, &rename).await;
        assert_eq!(status, 401, "{refused}");
    }
    pair.stop().await;
}

/// What was set is what is shown next, whoever was asked and is asked; so that no form puts back what somebody has changed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_set_at_one_node_is_shown_at_the_other_in_the_next_breath() {
    let pair = Pair::start().await;
    let token = text(&pair.log_in(&pair.one).await, "access_token");
    for tenant in &pair.first.tenants {
        let path = format!("/api/companies/{}/policy", tenant.company_id);
        let (_, mut policy) = pair.ask(Method::GET, &pair.one, &path, &token, &Value::Null).await;
        for stopped in [true, false] {
            policy["stopped"] = stopped.into();
            let (status, set) = pair.ask(Method::PUT, &pair.one, &path, &token, &policy).await;
            assert_eq!(status, 200, "{set}");
            for server in [&pair.one, &pair.two] {
                let (_, shown) = pair.ask(Method::GET, server, &path, &token, &Value::Null).await;
                assert_eq!(shown["stopped"], stopped, "{shown}");
            }
        }
    }
    pair.stop().await;
}

/// Everybody's logins are in one journal, and nodes do not fight over it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_who_renew_at_both_nodes_at_once_are_all_served_and_so_is_who_stops_all_runs() {
    let pair = Pair::start().await;
    let mut refreshes = Vec::new();
    for no in 0..6 {
        let server = if no % 2 == 0 { &pair.one } else { &pair.two };
        refreshes.push(text(&pair.log_in(server).await, "refresh_token"));
    }
    let token = text(&pair.log_in(&pair.one).await, "access_token");
    let renewing = refreshes.into_iter().enumerate().map(async |(no, mut refresh)| {
        for turn in 0..5 {
            let server = if (no + turn) % 2 == 0 { &pair.one } else { &pair.two };
            let renewed = pair.http.post(format!("{}/api/auth/refresh", server.url));
            let renewed = renewed.json(&json!({"refresh_token": refresh})).send().await.unwrap();
            assert_eq!(renewed.status(), 200, "{}", renewed.text().await.unwrap());
            refresh = text(&renewed.json().await.unwrap(), "refresh_token");
        }
    });
    let stopping = async {
        for no in 0..6 {
            let server = if no % 2 == 0 { &pair.one } else { &pair.two };
            let switch = json!({"stopped": no % 2 == 0, "reason": "a test"});
            let (status, switched) = pair.ask(Method::PUT, server, "/api/system/runs", &token, &switch).await;
            assert_eq!(status, 200, "{switched}");
        }
    };
    futures::join!(futures::future::join_all(renewing), stopping);
    pair.stop().await;
}

/// What was handed to a node that then sleeps is answered when that node lives no more, and done by another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_for_a_node_that_sleeps_longer_than_it_lives() {
    let pair = Pair::start().await;
    let token = text(&pair.log_in(&pair.two).await, "access_token");
    let owned = owners(&pair.first)
        .await
        .iter()
        .position(|owner| owner == "one")
        .unwrap();
    let path = format!("/api/companies/{}", COMPANIES[owned]);
    let rename = json!({"name": "Awake"});
    pair.one.signal("STOP").await;
    let began = Instant::now();
    let mut status = StatusCode::SERVICE_UNAVAILABLE;
    for _ in 0..2 {
        (status, _) = pair.ask(Method::PATCH, &pair.two, &path, &token, &rename).await;
        if status == 200 {
            break;
        }
        assert_eq!(status, 503);
    }
    assert_eq!(status, 200);
    assert!(began.elapsed() < Duration::from_secs(12), "{:?}", began.elapsed());
    pair.one.signal("CONT").await;
    pair.stop().await;
}

/// A decision streams through the node that is asked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_streams_through_whoever_is_asked() {
    let pair = Pair::start().await;
    for tenant in &pair.first.tenants {
        let (asked, _) = pair.other_than_of(&tenant.company_id).await;
        let question = json!({
            "company_id": tenant.company_id, "incident_id": "inc-outside", "stream": true,
            "incident_data": {"severity": "high", "signature": "disk", "asset_name": "web-1"},
        });
        let request = pair.http.post(format!("{}/api/agent/decide", asked.url));
        let answer = request.header("x-api-key", &tenant.api_key).json(&question).send();
        let answer = timeout(PATIENCE, answer).await.unwrap().unwrap();
        assert_eq!(answer.status(), 200);
        assert!(
            answer.headers()["content-type"]
                .to_str()
                .unwrap()
                .starts_with("text/event-stream")
        );
        let told = timeout(PATIENCE, answer.text()).await.unwrap().unwrap();
        assert!(
            told.contains("event: start") && told.contains("event: decision") && told.contains("event: end"),
            "{told}"
        );
    }
    pair.stop().await;
}

/// While the node that has a company is dead and not yet missed, whoever asks waits; nothing is done twice or refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dead_node_had_is_asked_for_until_another_has_it() {
    let pair = Pair::start().await;
    let token = text(&pair.log_in(&pair.two).await, "access_token");
    let mut of_one = Vec::new();
    for (company, owner) in COMPANIES.iter().zip(owners(&pair.first).await) {
        if owner == "one" {
            let listed = format!("/api/incidents?company_id={company}");
            let id = eventually("an incident", PATIENCE, async || {
                let (_, page) = pair.ask(Method::GET, &pair.two, &listed, &token, &Value::Null).await;
                page["items"][0]["incident_id"].as_str().map(str::to_owned)
            })
            .await;
            of_one.push((company, id));
        }
    }
    assert!(!of_one.is_empty());
    let Pair {
        first: _first,
        one,
        _second,
        two,
        http,
    } = pair;
    one.kill().await;
    for (company, id) in &of_one {
        let url = format!("{}/api/incidents/{id}/resolve?company_id={company}", two.url);
        // At most one try more, as a client is told to.
        let mut answered = (StatusCode::SERVICE_UNAVAILABLE, String::new());
        for _ in 0..2 {
            let answer = http
                .post(&url)
                .bearer_auth(&token)
                .json(&json!({}))
                .send()
                .await
                .unwrap();
            answered = (answer.status(), answer.text().await.unwrap());
            if answered.0 == 200 {
                break;
            }
            assert_eq!(answered.0, 503, "{}", answered.1);
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        assert_eq!(answered.0, 200, "{company}: {}", answered.1);
    }
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_word_that_no_node_has_said_is_refused_and_changes_nothing() {
    let pair = Pair::start().await;
    let tenant = &pair.first.tenants[0];
    for word in ["", "1;-;0;00", "9999999999999;127.0.0.1;1;deadbeef"] {
        for path in ["/api/incidents/inc-1/resolve", "/nodes/amend"] {
            let request = pair.http.post(format!("{}{path}", pair.one.url));
            let request = request
                .header("x-api-key", &tenant.api_key)
                .header("x-alert-whisperer-node", word);
            let answer = request
                .json(&json!({"company_id": tenant.company_id, "puts": [], "facts": []}))
                .send();
            let answer = answer.await.unwrap();
            assert_eq!(answer.status(), 401, "{path} {word}");
            let problem: Value = answer.json().await.unwrap();
            assert_eq!(problem["field"], "x-alert-whisperer-node");
        }
    }
    let unsaid = pair.http.post(format!("{}/nodes/amend", pair.one.url));
    let unsaid = unsaid
        .header("x-api-key", &tenant.api_key)
        .json(&json!({}))
        .send()
        .await;
    assert_eq!(unsaid.unwrap().status(), 401);
    pair.stop().await;
}
