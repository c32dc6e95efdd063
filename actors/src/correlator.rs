//! The correlator of one company: reads alerts that are not placed, in order, and commits which
//! incident each belongs to.
//!
//! A placement is a commit, not a message: what this actor knows is only an index of the store, and
//! whatever is not committed as planned makes it load again. It never holds an alert that the store
//! does not.

pub mod event_time;
mod few;
pub mod index;
pub mod plan;
pub mod regroup;
pub mod replay;
pub mod rules;
pub mod topology;
mod verdicts;
pub mod whatif;

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ractor::{Actor, ActorProcessingErr, ActorRef};
use tokio::time::Instant;
use tracing::Instrument;

use crate::call::Call;
use crate::census::{Alive, Census, Kind, Post};
use crate::company_now::CompanyNow;
use crate::domain::ids::EntryId;
use crate::domain::{Alert, Asset, CompanyId, IncidentId, Severity, Timestamp};
use crate::incident::ActCall;
use crate::incident::acts::ActRefusal;
use crate::limits::{ASSETS, LIGHT_BATCH, LIGHT_PACE, PAGE, PLACEMENT_BATCH, PLACEMENT_PACE};
use crate::port::reader::PageRequest;
use crate::port::writer::PlaceBatch;
use crate::port::{Error, Reader, RecordKind, Writer};
use crate::runtime::{CallError, Ports};
use crate::supervision::{Timer, backoff};
use crate::tenant::TenantMsg;
use index::Index;
use plan::{Mint, Plan};
use rules::Rules;
use topology::Topology;
use verdicts::Verdicts;

/// What a correlator hears.
#[derive(strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum CorrelatorMsg {
    /// There may be alerts to place, or held ones may be due.
    News,
    /// The pace allows another look.
    Look,
    /// Answer when every alert accepted before now has a verdict.
    Settle(Call<()>),
    /// Somebody wants an incident reopened.
    Reopens(IncidentId, Box<ActCall>),
    /// An incident is over, or was when this was sent.
    Closed(IncidentId),
    /// Incidents were reopened or regrouped, or the settings changed: what the index says is old.
    Reload,
    /// End.
    Drain,
}

/// What a correlator is made from.
pub struct CorrelatorArgs {
    pub(crate) ports: Ports,
    pub(crate) company: CompanyNow,
    pub(crate) reader: Arc<dyn Reader>,
    pub(crate) writer: Arc<dyn Writer>,
    pub(crate) tenant: ActorRef<TenantMsg>,
    /// Set by whoever sends news, cleared before the correlator looks.
    pub(crate) news: Arc<AtomicBool>,
    pub(crate) census: Arc<Census>,
    pub(crate) restarts: u32,
}

/// Somebody waits until all alerts before a mark have a verdict.
struct Waiter {
    mark: u64,
    call: Call<()>,
}

/// A correlator's memory.
pub struct CorrelatorState {
    args: CorrelatorArgs,
    index: Option<Index>,
    joinable_no: u64,
    /// Alerts that could not be planned.
    poisonous: HashSet<u64>,
    waiters: Vec<Waiter>,
    looked_at: Option<Instant>,
    pace: Duration,
    next_look: Option<Timer<CorrelatorMsg>>,
    failures: usize,
    alive: Alive,
}

/// The actor.
pub struct CorrelatorActor;

impl Actor for CorrelatorActor {
    type Msg = CorrelatorMsg;
    type State = CorrelatorState;
    type Arguments = CorrelatorArgs;

    async fn pre_start(
        &self,
        _me: ActorRef<CorrelatorMsg>,
        args: CorrelatorArgs,
    ) -> Result<CorrelatorState, ActorProcessingErr> {
        let post = Post::of_company(Kind::Correlator, args.company.id(), args.restarts);
        let alive = args.census.enter(post);
        Ok(CorrelatorState {
            alive,
            args,
            index: None,
            joinable_no: 0,
            poisonous: HashSet::new(),
            waiters: Vec::new(),
            looked_at: None,
            pace: LIGHT_PACE,
            next_look: None,
            failures: 0,
        })
    }

    async fn post_start(
        &self,
        me: ActorRef<CorrelatorMsg>,
        state: &mut CorrelatorState,
    ) -> Result<(), ActorProcessingErr> {
        state.look(&me).await
    }

    async fn handle(
        &self,
        me: ActorRef<CorrelatorMsg>,
        msg: CorrelatorMsg,
        state: &mut CorrelatorState,
    ) -> Result<(), ActorProcessingErr> {
        let span = state.alive.hears((&msg).into());
        // Boxed: ractor keeps room for a handler's future as long as the actor lives.
        Box::pin(state.hear(&me, msg).instrument(span)).await
    }
}

