//! What a model's answer must be: read, held against what it was shown, or refused with what is wrong. Pure.
//!
//! An answer chooses; it authorises nothing. What it cites it was shown; what it proposes the registry knows.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::prompt::{ANSWER, quoted};
use crate::domain::ToolCall;
use crate::domain::run::SSM_EXECUTE;
use crate::domain::talk::Said;
use crate::domain::trace::{Answer, Cited, Look, Material};
use crate::tool::registry::{ToolInput, check_input};

/// The most bytes of a sentence.
pub(super) const SENTENCE: usize = 500;
/// The most bytes of the reasons.
pub(super) const REASONING: usize = 2_000;
/// The most things that may be cited.
pub(super) const CITED: usize = 12;
/// The most calls that may be proposed.
pub(super) const PROPOSED: usize = 1;

/// An answer as a model gives it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    recommendation: String,
    confidence: f64,
    reasoning: String,
    #[serde(default)]
    evidence: Vec<GivenCitation>,
    tool_calls: Option<Vec<GivenCall>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenCitation {
    id: String,
    detail: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenCall {
    tool_name: String,
    #[serde(default)]
    parameters: Map<String, Value>,
}

/// The answer in what a model has said: the call of its tool, or the one JSON object in its words.
pub(super) fn given(said: &Said) -> Option<Value> {
    let called = said.calls.iter().find(|call| call.name == ANSWER);
    called
        .map(|call| call.arguments.clone())
        .or_else(|| in_words(&said.text))
}

/// From the first `{` on, where that is a JSON object; what stands around it is ignored.
fn in_words(text: &str) -> Option<Value> {
    let start = text.find('{')?;
    let mut objects = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Value>();
    objects.next()?.ok().filter(Value::is_object)
}

/// Reads an answer: it, and whether it says what is to be called.
///
/// # Errors
/// What is wrong with it, in a sentence for the model.
pub(super) fn read(given: &Value, material: &Material, looks: &[Look]) -> Result<(Answer, bool), String> {
    if !given.is_object() {
        return Err("the answer must be an object".into());
    }
    let given: Given = serde_path_to_error::deserialize(given).map_err(|error| {
        let field = error.path().to_string();
        quoted(&format!("{field}: {}", error.inner()), SENTENCE)
    })?;
    sentence("recommendation", &given.recommendation, SENTENCE)?;
    sentence("reasoning", &given.reasoning, REASONING)?;
    if !(0.0..=1.0).contains(&given.confidence) {
        return Err("confidence: must be 0 to 1".into());
    }
    let says_what_to_call = given.tool_calls.is_some();
    let answer = Answer {
        recommendation: clean(&given.recommendation, SENTENCE),
        confidence: given.confidence,
        reasoning: clean(&given.reasoning, REASONING),
        evidence: evidence(given.evidence, material, looks)?,
        tool_calls: proposals(given.tool_calls.unwrap_or_default(), material)?,
    };
    Ok((answer, says_what_to_call))
}

fn sentence(field: &str, text: &str, most: usize) -> Result<(), String> {
    let holds = !text.trim().is_empty() && text.len() <= most;
    holds
        .then_some(())
        .ok_or_else(|| format!("{field}: must be 1 to {most} bytes of text"))
}

/// A text as people see it: on one line, and without what would turn or hide it, or looks like a secret.
fn clean(text: &str, most: usize) -> String {
    let plain: String = text
        .chars()
        .map(|char| {
            if crate::domain::text::is_deceptive(char) {
                ' '
            } else {
                char
            }
        })
        .collect();
    quoted(plain.trim(), most)
}

/// What it cites it was shown.
fn evidence(given: Vec<GivenCitation>, material: &Material, looks: &[Look]) -> Result<Vec<Cited>, String> {
    if given.len() > CITED {
        return Err(format!("evidence: must be at most {CITED}"));
    }
    let shown = shown(material, looks);
    let mut cited = Vec::with_capacity(given.len());
    for GivenCitation { id, detail } in given {
        if !shown.contains(id.as_str()) {
            let id = quoted(&id, SENTENCE);
            return Err(format!("evidence: {id:?} is no alert, memory or call that was shown"));
        }
        sentence("evidence.detail", &detail, SENTENCE)?;
        let detail = clean(&detail, SENTENCE);
        cited.push(Cited { id, detail });
    }
    Ok(cited)
}

/// The ids that may be cited.
fn shown(material: &Material, looks: &[Look]) -> BTreeSet<String> {
    let alerts = material.alerts.iter().map(|alert| alert.alert_id.to_string());
    let memories = material.memories.iter().map(|memory| memory.memory_id.to_string());
    let found = looks.iter().flat_map(|look| found_in(&look.answer));
    let calls = looks.iter().map(|look| look.call_id.clone());
    alerts.chain(memories).chain(calls).chain(found).collect()
}

/// Memories that a look has found.
fn found_in(answer: &str) -> Vec<String> {
    let value: Value = serde_json::from_str(answer).unwrap_or_default();
    let items = value
        .get("items")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let ids = items
        .iter()
        .filter_map(|item| item.get("memory_id")?.as_str().map(str::to_owned));
    ids.collect()
}

/// What it proposes is a runbook that it was shown, with exactly what the tool takes.
fn proposals(given: Vec<GivenCall>, material: &Material) -> Result<Vec<ToolCall>, String> {
    if given.len() > PROPOSED {
        return Err(format!("tool_calls: must be at most {PROPOSED}"));
    }
    let calls = given.into_iter().map(|GivenCall { tool_name, parameters }| {
        let call = ToolCall {
            tool_name: tool_name.replace("ssm_execute", SSM_EXECUTE),
            parameters,
        };
        proposal(&call, material).map_err(|why| format!("tool_calls: {why}"))
    });
    calls.collect()
}

/// A call as it may be proposed: of a runbook that was listed, and nothing else said. What it runs on, and with which
/// parameters, the incident works out when it begins.
///
/// # Errors
/// What is wrong with it, in a sentence for the model.
pub(super) fn proposal(call: &ToolCall, material: &Material) -> Result<ToolCall, String> {
    let arguments = Value::Object(call.parameters.clone());
    let input = check_input(&call.tool_name, &arguments).map_err(|error| quoted(&error.to_string(), SENTENCE))?;
    let ToolInput::SsmExecute(run) = input else {
        return Err(format!("{} is nothing that can be proposed", call.tool_name));
    };
    let only = ["runbook", "runbook_id"];
    if let Some(other) = call.parameters.keys().find(|name| !only.contains(&name.as_str())) {
        return Err(format!("{other}: only a runbook can be named"));
    }
    let named = run.runbook().map(|named| named.as_str());
    let listed = material
        .runbooks
        .iter()
        .find(|runbook| Some(runbook.slug.as_str()) == named);
    let listed = listed.ok_or("runbook: must be the slug of a listed runbook")?;
    let parameters = [("runbook".to_owned(), Value::from(listed.slug.as_str()))];
    Ok(ToolCall {
        tool_name: SSM_EXECUTE.into(),
        parameters: parameters.into_iter().collect(),
    })
}
