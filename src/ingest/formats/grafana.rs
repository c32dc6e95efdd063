//! Grafana's webhook contact point: unified alerting, which is Alertmanager's body with more, and the older alerting of
//! dashboards, whose rules are one alert each.

use actors::domain::Signal;
use serde::Deserialize;

use super::lenient::{Text, Texts};
use super::{Draft, Identity, REPEATED, Reading, alertmanager, missing, words};
use crate::ingest::native::Invalid;
use crate::json;

/// Whichever it is.
#[derive(Deserialize)]
struct Kind {
    #[serde(default)]
    alerts: Option<serde::de::IgnoredAny>,
}

/// The older body.
#[derive(Deserialize)]
struct Legacy {
    #[serde(default, rename = "evalMatches")]
    matches: Option<Vec<Match>>,
    #[serde(default, rename = "ruleId")]
    rule_id: Text,
    #[serde(default, rename = "orgId")]
    org_id: Text,
    #[serde(default, rename = "ruleName")]
    rule_name: Text,
    #[serde(default, rename = "ruleUrl")]
    rule_url: Text,
    #[serde(default)]
    state: Text,
    #[serde(default)]
    title: Text,
    #[serde(default)]
    message: Text,
    #[serde(default)]
    tags: Texts,
}

#[derive(Deserialize)]
struct Match {
    #[serde(default)]
    tags: Texts,
}

pub(super) fn read(body: &[u8]) -> Result<Reading, Invalid> {
    let text = json::strict(body)?;
    let kind: Kind = json::object(text)?;
    if kind.alerts.is_some() {
        return alertmanager::group(json::object(text)?, "alerts");
    }
    legacy(json::object(text)?)
}

fn legacy(body: Legacy) -> Result<Reading, Invalid> {
    let Some(name) = body.rule_name.or(&body.title) else {
        return Err(missing(
            "alerts",
            "send Grafana's own body, with alerts, or ruleName and state of the older one",
        )
        .into());
    };
    let status = match body.state.get() {
        Some("ok") => Signal::Resolved,
        Some("alerting" | "no_data") => Signal::Firing,
        Some(_) => return Ok(Reading::default()),
        None => return Err(missing("state", "alerting, no_data or ok").into()),
    };
    let of_match = body.matches.unwrap_or_default().into_iter().next();
    let labels = of_match.map(|first| first.tags).unwrap_or_default();
    let word = body
        .tags
        .first(&["severity", "priority"])
        .or(labels.get("severity"))
        .map(str::to_owned);
    let rule = body.rule_id.get().unwrap_or(name);
    let org = body.org_id.get().unwrap_or("1");
    let draft = Draft {
        asset: words::asset(&labels).unwrap_or(name).to_owned(),
        signature: name.to_owned(),
        message: body.message.or(&body.title).unwrap_or(name).to_owned(),
        status,
        fingerprint: Some(format!("{org}/{rule}")),
        url: body.rule_url.get().map(str::to_owned),
        ..Draft::default()
    };
    let state = body.state.get().unwrap_or_default();
    let identity = Identity::recurring(&[org, rule, state, &draft.message], REPEATED);
    let mut labels = labels.0;
    labels.extend(body.tags.0);
    let draft = Draft { labels, ..draft }.graded(word.as_deref());
    Ok(Reading {
        drafts: vec![draft],
        delivery: Some(identity),
    })
}
