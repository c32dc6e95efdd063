//! What is under way: a run's intent and everything that its commit asks, where it stands, its end.

use ractor::{ActorProcessingErr, ActorRef};
use serde_json::json;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::{Begun, Doing, Seat, UnderWay};
use crate::domain;
use crate::domain::policy::Approver;
use crate::domain::run::{Ending, Lock, Plan, Run, SSM_EXECUTE, SSM_EXECUTE_VERSION, Standing, Venue};
use crate::domain::runbook::Targets;
use crate::domain::{Approval, AwsSettings, IncidentStatus, Origin, Remedy, RunId, Timestamp};
use crate::incident::refusal::RunRefusal;
use crate::incident::{CHANGE_TRIES, IncidentMsg, IncidentState};
use crate::limits::RUNS_PER_COMPANY;
use crate::measures;
use crate::port::cloud::CloudError;
use crate::port::writer::{Guard, IncidentChange};
use crate::port::{Error, Put, RecordKind};
use crate::runtime::CallError;
use crate::tenant::TenantMsg;
use crate::tool::turns::Turn;
use crate::tool::{self, ToolMsg, Work};

/// A run that is to begin.
pub(super) struct Beginning {
    /// The run, as its intent is stored.
    pub(super) run: Run,
    /// What the person is who asks for it; `None` for the incident itself.
    pub(super) asker: Option<Approver>,
    /// Who lets it begin.
    pub(super) by: Origin,
    /// The run that has not helped, and whose place it takes.
    pub(super) follows: Option<RunId>,
    /// The consent that it uses up, and its version.
    pub(super) approval: Option<(Approval, u64)>,
    /// Its turn, where it has waited for one.
    pub(super) turn: Option<Turn>,
    /// After this nobody waits, and it does not begin.
    pub(super) deadline: Option<Instant>,
}

impl Beginning {
    /// Whether what is there is enough for what is asked.
    fn suffices(&self, plan_needs: crate::domain::policy::Need) -> bool {
        match &self.approval {
            None => plan_needs.left_after(self.asker) == 0,
            Some((approval, _)) => {
                let agreed = u32::try_from(approval.decided_by.len()).unwrap_or(u32::MAX);
                agreed >= plan_needs.approvals
            }
        }
    }
}

impl IncidentState {
    /// A run of a plan on these machines.
    pub(super) fn run_of(&self, plan: &Plan, targets: Targets, venue: Venue, requested_by: &str) -> Run {
        let now = self.args.ports.clock.now();
        Run {
            run_id: RunId::from_uuid(self.args.ports.entropy.uuid(now)),
            company_id: self.company().clone(),
            incident_id: self.args.incident_id.clone(),
            tool: SSM_EXECUTE.to_owned(),
            tool_version: SSM_EXECUTE_VERSION.to_owned(),
            runbook_id: plan.rendered.runbook_id.clone(),
            runbook: plan.slug.clone(),
            runbook_version: plan.rendered.version,
            risk_level: plan.risk,
            parameters: plan.parameters.clone(),
            commands: plan.rendered.commands.clone(),
            automation: plan.rendered.automation.clone(),
            check: plan.check.clone(),
            hash: plan.hash(&targets, &venue),
            targets,
            venue,
            timeout_seconds: plan.rendered.timeout_seconds,
            cool_down_seconds: plan.cool_down_seconds,
            idempotent: plan.idempotent,
            attempt: 1,
            requested_by: requested_by.to_owned(),
            approval_id: None,
            standing: Standing::FIRST,
            started_at: now,
            ended_at: None,
            command_id: None,
            other_command_ids: Vec::new(),
            cancelled_by: None,
            output: None,
            health: None,
            kpis_before: None,
            kpis_after: None,
            kept_until: None,
        }
    }

