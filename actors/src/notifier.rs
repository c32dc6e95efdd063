//! Delivers what a company's channels are to be told: one channel never waits for another, and no incident for any.
//!
//! What there is to tell is in the store, put there by the commits that it tells of. The notifier reads it, has one message
//! at a time on its way to each channel, and commits what came of it. A message may reach its receiver twice, where the
//! process ends in between; its id is the same then.

mod delivery;
mod pace;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ractor::{Actor, ActorId, ActorProcessingErr, ActorRef, SupervisionEvent};
use serde_json::json;
use tokio::time::Instant;
use tracing::Instrument;

use crate::census::{Alive, Census, Kind, Post};
use crate::domain::channel::Disabled;
use crate::domain::ids::EntryId;
use crate::domain::notice::{Delivery, Fate};
use crate::domain::{Channel, CompanyId, Fact, IncidentId, Notice, Timestamp};
use crate::limits::{NOTICES_DIGESTED, NOTICES_WAITING, PAGE};
use crate::port::courier::{Courier, Delivered, Undelivered, Verdict};
use crate::port::{Amended, Amendment, Clock, Entropy, Error, Kept, Put, Reader, RecordKind, Writer};
use crate::supervision::Timer;
use crate::tenant::TenantMsg;
use delivery::{DeliveryActor, DeliveryArgs};
use pace::Pace;

/// How often notices are read from the store, at most: a storm brings many at once.
const READ_EVERY: std::time::Duration = std::time::Duration::from_millis(200);
/// How soon a store that was away is asked again.
const AGAIN: std::time::Duration = std::time::Duration::from_secs(5);

/// What a notifier hears.
#[derive(strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum NotifierMsg {
    /// There are new notices, or channels are otherwise than before.
    News,
    /// Something is due.
    Due,
    /// What came of a delivery.
    Delivered(ActorId, Box<Result<Delivered, Undelivered>>),
    /// A delivery has ended; judged behind its messages.
    Ended(ActorId),
    /// End once nothing is on its way.
    Drain,
}

/// What a notifier is made from.
pub struct NotifierArgs {
    pub(crate) courier: Arc<dyn Courier>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) company_id: CompanyId,
    pub(crate) reader: Arc<dyn Reader>,
    pub(crate) writer: Arc<dyn Writer>,
    pub(crate) tenant: ActorRef<TenantMsg>,
    pub(crate) census: Arc<Census>,
    /// How much there is to be delivered, for the tenant.
    pub(crate) waiting: Arc<AtomicUsize>,
    pub(crate) restarts: u32,
}

/// A notifier's memory.
pub struct NotifierState {
    args: NotifierArgs,
    channels: HashMap<String, (Channel, u64)>,
    /// What is to be told, in the order of its ids, each with its version.
    notices: BTreeMap<String, (Notice, u64)>,
    /// Whether what is in memory is to be read again.
    is_stale: bool,
    /// When it was last read.
    read_at: Option<Instant>,
    under_way: HashMap<ActorId, UnderWay>,
    paces: HashMap<String, Pace>,
    timer: Option<(Instant, Timer<NotifierMsg>)>,
    draining: bool,
    alive: Alive,
}

struct UnderWay {
    channel: String,
    notices: Vec<String>,
}

/// The actor.
pub struct NotifierActor;

impl Actor for NotifierActor {
    type Msg = NotifierMsg;
    type State = NotifierState;
    type Arguments = NotifierArgs;

    async fn pre_start(
        &self,
        _me: ActorRef<NotifierMsg>,
        args: NotifierArgs,
    ) -> Result<NotifierState, ActorProcessingErr> {
        let alive = args
            .census
            .enter(Post::of_company(Kind::Notifier, &args.company_id, args.restarts));
        Ok(NotifierState {
            args,
            channels: HashMap::new(),
            notices: BTreeMap::new(),
            is_stale: true,
            read_at: None,
            under_way: HashMap::new(),
            paces: HashMap::new(),
            timer: None,
            draining: false,
            alive,
        })
    }

    async fn post_start(
        &self,
        me: ActorRef<NotifierMsg>,
        _state: &mut NotifierState,
    ) -> Result<(), ActorProcessingErr> {
        Ok(me.cast(NotifierMsg::News)?)
    }

    async fn handle(
        &self,
        me: ActorRef<NotifierMsg>,
        msg: NotifierMsg,
        state: &mut NotifierState,
    ) -> Result<(), ActorProcessingErr> {
        let span = state.alive.hears((&msg).into());
        Box::pin(state.hear(&me, msg).instrument(span)).await
    }

