//! `GET /ws`: each message is an invocation's body; what its stream would tell comes back, an item a message, in
//! frames of at most 32 KB. What failed inside closes with 1011, what is too large with 1009.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use actors::domain::Decision;
use actors::port::CompanySet;
use actors::runtime::CallError;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures::{SinkExt, StreamExt};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::AsyncReadExt;
use tokio::time::{Instant, MissedTickBehavior, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::server::create_response;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::frame::{CloseFrame, Frame};
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Bytes, Error, Message};

use super::Shared;
use super::answer::{Refusal, items, refusal};
use super::invoke::{begin, read, told};
use super::session;
use super::whose::Asker;
use crate::http::Stage;
use crate::http::body::REQUEST_BYTES;
use crate::http::deciding::{Shown, watched};
use crate::http::live::streams::{OpenStream, StreamKind};
use crate::http::problem::Problem;

/// The most that one frame carries; the runtime takes no more.
const FRAME_BYTES: usize = 32 << 10;
/// What may wait to be written, in bytes.
const WRITE_BYTES: usize = 1 << 20;
/// What is read of a message that is too large, only for it to be told so.
const UNREAD_BYTES: u64 = 16 << 20;
/// How often a silent connection is asked whether it lives; after three silences it does not.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How long a farewell may take.
const FAREWELL: Duration = Duration::from_secs(1);

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// A conversation, which is as good as the key or token that it began with: that is looked at for each message.
struct Conversation {
    shared: Arc<Shared>,
    asker: Asker,
    session: Option<String>,
    _open: OpenStream,
}

/// Takes the connection over.
pub(super) async fn connect(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    upgraded(shared, request).unwrap_or_else(IntoResponse::into_response)
}

fn upgraded(shared: Arc<Shared>, request: Request) -> Result<Response, Refusal> {
    let (mut parts, _) = request.into_parts();
    let session = session::session(&parts.headers)?;
    let asker = Asker::of(&parts, &shared)?;
    let not_asked = |error: Error| refusal(StatusCode::BAD_REQUEST, &format!("this path speaks WebSocket: {error}"));
    let on_upgrade = parts.extensions.remove::<OnUpgrade>();
    let answer = create_response(&Request::from_parts(parts, ())).map_err(not_asked)?;
    let none = || {
        refusal(
            StatusCode::UPGRADE_REQUIRED,
            "this connection cannot become a WebSocket",
        )
    };
    let on_upgrade = on_upgrade.ok_or_else(none)?;
    let companies: CompanySet = shared.settings.company.iter().cloned().collect();
    let open = shared.edge.streams.enter(StreamKind::Agent, &companies)?;
    let conversation = Conversation {
        shared: shared.clone(),
        asker,
        session,
        _open: open,
    };
    shared.sockets.spawn(async move {
        match on_upgrade.await {
            Ok(io) => conversation.hold(TokioIo::new(io)).await,
            Err(error) => tracing::debug!(%error, "a connection did not become a WebSocket"),
        }
    });
    Ok(answer.map(|()| Body::empty()))
}

