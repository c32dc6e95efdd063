//! Language models over HTTP, by `genai`: Gemini, OpenAI, Anthropic, local ones and others, streamed.
//!
//! Only the wire is here. What is asked, how often, and what an answer must be is `actors::decision::deliberation`'s.
//! Nothing of what is sent or answered is logged, and no error repeats it.

mod convert;
mod pool;
mod relay;

use actors::domain::talk::{ModelFailure, ModelHealth, Said, Usage};
use actors::port::model::{Heard, Listener, Model, Turn};
use async_trait::async_trait;
use futures::StreamExt;
use genai::adapter::AdapterKind;
use genai::chat::{ChatOptions, ChatStreamEvent, ReasoningEffort, StreamEnd, ToolChoice};
use genai::resolver::{AuthData, Endpoint};
use genai::{Client, ModelIden, ServiceTarget};
use reqwest::StatusCode;
use secrecy::{ExposeSecret, SecretString};

use relay::Relay;

/// Where the client believes that it goes: the adapters append their paths to it.
const THROUGH_THE_RELAY: &str = "http://provider/";

/// Bytes of a key that is a secret, at the least: a shorter one would be found in anything.
const SECRET: usize = 8;

/// What Gemini's thinking models may think before they write, of what they may write: they cannot be told not to.
const THOUGHT: u32 = 4;

/// Which model, where, and under which key.
#[derive(Clone, Debug)]
pub struct LlmSettings {
    /// Its name, such as `gemini-2.5-pro`, or `ollama::llama3.2`: the provider before `::` where the name does not say.
    pub model: String,
    /// The provider's key, where it needs one.
    pub key: Option<SecretString>,
    /// The provider's base URL, where it is not its own.
    pub endpoint: Option<String>,
}

/// Why there is no such model.
#[derive(Debug, thiserror::Error)]
pub enum NoModel {
    /// Nobody knows whose it is.
    #[error("LLM_MODEL: nobody knows whose model {0:?} is: put the provider in front of it, such as openai::{0}")]
    Unknown(String),
    /// It needs a key.
    #[error("LLM_MODEL: {0} needs a key: set LLM_API_KEY, or GEMINI_API_KEY for Gemini")]
    NoKey(String),
    /// The HTTP client cannot be made.
    #[error("the client of language models cannot be made: {0}")]
    Client(String),
}

/// A language model.
pub struct Llm {
    _relay: Relay,
    key: Option<SecretString>,
    client: Client,
    model: ModelIden,
    name: String,
    kind: AdapterKind,
}

impl Llm {
    /// A client of it; nothing is asked yet.
    ///
    /// # Errors
    /// [`NoModel`].
    pub fn new(settings: &LlmSettings) -> Result<Self, NoModel> {
        let name = &settings.model;
        let kind = kind_of(name)?;
        let bare = name.rsplit_once("::").map_or(name.as_str(), |(_, bare)| bare);
        let auth = match &settings.key {
            Some(key) => AuthData::from_single(key.expose_secret()),
            None if kind.default_key_env_name().is_none() || settings.endpoint.is_some() => AuthData::from_single(""),
            None => return Err(NoModel::NoKey(name.clone())),
        };
        let relay = Relay::open().map_err(|error| NoModel::Client(error.to_string()))?;
        let (endpoint, to) = (settings.endpoint.clone(), relay.leads_to());
        let aim = move |target: ServiceTarget| -> Result<ServiceTarget, genai::resolver::Error> {
            to.get_or_init(|| {
                endpoint
                    .clone()
                    .unwrap_or_else(|| target.endpoint.base_url().to_owned())
            });
            Ok(ServiceTarget {
                endpoint: Endpoint::from_static(THROUGH_THE_RELAY),
                auth: auth.clone(),
                model: target.model,
            })
        };
        let http = relay.client().map_err(|error| NoModel::Client(error.to_string()))?;
        let client = Client::builder()
            .with_reqwest(http)
            .with_service_target_resolver_fn(aim)
            .build();
        let client = client.map_err(|error| NoModel::Client(error.to_string()))?;
        Ok(Self {
            _relay: relay,
            key: settings.key.clone(),
            client,
            model: ModelIden::new(kind, bare.to_owned()),
            name: name.clone(),
            kind,
        })
    }

    fn options(&self, turn: &Turn<'_>) -> ChatOptions {
        let options = ChatOptions::default()
            .with_max_tokens(turn.max_output)
            .with_capture_usage(true)
            .with_capture_content(true)
            .with_capture_tool_calls(true);
        let options = match turn.must_call {
            Some(tool) => options.with_tool_choice(ToolChoice::tool(tool)),
            None => options,
        };
        if self.kind == AdapterKind::Gemini && self.name.contains("2.5") {
            return options
                .with_reasoning_effort(ReasoningEffort::Budget((turn.max_output / THOUGHT).clamp(128, 2048)));
        }
        options
    }
}

