//! Every record of a kind, page by page.

use actors::domain::CompanyId;
use actors::limits::PAGE;
use actors::port::{Error, Kept, Record, RecordKind, Store};

/// All companies' records of a kind.
///
/// # Errors
/// [`Error::Unavailable`], [`Error::Corrupt`].
pub async fn every_record(store: &dyn Store, kind: RecordKind) -> Result<Vec<Record>, Error> {
    let mut all: Vec<Record> = Vec::new();
    loop {
        let after = all.last().map(|last| (&last.company_id, last.id.as_str()));
        let page = store.all_records(kind, after, PAGE).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

/// What all companies' records of a kind mean, each with whose it is.
///
/// # Errors
/// [`Error::Unavailable`], [`Error::Corrupt`].
pub async fn every<K: Kept>(store: &dyn Store) -> Result<Vec<(CompanyId, K)>, Error> {
    let all = every_record(store, K::KIND).await?;
    all.into_iter()
        .map(|record| Ok((record.company_id.clone(), record.read()?)))
        .collect()
}
