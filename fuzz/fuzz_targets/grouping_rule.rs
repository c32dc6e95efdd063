//! A rule's expression on the first line, and an alert that it is for.
#![no_main]

use actors::correlator::rules::Rules;
use actors::domain::{AlertId, Correlation, NewAlert, Rule, Severity, Signal};
use uuid::Uuid;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Some((matches, rest)) = text.split_once('\n') else { return };
    let rule = Rule {
        name: "fuzzed".to_owned(),
        matches: Some(matches.to_owned()),
        group_by: vec!["asset".to_owned(), "labels.a".to_owned()],
        window_minutes: None,
        min_alerts: None,
        priority: 0,
    };
    let Ok(rules) = Rules::compile(&[rule]) else { return };
    let labels = rest.lines().skip(1).filter_map(|line| line.split_once('='));
    let alert = NewAlert {
        alert_id: AlertId(Uuid::nil()),
        asset_name: rest.lines().next().unwrap_or_default().to_owned(),
        signature: rest.chars().rev().take(64).collect(),
        severity: Severity::High,
        message: rest.to_owned(),
        tool_source: None,
        status: Signal::Firing,
        fingerprint: None,
        starts_at: None,
        ends_at: None,
        labels: labels.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        url: None,
        unsigned: false,
    };
    drop(rules.grouping(&Correlation::default(), &alert));
});
