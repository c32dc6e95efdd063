//! What the first version has left of keys and secrets, made records.

use actors::port::{Record, RecordKind};
use futures::TryStreamExt;
use mongodb::Database;
use mongodb::bson::{Bson, Document, doc};
use serde_json::{Value, json};

use super::MongoError;
use super::fault::Fault;
use super::records;
use super::shape::Fields;

/// Documents that are written at once.
const AT_ONCE: usize = 1_000;
/// There is no such collection, no such index.
const MISSING: [i32; 2] = [26, 27];

/// Converts what is still of the first version; where that was cut short, whatever is left.
pub(super) async fn convert(database: &Database) -> Result<(), MongoError> {
    drop_index(database, RecordKind::ApiKeys, "by_hash").await?;
    convert_all(database, RecordKind::ApiKeys, api_key).await?;
    drop_index(database, RecordKind::WebhookSecrets, "by_company").await?;
    convert_all(database, RecordKind::WebhookSecrets, webhook_secret).await
}

pub(super) async fn drop_index(database: &Database, kind: RecordKind, index: &str) -> Result<(), MongoError> {
    let command = doc! { "dropIndexes": kind.as_str(), "index": index };
    match database.run_command(command).await {
        Err(error) if !is_missing(&error) => Err(error.into()),
        _ => Ok(()),
    }
}

fn is_missing(error: &mongodb::error::Error) -> bool {
    let code = match &*error.kind {
        mongodb::error::ErrorKind::Command(command) => command.code,
        _ => 0,
    };
    MISSING.contains(&code)
}

/// Writes the new ones, then removes the old: what has been written before a cut is written again.
async fn convert_all(
    database: &Database,
    kind: RecordKind,
    convert: fn(&Document) -> Result<Record, Fault>,
) -> Result<(), MongoError> {
    let collection = database.collection::<Document>(kind.as_str());
    let of_the_first = doc! { "version": { "$exists": false } };
    let old: Vec<Document> = collection.find(of_the_first).await?.try_collect().await?;
    for some in old.chunks(AT_ONCE) {
        let new: Result<Vec<Document>, Fault> = some.iter().map(|old| records::document(&convert(old)?)).collect();
        let new = new?;
        let names = |documents: &[Document]| -> Vec<Bson> {
            documents
                .iter()
                .filter_map(|document| document.get("_id").cloned())
                .collect()
        };
        collection.delete_many(doc! { "_id": { "$in": names(&new) } }).await?;
        collection.insert_many(&new).await?;
        collection.delete_many(doc! { "_id": { "$in": names(some) } }).await?;
    }
    Ok(())
}

fn in_hex(document: &Document, name: &str) -> Result<String, Fault> {
    match document.get(name) {
        Some(Bson::Binary(binary)) => Ok(hex::encode(&binary.bytes)),
        _ => Err(Fault::corrupt(format!("{name} is missing"))),
    }
}

fn api_key(old: &Document) -> Result<Record, Fault> {
    let (id, hash) = (old.text("_id")?, in_hex(old, "key_hash")?);
    let scopes: Vec<&str> = old
        .get_array("scopes")
        .into_iter()
        .flatten()
        .filter_map(Bson::as_str)
        .collect();
    let body = json!({
        "key_id": id, "name": "first key", "key_hash": hash, "scopes": scopes,
        "unsigned": old.get_bool("unsigned").unwrap_or_default(), "created_at": old.at("created_at")?,
    });
    record(old, RecordKind::ApiKeys, id.to_owned(), Some(hash), body)
}

/// Its old name is its company's, a slash, and what becomes its id.
fn webhook_secret(old: &Document) -> Result<Record, Fault> {
    let name = old.text("_id")?;
    let id = format!("whs-{}", name.rsplit_once('/').map_or(name, |(_, id)| id));
    let body = json!({ "secret_id": id, "sealed": in_hex(old, "sealed")?, "created_at": old.at("created_at")? });
    record(old, RecordKind::WebhookSecrets, id, None, body)
}

fn record(old: &Document, kind: RecordKind, id: String, lookup: Option<String>, body: Value) -> Result<Record, Fault> {
    Ok(Record {
        company_id: old.parsed("company_id")?,
        kind,
        id,
        version: 1,
        lookup,
        expires_at: None,
        body,
    })
}
