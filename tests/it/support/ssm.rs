//! A double of Systems Manager and of STS's `AssumeRole` and `GetCallerIdentity`, over real sockets.
//!
//! It **really executes** what it is sent, with `sh` in a directory per machine and the tools of `runbooks/fakes`, and
//! writes each execution to a ledger on disk, before it begins and before anything is answered. Whatever is killed,
//! the ledger says how often a command ran. A command has run before it is answered, so that a test need not wait for it;
//! [`Ssm::answer_first`] is SSM's own way. Faults are ordered by the test; waiting is by events, never by time.
//!
//! Code map: `wire` is HTTP, `machine` where commands run, `ledger` what is kept, `answers` the services' words,
//! `automations` those about automations.

mod answers;
mod automations;
mod ledger;
mod machine;
mod wire;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use actors::port::Clock;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::faulty::Gate;
pub use answers::{OUR_KEY, SECRET, TOKEN};
pub use ledger::{Execution, executions};
pub use machine::Machine;

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    AssumeRole,
    GetCallerIdentity,
    SendCommand,
    ListCommands,
    GetCommandInvocation,
    CancelCommand,
    StartAutomationExecution,
    GetAutomationExecution,
    StopAutomationExecution,
    DescribeDocument,
    DescribeInstanceInformation,
    DescribeInstancePatchStates,
}

/// What happens to one request instead of an answer.
#[derive(Clone)]
pub enum Fault {
    /// It is done, and the connection closed without an answer.
    Drop,
    /// It is done, and the connection reset without an answer.
    Reset,
    /// It is done, and answered with this status and no sensible body.
    Status(u16),
    /// It is done, and answered with 200 and what is no JSON.
    Garbage,
    /// It is done, and answered when the gate opens.
    Hold(Arc<Gate>),
    /// It is not done, and answered with this status and code.
    Refuse(u16, &'static str),
}

/// A role that was assumed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumed {
    pub role_arn: String,
    pub external_id: String,
    pub session_name: String,
}

/// What a machine says of its patches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Patches {
    pub installed: i32,
    pub missing: i32,
    pub failed: i32,
    pub pending_reboot: i32,
}

/// A machine of a role's account.
struct Node {
    role_arn: String,
    name: String,
    tags: BTreeMap<String, String>,
    patches: Patches,
    machine: Arc<Machine>,
}

/// A command that was taken.
struct Sent {
    id: String,
    role_arn: String,
    comment: String,
    requested_at: i64,
    invocations: BTreeMap<String, Ran>,
    /// Whether it seems to run still.
    held: bool,
    /// What runs of it, where that is behind its answer.
    running: JoinSet<()>,
}

/// What came of it on a machine.
#[derive(Clone)]
struct Ran {
    status: &'static str,
    code: i32,
    stdout: String,
    stderr: String,
}

impl Ran {
    fn without_output(status: &'static str) -> Self {
        Self {
            status,
            code: -1,
            stdout: String::new(),
            stderr: String::new(),
        }
    }

    /// While it runs.
    fn under_way() -> Self {
        Self::without_output("InProgress")
    }

    fn is_under_way(&self) -> bool {
        self.status == "InProgress"
    }
}

/// The document that runs commands, by its SHA-256.
pub const DOCUMENT: &str = "99749de5e62f71e5ebe9a55c2321e2c394796afe7208cff048696541e6f6771e";

#[derive(Default)]
struct State {
    /// External ids by role.
    roles: HashMap<String, String>,
    assumed: Vec<Assumed>,
    /// Roles by the key ids that were given out.
    keys: HashMap<String, String>,
    nodes: BTreeMap<String, Node>,
    sent: Vec<Sent>,
    started: Vec<automations::Started>,
    orders: Vec<(Op, Fault)>,
    refused: HashMap<Op, &'static str>,
    asked: HashMap<Op, usize>,
    resets: usize,
    /// Commands that `ListCommands` shows; all where nothing is said.
    listed: Option<usize>,
    holding: bool,
    /// Whether commands are answered before they have run.
    answers_first: bool,
    /// The document's hash and what kind of hash it is; [`DOCUMENT`] where nothing is said.
    document: Option<(String, &'static str)>,
    page: Option<usize>,
    /// By which credentials end; the machine's own where there is none.
    clock: Option<Arc<dyn Clock>>,
    /// What was last to begin something, as it came.
    last: Value,
}

/// The double; it ends with the test. Its ledger stays for as long as the directory does.
pub struct Ssm {
    url: String,
    world: Arc<World>,
    serving: JoinSet<()>,
}

struct World {
    state: Mutex<State>,
    ledger: ledger::Ledger,
    dir: PathBuf,
}

impl World {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl Ssm {
    /// One whose ledger and machines live in a directory.
    pub async fn start(dir: &std::path::Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let world = Arc::new(World {
            state: Mutex::default(),
            ledger: ledger::Ledger::open(&dir.join("ssm-ledger.jsonl")),
            dir: dir.to_owned(),
        });
        let mut serving = JoinSet::new();
        serving.spawn(wire::serve(listener, world.clone()));
        Self { url, world, serving }
    }

