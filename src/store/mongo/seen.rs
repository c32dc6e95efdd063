//! Deliveries and signatures that were seen. A unique `_id` decides which request is the first; what is
//! forgotten is judged by the stored time, never by whether the server's own clock has removed it.

use std::collections::HashMap;
use std::time::Duration;

use actors::domain::{AlertId, CompanyId, DeliveryId, Timestamp};
use actors::limits::{DELIVERY_MEMORY, SIGNATURE_WINDOW};
use actors::port::inbox::{Delivery, Signature};
use futures::TryStreamExt;
use mongodb::bson::{Document, RawDocumentBuf, doc};

use super::fault::Fault;
use super::names::*;
use super::shape::{Fields, date, int};
use super::shared::Shared;
use super::tx::in_time;
use crate::store::migration::Request;

/// For so much longer than it has to a signature is kept from the server's own broom, whose clock may be
/// ahead of ours.
const BROOM_WAITS: Duration = Duration::from_secs(3_600);

/// Requests forgotten at once.
const FORGOTTEN_AT_ONCE: usize = 5_000;

/// The first request under an id or a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct First {
    pub(super) first_no: u64,
    pub(super) count: u64,
    pub(super) body_hash: String,
    /// When it was stored.
    at: Timestamp,
    is_delivery: bool,
}

/// The name under which a delivery id is kept.
pub(super) fn delivery_name(delivery: &Delivery) -> Option<String> {
    let id = delivery.delivery_id.as_ref()?;
    Some(name_of_delivery(&delivery.company_id, id))
}

fn name_of_delivery(company: &CompanyId, id: &DeliveryId) -> String {
    format!("{company}/delivery/{id}")
}

/// The name under which a signature is kept.
pub(super) fn signature_name(delivery: &Delivery) -> Option<String> {
    let signature = delivery.signature.as_ref()?;
    Some(name_of_signature(&delivery.company_id, signature))
}

fn name_of_signature(company: &CompanyId, signature: &Signature) -> String {
    format!("{company}/signature/{}", hex::encode(signature.mac))
}

/// What is kept of a request.
/// `node`: who has accepted it, where others look out for that.
pub(super) fn documents(delivery: &Delivery, first_no: u64, node: Option<&str>) -> Result<Vec<RawDocumentBuf>, Fault> {
    let request = Request {
        company: delivery.company_id.clone(),
        first_no,
        count: delivery.alerts.len() as u64,
        body_hash: delivery.body_hash,
        stored_at: delivery.received_at,
    };
    let delivery_id = delivery.delivery_id.as_ref();
    let by_id = delivery_id.map(|id| delivery_document(id, &request));
    let signature = delivery.signature.as_ref();
    let by_signature = signature.map(|signature| signature_document(signature, &request));
    let documents = by_id.into_iter().chain(by_signature);
    documents
        .map(|mut document| {
            document.extend(node.map(|node| ("node".to_owned(), node.into())));
            Ok(RawDocumentBuf::try_from(&document)?)
        })
        .collect()
}

/// A request under its delivery id.
pub(super) fn delivery_document(id: &DeliveryId, request: &Request) -> Document {
    let mut document = doc! { "_id": name_of_delivery(&request.company, id), "delivery_id": id.as_str() };
    document.extend(request_fields(request));
    document.insert("expires_at", date(request.stored_at.plus(DELIVERY_MEMORY)));
    document
}

/// A request under its signature.
pub(super) fn signature_document(signature: &Signature, request: &Request) -> Document {
    let name = name_of_signature(&request.company, signature);
    let mut document = doc! { "_id": name, "signed_at": date(signature.signed_at) };
    document.extend(request_fields(request));
    let expires_at = signature.signed_at.plus(SIGNATURE_WINDOW + BROOM_WAITS);
    document.insert("expires_at", date(expires_at));
    document
}

fn request_fields(request: &Request) -> Document {
    doc! {
        "company_id": request.company.as_str(),
        "first_no": int(request.first_no),
        "count": int(request.count),
        "body_hash": hex::encode(request.body_hash),
        "stored_at": date(request.stored_at),
    }
}

/// What has surely not been removed at a moment by the server's broom.
pub(super) fn unexpired(at: Timestamp) -> Document {
    let signed_at = at.minus(SIGNATURE_WINDOW + Duration::from_millis(1));
    doc! { "$or": [
        { "delivery_id": { "$exists": true }, "expires_at": { "$gt": date(at) } },
        { "signed_at": { "$gt": date(signed_at) } },
    ] }
}