impl Llm {
    /// What repeats our key is not kept.
    fn without_our_key(&self, said: Said) -> Result<Said, ModelFailure> {
        let key = self
            .key
            .as_ref()
            .map(ExposeSecret::expose_secret)
            .filter(|key| key.len() >= SECRET);
        let Some(key) = key else { return Ok(said) };
        let holds = |text: &str| text.contains(key);
        let in_calls = said
            .calls
            .iter()
            .any(|call| holds(&call.arguments.to_string()) || holds(&call.name));
        if holds(&said.text) || in_calls {
            return Err(ModelFailure::refused("its answer holds our key").after(said.usage));
        }
        Ok(said)
    }
}

/// Whose model it is: what stands before `::`, or what its name begins with.
fn kind_of(name: &str) -> Result<AdapterKind, NoModel> {
    let unknown = || NoModel::Unknown(name.to_owned());
    match name.split_once("::") {
        Some((provider, _)) => AdapterKind::from_lower_str(provider).ok_or_else(unknown),
        None => match AdapterKind::from_model(name) {
            // What nobody knows would otherwise be taken for a local one.
            Ok(AdapterKind::Ollama) | Err(_) => Err(unknown()),
            Ok(kind) => Ok(kind),
        },
    }
}

#[async_trait]
impl Model for Llm {
    fn name(&self) -> &'static str {
        "llm"
    }

    fn id(&self) -> &str {
        &self.name
    }

    async fn turn(&self, turn: Turn<'_>, hear: &Listener<'_>) -> Result<Said, ModelFailure> {
        let options = self.options(&turn);
        let request = convert::request(&turn);
        let begun = self
            .client
            .exec_chat_stream(self.model.clone(), request, Some(&options))
            .await;
        let mut stream = begun.map_err(|error| failure(&error))?.stream;
        while let Some(event) = stream.next().await {
            let goes_on = match event.map_err(|error| failure(&error))? {
                ChatStreamEvent::Chunk(chunk) => hear(Heard::Text(&chunk.content)),
                ChatStreamEvent::ReasoningChunk(chunk) | ChatStreamEvent::ThoughtSignatureChunk(chunk) => {
                    hear(Heard::Bytes(chunk.content.len()))
                }
                ChatStreamEvent::ToolCallChunk(chunk) => hear(Heard::Bytes(chunk.tool_call.size())),
                ChatStreamEvent::End(end) => return self.without_our_key(ended(end)?),
                ChatStreamEvent::Start => hear(Heard::Begun),
                ChatStreamEvent::Heartbeat => hear(Heard::Bytes(0)),
            };
            if !goes_on {
                return Err(ModelFailure::refused("it did not stop"));
            }
        }
        Err(ModelFailure::ill("the provider's answer broke off"))
    }
}

/// What was said in all.
fn ended(end: StreamEnd) -> Result<Said, ModelFailure> {
    // What is not counted comes as nothing.
    let usage = end
        .captured_usage
        .as_ref()
        .map(counted)
        .filter(|usage| usage.total() > 0);
    let Some(content) = end.captured_content else {
        return Ok(Said {
            usage,
            ..Said::default()
        });
    };
    Ok(convert::said(content, usage))
}

/// The provider's own count.
fn counted(usage: &genai::chat::Usage) -> Usage {
    let count = |tokens: Option<i32>| tokens.and_then(|tokens| u32::try_from(tokens).ok());
    let input = count(usage.prompt_tokens).unwrap_or(0);
    let output = count(usage.completion_tokens).unwrap_or(0);
    // Where the sum says more than its parts, the sum is billed.
    let total = count(usage.total_tokens).unwrap_or(0);
    Usage {
        input,
        output: output.max(total.saturating_sub(input)),
    }
}

/// The status that a provider has answered with: where a stream was asked for, it stands in an error within the error.
fn status_of(error: &genai::Error) -> Option<StatusCode> {
    let within = match error {
        genai::Error::WebStream { error, .. } => error.downcast_ref::<genai::Error>(),
        _ => None,
    };
    error.status().or_else(|| within.and_then(genai::Error::status))
}

/// What a failure says, without what was sent or answered.
fn failure(error: &genai::Error) -> ModelFailure {
    let Some(status) = status_of(error) else {
        return ModelFailure::ill("the provider's answer broke off, was too long, or could not be read");
    };
    let health = if status.is_client_error() && !matches!(status.as_u16(), 401 | 403 | 408 | 429) {
        ModelHealth::Well
    } else {
        ModelHealth::Ill
    };
    let said = status.canonical_reason().unwrap_or("no reason given");
    let why = match status.as_u16() {
        relay::UNREACHED => "the provider could not be reached".to_owned(),
        relay::UNANSWERED => "the provider closed the connection without an answer".to_owned(),
        relay::NO_STREAM => "the provider answered with a page, or packed, and not with a stream of events".to_owned(),
        status => format!("the provider answered {status} ({said})"),
    };
    ModelFailure {
        health,
        why,
        // Who refuses bills nothing.
        usage: (status.as_u16() != relay::UNANSWERED).then(Usage::default),
    }
}
