//! The one list of routes, and what surrounds every request: a trace id, the log line, the problem
//! body, the refusal of work while the process is going down.

use std::sync::Arc;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CACHE_CONTROL, CONNECTION, HeaderValue};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use tokio::time::Instant;
use tracing::Instrument;

pub use super::gate::Policy;
use super::live::{events, socket};
use super::problem::Problem;
pub use super::routes::Route;
use super::routes::Routes;
use super::{
    Edge, Stage, acts, agent, alerts, audit, auth, companies, decisions, health, incidents, metrics, system, users,
    webhook,
};

/// Where a load balancer, an orchestrator or a person asks how we are, even while we are going down.
const ALWAYS_ANSWERED: [&str; 6] = [
    "/healthz",
    "/readyz",
    "/api/healthz",
    "/api/readyz",
    "/api/agent/ping",
    "/api/agent/version",
];

/// Every route with its handler. The first argument of each says who may come in.
fn routes() -> Routes {
    Routes::new()
        .get("/healthz", health::alive)
        .get("/readyz", health::ready)
        .get("/api/healthz", health::alive)
        .get("/api/readyz", health::ready)
        .get("/api/agent/ping", health::ping)
        .get("/api/agent/version", health::version)
        .post("/api/agent/decide", agent::decide)
        .get("/api/agent/decisions/{incident_id}", decisions::list)
        .get("/api/agent/decisions/{incident_id}/stream", decisions::follow)
        .post("/api/webhooks/alerts", webhook::accept)
        .get("/api/events", events::follow)
        .get("/ws", socket::connect)
        .get("/metrics", metrics::render)
        .post("/api/auth/login", auth::login)
        .post("/api/auth/refresh", auth::refresh)
        .post("/api/auth/logout", auth::logout)
        .post("/api/auth/logout-all", auth::logout_all)
        .get("/api/auth/me", auth::me)
        .put("/api/auth/password", auth::password)
        .get("/api/auth/sessions", auth::sessions)
        .delete("/api/auth/sessions/{login_id}", auth::end_session)
        .post("/api/auth/totp", auth::totp)
        .get("/api/audit", audit::list)
        .get("/api/audit/verify", audit::verify)
        .get("/api/audit/export", audit::export)
        .get("/api/audit/key", audit::key)
        .get("/api/companies", companies::list)
        .post("/api/companies", companies::create)
        .get("/api/companies/{company_id}", companies::one)
        .patch("/api/companies/{company_id}", companies::update)
        .delete("/api/companies/{company_id}", companies::archive)
        .post("/api/companies/{company_id}/restore", companies::restore)
        .get("/api/companies/{company_id}/correlation", companies::correlation)
        .put("/api/companies/{company_id}/correlation", companies::set_correlation)
        .get("/api/companies/{company_id}/rate-limit", companies::rate_limit)
        .put("/api/companies/{company_id}/rate-limit", companies::set_rate_limit)
        .get("/api/companies/{company_id}/api-keys", companies::keys)
        .post("/api/companies/{company_id}/api-keys", companies::add_key)
        .delete("/api/companies/{company_id}/api-keys/{key_id}", companies::revoke_key)
        .get("/api/companies/{company_id}/webhook-secrets", companies::secrets)
        .post("/api/companies/{company_id}/webhook-secrets", companies::rotate_secret)
        .delete(
            "/api/companies/{company_id}/webhook-secrets/{secret_id}",
            companies::retire_secret,
        )
        .post("/api/companies/{company_id}/test-alert", companies::test_alert)
        .get("/api/companies/{company_id}/assets", companies::assets)
        .put("/api/companies/{company_id}/assets/{asset_name}", companies::set_asset)
        .delete(
            "/api/companies/{company_id}/assets/{asset_name}",
            companies::remove_asset,
        )
        .get("/api/companies/{company_id}/config", companies::config)
        .put("/api/companies/{company_id}/config", companies::set_config)
        .get("/api/users", users::list)
        .post("/api/users", users::create)
        .get("/api/users/{user_id}", users::one)
        .patch("/api/users/{user_id}", users::update)
        .delete("/api/users/{user_id}", users::disable)
        .post("/api/users/{user_id}/reset-password", users::reset)
        .get("/api/alerts", alerts::list)
        .get("/api/alerts/{alert_id}", alerts::one)
        .get("/api/alerts/{alert_id}/why", alerts::why)
        .get("/api/incidents", incidents::list)
        .post("/api/incidents/correlate", incidents::correlate)
        .get("/api/incidents/{incident_id}", incidents::one)
        .patch("/api/incidents/{incident_id}", acts::update)
        .post("/api/incidents/{incident_id}/acknowledge", acts::acknowledge)
        .post("/api/incidents/{incident_id}/resolve", acts::resolve)
        .post("/api/incidents/{incident_id}/reopen", acts::reopen)
        .post("/api/incidents/{incident_id}/escalate", acts::escalate)
        .post("/api/incidents/{incident_id}/snooze", acts::snooze)
        .post("/api/incidents/{incident_id}/merge", acts::merge)
        .post("/api/incidents/{incident_id}/split", acts::split)
        .get("/api/incidents/{incident_id}/timeline", incidents::timeline)
        .get("/api/incidents/{incident_id}/memory", incidents::memory)
        .get("/api/system/actors", system::actors)
        .get("/api/system/rights", system::rights)
        .get("/api/system/dead-letters", system::dead_letters)
        .post("/api/system/dead-letters/{alert_id}/release", system::release_alert)
        .post("/api/system/companies/{company_id}/release", system::release_company)
}

/// Every route, with who may come in.
pub fn listed() -> Vec<Route> {
    routes().listed()
}

/// What answers requests.
pub fn router(edge: Arc<Edge>) -> Router {
    routes()
        .router()
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
