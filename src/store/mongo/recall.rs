//! By what long memories are found: terms that stand in their documents, and how many of a company's memories have
//! each, counted in the transaction that writes them.

use std::collections::BTreeMap;

use actors::domain::CompanyId;
use actors::domain::outcome::LongMemory;
use actors::domain::recall::words::of_memory;
use actors::port::RecordKind;
use futures::TryStreamExt;
use mongodb::Database;
use mongodb::bson::{Bson, Document, doc};
use serde::Deserialize;
use serde_json::Value;

use super::MongoError;
use super::fault::Fault;
use super::names::MEMORY_TERMS;
use super::records;
use super::rows::key;
use super::shape::int;
use super::tx::Tx;

/// Where a memory's terms stand in its document.
pub(super) const TERMS: &str = "terms";
/// Statements of one command.
const AT_ONCE: usize = 1_000;

/// A signature, as a term.
pub(super) fn signature(signature: &str) -> String {
    format!("signature {signature}")
}

/// A tag, as a term.
pub(super) fn tag(tag: &str) -> String {
    format!("tag {tag}")
}

/// A word, as a term.
pub(super) fn word(word: &str) -> String {
    format!("word {word}")
}

/// What a memory is found by. Nothing for what cannot be read as a memory: it is kept, and not found.
pub(super) fn terms(body: &Value) -> Vec<String> {
    let Ok(memory) = LongMemory::deserialize(body) else {
        return Vec::new();
    };
    let mut terms = vec![signature(&memory.signature)];
    let mut tags: Vec<String> = memory.tags.iter().map(|name| tag(name)).collect();
    tags.sort_unstable();
    tags.dedup();
    terms.extend(tags);
    terms.extend(of_memory(&memory).iter().map(|text| word(text)));
    terms
}

fn of_document(document: &Document) -> impl Iterator<Item = &str> {
    let terms = document.get_array(TERMS).into_iter().flatten();
    terms.filter_map(Bson::as_str)
}

/// Counts what becomes of a company's memories, before those with these names are removed and the new ones written.
pub(super) async fn count(tx: &mut Tx, company: &CompanyId, gone: &[String], new: &[Document]) -> Result<(), Fault> {
    let which = doc! { "_id": { "$in": gone }, "company_id": company.as_str() };
    let old = match gone.is_empty() {
        true => Vec::new(),
        false => {
            tx.find(RecordKind::LongMemory.as_str(), which, doc! { TERMS: 1 })
                .await?
        }
    };
    let mut changes: BTreeMap<&str, i64> = BTreeMap::new();
    for (documents, by) in [(&old[..], -1), (new, 1)] {
        for term in documents.iter().flat_map(of_document) {
            *changes.entry(term).or_default() += by;
        }
    }
    changes.retain(|_, by| *by != 0);
    let statement = |(term, by): (&&str, &i64)| {
        let which = doc! { "_id": key(company, term), "company_id": company.as_str() };
        doc! { "q": which, "u": { "$inc": { "memories": *by } }, "upsert": true }
    };
    let statements: Vec<Document> = changes.iter().map(statement).collect();
    for some in statements.chunks(AT_ONCE) {
        tx.update(MEMORY_TERMS, some).await?;
    }
    let fewer: Vec<String> = changes
        .iter()
        .filter(|(_, by)| **by < 0)
        .map(|(term, _)| key(company, term))
        .collect();
    let nobodys = doc! { "_id": { "$in": &fewer }, "company_id": company.as_str(), "memories": { "$lte": 0 } };
    match fewer.is_empty() {
        true => Ok(()),
        false => tx.delete(MEMORY_TERMS, vec![nobodys]).await.map(drop),
    }
}

/// Gives memories of an older version their terms; what an earlier try has left, once more.
pub(super) async fn backfill(database: &Database) -> Result<(), MongoError> {
    let memories = database.collection::<Document>(RecordKind::LongMemory.as_str());
    let mut old = memories.find(doc! { TERMS: { "$exists": false } }).await?;
    while let Some(document) = old.try_next().await? {
        let which = doc! { "_id": document.get("_id"), "company_id": document.get("company_id") };
        let record = records::read(document, RecordKind::LongMemory).map_err(Fault::into_error)?;
        let change = doc! { "$set": { TERMS: terms(&record.body) } };
        memories.update_one(which, change).await?;
    }
    recount(database).await
}

/// Counts all companies' memories anew, while nobody writes any.
pub(super) async fn recount(database: &Database) -> Result<(), MongoError> {
    database
        .collection::<Document>(MEMORY_TERMS)
        .delete_many(doc! {})
        .await?;
    let steps = vec![
        doc! { "$unwind": format!("${TERMS}") },
        doc! { "$group": {
            "_id": { "company_id": "$company_id", "term": format!("${TERMS}") },
            "memories": { "$sum": int(1) },
        } },
        doc! { "$project": {
            "_id": { "$concat": ["$_id.company_id", "/", "$_id.term"] },
            "company_id": "$_id.company_id",
            "memories": 1,
        } },
        doc! { "$merge": { "into": MEMORY_TERMS, "on": "_id", "whenMatched": "replace", "whenNotMatched": "insert" } },
    ];
    let memories = database.collection::<Document>(RecordKind::LongMemory.as_str());
    memories.aggregate(steps).allow_disk_use(true).await?;
    Ok(())
}
