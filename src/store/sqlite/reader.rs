//! A company's reader: every query with the company's own number in it.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::kpi::Step;
use actors::domain::{Alert, AlertId, Company, CompanyId, Decision, Entry, IncidentId, Rollup, ShortMemory, Timestamp};
use actors::port::reader::{
    AlertFilter, AlertView, Briefing, CorrelationCounts, EntryFilter, IncidentFilter, IncidentView, OpenView, Page,
    PageRequest, PastAlert, Reader, TimelineItem,
};
use actors::port::writer::{OpenIncident, Receipt, Strays};
use actors::port::{Candidates, Error, Lookup, Record, RecordKind};
use async_trait::async_trait;
use rusqlite::Connection;

use super::core::Core;
use super::fault::Fault;
use super::read::{alerts, incidents, journal, like, past, recall, records, unresolved};
use super::rollup;
use super::shared::{Cell, locked};

/// A company's reader. The company need not be there yet.
#[derive(Debug)]
pub(super) struct CompanyReader {
    pub(super) core: Arc<Core>,
    pub(super) company: CompanyId,
}

impl CompanyReader {
    fn cell(&self) -> Result<Arc<Cell>, Error> {
        self.core.shared.check()?;
        self.core.shared.cell(&self.company)
    }

    async fn read<T, F>(&self, query: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, &Cell) -> Result<T, Fault> + Send + 'static,
    {
        let cell = self.cell()?;
        self.core.read(move |conn| query(conn, &cell)).await
    }
}

#[async_trait]
impl Reader for CompanyReader {
    async fn company(&self) -> Result<Company, Error> {
        self.read(incidents::company).await
    }

    async fn unplaced(&self, limit: usize) -> Result<Vec<Alert>, Error> {
        let (mut found, missing) = locked(&self.cell()?.unplaced).first_alerts(limit);
        if !missing.is_empty() {
            let read = self.read(move |conn, cell| alerts::by_numbers(conn, cell, &missing));
            found.extend(read.await?);
            found.sort_unstable_by_key(|alert| alert.no);
        }
        Ok(found)
    }

    async fn accept_mark(&self) -> Result<u64, Error> {
        self.cell()?;
        Ok(self.core.shared.next_no())
    }

    async fn settled(&self, mark: u64) -> Result<bool, Error> {
        let cell = self.cell()?;
        let first = locked(&cell.unplaced).first();
        Ok(first.is_none_or(|first| first >= mark))
    }

    async fn joinable(
        &self,
        now: Timestamp,
        reopen_window: Duration,
        page: PageRequest,
    ) -> Result<Page<OpenIncident>, Error> {
        self.read(move |conn, cell| incidents::joinable(conn, cell, now, reopen_window, page))
            .await
    }

    async fn strays(&self, now: Timestamp) -> Result<Strays, Error> {
        self.read(move |conn, cell| alerts::strays(conn, cell, now)).await
    }

    async fn owned(&self, id: &IncidentId) -> Result<Option<OpenIncident>, Error> {
        let id = id.clone();
        self.read(move |conn, cell| incidents::owned(conn, cell, &id)).await
    }

    async fn held_due(&self, now: Timestamp, limit: usize) -> Result<Vec<Alert>, Error> {
        self.read(move |conn, cell| alerts::held(conn, cell, Some(now), limit))
            .await
    }

    async fn incident(&self, id: &IncidentId) -> Result<Option<IncidentView>, Error> {
        let id = id.clone();
        self.read(move |conn, cell| incidents::one(conn, cell, &id)).await
    }

    async fn briefing(
        &self,
        id: &IncidentId,
        after: Option<u64>,
        now: Timestamp,
        limit: usize,
    ) -> Result<Briefing, Error> {
        let id = id.clone();
        self.read(move |conn, cell| incidents::briefing(conn, cell, &id, after, now, limit))
            .await
    }

    async fn placed_between(&self, id: &IncidentId, after: u64, upto: u64, limit: usize) -> Result<Vec<Alert>, Error> {
        let id = id.clone();
        self.read(move |conn, cell| alerts::placed_between(conn, cell, &id, (after, upto), limit))
            .await
    }

    async fn short_memory(&self, id: &IncidentId, now: Timestamp) -> Result<Option<ShortMemory>, Error> {
        let id = id.clone();
        self.read(move |conn, cell| incidents::short_memory(conn, cell, &id, now))
            .await
    }

