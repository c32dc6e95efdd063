//! Placing alerts: what each incident's part of a batch asks, and what it does.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use actors::domain::incident::{add_flips, add_tool_source};
use actors::domain::{AlertState, Fact, Incident, IncidentId, Life, Severity, Timestamp};
use actors::port::events::IncidentCounts;
use actors::port::writer::{
    FingerprintState, IncidentPlacement, Opening, PlaceBatch, Placed, Placement, RefusedPlacement,
};
use rusqlite::{Connection, OptionalExtension, params};

use super::chain::{Spot, mark};
use super::fault::{Fault, unwritable};
use super::head::Head;
use super::machine::Machine;
use super::rows::{self, StoredIncident, incident_columns, int, ms, severity_index};
use super::shared::Cell;
use crate::failpoint;

/// Where an alert stands before the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It waits for its first verdict.
    Unplaced,
    /// It is held: it may move.
    Held,
    /// It has its last verdict.
    Final,
}

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
        match judge(m, cell, wanted)? {
            Verdict::Do(part) => parts.push(part),
            Verdict::Refuse(current) => refused.push(RefusedPlacement {
                incident_id: wanted.incident_id.clone(),
                current,
            }),
            Verdict::Done => {}
        }
    }
    let mut others = Vec::with_capacity(batch.others.len());
    for placement in &batch.others {
        if standing(m, cell, placement.alert_no)? != Standing::Final {
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

/// An incident or an alert twice in one batch would be judged by a row that the batch itself changes.
fn check_repeats(batch: &PlaceBatch) -> Result<(), Fault> {
    let mut incidents = HashSet::with_capacity(batch.incidents.len());
    if let Some(twice) = batch.incidents.iter().find(|part| !incidents.insert(&part.incident_id)) {
        return Err(Fault::corrupt(format!(
            "{} stands twice in one batch",
            twice.incident_id
        )));
    }
    let placed = batch.incidents.iter().flat_map(|part| &part.alerts);
    let mut alerts = HashSet::new();
    let mut all = placed.chain(&batch.others);
    match all.find(|placement| !alerts.insert(placement.alert_no)) {
        None => Ok(()),
        Some(twice) => Err(Fault::corrupt(format!(
            "alert {} stands twice in one batch",
            twice.alert_no
        ))),
    }
}

fn standing(m: &Machine, cell: &Cell, alert_no: u64) -> Result<Standing, Fault> {
    if m.unplaced.holds(cell, alert_no) {
        return Ok(Standing::Unplaced);
    }
    let held = m
        .conn
        .prepare_cached("SELECT state FROM placement WHERE alert = ?1 AND company = ?2")?
        .query_row([int(alert_no), cell.no], |row| rows::state(row, 0))
        .optional()?;
    match held {
        Some(AlertState::Held) => Ok(Standing::Held),
        Some(_) => Ok(Standing::Final),
        None => Err(Fault::corrupt(format!("{} has no alert {alert_no}", cell.id))),
    }
}

enum Verdict<'a> {
    Do(Part<'a>),
    Refuse(Option<Box<Incident>>),
    /// All its alerts have their last verdict already: it was done before.
    Done,
}

fn judge<'a>(m: &Machine, cell: &Cell, wanted: &'a IncidentPlacement) -> Result<Verdict<'a>, Fault> {
    let mut finals = 0;
    for placement in &wanted.alerts {
        finals += usize::from(standing(m, cell, placement.alert_no)? == Standing::Final);
    }
    if finals == wanted.alerts.len() {
        return Ok(Verdict::Done);
    }
    let current = load(&m.conn, cell, wanted.incident_id.as_str())?;
    // Its deltas speak of all its alerts, so they are of no use where some were counted before.
    let whole = finals == 0;
    Ok(match (&wanted.opening, current) {
        (None, Some(current)) if whole && may_join(&current.row, wanted) => {
            Verdict::Do(Part::Join(wanted, Box::new(current)))
        }
        (Some(opening), None) if whole => Verdict::Do(Part::Open(wanted, opening)),
        (_, current) => Verdict::Refuse(current.map(|current| Box::new(current.row))),
    })
}

