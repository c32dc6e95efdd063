//! A company's machines in memory, on virtual time: commands are carried out once they are sent, whatever is answered,
//! and a ledger says how often.

mod automations;

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use actors::domain::runbook::InstanceId;
use actors::domain::{CompanyId, Timestamp};
use actors::port::Clock;
use actors::port::cloud::{
    CloudError, Command, CommandId, CommandStatus, Commands, Found, Instance, Inventory, Invocation, InvocationStatus,
    PatchState, PingStatus, SendError, TagFilter,
};
use async_trait::async_trait;

pub use automations::Started;

/// What happens to the next command, or the next automation, instead of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// It is carried out, and the answer is lost.
    ReplyLost,
    /// It never arrives, and nobody knows.
    RequestLost,
    /// It never arrives, and the service says so: it wants fewer calls.
    Refused,
    /// It never leaves, and that is known.
    NotOpened,
    /// It never arrives, and never will.
    Denied,
}

impl Mood {
    /// What is answered where nothing is carried out.
    fn refusal(self) -> Option<SendError> {
        let why = || "planned".to_owned();
        match self {
            Self::ReplyLost => None,
            Self::RequestLost => Some(SendError::Unclear(why())),
            Self::Refused => Some(SendError::Refused(CloudError::Throttled(why()))),
            Self::NotOpened => Some(SendError::NotOpened(away())),
            Self::Denied => Some(SendError::Denied(CloudError::Denied(why()))),
        }
    }
}

fn away() -> CloudError {
    CloudError::Unavailable {
        why: "planned".to_owned(),
        until: None,
    }
}

/// A command that was carried out.
#[derive(Clone, Debug)]
pub struct Done {
    pub company: CompanyId,
    pub id: CommandId,
    pub command: Command,
    pub at: Timestamp,
}

#[derive(Default)]
struct State {
    done: Vec<Done>,
    moods: VecDeque<Mood>,
    /// Comments whose commands fail, by their ends.
    failing: HashSet<String>,
    /// Commands that were called off, with when.
    cancelled: Vec<(CommandId, Timestamp)>,
    started: Vec<Started>,
    away: bool,
    /// How long a command runs beyond the usual.
    longer: Duration,
    /// What is told of the document: another hash than ours, or `None` where nobody may ask.
    document: Option<Option<String>>,
}

/// The hash of the document that commands are sent with, where nothing else is said.
pub const DOCUMENT: &str = "5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d";

pub struct Estate {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// How long after it was sent a command is listed.
    pub listed_after: Duration,
}

/// How long a command runs.
const TAKES: Duration = Duration::from_secs(3);

const MACHINES: [(&str, &str); 6] = [
    ("i-0000000a", "web-1"),
    ("i-0000000b", "db-1"),
    ("i-0000000c", "cache-1"),
    ("i-0000000d", "mail-1"),
    ("i-0000000e", "vpn-1"),
    ("i-00000010", "dns-1"),
];

