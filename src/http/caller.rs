//! Who calls: a person by his access token, or a program by its company's API key; from where, and with what.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use actors::domain::{CompanyId, Origin};
use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, HeaderValue, USER_AGENT, WWW_AUTHENTICATE};
use axum::http::request::Parts;

use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use super::Edge;
use super::forwarded::{self, Source};
use super::listener::Peer;
use super::problem::{Code, Problem};
use crate::accounts::refusals::Refusal;
use crate::accounts::rights::{Companies, Right, scope_for};
use crate::accounts::visit::{FirstDo, Visit};
use crate::ingest::keyring::Bearer;
use crate::nodes::handing::{Errand, HandedOn};

/// The most that is kept of what a client calls itself, in characters.
const AGENT_CHARS: usize = 256;
/// Where a program sends its key.
pub(crate) const API_KEY: &str = "x-api-key";
/// A time that is looked at again before it is over.
const FAR: Duration = Duration::from_secs(24 * 3600);

/// Who calls.
#[derive(Clone, Debug)]
pub(crate) enum Who {
    /// A person.
    Person(Arc<Visit>),
    /// A company's program.
    Key(Arc<Bearer>),
}

/// Who calls, from where, and with what.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) who: Who,
    token: SecretString,
    from: Place,
    errand: Option<Arc<Errand>>,
}

/// Where a request comes from.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) address: Option<IpAddr>,
    /// Whether that is where it was sent, and no proxy stands for somebody who cannot be told.
    pub(crate) told: bool,
    pub(crate) agent: Option<String>,
}

/// The address alone: where every microsecond counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Address(pub(super) Option<IpAddr>);

impl FromRequestParts<Arc<Edge>> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, edge: &Arc<Edge>) -> Result<Self, Infallible> {
        Ok(Self(source(parts, edge).map(|source| source.address)))
    }
}

impl FromRequestParts<Arc<Edge>> for Place {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, edge: &Arc<Edge>) -> Result<Self, Infallible> {
        Ok(Self::of(parts, edge))
    }
}

/// Where a request came from, as far as its connection and the proxies that are trusted tell, or the node that has handed
/// it on.
pub(crate) fn source(parts: &Parts, edge: &Edge) -> Option<Source> {
    if let Some(HandedOn(source)) = parts.extensions.get::<HandedOn>() {
        return *source;
    }
    let ConnectInfo(Peer(peer)) = parts.extensions.get::<ConnectInfo<Peer>>()?;
    let proxies = &edge.settings.trusted_proxies;
    Some(forwarded::source(peer.ip(), &parts.headers, proxies))
}

/// Whether a request came to us under TLS, as far as a proxy that is trusted says so.
pub(crate) fn over_tls(request: &Request, edge: &Edge) -> bool {
    let peer = request.extensions().get::<ConnectInfo<Peer>>();
    peer.is_some_and(|ConnectInfo(Peer(peer))| {
        forwarded::over_tls(peer.ip(), request.headers(), &edge.settings.trusted_proxies)
    })
}

impl Place {
    pub(crate) fn of(parts: &Parts, edge: &Edge) -> Self {
        let source = source(parts, edge);
        let agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
        Self {
            address: source.map(|source| source.address),
            told: source.is_some_and(|source| source.told),
            agent: agent.map(|agent| agent.chars().take(AGENT_CHARS).collect()),
        }
    }

    /// Notes that somebody from here was not let in.
    pub(crate) fn refused(&self, edge: &Edge, what: &'static str) {
        let refusal = Refusal {
            company_id: CompanyId::platform(),
            who: "stranger".to_owned(),
            what,
            address: self.address,
        };
        edge.refusals.note(refusal, edge.clock.now());
    }

    /// As it is journalled.
    pub(crate) fn origin(&self, actor: &str) -> Origin {
        Origin {
            actor: actor.to_owned(),
            address: self.address.map(|address| address.to_string()),
            agent: self.agent.clone(),
        }
    }
}

