//! An approval: people's consent to one run, bound to exactly what would be run.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ids::{ApprovalId, CompanyId, IncidentId, RunId, RunbookId};
use super::policy::{Approver, Need};
use super::run::{SSM_EXECUTE, SSM_EXECUTE_VERSION, Venue};
use super::runbook::{PlannedRun, Rendered, RenderedAutomation, Risk, RunHash, RunbookPart, Targets};
use super::time::Timestamp;

/// How long it may be given and used.
pub const LIFE: Duration = Duration::from_secs(3600);

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalStatus {
    /// Somebody has to agree yet.
    Pending,
    /// Everybody has agreed who had to.
    Approved,
    /// Somebody was against it.
    Rejected,
    /// Nobody has used it in time.
    Expired,
    /// It was used: the run began.
    Consumed,
    /// It is not needed any more: its incident has recovered.
    Withdrawn,
}

/// Somebody who has agreed, or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Vote {
    /// A person's id.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// An approval as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Approval {
    /// Its id.
    pub approval_id: ApprovalId,
    /// Whose.
    pub company_id: CompanyId,
    /// For which incident.
    pub incident_id: IncidentId,
    /// The run that begins with it.
    pub run_id: RunId,
    /// What would be run.
    pub runbook_id: RunbookId,
    /// Its short name.
    pub runbook: String,
    /// In which version.
    pub runbook_version: u32,
    /// What would be said to it.
    pub parameters: Map<String, Value>,
    /// The registry's word.
    pub risk_level: Risk,
    /// What it needs, as the policy said when it was asked for.
    pub need: Need,
    /// Where it stands.
    pub status: ApprovalStatus,
    /// The exact command lines.
    pub commands: Vec<String>,
    /// What would be started instead of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automation: Option<RenderedAutomation>,
    /// Those of the health check that a run makes once it has ended well.
    pub check: Option<Vec<String>>,
    /// How long they may take on a machine, in seconds.
    pub timeout_seconds: u32,
    /// The exact machines.
    pub targets: Vec<String>,
    /// Where they are.
    #[serde(default)]
    pub venue: Venue,
    /// SHA-256 over all of it, in hex: agreeing names it.
    pub hash: String,
    /// Who asked: a person's id, or `incident`.
    pub requested_by: String,
    /// Why, in the words of who asked.
    pub reason: String,
    /// Who has agreed so far, or was against it.
    pub decided_by: Vec<Vote>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it is of no use any more.
    pub expires_at: Timestamp,
    /// When it may be forgotten.
    pub kept_until: Timestamp,
}

/// Why somebody's consent does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalRefusal {
    /// It is over.
    #[error("the approval is {}", status_text(*.0))]
    NotPending(ApprovalStatus),
    /// It has run out.
    #[error("the approval expired at {0}: ask for the run again")]
    Expired(Timestamp),
    /// What he has seen is not what would be run.
    #[error("what would be run is not what you have seen: look again")]
    Otherwise,
    /// He may not.
    #[error("it takes {0} to decide this")]
    NotEntitled(&'static str),
    /// He asked for it himself.
    #[error("who asked for a run of high risk does not approve it: somebody else has to")]
    Own,
    /// He has agreed already.
    #[error("you have agreed already: another has to")]
    Twice,
}

fn status_text(status: ApprovalStatus) -> &'static str {
    match status {
        ApprovalStatus::Pending => "pending",
        ApprovalStatus::Approved => "approved already",
        ApprovalStatus::Rejected => "rejected",
        ApprovalStatus::Expired => "expired: ask for the run again",
        ApprovalStatus::Consumed => "used already",
        ApprovalStatus::Withdrawn => "withdrawn: its run is not wanted any more, or would be another",
    }
}

/// Somebody who decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decider<'a> {
    /// A person's id.
    pub id: &'a str,
    /// What he is.
    pub is: Approver,
}

impl Approval {
    /// After somebody has agreed to what bears this hash: approved where he was the last who had to.
    ///
    /// # Errors
    /// [`ApprovalRefusal`].
    pub fn approve(&self, by: Decider<'_>, hash: &str, now: Timestamp) -> Result<Self, ApprovalRefusal> {
        self.may_decide(by, now)?;
        if hash != self.hash {
            return Err(ApprovalRefusal::Otherwise);
        }
        if !self.need.own_counts && by.id == self.requested_by {
            return Err(ApprovalRefusal::Own);
        }
        if self.decided_by.iter().any(|vote| vote.by == by.id) {
            return Err(ApprovalRefusal::Twice);
        }
        let mut after = self.voted(by, now);
        let agreed = u32::try_from(after.decided_by.len()).unwrap_or(u32::MAX);
        if agreed >= self.need.approvals {
            after.status = ApprovalStatus::Approved;
        }
        Ok(after)
    }

