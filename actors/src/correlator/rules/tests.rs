use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::Severity;
use crate::domain::condition::PATTERNS;

fn rule(name: &str, matches: &str) -> Rule {
    Rule {
        name: name.to_owned(),
        matches: Some(matches.to_owned()),
        group_by: vec!["asset".to_owned()],
        window_minutes: None,
        min_alerts: None,
        priority: 0,
    }
}

fn alert(asset: &str, labels: &[(&str, &str)]) -> NewAlert {
    let labels: BTreeMap<String, String> = labels
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    NewAlert {
        signature: "disk full".to_owned(),
        message: "95 %".to_owned(),
        labels,
        ..NewAlert::sample(asset, Severity::High)
    }
}

fn falls_under(rules: &[Rule], alert: &NewAlert) -> Option<String> {
    let rules = Rules::compile(rules).unwrap();
    let grouping = rules.grouping(&Correlation::default(), alert);
    grouping.rule.map(|name| name.to_string())
}

#[test]
fn the_first_of_the_highest_priority_that_matches_groups_by_what_it_says() {
    let any = Rule {
        matches: None,
        group_by: Vec::new(),
        priority: -1,
        ..rule("any", "")
    };
    let cluster = Rule {
        group_by: vec!["labels.cluster".to_owned(), "severity".to_owned()],
        window_minutes: Some(60),
        min_alerts: Some(3),
        priority: 5,
        ..rule("a|b", "labels.cluster == 'db' && signature.contains('disk')")
    };
    let rules = [any, rule("web", "asset.startsWith('web')"), cluster];
    let compiled = Rules::compile(&rules).unwrap();
    let of = |alert: &NewAlert| compiled.grouping(&Correlation::default(), alert);
    assert_eq!(
        of(&alert("web-1", &[("cluster", "db")])),
        Grouping {
            key: r"rule=a\|b|labels.cluster=db|severity=high".to_owned(),
            window: Duration::from_secs(3600),
            min_alerts: 3,
            rule: Some("a|b".into()),
        }
    );
    let plain = of(&alert("web-1", &[]));
    assert_eq!((&*plain.key, plain.min_alerts), ("rule=web|asset=web-1", 1));
    assert_eq!(of(&alert("db-1", &[])).key, "rule=any");
    let none = Rules::default().grouping(&Correlation::default(), &alert("db-1", &[]));
    assert_eq!((&*none.key, none.rule), ("asset=db-1|signature=disk full", None));
}

#[test]
fn an_expression_sees_the_alert_and_what_it_has_not_is_no_match() {
    let seen = alert("web-1", &[("env", "prod"), ("team.name", "data")]);
    for (text, matches) in [
        ("asset == 'web-1'", true),
        ("'web-1' == asset", true),
        ("asset in ['a', 'web-1']", true),
        ("asset in ['a', 'b']", false),
        ("labels['team.name'] == 'data'", true),
        ("labels.nothing == 'x'", false),
        ("labels.nothing == ''", false),
        ("labels.nothing != 'x'", false),
        ("!has(labels.nothing)", true),
        ("has(labels.env) && labels.env == 'prod'", true),
        ("labels.env == 'prod' && severity == 'low'", false),
        ("labels.env == 'prod' || severity == 'low'", true),
        ("tool == ''", true),
        ("message.matches('^[0-9]+ %$')", true),
        ("asset.matches('^web-[0-9]$') && labels.env.matches('prod|stage')", true),
        ("asset.matches('^web-[a-z]$')", false),
        ("labels.exists(name, name == 'env')", true),
        ("1 / 0 == 1", false),
    ] {
        let found = falls_under(&[rule("r", text)], &seen);
        assert_eq!(found.is_some(), matches, "{text}");
    }
}

