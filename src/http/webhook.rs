//! `POST /webhooks/alerts`, and `/webhooks/{format}` of each monitoring tool: from a request to durable alerts.
//!
//! The order of checks is the contract's, cheapest first, and nothing is read or written for a caller
//! who has not passed: size, form of the headers, key, signature, body, rate, the durable insert.

pub(super) mod enqueue;
mod wire;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use actors::domain::{AlertId, CompanyId, DeliveryId, NewAlert, Severity, Signal, Timestamp};
use actors::port::inbox::{Accepted, Delivery, Signature};
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, Path, RawQuery, State};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::Value;
use strum::IntoEnumIterator;
use tokio::time::Instant;
use utoipa::ToSchema;

use super::body::Unread;
use super::caller::{Address, presented};
use super::describe::{Argument, Description};
use super::gate::LooksItself;
use super::problem::{Code, Problem};
use super::rights::SendAlerts;
use super::{Edge, body, describe};
use crate::accounts::api_key::Scope;
use crate::accounts::refusals::Refusal;
use crate::ingest::formats::Format;
use crate::ingest::keyring::Bearer;
use crate::ingest::native::{self, Invalid};
use crate::ingest::rate::{Cost, Verdict};
use crate::ingest::signature::{self, Claim, Malformed};
use crate::telemetry;
use wire::{Read, Wire};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// What the headers claim, well-formed and not yet believed.
struct Claims {
    delivery_id: Option<DeliveryId>,
    api_key: Option<String>,
    signature: Option<Claim>,
}

/// One alert, or up to 1,000.
#[derive(ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "describes what `native::parse` reads")]
pub(super) enum Alerts {
    One(native::Sent),
    Many(Vec<native::Sent>),
}

/// What was taken.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = AlertsReceived)]
enum Answer {
    One {
        message: &'static str,
        alert_id: AlertId,
        /// Whether it had been taken before.
        duplicate: bool,
        /// That its delivery id came before with another body.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        #[schema(required = false)]
        body_differs: bool,
    },
    Many {
        message: &'static str,
        accepted: usize,
        duplicates: usize,
        alert_ids: Vec<AlertId>,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        #[schema(required = false)]
        body_differs: bool,
    },
}

/// What was taken, and what the company may still send.
pub(super) struct Received {
    answer: Answer,
    rate: Vec<(HeaderName, HeaderValue)>,
}

impl IntoResponse for Received {
    fn into_response(self) -> Response {
        let mut response = Json(self.answer).into_response();
        response.headers_mut().extend(self.rate);
        response
    }
}

impl describe::Answer for Received {
    fn describe(description: &mut Description) {
        Json::<Answer>::describe(description);
    }
}

/// The headers of a request that may be signed.
pub(super) struct Signed(HeaderMap);

impl FromRequestParts<Arc<Edge>> for Signed {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Edge>) -> Result<Self, Infallible> {
        Ok(Self(parts.headers.clone()))
    }
}

impl Argument for Signed {
    fn describe(description: &mut Description) {
        description.reads_header("X-Timestamp", "When it was signed: Unix time in whole seconds.");
        let signature =
            "`sha256=` and the HMAC-SHA256 over `{X-Timestamp}.{body}` under a live webhook secret, in hex.";
        description.reads_header("X-Signature", signature);
        let standard = "Standard Webhooks: `v1,` and the base64 of the HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}`.";
        description.reads_header("webhook-signature", standard);
        let grafana =
            "Grafana: the HMAC-SHA256 over `{X-Grafana-Alerting-Timestamp}:{body}`, or the body alone, in hex.";
        description.reads_header("X-Grafana-Alerting-Signature", grafana);
        description.reads_header(
            "X-Delivery-ID",
            "The sender's own name for this delivery; sent again, it is a duplicate.",
        );
    }
}

/// Takes alerts.
pub(super) async fn accept(
    _: LooksItself<SendAlerts>,
    State(edge): State<Arc<Edge>>,
    address: Address,
    Signed(headers): Signed,
    RawQuery(raw): RawQuery,
    sent: Unread<Alerts>,
) -> Result<Received, Problem> {
    let answered = take(&edge, Wire::Native, (headers, raw), sent.body).await;
    noted(&edge, address, answered)
}

/// Takes what a monitoring tool sends, as it sends it.
pub(super) async fn accept_format(
    _: LooksItself<SendAlerts>,
    State(edge): State<Arc<Edge>>,
    address: Address,
    Signed(headers): Signed,
    Path(format): Path<String>,
    RawQuery(raw): RawQuery,
    sent: Unread<Value>,
) -> Result<Received, Problem> {
    let format: Format = format.parse().map_err(|_| unknown_format())?;
    let answered = take(&edge, Wire::Of(format), (headers, raw), sent.body).await;
    noted(&edge, address, answered.map_err(|problem| as_told_to(format, problem)))
}

