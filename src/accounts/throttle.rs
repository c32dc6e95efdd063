//! Slows down guessing at passwords: by account and address, by address, and by account over all strange addresses.
//!
//! An attempt counts as a failure from its beginning, until it is told otherwise, so that many at once are no way
//! around. Nobody is locked out by a stranger: an address from which the account was used lately is only held to
//! its own failures. All of it is in memory and bounded; where it is full, what was used least is forgotten.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actors::limits::{FREE_FAILURES, REMEMBERED_FAILURES, STRANGE_FAILURES};
use tokio::time::Instant;

/// Over what time failures are counted.
const SPAN: Duration = Duration::from_secs(15 * 60);
/// How long an address is known to an account that was used from there.
const KNOWN: Duration = Duration::from_secs(30 * 24 * 3600);

/// Wait for this long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts have failed")]
pub struct RetryAfter(pub Duration);

/// Failures since a moment.
#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    since: Instant,
    last: Instant,
}

/// What failures are counted by: hashes, so that a long name costs nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum By {
    Both(u64),
    Address(u64),
    Account(u64),
}

#[derive(Default)]
struct Counts {
    failures: HashMap<By, Failures>,
    known: HashMap<u64, Instant>,
}

/// The throttle.
pub struct Throttle {
    counts: Mutex<Counts>,
    hasher: RandomState,
}

impl Default for Throttle {
    fn default() -> Self {
        Self::new()
    }
}

/// An attempt under way; a failure, unless it is told otherwise.
pub struct Attempt<'a> {
    throttle: &'a Throttle,
    both: u64,
    address: u64,
    account: u64,
    now: Instant,
}

impl Throttle {
    /// One that has seen nothing.
    pub fn new() -> Self {
        Self {
            counts: Mutex::default(),
            hasher: RandomState::new(),
        }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets an attempt begin, or says how long to wait.
    ///
    /// # Errors
    /// [`RetryAfter`].
    pub fn admit(&self, account: &str, address: IpAddr, now: Instant) -> Result<Attempt<'_>, RetryAfter> {
        let network = network(address);
        let of = |what: (u8, &str, Option<IpAddr>)| self.hasher.hash_one(what);
        let attempt = Attempt {
            throttle: self,
            both: of((0, account, Some(network))),
            address: of((1, "", Some(network))),
            account: of((2, account, None)),
            now,
        };
        let mut counts = self.counts();
        let known = counts
            .known
            .get(&attempt.both)
            .is_some_and(|seen| now.duration_since(*seen) < KNOWN);
        counts.wait(By::Both(attempt.both), FREE_FAILURES, now)?;
        counts.wait(By::Address(attempt.address), STRANGE_FAILURES, now)?;
        if !known {
            counts.wait(By::Account(attempt.account), STRANGE_FAILURES, now)?;
        }
        for by in attempt.counted(known) {
            counts.fail(by, now);
        }
        drop(counts);
        Ok(attempt)
    }
}

impl Counts {
    /// Whether another attempt may begin: after the free ones, once the wait since the last has passed, which
    /// doubles with each, from a second up to the span.
    fn wait(&self, by: By, free: u32, now: Instant) -> Result<(), RetryAfter> {
        let Some(failures) = self.failures.get(&by).filter(|failures| failures.counts(now)) else {
            return Ok(());
        };
        let Some(over) = failures.count.checked_sub(free) else {
            return Ok(());
        };
        let wait = Duration::from_secs(1).saturating_mul(1 << over.min(20)).min(SPAN);
        match (failures.last + wait).checked_duration_since(now) {
            Some(left) if !left.is_zero() => Err(RetryAfter(left)),
            _ => Ok(()),
        }
    }

    fn fail(&mut self, by: By, now: Instant) {
        if !self.failures.contains_key(&by) && self.failures.len() >= REMEMBERED_FAILURES {
            self.make_room(now);
        }
        let fresh = Failures {
            count: 0,
            since: now,
            last: now,
        };
        let failures = self.failures.entry(by).or_insert(fresh);
        if !failures.counts(now) {
            *failures = fresh;
        }
        failures.count = failures.count.saturating_add(1);
        failures.last = now;
    }

    fn take_back(&mut self, by: By) {
        if let Some(failures) = self.failures.get_mut(&by) {
            failures.count = failures.count.saturating_sub(1);
            if failures.count == 0 {
                self.failures.remove(&by);
            }
        }
    }

    /// Forgets what is over, and where that is little, the half that matters least: few failures, long ago.
    fn make_room(&mut self, now: Instant) {
        self.failures.retain(|_, failures| failures.counts(now));
        if self.failures.len() < REMEMBERED_FAILURES / 2 {
            return;
        }
        let mut all: Vec<(By, u32, Instant)> = self
            .failures
            .iter()
            .map(|(by, failures)| (*by, failures.count, failures.last))
            .collect();
        all.sort_unstable_by_key(|(_, count, last)| (*count, *last));
        for (by, ..) in all.into_iter().take(REMEMBERED_FAILURES / 2) {
            self.failures.remove(&by);
        }
    }

