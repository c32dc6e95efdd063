//! Sentry: an integration's webhooks (`Sentry-Hook-Resource`), for issues, metric alerts and issue alerts, and the body of
//! the older WebHooks plugin. An issue is known by its id.

use actors::domain::Signal;
use axum::http::HeaderMap;
use serde::Deserialize;

use super::lenient::{Text, Texts};
use super::{Draft, Reading, missing};
use crate::ingest::native::Invalid;
use crate::json;

#[derive(Deserialize)]
struct Hook {
    #[serde(default)]
    action: Text,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    issue: Option<Issue>,
    #[serde(default)]
    event: Option<Event>,
    #[serde(default)]
    metric_alert: Option<MetricAlert>,
    #[serde(default)]
    description_title: Text,
    #[serde(default)]
    description_text: Text,
    #[serde(default)]
    web_url: Text,
    #[serde(default)]
    triggered_rule: Text,
}

#[derive(Deserialize)]
struct Issue {
    #[serde(default)]
    id: Text,
    #[serde(default)]
    title: Text,
    #[serde(default)]
    culprit: Text,
    #[serde(default)]
    level: Text,
    #[serde(default)]
    project: Option<Project>,
    #[serde(default, rename = "firstSeen")]
    first_seen: Text,
    #[serde(default)]
    permalink: Text,
    #[serde(default)]
    web_url: Text,
}

#[derive(Deserialize)]
struct Project {
    #[serde(default)]
    slug: Text,
}

#[derive(Deserialize)]
struct MetricAlert {
    #[serde(default)]
    id: Text,
    #[serde(default)]
    title: Text,
    #[serde(default)]
    projects: Option<Vec<Text>>,
    #[serde(default)]
    date_started: Text,
    #[serde(default)]
    date_closed: Text,
}

/// What happened.
#[derive(Deserialize)]
struct Event {
    #[serde(default)]
    event_id: Text,
    #[serde(default)]
    issue_id: Text,
    #[serde(default)]
    title: Text,
    #[serde(default)]
    level: Text,
    #[serde(default)]
    culprit: Text,
    #[serde(default)]
    environment: Text,
    #[serde(default)]
    timestamp: Text,
    #[serde(default)]
    web_url: Text,
    #[serde(default)]
    project: Text,
    #[serde(default)]
    tags: Option<Vec<(Text, Text)>>,
}

/// The plugin's.
#[derive(Deserialize)]
struct Plugin {
    #[serde(default)]
    id: Text,
    #[serde(default)]
    project: Text,
    #[serde(default)]
    project_slug: Text,
    #[serde(default)]
    level: Text,
    #[serde(default)]
    culprit: Text,
    #[serde(default)]
    message: Text,
    #[serde(default)]
    url: Text,
    #[serde(default)]
    event: Option<Event>,
}

pub(super) fn read(body: &[u8], headers: &HeaderMap) -> Result<Reading, Invalid> {
    let text = json::strict(body)?;
    match headers
        .get("sentry-hook-resource")
        .and_then(|resource| resource.to_str().ok())
    {
        Some(resource) => hook(resource, json::object(text)?),
        None => plugin(json::object(text)?),
    }
}

fn hook(resource: &str, hook: Hook) -> Result<Reading, Invalid> {
    let action = hook.action.get().unwrap_or_default();
    match (resource, hook.data) {
        ("issue", Data { issue: Some(issue), .. }) => of_issue(issue, action),
        ("metric_alert", data) => of_metric(data, action),
        (
            "event_alert",
            Data {
                event: Some(event),
                triggered_rule,
                ..
            },
        ) => of_event(event, &triggered_rule),
        ("issue", _) => Err(missing("data.issue", "an issue's webhook has one").into()),
        ("event_alert", _) => Err(missing("data.event", "an issue alert's webhook has one").into()),
        // Installations, comments, errors one by one.
        _ => Ok(Reading::default()),
    }
}

fn of_issue(issue: Issue, action: &str) -> Result<Reading, Invalid> {
    let (status, id) = match (action, issue.id.get()) {
        (_, None) => return Err(missing("data.issue.id", "the issue's id").into()),
        ("created" | "unresolved", Some(id)) => (Signal::Firing, id),
        ("resolved" | "archived" | "ignored", Some(id)) => (Signal::Resolved, id),
        // Assigned.
        (_, Some(_)) => return Ok(Reading::default()),
    };
    let Some(title) = issue.title.get() else {
        return Err(missing("data.issue.title", "the issue's title").into());
    };
    let project = issue.project.as_ref().and_then(|project| project.slug.get());
    let draft = Draft {
        asset: project.or(issue.culprit.get()).unwrap_or(title).to_owned(),
        signature: title.to_owned(),
        message: issue
            .culprit
            .get()
            .map_or_else(|| title.to_owned(), |culprit| format!("{title}\n{culprit}")),
        status,
        fingerprint: Some(id.to_owned()),
        starts_at: issue.first_seen.moment(),
        url: issue.web_url.or(&issue.permalink).map(str::to_owned),
        ..Draft::default()
    };
    Ok(Reading::of(vec![
        draft.graded(issue.level.get()).label("project", project),
    ]))
}

