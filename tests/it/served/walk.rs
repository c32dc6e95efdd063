//! Every route, found by walking the router: who may come in, and what another's id tells.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use alert_whisperer::accounts::api_key::Scope;
use alert_whisperer::accounts::rights::{Reach, Right, Role, of_role, scope_for};
use alert_whisperer::http::openapi::document;
use alert_whisperer::http::router::{Policy, Route, listed};
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::engine;
use super::own_runbooks::written;
use crate::support::server::{Answer, Company, Person, Server, alert, headers, key};

/// A company with one of everything that a route names by an id.
struct Estate {
    ids: BTreeMap<&'static str, String>,
}

impl Estate {
    async fn of(server: &Server, company: &Company, root: &Person, person: &Person) -> Self {
        let sent = server
            .deliver(company, None, alert("web-1", "disk").to_string())
            .await
            .json();
        server.settle(company).await;
        let alert_id = sent["alert_id"].as_str().unwrap().to_owned();
        let shown = server.get(company, &format!("/api/alerts/{alert_id}")).await.json();
        let first = async |what: &str, id: &str| {
            let path = format!("/api/companies/{}/{what}", company.id);
            server.get_as(root, &path).await.json()["items"][0][id]
                .as_str()
                .unwrap()
                .to_owned()
        };
        let logins = server.get_as(person, "/api/auth/sessions").await.json();
        let path = format!("/api/runbooks?company_id={}", company.id);
        let runbook = server.post_as(root, &path, &written("disk-own")).await.json();
        let path = format!("/api/memory?company_id={}", company.id);
        let memory = server.post_as(root, &path, &post_mortem()).await.json();
        Self {
            ids: BTreeMap::from([
                ("company_id", company.id.to_string()),
                ("alert_id", alert_id),
                ("incident_id", shown["incident_id"].as_str().unwrap().to_owned()),
                ("key_id", first("api-keys", "key_id").await),
                ("secret_id", first("webhook-secrets", "secret_id").await),
                ("asset_name", "web-1".to_owned()),
                ("runbook_id", runbook["runbook_id"].as_str().unwrap().to_owned()),
                // No company has asked for consent.
                ("approval_id", "apr-own".to_owned()),
                // Nothing was run.
                ("run_id", "run-own".to_owned()),
                // No model was asked.
                ("decision_id", "dec-own".to_owned()),
                ("memory_id", memory["memory_id"].as_str().unwrap().to_owned()),
                ("user_id", person.id.clone()),
                ("login_id", logins["items"][0]["login_id"].as_str().unwrap().to_owned()),
                ("file", "index.html".to_owned()),
                ("name", "backup".to_owned()),
                // Nothing is silenced, nobody was told.
                ("silence_id", "sil-own".to_owned()),
                ("delivery_id", "dlv-own".to_owned()),
            ]),
        }
    }

    /// Ids of the same form that there are not.
    fn of_nobody() -> Self {
        let id = |prefix: &str| format!("{prefix}01a2098dd6d57bb5ad94498c2db57751");
        Self {
            ids: BTreeMap::from([
                ("company_id", id("comp-")),
                ("alert_id", id("alr-")),
                ("incident_id", id("inc-")),
                ("key_id", id("key-")),
                ("secret_id", id("whs-")),
                ("asset_name", "web-none".to_owned()),
                ("runbook_id", id("rbk-")),
                ("approval_id", id("apr-")),
                ("run_id", id("run-")),
                ("decision_id", id("dec-")),
                ("memory_id", id("mem-")),
                ("user_id", id("usr-")),
                ("login_id", id("lgn-")),
                ("file", "none.html".to_owned()),
                ("name", "none".to_owned()),
                ("silence_id", id("sil-")),
                ("delivery_id", id("dlv-")),
            ]),
        }
    }