    async fn handle_supervisor_evt(
        &self,
        me: ActorRef<NotifierMsg>,
        event: SupervisionEvent,
        _state: &mut NotifierState,
    ) -> Result<(), ActorProcessingErr> {
        match event {
            SupervisionEvent::ActorTerminated(child, _, _) | SupervisionEvent::ActorFailed(child, _) => {
                me.cast(NotifierMsg::Ended(child.get_id()))?;
            }
            _ => {}
        }
        Ok(())
    }
}

impl NotifierState {
    async fn hear(&mut self, me: &ActorRef<NotifierMsg>, msg: NotifierMsg) -> Result<(), ActorProcessingErr> {
        let done = match msg {
            NotifierMsg::News => {
                self.is_stale = true;
                Ok(())
            }
            NotifierMsg::Due => {
                self.timer = None;
                Ok(())
            }
            NotifierMsg::Delivered(child, outcome) => self.conclude(child, *outcome).await,
            NotifierMsg::Ended(child) => {
                let lost = Undelivered {
                    why: "it was broken off".to_owned(),
                    verdict: Verdict::Again(None),
                };
                self.conclude(child, Err(lost)).await
            }
            NotifierMsg::Drain => {
                self.draining = true;
                self.alive.drains();
                Ok(())
            }
        };
        match done {
            Ok(()) => {}
            Err(Error::Fenced) => return Ok(self.args.tenant.cast(TenantMsg::Fenced)?),
            Err(error @ (Error::Corrupt(_) | Error::NoSuchCompany)) => return Err(error.into()),
            // What is in memory may not be what is in the store: it is read again.
            Err(error) => {
                tracing::warn!(company_id = %self.args.company_id, %error, "the notifier waits for the store");
                self.is_stale = true;
                self.wake_at(me, Instant::now() + AGAIN);
                if !self.draining {
                    return Ok(());
                }
            }
        }
        if self.draining {
            if self.under_way.is_empty() {
                me.stop(None);
            }
            return Ok(());
        }
        match self.go_on(me).await {
            Ok(()) => Ok(()),
            Err(Error::Fenced) => Ok(self.args.tenant.cast(TenantMsg::Fenced)?),
            Err(error @ (Error::Corrupt(_) | Error::NoSuchCompany)) => Err(error.into()),
            Err(error) => {
                self.is_stale = true;
                tracing::warn!(company_id = %self.args.company_id, %error, "the notifier waits for the store");
                self.wake_at(me, Instant::now() + AGAIN);
                Ok(())
            }
        }
    }

    /// Sends what is due, and sets the clock for what is next.
    async fn go_on(&mut self, me: &ActorRef<NotifierMsg>) -> Result<(), Error> {
        if self.is_stale {
            match self.read_at.map(|at| at + READ_EVERY).filter(|at| Instant::now() < *at) {
                Some(at) => self.wake_at(me, at),
                None => self.load().await?,
            }
        }
        let now = self.args.clock.now();
        let busy: HashSet<String> = self.under_way.values().map(|way| way.channel.clone()).collect();
        let mut due: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut next: Option<Timestamp> = None;
        // A ticket is told its incident's news in their order.
        let mut waiting: HashSet<(&str, &IncidentId)> = HashSet::new();
        let mut in_order: Vec<(&String, &Notice)> = self.notices.iter().map(|(id, (notice, _))| (id, notice)).collect();
        in_order.sort_by_key(|(_, notice)| (notice.created_at, notice.life_version));
        for (id, notice) in in_order {
            if busy.contains(&notice.channel) {
                continue;
            }
            let of = (notice.channel.as_str(), &notice.message.incident.incident_id);
            let channel = self.channels.get(&notice.channel).map(|(channel, _)| channel);
            let is_in_order = channel.is_some_and(|channel| channel.kind.keeps_tickets());
            // What leads nowhere any more is given up now, not when it would be tried.
            let is_lost = channel.is_none_or(|channel| channel.disabled.is_some());
            if is_in_order && waiting.contains(&of) {
                continue;
            }
            let is_due = is_lost || notice.next_at <= now;
            if is_in_order && !is_due {
                waiting.insert(of);
            }
            if is_due {
                due.entry(notice.channel.clone()).or_default().push(id.clone());
            } else {
                next = Some(next.map_or(notice.next_at, |next| next.min(notice.next_at)));
            }
        }
        for (channel, ids) in due {
            let turn = self.send(me, &channel, ids, now).await?;
            next = next.into_iter().chain(turn).min();
        }
        self.alive.queue(self.notices.len());
        self.args.waiting.store(self.notices.len(), Ordering::SeqCst);
        if let Some(next) = next {
            self.wake_at(me, Instant::now() + next.since(now));
        }
        Ok(())
    }

