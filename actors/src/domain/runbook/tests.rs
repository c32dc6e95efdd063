mod built_in;
mod executed;
mod machine;

use serde_json::{Value, json};

use super::*;

/// A runbook with a text of any printable characters and a number.
pub(super) fn example() -> Runbook {
    serde_json::from_value(written()).unwrap()
}

fn written() -> Value {
    json!({
        "runbook_id": "example", "slug": "example", "version": 3,
        "title": "Example", "description": "Prints a word.",
        "platform": "linux", "risk": "low", "signatures": ["word"],
        "parameters": [
            {"name": "word", "description": "Which.", "type": {"text": {"pattern": "^[ -~]*$", "max_length": 200}}},
            {"name": "days", "description": "How long.", "type": {"integer": {"min": 1, "max": 30}}, "default": 7},
        ],
        "script": "set -eu\nprintf '%s' \"$AW_PARAM_WORD\"\n",
        "dry_run": "set -eu\necho 'would print'\n",
        "cool_down_seconds": 0, "blast_radius": 1, "timeout_seconds": 60, "idempotent": true,
    })
}

#[test]
fn a_runbook_reads_as_it_is_written_and_nothing_more() {
    let runbook = example();
    assert_eq!(runbook.check(), Ok(()));
    assert_eq!(json!(runbook), written());
    let mut more = written();
    more["approved"] = json!(true);
    assert!(serde_json::from_value::<Runbook>(more).is_err());
}

#[test]
fn the_first_wrong_field_is_named_with_what_would_be_right() {
    let long = |length: usize| json!("x".repeat(length));
    for (field, wrong) in [
        ("slug", json!("Disk Cleanup")),
        ("slug", json!("-a")),
        ("slug", json!("free-commands")),
        ("slug", long(65)),
        ("version", json!(0)),
        ("title", json!(" ")),
        ("title", json!("a\u{1b}[2J")),
        ("title", json!("clean\u{202e}tac pmt")),
        ("title", json!("clean\u{200b}up")),
        ("title", json!("clean\u{e0041}up")),
        ("title", long(121)),
        ("description", json!("Removes \u{2066}nothing\u{2069}.")),
        ("description", long(2_001)),
        ("signatures", json!(vec!["disk"; 33])),
        ("parameters", json!(vec![written()["parameters"][0].clone(); 17])),
        ("script", json!("\n")),
        ("script", long(16_385)),
        ("script", json!("echo {{ssm:password}}")),
        ("script", json!("echo \u{440}m")),
        ("script", json!("echo a\r\n")),
        ("script", json!("echo a\0")),
        ("script", json!("echo \"$AW_PARAM_OTHER\"")),
        ("script", json!("echo \"${AW_PARAM_WORDS}\"")),
        ("dry_run", json!("echo {{ x }}")),
        ("health_check", json!("echo {{ x }}")),
        ("rollback", json!("echo {{ x }}")),
        ("cool_down_seconds", json!(604_801)),
        ("blast_radius", json!(0)),
        ("blast_radius", json!(51)),
        ("timeout_seconds", json!(29)),
        ("timeout_seconds", json!(172_801)),
    ] {
        let mut runbook = written();
        runbook[field] = wrong.clone();
        let runbook: Runbook = serde_json::from_value(runbook).unwrap();
        let error = runbook.check().unwrap_err();
        assert_eq!(error.field, field, "{wrong}");
    }
    let mut runbook = example();
    runbook.parameters[0].description.push('\u{202e}');
    assert_eq!(runbook.check().unwrap_err().field, "parameters[0].description");
    let mut runbook = example();
    runbook.blast_radius = 51;
    assert_eq!(runbook.check().unwrap_err().to_string(), "blast_radius must be 1 to 50");
}

#[test]
fn the_limits_that_are_told_are_those_that_are_kept() {
    let schema = json!(<Runbook as utoipa::PartialSchema>::schema());
    let taken = |field: &str, value: u64| {
        let mut runbook = written();
        runbook[field] = json!(value);
        serde_json::from_value::<Runbook>(runbook).is_ok_and(|runbook| runbook.check().is_ok())
    };
    for field in ["cool_down_seconds", "blast_radius", "timeout_seconds"] {
        let low = schema["properties"][field]["minimum"].as_u64().unwrap();
        let high = schema["properties"][field]["maximum"].as_u64().unwrap();
        assert!(
            taken(field, low) && taken(field, high) && !taken(field, high + 1),
            "{field}"
        );
        assert!(low == 0 || !taken(field, low - 1), "{field}");
    }
}

#[test]
fn risks_are_in_order() {
    assert!(Risk::Low < Risk::Medium && Risk::Medium < Risk::High);
    for risk in [Risk::Low, Risk::Medium, Risk::High] {
        assert_eq!(json!(risk), json!(risk.as_str()));
    }
}
