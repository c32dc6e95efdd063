//! People's consent: asked for, given, refused, withdrawn, expired.

use ractor::{ActorProcessingErr, ActorRef};
use serde_json::{Value, json};

use super::run::Beginning;
use super::{ApprovalCall, Begun, Decided, Preparing, Word};
use crate::domain::approval::{ApprovalStatus, Decider, LIFE};
use crate::domain::policy::Need;
use crate::domain::run::{Plan, Venue, free_commands_id};
use crate::domain::runbook::Targets;
use crate::domain::{Approval, ApprovalId, Life, News, Origin, Proposal, Remedy, Role, RunId, Timestamp};
use crate::incident::refusal::RunRefusal;
use crate::incident::telling::Tiding;
use crate::incident::{CHANGE_TRIES, IncidentMsg, IncidentState, with_life_of};
use crate::port::writer::IncidentChange;
use crate::port::{Error, Put, RecordKind};
use crate::runtime::CallError;

impl IncidentState {
    /// Asks people to agree to a run on these machines.
    pub(super) async fn ask(
        &mut self,
        preparing: &Preparing,
        targets: &Targets,
        venue: Venue,
        need: Need,
    ) -> Result<Approval, CallError> {
        let now = self.args.ports.clock.now();
        let by = preparing.asker.origin();
        let approval = self.approval_of(preparing, targets, venue, need, &by.actor, now);
        for _ in 0..CHANGE_TRIES {
            self.absorb().await?;
            self.is_free()?;
            let Some(row) = &self.row else { break };
            let mut life = row.life.clone();
            life.proposal = None;
            life.remedy = Some(Remedy::AwaitingApproval {
                approval_id: approval.approval_id.clone(),
                until: approval.expires_at,
            });
            match preparing.asker.is() {
                Some(_) => life.touched = true,
                None => life.proposed.push(approval.runbook_id.clone()),
            }
            let mut change = self.change(now);
            change.life = Some(self.in_session(life));
            change.puts.push(Put::new(&approval)?);
            change.wake_due = Some(now);
            let told = format!(
                "Asked for consent to run {} on {}",
                approval.runbook,
                machines(&approval)
            );
            self.remember_system(&mut change, &told, now);
            if let Some(row) = &self.row {
                let detail = json!({
                    "approval_id": approval.approval_id, "runbook": approval.runbook, "risk_level": approval.risk_level,
                    "expires_at": approval.expires_at,
                });
                let after = with_life_of(row, &change);
                self.tell(&mut change, &after, Tiding::new(News::ApprovalRequested, detail))
                    .await?;
            }
            change
                .facts
                .push(self.fact_from("approval.requested", &by, now, json!(approval)));
            if self.commit(change, preparing.deadline()).await? {
                return Ok(approval);
            }
        }
        Err(CallError::Overloaded)
    }

    fn approval_of(
        &self,
        preparing: &Preparing,
        targets: &Targets,
        venue: Venue,
        need: Need,
        by: &str,
        now: Timestamp,
    ) -> Approval {
        let plan = &preparing.plan;
        let uuid = || self.args.ports.entropy.uuid(now);
        Approval {
            approval_id: ApprovalId::from_uuid(uuid()),
            company_id: self.company().clone(),
            incident_id: self.args.incident_id.clone(),
            run_id: RunId::from_uuid(uuid()),
            runbook_id: plan.rendered.runbook_id.clone(),
            runbook: plan.slug.clone(),
            runbook_version: plan.rendered.version,
            parameters: plan.parameters.clone(),
            risk_level: plan.risk,
            need,
            status: ApprovalStatus::Pending,
            commands: plan.rendered.commands.clone(),
            automation: plan.rendered.automation.clone(),
            check: plan.check.clone(),
            timeout_seconds: plan.rendered.timeout_seconds,
            targets: targets.ids().iter().map(ToString::to_string).collect(),
            hash: plan.hash(targets, &venue).to_string(),
            venue,
            requested_by: by.to_owned(),
            reason: preparing.reason.clone(),
            decided_by: Vec::new(),
            created_at: now,
            expires_at: now.plus(LIFE),
            kept_until: now.plus(self.args.company.now().retention.incidents()),
        }
    }

    /// Somebody has his word on an approval.
    pub(in crate::incident) async fn approval_for(
        &mut self,
        me: &ActorRef<IncidentMsg>,
        ask: ApprovalCall,
    ) -> Result<(), ActorProcessingErr> {
        if ask.call.is_over() {
            return Ok(());
        }
        let said = match self.draining {
            true => Err(CallError::Draining),
            false => self.hear_word(me, &ask).await,
        };
        match said {
            Ok(decided) => ask.call.answer(Ok(decided)),
            Err(error) => {
                if let CallError::Run(
                    why @ (RunRefusal::RunbookChanged | RunRefusal::AccountChanged | RunRefusal::Altered(_)),
                ) = &error
                {
                    self.withdraw_unusable(&ask.approval_id, why).await;
                }
                return self.refuse(ask.call, error);
            }
        }
        Ok(())
    }

