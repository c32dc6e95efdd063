//! Every record of a kind, page by page.

use actors::domain::CompanyId;
use actors::limits::PAGE;
use actors::port::{Error, Kept, Store};

/// All companies' records of a kind, each with whose it is.
///
/// # Errors
/// [`Error::Unavailable`], [`Error::Corrupt`].
pub async fn every<K: Kept>(store: &dyn Store) -> Result<Vec<(CompanyId, K)>, Error> {
    let mut all = Vec::new();
    let mut last: Option<(CompanyId, String)> = None;
    loop {
        let after = last.as_ref().map(|(company, id)| (company, id.as_str()));
        let page = store.all_records(K::KIND, after, PAGE).await?;
        for record in &page {
            all.push((record.company_id.clone(), record.read()?));
        }
        match page.into_iter().last() {
            Some(record) => last = Some((record.company_id, record.id)),
            None => return Ok(all),
        }
    }
}
