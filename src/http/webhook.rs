//! `POST /webhooks/alerts`, and `/webhooks/{format}` of each monitoring tool: from a request to durable alerts.
//!
//! The order of checks is the contract's, cheapest first, and nothing is read or written for a caller
//! who has not passed: size, form of the headers, key, signature, body, rate, the durable insert.

mod claims;
pub(super) mod enqueue;
pub(super) mod handshake;
pub(super) mod prometheus;
mod sns;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use actors::domain::{AlertId, CompanyId, NewAlert, Severity, Signal, Timestamp};
use actors::port::inbox::{Accepted, Delivery, Signature};
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use serde_json::Value;
use strum::IntoEnumIterator;
use tokio::time::Instant;
use utoipa::ToSchema;

use super::body::Unread;
use super::caller::Address;
use super::describe::Description;
use super::gate::LooksItself;
use super::problem::{Code, Problem};
use super::rights::SendAlerts;
use super::{Edge, body, describe};
use crate::accounts::api_key::Scope;
use crate::accounts::refusals::Refusal;
use crate::ingest::formats::{Format, Reading, custom, prometheus as prometheus_format};
use crate::ingest::keyring::Bearer;
use crate::ingest::native::{self, Invalid};
use crate::ingest::rate::{Cost, Verdict};
use crate::ingest::signature;
use crate::telemetry;
use claims::{Claims, malformed, missing_signature};
use sns::Judged;
use wire::{Read, Wire};

pub(super) use claims::Signed;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// What is answered where many were taken.
const RECEIVED: &str = "Alerts received";
/// Deliveries of one body that are stored at once.
const AT_ONCE: usize = 64;

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

impl Answer {
    /// Both in one.
    fn and(self, other: Self) -> Self {
        let parts = |answer| match answer {
            Self::One {
                alert_id,
                duplicate,
                body_differs,
                ..
            } => (
                usize::from(!duplicate),
                usize::from(duplicate),
                vec![alert_id],
                body_differs,
            ),
            Self::Many {
                accepted,
                duplicates,
                alert_ids,
                body_differs,
                ..
            } => (accepted, duplicates, alert_ids, body_differs),
        };
        let (accepted, duplicates, mut alert_ids, differs) = parts(self);
        let (more, repeated, ids, other_differs) = parts(other);
        alert_ids.extend(ids);
        Self::Many {
            message: RECEIVED,
            accepted: accepted + more,
            duplicates: duplicates + repeated,
            alert_ids,
            body_differs: differs || other_differs,
        }
    }
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
    let wire = match &*format {
        custom::TOOL => Wire::Custom,
        name => Wire::Of(name.parse().map_err(|_| unknown_format())?),
    };
    let answered = take(&edge, wire, (headers, raw), sent.body).await;
    noted(&edge, address, answered.map_err(|problem| as_told_to(wire, problem)))
}

fn unknown_format() -> Problem {
    let names: Vec<&str> = Format::iter().map(Format::name).collect();
    let mut problem = Problem::not_found("format");
    problem.detail = format!(
        "there is no such format: there are alerts (our own), custom, {}",
        names.join(", ")
    );
    problem
}

/// Alertmanager drops what it is answered a 4xx to, and comes again after a 5xx.
fn as_told_to(wire: Wire, mut problem: Problem) -> Problem {
    if wire == Wire::Of(Format::Alertmanager) && problem.code == Code::RateLimited {
        problem.status = StatusCode::SERVICE_UNAVAILABLE;
    }
    problem
}

/// Counts what has become of a request.
fn noted(edge: &Edge, address: Address, answered: Result<(Received, Duration), Problem>) -> Result<Received, Problem> {
    match &answered {
        Ok((_, took)) => metrics::histogram!(telemetry::ACCEPT_SECONDS).record(took.as_secs_f64()),
        Err(problem) => refused(edge, address, problem),
    }
    answered.map(|(received, _)| received)
}

