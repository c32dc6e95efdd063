//! What a request's headers claim, before anything is believed: who sends it, under which name, and signed in which
//! scheme.

use std::convert::Infallible;
use std::sync::Arc;

use actors::domain::{DeliveryId, Timestamp};
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::Edge;
use super::super::caller::presented;
use super::super::describe::{Argument, Description};
use super::super::problem::{Code, Problem};
use super::wire::Wire;
use crate::ingest::formats::Format;
use crate::ingest::signature::{self, Claim, Malformed};

/// What the headers claim, well-formed and not yet believed.
pub(super) struct Claims {
    pub(super) delivery_id: Option<DeliveryId>,
    pub(super) api_key: Option<String>,
    pub(super) signature: Option<Claim>,
}

/// The headers of a request that may be signed.
pub(crate) struct Signed(pub(crate) HeaderMap);

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
        let sentry = "Sentry: the HMAC-SHA256 over the body under the integration's client secret, in hex.";
        description.reads_header("Sentry-Hook-Signature", sentry);
        description.reads_header(
            "X-Delivery-ID",
            "The sender's own name for this delivery; sent again, it is a duplicate.",
        );
    }
}

/// Reads the headers' form. Nothing secret is compared here, so its faults can be named.
pub(super) fn read(
    edge: &Edge,
    wire: Wire,
    (headers, raw): (&HeaderMap, Option<&str>),
    now: Timestamp,
) -> Result<Claims, Problem> {
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
    let signature = claimed(&all, wire, now).transpose();
    let signature = signature.map_err(|fault| malformed(fault.header(), &fault.to_string()))?;
    Ok(Claims {
        delivery_id,
        api_key: api_key(edge, headers, raw)?,
        signature,
    })
}

/// The signature that a request claims, in whichever scheme it does; ours comes first.
fn claimed<'a>(all: &impl Fn(&str) -> Vec<&'a [u8]>, wire: Wire, now: Timestamp) -> Option<Result<Claim, Malformed>> {
    let of = |name: &str| Some(all(name)).filter(|values| !values.is_empty());
    if let Some(signatures) = of("x-signature") {
        return Some(signature::claim(&all("x-timestamp"), &signatures, now));
    }
    if let Some(signatures) = of("webhook-signature") {
        let (ids, timestamps) = (all("webhook-id"), all("webhook-timestamp"));
        return Some(signature::standard_webhooks(&ids, &timestamps, &signatures, now));
    }
    // What tells no moment counts for its own tool alone.
    if wire == Wire::Of(Format::Sentry) {
        return of("sentry-hook-signature").map(|signatures| signature::sentry(&signatures));
    }
    let signatures = of("x-grafana-alerting-signature").filter(|_| wire == Wire::Of(Format::Grafana))?;
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

pub(super) fn malformed(header: &str, detail: &str) -> Problem {
    Problem::new(Code::SignatureMalformed, detail).of_field(header)
}

pub(super) fn missing_signature() -> Problem {
    malformed("X-Signature", &signature::Malformed::Missing("X-Signature").to_string())
}
