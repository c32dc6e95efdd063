//! A message of Amazon SNS, up to where its certificate would be fetched.
#![no_main]

use actors::domain::{Intake, Timestamp};
use alert_whisperer::ingest::sns::{Message, Outside};

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    let Some(message) = Message::of(body) else { return };
    let intake = Intake {
        sns_topics: [message.topic.to_string()].into(),
        ..Intake::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    // Nobody listens there: whatever is asked for is told as not to be had.
    let outside = Outside::new(Some("http://127.0.0.1:1")).expect("a client");
    let now = Timestamp::from_millis(1_795_000_000_000);
    assert!(runtime.block_on(message.verify(&intake, now, &outside)).is_err());
});
