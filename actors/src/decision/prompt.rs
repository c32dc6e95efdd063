//! What a model is told: instructions from a versioned file, and behind a wall what is quoted. Pure.
//!
//! Nothing from outside stands among the instructions. What is quoted is one JSON text on each line between two lines
//! that no JSON text can be, cut to [`crate::limits`], and without what looks like a secret.

use std::fmt::Write;
use std::sync::LazyLock;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::decision::budget::BYTES_PER_TOKEN;
use crate::domain::redact::redact;
use crate::domain::runbook::Shelf;
use crate::domain::talk::{Offer, Part};
use crate::domain::trace::{Material, QuotedAlert, QuotedRunbook};
use crate::domain::{Alert, Message};
use crate::limits::{ANSWER_TOKENS, QUOTED_BYTES, QUOTED_CONTEXT_BYTES, QUOTED_MESSAGES, QUOTED_RUNBOOKS};
use crate::port::EngineInput;

/// The prompt's name and version.
pub const PROMPT: &str = "decide-1";

const INSTRUCTIONS: &str = include_str!("../../../prompts/decide-1.md");

/// The tool that a model answers by.
pub const ANSWER: &str = "answer";

/// For who has no tool to answer by.
pub const WRITTEN: &str = "Answer with one JSON object and nothing else: {\"recommendation\", \"confidence\", \"reasoning\", \
                           \"evidence\": [{\"id\", \"detail\"}], \"tool_calls\": [{\"tool_name\", \"parameters\"}]}.";

/// The prompt's SHA-256, in hex.
pub fn sha256() -> &'static str {
    use sha2::{Digest, Sha256};
    static HASH: LazyLock<String> = LazyLock::new(|| {
        let digest = Sha256::digest(INSTRUCTIONS.as_bytes());
        digest.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    });
    &HASH
}

/// What a model is told first.
pub fn open(material: &Material) -> [Part; 2] {
    [
        Part::Instructions(INSTRUCTIONS.trim_end().into()),
        Part::Material(quote(material)),
    ]
}

/// The same material, with as much of it as goes into a prompt of so many tokens with room for an answer: what is oldest,
/// or fits the trouble least, goes first. What is known of the incident stays.
pub fn fit(mut material: Material, tokens: u32) -> Material {
    let tools = bytes_of(&[answer_offer()]);
    let room = (tokens.saturating_sub(2 * ANSWER_TOKENS) as usize)
        .saturating_mul(BYTES_PER_TOKEN)
        .saturating_sub(tools);
    let size = |material: &Material| open(material).iter().map(part_bytes).sum::<usize>();
    while size(&material) > room && leave_something_out(&mut material) {
        material.left_out += 1;
    }
    material
}

/// Whether there was anything that could be left out.
fn leave_something_out(material: &mut Material) -> bool {
    match () {
        () if material.messages.len() > 2 => drop(material.messages.remove(0)),
        // The best matches come first, and what is in trouble says more than what might be done about something else.
        () if material.runbooks.len() > 3 => drop(material.runbooks.pop()),
        () if material.alerts.len() > 2 => drop(material.alerts.pop()),
        () if !material.memory_context.is_empty() => material.memory_context.clear(),
        () if material.memories.len() > 1 => drop(material.memories.pop()),
        () if !material.messages.is_empty() => drop(material.messages.remove(0)),
        () if material.runbooks.len() > 2 => drop(material.runbooks.pop()),
        () if material.alerts.len() > 1 => drop(material.alerts.pop()),
        () => return false,
    }
    true
}

/// What is quoted, line by line.
fn quote(material: &Material) -> String {
    let mut text = String::from("BEGIN DATA\n");
    line(&mut text, "incident", &material.facts);
    line(&mut text, "rules_say", &material.rules);
    for alert in &material.alerts {
        line(&mut text, "alert", alert);
    }
    for message in &material.messages {
        line(&mut text, "earlier", message);
    }
    for memory in &material.memories {
        line(&mut text, "memory", memory);
    }
    if !material.memory_context.is_empty() {
        line(&mut text, "caller_remembers", &material.memory_context);
    }
    for runbook in &material.runbooks {
        line(&mut text, "runbook", runbook);
    }
    if material.left_out > 0 {
        line(&mut text, "left_out_for_want_of_room", &material.left_out);
    }
    text.push_str("END DATA");
    text.shrink_to_fit();
    text
}

