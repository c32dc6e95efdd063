//! What an agent on AgentCore Runtime answers, whole or as events.
#![no_main]

use alert_whisperer::aws::agent::runtime::Answered;

libfuzzer_sys::fuzz_target!(|input: (bool, Vec<&[u8]>)| {
    let (streams, pieces) = input;
    let mut answered = Answered::new(streams);
    if pieces.iter().all(|piece| answered.push(piece, &|_| true).is_ok()) {
        drop(answered.finish(&|_| true));
    }
});
