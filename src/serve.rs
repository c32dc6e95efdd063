//! Wires everything together, serves until told to stop, and stops in order.
//!
//! The order of the end: `/readyz` turns false and answers close their connections; after a short
//! delay new work is refused, streams are told, requests in flight finish; the actors drain, leaves
//! first; the store closes. At the deadline, or at a second signal, it stops at once, and loses
//! nothing that was acknowledged.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actors::domain::runbook::library::{self, BrokenLibrary};
use actors::haste::Haste;
use actors::port::{Clock, Courier, Entropy, Store};
use actors::runtime::{Ports, Runtime};
use futures::future::OptionFuture;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::accounts::Accounts;
use crate::accounts::people::People;
use crate::accounts::platform::Served;
use crate::accounts::register::Register;
use crate::accounts::staff::{FirstAdmin, StaffError};
use crate::accounts::usage;
use crate::agentcore;
use crate::archive::Archivist;
use crate::audit::checkpoint::{NoSigner, Signer};
use crate::audit::keeper::{self, Keeper};
use crate::aws::cloud::Cloud;
use crate::aws::compliance::days::PatchDays;
use crate::aws::polling::Polling;
use crate::aws::settings::{NoSecret, setting};
use crate::aws::{Aws, BadBase, Base};
use crate::clock::{SystemClock, SystemEntropy};
use crate::config::Settings;
use crate::http::{Edge, Stage, Ways, admin, listener, router};
use crate::ingest::keyring::{Keyring, LoadError};
use crate::ingest::sns::Outside;
use crate::llm::NoModel;
use crate::minds;
use crate::nodes::{Nodes, moved, reached};
use crate::notify::Couriers;
use crate::notify::mail::{Mailer, NoMail};
use crate::outbound::Gate;
use crate::secrets::{KeyError, ServerKey};
use crate::store::{OpenStore, StoreError};
use crate::telemetry;

/// From a signal to the end, at most.
const DRAIN_WITHIN: Duration = Duration::from_secs(14);
/// How often what was measured is put in order.
const UPKEEP: Duration = Duration::from_secs(5);

