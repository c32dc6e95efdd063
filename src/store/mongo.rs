//! The production store: MongoDB 6.0 or later, as a replica set or sharded by `company_id`.
//!
//! Code map: `client` from a URL to a server that can keep the promises; `schema` collections and indexes;
//! `convert` what an older
//! version has left; `shape`, `rows`, `head`, `companies`, `records` and `seen` values as documents; `tx` one transaction on one of the
//! `sessions`, `fault` what can go wrong; `accept` takes deliveries under `numbers`, `writer` runs a company's operations (`op`, `batch`), which `work` works
//! out in memory; `order` puts commits in one order; `moment` several queries at one moment, `read` the
//! queries, `reader` their handles; `evidence` reads journals, to be verified; `import` fills a database with another store's, which is `unfinished` until
//! it is whole.
//!
//! Invariants: everything is written with the journal of a majority and read as a majority has it; a
//! company's state changes in transactions that compare and set its head, one in flight at a time; what
//! nobody knows to be done is settled before it is tried again.

mod accept;
mod batch;
mod client;
mod companies;
mod convert;
mod cut;
mod evidence;
mod fault;
mod head;
mod import;
mod members;
mod moment;
mod names;
mod news;
mod numbers;
mod op;
mod order;
mod read;
mod reader;
mod recall;
mod records;
mod rollups;
mod rows;
mod schema;
mod seen;
mod sessions;
mod shape;
mod shared;
mod tx;
mod unfinished;
mod work;
mod writer;

use std::sync::{Arc, Mutex, PoisonError};

use actors::domain::{Company, CompanyId, Timestamp};
use actors::port::events::{Committed, CompanySet, EventReader};
use actors::port::inbox::{Accepted, Delivery, Inbox};
use actors::port::{Clock, Due, Error, Living, Members, Reader, Record, RecordKind, Roster, Store, Writer};
use async_trait::async_trait;
use futures::TryStreamExt;
use mongodb::bson::{Document, doc};
use secrecy::SecretString;
use strum::IntoEnumIterator;
use tokio::sync::broadcast;

pub use self::evidence::MongoEvidence;
use self::fault::Fault;
pub(in crate::store) use self::import::{Journal, Pack, Target};
pub use self::members::Identity;
use self::moment::Moment;
use self::names::*;
use self::reader::{CompanyReader, ScopeReader};
use self::shape::{Fields, date};
use self::shared::Shared;
use self::tx::in_time;
use self::writer::CompanyWriter;

/// Turns of one call to forget.
const FORGET_TURNS: usize = 100;
/// Documents of a collection forgotten in one turn.
const FORGOTTEN_AT_ONCE: i64 = 1_000;

/// Why a database was not opened, and what is needed.
#[derive(Debug, thiserror::Error)]
pub enum MongoError {
    /// The URL cannot be used.
    #[error("MONGO_URL cannot be used: {0}")]
    Url(String),
    /// Nobody answers there.
    #[error(
        "no MongoDB answers at MONGO_URL: {0}. Is it running, is its primary elected, and can this machine reach the \
         addresses that its replica set names?"
    )]
    Away(String),
    /// The user, the password or the right to use it is wrong.
    #[error("MongoDB refuses MONGO_URL's user: {0}")]
    Refused(String),
    /// The server cannot do what is asked.
    #[error("MongoDB {0} is too old: 6.0 or later is needed")]
    TooOld(String),
    /// Without one there are no transactions.
    #[error(
        "the MongoDB at MONGO_URL is a single server without a replica set, and transactions need one: start it with \
         --replSet rs0, run rs.initiate() once in mongosh, and add ?replicaSet=rs0 to the URL. One member is enough"
    )]
    NoReplicaSet,
    /// A later version of the binary has been here.
    #[error("the database has schema version {found}, and this binary knows up to {known}: a newer binary is needed")]
    Newer {
        /// The database's version.
        found: i64,
        /// The binary's.
        known: i64,
    },
    /// Another process brings the schema up to date.
    #[error("another process has been changing the database's schema for long; try again")]
    Locked,
    /// It holds a part of a store.
    #[error(
        "the database holds a migration that has not come to its end: run `alert-whisperer migrate` again, which begins \
         anew, or name another database"
    )]
    Unfinished,
    /// A command failed.
    #[error("MongoDB: {0}")]
    Failed(String),
    /// Something stored cannot be read.
    #[error("the database cannot be read: {0}")]
    Load(#[from] Error),
}

