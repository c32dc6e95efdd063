//! What a client writes of where it comes from, before its proxy adds what it knows.
#![no_main]

use std::net::IpAddr;

use alert_whisperer::http::forwarded::source;
use http::{HeaderMap, HeaderName, HeaderValue};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let proxy = IpAddr::from([127, 0, 0, 1]);
    let client = IpAddr::from([203, 0, 113, 7]);
    for (name, added) in [("x-forwarded-for", ", 203.0.113.7"), ("forwarded", ", for=203.0.113.7")] {
        let name = HeaderName::from_static(name);
        let Ok(forged) = HeaderValue::from_bytes(bytes) else {
            return;
        };
        let everybody = [
            "0.0.0.0/0".parse().expect("a network"),
            "::/0".parse().expect("a network"),
        ];
        source(proxy, &HeaderMap::from_iter([(name.clone(), forged)]), &everybody);
        let written = [bytes, added.as_bytes()].concat();
        let Ok(written) = HeaderValue::from_bytes(&written) else {
            return;
        };
        let found = source(proxy, &HeaderMap::from_iter([(name, written)]), &[proxy.into()]);
        assert_eq!(
            (found.address, found.told),
            (client, true),
            "the proxy has the last word"
        );
    }
});
