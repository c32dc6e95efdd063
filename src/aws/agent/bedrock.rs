//! A Bedrock agent (`InvokeAgent`, API of 2023-07-26). Its tools are ours: where it returns control, what it asks for is
//! looked at as any model's call is, and the results go back in `sessionState`. A call that wants a person's confirmation
//! is never confirmed here: it becomes a proposal, for the policy and for people.
//!
//! What it has cost is what its trace says that its models have counted.

mod control;

use actors::decision::prompt::WRITTEN;
use actors::domain::talk::{ModelFailure, Part, Said, ToolResult, Usage};
use actors::port::model::{Heard, Listener, Model, Turn};
use async_trait::async_trait;
use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_sdk_bedrockagentruntime::config::Region;
use aws_sdk_bedrockagentruntime::error::SdkError;
use aws_sdk_bedrockagentruntime::types::error::ResponseStreamError;
use aws_sdk_bedrockagentruntime::types::{
    Metadata, OrchestrationTrace, PostProcessingTrace, PreProcessingTrace, ResponseStream, ReturnControlPayload,
    SessionState, Trace,
};
use aws_sdk_bedrockagentruntime::{Client, Config};

use super::arn::AgentAlias;
use super::failure;
use crate::aws::Base;
use crate::aws::fault::Fate;

/// A Bedrock agent.
pub struct BedrockAgent {
    client: Client,
    alias: AgentAlias,
}

impl BedrockAgent {
    /// A client of it, as who we are; nothing is asked yet.
    pub fn new(alias: AgentAlias, base: &Base) -> Self {
        let mut config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(alias.region.clone()))
            .http_client(crate::aws::keeping())
            .retry_config(RetryConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .credentials_provider(base.credentials.clone());
        config.set_endpoint_url(base.endpoint_url.clone());
        let client = Client::from_conf(config.build());
        Self { client, alias }
    }
}

#[async_trait]
impl Model for BedrockAgent {
    fn name(&self) -> &'static str {
        "bedrock-agent"
    }

    fn id(&self) -> &str {
        self.alias.as_str()
    }

    fn is_agent(&self) -> bool {
        true
    }

    async fn turn(&self, turn: Turn<'_>, hear: &Listener<'_>) -> Result<Said, ModelFailure> {
        let request = self
            .client
            .invoke_agent()
            .agent_id(&self.alias.agent_id)
            .agent_alias_id(&self.alias.alias_id)
            .session_id(turn.session)
            .enable_trace(true);
        let request = match returned(turn.messages)? {
            Some(state) => request.session_state(state),
            None => request.input_text(words(turn.messages)),
        };
        // The SDK's futures are too large for a stack.
        let answer = Box::pin(request.send())
            .await
            .map_err(|error| failure(&Fate::of(&error)))?;
        hear(Heard::Begun);
        let mut completion = answer.completion;
        let mut said = Spoken::default();
        loop {
            let event = match completion.recv().await {
                Ok(Some(event)) => event,
                Ok(None) => return said.finish(),
                // What was not counted by then is not billed.
                Err(error) => return Err(broken(&error).after(Some(said.usage.unwrap_or_default()))),
            };
            if !said.take(event, hear) {
                return Err(ModelFailure::refused("it did not stop").after(said.usage));
            }
        }
    }
}

/// What it was asked to do last: where results are due, they are what it hears.
fn returned(messages: &[Part]) -> Result<Option<SessionState>, ModelFailure> {
    let results: &[ToolResult] = match messages.last() {
        Some(Part::Results(results)) => results,
        _ => return Ok(None),
    };
    let said = messages.iter().rev().find_map(|part| match part {
        Part::Said(said) => Some(said),
        _ => None,
    });
    control::results(said.and_then(|said| said.opaque.as_ref()), results).map(Some)
}

/// What it is told in words: the beginning, or what was wrong with its answer.
fn words(messages: &[Part]) -> String {
    let after = messages
        .iter()
        .rposition(|part| matches!(part, Part::Said(_)))
        .map_or(0, |place| place + 1);
    let texts = messages[after..].iter().filter_map(|part| match part {
        Part::Instructions(text) => Some(text.as_ref()),
        Part::Material(text) | Part::Correction(text) => Some(text.as_str()),
        Part::Said(_) | Part::Results(_) => None,
    });
    // It has no tool to answer by.
    texts.chain([WRITTEN]).collect::<Vec<_>>().join("\n\n")
}

