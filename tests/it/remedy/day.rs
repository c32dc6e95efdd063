//! A day of repeats: what share of its decisions rules and memory settle at no tokens, and what the rest costs.

use std::collections::BTreeMap;
use std::sync::Arc;

use actors::decision::chain::Chain;
use actors::domain::talk::{Asked, ModelFailure, Part, Said, Usage};
use actors::port::model::{Listener, Model, Turn};
use async_trait::async_trait;

use super::*;

/// What a turn costs: by this provider's own count, to the token.
const COST: Usage = Usage {
    input: 900,
    output: 100,
};

/// Kinds of trouble, how often a day has each, and what a model says is to be run: nothing for those that nobody has a
/// runbook for. Rules know the first.
const KINDS: [(&str, usize, Option<&str>); 8] = [
    ("disk-space", 30, None),
    ("resolver-slow", 24, Some("dns-cache-flush")),
    ("children-not-reaped", 16, Some("zombie-report")),
    ("names-not-found", 12, Some("dns-cache-flush")),
    ("tls-handshake", 8, Some("certificate-check")),
    ("fan-speed", 4, None),
    ("door-open", 2, None),
    ("ups-on-battery", 1, None),
];

/// Each repeat is on the next one, so that none reopens the one before it.
const MACHINES: [&str; 6] = ["web-1", "db-1", "cache-1", "mail-1", "vpn-1", "dns-1"];

/// A model that knows what helps.
struct Knowing;

#[async_trait]
impl Model for Knowing {
    fn name(&self) -> &'static str {
        "llm"
    }

    fn id(&self) -> &str {
        "knowing"
    }

    async fn turn(&self, turn: Turn<'_>, _: &Listener<'_>) -> Result<Said, ModelFailure> {
        let Some(Part::Material(quoted)) = turn.messages.get(1) else {
            return Err(ModelFailure::refused("nothing to decide"));
        };
        let of = |(signature, _, _): &&(&str, usize, Option<&str>)| {
            quoted.contains(&format!("\"signature\":\"{signature}\""))
        };
        let (_, _, runbook) = KINDS.iter().find(of).unwrap();
        let calls = runbook.map(|runbook| json!({"tool_name": "ssm.execute", "parameters": {"runbook": runbook}}));
        let arguments = json!({
            "recommendation": "As it was before", "confidence": 0.8, "reasoning": "It is known.", "evidence": [],
            "tool_calls": calls.into_iter().collect::<Vec<_>>(),
        });
        let call = Asked {
            id: "call-1".to_owned(),
            name: "answer".to_owned(),
            arguments,
        };
        Ok(Said {
            calls: vec![call],
            usage: Some(COST),
            ..Said::default()
        })
    }
}

#[tokio::test(start_paused = true)]
async fn repeats_are_settled_by_rules_and_memory_at_no_tokens() {
    let chain = Chain::new(vec![Arc::new(Knowing)], true);
    let tree = Tree::grow_with(Arc::new(chain)).await;
    let acme = tree.company("comp-acme").await;
    tree.connect(&acme, eager()).await;
    tree.shelve(&acme, &tidy()).await;
    let total: usize = KINDS.iter().map(|(_, times, _)| times).sum();
    let pause = Duration::from_secs(24 * 3600 / total as u64);
    // Spread over the day as they come: each kind evenly, so that repeats lie between others.
    let mut day: Vec<(usize, &str, &str)> = Vec::new();
    for (signature, times, _) in KINDS {
        let at = |n: usize| (2 * n + 1) * total / (2 * times);
        day.extend((0..times).map(|n| (at(n), signature, MACHINES[n % MACHINES.len()])));
    }
    day.sort_unstable();
    for (_, signature, asset) in day {
        tree.send(&acme, asset, signature, Signal::Firing).await;
        tree.settle(&acme).await;
        tokio::time::sleep(Duration::from_secs(300)).await;
        tree.send(&acme, asset, signature, Signal::Resolved).await;
        tree.settle(&acme).await;
        tokio::time::sleep(pause.saturating_sub(Duration::from_secs(300))).await;
    }
    let mut engines: BTreeMap<String, usize> = BTreeMap::new();
    let mut tokens = 0;
    for row in tree.incidents(&acme).await {
        let decision = tree.decisions(&acme, &row.incident_id).await.remove(0);
        assert_eq!(decision.tokens_used > 0, decision.engine == "llm", "{decision:?}");
        tokens += decision.tokens_used;
        *engines.entry(decision.engine).or_default() += 1;
    }
    let of = |engine: &str| engines.get(engine).copied().unwrap_or(0);
    let share = 100.0 * (of("rules") + of("memory")) as f64 / total as f64;
    eprintln!(
        "a day of {total} incidents of {} kinds: {} by rules, {} by memory, {} by a model; {share:.1} % at 0 tokens, \
         {tokens} tokens for the rest",
        KINDS.len(),
        of("rules"),
        of("memory"),
        of("llm"),
    );
    assert_eq!(of("rules"), 30, "{engines:?}");
    // Of four kinds a model knew what helps: it was asked once for each, and memory since.
    assert_eq!(of("memory"), 24 + 16 + 12 + 8 - 4, "{engines:?}");
    assert_eq!(tokens as usize, of("llm") * COST.total() as usize);
}
