//! Every command that the store uses fails once in every way: what was answered is so, what was refused is
//! not, and what is tried again is done once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use actors::domain::{Alert, Role, ShortMemory};
use actors::port::events::{CompanySet, EventReader, Position};
use actors::port::inbox::{Accepted, Delivery};
use actors::port::reader::IncidentFilter;
use actors::port::writer::{Changed, Placed};
use actors::port::{Amended, Amendment, Error, RecordKind, Writer};
use alert_whisperer::store::MongoStore;
use mongodb::bson::{Document, doc};
use serde_json::json;
use tokio::time::{Instant, sleep, timeout};

use crate::conformance::events::walk;
use crate::conformance::journal::assert_chained;
use crate::conformance::lists::page;
use crate::conformance::records::{of, put};
use crate::conformance::{World, incident_id};
use crate::support::alerts::{delivery, delivery_id, fact, signature};
use crate::support::clock::ManualClock;
use crate::support::decisions::decision;
use crate::support::engine::Home;
use crate::support::mongod::Mongod;
use crate::support::placing::{batch, change_of, opening};

const DATABASE: &str = "aw-commands";
/// Every command of the store's, apart from those of its start.
const COMMANDS: [&str; 7] = [
    "insert",
    "update",
    "delete",
    "find",
    "findAndModify",
    "aggregate",
    "commitTransaction",
];

/// The ways in which a command fails.
fn ways() -> Vec<(&'static str, Document)> {
    let transient = vec!["TransientTransactionError"];
    vec![
        ("the connection breaks", doc! { "closeConnection": true }),
        (
            "it meets another",
            doc! { "errorCode": 112, "errorLabels": transient.clone() },
        ),
        (
            "the primary has stepped down",
            doc! { "errorCode": 10107, "errorLabels": transient },
        ),
        ("it takes too long", doc! { "errorCode": 50 }),
    ]
}

struct Scene {
    mongod: Mongod,
    store: Arc<MongoStore>,
    w: World,
    writer: Arc<dyn Writer>,
    requests: AtomicU8,
}

impl Scene {
    async fn set() -> Self {
        let mongod = Mongod::start().await;
        let clock = Arc::new(ManualClock::default());
        // By the server's clock nothing of ours expires.
        clock.set(actors::domain::Timestamp::from_millis(4_000_000_000_000));
        let url = mongod.url(DATABASE);
        let store = MongoStore::open(&url, clock.clone()).await.unwrap();
        let w = World::new(store.clone(), clock, Some(Home::beside(url))).await;
        let writer = w.writer().await;
        Self {
            mongod,
            store,
            w,
            writer,
            requests: AtomicU8::new(1),
        }
    }

    /// Lets a command fail so many times.
    async fn fail(&self, command: &str, times: i32, how: &Document) {
        let mut data = doc! { "failCommands": [command], "appName": DATABASE };
        data.extend(how.clone());
        let point = doc! { "configureFailPoint": "failCommand", "mode": { "times": times }, "data": data };
        let admin = self.mongod.direct().await.database("admin");
        admin.run_command(point).await.unwrap();
    }

    /// How often the last one has failed; it fails no more.
    async fn calm(&self) -> i64 {
        let point = doc! { "configureFailPoint": "failCommand", "mode": "off" };
        let admin = self.mongod.direct().await.database("admin");
        let was = admin.run_command(point).await.unwrap();
        was.get_i64("count")
            .or_else(|_| was.get_i32("count").map(i64::from))
            .unwrap()
    }

    fn request(&self, name: &str) -> Delivery {
        // A request of its own, as its sender signs it.
        let mac = self.requests.fetch_add(1, Ordering::Relaxed);
        Delivery {
            delivery_id: delivery_id(name),
            signature: signature(mac, self.w.now()),
            ..delivery(&self.w.a, vec![self.w.alert()], self.w.now())
        }
    }

