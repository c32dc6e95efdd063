//! Accepting deliveries: the one place that decides what is a duplicate; and forgetting.

use std::sync::Arc;

use actors::domain::{Alert, AlertId, Signal, Timestamp};
use actors::limits::UNPLACED_ALERTS;
use actors::port::Error;
use actors::port::inbox::{Accepted, Delivery};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::fault::{Fault, unwritable};
use super::machine::Machine;
use super::rows::{int, ms, severity_index, time, uint};
use super::seen::{First, delivery_expires_at, mac_expires_at};
use super::shared::Cell;
use crate::failpoint;

/// Requests forgotten in one operation, so that no accept waits long behind it.
const FORGET_AT_ONCE: usize = 2_000;

/// Stores a delivery, or says what it repeats.
pub(super) fn accept(m: &mut Machine, cell: &Arc<Cell>, delivery: &Delivery) -> Result<Accepted, Fault> {
    m.seen.advance(delivery.received_at);
    if let Some(signature) = &delivery.signature {
        if let Some(first) = first_by_mac(m, cell.no, &signature.mac)? {
            return duplicate(&m.conn, delivery, first);
        }
        if m.seen.is_stale(cell.no, signature.signed_at) {
            return Ok(Accepted::Stale);
        }
    }
    if let Some(first) = first_by_delivery(m, cell.no, delivery)? {
        return duplicate(&m.conn, delivery, first);
    }
    if m.unplaced.waiting(cell) + delivery.alerts.len() > UNPLACED_ALERTS {
        return Err(Error::Overloaded.into());
    }
    write(m, cell, delivery)?;
    Ok(Accepted::New)
}

fn first_by_mac(m: &Machine, company: i64, mac: &[u8; 32]) -> Result<Option<First>, Fault> {
    let known = m.seen.mac(company, mac);
    if known.is_some() || m.seen.spilled() == 0 {
        return Ok(known);
    }
    let sql = "SELECT stored_at, first_no, count, body_hash FROM seen_log \
               WHERE spilled = 1 AND company = ?1 AND mac = ?2 ORDER BY pos DESC LIMIT 1";
    Ok(m.conn
        .prepare_cached(sql)?
        .query_row(params![company, mac], first)
        .optional()?)
}

fn first_by_delivery(m: &Machine, company: i64, delivery: &Delivery) -> Result<Option<First>, Fault> {
    let Some(id) = &delivery.delivery_id else {
        return Ok(None);
    };
    let known = m.seen.delivery(company, id);
    if known.is_some() || m.seen.spilled() == 0 {
        return Ok(known);
    }
    let sql = "SELECT stored_at, first_no, count, body_hash FROM seen_log \
               WHERE spilled = 1 AND company = ?1 AND delivery_id = ?2 ORDER BY pos DESC LIMIT 1";
    let mut query = m.conn.prepare_cached(sql)?;
    let spilled = query.query_row(params![company, id.as_str()], first).optional()?;
    Ok(spilled.filter(|first| delivery_expires_at(first.at) > m.seen.clock()))
}

/// A row of `stored_at, first_no, count, body_hash`.
fn first(row: &Row<'_>) -> rusqlite::Result<First> {
    Ok(First {
        at: time(row, 0)?,
        first_no: uint(row, 1)?,
        count: uint(row, 2)?,
        body_hash: row.get(3)?,
    })
}

fn duplicate(conn: &Connection, delivery: &Delivery, first: First) -> Result<Accepted, Fault> {
    let mut query = conn.prepare_cached("SELECT alert_id FROM alert WHERE no >= ?1 AND no < ?2 ORDER BY no")?;
    let ids = query.query_map([int(first.first_no), int(first.first_no + first.count)], |row| {
        row.get(0).map(|bytes| AlertId(Uuid::from_bytes(bytes)))
    })?;
    Ok(Accepted::Duplicate {
        alert_ids: ids.collect::<Result<_, _>>()?,
        body_differs: delivery.body_hash != first.body_hash,
    })
}

