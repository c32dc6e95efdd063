//! How many requests a person or an API key may make, webhooks apart: these have their company's bucket.

use std::sync::Mutex;
use std::time::Duration;

use actors::domain::RateLimit;
use dashmap::DashMap;
use tokio::time::Instant;

use super::problem::{Code, Problem};
use crate::ingest::rate::{Bucket, Cost, Verdict};

/// What a request costs.
const ONE: Cost = Cost { alerts: 1, ordinary: 0 };

/// A bucket for everybody who has asked; no more than there are people and keys.
pub(crate) struct Paces {
    limit: RateLimit,
    buckets: DashMap<String, Mutex<Bucket>>,
}

impl Paces {
    /// So many requests a minute, a third of them at once.
    pub(crate) fn of(requests_per_minute: u32) -> Self {
        Self {
            limit: RateLimit {
                requests_per_minute,
                burst_size: (requests_per_minute / 3).max(1),
            },
            buckets: DashMap::new(),
        }
    }

    /// Takes a request of somebody's.
    ///
    /// # Errors
    /// 429 with the time to wait.
    pub(crate) fn take(&self, who: &str, now: Instant) -> Result<(), Problem> {
        let verdict = match self.buckets.get(who) {
            Some(bucket) => taken(&bucket, now),
            None => {
                let bucket = self.buckets.entry(who.to_owned());
                taken(&bucket.or_insert_with(|| Mutex::new(Bucket::new(self.limit, now))), now)
            }
        };
        match verdict {
            Verdict::Taken => Ok(()),
            Verdict::Wait(wait) => Err(too_fast(wait)),
            Verdict::Never => Err(too_fast(Duration::from_secs(60))),
        }
    }
}

fn taken(bucket: &Mutex<Bucket>, now: Instant) -> Verdict {
    let mut bucket = bucket.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    bucket.take(ONE, now)
}

fn too_fast(wait: Duration) -> Problem {
    let detail = "you ask faster than API_REQUESTS_PER_MINUTE allows; try again after Retry-After seconds";
    let mut problem = Problem::new(Code::RateLimited, detail);
    problem.retry_after = Some(wait);
    problem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_bucket_of_his_own_that_fills_again() {
        let (paces, now) = (Paces::of(60), Instant::now());
        for _ in 0..20 {
            assert_eq!(paces.take("usr-ann", now), Ok(()));
        }
        let refused = paces.take("usr-ann", now).unwrap_err();
        assert_eq!(
            (refused.code, refused.retry_after),
            (Code::RateLimited, Some(Duration::from_secs(1)))
        );
        assert_eq!(paces.take("usr-bob", now), Ok(()), "another is not held up");
        assert_eq!(paces.take("usr-ann", now + Duration::from_secs(1)), Ok(()));
    }
}
