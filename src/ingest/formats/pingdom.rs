//! Pingdom's webhook. A check is one trouble.

use actors::domain::Signal;
use serde::Deserialize;

use super::lenient::{Text, Texts};
use super::{Draft, Reading, missing};
use crate::ingest::native::Invalid;
use crate::json;

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    check_id: Text,
    #[serde(default)]
    check_name: Text,
    #[serde(default)]
    check_type: Text,
    #[serde(default)]
    check_params: Texts,
    #[serde(default)]
    current_state: Text,
    #[serde(default)]
    importance_level: Text,
    #[serde(default)]
    state_changed_timestamp: Text,
    #[serde(default)]
    description: Text,
    #[serde(default)]
    long_description: Text,
}

pub(super) fn read(body: &[u8]) -> Result<Reading, Invalid> {
    let body: Body = json::object(json::strict(body)?)?;
    let Some(check) = body.check_id.get() else {
        return Err(missing("check_id", "the check's id").into());
    };
    let is_over = match body.current_state.get().map(str::to_ascii_uppercase).as_deref() {
        Some("UP" | "SUCCESS") => true,
        Some("DOWN" | "FAILING" | "UNCONFIRMED_DOWN") => false,
        _ => return Err(missing("current_state", "UP or DOWN; SUCCESS or FAILING of a transaction").into()),
    };
    let name = body.check_name.get().unwrap_or(check);
    let says: Vec<&str> = [&body.description, &body.long_description]
        .into_iter()
        .filter_map(Text::get)
        .collect();
    let moment = body.state_changed_timestamp.moment();
    let draft = Draft {
        asset: body.check_params.get("hostname").unwrap_or(name).to_owned(),
        signature: name.to_owned(),
        message: says.join("\n"),
        status: if is_over { Signal::Resolved } else { Signal::Firing },
        fingerprint: Some(check.to_owned()),
        starts_at: moment.filter(|_| !is_over),
        ends_at: moment.filter(|_| is_over),
        url: body.check_params.first(&["full_url", "url"]).map(str::to_owned),
        ..Draft::default()
    };
    let draft = draft
        .graded(body.importance_level.get())
        .label("check_type", body.check_type.get());
    let state = body.current_state.get().unwrap_or_default();
    let at = body.state_changed_timestamp.get().unwrap_or_default();
    Ok(Reading::once(draft, &["pingdom", check, state, at]))
}
