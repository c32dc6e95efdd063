//! What may run for a company, and who must agree to it.

use serde::{Deserialize, Serialize};

use super::company::{OutOfRange, within};
use super::runbook::Risk;

/// A company's policy. The risk is always the registry's: nothing that an alert, a memory or a model says is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Nothing runs, whoever has agreed: the company's kill switch.
    pub stopped: bool,
    /// What is of low risk runs without anybody being asked.
    pub low_risk_by_itself: bool,
    /// How many MSP admins, none of them the one who asks, must agree to what is of high risk: 1 or 2.
    #[schema(minimum = 1, maximum = 2)]
    pub high_risk_approvals: u32,
    /// Commands without a runbook may be asked for; they are of high risk.
    pub free_commands: bool,
    /// The most tokens that models may use for the company in a day, where that is fewer than the platform lets them;
    /// 0: none of its texts are shown to a model.
    pub tokens_per_day: Option<u32>,
    /// Only an MSP admin changes the policy. Only he says so, or takes it back.
    pub locked: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            stopped: false,
            low_risk_by_itself: false,
            high_risk_approvals: 1,
            free_commands: false,
            tokens_per_day: None,
            locked: false,
        }
    }
}

/// The least that somebody must be to agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Approver {
    /// Whoever works for the company.
    Technician,
    /// Who administers it.
    CompanyAdmin,
    /// Who runs the platform.
    MspAdmin,
}

impl Approver {
    /// Who that is, in a sentence.
    pub fn described(self) -> &'static str {
        match self {
            Self::Technician => "somebody who works for the company",
            Self::CompanyAdmin => "a company's admin or an MSP admin",
            Self::MspAdmin => "an MSP admin",
        }
    }
}

/// The least that somebody must be to have a say in runs of this risk.
pub fn approver(risk: Risk) -> Approver {
    match risk {
        Risk::Low => Approver::Technician,
        Risk::Medium => Approver::CompanyAdmin,
        Risk::High => Approver::MspAdmin,
    }
}

/// What a run needs before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub struct Need {
    /// Who must agree, at the least.
    pub approver: Approver,
    /// How many of them; 0 where it runs by itself.
    pub approvals: u32,
    /// Whether the one who asks may be among them.
    pub own_counts: bool,
}

impl Need {
    /// What satisfies both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            approver: self.approver.max(other.approver),
            approvals: self.approvals.max(other.approvals),
            own_counts: self.own_counts && other.own_counts,
        }
    }

    /// Whether whoever is this agrees by asking, and so many more must.
    pub fn left_after(self, asker: Option<Approver>) -> u32 {
        let own = self.own_counts && asker.is_some_and(|is| is >= self.approver);
        self.approvals.saturating_sub(u32::from(own))
    }
}

impl Policy {
    /// What models may use for the company in a day, where the platform lets them use so many tokens.
    pub fn tokens_of(&self, platform: u64) -> u64 {
        self.tokens_per_day.map_or(platform, |own| platform.min(own.into()))
    }

    /// Whether every setting is in range.
    ///
    /// # Errors
    /// The first setting that is not.
    pub fn check(&self) -> Result<(), OutOfRange> {
        within("high_risk_approvals", self.high_risk_approvals, 1, 2)
    }

    /// What a run of this risk needs; nothing at all runs for a company that is stopped.
    pub fn needs(&self, risk: Risk) -> Option<Need> {
        if self.stopped {
            return None;
        }
        let (approvals, own_counts) = match risk {
            Risk::Low => (u32::from(!self.low_risk_by_itself), true),
            Risk::Medium => (1, true),
            Risk::High => (self.high_risk_approvals, false),
        };
        Some(Need {
            approver: approver(risk),
            approvals,
            own_counts,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_risk_never_needs_less_and_nothing_runs_where_it_is_stopped() {
        let risks = [Risk::Low, Risk::Medium, Risk::High];
        for bits in 0_u8..8 {
            let policy = Policy {
                stopped: false,
                low_risk_by_itself: bits & 1 > 0,
                high_risk_approvals: 1 + u32::from(bits >> 1 & 1),
                free_commands: bits & 4 > 0,
                tokens_per_day: None,
                locked: false,
            };
            assert_eq!(policy.check(), Ok(()));
            let needs: Vec<Need> = risks.iter().map(|risk| policy.needs(*risk).unwrap()).collect();
            assert!(needs.is_sorted_by_key(|need| (need.approver, need.approvals, !need.own_counts)));
            assert!(needs[1].approvals > 0 && needs[2].approvals > 0);
            let stopped = Policy {
                stopped: true,
                ..policy
            };
            assert!(risks.iter().all(|risk| stopped.needs(*risk).is_none()));
        }
    }

    #[test]
    fn nothing_runs_by_itself_until_somebody_says_so() {
        for risk in [Risk::Low, Risk::Medium, Risk::High] {
            assert!(Policy::default().needs(risk).is_some_and(|need| need.approvals > 0));
        }
    }
}