/// Counts what was refused, and notes a stranger for the journal.
fn refused(edge: &Edge, address: Address, problem: &Problem) {
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

/// Who has sent something, and what.
struct Letter {
    claims: Claims,
    bearer: Arc<Bearer>,
    bytes: Bytes,
    /// Nothing where the key alone stands for it.
    signature: Option<Signature>,
    /// What has become of a subscription of SNS's, where it is a word about one.
    subscription: Option<&'static str>,
}

/// Opens what was sent: by whom it is, and that it is genuine.
async fn open(
    edge: &Edge,
    wire: Wire,
    (headers, raw): (&HeaderMap, Option<&str>),
    sent: Body,
    received_at: Timestamp,
) -> Result<Letter, Problem> {
    body::announced_within(headers, body::WEBHOOK_BYTES)?;
    let claims = claims::read(edge, wire, (headers, raw), received_at)?;
    let bearer = claims
        .api_key
        .as_deref()
        .and_then(|key| edge.keyring.bearer(key, received_at))
        .ok_or_else(|| not_taken(edge, claims.api_key.as_deref()))?;
    let is_from_sns = claims.signature.is_none() && wire == Wire::Of(Format::Cloudwatch);
    if claims.signature.is_none() && !bearer.unsigned && !is_from_sns {
        return Err(missing_signature());
    }
    let bytes = body::read(sent, body::WEBHOOK_BYTES).await?;
    let mut subscription = None;
    let signature = match &claims.signature {
        None if is_from_sns => match sns::judge(edge, &bearer, &bytes, received_at).await? {
            Judged::Other => None,
            Judged::Signed(signature) => Some(signature),
            Judged::Subscription(said) => {
                subscription = Some(said);
                None
            }
        },
        None => None,
        Some(claim) => {
            let company = &bearer.company_id;
            let judged = || signature::verify(claim, &bytes, edge.keyring.secrets(company, received_at).iter());
            let mac = match judged() {
                None if edge.learns_secrets_of(company).await => judged(),
                mac => mac,
            };
            let mac = mac.ok_or_else(not_genuine)?;
            // Without a moment of its own it is new now, and the same within the window is a repeat.
            let signed_at = claim.signed_at.unwrap_or(received_at);
            Some(Signature { mac, signed_at })
        }
    };
    if !bearer.scopes.contains(&Scope::Ingest) {
        return Err(no_scope());
    }
    Ok(Letter {
        claims,
        bearer,
        bytes,
        signature,
        subscription,
    })
}

/// Somebody who says no more than that he is alive.
pub(super) struct Sign {
    /// Whose he is.
    pub(super) company_id: CompanyId,
    /// What he has signed, and when; nothing where his key alone stands for it.
    pub(super) signed: Option<(Bytes, Timestamp)>,
}

/// Takes a sign of life; it costs a token.
pub(super) async fn sign_of_life(
    edge: &Edge,
    address: Address,
    (headers, raw): (HeaderMap, Option<String>),
    sent: Body,
) -> Result<Sign, Problem> {
    let known = async {
        let letter = open(edge, Wire::Native, (&headers, raw.as_deref()), sent, edge.clock.now()).await?;
        pay(edge, &letter.bearer, Cost { alerts: 1, ordinary: 1 })?;
        Ok(Sign {
            company_id: letter.bearer.company_id.clone(),
            signed: letter.signature.map(|signature| (letter.bytes, signature.signed_at)),
        })
    };
    known.await.inspect_err(|problem| refused(edge, address, problem))
}

async fn take(
    edge: &Edge,
    wire: Wire,
    (headers, raw): (HeaderMap, Option<String>),
    sent: Body,
) -> Result<(Received, Duration), Problem> {
    let began = Instant::now();
    let received_at = edge.clock.now();
    let letter = open(edge, wire, (&headers, raw.as_deref()), sent, received_at).await?;
    let Letter {
        claims,
        bearer,
        bytes,
        signature,
        ..
    } = letter;
    if let Some(message) = letter.subscription {
        return Ok((nothing(edge, &bearer, message), began.elapsed()));
    }
    let unsigned = signature.is_none();
    let read = read(edge, wire, &bearer, (&bytes, &headers), (unsigned, received_at)).await?;
    let alerts: Vec<Arc<NewAlert>> = read.iter().flat_map(|read| &read.alerts).cloned().collect();
    if alerts.is_empty() {
        edge.keyring
            .with_bucket(&bearer.company_id, |bucket| bucket.fine(Instant::now()));
        let message = "Nothing to take: this is no alert";
        return Ok((nothing(edge, &bearer, message), began.elapsed()));
    }
    take_tokens(edge, &bearer, &alerts)?;
    let is_one = read.len() == 1;
    let delivery = |read: Read| Delivery {
        company_id: bearer.company_id.clone(),
        delivery_id: claims.delivery_id.clone().filter(|_| is_one).or(read.delivery_id),
        // A signature is one request's: it cannot tell its parts apart.
        signature: signature.filter(|_| is_one),
        body_hash: read.body_hash,
        received_at,
        alerts: read.alerts,
    };
    let stored = stream::iter(read).map(|read| {
        let many = read.many;
        store(edge, &bearer, delivery(read), many)
    });
    let answers: Result<Vec<Answer>, Problem> = stored.buffered(AT_ONCE).try_collect().await;
    let answers = answers.map_err(|problem| refused_with_rate(edge, &bearer, problem))?;
    let answer = answers.into_iter().reduce(Answer::and).ok_or_else(internal)?;
    let received = Received {
        answer,
        rate: rate_headers(edge, &bearer),
    };
    Ok((received, began.elapsed()))
}

/// A body that is in order and holds no alert.
fn nothing(edge: &Edge, bearer: &Bearer, message: &'static str) -> Received {
    Received {
        answer: Answer::Many {
            message,
            accepted: 0,
            duplicates: 0,
            alert_ids: Vec::new(),
            body_differs: false,
        },
        rate: rate_headers(edge, bearer),
    }
}

/// A wrong key and a wrong signature answer alike.
fn not_genuine() -> Problem {
    let detail = "the API key or the signature is wrong: X-API-Key must be a live key, and X-Signature the \
                  HMAC-SHA256 over \"{X-Timestamp}.{body}\" under a live webhook secret of its company";
    let mut problem = Problem::new(Code::Unauthorized, detail);
    // SNS sends the key of its URL only once it is asked (RFC 7617).
    let challenge = HeaderValue::from_static("Basic realm=\"alert-whisperer\", charset=\"UTF-8\"");
    problem.headers.push((WWW_AUTHENTICATE, challenge));
    problem
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
async fn read(
    edge: &Edge,
    wire: Wire,
    bearer: &Bearer,
    (bytes, headers): (&Bytes, &HeaderMap),
    (unsigned, now): (bool, Timestamp),
) -> Result<Vec<Read>, Problem> {
    let mut mint = || AlertId(edge.entropy.uuid(now));
    let read = match wire {
        Wire::Native => Read::native(bytes, unsigned, mint).map(|read| vec![read]),
        Wire::Of(format) => {
            let reading = format.read(bytes, headers);
            reading.map(|reading| vec![Read::of(format.name(), reading, bytes, (unsigned, now), mint)])
        }
        Wire::Prometheus => prometheus_format::read(bytes, now).map(|all| {
            let each = all.into_iter();
            each.map(|reading| Read::of(prometheus_format::TOOL, reading, bytes, (unsigned, now), &mut mint))
                .collect()
        }),
        Wire::Custom => {
            let reading = mapped(edge, bearer, bytes.clone()).await?;
            reading.map(|reading| vec![Read::of(custom::TOOL, reading, bytes, (unsigned, now), mint)])
        }
    };
    read.map_err(|invalid| {
        edge.keyring
            .with_bucket(&bearer.company_id, |bucket| bucket.fine(Instant::now()));
        match invalid {
            Invalid::Field(error) => error.into(),
            Invalid::TooMany(_) => Problem::new(Code::TooManyAlerts, invalid.to_string()),
            Invalid::Late(within) => Problem::unavailable(Code::Overloaded, invalid.to_string(), within),
        }
    })
}

/// A body by the company's own mapping, where it has one.
async fn mapped(edge: &Edge, bearer: &Bearer, bytes: Bytes) -> Result<Result<Reading, Invalid>, Problem> {
    let company = edge.company(&bearer.company_id)?;
    let unusable = |error| {
        let detail =
            format!("the company's mapping cannot be used: {error}; PATCH /api/companies/{{company_id}}/intake");
        Problem::new(Code::Conflict, detail)
    };
    let mapping = edge.mappings.of(&company).map_err(unusable)?.ok_or_else(|| {
        let detail = "the company has no mapping: PATCH /api/companies/{company_id}/intake with `custom`";
        Problem::new(Code::Conflict, detail)
    })?;
    Ok(edge.mappings.read(&bearer.company_id, mapping, bytes).await)
}

fn internal() -> Problem {
    Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Takes the tokens that the alerts cost.
fn take_tokens(edge: &Edge, bearer: &Bearer, alerts: &[Arc<NewAlert>]) -> Result<(), Problem> {
    let ordinary = |alert: &&Arc<NewAlert>| alert.status == Signal::Firing && alert.severity != Severity::Critical;
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let cost = Cost {
        alerts: count(alerts.len()),
        ordinary: count(alerts.iter().filter(ordinary).count()),
    };
    pay(edge, bearer, cost)
}

fn pay(edge: &Edge, bearer: &Bearer, cost: Cost) -> Result<(), Problem> {
    let verdict = edge
        .keyring
        .with_bucket(&bearer.company_id, |bucket| bucket.take(cost, Instant::now()));
    let refusal = match verdict {
        Verdict::Taken => return Ok(()),
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
async fn store(edge: &Edge, bearer: &Bearer, delivery: Delivery, many: bool) -> Result<Answer, Problem> {
    let alerts = delivery.alerts.clone();
    let ids: Vec<AlertId> = alerts.iter().map(|alert| alert.alert_id).collect();
    let received_at = delivery.received_at;
    let mut by_severity = [0; 4];
    delivery
        .alerts
        .iter()
        .for_each(|alert| by_severity[alert.severity.index()] += 1);
    let taken = u32::try_from(alerts.len()).unwrap_or(u32::MAX);
    let give_back = || {
        edge.keyring
            .with_bucket(&bearer.company_id, |bucket| bucket.give_back(taken))
    };
    match edge.store.accept(delivery).await {
        Ok(Accepted::New) => {
            edge.runtime.news(&bearer.company_id);
            edge.hub.accepted(&bearer.company_id, by_severity);
            edge.sources.note(&bearer.company_id, &alerts, received_at);
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
                message: RECEIVED,
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
