//! Slows down guessing at passwords: by account and address, by address, and by account over all strange addresses.
//!
//! Only what has failed counts, but an attempt that those under way could still forbid waits for their outcome, so
//! that many at once are no way around. Nobody is locked out by a stranger from where he is known: an address from
//! which the account was used lately is only held to its own failures. All of it is in memory and bounded; where it
//! is full, what was used least is forgotten.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actors::limits::{FREE_FAILURES, REMEMBERED_FAILURES, STRANGE_FAILURES};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::network::near;

/// Over what time failures are counted.
const SPAN: Duration = Duration::from_secs(15 * 60);
/// How long an address is known to an account that was used from there.
pub const KNOWN: Duration = Duration::from_secs(30 * 24 * 3600);

/// Wait for this long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts have failed")]
pub struct RetryAfter(pub Duration);

/// Failures since a moment, and attempts whose outcome is open.
#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    under_way: u32,
    since: Instant,
    last: Instant,
}

/// What failures are counted by: hashes, so that a long name costs nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    /// Told when an attempt is decided.
    decided: Notify,
    hasher: RandomState,
}

impl Default for Throttle {
    fn default() -> Self {
        Self::new()
    }
}

/// Who tries what, from where.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    both: u64,
    address: u64,
    account: u64,
    /// Whether the account was used from there lately.
    pub known: bool,
}

impl Trial {
    /// What its failures are counted by, and how many of each are free. Who is known is held to his own alone.
    fn counted(self) -> impl Iterator<Item = (By, u32)> {
        let strange = [
            (By::Address(self.address), STRANGE_FAILURES),
            (By::Account(self.account), STRANGE_FAILURES),
        ];
        let strange = strange.into_iter().filter(move |_| !self.known);
        std::iter::once((By::Both(self.both), FREE_FAILURES)).chain(strange)
    }
}

/// An attempt under way; a failure, unless it is told otherwise.
pub struct Attempt<'a> {
    throttle: &'a Throttle,
    trial: Trial,
    now: Instant,
    outcome: Outcome,
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Failed,
    Succeeded,
    Withdrawn,
}

impl Throttle {
    /// One that has seen nothing.
    pub fn new() -> Self {
        Self {
            counts: Mutex::default(),
            decided: Notify::new(),
            hasher: RandomState::new(),
        }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What would be tried.
    pub fn trial(&self, account: &str, address: IpAddr, now: Instant) -> Trial {
        let network = near(address);
        let of = |what: (u8, &str, Option<IpAddr>)| self.hasher.hash_one(what);
        let both = of((0, account, Some(network)));
        let known = |seen: &Instant| now.duration_since(*seen) < KNOWN;
        Trial {
            both,
            address: of((1, "", Some(network))),
            account: of((2, account, None)),
            known: self.counts().known.get(&both).is_some_and(known),
        }
    }

    /// Notes that an account was used from an address at a time.
    pub fn know(&self, account: &str, address: IpAddr, seen: Instant) {
        let both = self.trial(account, address, seen).both;
        self.counts().know(both, seen);
    }

    /// Whether it may be tried at all now.
    ///
    /// # Errors
    /// [`RetryAfter`].
    pub fn ask(&self, trial: Trial, now: Instant) -> Result<(), RetryAfter> {
        self.counts().way(trial, now).map(drop)
    }

    /// Lets an attempt begin, once those under way cannot forbid it any more; or says how long to wait.
    ///
    /// # Errors
    /// [`RetryAfter`].
    pub async fn admit(&self, trial: Trial) -> Result<Attempt<'_>, RetryAfter> {
        loop {
            // Made before it is looked, so that no outcome is missed.
            let decided = self.decided.notified();
            if let Some(attempt) = self.begin(trial, Instant::now())? {
                return Ok(attempt);
            }
            decided.await;
        }
    }

    /// An attempt, where those under way cannot forbid it.
    fn begin(&self, trial: Trial, now: Instant) -> Result<Option<Attempt<'_>>, RetryAfter> {
        let mut counts = self.counts();
        if !counts.way(trial, now)? {
            return Ok(None);
        }
        for (by, _) in trial.counted() {
            counts.entry(by, now).under_way += 1;
        }
        Ok(Some(Attempt {
            throttle: self,
            trial,
            now,
            outcome: Outcome::Failed,
        }))
    }

    /// A stranger found no place: that costs his address one of its free failures, and no wait that grows.
    pub fn turned_away(&self, trial: Trial, now: Instant) {
        if !trial.known {
            let mut counts = self.counts();
            let failures = counts.entry(By::Address(trial.address), now);
            failures.count = failures.count.max((failures.count + 1).min(STRANGE_FAILURES));
            failures.last = now;
        }
    }
}

