//! The deterministic rules: a company's own runbooks for the kind of trouble first, then what the guide's example
//! shows.

use serde_json::{Map, Value};

use crate::domain::decision::{Evidence, Spent};
use crate::domain::runbook::{Runbook, Shelf};
use crate::domain::{IncidentFacts, ToolCall};
use crate::port::engine::{EngineEvent, EngineInput, Show, Verdict};

/// A rule: what a signature holds, and what follows.
struct Rule {
    holds: &'static str,
    recommendation: &'static str,
    confidence: f64,
    runbook: &'static str,
}

const RULES: [Rule; 2] = [
    Rule {
        holds: "disk",
        recommendation: "Execute disk cleanup runbook",
        confidence: 0.9,
        runbook: "disk-cleanup",
    },
    Rule {
        holds: "memory",
        recommendation: "Restart affected service",
        confidence: 0.85,
        runbook: "service-restart",
    },
];

/// Somebody of the company has written for this kind of trouble what helps.
const OWN_CONFIDENCE: f64 = 0.9;

/// The rules' name as an engine.
pub const NAME: &str = "rules";

/// The least confidence at which what the rules propose is not worth asking a model about. Below it past runs have shown
/// that it mostly does not help.
const SETTLED: f64 = 0.5;

const MANUAL: &str = "Escalate to technician for manual review";
const MANUAL_CONFIDENCE: f64 = 0.6;

/// The rules' verdict. Pure; text of alerts or memories never changes which tool is proposed.
pub fn decide(input: &EngineInput) -> Verdict {
    let signature = input.facts.signature.to_lowercase();
    let matched = RULES.iter().find(|rule| signature.contains(rule.holds));
    let mut evidence = vec![Evidence {
        kind: "incident".into(),
        id: None,
        detail: describe(&input.facts),
    }];
    if !input.memory.messages.is_empty() {
        let detail = format!("{} messages in short memory", input.memory.messages.len());
        evidence.push(Evidence {
            kind: "short_memory".into(),
            id: None,
            detail,
        });
    }
    if !input.memory_context.is_empty() {
        evidence.push(Evidence {
            kind: "memory_context".into(),
            id: None,
            detail: outline(&input.memory_context),
        });
    }
    if let Some(own) = input.shelf.own_for(&input.facts.signature) {
        let detail = format!(
            "the company's own runbook \"{}\", version {}, is for this signature",
            own.slug, own.version
        );
        let kind = "rule".into();
        evidence.insert(0, Evidence { kind, id: None, detail });
        let (confidence, reasoning) = learnt(OWN_CONFIDENCE, input, &mut evidence);
        let recommendation = format!("Execute runbook: {}", own.title);
        return verdict(
            &recommendation,
            confidence,
            vec![execute(&own.slug)],
            reasoning,
            evidence,
        );
    }
    let Some(rule) = matched else {
        let reasoning = format!("No deterministic rule matched: {}", input.facts.signature);
        return verdict(MANUAL, MANUAL_CONFIDENCE, Vec::new(), reasoning, evidence);
    };
    let detail = format!("the signature holds \"{}\"", rule.holds);
    evidence.insert(
        0,
        Evidence {
            kind: "rule".into(),
            id: None,
            detail,
        },
    );
    let calls = vec![execute(rule.runbook)];
    let (confidence, reasoning) = learnt(rule.confidence, input, &mut evidence);
    verdict(rule.recommendation, confidence, calls, reasoning, evidence)
}

/// Whether the rules know what to do, and have not been shown wrong.
pub fn settles(verdict: &Verdict) -> bool {
    !verdict.tool_calls.is_empty() && verdict.confidence >= SETTLED
}

/// The runbook that the rules call for a kind of trouble.
pub fn candidate<'a>(shelf: &'a Shelf, signature: &str) -> Option<&'a Runbook> {
    let rule = || {
        let signature = signature.to_lowercase();
        let matched = RULES.iter().find(|rule| signature.contains(rule.holds));
        matched.and_then(|rule| shelf.find(rule.runbook))
    };
    shelf.own_for(signature).or_else(rule)
}