fn unknown_format() -> Problem {
    let names: Vec<&str> = Format::iter().map(Format::name).collect();
    let mut problem = Problem::not_found("format");
    problem.detail = format!(
        "there is no such format: there are alerts (our own), {}",
        names.join(", ")
    );
    problem
}

/// Alertmanager drops what it is answered a 4xx to, and comes again after a 5xx.
fn as_told_to(format: Format, mut problem: Problem) -> Problem {
    if format == Format::Alertmanager && problem.code == Code::RateLimited {
        problem.status = StatusCode::SERVICE_UNAVAILABLE;
    }
    problem
}

/// Counts what has become of a request.
fn noted(edge: &Edge, address: Address, answered: Result<(Received, Duration), Problem>) -> Result<Received, Problem> {
    match &answered {
        Ok((_, took)) => metrics::histogram!(telemetry::ACCEPT_SECONDS).record(took.as_secs_f64()),
        Err(problem) => {
            metrics::counter!(telemetry::REFUSED, "code" => problem.code.as_str()).increment(1);
            if problem.status == StatusCode::UNAUTHORIZED {
                let refusal = Refusal {
                    company_id: CompanyId::platform(),
                    who: "stranger".to_owned(),
                    what: "webhook",
                    address: address.0,
                };
                edge.refusals.note(refusal, edge.clock.now());
            }
        }
    }
    answered.map(|(received, _)| received)
}

async fn take(
    edge: &Edge,
    wire: Wire,
    (headers, raw): (HeaderMap, Option<String>),
    sent: Body,
) -> Result<(Received, Duration), Problem> {
    let began = Instant::now();
    let received_at = edge.clock.now();
    body::announced_within(&headers, body::WEBHOOK_BYTES)?;
    let claims = claims(edge, &headers, raw.as_deref(), received_at)?;
    let bearer = claims
        .api_key
        .as_deref()
        .and_then(|key| edge.keyring.bearer(key, received_at))
        .ok_or_else(|| not_taken(edge, claims.api_key.as_deref()))?;
    if claims.signature.is_none() && !bearer.unsigned {
        return Err(missing_signature());
    }
    let bytes = body::read(sent, body::WEBHOOK_BYTES).await?;
    let signature = match &claims.signature {
        None => None,
        Some(claim) => {
            let secrets = edge.keyring.secrets(&bearer.company_id, received_at);
            let mac = signature::verify(claim, &bytes, secrets.iter()).ok_or_else(not_genuine)?;
            // Without a moment of its own it is new now, and the same within the window is a repeat.
            let signed_at = claim.signed_at.unwrap_or(received_at);
            Some(Signature { mac, signed_at })
        }
    };
    if !bearer.scopes.contains(&Scope::Ingest) {
        return Err(no_scope());
    }
    let read = read(edge, wire, (&bearer, &claims, &headers), &bytes, received_at)?;
    if read.alerts.is_empty() {
        return Ok((nothing(edge, &bearer), began.elapsed()));
    }
    let taken = take_tokens(edge, &bearer, &read.alerts)?;
    let delivery = Delivery {
        company_id: bearer.company_id.clone(),
        delivery_id: claims.delivery_id.or(read.delivery_id),
        signature,
        body_hash: read.body_hash,
        received_at,
        alerts: read.alerts,
    };
    let answer = store(edge, &bearer, delivery, taken, read.many)
        .await
        .map_err(|problem| refused_with_rate(edge, &bearer, problem))?;
    let received = Received {
        answer,
        rate: rate_headers(edge, &bearer),
    };
    Ok((received, began.elapsed()))
}

/// A body that is in order and speaks of nothing that we take.
fn nothing(edge: &Edge, bearer: &Bearer) -> Received {
    edge.keyring
        .with_bucket(&bearer.company_id, |bucket| bucket.fine(Instant::now()));
    Received {
        answer: Answer::Many {
            message: "Nothing to take: this is no alert",
            accepted: 0,
            duplicates: 0,
            alert_ids: Vec::new(),
            body_differs: false,
        },
        rate: rate_headers(edge, bearer),
    }
}

