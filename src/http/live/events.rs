//! `GET /api/events`: live events as SSE (WHATWG, server-sent events), resumed by `Last-Event-ID`.

use std::sync::Arc;

use actors::port::events::Position;
use axum::extract::State;
use axum::response::sse::Event;
use futures::stream;
use utoipa::IntoParams;
use utoipa::openapi::path::Parameter;

use super::cursor;
use super::follower::{Follower, Frame};
use super::standing::Standing;
use super::streams::StreamKind;
use crate::http::Edge;
use crate::http::agent::{EventStream, LastEventId, sse};
use crate::http::page::{Ask, Asked, Query};
use crate::http::problem::Problem;
use crate::http::rights::{Reaches, Read};

/// Where to go on.
#[derive(IntoParams)]
pub(in crate::http) struct Resume {
    /// The id of an earlier event, for clients that cannot send `Last-Event-ID` at first.
    pub(super) cursor: Option<String>,
}

impl Ask for Resume {
    fn parameters() -> Vec<Parameter> {
        Self::into_params(|| None)
    }

    fn read(query: &mut Query, _: &Edge) -> Result<Self, Problem> {
        Ok(Self {
            cursor: query.text("cursor"),
        })
    }
}

/// From now on; from behind `Last-Event-ID`, or `?cursor=` for clients that cannot send it at first.
pub(in crate::http) async fn follow(
    reaches: Reaches<Read>,
    State(edge): State<Arc<Edge>>,
    Asked {
        company: named,
        asked: Resume { cursor: asked },
    }: Asked<Resume>,
    LastEventId(last): LastEventId,
) -> Result<EventStream, Problem> {
    let after = match last {
        Some(id) => Some(place("Last-Event-ID", &id)?),
        None => asked.map(|text| place("cursor", &text)).transpose()?,
    };
    let companies = reaches.read_at_once(&edge, named)?;
    let open = edge.streams.enter(StreamKind::Events, &companies)?;
    let standing = Standing::of(&edge, reaches.caller, companies)?;
    let follower = Follower::from(&edge, standing, after, open).await?;
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
