//! The clouds of companies: commands on their machines, automations, their inventory, alarms, metrics and secrets.
//!
//! Code map: [`command`] runs commands and asks what became of them, [`automation`] does so with AWS's own documents,
//! [`inventory`] the machines, [`connection`] tries whether any of it works, [`watch`] alarms and metrics, [`nowhere`] the cloud of a process that has none; secrets
//! and circuits stand here.
//!
//! Invariants: what is asked for a company is asked with that company's role alone; only
//! [`Commands::send`] and [`Automations::start_automation`] begin anything, and they are tried once. No secret is in an
//! error.

pub mod automation;
pub mod command;
pub mod connection;
pub mod inventory;
pub mod nowhere;
pub mod watch;

use async_trait::async_trait;
use secrecy::SecretString;

use super::Error;
use crate::domain::{AwsSettings, CompanyId, SecretReference, Timestamp};

pub use automation::{Automation, AutomationSeen, AutomationStatus, Automations, InvalidAutomation};
pub use command::{
    Command, CommandId, CommandStatus, Commands, Found, InvalidCommand, Invocation, InvocationStatus, SendError,
    is_sha256,
};
pub use connection::{Connection, Identity, Machines};
pub use inventory::{Instance, Inventory, PatchState, PingStatus, TagFilter};
pub use nowhere::NotConnected;
pub use watch::{Alarm, AlarmState, Datapoint, Dimension, MetricQuery, MetricSeries, Statistic, Watch, WatchedAlarm};

/// What a cloud answers instead of a result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CloudError {
    /// The company has no AWS settings.
    #[error("the company is not connected to AWS")]
    NotConnected,
    /// Its role may not be assumed, or may not do this. A person has to change a policy.
    #[error("AWS denies it: {0}")]
    Denied(String),
    /// AWS wants fewer calls; later it may be done.
    #[error("AWS wants fewer calls: {0}")]
    Throttled(String),
    /// AWS does not answer, or not sensibly.
    #[error("AWS is not available: {why}")]
    Unavailable {
        /// Why.
        why: String,
        /// Where the circuit is open: nothing is sent before this.
        until: Option<Timestamp>,
    },
    /// What was asked for is not there.
    #[error("AWS does not know it: {0}")]
    Unknown(String),
    /// What was asked makes no sense to AWS; asked again it makes none either.
    #[error("AWS refuses it: {0}")]
    Invalid(String),
    /// There is more than [`crate::limits::CLOUD_PAGES`] pages: what was read is not all, and is not shown.
    #[error("there is more than can be read at once: {0}")]
    TooMuch(String),
}

/// A service of AWS that we call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, strum::EnumIter)]
pub enum CloudService {
    /// Assumes roles.
    Sts,
    /// Runs commands.
    Ssm,
    /// Has alarms and metrics.
    CloudWatch,
    /// Has secrets.
    SecretsManager,
}

impl CloudService {
    /// As it is written in measures.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sts => "sts",
            Self::Ssm => "ssm",
            Self::CloudWatch => "cloudwatch",
            Self::SecretsManager => "secretsmanager",
        }
    }
}

/// Whether calls are let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CircuitState {
    /// They are.
    Closed,
    /// None is before this.
    Open {
        /// When one is, to see whether it succeeds.
        until: Timestamp,
    },
    /// One is under way, or may be; its end decides.
    HalfOpen,
}

impl CircuitState {
    /// As it is written in measures.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open { .. } => "open",
            Self::HalfOpen => "half_open",
        }
    }
}

/// The circuit breaker of one company and service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circuit {
    /// Whose.
    pub company_id: CompanyId,
    /// Of which service.
    pub service: CloudService,
    /// How it stands.
    pub state: CircuitState,
    /// Failures since the last success.
    pub failures: u32,
}

/// Where a company's settings are known.
#[async_trait]
pub trait CloudSettings: Send + Sync + 'static {
    /// A company's account; `None` where it has none. Asked before each call, so that changes hold at once.
    ///
    /// # Errors
    /// Those of the port: nothing is sent then.
    async fn of(&self, company: &CompanyId) -> Result<Option<AwsSettings>, Error>;
}

/// Where companies keep secrets.
#[async_trait]
pub trait Secrets: Send + Sync + 'static {
    /// The value of a company's secret, a text of at most [`crate::limits::SECRET_BYTES`].
    ///
    /// # Errors
    /// [`CloudError`]; [`CloudError::Invalid`] also for a secret that is no text or is in another region.
    async fn resolve(&self, company: &CompanyId, reference: &SecretReference) -> Result<SecretString, CloudError>;
}

/// How calls are let through, for who looks after the platform.
pub trait Circuits: Send + Sync + 'static {
    /// Every circuit of the companies that were called for lately, in order.
    fn circuits(&self) -> Vec<Circuit>;
}
