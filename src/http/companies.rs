//! `/api/companies`: companies, their settings, API keys and webhook secrets. What is changed holds at once.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use actors::domain::ids::{KeyId, SecretId};
use actors::domain::{AlertId, Company, CompanyId, Correlation, NewAlert, RateLimit, Severity, Signal, Timestamp};
use actors::limits::PAGE;
use actors::port::inbox::Delivery;
use actors::port::{Amended, Amendment, Kept, Record, RecordKind};
use actors::runtime::CallError;
use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::header::{ETAG, HeaderValue, IF_MATCH};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::openapi::path::Parameter;
use utoipa::{IntoParams, ToSchema};

use super::body::{Sent, SentOrNot, Unread};
use super::describe::{Argument, Description};
use super::page::{Ask, Asked, Items, Query};
use super::problem::{Code, Problem};
use super::rights::{AdministerCompany, Correlate, FoundCompanies, May, Needed, Reaches, Read};
use super::{Edge, admin, body, describe};
use crate::accounts::api_key::ApiKey;
use crate::accounts::webhook_secret::WebhookSecret;
use crate::founding::{CompanyRequest, Revealed};
use crate::tenancy::asset::{Asset, Traits};
use crate::tenancy::config::{Config, StoredAssets};
use crate::tenancy::{Change, Desk, NewKey, ShownCompany, ShownKey, ShownSecret, TenancyError, shown};

/// How long a change may take.
const WITHIN: Duration = Duration::from_secs(10);
/// How often a change that met another is looked at again.
const TRIES: usize = 5;
/// How long a webhook secret lives on beside its successor, where nothing is said.
const OVERLAP: Duration = Duration::from_secs(24 * 3600);

type Answer<T> = Result<Json<T>, Problem>;

/// A company in a list.
#[derive(Serialize, ToSchema)]
pub(super) struct CompanyLine {
    company_id: CompanyId,
    name: String,
    created_at: Timestamp,
    /// Since when nothing is accepted for it.
    archived_at: Option<Timestamp>,
}

/// The companies that one may see.
pub(super) async fn list(reaches: Reaches<Read>, State(edge): State<Arc<Edge>>) -> Json<Items<CompanyLine>> {
    let ids = edge.keyring.companies().into_iter();
    let items = ids
        .filter(|id| reaches.companies.holds(id))
        .filter_map(|id| edge.keyring.company(&id))
        .map(|company| CompanyLine {
            company_id: company.company_id.clone(),
            name: company.name.clone(),
            created_at: company.created_at,
            archived_at: company.archived_at,
        });
    Json(items.collect())
}

/// `POST {name, id?, correlation?, rate_limit?, scopes?, unsigned?}`: its first key and secret are shown once.
pub(super) async fn create(
    reaches: Reaches<FoundCompanies>,
    State(edge): State<Arc<Edge>>,
    Sent(request): Sent<CompanyRequest>,
) -> Answer<Revealed> {
    let credentials = admin::found(&edge, request, &reaches.caller.origin()).await?;
    Ok(Json(credentials.reveal()))
}

