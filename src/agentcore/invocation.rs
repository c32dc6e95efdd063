//! The body of an invocation: what `POST /api/agent/decide` takes, of which the session and the settings say what is
//! left out, or a `prompt`; as bytes from outside become a question.

use actors::domain::{CompanyId, IncidentFacts, IncidentId, Severity};
use actors::limits::PROMPT_CHARS;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::http::question::{IncidentData, checked};
use crate::json::{self, FieldError, Object};

/// The most of a prompt that is taken for what the trouble is called.
const SIGNATURE_CHARS: usize = 256;

/// What somebody wants decided.
#[derive(Debug)]
pub struct Invocation {
    /// Which incident; the session's where nothing is said.
    pub incident_id: Option<IncidentId>,
    /// Whose, where that is said.
    pub company_id: Option<CompanyId>,
    /// What is said of it.
    pub facts: Option<IncidentFacts>,
    /// What the caller remembers, and his prompt: data, never rules.
    pub memory_context: Map<String, Value>,
    /// Whether the answer is to be a stream.
    pub stream: bool,
}

/// A body that is none.
#[derive(Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is no UTF-8.
    Encoding(String),
    /// It is no JSON.
    Json(String),
    /// A field is not as it should be.
    Field(FieldError),
}

#[derive(Deserialize)]
struct Sent {
    #[serde(default)]
    prompt: Option<String>,
    #[serde(default)]
    incident_id: Option<IncidentId>,
    #[serde(default)]
    company_id: Option<CompanyId>,
    #[serde(default)]
    incident_data: Option<Object<IncidentData>>,
    #[serde(default)]
    memory_context: Option<Map<String, Value>>,
    #[serde(default)]
    stream: Option<bool>,
}

/// Reads an invocation.
///
/// # Errors
/// What is wrong first: its encoding, its JSON, a field.
pub fn read(body: &[u8]) -> Result<Invocation, Unread> {
    std::str::from_utf8(body).map_err(|error| Unread::Encoding(error.to_string()))?;
    let text = json::strict(body).map_err(|error| Unread::Json(error.detail))?;
    let sent: Sent = json::object(text).map_err(Unread::Field)?;
    let mut facts = sent
        .incident_data
        .map(|data| checked(data.0))
        .transpose()
        .map_err(Unread::Field)?;
    let mut memory_context = sent.memory_context.unwrap_or_default();
    if let Some(prompt) = sent.prompt {
        let asked = asked(&prompt).map_err(Unread::Field)?;
        facts.get_or_insert(asked);
        memory_context.insert("prompt".to_owned(), prompt.into());
    }
    Ok(Invocation {
        incident_id: sent.incident_id,
        company_id: sent.company_id,
        facts,
        memory_context,
        stream: sent.stream.unwrap_or_default(),
    })
}

/// What a prompt says of an incident: its beginning is what the trouble is called.
fn asked(prompt: &str) -> Result<IncidentFacts, FieldError> {
    let words = prompt.split(|c: char| c.is_whitespace() || c.is_control());
    let line = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    if line.is_empty() || prompt.chars().count() > PROMPT_CHARS {
        let rule = format!("must be 1 to {PROMPT_CHARS} characters");
        return Err(FieldError::new("prompt", rule));
    }
    Ok(IncidentFacts {
        severity: Severity::Medium,
        signature: line.chars().take(SIGNATURE_CHARS).collect(),
        alert_count: 1,
        affected_assets: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_the_bytes_is_told_before_what_is_wrong_with_a_field() {
        assert!(matches!(read(b"{\"prompt\":\"\xff\"}"), Err(Unread::Encoding(_))));
        for text in ["", "{", "hello", "{\"prompt\":1", "{\"a\":1,\"a\":2}"] {
            assert!(matches!(read(text.as_bytes()), Err(Unread::Json(_))), "{text}");
        }
        for (text, field) in [
            ("[]", ""),
            ("{\"prompt\":1}", "prompt"),
            ("{\"prompt\":\" \\n\"}", "prompt"),
            ("{\"incident_id\":\"a b\"}", "incident_id"),
            (
                "{\"incident_data\":{\"severity\":\"odd\",\"signature\":\"x\"}}",
                "incident_data.severity",
            ),
        ] {
            match read(text.as_bytes()) {
                Err(Unread::Field(error)) => assert_eq!(error.field, field, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_prompt_is_what_the_trouble_is_called_unless_more_is_known() {
        let read = |text: &str| super::read(text.as_bytes()).unwrap();
        let alone = read("{\"prompt\":\"disk\\n full\\u0007 on web-1\"}");
        assert_eq!(alone.facts.unwrap().signature, "disk full on web-1");
        assert_eq!(alone.memory_context["prompt"], "disk\n full\u{7} on web-1");
        let with = read("{\"prompt\":\"why?\",\"incident_data\":{\"severity\":\"high\",\"signature\":\"memory\"}}");
        assert_eq!(with.facts.unwrap().signature, "memory");
        assert_eq!(read("{}").facts, None);
    }
}