/// How a conversation ends: by our close code, or because the other side has gone.
type End = Option<(CloseCode, &'static str)>;

impl Conversation {
    async fn hold(self, io: TokioIo<Upgraded>) {
        let limits = WebSocketConfig::default()
            .max_message_size(Some(REQUEST_BYTES))
            .max_frame_size(Some(REQUEST_BYTES))
            .write_buffer_size(0)
            .max_write_buffer_size(WRITE_BYTES);
        let mut socket = WebSocketStream::from_raw_socket(io, Role::Server, Some(limits)).await;
        let farewell = self.talk(&mut socket).await.map(|(code, reason)| CloseFrame {
            code,
            reason: reason.into(),
        });
        // The answer to a client's farewell leaves with this one; who has gone without one needs none.
        let too_large = farewell
            .as_ref()
            .is_some_and(|farewell| farewell.code == CloseCode::Size);
        drop(timeout(FAREWELL, socket.close(farewell)).await);
        if too_large {
            // What is left unread would reset the connection, and our farewell with it.
            let mut rest = socket.get_mut().take(UNREAD_BYTES);
            drop(timeout(FAREWELL, tokio::io::copy(&mut rest, &mut tokio::io::sink())).await);
        }
    }

    /// Answers until one side ends it.
    async fn talk(&self, socket: &mut Socket) -> End {
        let mut stage = self.shared.edge.stage.subscribe();
        let mut beat = tokio::time::interval(KEEP_ALIVE);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard = Instant::now();
        loop {
            if *stage.borrow_and_update() == Stage::Draining {
                return Some((CloseCode::Restart, "the server is going down"));
            }
            let answered = tokio::select! {
                said = socket.next() => match said? {
                    Ok(Message::Text(text)) => self.answer(socket, text.as_bytes()).await,
                    Ok(Message::Binary(bytes)) => self.answer(socket, &bytes).await,
                    Err(Error::Capacity(_)) => return Some((CloseCode::Size, "a message may be at most 256 KB")),
                    Ok(Message::Close(_)) | Err(_) => return None,
                    Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => Ok(()),
                },
                // The sender lives as long as the edge.
                _ = stage.changed() => continue,
                _ = beat.tick() => {
                    let lives = heard.elapsed() <= KEEP_ALIVE * 3;
                    if !lives || socket.send(Message::Ping(Bytes::new())).await.is_err() {
                        return Some((CloseCode::Away, "no answer"));
                    }
                    continue;
                }
            };
            if let Err(end) = answered {
                return end;
            }
            heard = Instant::now();
        }
    }

    /// Answers one message.
    async fn answer(&self, socket: &mut Socket, body: &[u8]) -> Result<(), End> {
        let begun = read(body).map_err(told).and_then(|invocation| {
            let begun = begin(&self.shared, &self.asker, self.session.as_deref(), invocation);
            begun.map_err(Refusal::from)
        });
        let begun = match begun {
            Ok(begun) => begun,
            Err(refused) => {
                tell(socket, &refused.body).await?;
                let failed = refused.status.is_server_error();
                return if failed { Err(failure()) } else { Ok(()) };
            }
        };
        let mut shown = pin!(watched(begun.progress, begun.decided));
        while let Some(shown) = shown.next().await {
            let failed = matches!(&shown, Shown::Outcome(outcome) if fails(outcome));
            for item in items(shown) {
                tell(socket, &item).await?;
            }
            if failed {
                return Err(failure());
            }
        }
        Ok(())
    }
}

/// Whether it is not the client's fault that there is no decision.
fn fails(outcome: &Result<Decision, CallError>) -> bool {
    let error = outcome.as_ref().err().cloned();
    error.is_some_and(|error| Problem::from(error).status.is_server_error())
}

fn failure() -> End {
    Some((CloseCode::Error, "something failed inside"))
}

/// Sends an item.
async fn tell(socket: &mut Socket, item: &Value) -> Result<(), End> {
    for frame in frames(&item.to_string()) {
        socket.send(Message::Frame(frame)).await.map_err(|_| None)?;
    }
    Ok(())
}

/// A message in frames that the runtime takes.
fn frames(text: &str) -> Vec<Frame> {
    let pieces: Vec<&[u8]> = text.as_bytes().chunks(FRAME_BYTES).collect();
    let last = pieces.len().saturating_sub(1);
    let framed = pieces.into_iter().enumerate().map(|(place, piece)| {
        let kind = if place == 0 { Data::Text } else { Data::Continue };
        Frame::message(piece.to_vec(), OpCode::Data(kind), place == last)
    });
    framed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_message_is_sent_in_frames_of_32_kb() {
        for (length, sizes) in [
            (1, vec![1]),
            (FRAME_BYTES, vec![FRAME_BYTES]),
            (2 * FRAME_BYTES + 1, vec![FRAME_BYTES, FRAME_BYTES, 1]),
        ] {
            let frames = frames(&"x".repeat(length));
            let of: Vec<usize> = frames.iter().map(|frame| frame.payload().len()).collect();
            assert_eq!(of, sizes);
            let kinds = frames
                .iter()
                .map(|frame| (frame.header().opcode, frame.header().is_final));
            for (place, (kind, is_final)) in kinds.enumerate() {
                let first = if place == 0 { Data::Text } else { Data::Continue };
                assert_eq!((kind, is_final), (OpCode::Data(first), place == sizes.len() - 1));
            }
        }
    }
}
