//! Placing alerts: what each incident's part of a batch asks, and what it does.

use std::sync::Arc;

use actors::domain::{AlertState, Fact, Incident, Rollup, Timestamp};
use actors::port::writer::{
    FingerprintState, IncidentPlacement, Opening, PlaceBatch, Placed, Placement, RefusedPlacement,
};
use rusqlite::{Connection, OptionalExtension, params};

use super::chain::{self, Spot};
use super::fault::{Fault, unwritable};
use super::machine::Machine;
use super::rows::{self, StoredIncident, incident_columns, int, ms, severity_index};
use super::shared::Cell;
use crate::failpoint;
use crate::store::commit::{self, Head, Verdict, check_repeats, judge};
use crate::store::rollup::{self, Tally};

/// What becomes of one incident's part.
enum Part<'a> {
    Join(&'a IncidentPlacement, Box<StoredIncident>),
    Open(&'a IncidentPlacement, &'a Opening),
}

/// Places a batch.
pub(super) fn place(m: &mut Machine, cell: &Arc<Cell>, epoch: u64, batch: &PlaceBatch) -> Result<Placed, Fault> {
    let mut head = m.heads.fenced(cell, epoch)?;
    check_repeats(batch)?;
    if head.joinable_no != batch.joinable_no {
        return Ok(Placed {
            commit_no: head.commit_no,
            joinable_no: head.joinable_no,
            refused: Vec::new(),
        });
    }
    let (mut parts, mut refused) = (Vec::with_capacity(batch.incidents.len()), Vec::new());
    for wanted in &batch.incidents {
        let mut finals = 0;
        for placement in &wanted.alerts {
            finals += usize::from(is_final(m, cell, placement.alert_no)?);
        }
        let current = load(&m.conn, cell, wanted.incident_id.as_str())?;
        match (
            judge(wanted, finals, current.as_ref().map(|current| &current.row)),
            current,
        ) {
            (Verdict::Join, Some(current)) => parts.push(Part::Join(wanted, Box::new(current))),
            (Verdict::Open(opening), _) => parts.push(Part::Open(wanted, opening)),
            (Verdict::Done, _) => {}
            (_, current) => refused.push(RefusedPlacement {
                incident_id: wanted.incident_id.clone(),
                current: current.map(|current| Box::new(current.row)),
            }),
        }
    }
    let mut others = Vec::with_capacity(batch.others.len());
    for placement in &batch.others {
        if !is_final(m, cell, placement.alert_no)? {
            others.push(placement);
        }
    }
    // From here on everything is written.
    if !parts.is_empty() || !others.is_empty() {
        head.commit_no += 1;
        write(m, cell, &mut head, batch.now, &parts, &others)?;
        m.heads.stage(cell.no, head);
    }
    Ok(Placed {
        commit_no: head.commit_no,
        joinable_no: head.joinable_no,
        refused,
    })
}

/// Whether an alert has its last verdict; one that is held may still move.
fn is_final(m: &Machine, cell: &Cell, alert_no: u64) -> Result<bool, Fault> {
    if m.unplaced.holds(cell, alert_no) {
        return Ok(false);
    }
    let state = m
        .conn
        .prepare_cached("SELECT state FROM placement WHERE alert = ?1 AND company = ?2")?
        .query_row([int(alert_no), cell.no], |row| rows::state(row, 0))
        .optional()?;
    match state {
        Some(state) => Ok(state != AlertState::Held),
        None => Err(Fault::corrupt(format!("{} has no alert {alert_no}", cell.id))),
    }
}

/// An incident's row.
pub(super) fn load(conn: &Connection, cell: &Cell, id: &str) -> Result<Option<StoredIncident>, rusqlite::Error> {
    conn.prepare_cached(concat!(
        "SELECT ",
        incident_columns!(),
        " FROM incident i WHERE i.company = ?1 AND i.incident_id = ?2"
    ))?
    .query_row(params![cell.no, id], |row| rows::incident(row, &cell.id))
    .optional()
}