    /// An approval that nobody can use any more is withdrawn, so that its run can be asked for again, which an incident
    /// that has asked by itself does; where that cannot be, who has agreed is refused all the same.
    async fn withdraw_unusable(&mut self, id: &ApprovalId, why: &RunRefusal) {
        if self.awaits(id)
            && let Err(error) = self.try_to_withdraw(id, why).await
        {
            tracing::warn!(company_id = %self.company(), approval_id = %id, %error, "an approval of no use was not withdrawn");
        }
    }

    async fn try_to_withdraw(&mut self, id: &ApprovalId, why: &RunRefusal) -> Result<(), CallError> {
        let now = self.args.ports.clock.now();
        let mut change = self.change(now);
        self.withdraw_approval(&mut change, &why.to_string()).await?;
        let proposal = match why {
            RunRefusal::RunbookChanged | RunRefusal::AccountChanged => self.asked_by_itself(id, now).await?,
            _ => None,
        };
        let life = self.row.as_ref().map(|row| Life {
            remedy: None,
            proposal,
            ..row.life.clone()
        });
        change.life = life.map(|life| self.in_session(life));
        change.wake_due = Some(now);
        self.commit(change, None).await?;
        Ok(())
    }

    /// What the incident itself has asked for it wants still, as the runbook is now.
    async fn asked_by_itself(&self, id: &ApprovalId, now: Timestamp) -> Result<Option<Proposal>, CallError> {
        let (approval, _) = self.stored_approval(id).await?;
        Ok((approval.requested_by == "incident").then_some(Proposal {
            runbook_id: approval.runbook_id,
            reason: approval.reason,
            since: now,
            again_at: now,
            waits_for: None,
        }))
    }

    async fn hear_word(&mut self, me: &ActorRef<IncidentMsg>, ask: &ApprovalCall) -> Result<Decided, CallError> {
        for _ in 0..CHANGE_TRIES {
            self.absorb().await?;
            let (approval, version) = self.stored_approval(&ask.approval_id).await?;
            let now = self.args.ports.clock.now();
            let by = Decider {
                id: &ask.by.actor,
                is: ask.is,
            };
            let after = match &ask.word {
                Word::Reject => approval.reject(by, now).map_err(RunRefusal::from)?,
                Word::Approve(hash) => {
                    let approval = self.as_strict_as_now(approval.without(&ask.lapsed))?;
                    let hash = hash.as_deref().unwrap_or(&approval.hash);
                    approval.approve(by, hash, now).map_err(RunRefusal::from)?
                }
            };
            if after.status == ApprovalStatus::Approved {
                let begun = self.begin_approved(me, ask, &after, version).await?;
                let (approval, _) = self.stored_approval(&ask.approval_id).await?;
                return Ok(Decided {
                    approval,
                    begun: Some(begun),
                });
            }
            if self
                .keep_word(&after, version, &ask.by, Some(ask.call.deadline))
                .await?
            {
                return Ok(Decided {
                    approval: after,
                    begun: None,
                });
            }
        }
        Err(CallError::Overloaded)
    }

    /// An approval of this incident, and its version.
    async fn stored_approval(&self, id: &ApprovalId) -> Result<(Approval, u64), CallError> {
        let record = self.args.reader.record(RecordKind::Approvals, id.as_str()).await?;
        let record = record.ok_or(RunRefusal::NoSuchApproval)?;
        let approval: Approval = record.read()?;
        match approval.incident_id == self.args.incident_id {
            true => Ok((approval, record.version)),
            false => Err(RunRefusal::NoSuchApproval.into()),
        }
    }

    /// A policy that asks for more by now holds for what was asked for before.
    fn as_strict_as_now(&self, approval: Approval) -> Result<Approval, RunRefusal> {
        let now = self.args.company.now().policy.needs(approval.risk_level);
        let need = approval.need.and(now.ok_or(RunRefusal::Stopped)?);
        Ok(Approval { need, ..approval })
    }

    /// Everybody has agreed: what is run is what the registry makes of it now, and that must be what they have seen.
    async fn begin_approved(
        &mut self,
        me: &ActorRef<IncidentMsg>,
        ask: &ApprovalCall,
        approved: &Approval,
        version: u64,
    ) -> Result<Begun, CallError> {
        let altered = || RunRefusal::Altered(approved.approval_id.clone());
        let targets = Targets::try_from(approved.targets.clone()).map_err(|_| altered())?;
        if approved
            .computed_hash()
            .is_none_or(|hash| hash.as_str() != approved.hash)
        {
            return Err(altered().into());
        }
        let plan = self.plan_of_approved(approved)?;
        let hash = plan.hash(&targets, &approved.venue);
        if hash.as_str() != approved.hash || plan.risk != approved.risk_level {
            return Err(RunRefusal::RunbookChanged.into());
        }
        let now = self.args.ports.clock.now();
        let consumed = approved.consume(hash.as_str(), now).map_err(RunRefusal::from)?;
        let mut run = self.run_of(&plan, targets, approved.venue.clone(), &approved.requested_by);
        run.run_id = approved.run_id.clone();
        run.approval_id = Some(approved.approval_id.clone());
        let beginning = Beginning {
            run,
            asker: Some(ask.is),
            by: ask.by.clone(),
            follows: None,
            approval: Some((consumed, version)),
            turn: None,
            deadline: Some(ask.call.deadline),
        };
        self.begin(me, beginning).await
    }