impl CorrelatorState {
    async fn hear(&mut self, me: &ActorRef<CorrelatorMsg>, msg: CorrelatorMsg) -> Result<(), ActorProcessingErr> {
        match msg {
            CorrelatorMsg::News => self.pace(me).await,
            CorrelatorMsg::Look => {
                self.next_look = None;
                self.look(me).await
            }
            CorrelatorMsg::Settle(call) => self.settle(me, call).await,
            CorrelatorMsg::Reopens(incident, ask) => self.reopens(incident, ask).await,
            CorrelatorMsg::Closed(incident) => {
                if let Some(mut index) = self.index.take()
                    && self.refresh(&mut index, &incident).await.is_ok()
                {
                    self.index = Some(index);
                }
                Ok(())
            }
            CorrelatorMsg::Reload => {
                self.index = None;
                Ok(())
            }
            CorrelatorMsg::Drain => {
                self.alive.drains();
                self.waiters
                    .drain(..)
                    .for_each(|waiter| waiter.call.answer(Err(CallError::Draining)));
                me.stop(None);
                Ok(())
            }
        }
    }

    /// Looks now, or when the pace allows it.
    async fn pace(&mut self, me: &ActorRef<CorrelatorMsg>) -> Result<(), ActorProcessingErr> {
        if self.next_look.is_some() {
            return Ok(());
        }
        let since = self.looked_at.map_or(self.pace, |at| at.elapsed());
        if since >= self.pace {
            return self.look(me).await;
        }
        self.next_look = Some(Timer::after(me, self.pace - since, || CorrelatorMsg::Look));
        Ok(())
    }

    /// One look: a batch at most. A store that is away is asked again later and spends no restart.
    async fn look(&mut self, me: &ActorRef<CorrelatorMsg>) -> Result<(), ActorProcessingErr> {
        // Cleared before looking: an alert that comes while we look sends news again.
        self.args.news.store(false, Ordering::SeqCst);
        self.looked_at = Some(Instant::now());
        let done = match self.place_batch().await {
            Ok(more) => {
                self.failures = 0;
                self.answer_settled().await.map(|()| more)
            }
            Err(error) => Err(error),
        };
        self.alive.queue(self.waiters.len());
        match done {
            Ok(true) => me.cast(CorrelatorMsg::Look)?,
            Ok(false) => {}
            Err(Error::Fenced) => self.args.tenant.cast(TenantMsg::Fenced)?,
            Err(error @ (Error::Corrupt(_) | Error::NoSuchCompany)) => return Err(error.into()),
            Err(error) => {
                tracing::warn!(company_id = %self.company(), %error, "placing waits for the store");
                self.index = None;
                self.failures += 1;
                let wait = backoff::wait(self.failures, self.args.ports.entropy.fraction());
                self.next_look = Some(Timer::after(me, wait, || CorrelatorMsg::Look));
            }
        }
        Ok(())
    }

    /// Places what is unplaced, a batch at most. `true` where there may be more.
    async fn place_batch(&mut self) -> Result<bool, Error> {
        let now = self.args.ports.clock.now();
        let mut index = match self.index.take() {
            Some(index) => index,
            None => self.load(now).await?,
        };
        let due = match index.holds_any() {
            true => self.args.reader.held_due(now, PLACEMENT_BATCH).await?,
            false => Vec::new(),
        };
        let alerts = self.args.reader.unplaced(PLACEMENT_BATCH).await?;
        self.alive.queue(alerts.len() + self.waiters.len());
        self.pace = if alerts.len() < LIGHT_BATCH {
            LIGHT_PACE
        } else {
            PLACEMENT_PACE
        };
        if due.is_empty() && alerts.is_empty() {
            self.index = Some(index);
            return Ok(false);
        }
        let full = due.len().max(alerts.len()) == PLACEMENT_BATCH;
        let Some(batch) = self.plan(&mut index, &due, &alerts, now) else {
            return Ok(true); // An alert is poisonous; the index is half written and loaded again.
        };
        let woken = woken_by(&batch);
        let verdicts = Verdicts::of(&batch);
        let placed = self.args.writer.place(batch).await?;
        if placed.joinable_no != self.joinable_no {
            return Ok(true); // Nothing was done: an incident was reopened or regrouped, and the index is loaded again.
        }
        verdicts.measure(&placed, &alerts, self.args.ports.clock.now());
        let refused = !placed.refused.is_empty();
        for refusal in &placed.refused {
            self.refresh(&mut index, &refusal.incident_id).await?;
        }
        self.index = Some(index);
        let done = woken
            .into_iter()
            .filter(|(id, _)| placed.refused.iter().all(|refusal| refusal.incident_id != *id));
        for (incident, severity) in done {
            self.args
                .tenant
                .cast(TenantMsg::IncidentNews(incident, severity))
                .map_err(|_| Error::Fenced)?;
        }
        Ok(full || refused)
    }

    /// Reads an incident into the index again, as the store has it.
    async fn refresh(&self, index: &mut Index, incident: &IncidentId) -> Result<(), Error> {
        match self.args.reader.owned(incident).await? {
            Some(stored) => index.take(stored),
            None => index.remove(incident),
        }
        Ok(())
    }

