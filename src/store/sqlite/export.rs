//! Reading a whole store, to be moved: row by row, in one transaction, under the directory's lock.
//!
//! Nothing is changed but what opening changes: an older file becomes one of this binary's version.

use std::collections::HashMap;
use std::path::Path;

use actors::domain::{AlertState, CompanyId, Timestamp};
use actors::limits::{DELIVERY_MEMORY, SIGNATURE_WINDOW};
use actors::port::inbox::Signature;
use actors::port::writer::Placement;
use actors::port::{Error, RecordKind};
use rusqlite::types::Type;
use rusqlite::{Connection, Params, Row, params};

use super::OpenError;
use super::cut::last_alert;
use super::fault::Fault;
use super::load;
use super::read::records::{self, record_columns};
use super::read::{incidents, roster};
use super::rollup::{self, rollup_columns};
use super::rows::{self, INCIDENT_COLUMNS, alert_columns, incident_columns, parsed, time, time_or_none, uint};
use super::schema::migrate;
use super::thread::configure_writer;
use crate::store::commit;
use crate::store::lock::DirectoryLock;
use crate::store::migration::{Commit, Head, Part, Request, Value, Verdict};

/// What is kept of a request, of a table called `s`.
macro_rules! request_columns {
    () => {
        "s.company, s.first_no, s.count, s.body_hash, s.stored_at"
    };
}

/// The last request under each delivery id, stored behind `?1`.
macro_rules! deliveries {
    () => {
        "SELECT max(pos) AS pos FROM seen_log WHERE delivery_id IS NOT NULL AND stored_at > ?1 \
         GROUP BY company, delivery_id"
    };
}

/// The last request under each signature made behind `?1`; what is at its company's floor is stale and told by it.
macro_rules! signatures {
    () => {
        "SELECT max(s.pos) AS pos FROM seen_log s CROSS JOIN company c ON c.no = s.company \
         WHERE s.mac IS NOT NULL AND s.signed_at > ?1 AND s.signed_at > coalesce(c.mac_floor, -1) \
         GROUP BY s.company, s.mac"
    };
}

/// Companies' floors, once what was signed up to `?1` is forgotten.
macro_rules! floors {
    () => {
        "SELECT c.no, max(coalesce(c.mac_floor, past.newest), coalesce(past.newest, c.mac_floor)) FROM company c \
         LEFT JOIN (SELECT company, max(signed_at) AS newest FROM seen_log WHERE mac IS NOT NULL AND signed_at <= ?1 \
                    GROUP BY company) past ON past.company = c.no \
         WHERE c.mac_floor IS NOT NULL OR past.newest IS NOT NULL"
    };
}

/// Takes values; what it refuses ends the reading.
pub(in crate::store) type Hand<'a> = &'a mut dyn FnMut(Value) -> Result<(), Error>;

/// A store that is read to its end.
#[derive(Debug)]
pub(in crate::store) struct Source {
    conn: Connection,
    companies: HashMap<i64, CompanyId>,
    /// How far its clock has come: by it is judged what has expired.
    clock: Timestamp,
    _lock: DirectoryLock,
}

impl Source {
    /// Opens the store of a directory. Makes nothing where there is none.
    pub(in crate::store) fn open(dir: &Path, now: Timestamp) -> Result<Self, OpenError> {
        let file = dir.join("store.db");
        if !file.try_exists()? {
            return Err(OpenError::Missing);
        }
        let lock = DirectoryLock::take(dir)?;
        let mut conn = Connection::open(&file)?;
        configure_writer(&conn)?;
        migrate(&mut conn, now)?;
        conn.pragma_update(None, "query_only", true)?;
        // What has to be sorted may be more than there is memory for.
        conn.pragma_update(None, "temp_store", "file")?;
        conn.pragma_update(None, "cache_size", -16_384)?;
        conn.execute_batch("BEGIN")?;
        Self::of(conn, lock).map_err(|fault| fault.into_error().into())
    }

    fn of(conn: Connection, lock: DirectoryLock) -> Result<Self, Fault> {
        let clock = load::clock(&conn)?;
        let companies = {
            let mut query = conn.prepare("SELECT no, company_id FROM company")?;
            let found = query.query_map([], |row| Ok((row.get(0)?, parsed(row, 1)?)))?;
            found.collect::<Result<_, _>>()?
        };
        Ok(Self {
            conn,
            companies,
            clock,
            _lock: lock,
        })
    }

