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
use tempfile::TempDir;
use tokio::net::UnixListener;
use tokio::task::JoinSet;

/// How long a connection to a provider may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Bytes of what is asked: more than a prompt can be.
const ASKED_BYTES: usize = 1 << 20;
/// The socket in its directory, which nobody else may enter.
const SOCKET: &str = "provider.sock";

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
    http: reqwest::Client,
    to: Arc<OnceLock<String>>,
}

impl Relay {
    /// A new one, which leads nowhere yet.
    pub(super) fn open() -> io::Result<Self> {
        let dir = tempfile::Builder::new().prefix("alert-whisperer-").tempdir()?;
        let listener = UnixListener::bind(dir.path().join(SOCKET))?;
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_WITHIN)
            // A provider that sends us elsewhere would have our key sent there too.
            .redirect(reqwest::redirect::Policy::none())
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .build()
            .map_err(io::Error::other)?;
        let to = Arc::new(OnceLock::new());
        let way = Arc::new(Way { http, to: to.clone() });
        let app = Router::new().fallback(pass).with_state(way);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            if let Err(error) = axum::serve(listener, app).await {
                tracing::error!(%error, "the way to the language model is closed");
            }
        });
        Ok(Self {
            dir,
            to,
            _serving: serving,
        })
    }

    /// A client that goes through it, whatever host it is told.
    pub(super) fn client(&self) -> reqwest::Result<reqwest::Client> {
        let socket = self.dir.path().join(SOCKET);
        reqwest::Client::builder().unix_socket(socket).no_gzip().build()
    }

    /// Says where it leads; what was said first holds.
    pub(super) fn leads_to(&self) -> Arc<OnceLock<String>> {
        self.to.clone()
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
    let asked = way
        .http
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
