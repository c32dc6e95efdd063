//! The one list of routes, and what surrounds every request: a trace id, the log line, the problem
//! body, the refusal of work while the process is going down.

use std::sync::Arc;

use actors::domain::Timestamp;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::Version;
use axum::http::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use tokio::time::Instant;
use tracing::Instrument;

use super::approvals::pending;
use super::companies::{aws, config, credentials, intake, notifications, rules, suppression};
pub use super::gate::Policy;
use super::incidents::unresolved;
use super::kpis::series;
use super::live::{events, socket};
use super::problem::{Code, Problem};
pub use super::routes::Route;
use super::routes::{Described, Routes};
use super::runbooks::{dry_run, edit};
use super::runs::{execute, stop, switch};
use super::schemas::Schemas;
use super::{
    Edge, Stage, acts, agent, alertmanager, alerts, approvals, audit, auth, caller, companies, dashboard, decisions,
    health, heartbeats, incidents, kpis, memory, metrics, openapi, runbooks, runs, system, tools, users, webhook,
};
use crate::mcp;
use crate::nodes::{self, handing};

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
        .get("/", dashboard::page, "The dashboard")
        .get(
            "/assets/{file}",
            dashboard::asset,
            "A file that the dashboard is made of",
        )
        .get("/healthz", health::alive, "Whether the process answers")
        .get("/readyz", health::ready, "Whether to send work here")
        .get("/api/healthz", health::alive, "Whether the process answers")
        .get("/api/readyz", health::ready, "Whether to send work here")
        .get(
            "/api/agent/ping",
            health::ping,
            "How the process is, and which engine decides",
        )
        .get("/api/agent/version", health::version, "Which build this is")
        .post(
            "/api/agent/decide",
            agent::decide,
            "Decide what to do about an incident",
        )
        .get("/api/agent/tools", tools::list, "The tools that there are")
        .get(
            "/api/agent/decisions/{incident_id}",
            decisions::list,
            "An incident's decisions, oldest first",
        )
        .get(
            "/api/agent/decisions/{incident_id}/stream",
            decisions::follow,
            "An incident's decisions as they are made",
        )
        .get(
            "/api/agent/decisions/{incident_id}/{decision_id}/trace",
            decisions::trace,
            "What was said with models for a decision, word for word",
        )
        .post("/api/webhooks/alerts", webhook::accept, "Send alerts")
        .post(
            "/api/webhooks/{format}",
            webhook::accept_format,
            "Send what a monitoring tool sends, as it sends it",
        )
        .options(
            "/api/webhooks/{format}",
            webhook::handshake::allow,
            "Whether CloudEvents may be sent here",
        )
        .post(
            "/api/webhooks/pagerduty/v2/enqueue",
            webhook::enqueue::enqueue,
            "Send an event of PagerDuty's Events API v2, with an API key as its routing_key",
        )
        .post(
            "/api/v2/alerts",
            webhook::prometheus::accept,
            "Send alerts as Prometheus sends them to an Alertmanager",
        )
        .get(
            "/api/v2/alerts",
            alertmanager::list,
            "The alerts that fire, as Alertmanager tells them",
        )
        .get("/api/events", events::follow, "What happens, as it happens")
        .get("/ws", socket::connect, "What happens, over a WebSocket")
        .get("/metrics", metrics::render, "What the process measures, for Prometheus")
        .post("/api/auth/login", auth::login, "Log in")
        .post(
            "/api/auth/refresh",
            auth::refresh,
            "Renew the tokens with the refresh token",
        )
        .post("/api/auth/logout", auth::logout, "Log out")
        .post("/api/auth/logout-all", auth::logout_all, "End all of one's logins")
        .get("/api/auth/me", auth::me, "Who one is")
        .put("/api/auth/password", auth::password, "Choose another password")
        .get("/api/auth/sessions", auth::sessions, "One's logins")
        .delete(
            "/api/auth/sessions/{login_id}",
            auth::end_session,
            "End one of one's logins",
        )
        .post("/api/auth/totp", auth::totp, "Set up a second factor")
        .get("/api/audit", audit::list, "A journal, oldest or newest entry first")
        .get(
            "/api/audit/verify",
            audit::verify,
            "Work a journal's chain of hashes out",
        )
        .get(
            "/api/audit/export",
            audit::export,
            "A journal to take away, with a signed checkpoint",
        )
        .get("/api/audit/key", audit::key, "The key that checkpoints are signed with")
        .get("/api/companies", companies::list, "The companies that one may see")
        .post("/api/companies", companies::create, "Create a company")
        .get(
            "/api/companies/{company_id}",
            companies::one,
            "A company with its settings",
        )
        .patch("/api/companies/{company_id}", companies::update, "Rename a company")
        .delete("/api/companies/{company_id}", companies::archive, "Archive a company")
        .post(
            "/api/companies/{company_id}/restore",
            companies::restore,
            "Open an archived company again",
        )
        .post(
            "/api/companies/{company_id}/erase",
            companies::erase,
            "Erase an archived company, for good",
        )
        .get(
            "/api/companies/{company_id}/correlation",
            companies::correlation,
            "How its alerts are grouped",
        )
        .put(
            "/api/companies/{company_id}/correlation",
            companies::set_correlation,
            "Say how its alerts are grouped",
        )
        .get(
            "/api/companies/{company_id}/rate-limit",
            companies::rate_limit,
            "How many alerts it may send",
        )
        .put(
            "/api/companies/{company_id}/rate-limit",
            companies::set_rate_limit,
            "Say how many alerts it may send",
        )
        .get(
            "/api/companies/{company_id}/retention",
            companies::retention,
            "How long what there is of it is kept",
        )
        .put(
            "/api/companies/{company_id}/retention",
            companies::set_retention,
            "Say how long what there is of it is kept",
        )
        .get(
            "/api/companies/{company_id}/policy",
            companies::policy,
            "What may run for it, and who must agree",
        )
        .put(
            "/api/companies/{company_id}/policy",
            companies::set_policy,
            "Say what may run for it, and who must agree",
        )
        .get(
            "/api/companies/{company_id}/intake",
            intake::settings,
            "What it takes from monitoring tools",
        )
        .put(
            "/api/companies/{company_id}/intake",
            intake::set,
            "Say what it takes from monitoring tools",
        )
        .patch(
            "/api/companies/{company_id}/intake",
            intake::update,
            "Say some of it otherwise",
        )
        .post(
            "/api/companies/{company_id}/intake/try",
            intake::try_mapping,
            "Try a mapping on a body",
        )
        .get(
            "/api/companies/{company_id}/rules",
            rules::list,
            "Its own rules of grouping",
        )
        .put(
            "/api/companies/{company_id}/rules",
            rules::set,
            "Say by which rules its alerts are grouped",
        )
        .post(
            "/api/companies/{company_id}/rules/try",
            rules::try_rules,
            "What other rules would have made of the past",
        )
        .get(
            "/api/companies/{company_id}/sources",
            intake::sources,
            "From which tools its alerts come",
        )
        .get(
            "/api/companies/{company_id}/maintenance-windows",
            suppression::windows,
            "Its maintenance windows",
        )
        .put(
            "/api/companies/{company_id}/maintenance-windows",
            suppression::set_windows,
            "Say when its incidents are quiet because something is worked on",
        )
        .get(
            "/api/companies/{company_id}/inhibitions",
            suppression::inhibitions,
            "Which of its trouble makes which other no news",
        )
        .put(
            "/api/companies/{company_id}/inhibitions",
            suppression::set_inhibitions,
            "Say which trouble makes which other no news",
        )
        .get(
            "/api/companies/{company_id}/silences",
            suppression::silences,
            "Its silences",
        )
        .post(
            "/api/companies/{company_id}/silences",
            suppression::silence,
            "Silence some of its alerts for a while",
        )
        .delete(
            "/api/companies/{company_id}/silences/{silence_id}",
            suppression::end_silence,
            "End a silence",
        )
        .get(
            "/api/companies/{company_id}/notifications",
            notifications::settings,
            "Who hears of its incidents, and how soon somebody has to take them up",
        )
        .put(
            "/api/companies/{company_id}/notifications",
            notifications::set,
            "Say who hears of its incidents",
        )
        .get(
            "/api/companies/{company_id}/channels",
            notifications::channels,
            "Where its people are told",
        )
        .put(
            "/api/companies/{company_id}/channels/{name}",
            notifications::set_channel,
            "Make a channel, or make it otherwise",
        )
        .delete(
            "/api/companies/{company_id}/channels/{name}",
            notifications::remove_channel,
            "Remove a channel",
        )
        .post(
            "/api/companies/{company_id}/channels/{name}/test",
            notifications::test_channel,
            "Send a test message to a channel",
        )
        .get(
            "/api/companies/{company_id}/deliveries",
            notifications::deliveries,
            "What its channels were told, newest first",
        )
        .post(
            "/api/companies/{company_id}/deliveries/{delivery_id}/redeliver",
            notifications::redeliver,
            "Deliver a message once more",
        )
        .get(
            "/api/companies/{company_id}/heartbeats",
            heartbeats::list,
            "What it is to hear of",
        )
        .put(
            "/api/companies/{company_id}/heartbeats/{name}",
            heartbeats::put,
            "Listen for something",
        )
        .delete(
            "/api/companies/{company_id}/heartbeats/{name}",
            heartbeats::remove,
            "Listen for it no more",
        )
        .post(
            "/api/heartbeats/{name}",
            heartbeats::ping,
            "Say that something is alive",
        )
        .get("/api/companies/{company_id}/aws", aws::settings, "Its AWS account")
        .put(
            "/api/companies/{company_id}/aws",
            aws::connect,
            "Connect it to an AWS account, or say otherwise how",
        )
        .delete(
            "/api/companies/{company_id}/aws",
            aws::disconnect,
            "Disconnect it from its AWS account",
        )
        .post(
            "/api/companies/{company_id}/aws/check",
            aws::check::check,
            "Try its AWS account: the role, who that is, and its machines",
        )
        .get(
            "/api/companies/{company_id}/aws-role",
            aws::role,
            "What to make its role in its AWS account with",
        )
        .get(
            "/api/companies/{company_id}/api-keys",
            credentials::keys,
            "Its API keys",
        )
        .post(
            "/api/companies/{company_id}/api-keys",
            credentials::add_key,
            "Make an API key, which is shown once",
        )
        .delete(
            "/api/companies/{company_id}/api-keys/{key_id}",
            credentials::revoke_key,
            "Revoke an API key",
        )
        .get(
            "/api/companies/{company_id}/webhook-secrets",
            credentials::secrets,
            "Its webhook secrets",
        )
        .post(
            "/api/companies/{company_id}/webhook-secrets",
            credentials::rotate_secret,
            "Make a webhook secret, which is shown once",
        )
        .delete(
            "/api/companies/{company_id}/webhook-secrets/{secret_id}",
            credentials::retire_secret,
            "End a webhook secret",
        )
        .post(
            "/api/companies/{company_id}/test-alert",
            intake::test_alert,
            "Send it a test alert",
        )
        .get(
            "/api/companies/{company_id}/members",
            users::members,
            "Whom its incidents can be assigned to",
        )
        .get("/api/companies/{company_id}/assets", config::assets, "What it has")
        .put(
            "/api/companies/{company_id}/assets/{asset_name}",
            config::set_asset,
            "Say how critical an asset is and what it depends on",
        )
        .delete(
            "/api/companies/{company_id}/assets/{asset_name}",
            config::remove_asset,
            "Forget an asset",
        )
        .get(
            "/api/companies/{company_id}/config",
            config::config,
            "All of its configuration as one document",
        )
        .put(
            "/api/companies/{company_id}/config",
            config::set_config,
            "Make a document its configuration, or say what that would change",
        )
        .get(
            "/api/runbooks",
            runbooks::list,
            "The runbooks that there are for a company",
        )
        .get(
            "/api/runbooks/{runbook_id}",
            runbooks::one,
            "A runbook, with what it needs before it runs",
        )
        .post("/api/runbooks", edit::create, "Write a runbook of the company's own")
        .put(
            "/api/runbooks/{runbook_id}",
            edit::update,
            "Write another version of a company's own runbook",
        )
        .delete(
            "/api/runbooks/{runbook_id}",
            edit::remove,
            "Remove a company's own runbook",
        )
        .get(
            "/api/runbooks/{runbook_id}/versions",
            runbooks::versions,
            "A runbook's versions, the one in force first",
        )
        .post(
            "/api/runbooks/{runbook_id}/dry-run",
            dry_run::dry_run,
            "What a run would do; nothing is executed",
        )
        .get(
            "/api/approvals",
            approvals::list,
            "Runs that people have to agree to, newest first",
        )
        .get(
            "/api/approvals/pending",
            pending::pending,
            "What waits for somebody's word, over all companies that one reads",
        )
        .get(
            "/api/approvals/{approval_id}",
            approvals::one,
            "What somebody has to agree to: commands, machines, dry run",
        )
        .post(
            "/api/approvals/{approval_id}/approve",
            approvals::approve,
            "Agree to a run, which then begins",
        )
        .post("/api/approvals/{approval_id}/reject", approvals::reject, "Refuse a run")
        .get(
            "/api/memory/search",
            memory::search,
            "Search what is remembered of past incidents",
        )
        .post("/api/memory", memory::write, "Write a post-mortem")
        .get(
            "/api/memory/{memory_id}",
            memory::one,
            "A memory, and how far it is believed",
        )
        .post(
            "/api/memory/{memory_id}/quarantine",
            memory::quarantine,
            "Say that a memory is not to be believed",
        )
        .post(
            "/api/memory/{memory_id}/release",
            memory::release,
            "Believe a memory again",
        )
        .get("/api/users", users::list, "The people whom one administers")
        .post(
            "/api/users",
            users::create,
            "Make a person, whose first password is shown once",
        )
        .get("/api/users/{user_id}", users::one, "A person")
        .patch("/api/users/{user_id}", users::update, "Change a person")
        .delete("/api/users/{user_id}", users::disable, "Close a person's account")
        .post(
            "/api/users/{user_id}/reset-password",
            users::reset,
            "Make a new first password, which is shown once",
        )
        .get("/api/alerts", alerts::list, "Alerts, newest first")
        .get("/api/alerts/{alert_id}", alerts::one, "An alert")
        .get("/api/alerts/{alert_id}/why", alerts::why, "Why an alert is where it is")
        .get("/api/incidents", incidents::list, "Incidents, newest first")
        .post(
            "/api/incidents/correlate",
            incidents::correlate,
            "Wait until all alerts are placed, and say what came of them",
        )
        .get(
            "/api/incidents/unresolved",
            unresolved::unresolved,
            "What is open, in short, over all companies that one reads",
        )
        .get("/api/incidents/{incident_id}", incidents::one, "An incident")
        .patch(
            "/api/incidents/{incident_id}",
            acts::update,
            "Assign an incident, or note something",
        )
        .post(
            "/api/incidents/{incident_id}/acknowledge",
            acts::acknowledge,
            "Acknowledge an incident",
        )
        .post(
            "/api/incidents/{incident_id}/resolve",
            acts::resolve,
            "Resolve an incident",
        )
        .post(
            "/api/incidents/{incident_id}/reopen",
            acts::reopen,
            "Reopen an incident",
        )
        .post(
            "/api/incidents/{incident_id}/escalate",
            acts::escalate,
            "Escalate an incident to a person",
        )
        .post(
            "/api/incidents/{incident_id}/snooze",
            acts::snooze,
            "Snooze an incident",
        )
        .post(
            "/api/incidents/{incident_id}/merge",
            acts::merge,
            "Merge others into an incident",
        )
        .post(
            "/api/incidents/{incident_id}/split",
            acts::split,
            "Make some of its alerts an incident of their own",
        )
        .post(
            "/api/incidents/{incident_id}/execute-runbook-ssm",
            execute::execute,
            "Run a runbook to heal an incident, or ask for it",
        )
        .get(
            "/api/incidents/{incident_id}/runs",
            runs::of_incident,
            "What was run to heal an incident",
        )
        .post(
            "/api/incidents/{incident_id}/runs/{run_id}/cancel",
            stop::cancel,
            "Have AWS end a run before its time",
        )
        .post(
            "/api/incidents/{incident_id}/runs/{run_id}/give-up",
            stop::give_up,
            "Wait no longer for a run's end",
        )
        .get(
            "/api/incidents/{incident_id}/tickets",
            incidents::tickets,
            "Its tickets in other systems",
        )
        .get(
            "/api/incidents/{incident_id}/why",
            incidents::why::why,
            "Why an incident is as it is, and why not otherwise",
        )
        .get(
            "/api/incidents/{incident_id}/timeline",
            incidents::timeline,
            "What happened in an incident",
        )
        .get(
            "/api/incidents/{incident_id}/memory",
            incidents::memory,
            "What was said about an incident",
        )
        .get("/api/kpis", kpis::kpis, "What a company's incidents came to")
        .get(
            "/api/kpis/series",
            series::series,
            "Figures hour by hour, or day by day",
        )
        .get(
            "/api/kpis/companies",
            kpis::companies::companies,
            "The figures of each company that one reads",
        )
        .get(
            "/api/kpis/impact",
            kpis::impact,
            "What has become of a company's figures since a moment",
        )
        .get("/api/system/actors", system::actors, "Who lives in the runtime")
        .get("/api/system/runs", switch::switch, "Whether all runs are stopped")
        .put(
            "/api/system/runs",
            switch::set_switch,
            "Stop all runs of all companies, or let them go on",
        )
        .get("/api/system/rights", system::rights, "Who may do what")
        .get(
            "/api/system/dead-letters",
            system::dead_letters,
            "Alerts that could not be placed",
        )
        .post(
            "/api/system/dead-letters/{alert_id}/release",
            system::release_alert,
            "Place a dead letter again",
        )
        .post(
            "/api/system/companies/{company_id}/release",
            system::release_company,
            "Let a quarantined company try again",
        )
        .get("/api/openapi.json", openapi::document_itself, "This document")
        .get("/api/docs", openapi::to_page, "The page that shows this document")
        .get("/api/docs/", openapi::page, "The page that shows this document")
        .get(
            "/api/docs/{file}",
            openapi::page_file,
            "A file of the page that shows this document",
        )
}

