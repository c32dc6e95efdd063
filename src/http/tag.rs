//! Entity tags (RFC 9110, 8.8.3): which one was seen, and whether it is still the one in force.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::header::{ETAG, HeaderValue, IF_MATCH};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::Edge;
use super::describe::{self, Argument, Description};
use super::problem::{Code, Problem};

/// Something, and which one it is.
pub(super) struct Tagged<T> {
    pub(super) body: T,
    pub(super) tag: String,
}

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.body).into_response();
        if let Ok(tag) = HeaderValue::from_str(&self.tag) {
            response.headers_mut().insert(ETAG, tag);
        }
        response
    }
}

impl<T: Serialize + ToSchema> describe::Answer for Tagged<T> {
    fn describe(description: &mut Description) {
        <Json<T> as describe::Answer>::describe(description);
    }
}

/// What a change was made for (RFC 9110, 13.1.1).
#[derive(Default)]
pub(super) struct IfMatch(Option<String>);

impl FromRequestParts<Arc<Edge>> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Edge>) -> Result<Self, Infallible> {
        let given = parts
            .headers
            .get(IF_MATCH)
            .map(|value| String::from_utf8_lossy(value.as_bytes()));
        Ok(Self(given.map(|tag| tag.trim().to_owned()).filter(|tag| tag != "*")))
    }
}

impl Argument for IfMatch {
    fn describe(description: &mut Description) {
        let what = "The `ETag` of what this was made from: refused where there is another by now.";
        description.reads_header("If-Match", what);
        description.refuses(&[412]);
    }
}

impl IfMatch {
    /// Whether what was seen is what is there now.
    ///
    /// # Errors
    /// 412, saying which is there.
    pub(super) fn check(&self, now: &str, what: &str) -> Result<(), Problem> {
        match &self.0 {
            Some(seen) if seen != now => {
                let detail = format!("{what} is another by now, {now}: take it out again");
                Err(Problem::new(Code::Stale, detail).of_field("If-Match"))
            }
            _ => Ok(()),
        }
    }
}
