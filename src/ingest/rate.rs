//! The token bucket of one company, counted in alerts. Pure: time comes in.
//!
//! Our own, because `governor` can neither give tokens back (a duplicate costs nothing) nor keep a
//! reserve: the last fifth of a bucket is for resolves and criticals.

use std::time::Duration;

use actors::domain::RateLimit;
use tokio::time::Instant;

/// What a request asks of the bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Alerts in all.
    pub alerts: u32,
    /// Of these, neither resolved nor critical.
    pub ordinary: u32,
}

/// What the bucket says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The tokens are taken.
    Taken,
    /// Not now; nothing is taken.
    Wait(Duration),
    /// More than it can ever hold; nothing is taken.
    Never,
}

/// A bucket.
#[derive(Clone, Debug)]
pub struct Bucket {
    limit: RateLimit,
    tokens: f64,
    filled_at: Instant,
}

impl Bucket {
    /// A full one.
    pub fn new(limit: RateLimit, now: Instant) -> Self {
        Self { limit, tokens: f64::from(limit.burst_size), filled_at: now }
    }

    fn per_second(&self) -> f64 {
        f64::from(self.limit.requests_per_minute) / 60.0
    }

    /// What only resolves and criticals may take.
    fn reserve(&self) -> f64 {
        f64::from(self.limit.burst_size / 5)
    }

    fn fill(&mut self, now: Instant) {
        let gained = now.saturating_duration_since(self.filled_at).as_secs_f64() * self.per_second();
        self.tokens = (self.tokens + gained).min(f64::from(self.limit.burst_size));
        self.filled_at = now;
    }

    /// Takes what a request costs. Ordinary alerts leave the reserve untouched.
    pub fn take(&mut self, cost: Cost, now: Instant) -> Verdict {
        self.fill(now);
        let alerts = f64::from(cost.alerts);
        let with_reserve = if cost.ordinary == 0 { 0.0 } else { f64::from(cost.ordinary) + self.reserve() };
        let needed = alerts.max(with_reserve);
        if needed > f64::from(self.limit.burst_size) {
            return Verdict::Never;
        }
        if needed > self.tokens {
            return Verdict::Wait(Duration::from_secs_f64((needed - self.tokens) / self.per_second()));
        }
        self.tokens -= alerts;
        Verdict::Taken
    }

    /// Gives tokens back, for what turned out to cost nothing.
    pub fn give_back(&mut self, alerts: u32) {
        self.tokens = (self.tokens + f64::from(alerts)).min(f64::from(self.limit.burst_size));
    }

    /// Takes one token for a body that could not be read, if there is one.
    pub fn fine(&mut self, now: Instant) {
        self.fill(now);
        self.tokens = (self.tokens - 1.0).max(0.0);
    }

    /// `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-11): quota and window in seconds.
    pub fn policy(&self) -> String {
        format!("\"default\";q={};w=60", self.limit.requests_per_minute)
    }

    /// `RateLimit`: what is left, and in how many seconds the bucket is full again.
    pub fn state(&self) -> String {
        let missing = f64::from(self.limit.burst_size) - self.tokens;
        let seconds = (missing / self.per_second()).ceil();
        format!("\"default\";r={:.0};t={seconds:.0}", self.tokens.floor())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: RateLimit = RateLimit { requests_per_minute: 60, burst_size: 100 };

    fn ordinary(alerts: u32) -> Cost {
        Cost { alerts, ordinary: alerts }
    }

    #[test]
    fn the_last_fifth_is_for_resolves_and_criticals() {
        let now = Instant::now();
        let mut bucket = Bucket::new(LIMIT, now);
        assert_eq!(bucket.take(ordinary(80), now), Verdict::Taken);
        assert_eq!(bucket.take(ordinary(1), now), Verdict::Wait(Duration::from_secs(1)));
        assert_eq!(bucket.take(Cost { alerts: 20, ordinary: 0 }, now), Verdict::Taken);
        assert_eq!(bucket.take(Cost { alerts: 1, ordinary: 0 }, now), Verdict::Wait(Duration::from_secs(1)));
    }

    #[test]
    fn after_the_wait_the_same_request_passes() {
        let now = Instant::now();
        let mut bucket = Bucket::new(LIMIT, now);
        assert_eq!(bucket.take(ordinary(70), now), Verdict::Taken);
        let Verdict::Wait(wait) = bucket.take(ordinary(30), now) else { panic!("it should wait") };
        assert_eq!(bucket.take(ordinary(30), now + wait), Verdict::Taken);
    }

    #[test]
    fn what_can_never_pass_is_said() {
        let now = Instant::now();
        let mut bucket = Bucket::new(LIMIT, now);
        assert_eq!(bucket.take(ordinary(81), now), Verdict::Never);
        assert_eq!(bucket.take(Cost { alerts: 101, ordinary: 0 }, now), Verdict::Never);
        assert_eq!(bucket.take(Cost { alerts: 100, ordinary: 80 }, now), Verdict::Taken);
    }

    #[test]
    fn tokens_come_back_and_fines_are_taken() {
        let now = Instant::now();
        let mut bucket = Bucket::new(LIMIT, now);
        assert_eq!(bucket.take(ordinary(80), now), Verdict::Taken);
        bucket.give_back(80);
        assert_eq!(bucket.take(ordinary(80), now), Verdict::Taken);
        bucket.fine(now);
        assert_eq!(bucket.state(), "\"default\";r=19;t=81");
        assert_eq!(bucket.policy(), "\"default\";q=60;w=60");
    }
}