    /// Answers nobody any more: its port refuses.
    pub async fn stop(&mut self) {
        self.serving.shutdown().await;
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// Where its ledger is.
    pub fn ledger(&self) -> PathBuf {
        self.world.ledger.path().to_owned()
    }

    /// What it has executed for a comment, from disk.
    pub fn executed(&self, comment: &str) -> Vec<Execution> {
        executions(&self.ledger(), comment)
    }

    /// Lets a role be assumed with an external id.
    pub fn trust(&self, role_arn: &str, external_id: &str) {
        let mut state = self.world.state();
        state.roles.insert(role_arn.to_owned(), external_id.to_owned());
    }

    /// Adds a machine to a role's account.
    pub fn add(&self, role_arn: &str, instance_id: &str, tags: &[(&str, &str)]) -> Arc<Machine> {
        let machine = Arc::new(Machine::new(&self.world.dir.join(instance_id)));
        let node = Node {
            role_arn: role_arn.to_owned(),
            name: format!("host-{instance_id}"),
            tags: tags
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            patches: Patches::default(),
            machine: machine.clone(),
        };
        self.world.state().nodes.insert(instance_id.to_owned(), node);
        machine
    }

    /// Says how a machine is patched.
    pub fn patched(&self, instance_id: &str, patches: Patches) {
        let mut state = self.world.state();
        state.nodes.get_mut(instance_id).expect("a machine").patches = patches;
    }

    /// Orders a fault for the next request of a kind that has none yet.
    pub fn order(&self, op: Op, fault: Fault) {
        self.world.state().orders.push((op, fault));
    }

    /// Refuses every request of a kind with a code and status 400, until it is told otherwise.
    pub fn order_always(&self, op: Op, code: Option<&'static str>) {
        let mut state = self.world.state();
        match code {
            Some(code) => state.refused.insert(op, code),
            None => state.refused.remove(&op),
        };
    }

    /// Resets the next connections before anything is read from them.
    pub fn reset_connections(&self, count: usize) {
        self.world.state().resets = count;
    }

    /// Shows in `ListCommands` nothing of what is sent from now on, until [`Ssm::catch_up`].
    pub fn lag(&self) {
        let mut state = self.world.state();
        state.listed = Some(state.sent.len());
    }

    /// Shows everything again.
    pub fn catch_up(&self) {
        self.world.state().listed = None;
    }

    /// Lets commands and automations that are sent from now on seem to run, until [`Ssm::release`].
    pub fn hold_running(&self) {
        self.world.state().holding = true;
    }

    /// Lets all of them be seen to have ended.
    pub fn release(&self) {
        let mut state = self.world.state();
        state.holding = false;
        for sent in &mut state.sent {
            sent.held = false;
        }
        automations::release(&mut state);
    }

    /// Answers commands that are sent from now on before they have run, and lets them run behind that.
    pub fn answer_first(&self) {
        self.world.state().answers_first = true;
    }

    /// Says by which hash the document that runs commands is known from now on, and what kind of hash that is.
    pub fn document(&self, hash: &str, kind: &'static str) {
        self.world.state().document = Some((hash.to_owned(), kind));
    }

    /// Items of a page.
    pub fn page(&self, items: usize) {
        self.world.state().page = Some(items);
    }

    /// Gives out credentials that end by this clock.
    pub fn clock(&self, clock: Arc<dyn Clock>) {
        self.world.state().clock = Some(clock);
    }

    /// The last `SendCommand` or `StartAutomationExecution`, as it came.
    pub fn last(&self) -> Value {
        self.world.state().last.clone()
    }

    /// How often something was asked for.
    pub fn asked(&self, op: Op) -> usize {
        self.world.state().asked.get(&op).copied().unwrap_or(0)
    }

    /// Roles that were assumed, in order; also those that were refused.
    pub fn assumed(&self) -> Vec<Assumed> {
        self.world.state().assumed.clone()
    }

    /// Pretends that a command was sent before, with this comment, and executed nowhere.
    pub fn remember(&self, role_arn: &str, comment: &str, requested_at_seconds: i64) {
        let mut state = self.world.state();
        state.sent.push(Sent {
            id: uuid::Uuid::now_v7().to_string(),
            role_arn: role_arn.to_owned(),
            comment: comment.to_owned(),
            requested_at: requested_at_seconds,
            invocations: BTreeMap::new(),
            held: false,
            running: JoinSet::new(),
        });
    }
}
