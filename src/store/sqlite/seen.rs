//! Deliveries and signatures that were seen before: exact, in memory, within a cap.
//!
//! Pure: no database here. Only the writer holds it; changes of a transaction are taken back when it
//! does not commit. Age is judged by stored times against a clock that never steps back, never by
//! presence.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::Duration;

use actors::domain::{DeliveryId, Timestamp};
use actors::limits::{DELIVERY_MEMORY, SIGNATURE_WINDOW};
use actors::port::inbox::Signature;

type MacKey = (i64, [u8; 32]);
type DeliveryKey = (i64, DeliveryId);

/// The first request of its kind: what a repetition is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct First {
    /// When it was received.
    pub(super) at: Timestamp,
    /// The number of its first alert.
    pub(super) first_no: u64,
    /// How many alerts it had; their numbers follow each other.
    pub(super) count: u64,
    /// SHA-256 of its body.
    pub(super) body_hash: [u8; 32],
}

/// How to take one change back.
#[derive(Debug)]
enum Undo {
    Mac(MacKey, Option<(Timestamp, First)>),
    Delivery(DeliveryKey, Option<First>),
    Floor(i64, Option<Timestamp>),
    Spilled(u64),
}

/// What was seen.
#[derive(Debug)]
pub(super) struct Seen {
    cap: usize,
    macs: HashMap<MacKey, (Timestamp, First)>,
    deliveries: HashMap<DeliveryKey, First>,
    mac_ages: BinaryHeap<Reverse<(Timestamp, MacKey)>>,
    delivery_ages: BinaryHeap<Reverse<(Timestamp, DeliveryKey)>>,
    floors: HashMap<i64, Timestamp>,
    spilled: u64,
    high: Timestamp,
    undo: Vec<Undo>,
}

/// Whether a delivery first seen at `at` counts as new again at `now`.
pub(super) fn delivery_expires_at(at: Timestamp) -> Timestamp {
    at.plus(DELIVERY_MEMORY)
}

/// When a signature may be forgotten: its time has left the window, whose last moment is still in it.
pub(super) fn mac_expires_at(signed_at: Timestamp) -> Timestamp {
    signed_at.plus(SIGNATURE_WINDOW + Duration::from_millis(1))
}

impl Seen {
    /// Holds at most `cap` entries.
    pub(super) fn new(cap: usize, presize: usize) -> Self {
        Self {
            cap,
            macs: HashMap::with_capacity(presize.min(cap)),
            deliveries: HashMap::with_capacity(presize.min(cap)),
            mac_ages: BinaryHeap::new(),
            delivery_ages: BinaryHeap::new(),
            floors: HashMap::new(),
            spilled: 0,
            high: Timestamp::default(),
            undo: Vec::new(),
        }
    }

    /// The clock that never steps back.
    pub(super) fn clock(&self) -> Timestamp {
        self.high
    }

    /// Moves that clock, if this is later. Kept even where the transaction is not: the moment was seen.
    pub(super) fn advance(&mut self, at: Timestamp) {
        self.high = self.high.max(at);
    }

    /// The request that bore this signature.
    pub(super) fn mac(&self, company: i64, mac: &[u8; 32]) -> Option<First> {
        self.macs.get(&(company, *mac)).map(|(_, first)| *first)
    }

    /// The request that bore this delivery id within the last 24 hours.
    pub(super) fn delivery(&self, company: i64, id: &DeliveryId) -> Option<First> {
        let first = self.deliveries.get(&(company, id.clone()))?;
        (delivery_expires_at(first.at) > self.high).then_some(*first)
    }

    /// Whether a signature of this time may have been forgotten.
    pub(super) fn is_stale(&self, company: i64, signed_at: Timestamp) -> bool {
        self.floors.get(&company).is_some_and(|floor| signed_at <= *floor)
    }

    /// Whether the next entry has to be kept elsewhere.
    pub(super) fn is_full(&self) -> bool {
        self.macs.len() + self.deliveries.len() >= self.cap
    }

