//! Secrets stay where they are: none that passes through a server is found in its log, at any level.

use reqwest::Method;
use serde_json::{Value, json};

use super::engine;
use crate::support::process::{Place, Server};
use crate::support::server::PASSWORD;

async fn ask(server: &Server, method: Method, path: &str, token: &str, body: &Value) -> Value {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = http
        .request(method, format!("{}/api{path}", server.url))
        .bearer_auth(token);
    let text = request
        .body(body.to_string())
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("{path}: {text}"))
}

/// Every text under these names, however deep.
fn secrets(answer: &Value, found: &mut Vec<String>) {
    const NAMES: [&str; 8] = [
        "access_token",
        "refresh_token",
        "password",
        "api_key",
        "webhook_secret",
        "secret",
        "uri",
        "recovery_codes",
    ];
    match answer {
        Value::Object(fields) => {
            for (name, value) in fields {
                let texts = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
                if NAMES.contains(&name.as_str()) {
                    found.extend(texts.iter().filter_map(Value::as_str).map(str::to_owned));
                }
                secrets(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| secrets(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn no_secret_is_found_in_the_log_at_any_level() {
    let place = Place::with_companies(engine(), &["comp-acme"]).await;
    let mut serve = place.serve();
    serve.env("LOG_LEVEL", "trace").env("SECOND_FACTOR_FOR", "");
    serve
        .env("ADMIN_PASSWORD", PASSWORD)
        .env("METRICS_TOKEN", "m".repeat(40));
    let server = Server::start(serve).await.unwrap();
    let mut found = vec![PASSWORD.to_owned(), "m".repeat(40)];
    let shown = async |method: Method, path: &str, token: &str, body: Value, found: &mut Vec<String>| {
        let answer = ask(&server, method, path, token, &body).await;
        secrets(&answer, found);
        answer
    };
    let login = json!({"email": "admin@localhost", "password": PASSWORD});
    let tokens = shown(Method::POST, "/auth/login", "", login, &mut found).await;
    let token = tokens["access_token"].as_str().unwrap().to_owned();
    let refresh = json!({"refresh_token": tokens["refresh_token"]});
    let renewed = shown(Method::POST, "/auth/refresh", "", refresh.clone(), &mut found).await;
    assert_ne!(renewed["refresh_token"], Value::Null);
    for (method, path, body) in [
        (
            Method::POST,
            "/auth/login",
            json!({"email": "admin@localhost", "password": "a-wrong-one-entirely"}),
        ),
        (Method::POST, "/auth/totp", json!({"password": PASSWORD})),
        (
            Method::POST,
            "/companies",
            json!({"name": "Globex", "id": "comp-globex"}),
        ),
        (
            Method::POST,
            "/companies/comp-acme/api-keys",
            json!({"name": "zabbix", "scopes": ["ingest"]}),
        ),
        (Method::POST, "/companies/comp-acme/webhook-secrets", json!({})),
        (
            Method::POST,
            "/users",
            json!({"email": "ann@x.example", "role": "technician", "company_ids": ["comp-acme"]}),
        ),
        (
            Method::GET,
            "/incidents?company_id=comp-acme&api_key=in-the-url-by-mistake",
            json!({}),
        ),
    ] {
        shown(method, path, &token, body, &mut found).await;
    }
    found.extend(["a-wrong-one-entirely".to_owned(), "in-the-url-by-mistake".to_owned()]);
    found.extend(
        place
            .tenants
            .iter()
            .flat_map(|tenant| [tenant.api_key.clone(), tenant.webhook_secret.clone()]),
    );
    place.tenants[0]
        .client(&server.url)
        .get("/api/incidents")
        .await
        .unwrap();
    assert!(found.len() > 18, "{}", found.len());
    let log = server.log();
    assert!(
        log.contains("\"request\"") || log.contains("request"),
        "the log says something"
    );
    for secret in &found {
        assert!(!log.contains(secret.as_str()), "{secret} is in the log");
    }
    // Nor does a journal tell one.
    for journal in ["platform", "comp-acme"] {
        let entries = ask(
            &server,
            Method::GET,
            &format!("/audit?company_id={journal}&limit=200"),
            &token,
            &json!({}),
        )
        .await;
        let text = entries.to_string();
        for secret in &found {
            assert!(
                !text.contains(secret.as_str()),
                "{secret} is in the journal of {journal}"
            );
        }
        assert!(!text.contains("argon2"), "{text}");
    }
    server.stop().await;
}
