//! `/api/users`: people, for who administers them. An MSP admin sees everybody; a company's admin the technicians
//! whose companies are all his own. Somebody else's id is as good as an unknown one.

use std::collections::BTreeSet;
use std::sync::Arc;

use actors::domain::ids::UserId;
use actors::domain::{CompanyId, Timestamp};
use axum::Json;
use axum::extract::{Path, State};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::openapi::path::Parameter;
use utoipa::{IntoParams, ToSchema};

use super::Edge;
use super::body::Sent;
use super::page::{Ask, Asked, Items, Query};
use super::problem::{Code, Problem};
use super::rights::{AdministerUsers, May, Reaches, Read};
use crate::accounts::rights::{Companies, Right, Role};
use crate::accounts::staff::{Keep, NewPerson, ShownUser, StaffError, check_email, check_name, shown};
use crate::accounts::user::User;

type Answer = Result<Json<ShownUser>, Problem>;

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

/// Whether somebody with these companies may see a person's account: those whom he administers, and who administers
/// the same with him.
fn sees(companies: &Companies, user: &User) -> bool {
    let with_him = |own: &Companies| {
        user.role == Role::CompanyAdmin
            && !user.company_ids.is_empty()
            && user.company_ids.iter().all(|company| own.holds(company))
    };
    holds(companies, user) || with_him(companies)
}

/// Whether a person works on a company's incidents.
pub(super) fn works_in(user: &User, company: &CompanyId) -> bool {
    let reach = user.reach(Right::Act);
    user.disabled_at.is_none() && reach.is_some_and(|companies| companies.holds(company))
}

/// Somebody who works for a company.
#[derive(Serialize, ToSchema)]
pub(super) struct Member {
    user_id: UserId,
    name: String,
    email: String,
    role: Role,
}

/// Whom a company's incidents can be assigned to, by their names.
pub(super) async fn members(may: May<Read>, State(edge): State<Arc<Edge>>) -> Json<Items<Member>> {
    let everybody = edge.accounts.people.everybody();
    let mut members: Vec<Member> = everybody
        .iter()
        .map(|user| &user.value)
        .filter(|user| works_in(user, may.company()))
        .map(|user| Member {
            user_id: user.user_id.clone(),
            name: user.name.clone(),
            email: user.email.clone(),
            role: user.role,
        })
        .collect();
    members.sort_by(|one, other| (&one.name, &one.email).cmp(&(&other.name, &other.email)));
    Json(members.into_iter().collect())
}

/// Which people.
#[derive(IntoParams)]
pub(super) struct OfRole {
    /// Only those who are this.
    role: Option<Role>,
}

impl Ask for OfRole {
    fn parameters() -> Vec<Parameter> {
        Self::into_params(|| None)
    }

    fn read(query: &mut Query, _: &Edge) -> Result<Self, Problem> {
        Ok(Self {
            role: query.word("role")?,
        })
    }
}

/// Everybody whom one administers, in the order they were made: `?company_id=`, `?role=`.
pub(super) async fn list(
    reaches: Reaches<AdministerUsers>,
    State(edge): State<Arc<Edge>>,
    Asked { company: of, asked }: Asked<OfRole>,
) -> Result<Json<Items<ShownUser>>, Problem> {
    let OfRole { role } = asked;
    let of = of.map(|company| reaches.held(&edge, company)).transpose()?;
    let found = edge
        .accounts
        .people
        .everybody()
        .iter()
        .filter(|user| sees(&reaches.companies, &user.value))
        .filter(|user| {
            of.as_ref()
                .is_none_or(|company| user.value.company_ids.contains(company))
        })
        .filter(|user| role.is_none_or(|role| user.value.role == role))
        .map(|user| shown(&user.value))
        .collect();
    Ok(Json(found))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewUser)]
pub(super) struct Create {
    email: String,
    #[serde(default)]
    name: String,
    role: Role,
    #[serde(default)]
    company_ids: BTreeSet<CompanyId>,
}

/// A person with the password that was made for him.
#[derive(Serialize, ToSchema)]
pub(super) struct CreatedUser {
    #[serde(flatten)]
    user: ShownUser,
    /// Shown once; he has to choose his own with it.
    password: String,
}

/// `POST {email, name?, role, company_ids}`: answers with a first password, which is shown once.
pub(super) async fn create(
    reaches: Reaches<AdministerUsers>,
    State(edge): State<Arc<Edge>>,
    Sent(asked): Sent<Create>,
) -> Result<Json<CreatedUser>, Problem> {
    may_be(&edge, &reaches, asked.role, &asked.company_ids)?;
    let new = NewPerson {
        email: asked.email,
        name: asked.name,
        role: asked.role,
        company_ids: asked.company_ids,
    };
    let (user, password) = edge.accounts.create_user(&new, &reaches.caller.origin()).await?;
    Ok(Json(CreatedUser {
        user: shown(&user),
        password: password.expose_secret().to_owned(),
    }))
}

