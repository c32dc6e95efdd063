//! Alive, ready, and which version: for probes, measured and never constant.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::gate::Anyone;
use super::problem::Problem;
use super::{Edge, Stage};

/// `GET /healthz`: the process answers.
pub(super) async fn alive(_: Anyone) -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// `GET /readyz`: send work here, or elsewhere.
pub(super) async fn ready(_: Anyone, State(edge): State<Arc<Edge>>) -> Response {
    if edge.stage() == Stage::Ready {
        return Json(json!({"status": "ready"})).into_response();
    }
    let wait = std::time::Duration::from_secs(5);
    Problem::unavailable("draining", "the server is going down", wait).into_response()
}

/// `GET /agent/ping`.
pub(super) async fn ping(_: Anyone, State(edge): State<Arc<Edge>>) -> Json<Value> {
    let engine = edge.runtime.engine_name();
    Json(json!({
        "status": "ok",
        "uptime_s": edge.started.elapsed().as_secs(),
        "version": env!("CARGO_PKG_VERSION"),
        "commit": edge.settings.commit,
        "mode": "local",
        "provider": engine,
        "providers_available": [engine],
        "ready": edge.stage() == Stage::Ready,
    }))
}

/// `GET /agent/version`.
pub(super) async fn version(_: Anyone, State(edge): State<Arc<Edge>>) -> Json<Value> {
    Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "commit": edge.settings.commit,
        "mode": "local",
        "uptime_s": edge.started.elapsed().as_secs(),
    }))
}
