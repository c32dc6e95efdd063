//! How lists are paged, whichever engine reads them.

use actors::limits::PAGE;
use actors::port::reader::{Cursor, Page, PageRequest};

/// A count as databases keep it. Ours never come near the end of the range.
pub(in crate::store) fn int(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// How many items a page has at most.
fn limit(page: PageRequest) -> usize {
    page.limit.clamp(1, PAGE)
}

/// How many items to look for: one more tells whether there is another page.
pub(in crate::store) fn wanted(page: PageRequest) -> usize {
    limit(page) + 1
}

/// Where a list that counts down goes on: before this number.
pub(in crate::store) fn before(page: PageRequest) -> i64 {
    page.after.map_or(i64::MAX, |cursor| int(cursor.0))
}

/// Where a list that counts up goes on: behind this number.
pub(in crate::store) fn after(page: PageRequest) -> i64 {
    page.after.map_or(0, |cursor| int(cursor.0))
}

/// A page of what was read for it.
pub(in crate::store) fn paged<T>(mut items: Vec<T>, page: PageRequest, cursor: impl Fn(&T) -> Cursor) -> Page<T> {
    let limit = limit(page);
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(cursor);
    Page { items, next }
}
