//! `GET /ws`: the events of `/api/events` over a WebSocket (RFC 6455), each a text message
//! `{event, id?, data}`. Every fifteen seconds comes a `heartbeat`: a page hears no pings, and knows by it that the server
//! lives.
//!
//! A browser's page must be of this host, or of an allowed one, by its `Origin`. The key comes in a
//! header, or in the first message `{token, cursor?}` within ten seconds. Later messages are not read.

use std::sync::Arc;
use std::time::Duration;

use actors::port::events::Position;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::time::{Instant, MissedTickBehavior, timeout};
use utoipa::openapi::path::Parameter;

use super::events::{Resume, place};
use super::follower::{Follower, Frame};
use super::standing::Standing;
use super::streams::StreamKind;
use crate::accounts::rights::Right;
use crate::http::Edge;
use crate::http::agent::KEEP_ALIVE;
use crate::http::caller::{Caller, Place, presented};
use crate::http::describe::{Answer, Argument, Description};
use crate::http::gate::LooksItself;
use crate::http::origin;
use crate::http::page::{Ask, Asked, Query};
use crate::http::problem::{Code, Problem};
use crate::http::rights::{Read, read_at_once};
use crate::json;

/// The most that a client's message may hold, in bytes.
const MESSAGE_BYTES: usize = 4096;
/// What may wait to be written, in bytes.
const WRITE_BYTES: usize = 256 << 10;
/// How long the first message may take.
const INTRODUCTION: Duration = Duration::from_secs(10);
/// How long the answer to a client's farewell may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// The first message, of a client that cannot set headers.
#[derive(Deserialize)]
struct Introduction {
    token: String,
    #[serde(default)]
    cursor: Option<String>,
}

/// Who reads, and from where.
struct Introduced {
    caller: Caller,
    after: Option<Position>,
}

/// Where to go on; of all companies that one reads.
pub(in crate::http) struct Anew(Resume);

impl Ask for Anew {
    const OF_COMPANY: bool = false;

    fn parameters() -> Vec<Parameter> {
        Resume::parameters()
    }

    fn read(query: &mut Query, edge: &Edge) -> Result<Self, Problem> {
        Resume::read(query, edge).map(Self)
    }
}

/// A connection that has become a WebSocket.
pub(in crate::http) struct Upgraded(Response);

impl IntoResponse for Upgraded {
    fn into_response(self) -> Response {
        self.0
    }
}

impl Answer for Upgraded {
    fn describe(description: &mut Description) {
        description.answers(101, "The connection speaks WebSocket from now on", None);
        description.refuses(&[400, 401, 405, 426]);
    }
}

impl Argument for Result<WebSocketUpgrade, WebSocketUpgradeRejection> {}

