//! AgentCore Runtime's side, as AWS's own SDK is tested (`tests/bedrock_agentcore/runtime/test_app.py`), asked from
//! outside; and what is ours: whose an invocation is, which incident, and that what was begun is finished.

mod socket;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use alert_whisperer::accounts::api_key::Scope;
use futures::future::join_all;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::engine;
use crate::support::clock::START;
use crate::support::engine::Home;
use crate::support::process::{PATIENCE, eventually};
use crate::support::server::{Answer, Company, Server, alert, headers, key};

const SESSION: &str = "x-amzn-bedrock-agentcore-runtime-session-id";
const REQUEST: &str = "x-amzn-bedrock-agentcore-runtime-request-id";
/// What the platform calls a session.
const ID: &str = "4f9d2c61-7c3e-4f0a-9d5b-1f0c8f6f7a11";

/// A server that the platform stands in front of, for one company.
async fn platform() -> (Server, Company) {
    let server = Server::start_with(engine(), |flags| {
        flags.agentcore_port = Some("127.0.0.1:0".to_owned());
        flags.agentcore_company = Some("comp-acme".to_owned());
    })
    .await;
    let acme = server.company("comp-acme").await;
    (server, acme)
}

/// A server that takes whoever brings a key.
async fn open() -> Server {
    Server::start_with(engine(), |flags| flags.agentcore_port = Some("127.0.0.1:0".to_owned())).await
}

fn session(id: &str) -> HeaderMap {
    headers(&[(SESSION, id.as_bytes())])
}

async fn invoke(server: &Server, headers: HeaderMap, body: impl Into<reqwest::Body>) -> Answer {
    let url = format!("{}/invocations", server.agentcore());
    server.ask_at(Method::POST, &url, headers, body).await
}

async fn ping(server: &Server) -> (String, i64) {
    let url = format!("{}/ping", server.agentcore());
    let answer = server.ask_at(Method::GET, &url, HeaderMap::new(), "").await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "application/json")
    );
    let said = answer.json();
    assert_eq!(said.as_object().unwrap().len(), 2, "{said}");
    let status = said["status"].as_str().unwrap().to_owned();
    (status, said["time_of_last_update"].as_i64().unwrap())
}

/// An error as the SDK tells it.
#[track_caller]
fn error(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/json");
    answer.json()["error"].as_str().unwrap().to_owned()
}

/// `data:` lines alone, each one JSON.
fn items(text: &str) -> Vec<Value> {
    assert!(text.ends_with("\n\n"), "{text:?}");
    let events = text.trim_end().split("\n\n");
    let data = events.map(|event| {
        let data = event.strip_prefix("data: ").unwrap_or_else(|| panic!("{event:?}"));
        assert!(!data.contains('\n'), "{data:?}");
        serde_json::from_str(data).unwrap()
    });
    data.collect()
}

