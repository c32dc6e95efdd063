//! The queries, each on one connection at one moment.

pub(super) mod alerts;
pub(super) mod events;
pub(super) mod incidents;
pub(super) mod journal;
pub(super) mod like;
pub(super) mod past;
pub(super) mod recall;
pub(super) mod records;
pub(super) mod roster;
pub(super) mod unresolved;

use actors::port::reader::PageRequest;

use crate::store::page::{int, wanted};

/// How many items to look for, as SQLite's LIMIT.
fn rows_wanted(page: PageRequest) -> i64 {
    int(wanted(page) as u64)
}
