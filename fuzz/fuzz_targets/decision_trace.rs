//! A trace of a decision, made again: whatever a model has answered is read as it was when it came.
#![no_main]

use actors::decision::replay::replay;
use actors::domain::trace::KeptTrace;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(kept) = serde_json::from_slice::<KeptTrace>(bytes) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let replayed = runtime.expect("a runtime").block_on(replay(&kept));
    for deliberation in &replayed.deliberations {
        if let Some(answer) = &deliberation.answer {
            let listed = &deliberation.material.runbooks;
            assert!((0.0..=1.0).contains(&answer.confidence));
            for call in &answer.tool_calls {
                assert_eq!(call.tool_name, "ssm.execute");
                assert!(listed.iter().any(|runbook| call.parameters["runbook"] == runbook.slug.as_str()));
            }
        }
    }
});
