//! SIGTERM under load: everything is answered, for good or for now, and the end is clean.

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::Value;
use tokio::time::timeout;

use super::engine;
use crate::support::judge::judge;
use crate::support::load::Load;
use crate::support::process::{PATIENCE, Place, eventually};

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
    let mut server = crate::support::process::Server::start(serve).await.unwrap();
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
