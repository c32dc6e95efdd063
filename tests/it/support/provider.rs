//! A double of those who run language models and agents, over real sockets and in their own wire formats: Gemini
//! (`streamGenerateContent`, SSE), OpenAI (`chat/completions`, SSE), Bedrock (`InvokeAgent`, AWS event stream framing) and
//! AgentCore (`InvokeAgentRuntime`, SSE or JSON). It says what the test has written, and keeps what it was asked.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use futures::StreamExt;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::serving::serve;

/// One answer.
#[derive(Clone)]
pub struct Reply {
    pub status: u16,
    pub content_type: &'static str,
    pub headers: Vec<(&'static str, &'static str)>,
    pub chunks: Vec<Bytes>,
    pub end: End,
}

/// How an answer ends.
#[derive(Clone)]
pub enum End {
    /// As it should.
    Well,
    /// The connection is closed in the middle.
    Cut,
    /// Nothing more comes.
    Never,
    /// Nothing more comes before this is told.
    Waits(Arc<Notify>),
    /// The last chunk comes again and again.
    Again,
}

/// What was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    pub headers: axum::http::HeaderMap,
    pub body: Value,
}

/// The double.
pub struct Provider {
    pub url: String,
    world: Arc<World>,
    _serving: JoinSet<()>,
}

#[derive(Default)]
struct World {
    replies: Mutex<VecDeque<Reply>>,
    asked: Mutex<Vec<Asked>>,
}

impl Provider {
    pub async fn start() -> Self {
        let world = Arc::new(World::default());
        let app = Router::new().fallback(answer).with_state(world.clone());
        let (url, serving) = serve(app).await;
        Self {
            url,
            world,
            _serving: serving,
        }
    }

    /// Says these, one after the other; the last one for ever.
    pub fn says(&self, replies: impl IntoIterator<Item = Reply>) {
        *self.world.replies.lock().unwrap() = replies.into_iter().collect();
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.world.asked.lock().unwrap().clone()
    }
}

async fn answer(State(world): State<Arc<World>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let asked = Asked {
        path: parts.uri.to_string(),
        headers: parts.headers,
        body: serde_json::from_slice(&bytes).unwrap_or_default(),
    };
    world.asked.lock().unwrap().push(asked);
    let reply = {
        let mut replies = world.replies.lock().unwrap();
        match replies.len() {
            0 => Reply::json(500, &json!({"error": "nothing is written"})),
            1 => replies[0].clone(),
            _ => replies.pop_front().unwrap(),
        }
    };
    let last = reply.chunks.last().cloned().unwrap_or_default();
    let chunks = futures::stream::iter(reply.chunks).map(Ok::<_, std::io::Error>);
    let body = match reply.end {
        End::Well => Body::from_stream(chunks),
        End::Cut => Body::from_stream(chunks.chain(futures::stream::iter([Err(std::io::Error::other("cut"))]))),
        End::Never => Body::from_stream(chunks.chain(futures::stream::pending())),
        End::Waits(told) => Body::from_stream(chunks.chain(
            futures::stream::once(async move { told.notified().await }).filter_map(|()| std::future::ready(None)),
        )),
        End::Again => Body::from_stream(futures::stream::repeat_with(move || Ok::<_, Infallible>(last.clone()))),
    };
    let mut response = Response::builder()
        .status(StatusCode::from_u16(reply.status).unwrap())
        .header("content-type", reply.content_type);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response.body(body).unwrap()
}

impl Reply {
    pub fn json(status: u16, body: &Value) -> Self {
        Self::of(status, "application/json", [Bytes::from(body.to_string())])
    }

    pub fn of(status: u16, content_type: &'static str, chunks: impl IntoIterator<Item = Bytes>) -> Self {
        Self {
            status,
            content_type,
            headers: Vec::new(),
            chunks: chunks.into_iter().collect(),
            end: End::Well,
        }
    }

    #[must_use]
    pub fn ends(self, end: End) -> Self {
        Self { end, ..self }
    }

