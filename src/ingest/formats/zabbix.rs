//! Zabbix, by our media type (`docs/integrations/zabbix.md`): macros in texts, some of which Zabbix could not fill in. A
//! problem and its recovery have the problem's event id.

use actors::domain::Signal;
use serde::Deserialize;

use super::lenient::Text;
use super::{Draft, Identity, REPEATED, Reading, missing};
use crate::ingest::native::Invalid;
use crate::json;

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    event_id: Text,
    #[serde(default)]
    trigger_id: Text,
    #[serde(default)]
    name: Text,
    #[serde(default)]
    severity: Text,
    #[serde(default)]
    status: Text,
    #[serde(default)]
    value: Text,
    #[serde(default)]
    update_action: Text,
    #[serde(default)]
    host: Text,
    #[serde(default)]
    host_name: Text,
    #[serde(default)]
    ip: Text,
    #[serde(default)]
    description: Text,
    #[serde(default)]
    operational_data: Text,
    #[serde(default)]
    tags: Option<Tags>,
    #[serde(default)]
    started_at: Text,
    #[serde(default)]
    url: Text,
}

/// `{EVENT.TAGSJSON}`, as JSON or as a text of it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Tags {
    Read(Vec<Tag>),
    Written(Text),
}

#[derive(Deserialize)]
struct Tag {
    tag: Text,
    #[serde(default)]
    value: Text,
}

pub(super) fn read(body: &[u8]) -> Result<Reading, Invalid> {
    let body: Body = json::object(json::strict(body)?)?;
    let template = "use the media type of docs/integrations/zabbix.md";
    let Some(event) = body.event_id.get() else {
        return Err(missing("event_id", template).into());
    };
    let Some(name) = body.name.get() else {
        return Err(missing("name", template).into());
    };
    let is_over = match (body.status.get(), body.value.get()) {
        (Some("RESOLVED" | "OK"), _) | (None, Some("0")) => true,
        (Some("PROBLEM"), _) | (None, Some("1")) => false,
        _ => return Err(missing("status", "{EVENT.STATUS}, which is PROBLEM or RESOLVED").into()),
    };
    // Somebody has taken notice, or written something: the trouble is as it was.
    if body.update_action.get().is_some() && !is_over {
        return Ok(Reading::default());
    }
    let says: Vec<&str> = [&body.description, &body.operational_data]
        .into_iter()
        .filter_map(Text::get)
        .collect();
    let draft = Draft {
        asset: body
            .host_name
            .or(&body.host)
            .or(body.ip.get())
            .unwrap_or(name)
            .to_owned(),
        signature: name.to_owned(),
        message: says.join("\n"),
        status: if is_over { Signal::Resolved } else { Signal::Firing },
        fingerprint: Some(event.to_owned()),
        starts_at: body.started_at.moment(),
        url: body.url.get().map(str::to_owned),
        ..Draft::default()
    };
    let tags = match &body.tags {
        Some(Tags::Read(tags)) => labels(tags),
        Some(Tags::Written(text)) => {
            let read: Option<Vec<Tag>> = serde_json::from_str(text.get().unwrap_or_default()).ok();
            labels(&read.unwrap_or_default())
        }
        None => Vec::new(),
    };
    let mut draft = draft
        .graded(body.severity.get())
        .label("trigger_id", body.trigger_id.get())
        .label("ip", body.ip.get());
    draft.labels.extend(tags);
    let state = if is_over { "over" } else { "problem" };
    Ok(Reading {
        delivery: Some(Identity::recurring(&["zabbix", event, state], REPEATED)),
        drafts: vec![draft],
    })
}

fn labels(tags: &[Tag]) -> Vec<(String, String)> {
    let told = tags
        .iter()
        .filter_map(|tag| Some((tag.tag.get()?.to_owned(), tag.value.get().unwrap_or("true").to_owned())));
    told.collect()
}
