//! What is not moved, and what is then said.

use actors::port::Roster;
use alert_whisperer::store::MongoError;
use alert_whisperer::store::sqlite::OpenError;
use rusqlite::Connection;

use super::*;
use crate::support::engine::Engine;

/// A small store: two companies and a journal.
async fn small() -> (Home, Arc<ManualClock>) {
    let (home, clock) = (Home::on(Engine::Sqlite), Arc::new(ManualClock::default()));
    let store = SqliteStore::open(&home.data(), clock.clone()).unwrap();
    let world = crate::conformance::World::new(store.clone(), clock.clone(), None).await;
    crate::conformance::journal::some_history(&world).await;
    store.close();
    (home.with_a_database(), clock)
}

/// The file of the embedded store, opened behind its back.
fn file(home: &Home) -> Connection {
    Connection::open(home.data().join("store.db")).unwrap()
}

fn refusal(done: Result<Moved, MigrationError>) -> MigrationError {
    done.expect_err("it was moved")
}

async fn open_fails(home: &Home, clock: &Arc<ManualClock>) -> MongoError {
    MongoStore::open(home.mongo_url().unwrap(), clock.clone())
        .await
        .expect_err("it was opened")
}

#[tokio::test]
async fn a_second_migration_into_the_same_database_is_refused() {
    let (home, clock) = small().await;
    migrate(&home).await.unwrap();
    let refused = refusal(migrate(&home).await);
    assert!(
        refused.is_refusal() && refused.to_string().contains("holds"),
        "{refused}"
    );
    // And has changed nothing.
    let store = opened(&home, &clock).await;
    assert_eq!(store.companies().await.unwrap().len(), 2);
    store.close().await;
}

#[tokio::test]
async fn a_database_with_anything_of_anybodys_is_refused_and_left_as_it_is() {
    let (home, _) = small().await;
    let alerts = database(&home).await.collection::<Document>("alerts");
    alerts.insert_one(doc! { "_id": "a stranger's" }).await.unwrap();
    let refused = refusal(migrate(&home).await);
    assert!(matches!(refused, MigrationError::Taken(Part::Alerts)), "{refused}");
    assert_eq!(alerts.count_documents(doc! {}).await.unwrap(), 1);
}

/// Whoever has tried a server on the database first may still move a store into it.
#[tokio::test]
async fn a_database_that_a_server_has_opened_is_empty_still() {
    let (home, clock) = small().await;
    let store = opened(&home, &clock).await;
    store.acquire(&CompanyId::platform()).await.unwrap();
    store.forget_expired(clock.now()).await.unwrap();
    store.close().await;
    let before = picture_of_source(&home, &clock).await;
    migrate(&home).await.unwrap();
    let store = opened(&home, &clock).await;
    assert_same(&before, &picture::of(&*store, clock.now()).await);
    store.close().await;
}

#[tokio::test]
async fn a_tampered_journal_is_found_and_what_was_moved_is_not_served() {
    let (home, clock) = small().await;
    let conn = file(&home);
    let sql = "SELECT sql FROM sqlite_schema WHERE name = 'journal_is_not_updated'";
    let trigger: String = conn.query_row(sql, [], |row| row.get(0)).unwrap();
    conn.execute_batch("DROP TRIGGER journal_is_not_updated").unwrap();
    let tamper = "UPDATE journal SET canonical = replace(canonical, ?1, ?2) \
                  WHERE seq = 2 AND company = (SELECT no FROM company WHERE company_id = 'comp-a')";
    assert_eq!(conn.execute(tamper, ["\"of\":\"inc-1\"", "\"of\":\"inc-2\""]), Ok(1));
    drop(conn);
    let refused = refusal(migrate(&home).await);
    let said = refused.to_string();
    assert!(
        !refused.is_refusal() && said.contains("comp-a: journal entry 2"),
        "{said}"
    );
    assert!(matches!(open_fails(&home, &clock).await, MongoError::Unfinished));
    let check = alert_whisperer::store::mongo::check(home.mongo_url().unwrap()).await;
    assert!(check.unwrap().iter().any(|line| line.contains("migration")));

    // The journal as it was: what is there is removed, and all of it is moved.
    let conn = file(&home);
    assert_eq!(conn.execute(tamper, ["\"of\":\"inc-2\"", "\"of\":\"inc-1\""]), Ok(1));
    conn.execute_batch(&trigger).unwrap();
    drop(conn);
    let before = picture_of_source(&home, &clock).await;
    migrate(&home).await.unwrap();
    let store = opened(&home, &clock).await;
    assert_same(&before, &picture::of(&*store, clock.now()).await);
    store.close().await;
}

#[tokio::test]
async fn an_entry_that_is_no_fact_is_named() {
    let (home, clock) = small().await;
    let conn = file(&home);
    conn.execute_batch(
        "DROP TRIGGER journal_is_not_updated; UPDATE journal SET canonical = 'x' WHERE company = 1 AND seq = 1",
    )
    .unwrap();
    drop(conn);
    let said = refusal(migrate(&home).await).to_string();
    assert!(said.contains("platform: journal entry 1"), "{said}");
    assert!(matches!(open_fails(&home, &clock).await, MongoError::Unfinished));
}

#[tokio::test]
async fn an_unfinished_migration_is_removed_and_begun_anew() {
    let (home, clock) = small().await;
    migrate(&home).await.unwrap();
    let database = database(&home).await;
    let schema = database.collection::<Document>("schema");
    schema
        .insert_one(doc! { "_id": "migration", "by": "another" })
        .await
        .unwrap();
    let left = doc! { "_id": 999_i64, "company_id": "comp-gone", "alert_id": "left" };
    database.collection("alerts").insert_one(left).await.unwrap();
    assert!(matches!(open_fails(&home, &clock).await, MongoError::Unfinished));
    let before = picture_of_source(&home, &clock).await;
    migrate(&home).await.unwrap();
    let store = opened(&home, &clock).await;
    assert_same(&before, &picture::of(&*store, clock.now()).await);
    store.close().await;
    assert_eq!(schema.count_documents(doc! { "_id": "migration" }).await.unwrap(), 0);
}

#[tokio::test]
async fn a_directory_that_is_held_newer_or_empty_is_refused() {
    let (home, clock) = small().await;
    let source = |error: MigrationError| match error {
        MigrationError::Source { error, .. } => error,
        other => panic!("{other}"),
    };
    let held = SqliteStore::open(&home.data(), clock).unwrap();
    let refused = source(refusal(migrate(&home).await));
    let ours = std::process::id();
    assert!(
        matches!(refused, OpenError::Held { pid: Some(pid) } if pid == ours),
        "{refused}"
    );
    held.close();

    file(&home).pragma_update(None, "user_version", 99).unwrap();
    let refused = source(refusal(migrate(&home).await));
    assert!(matches!(refused, OpenError::Newer { found: 99, .. }), "{refused}");

    let empty = Home::on(Engine::Sqlite).with_a_database();
    std::fs::create_dir(empty.data()).unwrap();
    let refused = source(refusal(migrate(&empty).await));
    assert!(matches!(refused, OpenError::Missing), "{refused}");
    assert_eq!(std::fs::read_dir(empty.data()).unwrap().count(), 0, "nothing is made");
}
