//! Stores that are kept as an earlier version left them, on both engines: every later version opens them, reads in them what
//! was there, places alerts by them, and verifies their journals by what was signed of them.
//!
//! `GOLDEN_WRITE=NAME tests/with-mongod cargo test --features failpoints --test it golden::stores::one_more -- --ignored`
//! writes one more, `tests/golden/NAME/`: `store.db.gz`; `mongo.bson.gz`, a document for each collection; the server's key and checkpoints;
//! `told.json.gz`, what was there.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use actors::domain::{AlertState, CompanyId, Timestamp};
use actors::port::writer::PlaceBatch;
use actors::port::{Clock, Store};
use alert_whisperer::store::{MongoStore, SqliteStore};
use flate2::Compression;
use flate2::read::{GzDecoder, GzEncoder};
use futures::TryStreamExt;
use mongodb::bson::raw::{RawArrayBuf, RawDocument, RawDocumentBuf};
use mongodb::bson::{cstr, doc, rawdoc};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::told::{self, assert_holds};
use crate::migrate::{migrate, story};
use crate::support::clock::ManualClock;
use crate::support::engine::{Engine, Home};
use crate::support::process::{audit, said};

/// Beside the store: what a server keeps in its directory that later starts need.
const KEPT: [&str; 2] = ["secret.key", "checkpoints.jsonl"];

fn home_of_all() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn stores() -> Vec<PathBuf> {
    let entries = fs::read_dir(home_of_all()).unwrap();
    let mut all: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    all.retain(|path| path.is_dir());
    all.sort();
    assert!(!all.is_empty());
    all
}

fn keep(from: &Path, to: &Path) {
    for file in KEPT {
        fs::copy(from.join(file), to.join(file)).unwrap();
    }
}

fn pack(bytes: impl Read, to: &Path) {
    io::copy(
        &mut GzEncoder::new(bytes, Compression::best()),
        &mut File::create(to).unwrap(),
    )
    .unwrap();
}

fn unpacked(from: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzDecoder::new(File::open(from).unwrap())
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

async fn database(home: &Home) -> mongodb::Database {
    let url = home.mongo_url().unwrap().expose_secret();
    let client = mongodb::Client::with_uri_str(url).await.unwrap();
    client.default_database().unwrap()
}

// ---- writing -----------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "writes one more"]
async fn one_more() {
    let name = std::env::var("GOLDEN_WRITE").unwrap();
    let story = story::tell().await;
    let (data, to) = (story.home.data(), home_of_all().join(name));
    fs::create_dir_all(&to).unwrap();
    keep(&data, &to);
    let store = SqliteStore::open(&data, story.clock.clone()).unwrap();
    let told = told::of(&*store, story.clock.now()).await;
    store.close();
    pack(told.to_string().as_bytes(), &to.join("told.json.gz"));
    pack(File::open(data.join("store.db")).unwrap(), &to.join("store.db.gz"));
    migrate(&story.home).await.unwrap();
    pack(&*dumped(&database(&story.home).await).await, &to.join("mongo.bson.gz"));
}

/// Every collection, each as a document: its name, its indexes, its documents.
async fn dumped(database: &mongodb::Database) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut names = database.list_collection_names().await.unwrap();
    names.sort();
    for name in names {
        let listed = database.run_command(doc! { "listIndexes": &name }).await.unwrap();
        let indexes = listed.get_document("cursor").unwrap().get_array("firstBatch").unwrap();
        // Raw, because a label may look like extended JSON.
        let collection = database.collection::<RawDocumentBuf>(&name);
        let found = collection.find(doc! {}).sort(doc! { "_id": 1 }).await.unwrap();
        let documents: Vec<RawDocumentBuf> = found.try_collect().await.unwrap();
        let mut whole = RawDocumentBuf::try_from(&doc! { "collection": &name, "indexes": indexes }).unwrap();
        whole.append(cstr!("documents"), RawArrayBuf::from_iter(documents));
        bytes.extend(whole.into_bytes());
    }
    bytes
}