#[test]
fn what_may_not_be_a_rule_is_named() {
    let long = format!("asset.matches('{}')", r"\\w{99}".repeat(9));
    for (text, says) in [
        ("asset ==", "no CEL"),
        ("host == 'a'", "there is asset"),
        ("asset.matches('(')", "is none"),
        (&*long, "more than 131072 bytes"),
        ("asset + signature", "true or false"),
        ("size(labels)", "true or false"),
    ] {
        let refused = Rules::compile(&[rule("a", "asset == 'x'"), rule("b", text)]).unwrap_err();
        assert_eq!(refused.field, "[1].match", "{text}");
        assert!(refused.rule.contains(says), "{text}: {refused}");
    }
}

#[test]
fn all_rules_together_hold_so_many_patterns() {
    let many = |count: usize| -> Vec<Rule> {
        let text = |no: usize| format!("asset.matches('^{no}$') || asset.matches('^0$')");
        (0..count).map(|no| rule(&no.to_string(), &text(no))).collect()
    };
    assert!(Rules::compile(&many(PATTERNS)).is_ok(), "the same pattern counts once");
    let refused = Rules::compile(&many(PATTERNS + 1)).unwrap_err();
    assert_eq!(refused.field, format!("[{PATTERNS}].match"));
}

/// Parts that rules are made of, and how an alert meets them.
fn parts() -> impl Strategy<Value = String> {
    let names = prop_oneof![Just("asset"), Just("labels.a"), Just("labels['b']"), Just("severity")];
    let texts = prop_oneof![Just("x"), Just("y"), Just("high"), Just("")];
    prop_oneof![
        (names.clone(), texts.clone()).prop_map(|(name, text)| format!("{name} == '{text}'")),
        (names.clone(), texts.clone()).prop_map(|(name, text)| format!("{name} in ['{text}', 'z']")),
        (names, texts).prop_map(|(name, text)| format!("{name} != '{text}'")),
    ]
}

proptest! {
    /// What is found by what rules write out is what is found by working all of them out, one after the other.
    #[test]
    fn the_index_finds_what_trying_all_in_their_order_finds(
        texts in proptest::collection::vec(
            (parts(), parts(), prop_oneof![Just("&&"), Just("||")]).prop_map(|(a, b, or)| format!("{a} {or} {b}")),
            1..8,
        ),
        asset in prop_oneof![Just("x"), Just("y"), Just("z")],
        labels in proptest::collection::btree_map("[ab]", prop_oneof![Just("x"), Just("y"), Just("")], 0..3),
    ) {
        let rules: Vec<Rule> = texts.iter().enumerate().map(|(no, text)| rule(&no.to_string(), text)).collect();
        let labels: Vec<(&str, &str)> = labels.iter().map(|(name, value)| (&**name, *value)).collect();
        let seen = alert(asset, &labels);
        let one_by_one = texts.iter().position(|text| {
            // A choice writes out no trait, so that it is worked out.
            falls_under(&[rule("r", &format!("(true ? ({text}) : false)"))], &seen).is_some()
        });
        prop_assert_eq!(falls_under(&rules, &seen), one_by_one.map(|no| no.to_string()));
    }
}

#[test]
fn all_rules_together_hold_a_bounded_number_of_loops() {
    let many = |count: usize| -> Vec<Rule> {
        let looping = |no: usize| rule(&no.to_string(), "labels.exists(name, name == 'a')");
        (0..count).map(looping).collect()
    };
    assert!(Rules::compile(&many(10)).is_ok());
    let refused = Rules::compile(&many(11)).unwrap_err();
    assert_eq!(refused.field, "[10].match");
    assert!(refused.rule.contains("more than the 10"), "{}", refused.rule);
}

#[test]
fn rules_see_so_much_of_a_text_and_no_more() {
    let rules = Rules::compile(&[rule("long", "asset.endsWith('end')")]).unwrap();
    let of = |asset: String| rules.grouping(&Correlation::default(), &alert(&asset, &[])).rule;
    assert!(of("x".repeat(1_021) + "end").is_some());
    assert!(of("x".repeat(1_022) + "end").is_none());
}
