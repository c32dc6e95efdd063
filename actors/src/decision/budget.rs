//! What a decision spends, and when it has to come to its end. Pure: whoever asks says what time it is.

use std::time::Duration;

use tokio::time::Instant;

use super::purse::Grant;
use crate::domain::decision::{Budget, Limit, Spent};
use crate::domain::talk::Usage;
use crate::limits::{ANSWER_TOKENS, LOOK_BYTES, MODEL_ROUNDS, MODEL_TOOL_CALLS};

/// Bytes of a prompt that make a token at the least: text in English has four or so, JSON somewhat fewer.
pub(super) const BYTES_PER_TOKEN: usize = 3;

/// How many tokens a text of so many bytes is at the most, as far as one can tell before a provider has counted.
pub fn estimate(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(BYTES_PER_TOKEN)).unwrap_or(u32::MAX)
}

/// How a turn may be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leave {
    /// The most tokens that may be written.
    pub max_output: u32,
    /// How long it may take.
    pub within: Duration,
    /// Why this one has to be the last.
    pub last: Option<Limit>,
}

/// What is spent on one decision, over all engines that are asked.
#[derive(Clone, Debug)]
pub struct Ledger {
    tokens: u32,
    /// Of them, those by our own count.
    estimated: u32,
    max_tokens: u32,
    /// Whose tokens these are.
    token_limit: Limit,
    rounds: u32,
    calls: u32,
    deadline: Instant,
    stopped_by: Option<Limit>,
}

impl Ledger {
    /// A new one, of what was granted: that may be fewer tokens than the budget says.
    pub fn new(budget: &Budget, grant: &Grant, deadline: Instant) -> Self {
        Self {
            tokens: 0,
            estimated: 0,
            max_tokens: grant.tokens().min(budget.max_tokens),
            token_limit: grant.limit().unwrap_or(Limit::Tokens),
            rounds: 0,
            calls: 0,
            deadline,
            stopped_by: None,
        }
    }

    /// Asks to take a turn, before it is taken: with a prompt of `full` tokens where tools are offered, of `bare` where
    /// it has to answer.
    ///
    /// # Errors
    /// What is used up.
    pub fn admit(&mut self, (full, bare): (u32, u32), now: Instant) -> Result<Leave, Limit> {
        let within = self.deadline.saturating_duration_since(now);
        let left = self.max_tokens.saturating_sub(self.tokens);
        let used_up = match () {
            () if within.is_zero() => Some(Limit::Time),
            () if self.rounds >= MODEL_ROUNDS => Some(Limit::Rounds),
            () if left < bare.saturating_add(ANSWER_TOKENS) => Some(self.token_limit),
            () => None,
        };
        if let Some(limit) = used_up {
            self.stopped_by.get_or_insert(limit);
            return Err(limit);
        }
        // Another turn says all of this again, with what is said now and what tools have answered.
        let after = full
            .saturating_add(2 * ANSWER_TOKENS)
            .saturating_add(estimate(LOOK_BYTES));
        let another = full.saturating_add(ANSWER_TOKENS).saturating_add(after);
        let last = match () {
            () if self.rounds + 1 >= MODEL_ROUNDS => Some(Limit::Rounds),
            () if self.calls >= MODEL_TOOL_CALLS => Some(Limit::ToolCalls),
            () if left < another => Some(self.token_limit),
            () => None,
        };
        self.rounds += 1;
        let max_output = match last {
            Some(_) => left - bare,
            None => left - full - after,
        };
        Ok(Leave {
            max_output,
            within,
            last,
        })
    }

    /// What a turn has cost: by the provider's count, or by ours where it has none.
    pub fn charge(&mut self, usage: Option<Usage>, estimated: u32) -> u32 {
        let cost = usage.map_or(estimated, Usage::total);
        if usage.is_none() {
            self.estimated = self.estimated.saturating_add(cost);
        }
        self.tokens = self.tokens.saturating_add(cost);
        if self.tokens > self.max_tokens {
            // What is counted afterwards may be more than was let.
            self.stop(self.token_limit);
        }
        cost
    }

