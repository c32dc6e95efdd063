//! The queries, and how lists are paged.

pub(super) mod alerts;
pub(super) mod events;
pub(super) mod incidents;
pub(super) mod journal;
pub(super) mod roster;

use actors::limits::PAGE;
use actors::port::reader::{Cursor, Page, PageRequest};

use super::shape::int;

/// How many items a page has at most.
fn limit(page: PageRequest) -> usize {
    page.limit.clamp(1, PAGE)
}

/// How many items to look for: one more tells whether there is another page.
fn wanted(page: PageRequest) -> i64 {
    limit(page) as i64 + 1
}

/// Where a list that counts down goes on: before this number.
fn before(page: PageRequest) -> i64 {
    page.after.map_or(i64::MAX, |cursor| int(cursor.0))
}

/// Where a list that counts up goes on: behind this number.
fn after(page: PageRequest) -> i64 {
    page.after.map_or(0, |cursor| int(cursor.0))
}

/// A page of what was read for it.
fn paged<T>(mut items: Vec<T>, page: PageRequest, cursor: impl Fn(&T) -> Cursor) -> Page<T> {
    let limit = limit(page);
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(cursor);
    Page { items, next }
}