/// What was heard so far.
#[derive(Default)]
struct Spoken {
    text: String,
    usage: Option<Usage>,
    control: Option<ReturnControlPayload>,
}

impl Spoken {
    /// Takes one member of the stream; `false` where enough was heard.
    fn take(&mut self, event: ResponseStream, hear: &Listener<'_>) -> bool {
        match event {
            ResponseStream::Chunk(chunk) => {
                let bytes = chunk.bytes.map(|blob| blob.into_inner()).unwrap_or_default();
                let text = String::from_utf8_lossy(&bytes);
                self.text.push_str(&text);
                hear(Heard::Text(&text))
            }
            ResponseStream::Trace(part) => {
                let counted = part.trace.as_ref().and_then(usage);
                if let Some(counted) = counted {
                    let sum = self.usage.unwrap_or_default();
                    let sum = Usage {
                        input: sum.input.saturating_add(counted.input),
                        output: sum.output.saturating_add(counted.output),
                    };
                    self.usage = Some(sum);
                    hear(Heard::Usage(sum));
                }
                // How long a trace is says nothing of how much the agent writes.
                hear(Heard::Bytes(1))
            }
            ResponseStream::ReturnControl(payload) => {
                self.control = Some(payload);
                hear(Heard::Bytes(0))
            }
            _ => hear(Heard::Bytes(1)),
        }
    }

    fn finish(self) -> Result<Said, ModelFailure> {
        let (calls, opaque) = match self.control {
            Some(payload) => {
                let (calls, opaque) = control::calls(&payload);
                (calls, Some(opaque))
            }
            None => (Vec::new(), None),
        };
        Ok(Said {
            text: self.text,
            calls,
            usage: self.usage,
            opaque,
        })
    }
}

/// What one trace says that a model has counted.
fn usage(trace: &Trace) -> Option<Usage> {
    let metadata: Option<&Metadata> = match trace {
        Trace::OrchestrationTrace(OrchestrationTrace::ModelInvocationOutput(output)) => output.metadata.as_ref(),
        Trace::PreProcessingTrace(PreProcessingTrace::ModelInvocationOutput(output)) => output.metadata.as_ref(),
        Trace::PostProcessingTrace(PostProcessingTrace::ModelInvocationOutput(output)) => output.metadata.as_ref(),
        _ => None,
    };
    let usage = metadata?.usage.as_ref()?;
    let count = |tokens: Option<i32>| tokens.and_then(|tokens| u32::try_from(tokens).ok()).unwrap_or(0);
    Some(Usage {
        input: count(usage.input_tokens),
        output: count(usage.output_tokens),
    })
}

/// An error that came as a member of the stream, or a stream that broke off.
fn broken<R>(error: &SdkError<ResponseStreamError, R>) -> ModelFailure {
    use ResponseStreamError as Member;
    let SdkError::ServiceError(service) = error else {
        return ModelFailure::ill("the service's answer broke off");
    };
    let (name, is_well) = match service.err() {
        Member::AccessDeniedException(_) => ("AccessDeniedException", true),
        Member::ResourceNotFoundException(_) => ("ResourceNotFoundException", true),
        Member::ValidationException(_) => ("ValidationException", true),
        Member::BadGatewayException(_) => ("BadGatewayException", false),
        Member::ConflictException(_) => ("ConflictException", false),
        Member::DependencyFailedException(_) => ("DependencyFailedException", false),
        Member::InternalServerException(_) => ("InternalServerException", false),
        Member::ModelNotReadyException(_) => ("ModelNotReadyException", false),
        Member::ServiceQuotaExceededException(_) => ("ServiceQuotaExceededException", false),
        Member::ThrottlingException(_) => ("ThrottlingException", false),
        _ => ("an error that is not known", false),
    };
    let why = format!("the service broke off with {name}");
    if is_well {
        ModelFailure::refused(why)
    } else {
        ModelFailure::ill(why)
    }
}
