//! CloudEvents 1.0 over HTTP: structured, batched or binary. An event's subject, or its source, is in trouble; its type is
//! the kind of trouble. Where the data has our own fields (`asset_name`, `signature`, `severity`, `message`, `status`,
//! `fingerprint`), they say it better.

use actors::domain::Signal;
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::lenient::{Text, Texts};
use super::{Draft, Identity, Reading, missing};
use crate::ingest::native::Invalid;
use crate::json;

/// Bytes of data that is quoted where it has no words of its own.
const QUOTED: usize = 2_048;

#[derive(Deserialize)]
struct Event {
    #[serde(default)]
    specversion: Text,
    #[serde(default)]
    id: Text,
    #[serde(default)]
    source: Text,
    #[serde(default, rename = "type")]
    kind: Text,
    #[serde(default)]
    subject: Text,
    #[serde(default)]
    time: Text,
    #[serde(default)]
    severity: Text,
    #[serde(default)]
    data: Option<Value>,
}

pub(super) fn read(body: &[u8], headers: &HeaderMap) -> Result<Reading, Invalid> {
    if headers.contains_key("ce-specversion") {
        return one(binary(body, headers)?, "ce-");
    }
    let text = json::strict(body)?;
    if !text.trim_start().starts_with('[') {
        return one(json::object(text)?, "");
    }
    let events: Vec<json::Object<Event>> = json::read(text)?;
    if events.is_empty() {
        return Err(missing("", "a batch holds at least one event").into());
    }
    let mut ids = Vec::with_capacity(events.len());
    let mut drafts = Vec::with_capacity(events.len());
    for (place, event) in events.into_iter().enumerate() {
        ids.push(format!(
            "{} {}",
            event.0.source.get().unwrap_or_default(),
            event.0.id.get().unwrap_or_default()
        ));
        drafts.extend(one(event.0, &format!("[{place}]."))?.drafts);
    }
    let parts: Vec<&str> = ids.iter().map(String::as_str).collect();
    Ok(Reading {
        delivery: Some(Identity::once(&parts)),
        drafts,
    })
}

/// Attributes are in headers, percent-encoded (HTTP binding, section 3.1.3.2).
fn binary(body: &[u8], headers: &HeaderMap) -> Result<Event, Invalid> {
    let header = |name: &str| {
        let value = headers.get(format!("ce-{name}")).and_then(|value| value.to_str().ok());
        value.map_or_else(Text::default, |value| Text::of(&decoded(value)))
    };
    let is_json = headers
        .get("content-type")
        .is_none_or(|kind| String::from_utf8_lossy(kind.as_bytes()).contains("json"));
    let data = match body {
        [] => None,
        body if is_json => Some(json::read(json::strict(body)?)?),
        body => Some(Value::String(String::from_utf8_lossy(body).into_owned())),
    };
    Ok(Event {
        specversion: header("specversion"),
        id: header("id"),
        source: header("source"),
        kind: header("type"),
        subject: header("subject"),
        time: header("time"),
        severity: header("severity"),
        data,
    })
}

fn decoded(value: &str) -> String {
    // A plus is a plus here.
    let escaped = value.replace('+', "%2B");
    form_urlencoded::parse(escaped.as_bytes())
        .next()
        .map_or_else(String::new, |(decoded, _)| decoded.into_owned())
}

fn one(event: Event, field: &str) -> Result<Reading, Invalid> {
    let required = |name: &str, text: &Text| {
        let text = text.get().map(str::to_owned);
        text.ok_or_else(|| missing(&format!("{field}{name}"), "CloudEvents 1.0 asks for it"))
    };
    required("specversion", &event.specversion)?;
    let id = required("id", &event.id)?;
    let source = required("source", &event.source)?;
    let kind = required("type", &event.kind)?;
    let fields = event.data.as_ref().and_then(Value::as_object);
    let of = |names: &[&str]| names.iter().find_map(|name| text(fields?.get(*name)?));
    let status = of(&["status", "state"]).map(|status| status.to_ascii_lowercase());
    let is_over = match status.as_deref() {
        Some("resolved" | "ok" | "closed" | "recovered" | "up") => true,
        _ => [".resolved", ".recovered", ".closed", ".ok"]
            .iter()
            .any(|end| kind.ends_with(end)),
    };
    let stem = ["resolved", "recovered", "closed", "ok", "firing", "opened", "triggered"];
    let stem = stem
        .iter()
        .find_map(|end| kind.strip_suffix(end)?.strip_suffix('.'))
        .unwrap_or(&kind);
    let subject = event.subject.get().unwrap_or(&source);
    let message = of(&["message", "summary", "description", "title"]).or_else(|| quoted(event.data.as_ref()));
    let word = of(&["severity", "priority", "level"]).or_else(|| event.severity.get().map(str::to_owned));
    let moment = event.time.moment();
    let draft = Draft {
        asset: of(&["asset_name", "asset", "host", "hostname", "resource"]).unwrap_or_else(|| subject.to_owned()),
        signature: of(&["signature"]).unwrap_or_else(|| stem.to_owned()),
        message: message.unwrap_or_default(),
        status: if is_over { Signal::Resolved } else { Signal::Firing },
        fingerprint: Some(of(&["fingerprint"]).unwrap_or_else(|| format!("{source} {subject} {stem}"))),
        starts_at: moment.filter(|_| !is_over),
        ends_at: moment.filter(|_| is_over),
        url: of(&["url", "link"]),
        labels: labels(fields),
        ..Draft::default()
    };
    let draft = draft
        .graded(word.as_deref())
        .label("source", Some(&source))
        .label("type", Some(&kind));
    Ok(Reading::once(draft, &["cloudevents", &source, &id]))
}

fn text(value: &Value) -> Option<String> {
    let text: Text = serde_json::from_value(value.clone()).ok()?;
    text.take()
}

/// `labels` of the data.
fn labels(fields: Option<&Map<String, Value>>) -> std::collections::BTreeMap<String, String> {
    let told = fields.and_then(|fields| fields.get("labels"));
    let told: Option<Texts> = told.and_then(|labels| serde_json::from_value(labels.clone()).ok());
    told.unwrap_or_default().0
}

/// Data without words of its own, as it is.
fn quoted(data: Option<&Value>) -> Option<String> {
    let data = match data? {
        Value::String(text) => text.clone(),
        data => data.to_string(),
    };
    Some(data[..data.floor_char_boundary(QUOTED)].to_owned())
}
