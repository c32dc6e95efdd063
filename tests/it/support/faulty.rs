//! A store around a store, with faults at named points: panics, errors, waits, and a writer's queue
//! that outlives whoever handed something in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actors::domain::kpi::Step;
use actors::domain::{
    Alert, AlertId, Company, CompanyId, Decision, Entry, Incident, IncidentId, Rollup, ShortMemory, Timestamp,
};
use actors::port::reader::{
    AlertFilter, AlertView, Briefing, CorrelationCounts, EntryFilter, IncidentFilter, IncidentView, OpenView, Page,
    PageRequest, PastAlert, TimelineItem,
};
use actors::port::writer::{Changed, IncidentChange, OpenIncident, PlaceBatch, Placed, Receipt, Regroup, Strays};
use actors::port::{
    Accepted, Amended, Amendment, Candidates, Committed, CompanySet, Delivery, Due, Error, EventReader, Inbox, Living,
    Lookup, Members, NewCompany, Reader, Record, RecordKind, Roster, Store, Writer,
};
use async_trait::async_trait;
use tokio::sync::{Notify, broadcast};
use tokio::time::Instant;

/// Where a fault can strike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Point {
    Acquire,
    Found,
    FoundAfter,
    RosterDue,
    ReadUnplaced,
    ReadIncident,
    PlaceBefore,
    PlaceAfter,
    ChangeBefore,
    ChangeAfter,
}

/// What strikes.
#[derive(Clone)]
pub enum Fault {
    /// The caller panics.
    Panic,
    /// The caller gets an error; nothing happens.
    Error(Error),
    /// The caller waits for the gate.
    Hold(Arc<Gate>),
    /// It takes this long.
    Slow(Duration),
    /// The caller panics, but what it handed in waits for the gate and then happens.
    HandInAndPanic(Arc<Gate>),
}

/// Tells that somebody waits, and lets them go.
#[derive(Default)]
pub struct Gate {
    reached: Notify,
    opened: Notify,
}

impl Gate {
    pub async fn reached(&self) {
        self.reached.notified().await;
    }

    pub fn open(&self) {
        self.opened.notify_one();
    }

    pub async fn wait(&self) {
        self.reached.notify_one();
        self.opened.notified().await;
    }
}

/// A fault to come: where, for whom, how often.
struct Planned {
    point: Point,
    company: Option<CompanyId>,
    skip: usize,
    times: usize,
    fault: Fault,
}

/// The store.
pub struct FaultyStore {
    inner: Arc<dyn Store>,
    faults: Arc<Mutex<Vec<Planned>>>,
    writers: Mutex<HashMap<CompanyId, Arc<FaultyWriter>>>,
}

impl FaultyStore {
    pub fn around(inner: Arc<dyn Store>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            faults: Arc::default(),
            writers: Mutex::default(),
        })
    }

    /// Plans a fault for a company, or any.
    pub fn plan(&self, point: Point, company: Option<&CompanyId>, times: usize, fault: Fault) {
        self.plan_after(point, company, 0, times, fault);
    }

    /// As [`Self::plan`], letting the first `skip` calls pass.
    pub fn plan_after(&self, point: Point, company: Option<&CompanyId>, skip: usize, times: usize, fault: Fault) {
        let company = company.cloned();
        self.faults.lock().unwrap().push(Planned {
            point,
            company,
            skip,
            times,
            fault,
        });
    }

    /// Takes back what has not struck.
    pub fn calm(&self) {
        self.faults.lock().unwrap().clear();
    }

    /// Whether everything planned has struck.
    pub fn spent(&self) -> bool {
        self.faults.lock().unwrap().is_empty()
    }

    /// The writer that the company's tenant holds now.
    pub fn writer_of(&self, company: &CompanyId) -> Arc<dyn Writer> {
        self.writers.lock().unwrap()[company].inner.clone()
    }
}

fn strike(faults: &Mutex<Vec<Planned>>, point: Point, company: Option<&CompanyId>) -> Option<Fault> {
    let mut faults = faults.lock().unwrap();
    let of_company = |planned: &Planned| planned.company.is_none() || planned.company.as_ref() == company;
    let place = faults
        .iter()
        .position(|planned| planned.point == point && of_company(planned))?;
    let planned = &mut faults[place];
    if planned.skip > 0 {
        planned.skip -= 1;
        return None;
    }
    let fault = planned.fault.clone();
    planned.times = planned.times.saturating_sub(1);
    if planned.times == 0 {
        faults.remove(place);
    }
    Some(fault)
}

