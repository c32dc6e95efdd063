//! Rights as extractor types, so that a handler that needs one cannot forget it. What each reaches stands in
//! [`crate::accounts::rights`].

use std::marker::PhantomData;
use std::sync::Arc;

use actors::domain::{CompanyId, Origin};
use actors::port::CompanySet;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;

use super::Edge;
use super::caller::{Caller, Who, unknown};
use super::describe::Description;
use super::gate::{Gate, Policy};
use super::page::Query;
use super::problem::Problem;
use crate::accounts::rights::{Companies, Right};
use crate::accounts::visit::Visit;

/// A right as a type.
pub(crate) trait Needed: Send + Sync + 'static {
    const RIGHT: Right;
}

macro_rules! needed {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl Needed for $name {
            const RIGHT: Right = Right::$name;
        }
    )*};
}

needed! {
    /// To send alerts.
    SendAlerts
    /// To read alerts, incidents and memory.
    Read
    /// To acknowledge, resolve and the like.
    Act
    /// To ask for decisions.
    Decide
    /// To read what was said with models.
    ReadTraces
    /// To run runbooks.
    Run
    /// To agree to runs.
    Approve
    /// To stop all runs.
    StopRuns
    /// To create, archive and erase companies.
    FoundCompanies
    /// To administer a company.
    AdministerCompany
    /// To write a company's own runbooks.
    EditRunbooks
    /// To say which memories are not to be believed.
    CurateMemory
    /// To say how a company's alerts are grouped.
    Correlate
    /// To administer people.
    AdministerUsers
    /// To read journals.
    Audit
    /// To see how the platform is doing.
    Oversee
    /// To let dead letters and quarantined companies go.
    Release
}

/// Somebody who has a right in one company: the only one he has, or the one that the request names, in its path
/// or as `?company_id=`.
pub(crate) struct May<R> {
    pub(crate) caller: Caller,
    company: CompanyId,
    _right: PhantomData<R>,
}

impl<R> May<R> {
    pub(crate) fn company(&self) -> &CompanyId {
        &self.company
    }

    /// As he is journalled.
    pub(crate) fn origin(&self) -> Origin {
        self.caller.origin()
    }

    /// Notes for the company's journal that something was refused that he has the right to.
    pub(crate) fn refused(&self, edge: &Edge, what: &'static str) {
        self.caller.refused(edge, self.company.clone(), what);
    }
}

impl<R: Needed> Gate for May<R> {
    const POLICY: Policy = Policy::Whoever(R::RIGHT);

    fn describe(description: &mut Description) {
        description.takes_company();
    }
}

impl<R: Needed> FromRequestParts<Arc<Edge>> for May<R> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, edge: &Arc<Edge>) -> Result<Self, Problem> {
        let reaches = Reaches::<R>::from_request_parts(parts, edge).await?;
        let named = named(parts, edge).await?;
        reaches.choose(edge, named)
    }
}

/// Somebody who has a right somewhere.
pub(crate) struct Reaches<R> {
    pub(crate) caller: Caller,
    pub(crate) companies: Companies,
    _right: PhantomData<R>,
}

impl<R: Needed> Reaches<R> {
    /// Of somebody who is known; a refusal is noted for the journal.
    ///
    /// # Errors
    /// 403 where he has the right nowhere.
    pub(crate) fn by(caller: Caller, edge: &Edge) -> Result<Self, Problem> {
        let companies = caller.needs(edge, R::RIGHT)?;
        Ok(Self {
            caller,
            companies,
            _right: PhantomData,
        })
    }

    /// In a company: the one that is named, or else the only one. Another's is as good as an unknown one.
    pub(crate) fn choose(self, edge: &Edge, named: Option<CompanyId>) -> Result<May<R>, Problem> {
        let company = self.one(edge, named)?;
        self.caller.means(&company, edge)?;
        Ok(May {
            caller: self.caller,
            company,
            _right: PhantomData,
        })
    }

