//! What an incident wants run by itself, because of its decision: durable with that decision, tried until it has begun
//! or people are asked, and handed to a person where it cannot.

use ractor::{ActorProcessingErr, ActorRef};
use serde_json::{Map, Value, json};

use super::{Asker, Preparing, Wanted};
use crate::domain::run::{Plan, SSM_EXECUTE};
use crate::domain::runbook::{Runbook, Shelf};
use crate::domain::{Decision, Life, Phase, Proposal, Timestamp};
use crate::incident::refusal::RunRefusal;
use crate::incident::{CHANGE_TRIES, IncidentMsg, IncidentState};
use crate::limits::{PROPOSAL_PATIENCE, PROPOSAL_PAUSE, PROPOSALS, RUNS, RUNS_PER_COMPANY};
use crate::port::Error;
use crate::port::cloud::CloudError;
use crate::runtime::CallError;
use crate::tenant::TenantMsg;

impl IncidentState {
    /// The life of an incident that wants what its decision calls for: each runbook once, while nothing else is wanted or
    /// under way; nothing where there is nothing to want.
    pub(in crate::incident) fn wanting(&self, decision: &Decision, now: Timestamp) -> Option<Life> {
        let row = self.row.as_ref().filter(|row| row.is_open())?;
        let shelf = self.args.company.shelf();
        let runbook = called_for(&shelf, decision)?;
        let life = &row.life;
        let is_free = life.remedy.is_none() && life.proposal.is_none();
        let is_new = !life.proposed.contains(&runbook.runbook_id) && life.proposed.len() < PROPOSALS;
        let is_connected = self.args.company.now().aws.is_some();
        (is_free && is_new && is_connected).then(|| {
            self.in_session(Life {
                proposal: Some(Proposal {
                    runbook_id: runbook.runbook_id.clone(),
                    reason: decision.recommendation.clone(),
                    since: now,
                    again_at: now,
                    waits_for: None,
                }),
                ..life.clone()
            })
        })
    }

    /// What a decision calls for and nobody runs, because the company has no cloud.
    pub(in crate::incident) fn not_connected(&self, decision: &Decision) -> Option<Value> {
        if self.args.company.now().aws.is_some() {
            return None;
        }
        let shelf = self.args.company.shelf();
        let runbook = called_for(&shelf, decision)?;
        Some(json!({
            "runbook": runbook.slug, "version": runbook.version, "risk_level": runbook.risk,
            "why": CloudError::NotConnected.to_string(),
        }))
    }

    /// Tries to begin what the incident wants.
    pub(in crate::incident) async fn propose(&mut self, me: &ActorRef<IncidentMsg>) -> Result<(), Error> {
        let proposal = self.row.as_ref().and_then(|row| row.life.proposal.clone());
        let Some(proposal) = proposal.filter(|_| self.tool.is_none() && !self.draining) else {
            return Ok(());
        };
        let shelf = self.args.company.shelf();
        let Some(runbook) = shelf.find(proposal.runbook_id.as_str()) else {
            return self
                .cannot_begin(proposal.runbook_id.as_str(), &RunRefusal::NoSuchRunbook)
                .await;
        };
        let plan = match self.plan_of(runbook) {
            Ok(plan) => plan,
            Err(why) => return self.cannot_begin(&runbook.slug, &why).await,
        };
        let now = self.args.ports.clock.now();
        let left = PROPOSAL_PATIENCE.saturating_sub(now.since(proposal.since));
        let turn_within = self.need(&plan).is_ok_and(|need| need.approvals == 0).then_some(left);
        let preparing = Preparing {
            what: Wanted::Runbook {
                name: runbook.runbook_id.to_string(),
                parameters: Map::new(),
                commands: None,
            },
            plan,
            platform: runbook.platform,
            instance_ids: None,
            reason: proposal.reason,
            asker: Asker::Itself,
        };
        // Where the tool does not start, the incident is still due.
        drop(self.prepare(me, preparing, turn_within).await);
        Ok(())
    }

    fn plan_of(&self, runbook: &Runbook) -> Result<Plan, RunRefusal> {
        if self.args.company.now().aws.is_none() {
            return Err(CloudError::NotConnected.into());
        }
        let plan = Plan::of(runbook, &Map::new())?;
        self.need(&plan)?;
        Ok(plan)
    }

    /// What the incident wants has not begun: it is tried again where that may pass, and people are told otherwise.
    pub(super) async fn not_proposed(&mut self, plan: &Plan, error: CallError) -> Result<(), ActorProcessingErr> {
        let now = self.args.ports.clock.now();
        let told = match error {
            CallError::Run(why) if may_pass(&why) && self.has_patience(now) => {
                let until = match &why {
                    RunRefusal::Cloud(CloudError::Unavailable { until, .. }) => *until,
                    _ => None,
                };
                self.wait(plan, &why, until.unwrap_or_else(|| now.plus(PROPOSAL_PAUSE)))
                    .await
            }
            CallError::Run(why) => self.cannot_begin(&plan.slug, &why).await,
            CallError::Store(error) => Err(error),
            // It is still due.
            _ => Ok(()),
        };
        self.so_far(told)
    }