impl MongoError {
    fn of_connecting(error: &mongodb::error::Error) -> Self {
        use mongodb::error::ErrorKind as Kind;
        let text = error.kind.to_string();
        match &*error.kind {
            Kind::Authentication { .. } => Self::Refused(text),
            Kind::Command(command) if [13, 18].contains(&command.code) => Self::Refused(command.message.clone()),
            Kind::ServerSelection { .. } if text.contains("SCRAM failure") => Self::Refused(text),
            _ => Self::Away(text),
        }
    }

    fn without_secrets(self, url: &SecretString) -> Self {
        let hide = |text: String| client::without_secrets(&text, url);
        match self {
            Self::Away(text) => Self::Away(hide(text)),
            Self::Refused(text) => Self::Refused(hide(text)),
            Self::Failed(text) => Self::Failed(hide(text)),
            other => other,
        }
    }
}

impl From<mongodb::error::Error> for MongoError {
    fn from(error: mongodb::error::Error) -> Self {
        Self::Failed(error.kind.to_string())
    }
}

impl From<Fault> for MongoError {
    fn from(fault: Fault) -> Self {
        Self::Load(fault.into_error())
    }
}

fn closed() -> Error {
    Error::Unavailable("the store is closed".to_owned())
}

/// Makes a database's collections and indexes, or brings them up to date.
///
/// # Errors
/// [`MongoError`].
pub async fn init(url: &SecretString) -> Result<(), MongoError> {
    schema::migrate(&client::connect(url).await?).await
}

/// What a database lacks of collections and indexes, or has otherwise; nothing where it is as it should be.
///
/// # Errors
/// [`MongoError`].
pub async fn check(url: &SecretString) -> Result<Vec<String>, MongoError> {
    schema::check(&client::connect(url).await?).await
}

/// The URL of a database beside another: its name with something put behind it.
///
/// # Errors
/// [`MongoError::Url`].
pub fn beside(url: &SecretString, suffix: &str) -> Result<SecretString, MongoError> {
    client::beside(url, suffix)
}

/// Removes a database with everything in it. That it is not there is no matter.
///
/// # Errors
/// [`MongoError`].
pub async fn remove(url: &SecretString) -> Result<(), MongoError> {
    Ok(client::connect(url).await?.drop().await?)
}

/// A store in a MongoDB database.
#[derive(Debug)]
pub struct MongoStore {
    shared: Arc<Shared>,
    inbox: Arc<accept::Inbox>,
    /// Where the last look for unplaced alerts ended, so that no company is always behind others.
    turn: Mutex<Option<CompanyId>>,
}

impl MongoStore {
    /// Opens a database, making what is missing in it.
    ///
    /// # Errors
    /// [`MongoError`].
    pub async fn open(url: &SecretString, clock: Arc<dyn Clock>) -> Result<Arc<Self>, MongoError> {
        let name = uuid::Uuid::new_v4().to_string();
        Self::open_as(Identity { name, url: None }, url, clock).await
    }

