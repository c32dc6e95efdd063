//! Between values and documents that a person can read: the wire's field names, moments as dates.
//!
//! Values go through JSON and are turned into BSON by hand. What looks like MongoDB's extended JSON in
//! a sender's label or a tool's parameter stays what it is, a text under a name.

use actors::domain::Timestamp;
use mongodb::bson::{Bson, DateTime, Decimal128, Document, doc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};

use super::fault::Fault;
pub(super) use crate::store::page::int;

/// A moment as a date.
pub(super) fn date(at: Timestamp) -> DateTime {
    DateTime::from_millis(at.as_millis())
}

/// What lies at or after the one moment and before the other; nothing where neither is named.
pub(super) fn between(since: Option<Timestamp>, until: Option<Timestamp>) -> Option<Document> {
    let mut dates = Document::new();
    dates.extend(since.map(|since| ("$gte".to_owned(), date(since).into())));
    dates.extend(until.map(|until| ("$lt".to_owned(), date(until).into())));
    (!dates.is_empty()).then_some(dates)
}

/// A date as a moment.
pub(super) fn moment(at: DateTime) -> Timestamp {
    Timestamp::from_millis(at.timestamp_millis())
}

/// A value as a document. `moments` are the paths of its fields that hold moments, such as
/// `session.ends_at`; lists on the way are gone through.
pub(super) fn document(value: &impl Serialize, moments: &[&str]) -> Result<Document, Fault> {
    match serde_json::to_value(value) {
        Ok(Value::Object(fields)) => Ok(object(fields, moments)?),
        Ok(_) => Err(Fault::Poison("only an object is a document".to_owned())),
        Err(error) => Err(Fault::Poison(error.to_string())),
    }
}

fn object(fields: Map<String, Value>, moments: &[&str]) -> Result<Document, Fault> {
    let mut document = Document::new();
    for (name, value) in fields {
        let below: Vec<&str> = moments
            .iter()
            .filter_map(|path| path.strip_prefix(name.as_str())?.strip_prefix('.'))
            .collect();
        let value = match value {
            Value::String(text) if moments.contains(&name.as_str()) => Bson::DateTime(date(
                text.parse()
                    .map_err(|_| Fault::Poison(format!("{name} is no moment: {text}")))?,
            )),
            value => bson(value, &below)?,
        };
        document.insert(name, value);
    }
    Ok(document)
}

fn bson(value: Value, moments: &[&str]) -> Result<Bson, Fault> {
    Ok(match value {
        Value::Null => Bson::Null,
        Value::Bool(value) => Bson::Boolean(value),
        Value::String(text) => Bson::String(text),
        Value::Number(number) => of_number(&number)?,
        Value::Array(items) => Bson::Array(
            items
                .into_iter()
                .map(|item| bson(item, moments))
                .collect::<Result<_, _>>()?,
        ),
        Value::Object(fields) => Bson::Document(object(fields, moments)?),
    })
}

/// Whole numbers past the range of 64 bits with a sign become decimals, which hold them exactly.
fn of_number(number: &Number) -> Result<Bson, Fault> {
    if let Some(whole) = number.as_i64() {
        return Ok(Bson::Int64(whole));
    }
    if number.is_u64() {
        let decimal: Decimal128 = number.to_string().parse()?;
        return Ok(Bson::Decimal128(decimal));
    }
    number
        .as_f64()
        .map(Bson::Double)
        .ok_or_else(|| Fault::Poison(format!("{number} is no number of BSON")))
}

/// The value of a document; names that it does not know are passed over.
pub(super) fn value<T: DeserializeOwned>(document: Document) -> Result<T, Fault> {
    let json = json(Bson::Document(document))?;
    serde_json::from_value(json).map_err(|error| Fault::corrupt(error.to_string()))
}

fn json(bson: Bson) -> Result<Value, Fault> {
    Ok(match bson {
        Bson::Null => Value::Null,
        Bson::Boolean(value) => Value::Bool(value),
        Bson::String(text) => Value::String(text),
        Bson::Int32(whole) => whole.into(),
        Bson::Int64(whole) => whole.into(),
        Bson::Double(number) => Number::from_f64(number).map_or(Value::Null, Value::Number),
        Bson::Decimal128(decimal) => {
            let whole: Option<u64> = decimal.to_string().parse().ok();
            whole
                .map(Value::from)
                .ok_or_else(|| Fault::corrupt(format!("{decimal} is not whole")))?
        }
        Bson::DateTime(at) => Value::String(moment(at).to_string()),
        Bson::Array(items) => Value::Array(items.into_iter().map(json).collect::<Result<_, _>>()?),
        Bson::Document(fields) => {
            let mut object = Map::new();
            for (name, value) in fields {
                object.insert(name, json(value)?);
            }
            Value::Object(object)
        }
        other => return Err(Fault::corrupt(format!("{other} is of no kind that is written here"))),
    })
}

