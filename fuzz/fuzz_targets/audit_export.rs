//! An exported journal, as anybody may have written it.
#![no_main]

use std::sync::LazyLock;

use alert_whisperer::audit::checkpoint::Trusted;
use alert_whisperer::audit::export::verify;

static SOMEBODY: LazyLock<Trusted> =
    LazyLock::new(|| Trusted::named(&["d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a".to_owned()]));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    assert!(verify(bytes, Some(&SOMEBODY)).is_err(), "nobody has signed this");
});
