//! A bounded way to a provider. `genai` reads whatever it is sent: a line without an end, however long, and error bodies
//! whole, which it also logs. So it is not let speak to the provider itself but through this, in the same process, over a
//! socket of its own: what comes back is counted before it is read, an error is its status alone, and nothing is followed
//! or unpacked.

use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actors::limits::{TURN_BYTES, TURN_LINE_BYTES};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use hyper::server::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use tempfile::TempDir;
use tokio::net::UnixListener;
use tokio::task::JoinSet;

use super::pool::Pool;

/// Bytes of what is asked: more than a prompt can be.
const ASKED_BYTES: usize = 1 << 20;
/// The socket in its directory, which nobody else may enter.
const SOCKET: &str = "provider.sock";

/// Requests at once on the one connection between `genai` and this.
const ASKED_AT_ONCE: u32 = 8_192;
/// Before the next is let in where that failed: there may be no file descriptor left.
const ENTER_AGAIN: Duration = Duration::from_millis(100);
/// Bytes that all answers together may be ahead of their readers on that connection, so that one that is not read does
/// not hold up the rest.
const AHEAD: u32 = 64 << 20;

/// Statuses of our own, which no provider has: it could not be reached, it answered with what is no stream, and it was
/// asked and has not answered.
pub(super) const UNREACHED: u16 = 590;
pub(super) const NO_STREAM: u16 = 591;
pub(super) const UNANSWERED: u16 = 592;

/// A way to one provider, for as long as this lives.
pub(super) struct Relay {
    dir: TempDir,
    to: Arc<OnceLock<String>>,
    _serving: JoinSet<()>,
}

/// Where it leads.
struct Way {
    providers: Pool,
    to: Arc<OnceLock<String>>,
}

impl Relay {
    /// A new one, which leads nowhere yet.
    pub(super) fn open() -> io::Result<Self> {
        let dir = tempfile::Builder::new().prefix("alert-whisperer-").tempdir()?;
        let listener = UnixListener::bind(dir.path().join(SOCKET))?;
        let to = Arc::new(OnceLock::new());
        let way = Arc::new(Way {
            providers: Pool::new().map_err(io::Error::other)?,
            to: to.clone(),
        });
        let app = Router::new().fallback(pass).with_state(way);
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, app));
        Ok(Self {
            dir,
            to,
            _serving: serving,
        })
    }

    /// A client that goes through it, whatever host it is told.
    pub(super) fn client(&self) -> reqwest::Result<reqwest::Client> {
        let socket = self.dir.path().join(SOCKET);
        reqwest::Client::builder()
            .unix_socket(socket)
            .http2_prior_knowledge()
            .http2_initial_connection_window_size(AHEAD)
            .no_gzip()
            .build()
    }

    /// Says where it leads; what was said first holds.
    pub(super) fn leads_to(&self) -> Arc<OnceLock<String>> {
        self.to.clone()
    }
}

/// Answers whoever comes to the socket, which is `genai` alone. One connection carries all that is asked: buffers of its
/// own for each would be most of what an open decision holds.
async fn serve(listener: UnixListener, app: Router) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                let connection = http2::Builder::new(TokioExecutor::new())
                    .max_concurrent_streams(ASKED_AT_ONCE)
                    .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app.clone()));
                connections.spawn(connection);
            }
            Err(error) => {
                tracing::warn!(%error, "the way to the language model could not be entered");
                tokio::time::sleep(ENTER_AGAIN).await;
            }
        }
    }
}

/// Passes a request on, and what is answered back.
async fn pass(State(way): State<Arc<Way>>, request: Request) -> Response {
    let Some(to) = way.to.get() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let url = format!("{}{path}", to.trim_end_matches('/'));
    let Ok(body) = axum::body::to_bytes(body, ASKED_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let (http, place) = match way.providers.place() {
        Ok(found) => found,
        Err(error) => {
            tracing::error!(%error, "no client of the language model can be made");
            return of_our_own(UNREACHED);
        }
    };
    let asked = http
        .request(parts.method, url)
        .headers(forwarded(parts.headers))
        .body(body);
    let answer = match asked.send().await {
        Ok(answer) => answer,
        Err(error) => {
            let status = if error.is_connect() { UNREACHED } else { UNANSWERED };
            tracing::warn!(error = %error.without_url(), "the provider of the language model did not answer");
            return of_our_own(status);
        }
    };
    let status = answer.status();
    if !status.is_success() {
        return status.into_response();
    }
    let kind = answer.headers().get(CONTENT_TYPE).cloned();
    let is_page = kind
        .as_ref()
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page || answer.headers().contains_key("content-encoding") {
        return of_our_own(NO_STREAM);
    }
    let mut count = Count::default();
    let bytes = answer.bytes_stream().map(move |bytes| {
        let _in_flight = &place;
        let bytes = bytes.map_err(|_| io::Error::other("the answer broke off"))?;
        count
            .take(&bytes)
            .then_some(bytes)
            .ok_or_else(|| io::Error::other("the answer does not end"))
    });
    let mut response = Response::new(Body::from_stream(bytes));
    if let Some(kind) = kind {
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    response
}

fn of_our_own(status: u16) -> Response {
    StatusCode::from_u16(status)
        .unwrap_or(StatusCode::BAD_GATEWAY)
        .into_response()
}

/// What of a request is not about this socket alone.
fn forwarded(mut headers: HeaderMap) -> HeaderMap {
    for name in [HOST, CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING, ACCEPT_ENCODING] {
        headers.remove(name);
    }
    headers
}

/// What was received so far.
#[derive(Default)]
struct Count {
    all: usize,
    line: usize,
}

impl Count {
    /// Whether this much more may be read: of a line, and in all.
    fn take(&mut self, bytes: &Bytes) -> bool {
        self.all += bytes.len();
        match bytes.iter().rposition(|byte| *byte == b'\n') {
            Some(end) => self.line = bytes.len() - end - 1,
            None => self.line += bytes.len(),
        }
        self.all <= TURN_BYTES && self.line <= TURN_LINE_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_and_an_answer_have_an_end() {
        let mut lines = Count::default();
        let line = Bytes::from(format!("{}\n", "x".repeat(1023)));
        let taken = (0..).take_while(|_| lines.take(&line)).count();
        assert_eq!(taken, TURN_BYTES / 1024);
        let mut endless = Count::default();
        let some = Bytes::from("x".repeat(1024));
        assert_eq!(
            (0..).take_while(|_| endless.take(&some)).count(),
            TURN_LINE_BYTES / 1024
        );
    }
}
