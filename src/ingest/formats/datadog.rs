//! Datadog's webhooks. There is no fixed body but ours, which `docs/integrations/datadog.md` has to paste; the default one
//! and others with the same names are read as far as they go. A monitor's group is known by its aggregation key.

use std::collections::BTreeMap;

use actors::domain::Signal;
use serde::Deserialize;

use super::lenient::Text;
use super::{Draft, Reading, missing};
use crate::ingest::native::Invalid;
use crate::json;

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    id: Text,
    #[serde(default, alias = "event_title", alias = "alert_title")]
    title: Text,
    #[serde(default, alias = "message", alias = "event_msg")]
    body: Text,
    #[serde(default, alias = "alert_transition")]
    transition: Text,
    #[serde(default, rename = "alert_type", alias = "type")]
    kind: Text,
    #[serde(default, alias = "alert_priority")]
    priority: Text,
    #[serde(default, alias = "monitor_id")]
    alert_id: Text,
    #[serde(default)]
    aggreg_key: Text,
    #[serde(default, alias = "host")]
    hostname: Text,
    #[serde(default, alias = "alert_scope")]
    scope: Text,
    #[serde(default)]
    tags: Text,
    #[serde(default, alias = "url")]
    link: Text,
    #[serde(default, alias = "alert_metric")]
    metric: Text,
    #[serde(default, alias = "last_updated")]
    date: Text,
}

pub(super) fn read(body: &[u8]) -> Result<Reading, Invalid> {
    let body: Body = json::object(json::strict(body)?)?;
    let Some(title) = body.title.get() else {
        return Err(missing(
            "title",
            "use the body of docs/integrations/datadog.md as the webhook's payload",
        )
        .into());
    };
    let labels = tags(
        body.tags.get().unwrap_or_default(),
        body.scope.get().unwrap_or_default(),
    );
    // Renotified and recovered ones say so at the head of their titles, in brackets.
    let (head, name) = match title.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((head, name)) if !name.trim().is_empty() => (head, name.trim()),
        _ => ("", title),
    };
    let transition = body.transition.get().unwrap_or(head);
    let is_over = transition.to_ascii_lowercase().starts_with("recover");
    let word = body
        .priority
        .get()
        .filter(|priority| *priority != "normal")
        .or(match transition {
            "Warn" | "Re-Warn" => Some("warning"),
            _ => body.kind.get().filter(|kind| !kind.contains(' ')),
        });
    let host = body.hostname.get().or(labels.get("host").map(String::as_str));
    let asset = host.or(labels.get("service").map(String::as_str)).unwrap_or(name);
    let of_monitor = || {
        Some(format!(
            "{}/{}",
            body.alert_id.get()?,
            body.scope.get().unwrap_or_default()
        ))
    };
    let fingerprint = body.aggreg_key.get().map(str::to_owned).or_else(of_monitor);
    let draft = Draft {
        asset: asset.to_owned(),
        signature: name.to_owned(),
        message: body.body.get().unwrap_or(name).to_owned(),
        status: if is_over { Signal::Resolved } else { Signal::Firing },
        fingerprint: Some(fingerprint.unwrap_or_else(|| format!("{name}/{asset}"))),
        starts_at: body.date.moment().filter(|_| !is_over),
        ends_at: body.date.moment().filter(|_| is_over),
        url: body.link.get().map(str::to_owned),
        labels,
        ..Draft::default()
    };
    let draft = draft.graded(word).label("metric", body.metric.get());
    Ok(match body.id.get() {
        Some(id) => Reading::once(draft, &["datadog", id, transition]),
        None => Reading::of(vec![draft]),
    })
}

/// `environment:production, team:backend`.
fn tags(tags: &str, scope: &str) -> BTreeMap<String, String> {
    let each = tags
        .split(',')
        .chain(scope.split(','))
        .map(str::trim)
        .filter(|tag| !tag.is_empty());
    each.map(|tag| {
        let (name, value) = tag.split_once(':').unwrap_or((tag, "true"));
        (name.to_owned(), value.to_owned())
    })
    .collect()
}