impl Counts {
    /// Whether another attempt may begin at once: as many as are free, and after them one at a time, once the wait
    /// since the last has passed, which doubles with each, from a second up to the span. Else it waits for an outcome.
    fn way(&self, trial: Trial, now: Instant) -> Result<bool, RetryAfter> {
        let mut free_now = true;
        for (by, free) in trial.counted() {
            let Some(failures) = self.failures.get(&by) else {
                continue;
            };
            let count = failures.counted(now);
            if let Some(over) = count.checked_sub(free) {
                failures.waited(over, now)?;
            }
            free_now &= failures.under_way < free.saturating_sub(count).max(1);
        }
        Ok(free_now)
    }

    /// The failures of this, without those that count no more.
    fn entry(&mut self, by: By, now: Instant) -> &mut Failures {
        if !self.failures.contains_key(&by) && self.failures.len() >= REMEMBERED_FAILURES {
            self.make_room(now);
        }
        let fresh = Failures {
            count: 0,
            under_way: 0,
            since: now,
            last: now,
        };
        let failures = self.failures.entry(by).or_insert(fresh);
        if !failures.count_still(now) {
            *failures = Failures {
                under_way: failures.under_way,
                ..fresh
            };
        }
        failures
    }

    fn decide(&mut self, trial: Trial, outcome: Outcome, now: Instant) {
        for (by, _) in trial.counted() {
            let failures = self.entry(by, now);
            failures.under_way = failures.under_way.saturating_sub(1);
            match (outcome, by) {
                (Outcome::Failed, _) => {
                    failures.count = failures.count.saturating_add(1);
                    failures.last = failures.last.max(now);
                }
                (Outcome::Succeeded, By::Both(_)) => failures.count = 0,
                _ => {}
            }
            if failures.count == 0 && failures.under_way == 0 {
                self.failures.remove(&by);
            }
        }
        if outcome == Outcome::Succeeded {
            self.know(trial.both, now);
        }
    }

    /// Forgets what is over, and where that is little, the half that matters least: few failures, long ago. What is
    /// under way stays; there are few of these.
    fn make_room(&mut self, now: Instant) {
        self.failures
            .retain(|_, failures| failures.under_way > 0 || failures.count_still(now));
        if self.failures.len() < REMEMBERED_FAILURES / 2 {
            return;
        }
        let mut all: Vec<(By, u32, Instant)> = self
            .failures
            .iter()
            .filter(|(_, failures)| failures.under_way == 0)
            .map(|(by, failures)| (*by, failures.count, failures.last))
            .collect();
        all.sort_unstable_by_key(|(_, count, last)| (*count, *last));
        for (by, ..) in all.into_iter().take(REMEMBERED_FAILURES / 2) {
            self.failures.remove(&by);
        }
    }

    fn know(&mut self, both: u64, seen: Instant) {
        if self.known.len() >= REMEMBERED_FAILURES && !self.known.contains_key(&both) {
            let mut all: Vec<Instant> = self.known.values().copied().collect();
            all.sort_unstable();
            let middle = all[all.len() / 2];
            self.known.retain(|_, seen| *seen > middle);
        }
        let last = self.known.entry(both).or_insert(seen);
        *last = seen.max(*last);
    }
}

impl Failures {
    /// Whether they still count: for a span from the first, and for as long as the last has to be waited for.
    fn count_still(&self, now: Instant) -> bool {
        now.duration_since(self.since) < SPAN || now.duration_since(self.last) < SPAN / 3
    }

    fn counted(&self, now: Instant) -> u32 {
        if self.count_still(now) { self.count } else { 0 }
    }

    /// Whether the wait for so many over the free ones has passed.
    fn waited(&self, over: u32, now: Instant) -> Result<(), RetryAfter> {
        let wait = Duration::from_secs(1).saturating_mul(1 << over.min(20)).min(SPAN);
        match (self.last + wait).checked_duration_since(now) {
            Some(left) if !left.is_zero() => Err(RetryAfter(left)),
            _ => Ok(()),
        }
    }
}

