//! A company's reader, and that of a set of companies: every query with their ids in it.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::kpi::Step;
use actors::domain::{Alert, AlertId, Company, CompanyId, Decision, Entry, IncidentId, Rollup, ShortMemory, Timestamp};
use actors::port::events::{CompanySet, EventReader, EventsAfter, Position};
use actors::port::reader::{
    AlertFilter, AlertView, Briefing, CorrelationCounts, EntryFilter, IncidentFilter, IncidentView, OpenView, Page,
    PageRequest, PastAlert, Reader, TimelineItem,
};
use actors::port::writer::{OpenIncident, Receipt, Strays};
use actors::port::{Candidates, Error, Lookup, Record, RecordKind};
use async_trait::async_trait;
use mongodb::bson::doc;

use super::companies;
use super::fault::Fault;
use super::moment::{Find, Moment};
use super::names::*;
use super::numbers;
use super::read::{alerts, events, incidents, journal, like, past, recall, unresolved};
use super::records;
use super::rollups;
use super::shape::{Fields, int};
use super::shared::Shared;
use super::tx::in_time;

/// A company's reader. The company need not be there yet.
#[derive(Debug)]
pub(super) struct CompanyReader {
    pub(super) shared: Arc<Shared>,
    pub(super) company: CompanyId,
}

impl CompanyReader {
    /// A moment at which to ask, of a company that is there.
    async fn moment(&self) -> Result<Moment, Fault> {
        self.shared.check()?;
        self.shared.cell(&self.company).await?;
        Moment::of(&self.shared.database).await
    }
}

/// Asks at one moment.
macro_rules! ask {
    ($self:ident, |$m:ident| $ask:expr) => {
        match $self.moment().await {
            Ok(mut $m) => $ask.await.map_err(Fault::into_error),
            Err(fault) => Err(fault.into_error()),
        }
    };
}

#[async_trait]
impl Reader for CompanyReader {
    async fn company(&self) -> Result<Company, Error> {
        self.shared.check()?;
        let found = companies::company(&self.shared, self.company.as_str()).await;
        found.map_err(Fault::into_error)?.ok_or(Error::NoSuchCompany)
    }

    async fn unplaced(&self, limit: usize) -> Result<Vec<Alert>, Error> {
        ask!(self, |m| alerts::unplaced(&mut m, &self.company, limit))
    }

    async fn accept_mark(&self) -> Result<u64, Error> {
        self.shared.check()?;
        self.shared.cell(&self.company).await?;
        // The last number given out, seen by a majority or not: it is only a bound.
        let counters = self.shared.collection(COUNTERS);
        let found = counters
            .find_one(doc! { "_id": ALERTS })
            .read_concern(mongodb::options::ReadConcern::local());
        let found = in_time(async { found.await }).await.map_err(Fault::into_error)?;
        let last = found.map_or(Ok(0), |found| found.count("last"));
        Ok(numbers::mark(&self.shared, last.map_err(Fault::into_error)?))
    }

    async fn settled(&self, mark: u64) -> Result<bool, Error> {
        let find = Find {
            from: ALERTS,
            which: doc! { "state": "received", "company_id": self.company.as_str(), "_id": { "$lt": int(mark) } },
            only: doc! { "_id": 1 },
            ..Find::default()
        };
        let waiting = ask!(self, |m| m.first(find))?;
        Ok(waiting.is_none())
    }

    async fn joinable(
        &self,
        now: Timestamp,
        reopen_window: Duration,
        page: PageRequest,
    ) -> Result<Page<OpenIncident>, Error> {
        ask!(self, |m| incidents::joinable(
            &mut m,
            &self.company,
            now,
            reopen_window,
            page
        ))
    }

    async fn strays(&self, now: Timestamp) -> Result<Strays, Error> {
        ask!(self, |m| alerts::strays(&mut m, &self.company, now))
    }

    async fn owned(&self, id: &IncidentId) -> Result<Option<OpenIncident>, Error> {
        ask!(self, |m| incidents::owned(&mut m, &self.company, id))
    }

    async fn held_due(&self, now: Timestamp, limit: usize) -> Result<Vec<Alert>, Error> {
        ask!(self, |m| alerts::held(&mut m, &self.company, Some(now), limit))
    }

    async fn incident(&self, id: &IncidentId) -> Result<Option<IncidentView>, Error> {
        ask!(self, |m| incidents::one(&mut m, &self.company, id))
    }

    async fn briefing(
        &self,
        id: &IncidentId,
        after: Option<u64>,
        now: Timestamp,
        limit: usize,
    ) -> Result<Briefing, Error> {
        ask!(self, |m| incidents::briefing(
            &mut m,
            &self.company,
            id,
            after,
            now,
            limit
        ))
    }

    async fn placed_between(&self, id: &IncidentId, after: u64, upto: u64, limit: usize) -> Result<Vec<Alert>, Error> {
        ask!(self, |m| alerts::placed_between(
            &mut m,
            &self.company,
            id,
            (after, upto),
            limit
        ))
    }

    async fn short_memory(&self, id: &IncidentId, now: Timestamp) -> Result<Option<ShortMemory>, Error> {
        ask!(self, |m| incidents::short_memory(&mut m, &self.company, id, now))
    }

