//! `/api/companies/{id}/assets` and `config`: what it has, and all of its configuration as one document for git.

use std::collections::BTreeMap;
use std::sync::Arc;

use actors::domain::Company;
use actors::domain::asset::{Asset, Traits};
use actors::runtime::CallError;
use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::path::Parameter;
use utoipa::{IntoParams, ToSchema};

use super::notifications::channel_names;
use super::{Answer, TRIES, commit, desk, records};
use crate::http::body::{Sent, Unread};
use crate::http::page::{Ask, Asked, Items, Query};
use crate::http::problem::Problem;
use crate::http::rights::{AdministerCompany, May, Read};
use crate::http::tag::{IfMatch, Tagged};
use crate::http::{Edge, body};
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
    configured(&edge, &may, &IfMatch::default(), set).await?;
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
    configured(&edge, &may, &IfMatch::default(), remove).await?;
    Ok(Json(RemovedAsset {
        message: "Removed",
        name,
    }))
}

/// A company's entity tag (RFC 9110, 8.8.3): every change of its configuration makes another.
fn tag(company: &Company) -> String {
    format!("\"{}\"", company.version)
}

fn is_seen(seen: &IfMatch, company: &Company) -> Result<(), Problem> {
    seen.check(&tag(company), "the configuration")
}

/// All of its configuration as one document, for git; `ETag` says which one it is.
pub(in crate::http) async fn config(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
) -> Result<Tagged<Config>, Problem> {
    let company = edge.store.reader(may.company()).company().await?;
    let config = Config::of(&company, &stored_assets(&edge, &may).await?);
    let tag = tag(&company);
    Ok(Tagged { body: config, tag })
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
        is_seen(&seen, &company)?;
        let origin = may.origin();
        let channels = channel_names(&edge, &may).await?;
        desk(&edge, &may, &origin).configure(&company, (&stored, &channels), &wanted)?;
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
        is_seen(seen, &company)?;
        let before = Config::of(&company, &stored);
        let mut wanted = before.clone();
        change(&mut wanted)?;
        let wanted = wanted.over(&before);
        let origin = may.origin();
        let channels = channel_names(edge, may).await?;
        let done = match desk(edge, may, &origin).configure(&company, (&stored, &channels), &wanted)? {
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
