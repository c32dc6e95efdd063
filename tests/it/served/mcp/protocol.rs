//! What stands around the tools: who comes in, which sessions and hosts are taken, and what is bounded.

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::engine;
use crate::support::server::{Answer, Company, Server, headers, key};

fn list() -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
}

/// What a client has to say of itself.
fn client(company: &Company) -> HeaderMap {
    let mut all = key(company);
    all.extend(headers(&[
        ("content-type", b"application/json"),
        ("accept", b"application/json, text/event-stream"),
    ]));
    all
}

async fn post(server: &Server, headers: HeaderMap, body: &Value) -> Answer {
    server.ask(Method::POST, "/mcp", headers, body.to_string()).await
}

#[tokio::test]
async fn nobody_comes_in_without_a_token_or_key() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    for token in [None, Some("awk_nonsense"), Some("")] {
        let mut asking = client(&acme);
        asking.remove("x-api-key");
        if let Some(token) = token {
            asking.extend(headers(&[("authorization", format!("Bearer {token}").as_bytes())]));
        }
        let answer = post(&server, asking, &list()).await;
        answer.problem(401);
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    server.stop().await;
}

#[tokio::test]
async fn any_session_is_taken_and_none_is_made() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    for session in [
        None,
        Some("made-by-the-platform"),
        Some("4f9d2c61-7c3e-4f0a-9d5b-1f0c8f6f7a11"),
    ] {
        let mut asking = client(&acme);
        if let Some(session) = session {
            asking.extend(headers(&[("mcp-session-id", session.as_bytes())]));
        }
        // Nothing was said before: each request is for itself.
        let answer = post(&server, asking.clone(), &list()).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, "application/json"),
            "{}",
            answer.text
        );
        assert_eq!(answer.header("mcp-session-id"), "");
        let started = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        assert_eq!(post(&server, asking.clone(), &started).await.status, 202);
        let ends = server.ask(Method::DELETE, "/mcp", asking.clone(), "").await;
        assert_eq!(
            (ends.status, ends.header("allow")),
            (405, "POST"),
            "there is nothing to end"
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn hosts_are_taken_as_the_settings_say() {
    let named = |hosts: &'static str| {
        Server::start_with(engine(), move |flags| {
            flags.mcp_allowed_hosts = Some(hosts.split(',').map(str::to_owned).collect());
        })
    };
    for (hosts, foreign, other) in [("", 403, 403), ("ops.example.com", 200, 403), ("*", 200, 200)] {
        let server = named(hosts).await;
        let acme = server.company("comp-acme").await;
        let own = post(&server, client(&acme), &list()).await;
        assert_eq!(own.status, 200, "{}", own.text);
        for (host, status) in [("ops.example.com", foreign), ("rebound.example.net", other)] {
            let mut asking = client(&acme);
            asking.insert("host", host.parse().unwrap());
            let answer = post(&server, asking, &list()).await;
            assert_eq!(answer.status, status, "{hosts:?} {host}: {}", answer.text);
            assert!(
                status == 200 || answer.text.contains("MCP_ALLOWED_HOSTS"),
                "{}",
                answer.text
            );
        }
        server.stop().await;
    }
}

#[tokio::test]
async fn agentcores_listener_takes_any_host_and_asks_for_a_key_as_well() {
    let server = Server::start_with(engine(), |flags| {
        flags.agentcore_port = Some("127.0.0.1:0".to_owned());
        flags.agentcore_company = Some("comp-acme".to_owned());
    })
    .await;
    let acme = server.company("comp-acme").await;
    let url = format!("{}/mcp", server.agentcore());
    let mut asking = client(&acme);
    asking.insert("host", "runtime.bedrock-agentcore.example".parse().unwrap());
    asking.extend(headers(&[("mcp-session-id", b"made-by-the-platform")]));
    let answer = server
        .ask_at(Method::POST, &url, asking.clone(), list().to_string())
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    asking.remove("x-api-key");
    let refused = server
        .ask_at(Method::POST, &url, asking.clone(), list().to_string())
        .await;
    refused.problem(401);
    // The runtime hands on what is called so, while `Authorization` is its own.
    let custom = "x-amzn-bedrock-agentcore-runtime-custom-api-key";
    asking.extend(headers(&[
        (custom, acme.key.as_bytes()),
        ("authorization", b"Bearer the-platforms-own"),
    ]));
    let forwarded = server.ask_at(Method::POST, &url, asking, list().to_string()).await;
    assert_eq!(forwarded.status, 200, "{}", forwarded.text);
    server.stop().await;
}

#[tokio::test]
async fn what_is_no_message_is_refused_and_a_large_one_too() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let send = async |body: String| server.ask(Method::POST, "/mcp", client(&acme), body).await;
    // JSON-RPC 2.0, section 5.1.
    for (body, code) in [("{", -32700), ("", -32700), ("[]", -32600), (r#"{"x":1}"#, -32600)] {
        let answer = send(body.to_owned()).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text);
        let said = answer.json();
        assert_eq!((&said["jsonrpc"], &said["id"]), (&json!("2.0"), &Value::Null));
        assert_eq!(said["error"]["code"], code, "{body}: {said}");
    }
    assert_eq!(send(format!("{{\"x\":\"{}\"}}", "x".repeat(300_000))).await.status, 413);
    let mut asking = client(&acme);
    asking.insert("origin", "https://evil.example".parse().unwrap());
    assert_eq!(
        post(&server, asking, &list()).await.status,
        403,
        "a page of another site"
    );
    server.stop().await;
}