    async fn decisions(&self, id: &IncidentId, page: PageRequest) -> Result<Page<(u64, Decision)>, Error> {
        ask!(self, |m| incidents::decisions(&mut m, &self.company, id, page))
    }

    async fn last_decision(&self, id: &IncidentId) -> Result<Option<(u64, Decision)>, Error> {
        ask!(self, |m| incidents::last_decision(&mut m, &self.company, id))
    }

    async fn alerts(&self, filter: &AlertFilter, page: PageRequest) -> Result<Page<AlertView>, Error> {
        ask!(self, |m| alerts::list(&mut m, &self.company, filter, page))
    }

    async fn alert(&self, id: AlertId) -> Result<Option<(AlertView, Option<Receipt>)>, Error> {
        ask!(self, |m| alerts::one(&mut m, &self.company, id))
    }

    async fn incidents(&self, filter: &IncidentFilter, page: PageRequest) -> Result<Page<IncidentView>, Error> {
        ask!(self, |m| incidents::list(&mut m, &self.company, filter, page))
    }

    async fn unresolved(&self, page: PageRequest) -> Result<Page<OpenView>, Error> {
        ask!(self, |m| unresolved::unresolved(&mut m, &self.company, page))
    }

    async fn timeline(&self, id: &IncidentId, page: PageRequest) -> Result<Page<TimelineItem>, Error> {
        ask!(self, |m| journal::timeline(&mut m, &self.company, id, page))
    }

    async fn journal(&self, page: PageRequest) -> Result<Page<Entry>, Error> {
        ask!(self, |m| journal::list(&mut m, &self.company, page))
    }

    async fn journal_backwards(&self, page: PageRequest) -> Result<Page<Entry>, Error> {
        ask!(self, |m| journal::list_backwards(&mut m, &self.company, page))
    }

    async fn journal_like(
        &self,
        filter: &EntryFilter,
        newest_first: bool,
        page: PageRequest,
    ) -> Result<Page<Entry>, Error> {
        ask!(self, |m| like::like(&mut m, &self.company, filter, newest_first, page))
    }

    async fn past_alerts(&self, before: Timestamp, page: PageRequest) -> Result<Page<PastAlert>, Error> {
        ask!(self, |m| past::alerts(&mut m, &self.company, before, page))
    }

    async fn past_incidents(&self, before: Timestamp, page: PageRequest) -> Result<Page<IncidentView>, Error> {
        ask!(self, |m| past::incidents(&mut m, &self.company, before, page))
    }

    async fn past_decisions(&self, before: Timestamp, page: PageRequest) -> Result<Page<(u64, Decision)>, Error> {
        ask!(self, |m| past::decisions(&mut m, &self.company, before, page))
    }

    async fn record(&self, kind: RecordKind, id: &str) -> Result<Option<Record>, Error> {
        ask!(self, |m| records::one(&mut m, &self.company, kind, id))
    }

    async fn records(&self, kind: RecordKind, after: Option<&str>, limit: usize) -> Result<Vec<Record>, Error> {
        let after = after.unwrap_or_default();
        ask!(self, |m| records::list(&mut m, &self.company, kind, after, limit))
    }

    async fn records_backwards(
        &self,
        kind: RecordKind,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Record>, Error> {
        ask!(self, |m| records::backwards(&mut m, &self.company, kind, before, limit))
    }

    async fn rollups(&self, since: Timestamp, until: Timestamp) -> Result<Rollup, Error> {
        ask!(self, |m| rollups::sum(&mut m, &self.company, since, until))
    }

    async fn rollups_by(
        &self,
        step: Step,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<(Timestamp, Rollup)>, Error> {
        ask!(self, |m| rollups::series(&mut m, &self.company, step, (since, until)))
    }

    async fn recall(&self, lookup: &Lookup) -> Result<Candidates, Error> {
        ask!(self, |m| recall::find(&mut m, &self.company, lookup))
    }

    async fn counts(&self, since: Timestamp) -> Result<CorrelationCounts, Error> {
        ask!(self, |m| alerts::counts(&mut m, &self.company, since))
    }
}

/// A scope's reader. The companies need not be there yet.
#[derive(Debug)]
pub(super) struct ScopeReader {
    pub(super) shared: Arc<Shared>,
    pub(super) companies: CompanySet,
}

impl ScopeReader {
    async fn ready(&self) -> Result<(), Error> {
        self.shared.check()?;
        for company in self.companies.iter() {
            self.shared.cell(company).await?;
        }
        self.shared.order.catch_up().await;
        Ok(())
    }
}

#[async_trait]
impl EventReader for ScopeReader {
    async fn last(&self) -> Result<Position, Error> {
        self.ready().await?;
        let last = events::last(&self.shared, &self.companies).await;
        last.map_err(Fault::into_error)
    }

    async fn after(&self, position: Position, limit: usize) -> Result<EventsAfter, Error> {
        self.ready().await?;
        let after = events::after(&self.shared, &self.companies, position, limit).await;
        after.map_err(Fault::into_error)
    }
}
