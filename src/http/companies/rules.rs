//! `/api/companies/{id}/rules`: a company's own rules of grouping.

use std::sync::Arc;

use actors::domain::Rule;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Answer, changed};
use crate::http::Edge;
use crate::http::body::Sent;
use crate::http::rights::{AdministerCompany, May, Read};
use crate::tenancy::Change;

/// A company's rules.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Rules)]
pub(in crate::http) struct All {
    /// In their order; of equal priority the first wins. At most 200.
    #[schema(max_items = 200)]
    rules: Vec<Rule>,
}

/// Its rules, in their order.
pub(in crate::http) async fn list(may: May<Read>, State(edge): State<Arc<Edge>>) -> Answer<All> {
    let rules = edge.company(may.company())?.rules.clone();
    Ok(Json(All { rules }))
}

/// `PUT {rules}`: these and no others, from the next alert on.
pub(in crate::http) async fn set(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
    Sent(All { rules }): Sent<All>,
) -> Answer<All> {
    let change = Change {
        rules: Some(rules),
        ..Change::default()
    };
    let rules = changed(&edge, &may, &change).await?.rules;
    Ok(Json(All { rules }))
}