    /// How many requests are kept elsewhere.
    pub(super) fn spilled(&self) -> u64 {
        self.spilled
    }

    /// So many are kept elsewhere now.
    pub(super) fn set_spilled(&mut self, spilled: u64) {
        self.undo.push(Undo::Spilled(self.spilled));
        self.spilled = spilled;
    }

    /// Remembers a request. A signature that was forgotten once stays so.
    pub(super) fn remember(
        &mut self,
        company: i64,
        delivery_id: Option<&DeliveryId>,
        signature: Option<&Signature>,
        first: First,
    ) {
        if let Some(Signature { mac, signed_at }) = signature
            && !self.is_stale(company, *signed_at)
        {
            let key = (company, *mac);
            self.mac_ages.push(Reverse((*signed_at, key)));
            let before = self.macs.insert(key, (*signed_at, first));
            self.undo.push(Undo::Mac(key, before));
        }
        if let Some(id) = delivery_id {
            let key = (company, id.clone());
            self.delivery_ages.push(Reverse((first.at, key.clone())));
            let before = self.deliveries.insert(key.clone(), first);
            self.undo.push(Undo::Delivery(key, before));
        }
    }

    /// Raises a company's newest forgotten signed time; `true` if it was lower.
    pub(super) fn raise_floor(&mut self, company: i64, signed_at: Timestamp) -> bool {
        let before = self.floors.get(&company).copied();
        if before.is_some_and(|floor| floor >= signed_at) {
            return false;
        }
        self.floors.insert(company, signed_at);
        self.undo.push(Undo::Floor(company, before));
        true
    }

    /// Forgets up to `budget` entries of each kind that have expired: the companies' newest
    /// forgotten signed times, and whether more is left.
    pub(super) fn forget(&mut self, budget: usize) -> (HashMap<i64, Timestamp>, bool) {
        let mut forgotten: HashMap<i64, Timestamp> = HashMap::new();
        for _ in 0..budget {
            let Some(Reverse((signed_at, key))) = self.mac_ages.peek().copied() else {
                break;
            };
            if mac_expires_at(signed_at) > self.high {
                break;
            }
            self.mac_ages.pop();
            if self.macs.get(&key).is_some_and(|(at, _)| *at == signed_at) {
                let before = self.macs.remove(&key);
                self.undo.push(Undo::Mac(key, before));
                let newest = forgotten.entry(key.0).or_insert(signed_at);
                *newest = signed_at.max(*newest);
            }
        }
        for _ in 0..budget {
            let Some(Reverse((at, key))) = self.delivery_ages.peek() else {
                break;
            };
            if delivery_expires_at(*at) > self.high {
                break;
            }
            // An id that was used again after its 24 hours has a younger entry, which stays.
            if self.deliveries.get(key).is_some_and(|first| first.at == *at) {
                let before = self.deliveries.remove(key);
                self.undo.push(Undo::Delivery(key.clone(), before));
            }
            self.delivery_ages.pop();
        }
        (forgotten, self.has_expired())
    }

    fn has_expired(&self) -> bool {
        let mac = self.mac_ages.peek().map(|Reverse((at, _))| mac_expires_at(*at));
        let delivery = self
            .delivery_ages
            .peek()
            .map(|Reverse((at, _))| delivery_expires_at(*at));
        mac.into_iter().chain(delivery).any(|at| at <= self.high)
    }

    /// What changed is durable.
    pub(super) fn publish(&mut self) {
        self.undo.clear();
    }

