//! Companies, their keys and secrets.

use actors::domain::Company;
use actors::port::roster::{ApiKeyRecord, NewCompany, Scope, WebhookSecretRecord};
use futures::TryStreamExt;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, Bson, Document, doc};

use super::fault::Fault;
use super::head::{self, Head};
use super::names::*;
use super::rows::{COMPANY, key};
use super::shape::{self, Fields, date};
use super::shared::Shared;
use super::tx::in_time;

fn bytes(bytes: &[u8]) -> Binary {
    Binary {
        subtype: BinarySubtype::Generic,
        bytes: bytes.to_vec(),
    }
}

/// What founding a company writes, and where.
pub(super) fn documents(new: &NewCompany) -> Result<[(&'static str, Document); 4], Fault> {
    let id = &new.company.company_id;
    Ok([
        (HEADS, head::document(id, &Head::default(), None)),
        (COMPANIES, company_document(&new.company)?),
        (API_KEYS, key_document(&new.key)?),
        (WEBHOOK_SECRETS, secret_document(&new.secret)),
    ])
}

pub(super) fn company_document(company: &Company) -> Result<Document, Fault> {
    let mut document = shape::document(company, COMPANY)?;
    document.insert("_id", company.company_id.as_str());
    Ok(document)
}

pub(super) fn key_document(record: &ApiKeyRecord) -> Result<Document, Fault> {
    let scopes = serde_json::to_value(&record.scopes).map_err(|error| Fault::Poison(error.to_string()))?;
    let scopes: Vec<&str> = scopes
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|scope| scope.as_str())
        .collect();
    Ok(doc! {
        "_id": record.key_id.as_str(),
        "company_id": record.company_id.as_str(),
        "key_hash": bytes(&record.key_hash),
        "scopes": scopes,
        "unsigned": record.unsigned,
        "created_at": date(record.created_at),
    })
}

pub(super) fn secret_document(record: &WebhookSecretRecord) -> Document {
    let made = record.created_at.as_millis();
    // Its own bytes begin with a nonce, so that two made at once have two names.
    let nonce: String = hex::encode(&record.sealed).chars().take(24).collect();
    doc! {
        "_id": key(&record.company_id, &format!("{made}-{nonce}")),
        "company_id": record.company_id.as_str(),
        "sealed": bytes(&record.sealed),
        "created_at": date(record.created_at),
    }
}

async fn all(shared: &Shared, collection: &str, order: Document) -> Result<Vec<Document>, Fault> {
    let collection = shared.collection(collection);
    in_time(async { collection.find(doc! {}).sort(order).await?.try_collect().await }).await
}

/// Every company's settings. The platform has none and is not one.
pub(super) async fn companies(shared: &Shared) -> Result<Vec<Company>, Fault> {
    let found = all(shared, COMPANIES, doc! { "created_at": 1, "_id": 1 }).await?;
    found.into_iter().map(shape::value).collect()
}

/// A company's settings.
pub(super) async fn company(shared: &Shared, id: &str) -> Result<Option<Company>, Fault> {
    let companies = shared.collection(COMPANIES);
    let found = in_time(async { companies.find_one(doc! { "_id": id }).await }).await?;
    found.map(shape::value).transpose()
}

fn binary(document: &Document, name: &str) -> Result<Vec<u8>, Fault> {
    match document.get(name) {
        Some(Bson::Binary(binary)) => Ok(binary.bytes.clone()),
        _ => Err(Fault::corrupt(format!("{name} is missing"))),
    }
}

/// Every API key.
pub(super) async fn api_keys(shared: &Shared) -> Result<Vec<ApiKeyRecord>, Fault> {
    let found = all(shared, API_KEYS, doc! { "_id": 1 }).await?;
    let read = |document: &Document| {
        let scopes = document
            .get_array("scopes")
            .into_iter()
            .flatten()
            .filter_map(Bson::as_str);
        let scopes: Result<Vec<Scope>, _> = scopes.map(|scope| serde_json::from_value(scope.into())).collect();
        let hash = binary(document, "key_hash")?;
        Ok(ApiKeyRecord {
            key_id: document.parsed("_id")?,
            company_id: document.parsed("company_id")?,
            key_hash: hash
                .try_into()
                .map_err(|_| Fault::corrupt("key_hash is not 32 bytes"))?,
            scopes: scopes.map_err(|error| Fault::corrupt(format!("scopes: {error}")))?,
            unsigned: document.get_bool("unsigned").unwrap_or_default(),
            created_at: document.at("created_at")?,
        })
    };
    found.iter().map(read).collect()
}

/// Every webhook secret.
pub(super) async fn webhook_secrets(shared: &Shared) -> Result<Vec<WebhookSecretRecord>, Fault> {
    let found = all(shared, WEBHOOK_SECRETS, doc! { "company_id": 1, "created_at": 1 }).await?;
    let read = |document: &Document| {
        Ok(WebhookSecretRecord {
            company_id: document.parsed("company_id")?,
            sealed: binary(document, "sealed")?,
            created_at: document.at("created_at")?,
        })
    };
    found.iter().map(read).collect()
}
