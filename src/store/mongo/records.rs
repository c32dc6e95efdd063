//! Records as documents, in a collection for each kind: what the body says stands beside what is ours.

use std::collections::HashMap;

use actors::domain::{CompanyId, Timestamp};
use actors::port::{Amended, Put, Record, RecordKind};
use mongodb::bson::{Document, RawDocumentBuf, doc};
use serde_json::{Map, Value};
use strum::IntoEnumIterator;

use super::fault::Fault;
use super::moment::{Find, Moment};
use super::recall;
use super::rows::key;
use super::shape::{self, Fields, date, int};
use super::tx::Tx;
use crate::store::amend::{Stored, check, judge};

/// When a record may be forgotten: its own name for it, because many a body has an `expires_at`.
pub(super) const FORGET_AT: &str = "forget_at";
/// Where a body's fields stand that have the names of ours.
const BODY: &str = "body";
/// The names of ours.
const OURS: [&str; 7] = ["_id", "company_id", "version", "lookup", FORGET_AT, recall::TERMS, BODY];

/// A record as a document.
pub(super) fn document(record: &Record) -> Result<Document, Fault> {
    let Value::Object(fields) = &record.body else {
        return Err(Fault::Poison(format!(
            "{} {} is no JSON object",
            record.kind.as_str(),
            record.id
        )));
    };
    let mut document = doc! {
        "_id": key(&record.company_id, &record.id),
        "company_id": record.company_id.as_str(),
        "version": int(record.version),
    };
    if let Some(lookup) = &record.lookup {
        document.insert("lookup", lookup);
    }
    if let Some(at) = record.expires_at {
        document.insert(FORGET_AT, date(at));
    }
    if record.kind == RecordKind::LongMemory {
        document.insert(recall::TERMS, recall::terms(&record.body));
    }
    let is_ours = |name: &str| OURS.contains(&name);
    let (hidden, shown): (Map<String, Value>, Map<String, Value>) =
        fields.clone().into_iter().partition(|(name, _)| is_ours(name));
    let moments: Vec<&str> = fields
        .iter()
        .filter(|(name, value)| is_moment(name, value))
        .map(|(name, _)| name.as_str())
        .collect();
    document.extend(shape::document(&shown, &moments)?);
    if !hidden.is_empty() {
        document.insert(BODY, shape::document(&hidden, &[])?);
    }
    Ok(document)
}

/// Whether a field is a moment that reads the same when it comes back from a date. A dot would be taken for a path.
fn is_moment(name: &str, value: &Value) -> bool {
    let is_same = |text: &str| text.parse::<Timestamp>().is_ok_and(|at| at.to_string() == text);
    name.ends_with("_at") && !name.contains('.') && value.as_str().is_some_and(is_same)
}

/// The id within a company's `_id`.
fn id_of(document: &Document, company: &CompanyId) -> Result<String, Fault> {
    let name = document.text("_id")?;
    let id = name.strip_prefix(&key(company, ""));
    id.map(str::to_owned)
        .ok_or_else(|| Fault::corrupt(format!("_id {name:?} is not one of {company}")))
}

/// A record from its document.
pub(super) fn read(mut document: Document, kind: RecordKind) -> Result<Record, Fault> {
    let company_id: CompanyId = document.parsed("company_id")?;
    let record = Record {
        kind,
        id: id_of(&document, &company_id)?,
        version: document.count("version")?,
        lookup: document.text_or_none("lookup").map(str::to_owned),
        expires_at: document.at_or_none(FORGET_AT),
        body: Value::Null,
        company_id,
    };
    let hidden = document.get_document(BODY).cloned().unwrap_or_default();
    for name in OURS {
        document.remove(name);
    }
    document.extend(hidden);
    let body = shape::value(document)?;
    Ok(Record { body, ..record })
}

fn all(found: Vec<Document>, kind: RecordKind) -> Result<Vec<Record>, Fault> {
    found.into_iter().map(|document| read(document, kind)).collect()
}

