//! Which alerts wait for a verdict: staged by the writer, published with the commit.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use actors::domain::Alert;

use super::shared::{Cell, Shared, locked};
use super::waiting::Kept;

/// Changes of one transaction to the companies' sets.
#[derive(Debug)]
pub(super) struct Unplaced {
    deltas: HashMap<i64, Delta>,
    published_no: u64,
    next_no: u64,
}

#[derive(Debug)]
struct Delta {
    cell: Arc<Cell>,
    accepted: Vec<Range<u64>>,
    kept: Vec<Kept>,
    placed: HashSet<u64>,
    /// Had a verdict, and wait again.
    released: Vec<u64>,
}

impl Unplaced {
    /// From the number that the next alert gets.
    pub(super) fn new(next_no: u64) -> Self {
        Self {
            deltas: HashMap::new(),
            published_no: next_no,
            next_no,
        }
    }

    fn delta(&mut self, cell: &Arc<Cell>) -> &mut Delta {
        self.deltas.entry(cell.no).or_insert_with(|| Delta {
            cell: Arc::clone(cell),
            accepted: Vec::new(),
            kept: Vec::new(),
            placed: HashSet::new(),
            released: Vec::new(),
        })
    }

    /// How many wait.
    pub(super) fn waiting(&self, cell: &Cell) -> usize {
        let published = locked(&cell.unplaced).len();
        let Some(delta) = self.deltas.get(&cell.no) else {
            return published;
        };
        let accepted: usize = delta.accepted.iter().map(|nos| (nos.end - nos.start) as usize).sum();
        published + accepted + delta.released.len() - delta.placed.len()
    }

    /// Whether this alert is the company's and waits.
    pub(super) fn holds(&self, cell: &Cell, no: u64) -> bool {
        let published = || locked(&cell.unplaced).holds(no);
        match self.deltas.get(&cell.no) {
            None => published(),
            Some(delta) if delta.placed.contains(&no) => false,
            Some(delta) => {
                delta.accepted.iter().any(|nos| nos.contains(&no)) || delta.released.contains(&no) || published()
            }
        }
    }

    /// Takes the next `count` numbers for alerts of this company.
    pub(super) fn accept(&mut self, cell: &Arc<Cell>, count: usize) -> Range<u64> {
        let nos = self.next_no..self.next_no + count as u64;
        self.next_no = nos.end;
        let accepted = &mut self.delta(cell).accepted;
        match accepted.last_mut().filter(|last| last.end == nos.start) {
            Some(last) => last.end = nos.end,
            None => accepted.push(nos.clone()),
        }
        nos
    }

    /// Keeps an alert just accepted in memory, if there is room, so that it need not be read back.
    pub(super) fn keep(&mut self, cell: &Arc<Cell>, shared: &Shared, bytes: usize, alert: impl FnOnce() -> Alert) {
        if let Some(place) = shared.room.take(bytes) {
            self.delta(cell).kept.push(Kept {
                alert: alert(),
                _place: place,
            });
        }
    }

    /// This alert has a verdict.
    pub(super) fn place(&mut self, cell: &Arc<Cell>, no: u64) {
        self.delta(cell).placed.insert(no);
    }

    /// This alert's verdict is taken back.
    pub(super) fn release(&mut self, cell: &Arc<Cell>, no: u64) {
        self.delta(cell).released.push(no);
    }

    /// Below which number every alert of the company has a verdict.
    pub(super) fn low_water(&self, cell: &Cell) -> u64 {
        let published = locked(&cell.unplaced);
        let Some(delta) = self.deltas.get(&cell.no) else {
            return published.first().unwrap_or(self.next_no);
        };
        let accepted = delta.accepted.iter().cloned().flatten();
        let mut waiting = published.numbers().chain(accepted);
        let first = waiting.find(|no| !delta.placed.contains(no)).unwrap_or(self.next_no);
        let released = delta.released.iter().copied().filter(|no| !delta.placed.contains(no));
        released.fold(first, u64::min)
    }

    /// The low water of each company in which the transaction has placed or released alerts.
    pub(super) fn low_waters(&self) -> impl Iterator<Item = (i64, u64)> {
        let placed = self
            .deltas
            .values()
            .filter(|delta| !delta.placed.is_empty() || !delta.released.is_empty());
        placed.map(|delta| (delta.cell.no, self.low_water(&delta.cell)))
    }

    /// Shows readers what is now durable. The sets come first: a mark taken from the number must
    /// find its alerts in them.
    pub(super) fn publish(&mut self, shared: &Shared) {
        for (_, delta) in self.deltas.drain() {
            let mut unplaced = locked(&delta.cell.unplaced);
            let mut kept = delta.kept.into_iter().peekable();
            for no in delta.accepted.into_iter().flatten() {
                unplaced.add(no, kept.next_if(|kept| kept.alert.no == no));
            }
            for no in delta.released {
                unplaced.add(no, None);
            }
            delta.placed.iter().for_each(|no| unplaced.remove(*no));
        }
        self.published_no = self.next_no;
        shared.set_next_no(self.next_no);
    }

    /// Forgets what did not become durable.
    pub(super) fn discard(&mut self) {
        self.deltas.clear();
        self.next_no = self.published_no;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_seen_by_readers_only_when_published() {
        let (shared, cell) = (Shared::new(), Cell::new(1, "comp-a".parse().unwrap()));
        let mut unplaced = Unplaced::new(1);
        assert_eq!(unplaced.accept(&cell, 3), 1..4);
        unplaced.place(&cell, 1);
        assert!(unplaced.holds(&cell, 2) && !unplaced.holds(&cell, 1) && !unplaced.holds(&cell, 4));
        assert_eq!((unplaced.waiting(&cell), unplaced.low_water(&cell)), (2, 2));
        assert!(locked(&cell.unplaced).is_empty());
        unplaced.discard();
        assert_eq!((unplaced.waiting(&cell), unplaced.low_water(&cell)), (0, 1));

        assert_eq!(unplaced.accept(&cell, 2), 1..3);
        unplaced.publish(&shared);
        assert_eq!(shared.next_no(), 3);
        unplaced.place(&cell, 1);
        unplaced.place(&cell, 2);
        assert_eq!(unplaced.low_water(&cell), 3);
        unplaced.publish(&shared);
        assert!(locked(&cell.unplaced).is_empty());
    }
}
