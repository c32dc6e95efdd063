//! A cursor of a list: of one company's, or of a walk over all of them.
#![no_main]

use alert_whisperer::http::page::{read_cursor, write_cursor};
use alert_whisperer::http::walk::Place;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Some(cursor) = read_cursor(text) {
        assert_eq!(read_cursor(&write_cursor(cursor)), Some(cursor));
    }
    if let Some(place) = Place::read(text) {
        assert_eq!(Place::read(&place.write()), Some(place));
    }
});
