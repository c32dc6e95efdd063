//! How an incident's journal entries and placements are joined into one list, and paged.

use actors::port::reader::{Cursor, PageRequest, TimelineItem};

/// An item's place within its commit: entries by `seq`, then alerts by `no`. The lowest bit of the
/// cursor's second number tells which.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) enum Place {
    /// A journal entry's `seq`.
    Entry(u64),
    /// An alert's `no`.
    Alert(u64),
}

/// Where an item stands.
pub(in crate::store) fn place(item: &TimelineItem) -> (u64, Place) {
    match item {
        TimelineItem::Entry(entry) => (entry.commit_no, Place::Entry(entry.seq)),
        TimelineItem::Alert { commit_no, view } => (*commit_no, Place::Alert(view.alert.no)),
    }
}

/// Where a page that ends with an item goes on.
pub(in crate::store) fn cursor(item: &TimelineItem) -> Cursor {
    match place(item) {
        (commit_no, Place::Entry(seq)) => Cursor(commit_no, seq << 1),
        (commit_no, Place::Alert(no)) => Cursor(commit_no, no << 1 | 1),
    }
}

/// What was shown before a page: everything up to a commit, and within it the last entry and the last alert.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Shown {
    pub(in crate::store) commit_no: u64,
    pub(in crate::store) seq: u64,
    pub(in crate::store) alert_no: u64,
}

/// What was shown before this page.
pub(in crate::store) fn shown(page: PageRequest) -> Shown {
    let (commit_no, seq, alert_no) = match page.after {
        None => (0, 0, 0),
        Some(Cursor(commit_no, place)) if place & 1 == 0 => (commit_no, place >> 1, 0),
        // A commit's entries come before its alerts.
        Some(Cursor(commit_no, place)) => (commit_no, u64::MAX, place >> 1),
    };
    Shown {
        commit_no,
        seq,
        alert_no,
    }
}
