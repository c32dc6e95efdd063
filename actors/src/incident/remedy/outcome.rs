//! Whether a run has helped: its health check, or the recovery of the alerts. What has helped ends the incident and is
//! remembered; what has not is tried once more where that is safe and nobody has to agree, and is handed up otherwise.

use ractor::{ActorProcessingErr, ActorRef};
use serde_json::json;

use super::UnderWay;
use super::run::Beginning;
use crate::domain::kpi::impact;
use crate::domain::outcome::{Effectiveness, LongMemory, Verdict};
use crate::domain::run::{Health, Run, RunStatus};
use crate::domain::{IncidentStatus, Kpis, Life, MemoryId, Origin, Phase, Remedy, RunId, Timestamp};
use crate::incident::{CHANGE_TRIES, IncidentMsg, IncidentState, acts};
use crate::limits::{HEALING_ATTEMPTS, KPI_SPAN};
use crate::port::writer::IncidentChange;
use crate::port::{Error, Put, RecordKind};
use crate::tenant::TenantMsg;

impl IncidentState {
    /// A health check has ended.
    pub(super) async fn checked(
        &mut self,
        me: &ActorRef<IncidentMsg>,
        under_way: UnderWay,
        health: Health,
        written: Option<String>,
    ) -> Result<(), ActorProcessingErr> {
        let run = Run {
            health: Some(health),
            ..under_way.run
        };
        let kept = match health {
            Health::Healthy => self.heal(&run, under_way.version, written).await,
            Health::Unhealthy | Health::Unknown => {
                self.keep_check(&run, under_way.version, written, &"incident".into())
                    .await
            }
        };
        match kept {
            Ok(true) if health == Health::Unhealthy => Ok(self.unhelpful(me, &run).await?),
            Ok(_) => Ok(()),
            Err(Error::Fenced) => Ok(self.args.tenant.cast(TenantMsg::Fenced)?),
            Err(error @ (Error::Unknown | Error::Corrupt(_) | Error::NoSuchCompany)) => Err(error.into()),
            // The check is made again when the incident is next due.
            Err(error) => {
                tracing::warn!(company_id = %self.company(), incident_id = %self.args.incident_id, %error, "a health check waits for the store");
                Ok(())
            }
        }
    }