async fn meet(faults: &Mutex<Vec<Planned>>, point: Point, company: Option<&CompanyId>) -> Result<(), Error> {
    suffer(strike(faults, point, company), point).await
}

async fn suffer(fault: Option<Fault>, point: Point) -> Result<(), Error> {
    match fault {
        None => Ok(()),
        Some(Fault::Error(error)) => Err(error),
        Some(Fault::Hold(gate)) => {
            gate.wait().await;
            Ok(())
        }
        Some(Fault::Slow(span)) => {
            tokio::time::sleep(span).await;
            Ok(())
        }
        Some(Fault::Panic | Fault::HandInAndPanic(_)) => panic!("planned fault at {point:?}"),
    }
}

#[async_trait]
impl Inbox for FaultyStore {
    async fn accept(&self, delivery: Delivery) -> Result<Accepted, Error> {
        self.inner.accept(delivery).await
    }
}

#[async_trait]
impl Roster for FaultyStore {
    async fn companies(&self) -> Result<Vec<Company>, Error> {
        self.inner.companies().await
    }

    async fn all_records(
        &self,
        kind: RecordKind,
        after: Option<(&CompanyId, &str)>,
        limit: usize,
    ) -> Result<Vec<Record>, Error> {
        self.inner.all_records(kind, after, limit).await
    }

    async fn find_record(&self, kind: RecordKind, lookup: &str) -> Result<Option<Record>, Error> {
        self.inner.find_record(kind, lookup).await
    }

    async fn unplaced(&self, limit: usize) -> Result<Vec<CompanyId>, Error> {
        self.inner.unplaced(limit).await
    }

    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<Due>, Error> {
        meet(&self.faults, Point::RosterDue, None).await?;
        self.inner.due(now, limit).await
    }

    async fn forget_expired(&self, now: Timestamp) -> Result<(), Error> {
        self.inner.forget_expired(now).await
    }
}

#[async_trait]
impl Members for FaultyStore {
    fn me(&self) -> Option<&str> {
        self.inner.me()
    }

    async fn renew(&self, draining: bool) -> Result<Living, Error> {
        self.inner.renew(draining).await
    }

    async fn leave(&self) -> Result<(), Error> {
        self.inner.leave().await
    }

    fn arrivals(&self) -> broadcast::Receiver<CompanyId> {
        self.inner.arrivals()
    }

    async fn give_up(&self, company: &CompanyId) -> Result<(), Error> {
        self.inner.give_up(company).await
    }
}

#[async_trait]
impl Store for FaultyStore {
    fn reader(&self, company: &CompanyId) -> Arc<dyn Reader> {
        let inner = self.inner.reader(company);
        Arc::new(FaultyReader {
            inner,
            company: company.clone(),
            faults: self.faults.clone(),
        })
    }

    async fn acquire(&self, company: &CompanyId) -> Result<Arc<dyn Writer>, Error> {
        meet(&self.faults, Point::Acquire, Some(company)).await?;
        let inner = self.inner.acquire(company).await?;
        let queue = Arc::default();
        let writer = Arc::new(FaultyWriter {
            inner,
            faults: self.faults.clone(),
            queue,
        });
        self.writers.lock().unwrap().insert(company.clone(), writer.clone());
        Ok(writer)
    }

    fn events(&self, companies: &CompanySet) -> Arc<dyn EventReader> {
        self.inner.events(companies)
    }

    fn feed(&self) -> broadcast::Receiver<Arc<Committed>> {
        self.inner.feed()
    }
}

struct FaultyWriter {
    inner: Arc<dyn Writer>,
    faults: Arc<Mutex<Vec<Planned>>>,
    /// The writer's queue: what was handed in first is done first.
    queue: Arc<tokio::sync::Mutex<()>>,
}

#[async_trait]
impl Writer for FaultyWriter {
    fn company(&self) -> &CompanyId {
        self.inner.company()
    }