    /// What changed is not durable: takes it back.
    pub(super) fn discard(&mut self) {
        while let Some(undo) = self.undo.pop() {
            match undo {
                Undo::Mac(key, None) => drop(self.macs.remove(&key)),
                Undo::Mac(key, Some(before)) => {
                    self.mac_ages.push(Reverse((before.0, key)));
                    self.macs.insert(key, before);
                }
                Undo::Delivery(key, None) => drop(self.deliveries.remove(&key)),
                Undo::Delivery(key, Some(before)) => {
                    self.delivery_ages.push(Reverse((before.at, key.clone())));
                    self.deliveries.insert(key, before);
                }
                Undo::Floor(company, None) => drop(self.floors.remove(&company)),
                Undo::Floor(company, Some(before)) => drop(self.floors.insert(company, before)),
                Undo::Spilled(before) => self.spilled = before,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    fn first(seconds: i64) -> First {
        First {
            at: at(seconds),
            first_no: 1,
            count: 1,
            body_hash: [0; 32],
        }
    }

    fn signed(mac: u8, seconds: i64) -> Signature {
        Signature {
            mac: [mac; 32],
            signed_at: at(seconds),
        }
    }

    #[test]
    fn a_delivery_is_known_for_a_day_from_its_first_use() {
        let id: DeliveryId = "d".parse().unwrap();
        let mut seen = Seen::new(10, 0);
        seen.remember(1, Some(&id), None, first(1_000));
        seen.advance(at(1_000 + 86_399));
        assert!(seen.delivery(1, &id).is_some());
        assert!(seen.delivery(2, &id).is_none(), "another company's");
        seen.advance(at(1_000 + 86_400));
        assert!(seen.delivery(1, &id).is_none());
        // Back in time, and still it has expired.
        seen.advance(at(2_000));
        assert!(seen.delivery(1, &id).is_none());
        // Used again: the old entry's age does not take the new one away.
        seen.remember(1, Some(&id), None, first(1_000 + 86_400));
        assert_eq!(seen.forget(9), (HashMap::new(), false));
        assert!(seen.delivery(1, &id).is_some());
    }

    #[test]
    fn a_signature_is_forgotten_behind_its_window_and_leaves_a_floor() {
        let mut seen = Seen::new(10, 0);
        seen.remember(1, None, Some(&signed(1, 1_000)), first(1_000));
        seen.advance(at(1_300));
        assert_eq!(
            seen.forget(9),
            (HashMap::new(), false),
            "the window's last moment is in it"
        );
        seen.advance(at(1_301));
        assert_eq!(seen.forget(9).0, HashMap::from([(1, at(1_000))]));
        assert!(seen.mac(1, &[1; 32]).is_none());
        assert!(seen.raise_floor(1, at(1_000)) && !seen.raise_floor(1, at(999)));
        assert!(seen.is_stale(1, at(1_000)) && !seen.is_stale(1, at(1_001)) && !seen.is_stale(2, at(1_000)));
    }

    #[test]
    fn what_does_not_commit_is_taken_back() {
        let id: DeliveryId = "d".parse().unwrap();
        let mut seen = Seen::new(10, 0);
        seen.remember(1, Some(&id), Some(&signed(1, 1_000)), first(1_000));
        seen.publish();
        seen.advance(at(100_000));
        seen.forget(9);
        seen.raise_floor(1, at(1_000));
        seen.set_spilled(3);
        seen.remember(1, Some(&id), Some(&signed(2, 100_000)), first(100_000));
        seen.discard();
        assert!(seen.mac(1, &[1; 32]).is_some() && seen.mac(1, &[2; 32]).is_none());
        assert!(!seen.is_stale(1, at(1_000)));
        assert_eq!(seen.spilled(), 0);
        // And it can still be forgotten.
        assert_eq!(seen.forget(9).0, HashMap::from([(1, at(1_000))]));
        assert!(seen.macs.is_empty() && seen.deliveries.is_empty());
    }

    #[test]
    fn forgetting_is_bounded_and_says_when_more_is_left() {
        let mut seen = Seen::new(10, 0);
        for n in 0..3 {
            seen.remember(1, None, Some(&signed(n, 1_000)), first(1_000));
        }
        assert!(!seen.is_full());
        seen.advance(at(100_000));
        assert!(seen.forget(2).1);
        assert!(!seen.forget(2).1);
    }
}