    /// What is stored of it, hashed anew; nothing where its machines are none.
    pub fn computed_hash(&self) -> Option<RunHash> {
        let targets = Targets::try_from(self.targets.clone()).ok()?;
        let rendered = Rendered {
            runbook_id: self.runbook_id.clone(),
            version: self.runbook_version,
            part: RunbookPart::Run,
            commands: self.commands.clone(),
            automation: self.automation.clone(),
            timeout_seconds: self.timeout_seconds,
        };
        let planned = PlannedRun {
            tool: SSM_EXECUTE,
            tool_version: SSM_EXECUTE_VERSION,
            rendered: &rendered,
            check: self.check.as_deref(),
            targets: &targets,
            venue: &self.venue,
            timeout_seconds: self.timeout_seconds,
        };
        Some(planned.hash())
    }

    /// Without the consent of people who may not give it any more.
    #[must_use]
    pub fn without(mut self, lapsed: &[String]) -> Self {
        self.decided_by.retain(|vote| !lapsed.contains(&vote.by));
        self
    }

    /// After somebody was against it, who may also be the one who asked.
    ///
    /// # Errors
    /// [`ApprovalRefusal`].
    pub fn reject(&self, by: Decider<'_>, now: Timestamp) -> Result<Self, ApprovalRefusal> {
        if by.id != self.requested_by {
            self.may_decide(by, now)?;
        } else {
            self.is_pending(now)?;
        }
        Ok(Self {
            status: ApprovalStatus::Rejected,
            ..self.voted(by, now)
        })
    }

    /// After its run has begun.
    ///
    /// # Errors
    /// [`ApprovalRefusal`] where it was not approved, has run out, or is of another run.
    pub fn consume(&self, hash: &str, now: Timestamp) -> Result<Self, ApprovalRefusal> {
        if self.status != ApprovalStatus::Approved {
            return Err(ApprovalRefusal::NotPending(self.status));
        }
        self.in_time(now)?;
        if hash != self.hash {
            return Err(ApprovalRefusal::Otherwise);
        }
        Ok(Self {
            status: ApprovalStatus::Consumed,
            ..self.clone()
        })
    }

    /// After it has ended without a run; nothing where it had ended before.
    pub fn end(&self, status: ApprovalStatus) -> Option<Self> {
        let is_open = matches!(self.status, ApprovalStatus::Pending | ApprovalStatus::Approved);
        is_open.then(|| Self { status, ..self.clone() })
    }

    fn may_decide(&self, by: Decider<'_>, now: Timestamp) -> Result<(), ApprovalRefusal> {
        if by.is < self.need.approver {
            return Err(ApprovalRefusal::NotEntitled(self.need.approver.described()));
        }
        self.is_pending(now)
    }

    fn is_pending(&self, now: Timestamp) -> Result<(), ApprovalRefusal> {
        match self.status {
            ApprovalStatus::Pending => self.in_time(now),
            other => Err(ApprovalRefusal::NotPending(other)),
        }
    }

    fn in_time(&self, now: Timestamp) -> Result<(), ApprovalRefusal> {
        match now < self.expires_at {
            true => Ok(()),
            false => Err(ApprovalRefusal::Expired(self.expires_at)),
        }
    }

    fn voted(&self, by: Decider<'_>, now: Timestamp) -> Self {
        let mut after = self.clone();
        after.decided_by.push(Vote {
            by: by.id.to_owned(),
            at: now,
        });
        after
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Policy;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn asked(risk: Risk, policy: Policy) -> Approval {
        Approval {
            approval_id: "apr-1".parse().unwrap(),
            company_id: "comp-a".parse().unwrap(),
            incident_id: "inc-1".parse().unwrap(),
            run_id: "run-1".parse().unwrap(),
            runbook_id: "disk-cleanup".parse().unwrap(),
            runbook: "disk-cleanup".to_owned(),
            runbook_version: 1,
            parameters: Map::new(),
            risk_level: risk,
            need: policy.needs(risk).unwrap(),
            status: ApprovalStatus::Pending,
            commands: vec!["true".to_owned()],
            automation: None,
            check: None,
            timeout_seconds: 60,
            targets: vec!["i-00000000".to_owned()],
            venue: Venue::default(),
            hash: "aa".to_owned(),
            requested_by: "usr-ann".to_owned(),
            reason: String::new(),
            decided_by: Vec::new(),
            created_at: at(0),
            expires_at: at(0).plus(LIFE),
            kept_until: at(0).plus(LIFE),
        }
    }

    fn who(id: &str, is: Approver) -> Decider<'_> {
        Decider { id, is }
    }

