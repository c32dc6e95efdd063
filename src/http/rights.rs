//! Who asks, and what he may: rights are extractor types, so that a handler that needs one cannot
//! forget it. Until there are accounts a company's API key is the only principal.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::accounts::api_key::Scope;
use actors::domain::CompanyId;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};

use super::Edge;
use super::listener::Peer;
use super::problem::Problem;
use crate::ingest::keyring::Bearer;

/// A right that a scope gives.
pub(super) trait Right: Send + Sync + 'static {
    const SCOPE: Scope;
    const NAME: &'static str;
}

/// To read alerts, incidents and memory.
pub(super) struct Read;

impl Right for Read {
    const SCOPE: Scope = Scope::Read;
    const NAME: &'static str = "read";
}

/// To ask for decisions.
pub(super) struct Decide;

impl Right for Decide {
    const SCOPE: Scope = Scope::Decide;
    const NAME: &'static str = "decide";
}

/// To acknowledge, resolve and the like.
pub(super) struct ActOn;

impl Right for ActOn {
    const SCOPE: Scope = Scope::Act;
    const NAME: &'static str = "act";
}

/// Somebody who has a right.
pub(super) struct May<R> {
    pub(super) bearer: Arc<Bearer>,
    _right: PhantomData<R>,
}

impl<R> May<R> {
    pub(super) fn company(&self) -> &CompanyId {
        &self.bearer.company_id
    }

    /// Another company's id is as good as an unknown one.
    pub(super) fn only_own(&self, asked: Option<&CompanyId>) -> Result<(), Problem> {
        match asked {
            Some(other) if other != self.company() => Err(Problem::not_found("company").of_field("company_id")),
            _ => Ok(()),
        }
    }
}

impl<R: Right> FromRequestParts<Arc<Edge>> for May<R> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, edge: &Arc<Edge>) -> Result<Self, Problem> {
        let bearer = presented(&parts.headers)
            .and_then(|key| edge.keyring.bearer(key))
            .ok_or_else(unknown)?;
        may(&bearer, R::SCOPE, R::NAME)?;
        Ok(Self {
            bearer,
            _right: PhantomData,
        })
    }
}

/// Whoever runs the platform: until there are accounts, a caller on this machine, where the setting opens it.
pub(super) struct Operator;

impl FromRequestParts<Arc<Edge>> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, edge: &Arc<Edge>) -> Result<Self, Problem> {
        let peer = parts.extensions.get::<ConnectInfo<Peer>>();
        let near = peer.is_some_and(|ConnectInfo(Peer(address))| address.ip().to_canonical().is_loopback());
        if edge.settings.system_on_loopback && near {
            return Ok(Self);
        }
        let detail = "this is for whoever runs the platform: set SYSTEM_ON_LOOPBACK=true and ask from this machine";
        match presented(&parts.headers) {
            None => Err(unknown()),
            Some(_) => Err(Problem::new(StatusCode::FORBIDDEN, "forbidden", detail)),
        }
    }
}

/// An operator, who oversees every company, or somebody who has a right in his own.
pub(super) enum Oversees<R> {
    All,
    Own(May<R>),
}

impl<R> Oversees<R> {
    /// The company to look at; an operator may look at all.
    pub(super) fn company(&self, asked: Option<CompanyId>) -> Result<Option<CompanyId>, Problem> {
        match self {
            Self::All => Ok(asked),
            Self::Own(may) => may.only_own(asked.as_ref()).map(|()| Some(may.company().clone())),
        }
    }

    /// The company that is meant; an operator has to say.
    pub(super) fn one_company(&self, asked: Option<CompanyId>) -> Result<CompanyId, Problem> {
        let company = self.company(asked)?;
        company.ok_or_else(|| Problem::invalid("company_id", "say which company is meant"))
    }
}

impl<R: Right> FromRequestParts<Arc<Edge>> for Oversees<R> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, edge: &Arc<Edge>) -> Result<Self, Problem> {
        // A key says more than the address it comes from.
        if presented(&parts.headers).is_none() && Operator::from_request_parts(parts, edge).await.is_ok() {
            return Ok(Self::All);
        }
        May::from_request_parts(parts, edge).await.map(Self::Own)
    }
}

/// The key that a request presents, in `X-API-Key` or `Authorization: Bearer`.
pub(super) fn presented(headers: &HeaderMap) -> Option<&str> {
    if let Some(key) = headers.get("x-api-key") {
        return key.to_str().ok();
    }
    let (scheme, key) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
}

/// Refuses a bearer without a scope.
pub(super) fn may(bearer: &Bearer, scope: Scope, name: &str) -> Result<(), Problem> {
    if bearer.scopes.contains(&scope) {
        return Ok(());
    }
    let detail = format!("this API key has no scope \"{name}\"");
    Err(Problem::new(StatusCode::FORBIDDEN, "forbidden", detail))
}

/// No key, or none that exists.
pub(super) fn unknown() -> Problem {
    let detail = "an API key is needed, in X-API-Key or Authorization: Bearer, and this is none";
    let mut problem = Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", detail);
    problem
        .headers
        .push((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
    problem
}
