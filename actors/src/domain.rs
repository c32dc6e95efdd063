//! Values and their rules. No clock, no I/O, no actor: what is here can be tested in microseconds.

pub mod alert;
pub mod approval;
pub mod asset;
pub mod aws;
pub mod company;
pub mod decision;
pub mod digest;
pub mod expression;
pub mod ids;
pub mod incident;
pub mod intake;
pub mod journal;
pub mod kpi;
pub mod memory;
pub mod origin;
pub mod outcome;
pub mod policy;
pub mod recall;
pub mod redact;
pub mod rule;
pub mod run;
pub mod runbook;
pub mod talk;
pub mod text;
pub mod time;
pub mod trace;

pub use alert::{Alert, AlertState, NewAlert, Severity, Signal};
pub use approval::Approval;
pub use asset::Asset;
pub use aws::{AwsSettings, AwsTimeouts, SecretReference};
pub use company::{AggregationKey, Company, Correlation, RateLimit, Retention};
pub use decision::{Decision, DecisionRequest, IncidentFacts, ToolCall};
pub use ids::{
    AlertId, ApprovalId, CompanyId, DecisionId, DeliveryId, IncidentId, InvalidId, MemoryId, RunId, RunbookId,
    SessionId,
};
pub use incident::{Incident, IncidentStatus, Life, Phase, Proposal, Remedy, Session, Snooze};
pub use intake::Intake;
pub use journal::{ChainHash, Entry, Fact};
pub use kpi::{Impact, Kpis, Rollup};
pub use memory::{Message, Role, ShortMemory, Summary};
pub use origin::Origin;
pub use policy::Policy;
pub use rule::Rule;
pub use run::Run;
pub use runbook::Runbook;
pub use time::Timestamp;
