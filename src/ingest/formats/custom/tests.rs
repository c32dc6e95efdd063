use actors::domain::Severity;
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn mapping(fields: Json) -> Mapping {
    let mut all = json!({"asset_name": "alert.host", "signature": "alert.check"});
    all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    serde_json::from_value(all).unwrap()
}

fn read(fields: Json, body: &Json) -> Result<Reading, Invalid> {
    compile(&mapping(fields)).unwrap().read(body.to_string().as_bytes())
}

fn field(read: Result<Reading, Invalid>) -> String {
    match read {
        Err(Invalid::Field(error)) => format!("{}: {}", error.field, error.detail),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_body_becomes_the_alerts_that_the_mapping_says() {
    let all = json!({
        "alerts": "body.events.filter(one, one.kind != 'info')",
        "severity": "alert.level == 5 ? 'critical' : alert.word",
        "message": "alert.text + ' on ' + alert.host",
        "resolved": "alert.state",
        "fingerprint": "alert.id",
        "starts_at": "alert.since",
        "url": "body.base + '/' + string(alert.id)",
        "labels": "{'site': body.site, 'id': alert.id, 'nested': alert}",
        "delivery_id": "body.batch",
    });
    let body = json!({
        "site": "north", "base": "https://x.example", "batch": 77,
        "events": [
            {"id": 1, "host": "web-1", "check": "disk", "level": 5, "text": "full", "state": "bad", "since": 1_750_000_000},
            {"id": 2, "host": "web-2", "check": "load", "level": 1, "word": "warning", "text": "high", "state": "OK"},
            {"id": 3, "host": "web-3", "check": "x", "kind": "info"},
        ],
    });
    // An event without `kind` has no answer to `one.kind != 'info'`.
    let with_has = json!({"alerts": "body.events.filter(one, !has(one.kind) || one.kind != 'info')"});
    let mut fields = all.clone();
    fields
        .as_object_mut()
        .unwrap()
        .extend(with_has.as_object().unwrap().clone());
    let found = read(fields, &body).unwrap();
    let [first, second] = &found.drafts[..] else {
        panic!("{found:?}");
    };
    assert_eq!(
        (&*first.asset, &*first.signature, first.severity),
        ("web-1", "disk", Some(Severity::Critical))
    );
    assert_eq!(first.message, "full on web-1");
    assert_eq!(
        (first.fingerprint.as_deref(), first.status),
        (Some("1"), Signal::Firing)
    );
    assert_eq!(first.starts_at.map(|at| at.as_millis()), Some(1_750_000_000_000));
    assert_eq!(first.url.as_deref(), Some("https://x.example/1"));
    assert_eq!(first.labels.get("site").map(String::as_str), Some("north"));
    assert!(!first.labels.contains_key("nested"));
    assert_eq!(
        (second.status, second.severity),
        (Signal::Resolved, Some(Severity::Medium))
    );
    assert_eq!(found.delivery, Some(Identity::once(&["custom", "77"])));
}

#[test]
fn without_alerts_the_body_is_one_or_each_of_its_list() {
    let one = json!({"host": "web-1", "check": "disk"});
    assert_eq!(read(json!({}), &one).unwrap().drafts.len(), 1);
    assert_eq!(read(json!({}), &json!([one, one])).unwrap().drafts.len(), 2);
    assert_eq!(read(json!({"alerts": "body.none"}), &one).unwrap().drafts, []);
}

#[test]
fn what_is_not_there_is_left_out_and_what_must_be_there_is_named() {
    let body = json!({"host": "web-1", "check": "disk", "nothing": null, "deep": {}});
    let draft = |fields: Json| read(fields, &body).unwrap().drafts.remove(0);
    for expression in [
        "body.none",
        "body.deep.none",
        "body.nothing",
        "body.nothing.more",
        "body.l[3]",
        "''",
    ] {
        assert_eq!(draft(json!({"message": expression})).message, "", "{expression}");
    }
    for (fields, says) in [
        (
            json!({"asset_name": "alert.none"}),
            "custom.asset_name (alert 0): comes to nothing",
        ),
        (
            json!({"message": "body.deep"}),
            "custom.message (alert 0): must come to a text",
        ),
        (json!({"message": "1 / 0"}), "cannot be worked out"),
        (json!({"labels": "body.host"}), "must come to a map"),
        (json!({"alerts": "body.host"}), "custom.alerts: must come to a list"),
    ] {
        let said = field(read(fields.clone(), &body));
        assert!(said.contains(says), "{fields}: {said}");
    }
    let said = compile(&mapping(json!({"message": "now()"}))).err().unwrap();
    assert_eq!(said.field, "custom.message");
}

#[test]
fn a_great_body_is_cut_or_refused_and_never_slow() {
    let long = json!({"host": "x".repeat(100_000), "check": "disk"});
    assert_eq!(read(json!({}), &long).unwrap().drafts[0].asset.len(), TEXT);
    let many = json!({"host": "a", "check": "b", "l": vec![1; 1_001]});
    assert!(field(read(json!({}), &many)).contains("1000"));
    let list: Vec<Vec<u8>> = vec![vec![1; 1_000]; 60];
    assert!(field(read(json!({}), &json!({"host": "a", "check": "b", "l": list}))).contains("10000"));
    let loud = json!({"alerts": "body.l", "asset_name": "'a'", "signature": "'b'", "message": "body.t + body.t"});
    let body = json!({"t": "y".repeat(4_000), "l": vec!["z"; 1_000]});
    assert!(field(read(loud, &body)).contains("bytes of texts"));
}

proptest! {
    #[test]
    fn no_expression_panics(text in "[a-z.()\\[\\]{}'\"+*?:!<>=&|, 0-9-]{0,60}") {
        if let Ok(compiled) = compile(&mapping(json!({"message": text}))) {
            drop(compiled.read(br#"{"host":"a","check":"b","l":[1,2]}"#));
        }
    }
}