fn of_metric(data: Data, action: &str) -> Result<Reading, Invalid> {
    let Some(alert) = data.metric_alert else {
        return Err(missing("data.metric_alert", "a metric alert's webhook has one").into());
    };
    let Some(id) = alert.id.get() else {
        return Err(missing("data.metric_alert.id", "the alert's id").into());
    };
    let (status, word) = match action {
        "critical" => (Signal::Firing, "critical"),
        "warning" => (Signal::Firing, "warning"),
        "resolved" => (Signal::Resolved, "warning"),
        _ => return Ok(Reading::default()),
    };
    let Some(title) = alert.title.or(&data.description_title) else {
        return Err(missing("data.metric_alert.title", "the alert's title").into());
    };
    let project = alert.projects.iter().flatten().find_map(Text::get);
    let draft = Draft {
        asset: project.unwrap_or(title).to_owned(),
        signature: title.to_owned(),
        message: data.description_text.get().unwrap_or(title).to_owned(),
        status,
        fingerprint: Some(format!("metric/{id}")),
        starts_at: alert.date_started.moment(),
        ends_at: alert.date_closed.moment().filter(|_| status == Signal::Resolved),
        url: data.web_url.get().map(str::to_owned),
        ..Draft::default()
    };
    Ok(Reading::of(vec![draft.graded(Some(word)).label("project", project)]))
}

fn of_event(event: Event, rule: &Text) -> Result<Reading, Invalid> {
    let Some(title) = event.title.get() else {
        return Err(missing("data.event.title", "the event's title").into());
    };
    let tags = tags(event.tags.as_deref());
    let project = event.project.get();
    let draft = Draft {
        asset: tags
            .get("server_name")
            .or(project)
            .or(event.culprit.get())
            .unwrap_or(title)
            .to_owned(),
        signature: title.to_owned(),
        message: event
            .culprit
            .get()
            .map_or_else(|| title.to_owned(), |culprit| format!("{title}\n{culprit}")),
        fingerprint: Some(event.issue_id.or(&event.event_id).unwrap_or(title).to_owned()),
        starts_at: event.timestamp.moment(),
        url: event.web_url.get().map(str::to_owned),
        labels: tags.0,
        ..Draft::default()
    };
    let draft = draft
        .graded(event.level.get())
        .label("project", project)
        .label("environment", event.environment.get())
        .label("rule", rule.get());
    Ok(match event.event_id.get() {
        Some(id) => Reading::once(draft, &["sentry", id]),
        None => Reading::of(vec![draft]),
    })
}

fn plugin(body: Plugin) -> Result<Reading, Invalid> {
    let event = body.event.as_ref();
    let of_event = event.and_then(|event| event.title.get());
    let Some(title) = of_event.or(body.message.get()) else {
        return Err(missing(
            "event.title",
            "send Sentry's own body, of an integration or the WebHooks plugin",
        )
        .into());
    };
    let tags = tags(event.and_then(|event| event.tags.as_deref()));
    let project = body.project_slug.or(&body.project);
    let draft = Draft {
        asset: tags.get("server_name").or(project).unwrap_or(title).to_owned(),
        signature: title.to_owned(),
        message: body.message.or(&body.culprit).unwrap_or(title).to_owned(),
        fingerprint: body.id.get().map(str::to_owned),
        starts_at: event.and_then(|event| event.timestamp.moment()),
        url: body.url.get().map(str::to_owned),
        labels: tags.0,
        ..Draft::default()
    };
    let draft = draft
        .graded(body.level.get())
        .label("project", project)
        .label("culprit", body.culprit.get());
    Ok(match event.and_then(|event| event.event_id.get()) {
        Some(id) => Reading::once(draft, &["sentry", id]),
        None => Reading::of(vec![draft]),
    })
}

fn tags(pairs: Option<&[(Text, Text)]>) -> Texts {
    let told = pairs.into_iter().flatten();
    let told = told.filter_map(|(name, value)| Some((name.get()?.to_owned(), value.get()?.to_owned())));
    Texts(told.collect())
}