    /// The path with its ids, of which `but` are this estate's and the rest `own`.
    fn path(&self, route: &Route) -> String {
        let parts =
            route.path.split('/').map(
                |part| match part.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                    Some(name) => self
                        .ids
                        .get(name)
                        .unwrap_or_else(|| panic!("{name} of {}", route.path))
                        .clone(),
                    None => part.to_owned(),
                },
            );
        parts.collect::<Vec<_>>().join("/")
    }
}

fn post_mortem() -> Value {
    json!({"signature": "disk", "resolution": "removed old cores", "outcome": "success"})
}

/// A body that would be taken, so that nothing but the right or the id can be at fault.
fn body(route: &Route, company: &str) -> Value {
    match (route.method.as_str(), route.path) {
        (_, path) if path.ends_with("/snooze") => json!({"minutes": 5}),
        (_, path) if path.ends_with("/merge") => json!({"incident_ids": ["inc-x"]}),
        (_, path) if path.ends_with("/split") => json!({"alert_ids": ["alr-01a2098dd6d57bb5ad94498c2db57751"]}),
        (_, path) if path.ends_with("/execute-runbook-ssm") => json!({"runbook_id": "disk-cleanup"}),
        ("PUT", "/api/system/runs") => json!({"stopped": false}),
        ("PATCH", "/api/incidents/{incident_id}") => json!({"note": "hello"}),
        ("POST", "/api/agent/decide") => {
            json!({"incident_id": "x", "company_id": company, "incident_data": {"severity": "low", "signature": "disk"}})
        }
        ("POST", "/api/incidents/correlate") => json!({"company_id": company}),
        ("POST", "/api/companies/{company_id}/api-keys") => json!({"name": "x", "scopes": ["read"]}),
        ("PUT", "/api/companies/{company_id}/config") => json!({"name": "x"}),
        ("PUT", "/api/runbooks/{runbook_id}") => written("disk-own"),
        ("POST", "/api/memory") => post_mortem(),
        ("PUT", path) if path.ends_with("/rules") => json!({"rules": []}),
        ("PUT", path) if path.ends_with("/maintenance-windows") => json!({"maintenance_windows": []}),
        ("PUT", path) if path.ends_with("/inhibitions") => json!({"inhibitions": []}),
        ("POST", path) if path.ends_with("/silences") => json!({"match": "asset == 'none'", "minutes": 5}),
        ("PUT", path) if path.contains("/channels/") => json!({"kind": "webhook", "url": "https://example.com/"}),
        ("POST", path) if path.ends_with("/intake/try") => json!({"body": {}}),
        (_, path) if path.ends_with("/quarantine") => json!({"reason": "not ours"}),
        ("POST", "/api/companies") => json!({"name": ""}),
        ("POST", "/api/users") => json!({"email": "", "role": "technician", "company_ids": [company]}),
        ("PUT", "/api/auth/password") => json!({"current_password": "x", "new_password": "y"}),
        ("POST", "/api/auth/totp") => json!({"code": "1"}),
        _ => json!({}),
    }
}

/// Routes that are asked for, but for those that are a stream or a promise of their own.
fn routes() -> Vec<(Route, Right)> {
    let apart = [
        "/ws",
        "/api/webhooks/alerts",
        "/api/webhooks/{format}",
        "/api/webhooks/pagerduty/v2/enqueue",
        "/api/heartbeats/{name}",
        "/api/auth/logout-all",
    ];
    let whoever = |route: Route| match route.policy {
        Policy::Whoever(right) => Some((route, right)),
        Policy::Anyone => None,
    };
    listed()
        .into_iter()
        .filter(|route| !apart.contains(&route.path) && !is_sent(route))
        .filter_map(whoever)
        .collect()
}

/// What Prometheus sends is let in as webhooks are.
fn is_sent(route: &Route) -> bool {
    route.method == Method::POST && route.path == "/api/v2/alerts"
}

/// Whether the OpenAPI document lets the company be named in the query.
fn takes_company(route: &Route) -> bool {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(|| json!(document()));
    let operation = &DOCUMENT["paths"][route.path][route.method.as_str().to_lowercase()];
    let mut parameters = operation["parameters"].as_array().into_iter().flatten();
    parameters.any(|parameter| parameter["name"] == "company_id" && parameter["in"] == "query")
}

