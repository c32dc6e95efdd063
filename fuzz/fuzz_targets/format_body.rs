//! A monitoring tool's body: which tool's by the first byte.
#![no_main]

use actors::domain::AlertId;
use alert_whisperer::ingest::formats::Format;
use http::HeaderMap;
use strum::IntoEnumIterator;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((which, body)) = bytes.split_first() else { return };
    let formats: Vec<Format> = Format::iter().collect();
    let format = formats[usize::from(*which) % formats.len()];
    if let Ok(reading) = format.read(body, &HeaderMap::new()) {
        for draft in reading.drafts {
            let alert = draft.seal(format.name(), AlertId(uuid::Uuid::nil()), true);
            assert!(alert.message.len() <= 8_192 && alert.labels.len() <= 64);
            assert!(alert.asset_name.chars().count() <= 256);
        }
    }
});
