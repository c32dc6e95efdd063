//! `/api/users`: people, for who administers them. An MSP admin sees everybody; a company's admin the technicians
//! whose companies are all his own. Somebody else's id is as good as an unknown one.

use std::collections::BTreeSet;
use std::sync::Arc;

use actors::domain::ids::UserId;
use actors::domain::{CompanyId, Timestamp};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Value, json};

use super::page::Query;
use super::problem::Problem;
use super::rights::{AdministerUsers, Reaches};
use super::{Edge, body};
use crate::accounts::rights::{Companies, Role};
use crate::accounts::staff::{Keep, NewPerson, StaffError, check_name, shown};
use crate::accounts::user::User;

type Answer = Result<Json<Value>, Problem>;

/// Whether somebody with these companies may administer a person.
fn holds(companies: &Companies, user: &User) -> bool {
    match companies {
        Companies::All => true,
        own @ Companies::Some(_) => {
            user.role == Role::Technician
                && !user.company_ids.is_empty()
                && user.company_ids.iter().all(|company| own.holds(company))
        }
    }
}

/// Everybody whom one administers, in the order they were made: `?company_id=`, `?role=`.
pub(super) async fn list(
    reaches: Reaches<AdministerUsers>,
    State(edge): State<Arc<Edge>>,
    RawQuery(raw): RawQuery,
) -> Answer {
    let mut query = Query::read(raw.as_deref())?;
    let of = query.company()?;
    let role: Option<Role> = query.word("role")?;
    query.done()?;
    let of = of.map(|company| reaches.held(&edge, company)).transpose()?;
    let items: Vec<Value> = edge
        .accounts
        .people
        .everybody()
        .iter()
        .filter(|user| holds(&reaches.companies, &user.value))
        .filter(|user| {
            of.as_ref()
                .is_none_or(|company| user.value.company_ids.contains(company))
        })
        .filter(|user| role.is_none_or(|role| user.value.role == role))
        .map(|user| shown(&user.value))
        .collect();
    Ok(Json(json!({"items": items})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    email: String,
    #[serde(default)]
    name: String,
    role: Role,
    #[serde(default)]
    company_ids: BTreeSet<CompanyId>,
}

/// `POST {email, name?, role, company_ids}`: answers with a first password, which is shown once.
pub(super) async fn create(reaches: Reaches<AdministerUsers>, State(edge): State<Arc<Edge>>, sent: Body) -> Answer {
    let asked: Create = body::json(sent).await?;
    may_be(&edge, &reaches, asked.role, &asked.company_ids)?;
    let new = NewPerson {
        email: asked.email,
        name: asked.name,
        role: asked.role,
        company_ids: asked.company_ids,
    };
    let (user, password) = edge.accounts.create_user(&new, &reaches.caller.origin()).await?;
    let mut answer = shown(&user);
    answer["password"] = password.expose_secret().into();
    Ok(Json(answer))
}

/// One of them.
pub(super) async fn one(
    reaches: Reaches<AdministerUsers>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
) -> Answer {
    Ok(Json(shown(&*find(&edge, &reaches, &id)?)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Update {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    role: Option<Role>,
    #[serde(default)]
    company_ids: Option<BTreeSet<CompanyId>>,
    #[serde(default)]
    disabled: Option<bool>,
}

/// `PATCH {name?, role?, company_ids?, disabled?}`. What changes somebody's rights ends his access tokens; disabling
/// him ends his logins too.
pub(super) async fn update(
    reaches: Reaches<AdministerUsers>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
    sent: Body,
) -> Answer {
    let asked: Update = body::json(sent).await?;
    let before = find(&edge, &reaches, &id)?;
    let named = asked.company_ids.clone().unwrap_or_default();
    may_be(&edge, &reaches, asked.role.unwrap_or(Role::Technician), &named)?;
    let name = asked.name.as_deref().map(check_name).transpose()?;
    let keep = match (asked.disabled, asked.role.is_some() || asked.company_ids.is_some()) {
        (Some(true), _) => Keep::None,
        (_, true) => Keep::Logins,
        (_, false) => Keep::All,
    };
    // What is not asked for stays as it is when this is committed, whoever has changed it meanwhile.
    let change = |user: &User, now: Timestamp| {
        if !holds(&reaches.companies, user) {
            return Err(StaffError::Unknown);
        }
        let role = asked.role.unwrap_or(user.role);
        Ok(User {
            name: name.clone().unwrap_or_else(|| user.name.clone()),
            role,
            company_ids: match (&asked.company_ids, role) {
                (Some(given), _) => given.clone(),
                // Who comes to run the platform has all of them.
                (None, Role::MspAdmin) => BTreeSet::new(),
                (None, _) => user.company_ids.clone(),
            },
            disabled_at: match asked.disabled {
                Some(true) => user.disabled_at.or(Some(now)),
                Some(false) => None,
                None => user.disabled_at,
            },
            ..user.clone()
        })
    };
    let origin = reaches.caller.origin();
    let changed = edge
        .accounts
        .change_user(&before.user_id, keep, &origin, change)
        .await?;
    Ok(Json(shown(&changed)))
}

/// `DELETE`: closes the account for good or until it is opened again; what the person did stays his.
pub(super) async fn disable(
    reaches: Reaches<AdministerUsers>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
) -> Answer {
    let user = find(&edge, &reaches, &id)?;
    let close = |user: &User, now: Timestamp| {
        if !holds(&reaches.companies, user) {
            return Err(StaffError::Unknown);
        }
        Ok(User {
            disabled_at: user.disabled_at.or(Some(now)),
            ..user.clone()
        })
    };
    let origin = reaches.caller.origin();
    let changed = edge
        .accounts
        .change_user(&user.user_id, Keep::None, &origin, close)
        .await?;
    Ok(Json(shown(&changed)))
}

/// `POST reset-password`: a new first password, shown once; logins and the second factor are gone.
pub(super) async fn reset(
    reaches: Reaches<AdministerUsers>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
) -> Answer {
    let user = find(&edge, &reaches, &id)?;
    let password = edge
        .accounts
        .reset_user(&user.user_id, &reaches.caller.origin())
        .await?;
    Ok(Json(json!({
        "user_id": user.user_id, "email": user.email, "password": password.expose_secret(),
    })))
}

fn find(edge: &Edge, reaches: &Reaches<AdministerUsers>, id: &str) -> Result<Arc<User>, Problem> {
    let unknown = || Problem::not_found("user");
    let id: UserId = id.parse().map_err(|_| unknown())?;
    let found = edge.accounts.people.user(&id).map(|user| user.value);
    found.filter(|user| holds(&reaches.companies, user)).ok_or_else(unknown)
}

/// Whether one may make somebody this, there.
fn may_be(
    edge: &Edge,
    reaches: &Reaches<AdministerUsers>,
    role: Role,
    companies: &BTreeSet<CompanyId>,
) -> Result<(), Problem> {
    if reaches.companies != Companies::All && role != Role::Technician {
        let detail = "a company_admin makes technicians; ask whoever runs the platform for others";
        return Err(Problem::new(StatusCode::FORBIDDEN, "forbidden", detail).of_field("role"));
    }
    for company in companies {
        reaches
            .held(edge, company.clone())
            .map_err(|problem| problem.of_field("company_ids"))?;
    }
    Ok(())
}