    /// How many values a part has; of what expires, those that do so behind a moment.
    pub(in crate::store) fn count(&self, part: Part, behind: Option<Timestamp>) -> Result<u64, Error> {
        let count = |sql: &str| self.conn.query_row(sql, [], |row| uint(row, 0));
        let counted = match part {
            Part::Alerts => count("SELECT count(*) FROM alert"),
            Part::Incidents => count("SELECT count(*) FROM incident"),
            Part::Identities => {
                count("SELECT (SELECT count(*) FROM incident_key) + (SELECT count(*) FROM incident_fingerprint)")
            }
            Part::Decisions => count("SELECT count(*) FROM decision"),
            Part::ShortMemory => {
                let sql = "SELECT count(*) FROM short_memory WHERE expires_at > ?1";
                let behind = behind.map_or(i64::MIN, Timestamp::as_millis);
                self.conn.query_row(sql, [behind], |row| uint(row, 0))
            }
            Part::Journal => count("SELECT count(*) FROM journal"),
            Part::CommitLog => count("SELECT count(*) FROM commit_log"),
            Part::Deliveries => self.count_seen(behind),
            Part::SignatureFloors => {
                let sql = concat!("SELECT count(*) FROM (", floors!(), ")");
                self.conn
                    .query_row(sql, [oldest_signature(self.clock)], |row| uint(row, 0))
            }
            Part::Rollups => count("SELECT count(*) FROM rollup"),
            Part::Counters => Ok(2),
            Part::Records(kind) => self.count_records(kind, behind),
            Part::Companies => count("SELECT count(*) FROM company WHERE body IS NOT NULL"),
            Part::Heads => count("SELECT count(*) FROM head"),
        };
        counted.map_err(|error| Fault::from(error).into_error())
    }

    fn count_seen(&self, behind: Option<Timestamp>) -> rusqlite::Result<u64> {
        let at = behind.map_or(self.clock, |behind| behind.max(self.clock));
        let count = |sql, oldest: i64| self.conn.query_row(sql, [oldest], |row| uint(row, 0));
        let deliveries = count(
            concat!("SELECT count(*) FROM (", deliveries!(), ")"),
            oldest_delivery(at),
        )?;
        let signatures = count(
            concat!("SELECT count(*) FROM (", signatures!(), ")"),
            oldest_signature(at),
        )?;
        Ok(deliveries + signatures)
    }

    /// Hands over every value of a part.
    pub(in crate::store) fn read(&self, part: Part, hand: Hand<'_>) -> Result<(), Error> {
        let read = match part {
            Part::Alerts => self.alerts(hand),
            Part::Incidents => self.incidents(hand),
            Part::Identities => self.identities(hand),
            Part::Decisions => self.decisions(hand),
            Part::ShortMemory => self.memories(hand),
            Part::Journal => self.journal(hand),
            Part::CommitLog => self.commits(hand),
            Part::Deliveries => self.seen(hand),
            Part::SignatureFloors => self.floors(hand),
            Part::Rollups => self.rollups(hand),
            Part::Counters => self.counters(hand),
            Part::Records(kind) => self.records(kind, hand),
            Part::Companies => {
                let company = |company| Value::Company(Box::new(company));
                hand_all(roster::companies(&self.conn), company, hand)
            }
            Part::Heads => hand_all(self.stored_heads(), Value::Head, hand),
        };
        read.map_err(Fault::into_error)
    }

    /// Hands over what each row of a query says.
    fn each(
        &self,
        sql: &str,
        params: impl Params,
        value: impl Fn(&Row<'_>) -> rusqlite::Result<Value>,
        hand: Hand<'_>,
    ) -> Result<(), Fault> {
        let mut query = self.conn.prepare(sql)?;
        let mut rows = query.query(params)?;
        while let Some(row) = rows.next()? {
            hand(value(row)?)?;
        }
        Ok(())
    }

    fn count_records(&self, kind: RecordKind, behind: Option<Timestamp>) -> rusqlite::Result<u64> {
        let sql = "SELECT count(*) FROM record WHERE kind = ?1 AND (expires_at IS NULL OR expires_at > ?2)";
        let behind = behind.map_or(i64::MIN, Timestamp::as_millis);
        self.conn
            .query_row(sql, params![kind.as_str(), behind], |row| uint(row, 0))
    }

    fn company(&self, row: &Row<'_>, column: usize) -> rusqlite::Result<&CompanyId> {
        let no: i64 = row.get(column)?;
        self.companies.get(&no).ok_or_else(|| {
            let why = format!("there is no company {no}");
            rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, why.into())
        })
    }

