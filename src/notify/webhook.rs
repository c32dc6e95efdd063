//! A message to a program, signed per Standard Webhooks (standardwebhooks.com, symmetric `v1`).

use actors::domain::notice::IncidentTold;
use actors::domain::{CompanyId, News, Notice, Timestamp};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::RequestBuilder;
use reqwest::header::CONTENT_TYPE;
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::Sha256;
use utoipa::ToSchema;

use super::target::Target;

/// What a webhook is sent.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookMessage)]
pub struct Body {
    /// What has happened.
    r#type: News,
    /// When.
    timestamp: Timestamp,
    /// To what.
    data: Data,
}

#[derive(Serialize, ToSchema)]
#[schema(as = WebhookData)]
struct Data {
    /// Whose incident.
    company_id: CompanyId,
    /// What people call the company.
    company_name: String,
    /// The incident as it was then.
    incident: IncidentTold,
    /// What else there is to say, by what has happened: `acknowledged_by`, `escalated_by`, `by` (a person's id, `recovery`,
    /// `merge`, `stale`), `merged_into`, `step`, `clock`, `due_at`, `breached_at`, `severity`, `status`; `test` for a trial.
    #[serde(skip_serializing_if = "Value::is_null")]
    detail: Value,
}

impl Body {
    /// Of a notice.
    pub fn of(notice: &Notice) -> Self {
        let message = notice.message.clone();
        Self {
            r#type: message.news,
            timestamp: message.timestamp,
            data: Data {
                company_id: message.company_id,
                company_name: message.company_name,
                incident: message.incident,
                detail: message.detail,
            },
        }
    }
}

/// A request with its body and signature.
pub(super) fn signed(request: RequestBuilder, target: &Target, notice: &Notice, now: Timestamp) -> RequestBuilder {
    let body = json!(Body::of(notice)).to_string();
    let (id, seconds) = (notice.delivery_id.to_string(), now.as_millis() / 1000);
    let mut request = request
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", &id)
        .header("webhook-timestamp", seconds.to_string());
    let secret = target.secret();
    let key = secret.as_ref().and_then(|secret| {
        STANDARD
            .decode(secret.expose_secret().trim_start_matches("whsec_"))
            .ok()
    });
    if let Some(mac) = key.and_then(|key| Hmac::<Sha256>::new_from_slice(&key).ok()) {
        let mac = mac
            .chain_update(format!("{id}.{seconds}.{body}"))
            .finalize()
            .into_bytes();
        request = request.header("webhook-signature", format!("v1,{}", STANDARD.encode(mac)));
    }
    request.body(body)
}