/// An open incident is joined; a resolved one only by what may reopen it.
fn may_join(row: &Incident, wanted: &IncidentPlacement) -> bool {
    row.is_open() || (wanted.reopens && row.life.reopens_until(Duration::ZERO).is_some())
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
    for part in parts {
        let (wanted, incident_no, mut previous, before) = match part {
            Part::Join(wanted, current) => {
                let mut row = current.row.clone();
                add(&mut row, wanted, commit_no, now);
                if !row.is_open() {
                    row.life = row.life.reopened();
                    row.version += 1;
                    update_life(&m.conn, current.no, &row)?;
                }
                update_counts(&m.conn, current.no, &row, last_of(wanted))?;
                update_urgency(&m.conn, current.no, &current.row, &row)?;
                tell_counts(m, &row);
                (*wanted, current.no, current.last_alert, current.row.alert_count)
            }
            Part::Open(wanted, opening) => {
                let mut row = opened(cell, &wanted.incident_id, opening);
                add(&mut row, wanted, commit_no, now);
                tell_counts(m, &row);
                (*wanted, insert(&m.conn, cell.no, &row, last_of(wanted))?, None, 0)
            }
        };
        write_owned(&m.conn, incident_no, &wanted.keys, &wanted.fingerprints)?;
        for (ordinal, placement) in (before + 1..).zip(in_order(wanted)) {
            write_placement(m, cell, Some(incident_no), previous, commit_no, placement)?;
            let alert = placement.alert_no;
            mark(&m.conn, incident_no, ordinal, Spot { commit_no, alert })?;
            previous = Some(alert);
        }
    }
    for placement in others {
        write_placement(m, cell, None, None, commit_no, placement)?;
    }
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
    if m.shared.is_heard() {
        m.committed.counts.push(IncidentCounts {
            company_id: row.company_id.clone(),
            incident_id: row.incident_id.clone(),
            alert_count: row.alert_count,
            severity: row.severity,
            firing: row.firing,
        });
    }
}

/// A new incident's row before its first alerts are added.
pub(super) fn opened(cell: &Cell, id: &IncidentId, opening: &Opening) -> Incident {
    Incident {
        incident_id: id.clone(),
        company_id: cell.id.clone(),
        asset_name: opening.asset_name.clone(),
        signature: opening.signature.clone(),
        created_at: opening.created_at,
        life: Life::new(),
        version: 0,
        alert_count: 0,
        firing: [0; 4],
        severity: Severity::Low,
        tool_sources: Vec::new(),
        first_event_at: Timestamp::from_millis(i64::MAX),
        last_event_at: Timestamp::default(),
        last_alert_at: Timestamp::default(),
        recovered_at: None,
        flips: Vec::new(),
        placed_no: 0,
        absorbed_no: 0,
        wake_due: None,
        decided: None,
        updated_at: opening.created_at,
    }
}

/// Adds one batch to an incident's counts.
fn add(row: &mut Incident, wanted: &IncidentPlacement, commit_no: u64, now: Timestamp) {
    row.alert_count += wanted.alerts.len() as u64;
    for (count, delta) in row.firing.iter_mut().zip(wanted.firing_delta) {
        *count = count.saturating_add_signed(delta);
    }
    row.severity = wanted.severity;
    for tool in &wanted.tool_sources {
        add_tool_source(&mut row.tool_sources, tool);
    }
    row.first_event_at = row.first_event_at.min(wanted.first_event_at);
    row.last_event_at = row.last_event_at.max(wanted.last_event_at);
    row.last_alert_at = row.last_alert_at.max(wanted.last_alert_at);
    row.recovered_at = wanted.recovered_at;
    add_flips(&mut row.flips, &wanted.flips);
    row.placed_no = commit_no;
    row.wake_due = row.wake_due.into_iter().chain(wanted.wake).min();
    row.updated_at = now;
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