/// `{"alert":{…}}`: JSON escapes line breaks, so that it stays one line.
fn line(text: &mut String, name: &str, value: &impl Serialize) {
    // What serde_json writes of our own types cannot fail: no map has keys that are not texts.
    let value = serde_json::to_value(value).unwrap_or_default();
    let value = json!({ name: value }).to_string();
    // Some take these for the end of a line too.
    let value = value
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
        .replace('\u{85}', "\\u0085");
    let _ = writeln!(text, "{value}");
}

/// A text as it is quoted: without what looks like a secret, and cut.
pub fn quoted(text: &str, bytes: usize) -> String {
    let text = redact(text);
    let kept = &text[..text.floor_char_boundary(bytes)];
    kept.to_owned()
}

/// The same of every text in a JSON value, as deep as it goes.
pub fn quoted_value(value: &Value, bytes: usize) -> Value {
    match value {
        Value::String(text) => Value::String(quoted(text, bytes)),
        Value::Array(items) => items.iter().map(|item| quoted_value(item, bytes)).collect(),
        Value::Object(fields) => Value::Object(quoted_fields(fields, bytes)),
        other => other.clone(),
    }
}

/// What is assigned to a name such as `password` is redacted by the name, which has to stand beside it for that.
fn quoted_fields(fields: &Map<String, Value>, bytes: usize) -> Map<String, Value> {
    let each = fields.iter().map(|(name, value)| {
        let value = match value {
            Value::String(text) => {
                let assigned = format!("{name}={text}");
                let redacted = redact(&assigned);
                match redacted.strip_prefix(&format!("{name}=")) {
                    Some(kept) => Value::String(quoted(kept, bytes)),
                    None => Value::String("[redacted]".into()),
                }
            }
            other => quoted_value(other, bytes),
        };
        (quoted(name, bytes), value)
    });
    each.collect()
}

/// All that a model is told of an incident.
pub fn material(input: &EngineInput, alerts: &[Alert], rules: String, tools: Vec<String>) -> Material {
    let messages = input.memory.messages.iter().rev().take(QUOTED_MESSAGES);
    let mut messages: Vec<Message> = messages.map(quoted_message).collect();
    messages.reverse();
    let mut facts = input.facts.clone();
    facts.signature = quoted(&facts.signature, QUOTED_BYTES);
    facts.affected_assets.truncate(QUOTED_MESSAGES);
    for asset in &mut facts.affected_assets {
        *asset = quoted(asset, QUOTED_BYTES);
    }
    Material {
        facts,
        messages,
        memory_context: context(&input.memory_context),
        alerts: alerts.iter().map(quoted_alert).collect(),
        memories: Vec::new(),
        runbooks: runbooks(&input.shelf, &input.facts.signature),
        rules: quoted(&rules, QUOTED_BYTES),
        tools,
        left_out: 0,
    }
}

fn quoted_message(message: &Message) -> Message {
    Message {
        content: quoted(&message.content, QUOTED_BYTES),
        ..message.clone()
    }
}

fn quoted_alert(alert: &Alert) -> QuotedAlert {
    QuotedAlert {
        alert_id: alert.sent.alert_id,
        severity: alert.sent.severity,
        status: alert.sent.status,
        asset_name: quoted(&alert.sent.asset_name, QUOTED_BYTES),
        message: quoted(&alert.sent.message, QUOTED_BYTES),
        received_at: alert.received_at,
    }
}

/// What the caller remembers, as far as there is room.
fn context(given: &Map<String, Value>) -> Map<String, Value> {
    let mut room = QUOTED_CONTEXT_BYTES;
    let mut kept = Map::new();
    for (name, value) in quoted_fields(given, QUOTED_BYTES) {
        let size = name.len() + value.to_string().len();
        if size <= room {
            room -= size;
            kept.insert(name, value);
        }
    }
    kept
}