    async fn barrier(&self) -> Result<u64, Error> {
        let _turn = self.queue.lock().await;
        self.inner.barrier().await
    }

    async fn place(&self, batch: PlaceBatch) -> Result<Placed, Error> {
        let fault = strike(&self.faults, Point::PlaceBefore, Some(self.company()));
        if let Some(Fault::HandInAndPanic(gate)) = fault {
            let (inner, turn) = (self.inner.clone(), self.queue.clone().lock_owned().await);
            tokio::spawn(async move {
                gate.wait().await;
                drop(inner.place(batch).await);
                drop(turn);
            });
            panic!("planned fault: died with a batch handed in");
        }
        suffer(fault, Point::PlaceBefore).await?;
        let turn = self.queue.lock().await;
        let placed = self.inner.place(batch).await?;
        drop(turn);
        meet(&self.faults, Point::PlaceAfter, Some(self.company())).await?;
        Ok(placed)
    }

    async fn change(&self, change: IncidentChange, deadline: Option<Instant>) -> Result<Changed, Error> {
        let fault = strike(&self.faults, Point::ChangeBefore, Some(self.company()));
        if let Some(Fault::HandInAndPanic(gate)) = fault {
            let (inner, turn) = (self.inner.clone(), self.queue.clone().lock_owned().await);
            tokio::spawn(async move {
                gate.wait().await;
                drop(inner.change(change, deadline).await);
                drop(turn);
            });
            panic!("planned fault: died with a change handed in");
        }
        suffer(fault, Point::ChangeBefore).await?;
        let turn = self.queue.lock().await;
        let changed = self.inner.change(change, deadline).await?;
        drop(turn);
        meet(&self.faults, Point::ChangeAfter, Some(self.company())).await?;
        Ok(changed)
    }

    async fn regroup(&self, regroup: Regroup, deadline: Option<Instant>) -> Result<bool, Error> {
        let _turn = self.queue.lock().await;
        self.inner.regroup(regroup, deadline).await
    }

    async fn release(&self, alert: AlertId) -> Result<bool, Error> {
        let _turn = self.queue.lock().await;
        self.inner.release(alert).await
    }

    async fn amend(&self, amendment: Amendment, deadline: Option<Instant>) -> Result<Amended, Error> {
        let _turn = self.queue.lock().await;
        self.inner.amend(amendment, deadline).await
    }

    async fn found(&self, company: NewCompany) -> Result<bool, Error> {
        meet(&self.faults, Point::Found, Some(self.company())).await?;
        let founded = self.inner.found(company).await?;
        meet(&self.faults, Point::FoundAfter, Some(self.company())).await?;
        Ok(founded)
    }
}

struct FaultyReader {
    inner: Arc<dyn Reader>,
    company: CompanyId,
    faults: Arc<Mutex<Vec<Planned>>>,
}

#[async_trait]
impl Reader for FaultyReader {
    async fn company(&self) -> Result<Company, Error> {
        self.inner.company().await
    }

    async fn unplaced(&self, limit: usize) -> Result<Vec<Alert>, Error> {
        meet(&self.faults, Point::ReadUnplaced, Some(&self.company)).await?;
        self.inner.unplaced(limit).await
    }

    async fn accept_mark(&self) -> Result<u64, Error> {
        self.inner.accept_mark().await
    }

    async fn settled(&self, mark: u64) -> Result<bool, Error> {
        self.inner.settled(mark).await
    }

    async fn joinable(
        &self,
        now: Timestamp,
        reopen_window: Duration,
        page: PageRequest,
    ) -> Result<Page<OpenIncident>, Error> {
        self.inner.joinable(now, reopen_window, page).await
    }

    async fn strays(&self, now: Timestamp) -> Result<Strays, Error> {
        self.inner.strays(now).await
    }

    async fn owned(&self, id: &IncidentId) -> Result<Option<OpenIncident>, Error> {
        self.inner.owned(id).await
    }

    async fn held_due(&self, now: Timestamp, limit: usize) -> Result<Vec<Alert>, Error> {
        self.inner.held_due(now, limit).await
    }

    async fn incident(&self, id: &IncidentId) -> Result<Option<IncidentView>, Error> {
        meet(&self.faults, Point::ReadIncident, Some(&self.company)).await?;
        self.inner.incident(id).await
    }

