//! Values and their rules. No clock, no I/O, no actor: what is here can be tested in microseconds.

pub mod alert;
pub mod approval;
pub mod asset;
pub mod aws;
pub mod channel;
pub mod company;
pub mod condition;
pub mod decision;
pub mod digest;
pub mod expression;
pub mod ids;
pub mod incident;
pub mod intake;
pub mod journal;
pub mod kpi;
pub mod memory;
pub mod notice;
pub mod notification;
pub mod origin;
pub mod outcome;
pub mod policy;
pub mod recall;
pub mod redact;
pub mod rule;
pub mod run;
pub mod runbook;
pub mod schedule;
pub mod suppression;
pub mod talk;
pub mod text;
pub mod ticket;
pub mod time;
pub mod trace;

pub use alert::{Alert, AlertState, NewAlert, Severity, Signal};
pub use approval::Approval;
pub use asset::Asset;
pub use aws::{AwsSettings, AwsTimeouts, SecretReference};
pub use channel::{Channel, ChannelKind};
pub use company::{AggregationKey, Company, Correlation, RateLimit, Retention};
pub use decision::{Decision, DecisionRequest, IncidentFacts, ToolCall};
pub use ids::{
    AlertId, ApprovalId, CompanyId, DecisionId, DeliveryId, DeliveryNoteId, IncidentId, InvalidId, MemoryId, RunId,
    RunbookId, SessionId, SilenceId,
};
pub use incident::{Incident, IncidentStatus, Life, Phase, Proposal, Remedy, Session, Snooze, Suppressed, Told};
pub use intake::Intake;
pub use journal::{ChainHash, Entry, Fact};
pub use kpi::{Impact, Kpis, Rollup};
pub use memory::{Message, Role, ShortMemory, Summary};
pub use notice::Notice;
pub use notification::{Clocked, News, Notifications};
pub use origin::Origin;
pub use policy::Policy;
pub use rule::Rule;
pub use run::Run;
pub use runbook::Runbook;
pub use suppression::{Silence, Suppression};
pub use ticket::Ticket;
pub use time::Timestamp;