    /// The company that is meant: the one that is named, or else the only one.
    pub(crate) fn one(&self, edge: &Edge, named: Option<CompanyId>) -> Result<CompanyId, Problem> {
        match named {
            Some(named) => self.held(edge, named),
            None => self.companies.only().cloned().ok_or_else(which),
        }
    }

    /// The company that is looked at; `None` for all of them, which only who has them all may.
    pub(crate) fn look_at(&self, edge: &Edge, named: Option<CompanyId>) -> Result<Option<CompanyId>, Problem> {
        match named {
            Some(named) => self.held(edge, named).map(Some),
            None if self.companies == Companies::All => Ok(None),
            None => self.one(edge, None).map(Some),
        }
    }

    /// The companies of a stream: the one that is named, or else all that he has.
    pub(crate) fn read_at_once(&self, edge: &Edge, named: Option<CompanyId>) -> Result<CompanySet, Problem> {
        match named {
            Some(named) => self.held(edge, named).map(CompanySet::one),
            None => Ok(read_at_once(edge, &self.companies)),
        }
    }

    /// The company that is meant, where it is one of his.
    pub(crate) fn held(&self, edge: &Edge, named: CompanyId) -> Result<CompanyId, Problem> {
        let is_his = self.companies.holds(&named);
        if is_his && edge.keyring.knows(&named) {
            Ok(named)
        } else {
            if is_his {
                self.caller.means_unknown();
            }
            Err(Problem::not_found("company").of_field("company_id"))
        }
    }
}

impl<R: Needed> Gate for Reaches<R> {
    const POLICY: Policy = Policy::Whoever(R::RIGHT);

    /// The company, or what belongs to one, is named in the body or the query.
    fn describe(description: &mut Description) {
        description.refuses(&[404]);
    }
}

impl<R: Needed> FromRequestParts<Arc<Edge>> for Reaches<R> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, edge: &Arc<Edge>) -> Result<Self, Problem> {
        Self::by(Caller::of(parts, edge)?, edge)
    }
}

/// A person, for what is his own.
pub(crate) struct Oneself {
    pub(crate) visit: Arc<Visit>,
    pub(crate) caller: Caller,
}

impl Gate for Oneself {
    const POLICY: Policy = Policy::Whoever(Right::OwnAccount);
}

impl FromRequestParts<Arc<Edge>> for Oneself {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, edge: &Arc<Edge>) -> Result<Self, Problem> {
        let caller = Caller::of(parts, edge)?;
        caller.needs(edge, Right::OwnAccount)?;
        match &caller.who {
            Who::Person(visit) => Ok(Self {
                visit: visit.clone(),
                caller: caller.clone(),
            }),
            Who::Key(_) => Err(unknown()),
        }
    }
}

/// Several companies could be meant.
fn which() -> Problem {
    Problem::invalid("company_id", "you have more than one company: say which one is meant")
}

/// The companies that there are of those that somebody has.
pub(crate) fn read_at_once(edge: &Edge, companies: &Companies) -> CompanySet {
    edge.keyring
        .companies()
        .into_iter()
        .filter(|company| companies.holds(company))
        .collect()
}

/// The company that a request names, in its path or its query.
async fn named(parts: &mut Parts, edge: &Arc<Edge>) -> Result<Option<CompanyId>, Problem> {
    let params = RawPathParams::from_request_parts(parts, edge).await;
    let params = params.map_err(|_| Problem::invalid("path", "must be UTF-8, percent-encoded"))?;
    if let Some((_, id)) = params.iter().find(|(name, _)| *name == "company_id") {
        let id = id.parse().map_err(|_| Problem::not_found("company"))?;
        return Ok(Some(id));
    }
    match parts.uri.query() {
        Some(raw) if raw.contains("company_id") => Query::read(Some(raw))?.company(),
        _ => Ok(None),
    }
}
