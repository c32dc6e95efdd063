//! `POST /agent/decide`: a decision as JSON, or as the guide's stream of events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use actors::domain::{Decision, DecisionRequest};
use actors::limits::DECISION_EVENTS;
use actors::port::EngineEvent;
use actors::runtime::{CallError, DecisionEvent};
use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use axum::http::request::Parts;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, Stream, StreamExt};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::body::{REQUEST_BYTES, Unread};
use super::deciding::{Shown, watched};
use super::describe::{Answer, Argument, Description};
use super::problem::Problem;
use super::rights::{Decide, May, Reaches};
use super::{Edge, body, question};

const LAST_EVENT_ID: &str = "last-event-id";

/// How often a silent stream says that it lives.
pub(super) const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Decides.
pub(super) async fn decide(
    reaches: Reaches<Decide>,
    State(edge): State<Arc<Edge>>,
    headers: HeaderMap,
    sent: Unread<question::Sent>,
) -> Result<Decided, Problem> {
    let asked = question::read(&body::read(sent.body, REQUEST_BYTES).await?)?;
    let may = reaches.choose(&edge, Some(asked.company_id.clone()))?;
    let asked_by_header = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    let streams = asked.stream || asked_by_header.is_some_and(|accept| accept.contains("text/event-stream"));
    decided(&edge, may, asked, streams).await
}

/// Decides for somebody who may.
pub(super) async fn decided(
    edge: &Edge,
    may: May<Decide>,
    asked: question::Question,
    streams: bool,
) -> Result<Decided, Problem> {
    edge.takes_work(may.company())?;
    let request = Box::new(DecisionRequest {
        incident_data: asked.facts,
        memory_context: asked.memory_context,
        requested_by: may.origin(),
    });
    let company = may.company().clone();
    if !streams {
        let decision = edge.decide(company, asked.incident_id, request, None, ())?.await?;
        return Ok(Decided::Whole(Box::new(decision)));
    }
    let (show, shown) = mpsc::channel(DECISION_EVENTS);
    let decided = edge.decide(company, asked.incident_id, request, Some(show), ())?;
    Ok(Decided::Streamed(sse(events(watched(shown, decided)))))
}

/// A decision, or the stream that ends with it.
pub(super) enum Decided {
    Whole(Box<Decision>),
    Streamed(EventStream),
}

impl IntoResponse for Decided {
    fn into_response(self) -> Response {
        match self {
            Self::Whole(decision) => Json(decision).into_response(),
            Self::Streamed(events) => events.into_response(),
        }
    }
}

impl Answer for Decided {
    fn describe(description: &mut Description) {
        Json::<Decision>::describe(description);
        EventStream::describe(description);
    }
}

/// Events as they come (WHATWG, server-sent events).
pub(super) struct EventStream(Response);

impl IntoResponse for EventStream {
    fn into_response(self) -> Response {
        self.0
    }
}

impl Answer for EventStream {
    fn describe(description: &mut Description) {
        description.answers(200, "Events as they come", Some(("text/event-stream", None)));
    }
}

/// `Last-Event-ID`: where a client goes on that was cut off.
pub(super) struct LastEventId(pub(super) Option<String>);

impl FromRequestParts<Arc<Edge>> for LastEventId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Edge>) -> Result<Self, Infallible> {
        // What is no text is no id either, and is told so by who reads it.
        let given = parts.headers.get(LAST_EVENT_ID);
        Ok(Self(given.map(|id| id.to_str().unwrap_or_default().to_owned())))
    }
}

impl Argument for LastEventId {
    fn describe(description: &mut Description) {
        description.reads_header("Last-Event-ID", "The id of the last event that was seen.");
    }
}

/// An SSE answer, kept alive and not buffered by proxies.
pub(super) fn sse(events: impl Stream<Item = Event> + Send + 'static) -> EventStream {
    let stream = Sse::new(events.map(Ok::<_, Infallible>)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    EventStream(([("x-accel-buffering", "no")], stream).into_response())
}

/// `start`, `memory`, lines, `tool_call`s, `decision`, `end`; or `error` with the problem.
fn events(shown: impl Stream<Item = Shown> + Send + 'static) -> impl Stream<Item = Event> + Send + 'static {
    let start = stream::once(async { named("start", &json!({})) });
    let going_on = shown.flat_map(|shown| {
        stream::iter(match shown {
            Shown::Progress(event) => vec![shown_event(&event)],
            Shown::Outcome(outcome) => outcome_events(*outcome),
        })
    });
    let all = start.chain(going_on);
    all.enumerate().map(|(place, event)| event.id((place + 1).to_string()))
}

fn shown_event(event: &DecisionEvent) -> Event {
    match event {
        DecisionEvent::Memory { session_id, memory_id } => named(
            "memory",
            &json!({"loaded": true, "session_id": session_id, "memory_id": memory_id}),
        ),
        // One JSON string, quotes included: no text can end the event or begin another.
        DecisionEvent::Shown(EngineEvent::Text(line)) => Event::default().data(Value::from(line.as_str()).to_string()),
        DecisionEvent::Shown(EngineEvent::Tool(call)) => named("look", &json!(call)),
        DecisionEvent::Shown(EngineEvent::Usage(tokens)) => named("usage", &json!({ "tokens_used": tokens })),
    }
}

fn outcome_events(outcome: Result<Decision, CallError>) -> Vec<Event> {
    match outcome {
        Ok(decision) => {
            let calls = decision.tool_calls.iter().map(|call| named("tool_call", &json!(call)));
            let decided = named("decision", &json!(decision));
            calls.chain([decided, named("end", &json!({}))]).collect()
        }
        Err(error) => vec![named("error", &Problem::from(error).to_json("/api/agent/decide", ""))],
    }
}

/// An event with a name and one line of JSON.
pub(super) fn named(name: &str, data: &Value) -> Event {
    Event::default().event(name).data(data.to_string())
}
