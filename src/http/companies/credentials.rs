//! `/api/companies/{id}/api-keys` and `webhook-secrets`: what its programs and senders show. Each is shown once.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::Timestamp;
use actors::domain::ids::{KeyId, SecretId};
use actors::port::RecordKind;
use actors::runtime::CallError;
use axum::Json;
use axum::extract::{Path, State};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Answer, TRIES, commit, desk, records};
use crate::accounts::api_key::ApiKey;
use crate::accounts::webhook_secret::WebhookSecret;
use crate::http::Edge;
use crate::http::body::{Sent, SentOrNot};
use crate::http::page::Items;
use crate::http::problem::Problem;
use crate::http::rights::{AdministerCompany, May};
use crate::tenancy::{NewKey, ShownKey, ShownSecret};

/// How long a webhook secret lives on beside its successor, where nothing is said.
const OVERLAP: Duration = Duration::from_secs(24 * 3600);

/// An API key in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiKeyLine)]
pub(in crate::http) struct KeyLine {
    #[serde(flatten)]
    key: ShownKey,
    /// When it was last used; written every ten minutes.
    last_used_at: Option<Timestamp>,
}

/// A new API key with itself.
#[derive(Serialize, ToSchema)]
#[schema(as = NewApiKey)]
pub(in crate::http) struct AddedKey {
    #[serde(flatten)]
    key: ShownKey,
    /// The key. Shown once.
    api_key: String,
}

/// A revoked API key.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct RevokedKey {
    message: &'static str,
    key_id: KeyId,
}

/// Its API keys, revoked ones too, in the order they were made.
pub(in crate::http) async fn keys(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
) -> Answer<Items<KeyLine>> {
    let mut keys = records::<ApiKey, _>(&edge, &may).await?;
    keys.sort_by_key(|(key, _)| key.created_at);
    let lines = keys.iter().map(|(key, _)| KeyLine {
        key: key.shown(),
        last_used_at: edge.keyring.used_at(&key.key_hash),
    });
    Ok(Json(lines.collect()))
}

/// `POST {name, scopes, unsigned?, expires_at?}`: the key is shown once.
pub(in crate::http) async fn add_key(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
    Sent(asked): Sent<NewKey>,
) -> Answer<AddedKey> {
    for _ in 0..TRIES {
        let keys: Vec<ApiKey> = records(&edge, &may).await?.into_iter().map(|(key, _)| key).collect();
        let origin = may.origin();
        let (key, secret, amendment) = desk(&edge, &may, &origin).add_key(&keys, &asked)?;
        if commit(&edge, &may, amendment).await? {
            return Ok(Json(AddedKey {
                key: key.shown(),
                api_key: secret.expose_secret().to_owned(),
            }));
        }
    }
    Err(CallError::Overloaded.into())
}

/// `DELETE`: the key is of no use from now on.
pub(in crate::http) async fn revoke_key(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
    Path((_, id)): Path<(String, String)>,
) -> Answer<RevokedKey> {
    let unknown = || Problem::not_found("API key");
    let id: KeyId = id.parse().map_err(|_| unknown())?;
    for _ in 0..TRIES {
        let record = edge
            .store
            .reader(may.company())
            .record(RecordKind::ApiKeys, id.as_str())
            .await?;
        let record = record.ok_or_else(unknown)?;
        let origin = may.origin();
        let amendment = desk(&edge, &may, &origin).revoke_key(&record.read()?, record.version)?;
        let done = match amendment {
            Some(amendment) => commit(&edge, &may, amendment).await?,
            None => true,
        };
        if done {
            return Ok(Json(RevokedKey {
                message: "Revoked",
                key_id: id,
            }));
        }
    }
    Err(CallError::Overloaded.into())
}

/// A webhook secret in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookSecretLine)]
pub(in crate::http) struct SecretLine {
    #[serde(flatten)]
    secret: ShownSecret,
    /// Whether it is good now.
    live: bool,
}

/// A new webhook secret with itself.
#[derive(Serialize, ToSchema)]
#[schema(as = NewWebhookSecret)]
pub(in crate::http) struct AddedSecret {
    #[serde(flatten)]
    secret: ShownSecret,
    /// The secret. Shown once.
    webhook_secret: String,
}

/// An ended webhook secret.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct RetiredSecret {
    message: &'static str,
    secret_id: SecretId,
}

/// Its webhook secrets, in the order they were made.
pub(in crate::http) async fn secrets(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
) -> Answer<Items<SecretLine>> {
    let now = edge.clock.now();
    let mut secrets = records::<WebhookSecret, _>(&edge, &may).await?;
    secrets.sort_by_key(|(secret, _)| secret.created_at);
    let lines = secrets.iter().map(|(secret, _)| SecretLine {
        secret: secret.shown(),
        live: secret.is_live(now),
    });
    Ok(Json(lines.collect()))
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RotateRequest)]
pub(in crate::http) struct Rotate {
    /// How long the one before lives on; a day where nothing is said.
    #[serde(default)]
    #[schema(maximum = 10080)]
    overlap_minutes: Option<u64>,
    /// A secret that a tool has made and does not let choose, such as the client secret of Sentry's integration; ours
    /// where it is left out.
    #[serde(default)]
    #[schema(nullable = false, value_type = Option<String>, min_length = 32, max_length = 256)]
    secret: Option<SecretString>,
}

/// `POST {overlap_minutes?, secret?}`: a new secret, shown once; the one before lives on for a day, or as long as is said.
pub(in crate::http) async fn rotate_secret(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
    SentOrNot(asked): SentOrNot<Rotate>,
) -> Answer<AddedSecret> {
    let overlap = asked
        .overlap_minutes
        .map_or(OVERLAP, |minutes| Duration::from_secs(minutes.saturating_mul(60)));
    for _ in 0..TRIES {
        let secrets = records(&edge, &may).await?;
        let origin = may.origin();
        let desk = desk(&edge, &may, &origin);
        let (secret, text, amendment) =
            desk.rotate_secret(&secrets, (overlap, asked.secret.clone()), edge.keyring.server_key())?;
        if commit(&edge, &may, amendment).await? {
            return Ok(Json(AddedSecret {
                secret: secret.shown(),
                webhook_secret: text.expose_secret().to_owned(),
            }));
        }
    }
    Err(CallError::Overloaded.into())
}

/// `DELETE`: the secret ends at once.
pub(in crate::http) async fn retire_secret(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
    Path((_, id)): Path<(String, String)>,
) -> Answer<RetiredSecret> {
    let id: SecretId = id.parse().map_err(|_| Problem::not_found("webhook secret"))?;
    for _ in 0..TRIES {
        let secrets = records(&edge, &may).await?;
        let origin = may.origin();
        let done = match desk(&edge, &may, &origin).retire_secret(&secrets, &id)? {
            Some(amendment) => commit(&edge, &may, amendment).await?,
            None => true,
        };
        if done {
            return Ok(Json(RetiredSecret {
                message: "Retired",
                secret_id: id,
            }));
        }
    }
    Err(CallError::Overloaded.into())
}
