//! What a seed makes: a tree, its companies and their settings, and the dice for all that follows.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actors::domain::{AggregationKey, CompanyId, Correlation, Incident};
use actors::port::Clock;
use actors::runtime::{CallError, Runtime};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::dice::Dice;
use super::engine::Moody;
use super::history::{Answered, History};
use super::remedies;
use crate::support::tree::Tree;

/// A call under way: what it was, and how it ended.
pub struct Ended {
    pub by: String,
    pub company: CompanyId,
    pub answered: Answered,
    pub said: String,
}

/// The world.
pub struct World {
    pub dice: Dice,
    /// For what machines and whoever runs things on them do.
    pub cloud_dice: Dice,
    pub tree: Tree,
    pub companies: Vec<(CompanyId, Correlation)>,
    pub history: History,
    pub calls: JoinSet<Ended>,
    /// Names for people, each used once.
    pub people: u64,
}

impl World {
    pub async fn from(seed: u64) -> Self {
        let dice = Dice::new(seed);
        let engine = Moody(Mutex::new(Dice::new(!seed)));
        let tree = Tree::grow_with(Arc::new(engine)).await;
        let mut companies = Vec::new();
        for id in ["comp-a", "comp-b"] {
            let correlation = settings(&dice);
            companies.push((tree.company_with(id, correlation).await, correlation));
        }
        let cloud_dice = Dice::new(seed.rotate_left(32) ^ 0x5eed);
        for (company, _) in &companies {
            if cloud_dice.one_in(2) {
                remedies::connect(&tree, company).await;
            }
        }
        Self {
            dice,
            cloud_dice,
            tree,
            companies,
            history: History::default(),
            calls: JoinSet::new(),
            people: 0,
        }
    }

    pub fn company(&self) -> CompanyId {
        self.dice.pick(&self.companies).0
    }

    /// Something for the trace, with its time.
    pub fn note(&mut self, what: &str) {
        let at = self.tree.clock.now();
        self.history.note(format!("{at} {what}"));
    }

    /// One of a company's incidents.
    pub async fn incident(&self, company: &CompanyId) -> Option<Incident> {
        let incidents = self.tree.incidents(company).await;
        (!incidents.is_empty()).then(|| self.dice.pick(&incidents))
    }

    /// Lets somebody call, under a name of his own.
    pub fn call<F>(&mut self, company: &CompanyId, what: &str, call: impl FnOnce(Runtime, String) -> F)
    where
        F: Future<Output = Result<String, CallError>> + Send + 'static,
    {
        self.people += 1;
        let by = format!("usr-{}", self.people);
        self.note(&format!("{by} {what} of {company}"));
        let (called, company) = (call(self.tree.runtime.clone(), by.clone()), company.clone());
        self.calls.spawn(async move {
            let answer = called.await;
            Ended {
                by,
                company,
                answered: Answered::of(&answer),
                said: answer.unwrap_or_else(|error| error.to_string()),
            }
        });
    }

    /// Takes the answers that are there.
    pub fn hear(&mut self) {
        let mut ended = Vec::new();
        while let Some(one) = self.calls.try_join_next() {
            ended.push(one.unwrap());
        }
        // Those whom one end has interrupted hear of it in no order.
        ended.sort_by(|a, b| a.by.cmp(&b.by));
        ended.into_iter().for_each(|one| self.heard(one));
    }

    /// Waits for all answers.
    pub async fn hear_all(&mut self) {
        while !self.calls.is_empty() {
            self.wait(Duration::from_secs(1)).await;
        }
    }

    fn heard(&mut self, ended: Ended) {
        self.note(&format!(
            "{} is answered {:?}: {}",
            ended.by, ended.answered, ended.said
        ));
        if let Some((incident, decision)) = ended.said.split_once(" decided ")
            && ended.answered == Answered::Done
        {
            let (incident, decision) = (incident.parse().unwrap(), decision.parse().unwrap());
            self.history.decisions.push((ended.company, incident, decision));
        } else {
            self.history.acts.insert(ended.by, (ended.company, ended.answered));
        }
    }

    /// Lets time pass. A process whose tree has failed ends, and another begins.
    pub async fn wait(&mut self, span: Duration) {
        let until = Instant::now() + span;
        let failed = async |runtime: &Runtime| timeout_at(until, runtime.ended()).await.is_ok();
        while failed(&self.tree.runtime).await {
            self.note("the tree has failed; another process begins");
            self.tree.regrow().await;
        }
        self.hear();
    }
}

fn settings(dice: &Dice) -> Correlation {
    Correlation {
        aggregation_key: dice.pick(&[
            AggregationKey::AssetSignature,
            AggregationKey::AssetSignature,
            AggregationKey::Asset,
            AggregationKey::Signature,
        ]),
        window_minutes: 5,
        min_alerts: dice.pick(&[1, 1, 1, 2, 3]),
        resolve_hold_seconds: dice.pick(&[30, 120]),
        reopen_window_minutes: dice.pick(&[5, 10]),
        stale_after_minutes: dice.pick(&[15, 24 * 60]),
        ..Correlation::default()
    }
}
