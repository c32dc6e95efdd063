//! Which engine decides: the rules and what was learnt where they settle it, then models in their order, and the rules
//! again where none of them has come to an answer. A decision says who was asked, and why another decided.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use super::budget::Ledger;
use super::deliberation::{Ended, deliberate};
use super::purse::Empty;
use super::{learnt, prompt, rules};
use crate::breaker::{self, Health, State};
use crate::domain::decision::{Budget, Evidence, Limit, Spent};
use crate::domain::recall::Recalled;
use crate::domain::trace::{Answer, Deliberation, Material, Trace};
use crate::limits::CIRCUIT_FAILURES;
use crate::measures;
use crate::port::engine::{DecisionEngine, Desk, EngineEvent, EngineFailure, EngineInput, Show, Verdict};
use crate::port::model::Model;

/// A model and its circuit.
struct Mind {
    model: Arc<dyn Model>,
    circuit: breaker::Shared,
}

/// The engines of a process.
pub struct Chain {
    minds: Vec<Mind>,
    /// Whether what rules or memory settle is decided without asking a model.
    rules_first: bool,
}

impl Chain {
    /// Models in the order that they are asked in; none: the rules decide alone.
    pub fn new(models: Vec<Arc<dyn Model>>, rules_first: bool) -> Self {
        let minds = models.into_iter().map(|model| Mind {
            model,
            circuit: breaker::Shared::default(),
        });
        Self {
            minds: minds.collect(),
            rules_first,
        }
    }

    /// The rules alone.
    pub fn of_rules() -> Self {
        Self::new(Vec::new(), true)
    }

    /// What the company remembers, and else a model.
    async fn beyond_the_rules(
        &self,
        input: &EngineInput,
        ruled: &Verdict,
        desk: &dyn Desk,
        show: &Show<'_>,
    ) -> Verdict {
        let deadline = Instant::now() + time_for(&input.budget);
        let remembered = match learnt::ask(&input.facts.signature) {
            Some(ask) => desk.recall(&ask).await,
            None => Ok(Vec::new()),
        };
        let remembered = match remembered {
            Ok(remembered) => remembered,
            Err(why) => {
                let why = format!("what is remembered could not be read: {why}");
                return instead(ruled, why, Spent::default(), None);
            }
        };
        match learnt::decide(input, &remembered) {
            Some(proven) if self.rules_first => proven,
            _ if self.minds.is_empty() => ruled.clone(),
            _ => self.ask(input, (ruled, &remembered), desk, (deadline, show)).await,
        }
    }

    async fn ask(
        &self,
        input: &EngineInput,
        (ruled, remembered): (&Verdict, &[Recalled]),
        desk: &dyn Desk,
        (deadline, show): (Instant, &Show<'_>),
    ) -> Verdict {
        let grant = match desk.draw(input.budget.max_tokens).await {
            Ok(grant) => grant,
            Err(why) => {
                let spent = Spent {
                    stopped_by: limit_of(&why),
                    ..Spent::default()
                };
                count_stop(&spent);
                return instead(ruled, why.to_string(), spent, None);
            }
        };
        let material = match gather(input, ruled, remembered, desk).await {
            Ok(material) => prompt::fit(material, grant.tokens()),
            Err(why) => {
                desk.settle(grant, 0).await;
                return instead(ruled, why, Spent::default(), None);
            }
        };
        let (granted, short_of) = (grant.tokens(), grant.limit());
        let mut ledger = Ledger::new(&input.budget, &grant, deadline);
        let (mut kept, mut why) = (Vec::new(), Vec::new());
        let mut answered = None;
        for mind in &self.minds {
            match mind.deliberate(input, &material, desk, &mut ledger, show).await {
                Ok(deliberation) => {
                    let answer = deliberation.answer.clone();
                    let engine = deliberation.engine.clone();
                    if let Some(failure) = &deliberation.failure {
                        why.push(format!("{engine}: {failure}"));
                    }
                    answered = answer.map(|answer| (engine, answer));
                    kept.push(deliberation);
                }
                Err(failure) => why.push(failure),
            }
            if answered.is_some() {
                break;
            }
        }
        let trace = (!kept.is_empty()).then(|| {
            Box::new(Trace {
                granted,
                short_of,
                deliberations: kept,
            })
        });
        let spent = ledger.spent();
        desk.settle(grant, spent.tokens).await;
        count_stop(&spent);
        match answered {
            Some((engine, answer)) => Verdict {
                fallback: (!why.is_empty()).then(|| why.join("; ")),
                spent,
                trace,
                ..verdict(engine, answer, &material)
            },
            None => instead(ruled, why.join("; "), spent, trace),
        }
    }
}

impl Mind {
    /// Deliberates, unless its circuit is open.
    async fn deliberate(
        &self,
        input: &EngineInput,
        material: &Material,
        desk: &dyn Desk,
        ledger: &mut Ledger,
        show: &Show<'_>,
    ) -> Result<Deliberation, String> {
        let engine = self.model.name();
        let pass = self.circuit.admit().map_err(|until| {
            let seconds = until.saturating_duration_since(Instant::now()).as_secs() + 1;
            format!("{engine}: has failed {CIRCUIT_FAILURES} times in a row, and is asked again in {seconds} s")
        })?;
        let before = ledger.tokens();
        let what = (material, input.budget);
        let session = input.session_id.as_str();
        let (kept, ended) = deliberate(&*self.model, session, what, desk, ledger, show).await;
        match ended {
            Ended::Well => pass.settle(Health::Well),
            Ended::Ill => pass.settle(Health::Ill),
            Ended::Unknown => drop(pass),
        }
        let outcome = if kept.answer.is_some() { "answered" } else { "failed" };
        metrics::counter!(measures::DELIBERATIONS, "engine" => engine, "outcome" => outcome).increment(1);
        metrics::counter!(measures::MODEL_TOKENS, "engine" => engine).increment(u64::from(ledger.tokens() - before));
        Ok(kept)
    }

