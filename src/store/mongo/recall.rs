//! By what long memories are found: terms that stand in their documents, and a document for each term that says how many
//! of a company's memories have it and which are the newest of them, kept in the transaction that writes a memory.

use std::collections::{BTreeMap, BTreeSet};

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
use super::shape::{Fields, int};
use super::tx::{Order, Tx};

/// Where a memory's terms stand in its document.
pub(super) const TERMS: &str = "terms";
/// The newest memories that a term names.
pub(super) const NEWEST: usize = 512;
/// Where they stand in its document.
pub(super) const NAMES: &str = "newest";
/// So many more are named before the oldest are dropped, so that most writes only add a name.
const SLACK: usize = 128;
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

/// The memories that a term is no longer in, and those that it is in from now on.
#[derive(Debug, Default)]
struct Change {
    gone: BTreeSet<String>,
    new: BTreeSet<String>,
}

/// What becomes of a company's terms.
pub(super) struct Changes(BTreeMap<String, Change>);

/// What writing a company's memories changes, asked before those with these names are removed and the new ones written.
pub(super) async fn changes(
    tx: &mut Tx,
    company: &CompanyId,
    gone: &[String],
    new: &[Document],
) -> Result<Changes, Fault> {
    let which = doc! { "_id": { "$in": gone }, "company_id": company.as_str() };
    let old = match gone.is_empty() {
        true => Vec::new(),
        false => {
            tx.find(RecordKind::LongMemory.as_str(), which, doc! { TERMS: 1 })
                .await?
        }
    };
    let mut changes: BTreeMap<String, Change> = BTreeMap::new();
    for document in &old {
        for term in of_document(document) {
            let change = changes.entry(term.to_owned()).or_default();
            change.gone.insert(id(document, company)?.to_owned());
        }
    }
    for document in new {
        for term in of_document(document) {
            let change = changes.entry(term.to_owned()).or_default();
            let name = id(document, company)?;
            if !change.gone.remove(name) {
                change.new.insert(name.to_owned());
            }
        }
    }
    Ok(Changes(changes))
}

/// Writes what has become of a company's terms, after its memories were written.
pub(super) async fn index(tx: &mut Tx, company: &CompanyId, Changes(changes): Changes) -> Result<(), Fault> {
    let which = |term: &str| doc! { "_id": key(company, term), "company_id": company.as_str() };
    let mut statements = Vec::new();
    for (term, Change { gone, new }) in &changes {
        if !gone.is_empty() {
            let names: Vec<&String> = gone.iter().collect();
            let change = doc! { "$inc": { "memories": -int(gone.len() as u64) }, "$pull": { NAMES: { "$in": names } } };
            statements.push(doc! { "q": which(term), "u": change });
        }
        if !new.is_empty() {
            let names: Vec<&String> = new.iter().collect();
            let change = doc! { "$inc": { "memories": int(new.len() as u64) }, "$push": { NAMES: { "$each": names } } };
            statements.push(doc! { "q": which(term), "u": change, "upsert": true });
            let mut too_many = which(term);
            too_many.insert(format!("{NAMES}.{}", NEWEST + SLACK), doc! { "$exists": true });
            let newest = doc! { "$push": { NAMES: { "$each": [], "$slice": -int(NEWEST as u64) } } };
            statements.push(doc! { "q": too_many, "u": newest });
        }
    }
    for some in statements.chunks(AT_ONCE) {
        tx.update(MEMORY_TERMS, some).await?;
    }
    let fewer: Vec<&str> = changes
        .iter()
        .filter(|(_, change)| !change.gone.is_empty())
        .map(|(term, _)| term.as_str())
        .collect();
    match fewer.is_empty() {
        true => Ok(()),
        false => refill(tx, company, &fewer).await,
    }
}

/// Removes terms that nothing has any more, and names older memories where those that were newest are gone.
async fn refill(tx: &mut Tx, company: &CompanyId, terms: &[&str]) -> Result<(), Fault> {
    let names: Vec<String> = terms.iter().map(|term| key(company, term)).collect();
    let nobodys = doc! { "_id": { "$in": &names }, "company_id": company.as_str(), "memories": { "$lte": 0 } };
    tx.delete(MEMORY_TERMS, vec![nobodys]).await?;
    let named = doc! { "$size": { "$ifNull": [format!("${NAMES}"), []] } };
    let few = doc! { "$and": [
        { "$lt": [&named, int((NEWEST / 2) as u64)] },
        { "$lt": [&named, "$memories"] },
    ] };
    let which = doc! { "_id": { "$in": &names }, "company_id": company.as_str(), "$expr": few };
    let short = tx.find(MEMORY_TERMS, which, doc! { "_id": 1 }).await?;
    let mut statements = Vec::new();
    for document in &short {
        let term = id(document, company)?;
        let which = doc! { "company_id": company.as_str(), TERMS: term };
        let newest = Order {
            by: doc! { "_id": -1 },
            limit: NEWEST as i64,
        };
        let found = tx
            .find_in_order(RecordKind::LongMemory.as_str(), which, doc! { "_id": 1 }, newest)
            .await?;
        let names: Result<Vec<&str>, Fault> = found.iter().rev().map(|document| id(document, company)).collect();
        statements.push(doc! {
            "q": { "_id": key(company, term), "company_id": company.as_str() },
            "u": { "$set": { NAMES: names? } },
        });
    }
    tx.update(MEMORY_TERMS, &statements).await.map(drop)
}

/// What stands in a document's name after its company's.
fn id<'a>(document: &'a Document, company: &CompanyId) -> Result<&'a str, Fault> {
    own(document.text("_id")?, company)
}

/// What stands in a name after its company's.
pub(super) fn own<'a>(name: &'a str, company: &CompanyId) -> Result<&'a str, Fault> {
    let own = name
        .strip_prefix(company.as_str())
        .and_then(|rest| rest.strip_prefix('/'));
    own.ok_or_else(|| Fault::corrupt(format!("{name} is not {company}'s")))
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
    Ok(())
}

/// Indexes all companies' memories anew, while nobody writes any.
pub(super) async fn index_all(database: &Database) -> Result<(), MongoError> {
    database
        .collection::<Document>(MEMORY_TERMS)
        .delete_many(doc! {})
        .await?;
    let after_company = doc! { "$add": [{ "$strLenBytes": "$company_id" }, 1] };
    let steps = vec![
        doc! { "$sort": { "_id": 1 } },
        doc! { "$project": {
            "company_id": 1,
            TERMS: 1,
            "own": { "$substrBytes": ["$_id", after_company, -1] },
        } },
        doc! { "$unwind": format!("${TERMS}") },
        doc! { "$group": {
            "_id": { "company_id": "$company_id", "term": format!("${TERMS}") },
            "memories": { "$sum": int(1) },
            NAMES: { "$lastN": { "input": "$own", "n": int(NEWEST as u64) } },
        } },
        doc! { "$project": {
            "_id": { "$concat": ["$_id.company_id", "/", "$_id.term"] },
            "company_id": "$_id.company_id",
            "memories": 1,
            NAMES: 1,
        } },
        doc! { "$merge": { "into": MEMORY_TERMS, "on": "_id", "whenMatched": "replace", "whenNotMatched": "insert" } },
    ];
    let memories = database.collection::<Document>(RecordKind::LongMemory.as_str());
    memories.aggregate(steps).allow_disk_use(true).await?;
    Ok(())
}
