//! New Relic: a workflow's webhook by its default template, and the notification channels of old.

use actors::domain::Signal;
use serde::Deserialize;

use super::lenient::{Text, Texts};
use super::{Draft, Reading, missing};
use crate::ingest::native::Invalid;
use crate::json;

#[derive(Deserialize)]
struct Body {
    // Workflows.
    #[serde(default)]
    id: Text,
    #[serde(default, rename = "issueUrl")]
    issue_url: Text,
    #[serde(default)]
    title: Option<OneOrMany>,
    #[serde(default)]
    priority: Text,
    #[serde(default)]
    state: Text,
    #[serde(default, rename = "impactedEntities")]
    entities: Option<Vec<Text>>,
    #[serde(default, rename = "alertPolicyNames")]
    policies: Option<Vec<Text>>,
    #[serde(default, rename = "alertConditionNames")]
    conditions: Option<Vec<Text>>,
    #[serde(default, rename = "createdAt")]
    created_at: Text,
    #[serde(default, rename = "updatedAt")]
    updated_at: Text,
    // Channels.
    #[serde(default)]
    incident_id: Text,
    #[serde(default)]
    account_id: Text,
    #[serde(default)]
    condition_name: Text,
    #[serde(default)]
    policy_name: Text,
    #[serde(default)]
    current_state: Text,
    #[serde(default)]
    severity: Text,
    #[serde(default)]
    details: Text,
    #[serde(default)]
    incident_url: Text,
    #[serde(default)]
    runbook_url: Text,
    #[serde(default)]
    targets: Option<Vec<Target>>,
    #[serde(default)]
    timestamp: Text,
}

/// A title is a text, or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(Text),
    Many(Vec<Text>),
}

#[derive(Deserialize)]
struct Target {
    #[serde(default)]
    name: Text,
    #[serde(default)]
    labels: Texts,
}

pub(super) fn read(body: &[u8]) -> Result<Reading, Invalid> {
    let body: Body = json::object(json::strict(body)?)?;
    if body.current_state.get().is_some() {
        channel(body)
    } else {
        workflow(&body)
    }
}

fn workflow(body: &Body) -> Result<Reading, Invalid> {
    let Some(id) = body.id.get() else {
        return Err(missing("id", "use the default template of a workflow's webhook").into());
    };
    let state = body.state.get().map(str::to_ascii_uppercase);
    let is_over = match state.as_deref() {
        Some("ACTIVATED" | "CREATED") => false,
        Some("CLOSED") => true,
        Some("ACKNOWLEDGED") => return Ok(Reading::default()),
        _ => return Err(missing("state", "ACTIVATED, CREATED, ACKNOWLEDGED or CLOSED").into()),
    };
    let first = |list: &Option<Vec<Text>>| list.iter().flatten().find_map(|text| text.get().map(str::to_owned));
    let title = match &body.title {
        Some(OneOrMany::One(title)) => title.get(),
        Some(OneOrMany::Many(titles)) => titles.iter().find_map(Text::get),
        None => None,
    };
    let signature = first(&body.conditions).or(title.map(str::to_owned));
    let Some(signature) = signature else {
        return Err(missing("title", "the issue's title, or the conditions' names").into());
    };
    let draft = Draft {
        asset: first(&body.entities).unwrap_or_else(|| signature.clone()),
        message: title.unwrap_or(&signature).to_owned(),
        signature,
        status: if is_over { Signal::Resolved } else { Signal::Firing },
        fingerprint: Some(id.to_owned()),
        starts_at: body.created_at.moment(),
        ends_at: body.updated_at.moment().filter(|_| is_over),
        url: body.issue_url.get().map(str::to_owned),
        ..Draft::default()
    };
    let draft = draft
        .graded(body.priority.get())
        .label("policy", first(&body.policies).as_deref());
    let at = body.updated_at.get().unwrap_or_default();
    Ok(Reading::once(
        draft,
        &["newrelic", id, state.as_deref().unwrap_or_default(), at],
    ))
}

fn channel(body: Body) -> Result<Reading, Invalid> {
    let state = body.current_state.get().unwrap_or_default().to_ascii_lowercase();
    let is_over = match state.as_str() {
        "open" => false,
        "closed" => true,
        "acknowledged" => return Ok(Reading::default()),
        _ => return Err(missing("current_state", "open, acknowledged or closed").into()),
    };
    let Some(id) = body.incident_id.get().map(str::to_owned) else {
        return Err(missing("incident_id", "the incident's id").into());
    };
    let Some(signature) = body.condition_name.or(&body.policy_name).map(str::to_owned) else {
        return Err(missing("condition_name", "the condition's name").into());
    };
    let target = body.targets.unwrap_or_default().into_iter().next();
    let (name, labels) = target.map_or((Text::default(), Texts::default()), |target| {
        (target.name, target.labels)
    });
    let moment = body.timestamp.moment();
    let draft = Draft {
        asset: name.get().unwrap_or(&signature).to_owned(),
        message: body.details.get().unwrap_or(&signature).to_owned(),
        signature,
        status: if is_over { Signal::Resolved } else { Signal::Firing },
        fingerprint: Some(format!("{}/{id}", body.account_id.get().unwrap_or_default())),
        starts_at: moment.filter(|_| !is_over),
        ends_at: moment.filter(|_| is_over),
        url: body.incident_url.get().map(str::to_owned),
        labels: labels.0,
        ..Draft::default()
    };
    let draft = draft
        .graded(body.severity.get())
        .label("policy", body.policy_name.get())
        .label("runbook_url", body.runbook_url.get());
    let at = body.timestamp.get().unwrap_or_default();
    Ok(Reading::once(draft, &["newrelic", &id, &state, at]))
}
