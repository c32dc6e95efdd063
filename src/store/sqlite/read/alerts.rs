//! Queries about alerts.

use std::time::Duration;

use actors::domain::{Alert, AlertId, AlertState, IncidentId, Signal, Timestamp};
use actors::port::reader::{AlertFilter, AlertView, CorrelationCounts, Cursor, Page, PageRequest};
use actors::port::writer::{Receipt, Strays};
use rusqlite::{Connection, OptionalExtension, ToSql, named_params, params};

use super::super::chain::{self, Spot};
use super::super::fault::Fault;
use super::super::rows::{self, alert_columns, int, ms, severity_index, uint};
use super::super::shared::{Cell, locked};
use super::rows_wanted;
use crate::store::page::{before, paged, wanted};

/// Recoveries that a correlator is reminded of.
const RECOVERIES: i64 = 10_000;
/// By how much the clock may have been set back between two alerts.
const SET_BACK: Duration = Duration::from_secs(86_400);

/// The alerts of these numbers, which are the company's and unplaced.
pub(in super::super) fn by_numbers(conn: &Connection, cell: &Cell, nos: &[u64]) -> Result<Vec<Alert>, Fault> {
    let sql = concat!(
        "SELECT ",
        alert_columns!(),
        " FROM alert a WHERE a.no = ?1 AND a.company = ?2"
    );
    let mut query = conn.prepare_cached(sql)?;
    let mut alerts = Vec::with_capacity(nos.len());
    for no in nos {
        alerts.push(query.query_row([int(*no), cell.no], |row| rows::alert(row, &cell.id))?);
    }
    Ok(alerts)
}

