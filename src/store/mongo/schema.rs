//! The collections and their indexes: made at start under a lock, and compared on request.
//!
//! What is wanted stands in one table. Bringing a database up to it only adds; a version counts what
//! adding cannot say. Documents of one company are found by `company_id` first, so that every
//! collection of companies' data can be sharded by it.

use std::collections::BTreeMap;
use std::time::Duration;

use actors::port::RecordKind;
use futures::{StreamExt, TryStreamExt, stream};
use mongodb::Database;
use mongodb::bson::{Bson, Document, doc};
use mongodb::options::ReturnDocument;
use strum::IntoEnumIterator;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::MongoError;
use super::convert::{convert, drop_index};
use super::names::*;
use super::recall;
use super::records::FORGET_AT;
use super::rollups;
use super::rows::UNSETTLED;
use super::shape::Fields;

/// What this binary knows; a database of a later version is refused.
const VERSION: i64 = 6;
/// Older databases have no rollups.
const WITH_ROLLUPS: i64 = 4;
/// Older memories have no terms, and are found by other indexes.
const WITH_TERMS: i64 = 5;
/// Older terms do not name their newest memories.
const WITH_NEWEST: i64 = 6;
const BEFORE_TERMS: [&str; 4] = ["by_signature", "by_tag", "by_newest_tag", "by_text"];
/// How long one process may hold the lock without a word.
const LOCK_SECONDS: i64 = 60;
/// How long another waits for it.
const WAIT: Duration = Duration::from_secs(90);
/// Collections that are made or compared at once: each waits for the disk, and one wait serves many.
const AT_ONCE: usize = 16;
/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// An index.
struct Index {
    name: &'static str,
    key: Document,
    options: Document,
}

/// A collection with its indexes besides `_id`.
struct Collection {
    name: &'static str,
    indexes: Vec<Index>,
}

fn index(name: &'static str, key: Document, options: Document) -> Index {
    Index { name, key, options }
}

fn collection(name: &'static str, indexes: Vec<Index>) -> Collection {
    Collection { name, indexes }
}