// ---- reading -----------------------------------------------------------------------------------

/// A company's record.
pub(super) async fn one(
    m: &mut Moment,
    company: &CompanyId,
    kind: RecordKind,
    id: &str,
) -> Result<Option<Record>, Fault> {
    let find = Find {
        from: kind.as_str(),
        which: doc! { "_id": key(company, id), "company_id": company.as_str() },
        ..Find::default()
    };
    let found = m.first(find).await?;
    found.map(|document| read(document, kind)).transpose()
}

/// A company's records, in the order of their ids. No id is empty, so that all are behind the empty text.
pub(super) async fn list(
    m: &mut Moment,
    company: &CompanyId,
    kind: RecordKind,
    after: &str,
    limit: usize,
) -> Result<Vec<Record>, Fault> {
    let which = doc! { "company_id": company.as_str(), "_id": { "$gt": key(company, after) } };
    in_order(m, kind, which, limit).await
}

/// A company's records, from the last id on, before one where it is given: all that are its begin with its name and a
/// slash, which sorts before a zero.
pub(super) async fn backwards(
    m: &mut Moment,
    company: &CompanyId,
    kind: RecordKind,
    before: Option<&str>,
    limit: usize,
) -> Result<Vec<Record>, Fault> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let end = before.map_or_else(|| format!("{company}0"), |before| key(company, before));
    let find = Find {
        from: kind.as_str(),
        which: doc! { "company_id": company.as_str(), "_id": { "$lt": end } },
        order: doc! { "company_id": -1, "_id": -1 },
        limit: int(limit as u64),
        ..Find::default()
    };
    all(m.documents(find).await?, kind)
}

/// All companies' records, in the order of companies and of ids.
pub(super) async fn every(
    m: &mut Moment,
    kind: RecordKind,
    after: Option<(&CompanyId, &str)>,
    limit: usize,
) -> Result<Vec<Record>, Fault> {
    let mut found = match after {
        Some((company, id)) => list(m, company, kind, id, limit).await?,
        None => Vec::new(),
    };
    let behind = after.map_or("", |(company, _)| company.as_str());
    let left = limit.saturating_sub(found.len());
    found.extend(in_order(m, kind, doc! { "company_id": { "$gt": behind } }, left).await?);
    Ok(found)
}

async fn in_order(m: &mut Moment, kind: RecordKind, which: Document, limit: usize) -> Result<Vec<Record>, Fault> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let find = Find {
        from: kind.as_str(),
        which,
        order: doc! { "company_id": 1, "_id": 1 },
        limit: int(limit as u64),
        ..Find::default()
    };
    all(m.documents(find).await?, kind)
}

/// The record with a lookup text.
pub(super) async fn find(m: &mut Moment, kind: RecordKind, lookup: &str) -> Result<Option<Record>, Fault> {
    let find = Find {
        from: kind.as_str(),
        which: doc! { "lookup": lookup },
        ..Find::default()
    };
    let found = m.first(find).await?;
    found.map(|document| read(document, kind)).transpose()
}

// ---- amending ----------------------------------------------------------------------------------

