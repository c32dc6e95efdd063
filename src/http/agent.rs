//! `POST /agent/decide`: a decision as JSON, or as the guide's stream of events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use actors::domain::{CompanyId, Decision, DecisionRequest, IncidentFacts, IncidentId, Severity};
use actors::limits::DECISION_EVENTS;
use actors::runtime::{CallError, DecisionEvent};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, Stream, StreamExt};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use super::problem::Problem;
use super::rights::{Decide, May};
use super::{Edge, body};

/// How often a silent stream says that it lives.
pub(super) const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The body of a request to decide.
#[derive(Deserialize)]
struct Request {
    incident_id: IncidentId,
    company_id: CompanyId,
    #[serde(default)]
    incident_data: Option<IncidentData>,
    #[serde(default)]
    memory_context: Option<Map<String, Value>>,
    #[serde(default)]
    stream: bool,
}

/// What a caller says of an incident.
#[derive(Deserialize)]
struct IncidentData {
    severity: Severity,
    signature: String,
    #[serde(default = "one")]
    alert_count: u64,
    #[serde(default)]
    affected_assets: Vec<String>,
}

fn one() -> u64 {
    1
}

impl IncidentData {
    fn checked(self) -> Result<IncidentFacts, Problem> {
        let within = |text: &str| (1..=256).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if !within(&self.signature) {
            let detail = "must be 1 to 256 characters without control characters";
            return Err(Problem::invalid("incident_data.signature", detail));
        }
        if self.affected_assets.len() > 100 || !self.affected_assets.iter().all(|asset| within(asset)) {
            let detail = "must be at most 100 names of 1 to 256 characters without control characters";
            return Err(Problem::invalid("incident_data.affected_assets", detail));
        }
        Ok(IncidentFacts {
            severity: self.severity,
            signature: self.signature,
            alert_count: self.alert_count,
            affected_assets: self.affected_assets,
        })
    }
}

/// Decides.
pub(super) async fn decide(
    State(edge): State<Arc<Edge>>,
    may: May<Decide>,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Problem> {
    let request: Request = body::json(sent).await?;
    may.only_own(Some(&request.company_id))?;
    let asked_by_header = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    let streams = request.stream || asked_by_header.is_some_and(|accept| accept.contains("text/event-stream"));
    let asked = DecisionRequest {
        incident_data: request.incident_data.map(IncidentData::checked).transpose()?,
        memory_context: request.memory_context.unwrap_or_default(),
        requested_by: may.bearer.key_id.to_string(),
    };
    // A decision's own time limit, and room for the store.
    let within = Duration::from_secs(u64::from(edge.settings.budget.max_time_seconds) + 5);
    let company = may.company().clone();
    if !streams {
        let decision = edge.runtime.decide(&company, request.incident_id, asked, None, within).await?;
        return Ok(Json(decision).into_response());
    }
    let (show, shown) = mpsc::channel(DECISION_EVENTS);
    let runtime = edge.runtime.clone();
    let decided = async move { runtime.decide(&company, request.incident_id, asked, Some(show), within).await };
    Ok(sse(events(shown, decided)))
}

/// An SSE answer, kept alive and not buffered by proxies.
pub(super) fn sse(events: impl Stream<Item = Event> + Send + 'static) -> Response {
    let stream = Sse::new(events.map(Ok::<_, Infallible>)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    ([("x-accel-buffering", "no")], stream).into_response()
}

/// `start`, `memory`, lines, `tool_call`s, `decision`, `end`; or `error` with the problem.
fn events(
    mut shown: mpsc::Receiver<DecisionEvent>,
    decided: impl Future<Output = Result<Decision, CallError>> + Send + 'static,
) -> impl Stream<Item = Event> + Send + 'static {
    let start = stream::once(async { named("start", &json!({})) });
    let (finish, finished) = tokio::sync::oneshot::channel();
    // The decision is driven by the stream itself: what is shown ends when the decision has.
    let deciding = stream::once(async move {
        drop(finish.send(decided.await));
        None
    });
    let showing = stream::poll_fn(move |context| shown.poll_recv(context)).map(|event| Some(shown_event(&event)));
    let progress = stream::select(showing, deciding).filter_map(std::future::ready);
    let outcome = stream::once(async move { outcome_events(finished.await.unwrap_or(Err(CallError::Interrupted))) });
    let all = start.chain(progress).chain(outcome.flat_map(stream::iter));
    all.enumerate().map(|(place, event)| event.id((place + 1).to_string()))
}

fn shown_event(event: &DecisionEvent) -> Event {
    match event {
        DecisionEvent::Memory { session_id, memory_id } => {
            named("memory", &json!({"loaded": true, "session_id": session_id, "memory_id": memory_id}))
        }
        // One JSON string, quotes included: no text can end the event or begin another.
        DecisionEvent::Text(line) => Event::default().data(Value::from(line.as_str()).to_string()),
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
