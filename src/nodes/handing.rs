//! Hands a request on to the node that has its company.
//!
//! Which company it is about only its handler's rights say ([`crate::http::rights`]): they note it in [`Errand`], and
//! refuse what another node has to do, before anything is done here. While a company moves it is tried again, for as long
//! as a client may well wait.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actors::domain::CompanyId;
use actors::membership::Place;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::{Instant, timeout};

use super::word::{HEADER, NotBelieved};
use super::{CLIENTS_HOST, Sent, passed_on};
use crate::http::Edge;
use crate::http::body::{self, REQUEST_BYTES};
use crate::http::caller::{Caller, presented, source};
use crate::http::forwarded::Source;
use crate::http::problem::{Code, Problem};
use crate::http::router::{AsItIs, TraceId};

/// For how long a company's node is looked for while it moves.
const LOOKED_FOR: Duration = Duration::from_secs(5);
/// How soon it is looked for again where nobody has come or gone.
const AGAIN: Duration = Duration::from_millis(200);
/// Where every node takes what comes.
const TAKEN_ANYWHERE: [&str; 2] = ["/api/webhooks/", "/api/v2/alerts"];
/// Where a company's settings are.
const SETTINGS: &str = "/api/companies/";
const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");

/// Where a request came from, as the node says that has handed it on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HandedOn(pub(crate) Option<Source>);

/// What a request turns out to be about, while others may have to do it.
#[derive(Debug, Default)]
pub(crate) struct Errand {
    /// Only the company's own node does it: it changes something, or shows settings, of which that node alone has always
    /// the latest.
    is_its_nodes: bool,
    company: Mutex<Option<CompanyId>>,
    is_misplaced: AtomicBool,
    /// It names a company that this node does not know.
    is_unknown: AtomicBool,
}

impl Errand {
    fn of(parts: &Parts) -> Self {
        Self {
            is_its_nodes: !parts.method.is_safe() || parts.uri.path().starts_with(SETTINGS),
            ..Self::default()
        }
    }