/// Reads the headers' form. Nothing secret is compared here, so its faults can be named.
fn claims(edge: &Edge, headers: &HeaderMap, raw: Option<&str>, now: Timestamp) -> Result<Claims, Problem> {
    let delivery_id = match headers.get("x-delivery-id") {
        // Standard Webhooks' own name for it, where it can be one of ours.
        None => headers.get("webhook-id").and_then(|id| id.to_str().ok()?.parse().ok()),
        Some(value) => {
            let read = value.to_str().ok().and_then(|text| text.parse().ok());
            let fault = || Problem::invalid("X-Delivery-ID", "must be 1 to 128 characters of A-Z a-z 0-9 . _ : -");
            Some(read.ok_or_else(fault)?)
        }
    };
    let all = |name: &str| {
        headers
            .get_all(name)
            .iter()
            .map(HeaderValue::as_bytes)
            .collect::<Vec<_>>()
    };
    let signature = claimed(&all, now).transpose();
    let signature = signature.map_err(|fault| malformed(fault.header(), &fault.to_string()))?;
    Ok(Claims {
        delivery_id,
        api_key: api_key(edge, headers, raw)?,
        signature,
    })
}

/// The signature that a request claims, in whichever scheme it does; ours comes first.
fn claimed<'a>(all: &impl Fn(&str) -> Vec<&'a [u8]>, now: Timestamp) -> Option<Result<Claim, Malformed>> {
    let of = |name: &str| Some(all(name)).filter(|values| !values.is_empty());
    if let Some(signatures) = of("x-signature") {
        return Some(signature::claim(&all("x-timestamp"), &signatures, now));
    }
    if let Some(signatures) = of("webhook-signature") {
        let (ids, timestamps) = (all("webhook-id"), all("webhook-timestamp"));
        return Some(signature::standard_webhooks(&ids, &timestamps, &signatures, now));
    }
    let signatures = of("x-grafana-alerting-signature")?;
    Some(signature::grafana(
        &all("x-grafana-alerting-timestamp"),
        &signatures,
        now,
    ))
}

/// The key from the headers; from the URL only where the setting allows it.
fn api_key(edge: &Edge, headers: &HeaderMap, raw: Option<&str>) -> Result<Option<String>, Problem> {
    if let Some(key) = presented(headers)? {
        return Ok(Some(key.to_owned()));
    }
    if let Some(key) = headers.get(AUTHORIZATION).and_then(basic) {
        return Ok(Some(key));
    }
    let Some(raw) = raw.filter(|_| edge.settings.allow_query_api_key) else {
        return Ok(None);
    };
    let mut parameters = form_urlencoded::parse(raw.as_bytes());
    let found = parameters.find(|(name, _)| name == "api_key");
    Ok(found.map(|(_, key)| {
        edge.warn_of_query_key();
        key.into_owned()
    }))
}

/// The password of `Authorization: Basic` (RFC 7617), or its user's name where there is none: what senders make of
/// `https://any:KEY@host`, who can say who they are in no other way.
fn basic(authorization: &HeaderValue) -> Option<String> {
    let (scheme, credentials) = authorization.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = STANDARD.decode(credentials.trim()).ok()?;
    let decoded = String::from_utf8(decoded).ok()?;
    let (user, password) = decoded.split_once(':')?;
    Some(if password.is_empty() { user } else { password }.to_owned())
}

fn malformed(header: &str, detail: &str) -> Problem {
    Problem::new(Code::SignatureMalformed, detail).of_field(header)
}

fn missing_signature() -> Problem {
    malformed("X-Signature", &signature::Malformed::Missing("X-Signature").to_string())
}

/// A wrong key and a wrong signature answer alike.
fn not_genuine() -> Problem {
    let detail = "the API key or the signature is wrong: X-API-Key must be a live key, and X-Signature the \
                  HMAC-SHA256 over \"{X-Timestamp}.{body}\" under a live webhook secret of its company";
    Problem::new(Code::Unauthorized, detail)
}

/// What is to be told of a key that is not good.
fn not_taken(edge: &Edge, api_key: Option<&str>) -> Problem {
    match api_key {
        Some(key) if edge.keyring.is_of_archived(key) => {
            let detail = "the company is archived: nothing is accepted for it";
            Problem::new(Code::Forbidden, detail)
        }
        _ => not_genuine(),
    }
}

/// Known and genuine, and for something else.
fn no_scope() -> Problem {
    Problem::new(Code::Forbidden, "this API key has no scope \"ingest\"")
}

/// Reads the body; one that cannot be read costs a token.
fn read(
    edge: &Edge,
    wire: Wire,
    (bearer, claims, headers): (&Bearer, &Claims, &HeaderMap),
    bytes: &Bytes,
    now: Timestamp,
) -> Result<Read, Problem> {
    let mint = || AlertId(edge.entropy.uuid(now));
    let unsigned = claims.signature.is_none();
    wire.read(bytes, (headers, unsigned, now), mint).map_err(|invalid| {
        edge.keyring
            .with_bucket(&bearer.company_id, |bucket| bucket.fine(Instant::now()));
        match invalid {
            Invalid::Field(error) => error.into(),
            Invalid::TooMany(_) => Problem::new(Code::TooManyAlerts, invalid.to_string()),
        }
    })
}

