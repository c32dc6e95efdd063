//! A circuit breaker: after some failures nothing is sent for a while, then one call is let through to see.
//!
//! ```text
//! closed ──failures──► open until t ──t──► half open: one probe ──success──► closed
//!                          ▲                      └──failure──► open, twice as long
//! ```
//!
//! Pure: whoever asks says what time it is.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::limits::{CIRCUIT_FAILURES, CIRCUIT_OPEN, CIRCUIT_OPEN_MOST};
use tokio::time::Instant;

/// How a circuit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Calls are let through.
    Closed,
    /// None is before this.
    Open(Instant),
    /// One was let through, and its end decides.
    HalfOpen,
}

/// What a call says of the service's health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It answered; also where it refused what was asked.
    Well,
    /// It did not answer, not sensibly, or wants to be called less.
    Ill,
    /// The call was given up before its end.
    Unheard,
}

/// One company's circuit for one service.
#[derive(Clone, Debug)]
pub struct Breaker {
    state: State,
    /// Since the last success.
    failures: u32,
    /// How long the next opening lasts.
    rest: Duration,
}

impl Default for Breaker {
    fn default() -> Self {
        Self {
            state: State::Closed,
            failures: 0,
            rest: CIRCUIT_OPEN,
        }
    }
}

impl Breaker {
    /// How it stands, as far as it is known: one whose time is over is open until somebody asks.
    pub fn state(&self) -> State {
        self.state
    }

    /// Failures since the last success.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// Asks to send. `Ok` says whether it is a probe; its end is owed to [`Breaker::settle`].
    ///
    /// # Errors
    /// When to ask again.
    pub fn admit(&mut self, now: Instant) -> Result<bool, Instant> {
        match self.state {
            State::Closed => Ok(false),
            State::Open(until) if now < until => Err(until),
            State::Open(_) => {
                self.state = State::HalfOpen;
                Ok(true)
            }
            State::HalfOpen => Err(now + CIRCUIT_OPEN),
        }
    }

    /// Tells the end of a call that was let through.
    pub fn settle(&mut self, probe: bool, health: Health, now: Instant) {
        match (self.state, health) {
            // Calls from before it opened say nothing new.
            (State::Open(_), _) => {}
            (State::HalfOpen, _) if !probe => {}
            (_, Health::Well) => *self = Self::default(),
            (State::Closed, Health::Unheard) => {}
            (State::HalfOpen, Health::Unheard) => self.state = State::Open(now),
            (State::Closed, Health::Ill) => {
                self.failures = self.failures.saturating_add(1);
                if self.failures >= CIRCUIT_FAILURES {
                    self.open(now);
                }
            }
            (State::HalfOpen, Health::Ill) => {
                self.failures = self.failures.saturating_add(1);
                self.open(now);
            }
        }
    }

    fn open(&mut self, now: Instant) {
        self.state = State::Open(now + self.rest);
        self.rest = (self.rest * 2).min(CIRCUIT_OPEN_MOST);
    }
}

/// A breaker that calls share.
#[derive(Debug, Default)]
pub struct Shared(Mutex<Breaker>);

impl Shared {
    /// It as it stands.
    pub fn look(&self) -> Breaker {
        self.lock().clone()
    }

    /// As [`Breaker::admit`]. Who drops the pass without a word has not heard the end.
    ///
    /// # Errors
    /// When to ask again.
    pub fn admit(&self) -> Result<Pass<'_>, Instant> {
        let probe = self.lock().admit(Instant::now())?;
        Ok(Pass {
            breaker: self,
            probe,
            health: Health::Unheard,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Breaker> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Leave to send, once.
#[derive(Debug)]
pub struct Pass<'a> {
    breaker: &'a Shared,
    probe: bool,
    health: Health,
}

impl Pass<'_> {
    /// Gives it back with what was learnt.
    pub fn settle(mut self, health: Health) {
        self.health = health;
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.breaker.lock().settle(self.probe, self.health, Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    fn fail(breaker: &Shared, times: u32) {
        for _ in 0..times {
            breaker.admit().unwrap().settle(Health::Ill);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn failures_in_a_row_open_it_and_a_success_between_them_does_not() {
        let breaker = Shared::default();
        fail(&breaker, CIRCUIT_FAILURES - 1);
        breaker.admit().unwrap().settle(Health::Well);
        fail(&breaker, CIRCUIT_FAILURES - 1);
        drop(breaker.admit().unwrap());
        assert_eq!(breaker.look().state(), State::Closed);
        fail(&breaker, 1);
        assert_eq!(breaker.look().state(), State::Open(Instant::now() + CIRCUIT_OPEN));
        assert_eq!(breaker.admit().unwrap_err(), Instant::now() + CIRCUIT_OPEN);
    }

    #[tokio::test(start_paused = true)]
    async fn one_probe_is_let_through_and_decides() {
        let breaker = Shared::default();
        fail(&breaker, CIRCUIT_FAILURES);
        advance(CIRCUIT_OPEN - Duration::from_millis(1)).await;
        assert!(breaker.admit().is_err());
        advance(Duration::from_millis(1)).await;
        let probe = breaker.admit().unwrap();
        assert_eq!(breaker.look().state(), State::HalfOpen);
        assert!(breaker.admit().is_err(), "a second one beside the probe");
        probe.settle(Health::Well);
        assert_eq!((breaker.look().state(), breaker.look().failures()), (State::Closed, 0));
        fail(&breaker, CIRCUIT_FAILURES);
        assert_eq!(
            breaker.admit().unwrap_err(),
            Instant::now() + CIRCUIT_OPEN,
            "as at first"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn it_stays_open_for_twice_as_long_up_to_the_most() {
        let breaker = Shared::default();
        fail(&breaker, CIRCUIT_FAILURES);
        let mut rest = CIRCUIT_OPEN;
        for _ in 0..10 {
            assert_eq!(breaker.admit().unwrap_err(), Instant::now() + rest);
            advance(rest).await;
            fail(&breaker, 1);
            rest = (rest * 2).min(CIRCUIT_OPEN_MOST);
        }
        assert_eq!(rest, CIRCUIT_OPEN_MOST);
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_is_given_up_leaves_room_for_the_next() {
        let breaker = Shared::default();
        fail(&breaker, CIRCUIT_FAILURES);
        advance(CIRCUIT_OPEN).await;
        drop(breaker.admit().unwrap());
        breaker.admit().unwrap().settle(Health::Well);
        assert_eq!(breaker.look().state(), State::Closed);
    }

    #[tokio::test(start_paused = true)]
    async fn calls_from_before_it_opened_neither_close_it_nor_open_it_again() {
        let breaker = Shared::default();
        let early: Vec<_> = (0..4).map(|_| breaker.admit().unwrap()).collect();
        fail(&breaker, CIRCUIT_FAILURES);
        let until = Instant::now() + CIRCUIT_OPEN;
        let mut early = early.into_iter();
        early.next().unwrap().settle(Health::Well);
        early.next().unwrap().settle(Health::Ill);
        assert_eq!(breaker.look().state(), State::Open(until));
        advance(CIRCUIT_OPEN).await;
        let probe = breaker.admit().unwrap();
        early.next().unwrap().settle(Health::Well);
        early.next().unwrap().settle(Health::Ill);
        assert_eq!(breaker.look().state(), State::HalfOpen);
        probe.settle(Health::Well);
        assert_eq!(breaker.look().state(), State::Closed);
    }
}
