//! The other nodes over HTTP: a request for a company that another node has is handed on to that one, and what is done
//! beside requests is carried there.
//!
//! A request is handed on once, as it came, with its own token or key; [`word`] is what a node adds. It goes over a
//! connection of its own and is never sent again after its first byte: what may have been done is for the client to judge.

mod carried;
pub(crate) mod everywhere;
pub(crate) mod handing;
pub(crate) mod knowing;
pub(crate) mod moved;
pub(crate) mod reached;
pub mod word;

use std::error::Error as _;
use std::io;
use std::time::Duration;

use actors::domain::Timestamp;
use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use reqwest::redirect::Policy;

use crate::http::caller::presented;
use crate::http::forwarded::Source;
use crate::secrets::ServerKey;
pub(crate) use carried::router;
use word::{HEADER, Handed, NotBelieved, Word, Words};

/// How long a connection to a node may take.
const CONNECT: Duration = Duration::from_secs(1);
/// Beside a decision's time limit: how long a node may be silent.
const SILENT: Duration = Duration::from_secs(30);
/// The most of a refusal that is read, in bytes.
const REFUSAL_BYTES: usize = 16 * 1024;
/// How a client has named us: `Host` is the receiving node's on the way between two.
pub(crate) const CLIENTS_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
/// What concerns a connection and not what is sent over it (RFC 9110, 7.6.1).
const OF_A_CONNECTION: [HeaderName; 6] = [
    header::CONNECTION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::HOST,
];

/// The way to the other nodes, and from them.
pub struct Nodes {
    /// Where the others reach this one; nothing where it shares nothing.
    me: Option<String>,
    http: reqwest::Client,
    words: Words,
}

/// What has become of a request that was handed on.
pub(crate) enum Sent {
    /// It was answered.
    Answered(reqwest::Response),
    /// Nothing was done: the node has not been reached, does not have the company, or goes down.
    NotDone,
    /// Nobody knows.
    Lost(String),
}

impl Nodes {
    /// As the node of this URL, under the server's key; a decision may take so long.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub fn new(me: Option<String>, key: &ServerKey, decision: Duration) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .http1_only()
            .no_proxy()
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .pool_max_idle_per_host(0)
            .connect_timeout(CONNECT)
            .read_timeout(decision + SILENT)
            .build()?;
        Ok(Self {
            me,
            http,
            words: Words::under(key),
        })
    }

    /// Hands a request on to the node at `url`.
    pub(crate) async fn send(
        &self,
        url: &str,
        parts: &Parts,
        body: Bytes,
        (source, now): (Option<Source>, Timestamp),
    ) -> Sent {
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
        let handed = Handed {
            to: url,
            method: parts.method.as_str(),
            target,
            credential: presented(&parts.headers).ok().flatten(),
            body: &body,
        };
        let word = self.words.sign(&handed, Word { source }, now);
        let mut headers = passed_on(&parts.headers);
        headers.insert(HEADER, word);
        if let Some(host) = parts.headers.get(header::HOST) {
            headers.insert(CLIENTS_HOST, host.clone());
        }
        let request = self.http.request(parts.method.clone(), format!("{url}{target}"));
        match request.headers(headers).body(body).send().await {
            Ok(answer) if answer.status() == StatusCode::MISDIRECTED_REQUEST => Sent::NotDone,
            Ok(answer) if answer.status() == StatusCode::SERVICE_UNAVAILABLE => refused(answer).await,
            Ok(answer) => Sent::Answered(answer),
            Err(error) if error.is_connect() => Sent::NotDone,
            Err(error) => Sent::Lost(told(&error)),
        }
    }

    /// What a node says of a request that it has handed on.
    pub(crate) fn read(&self, word: &[u8], parts: &Parts, body: &[u8], now: Timestamp) -> Result<Word, NotBelieved> {
        let handed = Handed {
            to: self.me.as_deref().unwrap_or_default(),
            method: parts.method.as_str(),
            target: parts.uri.path_and_query().map_or("/", |target| target.as_str()),
            credential: presented(&parts.headers).ok().flatten(),
            body,
        };
        self.words.read(word, &handed, now)
    }

    /// Whether this process is a node among others.
    pub(crate) fn shares(&self) -> bool {
        self.me.is_some()
    }
}

/// A node that goes down has not begun; any other refusal is the answer.
async fn refused(answer: reqwest::Response) -> Sent {
    let is_short = answer
        .content_length()
        .is_some_and(|length| length <= REFUSAL_BYTES as u64);
    if !is_short {
        return Sent::Answered(answer);
    }
    let (status, headers) = (answer.status(), answer.headers().clone());
    let body = match answer.bytes().await {
        Ok(body) => body,
        Err(error) => return Sent::Lost(told(&error)),
    };
    let problem: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    if problem["code"] == "draining" {
        return Sent::NotDone;
    }
    let mut whole = axum::http::Response::new(body);
    *whole.status_mut() = status;
    *whole.headers_mut() = headers;
    Sent::Answered(whole.into())
}

/// The headers of a request or an answer as they go on.
pub(crate) fn passed_on(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    for name in OF_A_CONNECTION {
        headers.remove(name);
    }
    headers.remove(header::CONTENT_LENGTH);
    headers
}

/// An error with what it comes from.
fn told(error: &reqwest::Error) -> String {
    match error.source().and_then(|cause| cause.downcast_ref::<io::Error>()) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_concerns_a_connection_does_not_go_on_and_how_the_client_named_us_is_told_beside_it() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("host", "aw.example"),
            ("te", "trailers"),
            ("content-length", "3"),
            ("accept", "*/*"),
        ] {
            headers.insert(name, value.parse().unwrap());
        }
        let on = passed_on(&headers);
        assert_eq!(on.keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["accept"]);
    }
}
