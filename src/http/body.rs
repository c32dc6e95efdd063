//! Bodies within a limit, as strict JSON, with or without a `Content-Type` (the guide sends none).

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use super::problem::Problem;
use crate::json;

/// The most that a webhook may send, in bytes.
pub(super) const WEBHOOK_BYTES: usize = 1024 * 1024;
/// The most that any other request may send, in bytes.
pub(super) const REQUEST_BYTES: usize = 256 * 1024;

/// How long a body may take.
const BODY_WITHIN: Duration = Duration::from_secs(30);

fn too_large(most: usize) -> Problem {
    let detail = format!("the body may be at most {most} bytes");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
}

/// Refuses by the announced length, before a byte is read.
pub(super) fn announced_within(headers: &HeaderMap, most: usize) -> Result<(), Problem> {
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most) {
        Err(too_large(most))
    } else {
        Ok(())
    }
}

/// Reads a body of at most `most` bytes.
pub(super) async fn read(body: Body, most: usize) -> Result<Bytes, Problem> {
    let Ok(read) = timeout(BODY_WITHIN, Limited::new(body, most).collect()).await else {
        let detail = format!("the body was not sent within {} s", BODY_WITHIN.as_secs());
        return Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "too_slow", detail));
    };
    match read {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large(most)),
        Err(_) => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "incomplete",
            "the body broke off",
        )),
    }
}

/// As [`json`]; a body of which nothing is needed may be left out.
pub(super) async fn json_or_default<T: DeserializeOwned + Default>(body: Body) -> Result<T, Problem> {
    let bytes = read(body, REQUEST_BYTES).await?;
    match bytes.is_empty() {
        true => Ok(T::default()),
        false => Ok(json::object(json::strict(&bytes)?)?),
    }
}

/// Reads a request's JSON.
pub(super) async fn json<T: DeserializeOwned>(body: Body) -> Result<T, Problem> {
    let bytes = read(body, REQUEST_BYTES).await?;
    let text = json::strict(&bytes)?;
    Ok(json::object(text)?)
}