/// A rule's confidence after what past runs have shown, (c·10 + successes)/(10 + runs), and its reasons.
#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn learnt(confidence: f64, input: &EngineInput, evidence: &mut Vec<Evidence>) -> (f64, String) {
    let matched = format!("Deterministic rule matched: {}", input.facts.signature);
    let Some(past) = input.past.as_ref().filter(|past| past.runs > 0) else {
        return (confidence, matched);
    };
    let detail = format!("{} of {} past runs against this have helped", past.successes, past.runs);
    let reasoning = format!("{matched}; {detail}");
    let kind = "past_runs".into();
    evidence.push(Evidence { kind, id: None, detail });
    let moved = (confidence * 10.0 + past.successes as f64) / (10.0 + past.runs as f64);
    ((moved * 1000.0).round() / 1000.0, reasoning)
}

/// The call of a runbook.
fn execute(runbook: &str) -> ToolCall {
    let mut parameters = Map::new();
    parameters.insert("runbook".into(), runbook.into());
    ToolCall {
        tool_name: "ssm.execute".into(),
        parameters,
    }
}

fn verdict(
    recommendation: &str,
    confidence: f64,
    tool_calls: Vec<ToolCall>,
    reasoning: String,
    evidence: Vec<Evidence>,
) -> Verdict {
    Verdict {
        recommendation: recommendation.to_owned(),
        confidence,
        tool_calls,
        reasoning,
        evidence,
        engine: NAME.into(),
        fallback: None,
        spent: Spent::default(),
        trace: None,
    }
}

/// `high disk-space-critical on server-01, 5 alerts`.
pub(super) fn describe(facts: &IncidentFacts) -> String {
    let assets = facts.affected_assets.join(", ");
    let place = if assets.is_empty() {
        String::new()
    } else {
        format!(" on {assets}")
    };
    let plural = if facts.alert_count == 1 { "" } else { "s" };
    format!(
        "{} {}{place}, {} alert{plural}",
        facts.severity, facts.signature, facts.alert_count
    )
}

/// What a caller's memory holds, by name and size, without its words.
fn outline(context: &Map<String, Value>) -> String {
    let parts: Vec<String> = context
        .iter()
        .take(8)
        .map(|(name, value)| match value {
            Value::Array(items) => format!("{name} ({} items)", items.len()),
            Value::Object(fields) => format!("{name} ({} fields)", fields.len()),
            _ => name.clone(),
        })
        .collect();
    format!("the caller remembers: {}", parts.join(", "))
}