// ---- opening -----------------------------------------------------------------------------------

/// A home as the version left it.
async fn restored(kept: &Path, engine: Engine) -> Home {
    let home = Home::on(engine);
    fs::create_dir_all(home.data()).unwrap();
    keep(kept, &home.data());
    match engine {
        Engine::Sqlite => fs::write(home.data().join("store.db"), unpacked(&kept.join("store.db.gz"))).unwrap(),
        Engine::Mongodb => restore(&database(&home).await, &unpacked(&kept.join("mongo.bson.gz"))).await,
    }
    home
}

async fn restore(database: &mongodb::Database, mut dumped: &[u8]) {
    while let Some(length) = dumped.first_chunk() {
        let (whole, rest) = dumped.split_at(i32::from_le_bytes(*length).try_into().unwrap());
        dumped = rest;
        let whole = RawDocument::from_bytes(whole).unwrap();
        let name = whole.get_str("collection").unwrap();
        database.create_collection(name).await.unwrap();
        let documents = whole.get_array("documents").unwrap().into_iter();
        let documents: Vec<RawDocumentBuf> = documents
            .map(|document| document.unwrap().as_document().unwrap().to_owned())
            .collect();
        if !documents.is_empty() {
            let collection = database.collection::<RawDocumentBuf>(name);
            collection.insert_many(documents).await.unwrap();
        }
        let indexes = whole.get_array("indexes").unwrap().to_owned();
        let command = rawdoc! { "createIndexes": name, "indexes": indexes };
        database.run_raw_command(command).await.unwrap();
    }
}

async fn opened(home: &Home, clock: &Arc<ManualClock>) -> Arc<dyn Store> {
    match home.mongo_url() {
        Some(url) => MongoStore::open(url, clock.clone()).await.unwrap(),
        None => SqliteStore::open(&home.data(), clock.clone()).unwrap(),
    }
}

async fn every_store_that_is_kept_is_opened_and_goes_on(engine: Engine) {
    for kept in stores() {
        let home = restored(&kept, engine).await;
        let then: Value = serde_json::from_slice(&unpacked(&kept.join("told.json.gz"))).unwrap();
        let clock = Arc::new(ManualClock::default());
        let at: Timestamp = serde_json::from_value(then["at"].clone()).unwrap();
        clock.advance(at.since(clock.now()));
        let store = opened(&home, &clock).await;
        assert_holds(&then, &told::of(&*store, at).await, &kept);
        what_waited_is_placed(&*store, &clock).await;
        drop(store);
        let verified = audit(&home, &[]).await;
        assert!(verified.status.success(), "{}: {}", kept.display(), said(&verified));
    }
}

/// What was accepted and not placed then is placed now, under the company's new writer.
async fn what_waited_is_placed(store: &dyn Store, clock: &ManualClock) {
    let acme: CompanyId = "comp-acme".parse().unwrap();
    clock.advance(Duration::from_secs(1));
    let reader = store.reader(&acme);
    let waiting = reader.unplaced(100).await.unwrap();
    assert_eq!(waiting.len(), 2);
    let writer = store.acquire(&acme).await.unwrap();
    let joinable_no = writer.barrier().await.unwrap();
    let verdicts = waiting.iter();
    let verdicts =
        verdicts.map(|alert| crate::support::placing::verdict(alert, AlertState::Unmatched, None, clock.now()));
    let batch: PlaceBatch = crate::support::placing::batch(joinable_no, vec![], verdicts.collect(), clock.now());
    let placed = writer.place(batch).await.unwrap();
    assert_eq!(placed.refused, []);
    assert_eq!(reader.unplaced(100).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_embedded_store_that_is_kept_is_opened_and_goes_on() {
    every_store_that_is_kept_is_opened_and_goes_on(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_database_that_is_kept_is_opened_and_goes_on() {
    every_store_that_is_kept_is_opened_and_goes_on(Engine::Mongodb).await;
}