/// Everything that is wanted.
fn wanted() -> Vec<Collection> {
    let unique = || doc! { "unique": true };
    let plain = Document::new;
    let only = |filter: Document| doc! { "partialFilterExpression": filter };
    let expiring = || doc! { "expireAfterSeconds": 0 };
    let unsettled: Vec<&str> = UNSETTLED.into_iter().map(|state| state.as_str()).collect();
    let mut wanted = vec![
        collection(
            ALERTS,
            vec![
                index("by_id", doc! { "company_id": 1, "alert_id": 1 }, unique()),
                index("by_company", doc! { "company_id": 1, "_id": 1 }, plain()),
                index("by_arrival", doc! { "company_id": 1, "received_at": 1 }, plain()),
                index(
                    "by_severity",
                    doc! { "company_id": 1, "severity": 1, "_id": 1 },
                    plain(),
                ),
                index(
                    "by_state",
                    doc! { "state": 1, "company_id": 1, "_id": 1 },
                    only(doc! { "state": { "$in": unsettled } }),
                ),
                index(
                    "by_incident",
                    doc! { "company_id": 1, "incident_id": 1, "placed_no": 1, "_id": 1 },
                    only(doc! { "incident_id": { "$exists": true } }),
                ),
                index(
                    "held",
                    doc! { "due_at": 1, "company_id": 1 },
                    only(doc! { "state": "held" }),
                ),
                index(
                    "remembered",
                    doc! { "company_id": 1, "due_at": 1 },
                    only(doc! { "state": "unmatched" }),
                ),
            ],
        ),
        collection(
            INCIDENTS,
            vec![
                index("by_number", doc! { "company_id": 1, "no": 1 }, unique()),
                index("by_status", doc! { "company_id": 1, "status": 1, "no": 1 }, plain()),
                index("by_severity", doc! { "company_id": 1, "severity": 1, "no": 1 }, plain()),
                index(
                    "by_both",
                    doc! { "company_id": 1, "status": 1, "severity": 1, "no": 1 },
                    plain(),
                ),
                index(
                    "by_signature",
                    doc! { "company_id": 1, "signature": 1, "no": 1 },
                    plain(),
                ),
                index(
                    "snoozed",
                    doc! { "company_id": 1, "no": 1 },
                    only(doc! { "snooze": { "$exists": true } }),
                ),
                index("by_birth", doc! { "company_id": 1, "created_at": 1 }, plain()),
                index(
                    "by_end",
                    doc! { "company_id": 1, "resolved_at": 1, "no": 1 },
                    only(doc! { "resolved_at": { "$exists": true } }),
                ),
                index(
                    "due",
                    doc! { "severity": 1, "wake_due": 1, "_id": 1 },
                    only(doc! { "wake_due": { "$exists": true } }),
                ),
            ],
        ),
        collection(INCIDENT_IDENTITIES, vec![]),
        collection(
            COMPANIES,
            vec![index("by_birth", doc! { "created_at": 1, "_id": 1 }, plain())],
        ),
        collection(
            DELIVERIES,
            vec![
                index("expiry", doc! { "expires_at": 1 }, expiring()),
                index(
                    "signatures",
                    doc! { "signed_at": 1, "company_id": 1 },
                    only(doc! { "signed_at": { "$exists": true } }),
                ),
            ],
        ),
        collection(SIGNATURE_FLOORS, vec![]),
        collection(
            DECISIONS,
            vec![
                index(
                    "by_incident",
                    doc! { "company_id": 1, "incident_id": 1, "no": 1 },
                    unique(),
                ),
                index("by_age", doc! { "company_id": 1, "created_at": 1, "no": 1 }, plain()),
            ],
        ),
        collection(
            JOURNAL,
            vec![
                index("chain", doc! { "company_id": 1, "seq": 1 }, unique()),
                index("by_subject", doc! { "company_id": 1, "subject": 1, "seq": 1 }, plain()),
            ],
        ),
        collection(HEADS, vec![]),
        collection(NODES, vec![]),
        collection(OUTBOX, vec![]),
        collection(
            COMMIT_LOG,
            vec![index("by_company", doc! { "company_id": 1, "_id": 1 }, plain())],
        ),
        collection(
            SHORT_MEMORY,
            vec![index("expiry", doc! { "expires_at": 1 }, expiring())],
        ),
        collection(
            ROLLUPS,
            vec![index("by_hour", doc! { "company_id": 1, "hour": 1 }, plain())],
        ),
        collection(
            MEMORY_TERMS,
            vec![index("by_company", doc! { "company_id": 1, "_id": 1 }, plain())],
        ),
        collection(COUNTERS, vec![]),
        collection(SESSIONS, vec![]),
    ];
    wanted.extend(RecordKind::iter().map(records));
    wanted
}

/// A kind of records. A text by which they are found is unique over all companies, which a sharded collection cannot
/// ask; the kinds that have one are small.
fn records(kind: RecordKind) -> Collection {
    let only = |field: &str| doc! { "partialFilterExpression": { field: { "$exists": true } } };
    let (mut unique, mut expiring) = (only("lookup"), only(FORGET_AT));
    unique.insert("unique", true);
    expiring.insert("expireAfterSeconds", 0);
    let mut indexes = vec![
        index("by_company", doc! { "company_id": 1, "_id": 1 }, Document::new()),
        index("by_lookup", doc! { "lookup": 1 }, unique),
        index("expiry", doc! { FORGET_AT: 1 }, expiring),
    ];
    if kind == RecordKind::LongMemory {
        let key = doc! { "company_id": 1, recall::TERMS: 1, "_id": -1 };
        indexes.push(index("by_term", key, Document::new()));
    }
    collection(kind.as_str(), indexes)
}

/// Makes what is missing, or says why not. One process at a time does so.
pub(super) async fn migrate(database: &Database) -> Result<(), MongoError> {
    if version(database).await? == Some(VERSION) && difference(database).await?.is_empty() {
        return Ok(());
    }
    let owner = Uuid::new_v4().to_string();
    lock(database, &owner).await?;
    let made = make(database).await;
    let unlocked = unlock(database, &owner, made.is_ok()).await;
    made.and(unlocked)
}