/// `disk-space-critical` as a person would say it: `Disk space critical`.
fn spoken(signature: &str) -> String {
    let words = signature.replace(['-', '_', '.'], " ");
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// Says what is decided about.
pub fn announce(input: &EngineInput, show: &Show<'_>) {
    show(EngineEvent::Text("Analyzing incident...".into()));
    let trouble = spoken(&input.facts.signature);
    let place = match input.facts.affected_assets.as_slice() {
        [] => String::new(),
        [asset] => format!(" on {asset}"),
        [asset, others @ ..] => format!(" on {asset} and {} more", others.len()),
    };
    show(EngineEvent::Text(format!("{trouble}{place}")));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::decision::Budget;
    use crate::domain::outcome::Effectiveness;
    use crate::domain::runbook::Shelf;
    use crate::domain::{Role, Severity, ShortMemory, Timestamp};

    fn input(signature: &str) -> EngineInput {
        let now = Timestamp::from_millis(0);
        let ids = (
            "mem-1".parse().unwrap(),
            "inc-1".parse().unwrap(),
            "comp-a".parse().unwrap(),
        );
        EngineInput {
            past: None,
            facts: IncidentFacts {
                severity: Severity::High,
                signature: signature.into(),
                alert_count: 5,
                affected_assets: vec!["server-01".into()],
            },
            memory: ShortMemory::new(ids.0, ids.1, ids.2, now),
            memory_context: Map::new(),
            budget: Budget {
                max_tokens: 2000,
                max_time_seconds: 30,
            },
            shelf: std::sync::Arc::default(),
            session_id: "ses-1".parse().unwrap(),
            connected: true,
        }
    }

    #[test]
    fn the_guides_examples() {
        let check = |signature: &str, recommendation: &str, confidence: f64, runbook: Option<&str>, reasoning: &str| {
            let verdict = decide(&input(signature));
            assert_eq!(verdict.recommendation, recommendation);
            assert!((verdict.confidence - confidence).abs() < f64::EPSILON);
            let called = verdict
                .tool_calls
                .first()
                .and_then(|call| call.parameters["runbook"].as_str());
            assert_eq!(called, runbook);
            assert_eq!(verdict.reasoning, reasoning);
            assert_eq!(verdict.spent.tokens, 0);
        };
        check(
            "disk-space-critical",
            "Execute disk cleanup runbook",
            0.9,
            Some("disk-cleanup"),
            "Deterministic rule matched: disk-space-critical",
        );
        check(
            "High-Memory-usage",
            "Restart affected service",
            0.85,
            Some("service-restart"),
            "Deterministic rule matched: High-Memory-usage",
        );
        check(
            "link-down",
            MANUAL,
            0.6,
            None,
            "No deterministic rule matched: link-down",
        );
    }

    #[test]
    fn a_companys_own_runbooks_come_before_the_rules() {
        let library = std::sync::Arc::new(crate::domain::runbook::library::built_in().unwrap());
        let own = |slug: &str, pattern: &str| crate::domain::Runbook {
            runbook_id: format!("rbk-{slug}").parse().unwrap(),
            slug: slug.into(),
            version: 3,
            title: format!("Our {slug}"),
            signatures: vec![pattern.into()],
            ..library[0].clone()
        };
        let shelf = Shelf::new(
            vec![own("z-sweep", "disk"), own("a-sweep", "disk*"), own("link", "link")],
            library.clone(),
        );
        let of = |signature: &str| {
            let verdict = decide(&EngineInput {
                shelf: std::sync::Arc::new(shelf.clone()),
                ..input(signature)
            });
            let called = verdict
                .tool_calls
                .first()
                .map(|call| call.parameters["runbook"].to_string());
            (called.unwrap_or_default(), verdict.recommendation)
        };
        assert_eq!(
            of("disk-space-critical"),
            (r#""a-sweep""#.into(), "Execute runbook: Our a-sweep".into())
        );
        assert_eq!(
            of("my-disk"),
            (r#""z-sweep""#.into(), "Execute runbook: Our z-sweep".into())
        );
        assert_eq!(
            of("Link-down"),
            (r#""link""#.into(), "Execute runbook: Our link".into())
        );
        assert_eq!(of("memory-high").0, r#""service-restart""#);
        assert_eq!(
            of("certificate-expired").1,
            MANUAL,
            "a built-in runbook alone is no rule"
        );
    }

    #[test]
    fn says_what_is_decided_about_as_the_guide_does() {
        let lines = std::sync::Mutex::new(Vec::new());
        let show = |event: EngineEvent| {
            if let EngineEvent::Text(line) = event {
                lines.lock().unwrap().push(line);
            }
        };
        announce(&input("disk-space-critical"), &show);
        assert_eq!(
            *lines.lock().unwrap(),
            ["Analyzing incident...", "Disk space critical on server-01"]
        );
    }

    proptest! {
        /// Memory and the caller's context are data: they never change what is proposed.
        #[test]
        fn text_from_outside_proposes_nothing(signature in "[a-z-]{1,20}", said in ".{0,80}", key in "[a-z]{1,8}") {
            let plain = decide(&input(&signature));
            let mut told = input(&signature);
            told.memory.remember(Role::User, &said, Timestamp::from_millis(1));
            told.memory_context.insert(key, said.into());
            let swayed = decide(&told);
            prop_assert_eq!(plain.tool_calls, swayed.tool_calls);
            prop_assert_eq!(plain.recommendation, swayed.recommendation);
        }
    }

    #[test]
    fn past_runs_move_the_confidence_and_are_told() {
        let with = |runs: u64, successes: u64| {
            let mut input = input("disk-full");
            let first = Effectiveness::first(&"disk-cleanup".parse().unwrap(), "disk-full");
            input.past = Some(Effectiveness {
                runs,
                successes,
                ..first
            });
            decide(&input)
        };
        assert!((with(0, 0).confidence - 0.9).abs() < 1e-9);
        // (0.9·10 + 1)/(10 + 10), and (9 + 10)/20.
        assert!((with(10, 1).confidence - 0.5).abs() < 1e-9);
        assert!((with(10, 10).confidence - 0.95).abs() < 1e-9);
        let told = with(10, 1);
        assert!(
            told.reasoning.ends_with("; 1 of 10 past runs against this have helped"),
            "{told:?}"
        );
        assert_eq!(told.evidence.last().unwrap().kind, "past_runs");
    }
}