    fn is_available(&self) -> bool {
        !matches!(self.circuit.look().state(), State::Open(until) if until > Instant::now())
    }
}

/// A decision's own time, less what it takes to keep it: a model that is late does not make the decision late.
fn time_for(budget: &Budget) -> Duration {
    let all = Duration::from_secs(u64::from(budget.max_time_seconds));
    all - (all / 10).min(Duration::from_secs(1))
}

/// What a model is told.
async fn gather(
    input: &EngineInput,
    ruled: &Verdict,
    remembered: &[Recalled],
    desk: &dyn Desk,
) -> Result<Material, String> {
    let alerts = desk
        .alerts()
        .await
        .map_err(|why| format!("the alerts could not be read: {why}"))?;
    let tools = crate::tool::registry::readable(input.connected);
    let rules = format!("{} ({})", ruled.recommendation, ruled.reasoning);
    let memories = learnt::quote(remembered);
    Ok(Material {
        memories,
        ..prompt::material(input, &alerts, rules, tools)
    })
}

fn count_stop(spent: &Spent) {
    if let Some(limit) = spent.stopped_by {
        metrics::counter!(measures::BUDGET_STOPS, "limit" => limit.as_str()).increment(1);
    }
}

fn limit_of(empty: &Empty) -> Option<Limit> {
    match empty {
        Empty::Spent(limit) => Some(*limit),
        Empty::UnderWay => Some(Limit::CompanyDay),
        Empty::Off | Empty::Unknown(_) => None,
    }
}

/// The rules' verdict in the place of a model's.
fn instead(ruled: &Verdict, why: String, spent: Spent, trace: Option<Box<Trace>>) -> Verdict {
    Verdict {
        reasoning: format!("{} (fallback: {why})", ruled.reasoning),
        fallback: Some(why),
        spent,
        trace,
        ..ruled.clone()
    }
}

/// What a model has answered.
fn verdict(engine: String, answer: Answer, material: &Material) -> Verdict {
    let kind_of = |id: &str| match () {
        () if material.alerts.iter().any(|alert| alert.alert_id.to_string() == id) => "alert",
        () if id.starts_with("mem-") => "memory",
        () => "tool",
    };
    let evidence = answer.evidence.into_iter().map(|cited| Evidence {
        kind: kind_of(&cited.id).into(),
        id: Some(cited.id),
        detail: cited.detail,
    });
    Verdict {
        recommendation: answer.recommendation,
        confidence: answer.confidence,
        tool_calls: answer.tool_calls,
        reasoning: answer.reasoning,
        evidence: evidence.collect(),
        engine,
        fallback: None,
        spent: Spent::default(),
        trace: None,
    }
}

#[async_trait]
impl DecisionEngine for Chain {
    fn name(&self) -> &'static str {
        self.minds.first().map_or(rules::NAME, |mind| mind.model.name())
    }

    fn available(&self) -> Vec<&'static str> {
        let minds = self.minds.iter().filter(|mind| mind.is_available());
        minds.map(|mind| mind.model.name()).chain([rules::NAME]).collect()
    }

    async fn decide(&self, input: &EngineInput, desk: &dyn Desk, show: &Show<'_>) -> Result<Verdict, EngineFailure> {
        rules::announce(input, show);
        let ruled = rules::decide(input);
        let verdict = match () {
            () if self.rules_first && rules::settles(&ruled) => ruled,
            () => self.beyond_the_rules(input, &ruled, desk, show).await,
        };
        show(EngineEvent::Text(format!("Recommending: {}", verdict.recommendation)));
        Ok(verdict)
    }
}

#[cfg(test)]
mod tests;
