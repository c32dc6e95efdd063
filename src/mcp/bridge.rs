//! MCP over standard input and output: a bridge to a server's `/mcp`, so that there is one implementation alone.
//!
//! Each line is a message of JSON-RPC. It is handed on as it is, under the caller's key or token, and what comes back
//! is written as a line. Nothing but the protocol is written.

mod line;
mod message;

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Response};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::{Mutex, Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::client::Client;
use line::{Line, Lines};
use message::{Said, refused};

/// Messages that are on their way at once; more wait to be read.
const AT_ONCE: usize = 8;
/// The most that one message may hold, in bytes.
const MESSAGE_BYTES: usize = 1 << 20;
/// The most that one answer may hold, in bytes.
const ANSWER_BYTES: usize = 16 << 20;
/// How long an answer may take: a run may take its time to begin.
const ANSWERED_WITHIN: Duration = Duration::from_secs(120);

/// A bridge to one server, as one caller.
pub struct Bridge {
    client: Client,
    /// The version that client and server have agreed on.
    version: Mutex<Option<HeaderValue>>,
}

impl Bridge {
    /// To the server that this client speaks to.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            version: Mutex::default(),
        }
    }

    /// Carries messages until the input ends and all that came has been answered.
    ///
    /// # Errors
    /// The input cannot be read, or the output not written.
    pub async fn carry(
        self,
        input: impl AsyncRead + Unpin,
        mut output: impl AsyncWrite + Unpin,
    ) -> std::io::Result<()> {
        let (tell, mut told) = mpsc::channel::<Value>(AT_ONCE);
        let bridge = Arc::new(self);
        let reading = async move {
            let (mut lines, mut carried) = (Lines::new(input, MESSAGE_BYTES), JoinSet::new());
            let room = Arc::new(Semaphore::new(AT_ONCE));
            while let Some(line) = lines.next().await? {
                // Ends that nobody collects would be kept.
                while carried.try_join_next().is_some() {}
                let place = room.clone().acquire_owned().await;
                let (bridge, tell) = (bridge.clone(), tell.clone());
                carried.spawn(async move {
                    bridge.one(line, &tell).await;
                    drop(place);
                });
            }
            carried.join_all().await;
            std::io::Result::Ok(())
        };
        let writing = async move {
            while let Some(answer) = told.recv().await {
                output.write_all(format!("{answer}\n").as_bytes()).await?;
                output.flush().await?;
            }
            std::io::Result::Ok(())
        };
        tokio::try_join!(reading, writing).map(drop)
    }

    /// Carries one message, and tells what comes back.
    async fn one(&self, line: Line, tell: &mpsc::Sender<Value>) {
        let said = match line {
            Line::Whole(text) => Said::read(&text),
            Line::TooLong => Err(refused(
                Value::Null,
                &format!("a message may hold {MESSAGE_BYTES} bytes"),
            )),
        };
        let said = match said {
            Ok(said) => said,
            Err(answer) => return drop(tell.send(answer).await),
        };
        let id = said.id.clone();
        if let Err(why) = self.ask(said, tell).await
            && let Some(id) = id
        {
            drop(tell.send(refused(id, &why)).await);
        }
    }

    /// What went wrong is said in words.
    async fn ask(&self, said: Said, tell: &mpsc::Sender<Value>) -> Result<(), String> {
        let mut request = self
            .client
            .request(Method::POST, "/mcp")
            .timeout(ANSWERED_WITHIN)
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json, text/event-stream");
        let agreed = self.version.lock().await.clone().filter(|_| !said.opens());
        for (name, value) in said.headers(agreed) {
            request = request.header(name, value);
        }
        let (opens, awaits) = (said.opens(), said.id.is_some());
        let unreachable = |error: reqwest::Error| self.client.unreachable(1, &error).to_string();
        let answered = request.body(said.text).send().await.map_err(unreachable)?;
        let status = answered.status();
        let events = answered
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        let body = whole(answered).await?;
        let mut answers = match events {
            true => message::of_events(&body),
            false => serde_json::from_str::<Value>(&body).into_iter().collect(),
        };
        answers.retain(|answer| answer["jsonrpc"] == "2.0");
        if answers.is_empty() && (awaits || !status.is_success()) {
            return Err(message::problem(status.as_u16(), &body));
        }
        for answer in answers {
            if opens && let Some(version) = answer["result"]["protocolVersion"].as_str() {
                *self.version.lock().await = HeaderValue::from_str(version).ok();
            }
            // Where nobody reads any more, there is nobody to tell.
            drop(tell.send(answer).await);
        }
        Ok(())
    }
}

/// All of an answer, within bounds.
async fn whole(answered: Response) -> Result<String, String> {
    let mut body = Vec::new();
    let mut chunks = answered.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| "the answer broke off".to_owned())?;
        if body.len() + chunk.len() > ANSWER_BYTES {
            return Err(format!("the answer is longer than {ANSWER_BYTES} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    String::from_utf8(body).map_err(|_| "the answer is no UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn carried(input: &str) -> Vec<Value> {
        // Nobody listens on port 9 of this machine.
        let bridge = Bridge::new(Client::new("http://127.0.0.1:9").unwrap());
        let mut output = Vec::new();
        bridge.carry(input.as_bytes(), &mut output).await.unwrap();
        let lines = std::str::from_utf8(&output).unwrap().lines();
        lines.map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[tokio::test]
    async fn what_cannot_be_carried_is_answered_and_nothing_else_is() {
        let nobody = carried(r#"{"jsonrpc":"2.0","id":"a","method":"tools/list"}"#).await;
        assert_eq!((nobody.len(), &nobody[0]["id"]), (1, &Value::from("a")));
        let why = nobody[0]["error"]["message"].as_str().unwrap();
        assert!(why.starts_with("no answer from http://127.0.0.1:9"), "{why}");
        assert!(
            carried(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
                .await
                .is_empty()
        );
        assert!(carried("\n  \n").await.is_empty());
        let garbage = carried("{\n").await;
        assert_eq!(
            (&garbage[0]["id"], &garbage[0]["error"]["code"]),
            (&Value::Null, &Value::from(-32700))
        );
        let long = carried(&format!("\"{}\"\n", "x".repeat(MESSAGE_BYTES))).await;
        assert_eq!((long.len(), &long[0]["id"]), (1, &Value::Null));
    }
}