fn write(
    m: &mut Machine,
    cell: &Arc<Cell>,
    head: &mut Head,
    now: Timestamp,
    parts: &[Part<'_>],
    others: &[&Placement],
) -> Result<(), rusqlite::Error> {
    let commit_no = head.commit_no;
    let mut tally = Tally::default();
    for part in parts {
        let (wanted, incident_no, mut previous, before) = match part {
            Part::Join(wanted, current) => {
                let mut row = current.row.clone();
                wanted.add_to(&mut row, commit_no, now);
                tally.add(rollup::of(&current.row), &row);
                if row.version != current.row.version {
                    update_life(&m.conn, current.no, &row)?;
                }
                update_counts(&m.conn, current.no, &row, last_of(wanted))?;
                update_urgency(&m.conn, current.no, &current.row, &row)?;
                tell_counts(m, &row);
                (*wanted, current.no, current.last_alert, current.row.alert_count)
            }
            Part::Open(wanted, opening) => {
                let mut row = opening.row(&cell.id, &wanted.incident_id);
                wanted.add_to(&mut row, commit_no, now);
                tally.add(Rollup::default(), &row);
                tell_counts(m, &row);
                (*wanted, insert(&m.conn, cell.no, &row, last_of(wanted))?, None, 0)
            }
        };
        write_owned(&m.conn, incident_no, &wanted.keys, &wanted.fingerprints)?;
        for (ordinal, placement) in (before + 1..).zip(in_order(wanted)) {
            write_placement(m, cell, Some(incident_no), previous, commit_no, placement)?;
            let alert = placement.alert_no;
            chain::mark(&m.conn, incident_no, ordinal, Spot { commit_no, alert })?;
            previous = Some(alert);
        }
    }
    for placement in others {
        write_placement(m, cell, None, None, commit_no, placement)?;
    }
    super::rollup::write(&m.conn, cell.no, tally)?;
    failpoint!("place.incidents_written");
    let facts = parts.iter().flat_map(|part| -> &[Fact] {
        match part {
            Part::Join(wanted, _) | Part::Open(wanted, _) => &wanted.facts,
        }
    });
    m.journal(cell, head, facts)
}

/// The alerts of a part in the order of the incident's chain.
fn in_order(wanted: &IncidentPlacement) -> Vec<&Placement> {
    let mut alerts: Vec<&Placement> = wanted.alerts.iter().collect();
    alerts.sort_unstable_by_key(|placement| placement.alert_no);
    alerts
}

fn last_of(wanted: &IncidentPlacement) -> Option<u64> {
    wanted.alerts.iter().map(|placement| placement.alert_no).max()
}

/// For whoever looks on live; nobody reads it later.
fn tell_counts(m: &mut Machine, row: &Incident) {
    if m.shared.feed.is_heard() {
        m.committed.counts.push(commit::counts(row));
    }
}

pub(super) fn json(value: &impl serde::Serialize) -> Result<String, rusqlite::Error> {
    serde_json::to_string(value).map_err(unwritable)
}

/// Writes the life and what is looked for in it.
pub(super) fn update_life(conn: &Connection, no: i64, row: &Incident) -> Result<(), rusqlite::Error> {
    let sql = "UPDATE incident SET status = ?2, resolved_at = ?3, snoozed_until = ?4, life = ?5, version = ?6 \
               WHERE no = ?1";
    conn.prepare_cached(sql)?.execute(params![
        no,
        row.life.status.as_str(),
        ms(row.life.resolved_at),
        ms(row.life.snooze.map(|snooze| snooze.until)),
        json(&row.life)?,
        int(row.version),
    ])?;
    Ok(())
}

/// Writes what a batch changed, and the last alert of the chain.
pub(super) fn update_counts(
    conn: &Connection,
    no: i64,
    row: &Incident,
    last_alert: Option<u64>,
) -> Result<(), rusqlite::Error> {
    let sql = "UPDATE incident SET alert_count = ?2, firing = ?3, tool_sources = ?4, first_event_at = ?5, last_event_at = ?6, \
               last_alert_at = ?7, recovered_at = ?8, flips = ?9, placed_no = ?10, updated_at = ?11, last_alert = ?12 \
               WHERE no = ?1";
    conn.prepare_cached(sql)?.execute(params![
        no,
        int(row.alert_count),
        json(&row.firing)?,
        json(&row.tool_sources)?,
        row.first_event_at.as_millis(),
        row.last_event_at.as_millis(),
        row.last_alert_at.as_millis(),
        ms(row.recovered_at),
        json(&row.flips)?,
        int(row.placed_no),
        row.updated_at.as_millis(),
        last_alert.map(int),
    ])?;
    Ok(())
}

/// Writes what changed of the severity and the next wake. They stand in an index, which would be
/// written even if nothing changes.
pub(super) fn update_urgency(
    conn: &Connection,
    no: i64,
    before: &Incident,
    row: &Incident,
) -> Result<(), rusqlite::Error> {
    if (before.severity, before.wake_due) != (row.severity, row.wake_due) {
        conn.prepare_cached("UPDATE incident SET severity = ?2, wake_due = ?3 WHERE no = ?1")?
            .execute(params![no, severity_index(row.severity), ms(row.wake_due)])?;
    }
    Ok(())
}

/// Writes an opened incident's row: the store's number for it.
pub(super) fn insert(
    conn: &Connection,
    company: i64,
    row: &Incident,
    last_alert: Option<u64>,
) -> Result<i64, rusqlite::Error> {
    let sql = "INSERT INTO incident (company, incident_id, asset_name, signature, created_at, status, life, version, \
               alert_count, firing, severity, tool_sources, first_event_at, last_event_at, last_alert_at, \
               recovered_at, flips, placed_no, absorbed_no, wake_due, updated_at, last_alert) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)";
    conn.prepare_cached(sql)?.insert(params![
        company,
        row.incident_id.as_str(),
        row.asset_name,
        row.signature,
        row.created_at.as_millis(),
        row.life.status.as_str(),
        json(&row.life)?,
        int(row.version),
        int(row.alert_count),
        json(&row.firing)?,
        severity_index(row.severity),
        json(&row.tool_sources)?,
        row.first_event_at.as_millis(),
        row.last_event_at.as_millis(),
        row.last_alert_at.as_millis(),
        ms(row.recovered_at),
        json(&row.flips)?,
        int(row.placed_no),
        int(row.absorbed_no),
        ms(row.wake_due),
        row.updated_at.as_millis(),
        last_alert.map(int),
    ])
}

/// The keys and fingerprints that an incident owns from now on.
pub(super) fn write_owned(
    conn: &Connection,
    incident_no: i64,
    keys: &[String],
    fingerprints: &[FingerprintState],
) -> Result<(), rusqlite::Error> {
    for key in keys {
        conn.prepare_cached("INSERT OR IGNORE INTO incident_key VALUES (?1, ?2)")?
            .execute(params![incident_no, key])?;
    }
    for fingerprint in fingerprints {
        conn.prepare_cached("INSERT OR REPLACE INTO incident_fingerprint VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
            .execute(params![
                incident_no,
                fingerprint.identity.0.0,
                fingerprint.status == actors::domain::Signal::Resolved,
                severity_index(fingerprint.severity),
                fingerprint.event_at.as_millis(),
                int(fingerprint.alert_no),
            ])?;
    }
    Ok(())
}

fn write_placement(
    m: &mut Machine,
    cell: &Arc<Cell>,
    incident_no: Option<i64>,
    previous: Option<u64>,
    commit_no: u64,
    placement: &Placement,
) -> Result<(), rusqlite::Error> {
    // A row that is there already was found to be held.
    m.conn
        .prepare_cached("INSERT OR REPLACE INTO placement VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?
        .execute(params![
            int(placement.alert_no),
            cell.no,
            incident_no,
            placement.state.as_str(),
            int(commit_no),
            ms(placement.due_at),
            serde_json::to_vec(&placement.receipt).map_err(unwritable)?,
            previous.map(int),
        ])?;
    if m.unplaced.holds(cell, placement.alert_no) {
        m.unplaced.place(cell, placement.alert_no);
    }
    Ok(())
}