    /// As [`MongoStore::open`], under this name. Where others reach it, it is a node among those that share the database: it
    /// lives from now on, and takes nothing until it renews its lease.
    ///
    /// # Errors
    /// [`MongoError`].
    pub async fn open_as(
        identity: Identity,
        url: &SecretString,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>, MongoError> {
        let database = client::connect(url).await?;
        schema::migrate(&database).await?;
        unfinished::refuse(&database).await?;
        let shared = Arc::new(Shared::new(database, identity));
        shared.advance(stored_clock(&shared).await?);
        shared.advance(clock.now());
        if shared.identity.shares() {
            members::renew(&shared, true).await?;
        }
        let inbox = Arc::<accept::Inbox>::default();
        let mut sessions = sessions::open(&shared, accept::LANES + 1).await?;
        if let Some(tx) = sessions.pop() {
            shared.run_vital("the order of commits", order::run(Arc::clone(&shared), tx));
        }
        if shared.identity.shares() {
            for what in [news::What::Commits, news::What::Deliveries] {
                shared.run(news::run(Arc::clone(&shared), what));
            }
        }
        for tx in sessions {
            shared.run_vital("accepting", Arc::clone(&inbox).run(Arc::clone(&shared), tx));
        }
        Ok(Arc::new(Self {
            shared,
            inbox,
            turn: Mutex::default(),
        }))
    }

    /// The names of the nodes that live, in their order.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn nodes(&self) -> Result<Vec<String>, Error> {
        let living = members::living(&self.shared).await.map_err(Fault::into_error)?;
        Ok(living.into_iter().map(|node| node.name).collect())
    }

    /// Returns, with the reason, when the store is of no more use: one of its tasks has panicked, and what it did would never
    /// be done again, or another process goes by this node's name.
    pub async fn failed(&self) -> String {
        self.shared.failed().await
    }

    /// Does what was handed in before, and lets the connections go. Every later operation is
    /// [`Error::Unavailable`], also those of readers and writers that live on.
    pub async fn close(&self) {
        self.shared.close().await;
    }

    fn turn(&self) -> Option<CompanyId> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_turn(&self, last: Option<CompanyId>) {
        *self.turn.lock().unwrap_or_else(PoisonError::into_inner) = last;
    }
}

impl Drop for MongoStore {
    fn drop(&mut self) {
        self.shared.cancel();
    }
}

/// How far the clock had come when something was last forgotten.
async fn stored_clock(shared: &Shared) -> Result<Timestamp, Fault> {
    let counters = shared.collection(COUNTERS);
    let found = in_time(async { counters.find_one(doc! { "_id": "clock" }).await }).await?;
    Ok(found.and_then(|found| found.at_or_none("at")).unwrap_or_default())
}

#[async_trait]
impl Inbox for MongoStore {
    async fn accept(&self, delivery: Delivery) -> Result<Accepted, Error> {
        self.inbox.accept(&self.shared, delivery).await
    }
}

#[async_trait]
impl Roster for MongoStore {
    async fn companies(&self) -> Result<Vec<Company>, Error> {
        self.shared.check()?;
        companies::companies(&self.shared).await.map_err(Fault::into_error)
    }

    async fn all_records(
        &self,
        kind: RecordKind,
        after: Option<(&CompanyId, &str)>,
        limit: usize,
    ) -> Result<Vec<Record>, Error> {
        self.shared.check()?;
        let all = async {
            let mut moment = Moment::of(&self.shared.database).await?;
            records::every(&mut moment, kind, after, limit).await
        };
        all.await.map_err(Fault::into_error)
    }

    async fn find_record(&self, kind: RecordKind, lookup: &str) -> Result<Option<Record>, Error> {
        self.shared.check()?;
        let found = async {
            let mut moment = Moment::of(&self.shared.database).await?;
            records::find(&mut moment, kind, lookup).await
        };
        found.await.map_err(Fault::into_error)
    }

    async fn unplaced(&self, limit: usize) -> Result<Vec<CompanyId>, Error> {
        self.shared.check()?;
        let last = self.turn();
        let found = with_unplaced(&self.shared, last.as_ref(), limit).await;
        let found = found.map_err(Fault::into_error)?;
        self.set_turn(found.last().cloned().or(last));
        Ok(found)
    }

    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<Due>, Error> {
        self.shared.check()?;
        let due = async {
            let mut moment = Moment::of(&self.shared.database).await?;
            read::roster::due(&mut moment, now, limit).await
        };
        due.await.map_err(Fault::into_error)
    }

    async fn forget_expired(&self, now: Timestamp) -> Result<(), Error> {
        self.shared.check()?;
        let clock = self.shared.advance(now);
        forget(&self.shared, clock).await.map_err(Fault::into_error)
    }
}