    async fn decisions(&self, id: &IncidentId, page: PageRequest) -> Result<Page<(u64, Decision)>, Error> {
        let id = id.clone();
        self.read(move |conn, cell| incidents::decisions(conn, cell, &id, page))
            .await
    }

    async fn last_decision(&self, id: &IncidentId) -> Result<Option<(u64, Decision)>, Error> {
        let id = id.clone();
        self.read(move |conn, cell| incidents::last_decision(conn, cell, &id))
            .await
    }

    async fn alerts(&self, filter: &AlertFilter, page: PageRequest) -> Result<Page<AlertView>, Error> {
        let filter = filter.clone();
        self.read(move |conn, cell| alerts::list(conn, cell, &filter, page))
            .await
    }

    async fn alert(&self, id: AlertId) -> Result<Option<(AlertView, Option<Receipt>)>, Error> {
        self.read(move |conn, cell| alerts::one(conn, cell, id)).await
    }

    async fn incidents(&self, filter: &IncidentFilter, page: PageRequest) -> Result<Page<IncidentView>, Error> {
        let filter = filter.clone();
        self.read(move |conn, cell| incidents::list(conn, cell, &filter, page))
            .await
    }

    async fn unresolved(&self, page: PageRequest) -> Result<Page<OpenView>, Error> {
        self.read(move |conn, cell| unresolved::unresolved(conn, cell, page))
            .await
    }

    async fn timeline(&self, id: &IncidentId, page: PageRequest) -> Result<Page<TimelineItem>, Error> {
        let id = id.clone();
        self.read(move |conn, cell| journal::timeline(conn, cell, &id, page))
            .await
    }

    async fn journal(&self, page: PageRequest) -> Result<Page<Entry>, Error> {
        self.read(move |conn, cell| journal::list(conn, cell, page)).await
    }

    async fn journal_backwards(&self, page: PageRequest) -> Result<Page<Entry>, Error> {
        self.read(move |conn, cell| journal::list_backwards(conn, cell, page))
            .await
    }

    async fn journal_like(
        &self,
        filter: &EntryFilter,
        newest_first: bool,
        page: PageRequest,
    ) -> Result<Page<Entry>, Error> {
        let filter = filter.clone();
        self.read(move |conn, cell| like::like(conn, cell, &filter, newest_first, page))
            .await
    }

    async fn past_alerts(&self, before: Timestamp, page: PageRequest) -> Result<Page<PastAlert>, Error> {
        self.read(move |conn, cell| past::alerts(conn, cell, before, page))
            .await
    }

    async fn past_incidents(&self, before: Timestamp, page: PageRequest) -> Result<Page<IncidentView>, Error> {
        self.read(move |conn, cell| past::incidents(conn, cell, before, page))
            .await
    }

    async fn past_decisions(&self, before: Timestamp, page: PageRequest) -> Result<Page<(u64, Decision)>, Error> {
        self.read(move |conn, cell| past::decisions(conn, cell, before, page))
            .await
    }

    async fn record(&self, kind: RecordKind, id: &str) -> Result<Option<Record>, Error> {
        let id = id.to_owned();
        self.read(move |conn, cell| records::one(conn, cell, kind, &id)).await
    }

    async fn records(&self, kind: RecordKind, after: Option<&str>, limit: usize) -> Result<Vec<Record>, Error> {
        let after = after.unwrap_or_default().to_owned();
        self.read(move |conn, cell| records::list(conn, cell, kind, &after, limit))
            .await
    }

    async fn records_backwards(
        &self,
        kind: RecordKind,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Record>, Error> {
        let before = before.map(str::to_owned);
        self.read(move |conn, cell| records::backwards(conn, cell, kind, before.as_deref(), limit))
            .await
    }

    async fn rollups(&self, since: Timestamp, until: Timestamp) -> Result<Rollup, Error> {
        self.read(move |conn, cell| rollup::sum(conn, cell, since, until)).await
    }

    async fn rollups_by(
        &self,
        step: Step,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<(Timestamp, Rollup)>, Error> {
        self.read(move |conn, cell| rollup::series(conn, cell, step, (since, until)))
            .await
    }

    async fn recall(&self, lookup: &Lookup) -> Result<Candidates, Error> {
        let lookup = lookup.clone();
        self.read(move |conn, cell| recall::find(conn, cell, &lookup)).await
    }

    async fn counts(&self, since: Timestamp) -> Result<CorrelationCounts, Error> {
        self.read(move |conn, cell| alerts::counts(conn, cell, since)).await
    }
}
