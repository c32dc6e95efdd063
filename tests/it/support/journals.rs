//! Companies' journals as a database holds them.

use std::collections::BTreeMap;
use std::sync::Arc;

use actors::domain::{CompanyId, Entry};
use actors::port::Store;
use actors::port::reader::PageRequest;
use alert_whisperer::clock::SystemClock;
use alert_whisperer::store::MongoStore;

use super::engine::Home;
use crate::conformance::journal::assert_chained;

/// Every company's journal, whole and chained from its beginning.
pub async fn journals<'a>(home: &Home, companies: impl IntoIterator<Item = &'a str>) -> BTreeMap<String, Vec<Entry>> {
    let store = MongoStore::open(home.mongo_url().unwrap(), Arc::new(SystemClock)).await;
    let store = store.unwrap();
    let mut journals = BTreeMap::new();
    for id in companies {
        let (company, mut entries): (CompanyId, _) = (id.parse().unwrap(), Vec::new());
        let mut page = PageRequest {
            limit: 200,
            after: None,
        };
        loop {
            let next = store.reader(&company).journal(page).await.unwrap();
            entries.extend(next.items);
            page.after = next.next;
            if page.after.is_none() {
                break;
            }
        }
        assert!(!entries.is_empty(), "{id} has no journal");
        assert_chained(&company, &entries);
        journals.insert(id.to_owned(), entries);
    }
    store.close().await;
    journals
}