impl Caller {
    /// Whoever presents a token or a key. Looked for once a request.
    pub(crate) fn of(parts: &mut Parts, edge: &Edge) -> Result<Self, Problem> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let token = presented(&parts.headers)?.ok_or_else(unknown)?;
        let from = Place::of(parts, edge);
        let mut caller = Self::by(token, from.clone(), edge).inspect_err(|_| from.refused(edge, "token"))?;
        caller.errand = parts.extensions.get::<Arc<Errand>>().cloned();
        edge.paces.take(caller.name(), Instant::now())?;
        parts.extensions.insert(caller.clone());
        Ok(caller)
    }

    /// Whose token or key this is.
    pub(crate) fn by(token: &str, from: Place, edge: &Edge) -> Result<Self, Problem> {
        let now = edge.clock.now();
        let key = || edge.keyring.bearer(token, now).map(Who::Key);
        let person = || {
            edge.accounts
                .visit(token, now)
                .map(|visit| Who::Person(Arc::new(visit)))
        };
        let who = key().or_else(person).ok_or_else(unknown)?;
        let token = token.into();
        Ok(Self {
            who,
            token,
            from,
            errand: None,
        })
    }

    /// Notes which company he means; refuses what another node has to do.
    ///
    /// # Errors
    /// 421.
    pub(crate) fn means(&self, company: &CompanyId, edge: &Edge) -> Result<(), Problem> {
        match &self.errand {
            Some(errand) => errand.is_about(company, edge),
            None => Ok(()),
        }
    }

    /// Notes that he means a company that is not known here.
    pub(crate) fn means_unknown(&self) {
        if let Some(errand) = &self.errand {
            errand.names_unknown();
        }
    }

    /// Who he is now; nobody where his token or key is no good any more.
    pub(crate) fn again(&self, edge: &Edge) -> Option<Self> {
        Self::by(self.token.expose_secret(), self.from.clone(), edge).ok()
    }

    /// How long his token or key is still good.
    pub(crate) fn time_left(&self, edge: &Edge) -> Duration {
        let expires_at = match &self.who {
            Who::Person(visit) => Some(visit.expires_at),
            Who::Key(bearer) => bearer.expires_at,
        };
        expires_at.map_or(FAR, |at| at.since(edge.clock.now()).min(FAR))
    }

    /// Where he has a right; a refusal is noted for the journal.
    ///
    /// # Errors
    /// 403 where he has it nowhere.
    pub(crate) fn needs(&self, edge: &Edge, right: Right) -> Result<Companies, Problem> {
        self.reach(right).inspect_err(|_| {
            let company_id = match &self.who {
                Who::Person(_) => CompanyId::platform(),
                Who::Key(bearer) => bearer.company_id.clone(),
            };
            self.refused(edge, company_id, right.as_str());
        })
    }

    /// Notes for a company's journal that something was refused.
    pub(crate) fn refused(&self, edge: &Edge, company_id: CompanyId, what: &'static str) {
        let refusal = Refusal {
            company_id,
            who: self.name().to_owned(),
            what,
            address: self.from.address,
        };
        edge.refusals.note(refusal, edge.clock.now());
    }

    /// Where he has a right.
    ///
    /// # Errors
    /// 403 where he has it nowhere.
    pub(crate) fn reach(&self, right: Right) -> Result<Companies, Problem> {
        let forbidden = |detail: String| Problem::new(Code::Forbidden, detail);
        match &self.who {
            Who::Person(visit) => {
                visit
                    .may_go_on(right)
                    .map_err(|why| Problem::new(why.into(), why.to_string()))?;
                let role = visit.user.role.as_str();
                let refusal = || forbidden(format!("your role, {role}, may not {}", right.what()));
                visit.user.reach(right).ok_or_else(refusal)
            }
            Who::Key(bearer) => match scope_for(right) {
                None => Err(forbidden(format!(
                    "an API key may not {}: log in as a person",
                    right.what()
                ))),
                Some(scope) if bearer.scopes.contains(&scope) => Ok(Companies::one(bearer.company_id.clone())),
                Some(scope) => Err(forbidden(format!("this API key has no scope \"{}\"", scope.as_str()))),
            },
        }
    }

    /// His name in journals.
    pub(crate) fn name(&self) -> &str {
        match &self.who {
            Who::Person(visit) => visit.user.user_id.as_str(),
            Who::Key(bearer) => bearer.key_id.as_str(),
        }
    }

    /// Where he calls from.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        self.from.address
    }

    /// As he is journalled.
    pub(crate) fn origin(&self) -> Origin {
        self.from.origin(self.name())
    }
}

/// The token or key that a request presents, in `X-API-Key` or `Authorization: Bearer`.
///
/// # Errors
/// 400 where it sends both: which is meant is not guessed.
pub(crate) fn presented(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let (key, authorization) = (headers.get(API_KEY), headers.get(AUTHORIZATION));
    match (key, authorization) {
        (Some(_), Some(_)) => Err(Problem::invalid(
            "X-API-Key",
            "Authorization is there too: send one of the two",
        )),
        (Some(key), None) => Ok(key.to_str().ok()),
        (None, authorization) => Ok(authorization.and_then(bearer)),
    }
}

/// The token in `Authorization: Bearer`.
fn bearer(authorization: &HeaderValue) -> Option<&str> {
    let (scheme, token) = authorization.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

impl From<FirstDo> for Code {
    fn from(first: FirstDo) -> Self {
        match first {
            FirstDo::ChoosePassword => Self::PasswordChangeRequired,
            FirstDo::SecondFactor => Self::SecondFactorRequired,
        }
    }
}

/// Neither token nor key, or none that is good.
pub(crate) fn unknown() -> Problem {
    let detail =
        "log in and send the access token in Authorization: Bearer, or an API key in X-API-Key; this is neither";
    let mut problem = Problem::new(Code::Unauthorized, detail);
    problem
        .headers
        .push((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
    problem
}
