//! Companies' counters of each hour.

use actors::domain::kpi::{Step, hour_of};
use actors::domain::{Rollup, Timestamp};
use rusqlite::{Connection, Row, params};

use super::fault::Fault;
use super::rows::{time, uint};
use super::shared::Cell;
use crate::store::rollup::Tally;

/// The counters' columns, in the order of their names.
macro_rules! rollup_columns {
    () => {
        "incidents, alerts, acknowledged, acknowledge_ms, resolved, resolve_ms, healed"
    };
}
pub(super) use rollup_columns;

/// Adds what a commit has come to.
pub(super) fn write(conn: &Connection, company: i64, tally: Tally) -> Result<(), rusqlite::Error> {
    for (
        hour,
        [
            incidents,
            alerts,
            acknowledged,
            acknowledge_ms,
            resolved,
            resolve_ms,
            healed,
        ],
    ) in tally.lines()
    {
        conn.prepare_cached(concat!(
            "INSERT INTO rollup (company, hour, ",
            rollup_columns!(),
            ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (company, hour) DO UPDATE SET \
             incidents = incidents + excluded.incidents, alerts = alerts + excluded.alerts, \
             acknowledged = acknowledged + excluded.acknowledged, \
             acknowledge_ms = acknowledge_ms + excluded.acknowledge_ms, \
             resolved = resolved + excluded.resolved, resolve_ms = resolve_ms + excluded.resolve_ms, \
             healed = healed + excluded.healed"
        ))?
        .execute(params![
            company,
            hour.as_millis(),
            incidents,
            alerts,
            acknowledged,
            acknowledge_ms,
            resolved,
            resolve_ms,
            healed
        ])?;
    }
    Ok(())
}

/// Forgets a company's counters.
pub(super) fn forget(conn: &Connection, company: i64) -> Result<(), rusqlite::Error> {
    conn.prepare_cached("DELETE FROM rollup WHERE company = ?1")?
        .execute([company])?;
    Ok(())
}

/// The counters' sums, in the order of their names.
macro_rules! rollup_sums {
    () => {
        "coalesce(sum(incidents), 0), coalesce(sum(alerts), 0), coalesce(sum(acknowledged), 0), \
         coalesce(sum(acknowledge_ms), 0), coalesce(sum(resolved), 0), coalesce(sum(resolve_ms), 0), \
         coalesce(sum(healed), 0)"
    };
}

/// The sums over the hours from the one that `since` is in to the last that begins before `until`.
pub(super) fn sum(conn: &Connection, cell: &Cell, since: Timestamp, until: Timestamp) -> Result<Rollup, Fault> {
    let sql = concat!(
        "SELECT ",
        rollup_sums!(),
        " FROM rollup WHERE company = ?1 AND hour >= ?2 AND hour < ?3"
    );
    let asked = [cell.no, hour_of(since).as_millis(), until.as_millis()];
    Ok(conn.prepare_cached(sql)?.query_row(asked, |row| read(row, 0))?)
}

/// The same, step by step.
pub(super) fn series(
    conn: &Connection,
    cell: &Cell,
    step: Step,
    (since, until): (Timestamp, Timestamp),
) -> Result<Vec<(Timestamp, Rollup)>, Fault> {
    let sql = concat!(
        "SELECT hour - hour % ?4 AS begin, ",
        rollup_sums!(),
        " FROM rollup WHERE company = ?1 AND hour >= ?2 AND hour < ?3 GROUP BY begin HAVING sum(incidents) > 0 \
         ORDER BY begin"
    );
    let asked = [cell.no, hour_of(since).as_millis(), until.as_millis(), step.millis()];
    let mut query = conn.prepare_cached(sql)?;
    let found = query.query_map(asked, |row| Ok((time(row, 0)?, read(row, 1)?)))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Counters from `rollup_columns`, which begin at a column.
pub(super) fn read(row: &Row<'_>, first: usize) -> Result<Rollup, rusqlite::Error> {
    let mut counts = [0; 7];
    for (count, column) in counts.iter_mut().zip(first..) {
        *count = uint(row, column)?;
    }
    Ok(Rollup::of_counts(counts))
}
