//! What a node says of a request that it hands on, as a stranger sends it.
#![no_main]

use std::path::Path;
use std::sync::LazyLock;

use actors::domain::Timestamp;
use alert_whisperer::nodes::word::{Handed, Words};
use alert_whisperer::secrets::ServerKey;

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let key = ServerKey::load(Some(&"0123456789abcdefghijklmnopqrstuv".into()), Path::new("."));
    Words::under(&key.expect("it is long enough"))
});

libfuzzer_sys::fuzz_target!(|word: &[u8]| {
    let handed = Handed {
        to: "http://node.example",
        method: "POST",
        target: "/api/incidents/inc-1/resolve",
        credential: None,
        body: b"{}",
    };
    assert!(WORDS.read(word, &handed, Timestamp::default()).is_err(), "nobody else has the key");
});
