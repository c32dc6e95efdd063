//! Companies' heads: in memory, advanced by operations, written once a transaction.

use std::collections::HashMap;

use actors::port::Error;

use super::shared::Cell;
use crate::store::commit::Head;

/// All heads, and those that the transaction under way has changed.
#[derive(Debug, Default)]
pub(super) struct Heads {
    published: HashMap<i64, Head>,
    staged: HashMap<i64, Head>,
}

impl Heads {
    /// As it is at open.
    pub(super) fn load(&mut self, company: i64, head: Head) {
        self.published.insert(company, head);
    }

    /// As the transaction under way sees it.
    pub(super) fn get(&self, cell: &Cell) -> Head {
        let head = self.staged.get(&cell.no).or_else(|| self.published.get(&cell.no));
        head.copied().unwrap_or(Head::NEW)
    }

    /// The head, if this writer is still the present one.
    pub(super) fn fenced(&self, cell: &Cell, epoch: u64) -> Result<Head, Error> {
        let head = self.get(cell);
        if head.epoch == epoch {
            Ok(head)
        } else {
            Err(Error::Fenced)
        }
    }

    /// Changes it for the transaction under way.
    pub(super) fn stage(&mut self, company: i64, head: Head) {
        self.staged.insert(company, head);
    }

    /// What the transaction under way has changed.
    pub(super) fn staged(&self) -> impl Iterator<Item = (i64, &Head)> {
        self.staged.iter().map(|(company, head)| (*company, head))
    }

    pub(super) fn publish(&mut self) {
        self.published.extend(self.staged.drain());
    }

    pub(super) fn discard(&mut self) {
        self.staged.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_staged_head_is_seen_within_its_transaction_only() {
        let cell = Cell::new(7, "comp-a".parse().unwrap());
        let mut heads = Heads::default();
        heads.load(7, Head::NEW);
        heads.stage(7, Head { epoch: 2, ..Head::NEW });
        assert_eq!(heads.fenced(&cell, 2).map(|head| head.epoch), Ok(2));
        assert_eq!(heads.fenced(&cell, 1), Err(Error::Fenced));
        heads.discard();
        assert_eq!(heads.get(&cell), Head::NEW);
        heads.stage(7, Head { epoch: 3, ..Head::NEW });
        heads.publish();
        heads.discard();
        assert_eq!(heads.get(&cell).epoch, 3);
    }
}
