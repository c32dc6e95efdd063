//! What a company that has come from another node is owed, and that no sweep finds: its heartbeats are listened for, and its
//! tenant is woken where it has to tell somebody something.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::CompanyId;
use actors::limits::PAGE;
use actors::port::{Error, RecordKind};
use tokio::sync::broadcast;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::http::Edge;

/// How often it is looked for where no node comes or goes: a company may be handed over a while after that.
const EVERY: Duration = Duration::from_secs(15);

/// Looks whenever another set of nodes lives, and now and then while others do, until it is told to stop.
pub(crate) async fn run(edge: Arc<Edge>, stop: CancellationToken) {
    let mut changes = edge.runtime.membership().changes();
    loop {
        let news = async {
            match edge.runtime.has_others() {
                true => drop(timeout(EVERY, changes.changed()).await),
                false => drop(changes.changed().await),
            }
        };
        tokio::select! {
            () = news => {}
            () = stop.cancelled() => return,
        }
        if let Err(error) = look(&edge).await {
            tracing::warn!(%error, "heartbeats and what is to be told cannot be looked for now");
        }
    }
}

/// Wakes the tenants of companies that other nodes accept alerts for, where they are this node's.
pub(crate) async fn wake(edge: Arc<Edge>, mut arrivals: broadcast::Receiver<CompanyId>) {
    loop {
        match arrivals.recv().await {
            Ok(company) if edge.runtime.membership().is_mine(&company) => edge.runtime.news(&company),
            // What was missed the sweep finds.
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}

/// Reads what is listened for, and wakes whoever has to tell something.
///
/// # Errors
/// The store's.
pub(crate) async fn look(edge: &Edge) -> Result<(), Error> {
    edge.heartbeats.load().await?;
    let mut after: Option<(CompanyId, String)> = None;
    loop {
        let behind = after.as_ref().map(|(company, id)| (company, id.as_str()));
        let page = edge.store.all_records(RecordKind::Notices, behind, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some((last.company_id.clone(), last.id.clone()));
        for record in page {
            edge.runtime.news(&record.company_id);
        }
    }
}
