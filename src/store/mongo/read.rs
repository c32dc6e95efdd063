//! The queries.

pub(super) mod alerts;
pub(super) mod events;
pub(super) mod incidents;
pub(super) mod journal;
pub(super) mod like;
pub(super) mod past;
pub(super) mod recall;
pub(super) mod roster;
pub(super) mod unresolved;

use actors::port::reader::PageRequest;

/// How many items to look for, as MongoDB's limit.
fn wanted(page: PageRequest) -> i64 {
    crate::store::page::wanted(page) as i64
}
