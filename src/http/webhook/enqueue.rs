//! `POST /webhooks/pagerduty/v2/enqueue`: PagerDuty Events API v2, as its senders know it. Their key stands in the body.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::super::Edge;
use super::super::body::{self, Unread};
use super::super::caller::{API_KEY, Address};
use super::super::describe::{Answer, Description};
use super::super::gate::LooksItself;
use super::super::problem::Problem;
use super::super::rights::SendAlerts;
use super::wire::Wire;
use super::{Received, Signed, noted, take};
use crate::ingest::formats::Format;

/// What PagerDuty answers.
#[derive(Serialize, ToSchema)]
#[schema(as = EventProcessed)]
struct Processed {
    status: &'static str,
    message: &'static str,
    /// By what the event's trouble is known.
    dedup_key: Option<String>,
}

/// An event that was taken.
pub(crate) struct Enqueued {
    received: Received,
    processed: Processed,
}

impl IntoResponse for Enqueued {
    fn into_response(self) -> Response {
        let mut response = (StatusCode::ACCEPTED, Json(self.processed)).into_response();
        response.headers_mut().extend(self.received.rate);
        response
    }
}

impl Answer for Enqueued {
    fn describe(description: &mut Description) {
        let schema = description.refer::<Processed>();
        description.answers(202, "The event was taken", Some(("application/json", Some(schema))));
    }
}

/// The key in a body.
#[derive(Default, Deserialize)]
struct Keyed {
    #[serde(default)]
    routing_key: Option<String>,
}

/// Takes an event.
pub(crate) async fn enqueue(
    _: LooksItself<SendAlerts>,
    State(edge): State<Arc<Edge>>,
    address: Address,
    Signed(headers): Signed,
    RawQuery(raw): RawQuery,
    sent: Unread<Value>,
) -> Result<Enqueued, Problem> {
    let answered = processed(&edge, headers, raw, sent.body).await;
    let (received, processed) = match answered {
        Ok((received, processed)) => (Ok(received), Some(processed)),
        Err(problem) => (Err(problem), None),
    };
    let received = noted(&edge, address, received)?;
    Ok(Enqueued {
        received,
        processed: Processed {
            status: "success",
            message: "Event processed",
            dedup_key: processed.flatten(),
        },
    })
}

type Taken = (Received, std::time::Duration);

async fn processed(
    edge: &Edge,
    mut headers: HeaderMap,
    raw: Option<String>,
    sent: Body,
) -> Result<(Taken, Option<String>), Problem> {
    body::announced_within(&headers, body::WEBHOOK_BYTES)?;
    let bytes = body::read(sent, body::WEBHOOK_BYTES).await?;
    if !headers.contains_key(API_KEY) && !headers.contains_key(AUTHORIZATION) {
        let keyed: Keyed = serde_json::from_slice(&bytes).unwrap_or_default();
        let key = keyed.routing_key.and_then(|key| HeaderValue::from_str(&key).ok());
        if let Some(mut key) = key {
            key.set_sensitive(true);
            headers.insert(API_KEY, key);
        }
    }
    let wire = Wire::Of(Format::Pagerduty);
    let taken = take(edge, wire, (headers.clone(), raw), Body::from(bytes.clone())).await?;
    // Read again only of who has been let in.
    let known = Format::Pagerduty.read(&bytes, &headers).ok();
    Ok((
        taken,
        known.and_then(|reading| reading.drafts.into_iter().next()?.fingerprint),
    ))
}
