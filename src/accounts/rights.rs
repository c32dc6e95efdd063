//! The matrix of rights: what each role, and each scope of an API key, may do. The only place that says so;
//! `GET /api/system/rights` shows it, and the README prints it.

use std::collections::BTreeSet;

use actors::domain::CompanyId;
use serde::{Deserialize, Serialize};

use super::api_key::Scope;

/// What a person is.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::EnumIter,
    strum::IntoStaticStr,
    clap::ValueEnum,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Role {
    /// Runs the platform, for all companies.
    MspAdmin,
    /// Administers his own companies.
    CompanyAdmin,
    /// Works on the incidents of his own companies.
    Technician,
}

impl Role {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Something that one may do.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, strum::EnumIter, strum::IntoStaticStr, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Right {
    /// Send alerts.
    SendAlerts,
    /// Read alerts, incidents, memory and the live stream.
    Read,
    /// Acknowledge, assign, resolve, merge and the like.
    Act,
    /// Ask for decisions.
    Decide,
    /// Read what was said with models for a decision.
    ReadTraces,
    /// Run runbooks, or ask for it.
    Run,
    /// Agree to runs, as far as the role may.
    Approve,
    /// Stop all runs of all companies.
    StopRuns,
    /// Create and archive companies.
    FoundCompanies,
    /// A company's settings, keys, secrets, assets, policies.
    AdministerCompany,
    /// A company's own runbooks.
    EditRunbooks,
    /// Say which memories are not to be believed.
    CurateMemory,
    /// Correlation rules and maintenance.
    Correlate,
    /// Other people.
    AdministerUsers,
    /// One's own account: password, second factor, logins.
    OwnAccount,
    /// The journals.
    Audit,
    /// How the platform, or the company's part of it, is doing.
    Oversee,
    /// Let dead letters and quarantined companies go.
    Release,
    /// What the process measures.
    Measure,
}

impl Right {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// What it is to do, for people: it ends "your role may not ...".
    pub fn what(self) -> &'static str {
        match self {
            Self::SendAlerts => "send alerts",
            Self::Read => "read alerts, incidents, memory or live events",
            Self::Act => {
                "acknowledge, assign, resolve, reopen, escalate, snooze, merge or split incidents, or write post-mortems"
            }
            Self::Decide => "ask for decisions",
            Self::ReadTraces => "read what was said with models, word for word",
            Self::Run => "run runbooks, or ask others to agree to a run",
            Self::Approve => "agree to runs, or reject them",
            Self::StopRuns => "stop all runs of all companies",
            Self::FoundCompanies => "create, archive or erase companies",
            Self::AdministerCompany => "administer a company's settings, policy, keys, secrets or assets",
            Self::EditRunbooks => "write a company's own runbooks",
            Self::CurateMemory => "quarantine memories, or release them",
            Self::Correlate => "change how a company's alerts are grouped",
            Self::AdministerUsers => "administer people",
            Self::OwnAccount => "administer a password, second factor or logins of one's own",
            Self::Audit => "read journals",
            Self::Oversee => "see the living tree or dead letters",
            Self::Release => "let dead letters or quarantined companies go",
            Self::Measure => "read the process's metrics",
        }
    }
}

/// How far a right reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Nowhere.
    Nothing,
    /// Oneself.
    Oneself,
    /// One's own companies.
    Own,
    /// All companies.
    All,
}

/// How far a right reaches for a role.
pub fn of_role(role: Role, right: Right) -> Reach {
    use Reach::{All, Nothing, Oneself, Own};
    let [msp_admin, company_admin, technician] = match right {
        Right::SendAlerts => [Nothing, Nothing, Nothing],
        Right::Read | Right::Act | Right::Decide | Right::Run | Right::Approve => [All, Own, Own],
        Right::FoundCompanies | Right::Measure | Right::StopRuns | Right::ReadTraces => [All, Nothing, Nothing],
        Right::AdministerCompany
        | Right::EditRunbooks
        | Right::CurateMemory
        | Right::Correlate
        | Right::AdministerUsers
        | Right::Audit
        | Right::Oversee
        | Right::Release => [All, Own, Nothing],
        Right::OwnAccount => [Oneself, Oneself, Oneself],
    };
    match role {
        Role::MspAdmin => msp_admin,
        Role::CompanyAdmin => company_admin,
        Role::Technician => technician,
    }
}

/// The scope that gives an API key a right in its own company; `None` where no key has it.
pub fn scope_for(right: Right) -> Option<Scope> {
    match right {
        Right::SendAlerts => Some(Scope::Ingest),
        Right::Read | Right::Oversee => Some(Scope::Read),
        Right::Decide => Some(Scope::Decide),
        _ => None,
    }
}

/// Companies that somebody may reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Companies {
    /// All of them, those to come too.
    All,
    /// These.
    Some(BTreeSet<CompanyId>),
}

impl Companies {
    /// One company.
    pub fn one(company: CompanyId) -> Self {
        Self::Some(BTreeSet::from([company]))
    }

    /// Whether a company is among them.
    pub fn holds(&self, company: &CompanyId) -> bool {
        match self {
            Self::All => !company.is_platform(),
            Self::Some(companies) => companies.contains(company),
        }
    }

    /// The one that they are, where they are only one.
    pub fn only(&self) -> Option<&CompanyId> {
        match self {
            Self::Some(companies) if companies.len() == 1 => companies.first(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;

    #[test]
    fn nobody_may_more_than_the_role_above_him() {
        let rank = |reach| match reach {
            Reach::Nothing => 0,
            Reach::Oneself => 1,
            Reach::Own => 2,
            Reach::All => 3,
        };
        for right in Right::iter() {
            let ranks: Vec<u8> = Role::iter().map(|role| rank(of_role(role, right))).collect();
            assert!(ranks.is_sorted_by(|a, b| a >= b), "{right:?}: {ranks:?}");
        }
    }

    #[test]
    fn every_right_can_be_denied_in_a_sentence() {
        for right in Right::iter() {
            let what = right.what();
            assert!(what.starts_with(|letter: char| letter.is_ascii_lowercase()), "{what}");
            assert!(!what.contains(" and ") && !what.ends_with('.'), "may not {what}");
        }
    }

    #[test]
    fn no_key_may_what_changes_settings_or_people() {
        let given: Vec<Right> = Right::iter().filter(|right| scope_for(*right).is_some()).collect();
        assert_eq!(given, [Right::SendAlerts, Right::Read, Right::Decide, Right::Oversee]);
    }

    #[test]
    fn the_platform_is_no_company() {
        assert!(!Companies::All.holds(&CompanyId::platform()));
    }
}