    /// All turns are taken, and its tool waits for one.
    pub(super) async fn wait_for_turn(&mut self, plan: &Plan) -> Result<(), ActorProcessingErr> {
        let now = self.args.ports.clock.now();
        let told = self.wait(plan, &RunRefusal::Crowded, now).await;
        self.so_far(told)
    }

    /// What could not be kept is still due; `Err` where this actor's state may be wrong.
    pub(super) fn so_far(&self, kept: Result<(), Error>) -> Result<(), ActorProcessingErr> {
        match kept {
            Ok(()) => Ok(()),
            Err(Error::Fenced) => Ok(self.args.tenant.cast(TenantMsg::Fenced)?),
            Err(error @ (Error::Unknown | Error::Corrupt(_) | Error::NoSuchCompany)) => Err(error.into()),
            Err(error) => {
                tracing::warn!(company_id = %self.company(), incident_id = %self.args.incident_id, %error, "what is wanted or under way waits for the store");
                Ok(())
            }
        }
    }

    /// Whether there is anything to heal, and nobody has taken it up since.
    pub(super) async fn still_wants(&mut self) -> Result<bool, ActorProcessingErr> {
        let absorbed = self.absorb().await;
        let is_read = absorbed.is_ok();
        self.so_far(absorbed)?;
        let row = self.row.as_ref().filter(|row| is_read && row.is_open());
        Ok(row.is_some_and(|row| row.life.proposal.is_some() && !row.all_recovered()))
    }

    fn has_patience(&self, now: Timestamp) -> bool {
        let proposal = self.row.as_ref().and_then(|row| row.life.proposal.as_ref());
        proposal.is_some_and(|proposal| now.since(proposal.since) < PROPOSAL_PATIENCE)
    }

    /// It is tried again a while later; that it waits is told once.
    async fn wait(&mut self, plan: &Plan, why: &RunRefusal, again_at: Timestamp) -> Result<(), Error> {
        let told = waiting_for(why);
        for _ in 0..CHANGE_TRIES {
            let Some(mut life) = self.row.as_ref().map(|row| row.life.clone()) else {
                return Ok(());
            };
            let Some(proposal) = life.proposal.as_mut() else {
                return Ok(());
            };
            let is_told = proposal.waits_for.replace(told.clone()).is_some();
            proposal.again_at = again_at;
            let now = self.args.ports.clock.now();
            let mut change = self.change(now);
            change.life = Some(self.in_session(life));
            change.wake_due = Some(again_at);
            if !is_told {
                let data = json!({
                    "runbook": plan.slug, "version": plan.rendered.version, "risk_level": plan.risk,
                    "why": told,
                });
                change.facts.push(self.fact("run.waits", "incident", now, &data));
            }
            if self.commit(change, None).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// It cannot begin: a person has to look.
    async fn cannot_begin(&mut self, runbook: &str, why: &RunRefusal) -> Result<(), Error> {
        for _ in 0..CHANGE_TRIES {
            let Some(mut life) = self
                .row
                .as_ref()
                .filter(|row| row.is_open())
                .map(|row| row.life.clone())
            else {
                return Ok(());
            };
            let Some(proposal) = life.proposal.take() else {
                return Ok(());
            };
            life.phase = Phase::NeedsHuman;
            life.proposed.push(proposal.runbook_id.clone());
            let now = self.args.ports.clock.now();
            let data = json!({
                "runbook_id": proposal.runbook_id, "runbook": runbook, "why": why.to_string(),
                "phase": Phase::NeedsHuman,
            });
            let mut change = self.change(now);
            change.life = Some(self.in_session(life));
            change.wake_due = Some(now);
            change.facts.push(self.fact("run.not_begun", "incident", now, &data));
            self.remember_system(&mut change, &format!("{runbook} could not begin: {why}"), now);
            if self.commit(change, None).await? {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// The runbook that a decision calls for.
fn called_for<'a>(shelf: &'a Shelf, decision: &Decision) -> Option<&'a Runbook> {
    let mut calls = decision.tool_calls.iter();
    let call = calls.find(|call| call.tool_name == SSM_EXECUTE)?;
    shelf.find(call.parameters.get("runbook").and_then(Value::as_str)?)
}

/// What keeps a run from beginning, for people, who need do nothing about it.
fn waiting_for(why: &RunRefusal) -> String {
    let what = match why {
        RunRefusal::Crowded => format!(
            "{RUNS_PER_COMPANY} runs of the company, or {RUNS} in all, are under way, which is as many as may be"
        ),
        other => other.to_string(),
    };
    format!("{what}; it is tried again by itself")
}

/// Whether what keeps a run from beginning may pass by itself, soon.
fn may_pass(why: &RunRefusal) -> bool {
    matches!(
        why,
        RunRefusal::Crowded
            | RunRefusal::TargetBusy { .. }
            | RunRefusal::Stricter
            | RunRefusal::Cloud(CloudError::Unavailable { .. } | CloudError::Throttled(_))
    )
}
