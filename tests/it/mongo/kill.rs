//! `kill -9` of the server and of the database in turn, under load.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actors::domain::CompanyId;
use actors::port::Store;
use actors::port::reader::PageRequest;
use alert_whisperer::clock::SystemClock;
use alert_whisperer::store::MongoStore;

use crate::conformance::journal::assert_chained;
use crate::support::engine::Home;
use crate::support::judge::judge;
use crate::support::load::Load;
use crate::support::mongod::Mongod;
use crate::support::process::{Place, eventually};

const ROUNDS: usize = 16;
/// A database that was killed recovers its files and elects itself again.
const BACK_WITHIN: Duration = Duration::from_secs(30);

/// Whether every company's journal is whole and chained from its beginning.
pub async fn assert_journals(home: &Home, companies: &[&str]) {
    let store = MongoStore::open(home.mongo_url().unwrap(), Arc::new(SystemClock))
        .await
        .unwrap();
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
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_of_the_server_and_the_database_in_turn_lose_and_double_nothing() {
    let companies = ["comp-a", "comp-b", "comp-c"];
    let mut mongod = Mongod::start().await;
    let place = Place::at(Home::beside(mongod.url("aw-kills")), &companies).await;
    let load = Load::start(&place.tenants, 2, &place.ledger);
    let mut server = place.start().await;
    load.aim(&server.url);
    for round in 0..ROUNDS {
        let acked = || load.seen().acked.load(Ordering::SeqCst);
        let enough = acked() + 20;
        eventually("acknowledgements", BACK_WITHIN, async || {
            (acked() >= enough).then_some(())
        })
        .await;
        if round % 2 == 0 {
            mongod.kill().await;
            mongod.restart();
        } else {
            server.kill().await;
            server = place.start().await;
            load.aim(&server.url);
        }
    }
    mongod.until_primary().await;
    let seen = load.finish().await;
    // A database that is back within seconds is waited for: no sender need notice.
    assert!(
        seen.unreachable.load(Ordering::SeqCst) > 0,
        "no sender noticed that the server was away"
    );
    judge(&server.url, &place.tenants, &place.ledger).await;
    server.stop().await;
    assert_journals(&place.home, &companies).await;
}
