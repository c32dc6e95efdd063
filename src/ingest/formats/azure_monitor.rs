//! Azure Monitor's common alert schema, and what action groups sent before it: metric alerts with a schema of their own, and
//! classic ones without. An alert is known by its `originAlertId` or its rule and resource.

use std::collections::BTreeMap;

use actors::domain::Signal;
use serde::Deserialize;

use super::lenient::{Text, Texts};
use super::{Draft, Reading, missing};
use crate::ingest::native::Invalid;
use crate::json;

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    data: Option<Data>,
    // Classic ones have no `data`.
    #[serde(default)]
    status: Text,
    #[serde(default)]
    context: Option<Context>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    essentials: Option<Essentials>,
    #[serde(default, rename = "customProperties")]
    properties: Texts,
    #[serde(default)]
    status: Text,
    #[serde(default)]
    context: Option<Context>,
}

#[derive(Deserialize)]
struct Essentials {
    #[serde(default, rename = "alertId")]
    alert_id: Text,
    #[serde(default, rename = "originAlertId")]
    origin: Text,
    #[serde(default, rename = "alertRule")]
    rule: Text,
    #[serde(default)]
    severity: Text,
    #[serde(default, rename = "signalType")]
    signal_type: Text,
    #[serde(default, rename = "monitorCondition")]
    condition: Text,
    #[serde(default, rename = "monitoringService")]
    service: Text,
    #[serde(default, rename = "alertTargetIDs")]
    targets: Option<Vec<Text>>,
    #[serde(default, rename = "configurationItems")]
    items: Option<Vec<Text>>,
    #[serde(default, rename = "firedDateTime")]
    fired_at: Text,
    #[serde(default, rename = "resolvedDateTime")]
    resolved_at: Text,
    #[serde(default)]
    description: Text,
    #[serde(default, rename = "investigationLink")]
    link: Text,
    #[serde(default, rename = "targetResourceGroup")]
    resource_group: Text,
    #[serde(default, rename = "targetResourceType")]
    resource_type: Text,
}

#[derive(Deserialize)]
struct Context {
    #[serde(default)]
    timestamp: Text,
    #[serde(default)]
    id: Text,
    #[serde(default)]
    name: Text,
    #[serde(default)]
    description: Text,
    #[serde(default)]
    severity: Text,
    #[serde(default, rename = "resourceName")]
    resource_name: Text,
    #[serde(default, rename = "resourceId")]
    resource_id: Text,
    #[serde(default, rename = "resourceGroupName")]
    resource_group: Text,
    #[serde(default, rename = "resourceType")]
    resource_type: Text,
    #[serde(default, rename = "portalLink")]
    link: Text,
}

pub(super) fn read(body: &[u8]) -> Result<Reading, Invalid> {
    let body: Body = json::object(json::strict(body)?)?;
    match body.data {
        Some(Data {
            essentials: Some(essentials),
            properties,
            ..
        }) => common(essentials, properties),
        Some(Data {
            context: Some(context),
            status,
            ..
        }) => older(context, &status, "data."),
        _ => match body.context {
            Some(context) => older(context, &body.status, ""),
            None => Err(missing("data.essentials", "enable the common alert schema in the action group").into()),
        },
    }
}

fn common(told: Essentials, properties: Texts) -> Result<Reading, Invalid> {
    let Some(rule) = told.rule.get() else {
        return Err(missing("data.essentials.alertRule", "the alert's rule").into());
    };
    let is_over = match told.condition.get() {
        Some("Fired") => false,
        Some("Resolved") => true,
        _ => return Err(missing("data.essentials.monitorCondition", "Fired or Resolved").into()),
    };
    let target = told.targets.iter().flatten().find_map(Text::get);
    let item = told.items.iter().flatten().find_map(Text::get);
    let asset = item.or(target.map(last_segment)).unwrap_or(rule);
    let fingerprint = match told.origin.or(&told.alert_id) {
        Some(id) => id.to_owned(),
        None => format!("{rule}/{}", target.unwrap_or_default()),
    };
    let draft = Draft {
        asset: asset.to_owned(),
        signature: rule.to_owned(),
        message: told.description.get().unwrap_or(rule).to_owned(),
        status: if is_over { Signal::Resolved } else { Signal::Firing },
        fingerprint: Some(fingerprint.clone()),
        starts_at: told.fired_at.moment(),
        ends_at: told.resolved_at.moment().filter(|_| is_over),
        url: told.link.get().map(str::to_owned),
        labels: properties.0,
        ..Draft::default()
    };
    let draft = draft
        .graded(told.severity.get())
        .label("target", target)
        .label("signal_type", told.signal_type.get())
        .label("monitoring_service", told.service.get())
        .label("resource_group", told.resource_group.get())
        .label("resource_type", told.resource_type.get());
    let condition = told.condition.get().unwrap_or_default();
    let moment = told.resolved_at.or(&told.fired_at).unwrap_or_default().to_owned();
    Ok(Reading::once(draft, &["azure", &fingerprint, condition, &moment]))
}

fn older(told: Context, status: &Text, field: &str) -> Result<Reading, Invalid> {
    let Some(name) = told.name.get() else {
        return Err(missing(&format!("{field}context.name"), "the alert's rule").into());
    };
    let is_over = match status.get() {
        Some("Activated") => false,
        Some("Resolved" | "Deactivated") => true,
        _ => return Err(missing(&format!("{field}status"), "Activated, Resolved or Deactivated").into()),
    };
    let resource = told.resource_id.get().unwrap_or_default();
    let asset = told.resource_name.get().unwrap_or_else(|| last_segment(resource));
    let fingerprint = format!("{}/{resource}", told.id.get().unwrap_or(name));
    let moment = told.timestamp.moment();
    let draft = Draft {
        asset: if asset.is_empty() { name } else { asset }.to_owned(),
        signature: name.to_owned(),
        message: told.description.get().unwrap_or(name).to_owned(),
        status: if is_over { Signal::Resolved } else { Signal::Firing },
        fingerprint: Some(fingerprint.clone()),
        starts_at: moment.filter(|_| !is_over),
        ends_at: moment.filter(|_| is_over),
        url: told.link.get().map(str::to_owned),
        labels: BTreeMap::new(),
        ..Draft::default()
    };
    // Older ones count severities from 0 to 4, without `Sev`.
    let severity = told.severity.get().map(|severity| match severity.len() {
        1 => format!("Sev{severity}"),
        _ => severity.to_owned(),
    });
    let draft = draft
        .graded(severity.as_deref())
        .label("resource_group", told.resource_group.get())
        .label("resource_type", told.resource_type.get());
    let state = status.get().unwrap_or_default();
    let at = told.timestamp.get().unwrap_or_default();
    Ok(Reading::once(draft, &["azure", &fingerprint, state, at]))
}

/// A resource's own name, at the end of its path.
fn last_segment(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or(path)
}
