//! A company's alerts without a verdict, as readers see them.
//!
//! Alerts that were accepted a moment ago are kept whole, so that a correlator which keeps up reads
//! nothing back; one that lies behind, or starts again, finds the rest in the file.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actors::domain::Alert;

/// Bytes of alerts' bodies that are kept in memory, over all companies.
const ROOM: usize = 16 << 20;

/// The room that is left for alerts in memory.
#[derive(Clone, Debug)]
pub(super) struct Room(Arc<AtomicUsize>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(AtomicUsize::new(ROOM)))
    }
}

impl Room {
    /// Takes room for an alert, if there is enough.
    pub(super) fn take(&self, bytes: usize) -> Option<Place> {
        let left = &self.0;
        let taken = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes));
        taken.ok().map(|_| Place {
            room: self.clone(),
            bytes,
        })
    }
}

/// Room that is taken, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    room: Room,
    bytes: usize,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.room.0.fetch_add(self.bytes, Ordering::Relaxed);
    }
}

/// An alert kept in memory.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) alert: Alert,
    pub(super) _place: Place,
}

/// The alerts that wait, in the order of their acceptance.
#[derive(Debug, Default)]
pub(super) struct Waiting(BTreeMap<u64, Option<Kept>>);

impl Waiting {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn holds(&self, no: u64) -> bool {
        self.0.contains_key(&no)
    }

    pub(super) fn first(&self) -> Option<u64> {
        self.0.keys().next().copied()
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = u64> {
        self.0.keys().copied()
    }

    /// The first alerts, as far as they are kept, and the numbers of those that are not.
    pub(super) fn first_alerts(&self, limit: usize) -> (Vec<Alert>, Vec<u64>) {
        let (mut found, mut missing) = (Vec::with_capacity(limit.min(self.0.len())), Vec::new());
        for (no, kept) in self.0.iter().take(limit) {
            match kept {
                Some(kept) => found.push(kept.alert.clone()),
                None => missing.push(*no),
            }
        }
        (found, missing)
    }

    pub(super) fn add(&mut self, no: u64, kept: Option<Kept>) {
        self.0.insert(no, kept);
    }

    pub(super) fn remove(&mut self, no: u64) {
        self.0.remove(&no);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_comes_back_and_is_never_overdrawn() {
        let room = Room::default();
        let first = room.take(ROOM - 1).unwrap();
        assert!(room.take(2).is_none());
        let second = room.take(1);
        assert!(second.is_some() && room.take(1).is_none());
        drop(first);
        assert!(room.take(ROOM - 1).is_some());
    }
}