    /// Reads what is to be told, and the channels. A receiver that is dead for days takes no room from others.
    async fn load(&mut self) -> Result<(), Error> {
        (self.is_stale, self.read_at) = (false, Some(Instant::now()));
        let reader = self.args.reader.clone();
        let channels = all::<Channel>(&*reader).await?;
        self.channels = channels
            .into_iter()
            .map(|(channel, version)| (channel.name.clone(), (channel, version)))
            .collect();
        let (mut waiting, mut over) = (HashMap::<String, VecDeque<String>>::new(), Vec::new());
        self.notices.clear();
        let mut last: Option<String> = None;
        loop {
            let page = reader.records(RecordKind::Notices, last.as_deref(), PAGE).await?;
            let Some(end) = page.last() else { break };
            last = Some(end.id.clone());
            for record in page {
                let notice: Notice = record.read()?;
                let ids = waiting.entry(notice.channel.clone()).or_default();
                ids.push_back(record.id.clone());
                self.notices.insert(record.id, (notice, record.version));
                if ids.len() > NOTICES_WAITING {
                    over.extend(ids.pop_front());
                }
            }
            // What is over is given up as it is met, so that what is in memory stays bounded.
            let why = format!("more than {NOTICES_WAITING} wait for this channel");
            self.fail(&std::mem::take(&mut over), &why, self.args.clock.now())
                .await?;
        }
        Ok(())
    }

    /// Starts a delivery of what is due on a channel; when it may begin, where it has to wait for others.
    async fn send(
        &mut self,
        me: &ActorRef<NotifierMsg>,
        channel: &str,
        mut ids: Vec<String>,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        let known = self.channels.get(channel).map(|(channel, _)| channel.clone());
        let why = match &known {
            None => Some("there is no such channel any more".to_owned()),
            Some(channel) => channel
                .disabled
                .as_ref()
                .map(|disabled| format!("the channel is disabled: {}", disabled.why)),
        };
        if let Some(why) = why {
            self.fail(&ids, &why, now).await?;
            return Ok(None);
        }
        let Some(known) = known else { return Ok(None) };
        if known.kind.is_read_by_people() {
            let pace = self.paces.entry(channel.to_owned()).or_default();
            if let Err(at) = pace.take(now) {
                return Ok(Some(at));
            }
            ids.truncate(NOTICES_DIGESTED);
        } else {
            ids.truncate(1);
        }
        let notices: Vec<Notice> = ids
            .iter()
            .filter_map(|id| Some(self.notices.get(id)?.0.clone()))
            .collect();
        let post = Post::of_company(Kind::Delivery, &self.args.company_id, 0);
        let args = DeliveryArgs {
            courier: self.args.courier.clone(),
            reader: self.args.reader.clone(),
            company_id: self.args.company_id.clone(),
            channel: known,
            notices,
            notifier: me.clone(),
            alive: self.args.census.enter(post),
        };
        let spawned = Actor::spawn_linked(None, DeliveryActor, args, me.get_cell()).await;
        let (child, _) = spawned.map_err(|error| Error::Unavailable(error.to_string()))?;
        let way = UnderWay {
            channel: channel.to_owned(),
            notices: ids,
        };
        self.under_way.insert(child.get_id(), way);
        Ok(None)
    }

    /// Commits what came of a delivery.
    async fn conclude(&mut self, child: ActorId, outcome: Result<Delivered, Undelivered>) -> Result<(), Error> {
        let Some(way) = self.under_way.remove(&child) else {
            return Ok(());
        };
        let now = self.args.clock.now();
        let mut amendment = Amendment::default();
        for id in &way.notices {
            let Some((notice, version)) = self.notices.get(id).cloned() else {
                continue;
            };
            match &outcome {
                Ok(Delivered { answer, .. }) => {
                    let delivered = notice.tried(answer.clone(), now).ended(Fate::Delivered, None, now);
                    self.end(&mut amendment, delivered, version)?;
                }
                Err(Undelivered { why, verdict }) => {
                    let again = match verdict {
                        Verdict::Again(wait) => notice.again(why.clone(), *wait, now),
                        Verdict::Never | Verdict::Gone => Err(notice.tried(why.clone(), now)),
                    };
                    match again {
                        Ok(notice) => amendment.puts.push(Put::change(&notice, version)?),
                        Err(notice) => self.end(&mut amendment, notice.ended(Fate::Failed, None, now), version)?,
                    }
                }
            }
        }
        if let Ok(Delivered {
            ticket: Some(ticket), ..
        }) = &outcome
        {
            amendment.puts.push(Put::new(ticket)?);
        }
        if let Err(gone) = &outcome
            && gone.verdict == Verdict::Gone
        {
            self.disable(&mut amendment, &way.channel, &gone.why, now)?;
        }
        self.commit(amendment).await
    }

