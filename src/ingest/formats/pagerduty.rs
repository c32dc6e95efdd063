//! PagerDuty Events API v2, so that whatever pages PagerDuty can page us: `trigger` and `resolve` by their `dedup_key`.
//! `acknowledge` says who works on it elsewhere, and changes nothing here.

use actors::domain::Signal;
use serde::Deserialize;

use super::lenient::{Text, Texts};
use super::{Draft, Reading, hash_of, missing};
use crate::ingest::native::Invalid;
use crate::json::{self, FieldError};

/// Bytes that a `dedup_key` may have.
const KEY_BYTES: usize = 255;

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    event_action: Text,
    #[serde(default)]
    dedup_key: Text,
    #[serde(default)]
    payload: Option<Payload>,
    #[serde(default)]
    links: Option<Vec<Link>>,
    #[serde(default)]
    client: Text,
    #[serde(default)]
    client_url: Text,
}

#[derive(Deserialize)]
struct Payload {
    #[serde(default)]
    summary: Text,
    #[serde(default)]
    source: Text,
    #[serde(default)]
    severity: Text,
    #[serde(default)]
    timestamp: Text,
    #[serde(default)]
    component: Text,
    #[serde(default)]
    group: Text,
    #[serde(default)]
    class: Text,
    #[serde(default)]
    custom_details: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Link {
    #[serde(default)]
    href: Text,
}

pub(super) fn read(body: &[u8]) -> Result<Reading, Invalid> {
    let body: Body = json::object(json::strict(body)?)?;
    let key = body.dedup_key.get();
    if key.is_some_and(|key| key.len() > KEY_BYTES) {
        return Err(FieldError::new("dedup_key", format!("must be at most {KEY_BYTES} bytes")).into());
    }
    match body.event_action.get() {
        Some("trigger") => trigger(&body, key),
        Some("resolve") => {
            let key = key.ok_or_else(|| missing("dedup_key", "that of the event to resolve"))?;
            let name = body
                .payload
                .as_ref()
                .and_then(|payload| payload.summary.get())
                .unwrap_or("resolved event");
            Ok(Reading::of(vec![Draft {
                asset: "unknown".to_owned(),
                signature: name.to_owned(),
                status: Signal::Resolved,
                fingerprint: Some(key.to_owned()),
                ..Draft::default()
            }]))
        }
        Some("acknowledge") => Ok(Reading::default()),
        _ => Err(missing("event_action", "trigger, acknowledge or resolve").into()),
    }
}

fn trigger(body: &Body, key: Option<&str>) -> Result<Reading, Invalid> {
    let payload = body
        .payload
        .as_ref()
        .ok_or_else(|| missing("payload", "a trigger has one"))?;
    let required = |field: &str, text: &Text| {
        let text = text.get().map(str::to_owned);
        text.ok_or_else(|| missing(&format!("payload.{field}"), "a trigger has it"))
    };
    let summary = required("summary", &payload.summary)?;
    let source = required("source", &payload.source)?;
    let severity = required("severity", &payload.severity)?;
    let class = payload.class.get();
    let made = || {
        dedup_key(&[
            &source,
            payload.component.get().unwrap_or_default(),
            class.unwrap_or_default(),
            &summary,
        ])
    };
    let mut links = body.links.iter().flatten().filter_map(|link| link.href.get());
    let draft = Draft {
        asset: source.clone(),
        signature: class.unwrap_or(&summary).to_owned(),
        message: summary.clone(),
        fingerprint: Some(key.map_or_else(made, str::to_owned)),
        starts_at: payload.timestamp.moment(),
        url: links.next().or(body.client_url.get()).map(str::to_owned),
        labels: details(payload.custom_details.as_ref()),
        ..Draft::default()
    };
    let draft = draft
        .graded(Some(&severity))
        .label("component", payload.component.get())
        .label("group", payload.group.get())
        .label("class", class)
        .label("client", body.client.get());
    Ok(Reading::of(vec![draft]))
}

/// What an event without a key is known by: the same trouble again has the same.
fn dedup_key(parts: &[&str]) -> String {
    hex::encode(&hash_of(parts)[..16])
}

/// Those details that are texts; others are no labels.
fn details(details: Option<&serde_json::Value>) -> std::collections::BTreeMap<String, String> {
    let fields = details.and_then(serde_json::Value::as_object).into_iter().flatten();
    let texts = fields.filter_map(|(name, value)| {
        let read: Text = serde_json::from_value(value.clone()).ok()?;
        Some((name.clone(), read.take()?))
    });
    Texts(texts.collect()).0
}
