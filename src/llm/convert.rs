//! Between our words for a conversation and `genai`'s.

use actors::domain::talk::{Asked, Part, Said, ToolResult, Usage};
use actors::port::model::Turn;
use genai::chat::{ChatMessage, ChatRequest, ContentPart, MessageContent, Tool, ToolCall, ToolResponse};

/// What is asked in one turn.
pub(super) fn request(turn: &Turn<'_>) -> ChatRequest {
    let mut request = ChatRequest::default();
    for part in turn.messages {
        match part {
            Part::Instructions(text) => request.system = Some(text.to_string()),
            Part::Material(text) | Part::Correction(text) => request.messages.push(ChatMessage::user(text.as_str())),
            Part::Said(said) => request.messages.push(ChatMessage::assistant(spoken(said))),
            Part::Results(results) => request.messages.extend(results.iter().map(answered)),
        }
    }
    let tools = turn.offers.iter().map(|offer| {
        Tool::new(offer.name.as_str())
            .with_description(offer.description.as_str())
            .with_schema(offer.schema.clone())
    });
    request.with_tools(tools)
}

/// What the model has said, as it said it: some providers want their own marks back.
fn spoken(said: &Said) -> MessageContent {
    let as_it_was = said
        .opaque
        .clone()
        .and_then(|opaque| serde_json::from_value(opaque).ok());
    as_it_was.unwrap_or_else(|| {
        let text = (!said.text.is_empty()).then(|| ContentPart::from(said.text.as_str()));
        let calls = said.calls.iter().map(|call| ContentPart::ToolCall(called(call)));
        MessageContent::from_parts(text.into_iter().chain(calls).collect::<Vec<_>>())
    })
}

fn called(call: &Asked) -> ToolCall {
    ToolCall {
        call_id: call.id.clone(),
        fn_name: call.name.clone(),
        fn_arguments: call.arguments.clone(),
        thought_signatures: None,
    }
}

fn answered(result: &ToolResult) -> ChatMessage {
    let response = ToolResponse::new(result.call.id.as_str(), result.answer.as_str());
    ChatMessage::tool(ContentPart::ToolResponse(
        response.with_fn_name(result.call.name.as_str()),
    ))
}

/// What the model has said in all.
pub(super) fn said(content: MessageContent, usage: Option<Usage>) -> Said {
    let text = content.texts().join("");
    let calls = content.tool_calls().into_iter().map(|call| Asked {
        id: call.call_id.clone(),
        name: call.fn_name.clone(),
        arguments: call.fn_arguments.clone(),
    });
    Said {
        text,
        calls: calls.collect(),
        usage,
        opaque: serde_json::to_value(&content).ok(),
    }
}
