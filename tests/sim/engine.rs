//! An engine with moods: prompt, slow, too slow, failing, panicking.

use std::sync::Mutex;
use std::time::Duration;

use actors::decision::rules::RulesEngine;
use actors::port::engine::EngineFailure;
use actors::port::{DecisionEngine, EngineEvent, EngineInput, Verdict};
use async_trait::async_trait;

use super::dice::Dice;

/// The rules, in a mood.
pub struct Moody(pub Mutex<Dice>);

#[async_trait]
impl DecisionEngine for Moody {
    fn name(&self) -> &'static str {
        "moody"
    }

    async fn decide(
        &self,
        input: EngineInput,
        show: &(dyn for<'a> Fn(EngineEvent) + Send + Sync),
    ) -> Result<Verdict, EngineFailure> {
        let mood = self.0.lock().unwrap().below(20);
        match mood {
            0 => panic!("planned fault in the engine"),
            1 => return Err(EngineFailure("the engine is out of sorts".into())),
            2 => tokio::time::sleep(Duration::from_secs(60)).await,
            3..6 => tokio::time::sleep(Duration::from_secs(mood)).await,
            _ => {}
        }
        RulesEngine.decide(input, show).await
    }
}