    /// Everything that the store is used for, done once each, however often it has to be asked.
    async fn round(&self, name: &str) {
        let (w, writer) = (&self.w, &*self.writer);
        let sent = self.request(name);
        let accepted = until_done(async || w.store.accept(sent.clone()).await).await;
        // A request of which nobody knew was tried again, as a sender does.
        let is_known =
            matches!(&accepted, Accepted::Duplicate { alert_ids, .. } if alert_ids == &[sent.alerts[0].alert_id]);
        assert!(accepted == Accepted::New || is_known, "{accepted:?}");
        let reader = w.reader();
        let unplaced: Vec<Alert> = until_done(async || reader.unplaced(9).await).await;
        assert_eq!(
            unplaced.iter().map(Alert::id).collect::<Vec<_>>(),
            [sent.alerts[0].alert_id]
        );

        let id = incident_id(&format!("inc-{name}"));
        let joinable_no = until_done(async || writer.barrier().await).await;
        let opened = batch(joinable_no, vec![opening(&id, &unplaced, w.now())], vec![], w.now());
        let placed: Placed = until_done(async || writer.place(opened.clone()).await).await;
        assert_eq!(placed.refused, []);

        let row = until_done(async || reader.incident(&id).await).await.unwrap().incident;
        assert_eq!(row.alert_count, 1);
        let mut change = change_of(&row, w.now());
        change.decision = Some(decision(&w.a, &id, &format!("dec-{name}"), w.now()));
        let mut memory = ShortMemory::new("mem-1".parse().unwrap(), id.clone(), w.a.clone(), w.now());
        memory.remember(Role::Agent, "done", w.now());
        change.memory = Some(memory.clone());
        change.facts = vec![fact("decision.made", id.as_str(), w.now())];
        let changed: Changed = until_done(async || writer.change(change.clone(), None).await).await;
        assert!(matches!(changed, Changed::Done(Some(_))), "{changed:?}");

        let decisions = until_done(async || reader.decisions(&id, page(9, None)).await).await;
        assert_eq!(decisions.items.len(), 1, "{name}");
        assert_eq!(
            until_done(async || reader.short_memory(&id, w.now()).await).await,
            Some(memory)
        );
        let listed = until_done(async || reader.incidents(&IncidentFilter::default(), page(1, None)).await).await;
        assert_eq!(listed.items[0].incident.incident_id, id);
        assert_eq!(
            listed.items[0].decision.as_ref().map(|last| last.decision_id.as_str()),
            Some(&*format!("dec-{name}"))
        );
        assert_eq!(until_done(async || w.store.unplaced(9).await).await, []);
        until_done(async || w.store.due(w.now(), 9).await).await;
        until_done(async || w.store.forget_expired(w.now()).await).await;
        let again = until_done(async || w.store.accept(sent.clone()).await).await;
        assert!(matches!(again, Accepted::Duplicate { .. }), "{again:?}");
    }

    /// A record of its own and one that every round writes again, with a fact, in one commit.
    async fn administer(&self, name: &str) {
        let (w, reader) = (&self.w, self.w.reader());
        let shared = || until_done(async || reader.record(RecordKind::Assets, "shared").await);
        let expect = shared().await.map(|record| record.version);
        let body = json!({ "last": name, "labels": { "a.b": "c" } });
        let puts = vec![
            put(RecordKind::Assets, name, None, Some(name), body.clone()),
            put(RecordKind::Assets, "shared", expect, Some("shared"), body),
        ];
        let wanted = Amendment {
            facts: vec![fact("asset.added", name, w.now())],
            ..of(puts.clone())
        };
        let amended = until_done(async || self.writer.amend(wanted.clone(), None).await).await;
        assert_eq!(amended, Amended::Done, "{name}");
        let found = until_done(async || w.store.find_record(RecordKind::Assets, name).await).await;
        assert_eq!(found, puts[0].record(&w.a));
        assert_eq!(shared().await, puts[1].record(&w.a));
    }