/// One company with its settings.
pub(super) async fn one(may: May<Read>, State(edge): State<Arc<Edge>>) -> Answer<ShownCompany> {
    let company = company(&edge, &may)?;
    Ok(Json(shown(&company)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CompanyUpdate)]
pub(super) struct Update {
    /// What people call it.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 256)]
    name: Option<String>,
}

/// `PATCH {name?}`.
pub(super) async fn update(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
    Sent(Update { name }): Sent<Update>,
) -> Answer<ShownCompany> {
    let change = Change {
        name,
        ..Change::default()
    };
    Ok(Json(shown(&changed(&edge, &may, &change).await?)))
}

/// `DELETE`: archives it. Nothing is accepted for it any more; what there is stays readable.
pub(super) async fn archive(may: May<FoundCompanies>, State(edge): State<Arc<Edge>>) -> Answer<ShownCompany> {
    archived(&edge, &may, true).await
}

/// `POST restore`: opens an archived company again.
pub(super) async fn restore(may: May<FoundCompanies>, State(edge): State<Arc<Edge>>) -> Answer<ShownCompany> {
    archived(&edge, &may, false).await
}

async fn archived(edge: &Edge, may: &May<FoundCompanies>, archived: bool) -> Answer<ShownCompany> {
    let change = Change {
        archived: Some(archived),
        ..Change::default()
    };
    Ok(Json(shown(&changed(edge, may, &change).await?)))
}

/// How its alerts are grouped.
pub(super) async fn correlation(may: May<Read>, State(edge): State<Arc<Edge>>) -> Answer<Correlation> {
    Ok(Json(company(&edge, &may)?.correlation))
}

/// `PUT`: what is left out is as for a new company; `version` is ours.
pub(super) async fn set_correlation(
    may: May<Correlate>,
    State(edge): State<Arc<Edge>>,
    Sent(asked): Sent<Correlation>,
) -> Answer<Correlation> {
    let change = Change {
        correlation: Some(asked),
        ..Change::default()
    };
    let changed = changed(&edge, &may, &change).await;
    Ok(Json(
        changed.map_err(|problem| problem.within("correlation"))?.correlation,
    ))
}

/// How many alerts it may send.
pub(super) async fn rate_limit(may: May<Read>, State(edge): State<Arc<Edge>>) -> Answer<RateLimit> {
    Ok(Json(company(&edge, &may)?.rate_limit))
}

/// `PUT {requests_per_minute?, burst_size?}`.
pub(super) async fn set_rate_limit(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
    Sent(asked): Sent<RateLimit>,
) -> Answer<RateLimit> {
    let change = Change {
        rate_limit: Some(asked),
        ..Change::default()
    };
    let changed = changed(&edge, &may, &change).await;
    Ok(Json(
        changed.map_err(|problem| problem.within("rate_limit"))?.rate_limit,
    ))
}

/// An API key in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiKeyLine)]
pub(super) struct KeyLine {
    #[serde(flatten)]
    key: ShownKey,
    /// When it was last used; written every ten minutes.
    last_used_at: Option<Timestamp>,
}

/// A new API key with itself.
#[derive(Serialize, ToSchema)]
#[schema(as = NewApiKey)]
pub(super) struct AddedKey {
    #[serde(flatten)]
    key: ShownKey,
    /// The key. Shown once.
    api_key: String,
}

/// A revoked API key.
#[derive(Serialize, ToSchema)]
pub(super) struct RevokedKey {
    message: &'static str,
    key_id: KeyId,
}

/// Its API keys, revoked ones too, in the order they were made.
pub(super) async fn keys(may: May<AdministerCompany>, State(edge): State<Arc<Edge>>) -> Answer<Items<KeyLine>> {
    let mut keys = records::<ApiKey, _>(&edge, &may).await?;
    keys.sort_by_key(|(key, _)| key.created_at);
    let lines = keys.iter().map(|(key, _)| KeyLine {
        key: key.shown(),
        last_used_at: edge.keyring.used_at(&key.key_hash),
    });
    Ok(Json(lines.collect()))
}

/// `POST {name, scopes, unsigned?, expires_at?}`: the key is shown once.
pub(super) async fn add_key(
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
pub(super) async fn revoke_key(
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
pub(super) struct SecretLine {
    #[serde(flatten)]
    secret: ShownSecret,
    /// Whether it is good now.
    live: bool,
}

/// A new webhook secret with itself.
#[derive(Serialize, ToSchema)]
#[schema(as = NewWebhookSecret)]
pub(super) struct AddedSecret {
    #[serde(flatten)]
    secret: ShownSecret,
    /// The secret. Shown once.
    webhook_secret: String,
}

/// An ended webhook secret.
#[derive(Serialize, ToSchema)]
pub(super) struct RetiredSecret {
    message: &'static str,
    secret_id: SecretId,
}

/// Its webhook secrets, in the order they were made.
pub(super) async fn secrets(may: May<AdministerCompany>, State(edge): State<Arc<Edge>>) -> Answer<Items<SecretLine>> {
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
#[serde(deny_unknown_fields, default)]
#[schema(as = RotateRequest)]
pub(super) struct Rotate {
    /// How long the one before lives on; a day where nothing is said.
    #[schema(maximum = 10080)]
    overlap_minutes: Option<u64>,
}

/// `POST {overlap_minutes?}`: a new secret, shown once; the one before lives on for a day, or as long as is said.
pub(super) async fn rotate_secret(
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
        let (secret, text, amendment) = desk.rotate_secret(&secrets, overlap, edge.keyring.server_key())?;
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
pub(super) async fn retire_secret(
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

/// A test alert that was taken in.
#[derive(Serialize, ToSchema)]
pub(super) struct TestAlert {
    message: &'static str,
    alert_id: AlertId,
}

/// `POST test-alert`: an alert of low severity, taken in as a sender's would be, to see what becomes of it:
/// `{message, alert_id}`.
pub(super) async fn test_alert(may: May<AdministerCompany>, State(edge): State<Arc<Edge>>) -> Answer<TestAlert> {
    if company(&edge, &may)?.archived_at.is_some() {
        return Err(Problem::new(Code::Conflict, "the company is archived"));
    }
    let now = edge.clock.now();
    let alert_id = AlertId(edge.entropy.uuid(now));
    let alert = NewAlert {
        alert_id,
        asset_name: "test-asset".to_owned(),
        signature: "test-alert".to_owned(),
        severity: Severity::Low,
        message: format!("A test alert, sent by {}", may.caller.name()),
        tool_source: Some("alert-whisperer".to_owned()),
        status: Signal::Firing,
        fingerprint: None,
        starts_at: None,
        ends_at: None,
        labels: BTreeMap::from([("test".to_owned(), "true".to_owned())]),
        url: None,
        unsigned: false,
    };
    let delivery = Delivery {
        company_id: may.company().clone(),
        delivery_id: None,
        signature: None,
        body_hash: [0; 32],
        received_at: now,
        alerts: vec![Arc::new(alert)],
    };
    edge.store.accept(delivery).await?;
    edge.runtime.news(may.company());
    Ok(Json(TestAlert {
        message: "Alert received",
        alert_id,
    }))
}

/// Its assets: `{items: [{name, criticality, depends_on}]}`.
pub(super) async fn assets(may: May<Read>, State(edge): State<Arc<Edge>>) -> Answer<Items<Asset>> {
    let stored = stored_assets(&edge, &may).await?.into_iter();
    let assets = stored.map(|(name, (traits, _))| Asset { name, traits });
    Ok(Json(assets.collect()))
}

/// `PUT assets/{name} {criticality?, depends_on?}`: makes an asset, or says something else of it.
pub(super) async fn set_asset(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
    Path((_, name)): Path<(String, String)>,
    Sent(traits): Sent<Traits>,
) -> Answer<Asset> {
    let set = |config: &mut Config| {
        config.assets.insert(name.clone(), traits.clone());
        Ok(())
    };
    configured(&edge, &may, &IfMatch(None), set).await?;
    Ok(Json(Asset { name, traits }))
}

/// A removed asset.
#[derive(Serialize, ToSchema)]
pub(super) struct RemovedAsset {
    message: &'static str,
    name: String,
}

/// `DELETE assets/{name}`: refused where another depends on it.
pub(super) async fn remove_asset(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
    Path((_, name)): Path<(String, String)>,
) -> Answer<RemovedAsset> {
    let remove = |config: &mut Config| match config.assets.remove(&name) {
        Some(_) => Ok(()),
        None => Err(Problem::not_found("asset")),
    };
    configured(&edge, &may, &IfMatch(None), remove).await?;
    Ok(Json(RemovedAsset {
        message: "Removed",
        name,
    }))
}

/// A configuration, and which one it is.
pub(super) struct Tagged {
    config: Config,
    tag: String,
}

impl IntoResponse for Tagged {
    fn into_response(self) -> Response {
        let mut response = Json(self.config).into_response();
        if let Ok(tag) = HeaderValue::from_str(&self.tag) {
            response.headers_mut().insert(ETAG, tag);
        }
        response
    }
}

impl describe::Answer for Tagged {
    fn describe(description: &mut Description) {
        <Json<Config> as describe::Answer>::describe(description);
    }
}

/// A company's entity tag (RFC 9110, 8.8.3): every change of its configuration makes another.
fn tag(company: &Company) -> String {
    format!("\"{}\"", company.version)
}

/// All of its configuration as one document, for git; `ETag` says which one it is.
pub(super) async fn config(may: May<AdministerCompany>, State(edge): State<Arc<Edge>>) -> Result<Tagged, Problem> {
    let company = edge.store.reader(may.company()).company().await?;
    let config = Config::of(&company, &stored_assets(&edge, &may).await?);
    let tag = tag(&company);
    Ok(Tagged { config, tag })
}

/// The configuration that a change was made for (RFC 9110, 13.1.1).
pub(super) struct IfMatch(Option<String>);

impl FromRequestParts<Arc<Edge>> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Edge>) -> Result<Self, Infallible> {
        let given = parts
            .headers
            .get(IF_MATCH)
            .map(|value| String::from_utf8_lossy(value.as_bytes()));
        Ok(Self(given.map(|tag| tag.trim().to_owned()).filter(|tag| tag != "*")))
    }
}

impl Argument for IfMatch {
    fn describe(description: &mut Description) {
        let what =
            "The `ETag` of the configuration that this one was made from: refused where there is another by now.";
        description.reads_header("If-Match", what);
        description.refuses(&[412]);
    }
}

impl IfMatch {
    fn check(&self, company: &Company) -> Result<(), Problem> {
        match &self.0 {
            Some(seen) if *seen != tag(company) => {
                let detail = format!(
                    "the configuration is another by now, {}: take it out again",
                    tag(company)
                );
                Err(Problem::new(Code::Stale, detail).of_field("If-Match"))
            }
            _ => Ok(()),
        }
    }
}

/// Whether a document is only tried.
#[derive(IntoParams)]
pub(super) struct DryRun {
    /// Only say what would change.
    #[param(value_type = Option<bool>)]
    dry_run: bool,
}

impl Ask for DryRun {
    fn parameters() -> Vec<Parameter> {
        Self::into_params(|| None)
    }

    fn read(query: &mut Query, _: &Edge) -> Result<Self, Problem> {
        Ok(Self {
            dry_run: query.flag("dry_run")?.unwrap_or(false),
        })
    }
}

/// What a document changes.
#[derive(Serialize, ToSchema)]
pub(super) struct Configured {
    applied: bool,
    /// `{path: {before, after}}`.
    changes: BTreeMap<String, Value>,
}

/// `PUT`: makes a document the configuration in force, in one commit; with `?dry_run=true` only says what would
/// change.
pub(super) async fn set_config(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
    Asked { asked, .. }: Asked<DryRun>,
    seen: IfMatch,
    sent: Unread<Config>,
) -> Answer<Configured> {
    let bytes = body::read(sent.body, body::WEBHOOK_BYTES).await?;
    let wanted: Config = crate::json::object(crate::json::strict(&bytes)?)?;
    if asked.dry_run {
        let stored = stored_assets(&edge, &may).await?;
        let company = edge.store.reader(may.company()).company().await?;
        seen.check(&company)?;
        let origin = may.origin();
        desk(&edge, &may, &origin).configure(&company, &stored, &wanted)?;
        let changes = Config::of(&company, &stored).difference(&wanted);
        return Ok(Json(Configured {
            applied: false,
            changes,
        }));
    }
    let changes = configured(&edge, &may, &seen, |config| {
        *config = wanted.clone();
        Ok(())
    });
    Ok(Json(Configured {
        applied: true,
        changes: changes.await?,
    }))
}

/// Changes the configuration in force; what was changed.
async fn configured(
    edge: &Edge,
    may: &May<AdministerCompany>,
    seen: &IfMatch,
    change: impl Fn(&mut Config) -> Result<(), Problem>,
) -> Result<BTreeMap<String, Value>, Problem> {
    for _ in 0..TRIES {
        let stored = stored_assets(edge, may).await?;
        let company = edge.store.reader(may.company()).company().await?;
        seen.check(&company)?;
        let before = Config::of(&company, &stored);
        let mut wanted = before.clone();
        change(&mut wanted)?;
        let origin = may.origin();
        let done = match desk(edge, may, &origin).configure(&company, &stored, &wanted)? {
            Some(amendment) => commit(edge, may, amendment).await?,
            None => true,
        };
        if done {
            return Ok(before.difference(&wanted));
        }
    }
    Err(CallError::Overloaded.into())
}

async fn stored_assets<R>(edge: &Edge, may: &May<R>) -> Result<StoredAssets, Problem> {
    let assets = records::<Asset, R>(edge, may).await?;
    let named = |(asset, version): (Asset, u64)| (asset.name, (asset.traits, version));
    Ok(assets.into_iter().map(named).collect())
}

fn desk<'a, R>(edge: &'a Edge, may: &'a May<R>, by: &'a actors::domain::Origin) -> Desk<'a> {
    Desk {
        company_id: may.company(),
        by,
        clock: &*edge.clock,
        entropy: &*edge.entropy,
    }
}

fn company<R>(edge: &Edge, may: &May<R>) -> Result<Arc<Company>, Problem> {
    let found = edge.keyring.company(may.company());
    found.ok_or_else(|| Problem::not_found("company"))
}

/// Changes settings; the company as it is then.
async fn changed<R: Needed>(edge: &Edge, may: &May<R>, change: &Change) -> Result<Company, Problem> {
    for _ in 0..TRIES {
        let before = edge.store.reader(may.company()).company().await?;
        let origin = may.origin();
        let Some((after, amendment)) = desk(edge, may, &origin).change(&before, change)? else {
            return Ok(before);
        };
        if commit(edge, may, amendment).await? {
            return Ok(after);
        }
    }
    Err(CallError::Overloaded.into())
}

/// Commits through the company's tenant; `false` where another was first.
async fn commit<R>(edge: &Edge, may: &May<R>, amendment: Amendment) -> Result<bool, Problem> {
    Ok(edge.runtime.amend(may.company(), amendment, WITHIN).await? == Amended::Done)
}

/// Everything of a kind that the company has, with its version.
async fn records<K: Kept, R>(edge: &Edge, may: &May<R>) -> Result<Vec<(K, u64)>, Problem> {
    let reader = edge.store.reader(may.company());
    let mut all: Vec<Record> = Vec::new();
    loop {
        let page = reader
            .records(K::KIND, all.last().map(|last| last.id.as_str()), PAGE)
            .await?;
        if page.is_empty() {
            break;
        }
        all.extend(page);
    }
    all.iter().map(|record| Ok((record.read()?, record.version))).collect()
}

impl From<TenancyError> for Problem {
    fn from(error: TenancyError) -> Self {
        match error {
            TenancyError::Invalid { field, detail } => Self::invalid(field, detail),
            TenancyError::Conflict(detail) => Self::new(Code::Conflict, detail),
            TenancyError::Unknown(what) => Self::not_found(what),
            TenancyError::Unwritable(why) => {
                tracing::error!(why, "what is administered cannot be written");
                Self::of_status(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }
}
