//! SIGTERM under load: everything is answered, for good or for now, and the end is clean.

use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::engine;
use crate::support::judge::judge;
use crate::support::load::Load;
use crate::support::process::{self, PATIENCE, Place, eventually};
use crate::support::provider::{End, Provider, Reply};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm_under_load_answers_everything_and_tells_the_streams() {
    let place = Place::with_companies(engine(), &["comp-a", "comp-b"]).await;
    let mut server = place.start().await;
    let load = Load::start(&place.tenants, 3, &place.ledger);
    load.aim(&server.url);

    let client = place.tenants[0].client(&server.url);
    let incident = eventually("an incident", PATIENCE, async || {
        let page = client.get("/api/incidents?limit=1").await.ok()?.body;
        page["items"][0]["incident_id"].as_str().map(str::to_owned)
    })
    .await;
    let path = format!("/api/agent/decisions/{incident}/stream");
    let mut stream = client.open(&path).await.unwrap();
    let before = load.seen().acked.load(Ordering::SeqCst);
    let more = || (load.seen().acked.load(Ordering::SeqCst) > before + 20).then_some(());
    eventually("load", PATIENCE, async || more()).await;

    server.terminate().await;
    let status = server.ended(Duration::from_secs(15)).await;
    assert_eq!(status.code(), Some(0), "{}", server.log());
    let mut told = String::new();
    while let Ok(Some(bytes)) = timeout(PATIENCE, stream.chunk()).await.unwrap() {
        told.push_str(&String::from_utf8_lossy(&bytes));
    }
    assert!(told.contains("event: draining"), "the stream was told: {told:?}");
    assert!(told.contains("retry:"), "the stream was told: {told:?}");

    let server = place.start().await;
    load.aim(&server.url);
    load.finish().await;
    judge(&server.url, &place.tenants, &place.ledger).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readiness_is_withdrawn_before_work_is_refused() {
    let place = Place::with_companies(engine(), &["comp-a"]).await;
    let mut serve = place.serve();
    serve.env("DRAIN_DELAY_MS", "1500");
    let mut server = process::Server::start(serve).await.unwrap();
    let client = place.tenants[0].client(&server.url);
    server.terminate().await;
    eventually("readiness to be withdrawn", PATIENCE, async || {
        client.get("/readyz").await.err()
    })
    .await;
    let ping: Value = client.get("/api/agent/ping").await.unwrap().body;
    assert_eq!(ping["ready"], false, "{ping}");
    let status = server.ended(Duration::from_secs(15)).await;
    assert_eq!(status.code(), Some(0), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm_ends_what_agentcore_has_begun_and_the_next_process_has_it() {
    const SESSION: &str = "a-session-of-the-platform-with-a-name-long-enough";
    let provider = Provider::start().await;
    provider.says([Reply::of(200, "text/event-stream", []).ends(End::Never)]);
    let place = Place::with_companies(engine(), &["comp-a"]).await;
    let mut serve = place.serve();
    serve.envs([
        ("AGENTCORE_PORT", "127.0.0.1:0"),
        ("AGENTCORE_COMPANY", "comp-a"),
        ("GEMINI_API_KEY", "key"),
        ("LLM_ENDPOINT", &provider.url),
        ("MAX_DECISION_TIME_SECONDS", "120"),
    ]);
    let mut server = process::Server::start(serve).await.unwrap();
    let url = server.agentcore().await;
    let invocation = json!({"prompt": "link-down", "stream": true}).to_string();
    let (mut socket, _) = connect_async(format!("{}/ws", url.replace("http://", "ws://")))
        .await
        .unwrap();
    socket.send(Message::text(invocation.clone())).await.unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let invoke = http.post(format!("{url}/invocations")).body(invocation);
    let invoke = invoke.header("x-amzn-bedrock-agentcore-runtime-session-id", SESSION);
    let invoked = invoke.send().await.unwrap();
    let both = || (provider.asked().len() == 2).then_some(());
    eventually("both to be decided", PATIENCE, async || both()).await;
    let ping = http.get(format!("{url}/ping")).send().await.unwrap();
    assert!(ping.text().await.unwrap().contains("HealthyBusy"));

    server.terminate().await;
    let status = server.ended(Duration::from_secs(15)).await;
    assert_eq!(status.code(), Some(0), "{}", server.log());
    let told = timeout(PATIENCE, invoked.text()).await.unwrap().unwrap();
    assert!(told.contains("llm: the server is going down"), "{told}");
    let mut told = String::new();
    let farewell = loop {
        match timeout(PATIENCE, socket.next()).await.unwrap().unwrap().unwrap() {
            Message::Text(text) => told.push_str(&text),
            Message::Close(farewell) => break farewell.unwrap(),
            _ => {}
        }
    };
    assert!(told.contains("llm: the server is going down"), "{told}");
    assert_eq!(farewell.code, CloseCode::Restart);

    let server = place.start().await;
    let client = place.tenants[0].client(&server.url);
    let memory = client.get(&format!("/api/incidents/{SESSION}/memory")).await.unwrap();
    assert_eq!(
        memory.body["messages"][0]["content"], "Escalate to technician for manual review",
        "{:?}",
        memory.body
    );
    server.stop().await;
}