    fn alerts(&self, hand: Hand<'_>) -> Result<(), Fault> {
        let sql = concat!(
            "SELECT ",
            alert_columns!(),
            ", a.company, p.state, p.due_at, p.receipt, p.commit_no, p.incident, i.incident_id \
             FROM alert a LEFT JOIN placement p ON p.alert = a.no LEFT JOIN incident i ON i.no = p.incident \
             ORDER BY a.no"
        );
        let value = |row: &Row<'_>| {
            let alert = rows::alert(row, self.company(row, 4)?)?;
            let verdict = match rows::state(row, 5)? {
                AlertState::Received => None,
                state => Some(Box::new(Verdict {
                    placement: Placement {
                        alert_no: alert.no,
                        state,
                        due_at: time_or_none(row, 6)?,
                        receipt: rows::json(row, 7)?,
                    },
                    commit_no: uint(row, 8)?,
                    incident: match row.get::<_, Option<i64>>(9)? {
                        Some(_) => Some(parsed(row, 10)?),
                        None => None,
                    },
                })),
            };
            Ok(Value::Alert(Box::new(alert), verdict))
        };
        self.each(sql, [], value, hand)
    }

    fn incidents(&self, hand: Hand<'_>) -> Result<(), Fault> {
        let sql = concat!(
            "SELECT ",
            incident_columns!(),
            ", i.company FROM incident i ORDER BY i.no"
        );
        let value = |row: &Row<'_>| {
            let stored = rows::incident(row, self.company(row, INCIDENT_COLUMNS)?)?;
            Ok(Value::Incident(stored.no.unsigned_abs(), Box::new(stored.row)))
        };
        self.each(sql, [], value, hand)
    }

    fn identities(&self, hand: Hand<'_>) -> Result<(), Fault> {
        let keys =
            "SELECT k.key, i.company, i.incident_id FROM incident_key k CROSS JOIN incident i ON i.no = k.incident";
        let key = |row: &Row<'_>| Ok(Value::Key(self.company(row, 1)?.clone(), parsed(row, 2)?, row.get(0)?));
        self.each(keys, [], key, hand)?;
        let fingerprints = "SELECT f.identity, f.resolved, f.severity, f.event_at, f.alert_no, i.company, i.incident_id \
                            FROM incident_fingerprint f CROSS JOIN incident i ON i.no = f.incident";
        let fingerprint = |row: &Row<'_>| {
            let (company, incident) = (self.company(row, 5)?.clone(), parsed(row, 6)?);
            Ok(Value::Fingerprint(company, incident, incidents::fingerprint(row)?))
        };
        self.each(fingerprints, [], fingerprint, hand)
    }

    fn decisions(&self, hand: Hand<'_>) -> Result<(), Fault> {
        let value = |row: &Row<'_>| {
            let company = self.company(row, 2)?.clone();
            Ok(Value::Decision(company, uint(row, 0)?, Box::new(rows::json(row, 1)?)))
        };
        self.each("SELECT no, body, company FROM decision ORDER BY no", [], value, hand)
    }

    fn memories(&self, hand: Hand<'_>) -> Result<(), Fault> {
        let value = |row: &Row<'_>| {
            let (company, incident) = (self.company(row, 1)?.clone(), parsed(row, 2)?);
            Ok(Value::Memory(company, incident, Box::new(rows::json(row, 0)?)))
        };
        self.each("SELECT body, company, incident_id FROM short_memory", [], value, hand)
    }

    fn journal(&self, hand: Hand<'_>) -> Result<(), Fault> {
        let sql = "SELECT seq, commit_no, canonical, hash, subject, company FROM journal ORDER BY company, seq";
        let value = |row: &Row<'_>| Ok(Value::Entry(Box::new(rows::entry(row, self.company(row, 5)?)?)));
        self.each(sql, [], value, hand)
    }

    fn commits(&self, hand: Hand<'_>) -> Result<(), Fault> {
        let sql = "SELECT pos, company, first_seq, last_seq FROM commit_log ORDER BY pos";
        let value = |row: &Row<'_>| {
            Ok(Value::Commit(Commit {
                place: uint(row, 0)?,
                company: self.company(row, 1)?.clone(),
                first_seq: uint(row, 2)?,
                last_seq: uint(row, 3)?,
            }))
        };
        self.each(sql, [], value, hand)
    }

    fn seen(&self, hand: Hand<'_>) -> Result<(), Fault> {
        let delivery = |row: &Row<'_>| Ok(Value::Delivery(parsed(row, 5)?, self.request(row)?));
        let sql = concat!(
            "SELECT ",
            request_columns!(),
            ", s.delivery_id FROM (",
            deliveries!(),
            ") last CROSS JOIN seen_log s USING (pos)"
        );
        self.each(sql, [oldest_delivery(self.clock)], delivery, hand)?;
        let signature = |row: &Row<'_>| {
            let signature = Signature {
                mac: row.get(5)?,
                signed_at: time(row, 6)?,
            };
            Ok(Value::Signature(signature, self.request(row)?))
        };
        let sql = concat!(
            "SELECT ",
            request_columns!(),
            ", s.mac, s.signed_at FROM (",
            signatures!(),
            ") last CROSS JOIN seen_log s USING (pos)"
        );
        self.each(sql, [oldest_signature(self.clock)], signature, hand)
    }

    /// A request from `request_columns`.
    fn request(&self, row: &Row<'_>) -> rusqlite::Result<Box<Request>> {
        Ok(Box::new(Request {
            company: self.company(row, 0)?.clone(),
            first_no: uint(row, 1)?,
            count: uint(row, 2)?,
            body_hash: row.get(3)?,
            stored_at: time(row, 4)?,
        }))
    }

    fn floors(&self, hand: Hand<'_>) -> Result<(), Fault> {
        let value = |row: &Row<'_>| Ok(Value::Floor(self.company(row, 0)?.clone(), time(row, 1)?));
        self.each(floors!(), [oldest_signature(self.clock)], value, hand)
    }

    fn records(&self, kind: RecordKind, hand: Hand<'_>) -> Result<(), Fault> {
        let sql = concat!(
            "SELECT ",
            record_columns!(),
            ", r.company FROM record r WHERE r.kind = ?1"
        );
        let value = |row: &Row<'_>| {
            let company = self.company(row, 5)?.clone();
            Ok(Value::Record(Box::new(records::read(row, company, kind)?)))
        };
        self.each(sql, [kind.as_str()], value, hand)
    }

    fn rollups(&self, hand: Hand<'_>) -> Result<(), Fault> {
        let sql = concat!("SELECT company, hour, ", rollup_columns!(), " FROM rollup");
        let value = |row: &Row<'_>| {
            let (company, hour) = (self.company(row, 0)?.clone(), time(row, 1)?);
            Ok(Value::Rollup(company, hour, rollup::read(row, 2)?))
        };
        self.each(sql, [], value, hand)
    }

    fn counters(&self, hand: Hand<'_>) -> Result<(), Fault> {
        hand(Value::LastAlert(last_alert(&self.conn)?))?;
        Ok(hand(Value::Clock(self.clock))?)
    }

    /// Every company's head, and the platform's.
    pub(in crate::store) fn heads(&self) -> Result<Vec<Head>, Error> {
        self.stored_heads().map_err(Fault::into_error)
    }

    fn stored_heads(&self) -> Result<Vec<Head>, Fault> {
        let sql = "SELECT h.company, h.epoch, h.commit_no, h.seq, h.hash, h.joinable_no, \
                   coalesce((SELECT max(i.no) FROM incident i WHERE i.company = h.company), 0), \
                   coalesce((SELECT max(d.no) FROM decision d WHERE d.company = h.company), 0), c.cut_pos \
                   FROM head h CROSS JOIN company c ON c.no = h.company";
        let mut query = self.conn.prepare(sql)?;
        let heads = query.query_map([], |row| {
            Ok(Head {
                company: self.company(row, 0)?.clone(),
                place: commit::Head {
                    epoch: uint(row, 1)?,
                    commit_no: uint(row, 2)?,
                    seq: uint(row, 3)?,
                    hash: row.get(4)?,
                    joinable_no: uint(row, 5)?,
                },
                incident_no: uint(row, 6)?,
                decision_no: uint(row, 7)?,
                cut_pos: row.get::<_, Option<i64>>(8)?.map(i64::unsigned_abs),
            })
        })?;
        Ok(heads.collect::<Result<_, _>>()?)
    }
}

fn hand_all<T>(all: Result<Vec<T>, Fault>, value: impl Fn(T) -> Value, hand: Hand<'_>) -> Result<(), Fault> {
    for one in all? {
        hand(value(one))?;
    }
    Ok(())
}

/// What was delivered by then has expired at this moment.
fn oldest_delivery(at: Timestamp) -> i64 {
    at.minus(DELIVERY_MEMORY).as_millis()
}

/// What was signed by then has expired at this moment: the window's last one is in it.
fn oldest_signature(at: Timestamp) -> i64 {
    at.minus(SIGNATURE_WINDOW).as_millis() - 1
}