/// Takes the connection over.
pub(in crate::http) async fn connect(
    _: LooksItself<Read>,
    State(edge): State<Arc<Edge>>,
    from: Place,
    headers: HeaderMap,
    Asked { asked: from_where, .. }: Asked<Anew>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Upgraded, Problem> {
    // A page of another site must not read with what the browser knows of ours (RFC 6455, 10.2).
    origin::of_ours(&edge, &headers)?;
    let Anew(Resume { cursor }) = from_where;
    let after = cursor.map(|text| place("cursor", &text)).transpose()?;
    let introduced = match presented(&headers)? {
        None => None,
        Some(key) => Some(Introduced {
            caller: reader(&edge, key, from.clone())?,
            after,
        }),
    };
    let upgrade = upgrade.map_err(|rejection| {
        let mut problem = Problem::new(Code::NoWebsocket, rejection.body_text());
        problem.status = rejection.status();
        if problem.status == StatusCode::UPGRADE_REQUIRED {
            problem.detail = "this route speaks WebSocket: ask for an upgrade".to_owned();
        }
        problem
    })?;
    Ok(Upgraded(
        upgrade
            .max_message_size(MESSAGE_BYTES)
            .max_frame_size(MESSAGE_BYTES)
            .write_buffer_size(0)
            .max_write_buffer_size(WRITE_BYTES)
            .on_upgrade(move |socket| converse(edge, socket, introduced, from, after)),
    ))
}

/// Somebody who may read.
fn reader(edge: &Edge, token: &str, from: Place) -> Result<Caller, Problem> {
    let caller = Caller::by(token, from.clone(), edge).inspect_err(|_| from.refused(edge, "token"))?;
    caller.needs(edge, Right::Read)?;
    Ok(caller)
}

async fn converse(
    edge: Arc<Edge>,
    mut socket: WebSocket,
    introduced: Option<Introduced>,
    from: Place,
    after: Option<Position>,
) {
    let told = match introduced {
        Some(introduced) => follow(&edge, &mut socket, introduced).await,
        None => match introduction(&edge, &mut socket, from, after).await {
            Ok(introduced) => follow(&edge, &mut socket, introduced).await,
            Err(problem) => Err(problem),
        },
    };
    let last = match told {
        Ok(Some(code)) => close(code, ""),
        Ok(None) => {
            // The answer to a client's farewell waits in the socket, and leaves with the next look at it.
            let _ = timeout(FAREWELL, socket.recv()).await;
            return;
        }
        Err(problem) => {
            let code = match problem.status {
                StatusCode::SERVICE_UNAVAILABLE => close_code::AGAIN,
                _ => close_code::POLICY,
            };
            close(code, &problem.detail)
        }
    };
    // A client that has gone needs no farewell.
    let _ = socket.send(last).await;
}

/// Waits for the first message.
async fn introduction(
    edge: &Edge,
    socket: &mut WebSocket,
    from: Place,
    after: Option<Position>,
) -> Result<Introduced, Problem> {
    let none = || {
        Problem::invalid(
            "token",
            "the first message must be {\"token\": \"...\"}, within ten seconds",
        )
    };
    let first = async {
        loop {
            match socket.recv().await {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => return other,
            }
        }
    };
    let Ok(Some(Ok(Message::Text(text)))) = timeout(INTRODUCTION, first).await else {
        return Err(none());
    };
    let read: Introduction = json::strict(text.as_bytes())
        .and_then(json::object)
        .map_err(|_| none())?;
    let asked = read.cursor.map(|text| place("cursor", &text)).transpose()?;
    Ok(Introduced {
        caller: reader(edge, &read.token, from)?,
        after: asked.or(after),
    })
}

/// Tells what happens until one side ends it; answers the close code where that is ours.
async fn follow(edge: &Arc<Edge>, socket: &mut WebSocket, introduced: Introduced) -> Result<Option<u16>, Problem> {
    let companies = read_at_once(edge, &introduced.caller.reach(Right::Read)?);
    let open = edge.streams.enter(StreamKind::Socket, &companies)?;
    let standing = Standing::of(edge, introduced.caller, companies)?;
    let mut follower = Follower::from(edge, standing, introduced.after, open).await?;
    let mut beat = tokio::time::interval_at(Instant::now() + KEEP_ALIVE, KEEP_ALIVE);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    loop {
        tokio::select! {
            frame = follower.next() => {
                let Some(frame) = frame else { return Ok(Some(close_code::RESTART)) };
                if socket.send(Message::Text(message(frame))).await.is_err() {
                    return Ok(Some(close_code::AWAY));
                }
            }
            said = socket.recv() => match said {
                None | Some(Err(_) | Ok(Message::Close(_))) => return Ok(None),
                Some(Ok(_)) => heard = Instant::now(),
            },
            _ = beat.tick() => {
                let is_gone = heard.elapsed() > KEEP_ALIVE * 3;
                if is_gone || beaten(socket).await.is_err() {
                    return Ok(Some(close_code::AWAY));
                }
            }
        }
    }
}

/// Asks whether the client is there, and tells it that we are.
async fn beaten(socket: &mut WebSocket) -> Result<(), axum::Error> {
    socket.send(Message::Ping(Default::default())).await?;
    socket.send(Message::Text(message(Frame::heartbeat()))).await
}

fn message(frame: Frame) -> Utf8Bytes {
    #[derive(serde::Serialize)]
    struct Sent<'a> {
        event: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        data: &'a RawValue,
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_ms: Option<u128>,
    }
    let data = RawValue::from_string(frame.data).unwrap_or_default();
    let sent = Sent {
        event: &frame.name,
        id: frame.cursor.as_deref(),
        data: &data,
        retry_ms: frame.retry.map(|retry| retry.as_millis()),
    };
    serde_json::to_string(&sent).unwrap_or_default().into()
}

/// A close frame; its reason holds at most 123 bytes (RFC 6455, 5.5).
fn close(code: u16, reason: &str) -> Message {
    let reason = &reason[..reason.floor_char_boundary(123)];
    Message::Close(Some(CloseFrame {
        code,
        reason: reason.into(),
    }))
}
