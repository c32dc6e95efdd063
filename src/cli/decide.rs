//! `alert-whisperer decide --replay FILE`: makes a decision again from its trace, offline. No model is asked, no tool is
//! called, no store is opened.

use std::io::Read;
use std::path::PathBuf;

use actors::decision::replay::{Replayed, replay};
use actors::domain::trace::{Deliberation, KeptTrace};
use anyhow::{Context, bail};
use clap::Args;
use serde_json::json;

use super::out::line;

/// The most bytes of a trace: more than one can have.
const TRACE_BYTES: u64 = 16 << 20;

/// Decisions: make one again from its trace, offline.
#[derive(Args)]
pub(super) struct DecideArgs {
    /// A trace, as GET /api/agent/decisions/{incident_id}/{decision_id}/trace answers it.
    #[arg(long, value_name = "FILE")]
    replay: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Says what comes of it; an error where that is otherwise than it was.
pub(super) async fn run(args: DecideArgs) -> anyhow::Result<()> {
    let path = &args.replay;
    let file = std::fs::File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut bytes = Vec::new();
    std::io::Read::take(file, TRACE_BYTES + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    if bytes.len() as u64 > TRACE_BYTES {
        bail!("{} is no trace: it has more than {TRACE_BYTES} bytes", path.display());
    }
    let kept: KeptTrace = serde_json::from_slice(&bytes).with_context(|| format!("{} is no trace", path.display()))?;
    let replayed = replay(&kept).await;
    if args.json {
        line(json!({
            "decision_id": kept.decision_id, "same": replayed.differences.is_empty(),
            "differences": replayed.differences, "deliberations": replayed.deliberations,
        }));
    } else {
        line(told(&kept, &replayed));
    }
    if replayed.differences.is_empty() {
        return Ok(());
    }
    bail!("the decision comes out otherwise than it did")
}

fn told(kept: &KeptTrace, replayed: &Replayed) -> String {
    let mut lines = vec![format!("decision {} of {}", kept.decision_id, kept.created_at)];
    lines.extend(replayed.deliberations.iter().flat_map(each));
    lines.extend(
        replayed
            .differences
            .iter()
            .map(|difference| format!("otherwise: {difference}")),
    );
    if replayed.differences.is_empty() {
        lines.push("the same as it was".into());
    }
    lines.join("\n")
}

fn each(deliberation: &Deliberation) -> Vec<String> {
    let tokens: u64 = deliberation
        .exchanges
        .iter()
        .map(|exchange| u64::from(exchange.tokens))
        .sum();
    let turns = deliberation.exchanges.len();
    let mut lines = vec![format!(
        "{} ({}), prompt {}: {turns} turns, {} looks, {tokens} tokens",
        deliberation.engine,
        deliberation.model,
        deliberation.prompt,
        deliberation.looks.len()
    )];
    if let Some(answer) = &deliberation.answer {
        lines.push(format!(
            "  {} (confidence {})",
            answer.recommendation, answer.confidence
        ));
        lines.push(format!("  {}", answer.reasoning));
        lines.extend(
            answer
                .tool_calls
                .iter()
                .map(|call| format!("  proposes {} {}", call.tool_name, json!(call.parameters))),
        );
    }
    lines.extend(
        deliberation
            .failure
            .iter()
            .map(|why| format!("  came to nothing: {why}")),
    );
    lines
}
