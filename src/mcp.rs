//! MCP at `/mcp`: the tools, incidents and runbooks for any client of the Model Context Protocol, under the rights of
//! whoever calls.
//!
//! There is no session: each request brings a token or an API key and is judged by itself, as on the routes of the
//! API, whose own functions (`src/http/offered.rs`) answer it. Agreeing to runs is not offered: that takes a person
//! on the API or the dashboard.

pub mod bridge;
mod resources;
mod schema;
mod server;
mod tools;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Json, Router};
use http_body_util::Full;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use serde::de::IgnoredAny;
use serde_json::json;

use crate::config::Hosts;
use crate::http::Edge;
use crate::http::body::{self, REQUEST_BYTES};
use crate::http::caller::Caller;
use crate::http::problem::Problem;
use crate::http::router::{self, AsItIs};
use crate::nodes::handing;
use server::Offered;

/// The code of a request that is refused before it is read: of those that are the server's to give.
const REFUSED: i32 = -32001;
const NOT_ALLOWED: &str =
    "the host or origin is not allowed: name the host in MCP_ALLOWED_HOSTS, a page's origin in ALLOWED_ORIGINS";

type Service = StreamableHttpService<Offered, NeverSessionManager>;

/// What the handler uses.
struct Shared {
    edge: Arc<Edge>,
    service: Service,
}

/// The one path, with what surrounds every request of the API.
pub(crate) fn router(edge: Arc<Edge>, hosts: &Hosts) -> Router {
    let offered = Offered { edge: edge.clone() };
    let shared = Shared {
        edge: edge.clone(),
        service: Service::new(move || Ok(offered.clone()), Arc::default(), config(&edge, hosts)),
    };
    Router::new()
        .route("/mcp", any(answer))
        .layer(middleware::from_fn_with_state(edge.clone(), handing::hand_on))
        .layer(middleware::from_fn_with_state(edge, router::surround))
        .with_state(Arc::new(shared))
}

fn config(edge: &Edge, hosts: &Hosts) -> StreamableHttpServerConfig {
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(REQUEST_BYTES);
    match hosts {
        // What stands in front names the host as it likes.
        Hosts::Any => config.disable_allowed_hosts(),
        Hosts::Named(named) => {
            let allowed = config.allowed_hosts.iter().cloned().chain(named.iter().cloned());
            let allowed: Vec<String> = allowed.collect();
            let origins = edge.settings.allowed_origins.clone();
            let config = config.with_allowed_hosts(allowed);
            config.with_allowed_origins(origins).enforce_origin_validation()
        }
    }
}

/// Lets in whoever has a token or key, as the API does, and hands the request to the protocol.
async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    // Leaves itself among the request's extensions, where the tools find it.
    Caller::of(&mut parts, &shared.edge)?;
    let body = body::read(body, REQUEST_BYTES).await?;
    let is_posted = parts.method == Method::POST;
    let says_json = parts
        .headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let answered = shared
        .service
        .handle(Request::from_parts(parts, Full::new(body.clone())))
        .await;
    let mut answered = match answered.status() {
        StatusCode::UNSUPPORTED_MEDIA_TYPE if is_posted && says_json => no_message(&body),
        StatusCode::FORBIDDEN => refusal(StatusCode::FORBIDDEN, (REFUSED, NOT_ALLOWED)),
        _ => answered.map(Body::new).into_response(),
    };
    // Its refusals are the protocol's own.
    answered.extensions_mut().insert(AsItIs);
    Ok(answered)
}

/// What is no message of the protocol (JSON-RPC 2.0, section 5.1; the transport asks for 400).
fn no_message(body: &[u8]) -> Response {
    let told = match serde_json::from_slice::<IgnoredAny>(body) {
        Ok(_) => (
            -32600,
            "the body must be one JSON-RPC 2.0 message, with jsonrpc and method",
        ),
        Err(_) => (-32700, "the body must be JSON"),
    };
    refusal(StatusCode::BAD_REQUEST, told)
}

fn refusal(status: StatusCode, (code, message): (i32, &str)) -> Response {
    let error = json!({"jsonrpc": "2.0", "id": null, "error": {"code": code, "message": message}});
    (status, Json(error)).into_response()
}
