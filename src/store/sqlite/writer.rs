//! A company's writer: a handle on the one queue, with the epoch it was given.

use std::sync::Arc;

use actors::domain::{AlertId, CompanyId};
use actors::port::roster::NewCompany;
use actors::port::writer::{Changed, IncidentChange, PlaceBatch, Placed, Regroup};
use actors::port::{Amended, Amendment, Error, Writer};
use async_trait::async_trait;
use tokio::time::Instant;

use super::core::Core;
use super::op::Op;
use super::shared::Cell;

/// A company's writer.
#[derive(Debug)]
pub(super) struct CompanyWriter {
    pub(super) core: Arc<Core>,
    pub(super) cell: Arc<Cell>,
    pub(super) epoch: u64,
}

#[async_trait]
impl Writer for CompanyWriter {
    fn company(&self) -> &CompanyId {
        &self.cell.id
    }

    async fn barrier(&self) -> Result<u64, Error> {
        let cell = Arc::clone(&self.cell);
        self.core.run(|slot| Op::Barrier(cell, self.epoch, slot)).await
    }

    async fn place(&self, batch: PlaceBatch) -> Result<Placed, Error> {
        let (cell, batch) = (Arc::clone(&self.cell), Box::new(batch));
        self.core.run(|slot| Op::Place(cell, self.epoch, batch, slot)).await
    }

    async fn change(&self, change: IncidentChange, deadline: Option<Instant>) -> Result<Changed, Error> {
        let (cell, change) = (Arc::clone(&self.cell), Box::new(change));
        self.core
            .run(|slot| Op::Change(cell, self.epoch, change, deadline, slot))
            .await
    }

    async fn regroup(&self, regroup: Regroup, deadline: Option<Instant>) -> Result<bool, Error> {
        let (cell, regroup) = (Arc::clone(&self.cell), Box::new(regroup));
        self.core
            .run(|slot| Op::Regroup(cell, self.epoch, regroup, deadline, slot))
            .await
    }

    async fn release(&self, alert: AlertId) -> Result<bool, Error> {
        let cell = Arc::clone(&self.cell);
        self.core.run(|slot| Op::Release(cell, self.epoch, alert, slot)).await
    }

    async fn amend(&self, amendment: Amendment, deadline: Option<Instant>) -> Result<Amended, Error> {
        let (cell, amendment) = (Arc::clone(&self.cell), Box::new(amendment));
        self.core
            .run(|slot| Op::Amend(cell, self.epoch, amendment, deadline, slot))
            .await
    }

    async fn found(&self, company: NewCompany) -> Result<bool, Error> {
        let (cell, company) = (Arc::clone(&self.cell), Box::new(company));
        self.core.run(|slot| Op::Found(cell, self.epoch, company, slot)).await
    }
}
