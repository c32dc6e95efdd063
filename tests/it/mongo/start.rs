//! Starting on a database: what is needed is said, what is missing is made once, and what the journal's own
//! role may not do is refused.

use std::process::Output;

use futures::future::join_all;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, DateTime, Document, doc};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::process::Command;
use tokio::time::timeout;

use actors::port::reader::PageRequest;
use actors::port::{Amended, Amendment, Cut, Error, RecordKind, Roster, Store};
use alert_whisperer::clock::SystemClock;
use alert_whisperer::store::{MongoError, MongoStore, mongo};
use std::sync::Arc;

use crate::conformance::records::{of, put};
use crate::support::engine::{Engine, Home};
use crate::support::journals::journals;
use crate::support::judge::judge;
use crate::support::load::Load;
use crate::support::mongod::Mongod;
use crate::support::process::{PATIENCE, Place, binary, eventually};
use crate::support::profile::database;

async fn opened(url: &str) -> Result<Arc<MongoStore>, MongoError> {
    MongoStore::open(&SecretString::from(url), Arc::new(SystemClock)).await
}

async fn run(url: &SecretString, args: &[&str]) -> Output {
    let mut command: Command = binary();
    command.args(args).env("MONGO_URL", url.expose_secret());
    timeout(PATIENCE, command.output()).await.unwrap().unwrap()
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr]
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .concat()
}

#[tokio::test]
async fn a_url_that_leads_nowhere_is_told_without_its_password() {
    let cases = [
        ("mongodb://ann:s3cret@127.0.0.1:1/aw", "no MongoDB answers at MONGO_URL"),
        ("http://ann:s3cret@127.0.0.1/aw", "MONGO_URL cannot be used"),
        ("mongodb://ann:s3cret@[broken/aw", "MONGO_URL cannot be used"),
    ];
    for (url, expected) in cases {
        let refused = opened(url).await.unwrap_err().to_string();
        assert!(refused.contains(expected), "{url}: {refused}");
        assert!(!refused.contains("s3cret"), "{refused}");
    }
    let home = Home::beside("mongodb://ann:s3cret@127.0.0.1:1/aw".into());
    let mut serve = binary();
    serve.args(["serve", "--listen", "127.0.0.1:0"]);
    home.tell(&mut serve);
    let output = timeout(PATIENCE, serve.output()).await.unwrap().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("no MongoDB answers"), "{}", said(&output));
    assert!(!said(&output).contains("s3cret"));
}

#[tokio::test]
async fn a_server_that_is_no_replica_set_is_told_how_to_become_one() {
    let lone = Mongod::start_with(&[]).await;
    let refused = opened(&format!("mongodb://{}/aw", lone.address())).await.unwrap_err();
    assert!(matches!(refused, MongoError::NoReplicaSet), "{refused:?}");
    assert!(refused.to_string().contains("--replSet rs0"), "{refused}");
}

