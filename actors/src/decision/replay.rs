//! Makes a decision again from its trace, offline: the same material, the same turns of the models, the same answers of
//! tools. What comes out otherwise is told, turn by turn: because the prompt has another version, or the code.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use tokio::time::Instant;

use super::budget::Ledger;
use super::deliberation::deliberate;
use super::purse::{Empty, Grant};
use crate::domain::recall::{RecallAsk, Recalled};
use crate::domain::talk::{ModelFailure, Said};
use crate::domain::trace::{Deliberation, Exchange, KeptTrace, Look};
use crate::domain::{Alert, Timestamp};
use crate::port::Error;
use crate::port::engine::Desk;
use crate::port::model::{Heard, Listener, Model, Turn};
use crate::tool::registry::ToolInput;

/// A replay has all the time that it wants: where time was over, the trace says so.
const UNHURRIED: Duration = Duration::from_secs(3600);

/// What came of a replay.
#[derive(Clone, Debug, PartialEq)]
pub struct Replayed {
    /// What was said, and what came of it, this time.
    pub deliberations: Vec<Deliberation>,
    /// What is otherwise than in the trace, in sentences.
    pub differences: Vec<String>,
}

/// Makes a decision again.
pub async fn replay(kept: &KeptTrace) -> Replayed {
    let mut replayed = Replayed {
        deliberations: Vec::new(),
        differences: Vec::new(),
    };
    let Some(first) = kept.trace.deliberations.first() else {
        return replayed;
    };
    let grant = Grant::uncounted(kept.trace.granted, kept.trace.short_of);
    let mut ledger = Ledger::new(&first.budget, &grant, Instant::now() + UNHURRIED);
    for then in &kept.trace.deliberations {
        let model = Recorded {
            id: then.model.clone(),
            turns: Mutex::new(then.exchanges.iter().cloned().collect()),
        };
        let desk = RecordedDesk(Mutex::new(then.looks.iter().cloned().collect()));
        let what = (&then.material, then.budget);
        let session = kept.session_id.as_str();
        let (mut now, _) = deliberate(&model, session, what, &desk, &mut ledger, &|_| {}).await;
        now.engine.clone_from(&then.engine);
        replayed.differences.extend(differences(then, &now));
        replayed.deliberations.push(now);
    }
    replayed
}

/// What is otherwise now.
fn differences(then: &Deliberation, now: &Deliberation) -> Vec<String> {
    let engine = &then.engine;
    let mut told = Vec::new();
    if then.prompt_sha256 != now.prompt_sha256 {
        told.push(format!(
            "{engine}: the prompt was {}, and is {} now",
            then.prompt, now.prompt
        ));
    }
    for (place, (then, now)) in then.exchanges.iter().zip(&now.exchanges).enumerate() {
        let place = place + 1;
        for (what, same) in [
            ("what is sent", then.sent == now.sent),
            (
                "what may be called",
                then.offered == now.offered && then.must_call == now.must_call,
            ),
            ("how much may be written", then.max_output == now.max_output),
        ] {
            if !same {
                told.push(format!("{engine}, turn {place}: {what} is otherwise"));
            }
        }
    }
    if then.exchanges.len() != now.exchanges.len() {
        let (then, now) = (then.exchanges.len(), now.exchanges.len());
        told.push(format!("{engine}: there were {then} turns, and are {now} now"));
    }
    if then.looks != now.looks {
        told.push(format!("{engine}: what is looked at is otherwise"));
    }
    if then.answer != now.answer || then.failure != now.failure {
        told.push(format!("{engine}: what comes of it is otherwise"));
    }
    told
}

/// A model that says what it has said.
struct Recorded {
    id: String,
    turns: Mutex<VecDeque<Exchange>>,
}

#[async_trait]
impl Model for Recorded {
    fn name(&self) -> &'static str {
        "recorded"
    }

    fn id(&self) -> &str {
        &self.id
    }

    async fn turn(&self, _: Turn<'_>, hear: &Listener<'_>) -> Result<Said, ModelFailure> {
        let next = self.turns.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some(next) = next else {
            return Err(ModelFailure::refused("the trace has no such turn"));
        };
        // What it has cost, whoever has counted it.
        if next.tokens > 0 {
            hear(Heard::Booked(next.tokens));
        }
        match (next.said, next.failed) {
            (Some(said), _) => Ok(said),
            (None, Some(failed)) => Err(failed),
            (None, None) => Err(ModelFailure::refused("the trace does not say what was said")),
        }
    }
}

/// Tools that answer what they have answered.
struct RecordedDesk(Mutex<VecDeque<Look>>);

#[async_trait]
impl Desk for RecordedDesk {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(0)
    }

    async fn alerts(&self) -> Result<Vec<Alert>, Error> {
        Ok(Vec::new())
    }

    async fn recall(&self, _: &RecallAsk) -> Result<Vec<Recalled>, Error> {
        Ok(Vec::new())
    }

    async fn look(&self, _: &ToolInput) -> Result<Value, String> {
        let next = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let next = next.ok_or("the trace has no such look")?;
        let answer: Value = serde_json::from_str(&next.answer).unwrap_or_default();
        match next.done {
            true => Ok(answer),
            false => Err(answer["error"].as_str().unwrap_or_default().to_owned()),
        }
    }

    async fn draw(&self, tokens: u32) -> Result<Grant, Empty> {
        Ok(Grant::uncounted(tokens, None))
    }

    async fn hurried(&self) {
        std::future::pending().await
    }

    async fn settle(&self, _: Grant, _: u32) {}
}
