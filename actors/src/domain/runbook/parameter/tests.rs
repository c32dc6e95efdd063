use serde_json::json;

use super::*;

fn text(pattern: &str) -> ParameterType {
    let pattern = pattern.to_owned();
    ParameterType::Text {
        pattern,
        max_length: 40,
    }
}

fn parameter(kind: ParameterType, default: Option<Value>) -> Parameter {
    Parameter {
        name: "path".to_owned(),
        description: "Where.".to_owned(),
        kind,
        default,
    }
}

#[test]
fn a_pattern_is_over_the_whole_text() {
    let kind = text("^a|b$");
    assert_eq!(check(&[parameter(kind.clone(), None)]), Ok(()));
    assert_eq!(kind.text_of(&json!("a")), Ok("a".to_owned()));
    assert_eq!(kind.text_of(&json!("b")), Ok("b".to_owned()));
    for bad in ["ab", "a; id", "id; b", ""] {
        let refusal = Err(Refusal::Pattern("^a|b$".to_owned()));
        assert_eq!(kind.text_of(&json!(bad)), refusal, "{bad}");
    }
}

#[test]
fn patterns_that_are_open_broken_or_large_are_refused() {
    for bad in [
        "",
        "^",
        "abc",
        "^abc",
        "abc$",
        "^a)|(?:b$",
        "^(?x)a #$",
        "^($",
        "^ä$",
        "^(a{1,99}){1,99}$",
        &format!("^{}$", "a".repeat(255)),
    ] {
        let error = check(&[parameter(text(bad), None)]).unwrap_err();
        assert_eq!(error.field, "parameters[0].type.text.pattern", "{bad}");
    }
    assert_eq!(check(&[parameter(text("^(?m)a$"), None)]), Ok(()));
    assert!(text("^(?m)a$").text_of(&json!("a\nb")).is_err());
}

#[test]
fn values_are_of_their_type() {
    let number = ParameterType::Integer { min: 2, max: 9 };
    assert_eq!(number.text_of(&json!(2)), Ok("2".to_owned()));
    for bad in [
        json!(1),
        json!(10),
        json!(-3),
        json!(2.5),
        json!("3"),
        json!("0x3"),
        json!(null),
        json!(1e40),
    ] {
        let refusal = Err(Refusal::NotInRange { min: 2, max: 9 });
        assert_eq!(number.text_of(&bad), refusal, "{bad}");
    }
    let choice = ParameterType::Choice {
        of: vec!["TERM".to_owned(), "KILL".to_owned()],
    };
    assert_eq!(choice.text_of(&json!("KILL")), Ok("KILL".to_owned()));
    let refusal = choice.text_of(&json!("kill")).unwrap_err();
    assert_eq!(refusal.to_string(), "must be one of: TERM, KILL");
    for bad in [json!(1), json!(true), json!(["TERM"]), json!({"TERM": 1}), json!(null)] {
        assert_eq!(choice.text_of(&bad), Err(Refusal::NotText), "{bad}");
        assert_eq!(text("^.*$").text_of(&bad), Err(Refusal::NotText), "{bad}");
    }
}

#[test]
fn no_pattern_lets_through_what_no_script_may_be_given() {
    let kind = text("^(?s).*$");
    for (bad, refusal) in [
        ("a\nb", Refusal::Control),
        ("a\0", Refusal::Control),
        ("a\tb", Refusal::Control),
        ("\u{7f}", Refusal::Control),
        ("\u{85}", Refusal::Control),
        ("{{ssm:x}}", Refusal::Braces),
        ("a}}", Refusal::Braces),
        ("-rf", Refusal::Dash),
        ("\u{2010}rf", Refusal::NotAscii),
        ("ngin\u{445}", Refusal::NotAscii),
        ("\u{202e}x", Refusal::NotAscii),
        (&"x".repeat(41), Refusal::TooLong(40)),
        (&"x".repeat(102_400), Refusal::TooLong(40)),
    ] {
        assert_eq!(kind.text_of(&json!(bad)), Err(refusal), "{bad:?}");
    }
    assert_eq!(Refusal::Braces.to_string(), "must not hold {{ or }}");
}

#[test]
fn the_first_wrong_field_is_named() {
    let good = parameter(ParameterType::Integer { min: 1, max: 2 }, Some(json!(1)));
    assert_eq!(check(std::slice::from_ref(&good)), Ok(()));
    let doubled = check(&[good.clone(), good.clone()]).unwrap_err();
    assert_eq!(doubled.to_string(), "parameters[1].name must be there once");
    for name in ["", "Path", "1a", "a-b", "_a", &"a".repeat(33)] {
        let mut bad = good.clone();
        bad.name = name.to_owned();
        assert_eq!(check(&[bad]).unwrap_err().field, "parameters[0].name", "{name}");
    }
    let outside = parameter(ParameterType::Integer { min: 1, max: 2 }, Some(json!(3)));
    let error = check(&[outside]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "parameters[0].default must be a whole number from 1 to 2"
    );
    let upside_down = parameter(ParameterType::Integer { min: 2, max: 1 }, None);
    assert_eq!(
        check(&[upside_down]).unwrap_err().field,
        "parameters[0].type.integer.min"
    );
    for of in [vec![], vec!["a"; 2], vec!["-a"], vec!["{{"], vec!["a"; 65]] {
        let of = of.into_iter().map(str::to_owned).collect();
        let error = check(&[parameter(ParameterType::Choice { of }, None)]).unwrap_err();
        assert!(error.field.starts_with("parameters[0].type.choice.of"), "{error}");
    }
}

#[test]
fn a_parameter_reads_as_it_is_written() {
    let written = json!({
        "name": "path", "description": "Where.", "type": {"text": {"pattern": "^a$", "max_length": 40}},
    });
    let read: Parameter = serde_json::from_value(written.clone()).unwrap();
    assert_eq!(read, parameter(text("^a$"), None));
    assert_eq!(json!(read), written);
    let mut more = written;
    more["type"]["text"]["flags"] = json!("i");
    assert!(serde_json::from_value::<Parameter>(more).is_err());
}
