//! AWS Bedrock AgentCore Runtime's side of the process: `GET /ping`, `POST /invocations` and `GET /ws` on a listener
//! of their own, as the runtime's own SDK for Python answers them.
//!
//! Whoever stands in front has been let in by the platform, so the paths ask for no key where `AGENTCORE_COMPANY`
//! says whose they are. The listener has a thread of its own (`front`): whatever the others do, `/ping` answers.

mod answer;
mod front;
pub mod invocation;
mod invoke;
mod session;
mod socket;
mod whose;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use actors::labour::Labour;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{HeaderValue, ORIGIN};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;

use crate::config::{AgentCore, Hosts};
use crate::http::{Edge, Stage};
use crate::mcp;
use answer::refusal;

/// What the handlers share.
struct Shared {
    edge: Arc<Edge>,
    /// Decisions, runs and invocations that are under way.
    labour: Arc<Labour>,
    settings: AgentCore,
    /// Where all is done but `/ping`: not on the listener's thread.
    work: Handle,
    /// WebSockets, whose connections are no longer the listener's.
    sockets: TaskTracker,
}

/// Listens where the settings say; says what is likely not meant.
///
/// # Errors
/// The address cannot be had.
pub(crate) fn listen(settings: &AgentCore, has_mongo: bool) -> io::Result<TcpListener> {
    if !has_mongo {
        tracing::warn!("AGENTCORE_PORT is set and MONGO_URL is not: the runtime keeps no disk, so all is lost with it");
    }
    let listener = TcpListener::bind(settings.listen)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Serves until `stopped`, then until every request in flight and every WebSocket has ended.
///
/// # Errors
/// The listener's thread could not be started.
pub(crate) async fn serve(
    edge: Arc<Edge>,
    settings: AgentCore,
    listener: TcpListener,
    stopped: impl Future<Output = ()>,
) -> io::Result<()> {
    if let Some(company) = settings.company.as_ref().filter(|company| !edge.keyring.knows(company)) {
        tracing::warn!(company_id = %company, "AGENTCORE_COMPANY names a company that there is not yet");
    }
    let shared = Arc::new(Shared {
        labour: edge.runtime.census().labour().clone(),
        settings,
        edge,
        work: Handle::current(),
        sockets: TaskTracker::new(),
    });
    front::serve(listener, router(shared.clone()), shared.sockets.clone(), stopped).await
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/invocations", post(invoke::invoke))
        .route("/ws", get(socket::connect))
        .layer(middleware::from_fn_with_state(shared.clone(), from_no_strange_page))
        .layer(middleware::from_fn_with_state(shared.clone(), while_it_stays))
        .with_state(shared.clone())
        .merge(mcp::router(shared.edge.clone(), &Hosts::Any))
        .layer(middleware::from_fn(whose::forwarded))
        .layer(middleware::from_fn_with_state(shared.clone(), elsewhere))
        .merge(Router::new().route("/ping", get(ping)).with_state(shared))
        .method_not_allowed_fallback(|| async { (StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed") })
        .fallback(|| async { (StatusCode::NOT_FOUND, "Not Found") })
}

/// Has a request answered by the runtime that decides, and to the end, whether its client waits or not.
async fn elsewhere(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let answered = shared.edge.deciding.begin(next.run(request), &shared.work);
    answered.await.unwrap_or_else(|_| {
        let failed = refusal(StatusCode::INTERNAL_SERVER_ERROR, "something failed inside");
        failed.into_response()
    })
}

#[derive(Serialize)]
struct Ping {
    status: &'static str,
    time_of_last_update: u64,
}

/// How it is: one look at one number, whatever else goes on.
async fn ping(State(shared): State<Arc<Shared>>) -> Json<Ping> {
    let (works, time_of_last_update) = shared.labour.now();
    Json(Ping {
        status: if works { "HealthyBusy" } else { "Healthy" },
        time_of_last_update,
    })
}

/// Refuses a page that a browser on this machine shows: nobody stands in front who has let it in.
async fn from_no_strange_page(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(ORIGIN);
    let known = |origin: &HeaderValue| {
        let mut allowed = shared.edge.settings.allowed_origins.iter();
        allowed.any(|allowed| allowed.as_bytes() == origin.as_bytes())
    };
    if shared.settings.listen.ip().is_loopback() && origin.is_some_and(|origin| !known(origin)) {
        let detail = "pages of this origin may not ask; ALLOWED_ORIGINS names those that may";
        return refusal(StatusCode::FORBIDDEN, detail).into_response();
    }
    next.run(request).await
}

/// Refuses what is new while the process is going down.
async fn while_it_stays(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    if shared.edge.stage() == Stage::Draining {
        return refusal(StatusCode::SERVICE_UNAVAILABLE, "the server is going down; try again").into_response();
    }
    next.run(request).await
}