/// What a database lacks or has otherwise, in words; nothing where it is as it should be.
pub(super) async fn check(database: &Database) -> Result<Vec<String>, MongoError> {
    let mut found = difference(database).await?;
    match version(database).await? {
        Some(VERSION) => {}
        Some(version) => found.push(format!("schema version {version}, expected {VERSION}")),
        None => found.push("no schema version: this database has never been initialised".to_owned()),
    }
    if super::unfinished::is_there(database).await? {
        found.push(MongoError::Unfinished.to_string());
    }
    Ok(found)
}

async fn version(database: &Database) -> Result<Option<i64>, MongoError> {
    let found = schema(database).find_one(doc! { "_id": "schema" }).await?;
    let version = found.and_then(|found| found.get_i64("version").ok());
    match version {
        Some(found) if found > VERSION => Err(MongoError::Newer { found, known: VERSION }),
        version => Ok(version),
    }
}

/// Refuses a database that a later version of the binary has written.
pub(super) async fn known(database: &Database) -> Result<(), MongoError> {
    version(database).await.map(|_| ())
}

fn schema(database: &Database) -> mongodb::Collection<Document> {
    database.collection(SCHEMA)
}

/// Takes the lock, or waits for whoever has it. A lock without a word is free again, by the server's clock.
async fn lock(database: &Database, owner: &str) -> Result<(), MongoError> {
    let deadline = Instant::now() + WAIT;
    let free = doc! { "$or": [
        { "$eq": [{ "$ifNull": ["$locked_until", null] }, null] },
        { "$lt": ["$locked_until", "$$NOW"] },
    ] };
    let until = doc! { "$dateAdd": { "startDate": "$$NOW", "unit": "second", "amount": LOCK_SECONDS } };
    let take = vec![doc! { "$set": {
        "locked_by": { "$cond": [&free, owner, "$locked_by"] },
        "locked_until": { "$cond": [&free, until, "$locked_until"] },
    } }];
    loop {
        let taken = schema(database)
            .find_one_and_update(doc! { "_id": "schema" }, take.clone())
            .upsert(true)
            .return_document(ReturnDocument::After)
            .await;
        match taken {
            Ok(Some(taken)) if taken.text_or_none("locked_by") == Some(owner) => return Ok(()),
            Ok(_) => {}
            // Two made the document at once; the other has the lock.
            Err(error) if super::fault::Fault::from(&error).is_duplicate() => {}
            Err(error) => return Err(error.into()),
        }
        if Instant::now() >= deadline {
            return Err(MongoError::Locked);
        }
        sleep(LOOK_EVERY).await;
    }
}

async fn unlock(database: &Database, owner: &str, done: bool) -> Result<(), MongoError> {
    let mut change = doc! { "$unset": { "locked_by": "", "locked_until": "" } };
    if done {
        change.insert("$set", doc! { "version": VERSION });
    }
    let ours = doc! { "_id": "schema", "locked_by": owner };
    schema(database).update_one(ours, change).await?;
    Ok(())
}

async fn make(database: &Database) -> Result<(), MongoError> {
    let found = version(database).await?;
    if found == Some(1) {
        convert(database).await?;
    }
    let there = database.list_collection_names().await?;
    let creations: Vec<_> = wanted()
        .iter()
        .filter_map(|collection| creation(collection, &there))
        .map(|command| database.run_command(command).into_future())
        .collect();
    stream::iter(creations)
        .buffer_unordered(AT_ONCE)
        .try_collect::<Vec<_>>()
        .await?;
    if found.is_some_and(|version| version < WITH_ROLLUPS) {
        rollups::backfill(database).await?;
    }
    if found.is_some_and(|version| version < WITH_TERMS) {
        recall::backfill(database).await?;
        for index in BEFORE_TERMS {
            drop_index(database, RecordKind::LongMemory, index).await?;
        }
    }
    if found.is_some_and(|version| version < WITH_NEWEST) {
        recall::index_all(database).await?;
    }
    found_platform(database).await
}

