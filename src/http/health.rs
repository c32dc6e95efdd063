//! Alive, ready, and which version: for probes, measured and never constant.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::gate::Anyone;
use super::problem::{Code, Problem};
use super::{Edge, Stage};

/// How the process is.
#[derive(Serialize, ToSchema)]
pub(super) struct Health {
    status: &'static str,
}

/// `GET /healthz`: the process answers.
pub(super) async fn alive(_: Anyone) -> Json<Health> {
    Json(Health { status: "ok" })
}

/// `GET /readyz`: send work here, or elsewhere.
pub(super) async fn ready(_: Anyone, State(edge): State<Arc<Edge>>) -> Result<Json<Health>, Problem> {
    if edge.stage() == Stage::Ready {
        return Ok(Json(Health { status: "ready" }));
    }
    let wait = std::time::Duration::from_secs(5);
    Err(Problem::unavailable(Code::Draining, "the server is going down", wait))
}

/// What answers a ping.
#[derive(Serialize, ToSchema)]
pub(super) struct Ping {
    status: &'static str,
    uptime_s: u64,
    version: &'static str,
    commit: String,
    mode: &'static str,
    /// Which engine decides.
    provider: &'static str,
    /// The engines that can decide now: those that are set, and have not failed lately.
    providers_available: Vec<&'static str>,
    ready: bool,
}

/// `GET /agent/ping`.
pub(super) async fn ping(_: Anyone, State(edge): State<Arc<Edge>>) -> Json<Ping> {
    Json(Ping {
        status: "ok",
        uptime_s: edge.started.elapsed().as_secs(),
        version: env!("CARGO_PKG_VERSION"),
        commit: edge.settings.commit.clone(),
        mode: edge.settings.minds.mode.as_str(),
        provider: edge.runtime.engine_name(),
        providers_available: edge.runtime.engines_available(),
        ready: edge.stage() == Stage::Ready,
    })
}

/// Which build this is.
#[derive(Serialize, ToSchema)]
pub(super) struct Version {
    version: &'static str,
    commit: String,
    mode: &'static str,
    uptime_s: u64,
}

/// `GET /agent/version`.
pub(super) async fn version(_: Anyone, State(edge): State<Arc<Edge>>) -> Json<Version> {
    Json(Version {
        version: env!("CARGO_PKG_VERSION"),
        commit: edge.settings.commit.clone(),
        mode: edge.settings.minds.mode.as_str(),
        uptime_s: edge.started.elapsed().as_secs(),
    })
}
