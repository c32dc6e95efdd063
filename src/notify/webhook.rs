//! A message to a program, signed per Standard Webhooks (standardwebhooks.com, symmetric `v1`).

use actors::domain::{Notice, Timestamp};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::RequestBuilder;
use reqwest::header::CONTENT_TYPE;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sha2::Sha256;

use super::target::Target;

/// The body: `{type, timestamp, data}`.
pub fn body(notice: &Notice) -> Value {
    let mut data = json!(notice.message);
    let (kind, timestamp) = (data["type"].take(), data["timestamp"].take());
    if let Some(fields) = data.as_object_mut() {
        fields.remove("type");
        fields.remove("timestamp");
    }
    json!({"type": kind, "timestamp": timestamp, "data": data})
}

/// A request with its body and signature.
pub(super) fn signed(request: RequestBuilder, target: &Target, notice: &Notice, now: Timestamp) -> RequestBuilder {
    let body = body(notice).to_string();
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
