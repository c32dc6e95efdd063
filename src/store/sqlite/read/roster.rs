//! Queries across companies, for the runtime alone.

use actors::domain::{Company, Severity, Timestamp};
use actors::port::roster::{Due, DueWork};
use rusqlite::{Connection, params};

use super::super::fault::Fault;
use super::super::rows::{self, int, parsed, severity_index};

/// Every company's settings. The platform has none and is not one.
pub(in super::super) fn companies(conn: &Connection) -> Result<Vec<Company>, Fault> {
    let mut query = conn.prepare_cached("SELECT body FROM company WHERE body IS NOT NULL ORDER BY no")?;
    let found = query.query_map([], |row| rows::json(row, 0))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// What is due: held alerts for up to half of the list, so that neither kind keeps the other away,
/// then incidents, gravest first.
pub(in super::super) fn due(conn: &Connection, now: Timestamp, limit: usize) -> Result<Vec<Due>, Fault> {
    let mut found = held_due(conn, now, limit.div_ceil(2))?;
    let mut query = conn.prepare_cached(
        "SELECT c.company_id, i.incident_id FROM incident i CROSS JOIN company c ON c.no = i.company \
         WHERE i.severity = ?1 AND i.wake_due <= ?2 ORDER BY i.wake_due, i.no LIMIT ?3",
    )?;
    for severity in Severity::ALL.into_iter().rev() {
        let left = limit.saturating_sub(found.len());
        let asked = params![severity_index(severity), now.as_millis(), int(left as u64)];
        let incidents = query.query_map(asked, |row| {
            Ok(Due {
                company_id: parsed(row, 0)?,
                work: DueWork::Incident(parsed(row, 1)?, severity),
            })
        })?;
        for incident in incidents {
            found.push(incident?);
        }
    }
    Ok(found)
}

/// Companies with held alerts that are due. Asked apart whether there are any: telling companies from
/// each other costs a table in memory, at every look of the sweeper.
fn held_due(conn: &Connection, now: Timestamp, limit: usize) -> Result<Vec<Due>, Fault> {
    let any = "SELECT EXISTS (SELECT 1 FROM placement WHERE state = 'held' AND due_at <= ?1)";
    let any: bool = conn
        .prepare_cached(any)?
        .query_row([now.as_millis()], |row| row.get(0))?;
    if !any {
        return Ok(Vec::new());
    }
    let mut query = conn.prepare_cached(
        "SELECT c.company_id FROM company c WHERE c.no IN \
         (SELECT DISTINCT company FROM placement WHERE state = 'held' AND due_at <= ?1 LIMIT ?2)",
    )?;
    let held = query.query_map([now.as_millis(), int(limit as u64)], |row| {
        Ok(Due {
            company_id: parsed(row, 0)?,
            work: DueWork::Held,
        })
    })?;
    Ok(held.collect::<Result<_, _>>()?)
}
