//! What only a store in a directory can promise: it is there again, and held by one process.

use std::path::Path;
use std::sync::Arc;

use actors::domain::{AlertState, CompanyId};
use actors::limits::ALERTS_PER_BODY;
use actors::port::events::{CompanySet, Position};
use actors::port::inbox::{Accepted, Delivery};
use actors::port::reader::AlertFilter;
use actors::port::{Amended, Amendment, Clock, Cut, Error, Inbox, RecordKind, Roster, Store};
use alert_whisperer::store::{MemoryStore, OpenError, SqliteStore};
use rusqlite::Connection;
use serde_json::json;

use super::events::{happen, history_of_both, walk};
use super::lists::page;
use super::records::{of, put};
use super::{NEVER, World, incident_id, joinable, place};
use crate::support::alerts::{delivery, delivery_id, signature};
use crate::support::clock::ManualClock;
use crate::support::placing::{batch, change_of, joining, verdict};

async fn world(dir: &Path, clock: &Arc<ManualClock>) -> (Arc<SqliteStore>, World) {
    let store = SqliteStore::open(dir, clock.clone()).unwrap();
    let world = World::new(store.clone(), clock.clone(), None).await;
    (store, world)
}

#[tokio::test]
async fn reopening_gives_the_same_state() {
    let (clock, dir) = (Arc::new(ManualClock::default()), tempfile::tempdir().unwrap());
    let (store, w) = world(dir.path(), &clock).await;
    let writer = w.writer().await;
    let row = w.opened(&*writer, "inc-1", 2).await;
    let alerts = w.alerts(3).await;
    let held = vec![verdict(&alerts[0], AlertState::Held, Some(w.after(60)), w.now())];
    place(&*writer, batch(0, vec![], held, w.now())).await.unwrap();
    let mut seen = delivery(&w.a, vec![w.alert()], w.now());
    (seen.delivery_id, seen.signature) = (delivery_id("d-1"), signature(1, w.now()));
    assert_eq!(w.store.accept(seen.clone()).await, Ok(Accepted::New));
    let before = (
        w.reader().unplaced(9).await.unwrap(),
        w.joinable(NEVER).await,
        w.reader().strays(w.now()).await.unwrap(),
        w.reader().journal(page(9, None)).await.unwrap(),
        w.reader().accept_mark().await.unwrap(),
        w.store.unplaced(9).await.unwrap(),
        w.store.companies().await.unwrap(),
    );
    store.close();
    assert!(matches!(writer.barrier().await, Err(Error::Unavailable(_))));
    assert!(matches!(
        w.reader().journal(page(9, None)).await,
        Err(Error::Unavailable(_))
    ));

    let store = SqliteStore::open(dir.path(), clock.clone()).unwrap();
    let reader = store.reader(&w.a);
    let after = (
        reader.unplaced(9).await.unwrap(),
        joinable(&*reader, w.now(), NEVER).await,
        reader.strays(w.now()).await.unwrap(),
        reader.journal(page(9, None)).await.unwrap(),
        reader.accept_mark().await.unwrap(),
        store.unplaced(9).await.unwrap(),
        store.companies().await.unwrap(),
    );
    assert_eq!(after, before);
    let answer = store.accept(seen.clone()).await;
    assert!(matches!(answer, Ok(Accepted::Duplicate { ref alert_ids, .. }) if *alert_ids == [seen.alerts[0].alert_id]));
    // The chain goes on where it ended.
    let writer = store.acquire(&w.a).await.unwrap();
    let mut change = change_of(&row, w.now());
    change.facts = vec![crate::support::alerts::fact("thing.happened", "thing", w.now())];
    writer.change(change, None).await.unwrap();
    let journal = reader.journal(page(9, None)).await.unwrap().items;
    assert_eq!(journal.last().unwrap().seq, before.3.items.len() as u64 + 1);
    let join = joining(&row.incident_id, &alerts[1..2], w.now());
    let placed = place(&*writer, batch(0, vec![join], vec![], w.now())).await.unwrap();
    assert_eq!(placed.refused, []);
}

