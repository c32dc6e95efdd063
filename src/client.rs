//! A small client of our own HTTP API, for `send`, `demo` and the tests.
//!
//! It signs as any sender must: `X-Signature: sha256=<hex>` of HMAC-SHA256 over
//! `"{X-Timestamp}.{body}"`. What was not answered for certain is sent again under the same delivery
//! id, so that the server can tell a repeat from a new delivery. Keys and secrets never reach an
//! error's text.

mod retry;

use std::time::Duration;

use actors::domain::DeliveryId;
use actors::port::{Clock, Entropy};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Method, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use sha2::Sha256;

pub use retry::Retry;

use crate::clock::{SystemClock, SystemEntropy};

/// How long one attempt may take, from the connection to the last byte of the answer.
const ATTEMPT: Duration = Duration::from_secs(30);
const CONNECT: Duration = Duration::from_secs(5);

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The address cannot be used.
    #[error("{url}: {why}")]
    Address {
        /// As it was given.
        url: String,
        /// Why not.
        why: &'static str,
    },
    /// No attempt was answered. Something may have arrived all the same.
    #[error("no answer from {url} after {attempts} attempts: {why}")]
    Unreachable {
        /// The server.
        url: String,
        /// How often it was tried.
        attempts: u32,
        /// The last attempt's failure.
        why: String,
    },
    /// The server said no, and meant it.
    #[error("refused with {status}: {detail}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The problem's `detail`, or what there is of an answer.
        detail: String,
        /// `Retry-After`, where the server named it in seconds.
        retry_after: Option<Duration>,
        /// The whole problem (RFC 9457), where the answer was one.
        problem: Value,
    },
}

/// An answer of the 2xx kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The JSON body; `null` where there was none.
    pub body: Value,
    /// How many attempts it took.
    pub attempts: u32,
}

/// A client of one server, as one company.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    api_key: Option<SecretString>,
    token: Option<SecretString>,
    secret: Option<SecretString>,
    retry: Retry,
}

impl Client {
    /// A client of the server at `base`, such as `http://127.0.0.1:8001`, as nobody in particular.
    ///
    /// # Errors
    /// [`ClientError::Address`] for what is no `http` URL.
    pub fn new(base: &str) -> Result<Self, ClientError> {
        let base = address(base)?;
        let mut http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            // A signed request must not follow anybody to another host.
            .redirect(reqwest::redirect::Policy::none());
        if is_loopback(&base) {
            http = http.no_proxy();
        }
        let http = http.build().map_err(|_| ClientError::Address {
            url: base.to_string(),
            why: "the HTTP client cannot be built",
        })?;
        Ok(Self {
            http,
            base,
            api_key: None,
            token: None,
            secret: None,
            retry: Retry::default(),
        })
    }

    /// The same client with a company's API key.
    #[must_use]
    pub fn with_api_key(mut self, api_key: SecretString) -> Self {
        self.api_key = Some(api_key);
        self
    }

    /// The same client with a person's access token.
    #[must_use]
    pub fn with_token(mut self, token: SecretString) -> Self {
        self.token = Some(token);
        self
    }

    /// The same client, signing what it delivers.
    #[must_use]
    pub fn with_secret(mut self, secret: SecretString) -> Self {
        self.secret = Some(secret);
        self
    }

    /// The same client with another patience.
    #[must_use]
    pub fn with_retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Sends alerts: one native alert or an array of them, already serialised. Each attempt is signed
    /// afresh, under the one `delivery_id`.
    ///
    /// # Errors
    /// [`ClientError::Refused`], [`ClientError::Unreachable`].
    pub async fn deliver(&self, delivery_id: &str, body: &str) -> Result<Answer, ClientError> {
        self.deliver_to("/api/webhooks/alerts", &[("X-Delivery-ID", delivery_id)], body)
            .await
    }