/// Up to when a company's signatures may have been forgotten.
pub(super) fn floor_document(company: &CompanyId, signed_at: Timestamp) -> Document {
    doc! { "_id": company.as_str(), "company_id": company.as_str(), "signed_at": date(signed_at) }
}

/// What is known under these names. A delivery that is past its time is in `expired` instead.
pub(super) async fn known(shared: &Shared, names: &[String]) -> Result<(HashMap<String, First>, Vec<String>), Fault> {
    let deliveries = shared.collection(DELIVERIES);
    let which = doc! { "_id": { "$in": names } };
    let found: Vec<Document> = in_time(async { deliveries.find(which).await?.try_collect().await }).await?;
    let clock = shared.clock();
    let (mut known, mut expired) = (HashMap::with_capacity(found.len()), Vec::new());
    for document in &found {
        let name = document.text("_id")?.to_owned();
        let first = First {
            first_no: document.count("first_no")?,
            count: document.count("count")?,
            body_hash: document.text("body_hash")?.to_owned(),
            at: document.at("stored_at")?,
            is_delivery: document.contains_key("delivery_id"),
        };
        if first.is_delivery && first.at.plus(DELIVERY_MEMORY) <= clock {
            expired.push(name);
        } else {
            known.insert(name, first);
        }
    }
    Ok((known, expired))
}

/// The alerts of a first request.
pub(super) async fn alert_ids(shared: &Shared, company: &CompanyId, first: &First) -> Result<Vec<AlertId>, Fault> {
    let alerts = shared.collection(ALERTS);
    let numbers = doc! { "$gte": int(first.first_no), "$lt": int(first.first_no + first.count) };
    let which = doc! { "company_id": company.as_str(), "_id": numbers };
    let found: Vec<Document> = in_time(async {
        let found = alerts
            .find(which)
            .sort(doc! { "_id": 1 })
            .projection(doc! { "alert_id": 1 });
        found.await?.try_collect().await
    })
    .await?;
    found.iter().map(|alert| alert.parsed("alert_id")).collect()
}

/// Forgets what has expired, a bounded number at a time: whether there may be more. A company's newest
/// forgotten signed time is durable before the signature is gone.
pub(super) async fn forget(shared: &Shared) -> Result<bool, Fault> {
    let clock = shared.clock();
    // The window's last moment is in it.
    let past = clock.minus(SIGNATURE_WINDOW + Duration::from_millis(1));
    let signatures = some(shared, doc! { "signed_at": { "$lte": date(past) } }, "signed_at").await?;
    let mut newest: HashMap<&str, Timestamp> = HashMap::new();
    for signature in &signatures {
        let (company, signed_at) = (signature.text("company_id")?, signature.at("signed_at")?);
        let floor = newest.entry(company).or_insert(signed_at);
        *floor = signed_at.max(*floor);
    }
    let floors = shared.collection(SIGNATURE_FLOORS);
    for (company, signed_at) in newest {
        let raise = doc! { "$max": { "signed_at": date(signed_at) }, "$setOnInsert": { "company_id": company } };
        in_time(async { floors.update_one(doc! { "_id": company }, raise).upsert(true).await }).await?;
    }
    // Another process may have raised some, too.
    let all: Vec<Document> =
        in_time(async { floors.find(doc! {}).sort(doc! { "_id": 1 }).await?.try_collect().await }).await?;
    for floor in &all {
        if let Some(cell) = shared.known(&floor.parsed("_id")?) {
            cell.raise_floor(floor.at("signed_at")?);
        }
    }
    remove(shared, &signatures).await?;
    let deliveries = some(shared, doc! { "expires_at": { "$lte": date(clock) } }, "expires_at").await?;
    remove(shared, &deliveries).await?;
    Ok(signatures.len().max(deliveries.len()) == FORGOTTEN_AT_ONCE)
}

/// The first that expired.
async fn some(shared: &Shared, which: Document, by: &str) -> Result<Vec<Document>, Fault> {
    let deliveries = shared.collection(DELIVERIES);
    in_time(async {
        let found = deliveries
            .find(which)
            .sort(doc! { by: 1 })
            .limit(FORGOTTEN_AT_ONCE as i64);
        found
            .projection(doc! { "company_id": 1, "signed_at": 1 })
            .await?
            .try_collect()
            .await
    })
    .await
}

async fn remove(shared: &Shared, expired: &[Document]) -> Result<(), Fault> {
    if expired.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = expired
        .iter()
        .map(|document| document.text("_id"))
        .collect::<Result<_, _>>()?;
    let deliveries = shared.collection(DELIVERIES);
    in_time(async { deliveries.delete_many(doc! { "_id": { "$in": names } }).await }).await?;
    Ok(())
}