impl Estate {
    pub fn new(clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self {
            clock,
            state: Mutex::default(),
            listed_after: Duration::from_secs(5),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// What happens to the commands to come, in that order.
    pub fn will(&self, moods: &[Mood]) {
        self.state().moods.extend(moods);
    }

    /// Commands whose comment ends so fail from now on: `:check` for health checks, `` for all.
    pub fn fails(&self, end: &str) {
        self.state().failing.insert(end.to_owned());
    }

    /// Commands run so much longer from now on.
    pub fn takes_longer(&self, by: Duration) {
        self.state().longer = by;
    }

    /// Nothing fails any more.
    pub fn is_well(&self) {
        self.state().failing.clear();
    }

    /// Every command is answered again.
    pub fn forget_moods(&self) {
        self.state().moods.clear();
    }

    /// Whether the cloud answers.
    pub fn is_away(&self, away: bool) {
        self.state().away = away;
    }

    /// Says which document commands are sent with from now on; with `None` nobody may ask.
    pub fn document(&self, hash: Option<&str>) {
        self.state().document = Some(hash.map(str::to_owned));
    }

    /// Whether a command was called off.
    pub fn is_cancelled(&self, id: &CommandId) -> bool {
        self.state().cancelled.iter().any(|(cancelled, _)| cancelled == id)
    }

    /// What was carried out, in that order; health checks are not among it.
    pub fn runs(&self) -> Vec<Done> {
        let state = self.state();
        let is_run = |done: &&Done| !done.command.comment.ends_with(":check");
        state.done.iter().filter(is_run).cloned().collect()
    }

    /// How many commands were carried out, health checks included.
    pub fn sent(&self) -> usize {
        self.state().done.len()
    }

    fn answers(&self) -> Result<(), CloudError> {
        match self.state().away {
            false => Ok(()),
            true => Err(away()),
        }
    }
}

impl State {
    /// The document as it is, whoever may ask for it.
    fn document_hash(&self) -> &str {
        let told = self.document.as_ref().and_then(Option::as_deref);
        told.unwrap_or(DOCUMENT)
    }

    fn done(&self, company: &CompanyId, id: &CommandId) -> Result<&Done, CloudError> {
        let mut done = self.done.iter();
        let found = done.find(|done| done.id == *id && done.company == *company);
        found.ok_or_else(|| CloudError::Unknown(id.to_string()))
    }

    /// When it was called off, if it was.
    fn cancelled_at(&self, id: &CommandId) -> Option<Timestamp> {
        let mut all = self.cancelled.iter();
        all.find(|(cancelled, _)| cancelled == id).map(|(_, at)| *at)
    }
}

#[async_trait]
impl Commands for Estate {
    async fn send(&self, company: &CompanyId, command: Command) -> Result<CommandId, SendError> {
        assert_eq!(command.check(), Ok(()), "{command:?}");
        let mut state = self.state();
        let mood = match command.comment.ends_with(":check") {
            true => None,
            false => state.moods.pop_front(),
        };
        if let Some(refusal) = mood.and_then(Mood::refusal) {
            return Err(refusal);
        }
        let wanted = command.document_hash.as_deref();
        if wanted.is_some_and(|hash| hash != state.document_hash()) {
            let why = "InvalidDocument: the document has another hash".to_owned();
            return Err(SendError::Denied(CloudError::Invalid(why)));
        }
        let id: CommandId = format!("00000000-0000-0000-0000-{:012x}", state.done.len())
            .parse()
            .unwrap();
        state.done.push(Done {
            company: company.clone(),
            id: id.clone(),
            command,
            at: self.clock.now(),
        });
        match mood {
            Some(Mood::ReplyLost) => Err(SendError::Unclear("planned".to_owned())),
            _ => Ok(id),
        }
    }

    async fn find(&self, company: &CompanyId, comment: &str, since: Timestamp) -> Result<Vec<Found>, CloudError> {
        self.answers()?;
        let now = self.clock.now();
        let is_listed = |done: &&Done| {
            done.company == *company
                && done.command.comment == comment
                && done.at >= since
                && now >= done.at.plus(self.listed_after)
        };
        let found = |done: &Done| Found {
            command_id: done.id.clone(),
            requested_at: Some(done.at),
            status: CommandStatus::InProgress,
        };
        Ok(self.state().done.iter().filter(is_listed).map(found).collect())
    }

    async fn invocation(
        &self,
        company: &CompanyId,
        command: &CommandId,
        instance: &InstanceId,
    ) -> Result<Option<Invocation>, CloudError> {
        self.answers()?;
        let state = self.state();
        let done = state.done(company, command)?;
        if !done.command.instance_ids.contains(instance) {
            return Err(CloudError::Unknown(command.to_string()));
        }
        if let Some(at) = state.cancelled_at(command) {
            return Ok(Some(Invocation {
                status: InvocationStatus::Cancelled,
                status_details: "Cancelled".to_owned(),
                exit_code: None,
                stdout: String::new(),
                stderr: String::new(),
                started_at: Some(done.at),
                ended_at: Some(at),
            }));
        }
        let ends_at = done.at.plus(TAKES + state.longer);
        if self.clock.now() < ends_at {
            return Ok(None);
        }
        let fails = state
            .failing
            .iter()
            .any(|end| done.command.comment.ends_with(end.as_str()));
        Ok(Some(Invocation {
            status: if fails {
                InvocationStatus::Failed
            } else {
                InvocationStatus::Success
            },
            status_details: if fails { "Failed" } else { "Success" }.to_owned(),
            exit_code: Some(i32::from(fails)),
            stdout: "freed 3 GB; token=abcdefgh\n".to_owned(),
            stderr: String::new(),
            started_at: Some(done.at),
            ended_at: Some(ends_at),
        }))
    }

    /// Ends what still runs; what has ended stays as it was.
    async fn cancel(&self, company: &CompanyId, command: &CommandId) -> Result<(), CloudError> {
        self.answers()?;
        let now = self.clock.now();
        let mut state = self.state();
        let ends_at = state.done(company, command)?.at.plus(TAKES + state.longer);
        if now < ends_at && state.cancelled_at(command).is_none() {
            state.cancelled.push((command.clone(), now));
        }
        Ok(())
    }

    async fn document_hash(&self, _: &CompanyId) -> Result<Option<String>, CloudError> {
        self.answers()?;
        let state = self.state();
        match &state.document {
            Some(None) => Ok(None),
            _ => Ok(Some(state.document_hash().to_owned())),
        }
    }
}

#[async_trait]
impl Inventory for Estate {
    async fn instances(&self, _: &CompanyId, _: Option<&TagFilter>) -> Result<Vec<Instance>, CloudError> {
        self.answers()?;
        let machine = |(id, name): (&str, &str)| Instance {
            instance_id: id.parse().unwrap(),
            platform: "Linux".to_owned(),
            ping_status: PingStatus::Online,
            name: Some(name.to_owned()),
            ip: None,
        };
        Ok(MACHINES.map(machine).into())
    }

    async fn patch_states(&self, _: &CompanyId, _: &[InstanceId]) -> Result<Vec<PatchState>, CloudError> {
        Ok(Vec::new())
    }
}
