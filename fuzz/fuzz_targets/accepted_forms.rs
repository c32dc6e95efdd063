//! What a request says of the form that an answer may have: a file as it is is always among what may be sent.
#![no_main]

use alert_whisperer::http::dashboard::coding::{Coding, accepts_html, taken};
use http::header::{ACCEPT, ACCEPT_ENCODING};
use http::{HeaderMap, HeaderValue};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = HeaderValue::from_bytes(bytes) else {
        return;
    };
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, value.clone());
    headers.insert(ACCEPT_ENCODING, value);
    let _ = accepts_html(&headers);
    let codings = taken(&headers);
    assert_eq!(codings.last(), Some(&Coding::Identity));
    assert!(codings.len() <= 3);
});
