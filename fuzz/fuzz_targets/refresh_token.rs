//! A refresh token, as a stranger sends it.
#![no_main]

use std::sync::LazyLock;

use alert_whisperer::accounts::refresh::RefreshKeys;

static KEYS: LazyLock<RefreshKeys> =
    LazyLock::new(|| RefreshKeys::derive(&["a secret of the server".to_owned().into()]));

libfuzzer_sys::fuzz_target!(|text: &str| {
    assert!(KEYS.read(text).is_none(), "nobody else has the key");
});
