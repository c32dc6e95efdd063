//! The headers of a signature, split at line ends.
#![no_main]

use alert_whisperer::ingest::signature;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let (timestamps, signatures) = lines.split_at(lines.len() / 2);
    if let Ok(claim) = signature::claim(timestamps, signatures, Default::default()) {
        let key = signature::prepare_all("whsec_of_the_fuzzer").expect("any key will do");
        assert!(signature::verify(&claim, bytes, &[key]).is_none(), "a signature made of nothing");
    }
    drop(signature::standard_webhooks(timestamps, timestamps, signatures, Default::default()));
    drop(signature::grafana(timestamps, signatures, Default::default()));
    drop(signature::sentry(signatures));
});
