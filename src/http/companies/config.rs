//! `/api/companies/{id}/assets` and `config`: what it has, and all of its configuration as one document for git.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use actors::domain::Company;
use actors::runtime::CallError;
use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::header::{ETAG, HeaderValue, IF_MATCH};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::path::Parameter;
use utoipa::{IntoParams, ToSchema};

use super::{Answer, TRIES, commit, desk, records};
use crate::http::body::{Sent, Unread};
use crate::http::describe::{Argument, Description};
use crate::http::page::{Ask, Asked, Items, Query};
use crate::http::problem::{Code, Problem};
use crate::http::rights::{AdministerCompany, May, Read};
use crate::http::{Edge, body, describe};
use crate::tenancy::asset::{Asset, Traits};
use crate::tenancy::config::{Config, StoredAssets};

/// Its assets: `{items: [{name, criticality, depends_on}]}`.
pub(in crate::http) async fn assets(may: May<Read>, State(edge): State<Arc<Edge>>) -> Answer<Items<Asset>> {
    let stored = stored_assets(&edge, &may).await?.into_iter();
    let assets = stored.map(|(name, (traits, _))| Asset { name, traits });
    Ok(Json(assets.collect()))
}

/// `PUT assets/{name} {criticality?, depends_on?}`: makes an asset, or says something else of it.
pub(in crate::http) async fn set_asset(
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
pub(in crate::http) struct RemovedAsset {
    message: &'static str,
    name: String,
}

/// `DELETE assets/{name}`: refused where another depends on it.
pub(in crate::http) async fn remove_asset(
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
pub(in crate::http) struct Tagged {
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
pub(in crate::http) async fn config(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
) -> Result<Tagged, Problem> {
    let company = edge.store.reader(may.company()).company().await?;
    let config = Config::of(&company, &stored_assets(&edge, &may).await?);
    let tag = tag(&company);
    Ok(Tagged { config, tag })
}

/// The configuration that a change was made for (RFC 9110, 13.1.1).
pub(in crate::http) struct IfMatch(Option<String>);

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
pub(in crate::http) struct DryRun {
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
pub(in crate::http) struct Configured {
    applied: bool,
    /// `{path: {before, after}}`.
    changes: BTreeMap<String, Value>,
}

/// `PUT`: makes a document the configuration in force, in one commit; with `?dry_run=true` only says what would
/// change.
pub(in crate::http) async fn set_config(
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
        let before = Config::of(&company, &stored);
        let changes = before.difference(&wanted.over(&before));
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
        let wanted = wanted.over(&before);
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
