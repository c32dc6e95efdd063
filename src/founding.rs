//! Founding a company: its id, its first API key and webhook secret, and the fact of its birth.
//! Used by `company create`, by the admin socket and by `demo`, with or without a running server.

use std::borrow::Cow;

use actors::domain::ids::{EntryId, KeyId, SecretId};
use actors::domain::{Company, CompanyId, Correlation, Fact, Intake, Origin, Policy, RateLimit, Retention};
use actors::port::{Clock, Entropy, Error, NewCompany, Put};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::accounts::api_key::{ApiKey, Scope};
use crate::accounts::webhook_secret::WebhookSecret;
use crate::secrets::{Purpose, ServerKey, Unsealable, hash_api_key, new_api_key, new_webhook_secret};
use actors::domain::text::is_deceptive;

/// What is asked for.
#[derive(Clone, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompanyRequest {
    /// What people call it: 1 to 256 characters.
    pub name: String,
    /// Its id; one is made otherwise.
    #[serde(default)]
    pub id: Option<CompanyId>,
    /// How its alerts are grouped.
    #[serde(default)]
    pub correlation: Correlation,
    /// How many alerts it may send.
    #[serde(default)]
    pub rate_limit: RateLimit,
    /// What its first key may do.
    #[serde(default = "first_scopes")]
    pub scopes: Vec<Scope>,
    /// Whether its first key may send alerts without a signature.
    #[serde(default)]
    pub unsigned: bool,
}

/// What a company's first key is called.
const FIRST_KEY: &str = "first key";

/// What a company's first key may do unless it is said otherwise.
pub fn first_scopes() -> Vec<Scope> {
    vec![Scope::Ingest, Scope::Decide, Scope::Read]
}

/// A company's settings file.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CompanyFile {
    correlation: Correlation,
    rate_limit: RateLimit,
}

/// Reads a company's settings file; text from outside.
///
/// # Errors
/// Where it is no TOML, or names a setting that there is not.
pub fn read_company_file(text: &str) -> Result<(Correlation, RateLimit), toml::de::Error> {
    let file: CompanyFile = toml::from_str(text)?;
    Ok((file.correlation, file.rate_limit))
}

/// What is told once, and never again.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The company.
    pub company_id: CompanyId,
    /// Its first API key.
    pub api_key: SecretString,
    /// Its first webhook secret.
    pub webhook_secret: SecretString,
}

/// The same, for the one who asked. Has no `Debug`, so that no log can hold it.
#[derive(Serialize, ToSchema)]
#[schema(as = Credentials)]
pub struct Revealed {
    company_id: CompanyId,
    /// Its first API key. Shown once.
    api_key: String,
    /// Its first webhook secret. Shown once.
    webhook_secret: String,
}

impl Credentials {
    /// In the clear, for the one who asked.
    pub fn reveal(&self) -> Revealed {
        Revealed {
            company_id: self.company_id.clone(),
            api_key: self.api_key.expose_secret().to_owned(),
            webhook_secret: self.webhook_secret.expose_secret().to_owned(),
        }
    }
}

/// Why a request cannot be met.
#[derive(Debug, thiserror::Error)]
pub enum FoundingError {
    /// A field is not as it should be.
    #[error("{field}: {detail}")]
    Invalid {
        /// Which.
        field: Cow<'static, str>,
        /// What would be right.
        detail: String,
    },
    /// The id is taken.
    #[error("id: {0} is taken")]
    Taken(CompanyId),
    /// The secret could not be sealed.
    #[error(transparent)]
    Seal(#[from] Unsealable),
}

fn invalid(field: impl Into<Cow<'static, str>>, detail: impl ToString) -> FoundingError {
    FoundingError::Invalid {
        field: field.into(),
        detail: detail.to_string(),
    }
}

/// Prepares a company.
///
/// # Errors
/// [`FoundingError`].
pub fn prepare(
    request: CompanyRequest,
    by: &Origin,
    server_key: &ServerKey,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<(NewCompany, Credentials), FoundingError> {
    let name = request.name.trim();
    if name.is_empty() || name.chars().count() > 256 || name.chars().any(is_deceptive) {
        return Err(invalid(
            "name",
            "must be 1 to 256 characters, without control and invisible characters",
        ));
    }
    request
        .correlation
        .check()
        .map_err(|error| invalid(format!("correlation.{}", error.field), error))?;
    request
        .rate_limit
        .check()
        .map_err(|error| invalid(format!("rate_limit.{}", error.field), error))?;
    if request.scopes.is_empty() {
        return Err(invalid("scopes", "must hold at least one of ingest, decide, read"));
    }
    let now = clock.now();
    let company_id = request
        .id
        .clone()
        .unwrap_or_else(|| CompanyId::from_uuid(entropy.uuid(now)));
    if [".", ".."].contains(&company_id.as_str()) {
        // As part of a path this would be another path (RFC 3986, 5.2.4). What an older store holds is left as it is.
        return Err(invalid("id", "must be more than dots: it is part of paths"));
    }
    if company_id.is_platform() {
        return Err(FoundingError::Taken(company_id));
    }
    let (api_key, webhook_secret) = (new_api_key(), new_webhook_secret());
    let sealed = server_key.seal(Purpose::WebhookSecret, company_id.as_str(), &webhook_secret)?;
    let key_id = KeyId::from_uuid(entropy.uuid(now));
    let data = json!({
        "name": name, "key_id": key_id, "scopes": request.scopes, "unsigned": request.unsigned,
        "correlation": request.correlation, "rate_limit": request.rate_limit,
    });
    let entry = EntryId::from_uuid(entropy.uuid(now));
    let fact = Fact::from_outside(entry, now, "company.created", company_id.as_str(), by, data);
    let key = ApiKey {
        key_id,
        name: FIRST_KEY.to_owned(),
        key_hash: hash_api_key(api_key.expose_secret()),
        scopes: request.scopes,
        unsigned: request.unsigned,
        created_at: now,
        expires_at: None,
        revoked_at: None,
        used_at: None,
    };
    let secret = WebhookSecret {
        secret_id: SecretId::from_uuid(entropy.uuid(now)),
        sealed,
        created_at: now,
        expires_at: None,
    };
    // Neither has anything that JSON has no form for.
    let puts: Result<Vec<Put>, Error> = [Put::new(&key), Put::new(&secret)].into_iter().collect();
    let company = NewCompany {
        company: Company {
            company_id: company_id.clone(),
            name: name.to_owned(),
            created_at: now,
            version: 1,
            archived_at: None,
            correlation: request.correlation,
            rate_limit: request.rate_limit,
            retention: Retention::default(),
            policy: Policy::default(),
            aws: None,
            intake: Intake::default(),
            rules: Vec::new(),
            suppression: Default::default(),
            silences: Vec::new(),
            notifications: Default::default(),
            erase_requested_at: None,
            erased_at: None,
        },
        puts: puts.map_err(|_| Unsealable)?,
        fact,
    };
    Ok((
        company,
        Credentials {
            company_id,
            api_key,
            webhook_secret,
        },
    ))
}