/// The update that makes one document of another: what is new or otherwise, and what is no more. Never empty.
pub(super) fn difference(before: &Document, mut after: Document) -> Document {
    let gone: Document = before
        .keys()
        .filter(|name| !after.contains_key(*name))
        .map(|name| (name.clone(), Bson::String(String::new())))
        .collect();
    let same: Vec<String> = after
        .iter()
        .filter(|(name, value)| before.get(*name) == Some(value) && *name != "_id")
        .map(|(name, _)| name.clone())
        .collect();
    for name in same {
        after.remove(name);
    }
    let mut update = doc! { "$set": after };
    if !gone.is_empty() {
        update.insert("$unset", gone);
    }
    update
}

/// A field that must be there.
pub(super) trait Fields {
    /// A text.
    fn text(&self, name: &str) -> Result<&str, Fault>;
    /// A text or nothing.
    fn text_or_none(&self, name: &str) -> Option<&str>;
    /// A count.
    fn count(&self, name: &str) -> Result<u64, Fault>;
    /// A moment.
    fn at(&self, name: &str) -> Result<Timestamp, Fault>;
    /// A moment or nothing.
    fn at_or_none(&self, name: &str) -> Option<Timestamp>;
    /// A value with a text form, such as an id.
    fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(&self, name: &str) -> Result<T, Fault> {
        let text = self.text(name)?;
        text.parse()
            .map_err(|error| Fault::corrupt(format!("{name} {text:?}: {error}")))
    }
}

fn missing(name: &str) -> Fault {
    Fault::corrupt(format!("{name} is missing, or of another kind than it is written with"))
}

impl Fields for Document {
    fn text(&self, name: &str) -> Result<&str, Fault> {
        self.get_str(name).map_err(|_| missing(name))
    }

    fn text_or_none(&self, name: &str) -> Option<&str> {
        self.get_str(name).ok()
    }

    fn count(&self, name: &str) -> Result<u64, Fault> {
        let count = match self.get(name) {
            Some(Bson::Int64(count)) => u64::try_from(*count).ok(),
            Some(Bson::Int32(count)) => u64::try_from(*count).ok(),
            // As the server's own sums and a person's shell write them.
            Some(Bson::Double(count)) if *count >= 0.0 && count.fract() == 0.0 => Some(*count as u64),
            _ => None,
        };
        count.ok_or_else(|| missing(name))
    }

    fn at(&self, name: &str) -> Result<Timestamp, Fault> {
        self.at_or_none(name).ok_or_else(|| missing(name))
    }

    fn at_or_none(&self, name: &str) -> Option<Timestamp> {
        self.get_datetime(name).ok().copied().map(moment)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_difference_names_what_is_otherwise_and_what_is_gone() {
        let before = doc! { "_id": 1, "same": [1, 2], "other": 1, "gone": true };
        let after = doc! { "_id": 1, "same": [1, 2], "other": 2, "new": "x" };
        assert_eq!(
            difference(&before, after),
            doc! { "$set": { "_id": 1, "other": 2, "new": "x" }, "$unset": { "gone": "" } }
        );
        assert_eq!(difference(&before, before.clone()), doc! { "$set": { "_id": 1 } });
    }

    #[test]
    fn what_is_written_is_read_again_and_moments_are_dates() {
        let session = json!({"ends_at": "2026-01-31T08:00:00.123Z", "handover": "2026-01-31T08:00:00.123Z"});
        let written = json!({
            "name": "a", "count": 3, "most": u64::MAX, "least": i64::MIN, "share": 0.1, "none": null, "yes": true,
            "labels": {"$oid": "x", "$date": "2026-01-31T08:00:00.123Z", "a.b": "c", "ends_at": "2026-01-31T08:00:00Z"},
            "session": session, "list": [{"at": "2026-01-31T08:00:00.000Z"}, {"at": "2027-01-31T08:00:00.000Z"}],
        });
        let document = document(&written, &["session.ends_at", "list.at", "ends_at"]).unwrap();
        let dates = [
            document.get_document("session").unwrap().get("ends_at"),
            document.get_array("list").unwrap()[1].as_document().unwrap().get("at"),
        ];
        assert!(
            dates.iter().all(|date| matches!(date, Some(Bson::DateTime(_)))),
            "{document}"
        );
        let labels = document.get_document("labels").unwrap();
        assert!(
            labels.iter().all(|(_, label)| matches!(label, Bson::String(_))),
            "{labels}"
        );
        let stored = mongodb::bson::serialize_to_vec(&document).unwrap();
        let read = mongodb::bson::RawDocumentBuf::from_bytes(stored).unwrap();
        assert_eq!(value::<Value>(Document::try_from(read).unwrap()).unwrap(), written);
    }
}
