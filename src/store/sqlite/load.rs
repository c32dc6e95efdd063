//! What the writer knows by heart, rebuilt from the file before the first accept.

use std::sync::Arc;

use actors::domain::{CompanyId, DeliveryId, Timestamp};
use actors::port::Committed;
use actors::port::inbox::Signature;
use rusqlite::Connection;

use super::cut::last_alert;
use super::fault::Fault;
use super::head::Heads;
use super::machine::Machine;
use super::rows::{int, parsed, time, time_or_none, uint};
use super::seen::{First, Seen};
use super::shared::{Cell, Shared, locked};
use super::unplaced::Unplaced;
use crate::store::commit::Head;

/// The writer of a migrated database.
pub(super) fn load(conn: Connection, shared: Arc<Shared>, mut seen: Seen) -> Result<Machine, Fault> {
    let mut unplaced = Unplaced::new(last_alert(&conn)? + 1);
    let heads = load_companies(&conn, &shared, &mut seen)?;
    load_seen(&conn, &mut seen)?;
    unplaced.publish(&shared);
    Ok(Machine {
        conn,
        shared,
        heads,
        seen,
        unplaced,
        committed: Committed::default(),
        founded: Vec::new(),
    })
}

fn load_companies(conn: &Connection, shared: &Shared, seen: &mut Seen) -> Result<Heads, Fault> {
    let mut heads = Heads::default();
    let mut query = conn.prepare(
        "SELECT c.no, c.company_id, c.mac_floor, h.epoch, h.commit_no, h.seq, h.hash, h.joinable_no, \
         h.unplaced_from FROM company c JOIN head h ON h.company = c.no",
    )?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let cell = Cell::new(row.get(0)?, parsed::<CompanyId>(row, 1)?);
        if let Some(floor) = time_or_none(row, 2)? {
            seen.raise_floor(cell.no, floor);
        }
        let head = Head {
            epoch: uint(row, 3)?,
            commit_no: uint(row, 4)?,
            seq: uint(row, 5)?,
            hash: row.get(6)?,
            joinable_no: uint(row, 7)?,
        };
        heads.load(cell.no, head);
        load_unplaced(conn, &cell, uint(row, 8)?)?;
        shared.add_company(cell);
    }
    Ok(heads)
}

fn load_unplaced(conn: &Connection, cell: &Cell, from: u64) -> Result<(), Fault> {
    let mut query = conn.prepare_cached(
        "SELECT a.no FROM alert a WHERE a.company = ?1 AND a.no >= ?2 \
         AND NOT EXISTS (SELECT 1 FROM placement p WHERE p.alert = a.no)",
    )?;
    let waiting = query.query_map([cell.no, int(from)], |row| uint(row, 0))?;
    let waiting: Vec<u64> = waiting.collect::<Result<_, _>>()?;
    let mut unplaced = locked(&cell.unplaced);
    waiting.into_iter().for_each(|no| unplaced.add(no, None));
    Ok(())
}

/// How far the clock has come, as far as that was written down.
pub(super) fn clock(conn: &Connection) -> Result<Timestamp, Fault> {
    let sql = "SELECT max(coalesce((SELECT max(stored_at) FROM seen_log), 0), \
               coalesce((SELECT value FROM meta WHERE key = 'clock'), 0))";
    Ok(conn.query_row(sql, [], |row| time(row, 0))?)
}

fn load_seen(conn: &Connection, seen: &mut Seen) -> Result<(), Fault> {
    seen.advance(clock(conn)?);
    let spilled = conn.query_row("SELECT count(*) FROM seen_log WHERE spilled = 1", [], |row| {
        uint(row, 0)
    })?;
    seen.set_spilled(spilled);

    let mut query = conn.prepare(
        "SELECT company, delivery_id, mac, signed_at, stored_at, first_no, count, body_hash FROM seen_log \
         WHERE spilled = 0 ORDER BY pos",
    )?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let delivery_id = match row.get_ref(1)?.as_str_or_null().map_err(rusqlite::Error::from)? {
            None => None,
            Some(_) => Some(parsed::<DeliveryId>(row, 1)?),
        };
        let signature = match row.get::<_, Option<[u8; 32]>>(2)? {
            None => None,
            Some(mac) => Some(Signature {
                mac,
                signed_at: time(row, 3)?,
            }),
        };
        let first = First {
            at: time(row, 4)?,
            first_no: uint(row, 5)?,
            count: uint(row, 6)?,
            body_hash: row.get(7)?,
        };
        seen.remember(row.get(0)?, delivery_id.as_ref(), signature.as_ref(), first);
        // Nothing of this is ever taken back.
        seen.publish();
    }
    seen.publish();
    Ok(())
}
