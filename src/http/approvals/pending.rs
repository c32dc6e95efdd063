//! `GET /approvals/pending`: what waits for somebody's word, over all companies that one reads.

use std::ops::ControlFlow;
use std::sync::Arc;

use actors::domain::approval::{Approval, ApprovalStatus, LIFE};
use actors::domain::{ApprovalId, CompanyId};
use actors::limits::PAGE;
use actors::port::RecordKind;
use axum::Json;
use axum::extract::State;

use super::ShownApproval;
use crate::http::Edge;
use crate::http::newest::newest_until;
use crate::http::page::{Asked, Paged};
use crate::http::problem::Problem;
use crate::http::rights::{Reaches, Read};
use crate::http::runbooks::shelf_of;
use crate::http::walk::Across;

/// Rows of a page where the request says nothing.
const DEFAULT: usize = 50;

/// Approvals that are pending of all companies that one reads, or of one: company by company, newest first within each.
/// A page may hold fewer than it was asked for.
pub(in crate::http) async fn pending(
    reaches: Reaches<Read>,
    State(edge): State<Arc<Edge>>,
    Asked { company, asked: across }: Asked<Across<PAGE, DEFAULT>>,
) -> Result<Json<Paged<ShownApproval>>, Problem> {
    let companies = reaches.read_at_once(&edge, company)?;
    let (now, edge) = (edge.clock.now(), &edge);
    let read = |company: CompanyId, request| async move {
        let reader = edge.store.reader(&company);
        let shelf = shelf_of(edge, &company).await?;
        let of = (RecordKind::Approvals, ApprovalId::PREFIX);
        let found = newest_until(&*reader, of, request, |record| {
            let approval: Approval = record.read()?;
            // Whatever was asked for before it has run out.
            if approval.created_at.plus(LIFE) <= now {
                return Ok(ControlFlow::Break(()));
            }
            let shown = ShownApproval::of(now, &shelf, approval);
            let is_pending = shown.status == ApprovalStatus::Pending;
            Ok(ControlFlow::Continue(is_pending.then_some(shown)))
        });
        Ok(found.await?)
    };
    across.walk(&companies, read).await.map(Json)
}
