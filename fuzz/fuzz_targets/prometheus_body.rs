//! What Prometheus sends, and a condition of `amtool` on the labels of it: on the first line.
#![no_main]

use actors::domain::{AlertId, Timestamp};
use alert_whisperer::ingest::matcher::Matcher;
use alert_whisperer::ingest::formats::prometheus;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (condition, body) = text.split_once('\n').unwrap_or(("", text));
    let now = Timestamp::from_millis(1_795_000_000_000);
    let matcher = Matcher::read(condition);
    for reading in prometheus::read(body.as_bytes(), now).unwrap_or_default() {
        for draft in reading.drafts {
            let alert = draft.seal(prometheus::TOOL, AlertId(uuid::Uuid::nil()), true);
            assert!(alert.asset_name.chars().count() <= 256 && alert.labels.len() <= 64);
            if let Ok(matcher) = &matcher {
                matcher.meets(&alert.labels);
            }
        }
    }
});
