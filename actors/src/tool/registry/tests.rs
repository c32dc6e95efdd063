use serde_json::json;

use super::*;

/// Arguments that each tool takes.
fn taken() -> Vec<(&'static str, Value)> {
    vec![
        (
            "ssm.execute",
            json!({"runbook": "disk-cleanup", "instance_ids": ["i-0123456789abcdef0"], "parameters": {"days": 7}}),
        ),
        ("cloudwatch.get_alarm", json!({"alarm_name": "disk full on web-1"})),
        (
            "cloudwatch.query_metrics",
            json!({"namespace": "AWS/EC2", "metric_name": "CPUUtilization", "statistic": "Average",
                "start_time": "2026-01-31T08:00:00Z", "end_time": "2026-01-31T09:00:00Z"}),
        ),
        (
            "approvals.request",
            json!({"runbook_id": "disk-cleanup", "reason": "the disk is full"}),
        ),
        ("approvals.status", json!({"approval_id": "apr-1"})),
        ("kpi.snapshot", json!({})),
        (
            "memory.search",
            json!({"signature": "disk-full", "tags": ["linux"], "q": "freed space", "limit": 3}),
        ),
        ("incident.note", json!({"incident_id": "inc-1", "note": "looked at it"})),
        ("incident.escalate", json!({"incident_id": "inc-1"})),
    ]
}

#[test]
fn each_tool_has_closed_schemas_and_reads_what_they_say() {
    let taken = taken();
    let names: Vec<&str> = tools().iter().map(|tool| tool.name).collect();
    assert_eq!(names, taken.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    for (tool, (name, arguments)) in tools().iter().zip(&taken) {
        for schema in [&tool.input_schema, &tool.output_schema] {
            assert_eq!(schema["additionalProperties"], json!(false), "{name}: {schema}");
            assert_eq!(schema["type"], "object", "{name}");
        }
        let known = &tool.input_schema["properties"];
        let given = arguments.as_object().unwrap();
        assert!(given.keys().all(|field| known.get(field).is_some()), "{name}");
        check_input(name, arguments).unwrap();
        for required in tool.input_schema["required"].as_array().into_iter().flatten() {
            let mut without = arguments.clone();
            without.as_object_mut().unwrap().remove(required.as_str().unwrap());
            assert_eq!(
                check_input(name, &without).unwrap_err().field,
                required.as_str().unwrap(),
                "{name}"
            );
        }
    }
}

#[test]
fn nothing_but_a_tools_own_fields_is_read() {
    for (name, arguments) in taken() {
        for stranger in ["approved", "risk", "company_id", "__proto__", "endpoint_url"] {
            let mut more = arguments.clone();
            more[stranger] = json!(true);
            assert_eq!(check_input(name, &more).unwrap_err().field, stranger, "{name}");
        }
        let values: Vec<Value> = arguments.as_object().unwrap().values().cloned().collect();
        for other in [json!(values), json!("x"), json!(null), json!(7)] {
            assert_eq!(
                check_input(name, &other).unwrap_err().rule,
                "must be an object",
                "{name}"
            );
        }
    }
    assert_eq!(
        check_input("ssm.execute; reboot", &json!({})).unwrap_err().field,
        "tool"
    );
}

#[test]
fn text_that_means_to_be_something_else_is_refused() {
    let evil = [
        "$(reboot)",
        "`reboot`",
        "i-0123abcd; reboot",
        "i-0123abcd\nreboot",
        "{{ssm:password}}",
        "../../etc/passwd",
        "' OR 1=1 --",
        "\u{202e}dcba3210-i",
        "i-0123abc\u{430}",
        "\u{0}",
        "",
    ];
    for text in evil {
        for (tool, field, arguments) in [
            (
                "ssm.execute",
                "instance_ids[0]",
                json!({"runbook": "x", "instance_ids": [text]}),
            ),
            ("ssm.execute", "runbook_id", json!({"runbook_id": text})),
            ("approvals.status", "approval_id", json!({"approval_id": text})),
            (
                "approvals.request",
                "runbook_id",
                json!({"runbook_id": text, "reason": "x"}),
            ),
            (
                "incident.note",
                "incident_id",
                json!({"incident_id": text, "note": "x"}),
            ),
        ] {
            // Ids of others may hold dots; they are looked up, and are no paths.
            let refused = check_input(tool, &arguments).unwrap_err();
            assert_eq!(refused.field, field, "{tool} {text:?}");
            assert!(!refused.to_string().chars().any(char::is_control), "{refused:?}");
        }
    }
    for (field, arguments) in [
        ("commands", json!({"commands": ["echo {{ssm:password}}"]})),
        ("commands", json!({"commands": ["true\nreboot"]})),
        ("commands", json!({"commands": []})),
        ("commands", json!({"commands": ["x".repeat(70_000)]})),
        ("runbook_id", json!({})),
        ("runbook", json!({"runbook_id": "a", "runbook": "b"})),
        ("timeout_seconds", json!({"runbook": "a", "timeout_seconds": 29})),
        ("timeout_seconds", json!({"runbook": "a", "timeout_seconds": -1})),
        (
            "instance_ids",
            json!({"runbook": "a", "instance_ids": vec!["i-0123abcd"; 51]}),
        ),
    ] {
        assert_eq!(
            check_input("ssm.execute", &arguments).unwrap_err().field,
            field,
            "{arguments}"
        );
    }
    for (field, arguments) in [
        ("q", json!({})),
        ("q", json!({"q": "\" - *"})),
        ("q", json!({"q": "x ".repeat(501)})),
        ("signature", json!({"signature": ""})),
        ("signature", json!({"signature": "x".repeat(257)})),
        ("tags", json!({"tags": vec!["x"; 17]})),
        ("tags", json!({"tags": ["x".repeat(65)]})),
        ("tags", json!({"tags": [""]})),
        ("limit", json!({"q": "disk", "limit": 0})),
        ("limit", json!({"q": "disk", "limit": 51})),
    ] {
        assert_eq!(
            check_input("memory.search", &arguments).unwrap_err().field,
            field,
            "{arguments}"
        );
    }
    let long = check_input("cloudwatch.get_alarm", &json!({"x".repeat(100_000): 1})).unwrap_err();
    assert!(long.to_string().len() < 1_000);
    let query = |field: &str, value: Value| {
        let (name, mut arguments) = taken().swap_remove(2);
        arguments[field] = value;
        check_input(name, &arguments).unwrap_err().field
    };
    assert_eq!(query("period", json!(61)), "period");
    assert_eq!(query("metric_name", json!("a\nb")), "metric_name");
    assert_eq!(query("end_time", json!("2026-01-31T08:00:00Z")), "end_time");
    assert_eq!(query("statistic", json!("p99; drop")), "statistic");
    assert_eq!(
        query("dimensions", json!([{"name": "x", "value": "y", "more": 1}])),
        "dimensions[0].more"
    );
}
