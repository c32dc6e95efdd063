//! Who restarts whom, how often, and what happens when that is spent. `supervision.md` prints this
//! table; a test compares them.

use std::time::Duration;

use super::budget::Intensity;

/// When a child that has ended is started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// Always.
    Permanent,
    /// When it failed.
    Transient,
    /// Never.
    Temporary,
}

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Who supervises.
    pub parent: &'static str,
    /// Who is supervised.
    pub child: &'static str,
    /// When it is restarted.
    pub restart: Restart,
    /// How often; `None` for children that never are.
    pub limit: Option<Intensity>,
}

const fn rule(parent: &'static str, child: &'static str, restart: Restart, intensity: usize, seconds: u64) -> Rule {
    let limit = Some(Intensity {
        intensity,
        period: Duration::from_secs(seconds),
    });
    Rule {
        parent,
        child,
        restart,
        limit,
    }
}

/// Root restarts Tenants and Sweeper; when one is spent, Root fails and the process ends.
pub const TENANTS: Rule = rule("Root", "Tenants", Restart::Permanent, 3, 60);
/// See [`TENANTS`].
pub const SWEEPER: Rule = rule("Root", "Sweeper", Restart::Permanent, 3, 60);
/// See [`TENANTS`].
pub const LEASES: Rule = rule("Root", "Leases", Restart::Permanent, 3, 60);
/// Spent: the company is quarantined and tried again every five minutes.
pub const TENANT: Rule = rule("Tenants", "Tenant", Restart::Permanent, 5, 60);
/// Spent: the tenant fails.
pub const CORRELATOR: Rule = rule("Tenant", "Correlator", Restart::Permanent, 3, 60);
/// Spent: the tenant fails.
pub const NOTIFIER: Rule = rule("Tenant", "Notifier", Restart::Permanent, 3, 60);
/// Its end without a word: it may have been delivered, and is delivered again.
pub const DELIVERY: Rule = Rule {
    parent: "Notifier",
    child: "Delivery",
    restart: Restart::Temporary,
    limit: None,
};
/// Spent: the incident needs a human.
pub const INCIDENT: Rule = rule("Tenant", "Incident", Restart::Transient, 3, 300);
/// Its end without a verdict is the rules' verdict.
pub const DECISION: Rule = Rule {
    parent: "Incident",
    child: "Decision",
    restart: Restart::Temporary,
    limit: None,
};

/// Its end without a word: what it was at is durable, and is gone on with when the incident is due.
pub const TOOL: Rule = Rule {
    parent: "Incident",
    child: "Tool",
    restart: Restart::Temporary,
    limit: None,
};

/// The whole table.
pub const TABLE: [Rule; 10] = [
    TENANTS, SWEEPER, LEASES, TENANT, CORRELATOR, NOTIFIER, DELIVERY, INCIDENT, DECISION, TOOL,
];

impl Rule {
    /// A fresh budget for one child.
    pub fn budget(&self) -> super::Budget {
        let none = Intensity {
            intensity: 0,
            period: Duration::from_secs(1),
        };
        super::Budget::new(self.limit.unwrap_or(none))
    }
}
