//! An engine with moods: prompt, slow, too slow, failing, panicking.

use std::sync::Mutex;
use std::time::Duration;

use actors::decision::chain::Chain;
use actors::port::engine::{Desk, EngineFailure, Show};
use actors::port::{DecisionEngine, EngineInput, Verdict};
use async_trait::async_trait;

use super::dice::Dice;

/// The rules, in a mood.
pub struct Moody(pub Mutex<Dice>);

#[async_trait]
impl DecisionEngine for Moody {
    fn name(&self) -> &'static str {
        "moody"
    }

    async fn decide(&self, input: &EngineInput, desk: &dyn Desk, show: &Show<'_>) -> Result<Verdict, EngineFailure> {
        let mood = self.0.lock().unwrap().below(20);
        match mood {
            0 => panic!("planned fault in the engine"),
            1 => return Err(EngineFailure("the engine is out of sorts".into())),
            2 => tokio::time::sleep(Duration::from_secs(60)).await,
            3..6 => tokio::time::sleep(Duration::from_secs(mood)).await,
            _ => {}
        }
        Chain::of_rules().decide(input, desk, show).await
    }
}
