//! `/api/companies/{id}/aws` and `aws-role`: the AWS account that a company is connected to, and what to make its role
//! with.

pub(in crate::http) mod check;

use std::sync::Arc;

use actors::domain::AwsSettings;
use axum::Json;
use axum::extract::State;

use super::{Answer, changed};
use crate::http::Edge;
use crate::http::body::Sent;
use crate::http::problem::Problem;
use crate::http::rights::{AdministerCompany, May, Read};
use crate::tenancy::aws::{RoleToMake, role_to_make};
use crate::tenancy::{Change, ShownCompany, shown};

/// Its AWS account.
pub(in crate::http) async fn settings(may: May<Read>, State(edge): State<Arc<Edge>>) -> Answer<AwsSettings> {
    let settings = edge.company(may.company())?.aws.clone();
    Ok(Json(settings.ok_or_else(|| Problem::not_found("AWS account"))?))
}

/// `PUT {role_arn, external_id, region, timeouts?}`: connects it, or says otherwise how. `endpoint_url`, and an
/// external id that is not the one of `aws-role`, are for who runs the platform.
pub(in crate::http) async fn connect(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
    Sent(asked): Sent<AwsSettings>,
) -> Answer<AwsSettings> {
    let change = Change {
        aws: Some(Some(asked.clone())),
        ..Change::default()
    };
    let changed = changed(&edge, &may, &change).await;
    let company = changed.map_err(|problem| problem.within("aws"))?;
    Ok(Json(company.aws.unwrap_or(asked)))
}

/// `DELETE`: disconnects it; nothing is called for it any more.
pub(in crate::http) async fn disconnect(
    may: May<AdministerCompany>,
    State(edge): State<Arc<Edge>>,
) -> Answer<ShownCompany> {
    let change = Change {
        aws: Some(None),
        ..Change::default()
    };
    Ok(Json(shown(&changed(&edge, &may, &change).await?)))
}

/// What to make its role in its AWS account with, before it is connected or after.
pub(in crate::http) async fn role(may: May<AdministerCompany>, State(edge): State<Arc<Edge>>) -> Answer<RoleToMake> {
    let company = edge.company(may.company())?;
    let principal = edge.settings.aws_principal_arn.as_deref();
    Ok(Json(role_to_make(&company, edge.keyring.server_key(), principal)))
}
