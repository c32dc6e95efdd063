//! `/api/companies`: companies and their settings; [`credentials`], [`config`], [`aws`], [`intake`],
//! [`rules`], [`suppression`] and [`notifications`] have rooms of their own. What is
//! changed holds at once.

pub(super) mod aws;
pub(super) mod config;
pub(super) mod credentials;
pub(super) mod intake;
pub(super) mod notifications;
pub(super) mod rules;
pub(super) mod suppression;

use std::sync::Arc;
use std::time::Duration;

use actors::domain::{Company, CompanyId, Correlation, Policy, RateLimit, Retention, Timestamp};
use actors::limits::PAGE;
use actors::port::{Amended, Amendment, Kept, Record};
use actors::runtime::CallError;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Sent;
use super::page::Items;
use super::problem::{Code, Problem};
use super::rights::{AdministerCompany, Correlate, FoundCompanies, May, Needed, Reaches, Read};
use super::{Edge, admin};
use crate::accounts::rights::Right;
use crate::founding::{CompanyRequest, Revealed};
use crate::tenancy::{Change, Desk, ShownCompany, TenancyError, shown};

/// How long a change may take.
const WITHIN: Duration = Duration::from_secs(10);
/// How often a change that met another is looked at again.
pub(super) const TRIES: usize = 5;

pub(super) type Answer<T> = Result<Json<T>, Problem>;

/// A company in a list.
#[derive(Serialize, ToSchema)]
pub(super) struct CompanyLine {
    company_id: CompanyId,
    name: String,
    created_at: Timestamp,
    /// Since when nothing is accepted for it.
    archived_at: Option<Timestamp>,
    /// When nothing was left of it but its id and the end of its journal.
    erased_at: Option<Timestamp>,
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
            erased_at: company.erased_at,
        });
    Json(items.collect())
}

/// `POST {name, id?, correlation?, rate_limit?, scopes?, unsigned?}`: its first key and secret are shown once.
pub(super) async fn create(
    reaches: Reaches<FoundCompanies>,
    State(edge): State<Arc<Edge>>,
    Sent(request): Sent<CompanyRequest>,
) -> Answer<Revealed> {
    // By the node that the platform's journal belongs to.
    reaches.caller.means(&CompanyId::platform(), &edge)?;
    let credentials = admin::found(&edge, request, &reaches.caller.origin()).await?;
    Ok(Json(credentials.reveal()))
}

/// One company with its settings.
pub(super) async fn one(may: May<Read>, State(edge): State<Arc<Edge>>) -> Answer<ShownCompany> {
    let company = edge.company(may.company())?;
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

/// Confirms what is not taken back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Erasure {
    /// The company's id, once more.
    confirm: CompanyId,
}

/// `POST erase {confirm}`: all of an archived company goes to signed archives and from the store, each incident once it
/// has ended; its id stays taken. This is not taken back.
pub(super) async fn erase(
    may: May<FoundCompanies>,
    State(edge): State<Arc<Edge>>,
    Sent(Erasure { confirm }): Sent<Erasure>,
) -> Answer<ShownCompany> {
    if confirm != *may.company() {
        return Err(Problem::invalid(
            "confirm",
            "must be the id of the company that is erased",
        ));
    }
    let change = Change {
        erase: true,
        ..Change::default()
    };
    Ok(Json(shown(&changed(&edge, &may, &change).await?)))
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
    Ok(Json(edge.company(may.company())?.correlation))
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
    Ok(Json(edge.company(may.company())?.rate_limit))
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

/// How long what there is of it is kept; what is past its time is archived and goes.
pub(super) async fn retention(may: May<Read>, State(edge): State<Arc<Edge>>) -> Answer<Retention> {
    Ok(Json(edge.company(may.company())?.retention))
}

/// `PUT {alert_days?, incident_days?, journal_days?}`: what is left out is as for a new company.
pub(super) async fn set_retention(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
    Sent(asked): Sent<Retention>,
) -> Answer<Retention> {
    let change = Change {
        retention: Some(asked),
        ..Change::default()
    };
    let changed = changed(&edge, &may, &change).await;
    Ok(Json(changed.map_err(|problem| problem.within("retention"))?.retention))
}

/// What may run for it, and who must agree.
pub(super) async fn policy(may: May<Read>, State(edge): State<Arc<Edge>>) -> Answer<Policy> {
    Ok(Json(edge.company(may.company())?.policy))
}

/// `PUT {stopped?, low_risk_by_itself?, high_risk_approvals?, free_commands?, locked?}`: what is left out is as for a new
/// company. Where it is `locked`, only MSP admins change it.
pub(super) async fn set_policy(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
    Sent(asked): Sent<Policy>,
) -> Answer<Policy> {
    let change = Change {
        policy: Some(asked),
        ..Change::default()
    };
    let changed = changed(&edge, &may, &change).await;
    Ok(Json(changed.map_err(|problem| problem.within("policy"))?.policy))
}

pub(super) fn desk<'a, R>(edge: &'a Edge, may: &'a May<R>, by: &'a actors::domain::Origin) -> Desk<'a> {
    Desk {
        company_id: may.company(),
        by,
        runs_platform: may.caller.reach(Right::FoundCompanies).is_ok(),
        key: edge.keyring.server_key(),
        clock: &*edge.clock,
        entropy: &*edge.entropy,
    }
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
pub(super) async fn commit<R>(edge: &Edge, may: &May<R>, amendment: Amendment) -> Result<bool, Problem> {
    if edge.company(may.company())?.erase_requested_at.is_some() {
        return Err(Problem::new(Code::Conflict, "the company is being erased, or is"));
    }
    Ok(edge.runtime.amend(may.company(), amendment, WITHIN).await? == Amended::Done)
}

/// Everything of a kind that the company has, with its version.
pub(super) async fn records<K: Kept, R>(edge: &Edge, may: &May<R>) -> Result<Vec<(K, u64)>, Problem> {
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
            TenancyError::Forbidden { field, detail } => Self::new(Code::Forbidden, detail).of_field(field),
            TenancyError::Conflict(detail) => Self::new(Code::Conflict, detail),
            TenancyError::Unknown(what) => Self::not_found(what),
            TenancyError::Unwritable(why) => {
                tracing::error!(why, "what is administered cannot be written");
                Self::of_status(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }
}
