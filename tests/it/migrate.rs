//! Moving an embedded store into MongoDB: nothing is lost, nothing is changed, and everything goes on.

mod binary;
mod picture;
mod refused;
pub mod story;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actors::domain::{CompanyId, Entry};
use actors::port::events::{CompanySet, EventsAfter, Position};
use actors::port::inbox::{Accepted, Delivery};
use actors::port::reader::{PageRequest, Reader};
use actors::port::writer::{Expect, IncidentChange};
use actors::port::{Clock, RecordKind, Store, Writer};
use alert_whisperer::store::migration::{self, MigrationError, Moved, Part, Progress};
use alert_whisperer::store::{MongoStore, SqliteStore};
use mongodb::bson::{Bson, Document, doc};
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::json;

use self::picture::{Picture, assert_same};
use self::story::{Story, told};
use crate::conformance::journal::assert_chained;
use crate::support::alerts::{alert as new_alert, delivery, fact, signature};
use crate::support::clock::{ManualClock, SeededEntropy};
use crate::support::engine::Home;
use crate::support::server::{Server, alert, key};

pub async fn migrate(home: &Home) -> Result<Moved, MigrationError> {
    let now = ManualClock::default().now();
    migration::migrate(&home.data(), home.mongo_url().unwrap(), now, &|_| ()).await
}

/// What the embedded store says.
async fn picture_of_source(home: &Home, clock: &Arc<ManualClock>) -> Picture {
    let store = SqliteStore::open(&home.data(), clock.clone()).unwrap();
    let picture = picture::of(&*store, clock.now()).await;
    store.close();
    picture
}

async fn opened(home: &Home, clock: &Arc<ManualClock>) -> Arc<MongoStore> {
    MongoStore::open(home.mongo_url().unwrap(), clock.clone())
        .await
        .unwrap()
}

/// The database itself.
async fn database(home: &Home) -> mongodb::Database {
    let url = home.mongo_url().unwrap().expose_secret();
    let client = mongodb::Client::with_uri_str(url).await.unwrap();
    client.default_database().unwrap()
}

