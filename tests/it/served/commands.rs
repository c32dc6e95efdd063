//! The commands that a newcomer tries first, as processes against a real server.

use std::process::Output;

use serde_json::Value;
use tokio::time::timeout;

use super::engine;
use crate::support::process::{PATIENCE, Place, Server, binary};

async fn run(args: &[&str]) -> Output {
    timeout(PATIENCE, binary().args(args).output()).await.unwrap().unwrap()
}

/// `send` with a company's key and secret, and what a test adds.
async fn send(server: &Server, key: &str, secret: &str, more: &[&str]) -> Output {
    let always = ["send", "--url", &server.url, "--api-key", key, "--secret", secret];
    let alert = ["--asset", "web-1", "--signature", "disk-space-critical"];
    run(&[&always, &alert[..], more].concat()).await
}

fn printed(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text:?}"))
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn send_sends_and_ping_pings() {
    let place = Place::with_companies(engine(), &["comp-a"]).await;
    let server = place.start().await;
    let (key, secret) = (&place.tenants[0].api_key, &place.tenants[0].webhook_secret);

    let first = send(&server, key, secret, &["--severity", "critical", "--json"]).await;
    assert!(first.status.success(), "{}", complaint(&first));
    assert_eq!(printed(&first)["duplicate"], false);
    let again = send(&server, key, secret, &["--severity", "critical", "--json"]).await;
    assert_eq!(printed(&again)["duplicate"], false, "twice by hand are two alerts");

    let many = send(&server, key, secret, &["--count", "5", "--json"]).await;
    assert_eq!(printed(&many)["accepted"], 5, "{}", complaint(&many));

    for duplicate in [false, true] {
        let named = send(&server, key, secret, &["--delivery-id", "mine", "--json"]).await;
        assert_eq!(printed(&named)["duplicate"], duplicate, "{}", complaint(&named));
    }

    let wrong = send(&server, key, "another secret", &[]).await;
    assert_eq!(wrong.status.code(), Some(1));
    assert!(complaint(&wrong).contains("401"), "{}", complaint(&wrong));
    assert!(
        !complaint(&wrong).contains(key.as_str()),
        "a key is no business of a terminal's history"
    );

    let ping = run(&["ping", "--url", &server.url]).await;
    assert_eq!(ping.status.code(), Some(0), "{}", complaint(&ping));
    let url = server.url.clone();
    server.stop().await;
    let ping = run(&["ping", "--url", &url, "--timeout-seconds", "2"]).await;
    assert_eq!(ping.status.code(), Some(1), "nobody is there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn send_says_that_it_has_no_tls() {
    let args = [
        "send",
        "--url",
        "https://127.0.0.1:1",
        "--api-key",
        "k",
        "--asset",
        "a",
        "--signature",
        "s",
    ];
    let refused = run(&args).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(complaint(&refused).contains("https"), "{}", complaint(&refused));
}