/// The command that makes a collection with its indexes; asking for an index makes its collection, too.
fn creation(collection: &Collection, there: &[String]) -> Option<Document> {
    if collection.indexes.is_empty() {
        let missing = !there.iter().any(|name| name == collection.name);
        return missing.then(|| doc! { "create": collection.name });
    }
    let indexes: Vec<Document> = collection.indexes.iter().map(specification).collect();
    Some(doc! { "createIndexes": collection.name, "indexes": indexes })
}

/// The platform has a head from the start.
async fn found_platform(database: &Database) -> Result<(), MongoError> {
    let platform = actors::domain::CompanyId::platform();
    let head = super::head::document(&platform, &super::head::Head::default(), None);
    database
        .collection::<Document>(HEADS)
        .update_one(doc! { "_id": platform.as_str() }, doc! { "$setOnInsert": head })
        .upsert(true)
        .await?;
    Ok(())
}

fn specification(index: &Index) -> Document {
    let mut specification = doc! { "name": index.name, "key": &index.key };
    specification.extend(index.options.clone());
    specification
}

async fn difference(database: &Database) -> Result<Vec<String>, MongoError> {
    let there = database.list_collection_names().await?;
    let wanted = wanted();
    let looks: Vec<_> = wanted
        .iter()
        .map(|collection| lacking(database, collection, &there))
        .collect();
    let found: Vec<_> = stream::iter(looks).buffered(AT_ONCE).try_collect().await?;
    Ok(found.concat())
}

/// What one collection lacks or has otherwise.
async fn lacking(database: &Database, wanted: &Collection, there: &[String]) -> Result<Vec<String>, MongoError> {
    let name = wanted.name;
    if !there.iter().any(|other| other == name) {
        return Ok(vec![format!("{name}: the collection is missing")]);
    }
    if wanted.indexes.is_empty() {
        return Ok(Vec::new());
    }
    let has = indexes(database, name).await?;
    let different = wanted.indexes.iter().filter_map(|index| match has.get(index.name) {
        None => Some(format!("{name}: index {} is missing", index.name)),
        Some(other) if !is_as_wanted(other, index) => Some(format!(
            "{name}: index {} is {other}, expected {}",
            index.name,
            specification(index)
        )),
        Some(_) => None,
    });
    Ok(different.collect())
}

async fn indexes(database: &Database, collection: &str) -> Result<BTreeMap<String, Document>, MongoError> {
    let command = doc! { "listIndexes": collection };
    let cursor = database.run_cursor_command(command).await?;
    let all: Vec<Document> = cursor.try_collect().await?;
    let named = all
        .into_iter()
        .filter_map(|index| Some((index.text_or_none("name")?.to_owned(), index)));
    Ok(named.collect())
}

/// Whether an index does what is wanted. The server adds defaults to every one.
fn is_as_wanted(has: &Document, wanted: &Index) -> bool {
    let same_key = has
        .get_document("key")
        .is_ok_and(|key| same(&key.clone().into(), &wanted.key.clone().into()));
    let options = ["unique", "expireAfterSeconds", "partialFilterExpression"];
    same_key
        && options
            .iter()
            .all(|name| match (has.get(name), wanted.options.get(name)) {
                (None, None) => true,
                (Some(has), Some(wanted)) => same(has, wanted),
                _ => false,
            })
}

/// Numbers are equal whatever their width.
fn same(one: &Bson, other: &Bson) -> bool {
    let number = |value: &Bson| match value {
        Bson::Int32(n) => Some(f64::from(*n)),
        Bson::Int64(n) => Some(*n as f64),
        Bson::Double(n) => Some(*n),
        _ => None,
    };
    match (one, other) {
        (Bson::Document(one), Bson::Document(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|((a, x), (b, y))| a == b && same(x, y))
        }
        (one, other) => match (number(one), number(other)) {
            (Some(one), Some(other)) => one == other,
            _ => one == other,
        },
    }
}