    /// Its machines are well: the incident ends, by the run.
    async fn heal(&mut self, run: &Run, version: u64, written: Option<String>) -> Result<bool, Error> {
        for _ in 0..CHANGE_TRIES {
            self.absorb().await?;
            let Some(row) = self.row.as_ref().filter(|row| row.is_open()) else {
                return Ok(false);
            };
            let now = self.args.ports.clock.now();
            let data = acts::ending(row, run.run_id.as_str(), now);
            let life = row.life.clone().resolved(run.run_id.as_str(), now);
            let mut change = self.change(now);
            change.life = Some(Life {
                healed_by: Some(run.run_id.clone()),
                ..life
            });
            change.puts.push(Put::change(run, version)?);
            let by = "incident".into();
            change.facts.push(self.checked_fact(run, written.as_deref(), &by, now));
            self.learn_from(&mut change, run, Verdict::Success).await?;
            let fact = self.fact("incident.resolved", "incident", now, &data);
            change.facts.push(fact);
            if self.commit(change, None).await? {
                self.leave()?;
                self.measure_after(&run.run_id).await?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The check did not show that it has helped.
    pub(super) async fn keep_check(
        &mut self,
        run: &Run,
        version: u64,
        written: Option<String>,
        by: &Origin,
    ) -> Result<bool, Error> {
        let Some(row) = &self.row else { return Ok(false) };
        let now = self.args.ports.clock.now();
        let remedy = match run.health {
            Some(Health::Unknown) => self.verifying(run, now),
            _ => Remedy::Verifying {
                run_id: run.run_id.clone(),
                until: now,
            },
        };
        let life = Life {
            remedy: Some(remedy),
            touched: row.life.touched || by.actor != "incident",
            ..row.life.clone()
        };
        let mut change = self.change(now);
        change.life = Some(self.in_session(life));
        change.wake_due = Some(now);
        change.puts.push(Put::change(run, version)?);
        change.facts.push(self.checked_fact(run, written.as_deref(), by, now));
        self.commit(change, None).await
    }

    fn checked_fact(&self, run: &Run, written: Option<&str>, by: &Origin, now: Timestamp) -> crate::domain::Fact {
        let data = json!({"run_id": run.run_id, "health": run.health, "output": written});
        self.fact_from("run.checked", by, now, data)
    }

    /// The alerts have not recovered in time after a run.
    pub(in crate::incident) async fn not_verified(
        &mut self,
        me: &ActorRef<IncidentMsg>,
        run_id: &RunId,
    ) -> Result<(), Error> {
        let (run, _) = self.stored_run(run_id).await?;
        self.unhelpful(me, &run).await
    }

    /// A run has not helped: once more, or a person has to look.
    pub(super) async fn unhelpful(&mut self, me: &ActorRef<IncidentMsg>, run: &Run) -> Result<(), Error> {
        if self.may_try_again(run) {
            let now = self.args.ports.clock.now();
            let beginning = Beginning {
                run: run.again(RunId::from_uuid(self.args.ports.entropy.uuid(now)), now),
                asker: None,
                by: "incident".into(),
                follows: Some(run.run_id.clone()),
                approval: None,
                turn: None,
                deadline: None,
            };
            match self.begin(me, beginning).await {
                Ok(_) => return Ok(()),
                Err(crate::runtime::CallError::Store(error)) => return Err(error),
                Err(_) => {}
            }
        }
        self.hand_up(run).await
    }

    /// A second try needs that it does no harm, that its end is known, that nobody wanted it ended, and that nobody has to
    /// agree to it.
    fn may_try_again(&self, run: &Run) -> bool {
        let needs = self.args.company.now().policy.needs(run.risk_level);
        let by_itself = needs.is_some_and(|need| need.left_after(None) == 0);
        let known = run.status() != RunStatus::UnknownOutcome;
        let wanted = run.cancelled_by.is_none();
        run.idempotent && known && wanted && by_itself && run.attempt < HEALING_ATTEMPTS && !self.draining
    }

    async fn hand_up(&mut self, run: &Run) -> Result<(), Error> {
        for _ in 0..CHANGE_TRIES {
            self.absorb().await?;
            let now = self.args.ports.clock.now();
            let Some(row) = self.row.as_ref().filter(|row| row.is_open()) else {
                return Ok(());
            };
            // Something else is under way by now.
            if !matches!(&row.life.remedy, Some(Remedy::Verifying { run_id, .. }) if *run_id == run.run_id) {
                return Ok(());
            }
            let life = Life {
                remedy: None,
                status: IncidentStatus::Escalated,
                phase: Phase::NeedsHuman,
                snooze: None,
                ..row.life.clone()
            };
            let data = json!({
                "run_id": run.run_id, "runbook": run.runbook, "why": why_unhelpful(run),
                "status": {"from": row.life.status, "to": IncidentStatus::Escalated},
            });
            let mut change = self.change(now);
            change.life = Some(self.in_session(life));
            change.wake_due = Some(now);
            change.facts.push(self.fact("incident.changed", "incident", now, &data));
            let verdict = match run.status() {
                RunStatus::UnknownOutcome => None,
                _ => Some(Verdict::Failure),
            };
            if let Some(verdict) = verdict {
                self.count_outcome(&mut change, run, verdict).await?;
            }
            if self.commit(change, None).await? {
                return self.measure_after(&run.run_id).await;
            }
        }
        Ok(())
    }

    /// The company's figures of the last 30 days.
    pub(super) async fn kpis(&self) -> Result<Kpis, Error> {
        let now = self.args.ports.clock.now();
        let sums = self.args.reader.rollups(now.minus(KPI_SPAN), now).await?;
        Ok(Kpis::from(&sums))
    }

    /// Attaches to a run what the figures are once it is known whether it has helped.
    pub(in crate::incident) async fn measure_after(&mut self, run_id: &RunId) -> Result<(), Error> {
        let (mut run, version) = self.stored_run(run_id).await?;
        let after = self.kpis().await?;
        run.kpis_after = Some(after);
        let now = self.args.ports.clock.now();
        let changed = run.kpis_before.as_ref().map(|before| impact(before, &after));
        let data = json!({"run_id": run_id, "before": run.kpis_before, "after": after, "impact": changed});
        let wake_due = self.row.as_ref().and_then(|row| row.wake_due);
        let mut change = self.change(now);
        change.wake_due = wake_due;
        change.puts.push(Put::change(&run, version)?);
        change.facts.push(self.fact("kpi.measured", "incident", now, &data));
        // Where the row has moved, there is nothing to attach it to any more.
        self.commit(change, None).await.map(drop)
    }

    /// Adds to the commit that ends an incident what its last run has taught: that run, where it has ended it.
    pub(in crate::incident) async fn conclude_run(
        &mut self,
        change: &mut IncidentChange,
    ) -> Result<Option<RunId>, Error> {
        let Some(row) = &self.row else { return Ok(None) };
        let Some(Remedy::Verifying { run_id, .. }) = row.life.remedy.clone() else {
            return Ok(None);
        };
        let (run, _) = self.stored_run(&run_id).await?;
        if run.status() != RunStatus::Succeeded {
            return Ok(None);
        }
        self.learn_from(change, &run, Verdict::Success).await?;
        Ok(Some(run_id))
    }

    /// Adds what a run has taught: how often its runbook has helped, and a memory of it.
    async fn learn_from(&mut self, change: &mut IncidentChange, run: &Run, verdict: Verdict) -> Result<(), Error> {
        self.count_outcome(change, run, verdict).await?;
        let Some(row) = &self.row else { return Ok(()) };
        let now = change.now;
        let id = MemoryId::from_uuid(self.args.ports.entropy.uuid(now));
        let memory = LongMemory::of(id, row, run, verdict, now);
        change.puts.push(Put::new(&memory)?);
        Ok(())
    }

    async fn count_outcome(&self, change: &mut IncidentChange, run: &Run, verdict: Verdict) -> Result<(), Error> {
        let Some(row) = &self.row else { return Ok(()) };
        let id = Effectiveness::id_of(&run.runbook_id, &row.signature);
        let put = match self.args.reader.record(RecordKind::Outcomes, &id).await? {
            None => Put::new(&Effectiveness::first(&run.runbook_id, &row.signature).and(verdict))?,
            Some(record) => Put::change(&record.read::<Effectiveness>()?.and(verdict), record.version)?,
        };
        change.puts.push(put);
        Ok(())
    }
}

fn why_unhelpful(run: &Run) -> String {
    match (run.status(), run.health, run.why()) {
        (RunStatus::UnknownOutcome, _, why) => {
            format!(
                "nobody knows whether the run was carried out: {}",
                why.unwrap_or_default()
            )
        }
        (RunStatus::Failed, _, None) if run.cancelled_by.is_some() => "the run was cancelled".to_owned(),
        (RunStatus::Failed, _, Some(why)) => format!("the run did not begin: {why}"),
        (RunStatus::Failed, _, None) => "the run failed".to_owned(),
        (_, Some(Health::Unhealthy), _) => "the health check after the run failed".to_owned(),
        _ => "the alerts have not recovered after the run".to_owned(),
    }
}