/// One of them.
pub(super) async fn one(
    reaches: Reaches<AdministerUsers>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
) -> Answer {
    let user = known(&edge, &id).filter(|user| sees(&reaches.companies, user));
    Ok(Json(shown(&*user.ok_or_else(unknown)?)))
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UserUpdate)]
pub(super) struct Update {
    /// What he logs in with from now on.
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    role: Option<Role>,
    #[serde(default)]
    company_ids: Option<BTreeSet<CompanyId>>,
    #[serde(default)]
    disabled: Option<bool>,
}

/// `PATCH {email?, name?, role?, company_ids?, disabled?}`. What changes somebody's rights ends his access tokens; disabling
/// him ends his logins too. What changes nothing does nothing.
pub(super) async fn update(
    reaches: Reaches<AdministerUsers>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
    Sent(asked): Sent<Update>,
) -> Answer {
    changed(&edge, &reaches, &id, asked).await
}

/// Changes one of those whom one administers.
async fn changed(edge: &Edge, reaches: &Reaches<AdministerUsers>, id: &str, asked: Update) -> Answer {
    let before = find(edge, reaches, id)?;
    let named = asked.company_ids.clone().unwrap_or_default();
    may_be(edge, reaches, asked.role.unwrap_or(Role::Technician), &named)?;
    let name = asked.name.as_deref().map(check_name).transpose();
    let name = name.map_err(|rule| Problem::invalid("name", rule))?;
    let email = asked.email.as_deref().map(check_email).transpose()?;
    // What is not asked for stays as it is when this is committed, whoever has changed it meanwhile.
    let change = |user: &User, now: Timestamp| {
        if !holds(&reaches.companies, user) {
            return Err(StaffError::Unknown);
        }
        let role = asked.role.unwrap_or(user.role);
        Ok(User {
            email: email.clone().unwrap_or_else(|| user.email.clone()),
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
        .change_user(&before.user_id, Keep::AsChanged, &origin, change)
        .await?;
    Ok(Json(shown(&changed)))
}

/// `DELETE`: closes the account for good or until it is opened again; what the person did stays his.
pub(super) async fn disable(
    reaches: Reaches<AdministerUsers>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
) -> Answer {
    let close = Update {
        disabled: Some(true),
        ..Update::default()
    };
    changed(&edge, &reaches, &id, close).await
}

/// The password that was made for a person.
#[derive(Serialize, ToSchema)]
pub(super) struct FirstPassword {
    user_id: UserId,
    email: String,
    /// Shown once; he has to choose his own with it.
    password: String,
}

/// `POST reset-password`: a new first password, shown once; logins and the second factor are gone.
pub(super) async fn reset(
    reaches: Reaches<AdministerUsers>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
) -> Result<Json<FirstPassword>, Problem> {
    let user = find(&edge, &reaches, &id)?;
    let password = edge
        .accounts
        .reset_user(&user.user_id, &reaches.caller.origin())
        .await?;
    Ok(Json(FirstPassword {
        user_id: user.user_id.clone(),
        email: user.email.clone(),
        password: password.expose_secret().to_owned(),
    }))
}

fn unknown() -> Problem {
    Problem::not_found("user")
}

fn known(edge: &Edge, id: &str) -> Option<Arc<User>> {
    let id: UserId = id.parse().ok()?;
    edge.accounts.people.user(&id).map(|user| user.value)
}

/// Somebody whom one may change.
fn find(edge: &Edge, reaches: &Reaches<AdministerUsers>, id: &str) -> Result<Arc<User>, Problem> {
    let user = known(edge, id)
        .filter(|user| sees(&reaches.companies, user))
        .ok_or_else(unknown)?;
    if holds(&reaches.companies, &user) {
        return Ok(user);
    }
    let detail = "a company_admin administers technicians; ask whoever runs the platform for others";
    Err(Problem::new(Code::Forbidden, detail))
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
        return Err(Problem::new(Code::Forbidden, detail).of_field("role"));
    }
    for company in companies {
        let detail = || format!("there is no company {company}");
        reaches
            .held(edge, company.clone())
            .map_err(|_| Problem::invalid("company_ids", detail()))?;
        if edge.company(company)?.erase_requested_at.is_some() {
            let detail = format!("{company} is being erased, or is: leave it out");
            return Err(Problem::invalid("company_ids", detail));
        }
    }
    Ok(())
}