/// Why the server could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store.
    #[error(transparent)]
    Open(#[from] StoreError),
    /// The server's key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Nodes of one database have one key, and this one would make its own.
    #[error("SECRET_KEY is not set, nor is there a secret.key in DATA_DIR: nodes share one; give every node the same")]
    KeyOfItsOwn,
    /// This process would take companies from nodes, and they from it.
    #[error("NODE_URL is not set, and nodes share this database: {0}; set NODE_URL, or name another database")]
    Shared(String),
    /// The keys and secrets in the store.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The tree.
    #[error("the actors could not start: {0}")]
    Runtime(#[from] actors::runtime::CallError),
    /// Checkpoints.
    #[error(transparent)]
    Signer(#[from] NoSigner),
    /// The built-in runbooks.
    #[error(transparent)]
    Library(#[from] BrokenLibrary),
    /// The relay for mail.
    #[error(transparent)]
    Mail(#[from] NoMail),
    /// Who we are to AWS.
    #[error(transparent)]
    Aws(#[from] BadBase),
    /// A setting that is kept in Secrets Manager.
    #[error(transparent)]
    Setting(#[from] NoSecret),
    /// AgentCore's address cannot be had.
    #[error("AGENTCORE_PORT: cannot listen on {0}: {1}")]
    AgentCore(SocketAddr, io::Error),
    /// A language model cannot be asked.
    #[error(transparent)]
    Model(#[from] NoModel),
    /// The way out to SNS or to other nodes cannot be made.
    #[error("TLS cannot be set up: {0}")]
    Outside(#[from] reqwest::Error),
    /// The first administrator.
    #[error("the first administrator cannot be made: {0}")]
    FirstAdmin(#[from] StaffError),
    /// The sockets.
    #[error("cannot listen: {0}")]
    Io(#[from] io::Error),
}

/// How a server ended. Its exit code: 0, 70 or 74 (`sysexits.h`: software, I/O), 1 when it was forced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Drained in order.
    Drained,
    /// At the deadline or a second signal.
    Forced,
    /// The supervision tree failed.
    TreeFailed,
    /// The store failed.
    StoreFailed(String),
}

impl Ended {
    /// The process's exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Drained => 0,
            Self::Forced => 1,
            Self::TreeFailed => 70,
            Self::StoreFailed(_) => 74,
        }
    }
}

/// A running server.
pub struct Running {
    /// What its handlers use.
    pub edge: Arc<Edge>,
    /// Where it listens.
    pub address: SocketAddr,
    /// The administrator who was made because there was nobody yet.
    pub first_admin: Option<FirstAdmin>,
    store: OpenStore,
    /// Where AgentCore Runtime's listener is, if there is one.
    pub agentcore_address: Option<SocketAddr>,
    http: Listening,
    admin: Listening,
    agentcore: Option<Listening>,
    admin_path: PathBuf,
    /// Refusals on their way to the journal, with the way to end them.
    gathering: CancellationToken,
    gathered: JoinSet<()>,
    /// Checkpoints, with the way to end them.
    keeping: CancellationToken,
    kept: JoinSet<()>,
    /// The hub of live readers, and the order of what is measured; ended with this.
    _background: JoinSet<()>,
}

/// Something served in the background, with its way to stop.
struct Listening {
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Listening {
    fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // A listener that has failed has nothing left to stop.
            let _ = stop.send(());
        }
    }
}

/// Opens the store, starts the actors, listens.
///
/// # Errors
/// [`StartError`], after which nothing is left running.
pub async fn start(settings: Settings, listener: TcpListener) -> Result<Running, StartError> {
    let base = Base::from_env().await?;
    let world = (Arc::new(SystemClock) as Arc<dyn Clock>, Arc::new(SystemEntropy) as _);
    start_under(settings, listener, world, base).await
}

/// As [`start`], under another clock and other chance, and as somebody else to AWS.
///
/// # Errors
/// [`StartError`], after which nothing is left running.
pub async fn start_under(
    settings: Settings,
    listener: TcpListener,
    (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>),
    base: Base,
) -> Result<Running, StartError> {
    telemetry::measure();
    let directory = settings.data_dir.clone();
    let mongo_url = setting("MONGO_URL", settings.mongo_url.as_ref(), &base).await?;
    let secret_key = setting("SECRET_KEY", settings.secret_key.as_ref(), &base).await?;
    let given_key = ServerKey::find(secret_key.as_ref(), &directory)?;
    // Before it is a node that others see.
    if settings.node_url.is_some() && given_key.is_none() {
        return Err(StartError::KeyOfItsOwn);
    }
    let store = OpenStore::open(&directory, mongo_url.as_ref(), settings.node_url.clone(), clock.clone()).await?;
    let server_key = Arc::new(match given_key {
        Some(key) => key,
        None => ServerKey::load(None, &directory)?,
    });
    if settings.node_url.is_none() {
        match store.nodes().await.map_err(LoadError::from)? {
            nodes if nodes.is_empty() => {}
            nodes => return Err(StartError::Shared(nodes.join(", "))),
        }
    }
    let port: Arc<dyn Store> = store.port();
    let keyring = Arc::new(Keyring::load(&*port, server_key.clone()).await?);
    let people = Arc::new(People::default());
    people.load(&*port).await.map_err(LoadError::from)?;
    let cloud = Cloud::from(Arc::new(Aws::new(base.clone(), keyring.clone(), clock.clone())));
    let register = Register::new(keyring, people.clone());
    let signer = Arc::new(Signer::of(&server_key)?);
    let journals = keeper::found_at_the_start(&port).await.map_err(LoadError::from)?;
    let library = Arc::new(library::built_in()?);
    let gate = Gate::new(&settings.outbound_networks);
    let mailer = settings
        .mail
        .as_ref()
        .map(|(url, from)| Mailer::new(url, from))
        .transpose()?;
    let courier = Couriers::new(server_key.clone(), gate.clone(), mailer, clock.clone())?;
    let courier: Arc<dyn Courier> = Arc::new(courier);
    let decision = Duration::from_secs(u64::from(settings.budget.max_time_seconds));
    let nodes = Arc::new(Nodes::new(settings.node_url.clone(), &server_key, decision)?);
    let ports = Ports {
        courier: courier.clone(),
        store: port.clone(),
        clock: clock.clone(),
        entropy: entropy.clone(),
        notices: register.clone(),
        engine: Arc::new(minds::chain(&settings.minds, &base)?),
        budget: settings.budget,
        tokens_per_day: settings.minds.tokens_per_day,
        peers: nodes.clone(),
        haste: Haste::default(),
        reconcile_window: settings.reconcile_window,
        commands: cloud.commands.clone(),
        automations: cloud.automations.clone(),
        inventory: cloud.inventory.clone(),
        watch: cloud.watch.clone(),
        library: library.clone(),
    };
    let outside = Outside::new(settings.sns_endpoint.as_deref())?;
    let runtime = Runtime::start(ports).await?;
    let needs_second_factor = settings.second_factor_for.clone();
    let platform = Served {
        runtime: runtime.clone(),
        store: port.clone(),
    };
    let accounts = Accounts::new(
        people,
        server_key,
        needs_second_factor,
        Arc::new(platform),
        (clock.clone(), entropy.clone()),
    );
    let ways = Ways {
        outside,
        nodes,
        gate,
        courier,
    };
    let edge = Edge::new(
        runtime,
        port,
        accounts,
        (register.clone(), signer.clone()),
        (library, cloud),
        (clock.clone(), entropy),
        (ways, settings),
    );
    let first_admin = edge.accounts.first_admin(&edge.settings).await?;
    // Where nobody has served before, nothing was signed, and nothing is missed.
    let journals = if first_admin.is_some() { Vec::new() } else { journals };
    moved::look(&edge).await.map_err(LoadError::from)?;
    let address = listener.local_addr()?;
    let admin_listener = admin::bind(&directory)?;
    let admin_app = admin::router(edge.clone());
    let admin = serve(|stopped| async move {
        axum::serve(admin_listener, admin_app)
            .with_graceful_shutdown(stopped)
            .await
    });
    let app = router::router(edge.clone());
    let http = serve(|stopped| async move {
        listener::serve(listener, app, stopped).await;
        Ok(())
    });
    let (agentcore, agentcore_address) = agentcore(&edge)?.unzip();
    let mut background = JoinSet::new();
    let archivist = Archivist {
        store: edge.store.clone(),
        runtime: edge.runtime.clone(),
        signer: signer.clone(),
        clock: edge.clock.clone(),
        entropy: edge.entropy.clone(),
        dir: edge.settings.archives.clone(),
        checkpoints: edge.settings.checkpoints.clone(),
    };
    let keeper = Keeper::new(signer, edge.settings.checkpoints.clone(), clock);
    let gathering = CancellationToken::new();
    let mut gathered = JoinSet::new();
    let refusals = edge.refusals.clone();
    let world = (edge.clock.clone(), edge.entropy.clone());
    gathered.spawn(refusals.run(edge.runtime.clone(), world, gathering.clone()));
    let (keyring, store_of_keys) = (edge.keyring.clone(), edge.store.clone());
    gathered.spawn(usage::run(
        keyring,
        store_of_keys,
        edge.runtime.clone(),
        gathering.clone(),
    ));
    gathered.spawn(moved::run(edge.clone(), gathering.clone()));
    gathered.spawn(reached::run(edge.clone(), gathering.clone()));
    gathered.spawn(edge.heartbeats.clone().run(gathering.clone()));
    let polling = Polling::new(
        (edge.cloud.watch.clone(), edge.keyring.clone()),
        edge.store.clone(),
        edge.runtime.clone(),
        edge.sources.clone(),
        (edge.clock.clone(), edge.entropy.clone()),
    );
    gathered.spawn(polling.run(gathering.clone()));
    let days = PatchDays::new(
        (edge.patches.clone(), edge.keyring.clone()),
        edge.store.clone(),
        edge.runtime.clone(),
        edge.clock.clone(),
    );
    gathered.spawn(days.run(gathering.clone()));
    let sources = edge.sources.clone();
    let entropy = edge.entropy.clone();
    gathered.spawn(sources.run(edge.store.clone(), edge.runtime.clone(), entropy, gathering.clone()));
    gathered.spawn(archivist.run(register.settings_changed(), gathering.clone()));
    let keeping = CancellationToken::new();
    let mut kept = JoinSet::new();
    kept.spawn(keeper.run(edge.store.clone(), journals, keeping.clone()));
    let hub = edge.hub.clone().run(edge.store.feed(), edge.clock.clone());
    background.spawn(hub);
    background.spawn(moved::wake(edge.clone(), edge.store.arrivals()));
    background.spawn(keep_up());
    background.spawn(register.clone().follow(edge.store.feed(), edge.runtime.clone()));
    background.spawn(register.settle_doubts(edge.store.clone()));
    let node = edge.runtime.membership().me().map(str::to_owned);
    let node_url = edge.settings.node_url.as_deref();
    tracing::info!(%address, data_dir = %directory.display(), store = store.engine(), node, node_url, "serving");
    Ok(Running {
        edge,
        address,
        agentcore_address,
        first_admin,
        store,
        http,
        admin,
        agentcore,
        admin_path: admin::socket_path(&directory),
        gathering,
        gathered,
        keeping,
        kept,
        _background: background,
    })
}

/// AgentCore Runtime's listener, where the settings have one, and where it is.
fn agentcore(edge: &Arc<Edge>) -> Result<Option<(Listening, SocketAddr)>, StartError> {
    let Some(settings) = edge.settings.agentcore.clone() else {
        return Ok(None);
    };
    let listener = agentcore::listen(&settings, edge.settings.mongo_url.is_some());
    let listener = listener.map_err(|error| StartError::AgentCore(settings.listen, error))?;
    let address = listener.local_addr()?;
    tracing::info!(%address, "serving AgentCore Runtime");
    let edge = edge.clone();
    let served = serve(|stopped| agentcore::serve(edge, settings, listener, stopped));
    Ok(Some((served, address)))
}

/// Samples are put into their buckets though nobody asks for them.
async fn keep_up() {
    let mut turn = tokio::time::interval(UPKEEP);
    loop {
        turn.tick().await;
        telemetry::upkeep();
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "the edge's listeners are no actors; their end is awaited"
)]
fn serve<F>(start: impl FnOnce(Stopped) -> F) -> Listening
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let (stop, stopped) = oneshot::channel();
    let serving = start(Box::pin(async move {
        drop(stopped.await);
    }));
    let task = tokio::spawn(async move {
        if let Err(error) = serving.await {
            tracing::error!(%error, "a listener failed");
        }
    });
    Listening { stop: Some(stop), task }
}

type Stopped = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

impl Running {
    /// Serves until `shutdown` is done, then drains; `force` cuts the draining short.
    pub async fn run_until(self, shutdown: impl Future<Output = ()>, force: impl Future<Output = ()>) -> Ended {
        tokio::select! {
            () = shutdown => self.drain(force).await,
            () = self.edge.runtime.ended() => {
                tracing::error!("the supervision tree failed");
                self.abandon(Ended::TreeFailed)
            }
            why = self.store.failed() => {
                tracing::error!(why, "the store failed; starting again recovers");
                self.abandon(Ended::StoreFailed(why))
            }
        }
    }

    async fn drain(mut self, force: impl Future<Output = ()>) -> Ended {
        tracing::info!("draining");
        let deadline = Instant::now() + DRAIN_WITHIN;
        let drained = {
            let in_order = self.drain_in_order(deadline);
            tokio::select! {
                drained = in_order => drained,
                () = force => false,
            }
        };
        if !drained {
            tracing::warn!("stopped before everything had drained; nothing acknowledged is lost");
            return self.abandon(Ended::Forced);
        }
        self.store.close().await;
        drop(std::fs::remove_file(&self.admin_path));
        tracing::info!("drained");
        Ended::Drained
    }

    /// `true` when everything ended by itself before the deadline.
    async fn drain_in_order(&mut self, deadline: Instant) -> bool {
        self.edge.stage.send_replace(Stage::Leaving);
        tokio::time::sleep(self.edge.settings.drain_delay).await;
        self.edge.stage.send_replace(Stage::Draining);
        self.edge.runtime.hurry();
        self.http.stop();
        self.admin.stop();
        let agentcore = self.agentcore.as_mut().map(|agentcore| {
            agentcore.stop();
            &mut agentcore.task
        });
        // A WebSocket's connection is no longer its listener's.
        let streams = self.edge.streams.clone();
        let listeners = async {
            let agentcore = OptionFuture::from(agentcore);
            let ended = tokio::join!(&mut self.http.task, &mut self.admin.task, agentcore, streams.ended());
            // Whoever asked may have gone: his decision is finished all the same.
            self.edge.deciding.ended().await;
            ended
        };
        if timeout(deadline - Instant::now(), listeners).await.is_err() {
            return false;
        }
        tracing::debug!("every request is answered");
        self.gathering.cancel();
        let gathered = async { while self.gathered.join_next().await.is_some() {} };
        let journalled = timeout(deadline - Instant::now(), gathered).await;
        tracing::debug!("what was gathered is journalled");
        let drained = self.edge.runtime.drain(deadline - Instant::now()).await;
        tracing::debug!(drained, "the actors have ended");
        // What the drain has journalled is signed too.
        self.keeping.cancel();
        let signed = timeout(deadline - Instant::now(), self.kept.join_next()).await;
        journalled.is_ok() && drained && signed.is_ok()
    }

    /// Leaves everything as it is: the process ends, and the next start recovers.
    fn abandon(self, how: Ended) -> Ended {
        self.edge.stage.send_replace(Stage::Draining);
        self.http.task.abort();
        self.admin.task.abort();
        if let Some(agentcore) = &self.agentcore {
            agentcore.task.abort();
        }
        how
    }
}