    fn sse<'a>(events: impl IntoIterator<Item = &'a Value>) -> Self {
        let data = events
            .into_iter()
            .map(|event| Bytes::from(format!("data: {event}\r\n\r\n")));
        Self::of(200, "text/event-stream", data)
    }

    /// Gemini's: each part in a chunk of its own, the count with the last.
    pub fn gemini(parts: &[Value], tokens: (u32, u32)) -> Self {
        let last = parts.len().saturating_sub(1);
        let events: Vec<Value> = parts
            .iter()
            .enumerate()
            .map(|(place, part)| {
                let mut event = json!({"candidates": [{"content": {"parts": [part], "role": "model"}, "index": 0}]});
                if place == last {
                    event["candidates"][0]["finishReason"] = json!("STOP");
                    event["usageMetadata"] = json!({
                        "promptTokenCount": tokens.0, "candidatesTokenCount": tokens.1,
                        "totalTokenCount": tokens.0 + tokens.1,
                    });
                }
                event
            })
            .collect();
        Self::sse(&events)
    }

    /// OpenAI's: a call, in two pieces, and the count in a chunk of its own.
    pub fn openai(name: &str, arguments: &Value, tokens: (u32, u32)) -> Self {
        let text = arguments.to_string();
        let (head, tail) = text.split_at(text.floor_char_boundary(text.len() / 2));
        let delta = |delta: Value| json!({"id": "c", "object": "chat.completion.chunk", "model": "gpt-5", "choices": [{"index": 0, "delta": delta}]});
        let events = [
            delta(json!({"role": "assistant", "content": null, "tool_calls": [
                {"index": 0, "id": "call_1", "type": "function", "function": {"name": name, "arguments": head}}]})),
            delta(json!({"tool_calls": [{"index": 0, "function": {"arguments": tail}}]})),
            json!({"id": "c", "object": "chat.completion.chunk", "model": "gpt-5", "choices": [
                {"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}),
            json!({"id": "c", "object": "chat.completion.chunk", "model": "gpt-5", "choices": [], "usage": {
                "prompt_tokens": tokens.0, "completion_tokens": tokens.1, "total_tokens": tokens.0 + tokens.1}}),
        ];
        let mut reply = Self::sse(&events);
        reply.chunks.push(Bytes::from_static(b"data: [DONE]\n\n"));
        reply
    }

    /// Bedrock's: members of the stream, framed.
    pub fn bedrock(members: impl IntoIterator<Item = Member>) -> Self {
        let frames = members.into_iter().map(|member| member.frame());
        let mut reply = Self::of(200, "application/vnd.amazon.eventstream", frames);
        reply.headers = vec![
            ("x-amzn-bedrock-agent-content-type", "application/json"),
            ("x-amz-bedrock-agent-session-id", "ses-1"),
        ];
        reply
    }

    /// AgentCore's: events whose data is JSON.
    pub fn agentcore(events: &[Value]) -> Self {
        Self::sse(events)
    }
}

/// A member of Bedrock's stream.
pub enum Member {
    Chunk(String),
    Usage(u32, u32),
    ReturnControl(Value),
    Exception(&'static str),
}

impl Member {
    fn frame(self) -> Bytes {
        let text = |text: &'static str| HeaderValue::String(text.into());
        let (kind, payload) = match self {
            Self::Chunk(words) => {
                let bytes = base64::engine::general_purpose::STANDARD.encode(words);
                ("chunk", json!({ "bytes": bytes }))
            }
            Self::Usage(input, output) => {
                let usage = json!({"usage": {"inputTokens": input, "outputTokens": output}});
                let trace =
                    json!({"orchestrationTrace": {"modelInvocationOutput": {"traceId": "t", "metadata": usage}}});
                ("trace", json!({"sessionId": "ses-1", "trace": trace}))
            }
            Self::ReturnControl(payload) => ("returnControl", payload),
            Self::Exception(name) => {
                let message = Message::new(Bytes::from(json!({"message": "no"}).to_string()))
                    .add_header(Header::new(":message-type", text("exception")))
                    .add_header(Header::new(":exception-type", text(name)))
                    .add_header(Header::new(":content-type", text("application/json")));
                return framed(&message);
            }
        };
        let message = Message::new(Bytes::from(payload.to_string()))
            .add_header(Header::new(":message-type", text("event")))
            .add_header(Header::new(":event-type", text(kind)))
            .add_header(Header::new(":content-type", text("application/json")));
        framed(&message)
    }
}

fn framed(message: &Message) -> Bytes {
    let mut frame = Vec::new();
    write_message_to(message, &mut frame).unwrap();
    Bytes::from(frame)
}
