//! The same question to every other node that lives, under the asker's own token or key: for what each knows of itself alone.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use actors::port::Node;
use axum::body::Bytes;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use futures::future::join_all;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use super::Sent;
use super::handing::HandedOn;
use crate::http::Edge;
use crate::http::body::read;
use crate::http::caller::source;

/// How long a node may take.
const ANSWERED_WITHIN: Duration = Duration::from_secs(2);
/// The most that an answer may hold, in bytes.
const ANSWER_BYTES: usize = 4 << 20;

/// A question as it came; nothing where a node has handed it on, or where nobody else is there.
pub(crate) struct Everywhere(Option<Box<Parts>>);

impl FromRequestParts<Arc<Edge>> for Everywhere {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, edge: &Arc<Edge>) -> Result<Self, Infallible> {
        let is_handed_on = parts.extensions.get::<HandedOn>().is_some();
        let goes_on = edge.runtime.has_others() && !is_handed_on;
        Ok(Self(goes_on.then(|| Box::new(parts.clone()))))
    }
}

impl Everywhere {
    /// What each of the others answers, in the order of their names; nothing where it does not, or not in time.
    pub(crate) async fn ask<T: DeserializeOwned>(&self, edge: &Edge) -> Vec<(Node, Option<T>)> {
        let Some(parts) = &self.0 else { return Vec::new() };
        let asked = edge.runtime.membership().others().into_iter().map(async |node| {
            let answered = timeout(ANSWERED_WITHIN, one(edge, parts, &node)).await;
            let answered = answered.unwrap_or_else(|_| Err("no answer in time".to_owned()));
            let answered =
                answered.inspect_err(|why| tracing::warn!(node = node.name, why, "a node was asked in vain"));
            (node, answered.ok())
        });
        join_all(asked).await
    }
}

async fn one<T: DeserializeOwned>(edge: &Edge, parts: &Parts, node: &Node) -> Result<T, String> {
    let url = node.url.as_deref().ok_or("it is not reached")?;
    let now = edge.runtime.membership().store_now().unwrap_or_default();
    let mut as_get = parts.clone();
    as_get.method = Method::GET;
    let sent = edge
        .nodes
        .send(url, &as_get, Bytes::new(), (source(parts, edge), now))
        .await;
    let answer = match sent {
        Sent::Answered(answer) if answer.status() == StatusCode::OK => answer,
        Sent::Answered(answer) => return Err(format!("it answered {}", answer.status())),
        Sent::NotDone => return Err("it is not reached".to_owned()),
        Sent::Lost(why) => return Err(why),
    };
    let body = read(axum::body::Body::from_stream(answer.bytes_stream()), ANSWER_BYTES).await;
    let body = body.map_err(|problem| problem.detail)?;
    serde_json::from_slice(&body).map_err(|error| error.to_string())
}
