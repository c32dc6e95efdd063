//! An agent on AgentCore Runtime (`InvokeAgentRuntime`, API of 2024-02-28). It is sent one JSON object with a `prompt`, and
//! answers with JSON or with server-sent events whose data is JSON: texts are its words, and an object that has a
//! `recommendation` is its answer. It has tools of its own; ours are not offered to it.

use actors::decision::prompt::WRITTEN;
use actors::domain::redact::redact;
use actors::domain::talk::{ModelFailure, Part, Said, Usage};
use actors::limits::TURN_BYTES;
use actors::port::model::{Heard, Listener, Model, Turn};
use async_trait::async_trait;
use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_sdk_bedrockagentcore::config::Region;
use aws_sdk_bedrockagentcore::primitives::Blob;
use aws_sdk_bedrockagentcore::{Client, Config};
use serde_json::{Value, json};

use super::arn::RuntimeArn;
use super::failure;
use crate::aws::Base;
use crate::aws::fault::Fate;

/// An agent on AgentCore Runtime.
pub struct AgentRuntime {
    client: Client,
    arn: RuntimeArn,
    qualifier: Option<String>,
}

impl AgentRuntime {
    /// A client of it, as who we are; nothing is asked yet. Without a qualifier its default endpoint is meant.
    pub fn new(arn: RuntimeArn, qualifier: Option<String>, base: &Base) -> Self {
        let mut config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(arn.region.clone()))
            .http_client(crate::aws::keeping())
            .retry_config(RetryConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .credentials_provider(base.credentials.clone());
        config.set_endpoint_url(base.endpoint_url.clone());
        let client = Client::from_conf(config.build());
        Self { client, arn, qualifier }
    }
}

#[async_trait]
impl Model for AgentRuntime {
    fn name(&self) -> &'static str {
        "agentcore"
    }

    fn id(&self) -> &str {
        self.arn.as_str()
    }

    fn is_agent(&self) -> bool {
        true
    }

    async fn turn(&self, turn: Turn<'_>, hear: &Listener<'_>) -> Result<Said, ModelFailure> {
        let payload = json!({"prompt": words(turn.messages)}).to_string();
        let request = self
            .client
            .invoke_agent_runtime()
            .agent_runtime_arn(self.arn.as_str())
            .set_qualifier(self.qualifier.clone())
            .runtime_session_id(turn.session)
            .content_type("application/json")
            .accept("text/event-stream, application/json")
            .payload(Blob::new(payload));
        // The SDK's futures are too large for a stack.
        let answer = Box::pin(request.send())
            .await
            .map_err(|error| failure(&Fate::of(&error)))?;
        hear(Heard::Begun);
        let mut heard = Answered::new(answer.content_type.starts_with("text/event-stream"));
        let mut body = answer.response;
        while let Some(bytes) = body.next().await {
            let bytes = bytes.map_err(|_| ModelFailure::ill("the service's answer broke off"))?;
            heard.push(&bytes, hear)?;
        }
        heard.finish(hear)
    }
}

/// What it is told: all of it, as its session may have none of ours.
fn words(messages: &[Part]) -> String {
    let texts = messages.iter().filter_map(|part| match part {
        Part::Instructions(text) => Some(text.to_string()),
        Part::Material(text) | Part::Correction(text) => Some(text.clone()),
        Part::Said(said) => Some(format!("You answered: {}", Value::from(said.text.as_str()))),
        Part::Results(_) => None,
    });
    texts.chain([WRITTEN.to_owned()]).collect::<Vec<_>>().join("\n\n")
}

/// An agent's answer, as it comes: lines of events (WHATWG, server-sent events), or one JSON text.
#[derive(Default)]
pub struct Answered {
    streams: bool,
    /// What is no whole line yet.
    bytes: Vec<u8>,
    received: usize,
    text: String,
    answer: Option<Value>,
    usage: Option<Usage>,
}

impl Answered {
    /// One that comes as events, or whole.
    pub fn new(streams: bool) -> Self {
        Self {
            streams,
            ..Self::default()
        }
    }

    /// Takes some bytes.
    ///
    /// # Errors
    /// The agent says that it has failed, does not stop, or enough was heard.
    pub fn push(&mut self, bytes: &[u8], hear: &Listener<'_>) -> Result<(), ModelFailure> {
        self.received += bytes.len();
        if self.received > TURN_BYTES {
            return Err(ModelFailure::refused("it did not stop"));
        }
        self.bytes.extend_from_slice(bytes);
        if !self.streams {
            return Ok(());
        }
        let whole = self
            .bytes
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        let lines: Vec<u8> = self.bytes.drain(..whole).collect();
        for line in String::from_utf8_lossy(&lines).lines() {
            if let Some(data) = line.strip_prefix("data:") {
                self.take(data.trim(), hear)?;
            }
        }
        Ok(())
    }

    /// What was said in all.
    ///
    /// # Errors
    /// As [`Answered::push`].
    pub fn finish(mut self, hear: &Listener<'_>) -> Result<Said, ModelFailure> {
        let rest = std::mem::take(&mut self.bytes);
        if !self.streams {
            self.take(&String::from_utf8_lossy(&rest), hear)?;
        }
        Ok(Said {
            text: self.answer.map_or(self.text, |answer| answer.to_string()),
            calls: Vec::new(),
            usage: self.usage,
            opaque: None,
        })
    }

