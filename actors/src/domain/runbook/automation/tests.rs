use serde_json::{Map, Value, json};

use super::*;
use crate::domain::runbook::RunbookPart;

/// A runbook that restarts a machine by AWS's own document.
pub(in crate::domain) fn restart() -> Runbook {
    serde_json::from_value(written()).unwrap()
}

fn written() -> Value {
    json!({
        "runbook_id": "restart", "slug": "restart", "version": 2,
        "title": "Restart", "description": "Restarts the machine.", "platform": "linux", "risk": "high",
        "parameters": [
            {"name": "role", "description": "Whose.", "type": {"text": {"pattern": "^[ -~]*$", "max_length": 200}}},
            {"name": "days", "description": "Unused.", "type": {"integer": {"min": 1, "max": 30}}, "default": 7},
        ],
        "automation": {
            "document": "AWS-RestartEC2Instance", "version": "3", "parameters": {"AutomationAssumeRole": "role"},
        },
        "health_check": "test \"$AW_PARAM_DAYS\" -gt 0\n",
        "cool_down_seconds": 0, "blast_radius": 2, "timeout_seconds": 600, "idempotent": true,
    })
}

fn values(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

#[test]
fn it_takes_the_place_of_the_scripts_and_of_nothing_else() {
    let runbook = restart();
    assert_eq!(runbook.check(), Ok(()));
    let parts: Vec<RunbookPart> = runbook.scripts().map(|(part, _)| part).collect();
    assert_eq!(parts, [RunbookPart::HealthCheck]);
    let again: Runbook = serde_json::from_value(json!(runbook)).unwrap();
    assert_eq!(again, runbook);
}

#[test]
fn the_first_wrong_field_is_named() {
    let refused = |change: fn(&mut Value)| {
        let mut runbook = written();
        change(&mut runbook);
        let runbook: Runbook = serde_json::from_value(runbook).unwrap();
        runbook.check().unwrap_err().field
    };
    assert_eq!(refused(|book| book["script"] = json!("true\n")), "script");
    assert_eq!(refused(|book| book["dry_run"] = json!("true\n")), "dry_run");
    assert_eq!(refused(|book| book["rollback"] = json!("true\n")), "rollback");
    assert_eq!(refused(|book| book["automation"] = json!(null)), "script");
    for document in ["", "AW", "AWS Restart", "{{x}}", &"a".repeat(129)] {
        let mut runbook = restart();
        runbook.automation.as_mut().unwrap().document = document.to_owned();
        assert_eq!(runbook.check().unwrap_err().field, "automation.document", "{document}");
    }
    for version in ["", "$LATEST", "$DEFAULT", "0", "+1", "01", "1.2", "12345678901"] {
        let mut runbook = restart();
        runbook.automation.as_mut().unwrap().version = version.to_owned();
        assert_eq!(runbook.check().unwrap_err().field, "automation.version", "{version}");
    }
    for (name, value_of, field) in [
        ("InstanceId", "role", "automation.parameters.InstanceId"),
        ("Reason", "reason", "automation.parameters.Reason"),
        ("a b", "role", "automation.parameters"),
        ("", "role", "automation.parameters"),
        ("R\u{e9}ason", "role", "automation.parameters"),
    ] {
        let mut runbook = restart();
        let call = runbook.automation.as_mut().unwrap();
        call.parameters.insert(name.to_owned(), value_of.to_owned());
        assert_eq!(runbook.check().unwrap_err().field, field, "{name}");
    }
    let mut many = restart();
    let call = many.automation.as_mut().unwrap();
    call.parameters = (0..200).map(|n| (format!("P{n}"), "role".to_owned())).collect();
    assert_eq!(many.check().unwrap_err().field, "automation.parameters");
}

#[test]
fn its_version_is_said_and_what_is_not_known_is_refused() {
    let mut unpinned = written();
    unpinned["automation"].as_object_mut().unwrap().remove("version");
    assert!(serde_json::from_value::<Runbook>(unpinned).is_err());
    let mut more = written();
    more["automation"]["targets"] = json!(["i-0000000a"]);
    assert!(serde_json::from_value::<Runbook>(more).is_err());
}

#[test]
fn values_go_in_by_the_documents_own_names() {
    let given = values(json!({"role": "arn:aws:iam::1:role/x y'$(id)"}));
    let rendered = restart().render(RunbookPart::Run, &given).unwrap();
    assert_eq!(rendered.commands, [""; 0]);
    let expected = RenderedAutomation {
        document: "AWS-RestartEC2Instance".to_owned(),
        version: "3".to_owned(),
        parameters: BTreeMap::from([(
            "AutomationAssumeRole".to_owned(),
            vec!["arn:aws:iam::1:role/x y'$(id)".to_owned()],
        )]),
    };
    assert_eq!(rendered.automation, Some(expected));
    let check = restart().render(RunbookPart::HealthCheck, &given).unwrap();
    assert_eq!(check.automation, None);
    assert_eq!(check.commands.last().unwrap(), "test \"$AW_PARAM_DAYS\" -gt 0");
    for part in [RunbookPart::DryRun, RunbookPart::Rollback] {
        assert_eq!(restart().render(part, &given), Err(RenderError::NoScript(part)));
    }
}

#[test]
fn a_value_that_no_document_takes_starts_nothing() {
    for (given, told) in [
        (json!({}), "role: missing"),
        (json!({"role": ""}), "role: must not be empty"),
        (
            json!({"role": "a\nb"}),
            "role: must not hold control characters or line ends",
        ),
        (json!({"role": "{{ssm:secret}}"}), "role: must not hold {{ or }}"),
        (
            json!({"role": "a", "InstanceId": "i-0"}),
            "InstanceId: no such parameter",
        ),
        (
            json!({"role": "a", "days": 31}),
            "days: must be a whole number from 1 to 30",
        ),
    ] {
        let refused = restart().render(RunbookPart::Run, &values(given)).unwrap_err();
        assert_eq!(refused.to_string(), told);
    }
}
