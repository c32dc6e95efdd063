//! A request to decide.
#![no_main]

use alert_whisperer::http::question;

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    if let Ok(question) = question::read(body) {
        assert!(!question.incident_id.as_str().is_empty());
    }
});