    /// Takes one JSON text, or words that are none.
    fn take(&mut self, data: &str, hear: &Listener<'_>) -> Result<(), ModelFailure> {
        let value: Value = serde_json::from_str(data).unwrap_or_else(|_| Value::from(data));
        let goes_on = match &value {
            Value::Object(fields) if fields.contains_key("recommendation") => {
                self.usage = counted(&value);
                self.answer = Some(decision(&value));
                hear(Heard::Bytes(data.len()))
            }
            Value::Object(fields) => {
                if let Some(error) = fields.get("error").filter(|error| !error.is_null()) {
                    let said: String = redact(&error.to_string())
                        .chars()
                        .take(200)
                        .filter(|char| !char.is_control())
                        .collect();
                    return Err(ModelFailure::ill(format!("the agent answered with an error: {said}")));
                }
                let words = ["result", "response", "output", "text", "message"]
                    .iter()
                    .find_map(|name| fields.get(*name));
                match words {
                    Some(Value::String(words)) => self.say(words, hear),
                    Some(inner) => return self.take(&inner.to_string(), hear),
                    None => hear(Heard::Bytes(data.len())),
                }
            }
            Value::String(words) => self.say(words, hear),
            _ => hear(Heard::Bytes(data.len())),
        };
        if goes_on {
            Ok(())
        } else {
            Err(ModelFailure::refused("it did not stop"))
        }
    }

    fn say(&mut self, words: &str, hear: &Listener<'_>) -> bool {
        self.text.push_str(words);
        hear(Heard::Text(words))
    }
}

/// An answer's own fields of what may be a whole decision, such as another Alert Whisperer's.
fn decision(value: &Value) -> Value {
    let fields = ["recommendation", "confidence", "reasoning", "tool_calls"];
    let kept = fields
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), value.get(*name)?.clone())));
    let mut kept: serde_json::Map<String, Value> = kept.collect();
    // Evidence that is cited by an id; a decision's own has other fields, and its ids are not ours.
    let cited = value.get("evidence").and_then(Value::as_array).into_iter().flatten();
    let cited = cited.filter(|cited| cited.get("id").is_some() && cited.get("kind").is_none());
    kept.insert("evidence".into(), cited.cloned().collect());
    Value::Object(kept)
}

/// By the agent's own count, where it says so.
fn counted(value: &Value) -> Option<Usage> {
    let tokens = value.get("tokens_used")?.as_u64()?;
    let output = u32::try_from(tokens).unwrap_or(u32::MAX);
    Some(Usage { input: 0, output })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    fn take(events: &[&str]) -> (Result<Said, ModelFailure>, Vec<String>) {
        let shown = Mutex::new(Vec::new());
        let hear = |heard: Heard<'_>| {
            if let Heard::Text(text) = heard {
                shown.lock().unwrap().push(text.to_owned());
            }
            true
        };
        let mut answered = Answered::new(true);
        let bytes: String = events.iter().map(|event| format!("data: {event}\r\n\r\n")).collect();
        // Byte by byte: lines are whole however they come.
        let taken = bytes.bytes().try_for_each(|byte| answered.push(&[byte], &hear));
        let said = taken.and_then(|()| answered.finish(&hear));
        (said, shown.into_inner().unwrap())
    }

    #[test]
    fn texts_are_words_and_an_object_with_a_recommendation_is_the_answer() {
        let answer = r#"{"recommendation":"r","confidence":0.5,"reasoning":"x","tool_calls":[],"tokens_used":12,"decision_id":"dec-1"}"#;
        let (said, shown) = take(&[r#""Analyzing""#, r#"{"text":"it"}"#, answer]);
        let said = said.unwrap();
        assert_eq!(shown, ["Analyzing", "it"]);
        assert_eq!(said.usage.unwrap().total(), 12);
        let value: Value = serde_json::from_str(&said.text).unwrap();
        assert!(
            value.get("decision_id").is_none() && value["recommendation"] == "r",
            "{value}"
        );

        let (said, _) = take(&[r#"{"result":{"recommendation":"inner","evidence":[{"kind":"rule","detail":"d"}]}}"#]);
        assert!(said.unwrap().text.contains(r#""evidence":[]"#));
        let (said, _) = take(&["not json at all"]);
        assert_eq!(said.unwrap().text, "not json at all");
        let (said, _) = take(&[r#""half""#, r#"{"error":"boom","error_type":"ValueError"}"#]);
        assert!(said.unwrap_err().why.contains("boom"));
    }

    #[test]
    fn what_comes_whole_is_one_json_text_and_what_does_not_stop_is_cut_off() {
        let mut answered = Answered::new(false);
        answered.push(br#"{"response": "\u00e4\n"#, &|_| true).unwrap();
        answered.push(br#""}"#, &|_| true).unwrap();
        assert_eq!(answered.finish(&|_| true).unwrap().text, "\u{e4}\n");
        let mut answered = Answered::new(true);
        let endless = (0..2).try_for_each(|_| answered.push(&[b'x'; TURN_BYTES], &|_| true));
        assert!(endless.is_err());
    }
}
