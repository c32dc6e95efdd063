//! Writing a company's own runbooks.

use std::sync::Arc;

use actors::domain::ids::RunbookId;
use actors::domain::runbook::Shelf;
use actors::port::own_runbook::{self, OwnRunbook};
use actors::port::{Record, RecordKind};
use actors::runtime::CallError;
use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::{ShownRunbook, shelf, tag, tagged, unknown};
use crate::http::Edge;
use crate::http::body::Sent;
use crate::http::companies::{TRIES, commit, desk};
use crate::http::problem::{Code, Problem};
use crate::http::rights::{EditRunbooks, May};
use crate::http::tag::{IfMatch, Tagged};
use crate::tenancy::runbook::Written;

/// `POST`: a runbook of the company's own; one with a built-in one's slug takes its place.
pub(in crate::http) async fn create(
    may: May<EditRunbooks>,
    State(edge): State<Arc<Edge>>,
    Sent(written): Sent<Written>,
) -> Result<Tagged<ShownRunbook>, Problem> {
    for _ in 0..TRIES {
        let shelf = shelf(&edge, &may).await?;
        let origin = may.origin();
        let (own, amendment) = desk(&edge, &may, &origin).add_runbook(&shelf, &written)?;
        if commit(&edge, &may, amendment).await? {
            let policy = edge.company(may.company())?.policy;
            return Ok(tagged(own.runbook, true, policy));
        }
    }
    Err(CallError::Overloaded.into())
}

/// `PUT`: another version of a company's own, by its id or its slug, whole.
pub(in crate::http) async fn update(
    may: May<EditRunbooks>,
    State(edge): State<Arc<Edge>>,
    Path(name): Path<String>,
    seen: IfMatch,
    Sent(written): Sent<Written>,
) -> Result<Tagged<ShownRunbook>, Problem> {
    for _ in 0..TRIES {
        let shelf = shelf(&edge, &may).await?;
        let Found { own, version, earlier } = found(&edge, &may, &shelf, &name, &seen).await?;
        let origin = may.origin();
        let changed = desk(&edge, &may, &origin).change_runbook(&shelf, (&own, version), &earlier, &written)?;
        let own = match changed {
            None => own,
            Some((changed, amendment)) => match commit(&edge, &may, amendment).await? {
                true => changed,
                false => continue,
            },
        };
        let policy = edge.company(may.company())?.policy;
        return Ok(tagged(own.runbook, true, policy));
    }
    Err(CallError::Overloaded.into())
}

/// A removed runbook.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct RemovedRunbook {
    message: &'static str,
    runbook_id: RunbookId,
}

/// `DELETE`: none of it any more, its earlier versions with it; a built-in one whose place it took is in force again.
pub(in crate::http) async fn remove(
    may: May<EditRunbooks>,
    State(edge): State<Arc<Edge>>,
    Path(name): Path<String>,
    seen: IfMatch,
) -> Result<Json<RemovedRunbook>, Problem> {
    for _ in 0..TRIES {
        let shelf = shelf(&edge, &may).await?;
        let Found { own, version, earlier } = found(&edge, &may, &shelf, &name, &seen).await?;
        let origin = may.origin();
        let amendment = desk(&edge, &may, &origin).remove_runbook((&own, version), &earlier);
        if commit(&edge, &may, amendment).await? {
            return Ok(Json(RemovedRunbook {
                message: "Removed",
                runbook_id: own.runbook.runbook_id,
            }));
        }
    }
    Err(CallError::Overloaded.into())
}

/// One of a company's own, as it is stored.
struct Found {
    own: OwnRunbook,
    version: u64,
    earlier: Vec<Record>,
}

async fn found<R>(edge: &Edge, may: &May<R>, shelf: &Shelf, name: &str, seen: &IfMatch) -> Result<Found, Problem> {
    let found = shelf.find(name).ok_or_else(unknown)?;
    if !shelf.is_own(found) {
        let detail = "it is built in: make one of your own with its slug, which then takes its place";
        return Err(Problem::new(Code::Conflict, detail));
    }
    let reader = edge.store.reader(may.company());
    let id = found.runbook_id.as_str();
    let record = reader.record(RecordKind::Runbooks, id).await?.ok_or_else(unknown)?;
    let own: OwnRunbook = record.read()?;
    seen.check(&tag(&own.runbook), "the runbook")?;
    Ok(Found {
        own,
        version: record.version,
        earlier: own_runbook::earlier(&*reader, id).await?,
    })
}
