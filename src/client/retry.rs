//! When to try again, and how long to wait. Pure: the outcome comes in, the pause goes out.

use std::time::Duration;

use super::Reply;

/// How patient a client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Attempts in all; at least one is made.
    pub attempts: u32,
    /// The first pause where the server names none; it doubles each time.
    pub first_pause: Duration,
    /// The longest pause, whatever the server names.
    pub longest_pause: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 5,
            first_pause: Duration::from_millis(200),
            longest_pause: Duration::from_secs(30),
        }
    }
}

impl Retry {
    /// One attempt, and that is that.
    pub const NEVER: Self = Self {
        attempts: 1,
        first_pause: Duration::ZERO,
        longest_pause: Duration::ZERO,
    };

    /// How long to wait after the attempt numbered `attempts`; `None` where its outcome stands.
    pub(super) fn pause(&self, attempts: u32, outcome: &Result<Reply, reqwest::Error>) -> Option<Duration> {
        if attempts >= self.attempts {
            return None;
        }
        match outcome {
            Ok(reply) => self.after(attempts, reply.status, reply.retry_after),
            // It may have arrived: the delivery id tells the server so.
            Err(_) => Some(self.own(attempts)),
        }
    }

    fn after(&self, attempts: u32, status: u16, retry_after: Option<Duration>) -> Option<Duration> {
        match status {
            429 | 502 | 503 | 504 => Some(retry_after.unwrap_or(self.own(attempts)).min(self.longest_pause)),
            _ => None,
        }
    }

    fn own(&self, attempts: u32) -> Duration {
        let doublings = attempts.saturating_sub(1).min(16);
        self.first_pause.saturating_mul(1 << doublings).min(self.longest_pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_as_long_as_the_server_asks_within_reason() {
        let retry = Retry::default();
        let seconds = |n| Some(Duration::from_secs(n));
        assert_eq!(retry.after(1, 429, seconds(3)), seconds(3));
        assert_eq!(retry.after(1, 503, seconds(9999)), seconds(30));
        assert_eq!(retry.after(1, 503, None), Some(Duration::from_millis(200)));
        assert_eq!(retry.after(3, 429, None), Some(Duration::from_millis(800)));
        assert_eq!(retry.after(60, 429, None), seconds(30));
    }

    #[test]
    fn an_answer_that_is_meant_is_not_questioned() {
        let retry = Retry::default();
        for status in [200, 202, 400, 401, 403, 404, 409, 413, 500] {
            assert_eq!(retry.after(1, status, Some(Duration::ZERO)), None, "{status}");
        }
        let reply = Reply {
            status: 503,
            retry_after: None,
            text: String::new(),
        };
        assert_eq!(retry.pause(5, &Ok(reply)), None);
    }
}
