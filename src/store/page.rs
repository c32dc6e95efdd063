//! How lists are paged, whichever engine reads them.

use actors::limits::PAGE;
use actors::port::reader::{Cursor, Page, PageRequest};

/// A count as databases keep it. Ours never come near the end of the range.
pub(in crate::store) fn int(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// How many items to look for: one more tells whether there is another page.
pub(in crate::store) fn wanted(page: PageRequest) -> usize {
    wanted_upto(PAGE, page)
}

/// The same of a list with pages of its own size.
pub(in crate::store) fn wanted_upto(most: usize, page: PageRequest) -> usize {
    page.limit.clamp(1, most) + 1
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
pub(in crate::store) fn paged<T>(items: Vec<T>, page: PageRequest, cursor: impl Fn(&T) -> Cursor) -> Page<T> {
    paged_upto(PAGE, items, page, cursor)
}

/// The same of a list with pages of its own size.
pub(in crate::store) fn paged_upto<T>(
    most: usize,
    mut items: Vec<T>,
    page: PageRequest,
    cursor: impl Fn(&T) -> Cursor,
) -> Page<T> {
    let limit = page.limit.clamp(1, most);
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(cursor);
    Page { items, next }
}
