//! What past runs have shown to help decides by itself, with no model and no tokens: the company's own record of a runbook
//! against exactly this kind of trouble. Pure.

use serde_json::Map;

use super::prompt::quoted;
use super::rules::describe;
use crate::domain::ToolCall;
use crate::domain::decision::{Evidence, Spent};
use crate::domain::recall::{RecallAsk, Recalled};
use crate::domain::run::SSM_EXECUTE;
use crate::domain::runbook::Shelf;
use crate::domain::trace::QuotedMemory;
use crate::limits::{QUOTED_BYTES, QUOTED_MEMORIES};
use crate::port::engine::{EngineInput, Verdict};
use crate::recall::{Proven, proven};

/// Its name as an engine.
pub const NAME: &str = "memory";

/// What is asked of the company's memory about a kind of trouble: what was done about it, then about what sounds alike.
pub fn ask(signature: &str) -> Option<RecallAsk> {
    let ask = RecallAsk {
        signature: Some(signature.to_owned()),
        q: Some(signature.replace(['-', '_', '.'], " ")),
        limit: QUOTED_MEMORIES,
        ..RecallAsk::default()
    };
    ask.check().is_ok().then_some(ask)
}

/// The verdict of a remedy that is proven, where there is one.
pub fn decide(input: &EngineInput, found: &[Recalled]) -> Option<Verdict> {
    let proven = proven(found, &input.shelf, &input.facts.signature)?;
    let title = title(&input.shelf, &proven);
    let record = format!("{} of {} past runs of it have helped", proven.successes, proven.runs);
    let incident = Evidence {
        kind: "incident".into(),
        id: None,
        detail: describe(&input.facts),
    };
    let memory = Evidence {
        kind: "memory".into(),
        id: Some(proven.memory.memory.memory_id.to_string()),
        detail: record.clone(),
    };
    let parameters: Map<_, _> = [("runbook".to_owned(), proven.slug.as_str().into())]
        .into_iter()
        .collect();
    Some(Verdict {
        recommendation: format!("Execute runbook: {title}"),
        confidence: (proven.memory.trust * 1000.0).round() / 1000.0,
        tool_calls: vec![ToolCall {
            tool_name: SSM_EXECUTE.into(),
            parameters,
        }],
        reasoning: format!("Remembered for {}: {record}", input.facts.signature),
        evidence: vec![memory, incident],
        engine: NAME.into(),
        fallback: None,
        spent: Spent::default(),
        trace: None,
    })
}

fn title(shelf: &Shelf, proven: &Proven<'_>) -> String {
    let runbook = shelf.find(&proven.slug);
    runbook.map_or_else(|| proven.slug.clone(), |runbook| runbook.title.clone())
}

/// Memories as a model is quoted them.
pub fn quote(found: &[Recalled]) -> Vec<QuotedMemory> {
    let each = found.iter().take(QUOTED_MEMORIES).map(|found| QuotedMemory {
        memory_id: found.memory.memory_id.clone(),
        signature: quoted(&found.memory.signature, QUOTED_BYTES),
        resolution: quoted(&found.memory.resolution, QUOTED_BYTES),
        outcome: found.memory.outcome,
        runbook_used: found
            .memory
            .runbook_used
            .as_deref()
            .map(|text| quoted(text, QUOTED_BYTES)),
        trust: found.trust,
    });
    each.collect()
}