    /// Sends a body to a webhook's path, with these headers; signed, where there is a secret.
    ///
    /// # Errors
    /// [`ClientError::Refused`], [`ClientError::Unreachable`].
    pub async fn deliver_to(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Result<Answer, ClientError> {
        self.until_answered(|| {
            let mut request = self
                .request(Method::POST, path)
                .header("Content-Type", "application/json");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            if let Some(secret) = &self.secret {
                let timestamp = unix_seconds().to_string();
                request = request
                    .header("X-Signature", signature(secret.expose_secret(), &timestamp, body))
                    .header("X-Timestamp", timestamp);
            }
            request.body(body.to_owned())
        })
        .await
    }

    /// `GET`s a path such as `/api/incidents?limit=1`.
    ///
    /// # Errors
    /// [`ClientError::Refused`], [`ClientError::Unreachable`].
    pub async fn get(&self, path: &str) -> Result<Answer, ClientError> {
        self.until_answered(|| self.request(Method::GET, path)).await
    }

    /// `POST`s a JSON body to a path.
    ///
    /// # Errors
    /// [`ClientError::Refused`], [`ClientError::Unreachable`].
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer, ClientError> {
        self.until_answered(|| self.request(Method::POST, path).json(body))
            .await
    }

    /// Every item of a paged list, in the list's order.
    ///
    /// # Errors
    /// [`ClientError::Refused`], [`ClientError::Unreachable`].
    pub async fn list(&self, path: &str) -> Result<Vec<Value>, ClientError> {
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let sign = if path.contains('?') { '&' } else { '?' };
            let page = self.get(&format!("{path}{sign}limit=200{cursor}")).await?.body;
            items.extend(page["items"].as_array().cloned().unwrap_or_default());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(items),
            }
        }
    }

    /// Opens an endless answer, such as an SSE stream; it has no time limit.
    ///
    /// # Errors
    /// [`ClientError::Refused`], [`ClientError::Unreachable`].
    pub async fn open(&self, path: &str) -> Result<reqwest::Response, ClientError> {
        let request = self.request(Method::GET, path).header("Accept", "text/event-stream");
        let response = request.send().await.map_err(|error| self.unreachable(1, &error))?;
        if response.status().is_success() {
            return Ok(response);
        }
        match read(response).await {
            Ok(reply) => Err(refused(&reply)),
            Err(error) => Err(self.unreachable(1, &error)),
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.base.as_str().trim_end_matches('/'));
        let request = self.http.request(method, url);
        match (&self.api_key, &self.token) {
            (Some(key), _) => request.header("X-API-Key", key.expose_secret()),
            (None, Some(token)) => request.bearer_auth(token.expose_secret()),
            (None, None) => request,
        }
    }

    async fn until_answered(&self, request: impl Fn() -> reqwest::RequestBuilder) -> Result<Answer, ClientError> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let outcome = attempt(request()).await;
            let Some(pause) = self.retry.pause(attempts, &outcome) else {
                return match outcome {
                    Ok(reply) if (200..300).contains(&reply.status) => Ok(Answer {
                        status: reply.status,
                        body: serde_json::from_str(&reply.text).unwrap_or(Value::Null),
                        attempts,
                    }),
                    Ok(reply) => Err(refused(&reply)),
                    Err(error) => Err(self.unreachable(attempts, &error)),
                };
            };
            tokio::time::sleep(pause).await;
        }
    }

    pub(crate) fn unreachable(&self, attempts: u32, error: &reqwest::Error) -> ClientError {
        // reqwest's own text says only "error sending request"; the cause is further down.
        let mut why = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(deeper) = cause {
            why = deeper.to_string();
            cause = deeper.source();
        }
        ClientError::Unreachable {
            url: self.base.to_string(),
            attempts,
            why,
        }
    }
}

/// One attempt's answer, whatever its status.
struct Reply {
    status: u16,
    retry_after: Option<Duration>,
    text: String,
}

async fn attempt(request: reqwest::RequestBuilder) -> Result<Reply, reqwest::Error> {
    read(request.timeout(ATTEMPT).send().await?).await
}

async fn read(response: reqwest::Response) -> Result<Reply, reqwest::Error> {
    let status = response.status().as_u16();
    let retry_after = response
        .headers()
        .get("Retry-After")
        .and_then(|value| value.to_str().ok()?.trim().parse().ok())
        .map(Duration::from_secs);
    Ok(Reply {
        status,
        retry_after,
        text: response.text().await?,
    })
}

fn refused(reply: &Reply) -> ClientError {
    let problem: Value = serde_json::from_str(&reply.text).unwrap_or(Value::Null);
    let detail = match problem["detail"].as_str().or(problem["title"].as_str()) {
        Some(detail) => detail.to_owned(),
        None => reply.text.chars().take(200).collect(),
    };
    ClientError::Refused {
        status: reply.status,
        detail,
        retry_after: reply.retry_after,
        problem,
    }
}

/// `X-Signature` for a body: the key is the secret's own bytes, as it was handed out.
pub fn signature(secret: &str, timestamp: &str, body: &str) -> String {
    // HMAC takes a key of any length (RFC 2104), so this cannot fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// A name for a delivery that nobody else has.
pub fn new_delivery_id() -> DeliveryId {
    DeliveryId::from_uuid(SystemEntropy.uuid(SystemClock.now()))
}

/// Signatures carry the wall clock's second, which is what the server compares them with.
fn unix_seconds() -> i64 {
    SystemClock.now().as_millis() / 1000
}

fn address(base: &str) -> Result<Url, ClientError> {
    let refuse = |why| ClientError::Address {
        url: base.to_owned(),
        why,
    };
    let url = Url::parse(base).map_err(|_| refuse("not a URL such as http://127.0.0.1:8001"))?;
    match url.scheme() {
        "http" if url.has_host() => Ok(url),
        "https" => Err(refuse(
            "https is not built into this client yet: use http behind your own TLS proxy",
        )),
        _ => Err(refuse("not a URL such as http://127.0.0.1:8001")),
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_as_the_guide_does() {
        // hmac.new(b"s3cret", b'1700000000.{"a":1}', hashlib.sha256).hexdigest() in the guide's Python.
        assert_eq!(
            signature("s3cret", "1700000000", r#"{"a":1}"#),
            "sha256=1698a50bc74d1ff1db85c4e0a5297c2ad9fdba245d5737cdb789e4cc6e098940"
        );
    }

    #[test]
    fn refuses_addresses_that_it_cannot_speak_to() {
        for (url, word) in [
            ("https://example.org", "https"),
            ("ftp://example.org", "not a URL"),
            ("127.0.0.1:8001", "not a URL"),
            ("", "not a URL"),
        ] {
            let text = address(url).unwrap_err().to_string();
            assert!(text.contains(word), "{url}: {text}");
        }
        for good in ["http://127.0.0.1:8001", "http://localhost:1/", "http://[::1]:80"] {
            assert!(is_loopback(&address(good).unwrap()), "{good}");
        }
    }

    #[test]
    fn a_refusal_shows_the_problems_detail_or_what_there_is() {
        let reply = |status, text: &str| Reply {
            status,
            retry_after: None,
            text: text.to_owned(),
        };
        let text = refused(&reply(401, r#"{"title":"Unauthorized","detail":"wrong signature"}"#)).to_string();
        assert_eq!(text, "refused with 401: wrong signature");
        let text = refused(&reply(502, "bad gateway")).to_string();
        assert_eq!(text, "refused with 502: bad gateway");
    }
}