    /// Gives up what cannot be delivered.
    async fn fail(&mut self, ids: &[String], why: &str, now: Timestamp) -> Result<(), Error> {
        for some in ids.chunks(NOTICES_DIGESTED) {
            let mut amendment = Amendment::default();
            for id in some {
                if let Some((notice, version)) = self.notices.get(id).cloned() {
                    let failed = notice.ended(Fate::Failed, Some(why.to_owned()), now);
                    self.end(&mut amendment, failed, version)?;
                }
            }
            self.commit(amendment).await?;
        }
        Ok(())
    }

    fn end(&self, amendment: &mut Amendment, delivery: Delivery, version: u64) -> Result<(), Error> {
        let notice = &delivery.notice;
        let kind = match delivery.fate {
            Fate::Delivered => "notification.delivered",
            Fate::Pending | Fate::Failed => "notification.failed",
        };
        let answer = notice.tries.last().map(|last| &last.answer);
        let data = json!({
            "delivery_id": notice.delivery_id, "channel": notice.channel, "because": notice.because,
            "news": notice.message.news, "tries": notice.tried, "answer": answer, "why": delivery.why,
        });
        let incident = notice.message.incident.incident_id.as_str();
        let fact = self.fact(kind, incident, delivery.ended_at, &data);
        amendment.facts.push(fact);
        amendment
            .puts
            .push(Put::remove(RecordKind::Notices, notice.id(), version));
        amendment.puts.push(Put::new(&delivery)?);
        Ok(())
    }

    fn disable(&self, amendment: &mut Amendment, name: &str, why: &str, now: Timestamp) -> Result<(), Error> {
        let Some((channel, version)) = self.channels.get(name) else {
            return Ok(());
        };
        let disabled = Channel {
            disabled: Some(Disabled {
                at: now,
                why: why.to_owned(),
            }),
            ..channel.clone()
        };
        amendment.puts.push(Put::change(&disabled, *version)?);
        let data = json!({"channel": name, "why": why});
        amendment.facts.push(self.fact("channel.disabled", name, now, &data));
        Ok(())
    }

    fn fact(&self, kind: &'static str, subject: &str, now: Timestamp, data: &serde_json::Value) -> Fact {
        let id = EntryId::from_uuid(self.args.entropy.uuid(now));
        Fact::new(id, now, kind, subject, "notifier", data)
    }

    async fn commit(&mut self, amendment: Amendment) -> Result<(), Error> {
        if amendment.puts.is_empty() {
            return Ok(());
        }
        let puts = amendment.puts.clone();
        if self.args.writer.amend(amendment, None).await? != Amended::Done {
            // Somebody has changed a channel or sent a notice anew: it is looked at again.
            self.is_stale = true;
            return Ok(());
        }
        for put in puts {
            let Some(record) = put.record(&self.args.company_id) else {
                self.notices.remove(&put.id);
                continue;
            };
            match put.kind {
                RecordKind::Notices => drop(self.notices.insert(put.id, (record.read()?, record.version))),
                RecordKind::Channels => drop(self.channels.insert(put.id, (record.read()?, record.version))),
                _ => {}
            }
        }
        Ok(())
    }

    fn wake_at(&mut self, me: &ActorRef<NotifierMsg>, at: Instant) {
        if self.timer.as_ref().is_none_or(|(other, _)| at < *other) {
            let wait = at.saturating_duration_since(Instant::now());
            self.timer = Some((at, Timer::after(me, wait, || NotifierMsg::Due)));
        }
    }
}

/// All records of a kind.
async fn all<K: Kept>(reader: &dyn Reader) -> Result<Vec<(K, u64)>, Error> {
    let mut found: Vec<(K, u64)> = Vec::new();
    let mut last: Option<String> = None;
    loop {
        let page = reader.records(K::KIND, last.as_deref(), PAGE).await?;
        let Some(end) = page.last() else { return Ok(found) };
        last = Some(end.id.clone());
        for record in page {
            found.push((record.read()?, record.version));
        }
    }
}
