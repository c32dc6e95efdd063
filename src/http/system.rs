//! For whoever runs the platform: the living tree, dead letters, quarantined companies, and who may do what.
//! A company's people and keys see their own.

use std::sync::Arc;
use std::time::Duration;

use actors::census::Resident;
use actors::domain::{AlertId, AlertState, CompanyId};
use actors::port::reader::{AlertFilter, Page, PageRequest};
use actors::port::writer::Receipt;
use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use strum::IntoEnumIterator;
use utoipa::ToSchema;

use super::circuits::{self, ShownCircuit};
use super::describe::Argument;
use super::gate::{Anyone, Policy};
use super::page::{Asked, Paged};
use super::problem::Problem;
use super::rights::{May, Oversee, Reaches, Release};
use super::{Edge, router, shape};
use crate::accounts::rights::{Reach, Right, Role, of_role, scope_for};
use crate::nodes::everywhere::Everywhere;

/// How long a release may take.
const WITHIN: Duration = Duration::from_secs(10);

/// The most lines that `actors` shows.
const RESIDENTS: usize = 1_000;

/// Who lives, at all nodes.
#[derive(Serialize, ToSchema)]
pub(super) struct Living {
    total: usize,
    /// At most 1,000 of them.
    #[schema(value_type = Vec<Resident>)]
    items: Vec<Value>,
    /// Whether companies' clouds are called: those that were called for lately. Each node has its own.
    #[schema(value_type = Vec<ShownCircuit>)]
    circuits: Vec<Value>,
    /// The nodes that share the store; none where there is one process.
    nodes: Vec<ShownNode>,
}

/// A process that shares the store with others.
#[derive(Serialize, ToSchema)]
#[schema(as = Node)]
struct ShownNode {
    name: String,
    /// It goes down, and gives up what it has.
    is_draining: bool,
    /// Whether what lives there is among the items.
    has_answered: bool,
}

/// What another node tells of itself.
#[derive(Deserialize)]
struct Told {
    total: usize,
    items: Vec<Value>,
    circuits: Vec<Value>,
    nodes: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

/// An alert that could not be placed.
#[derive(Serialize, ToSchema)]
pub(super) struct DeadLetter {
    #[serde(flatten)]
    alert: shape::Alert,
    /// Why not.
    receipt: Option<Receipt>,
}

/// An alert that is placed again.
#[derive(Serialize, ToSchema)]
pub(super) struct ReleasedAlert {
    message: &'static str,
    alert_id: AlertId,
}

/// A company that is let go.
#[derive(Serialize, ToSchema)]
pub(super) struct ReleasedCompany {
    message: &'static str,
    company_id: CompanyId,
}

/// Who may do what.
#[derive(Serialize, ToSchema)]
pub(super) struct Rights {
    rights: Vec<RightOfEach>,
    routes: Vec<RightOfRoute>,
}

/// Who has a right.
#[derive(Serialize, ToSchema)]
struct RightOfEach {
    right: Right,
    what: &'static str,
    /// The scope that gives it to an API key, in its own company.
    api_key: Option<String>,
    msp_admin: Reach,
    company_admin: Reach,
    technician: Reach,
}

/// What a route asks for.
#[derive(Serialize, ToSchema)]
struct RightOfRoute {
    method: String,
    path: &'static str,
    /// Nothing where anybody may.
    right: Option<Right>,
}

impl Argument for Everywhere {}

/// Who lives, as the supervisors see it.
pub(super) async fn actors(
    reaches: Reaches<Oversee>,
    State(edge): State<Arc<Edge>>,
    everywhere: Everywhere,
    Asked { company, .. }: Asked,
) -> Result<Json<Living>, Problem> {
    let company = reaches.look_at(&edge, company)?;
    let mut living = living_here(&edge, company.as_ref());
    for (node, told) in everywhere.ask::<Told>(&edge).await {
        // Under its URL another may answer.
        let told = told.filter(|told| told.nodes.iter().any(|named| named.name == node.name));
        living.nodes.push(ShownNode {
            name: node.name,
            is_draining: node.draining,
            has_answered: told.is_some(),
        });
        if let Some(told) = told {
            living.total += told.total;
            living.items.extend(told.items);
            living.circuits.extend(told.circuits);
        }
    }
    living.items.truncate(RESIDENTS);
    living.nodes.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Json(living))
}

fn living_here(edge: &Edge, company: Option<&CompanyId>) -> Living {
    let membership = edge.runtime.membership();
    let me = membership.me();
    let (total, residents) = edge.runtime.census().residents(company, RESIDENTS);
    let circuits = circuits::shown(&*edge.cloud.circuits, company);
    let here = me.map(|me| ShownNode {
        name: me.to_owned(),
        is_draining: membership.living().iter().any(|node| node.name == me && node.draining),
        has_answered: true,
    });
    Living {
        total,
        items: residents.into_iter().map(|resident| json!(resident)).collect(),
        circuits: circuits.into_iter().map(|circuit| json!(circuit)).collect(),
        nodes: here.into_iter().collect(),
    }
}

/// Alerts that could not be placed, newest first, each with its receipt, which says why.
pub(super) async fn dead_letters(
    may: May<Oversee>,
    State(edge): State<Arc<Edge>>,
    Asked { asked: request, .. }: Asked<PageRequest>,
) -> Result<Json<Paged<DeadLetter>>, Problem> {
    let reader = edge.store.reader(may.company());
    let filter = AlertFilter {
        state: Some(AlertState::DeadLetter),
        ..AlertFilter::default()
    };
    let found = reader.alerts(&filter, request).await?;
    let mut items = Vec::with_capacity(found.items.len());
    for view in &found.items {
        let receipt = reader.alert(view.alert.id()).await?.and_then(|(_, receipt)| receipt);
        let alert = shape::alert(view);
        items.push(DeadLetter { alert, receipt });
    }
    let next = found.next;
    Ok(Json(Paged::of(Page { items, next }, |item| item)))
}

/// Places a dead letter again.
pub(super) async fn release_alert(
    may: May<Release>,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
) -> Result<Json<ReleasedAlert>, Problem> {
    let id: AlertId = id.parse().map_err(|_| Problem::not_found("dead letter"))?;
    edge.runtime.release_alert(may.company(), id, WITHIN).await?;
    Ok(Json(ReleasedAlert {
        message: "Released",
        alert_id: id,
    }))
}

/// Lets a quarantined company try again at once.
pub(super) async fn release_company(
    may: May<Release>,
    State(edge): State<Arc<Edge>>,
) -> Result<Json<ReleasedCompany>, Problem> {
    edge.runtime.release_company(may.company(), WITHIN).await?;
    Ok(Json(ReleasedCompany {
        message: "Released",
        company_id: may.company().clone(),
    }))
}

/// Who may do what: the matrix, and what each route asks for.
pub(super) async fn rights(_: Anyone) -> Json<Rights> {
    let rights = Right::iter().map(|right| RightOfEach {
        right,
        what: right.what(),
        api_key: scope_for(right).map(|scope| format!("scope {}", scope.as_str())),
        msp_admin: of_role(Role::MspAdmin, right),
        company_admin: of_role(Role::CompanyAdmin, right),
        technician: of_role(Role::Technician, right),
    });
    let routes = router::listed().into_iter().map(|route| RightOfRoute {
        method: route.method.to_string(),
        path: route.path,
        right: match route.policy {
            Policy::Anyone => None,
            Policy::Whoever(right) => Some(right),
        },
    });
    Json(Rights {
        rights: rights.collect(),
        routes: routes.collect(),
    })
}
