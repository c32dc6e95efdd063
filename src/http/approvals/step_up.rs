//! Before consent to what is of high risk: the approver's second factor once more.

use std::net::{IpAddr, Ipv4Addr};

use actors::domain::approval::{Approval, ApprovalStatus};
use actors::domain::policy::Approver;
use actors::domain::runbook::Risk;
use axum::http::StatusCode;

use crate::accounts::sign_in::SignInError;
use crate::http::Edge;
use crate::http::caller::Who;
use crate::http::problem::Problem;
use crate::http::rights::{Approve, May};

/// Has whoever is about to agree show a code of his second factor, where the risk is high and he has one. Where his word
/// would not count anyhow, no code is used up for it: he is refused for that.
///
/// # Errors
/// 403 without a code, or with one that is not good (`totp`); 429 where too many were not.
pub(super) async fn step_up(
    edge: &Edge,
    may: &May<Approve>,
    (approval, is): (&Approval, Approver),
    code: Option<&str>,
) -> Result<(), Problem> {
    let counts = is >= approval.need.approver && approval.status == ApprovalStatus::Pending;
    let Who::Person(visit) = &may.caller.who else {
        return Ok(());
    };
    if approval.risk_level != Risk::High || !counts {
        return Ok(());
    }
    let address = may.caller.address().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let shown = edge.accounts.step_up(&visit.user.user_id, code, address).await;
    shown.map_err(|error| {
        let is_refusal = matches!(error, SignInError::CodeNeeded | SignInError::WrongCode);
        if is_refusal || matches!(error, SignInError::Throttled(_)) {
            may.refused(edge, "approval.second_factor");
        }
        let problem = Problem::from(error);
        // Who asks is known already.
        let status = if is_refusal {
            StatusCode::FORBIDDEN
        } else {
            problem.status
        };
        Problem { status, ..problem }
    })
}
