//! Jira and ServiceNow as doubles: they keep tickets in the form of their APIs, and fail as a test says.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::serving::serve;

/// How the next request that changes something goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is done, and the answer is lost.
    Lost,
    /// Not now: again after so many seconds.
    Busy(u64),
}

/// A ticket.
#[derive(Clone, Debug, Default)]
pub struct Ticket {
    pub fields: Value,
    pub said: Vec<Value>,
    pub is_closed: bool,
}

#[derive(Default)]
struct Book {
    tickets: Vec<Ticket>,
    faults: VecDeque<Fault>,
}

/// The doubles; they end with the test.
pub struct Desk {
    pub url: String,
    book: Arc<Mutex<Book>>,
    _serving: JoinSet<()>,
}

const USER: &str = "Basic Ym90QGFjbWU6dG9rLTE=";

impl Desk {
    pub async fn start() -> Self {
        let book: Arc<Mutex<Book>> = Arc::default();
        let app = Router::new()
            .route("/rest/api/3/{*rest}", any(jira))
            .route("/api/now/table/incident", any(service_now))
            .route("/api/now/table/incident/{id}", any(service_now_one))
            .with_state(book.clone());
        let (url, serving) = serve(app).await;
        Self {
            url,
            book,
            _serving: serving,
        }
    }

    pub fn fails(&self, faults: impl IntoIterator<Item = Fault>) {
        self.book.lock().unwrap().faults.extend(faults);
    }

    pub fn tickets(&self) -> Vec<Ticket> {
        self.book.lock().unwrap().tickets.clone()
    }
}

/// Whether a request is let in, and how it fails.
fn enter(book: &mut Book, headers: &HeaderMap, changes: bool) -> Result<bool, Box<Response>> {
    if headers.get("authorization").is_none_or(|given| given != USER) {
        return Err(Box::new(StatusCode::UNAUTHORIZED.into_response()));
    }
    match book.faults.front().copied().filter(|_| changes) {
        None => Ok(false),
        Some(Fault::Lost) => {
            book.faults.pop_front();
            Ok(true)
        }
        Some(Fault::Busy(seconds)) => {
            book.faults.pop_front();
            let later = [("retry-after", seconds.to_string())];
            Err(Box::new((StatusCode::TOO_MANY_REQUESTS, later).into_response()))
        }
    }
}

/// The answer, or what stands in for one that never comes.
fn answer(is_lost: bool, status: StatusCode, body: Value) -> Response {
    match is_lost {
        true => StatusCode::BAD_GATEWAY.into_response(),
        false if body.is_null() => status.into_response(),
        false => (status, Json(body)).into_response(),
    }
}

