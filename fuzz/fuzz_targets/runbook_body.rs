//! A runbook as somebody writes it, and what is said to it: as JSON of any kind, and as an example whose patterns,
//! scripts and values are anything. Whatever is rendered says exactly what was meant, each value on one line.
#![no_main]

use actors::domain::runbook::{Runbook, RunbookPart};
use alert_whisperer::tenancy::runbook::Written;
use serde_json::{Map, Value, json};

/// What a line of `sh` assigns, which has to be one word in single quotes.
fn assigned(line: &str) -> Option<(&str, String)> {
    let (name, word) = line.split_once('=')?;
    let quoted = word.strip_prefix('\'')?.strip_suffix('\'')?;
    let text = quoted.split(r"'\''").collect::<Vec<_>>();
    let whole = text.iter().all(|part| !part.contains('\''));
    whole.then(|| (name, text.join("'")))
}

fn render(body: &Value, values: &Map<String, Value>) {
    let mut whole = body.clone();
    // Under its id it is the same.
    let (Ok(_), Some(fields)) = (serde_json::from_value::<Written>(body.clone()), whole.as_object_mut()) else {
        return;
    };
    fields.extend([("runbook_id".to_owned(), "rbk-1".into()), ("version".to_owned(), 1.into())]);
    let runbook: Runbook = serde_json::from_value(whole).expect("what is written is a runbook");
    for part in RunbookPart::ALL {
        let Ok(rendered) = runbook.render(part, values) else {
            continue;
        };
        for line in &rendered.commands {
            let plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\t');
            assert!(line.bytes().all(plain) && !line.contains("{{"), "{line:?}");
        }
        for (parameter, line) in runbook.parameters.iter().zip(&rendered.commands) {
            let (name, text) = assigned(line).expect("an assignment");
            let given = values.get(&parameter.name).or(parameter.default.as_ref());
            let meant = match given.expect("a value") {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let variable = format!("AW_PARAM_{}", parameter.name.to_ascii_uppercase());
            assert_eq!((name, text), (variable.as_str(), meant));
        }
    }
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    let pieces: Vec<&str> = text.split('\0').collect();
    let piece = |at: usize| pieces.get(at).copied().unwrap_or_default();
    let said = serde_json::from_str(piece(1)).unwrap_or_default();
    if let Ok(body) = serde_json::from_str(piece(0)) {
        render(&body, &said);
    }
    let number: Value = serde_json::from_str(piece(4)).unwrap_or_default();
    let example = json!({
        "slug": "sweep", "title": "Sweep", "description": "Removes what may go.", "platform": "linux", "risk": "high",
        "parameters": [
            {"name": "word", "description": "Which.", "type": {"text": {"pattern": piece(2), "max_length": 256}}},
            {"name": "one", "description": "Which.", "type": {"choice": {"of": ["a", piece(3)]}}, "default": "a"},
            {"name": "days", "description": "How old.", "type": {"integer": {"min": 0, "max": 99}}, "default": 7},
        ],
        "script": format!("set -eu\n{}\n", piece(5)), "dry_run": "echo \"$AW_PARAM_WORD\"\n", "cool_down_seconds": 0,
        "blast_radius": 2, "timeout_seconds": 60, "idempotent": true,
    });
    let mut values = Map::from_iter([("word".to_owned(), piece(0).into()), ("one".to_owned(), piece(3).into())]);
    render(&example, &values);
    values.insert("days".to_owned(), number);
    render(&example, &values);
    // Any text at all.
    let mut any = example;
    any["parameters"][0]["type"]["text"]["pattern"] = "^.*$".into();
    values.remove("days");
    values.insert("one".to_owned(), "a".into());
    render(&any, &values);
});