    fn know(&mut self, both: u64, now: Instant) {
        if self.known.len() >= REMEMBERED_FAILURES {
            let mut seen: Vec<Instant> = self.known.values().copied().collect();
            seen.sort_unstable();
            let middle = seen[seen.len() / 2];
            self.known.retain(|_, seen| *seen > middle);
        }
        self.known.insert(both, now);
    }
}

impl Failures {
    /// Whether they still count: for a span from the first, and for as long as the last has to be waited for.
    fn counts(&self, now: Instant) -> bool {
        now.duration_since(self.since) < SPAN || now.duration_since(self.last) < SPAN / 3
    }
}

impl Attempt<'_> {
    fn counted(&self, known: bool) -> impl Iterator<Item = By> + use<> {
        let account = (!known).then_some(By::Account(self.account));
        [By::Both(self.both), By::Address(self.address)]
            .into_iter()
            .chain(account)
    }

    /// It was the person: what failed before from here is forgotten, and the address is known from now on.
    pub fn succeeded(self) {
        let mut counts = self.throttle.counts();
        counts.failures.remove(&By::Both(self.both));
        counts.take_back(By::Address(self.address));
        counts.take_back(By::Account(self.account));
        counts.know(self.both, self.now);
    }

    /// It was not judged, for a reason of ours.
    pub fn withdrawn(self) {
        let mut counts = self.throttle.counts();
        for by in self.counted(false) {
            counts.take_back(by);
        }
    }
}

/// Who has one address of IPv6 has its whole /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    fn fail(throttle: &Throttle, account: &str, address: IpAddr, now: Instant) -> Result<(), RetryAfter> {
        throttle.admit(account, address, now).map(drop)
    }

    #[test]
    fn ten_failures_are_free_and_then_each_costs_twice_the_wait() {
        let (throttle, mut now) = (Throttle::new(), Instant::now());
        for _ in 0..10 {
            fail(&throttle, "ann", address(1), now).unwrap();
        }
        for expected in [1, 2, 4, 8] {
            let RetryAfter(wait) = fail(&throttle, "ann", address(1), now).unwrap_err();
            assert_eq!(wait, Duration::from_secs(expected));
            now += wait;
            fail(&throttle, "ann", address(1), now).unwrap();
        }
        fail(&throttle, "bob", address(1), now).unwrap();
        fail(&throttle, "ann", address(2), now).unwrap();
        now += SPAN * 2;
        fail(&throttle, "ann", address(1), now).unwrap();
    }

    #[test]
    fn many_at_once_are_no_way_around() {
        let (throttle, now) = (Throttle::new(), Instant::now());
        let under_way: Vec<_> = (0..64).map(|_| throttle.admit("ann", address(1), now)).collect();
        assert_eq!(under_way.iter().filter(|attempt| attempt.is_ok()).count(), 10);
    }

    #[test]
    fn a_stranger_does_not_lock_a_person_out() {
        let (throttle, now) = (Throttle::new(), Instant::now());
        throttle.admit("ann", address(1), now).unwrap().succeeded();
        for stranger in 2..=60 {
            for _ in 0..10 {
                drop(throttle.admit("ann", address(stranger), now));
            }
        }
        assert!(
            throttle.admit("ann", address(200), now).is_err(),
            "another stranger waits"
        );
        throttle.admit("ann", address(1), now).unwrap().succeeded();
    }

    #[test]
    fn one_address_may_not_try_many_accounts() {
        let (throttle, now) = (Throttle::new(), Instant::now());
        let tried = (0..200).filter(|account| fail(&throttle, &account.to_string(), address(1), now).is_ok());
        assert_eq!(tried.count(), 100);
    }

    #[test]
    fn a_success_forgets_and_a_fault_of_ours_does_not_count() {
        let (throttle, now) = (Throttle::new(), Instant::now());
        for _ in 0..9 {
            fail(&throttle, "ann", address(1), now).unwrap();
        }
        throttle.admit("ann", address(1), now).unwrap().succeeded();
        for _ in 0..20 {
            throttle.admit("ann", address(1), now).unwrap().withdrawn();
        }
        for _ in 0..10 {
            fail(&throttle, "ann", address(1), now).unwrap();
        }
        assert!(fail(&throttle, "ann", address(1), now).is_err());
    }

    #[test]
    fn addresses_of_one_network_are_one() {
        assert_eq!(
            network("2001:db8::1".parse().unwrap()),
            network("2001:db8::ffff:1".parse().unwrap())
        );
        assert_ne!(
            network("2001:db8::1".parse().unwrap()),
            network("2001:db8:0:1::1".parse().unwrap())
        );
        assert_eq!(network("::ffff:192.0.2.1".parse().unwrap()), address(1));
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_worst_is_kept_longest() {
        let (throttle, now) = (Throttle::new(), Instant::now());
        for _ in 0..10 {
            fail(&throttle, "ann", address(1), now).unwrap();
        }
        for stranger in 0..60_000_u32 {
            let from = IpAddr::from(stranger.to_be_bytes());
            drop(throttle.admit(&stranger.to_string(), from, now));
        }
        assert!(throttle.counts().failures.len() <= REMEMBERED_FAILURES);
        assert!(fail(&throttle, "ann", address(1), now).is_err());
    }
}