/// Held alerts, oldest first; with `due`, only those whose window has ended by then.
pub(in super::super) fn held(
    conn: &Connection,
    cell: &Cell,
    due: Option<Timestamp>,
    limit: usize,
) -> Result<Vec<Alert>, Fault> {
    let sql = concat!(
        "SELECT ",
        alert_columns!(),
        " FROM placement p CROSS JOIN alert a ON a.no = p.alert \
         WHERE p.company = ?1 AND p.state = 'held' AND p.state <> 'placed' AND (?2 IS NULL OR p.due_at <= ?2) \
         ORDER BY p.alert LIMIT ?3"
    );
    let mut query = conn.prepare_cached(sql)?;
    let found = query.query_map(params![cell.no, ms(due), int(limit as u64)], |row| {
        rows::alert(row, &cell.id)
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Alerts that belong to no incident and may still matter to one.
pub(in super::super) fn strays(conn: &Connection, cell: &Cell, now: Timestamp) -> Result<Strays, Fault> {
    Ok(Strays {
        held: held(conn, cell, None, usize::MAX)?,
        recoveries: recoveries(conn, cell, now)?,
    })
}

/// Recoveries without an incident that are still remembered, oldest first: the latest, if there are many.
fn recoveries(conn: &Connection, cell: &Cell, now: Timestamp) -> Result<Vec<Alert>, Fault> {
    let sql = concat!(
        "SELECT ",
        alert_columns!(),
        " FROM placement p CROSS JOIN alert a ON a.no = p.alert \
         WHERE p.company = ?1 AND p.state = 'unmatched' AND p.due_at > ?2 AND a.resolved \
         ORDER BY p.due_at DESC LIMIT ?3"
    );
    let mut query = conn.prepare_cached(sql)?;
    let found = query.query_map([cell.no, now.as_millis(), RECOVERIES], |row| rows::alert(row, &cell.id))?;
    let mut found: Vec<Alert> = found.collect::<Result<_, _>>()?;
    debug_assert!(found.iter().all(|alert| alert.sent.status == Signal::Resolved));
    found.sort_by_key(|alert| alert.no);
    Ok(found)
}

/// The last `limit` alerts placed in an incident after one commit, up to and with another, oldest first.
pub(in super::super) fn placed_between(
    conn: &Connection,
    cell: &Cell,
    id: &IncidentId,
    (after, upto): (u64, u64),
    limit: usize,
) -> Result<Vec<Alert>, Fault> {
    let Some(no) = incident_no(conn, cell, id)? else {
        return Ok(Vec::new());
    };
    let upto = Spot {
        commit_no: upto,
        ..Spot::END
    };
    let behind = |spot: &Result<Spot, _>| spot.as_ref().map_or(true, |spot| spot.commit_no > after);
    let spots = chain::back(conn, no, upto)?.take_while(behind).take(limit);
    let mut nos: Vec<u64> = spots
        .map(|spot| spot.map(|spot| spot.alert))
        .collect::<Result<_, _>>()?;
    nos.reverse();
    by_numbers(conn, cell, &nos)
}

pub(super) fn incident_no(conn: &Connection, cell: &Cell, id: &IncidentId) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached("SELECT no FROM incident WHERE company = ?1 AND incident_id = ?2")?
        .query_row(params![cell.no, id.as_str()], |row| row.get(0))
        .optional()
}

/// What every list of alerts selects.
macro_rules! view {
    ($from:literal) => {
        concat!(
            "SELECT ",
            alert_columns!(),
            ", p.state, i.incident_id FROM ",
            $from,
            " LEFT JOIN incident i ON i.no = p.incident"
        )
    };
}

/// Alerts, newest first. Each kind of filter goes the shortest way: along the incident's chain, over what waits, over what
/// is not placed, over those of its severity, else over the company's alerts.
pub(in super::super) fn list(
    conn: &Connection,
    cell: &Cell,
    filter: &AlertFilter,
    page: PageRequest,
) -> Result<Page<AlertView>, Fault> {
    if let Some(id) = &filter.incident_id {
        return of_incident(conn, cell, id, filter, page);
    }
    let elsewhere = filter
        .state
        .filter(|state| !matches!(state, AlertState::Received | AlertState::Placed));
    let (from, no) = match (elsewhere, filter.severity) {
        (Some(_), _) => (view!("placement p CROSS JOIN alert a ON a.no = p.alert"), "p.alert"),
        (None, Some(_)) => (
            view!("alert a INDEXED BY alert_by_severity LEFT JOIN placement p ON p.alert = a.no"),
            "a.no",
        ),
        (None, None) => (
            view!("alert a INDEXED BY alert_by_company LEFT JOIN placement p ON p.alert = a.no"),
            "a.no",
        ),
    };
    let (before, limit) = (before(page), rows_wanted(page));
    let (severity, since) = (filter.severity.map(severity_index), ms(filter.since));
    let state = filter.state.map(AlertState::as_str);
    let first = match (filter.state, filter.since) {
        (Some(AlertState::Received), _) => locked(&cell.unplaced).first().map(int).or(Some(i64::MAX)),
        (_, Some(since)) => Some(first_since(conn, cell, since)?),
        (_, None) => None,
    };
    let mut sql = format!("{from} WHERE {no} < :before");
    let mut asked: Vec<(&str, &dyn ToSql)> =
        named_params! { ":company": cell.no, ":before": before, ":limit": limit }.to_vec();
    let mut ask = |name, condition: &str, value| {
        sql.push_str(condition);
        asked.push((name, value));
    };
    if let Some(first) = &first {
        ask(":first", &format!(" AND {no} >= :first"), first);
    }
    if let Some(severity) = &severity {
        ask(":severity", " AND a.severity = :severity", severity);
    }
    if let Some(since) = &since {
        ask(":since", " AND a.received_at >= :since", since);
    }
    if let Some(state) = &state {
        let condition = match elsewhere {
            Some(_) => " AND p.state = :state AND p.state <> 'placed'",
            None => " AND coalesce(p.state, 'received') = :state",
        };
        ask(":state", condition, state);
    }
    sql.push_str(match elsewhere {
        Some(_) => " AND p.company = :company",
        None => " AND a.company = :company",
    });
    sql.push_str(&format!(" ORDER BY {no} DESC LIMIT :limit"));
    let mut query = conn.prepare_cached(&sql)?;
    let found = query.query_map(asked.as_slice(), |row| rows::alert_view(row, &cell.id))?;
    Ok(paged(found.collect::<Result<_, _>>()?, page, at))
}

/// A number before which no alert of the company was received since a moment. Numbers rise with time, but for a clock that
/// was set back: by less than [`SET_BACK`].
fn first_since(conn: &Connection, cell: &Cell, since: Timestamp) -> rusqlite::Result<i64> {
    let since = since.minus(SET_BACK).as_millis();
    let last = "SELECT max(no) FROM alert INDEXED BY alert_by_company WHERE company = ?1";
    let last: Option<i64> = conn.prepare_cached(last)?.query_row([cell.no], |row| row.get(0))?;
    let mut next = conn.prepare_cached(
        "SELECT received_at FROM alert INDEXED BY alert_by_company WHERE company = ?1 AND no >= ?2 ORDER BY no LIMIT 1",
    )?;
    let (mut low, mut high) = (0, last.map_or(0, |last| last + 1));
    while low < high {
        let middle = low + (high - low) / 2;
        let received: Option<i64> = next.query_row([cell.no, middle], |row| row.get(0)).optional()?;
        match received.is_some_and(|at| at < since) {
            true => low = middle + 1,
            false => high = middle,
        }
    }
    Ok(low)
}

fn at(view: &AlertView) -> Cursor {
    Cursor(view.alert.no, 0)
}

/// The alert of this number, which has been placed.
pub(super) fn by_number(conn: &Connection, cell: &Cell, no: u64) -> rusqlite::Result<AlertView> {
    conn.prepare_cached(concat!(
        view!("alert a CROSS JOIN placement p ON p.alert = a.no"),
        " WHERE a.no = ?1"
    ))?
    .query_row([int(no)], |row| rows::alert_view(row, &cell.id))
}

/// Alerts of an incident, in the order they were placed, newest first.
fn of_incident(
    conn: &Connection,
    cell: &Cell,
    id: &IncidentId,
    filter: &AlertFilter,
    page: PageRequest,
) -> Result<Page<AlertView>, Fault> {
    let mut found: Vec<(Spot, AlertView)> = Vec::new();
    if let Some(no) = incident_no(conn, cell, id)? {
        let shown = page.after.map(|Cursor(commit_no, alert)| Spot { commit_no, alert });
        let sql = concat!(
            view!("alert a CROSS JOIN placement p ON p.alert = a.no"),
            " WHERE a.no = :no AND (:severity IS NULL OR a.severity = :severity) \
             AND (:since IS NULL OR a.received_at >= :since) AND (:state IS NULL OR p.state = :state)"
        );
        let mut query = conn.prepare_cached(sql)?;
        let (severity, since) = (filter.severity.map(severity_index), ms(filter.since));
        let state = filter.state.map(AlertState::as_str);
        for spot in chain::back(conn, no, shown.unwrap_or(Spot::END))? {
            let spot = spot?;
            if Some(spot) == shown {
                continue;
            }
            let asked = named_params! {
                ":no": int(spot.alert), ":severity": severity, ":since": since, ":state": state,
            };
            let view = query
                .query_row(asked, |row| rows::alert_view(row, &cell.id))
                .optional()?;
            found.extend(view.map(|view| (spot, view)));
            if found.len() == wanted(page) {
                break;
            }
        }
    }
    let found = paged(found, page, |(spot, _)| Cursor(spot.commit_no, spot.alert));
    Ok(Page {
        items: found.items.into_iter().map(|(_, view)| view).collect(),
        next: found.next,
    })
}

/// One alert with its receipt, if it has been placed.
pub(in super::super) fn one(
    conn: &Connection,
    cell: &Cell,
    id: AlertId,
) -> Result<Option<(AlertView, Option<Receipt>)>, Fault> {
    let sql = concat!(
        "SELECT ",
        alert_columns!(),
        ", p.state, i.incident_id, p.receipt FROM alert a LEFT JOIN placement p ON p.alert = a.no \
         LEFT JOIN incident i ON i.no = p.incident WHERE a.alert_id = ?1 AND a.company = ?2"
    );
    let mut query = conn.prepare_cached(sql)?;
    let found = query.query_row(params![id.0.as_bytes(), cell.no], |row| {
        Ok((rows::alert_view(row, &cell.id)?, rows::json_or_none(row, 6)?))
    });
    Ok(found.optional()?)
}

/// What the alerts since a moment came to.
pub(in super::super) fn counts(conn: &Connection, cell: &Cell, since: Timestamp) -> Result<CorrelationCounts, Fault> {
    let count = |sql| -> Result<u64, rusqlite::Error> {
        let mut query = conn.prepare_cached(sql)?;
        query.query_row([cell.no, since.as_millis()], |row| uint(row, 0))
    };
    Ok(CorrelationCounts {
        alerts: count("SELECT count(*) FROM alert WHERE company = ?1 AND received_at >= ?2")?,
        incidents: count("SELECT count(*) FROM incident WHERE company = ?1 AND created_at >= ?2")?,
    })
}
