//! A receiver of notifications: keeps what it was sent, and answers what a test says.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::task::JoinSet;

use super::process::{PATIENCE, eventually};
use super::serving::serve;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Received {
    pub path: String,
    pub headers: HeaderMap,
    pub text: String,
}

impl Received {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// What it answers next.
#[derive(Clone, Copy, Debug)]
pub enum Says {
    Status(u16),
    /// Nothing, ever.
    Nothing,
}

#[derive(Default)]
struct Book {
    received: Mutex<Vec<Received>>,
    says: Mutex<VecDeque<Says>>,
}

/// The receiver; it ends with the test. Where nothing is said it answers 200.
pub struct Receiver {
    pub url: String,
    book: Arc<Book>,
    _serving: JoinSet<()>,
}

impl Receiver {
    pub async fn start() -> Self {
        let book = Arc::new(Book::default());
        let app = Router::new().fallback(take).with_state(book.clone());
        let (url, serving) = serve(app).await;
        Self {
            url,
            book,
            _serving: serving,
        }
    }

    pub fn says(&self, says: impl IntoIterator<Item = Says>) {
        self.book.says.lock().unwrap().extend(says);
    }

    pub fn received(&self) -> Vec<Received> {
        self.book.received.lock().unwrap().clone()
    }

    /// All that it was sent, once there are so many.
    pub async fn until(&self, count: usize) -> Vec<Received> {
        eventually(&format!("{count} messages"), PATIENCE, async || {
            Some(self.received()).filter(|received| received.len() >= count)
        })
        .await
    }
}

async fn take(State(book): State<Arc<Book>>, request: axum::extract::Request) -> Response {
    let (parts, body) = request.into_parts();
    let bytes: Bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    book.received.lock().unwrap().push(Received {
        path: parts.uri.path().to_owned(),
        headers: parts.headers,
        text: String::from_utf8(bytes.to_vec()).unwrap(),
    });
    let says = book.says.lock().unwrap().pop_front();
    match says {
        None => StatusCode::OK.into_response(),
        Some(Says::Status(status)) => (StatusCode::from_u16(status).unwrap(), "so it is").into_response(),
        Some(Says::Nothing) => {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            StatusCode::OK.into_response()
        }
    }
}