/// Takes the tokens that the alerts cost; answers how many.
fn take_tokens(edge: &Edge, bearer: &Bearer, alerts: &[Arc<NewAlert>]) -> Result<u32, Problem> {
    let ordinary = |alert: &&Arc<NewAlert>| alert.status == Signal::Firing && alert.severity != Severity::Critical;
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let cost = Cost {
        alerts: count(alerts.len()),
        ordinary: count(alerts.iter().filter(ordinary).count()),
    };
    let verdict = edge
        .keyring
        .with_bucket(&bearer.company_id, |bucket| bucket.take(cost, Instant::now()));
    let refusal = match verdict {
        Verdict::Taken => return Ok(cost.alerts),
        Verdict::Never => {
            let detail = "the body holds more alerts than the company's burst_size ever lets pass; send fewer at once";
            Problem::new(Code::TooManyAlerts, detail)
        }
        Verdict::Wait(wait) => {
            let detail = "the company sends faster than its rate limit; try again after Retry-After seconds";
            let mut problem = Problem::new(Code::RateLimited, detail);
            problem.retry_after = Some(spread(wait, edge.entropy.fraction()));
            problem
        }
    };
    Err(refused_with_rate(edge, bearer, refusal))
}

/// Up to a fifth longer, so that many do not come back in the same second.
fn spread(wait: Duration, chance: f64) -> Duration {
    wait.max(Duration::from_secs(1)).mul_f64(1.0 + chance / 5.0)
}

/// The durable insert. What turns out to be a duplicate, or is not stored, gives its tokens back.
async fn store(edge: &Edge, bearer: &Bearer, delivery: Delivery, taken: u32, many: bool) -> Result<Answer, Problem> {
    let ids: Vec<AlertId> = delivery.alerts.iter().map(|alert| alert.alert_id).collect();
    let mut by_severity = [0; 4];
    delivery
        .alerts
        .iter()
        .for_each(|alert| by_severity[alert.severity.index()] += 1);
    let give_back = || {
        edge.keyring
            .with_bucket(&bearer.company_id, |bucket| bucket.give_back(taken))
    };
    match edge.store.accept(delivery).await {
        Ok(Accepted::New) => {
            edge.runtime.news(&bearer.company_id);
            edge.hub.accepted(&bearer.company_id, by_severity);
            metrics::counter!(telemetry::ACCEPTED, "result" => "new").increment(ids.len() as u64);
            Ok(answer(ids, many, false, false))
        }
        Ok(Accepted::Duplicate {
            alert_ids,
            body_differs,
        }) => {
            give_back();
            metrics::counter!(telemetry::ACCEPTED, "result" => "duplicate").increment(alert_ids.len() as u64);
            Ok(answer(alert_ids, many, true, body_differs))
        }
        Ok(Accepted::Stale) => {
            give_back();
            let detail =
                "X-Timestamp lies before what is remembered, so that this cannot be told from a replay; sign again";
            Err(malformed("X-Timestamp", detail))
        }
        Err(error) => {
            give_back();
            Err(error.into())
        }
    }
}

fn answer(ids: Vec<AlertId>, many: bool, duplicate: bool, body_differs: bool) -> Answer {
    match (many, ids.first()) {
        (false, Some(&alert_id)) => Answer::One {
            message: "Alert received",
            alert_id,
            duplicate,
            body_differs,
        },
        _ => {
            let (accepted, duplicates) = if duplicate { (0, ids.len()) } else { (ids.len(), 0) };
            Answer::Many {
                message: "Alerts received",
                accepted,
                duplicates,
                alert_ids: ids,
                body_differs,
            }
        }
    }
}

fn refused_with_rate(edge: &Edge, bearer: &Bearer, mut problem: Problem) -> Problem {
    problem.headers.extend(rate_headers(edge, bearer));
    problem
}

/// `RateLimit` and `RateLimit-Policy`.
fn rate_headers(edge: &Edge, bearer: &Bearer) -> Vec<(HeaderName, HeaderValue)> {
    let (state, policy) = edge
        .keyring
        .with_bucket(&bearer.company_id, |bucket| (bucket.state(), bucket.policy()));
    let named = [(RATE_LIMIT, state), (RATE_LIMIT_POLICY, policy)].into_iter();
    named
        .filter_map(|(name, value)| Some((name, HeaderValue::from_str(&value).ok()?)))
        .collect()
}
