//! What models may spend, on virtual time: over restarts of the process, for a company's day and for one incident.

use std::sync::Arc;
use std::time::Duration;

use actors::decision::chain::Chain;
use actors::domain::decision::{Budget, Limit};
use actors::domain::talk::{ModelFailure, Said, Usage};
use actors::domain::{CompanyId, Decision, DecisionRequest, IncidentFacts, Policy, Severity};
use actors::limits::{INCIDENT_TOKENS, SET_ASIDE_LEAST};
use actors::port::model::{Listener, Model, Turn};
use async_trait::async_trait;
use serde_json::json;

use crate::support::tree::Tree;

const COST: u32 = 900;

/// Answers at once, each time for as much.
struct Prompt;

#[async_trait]
impl Model for Prompt {
    fn name(&self) -> &'static str {
        "llm"
    }

    fn id(&self) -> &str {
        "prompt"
    }

    async fn turn(&self, _: Turn<'_>, _: &Listener<'_>) -> Result<Said, ModelFailure> {
        let answer = json!({
            "recommendation": "Look at it", "confidence": 0.6, "reasoning": "Nobody knows.", "evidence": [],
            "tool_calls": [],
        });
        Ok(Said {
            text: answer.to_string(),
            usage: Some(Usage {
                input: COST - 100,
                output: 100,
            }),
            ..Said::default()
        })
    }
}

async fn tree() -> Tree {
    Tree::grow_with(Arc::new(Chain::new(vec![Arc::new(Prompt)], true))).await
}

async fn decide(tree: &Tree, company: &CompanyId, incident: &str) -> Decision {
    let request = Box::new(DecisionRequest {
        incident_data: Some(IncidentFacts {
            severity: Severity::High,
            signature: "link-down".into(),
            alert_count: 1,
            affected_assets: vec!["sw-1".into()],
        }),
        memory_context: Default::default(),
        requested_by: "key-1".into(),
    });
    let incident = incident.parse().unwrap();
    let within = Duration::from_secs(30);
    let place = tree.runtime.place_to_decide(company).unwrap();
    tree.runtime
        .decide(company, (incident, request), None, place, within)
        .await
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_companys_day_outlives_the_process_and_ends_at_midnight() {
    const LIMIT: u32 = 20_000;
    let mut tree = tree().await;
    let acme = tree.company("comp-acme").await;
    let policy = Policy {
        tokens_per_day: Some(LIMIT),
        ..Policy::default()
    };
    tree.connect(&acme, policy).await;
    let (mut spent, mut ends) = (0, 0);
    for turn in 0.. {
        let decision = decide(&tree, &acme, &format!("case-{turn}")).await;
        spent += decision.tokens_used;
        if decision.spent.stopped_by == Some(Limit::CompanyDay) {
            assert_eq!(decision.engine, "rules");
            break;
        }
        if turn % 3 == 2 {
            tree.regrow().await;
            ends += 1;
        }
    }
    assert!(spent <= LIMIT, "{spent}");
    // What was set aside and not spent when a process ended is lost to the day, and no more than that.
    let lost = ends * u32::try_from(SET_ASIDE_LEAST).unwrap();
    assert!(spent + lost + 4_000 >= LIMIT, "{spent} after {ends} ends");
    tokio::time::sleep(Duration::from_secs(24 * 3600)).await;
    let next = decide(&tree, &acme, "case-next-day").await;
    assert_eq!(next.engine, "llm", "{next:?}");
}

#[tokio::test(start_paused = true)]
async fn one_incident_does_not_spend_what_is_for_all() {
    let tree = tree().await;
    let (acme, globex) = (tree.company("comp-acme").await, tree.company("comp-globex").await);
    let mut spent = 0;
    let last = loop {
        let decision = decide(&tree, &acme, "case-1").await;
        spent += decision.tokens_used;
        if decision.engine == "rules" {
            break decision;
        }
    };
    assert_eq!(last.spent.stopped_by, Some(Limit::Incident), "{last:?}");
    assert!(spent <= INCIDENT_TOKENS, "{spent}");
    assert_eq!(decide(&tree, &acme, "case-2").await.engine, "llm", "another incident");
    assert_eq!(decide(&tree, &globex, "case-1").await.engine, "llm", "another company");
}

#[tokio::test(start_paused = true)]
async fn many_at_once_about_one_incident_share_what_it_may_spend() {
    let tree = tree().await;
    let acme = tree.company("comp-acme").await;
    let mut spent = 0;
    for _ in 0..INCIDENT_TOKENS / COST {
        let asked = (0..8).map(|_| decide(&tree, &acme, "case-1"));
        let decisions = futures::future::join_all(asked).await;
        spent += decisions.iter().map(|decision| decision.tokens_used).sum::<u32>();
        if decisions.iter().all(|decision| decision.engine == "rules") {
            break;
        }
    }
    assert!(spent <= INCIDENT_TOKENS, "{spent}");
    assert!(spent > INCIDENT_TOKENS / 2, "{spent}");
}

#[tokio::test(start_paused = true)]
async fn many_at_once_share_one_purse() {
    const LIMIT: u32 = 10_000;
    let tree = tree().await;
    let acme = tree.company("comp-acme").await;
    let policy = Policy {
        tokens_per_day: Some(LIMIT),
        ..Policy::default()
    };
    tree.connect(&acme, policy).await;
    let names: Vec<String> = (0..40).map(|n| format!("case-{n}")).collect();
    let decisions = futures::future::join_all(names.iter().map(|name| decide(&tree, &acme, name))).await;
    let spent: u32 = decisions.iter().map(|decision| decision.tokens_used).sum();
    assert!(spent <= LIMIT, "{spent}");
    let why: Vec<_> = decisions.iter().map(|decision| &decision.fallback).collect();
    assert!(decisions.iter().any(|decision| decision.engine == "llm"), "{why:?}");
    let Budget { max_tokens, .. } = decisions[0].budget;
    assert!(decisions.iter().all(|decision| decision.tokens_used <= max_tokens));
}