    /// Acquire, then load: the barrier lets everything through that an earlier correlator handed in.
    async fn load(&mut self, now: Timestamp) -> Result<Index, Error> {
        self.joinable_no = self.args.writer.barrier().await?;
        let (reader, company) = (&self.args.reader, self.args.company.now());
        let settings = company.correlation;
        let topology = Topology::of(&self.assets().await?);
        let mut index = Index::new(settings, Rules::of(&company), topology);
        let mut page = PageRequest {
            limit: PAGE,
            after: None,
        };
        loop {
            let found = reader.joinable(now, settings.reopen_window(), page).await?;
            found.items.into_iter().for_each(|incident| index.take(incident));
            page.after = found.next;
            if page.after.is_none() {
                break;
            }
        }
        index.take_strays(reader.strays(now).await?);
        Ok(index)
    }

    async fn assets(&self) -> Result<Vec<Asset>, Error> {
        let (reader, mut all) = (&self.args.reader, Vec::<Asset>::new());
        loop {
            let after = all.last().map(|last| last.name.clone());
            let page = reader.records(RecordKind::Assets, after.as_deref(), PAGE).await?;
            if page.is_empty() || all.len() >= ASSETS {
                return Ok(all);
            }
            for record in page {
                all.push(record.read()?);
            }
        }
    }

    /// Plans a batch; `None` where planning an alert panicked, which makes it poisonous.
    fn plan(&mut self, index: &mut Index, due: &[Alert], alerts: &[Alert], now: Timestamp) -> Option<PlaceBatch> {
        let mut mint = PortMint {
            ports: &self.args.ports,
            now,
        };
        let mut plan = Plan::new(index, &mut mint, now);
        due.iter().for_each(|alert| plan.give_up(alert));
        for alert in alerts {
            if self.poisonous.contains(&alert.no) {
                plan.bury(alert, "planning it failed; see the log");
                continue;
            }
            if catch_unwind(AssertUnwindSafe(|| plan.place(alert))).is_err() {
                tracing::error!(company_id = %self.args.company.id(), alert_id = %alert.id(), "planning an alert panicked");
                self.poisonous.insert(alert.no);
                return None;
            }
        }
        let batch = plan.finish(self.joinable_no);
        alerts.iter().for_each(|alert| {
            self.poisonous.remove(&alert.no);
        });
        Some(batch)
    }

    async fn settle(&mut self, me: &ActorRef<CorrelatorMsg>, call: Call<()>) -> Result<(), ActorProcessingErr> {
        if call.is_over() {
            return Ok(());
        }
        match self.args.reader.accept_mark().await {
            Ok(mark) => {
                self.waiters.push(Waiter { mark, call });
                self.look(me).await
            }
            Err(error) => {
                call.answer(Err(error.into()));
                Ok(())
            }
        }
    }

    /// Passes the wish on, unless another open incident has the fingerprint: there would be two for one
    /// trouble, and only one would hear of its end.
    async fn reopens(&mut self, incident: IncidentId, ask: Box<ActCall>) -> Result<(), ActorProcessingErr> {
        if ask.call.is_over() {
            return Ok(());
        }
        match self.superseded(&incident).await {
            Ok(None) => self.args.tenant.cast(TenantMsg::MayReopen(incident, ask))?,
            Ok(Some(other)) => ask.call.answer(Err(ActRefusal::Superseded(other.to_string()).into())),
            Err(error) => {
                ask.call.answer(Err(error.clone().into()));
                if error == Error::Fenced {
                    self.args.tenant.cast(TenantMsg::Fenced)?;
                }
            }
        }
        Ok(())
    }

    async fn superseded(&mut self, incident: &IncidentId) -> Result<Option<IncidentId>, Error> {
        let stored = self.args.reader.owned(incident).await?;
        let Some(over) = stored.filter(|stored| !stored.row.is_open()) else {
            return Ok(None);
        };
        let index = match self.index.take() {
            Some(index) => index,
            None => self.load(self.args.ports.clock.now()).await?,
        };
        let other = index.open_holder(over.fingerprints.iter().map(|word| word.identity));
        self.index = Some(index);
        Ok(other)
    }

    async fn answer_settled(&mut self) -> Result<(), Error> {
        let mut waiting = Vec::new();
        for waiter in self.waiters.drain(..).collect::<Vec<_>>() {
            if waiter.call.is_over() {
                continue;
            }
            if self.args.reader.settled(waiter.mark).await? {
                waiter.call.answer(Ok(()));
            } else {
                waiting.push(waiter);
            }
        }
        self.waiters = waiting;
        Ok(())
    }

    fn company(&self) -> &CompanyId {
        self.args.company.id()
    }
}

/// Incidents that have something to decide after a batch.
fn woken_by(batch: &PlaceBatch) -> Vec<(IncidentId, Severity)> {
    batch
        .incidents
        .iter()
        .filter(|placement| placement.wake.is_some_and(|at| at <= batch.now))
        .map(|placement| (placement.incident_id.clone(), placement.severity))
        .collect()
}

/// Ids from the ports' entropy.
struct PortMint<'a> {
    ports: &'a Ports,
    now: Timestamp,
}

impl Mint for PortMint<'_> {
    fn incident(&mut self) -> IncidentId {
        IncidentId::from_uuid(self.ports.entropy.uuid(self.now))
    }

    fn entry(&mut self) -> EntryId {
        EntryId::from_uuid(self.ports.entropy.uuid(self.now))
    }
}
