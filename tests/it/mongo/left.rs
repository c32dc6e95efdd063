//! What a dead process had sent may reach the server after its successor's first word.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::Timestamp;
use actors::port::inbox::{Accepted, Delivery, Inbox};
use actors::port::{Amended, Amendment, Clock, Roster, Store};
use alert_whisperer::store::MongoStore;
use mongodb::bson::{Bson, Document, doc};
use mongodb::{Client, ClientSession, Database};
use secrecy::ExposeSecret;
use tokio::time::timeout;

use crate::support::alerts::{alert, delivery, delivery_id, fact, new_company};
use crate::support::clock::{ManualClock, SeededEntropy};
use crate::support::mongod::Mongod;

const DATABASE: &str = "aw-left";
/// Far below the minute after which the server ends a transaction by itself.
const SOON: Duration = Duration::from_secs(20);

/// A session as it is noted.
fn name(session: &ClientSession) -> Bson {
    session.id().get("id").cloned().unwrap()
}

/// A transaction that has touched a document, and that nobody will ever end.
async fn touch(session: &mut ClientSession, database: &Database, collection: &str, document: Document) {
    session.start_transaction().await.unwrap();
    let id = document.get("_id").cloned().unwrap();
    database
        .collection::<Document>(collection)
        .update_one(doc! { "_id": id }, doc! { "$set": document })
        .upsert(true)
        .session(session)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_transaction_that_arrives_late_from_a_dead_process_holds_nobody_up() {
    let mongod = Mongod::start().await;
    let url = mongod.url(DATABASE);
    let dead = Client::with_uri_str(url.expose_secret()).await.unwrap();
    let database = dead.database(DATABASE);
    let clock = Arc::new(ManualClock::default());
    clock.set(Timestamp::from_millis(4_000_000_000_000));
    let company = "comp-a".parse().unwrap();
    {
        let store = MongoStore::open(&url, clock.clone()).await.unwrap();
        let platform = store.acquire(&actors::domain::CompanyId::platform()).await.unwrap();
        assert!(
            platform
                .found(new_company(&company, Timestamp::from_millis(1)))
                .await
                .unwrap()
        );
        store.close().await;
    }
    // Two sessions of a process that is gone: one of its accepts, one of the company's writer.
    let mut accepts = dead.start_session().await.unwrap();
    let mut writes = dead.start_session().await.unwrap();
    let known = doc! { "_id": name(&accepts), "opened_at": mongodb::bson::DateTime::now() };
    database
        .collection::<Document>("sessions")
        .insert_one(known)
        .await
        .unwrap();
    let head = doc! { "$set": { "session": name(&writes) } };
    let heads = database.collection::<Document>("heads");
    heads.update_one(doc! { "_id": "comp-a" }, head).await.unwrap();

    let store = MongoStore::open(&url, clock.clone()).await.unwrap();
    let writer = store.acquire(&company).await.unwrap();
    // Only now does the server read what the dead one had sent.
    touch(
        &mut accepts,
        &database,
        "deliveries",
        doc! { "_id": "comp-a/delivery/late" },
    )
    .await;
    touch(
        &mut writes,
        &database,
        "heads",
        doc! { "_id": "comp-a", "touched": true },
    )
    .await;

    let now = clock.now();
    let sent = Delivery {
        delivery_id: delivery_id("late"),
        ..delivery(&company, vec![alert(&SeededEntropy::new(1), now)], now)
    };
    let accepted = timeout(SOON, store.accept(sent)).await.expect("accepted soon");
    assert_eq!(accepted, Ok(Accepted::New));
    let amendment = Amendment {
        facts: vec![fact("company.changed", "comp-a", now)],
        ..Amendment::default()
    };
    let amended = timeout(SOON, writer.amend(amendment, None))
        .await
        .expect("written soon");
    assert_eq!(amended, Ok(Amended::Done));
    assert_eq!(store.companies().await.unwrap().len(), 1);
    store.close().await;
}