/// The status alone of what may be a stream.
async fn status(server: &Server, route: &Route, path: &str, headers: HeaderMap, company: &str) -> u16 {
    server
        .status(route.method.clone(), path, headers, body(route, company).to_string())
        .await
}

#[tokio::test]
async fn each_role_and_each_scope_comes_in_where_the_matrix_says_and_nowhere_else() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let root = server.msp_admin().await;
    let victim = server.person("victim@acme.example", Role::Technician, &[&acme]).await;
    let estate = Estate::of(&server, &acme, &root, &victim).await;
    let mut asked = 0;
    for role in [Role::Technician, Role::CompanyAdmin, Role::MspAdmin] {
        let companies: &[&Company] = if role == Role::MspAdmin { &[] } else { &[&acme] };
        let person = server
            .person(&format!("{}@walk.example", role.as_str()), role, companies)
            .await;
        for (route, right) in routes() {
            // What would end the company or the key that is asked with is only asked by who may not.
            let may = of_role(role, right) != Reach::Nothing;
            if may && route.method == Method::DELETE {
                continue;
            }
            let query = if takes_company(&route) {
                "?company_id=comp-acme"
            } else {
                ""
            };
            let path = format!("{}{query}", estate.path(&route));
            let status = status(&server, &route, &path, person.headers(), "comp-acme").await;
            let is_refused = status == 403;
            let wrong_password = route.path == "/api/auth/password";
            assert!(
                is_refused != may || (may && wrong_password),
                "{} {} as {}: {status}",
                route.method,
                route.path,
                role.as_str()
            );
            assert!(
                status != 401 && status < 500,
                "{} {}: {status}",
                route.method,
                route.path
            );
            asked += 1;
        }
    }
    for scope in [Scope::Ingest, Scope::Decide, Scope::Read] {
        let id = format!("comp-{}", scope.as_str());
        let company = server.company_as(&id, |request| request.scopes = vec![scope]).await;
        for (route, right) in routes() {
            let path = estate.path(&route).replace("comp-acme", &id);
            let status = status(&server, &route, &path, key(&company), &id).await;
            let may = scope_for(right) == Some(scope);
            assert_eq!(
                status == 403,
                !may,
                "{} {} with {scope:?}: {status}",
                route.method,
                route.path
            );
            asked += 1;
        }
    }
    assert!(asked > 200, "{asked}");
    server.stop().await;
}

#[tokio::test]
async fn nobody_comes_in_without_a_token_or_key_that_is_good() {
    let server = Server::start(engine()).await;
    let estate = Estate::of_nobody();
    for (route, _) in routes() {
        for token in [None, Some("awk_nonsense"), Some("eyJhbGciOiJub25lIn0.e30."), Some("")] {
            let headers = token.map_or_else(HeaderMap::new, |token| {
                headers(&[("authorization", format!("Bearer {token}").as_bytes())])
            });
            let sent = body(&route, "comp-acme").to_string();
            let answer = server
                .ask(route.method.clone(), &estate.path(&route), headers, sent)
                .await;
            answer.problem(401);
            assert_eq!(
                answer.header("www-authenticate"),
                "Bearer",
                "{} {}",
                route.method,
                route.path
            );
        }
    }
    server.stop().await;
}

/// A problem without what differs from one request to the next.
fn bare(answer: &Answer) -> (u16, Value) {
    let mut body = answer.without_trace();
    body["instance"] = Value::Null;
    (answer.status, body)
}

