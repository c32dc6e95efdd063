//! `POST /invocations`: a decision as JSON, or as a stream where one is asked for.

use std::convert::Infallible;
use std::sync::Arc;

use actors::domain::{Decision, DecisionRequest, IncidentId};
use actors::limits::DECISION_EVENTS;
use actors::runtime::{CallError, DecisionEvent};
use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use futures::future::BoxFuture;
use futures::stream::{self, StreamExt};
use tokio::sync::mpsc;
use tracing::Instrument;

use super::Shared;
use super::answer::{Refusal, items, unreadable};
use super::invocation::{self, Invocation, Unread};
use super::session;
use super::whose::Asker;
use crate::http::body::{self, REQUEST_BYTES};
use crate::http::deciding::watched;
use crate::http::problem::Problem;

/// A decision that has begun; it is finished whether anybody waits or not.
pub(super) struct Begun {
    pub(super) progress: mpsc::Receiver<Box<DecisionEvent>>,
    pub(super) decided: BoxFuture<'static, Result<Decision, CallError>>,
}

/// What an invocation comes to.
enum Answer {
    Whole(Box<Decision>),
    Stream(Begun),
}

/// Takes an invocation. What it says is judged in this order: its JSON, its session, its caller, its fields.
pub(super) async fn invoke(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let edge = &shared.edge;
    let named = session::request(&parts.headers);
    let request_id = named.unwrap_or_else(|| edge.entropy.uuid(edge.clock.now()).to_string());
    let span = tracing::info_span!("invocation", request_id, session_id = tracing::field::Empty);
    match answer(&shared, &parts, body).instrument(span).await {
        Ok(Answer::Whole(decision)) => Json(decision).into_response(),
        Ok(Answer::Stream(begun)) => streamed(begun),
        Err(refused) => refused.into_response(),
    }
}

async fn answer(shared: &Shared, parts: &Parts, body: Body) -> Result<Answer, Refusal> {
    let read = read(&body::read(body, REQUEST_BYTES).await?);
    // Malformed JSON is told before anything else, and a field that is wrong after who may ask.
    let read = match read {
        Err(Unread::Field(error)) => Err(error),
        Err(other) => return Err(told(other)),
        Ok(invocation) => Ok(invocation),
    };
    let session = session::session(&parts.headers)?;
    if let Some(session) = &session {
        tracing::Span::current().record("session_id", session);
    }
    let asker = Asker::of(parts, shared)?;
    let invocation = read.map_err(Problem::from)?;
    let accepts = parts.headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    let streams = invocation.stream || accepts.is_some_and(|accept| accept.contains("text/event-stream"));
    let begun = begin(shared, &asker, session.as_deref(), invocation)?;
    if streams {
        return Ok(Answer::Stream(begun));
    }
    let decision = begun.decided.await.map_err(Problem::from)?;
    Ok(Answer::Whole(Box::new(decision)))
}

/// Reads a body.
pub(super) fn read(body: &[u8]) -> Result<Invocation, Unread> {
    invocation::read(body)
}

/// What is wrong with a body, as clients see it.
pub(super) fn told(unread: Unread) -> Refusal {
    match unread {
        Unread::Encoding(details) => unreadable("Invalid encoding", &details),
        Unread::Json(details) => unreadable("Invalid JSON", &details),
        Unread::Field(error) => Problem::from(error).into(),
    }
}

/// Begins what was asked for. From here on the session is busy until it is decided.
///
/// # Errors
/// As [`Asker::decides`].
pub(super) fn begin(
    shared: &Shared,
    asker: &Asker,
    session: Option<&str>,
    invocation: Invocation,
) -> Result<Begun, Problem> {
    let edge = &shared.edge;
    let (company, origin) = asker.decides(shared, invocation.company_id)?;
    let incident = invocation.incident_id.or_else(|| session.map(session::incident));
    let incident = incident.unwrap_or_else(|| IncidentId::from_uuid(edge.entropy.uuid(edge.clock.now())));
    let request = Box::new(DecisionRequest {
        incident_data: invocation.facts,
        memory_context: invocation.memory_context,
        requested_by: origin,
    });
    let (show, progress) = mpsc::channel(DECISION_EVENTS);
    let busy = shared.labour.work();
    let decided = edge.decide(company, incident, request, Some(show), busy)?;
    Ok(Begun {
        progress,
        decided: Box::pin(decided),
    })
}

/// `data:` and nothing else (WHATWG, server-sent events).
fn streamed(begun: Begun) -> Response {
    let shown = watched(begun.progress, begun.decided);
    let events = shown.flat_map(|shown| stream::iter(items(shown)));
    let bytes = events.map(|item| Ok::<_, Infallible>(format!("data: {item}\n\n")));
    let headers = [(CONTENT_TYPE, "text/event-stream"), (CACHE_CONTROL, "no-cache")];
    (headers, Body::from_stream(bytes)).into_response()
}