/// What a company's puts come to, nothing of which is done yet.
pub(super) async fn judged(tx: &mut Tx, company: &CompanyId, puts: &[Put]) -> Result<Amended, Fault> {
    check(puts)?;
    let (mut versions, mut holders) = (HashMap::new(), HashMap::new());
    for kind in RecordKind::iter() {
        let of_kind = || puts.iter().filter(|put| put.kind == kind);
        let names: Vec<String> = of_kind().map(|put| key(company, &put.id)).collect();
        if names.is_empty() {
            continue;
        }
        let which = doc! { "_id": { "$in": names }, "company_id": company.as_str() };
        for document in tx.find(kind.as_str(), which, doc! { "version": 1 }).await? {
            let id = id_of(&document, company)?;
            versions.insert((kind, id), document.count("version")?);
        }
        let lookups: Vec<&String> = of_kind().filter_map(lookup).collect();
        if lookups.is_empty() {
            continue;
        }
        let which = doc! { "lookup": { "$in": lookups } };
        for document in tx
            .find(kind.as_str(), which, doc! { "lookup": 1, "company_id": 1 })
            .await?
        {
            let whose = document.parsed("company_id")?;
            let id = id_of(&document, &whose)?;
            holders.insert((kind, document.text("lookup")?.to_owned()), (whose, id));
        }
    }
    let stored: Vec<Stored> = puts
        .iter()
        .map(|put| Stored {
            version: versions.get(&(put.kind, put.id.clone())).copied(),
            holder: lookup(put).and_then(|lookup| holders.get(&(put.kind, lookup.clone())).cloned()),
        })
        .collect();
    Ok(judge(company, puts, &stored))
}

fn lookup(put: &Put) -> Option<&String> {
    put.to.as_ref()?.lookup.as_ref()
}

/// Writes a company's puts. What was there goes first, so that a lookup text is free before another has it.
pub(super) async fn write(tx: &mut Tx, company: &CompanyId, puts: &[Put]) -> Result<(), Fault> {
    for kind in RecordKind::iter() {
        let of_kind = || puts.iter().filter(|put| put.kind == kind);
        let gone: Vec<String> = of_kind()
            .filter(|put| put.expect.is_some())
            .map(|put| key(company, &put.id))
            .collect();
        let new: Result<Vec<Document>, Fault> = of_kind()
            .filter_map(|put| put.record(company))
            .map(|record| document(&record))
            .collect();
        let new = new?;
        let terms = match kind {
            RecordKind::LongMemory => Some(recall::changes(tx, company, &gone, &new).await?),
            _ => None,
        };
        if !gone.is_empty() {
            let which = doc! { "_id": { "$in": gone }, "company_id": company.as_str() };
            tx.delete(kind.as_str(), vec![which]).await?;
        }
        let new: Result<Vec<RawDocumentBuf>, Fault> = new
            .iter()
            .map(|document| Ok(RawDocumentBuf::try_from(document)?))
            .collect();
        tx.insert(kind.as_str(), new?).await.map_err(anew)?;
        if let Some(terms) = terms {
            recall::index(tx, company, terms).await?;
        }
    }
    Ok(())
}

/// Where another company has taken a lookup text meanwhile, the next try finds that it has.
fn anew(fault: Fault) -> Fault {
    match fault {
        Fault::Duplicate(why) => Fault::Conflict(why),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_is_for_people_and_comes_back_as_the_record_that_it_was() {
        let at = "2026-01-31T08:00:00.000Z";
        let record = Record {
            company_id: "comp-a".parse().unwrap(),
            kind: RecordKind::Assets,
            id: "a/b".to_owned(),
            version: 3,
            lookup: Some("db-1".to_owned()),
            expires_at: Some(Timestamp::from_millis(5)),
            body: json!({
                "name": "db-1", "created_at": at, "expires_at": null, "seen_at": "2026-01-31", "a.b_at": at, "$set": {},
                "a": {"b_at": "not a moment"}, "labels": {"$date": at, "x.y": {"made_at": at}},
                "_id": 1, "company_id": "x", "version": "y", "lookup": null, "forget_at": at, "body": {"version": 1},
            }),
        };
        let document = document(&record).unwrap();
        assert_eq!(document.text("_id").unwrap(), "comp-a/a/b");
        assert_eq!(document.text("name").unwrap(), "db-1");
        assert_eq!(
            document.at_or_none("created_at").map(|at| at.to_string()),
            Some(at.to_owned())
        );
        assert_eq!(document.at_or_none(FORGET_AT), record.expires_at);
        assert_eq!(read(document, RecordKind::Assets).unwrap(), record);
    }
}
