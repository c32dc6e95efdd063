//! A company's settings file.
#![no_main]

use alert_whisperer::founding::read_company_file;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok((correlation, rate_limit)) = read_company_file(text) {
        // Whether they are within their ranges is said, not assumed.
        let _ = (correlation.check(), rate_limit.check());
    }
});