#[tokio::test]
async fn what_was_amended_is_there_again() {
    let (clock, dir) = (Arc::new(ManualClock::default()), tempfile::tempdir().unwrap());
    let (store, w) = world(dir.path(), &clock).await;
    let writer = w.writer().await;
    let mut company = w.reader().company().await.unwrap();
    (company.version, company.archived_at) = (2, Some(w.now()));
    let body = json!({ "name": "db-1", "labels": { "a.b": "c" } });
    let asset = put(RecordKind::Assets, "as-1", None, Some("db-1"), body);
    let wanted = Amendment {
        company: Some(company.clone()),
        ..of(vec![asset.clone()])
    };
    assert_eq!(writer.amend(wanted, None).await, Ok(Amended::Done));
    let joinable_no = writer.barrier().await.unwrap();
    store.close();
    assert!(matches!(
        writer.amend(of(vec![]), None).await,
        Err(Error::Unavailable(_))
    ));

    let store = SqliteStore::open(dir.path(), clock).unwrap();
    let reader = store.reader(&w.a);
    assert_eq!(reader.company().await, Ok(company));
    let found = reader.record(RecordKind::Assets, "as-1").await.unwrap();
    assert_eq!(found, asset.record(&w.a));
    let found = store.find_record(RecordKind::Assets, "db-1").await.unwrap();
    assert_eq!(found, asset.record(&w.a));
    let writer = store.acquire(&w.a).await.unwrap();
    assert_eq!(writer.barrier().await, Ok(joinable_no));
    assert_eq!(writer.amend(of(vec![asset]), None).await, Ok(Amended::Changed));
}

#[tokio::test]
async fn a_forgotten_signature_is_stale_after_a_restart_too() {
    let (clock, dir) = (Arc::new(ManualClock::default()), tempfile::tempdir().unwrap());
    let (store, w) = world(dir.path(), &clock).await;
    let mut seen = delivery(&w.a, vec![w.alert()], w.now());
    seen.signature = signature(1, w.now());
    assert_eq!(w.store.accept(seen.clone()).await, Ok(Accepted::New));
    w.store.forget_expired(w.after(301)).await.unwrap();
    store.close();
    let store = SqliteStore::open(dir.path(), clock).unwrap();
    assert_eq!(store.accept(seen).await, Ok(Accepted::Stale));
}

#[tokio::test]
async fn a_second_opener_is_told_who_holds_the_directory() {
    let (clock, dir) = (Arc::new(ManualClock::default()), tempfile::tempdir().unwrap());
    let first = SqliteStore::open(dir.path(), clock.clone()).unwrap();
    let second = SqliteStore::open(dir.path(), clock.clone()).unwrap_err();
    assert!(
        matches!(second, OpenError::Held { pid } if pid == Some(std::process::id())),
        "{second}"
    );
    assert!(second.to_string().contains(&std::process::id().to_string()));
    drop(first);
    SqliteStore::open(dir.path(), clock).unwrap();
}