    /// Asks to call a tool.
    pub fn admit_call(&mut self) -> bool {
        let is_left = self.calls < MODEL_TOOL_CALLS;
        self.calls += u32::from(is_left);
        if !is_left {
            self.stop(Limit::ToolCalls);
        }
        is_left
    }

    /// Says what has ended the deliberation early.
    pub fn stop(&mut self, limit: Limit) {
        self.stopped_by.get_or_insert(limit);
    }

    /// How long there is.
    pub fn left(&self, now: Instant) -> Duration {
        self.deadline.saturating_duration_since(now)
    }

    /// Tokens used so far.
    pub fn tokens(&self) -> u32 {
        self.tokens
    }

    /// What was spent.
    pub fn spent(&self) -> Spent {
        Spent {
            tokens: self.tokens,
            tokens_estimated: self.estimated,
            rounds: self.rounds,
            tool_calls: self.calls,
            stopped_by: self.stopped_by,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ledger(tokens: u32) -> Ledger {
        let budget = Budget {
            max_tokens: tokens,
            max_time_seconds: 30,
        };
        let grant = Grant::uncounted(tokens, None);
        Ledger::new(&budget, &grant, Instant::now() + Duration::from_secs(30))
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_turn_that_there_is_room_for_has_to_answer() {
        let now = Instant::now();
        assert_eq!(ledger(10_000).admit((600, 600), now).unwrap().last, None);
        assert_eq!(ledger(1_500).admit((600, 600), now).unwrap().last, Some(Limit::Tokens));
        assert_eq!(
            ledger(800).admit((700, 600), now).unwrap().max_output,
            200,
            "tools are left out"
        );
        let mut small = ledger(700);
        assert_eq!(small.admit((600, 600), now), Err(Limit::Tokens));
        assert_eq!(small.spent().stopped_by, Some(Limit::Tokens));
        assert_eq!(small.spent().rounds, 0, "nothing was asked");

        let mut many = ledger(1_000_000);
        let leaves: Vec<_> = (0..MODEL_ROUNDS)
            .map(|_| many.admit((100, 100), now).unwrap().last)
            .collect();
        assert_eq!(leaves.last(), Some(&Some(Limit::Rounds)));
        assert!(leaves[..leaves.len() - 1].iter().all(Option::is_none), "{leaves:?}");
        assert_eq!(many.admit((100, 100), now), Err(Limit::Rounds));

        let mut late = ledger(10_000);
        assert_eq!(late.admit((600, 600), now + Duration::from_secs(30)), Err(Limit::Time));
    }

    #[tokio::test(start_paused = true)]
    async fn calls_are_counted_and_the_first_limit_is_told() {
        let mut ledger = ledger(10_000);
        for _ in 0..MODEL_TOOL_CALLS {
            assert!(ledger.admit_call());
        }
        assert!(!ledger.admit_call());
        ledger.stop(Limit::Time);
        assert_eq!(ledger.spent().stopped_by, Some(Limit::ToolCalls));
        assert_eq!(ledger.spent().tool_calls, MODEL_TOOL_CALLS);
        assert_eq!(
            ledger.admit((100, 100), Instant::now()).unwrap().last,
            Some(Limit::ToolCalls)
        );
    }

    proptest! {
        /// Whatever prompts are sent, a provider that writes no more than it may never spends more than there is.
        #[test]
        fn never_spends_more_than_there_is(
            tokens in 0u32..20_000,
            prompts in prop::collection::vec((0u32..3_000, 0u32..500), 1..12),
        ) {
            let now = Instant::now();
            let mut ledger = ledger(tokens);
            for (bare, tools) in prompts {
                if let Ok(leave) = ledger.admit((bare + tools, bare), now) {
                    prop_assert!(leave.max_output >= ANSWER_TOKENS);
                    let prompt = if leave.last.is_some() { bare } else { bare + tools };
                    ledger.charge(Some(Usage { input: prompt, output: leave.max_output }), 0);
                }
                prop_assert!(ledger.tokens() <= tokens);
            }
        }
    }
}
