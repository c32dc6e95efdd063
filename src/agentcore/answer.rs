//! What clients see: refusals as `{"error": ...}`, and what a stream tells, item by item.

use actors::domain::Decision;
use actors::port::EngineEvent;
use actors::runtime::{CallError, DecisionEvent};
use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::http::deciding::Shown;
use crate::http::problem::Problem;

/// A refusal: its status and its body.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) body: Value,
    retry_after_seconds: Option<u64>,
}

/// A refusal with a sentence.
pub(super) fn refusal(status: StatusCode, error: &str) -> Refusal {
    Refusal {
        status,
        body: json!({"error": error}),
        retry_after_seconds: None,
    }
}

/// A body that cannot be read: what is wrong with it, and where.
pub(super) fn unreadable(error: &str, details: &str) -> Refusal {
    Refusal {
        status: StatusCode::BAD_REQUEST,
        body: json!({"error": error, "details": details}),
        retry_after_seconds: None,
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        let error = match &problem.field {
            Some(field) => format!("{field}: {}", problem.detail),
            None => problem.detail.clone(),
        };
        let wait = problem.retry_after.map(|wait| wait.as_secs().max(1));
        Self {
            retry_after_seconds: wait,
            ..refusal(problem.status, &error)
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// What is told of something that is shown: items of JSON.
pub(super) fn items(shown: Shown) -> Vec<Value> {
    match shown {
        Shown::Progress(DecisionEvent::Shown(EngineEvent::Text(line))) => vec![line.into()],
        Shown::Progress(DecisionEvent::Shown(EngineEvent::Tool(call))) => vec![json!({"event": "look", "look": call})],
        Shown::Progress(DecisionEvent::Shown(EngineEvent::Usage(tokens))) => {
            vec![json!({"event": "usage", "tokens_used": tokens})]
        }
        Shown::Progress(DecisionEvent::Memory { session_id, memory_id }) => vec![json!({
            "event": "memory", "loaded": true, "session_id": session_id, "memory_id": memory_id,
        })],
        Shown::Outcome(outcome) => match *outcome {
            Ok(decision) => decided(&decision),
            Err(error) => vec![broken(error)],
        },
    }
}

fn decided(decision: &Decision) -> Vec<Value> {
    let calls = decision
        .tool_calls
        .iter()
        .map(|call| json!({"event": "tool_call", "tool_call": call}));
    let whole = json!({"event": "decision", "decision": decision});
    calls.chain([whole]).collect()
}

/// An error in a stream that has begun: its status is told already.
fn broken(error: CallError) -> Value {
    let problem = Problem::from(error);
    let error_type = problem.code;
    let mut item = Refusal::from(problem).body;
    item["error_type"] = json!(error_type);
    item["message"] = "An error occurred during streaming".into();
    item
}