impl Attempt<'_> {
    /// It was the person: what failed before from here is forgotten, and the address is known from now on.
    pub fn succeeded(mut self) {
        self.outcome = Outcome::Succeeded;
    }

    /// It was not judged, for a reason of ours.
    pub fn withdrawn(mut self) {
        self.outcome = Outcome::Withdrawn;
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        self.throttle.counts().decide(self.trial, self.outcome, self.now);
        self.throttle.decided.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    /// An attempt that begins at once; `None` where it would wait for others.
    fn admit<'a>(
        throttle: &'a Throttle,
        account: &str,
        address: IpAddr,
        now: Instant,
    ) -> Result<Option<Attempt<'a>>, RetryAfter> {
        throttle.begin(throttle.trial(account, address, now), now)
    }

    fn succeed(throttle: &Throttle, account: &str, address: IpAddr, now: Instant) {
        admit(throttle, account, address, now).unwrap().unwrap().succeeded();
    }

    fn fail(throttle: &Throttle, account: &str, address: IpAddr, now: Instant) -> Result<(), RetryAfter> {
        admit(throttle, account, address, now).map(|attempt| drop(attempt.unwrap()))
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
        let (throttle, mut now) = (Throttle::new(), Instant::now());
        let at_once = |now| -> Vec<Attempt<'_>> {
            let all = (0..64).map(|_| admit(&throttle, "ann", address(1), now));
            all.filter_map(|begun| begun.ok().flatten()).collect()
        };
        assert_eq!(at_once(now).len(), 10);
        assert!(fail(&throttle, "ann", address(1), now).is_err(), "they have failed");
        now += Duration::from_secs(1);
        assert_eq!(at_once(now).len(), 1, "after the free ones one at a time");
    }

    #[tokio::test]
    async fn who_comes_at_once_and_is_right_waits_for_his_turn_and_is_not_refused() {
        let throttle = Throttle::new();
        let trial = throttle.trial("ann", address(1), Instant::now());
        let one = async || {
            let attempt = throttle.admit(trial).await.unwrap();
            tokio::task::yield_now().await;
            attempt.succeeded();
        };
        futures::future::join_all((0..30).map(|_| one())).await;
        assert!(throttle.counts().failures.is_empty());
    }

    #[tokio::test]
    async fn who_waits_for_those_before_him_is_refused_when_they_fail() {
        let throttle = Throttle::new();
        let trial = throttle.trial("ann", address(1), Instant::now());
        let one = async || {
            let attempt = throttle.admit(trial).await?;
            tokio::task::yield_now().await;
            drop(attempt);
            Ok::<_, RetryAfter>(())
        };
        let all = futures::future::join_all((0..30).map(|_| one())).await;
        assert_eq!(all.iter().filter(|one| one.is_ok()).count(), 10);
    }

    #[test]
    fn a_stranger_does_not_lock_a_person_out() {
        let (throttle, now) = (Throttle::new(), Instant::now());
        succeed(&throttle, "ann", address(1), now);
        for stranger in 2..=60 {
            for _ in 0..10 {
                drop(admit(&throttle, "ann", address(stranger), now));
            }
        }
        assert!(
            admit(&throttle, "ann", address(200), now).is_err(),
            "another stranger waits"
        );
        succeed(&throttle, "ann", address(1), now);
    }

    #[test]
    fn who_was_known_before_the_start_still_is_for_thirty_days() {
        let (throttle, now) = (Throttle::new(), Instant::now());
        throttle.know("ann", address(1), now);
        let known = |later: Duration| throttle.trial("ann", address(1), now + later).known;
        assert!(known(KNOWN - Duration::from_secs(1)));
        assert!(!known(KNOWN));
    }

    #[test]
    fn one_address_may_not_try_many_accounts_but_who_is_known_there_is_let_in() {
        let (throttle, now) = (Throttle::new(), Instant::now());
        succeed(&throttle, "ann", address(1), now);
        let tried = (0..200).filter(|account| fail(&throttle, &account.to_string(), address(1), now).is_ok());
        assert_eq!(tried.count(), 100);
        succeed(&throttle, "ann", address(1), now);
    }

    #[test]
    fn who_finds_no_place_pays_with_his_addresss_free_failures() {
        let (throttle, mut now) = (Throttle::new(), Instant::now());
        let trial = |account: &str, now| throttle.trial(account, address(1), now);
        for account in 0..500 {
            throttle.turned_away(trial(&account.to_string(), now), now);
        }
        let second = Duration::from_secs(1);
        assert_eq!(throttle.ask(trial("ann", now), now), Err(RetryAfter(second)));
        now += second;
        assert_eq!(throttle.ask(trial("ann", now), now), Ok(()), "the wait has not grown");
    }

    #[test]
    fn a_success_forgets_and_a_fault_of_ours_does_not_count() {
        let (throttle, now) = (Throttle::new(), Instant::now());
        for _ in 0..9 {
            fail(&throttle, "ann", address(1), now).unwrap();
        }
        succeed(&throttle, "ann", address(1), now);
        for _ in 0..20 {
            admit(&throttle, "ann", address(1), now).unwrap().unwrap().withdrawn();
        }
        for _ in 0..10 {
            fail(&throttle, "ann", address(1), now).unwrap();
        }
        assert!(fail(&throttle, "ann", address(1), now).is_err());
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_worst_is_kept_longest() {
        let (throttle, now) = (Throttle::new(), Instant::now());
        for _ in 0..10 {
            fail(&throttle, "ann", address(1), now).unwrap();
        }
        for stranger in 0..60_000_u32 {
            let from = IpAddr::from(stranger.to_be_bytes());
            drop(admit(&throttle, &stranger.to_string(), from, now));
        }
        assert!(throttle.counts().failures.len() <= REMEMBERED_FAILURES);
        assert!(fail(&throttle, "ann", address(1), now).is_err());
    }
}
