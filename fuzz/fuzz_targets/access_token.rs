//! An access token, as a stranger sends it.
#![no_main]

use std::sync::LazyLock;

use actors::domain::Timestamp;
use alert_whisperer::accounts::token::TokenKeys;

static KEYS: LazyLock<TokenKeys> = LazyLock::new(|| TokenKeys::derive(&["a secret of the server".to_owned().into()]));

libfuzzer_sys::fuzz_target!(|text: &str| {
    let read = KEYS.read(text, Timestamp::from_millis(1_800_000_000_000));
    assert!(read.is_err(), "nobody else has the key");
});
