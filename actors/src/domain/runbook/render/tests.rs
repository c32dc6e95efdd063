use std::process::{Command, Stdio};

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::domain::runbook::tests::example;

fn values(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

#[test]
fn values_go_before_the_script_as_quoted_variables() {
    let runbook = example();
    let rendered = runbook
        .render(RunbookPart::Run, &values(json!({"word": "it's $(id)"})))
        .unwrap();
    assert_eq!(
        rendered.commands,
        [
            r"AW_PARAM_WORD='it'\''s $(id)'",
            "AW_PARAM_DAYS='7'",
            "set -eu",
            r#"printf '%s' "$AW_PARAM_WORD""#,
        ]
    );
    assert_eq!(rendered.timeout_seconds, 60);
    let again = runbook
        .render(RunbookPart::Run, &values(json!({"word": "it's $(id)"})))
        .unwrap();
    assert_eq!(rendered, again);
}

#[test]
fn what_is_refused_is_named() {
    let runbook = example();
    let refused = |given: Value| {
        runbook
            .render(RunbookPart::Run, &values(given))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(refused(json!({})), "word: missing");
    assert_eq!(refused(json!({"word": "a", "hours": 1})), "hours: no such parameter");
    assert_eq!(
        refused(json!({"word": "a\nb"})),
        "word: must not hold control characters or line ends"
    );
    assert_eq!(
        refused(json!({"word": "a", "days": "7; id"})),
        "days: must be a whole number from 1 to 30"
    );
    let long = refused(json!({"word": "a", "x\u{1b}[31m".repeat(1000): 1}));
    assert!(long.len() < 300 && !long.contains('\u{1b}'), "{long}");
}

#[test]
fn a_script_that_is_not_there_and_a_runbook_that_is_refused_render_nothing() {
    let mut runbook = example();
    let given = values(json!({"word": "a"}));
    assert_eq!(
        runbook.render(RunbookPart::Rollback, &given),
        Err(RenderError::NoScript(RunbookPart::Rollback))
    );
    runbook.script = "echo {{ssm:secret}}".to_owned();
    let error = runbook.render(RunbookPart::DryRun, &given).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the runbook's script must not hold {{, which SSM would replace"
    );
}

proptest! {
    /// Whatever is let through reaches the script as exactly itself, and nothing else happens.
    #[test]
    fn what_is_accepted_is_only_a_text(word in "[ -~]{0,60}|(\\$\\(|`|'|\"|;|\\\\|\\||&|>|<|\\*|~|#|!|=|x| ){0,20}") {
        let given = values(json!({"word": word}));
        let Ok(rendered) = example().render(RunbookPart::Run, &given) else {
            let foreseen = word.starts_with('-') || word.contains("{{") || word.contains("}}");
            prop_assert!(foreseen, "refused: {word}");
            return Ok(());
        };
        let place = tempfile::tempdir().unwrap();
        let output = Command::new("sh")
            .args(["-c", &rendered.commands.join("\n")])
            .current_dir(&place)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        prop_assert!(output.status.success());
        prop_assert_eq!(String::from_utf8(output.stdout).unwrap(), word);
        prop_assert!(output.stderr.is_empty());
        prop_assert_eq!(std::fs::read_dir(&place).unwrap().count(), 0);
    }
}