    /// So many facts, each told once, all chained.
    async fn judge(&self, facts: usize) {
        let mut entries = Vec::new();
        let mut after = None;
        loop {
            let next = self.w.reader().journal(page(200, after)).await.unwrap();
            entries.extend(next.items);
            after = next.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(entries.len(), facts);
        assert_chained(&self.w.a, &entries);
        let reader: Arc<dyn EventReader> = self.w.store.events(&CompanySet::one(self.w.a.clone()));
        let told = walk(&*reader, Position::START, 50).await;
        assert_eq!(told.into_iter().map(|event| event.entry).collect::<Vec<_>>(), entries);
    }
}

/// Asks until it is done, as the runtime and senders do.
async fn until_done<T>(ask: impl AsyncFn() -> Result<T, Error>) -> T {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        match ask().await {
            Ok(done) => return done,
            Err(error @ (Error::Unavailable(_) | Error::Unknown)) => {
                assert!(Instant::now() < deadline, "{error}");
                sleep(Duration::from_millis(20)).await;
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_fails_in_every_way_and_everything_is_done_once() {
    let scene = Scene::set().await;
    let mut rounds = 0;
    for command in COMMANDS {
        for (number, (way, how)) in ways().iter().enumerate() {
            for times in [1, 3] {
                scene.fail(command, times, how).await;
                scene.round(&format!("{command}-{number}-{times}")).await;
                assert!(
                    scene.calm().await > 0,
                    "{command} was never used, or never failed: {way}"
                );
                rounds += 1;
            }
        }
    }
    scene.judge(2 * rounds).await;
    scene.store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_that_amends_fails_in_every_way_and_everything_is_done_once() {
    let scene = Scene::set().await;
    // So that something is written again from the first round on.
    scene.administer("first").await;
    let lost = doc! { "writeConcernError": { "code": 64, "errmsg": "waiting for replication timed out" } };
    let mut faults = vec![("commitTransaction", 9, lost)];
    for command in ["insert", "update", "delete", "find", "commitTransaction"] {
        faults.extend(ways().into_iter().enumerate().map(|(n, (_, how))| (command, n, how)));
    }
    for (command, number, how) in &faults {
        scene.fail(command, 2, how).await;
        scene.administer(&format!("{command}-{number}")).await;
        assert!(
            scene.calm().await > 0,
            "{command} was never used, or never failed: {how}"
        );
    }
    scene.judge(1 + faults.len()).await;
    scene.store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_lost_was_done_once() {
    let scene = Scene::set().await;
    // The server commits, and says then that it does not know.
    let lost = doc! { "writeConcernError": { "code": 64, "errmsg": "waiting for replication timed out" } };
    for round in 0..6 {
        scene.fail("commitTransaction", 1 + round % 3, &lost).await;
        scene.round(&format!("lost-{round}")).await;
        assert!(scene.calm().await > 0);
    }
    scene.judge(12).await;
    scene.store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_past_its_deadline_is_not_done_when_the_database_comes_to_itself() {
    let scene = Scene::set().await;
    scene.round("first").await;
    let id = incident_id("inc-first");
    let row = scene.w.row(&id).await;
    let mut change = change_of(&row, scene.w.now());
    change.facts = vec![fact("too.late", id.as_str(), scene.w.now())];
    scene
        .fail(
            "update",
            3,
            &doc! { "blockConnection": true, "blockTimeMS": 1_500, "errorCode": 112 },
        )
        .await;
    let deadline = Some(Instant::now() + Duration::from_secs(1));
    let late = scene.writer.change(change, deadline).await;
    assert_eq!(late, Err(Error::DeadlinePassed));
    scene.calm().await;
    scene.judge(2).await;
    scene.store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_database_keeps_no_company_waiting_for_another() {
    let scene = Scene::set().await;
    let (w, a) = (&scene.w, &scene.writer);
    let alerts = w.alerts(40).await;
    let b = w.store.acquire(&w.b).await.unwrap();
    let slow = doc! {
        "failCommands": ["insert", "update", "find", "aggregate", "commitTransaction", "findAndModify"],
        "appName": DATABASE, "blockConnection": true, "blockTimeMS": 500,
    };
    let point = doc! { "configureFailPoint": "failCommand", "mode": "alwaysOn", "data": slow };
    scene
        .mongod
        .direct()
        .await
        .database("admin")
        .run_command(point)
        .await
        .unwrap();
    // One company has forty commits to make, one after the other.
    let busy = async {
        for alert in &alerts {
            let id = incident_id(&format!("inc-{}", alert.no));
            let opened = opening(&id, std::slice::from_ref(alert), w.now());
            a.place(batch(0, vec![opened], vec![], w.now())).await.unwrap();
        }
    };
    let other = async {
        let asked = Instant::now();
        let sent = delivery(&w.b, vec![w.alert()], w.now());
        assert_eq!(w.store.accept(sent).await, Ok(Accepted::New));
        b.barrier().await.unwrap();
        // Some commands of its own, half a second each.
        assert!(asked.elapsed() < Duration::from_secs(8), "{:?}", asked.elapsed());
    };
    let first = async {
        tokio::select! {
            () = busy => panic!("the busy company was done first"),
            () = other => {}
        }
    };
    timeout(Duration::from_secs(30), first).await.unwrap();
    scene.calm().await;
}
