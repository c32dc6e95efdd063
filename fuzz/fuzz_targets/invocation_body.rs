//! An invocation of AgentCore Runtime: any bytes are read or refused, and what is read keeps its limits.
#![no_main]

use alert_whisperer::agentcore::invocation::read;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let Ok(invocation) = read(body) else { return };
    if let Some(facts) = invocation.facts {
        let chars = facts.signature.chars().count();
        assert!((1..=256).contains(&chars) && !facts.signature.chars().any(char::is_control));
    }
});