/// Every route, with who may come in.
pub fn listed() -> Vec<Route> {
    described().0.into_iter().map(|(route, _)| route).collect()
}

/// Every route, with what OpenAPI says of it, and the schemas that this names.
pub(super) fn described() -> (Vec<Described>, Schemas) {
    routes().listed()
}

/// What answers requests. Beside the routes stands MCP's one path, which has no policy of its own: whoever has a token
/// or key comes in, and each tool asks for the right of the route behind it. What has no route may be a place within the
/// dashboard.
pub fn router(edge: Arc<Edge>) -> Router {
    routes()
        .router()
        .fallback(dashboard::elsewhere)
        .layer(middleware::from_fn_with_state(edge.clone(), handing::hand_on))
        .layer(middleware::from_fn_with_state(edge.clone(), surround))
        .with_state(edge.clone())
        .merge(nodes::router(edge.clone()))
        .merge(mcp::router(edge.clone(), &edge.settings.mcp_allowed_hosts))
}

/// What every answer says to a browser, unless it says something of its own. What is no page of ours is not rendered as
/// one: it loads nothing, runs nothing, and stands in nobody's frame (OWASP ASVS 3.2.1, 3.4.3 to 3.4.6).
const FOR_BROWSERS: [(HeaderName, &str); 4] = [
    (CACHE_CONTROL, "no-store"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
    ),
];
/// For a year over TLS alone, and the names below as well (RFC 6797, 6.1; OWASP ASVS 3.4.1). Said only where the request
/// came so (RFC 6797, 7.2).
const OVER_TLS_ALONE: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");

