//! A webhook body in the native format.
#![no_main]

use actors::domain::AlertId;
use actors::port::Entropy;
use alert_whisperer::clock::SystemEntropy;
use alert_whisperer::ingest::native;

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    let mint = || AlertId(SystemEntropy.uuid(Default::default()));
    if let Ok((alerts, many)) = native::parse(body, body.len() % 2 == 0, mint) {
        assert!(!alerts.is_empty());
        assert!(many || alerts.len() == 1);
    }
});
