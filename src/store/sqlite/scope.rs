//! The reader of a set of companies: every query with those companies' own numbers in it.

use std::sync::Arc;

use actors::port::Error;
use actors::port::events::{CompanySet, EventReader, EventsAfter, Position};
use async_trait::async_trait;

use super::core::Core;
use super::read::events;
use super::shared::Cell;

/// A scope's reader. The companies need not be there yet.
#[derive(Debug)]
pub(super) struct ScopeReader {
    pub(super) core: Arc<Core>,
    pub(super) companies: CompanySet,
}

impl ScopeReader {
    fn cells(&self) -> Result<Vec<Arc<Cell>>, Error> {
        self.companies.iter().map(|id| self.core.shared.cell(id)).collect()
    }
}

#[async_trait]
impl EventReader for ScopeReader {
    async fn last(&self) -> Result<Position, Error> {
        let cells = self.cells()?;
        self.core.read(move |conn| events::last(conn, &cells)).await
    }

    async fn after(&self, position: Position, limit: usize) -> Result<EventsAfter, Error> {
        let cells = self.cells()?;
        self.core
            .read(move |conn| events::after(conn, &cells, position, limit))
            .await
    }
}