/// A request's trace id: 32 hex digits.
#[derive(Clone)]
pub(crate) struct TraceId(pub(crate) String);

/// An answer whose body is right as it is, whatever its status.
#[derive(Clone, Copy)]
pub(crate) struct AsItIs;

/// What surrounds every request.
pub(crate) async fn surround(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Response {
    let trace_id = trace_id(&edge, &request);
    request.extensions_mut().insert(TraceId(trace_id.clone()));
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("", MatchedPath::as_str)
        .to_owned();
    let over_tls = caller::over_tls(&request, &edge);
    let span = tracing::info_span!("request", trace_id, %method, route);
    let began = Instant::now();
    let stage = edge.stage();
    let answered = async {
        if stage == Stage::Draining && !ALWAYS_ANSWERED.contains(&path.as_str()) {
            let wait = std::time::Duration::from_secs(2);
            Problem::unavailable(Code::Draining, "the server is going down; try again", wait).into_response()
        } else if !names_one_host(&request) {
            let detail = "a request must have exactly one Host header";
            Problem::invalid("Host", detail).into_response()
        } else {
            next.run(request).await
        }
    };
    let answered = answered.instrument(span.clone()).await;
    let counted = answered
        .extensions()
        .get::<Problem>()
        .is_some_and(|problem| problem.counted);
    let mut response = rendered(answered, &path, &trace_id, edge.clock.now());
    let headers = response.headers_mut();
    for (name, value) in FOR_BROWSERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if over_tls {
        headers.insert(STRICT_TRANSPORT_SECURITY, OVER_TLS_ALONE);
    }
    if let Ok(value) = HeaderValue::from_str(&trace_id) {
        headers.insert("x-trace-id", value);
    }
    if stage != Stage::Ready {
        // Told to go, a client's next request finds a server that stays.
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    let (status, duration_us) = (response.status().as_u16(), began.elapsed().as_micros());
    span.in_scope(|| match status {
        500.. if !counted => tracing::warn!(status, duration_us, "request failed"),
        _ => tracing::debug!(status, duration_us, "request"),
    });
    response
}

/// Whether it is clear whom a request is for (RFC 9112, 3.2): what a proxy and we could read differently is refused.
fn names_one_host(request: &Request) -> bool {
    request.version() < Version::HTTP_11 || request.headers().get_all(HOST).iter().count() == 1
}

/// Gives a problem, or a bare error status, its body.
fn rendered(mut response: Response, path: &str, trace_id: &str, now: Timestamp) -> Response {
    let problem = response.extensions_mut().remove::<Problem>();
    let status = response.status();
    let as_it_is = problem.is_some() || response.extensions().get::<AsItIs>().is_some();
    let bare = !as_it_is && (status.is_client_error() || status.is_server_error());
    let Some(problem) = problem.or_else(|| bare.then(|| Problem::of_status(status))) else {
        return response;
    };
    let mut body = problem.told_at(now).render(path, trace_id);
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
