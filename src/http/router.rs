//! The one list of routes, and what surrounds every request: a trace id, the log line, the problem
//! body, the refusal of work while the process is going down.

use std::sync::Arc;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CACHE_CONTROL, CONNECTION, HeaderValue};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::time::Instant;
use tracing::Instrument;

use super::live::{events, socket};
use super::problem::Problem;
use super::{Edge, Stage, acts, agent, alerts, decisions, health, incidents, metrics, system, webhook};

/// Where a load balancer, an orchestrator or a person asks how we are, even while we are going down.
const ALWAYS_ANSWERED: [&str; 6] = [
    "/healthz",
    "/readyz",
    "/api/healthz",
    "/api/readyz",
    "/api/agent/ping",
    "/api/agent/version",
];

/// Every route.
pub fn router(edge: Arc<Edge>) -> Router {
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/api/healthz", get(health::alive))
        .route("/api/readyz", get(health::ready))
        .route("/api/agent/ping", get(health::ping))
        .route("/api/agent/version", get(health::version))
        .route("/api/agent/decide", post(agent::decide))
        .route("/api/agent/decisions/{incident_id}", get(decisions::list))
        .route("/api/agent/decisions/{incident_id}/stream", get(decisions::follow))
        .route("/api/webhooks/alerts", post(webhook::accept))
        .route("/api/events", get(events::follow))
        .route("/ws", get(socket::connect))
        .route("/metrics", get(metrics::render))
        .route("/api/alerts", get(alerts::list))
        .route("/api/alerts/{alert_id}", get(alerts::one))
        .route("/api/alerts/{alert_id}/why", get(alerts::why))
        .route("/api/incidents", get(incidents::list))
        .route("/api/incidents/correlate", post(incidents::correlate))
        .route("/api/incidents/{incident_id}", get(incidents::one).patch(acts::update))
        .route("/api/incidents/{incident_id}/acknowledge", post(acts::acknowledge))
        .route("/api/incidents/{incident_id}/resolve", post(acts::resolve))
        .route("/api/incidents/{incident_id}/reopen", post(acts::reopen))
        .route("/api/incidents/{incident_id}/escalate", post(acts::escalate))
        .route("/api/incidents/{incident_id}/snooze", post(acts::snooze))
        .route("/api/incidents/{incident_id}/merge", post(acts::merge))
        .route("/api/incidents/{incident_id}/split", post(acts::split))
        .route("/api/incidents/{incident_id}/timeline", get(incidents::timeline))
        .route("/api/incidents/{incident_id}/memory", get(incidents::memory))
        .route("/api/system/actors", get(system::actors))
        .route("/api/system/dead-letters", get(system::dead_letters))
        .route(
            "/api/system/dead-letters/{alert_id}/release",
            post(system::release_alert),
        )
        .route(
            "/api/system/companies/{company_id}/release",
            post(system::release_company),
        )
        .layer(middleware::from_fn_with_state(edge.clone(), surround))
        .with_state(edge)
}

/// What surrounds every request.
async fn surround(State(edge): State<Arc<Edge>>, request: Request, next: Next) -> Response {
    let trace_id = trace_id(&edge, &request);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("", MatchedPath::as_str)
        .to_owned();
    let span = tracing::info_span!("request", trace_id, %method, route);
    let began = Instant::now();
    let stage = edge.stage();
    let answered = async {
        if stage == Stage::Draining && !ALWAYS_ANSWERED.contains(&path.as_str()) {
            let wait = std::time::Duration::from_secs(2);
            Problem::unavailable("draining", "the server is going down; try again", wait).into_response()
        } else {
            next.run(request).await
        }
    };
    let mut response = rendered(answered.instrument(span.clone()).await, &path, &trace_id);
    let headers = response.headers_mut();
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    if let Ok(value) = HeaderValue::from_str(&trace_id) {
        headers.insert("x-trace-id", value);
    }
    if stage != Stage::Ready {
        // Told to go, a client's next request finds a server that stays.
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    let (status, duration_us) = (response.status().as_u16(), began.elapsed().as_micros());
    span.in_scope(|| match status {
        500.. => tracing::warn!(status, duration_us, "request failed"),
        _ => tracing::debug!(status, duration_us, "request"),
    });
    response
}

/// Gives a problem, or a bare error status, its body.
fn rendered(mut response: Response, path: &str, trace_id: &str) -> Response {
    let problem = response.extensions_mut().remove::<Problem>();
    let status = response.status();
    let bare = problem.is_none() && (status.is_client_error() || status.is_server_error());
    let Some(problem) = problem.or_else(|| bare.then(|| Problem::of_status(status))) else {
        return response;
    };
    let mut body = problem.render(path, trace_id);
    if let Some(allow) = response.headers_mut().remove(axum::http::header::ALLOW) {
        body.headers_mut().insert(axum::http::header::ALLOW, allow);
    }
    body
}

/// The caller's trace id (W3C Trace Context, `traceparent`), or one of our own: 32 hex digits.
fn trace_id(edge: &Edge, request: &Request) -> String {
    let given = request
        .headers()
        .get("traceparent")
        .and_then(|value| value.to_str().ok())
        .and_then(|text| {
            let mut parts = text.split('-');
            let (version, id) = (parts.next()?, parts.next()?);
            let hex = |part: &str| {
                part.bytes()
                    .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
            };
            let valid =
                version.len() == 2 && hex(version) && id.len() == 32 && hex(id) && id.bytes().any(|byte| byte != b'0');
            valid.then(|| id.to_owned())
        });
    given.unwrap_or_else(|| edge.entropy.uuid(edge.clock.now()).simple().to_string())
}
