//! A decision whose client goes away is finished and kept all the same.

use axum::body::Body;
use axum::http::Request;
use futures::FutureExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::engine;
use crate::support::engine::Home;
use crate::support::server::{Company, Server};

fn question(company: &Company, incident: &str, stream: bool) -> Request<Body> {
    let body = json!({
        "incident_id": incident,
        "company_id": company.id,
        "incident_data": {"severity": "high", "signature": "disk"},
        "stream": stream,
    });
    let request = Request::post("/api/agent/decide").header("host", "x");
    let request = request.header("x-api-key", &company.key);
    request.body(Body::from(body.to_string())).unwrap()
}

/// The decisions of an incident after the server has drained and another has begun.
async fn kept(server: Server, home: &Home, company: &Company, incident: &str) -> Vec<Value> {
    server.stop().await;
    let next = Server::start_in(home).await;
    let decisions = next
        .all(company, &format!("/api/agent/decisions/{incident}"), 200)
        .await;
    next.stop().await;
    decisions
}

#[tokio::test]
async fn a_stream_that_nobody_reads_ends_in_a_decision_that_is_kept() {
    let home = Home::on(engine());
    let server = Server::start_in(&home).await;
    let acme = server.company("comp-acme").await;
    let answer = server.app().oneshot(question(&acme, "gone-1", true)).await.unwrap();
    assert_eq!(answer.status(), 200);
    // As when a connection breaks off before anything was written.
    drop(answer);
    assert_eq!(kept(server, &home, &acme, "gone-1").await.len(), 1);
}

#[tokio::test]
async fn whoever_hangs_up_before_the_answer_has_his_decision_kept() {
    let home = Home::on(engine());
    let server = Server::start_in(&home).await;
    let acme = server.company("comp-acme").await;
    // Polled once: everything up to the decision needs no waiting. Then dropped, as a connection drops its handler.
    let asked = server.app().oneshot(question(&acme, "gone-2", false)).now_or_never();
    assert!(asked.is_none(), "it is not answered yet");
    assert_eq!(kept(server, &home, &acme, "gone-2").await.len(), 1);
}
