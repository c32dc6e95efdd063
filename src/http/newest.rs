//! Lists of records, the newest first.

use std::ops::ControlFlow;

use actors::limits::PAGE;
use actors::port::reader::{Cursor, Page, PageRequest};
use actors::port::{Error, Reader, Record, RecordKind};
use uuid::Uuid;

use super::page::Paged;

/// Records that one page of a list is looked for in.
const LOOKED_AT: usize = 10 * PAGE;

/// A page of a company's records of a kind, the newest first, as `shown` makes them: those that it makes nothing of are left
/// out. Their ids are a prefix and a UUIDv7. A page may hold fewer than it was asked for.
///
/// # Errors
/// The store's, and those of `shown`.
pub(super) async fn newest<T>(
    reader: &dyn Reader,
    of: (RecordKind, &str),
    request: PageRequest,
    mut shown: impl FnMut(Record) -> Result<Option<T>, Error>,
) -> Result<Paged<T>, Error> {
    let found = newest_until(reader, of, request, |record| shown(record).map(ControlFlow::Continue));
    Ok(Paged::of(found.await?, |item| item))
}

/// The same, up to the first record at which `shown` breaks off.
///
/// # Errors
/// The store's, and those of `shown`.
pub(super) async fn newest_until<T>(
    reader: &dyn Reader,
    (kind, prefix): (RecordKind, &str),
    request: PageRequest,
    mut shown: impl FnMut(Record) -> Result<ControlFlow<(), Option<T>>, Error>,
) -> Result<Page<T>, Error> {
    let mut before = request.after.map(|Cursor(high, low)| {
        let uuid = Uuid::from_u64_pair(high, low);
        format!("{prefix}{}", uuid.simple())
    });
    let cursor_of = |id: &String| {
        let (high, low) = Uuid::parse_str(id.strip_prefix(prefix)?).ok()?.as_u64_pair();
        Some(Cursor(high, low))
    };
    let (mut items, mut looked_at) = (Vec::new(), 0);
    while looked_at < LOOKED_AT {
        let records = reader.records_backwards(kind, before.as_deref(), PAGE).await?;
        looked_at += records.len();
        let is_last = records.len() < PAGE;
        for record in records {
            before = Some(record.id.clone());
            match shown(record)? {
                ControlFlow::Continue(item) => items.extend(item),
                ControlFlow::Break(()) => return Ok(Page { items, next: None }),
            }
            if items.len() == request.limit {
                let next = before.as_ref().and_then(cursor_of);
                return Ok(Page { items, next });
            }
        }
        if is_last {
            return Ok(Page { items, next: None });
        }
    }
    let next = before.as_ref().and_then(cursor_of);
    Ok(Page { items, next })
}
