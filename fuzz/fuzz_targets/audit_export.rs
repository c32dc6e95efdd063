//! An exported journal, as anybody may have written it.
#![no_main]

use alert_whisperer::audit::export::verify;

const KEY: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    assert!(verify(bytes, Some(KEY)).is_err(), "nobody has signed this");
});
