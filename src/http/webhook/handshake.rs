//! `OPTIONS /webhooks/cloudevents`: whether a sender of CloudEvents may send here (HTTP 1.1 Web Hooks for Event Delivery
//! 1.0.2, section 4). Who may is judged by each delivery's key; nothing is said of what there is.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::super::Edge;
use super::super::describe::{Answer, Description};
use super::super::gate::Anyone;
use super::super::problem::Problem;
use super::{Signed, unknown_format};
use crate::ingest::formats::Format;

const ORIGIN: &str = "webhook-request-origin";
const ALLOWED_ORIGIN: HeaderName = HeaderName::from_static("webhook-allowed-origin");
const ALLOWED_RATE: HeaderName = HeaderName::from_static("webhook-allowed-rate");
/// Bytes of an origin.
const ORIGIN_BYTES: usize = 256;

/// That one may send.
pub(crate) struct Allowed(HeaderValue);

impl IntoResponse for Allowed {
    fn into_response(self) -> Response {
        // Each company's own rate is told by the answers to its deliveries.
        let rate = HeaderValue::from_static("*");
        (StatusCode::OK, [(ALLOWED_ORIGIN, self.0), (ALLOWED_RATE, rate)]).into_response()
    }
}

impl Answer for Allowed {
    fn describe(description: &mut Description) {
        description.answers(200, "One may send; the headers say whence", None);
    }
}

/// Allows whoever asks by its name.
pub(crate) async fn allow(
    _: Anyone,
    State(_): State<Arc<Edge>>,
    Signed(headers): Signed,
    Path(format): Path<String>,
) -> Result<Allowed, Problem> {
    if format.parse() != Ok(Format::Cloudevents) {
        return Err(unknown_format());
    }
    let origin = headers
        .get(ORIGIN)
        .filter(|origin| (1..=ORIGIN_BYTES).contains(&origin.len()));
    let missing = || {
        Problem::invalid(
            "WebHook-Request-Origin",
            "must be the sender's name, of at most 256 bytes",
        )
    };
    origin.cloned().map(Allowed).ok_or_else(missing)
}
