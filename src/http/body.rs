//! Bodies within a limit, as strict JSON, with or without a `Content-Type` (the guide sends none).

use std::convert::Infallible;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use utoipa::ToSchema;

use super::Edge;
use super::describe::{Argument, Description};
use super::problem::{Code, Problem};
use crate::json;

/// The most that a webhook may send, in bytes.
pub(crate) const WEBHOOK_BYTES: usize = 1024 * 1024;
/// The most that any other request may send, in bytes.
pub(crate) const REQUEST_BYTES: usize = 256 * 1024;

/// How long a body may take.
const BODY_WITHIN: Duration = Duration::from_secs(30);

fn too_large(most: usize) -> Problem {
    let detail = format!("the body may be at most {most} bytes");
    Problem::new(Code::TooLarge, detail)
}

/// Refuses by the announced length, before a byte is read.
pub(crate) fn announced_within(headers: &HeaderMap, most: usize) -> Result<(), Problem> {
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
pub(crate) async fn read(body: Body, most: usize) -> Result<Bytes, Problem> {
    let Ok(read) = timeout(BODY_WITHIN, Limited::new(body, most).collect()).await else {
        let detail = format!("the body was not sent within {} s", BODY_WITHIN.as_secs());
        return Err(Problem::new(Code::TooSlow, detail));
    };
    match read {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large(most)),
        Err(_) => Err(Problem::new(Code::Incomplete, "the body broke off")),
    }
}

/// A body of JSON.
pub(crate) struct Sent<T>(pub(super) T);

/// A body of JSON, which may be left out.
pub(crate) struct SentOrNot<T>(pub(super) T);

/// A body that the handler reads itself, and as what.
pub(crate) struct Unread<T> {
    pub(crate) body: Body,
    as_what: PhantomData<T>,
}

impl<T: DeserializeOwned> FromRequest<Arc<Edge>> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Arc<Edge>) -> Result<Self, Problem> {
        json(request.into_body()).await.map(Self)
    }
}

impl<T: DeserializeOwned + Default> FromRequest<Arc<Edge>> for SentOrNot<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Arc<Edge>) -> Result<Self, Problem> {
        let bytes = read(request.into_body(), REQUEST_BYTES).await?;
        match bytes.is_empty() {
            true => Ok(Self(T::default())),
            false => Ok(Self(json::object(json::strict(&bytes)?)?)),
        }
    }
}

impl<T> FromRequest<Arc<Edge>> for Unread<T> {
    type Rejection = Infallible;

    async fn from_request(request: Request, _: &Arc<Edge>) -> Result<Self, Infallible> {
        Ok(Self {
            body: request.into_body(),
            as_what: PhantomData,
        })
    }
}

impl<T: ToSchema> Argument for Sent<T> {
    fn describe(description: &mut Description) {
        description.reads::<T>(true);
    }
}

impl<T: ToSchema> Argument for SentOrNot<T> {
    fn describe(description: &mut Description) {
        description.reads::<T>(false);
    }
}

impl<T: ToSchema> Argument for Unread<T> {
    fn describe(description: &mut Description) {
        description.reads::<T>(true);
    }
}

/// Reads a request's JSON.
pub(crate) async fn json<T: DeserializeOwned>(body: Body) -> Result<T, Problem> {
    let bytes = read(body, REQUEST_BYTES).await?;
    let text = json::strict(&bytes)?;
    Ok(json::object(text)?)
}