async fn jira(
    State(book): State<Arc<Mutex<Book>>>,
    method: Method,
    Path(rest): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut book = book.lock().unwrap();
    let is_search = rest == "search/jql";
    let is_lost = match enter(&mut book, &headers, method == Method::POST && !is_search) {
        Ok(is_lost) => is_lost,
        Err(refused) => return *refused,
    };
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let parts: Vec<&str> = rest.split('/').collect();
    let place = |key: &str| {
        key.strip_prefix("OPS-")
            .and_then(|no| no.parse::<usize>().ok())
            .map(|no| no - 1)
    };
    match (method.as_str(), &parts[..]) {
        ("POST", ["search", "jql"]) => {
            let jql = body["jql"].as_str().unwrap();
            let label = jql.split("labels = \"").nth(1).unwrap().trim_end_matches('"');
            let has = |ticket: &Ticket| {
                ticket.fields["labels"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|one| one == label)
            };
            let found = book.tickets.iter().position(has);
            let issues: Vec<Value> = found
                .into_iter()
                .map(|no| json!({"id": "1", "key": format!("OPS-{}", no + 1)}))
                .collect();
            answer(false, StatusCode::OK, json!({"issues": issues}))
        }
        ("POST", ["issue"]) => {
            let fields = &body["fields"];
            let is_whole = fields["project"]["key"] == "OPS"
                && fields["issuetype"]["name"] == "Task"
                && fields["summary"].is_string()
                && fields["description"]["type"] == "doc";
            if !is_whole {
                let errors = json!({"errorMessages": [], "errors": {"project": "project is required"}});
                return answer(false, StatusCode::BAD_REQUEST, errors);
            }
            let ticket = Ticket {
                fields: fields.clone(),
                ..Ticket::default()
            };
            book.tickets.push(ticket);
            let key = format!("OPS-{}", book.tickets.len());
            answer(
                is_lost,
                StatusCode::CREATED,
                json!({"id": "1", "key": key, "self": "x"}),
            )
        }
        ("POST", ["issue", key, "comment"]) => match place(key).and_then(|no| book.tickets.get_mut(no)) {
            Some(ticket) => {
                ticket.said.push(body["body"].clone());
                answer(is_lost, StatusCode::CREATED, json!({"id": "1"}))
            }
            None => StatusCode::NOT_FOUND.into_response(),
        },
        ("GET", ["issue", key]) => match place(key).and_then(|no| book.tickets.get(no)) {
            Some(ticket) => {
                let category = if ticket.is_closed { "done" } else { "indeterminate" };
                let status = json!({"statusCategory": {"key": category}});
                answer(false, StatusCode::OK, json!({"key": key, "fields": {"status": status}}))
            }
            None => StatusCode::NOT_FOUND.into_response(),
        },
        ("GET", ["issue", _, "transitions"]) => answer(
            false,
            StatusCode::OK,
            json!({"transitions": [
                {"id": "11", "name": "Start", "to": {"statusCategory": {"key": "indeterminate"}}},
                {"id": "31", "name": "Done", "to": {"statusCategory": {"key": "done"}}},
            ]}),
        ),
        ("POST", ["issue", key, "transitions"]) => match place(key).and_then(|no| book.tickets.get_mut(no)) {
            Some(ticket) if ["11", "31"].contains(&body["transition"]["id"].as_str().unwrap_or_default()) => {
                ticket.is_closed = body["transition"]["id"] == "31";
                answer(is_lost, StatusCode::NO_CONTENT, Value::Null)
            }
            _ => StatusCode::BAD_REQUEST.into_response(),
        },
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn service_now(
    State(book): State<Arc<Mutex<Book>>>,
    method: Method,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut book = book.lock().unwrap();
    let is_lost = match enter(&mut book, &headers, method == Method::POST) {
        Ok(is_lost) => is_lost,
        Err(refused) => return *refused,
    };
    let shown = |no: usize| json!({"sys_id": format!("{no:032}"), "number": format!("INC{:07}", no + 1)});
    if method == Method::GET {
        let query = query.unwrap_or_default();
        let id = query
            .split("correlation_id=")
            .nth(1)
            .unwrap()
            .split('&')
            .next()
            .unwrap();
        let found = book
            .tickets
            .iter()
            .position(|ticket| ticket.fields["correlation_id"] == id);
        let found: Vec<Value> = found.into_iter().map(shown).collect();
        return answer(false, StatusCode::OK, json!({"result": found}));
    }
    let fields: Value = serde_json::from_slice(&body).unwrap();
    book.tickets.push(Ticket {
        fields,
        ..Ticket::default()
    });
    let made = shown(book.tickets.len() - 1);
    answer(is_lost, StatusCode::CREATED, json!({"result": made}))
}

async fn service_now_one(
    State(book): State<Arc<Mutex<Book>>>,
    method: Method,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut book = book.lock().unwrap();
    let is_lost = match enter(&mut book, &headers, method != Method::GET) {
        Ok(is_lost) => is_lost,
        Err(refused) => return *refused,
    };
    let Some(ticket) = id.parse::<usize>().ok().and_then(|no| book.tickets.get_mut(no)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if method == Method::GET {
        let state = if ticket.is_closed { "6" } else { "1" };
        return answer(false, StatusCode::OK, json!({"result": {"state": state}}));
    }
    let fields: Value = serde_json::from_slice(&body).unwrap();
    match fields["state"].as_str() {
        Some(state) => ticket.is_closed = state == "6" && fields["close_code"].is_string(),
        None => ticket.said.push(fields["work_notes"].clone()),
    }
    answer(is_lost, StatusCode::OK, json!({"result": {"sys_id": id}}))
}
