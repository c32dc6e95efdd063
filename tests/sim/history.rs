//! What was seen from outside: sent, acknowledged, asked, answered.

use std::collections::BTreeMap;

use actors::domain::{AlertId, CompanyId, DecisionId, IncidentId};
use actors::runtime::CallError;

/// How a call ended, as whoever asked sees it.
#[derive(Clone, Debug, PartialEq)]
pub enum Answered {
    /// It is done.
    Done,
    /// It was refused, and has changed nothing.
    Refused,
    /// Nobody knows.
    Unknown,
}

impl Answered {
    pub fn of<T>(answer: &Result<T, CallError>) -> Self {
        match answer {
            Ok(_) => Self::Done,
            Err(CallError::Act(_) | CallError::Regroup(_) | CallError::NothingToDecide) => Self::Refused,
            Err(_) => Self::Unknown,
        }
    }
}

/// The history.
#[derive(Default)]
pub struct History {
    /// Alerts acknowledged.
    pub accepted: BTreeMap<CompanyId, Vec<AlertId>>,
    /// What people did, by the name under which they did it: no name is used twice.
    pub acts: BTreeMap<String, (CompanyId, Answered)>,
    /// Decisions that were answered.
    pub decisions: Vec<(CompanyId, IncidentId, DecisionId)>,
    /// Whether an alert was made to be poisonous.
    pub poisoned: bool,
    trace: Vec<String>,
}

impl History {
    pub fn note(&mut self, line: String) {
        if std::env::var_os("SIM_SEED").is_some() {
            eprintln!("{line}");
        }
        self.trace.push(line);
    }

    pub fn into_trace(self) -> Vec<String> {
        self.trace
    }
}
