//! The floor: what any durable webhook must cost.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::sync::{mpsc, oneshot};

use super::Result;

/// What the load signs with.
pub const SECRET: &str = "whsec_floor";

type Commit = (Bytes, oneshot::Sender<()>);

/// Serves until the process is killed; prints its address first.
pub fn serve(file: &Path) -> Result<()> {
    let (commits, queue) = mpsc::channel::<Commit>(8192);
    let log = File::create(file)?;
    std::thread::spawn(move || write(log, queue));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!(
            "{}",
            serde_json::json!({"address": format!("http://{}", listener.local_addr()?)})
        );
        let app = Router::new()
            .route("/api/webhooks/alerts", post(accept))
            .with_state(commits);
        Ok(axum::serve(listener, app).await?)
    })
}

/// Writes what waits, flushes it once, and answers everybody.
fn write(mut log: File, mut queue: mpsc::Receiver<Commit>) {
    let mut waiting = Vec::new();
    while queue.blocking_recv_many(&mut waiting, 1024) > 0 {
        let bytes: Vec<u8> = waiting.iter().flat_map(|(body, _)| body.iter().copied()).collect();
        if log.write_all(&bytes).and_then(|()| log.sync_data()).is_err() {
            return;
        }
        for (_, done) in waiting.drain(..) {
            // A sender that has gone needs no answer.
            let _ = done.send(());
        }
    }
}

async fn accept(State(commits): State<mpsc::Sender<Commit>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    if !verified(&headers, &body) {
        return StatusCode::UNAUTHORIZED;
    }
    if serde_json::from_slice::<serde_json::Value>(&body).is_err() {
        return StatusCode::BAD_REQUEST;
    }
    let (done, durable) = oneshot::channel();
    match commits.send((body, done)).await.is_ok() && durable.await.is_ok() {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn verified(headers: &HeaderMap, body: &[u8]) -> bool {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()) else {
        return false;
    };
    mac.update(text("x-timestamp").as_bytes());
    mac.update(b".");
    mac.update(body);
    let claimed = text("x-signature").strip_prefix("sha256=").unwrap_or_default();
    hex::decode(claimed).is_ok_and(|claimed| mac.verify_slice(&claimed).is_ok())
}