    /// Makes the intent of a run durable, in one commit with everything that it takes and asks, and begins it.
    pub(super) async fn begin(
        &mut self,
        me: &ActorRef<IncidentMsg>,
        mut beginning: Beginning,
    ) -> Result<Begun, CallError> {
        let waited = beginning.turn.take();
        let turn = waited.or_else(|| self.args.turns.take()).ok_or(RunRefusal::Crowded)?;
        beginning.run.kpis_before = Some(self.kpis().await?);
        self.intend(&beginning).await?;
        let run = beginning.run;
        let (waits, sent) = oneshot::channel();
        let begun = Begun {
            run: Box::new(run.clone()),
            sent,
        };
        let work = Work::Run {
            run: Box::new(run.clone()),
            turn: Some(turn),
        };
        // Where the tool does not start, the run is found in the store when it is due.
        if let Ok(actor) = self.start_tool(me, work).await {
            let under_way = UnderWay {
                run,
                version: 1,
                waits: Some(waits),
            };
            let doing = Doing::Running(Box::new(under_way));
            self.tool = Some(Seat { actor, doing });
        }
        Ok(begun)
    }

    async fn intend(&mut self, beginning: &Beginning) -> Result<(), CallError> {
        for _ in 0..CHANGE_TRIES {
            self.absorb().await?;
            match (&beginning.approval, &beginning.follows) {
                (Some((approval, _)), _) if self.awaits(&approval.approval_id) => {}
                (_, Some(run)) => self.is_free_after(run)?,
                _ => self.is_free()?,
            }
            let company = self.args.company.now();
            if company.aws.is_none() {
                return Err(RunRefusal::Cloud(CloudError::NotConnected).into());
            }
            if company.aws.as_ref().map(AwsSettings::place) != beginning.run.venue.account {
                return Err(RunRefusal::AccountChanged.into());
            }
            let need = company.policy.needs(beginning.run.risk_level);
            if !beginning.suffices(need.ok_or(RunRefusal::Stopped)?) {
                return Err(RunRefusal::Stricter.into());
            }
            if tool::all_stopped(&self.args.ports).await? {
                return Err(RunRefusal::AllStopped.into());
            }
            let now = self.args.ports.clock.now();
            let mut change = self.intent(beginning, now)?;
            change.guard = Some(Guard {
                settings: company.version,
            });
            change.puts.extend(self.locks(&beginning.run, now).await?);
            change.puts.push(self.slot(&beginning.run.run_id).await?);
            if self.commit(change, beginning.deadline).await? {
                return Ok(());
            }
        }
        Err(CallError::Overloaded)
    }

    fn intent(&mut self, beginning: &Beginning, now: Timestamp) -> Result<IncidentChange, CallError> {
        let run = &beginning.run;
        let row = self.row.as_ref().ok_or(RunRefusal::NoSuchIncident)?;
        let mut life = row.life.clone();
        life.remedy = Some(Remedy::Executing {
            run_id: run.run_id.clone(),
        });
        life.proposal = None;
        life.runs.push(run.run_id.clone());
        if life.status == IncidentStatus::New {
            life.status = IncidentStatus::InProgress;
        }
        match beginning.asker {
            Some(_) => life.touched = true,
            None if run.attempt == 1 => life.proposed.push(run.runbook_id.clone()),
            None => {}
        }
        let mut change = self.change(now);
        change.life = Some(self.in_session(life));
        change.wake_due = Some(now);
        change.puts.push(Put::new(run)?);
        if let Some((consumed, version)) = &beginning.approval {
            change.puts.push(Put::change(consumed, *version)?);
            let data = super::approval::decision_data(consumed);
            let fact = self.fact_from("approval.decided", &beginning.by, now, data);
            change.facts.push(fact);
        }
        let targets: Vec<&str> = run.targets.ids().iter().map(|id| id.as_str()).collect();
        let mut data = json!({
            "run_id": run.run_id, "tool": run.tool, "tool_version": run.tool_version, "runbook_id": run.runbook_id,
            "runbook": run.runbook, "version": run.runbook_version, "risk_level": run.risk_level,
            "parameters": run.parameters, "commands": run.commands, "check": run.check, "targets": targets, "hash": run.hash,
            "approval_id": run.approval_id, "requested_by": run.requested_by, "attempt": run.attempt,
        });
        if let Some(automation) = &run.automation {
            data["automation"] = json!(automation);
        }
        change
            .facts
            .push(self.fact_from("run.started", &beginning.by, now, data));
        let told = format!("Running {} on {}", run.runbook, targets.join(", "));
        self.remember_system(&mut change, &told, now);
        Ok(change)
    }