/// What may be proposed: what is for this kind of trouble first.
fn runbooks(shelf: &Shelf, signature: &str) -> Vec<QuotedRunbook> {
    let quoted = |runbook: &crate::domain::Runbook| QuotedRunbook {
        slug: runbook.slug.clone(),
        title: runbook.title.clone(),
        risk: runbook.risk,
    };
    let fitting = shelf.for_signature(signature).map(quoted);
    let others = shelf.all().filter(|runbook| !runbook.is_for(signature)).map(quoted);
    fitting.chain(others).take(QUOTED_RUNBOOKS).collect()
}

/// The tool that a model answers by: one for all decisions, of which many may wait at once.
pub fn answer_offer() -> &'static Offer {
    static ANSWERING: LazyLock<Offer> = LazyLock::new(answering);
    &ANSWERING
}

fn answering() -> Offer {
    let text = |most: usize| json!({"type": "string", "maxLength": most});
    Offer {
        name: ANSWER.into(),
        description: "Your decision. Call it once, at the end.".into(),
        schema: json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["recommendation", "confidence", "reasoning", "evidence", "tool_calls"],
            "properties": {
                "recommendation": text(super::answer::SENTENCE),
                "confidence": {"type": "number", "minimum": 0, "maximum": 1},
                "reasoning": text(super::answer::REASONING),
                "evidence": {"type": "array", "maxItems": super::answer::CITED, "items": {
                    "type": "object", "additionalProperties": false, "required": ["id", "detail"],
                    "properties": {"id": {"type": "string"}, "detail": text(super::answer::SENTENCE)}
                }},
                "tool_calls": {"type": "array", "maxItems": super::answer::PROPOSED, "items": {
                    "type": "object", "additionalProperties": false, "required": ["tool_name", "parameters"],
                    "properties": {
                        "tool_name": {"type": "string", "enum": [crate::domain::run::SSM_EXECUTE]},
                        "parameters": {"type": "object", "properties": {"runbook": {"type": "string"}}}
                    }
                }}
            }
        }),
    }
}

/// A tool's name as models may be told it: they take no dots.
pub fn offered_name(tool: &str) -> String {
    tool.replace('.', "_")
}

/// The tools that only read, as a model may be offered them, and the one that it answers by.
pub fn offers(tools: &[String]) -> Vec<&'static Offer> {
    static READING: LazyLock<Vec<(&str, Offer)>> = LazyLock::new(|| {
        let reading = crate::tool::registry::tools().iter().filter(|tool| tool.reads);
        let offers = reading.map(|tool| {
            let offer = Offer {
                name: offered_name(tool.name),
                description: tool.description.to_owned(),
                schema: plain(&tool.input_schema),
            };
            (tool.name, offer)
        });
        offers.collect()
    });
    let known = READING.iter().filter(|(name, _)| tools.iter().any(|tool| tool == name));
    known.map(|(_, offer)| offer).chain([answer_offer()]).collect()
}

/// A schema without what only people read, and what not every provider takes.
fn plain(schema: &Value) -> Value {
    match schema {
        Value::Object(fields) => {
            let kept = fields
                .iter()
                .filter(|(name, value)| !(matches!(name.as_str(), "$schema" | "title") && value.is_string()));
            let each = kept.map(|(name, value)| (name.clone(), plain(value)));
            Value::Object(each.collect())
        }
        Value::Array(items) => items.iter().map(plain).collect(),
        other => other.clone(),
    }
}

/// How many bytes tools take in a prompt.
pub(super) fn bytes_of(offers: &[&Offer]) -> usize {
    let each = offers
        .iter()
        .map(|offer| offer.description.len() + offer.schema.to_string().len());
    each.sum()
}

/// How many bytes a part of a conversation takes in a prompt.
pub(super) fn part_bytes(part: &Part) -> usize {
    match part {
        Part::Instructions(text) => text.len(),
        Part::Material(text) | Part::Correction(text) => text.len(),
        Part::Said(said) => {
            said.text.len()
                + said
                    .calls
                    .iter()
                    .map(|call| call.arguments.to_string().len())
                    .sum::<usize>()
        }
        Part::Results(results) => results.iter().map(|result| result.answer.len()).sum(),
    }
}