fn write(m: &mut Machine, cell: &Arc<Cell>, delivery: &Delivery) -> Result<(), rusqlite::Error> {
    let nos = m.unplaced.accept(cell, delivery.alerts.len());
    let received_at = delivery.received_at.as_millis();
    let delivery_id = delivery.delivery_id.as_ref().map(|id| id.as_str());
    let mut insert = m
        .conn
        .prepare_cached("INSERT INTO alert VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
    for (no, alert) in nos.clone().zip(&delivery.alerts) {
        let body = serde_json::to_vec(alert.as_ref()).map_err(unwritable)?;
        insert.execute(params![
            int(no),
            cell.no,
            alert.alert_id.0.as_bytes(),
            severity_index(alert.severity),
            alert.status == Signal::Resolved,
            received_at,
            delivery_id,
            body,
        ])?;
        m.unplaced.keep(cell, &m.shared, body.len(), || Alert {
            no,
            company_id: cell.id.clone(),
            received_at: delivery.received_at,
            delivery_id: delivery.delivery_id.clone(),
            sent: Arc::clone(alert),
        });
    }
    drop(insert);
    failpoint!("accept.half_written");
    if delivery.delivery_id.is_none() && delivery.signature.is_none() {
        return Ok(());
    }
    let first = First {
        at: delivery.received_at,
        first_no: nos.start,
        count: delivery.alerts.len() as u64,
        body_hash: delivery.body_hash,
    };
    log_seen(m, cell.no, delivery, first)
}

fn log_seen(m: &mut Machine, company: i64, delivery: &Delivery, first: First) -> Result<(), rusqlite::Error> {
    let (id, signature) = (delivery.delivery_id.as_ref(), delivery.signature.as_ref());
    let expiries = [
        id.map(|_| delivery_expires_at(first.at)),
        signature.map(|signature| mac_expires_at(signature.signed_at)),
    ];
    let spilled = m.seen.is_full();
    let sql = "INSERT INTO seen_log (company, delivery_id, mac, signed_at, stored_at, expires_at, first_no, count, \
               body_hash, spilled) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    m.conn.prepare_cached(sql)?.execute(params![
        company,
        id.map(|id| id.as_str()),
        signature.map(|signature| signature.mac),
        signature.map(|signature| signature.signed_at.as_millis()),
        first.at.as_millis(),
        ms(expiries.into_iter().flatten().max()),
        int(first.first_no),
        int(first.count),
        first.body_hash,
        spilled,
    ])?;
    if spilled {
        m.seen.set_spilled(m.seen.spilled() + 1);
    } else {
        m.seen.remember(company, id, signature, first);
    }
    Ok(())
}

/// Forgets some of what has expired: whether more is left. The log is cut from its beginning, up to the
/// first request that is still remembered; in memory each is forgotten in its own time.
pub(super) fn forget(m: &mut Machine, now: Timestamp) -> Result<bool, Fault> {
    m.seen.advance(now);
    let clock = m.seen.clock().as_millis();
    let (mut floors, mut more) = m.seen.forget(FORGET_AT_ONCE);
    let mut spilled = m.seen.spilled();
    {
        let sql = "WITH oldest AS (SELECT pos, expires_at FROM seen_log ORDER BY pos LIMIT ?2) \
                   DELETE FROM seen_log WHERE pos IN (SELECT pos FROM oldest) \
                   AND pos < coalesce((SELECT min(pos) FROM oldest WHERE expires_at > ?1), 9223372036854775807) \
                   RETURNING company, signed_at, spilled";
        let mut delete = m.conn.prepare_cached(sql)?;
        let mut rows = delete.query(params![clock, FORGET_AT_ONCE as i64])?;
        let mut deleted = 0;
        while let Some(row) = rows.next()? {
            deleted += 1;
            if let Some(signed_at) = super::rows::time_or_none(row, 1)? {
                let newest = floors.entry(row.get(0)?).or_insert(signed_at);
                *newest = signed_at.max(*newest);
            }
            spilled -= u64::from(row.get::<_, bool>(2)?);
        }
        more |= deleted == FORGET_AT_ONCE;
    }
    m.seen.set_spilled(spilled);
    for (company, signed_at) in floors {
        if m.seen.raise_floor(company, signed_at) {
            m.conn
                .prepare_cached("UPDATE company SET mac_floor = ?2 WHERE no = ?1")?
                .execute([company, signed_at.as_millis()])?;
        }
    }
    m.conn
        .prepare_cached("INSERT INTO meta VALUES ('clock', ?1) ON CONFLICT DO UPDATE SET value = excluded.value")?
        .execute([clock])?;
    let sql = "DELETE FROM short_memory WHERE no IN (SELECT no FROM short_memory WHERE expires_at <= ?1 LIMIT ?2)";
    let deleted = m
        .conn
        .prepare_cached(sql)?
        .execute(params![now.as_millis(), FORGET_AT_ONCE as i64])?;
    more |= deleted == FORGET_AT_ONCE;
    let sql = "DELETE FROM record WHERE (kind, company, id) IN \
               (SELECT kind, company, id FROM record WHERE expires_at <= ?1 LIMIT ?2)";
    let deleted = m
        .conn
        .prepare_cached(sql)?
        .execute(params![now.as_millis(), FORGET_AT_ONCE as i64])?;
    Ok(more || deleted == FORGET_AT_ONCE)
}