async fn whole_journal(reader: &dyn Reader) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut page = PageRequest {
        limit: 200,
        after: None,
    };
    loop {
        let found = reader.journal(page).await.unwrap();
        entries.extend(found.items);
        page.after = found.next;
        if page.after.is_none() {
            return entries;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_there_and_goes_on() {
    let story = story::tell().await;
    let Story { home, clock, .. } = &story;
    let before = picture_of_source(home, clock).await;
    assert!(before.len() > 200, "{} questions", before.len());
    let steps = Mutex::new(Vec::new());
    let tell = |progress| steps.lock().unwrap().push(progress);
    let url = home.mongo_url().unwrap();
    let moved = migration::migrate(&home.data(), url, clock.now(), &tell).await.unwrap();
    let count = |wanted: Part| moved.iter().find(|(part, _)| *part == wanted).unwrap().1;
    assert_eq!((count(Part::Companies), count(Part::Heads)), (3, 4));
    assert_eq!(count(Part::Alerts), 120 + 5 + 1 + 2 + 5);
    assert_eq!(count(Part::SignatureFloors), 2);
    for (kind, name, expected) in [
        (RecordKind::ApiKeys, "API keys", 3),
        (RecordKind::WebhookSecrets, "webhook secrets", 3),
        (RecordKind::Assets, "assets", 1),
        (RecordKind::Users, "users", 2),
        (RecordKind::Logins, "logins", 1),
    ] {
        let part = Part::Records(kind);
        assert_eq!((part.as_str(), count(part)), (name, expected));
    }
    let verified = |progress: &&Progress| matches!(progress, Progress::Verified { .. });
    assert_eq!(steps.lock().unwrap().iter().filter(verified).count(), 4);

    let store = opened(home, clock).await;
    assert_same(&before, &picture::of(&*store, clock.now()).await);
    assert_same(&before, &picture_of_source(home, clock).await);
    what_was_seen_is_known(&*store, &story).await;
    the_journal_goes_on(&*store, &story.acme.id, clock).await;
    store.close().await;
}

/// A repeat is a repeat, a forgotten signature is stale, and what is new gets a higher number.
async fn what_was_seen_is_known(store: &dyn Store, story: &Story) {
    let (clock, acme) = (&story.clock, &story.acme.id);
    let again = |delivery: &Delivery| Delivery {
        alerts: vec![Arc::new(new_alert(&SeededEntropy::new(99), clock.now()))],
        received_at: clock.now(),
        ..delivery.clone()
    };
    let alert_ids = story.seen.alerts.iter().map(|alert| alert.alert_id).collect();
    let repeat = Ok(Accepted::Duplicate {
        alert_ids,
        body_differs: false,
    });
    let by_id = Delivery {
        signature: signature(77, clock.now()),
        ..again(&story.seen)
    };
    let by_signature = Delivery {
        delivery_id: None,
        ..again(&story.seen)
    };
    assert_eq!(store.accept(by_id).await, repeat);
    assert_eq!(store.accept(by_signature).await, repeat);
    assert_eq!(store.accept(again(&story.stale)).await, Ok(Accepted::Stale));

    let reader = store.reader(acme);
    let mark = reader.accept_mark().await.unwrap();
    let new = delivery(acme, vec![new_alert(&SeededEntropy::new(5), clock.now())], clock.now());
    assert_eq!(store.accept(new.clone()).await, Ok(Accepted::New));
    let (view, _) = reader.alert(new.alerts[0].alert_id).await.unwrap().unwrap();
    assert_eq!(view.alert.no, mark);
    // A day after its first use an id is anybody's again.
    clock.advance(Duration::from_secs(24 * 3_600));
    let tomorrow = Delivery {
        signature: signature(78, clock.now()),
        ..again(&story.seen)
    };
    assert_eq!(store.accept(tomorrow).await, Ok(Accepted::New));
}

/// The chain and the order of commits go on behind their last entries.
async fn the_journal_goes_on(store: &dyn Store, acme: &CompanyId, clock: &ManualClock) {
    let events = store.events(&CompanySet::one(acme.clone()));
    let last = events.last().await.unwrap();
    let writer = store.acquire(acme).await.unwrap();
    happen(&*writer, clock).await;
    let EventsAfter::Page { events: more, .. } = events.after(last, 9).await.unwrap() else {
        panic!("{last:?} is lost");
    };
    let journal = whole_journal(&*store.reader(acme)).await;
    assert_chained(acme, &journal);
    assert_eq!(more.len(), 2);
    assert_eq!(journal.last(), Some(&more[1].entry));
    assert!(more[0].position.commit > last.commit && last > Position::START);
}

/// A commit of two facts.
async fn happen(writer: &dyn Writer, clock: &ManualClock) {
    let now = clock.now();
    let change = IncidentChange {
        incident_id: "inc-none".parse().unwrap(),
        expect: Expect::NoRow,
        life: None,
        absorbed_no: 0,
        wake_due: None,
        decided: None,
        decision: None,
        memory: None,
        puts: Vec::new(),
        guard: None,
        facts: vec![
            fact("thing.happened", "thing-1", now),
            fact("thing.happened", "thing-2", now),
        ],
        now,
    };
    writer.change(change, None).await.unwrap();
}

/// A server on the database, with the directory's key: senders, readers and live cursors notice nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_takes_over_where_the_other_ended() {
    let Story {
        home,
        clock,
        acme,
        storm,
        told: before,
        ..
    } = story::tell().await;
    migrate(&home).await.unwrap();
    let server = Server::start_in(&home).await;
    server.clock.set(clock.now());

    let mut headers = key(&acme);
    headers.insert("last-event-id", before[3].id.parse().unwrap());
    let live = server.stream(Method::GET, "/api/events", headers, String::new()).await;
    assert_eq!(told(live, before.len() - 4).await, before[4..]);

    let again = server.deliver(&acme, Some("d-storm-0"), &storm).await.json();
    assert_eq!(
        (&again["accepted"], &again["duplicates"]),
        (&json!(0), &json!(40)),
        "{again}"
    );
    // The incident that the first storm opened is joined.
    let one_more = alert("web-1", "disk").to_string();
    let sent = server.deliver(&acme, None, one_more).await.json();
    server.settle(&acme).await;
    let path = format!("/api/alerts/{}", sent["alert_id"].as_str().unwrap());
    let joined = server.get(&acme, &path).await.json();
    let path = format!("/api/incidents/{}", joined["incident_id"].as_str().unwrap());
    assert_eq!(server.get(&acme, &path).await.json()["alert_count"], 121);
    server.stop().await;
}

/// The server answers some inserts with an error, before or after it has done them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_may_have_been_written_is_written_again() {
    let Story { home, clock, .. } = &story::tell().await;
    let before = picture_of_source(home, clock).await;
    let database = database(home).await;
    let admin = database.client().database("admin");
    let lost = doc! { "code": 91, "errmsg": "the answer is lost" };
    let fail = |how: Document| {
        let mut data = doc! { "failCommands": ["insert"], "appName": database.name() };
        data.extend(how);
        doc! { "configureFailPoint": "failCommand", "mode": { "times": 3 }, "data": data }
    };
    let ways = [doc! { "closeConnection": true }, doc! { "writeConcernError": lost }];
    for (how, failed) in ways.into_iter().zip([3, 6]) {
        database.drop().await.unwrap();
        admin.run_command(fail(how)).await.unwrap();
        migrate(home).await.unwrap();
        let off = doc! { "configureFailPoint": "failCommand", "mode": "off" };
        let was = admin.run_command(off).await.unwrap();
        assert_eq!(was.get("count").and_then(Bson::as_i32), Some(failed), "{was}");
        let store = opened(home, clock).await;
        assert_same(&before, &picture::of(&*store, clock.now()).await);
        store.close().await;
    }
}