#[tokio::test]
async fn init_makes_what_is_missing_and_check_finds_it() {
    let home = Home::on(Engine::Mongodb);
    let url = home.mongo_url().unwrap();
    let missing = run(url, &["init", "--check"]).await;
    assert_eq!(missing.status.code(), Some(1), "{}", said(&missing));
    assert!(
        said(&missing).contains("alerts: the collection is missing"),
        "{}",
        said(&missing)
    );
    let made = run(url, &["init"]).await;
    assert!(made.status.success(), "{}", said(&made));
    let fine = run(url, &["init", "--check", "--json"]).await;
    assert!(
        fine.status.success() && said(&fine).contains(r#"{"differences":[]}"#),
        "{}",
        said(&fine)
    );

    let database = database(url).await;
    for spoil in [
        doc! { "dropIndexes": "journal", "index": "chain" },
        doc! { "collMod": "short_memory", "index": { "name": "expiry", "expireAfterSeconds": 7 } },
    ] {
        database.run_command(spoil).await.unwrap();
    }
    let other = run(url, &["init", "--check"]).await;
    assert_eq!(other.status.code(), Some(1));
    assert!(
        said(&other).contains("journal: index chain is missing"),
        "{}",
        said(&other)
    );
    assert!(
        said(&other).contains("short_memory: index expiry is"),
        "{}",
        said(&other)
    );

    let schema = database.collection::<Document>("schema");
    schema
        .update_one(doc! {}, doc! { "$set": { "version": 99_i64 } })
        .await
        .unwrap();
    let newer = opened(url.expose_secret()).await.unwrap_err();
    assert!(matches!(newer, MongoError::Newer { found: 99, .. }), "{newer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_that_start_at_once_on_nothing_make_it_once() {
    let home = Home::on(Engine::Mongodb);
    let url = home.mongo_url().unwrap();
    let all = join_all((0..6).map(|_| opened(url.expose_secret()))).await;
    for store in &all {
        assert_eq!(store.as_ref().unwrap().companies().await, Ok(vec![]));
    }
    assert_eq!(mongo::check(url).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_lock_whose_holder_is_gone_is_taken_in_time() {
    let home = Home::on(Engine::Mongodb);
    let url = home.mongo_url().unwrap();
    // Somebody held it until a second from now, by the server's clock.
    let held = vec![doc! { "$set": {
        "locked_by": "somebody",
        "locked_until": { "$dateAdd": { "startDate": "$$NOW", "unit": "second", "amount": 1 } },
    } }];
    let schema = database(url).await.collection::<Document>("schema");
    schema
        .update_one(doc! { "_id": "schema" }, held)
        .upsert(true)
        .await
        .unwrap();
    mongo::init(url).await.unwrap();
    let left = schema.find_one(doc! {}).await.unwrap().unwrap();
    assert!(!left.contains_key("locked_by"), "{left}");
}

/// Keys and secrets as the first version wrote them: whole, or as a conversion that was cut short has left them.
#[tokio::test]
async fn keys_and_secrets_of_the_first_version_become_records() {
    let home = Home::on(Engine::Mongodb);
    let url = home.mongo_url().unwrap();
    mongo::init(url).await.unwrap();
    let database = database(url).await;
    let at = DateTime::from_millis(1_700_000_000_120);
    let bytes = |bytes: &[u8]| Binary {
        subtype: BinarySubtype::Generic,
        bytes: bytes.to_vec(),
    };
    let key = doc! {
        "_id": "key-1", "company_id": "comp-a", "key_hash": bytes(&[10, 255]), "scopes": ["ingest"], "unsigned": true,
        "created_at": at,
    };
    let secret = doc! {
        "_id": "comp-a/1700000000120-ab", "company_id": "comp-a", "sealed": bytes(&[0, 171]), "created_at": at,
    };
    for (kind, index, field) in [
        ("api_keys", "by_hash", "key_hash"),
        ("webhook_secrets", "by_company", "created_at"),
    ] {
        database
            .run_command(doc! { "dropIndexes": kind, "index": "*" })
            .await
            .unwrap();
        let old = doc! { "name": index, "key": { field: 1 } };
        database
            .run_command(doc! { "createIndexes": kind, "indexes": [old] })
            .await
            .unwrap();
    }
    let body = |id: &str, more: Value| {
        let mut body = json!({ "created_at": "2023-11-14T22:13:20.120Z" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        (id.to_owned(), body)
    };
    let expected = [
        body(
            "key-1",
            json!({
                "key_id": "key-1", "name": "first key", "key_hash": "0aff", "scopes": ["ingest"], "unsigned": true,
            }),
        ),
        body(
            "whs-1700000000120-ab",
            json!({ "secret_id": "whs-1700000000120-ab", "sealed": "00ab" }),
        ),
    ];
    for _ in ["of the first version", "with what a conversion has written already"] {
        for (kind, old) in [("api_keys", &key), ("webhook_secrets", &secret)] {
            database.collection::<Document>(kind).insert_one(old).await.unwrap();
        }
        let schema = database.collection::<Document>("schema");
        let first = doc! { "$set": { "version": 1_i64 } };
        schema.update_one(doc! { "_id": "schema" }, first).await.unwrap();
        assert!(!mongo::check(url).await.unwrap().is_empty());
        let store = opened(url.expose_secret()).await.unwrap();
        for (kind, (id, body)) in [RecordKind::ApiKeys, RecordKind::WebhookSecrets]
            .into_iter()
            .zip(&expected)
        {
            let found = store.all_records(kind, None, 9).await.unwrap();
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!((&found[0].id, &found[0].body, found[0].version), (id, body, 1));
            assert_eq!(found[0].company_id.as_str(), "comp-a");
        }
        assert!(store.find_record(RecordKind::ApiKeys, "0aff").await.unwrap().is_some());
        store.close().await;
        assert_eq!(mongo::check(url).await.unwrap(), Vec::<String>::new());
    }
}

/// The names between two marks of the README.
fn named(from: &str) -> Vec<&'static str> {
    let readme = include_str!("../../../README.md");
    let (_, list) = readme.split_once(from).expect("the README has the role");
    let (list, _) = list.split_once(']').unwrap();
    list.split('\'').skip(1).step_by(2).collect()
}

/// The role of the README, for a database.
fn role(database: &str) -> Document {
    let of = |collection: &str| doc! { "db": database, "collection": collection };
    let changed = named("const rw = [").into_iter().map(|name| {
        doc! { "resource": of(name), "actions": ["find", "insert", "update", "remove", "listIndexes"] }
    });
    let appended = named("  ...['journal'").into_iter().chain(["journal"]);
    let appended = appended.map(|name| doc! { "resource": of(name), "actions": ["find", "insert", "listIndexes"] });
    let followed = named("  ...['deliveries'").into_iter().chain(["deliveries"]);
    let followed = followed.map(|name| doc! { "resource": of(name), "actions": ["changeStream"] });
    let mut privileges: Vec<Document> = changed.chain(appended).chain(followed).collect();
    privileges.push(doc! { "resource": of(""), "actions": ["listCollections"] });
    doc! { "createRole": "alert_whisperer", "privileges": privileges, "roles": [] }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_its_own_role_the_server_works_and_the_journal_can_only_be_added_to() {
    let keys = tempfile::tempdir().unwrap();
    let key = keys.path().join("key");
    std::fs::write(&key, "a".repeat(64)).unwrap();
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o400)).unwrap();
    let key = key.to_str().unwrap();
    let mongod = Mongod::start_with(&["--replSet", "rs0", "--auth", "--keyFile", key]).await;
    let address = mongod.address();
    // The first user is made from the machine itself, by somebody whom nobody knows yet.
    let admin = mongod.direct().await.database("admin");
    let root = doc! { "createUser": "root", "pwd": "r00t", "roles": ["root"] };
    eventually("the first user", PATIENCE, async || {
        admin.run_command(root.clone()).await.ok()
    })
    .await;
    let root = SecretString::from(format!(
        "mongodb://root:r00t@{address}/aw?replicaSet=rs0&authSource=admin"
    ));
    mongo::init(&root).await.unwrap();
    let database_of_root = database(&root).await;
    database_of_root.run_command(role("aw")).await.unwrap();
    let user = doc! { "createUser": "aw", "pwd": "s3cret", "roles": ["alert_whisperer"] };
    database_of_root.run_command(user).await.unwrap();

    let wrong = opened(&format!("mongodb://aw:wr0ng@{address}/aw?replicaSet=rs0"))
        .await
        .unwrap_err();
    assert!(matches!(wrong, MongoError::Refused(_)), "{wrong:?}");
    assert!(!wrong.to_string().contains("wr0ng"), "{wrong}");

    let url = SecretString::from(format!("mongodb://aw:s3cret@{address}/aw?replicaSet=rs0"));
    let place = Place::at(Home::beside(url.clone()), &["comp-a"]).await;
    let server = place.start().await;
    let load = Load::start(&place.tenants, 2, &place.ledger);
    load.aim(&server.url);
    let acked = || load.seen().acked.load(std::sync::atomic::Ordering::SeqCst);
    eventually("acknowledgements", PATIENCE, async || (acked() >= 40).then_some(())).await;
    load.finish().await;
    judge(&server.url, &place.tenants, &place.ledger).await;
    server.stop().await;
    journals(&place.home, ["comp-a"]).await;

    // Nor does the server cut it: it says so, and goes on.
    let store = MongoStore::open(&url, Arc::new(SystemClock)).await.unwrap();
    let writer = store.acquire(&"comp-a".parse().unwrap()).await.unwrap();
    let cut = |cut| Amendment {
        cut: Some(cut),
        ..Amendment::default()
    };
    let page = PageRequest { limit: 9, after: None };
    let entries = store.reader(writer.company()).journal(page).await.unwrap().items;
    let ends = entries.windows(2).find(|pair| pair[0].commit_no != pair[1].commit_no);
    let first = Cut {
        journal: ends.map(|pair| pair[0].seq),
        ..Cut::default()
    };
    let refused = writer.amend(cut(first), None).await;
    assert!(
        matches!(&refused, Err(Error::Unavailable(why)) if why.contains("may not remove from journal")),
        "{refused:?}"
    );
    let puts = vec![put(RecordKind::Assets, "db-1", None, None, json!({}))];
    assert_eq!(writer.amend(of(puts), None).await, Ok(Amended::Done));
    assert!(writer.barrier().await.is_ok());
    drop(writer);
    store.close().await;

    let journal = database(&url).await.collection::<Document>("journal");
    let changed = journal
        .update_one(doc! {}, doc! { "$set": { "canonical": "{}" } })
        .await;
    let removed = journal.delete_one(doc! {}).await;
    for refused in [changed.map(drop), removed.map(drop), journal.drop().await] {
        let text = refused.unwrap_err().to_string();
        assert!(text.contains("not authorized"), "{text}");
    }
}
