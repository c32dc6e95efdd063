//! Companies' counters of each hour.

use actors::domain::kpi::{Step, hour_of};
use actors::domain::{CompanyId, Rollup, Timestamp};
use mongodb::Database;
use mongodb::bson::{Bson, Document, doc};

use super::MongoError;
use super::fault::Fault;
use super::moment::Moment;
use super::names::*;
use super::rows::key;
use super::shape::{Fields, date, int};
use crate::store::rollup::Tally;

/// What a company's hour is called.
fn name(company: &CompanyId, hour: Timestamp) -> String {
    key(company, &hour.to_string())
}

/// An hour's counters.
pub(super) fn document(company: &CompanyId, hour: Timestamp, sums: &Rollup) -> Document {
    let mut document = doc! { "_id": name(company, hour), "company_id": company.as_str(), "hour": date(hour) };
    let counts = Rollup::COUNTERS.into_iter().zip(sums.counts());
    document.extend(counts.map(|(name, count)| (name.to_owned(), Bson::Int64(int(count)))));
    document
}

/// The statements that add what a transaction has come to.
pub(super) fn statements(company: &CompanyId, tally: Tally) -> Vec<Document> {
    let statement = |(hour, sums): (Timestamp, [i64; 7])| {
        let added: Document = Rollup::COUNTERS
            .into_iter()
            .zip(sums)
            .map(|(name, sum)| (name.to_owned(), Bson::Int64(sum)))
            .collect();
        doc! {
            "q": { "_id": name(company, hour), "company_id": company.as_str() },
            "u": { "$inc": added, "$setOnInsert": { "hour": date(hour) } },
            "upsert": true,
        }
    };
    tally.lines().map(statement).collect()
}

/// The sums over the hours from the one that `since` is in to the last that begins before `until`.
pub(super) async fn sum(
    m: &mut Moment,
    company: &CompanyId,
    since: Timestamp,
    until: Timestamp,
) -> Result<Rollup, Fault> {
    let steps = summed(company, Bson::Null, (since, until)).to_vec();
    let found = m.aggregate::<Document>(ROLLUPS, steps).await?;
    found.first().map_or_else(|| Ok(Rollup::default()), read)
}

/// The same, step by step.
pub(super) async fn series(
    m: &mut Moment,
    company: &CompanyId,
    step: Step,
    (since, until): (Timestamp, Timestamp),
) -> Result<Vec<(Timestamp, Rollup)>, Fault> {
    let unit = match step {
        Step::Hour => "hour",
        Step::Day => "day",
    };
    let by = doc! { "$dateTrunc": { "date": "$hour", "unit": unit } };
    let [found, summed] = summed(company, by, (since, until));
    let some = doc! { "$match": { "incidents": { "$gt": 0_i64 } } };
    let steps = vec![found, summed, some, doc! { "$sort": { "_id": 1 } }];
    let found = m.aggregate::<Document>(ROLLUPS, steps).await?;
    found.iter().map(|sums| Ok((sums.at("_id")?, read(sums)?))).collect()
}

/// Finds a period's hours, and sums their counters by something.
fn summed(company: &CompanyId, by: impl Into<Bson>, (since, until): (Timestamp, Timestamp)) -> [Document; 2] {
    let mut group = doc! { "_id": by };
    for name in Rollup::COUNTERS {
        group.insert(name, doc! { "$sum": format!("${name}") });
    }
    let hours = doc! { "$gte": date(hour_of(since)), "$lt": date(until) };
    [
        doc! { "$match": { "company_id": company.as_str(), "hour": hours } },
        doc! { "$group": group },
    ]
}

fn read(sums: &Document) -> Result<Rollup, Fault> {
    let mut counts = [0; 7];
    for (count, name) in counts.iter_mut().zip(Rollup::COUNTERS) {
        *count = sums.count(name)?;
    }
    Ok(Rollup::of_counts(counts))
}

/// Counts what an older version has left: its incidents, as far as retention has not removed them. None was ended by a
/// run. What an earlier try has counted is counted anew.
pub(super) async fn backfill(database: &Database) -> Result<(), MongoError> {
    let is = |field: &str| doc! { "$gt": [field, Bson::Null] };
    let one = |field: &str| doc! { "$sum": { "$cond": [is(field), 1_i64, 0_i64] } };
    let span = |field: &str| {
        let until = doc! { "$max": [{ "$subtract": [field, "$created_at"] }, 0_i64] };
        doc! { "$sum": { "$cond": [is(field), until, 0_i64] } }
    };
    let hour = doc! { "$dateTrunc": { "date": "$created_at", "unit": "hour" } };
    let as_text = doc! { "$dateToString": { "date": "$_id.hour", "format": "%Y-%m-%dT%H:%M:%S.%LZ" } };
    let steps = vec![
        doc! { "$match": { "merged_into": { "$exists": false } } },
        doc! { "$group": {
            "_id": { "company_id": "$company_id", "hour": hour },
            "incidents": { "$sum": 1_i64 },
            "alerts": { "$sum": "$alert_count" },
            "acknowledged": one("$acknowledged_at"),
            "acknowledge_ms": span("$acknowledged_at"),
            "resolved": one("$resolved_at"),
            "resolve_ms": span("$resolved_at"),
        } },
        doc! { "$set": {
            "_id": { "$concat": ["$_id.company_id", "/", as_text] },
            "company_id": "$_id.company_id",
            "hour": "$_id.hour",
            "healed": 0_i64,
        } },
        doc! { "$merge": { "into": ROLLUPS, "on": "_id", "whenMatched": "replace", "whenNotMatched": "insert" } },
    ];
    let incidents = database.collection::<Document>(INCIDENTS);
    incidents.aggregate(steps).allow_disk_use(true).await?;
    Ok(())
}