    async fn briefing(
        &self,
        id: &IncidentId,
        after: Option<u64>,
        now: Timestamp,
        limit: usize,
    ) -> Result<Briefing, Error> {
        meet(&self.faults, Point::ReadIncident, Some(&self.company)).await?;
        self.inner.briefing(id, after, now, limit).await
    }

    async fn placed_between(&self, id: &IncidentId, after: u64, upto: u64, limit: usize) -> Result<Vec<Alert>, Error> {
        self.inner.placed_between(id, after, upto, limit).await
    }

    async fn short_memory(&self, id: &IncidentId, now: Timestamp) -> Result<Option<ShortMemory>, Error> {
        self.inner.short_memory(id, now).await
    }

    async fn decisions(&self, id: &IncidentId, page: PageRequest) -> Result<Page<(u64, Decision)>, Error> {
        self.inner.decisions(id, page).await
    }

    async fn last_decision(&self, id: &IncidentId) -> Result<Option<(u64, Decision)>, Error> {
        self.inner.last_decision(id).await
    }

    async fn alerts(&self, filter: &AlertFilter, page: PageRequest) -> Result<Page<AlertView>, Error> {
        self.inner.alerts(filter, page).await
    }

    async fn alert(&self, id: AlertId) -> Result<Option<(AlertView, Option<Receipt>)>, Error> {
        self.inner.alert(id).await
    }

    async fn incidents(&self, filter: &IncidentFilter, page: PageRequest) -> Result<Page<IncidentView>, Error> {
        self.inner.incidents(filter, page).await
    }

    async fn unresolved(&self, page: PageRequest) -> Result<Page<OpenView>, Error> {
        self.inner.unresolved(page).await
    }

    async fn timeline(&self, id: &IncidentId, page: PageRequest) -> Result<Page<TimelineItem>, Error> {
        self.inner.timeline(id, page).await
    }

    async fn journal(&self, page: PageRequest) -> Result<Page<Entry>, Error> {
        self.inner.journal(page).await
    }

    async fn journal_backwards(&self, page: PageRequest) -> Result<Page<Entry>, Error> {
        self.inner.journal_backwards(page).await
    }

    async fn journal_like(
        &self,
        filter: &EntryFilter,
        newest_first: bool,
        page: PageRequest,
    ) -> Result<Page<Entry>, Error> {
        self.inner.journal_like(filter, newest_first, page).await
    }

    async fn past_alerts(&self, before: Timestamp, page: PageRequest) -> Result<Page<PastAlert>, Error> {
        self.inner.past_alerts(before, page).await
    }

    async fn past_decisions(&self, before: Timestamp, page: PageRequest) -> Result<Page<(u64, Decision)>, Error> {
        self.inner.past_decisions(before, page).await
    }

    async fn past_incidents(&self, before: Timestamp, page: PageRequest) -> Result<Page<IncidentView>, Error> {
        self.inner.past_incidents(before, page).await
    }

    async fn record(&self, kind: RecordKind, id: &str) -> Result<Option<Record>, Error> {
        self.inner.record(kind, id).await
    }

    async fn records(&self, kind: RecordKind, after: Option<&str>, limit: usize) -> Result<Vec<Record>, Error> {
        self.inner.records(kind, after, limit).await
    }

    async fn records_backwards(
        &self,
        kind: RecordKind,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Record>, Error> {
        self.inner.records_backwards(kind, before, limit).await
    }

    async fn rollups(&self, since: Timestamp, until: Timestamp) -> Result<Rollup, Error> {
        self.inner.rollups(since, until).await
    }

    async fn rollups_by(
        &self,
        step: Step,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<(Timestamp, Rollup)>, Error> {
        self.inner.rollups_by(step, since, until).await
    }

    async fn recall(&self, lookup: &Lookup) -> Result<Candidates, Error> {
        self.inner.recall(lookup).await
    }

    async fn counts(&self, since: Timestamp) -> Result<CorrelationCounts, Error> {
        self.inner.counts(since).await
    }
}

/// Rows that are open.
pub fn open(rows: &[Incident]) -> Vec<&Incident> {
    rows.iter().filter(|row| row.is_open()).collect()
}
