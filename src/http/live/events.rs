//! `GET /api/events`: live events as SSE (WHATWG, server-sent events), resumed by `Last-Event-ID`.

use std::sync::Arc;

use actors::port::events::{CompanySet, Position};
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::response::sse::Event;
use futures::stream;

use super::cursor;
use super::follower::{Follower, Frame};
use super::streams::StreamKind;
use crate::http::Edge;
use crate::http::agent::sse;
use crate::http::page::Query;
use crate::http::problem::Problem;
use crate::http::rights::{May, Read};

/// From now on; from behind `Last-Event-ID`, or `?cursor=` for clients that cannot send it at first.
pub(in crate::http) async fn follow(
    State(edge): State<Arc<Edge>>,
    may: May<Read>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut query = Query::read(raw.as_deref())?;
    may.only_own(query.company()?.as_ref())?;
    let asked = query.text("cursor");
    query.done()?;
    let after = match headers.get("last-event-id") {
        Some(value) => Some(place("Last-Event-ID", value.to_str().unwrap_or_default())?),
        None => asked.map(|text| place("cursor", &text)).transpose()?,
    };
    let open = edge.streams.enter(StreamKind::Events, may.company())?;
    let companies = CompanySet::one(may.company().clone());
    let follower = Follower::from(&edge, companies, after, open).await?;
    Ok(sse(stream::unfold(follower, |mut follower| async move {
        follower.next().await.map(|frame| (event(frame), follower))
    })))
}

/// Reads a cursor that a client sent.
pub(super) fn place(field: &str, text: &str) -> Result<Position, Problem> {
    cursor::read(text).ok_or_else(|| Problem::invalid(field, "must be the id of an earlier event"))
}

fn event(frame: Frame) -> Event {
    let mut event = Event::default().event(frame.name).data(frame.data);
    if let Some(cursor) = frame.cursor {
        event = event.id(cursor);
    }
    match frame.retry {
        Some(retry) => event.retry(retry),
        None => event,
    }
}
