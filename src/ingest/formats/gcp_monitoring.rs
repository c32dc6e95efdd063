//! Google Cloud Monitoring's webhook channel (versions 1.0 to 1.2), and the same as Pub/Sub pushes it.

use actors::domain::Signal;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::lenient::{Text, Texts};
use super::{Draft, Reading, missing};
use crate::ingest::native::Invalid;
use crate::json::{self, FieldError};

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    incident: Option<Incident>,
    #[serde(default)]
    message: Option<Pushed>,
}

/// What Pub/Sub pushes.
#[derive(Deserialize)]
struct Pushed {
    #[serde(default)]
    data: Text,
}

#[derive(Deserialize)]
struct Incident {
    #[serde(default)]
    incident_id: Text,
    #[serde(default)]
    scoping_project_id: Text,
    #[serde(default)]
    url: Text,
    #[serde(default)]
    started_at: Text,
    #[serde(default)]
    ended_at: Text,
    #[serde(default)]
    state: Text,
    #[serde(default)]
    severity: Text,
    #[serde(default)]
    summary: Text,
    #[serde(default)]
    resource: Option<Resource>,
    #[serde(default)]
    resource_name: Text,
    #[serde(default)]
    resource_id: Text,
    #[serde(default)]
    resource_display_name: Text,
    #[serde(default)]
    policy_name: Text,
    #[serde(default)]
    policy_user_labels: Texts,
    #[serde(default)]
    condition_name: Text,
    #[serde(default)]
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
struct Resource {
    #[serde(default, rename = "type")]
    kind: Text,
    #[serde(default)]
    labels: Texts,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(default)]
    system_labels: Texts,
    #[serde(default)]
    user_labels: Texts,
}

pub(super) fn read(body: &[u8]) -> Result<Reading, Invalid> {
    let body: Body = json::object(json::strict(body)?)?;
    match (body.incident, body.message) {
        (Some(incident), _) => incident.read(),
        (None, Some(pushed)) => {
            let carried = STANDARD.decode(pushed.data.get().unwrap_or_default());
            let carried = carried.map_err(|_| FieldError::new("message.data", "must be base64"))?;
            let within = |error: FieldError| FieldError::new(format!("message.data.{}", error.field), error.detail);
            let body: Body = json::object(json::strict(&carried).map_err(within)?).map_err(within)?;
            let incident = body
                .incident
                .ok_or_else(|| missing("message.data.incident", "the notification's incident"))?;
            incident.read()
        }
        (None, None) => Err(missing("incident", "send the body of a webhook channel, or let Pub/Sub push it").into()),
    }
}

impl Incident {
    fn read(self) -> Result<Reading, Invalid> {
        let Some(id) = self.incident_id.get() else {
            return Err(missing("incident.incident_id", "the incident's id").into());
        };
        let is_over = match self.state.get().map(str::to_ascii_lowercase).as_deref() {
            Some("open") => false,
            Some("closed") => true,
            _ => return Err(missing("incident.state", "open or closed").into()),
        };
        let Some(signature) = self.condition_name.or(&self.policy_name) else {
            return Err(missing("incident.condition_name", "the condition's or the policy's name").into());
        };
        let resource = self.resource.as_ref();
        let of_resource = resource.and_then(|one| one.labels.first(&["instance_id", "pod_name", "host", "module_id"]));
        let names = [
            self.resource_display_name.get(),
            of_resource,
            self.resource_name.get(),
            self.resource_id.get(),
        ];
        let asset = names.into_iter().flatten().next().unwrap_or(signature);
        let mut labels = self.policy_user_labels.clone();
        if let Some(metadata) = &self.metadata {
            labels.0.extend(metadata.user_labels.0.clone());
        }
        let system = self
            .metadata
            .as_ref()
            .and_then(|metadata| metadata.system_labels.get("severity"));
        let word = self
            .severity
            .get()
            .or(labels.get("severity"))
            .or(system)
            .map(str::to_owned);
        let draft = Draft {
            asset: asset.to_owned(),
            signature: signature.to_owned(),
            message: self.summary.get().unwrap_or(signature).to_owned(),
            status: if is_over { Signal::Resolved } else { Signal::Firing },
            fingerprint: Some(id.to_owned()),
            starts_at: self.started_at.moment(),
            ends_at: self.ended_at.moment().filter(|_| is_over),
            url: self.url.get().map(str::to_owned),
            labels: labels.0,
            ..Draft::default()
        };
        let draft = draft
            .graded(word.as_deref())
            .label("project", self.scoping_project_id.get())
            .label("policy", self.policy_name.get())
            .label("resource_type", resource.and_then(|one| one.kind.get()));
        Ok(Reading::once(draft, &["gcp", id, self.state.get().unwrap_or_default()]))
    }
}