    /// The locks and cool-downs that a run takes; none may be held.
    async fn locks(&self, run: &Run, now: Timestamp) -> Result<Vec<Put>, CallError> {
        let mut puts = Vec::new();
        for instance in run.targets.ids() {
            let lock = Lock {
                instance_id: instance.to_string(),
                runbook_id: None,
                run_id: run.run_id.clone(),
                until: None,
            };
            if let Some((held, _)) = self.stored_lock(&lock.id()).await? {
                return Err(RunRefusal::TargetBusy {
                    instance_id: held.instance_id,
                    run_id: held.run_id,
                }
                .into());
            }
            puts.push(Put::new(&lock)?);
            if run.cool_down_seconds == 0 {
                continue;
            }
            let cool_down = cool_down_of(run, &lock, now);
            match self.stored_lock(&cool_down.id()).await? {
                None => puts.push(Put::new(&cool_down)?),
                Some((held, version)) => {
                    let until = held.until.filter(|until| *until > now && run.attempt == 1);
                    if let Some(until) = until {
                        return Err(RunRefusal::CoolingDown {
                            instance_id: held.instance_id,
                            until,
                        }
                        .into());
                    }
                    puts.push(Put::change(&cool_down, version)?);
                }
            }
        }
        Ok(puts)
    }

    /// The company's runs that are under way, with one more.
    async fn slot(&self, run: &RunId) -> Result<Put, CallError> {
        let (mut now, version) = self.stored_slots().await?;
        if now.runs.len() >= RUNS_PER_COMPANY {
            return Err(RunRefusal::Crowded.into());
        }
        now.runs.push(run.clone());
        Ok(match version {
            None => Put::new(&now)?,
            Some(version) => Put::change(&now, version)?,
        })
    }

    async fn stored_slots(&self) -> Result<(domain::run::UnderWay, Option<u64>), Error> {
        let record = self
            .args
            .reader
            .record(RecordKind::Locks, domain::run::UnderWay::ID)
            .await?;
        match record {
            None => Ok(Default::default()),
            Some(record) => Ok((record.read()?, Some(record.version))),
        }
    }

    async fn stored_lock(&self, id: &str) -> Result<Option<(Lock, u64)>, Error> {
        let record = self.args.reader.record(RecordKind::Locks, id).await?;
        record
            .map(|record| Ok((record.read::<Lock>()?, record.version)))
            .transpose()
    }

    /// What gives a run's machines free, and lets their cool-downs begin.
    async fn unlocks(&self, run: &Run, now: Timestamp) -> Result<Vec<Put>, Error> {
        let mut puts = Vec::new();
        if let (mut now, Some(version)) = self.stored_slots().await?
            && now.runs.contains(&run.run_id)
        {
            now.runs.retain(|other| *other != run.run_id);
            puts.push(match now.runs.is_empty() {
                true => Put::remove(RecordKind::Locks, domain::run::UnderWay::ID.to_owned(), version),
                false => Put::change(&now, version)?,
            });
        }
        for instance in run.targets.ids() {
            let id = Lock::machine(instance.as_str());
            if let Some((lock, version)) = self
                .stored_lock(&id)
                .await?
                .filter(|(lock, _)| lock.run_id == run.run_id)
            {
                puts.push(Put::remove(RecordKind::Locks, id, version));
                let cool_down = cool_down_of(run, &lock, now);
                let held = self.stored_lock(&cool_down.id()).await?;
                if let Some((_, version)) = held.filter(|(held, _)| held.run_id == run.run_id) {
                    puts.push(Put::change(&cool_down, version)?);
                }
            }
        }
        Ok(puts)
    }

