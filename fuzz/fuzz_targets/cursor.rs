//! A cursor of a list.
#![no_main]

use alert_whisperer::http::page::{read_cursor, write_cursor};

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Some(cursor) = read_cursor(text) {
        assert_eq!(read_cursor(&write_cursor(cursor)), Some(cursor));
    }
});