#[tokio::test]
async fn anothers_id_tells_no_more_than_one_that_there_is_not() {
    let server = Server::start(engine()).await;
    let (acme, globex) = (server.company("comp-acme").await, server.company("comp-globex").await);
    let root = server.msp_admin().await;
    let theirs = server.person("them@globex.example", Role::Technician, &[&globex]).await;
    let estate = Estate::of(&server, &globex, &root, &theirs).await;
    let nobody = Estate::of_nobody();
    let boss = server.person("boss@acme.example", Role::CompanyAdmin, &[&acme]).await;
    let ann = server.person("ann@acme.example", Role::Technician, &[&acme]).await;
    let mut compared = 0;
    for (route, _) in routes().into_iter().filter(|(route, _)| route.path.contains('{')) {
        for headers in [boss.headers(), ann.headers(), key(&acme)] {
            let ask = async |estate: &Estate| {
                let sent = body(&route, "comp-acme").to_string();
                server
                    .ask(route.method.clone(), &estate.path(&route), headers.clone(), sent)
                    .await
            };
            let (of_globex, of_nobody) = (ask(&estate).await, ask(&nobody).await);
            assert!(
                [403, 404].contains(&of_globex.status),
                "{} {}: {}",
                route.method,
                route.path,
                of_globex.text
            );
            assert_eq!(bare(&of_globex), bare(&of_nobody), "{} {}", route.method, route.path);
            compared += 1;
        }
    }
    assert!(compared > 60, "{compared}");
    // A company of one's own in the path, and the other's thing behind it.
    for (what, id) in [("api-keys", "key_id"), ("webhook-secrets", "secret_id")] {
        let path = |id: &str| format!("/api/companies/comp-acme/{what}/{id}");
        let (mine, none) = (path(&estate.ids[id]), path(&nobody.ids[id]));
        let ask = async |path: &str| server.ask(Method::DELETE, path, boss.headers(), "").await;
        assert_eq!(bare(&ask(&mine).await), bare(&ask(&none).await));
    }
    for list in [
        "/api/incidents",
        "/api/alerts",
        "/api/users",
        "/api/system/actors",
        "/api/events",
    ] {
        let ask = async |company: &str| server.get_as(&boss, &format!("{list}?company_id={company}")).await;
        let (of_globex, of_nobody) = (ask("comp-globex").await, ask("comp-nobody").await);
        assert_eq!((of_globex.status, bare(&of_globex)), (404, bare(&of_nobody)), "{list}");
    }
    assert_eq!(
        server
            .deliver(&globex, None, alert("web-1", "disk").to_string())
            .await
            .status,
        200,
        "all is as it was"
    );
    server.stop().await;
}

#[tokio::test]
async fn the_matrix_is_shown_with_every_route() {
    let server = Server::start(engine()).await;
    let shown = server
        .ask(Method::GET, "/api/system/rights", HeaderMap::new(), "")
        .await
        .json();
    assert_eq!(shown["routes"].as_array().unwrap().len(), listed().len());
    let read = shown["rights"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["right"] == "read")
        .unwrap();
    assert_eq!(
        (&read["msp_admin"], &read["technician"], &read["api_key"]),
        (&json!("all"), &json!("own"), &json!("scope read"))
    );
    server.stop().await;
}

#[tokio::test]
async fn a_parameter_that_a_route_does_not_know_is_refused_before_anything_is_done() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let root = server.msp_admin().await;
    let victim = server.person("victim@acme.example", Role::Technician, &[&acme]).await;
    let estate = Estate::of(&server, &acme, &root, &victim).await;
    let mut refused = 0;
    for (route, _) in routes() {
        let company = if takes_company(&route) {
            "company_id=comp-acme&"
        } else {
            ""
        };
        let path = format!("{}?{company}no_such_thing=true", estate.path(&route));
        let sent = body(&route, "comp-acme").to_string();
        let answer = server.ask(route.method.clone(), &path, root.headers(), sent).await;
        if answer.status == 403 {
            continue;
        }
        assert_eq!(answer.problem(400), "no_such_thing", "{} {}", route.method, route.path);
        refused += 1;
    }
    assert!(refused > 50, "{refused}");
    let company = server.get_as(&root, "/api/companies/comp-acme").await.json();
    assert_eq!(company["archived_at"], Value::Null);
    server.stop().await;
}