#[tokio::test]
async fn a_strangers_and_a_newer_file_are_refused() {
    let clock = Arc::new(ManualClock::default());
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(
        dir.path().join("store.db"),
        "this is a text, and longer than a header".repeat(9),
    )
    .unwrap();
    let refused = SqliteStore::open(dir.path(), clock.clone());
    assert!(matches!(refused, Err(OpenError::NotOurs)), "{refused:?}");

    let dir = tempfile::tempdir().unwrap();
    drop(SqliteStore::open(dir.path(), clock.clone()).unwrap());
    let conn = Connection::open(dir.path().join("store.db")).unwrap();
    conn.pragma_update(None, "user_version", 99).unwrap();
    drop(conn);
    let refused = SqliteStore::open(dir.path(), clock);
    assert!(
        matches!(refused, Err(OpenError::Newer { found: 99, .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn the_journal_cannot_be_rewritten() {
    let (clock, dir) = (Arc::new(ManualClock::default()), tempfile::tempdir().unwrap());
    let (store, _w) = world(dir.path(), &clock).await;
    store.close();
    let conn = Connection::open(dir.path().join("store.db")).unwrap();
    for sql in [
        "UPDATE journal SET canonical = '{}'",
        "DELETE FROM journal",
        "UPDATE commit_log SET company = 9",
        "DELETE FROM commit_log",
    ] {
        let refused = conn.execute(sql, []).unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{refused}");
    }
}

#[tokio::test]
async fn a_poisoned_operation_fails_alone_among_its_neighbours() {
    let (clock, dir) = (Arc::new(ManualClock::default()), tempfile::tempdir().unwrap());
    let (_store, w) = world(dir.path(), &clock).await;
    // An alert id that is taken cannot be stored again; that is found only by the statement.
    let taken = w.alerts(1).await.remove(0).sent;
    let mut requests: Vec<Delivery> = (0..32).map(|_| delivery(&w.a, vec![w.alert()], w.now())).collect();
    requests[16].alerts = vec![w.alert().into(), taken];
    requests[16].delivery_id = delivery_id("d-1");
    let answers = futures::future::join_all(requests.iter().map(|request| w.store.accept(request.clone()))).await;
    for (n, answer) in answers.iter().enumerate() {
        match n {
            16 => assert!(matches!(answer, Err(Error::Corrupt(_))), "{answer:?}"),
            _ => assert_eq!(*answer, Ok(Accepted::New), "{n}"),
        }
    }
    let stored = w.reader().unplaced(99).await.unwrap();
    assert_eq!(stored.len(), 32);
    // Nothing of it was kept: its delivery id is still free.
    requests[16].alerts.pop();
    assert_eq!(w.store.accept(requests[16].clone()).await, Ok(Accepted::New));
}

#[tokio::test]
async fn beyond_the_maps_cap_what_was_seen_is_found_as_well() {
    let clock = Arc::new(ManualClock::default());
    let store = MemoryStore::with_seen_cap(clock.clone(), 2);
    let w = World::new(store, clock, None).await;
    let request = |n: u8| {
        let mut request = delivery(&w.a, vec![w.alert()], w.now());
        (request.delivery_id, request.signature) = (delivery_id(&format!("d-{n}")), signature(n, w.now()));
        request
    };
    for n in 0..4 {
        assert_eq!(w.store.accept(request(n)).await, Ok(Accepted::New));
    }
    for n in 0..4 {
        let mut by_id = request(n);
        by_id.signature = None;
        let mut by_mac = request(n);
        by_mac.delivery_id = None;
        for again in [by_id, by_mac] {
            let answer = w.store.accept(again).await;
            assert!(
                matches!(answer, Ok(Accepted::Duplicate { ref alert_ids, .. }) if alert_ids.len() == 1),
                "{answer:?}"
            );
        }
    }
    let late = w.after(24 * 3600);
    for n in 0..4 {
        let mut by_id = request(n);
        (by_id.signature, by_id.received_at) = (None, late);
        assert_eq!(w.store.accept(by_id).await, Ok(Accepted::New), "{n} after a day");
    }
    w.store.forget_expired(late).await.unwrap();
    let mut stale = request(3);
    stale.delivery_id = None;
    assert_eq!(w.store.accept(stale).await, Ok(Accepted::Stale));
    let mut again = request(3);
    (again.signature, again.received_at) = (None, late);
    assert!(matches!(w.store.accept(again).await, Ok(Accepted::Duplicate { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_are_all_kept_and_placed_once() {
    let (clock, dir) = (Arc::new(ManualClock::default()), tempfile::tempdir().unwrap());
    let (store, w) = world(dir.path(), &clock).await;
    let requests: Vec<_> = (0..200)
        .map(|_| delivery(&w.a, (0..5).map(|_| w.alert()).collect(), w.now()))
        .collect();
    let accepts = requests.into_iter().map(|request| {
        let store = store.clone();
        tokio::spawn(async move { store.accept(request).await })
    });
    let accepts: Vec<_> = accepts.collect();
    let (writer, id, mut placed) = (w.writer().await, incident_id("inc-1"), 0);
    while placed < 1_000 {
        let alerts = w.reader().unplaced(ALERTS_PER_BODY).await.unwrap();
        if alerts.is_empty() {
            tokio::task::yield_now().await;
            continue;
        }
        let part = match placed {
            0 => crate::support::placing::opening(&id, &alerts, clock.now()),
            _ => joining(&id, &alerts, clock.now()),
        };
        let answer = place(&*writer, batch(0, vec![part], vec![], clock.now()))
            .await
            .unwrap();
        assert_eq!(answer.refused, []);
        placed += alerts.len();
    }
    for accept in accepts {
        assert_eq!(accept.await.unwrap(), Ok(Accepted::New));
    }
    assert_eq!(w.row(&id).await.alert_count, 1_000);
    let counts = w.reader().counts(Default::default()).await.unwrap();
    assert_eq!(counts.alerts, 1_000);
    let listed = w
        .reader()
        .alerts(&AlertFilter::default(), page(200, None))
        .await
        .unwrap();
    assert!(listed.items.iter().all(|view| view.state == AlertState::Placed));
    assert!(
        w.store
            .reader(&CompanyId::platform())
            .unplaced(9)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn after_a_restart_the_same_positions_go_on() {
    let (clock, dir) = (Arc::new(ManualClock::default()), tempfile::tempdir().unwrap());
    let (store, w) = world(dir.path(), &clock).await;
    history_of_both(&w, 12).await;
    let of_a = CompanySet::one(w.a.clone());
    let before = walk(&*w.store.events(&of_a), Position::START, 9).await;
    store.close();
    assert!(matches!(w.store.events(&of_a).last().await, Err(Error::Unavailable(_))));

    let store = SqliteStore::open(dir.path(), clock.clone()).unwrap();
    let writer = store.acquire(&w.a).await.unwrap();
    happen(&w, &*writer, 3).await;
    let reader = store.events(&of_a);
    let after = walk(&*reader, Position::START, 9).await;
    assert_eq!((&after[..before.len()], after.len()), (&before[..], before.len() + 3));
    for (place, event) in after.iter().enumerate() {
        assert_eq!(walk(&*reader, event.position, 2).await, after[place + 1..]);
    }
}

#[tokio::test]
async fn the_number_of_an_alert_that_has_gone_is_not_given_again() {
    let (clock, dir) = (Arc::new(ManualClock::default()), tempfile::tempdir().unwrap());
    let (store, w) = world(dir.path(), &clock).await;
    let writer = w.writer().await;
    let alerts = w.alerts(3).await;
    let verdicts = alerts
        .iter()
        .map(|alert| verdict(alert, AlertState::Unmatched, None, w.now()));
    place(&*writer, batch(0, vec![], verdicts.collect(), w.now()))
        .await
        .unwrap();
    let cut = Cut {
        alerts: alerts.iter().map(|alert| alert.no).collect(),
        ..Cut::default()
    };
    let amendment = Amendment {
        cut: Some(cut),
        ..Amendment::default()
    };
    assert_eq!(writer.amend(amendment, None).await, Ok(Amended::Done));
    store.close();

    let store = SqliteStore::open(dir.path(), clock.clone()).unwrap();
    let again = World { store, ..w };
    let newer = again.alerts(1).await;
    assert!(newer[0].no > alerts[2].no, "{newer:?}");
}

/// Whatever writes to the file: of a journal only what was cut goes, and a cut does not move back.
#[tokio::test]
async fn nothing_goes_from_a_journal_but_what_is_cut() {
    let (clock, dir) = (Arc::new(ManualClock::default()), tempfile::tempdir().unwrap());
    let (store, w) = world(dir.path(), &clock).await;
    history_of_both(&w, 12).await;
    store.close();
    let conn = Connection::open(dir.path().join("store.db")).unwrap();
    let refused = |sql: &str| conn.execute(sql, []).unwrap_err().to_string();
    assert!(refused("DELETE FROM journal WHERE seq = 1").contains("append-only"));
    assert!(refused("UPDATE journal SET subject = 'x'").contains("append-only"));
    assert!(refused("DELETE FROM commit_log WHERE pos = 1").contains("append-only"));
    conn.execute("UPDATE company SET cut_seq = 2 WHERE company_id = 'comp-a'", [])
        .unwrap();
    assert!(refused("UPDATE company SET cut_seq = 1 WHERE company_id = 'comp-a'").contains("does not come back"));
    assert!(refused("DELETE FROM journal WHERE seq <= 3").contains("append-only"));
    let of_a = "(SELECT no FROM company WHERE company_id = 'comp-a')";
    let sql = format!("DELETE FROM journal WHERE seq <= 2 AND company = {of_a}");
    assert_eq!(conn.execute(&sql, []), Ok(2));
}

/// A file of the first version, whose commits are told in the order they were made.
#[tokio::test]
async fn an_older_file_is_read_along_the_order_of_its_commits() {
    let (clock, dir) = (Arc::new(ManualClock::default()), tempfile::tempdir().unwrap());
    let (store, w) = world(dir.path(), &clock).await;
    history_of_both(&w, 12).await;
    let both: CompanySet = [w.a.clone(), w.b.clone()].into_iter().collect();
    let before = walk(&*w.store.events(&both), Position::START, 9).await;
    store.close();
    let conn = Connection::open(dir.path().join("store.db")).unwrap();
    conn.execute_batch(
        "DROP INDEX decision_by_age; DROP TRIGGER company_cut_moves_on; DROP TRIGGER journal_is_not_deleted; DROP TRIGGER commit_log_is_not_deleted;
         CREATE TRIGGER journal_is_not_deleted BEFORE DELETE ON journal
             BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
         ALTER TABLE company DROP COLUMN cut_seq;
         DROP INDEX commit_log_by_company; DROP TRIGGER commit_log_is_not_updated;
         ALTER TABLE company DROP COLUMN cut_pos;
         ALTER TABLE placement DROP COLUMN previous; ALTER TABLE incident DROP COLUMN last_alert; DROP TABLE milestone;
         CREATE INDEX placement_by_incident ON placement (incident, commit_no, alert) WHERE incident IS NOT NULL;
         CREATE INDEX seen_expiry ON seen_log (expires_at);
         DROP INDEX incident_due;
         CREATE INDEX incident_due ON incident (wake_due) WHERE wake_due IS NOT NULL;
         DROP TABLE record; DROP TABLE rollup;
         DROP TABLE memory; DROP TABLE memory_tag; DROP TABLE memory_word; DROP TABLE memory_text;
         CREATE TABLE api_key (key_id TEXT PRIMARY KEY, company INTEGER NOT NULL, key_hash BLOB NOT NULL UNIQUE,
             scopes TEXT NOT NULL, unsigned INTEGER NOT NULL, created_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
         CREATE TABLE webhook_secret (no INTEGER PRIMARY KEY, company INTEGER NOT NULL, sealed BLOB NOT NULL,
             created_at INTEGER NOT NULL) STRICT;
         PRAGMA user_version = 1;",
    )
    .unwrap();
    drop(conn);
    let store = SqliteStore::open(dir.path(), clock).unwrap();
    assert_eq!(walk(&*store.events(&both), Position::START, 9).await, before);
}