    /// Goes on with what the store says is under way, where no tool of ours has it.
    pub(in crate::incident) async fn tend(&mut self, me: &ActorRef<IncidentMsg>) -> Result<(), Error> {
        if self.tool.is_some() || self.draining {
            return Ok(());
        }
        let Some(remedy) = self.row.as_ref().and_then(|row| row.life.remedy.clone()) else {
            return Ok(());
        };
        let (run_id, checks) = match remedy {
            Remedy::Executing { run_id } => (run_id, false),
            Remedy::Checking { run_id } => (run_id, true),
            Remedy::AwaitingApproval { .. } | Remedy::Verifying { .. } => return Ok(()),
        };
        let (run, version) = self.stored_run(&run_id).await?;
        let work = match checks {
            true => Work::Check(Box::new(run.clone())),
            false => Work::Run {
                run: Box::new(run.clone()),
                turn: None,
            },
        };
        let Ok(actor) = self.start_tool(me, work).await else {
            return Ok(());
        };
        let under_way = Box::new(UnderWay {
            run,
            version,
            waits: None,
        });
        let doing = match checks {
            true => Doing::Checking(under_way),
            false => Doing::Running(under_way),
        };
        self.tool = Some(Seat { actor, doing });
        Ok(())
    }

    pub(super) async fn stored_run(&self, id: &RunId) -> Result<(Run, u64), Error> {
        let record = self.args.reader.record(RecordKind::Runs, id.as_str()).await?;
        let record = record.ok_or_else(|| Error::Corrupt(format!("{id} is under way, and is not there")))?;
        Ok((record.read()?, record.version))
    }

    /// The tool says where its run stands from now on: it is made durable, and only then does it go on.
    pub(super) async fn stands(
        &mut self,
        me: &ActorRef<IncidentMsg>,
        actor: ActorRef<ToolMsg>,
        under_way: UnderWay,
        standing: Standing,
        written: Option<String>,
    ) -> Result<(), ActorProcessingErr> {
        let now = self.args.ports.clock.now();
        let mut after = under_way.run.clone();
        if let Standing::Sent { command_id, others, .. } = &standing {
            after.command_id = Some(command_id.clone());
            after.other_command_ids.clone_from(others);
        }
        after.standing = standing;
        after.output = written.or(after.output);
        let ending = match &after.standing {
            Standing::Ended(ending) => Some(ending.clone()),
            _ => None,
        };
        if ending.is_some() {
            self.ended(&mut after, now);
        }
        let mut kept = Ok(false);
        for _ in 0..CHANGE_TRIES {
            kept = self.absorb().await.map(|()| false);
            if kept == Ok(false) {
                kept = match &ending {
                    None => self.keep_standing(&under_way, &after, now).await,
                    Some(ending) => {
                        let by = "incident".into();
                        self.keep_end(&after, under_way.version, ending, &by, now).await
                    }
                };
            }
            if kept != Ok(false) {
                break;
            }
        }
        match kept {
            Ok(true) => {}
            // What an earlier incarnation had handed in has arrived since: the run is another by now.
            Ok(false) if self.is_another_by_now(&under_way).await => {
                // It is due, and is gone on with from the store.
                actor.stop(None);
                return Ok(());
            }
            Ok(false) | Err(Error::Unavailable(_) | Error::Overloaded) => {
                self.tool = Some(Seat {
                    doing: Doing::Running(Box::new(under_way)),
                    actor: actor.clone(),
                });
                return Ok(actor.cast(ToolMsg::NotStored)?);
            }
            Err(Error::Fenced) => {
                actor.stop(None);
                return Ok(self.args.tenant.cast(TenantMsg::Fenced)?);
            }
            Err(error) => return Err(error.into()),
        }
        drop(actor.cast(ToolMsg::Stored));
        let is_told = !matches!(after.standing, Standing::Intended { .. });
        let mut waits = under_way.waits;
        if is_told && let Some(waits) = waits.take() {
            drop(waits.send(Box::new(after.clone())));
        }
        match ending {
            None => {
                let version = under_way.version + 1;
                let under_way = UnderWay {
                    run: after,
                    version,
                    waits,
                };
                self.tool = Some(Seat {
                    actor,
                    doing: Doing::Running(Box::new(under_way)),
                });
                Ok(())
            }
            Some(ending) => {
                metrics::counter!(measures::RUNS, "status" => after.status().as_str()).increment(1);
                match ending {
                    Ending::Succeeded => Ok(self.tend(me).await?),
                    _ => Ok(self.unhelpful(me, &after).await?),
                }
            }
        }
    }