    /// Notes the company, and refuses what another node has to do.
    pub(crate) fn is_about(&self, company: &CompanyId, edge: &Edge) -> Result<(), Problem> {
        *self.company.lock().unwrap_or_else(PoisonError::into_inner) = Some(company.clone());
        match edge.runtime.place_of(company) {
            Place::Elsewhere(url) if self.is_its_nodes => {
                self.is_misplaced.store(true, Ordering::Relaxed);
                Err(actors::port::Error::Elsewhere(url).into())
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn names_unknown(&self) {
        self.is_unknown.store(true, Ordering::Relaxed);
    }

    fn begins_again(&self) {
        self.is_misplaced.store(false, Ordering::Relaxed);
        self.is_unknown.store(false, Ordering::Relaxed);
    }

    /// Where it has to be done, where that is not here.
    fn elsewhere(&self, answered: &Response, edge: &Edge) -> Option<Place> {
        let refused = self.is_misplaced.load(Ordering::Relaxed) || answered.status() == StatusCode::MISDIRECTED_REQUEST;
        let company = self.company.lock().unwrap_or_else(PoisonError::into_inner).clone();
        company
            .filter(|_| refused)
            .map(|company| edge.runtime.place_of(&company))
    }
}

/// What surrounds every request of the API, between the log line and the route.
pub(crate) async fn hand_on(State(edge): State<Arc<Edge>>, request: Request, next: Next) -> Response {
    if !edge.nodes.shares() {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let answered = match parts.headers.remove(HEADER) {
        Some(word) => from_a_node(&edge, word, parts, body, next).await,
        None => from_a_client(&edge, parts, body, next).await,
    };
    answered.unwrap_or_else(IntoResponse::into_response)
}

/// It is done here or not at all.
async fn from_a_node(
    edge: &Arc<Edge>,
    word: HeaderValue,
    mut parts: Parts,
    body: Body,
    next: Next,
) -> Result<Response, Problem> {
    let body = body::read(body, REQUEST_BYTES).await?;
    let now = edge.runtime.membership().store_now().unwrap_or_default();
    let word = edge.nodes.read(word.as_bytes(), &parts, &body, now)?;
    as_it_came(&mut parts.headers);
    edge.learns_of(&parts.headers, !parts.method.is_safe()).await;
    let errand = Arc::new(Errand::of(&parts));
    parts.extensions.insert(errand.clone());
    parts.extensions.insert(HandedOn(word.source));
    let answered = next.run(Request::from_parts(parts, body.into())).await;
    Ok(match errand.elsewhere(&answered, edge) {
        Some(_) => Problem::of_status(StatusCode::MISDIRECTED_REQUEST).into_response(),
        None => answered,
    })
}

/// Under the name by which the client has asked: who may ask under which is judged by that.
fn as_it_came(headers: &mut HeaderMap) {
    if let Some(host) = headers.remove(CLIENTS_HOST) {
        headers.insert(header::HOST, host);
    }
}

async fn from_a_client(edge: &Arc<Edge>, mut parts: Parts, body: Body, next: Next) -> Result<Response, Problem> {
    let is_taken = TAKEN_ANYWHERE.iter().any(|path| parts.uri.path().starts_with(path));
    let changes_something = !parts.method.is_safe() && !is_taken;
    edge.learns_of(&parts.headers, changes_something).await;
    let is_known = presented(&parts.headers)
        .ok()
        .flatten()
        .is_some_and(|token| edge.knows(token));
    if is_taken || !is_known || !edge.runtime.has_others() {
        return Ok(next.run(Request::from_parts(parts, body)).await);
    }
    let errand = Arc::new(Errand::of(&parts));
    let from = source(&parts, edge);
    parts.extensions.insert(errand.clone());
    // Asked once, however often it is tried.
    Caller::of(&mut parts, edge)?;
    let body = match changes_something {
        true => body::read(body, REQUEST_BYTES).await?,
        false => Bytes::new(),
    };
    let (until, mut changes) = (Instant::now() + LOOKED_FOR, edge.runtime.membership().changes());
    let mut has_caught_up = false;
    loop {
        changes.mark_unchanged();
        errand.begins_again();
        let tried = Request::from_parts(parts.clone(), body.clone().into());
        let answered = next.clone().run(tried).await;
        if errand.is_unknown.load(Ordering::Relaxed) && !has_caught_up {
            has_caught_up = true;
            edge.catch_up().await;
            continue;
        }
        match errand.elsewhere(&answered, edge) {
            None => return Ok(answered),
            Some(Place::Elsewhere(Some(url))) => {
                let now = edge.runtime.membership().store_now().unwrap_or_default();
                let traced = with_trace(&parts);
                let sent = tokio::select! {
                    sent = edge.nodes.send(&url, &traced, body.clone(), (from, now)) => sent,
                    () = has_gone(edge, &url) => Sent::Lost("the node lives no more".to_owned()),
                };
                match sent {
                    Sent::Answered(answer) => {
                        let is_of_settings = changes_something && parts.uri.path().starts_with(SETTINGS);
                        if is_of_settings && answer.status().is_success() {
                            // What is kept of it here is as it was told.
                            edge.catch_up().await;
                        }
                        return Ok(passed_back(answer));
                    }
                    Sent::NotDone => {}
                    Sent::Lost(why) => return Err(lost(&why)),
                }
            }
            // It has come here meanwhile, or to a node that cannot be reached.
            Some(Place::Here | Place::Elsewhere(None)) => {}
        }
        if Instant::now() >= until {
            tracing::warn!(path = parts.uri.path(), "no node was found that has the company");
            return Err(moves());
        }
        // Whichever is first: another set of nodes, or the next look.
        drop(timeout(AGAIN, changes.changed()).await);
    }
}

impl From<NotBelieved> for Problem {
    fn from(why: NotBelieved) -> Self {
        match why {
            NotBelieved::NotOurs => Self::new(Code::Unauthorized, why.to_string()).of_field(HEADER),
            // The node that has handed it on looks again where it belongs.
            NotBelieved::Late => Self::of_status(StatusCode::MISDIRECTED_REQUEST),
        }
    }
}

/// Returns when the node that is reached there lives no more, as far as is known.
async fn has_gone(edge: &Edge, url: &str) {
    let mut changes = edge.runtime.membership().changes();
    let lives = || {
        let others = edge.runtime.membership().others();
        others.iter().any(|node| node.url.as_deref() == Some(url))
    };
    while lives() && changes.changed().await.is_ok() {}
}

/// The one trace of both nodes (W3C Trace Context).
fn with_trace(parts: &Parts) -> Parts {
    let mut parts = parts.clone();
    let trace = parts.extensions.get::<TraceId>();
    let parent = trace.and_then(|TraceId(id)| HeaderValue::from_str(&format!("00-{id}-{}-01", &id[..16])).ok());
    if let Some(parent) = parent {
        parts.headers.entry(TRACE_PARENT).or_insert(parent);
    }
    parts
}

/// The other node's answer, as it comes.
fn passed_back(answer: reqwest::Response) -> Response {
    let (status, mut headers) = (answer.status(), passed_on(answer.headers()));
    if let Some(length) = answer.headers().get(header::CONTENT_LENGTH) {
        headers.insert(header::CONTENT_LENGTH, length.clone());
    }
    let mut response = Response::new(Body::from_stream(answer.bytes_stream()));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    // Its refusals are rendered.
    response.extensions_mut().insert(AsItIs);
    response
}

fn lost(why: &str) -> Problem {
    tracing::warn!(why, "a request was handed on, and its answer is lost");
    let detail = "the node that has the company did not answer to the end: look whether it was done, then try again";
    Problem::unavailable(Code::Interrupted, detail, Duration::from_secs(1))
}

fn moves() -> Problem {
    let detail = "the company moves between nodes, and nothing was done; try again";
    Problem::unavailable(Code::Interrupted, detail, Duration::from_secs(1))
}
