//! What a machine has written, before it is kept.
#![no_main]

use actors::domain::redact::redact;

/// The growth of `-pass x` is the worst.
const GROWTH: usize = 3;
const KEY: &str = "AKIAIOSFODNN7EXAMPLE";

libfuzzer_sys::fuzz_target!(|text: &str| {
    let shown = redact(text);
    assert!(
        shown.len() <= GROWTH * text.len(),
        "{} bytes of {}",
        shown.len(),
        text.len()
    );
    assert_eq!(redact(&shown), shown, "once is enough");
    let told = format!("{text}\n{KEY}");
    assert!(!redact(&told).ends_with(KEY), "whatever stands before it");
});