/// Companies with unplaced alerts, going on behind the last one.
async fn with_unplaced(shared: &Shared, last: Option<&CompanyId>, limit: usize) -> Result<Vec<CompanyId>, Fault> {
    let mut moment = Moment::of(&shared.database).await?;
    let mut found = read::roster::unplaced(&mut moment, last.map_or("", CompanyId::as_str), limit).await?;
    if let Some(last) = last
        && found.len() < limit
    {
        let before = read::roster::unplaced(&mut moment, "", limit - found.len()).await?;
        found.extend(before.into_iter().filter(|company| company <= last));
    }
    Ok(found)
}

/// The server forgets by its own clock in its own time; this is by ours.
async fn forget(shared: &Shared, clock: Timestamp) -> Result<(), Fault> {
    let counters = shared.collection(COUNTERS);
    let come = doc! { "$max": { "at": date(clock) } };
    in_time(async { counters.update_one(doc! { "_id": "clock" }, come).upsert(true).await }).await?;
    for _ in 0..FORGET_TURNS {
        let mut more = seen::forget(shared).await?;
        more |= forget_some(shared, SHORT_MEMORY, "expires_at", clock).await?;
        for kind in RecordKind::iter() {
            more |= forget_some(shared, kind.as_str(), records::FORGET_AT, clock).await?;
        }
        if !more {
            break;
        }
    }
    Ok(())
}

/// Forgets some of a collection's documents that have expired: whether more may be left.
async fn forget_some(shared: &Shared, from: &str, field: &str, clock: Timestamp) -> Result<bool, Fault> {
    let collection = shared.collection(from);
    let past = doc! { "$lte": date(clock) };
    let expired: Vec<Document> = in_time(async {
        let found = collection
            .find(doc! { field: &past })
            .sort(doc! { field: 1 })
            .limit(FORGOTTEN_AT_ONCE);
        found.projection(doc! { "_id": 1 }).await?.try_collect().await
    })
    .await?;
    if !expired.is_empty() {
        let names: Vec<&str> = expired
            .iter()
            .map(|document| document.text("_id"))
            .collect::<Result<_, _>>()?;
        // One that has been written again since stays.
        let which = doc! { "_id": { "$in": names }, field: past };
        in_time(async { collection.delete_many(which).await }).await?;
    }
    Ok(expired.len() as i64 == FORGOTTEN_AT_ONCE)
}

#[async_trait]
impl Members for MongoStore {
    fn me(&self) -> Option<&str> {
        let identity = &self.shared.identity;
        identity.shares().then_some(&identity.name)
    }

    async fn renew(&self, draining: bool) -> Result<Living, Error> {
        let renewed = members::renew(&self.shared, draining).await;
        renewed.map_err(Fault::into_error)
    }

    async fn leave(&self) -> Result<(), Error> {
        members::leave(&self.shared).await.map_err(Fault::into_error)
    }

    fn arrivals(&self) -> broadcast::Receiver<CompanyId> {
        self.shared.arrivals.subscribe()
    }

    async fn give_up(&self, company: &CompanyId) -> Result<(), Error> {
        let given_up = members::give_up(&self.shared, company).await;
        given_up.map_err(Fault::into_error)
    }
}

#[async_trait]
impl Store for MongoStore {
    fn reader(&self, company: &CompanyId) -> Arc<dyn Reader> {
        Arc::new(CompanyReader {
            shared: Arc::clone(&self.shared),
            company: company.clone(),
        })
    }

    async fn acquire(&self, company: &CompanyId) -> Result<Arc<dyn Writer>, Error> {
        Ok(Arc::new(CompanyWriter::acquire(&self.shared, company).await?))
    }

    fn events(&self, companies: &CompanySet) -> Arc<dyn EventReader> {
        Arc::new(ScopeReader {
            shared: Arc::clone(&self.shared),
            companies: companies.clone(),
        })
    }

    fn feed(&self) -> broadcast::Receiver<Arc<Committed>> {
        self.shared.feed.subscribe()
    }
}