    /// Whether a run was changed by somebody else; where the store is away that is found out later.
    async fn is_another_by_now(&self, under_way: &UnderWay) -> bool {
        let stored = self.stored_run(&under_way.run.run_id).await;
        stored.is_ok_and(|(_, version)| version != under_way.version)
    }

    async fn keep_standing(&mut self, before: &UnderWay, after: &Run, now: Timestamp) -> Result<bool, Error> {
        let wake_due = self.row.as_ref().and_then(|row| row.wake_due);
        let mut change = self.change(now);
        change.wake_due = wake_due;
        change.puts.push(Put::change(after, before.version)?);
        let data = json!({
            "run_id": after.run_id, "command_id": after.command_id, "other_command_ids": after.other_command_ids,
        });
        if after.command_id != before.run.command_id {
            change.facts.push(self.fact("run.sent", "incident", now, &data));
        }
        if after.other_command_ids != before.run.other_command_ids {
            change.facts.push(self.fact("run.doubled", "incident", now, &data));
        }
        self.commit(change, None).await
    }

    /// A run ends now, and is kept as long as incidents are.
    pub(super) fn ended(&self, run: &mut Run, now: Timestamp) {
        run.ended_at = Some(now);
        run.kept_until = Some(now.plus(self.args.company.now().retention.incidents()));
    }

    /// Makes the end of a run durable, by whom it has ended.
    pub(super) async fn keep_end(
        &mut self,
        after: &Run,
        version: u64,
        ending: &Ending,
        by: &Origin,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let unlocks = self.unlocks(after, now).await?;
        let Some(row) = &self.row else { return Ok(false) };
        let mut life = row.life.clone();
        life.touched |= by.actor != "incident";
        life.remedy = match (ending, &after.check) {
            (Ending::Succeeded, Some(_)) => Some(Remedy::Checking {
                run_id: after.run_id.clone(),
            }),
            (Ending::Succeeded, None) => Some(self.verifying(after, now)),
            // What follows is a commit of its own; until then the incident is due.
            _ => Some(Remedy::Verifying {
                run_id: after.run_id.clone(),
                until: now,
            }),
        };
        let mut change = self.change(now);
        change.life = Some(self.in_session(life));
        change.wake_due = Some(now);
        change.puts.push(Put::change(after, version)?);
        change.puts.extend(unlocks);
        let data = json!({
            "run_id": after.run_id, "runbook": after.runbook, "status": after.status(), "why": after.why(),
            "command_id": after.command_id, "output": after.output,
            "seconds": now.since(after.started_at).as_secs(),
        });
        change.facts.push(self.fact_from("run.ended", by, now, data));
        let told = match after.why() {
            None => format!("{} {}", after.runbook, after.status().as_str()),
            Some(why) => format!("{} {}: {why}", after.runbook, after.status().as_str()),
        };
        self.remember_system(&mut change, &told, now);
        self.commit(change, None).await
    }

    pub(super) fn verifying(&self, run: &Run, now: Timestamp) -> Remedy {
        Remedy::Verifying {
            run_id: run.run_id.clone(),
            until: now.plus(crate::limits::VERIFY_WITHIN),
        }
    }
}

/// A runbook's cool-down on a machine, counted from now.
fn cool_down_of(run: &Run, lock: &Lock, now: Timestamp) -> Lock {
    let span = std::time::Duration::from_secs(u64::from(run.cool_down_seconds));
    Lock {
        runbook_id: Some(run.runbook_id.clone()),
        run_id: run.run_id.clone(),
        until: Some(now.plus(span)),
        instance_id: lock.instance_id.clone(),
    }
}
