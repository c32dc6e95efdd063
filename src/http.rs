//! The HTTP edge: takes requests, says who may, forwards to the right actor or reads the store.
//!
//! Nothing is decided here that is not about HTTP. [`router`] is the one list of routes; rights are
//! the extractor types of `rights`; every error leaves as a [`problem::Problem`].

mod acts;
pub mod admin;
mod agent;
pub mod alertmanager;
mod alerts;
mod approvals;
mod audit;
mod auth;
pub(crate) mod body;
pub(crate) mod caller;
mod circuits;
mod companies;
pub mod dashboard;
pub mod deciding;
mod decisions;
mod describe;
pub mod forwarded;
pub(crate) mod gate;
mod health;
mod heartbeats;
mod incidents;
mod kpis;
pub mod listener;
pub mod live;
mod memory;
mod metrics;
mod newest;
pub(crate) mod offered;
pub mod openapi;
mod origin;
mod pace;
pub mod page;
pub mod problem;
pub mod question;
pub(crate) mod rights;
pub mod router;
mod routes;
mod runbooks;
mod runs;
mod schemas;
mod shape;
mod system;
mod tag;
mod tools;
mod users;
pub mod walk;
mod webhook;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actors::company_now::Outwards;
use actors::domain::{Company, CompanyId, Runbook};
use actors::port::{Clock, Courier, Entropy, Store};
use actors::runtime::Runtime;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

use crate::accounts::Accounts;
use crate::accounts::refusals::Refusals;
use crate::accounts::register::Register;
use crate::audit::checkpoint::Signer;
use crate::aws::cloud::Cloud;
use crate::aws::compliance::PatchCompliance;
use crate::config::Settings;
use crate::heartbeats::Heartbeats;
use crate::ingest::formats::custom::Mappings;
use crate::ingest::keyring::Keyring;
use crate::ingest::sns::Outside;
use crate::ingest::sources::Sources;
use crate::nodes::Nodes;
use crate::nodes::knowing::Looking;
use crate::outbound::Gate;
use deciding::Deciding;
use live::hub::Hub;
use live::streams::Streams;
use pace::Paces;
use problem::Problem;

/// How far the process is from ready, or from its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// It takes work.
    Ready,
    /// It takes work, but tells others to go elsewhere.
    Leaving,
    /// It takes no new work; streams end.
    Draining,
}

/// The ways out of the process.
pub struct Ways {
    /// To Amazon SNS.
    pub outside: Outside,
    /// To the other nodes.
    pub nodes: Arc<Nodes>,
    /// To addresses that companies name.
    pub gate: Gate,
    /// To people.
    pub courier: Arc<dyn Courier>,
}

/// What every handler may use.
pub struct Edge {
    /// The tree.
    pub runtime: Runtime,
    /// The truth.
    pub store: Arc<dyn Store>,
    /// Companies, keys, secrets and buckets.
    pub keyring: Arc<Keyring>,
    /// People and their logins.
    pub accounts: Accounts,
    /// What keeps both up to date.
    pub register: Arc<Register>,
    /// What was refused, for the journal.
    pub refusals: Arc<Refusals>,
    /// Signs what journals have come to.
    pub signer: Arc<Signer>,
    /// The built-in runbooks.
    pub library: Arc<Vec<Runbook>>,
    /// What companies have in their clouds.
    pub cloud: Cloud,
    /// How their machines are patched.
    pub patches: Arc<PatchCompliance>,
    /// Journals are verified one at a time: it takes a processor.
    verifying: Semaphore,
    /// Rules are tried on the past one company at a time, for the same reason.
    trying: Arc<Semaphore>,
    /// The way to the other nodes.
    pub(crate) nodes: Arc<Nodes>,
    /// What is looked for of what other nodes have made.
    pub(crate) looking: Looking,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// The settings in force.
    pub settings: Settings,
    /// When the process began to serve.
    pub started: Instant,
    /// How far it is.
    pub stage: watch::Sender<Stage>,
    /// The way out to Amazon SNS.
    pub outside: Outside,
    /// Where requests to addresses that companies name may go.
    pub gate: Gate,
    /// How people are told.
    pub courier: Arc<dyn Courier>,
    /// What companies' settings say of the news that incidents are.
    pub outwards: Outwards,
    /// Companies' own mappings.
    pub mappings: Mappings,
    /// Who listens for what companies are to hear of.
    pub heartbeats: Arc<Heartbeats>,
    /// Which tools have sent something.
    pub sources: Arc<Sources>,
    pub(crate) hub: Arc<Hub>,
    /// Who reads live.
    pub streams: Arc<Streams>,
    /// Decisions that somebody has asked for.
    pub deciding: Deciding,
    /// How fast each may ask.
    pub(crate) paces: Paces,
    warned_of_query_key: AtomicBool,
}

impl Edge {
    /// From its parts; ready at once.
    pub fn new(
        runtime: Runtime,
        store: Arc<dyn Store>,
        accounts: Accounts,
        (register, signer): (Arc<Register>, Arc<Signer>),
        (library, cloud): (Arc<Vec<Runbook>>, Cloud),
        (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>),
        (ways, settings): (Ways, Settings),
    ) -> Arc<Self> {
        let Ways {
            outside,
            nodes,
            gate,
            courier,
        } = ways;
        let heartbeats = Heartbeats::new(store.clone(), runtime.clone(), (clock.clone(), entropy.clone()));
        let heartbeats = Arc::new(heartbeats);
        let patches = Arc::new(PatchCompliance::new(cloud.inventory.clone(), register.keyring()));
        let (stage, _) = watch::channel(Stage::Ready);
        let paces = Paces::of(settings.api_requests_per_minute);
        let (started, warned_of_query_key) = (Instant::now(), AtomicBool::new(false));
        Arc::new(Self {
            runtime,
            store,
            keyring: register.keyring(),
            accounts,
            register,
            refusals: Arc::default(),
            signer,
            library,
            patches,
            cloud,
            nodes,
            looking: Looking::default(),
            verifying: Semaphore::new(1),
            trying: Arc::new(Semaphore::new(1)),
            clock,
            entropy,
            settings,
            started,
            stage,
            outside,
            gate,
            courier,
            outwards: Outwards::default(),
            mappings: Mappings::default(),
            heartbeats,
            sources: Arc::default(),
            hub: Arc::default(),
            streams: Arc::default(),
            deciding: Deciding::default(),
            paces,
            warned_of_query_key,
        })
    }

    /// A company's settings.
    fn company(&self, id: &CompanyId) -> Result<Arc<Company>, Problem> {
        self.keyring.company(id).ok_or_else(|| Problem::not_found("company"))
    }

    /// Refuses work for a company that is archived.
    pub(crate) fn takes_work(&self, id: &CompanyId) -> Result<(), Problem> {
        match self.company(id)?.archived_at {
            None => Ok(()),
            Some(_) => Err(Problem::new(problem::Code::Conflict, "the company is archived")),
        }
    }

    pub(crate) fn stage(&self) -> Stage {
        *self.stage.borrow()
    }

    /// Says once that keys in URLs end up in other people's logs.
    fn warn_of_query_key(&self) {
        if !self.warned_of_query_key.swap(true, Ordering::Relaxed) {
            tracing::warn!("a webhook came with its API key in the URL; use the X-API-Key header");
        }
    }
}
