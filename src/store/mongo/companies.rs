//! Companies and their settings.

use actors::domain::Company;
use futures::TryStreamExt;
use mongodb::bson::{Document, doc};

use super::fault::Fault;
use super::names::*;
use super::rows::COMPANY;
use super::shape;
use super::shared::Shared;
use super::tx::in_time;

/// A company's settings as a document.
pub(super) fn company_document(company: &Company) -> Result<Document, Fault> {
    let mut document = shape::document(company, COMPANY)?;
    document.insert("_id", company.company_id.as_str());
    Ok(document)
}

/// Every company's settings. The platform has none and is not one.
pub(super) async fn companies(shared: &Shared) -> Result<Vec<Company>, Fault> {
    let companies = shared.collection(COMPANIES);
    let order = doc! { "created_at": 1, "_id": 1 };
    let found: Vec<Document> =
        in_time(async { companies.find(doc! {}).sort(order).await?.try_collect().await }).await?;
    found.into_iter().map(shape::value).collect()
}

/// A company's settings.
pub(super) async fn company(shared: &Shared, id: &str) -> Result<Option<Company>, Fault> {
    let companies = shared.collection(COMPANIES);
    let found = in_time(async { companies.find_one(doc! { "_id": id }).await }).await?;
    found.map(shape::value).transpose()
}