    #[test]
    fn who_may_agree_is_the_policys_word() {
        let medium = asked(Risk::Medium, Policy::default());
        assert_eq!(
            medium.approve(who("usr-tom", Approver::Technician), "aa", at(1)),
            Err(ApprovalRefusal::NotEntitled("a company's admin or an MSP admin"))
        );
        let own = medium
            .approve(who("usr-ann", Approver::CompanyAdmin), "aa", at(1))
            .unwrap();
        assert_eq!(own.status, ApprovalStatus::Approved);
        let high = asked(Risk::High, Policy::default());
        assert_eq!(
            high.approve(who("usr-ann", Approver::MspAdmin), "aa", at(1)),
            Err(ApprovalRefusal::Own)
        );
        let root = high.approve(who("usr-root", Approver::MspAdmin), "aa", at(1)).unwrap();
        assert_eq!(root.status, ApprovalStatus::Approved);
    }

    #[test]
    fn two_who_must_agree_are_two_people() {
        let policy = Policy {
            high_risk_approvals: 2,
            ..Policy::default()
        };
        let root = who("usr-root", Approver::MspAdmin);
        let once = asked(Risk::High, policy).approve(root, "aa", at(1)).unwrap();
        assert_eq!(once.status, ApprovalStatus::Pending);
        assert_eq!(once.approve(root, "aa", at(2)), Err(ApprovalRefusal::Twice));
        assert_eq!(
            once.consume("aa", at(2)),
            Err(ApprovalRefusal::NotPending(ApprovalStatus::Pending))
        );
        let twice = once.approve(who("usr-eve", Approver::MspAdmin), "aa", at(2)).unwrap();
        assert_eq!((twice.status, twice.decided_by.len()), (ApprovalStatus::Approved, 2));
    }

    #[test]
    fn who_may_not_agree_any_more_has_not_agreed() {
        let policy = Policy {
            high_risk_approvals: 2,
            ..Policy::default()
        };
        let once = asked(Risk::High, policy)
            .approve(who("usr-root", Approver::MspAdmin), "aa", at(1))
            .unwrap();
        let eve = who("usr-eve", Approver::MspAdmin);
        let left = once
            .without(&["usr-root".to_owned()])
            .approve(eve, "aa", at(2))
            .unwrap();
        assert_eq!((left.status, left.decided_by.len()), (ApprovalStatus::Pending, 1));
    }

    #[test]
    fn it_is_used_once_in_time_and_for_what_was_seen() {
        let root = who("usr-root", Approver::MspAdmin);
        let pending = asked(Risk::High, Policy::default());
        assert_eq!(pending.approve(root, "ab", at(1)), Err(ApprovalRefusal::Otherwise));
        assert_eq!(
            pending.approve(root, "aa", at(3600)),
            Err(ApprovalRefusal::Expired(at(3600)))
        );
        let approved = pending.approve(root, "aa", at(1)).unwrap();
        assert_eq!(approved.consume("ab", at(2)), Err(ApprovalRefusal::Otherwise));
        assert_eq!(
            approved.consume("aa", at(3600)),
            Err(ApprovalRefusal::Expired(at(3600)))
        );
        let consumed = approved.consume("aa", at(2)).unwrap();
        for over in [
            consumed.clone(),
            pending.reject(root, at(1)).unwrap(),
            pending.end(ApprovalStatus::Withdrawn).unwrap(),
            approved.end(ApprovalStatus::Expired).unwrap(),
        ] {
            assert!(over.approve(root, "aa", at(3)).is_err() && over.consume("aa", at(3)).is_err());
            assert_eq!(over.end(ApprovalStatus::Withdrawn), None);
        }
        // Who asked may take it back, whatever he is.
        let taken_back = pending.reject(who("usr-ann", Approver::Technician), at(1)).unwrap();
        assert_eq!(taken_back.status, ApprovalStatus::Rejected);
    }
}