#[tokio::test]
async fn ping_tells_the_moment_of_the_last_change_and_asking_changes_nothing() {
    let (server, _acme) = platform().await;
    let begun = START / 1000;
    assert_eq!(ping(&server).await, ("Healthy".to_owned(), begun));
    server.clock.advance(Duration::from_secs(60));
    assert_eq!(ping(&server).await, ("Healthy".to_owned(), begun));
    // What is refused is no work.
    assert_eq!(invoke(&server, session(ID), "{").await.status, 400);
    assert_eq!(ping(&server).await, ("Healthy".to_owned(), begun));
    assert_eq!(invoke(&server, session(ID), r#"{"prompt":"disk"}"#).await.status, 200);
    assert_eq!(ping(&server).await, ("Healthy".to_owned(), begun + 60));
    server.stop().await;
}

#[tokio::test]
async fn it_is_busy_while_something_is_decided_and_healthy_again_afterwards() {
    let (server, _acme) = platform().await;
    let going = AtomicBool::new(true);
    let working = async {
        while going.load(Ordering::SeqCst) {
            let four = (0..4).map(|_| invoke(&server, session(ID), r#"{"prompt":"disk"}"#));
            for answer in join_all(four).await {
                assert_eq!(answer.status, 200, "{}", answer.text);
            }
        }
    };
    let watching = async {
        let busy = async || (ping(&server).await.0 == "HealthyBusy").then_some(());
        eventually("HealthyBusy", PATIENCE, busy).await;
        going.store(false, Ordering::SeqCst);
    };
    tokio::join!(working, watching);
    assert_eq!(ping(&server).await.0, "Healthy");
    server.stop().await;
}

#[tokio::test]
async fn a_prompt_is_decided_for_its_sessions_incident() {
    let (server, acme) = platform().await;
    let both = headers(&[(SESSION, ID.as_bytes()), (REQUEST, b"r-1")]);
    let answer = invoke(&server, both, r#"{"prompt":"disk is full on web-1"}"#).await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "application/json")
    );
    let decision = answer.json();
    assert_eq!(decision["recommendation"], "Execute disk cleanup runbook");
    assert_eq!(
        (&decision["incident_id"], &decision["requested_by"]),
        (&json!(ID), &json!("agentcore"))
    );
    assert_eq!(
        server.all(&acme, &format!("/api/agent/decisions/{ID}"), 10).await,
        [decision]
    );

    // A name that is no id of ours stands for one incident all the same.
    let odd = format!("conversation of ann@example.com, {ID}");
    let first = invoke(&server, session(&odd), r#"{"prompt":"disk"}"#).await.json();
    let again = invoke(&server, session(&odd), r#"{"prompt":"disk"}"#).await.json();
    assert!(first["incident_id"].as_str().unwrap().starts_with("inc-"), "{first}");
    assert_eq!(first["incident_id"], again["incident_id"]);
    // Without a session each is for itself.
    let lone = invoke(&server, HeaderMap::new(), r#"{"prompt":"disk"}"#).await.json();
    assert_ne!(lone["incident_id"], first["incident_id"]);
    server.stop().await;
}

#[tokio::test]
async fn a_decide_body_is_decided_as_the_api_does() {
    let (server, _acme) = platform().await;
    let body = json!({"incident_id": "test-123", "company_id": "comp-acme",
        "incident_data": {"severity": "high", "signature": "memory"}, "memory_context": {}});
    let decision = invoke(&server, session(ID), body.to_string()).await.json();
    assert_eq!(decision["incident_id"], "test-123");
    assert_eq!(decision["recommendation"], "Restart affected service");
    let theirs = invoke(&server, session(ID), r#"{"prompt":"disk","company_id":"comp-other"}"#).await;
    assert_eq!(error(&theirs, 404), "company_id: there is no such company");
    let nothing = invoke(&server, session(ID), r#"{"incident_id":"inc-unknown"}"#).await;
    assert!(error(&nothing, 400).starts_with("incident_data: "));
    server.stop().await;
}

#[tokio::test]
async fn what_is_wrong_is_told_in_the_sdks_words_and_malformed_json_first() {
    let server = open().await;
    for body in ["", "{", "not json", "{\"prompt\":}"] {
        // Nobody has let him in, and his session's name is too short.
        let answer = invoke(&server, session("short"), body).await;
        assert_eq!(error(&answer, 400), "Invalid JSON", "{body:?}");
        assert!(answer.json()["details"].is_string());
    }
    let answer = invoke(&server, HeaderMap::new(), b"{\"prompt\":\"\xff\xfe\"}".to_vec()).await;
    assert_eq!(error(&answer, 400), "Invalid encoding");
    for length in [1, 32, 257] {
        let answer = invoke(&server, session(&"s".repeat(length)), r#"{"prompt":1}"#).await;
        assert!(error(&answer, 400).contains("33 to 256"), "{length}");
    }
    for length in [33, 256] {
        let answer = invoke(&server, session(&"s".repeat(length)), r#"{"prompt":1}"#).await;
        error(&answer, 401);
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    let large = invoke(
        &server,
        HeaderMap::new(),
        format!("{{\"prompt\":\"{}\"}}", "x".repeat(300_000)),
    )
    .await;
    error(&large, 413);
    let mut page = session(ID);
    page.insert("origin", "https://evil.example".parse().unwrap());
    error(&invoke(&server, page, r#"{"prompt":"disk"}"#).await, 403);
    let url = |path: &str| format!("{}{path}", server.agentcore());
    let nowhere = server.ask_at(Method::GET, &url("/nowhere"), HeaderMap::new(), "").await;
    assert_eq!((nowhere.status, nowhere.text.as_str()), (404, "Not Found"));
    let method = server
        .ask_at(Method::GET, &url("/invocations"), HeaderMap::new(), "")
        .await;
    assert_eq!((method.status, method.text.as_str()), (405, "Method Not Allowed"));
    assert_eq!(method.header("allow"), "POST");
    // The API is on the other listener alone.
    let api = server
        .ask_at(Method::GET, &url("/api/agent/ping"), HeaderMap::new(), "")
        .await;
    assert_eq!(api.status, 404);
    server.stop().await;
}

#[tokio::test]
async fn a_stream_is_data_alone_and_comes_when_it_is_asked_for() {
    let (server, _acme) = platform().await;
    let by_body = invoke(&server, session(ID), r#"{"prompt":"disk","stream":true}"#).await;
    let mut asking = session(ID);
    asking.insert("accept", "text/event-stream".parse().unwrap());
    let by_header = invoke(&server, asking, r#"{"prompt":"disk"}"#).await;
    for answer in [by_body, by_header] {
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, "text/event-stream")
        );
        let items = items(&answer.text);
        assert_eq!(items[0]["event"], "memory", "{items:?}");
        assert!(items[1].is_string(), "a line is one JSON string");
        let last = items.last().unwrap();
        assert_eq!(
            (&last["event"], &last["decision"]["incident_id"]),
            (&json!("decision"), &json!(ID))
        );
        let call = &items[items.len() - 2];
        assert_eq!(
            (&call["event"], &call["tool_call"]),
            (&json!("tool_call"), &last["decision"]["tool_calls"][0])
        );
    }
    let broken = invoke(&server, session(ID), r#"{"incident_id":"inc-unknown","stream":true}"#).await;
    let items = items(&broken.text);
    let last = items.last().unwrap();
    assert_eq!(broken.status, 200, "that is told already");
    assert_eq!(last["message"], "An error occurred during streaming");
    assert!(last["error"].is_string() && last["error_type"].is_string(), "{last}");
    server.stop().await;
}

#[tokio::test]
async fn without_a_company_in_the_settings_a_key_says_whose_it_is() {
    let server = open().await;
    let acme = server.company("comp-acme").await;
    let reader = server
        .company_as("comp-reader", |request| request.scopes = vec![Scope::Read])
        .await;
    let ann = server.technician(&acme).await;
    let body = r#"{"prompt":"disk"}"#;
    let custom = "x-amzn-bedrock-agentcore-runtime-custom-api-key";
    let bearer = format!("Bearer {}", acme.key);
    for may in [
        key(&acme),
        headers(&[("authorization", bearer.as_bytes())]),
        headers(&[
            (custom, acme.key.as_bytes()),
            ("authorization", b"Bearer the-platforms-own"),
        ]),
        ann.headers(),
    ] {
        let answer = invoke(&server, may, body).await;
        assert_eq!(
            (answer.status, &answer.json()["company_id"]),
            (200, &json!("comp-acme")),
            "{}",
            answer.text
        );
    }
    error(&invoke(&server, HeaderMap::new(), body).await, 401);
    error(&invoke(&server, headers(&[(custom, b"awk_nonsense")]), body).await, 401);
    error(&invoke(&server, key(&reader), body).await, 403);
    let theirs = invoke(&server, key(&acme), r#"{"prompt":"disk","company_id":"comp-reader"}"#).await;
    let unknown = invoke(&server, key(&acme), r#"{"prompt":"disk","company_id":"comp-nobody"}"#).await;
    assert_eq!((theirs.status, &theirs.text), (404, &unknown.text));
    server.stop().await;
}

/// Sends an invocation and closes the connection without a look at the answer.
async fn hang_up(server: &Server, body: &str) {
    let address = server.agentcore().replace("http://", "");
    let mut connection = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "POST /invocations HTTP/1.1\r\nhost: x\r\n{SESSION}: {ID}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    connection.write_all(request.as_bytes()).await.unwrap();
    // Until it has begun to answer, so that it is known to have been heard.
    let mut first = [0];
    connection.read_exact(&mut first).await.unwrap();
}

#[tokio::test]
async fn a_client_gone_mid_stream_has_its_decision_kept_and_disturbs_nobody() {
    let home = Home::on(engine());
    let set = |flags: &mut alert_whisperer::config::Flags| {
        flags.agentcore_port = Some("127.0.0.1:0".to_owned());
        flags.agentcore_company = Some("comp-acme".to_owned());
    };
    let server = Server::start_at(&home, set).await;
    let acme = server.company("comp-acme").await;
    for _ in 0..5 {
        hang_up(&server, r#"{"incident_id":"gone","prompt":"disk","stream":true}"#).await;
        let other = invoke(&server, session(ID), r#"{"prompt":"memory"}"#).await;
        assert_eq!(other.status, 200);
    }
    let calm = async || (ping(&server).await.0 == "Healthy").then_some(());
    eventually("Healthy", PATIENCE, calm).await;
    // A drain waits for what was begun.
    server.stop().await;
    let next = Server::start_at(&home, set).await;
    assert_eq!(next.all(&acme, "/api/agent/decisions/gone", 200).await.len(), 5);
    assert_eq!(
        next.all(&acme, &format!("/api/agent/decisions/{ID}"), 200).await.len(),
        5
    );
    next.stop().await;
}

#[tokio::test]
async fn a_session_goes_on_in_the_next_process() {
    let home = Home::on(engine());
    let set = |flags: &mut alert_whisperer::config::Flags| {
        flags.agentcore_port = Some("127.0.0.1:0".to_owned());
        flags.agentcore_company = Some("comp-acme".to_owned());
    };
    let ask = async |server: &Server, body: &Value| {
        let answer = invoke(server, session(ID), body.to_string()).await;
        let items = items(&answer.text);
        (items[0].clone(), items.last().unwrap()["decision"].clone())
    };
    let server = Server::start_at(&home, set).await;
    let acme = server.company("comp-acme").await;
    let sent = server.deliver(&acme, None, alert("web-1", "disk").to_string()).await;
    server.settle(&acme).await;
    let path = format!("/api/alerts/{}", sent.json()["alert_id"].as_str().unwrap());
    let real = server.get(&acme, &path).await.json()["incident_id"].clone();
    // An incident that was only ever decided, and one that is there.
    let prompt = json!({"prompt": "disk", "stream": true});
    let incident = json!({"incident_id": real, "stream": true});
    let (said, _) = ask(&server, &prompt).await;
    let (memory, _) = ask(&server, &incident).await;
    server.stop().await;
    let next = Server::start_at(&home, set).await;
    let (resumed, decision) = ask(&next, &prompt).await;
    assert_eq!(resumed["memory_id"], said["memory_id"]);
    let evidence = decision["evidence"].as_array().unwrap();
    assert!(
        evidence.iter().any(|piece| piece["kind"] == "short_memory"),
        "{decision}"
    );
    let (resumed, _) = ask(&next, &incident).await;
    assert_eq!(resumed, memory, "the same session and the same memory");
    next.stop().await;
}