    /// What was asked for, as the registry has it now.
    fn plan_of_approved(&self, approved: &Approval) -> Result<Plan, RunRefusal> {
        if approved.runbook_id == free_commands_id() {
            return self.free(approved.commands.clone(), approved.timeout_seconds);
        }
        let shelf = self.args.company.shelf();
        let runbook = shelf.find(approved.runbook_id.as_str());
        let plan = runbook.map(|runbook| Plan::of(runbook, &approved.parameters));
        plan.and_then(Result::ok).ok_or(RunRefusal::RunbookChanged)
    }

    /// Makes a word durable that begins nothing; `false` where the row or the approval was another.
    async fn keep_word(
        &mut self,
        after: &Approval,
        version: u64,
        by: &Origin,
        deadline: Option<tokio::time::Instant>,
    ) -> Result<bool, CallError> {
        let Some(row) = &self.row else {
            return Err(RunRefusal::NoSuchIncident.into());
        };
        let now = self.args.ports.clock.now();
        let mut life = row.life.clone();
        life.touched |= by.actor != "incident";
        if after.status != ApprovalStatus::Pending && self.awaits(&after.approval_id) {
            life.remedy = None;
        }
        let mut change = self.change(now);
        change.life = Some(self.in_session(life));
        change.wake_due = Some(now);
        self.settle(&mut change, after, version, by)?;
        Ok(self.commit(change, deadline).await?)
    }

    /// Adds an approval that has changed to a commit, with its fact.
    fn settle(&self, change: &mut IncidentChange, after: &Approval, version: u64, by: &Origin) -> Result<(), Error> {
        let now = change.now;
        change.puts.push(Put::change(after, version)?);
        let data = decision_data(after);
        change.facts.push(self.fact_from("approval.decided", by, now, data));
        Ok(())
    }

    /// Its time is over.
    pub(in crate::incident) async fn expire_approval(&mut self) -> Result<(), Error> {
        let Some(id) = self.pending_approval() else {
            return Ok(());
        };
        match self.stored_approval(&id).await {
            Ok((approval, version)) => {
                let after = approval.end(ApprovalStatus::Expired).unwrap_or(approval);
                match self.keep_word(&after, version, &"incident".into(), None).await {
                    Ok(_) => Ok(()),
                    Err(CallError::Store(error)) => Err(error),
                    Err(_) => Ok(()),
                }
            }
            Err(CallError::Store(error)) => Err(error),
            // It is not there any more: nobody waits for it.
            Err(_) => self.forget_remedy().await,
        }
    }

    async fn forget_remedy(&mut self) -> Result<(), Error> {
        let Some(row) = &self.row else { return Ok(()) };
        let now = self.args.ports.clock.now();
        let life = Life {
            remedy: None,
            ..row.life.clone()
        };
        let mut change = self.change(now);
        change.life = Some(self.in_session(life));
        change.wake_due = Some(now);
        self.commit(change, None).await.map(drop)
    }

    fn pending_approval(&self) -> Option<ApprovalId> {
        match self.row.as_ref()?.life.remedy.as_ref()? {
            Remedy::AwaitingApproval { approval_id, .. } => Some(approval_id.clone()),
            _ => None,
        }
    }

    /// Adds to a commit that ends the incident that nobody has to agree any more.
    pub(in crate::incident) async fn withdraw_approval(
        &self,
        change: &mut IncidentChange,
        why: &str,
    ) -> Result<(), Error> {
        let Some(id) = self.pending_approval() else {
            return Ok(());
        };
        match self.stored_approval(&id).await {
            Ok((approval, version)) => match approval.end(ApprovalStatus::Withdrawn) {
                Some(after) => {
                    change.puts.push(Put::change(&after, version)?);
                    let mut data = decision_data(&after);
                    data["why"] = why.into();
                    change
                        .facts
                        .push(self.fact("approval.decided", "incident", change.now, &data));
                    Ok(())
                }
                None => Ok(()),
            },
            Err(CallError::Store(error)) => Err(error),
            Err(_) => Ok(()),
        }
    }

    /// Adds what the system has to say to the memory that a commit writes.
    pub(super) fn remember_system(&mut self, change: &mut IncidentChange, told: &str, now: Timestamp) {
        self.memory.remember(Role::System, told, now);
        change.memory = Some(self.memory.clone());
    }
}

pub(super) fn decision_data(after: &Approval) -> Value {
    json!({
        "approval_id": after.approval_id, "run_id": after.run_id, "runbook": after.runbook,
        "risk_level": after.risk_level, "status": after.status, "hash": after.hash,
        "decided_by": after.decided_by,
    })
}

fn machines(approval: &Approval) -> String {
    approval.targets.join(", ")
}
