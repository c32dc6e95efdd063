//! Whether whoever has opened a stream still may: looked at again whenever people, keys or companies change,
//! and when his token or key runs out.

use std::sync::Arc;

use actors::port::CompanySet;
use tokio::sync::watch;

use crate::accounts::rights::{Companies, Right};
use crate::http::Edge;
use crate::http::caller::Caller;
use crate::http::problem::Problem;
use crate::http::rights::read_at_once;

/// Whoever has opened a stream.
pub(in crate::http) struct Standing {
    edge: Arc<Edge>,
    caller: Caller,
    /// Where he had the right to read.
    companies: Companies,
    /// What he reads of it.
    reads: CompanySet,
    /// Whether that is all that there is of it: then a company that comes or goes makes it another.
    reads_all: bool,
    changes: watch::Receiver<u64>,
}

impl Standing {
    /// Of somebody who reads these of the companies that he may read.
    ///
    /// # Errors
    /// 403 where he may read nothing.
    pub(in crate::http) fn of(edge: &Arc<Edge>, caller: Caller, reads: CompanySet) -> Result<Self, Problem> {
        let companies = caller.reach(Right::Read)?;
        Ok(Self {
            reads_all: reads == read_at_once(edge, &companies),
            companies,
            changes: edge.register.changes(),
            edge: edge.clone(),
            caller,
            reads,
        })
    }

    /// What he reads.
    pub(in crate::http) fn reads(&self) -> &CompanySet {
        &self.reads
    }

    /// Whether he may no more, or may otherwise.
    pub(in crate::http) fn is_lost(&self) -> bool {
        let companies = self
            .caller
            .again(&self.edge)
            .and_then(|caller| caller.reach(Right::Read).ok());
        let stand = companies.as_ref() == Some(&self.companies);
        !stand || (self.reads_all && self.reads != read_at_once(&self.edge, &self.companies))
    }

    /// Returns when he may no more. May be dropped while it waits.
    pub(in crate::http) async fn lost(&mut self) {
        loop {
            self.changes.mark_unchanged();
            if self.is_lost() {
                return;
            }
            let left = self.caller.time_left(&self.edge);
            tokio::select! {
                changed = self.changes.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(left) => {}
            }
        }
    }
}
