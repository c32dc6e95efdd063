//! The tables, and how an older file becomes a newer one.
//!
//! A migration is never edited once released; the next one is appended. `PRAGMA user_version` counts
//! those that a file has seen. Times are milliseconds since 1970, ids of others are text, companies
//! and incidents are small integers wherever a hot index holds them. Foreign keys are declared only
//! where writes are rare: on the hot tables the writer has looked already.

use actors::domain::Timestamp;
use rusqlite::{Connection, TransactionBehavior};

use super::{OpenError, recall};

/// "AlWh", so that a stranger's database is never written to.
const APPLICATION_ID: i32 = 0x416c_5768;

/// What brings a file from one version to the next.
const MIGRATIONS: &[&str] = &[
    FIRST, EVENTS, CHAIN, URGENCY, RECORDS, RETENTION, ROLLUPS, RECALL, PAGES,
];
/// Files of fewer migrations have long memories that no index knows.
const WITH_RECALL: usize = 8;

const FIRST: &str = "
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- `body` is NULL for the platform, which has a journal and nothing else. `mac_floor`: the newest
-- signed time among the signatures forgotten so far.
CREATE TABLE company (
    no INTEGER PRIMARY KEY, company_id TEXT NOT NULL UNIQUE, body TEXT, mac_floor INTEGER
) STRICT;

-- `unplaced_from`: every alert of the company below this has a verdict.
CREATE TABLE head (
    company INTEGER PRIMARY KEY REFERENCES company (no),
    epoch INTEGER NOT NULL, commit_no INTEGER NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL,
    joinable_no INTEGER NOT NULL, unplaced_from INTEGER NOT NULL
) STRICT;
INSERT INTO company (no, company_id) VALUES (1, 'platform');
INSERT INTO head VALUES (1, 0, 0, 0, zeroblob(32), 0, 0);

CREATE TABLE api_key (
    key_id TEXT PRIMARY KEY, company INTEGER NOT NULL REFERENCES company (no),
    key_hash BLOB NOT NULL UNIQUE, scopes TEXT NOT NULL, unsigned INTEGER NOT NULL, created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE webhook_secret (
    no INTEGER PRIMARY KEY, company INTEGER NOT NULL REFERENCES company (no),
    sealed BLOB NOT NULL, created_at INTEGER NOT NULL
) STRICT;

-- Appended once, never updated. `severity` is its index; `body` what was sent, as JSON.
CREATE TABLE alert (
    no INTEGER PRIMARY KEY, company INTEGER NOT NULL, alert_id BLOB NOT NULL, severity INTEGER NOT NULL,
    resolved INTEGER NOT NULL, received_at INTEGER NOT NULL, delivery_id TEXT, body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX alert_by_id ON alert (alert_id);
-- The time rides along, so that counting since a moment reads no bodies.
CREATE INDEX alert_by_company ON alert (company, no, received_at);

CREATE TABLE placement (
    alert INTEGER PRIMARY KEY, company INTEGER NOT NULL, incident INTEGER, state TEXT NOT NULL,
    commit_no INTEGER NOT NULL, due_at INTEGER, receipt BLOB NOT NULL
) STRICT;
CREATE INDEX placement_by_incident ON placement (incident, commit_no, alert) WHERE incident IS NOT NULL;
CREATE INDEX placement_elsewhere ON placement (company, state, alert) WHERE state <> 'placed';
CREATE INDEX placement_held ON placement (due_at) WHERE state = 'held';
CREATE INDEX placement_remembered ON placement (company, due_at) WHERE state = 'unmatched' AND due_at IS NOT NULL;

-- `firing`, `tool_sources` and `flips` are JSON lists, `life` and `decided` JSON objects; what is looked
-- for in a life has a column of its own.
CREATE TABLE incident (
    no INTEGER PRIMARY KEY, company INTEGER NOT NULL, incident_id TEXT NOT NULL,
    asset_name TEXT NOT NULL, signature TEXT NOT NULL, created_at INTEGER NOT NULL,
    status TEXT NOT NULL, resolved_at INTEGER, snoozed_until INTEGER, life TEXT NOT NULL, version INTEGER NOT NULL,
    alert_count INTEGER NOT NULL, firing TEXT NOT NULL, severity INTEGER NOT NULL, tool_sources TEXT NOT NULL,
    first_event_at INTEGER NOT NULL, last_event_at INTEGER NOT NULL, last_alert_at INTEGER NOT NULL,
    recovered_at INTEGER, flips TEXT NOT NULL,
    placed_no INTEGER NOT NULL, absorbed_no INTEGER NOT NULL, wake_due INTEGER, decided TEXT,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX incident_by_id ON incident (company, incident_id);
CREATE INDEX incident_by_company ON incident (company, no, created_at);
CREATE INDEX incident_open ON incident (company, no) WHERE status <> 'resolved';
CREATE INDEX incident_resolved ON incident (company, resolved_at) WHERE resolved_at IS NOT NULL;
CREATE INDEX incident_due ON incident (wake_due) WHERE wake_due IS NOT NULL;

CREATE TABLE incident_key (
    incident INTEGER NOT NULL, key TEXT NOT NULL, PRIMARY KEY (incident, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE incident_fingerprint (
    incident INTEGER NOT NULL, identity BLOB NOT NULL, resolved INTEGER NOT NULL, severity INTEGER NOT NULL,
    event_at INTEGER NOT NULL, alert_no INTEGER NOT NULL, PRIMARY KEY (incident, identity)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
    company INTEGER NOT NULL, seq INTEGER NOT NULL, commit_no INTEGER NOT NULL, subject TEXT NOT NULL,
    canonical TEXT NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (company, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX journal_by_subject ON journal (company, subject, seq);
CREATE TRIGGER journal_is_not_updated BEFORE UPDATE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_is_not_deleted BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

-- The order of commits over all companies: where a live stream goes on.
CREATE TABLE commit_log (
    pos INTEGER PRIMARY KEY, company INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL
) STRICT;

-- Not of an incident's row: an incident may be decided that the company does not have.
CREATE TABLE decision (
    no INTEGER PRIMARY KEY, company INTEGER NOT NULL, incident_id TEXT NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE INDEX decision_by_incident ON decision (company, incident_id, no);
CREATE TABLE short_memory (
    no INTEGER PRIMARY KEY, company INTEGER NOT NULL, incident_id TEXT NOT NULL, body TEXT NOT NULL,
    expires_at INTEGER NOT NULL, UNIQUE (company, incident_id)
) STRICT;
CREATE INDEX short_memory_expiry ON short_memory (expires_at);

-- Deliveries and signatures, so that the map in memory can be built again. `spilled` rows found the
-- map full and are looked up here; only they pay for an index on ids.
CREATE TABLE seen_log (
    pos INTEGER PRIMARY KEY, company INTEGER NOT NULL, delivery_id TEXT, mac BLOB, signed_at INTEGER,
    stored_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, first_no INTEGER NOT NULL, count INTEGER NOT NULL,
    body_hash BLOB NOT NULL, spilled INTEGER NOT NULL
) STRICT;
CREATE INDEX seen_expiry ON seen_log (expires_at);
CREATE INDEX seen_spilled_delivery ON seen_log (company, delivery_id) WHERE spilled = 1;
CREATE INDEX seen_spilled_mac ON seen_log (company, mac) WHERE spilled = 1;
";

/// Reading along the order of commits. `commit_log` has had a row for every commit with facts since the
/// first version, so that older entries are told in the order they were committed.
const EVENTS: &str = "
-- By `pos` too, which is the rowid.
CREATE INDEX commit_log_by_company ON commit_log (company);
CREATE TRIGGER commit_log_is_not_updated BEFORE UPDATE ON commit_log
    BEGIN SELECT RAISE(ABORT, 'the order of commits is append-only'); END;
CREATE TRIGGER commit_log_is_not_deleted BEFORE DELETE ON commit_log
    BEGIN SELECT RAISE(ABORT, 'the order of commits is append-only'); END;
-- The last commit whose entries were cut from the company's journal: a stream cannot go on from there
-- or before. A company's last commit is never cut. Nothing cuts yet.
ALTER TABLE company ADD COLUMN cut_pos INTEGER;
";

/// An incident's alerts as a chain instead of an index, and what was seen forgotten in the order it came:
/// both indexes dirtied pages with every alert.
const CHAIN: &str = "
ALTER TABLE placement ADD COLUMN previous INTEGER;
ALTER TABLE incident ADD COLUMN last_alert INTEGER;
CREATE TABLE milestone (
    incident INTEGER NOT NULL, commit_no INTEGER NOT NULL, alert INTEGER NOT NULL,
    PRIMARY KEY (incident, commit_no, alert)
) STRICT, WITHOUT ROWID;
UPDATE placement AS p SET previous = (
    SELECT q.alert FROM placement q WHERE q.incident = p.incident AND (q.commit_no, q.alert) < (p.commit_no, p.alert)
    ORDER BY q.commit_no DESC, q.alert DESC LIMIT 1
) WHERE incident IS NOT NULL;
UPDATE incident AS i SET last_alert = (
    SELECT p.alert FROM placement p WHERE p.incident = i.no ORDER BY p.commit_no DESC, p.alert DESC LIMIT 1
);
INSERT INTO milestone SELECT incident, commit_no, alert FROM (
    SELECT incident, commit_no, alert, row_number() OVER (PARTITION BY incident ORDER BY commit_no, alert) AS ordinal
    FROM placement WHERE incident IS NOT NULL
) WHERE ordinal % 64 = 0;
DROP INDEX placement_by_incident;
DROP INDEX seen_expiry;
";

/// What is due is looked for gravest first.
const URGENCY: &str = "
DROP INDEX incident_due;
CREATE INDEX incident_due ON incident (severity, wake_due) WHERE wake_due IS NOT NULL;
";

/// What people administer, keys and secrets among it. Times within a body are written as the wire has them.
const RECORDS: &str = "
-- By kind first, so that all companies' records of a kind lie together too. `lookup` finds one of all.
CREATE TABLE record (
    kind TEXT NOT NULL, company INTEGER NOT NULL REFERENCES company (no), id TEXT NOT NULL,
    version INTEGER NOT NULL, lookup TEXT, expires_at INTEGER, body TEXT NOT NULL, PRIMARY KEY (kind, company, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX record_by_lookup ON record (kind, lookup) WHERE lookup IS NOT NULL;
CREATE INDEX record_expiry ON record (expires_at) WHERE expires_at IS NOT NULL;
INSERT INTO record
SELECT 'api_keys', company, key_id, 1, lower(hex(key_hash)), NULL, json_object(
    'key_id', key_id, 'name', 'first key', 'key_hash', lower(hex(key_hash)), 'scopes', json(scopes),
    'unsigned', json(iif(unsigned, 'true', 'false')),
    'created_at', strftime('%Y-%m-%dT%H:%M:%S', created_at / 1000, 'unixepoch') || printf('.%03dZ', created_at % 1000)
) FROM api_key;
INSERT INTO record
SELECT 'webhook_secrets', company, 'whs-' || no, 1, NULL, NULL, json_object(
    'secret_id', 'whs-' || no, 'sealed', lower(hex(sealed)),
    'created_at', strftime('%Y-%m-%dT%H:%M:%S', created_at / 1000, 'unixepoch') || printf('.%03dZ', created_at % 1000)
) FROM webhook_secret;
DROP TABLE api_key;
DROP TABLE webhook_secret;
";

/// What is past its time goes: of a journal only what its company's cut says, which never moves back.
const RETENTION: &str = "
CREATE INDEX decision_by_age ON decision (company, body ->> '$.created_at');
-- The last entry that was cut from the company's journal.
ALTER TABLE company ADD COLUMN cut_seq INTEGER;
CREATE TRIGGER company_cut_moves_on BEFORE UPDATE OF cut_seq, cut_pos ON company
    WHEN coalesce(NEW.cut_seq, 0) < coalesce(OLD.cut_seq, 0) OR coalesce(NEW.cut_pos, 0) < coalesce(OLD.cut_pos, 0)
    BEGIN SELECT RAISE(ABORT, 'what is cut from a journal does not come back'); END;
DROP TRIGGER journal_is_not_deleted;
CREATE TRIGGER journal_is_not_deleted BEFORE DELETE ON journal
    WHEN OLD.seq > coalesce((SELECT cut_seq FROM company WHERE no = OLD.company), 0)
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
DROP TRIGGER commit_log_is_not_deleted;
CREATE TRIGGER commit_log_is_not_deleted BEFORE DELETE ON commit_log
    WHEN OLD.last_seq > coalesce((SELECT cut_seq FROM company WHERE no = OLD.company), 0)
    BEGIN SELECT RAISE(ABORT, 'the order of commits is append-only'); END;
";

/// What incidents came to, by the hour of their beginnings (milliseconds, as all times). Of incidents that retention has
/// removed before, nothing is known; none was ended by a run.
const ROLLUPS: &str = "
CREATE TABLE rollup (
    company INTEGER NOT NULL, hour INTEGER NOT NULL, incidents INTEGER NOT NULL, alerts INTEGER NOT NULL,
    acknowledged INTEGER NOT NULL, acknowledge_ms INTEGER NOT NULL, resolved INTEGER NOT NULL,
    resolve_ms INTEGER NOT NULL, healed INTEGER NOT NULL, PRIMARY KEY (company, hour)
) STRICT, WITHOUT ROWID;
INSERT INTO rollup
SELECT company, created_at - created_at % 3600000, count(*), sum(alert_count), count(acknowledged_at),
    coalesce(sum(max(acknowledged_at - created_at, 0)), 0), count(resolved_at),
    coalesce(sum(max(resolved_at - created_at, 0)), 0), 0
FROM (
    SELECT company, created_at, alert_count, resolved_at,
        CAST(strftime('%s', life ->> '$.acknowledged_at') AS INTEGER) * 1000
            + CAST(substr(life ->> '$.acknowledged_at', 21, 3) AS INTEGER) AS acknowledged_at
    FROM incident WHERE life ->> '$.merged_into' IS NULL
) GROUP BY 1, 2;
";

/// By what long memories are found: numbers in the order they came in, their tags, how many of a company's memories have a
/// word, and a full-text index without the texts. Its words have their company's number before them, so that no question
/// walks over another company's. [`super::recall`] writes all of it.
const RECALL: &str = "
CREATE TABLE memory (
    no INTEGER PRIMARY KEY, company INTEGER NOT NULL, id TEXT NOT NULL, signature TEXT NOT NULL, UNIQUE (company, id)
) STRICT;
CREATE INDEX memory_by_signature ON memory (company, signature, no);
CREATE TABLE memory_tag (
    company INTEGER NOT NULL, tag TEXT NOT NULL, memory INTEGER NOT NULL, PRIMARY KEY (company, tag, memory)
) STRICT, WITHOUT ROWID;
CREATE TABLE memory_word (
    company INTEGER NOT NULL, word TEXT NOT NULL, memories INTEGER NOT NULL, PRIMARY KEY (company, word)
) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE memory_text USING fts5(
    words, content = '', contentless_delete = 1, detail = 'none', tokenize = 'ascii'
);
";

/// Pages of what is rare among much: each filter that people use most has an index that grows at few ends.
const PAGES: &str = "
CREATE INDEX IF NOT EXISTS alert_by_severity ON alert (company, severity, no, received_at);
CREATE INDEX IF NOT EXISTS incident_by_status ON incident (company, status, no);
CREATE INDEX IF NOT EXISTS incident_by_severity ON incident (company, severity, no);
CREATE INDEX IF NOT EXISTS incident_by_both ON incident (company, status, severity, no);
-- In the order of numbers: an index by signature would have a page to write for nearly every incident that opens.
CREATE INDEX IF NOT EXISTS incident_signature ON incident (company, no, signature);
CREATE INDEX IF NOT EXISTS incident_snoozed ON incident (company, no) WHERE snoozed_until IS NOT NULL;
";

/// Makes the file ours and brings it to this binary's version, or says why not.
pub(super) fn migrate(conn: &mut Connection, now: Timestamp) -> Result<(), OpenError> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let tables: i64 = tx.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let (version, owner) = stamp(&tx)?;
    let fresh = version == 0 && owner == 0 && tables == 0;
    let version = if fresh { 0 } else { known(&tx)? };
    for migration in &MIGRATIONS[version..] {
        tx.execute_batch(migration)?;
    }
    if version < WITH_RECALL {
        recall::index_all(&tx)?;
    }
    if fresh {
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.execute("INSERT INTO meta VALUES ('created_at', ?1)", [now.as_millis()])?;
    }
    if version < MIGRATIONS.len() {
        tx.pragma_update(
            None,
            "user_version",
            u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX),
        )?;
    }
    Ok(tx.commit()?)
}

/// A file's version and whose it is.
fn stamp(conn: &Connection) -> Result<(usize, i32), OpenError> {
    let version = conn.pragma_query_value(None, "user_version", |row| row.get(0).map(|n: u32| n as usize))?;
    let owner = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
    Ok((version, owner))
}

/// The version of a file of ours, where this binary knows it.
pub(super) fn known(conn: &Connection) -> Result<usize, OpenError> {
    let (version, owner) = stamp(conn)?;
    if owner != APPLICATION_ID {
        return Err(OpenError::NotOurs);
    }
    if version > MIGRATIONS.len() {
        return Err(OpenError::Newer {
            found: version,
            known: MIGRATIONS.len(),
        });
    }
    Ok(version)
}

#[cfg(test)]
mod tests {
    use actors::port::{Record, RecordKind};
    use serde_json::json;

    use super::super::chain;
    use super::super::read::records;
    use super::*;

    fn migrated() -> Connection {
        let mut conn = Connection::open_in_memory().unwrap();
        migrate(&mut conn, Timestamp::from_millis(1)).unwrap();
        conn
    }

    #[test]
    fn a_migrated_file_is_taken_again_as_it_is() {
        let mut conn = migrated();
        migrate(&mut conn, Timestamp::from_millis(2)).unwrap();
        let created: i64 = conn
            .query_row("SELECT value FROM meta WHERE key = 'created_at'", [], |row| row.get(0))
            .unwrap();
        assert_eq!(created, 1);
    }

    #[test]
    fn alerts_placed_before_there_were_chains_are_chained() {
        let mut conn = of_version(2);
        let placed = |no: i64| (no, 7 + no % 2, 1_000 - no / 10);
        for (alert, incident, commit_no) in (1..=300).map(placed) {
            let sql = "INSERT INTO placement VALUES (?1, 1, ?2, 'placed', ?3, NULL, x'')";
            conn.execute(sql, [alert, incident, commit_no]).unwrap();
        }
        for no in [7, 8] {
            let sql = "INSERT INTO incident VALUES (?1, 1, ?1, '', '', 0, 'new', NULL, NULL, '{}', 0, 0, '', 0, '', 0, 0, 0, \
                       NULL, '', 0, 0, NULL, NULL, 0)";
            conn.execute(sql, [no]).unwrap();
        }
        migrate(&mut conn, Timestamp::from_millis(2)).unwrap();
        for incident in [7, 8] {
            let mut expected: Vec<_> = (1..=300).map(placed).filter(|(_, of, _)| *of == incident).collect();
            expected.sort_by_key(|(alert, _, commit_no)| (*commit_no, *alert));
            let found = chain::back(&conn, incident, chain::Spot::END).unwrap();
            let mut found: Vec<i64> = found.map(|spot| spot.unwrap().alert.cast_signed()).collect();
            found.reverse();
            assert!(found.iter().eq(expected.iter().map(|(alert, ..)| alert)), "{found:?}");
            let sql = "SELECT count(*) FROM milestone WHERE incident = ?1";
            let milestones: i64 = conn.query_row(sql, [incident], |row| row.get(0)).unwrap();
            assert_eq!(milestones, 150 / 64);
        }
    }

    /// A file of the version with so many migrations.
    fn of_version(version: usize) -> Connection {
        let conn = Connection::open_in_memory().unwrap();
        for migration in &MIGRATIONS[..version] {
            conn.execute_batch(migration).unwrap();
        }
        conn.pragma_update(None, "user_version", version as u32).unwrap();
        conn.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        conn
    }

    #[test]
    fn keys_and_secrets_become_records() {
        let mut conn = of_version(4);
        conn.execute_batch(
            "INSERT INTO company (no, company_id, body) VALUES (2, 'comp-a', '{}');
             INSERT INTO api_key VALUES ('key-1', 2, x'0AFF', '[\"ingest\",\"read\"]', 1, 1700000000120);
             INSERT INTO api_key VALUES ('key-2', 2, x'0B', '[]', 0, 7);
             INSERT INTO webhook_secret VALUES (7, 2, x'00AB', 1700000000999);",
        )
        .unwrap();
        migrate(&mut conn, Timestamp::from_millis(2)).unwrap();
        let record = |kind, id: &str, lookup: Option<&str>, body| Record {
            company_id: "comp-a".parse().unwrap(),
            kind,
            id: id.to_owned(),
            version: 1,
            lookup: lookup.map(str::to_owned),
            expires_at: None,
            body,
        };
        let keys = [
            json!({
                "key_id": "key-1", "name": "first key", "key_hash": "0aff", "scopes": ["ingest", "read"],
                "unsigned": true, "created_at": Timestamp::from_millis(1_700_000_000_120),
            }),
            json!({
                "key_id": "key-2", "name": "first key", "key_hash": "0b", "scopes": [], "unsigned": false,
                "created_at": Timestamp::from_millis(7),
            }),
        ];
        let secret = json!({
            "secret_id": "whs-7", "sealed": "00ab", "created_at": Timestamp::from_millis(1_700_000_000_999),
        });
        let all = |kind| records::all(&conn, kind, (0, ""), 9).unwrap();
        let [first, second] = keys;
        let expected = [
            record(RecordKind::ApiKeys, "key-1", Some("0aff"), first),
            record(RecordKind::ApiKeys, "key-2", Some("0b"), second),
        ];
        assert_eq!(all(RecordKind::ApiKeys), expected);
        let expected = [record(RecordKind::WebhookSecrets, "whs-7", None, secret)];
        assert_eq!(all(RecordKind::WebhookSecrets), expected);
    }

    #[test]
    fn every_question_about_records_has_an_index() {
        let conn = migrated();
        for question in [
            "SELECT body FROM record WHERE kind = '' AND company = 1 AND id > '' ORDER BY id",
            "SELECT body FROM record WHERE kind = '' AND (company, id) > (1, '') ORDER BY company, id",
            "SELECT body FROM record WHERE kind = '' AND lookup = ''",
            "SELECT body FROM record WHERE expires_at <= 1",
        ] {
            let mut plan = conn.prepare(&format!("EXPLAIN QUERY PLAN {question}")).unwrap();
            let steps = plan.query_map([], |row| row.get(3)).unwrap();
            let steps: Vec<String> = steps.map(Result::unwrap).collect();
            let is_search = |step: &String| step.starts_with("SEARCH record");
            assert!(steps.iter().all(is_search), "{question}: {steps:?}");
        }
    }

    #[test]
    fn a_newer_file_and_a_strangers_are_refused() {
        let mut conn = migrated();
        conn.pragma_update(None, "user_version", 99).unwrap();
        let refused = migrate(&mut conn, Timestamp::from_millis(2));
        assert!(
            matches!(refused, Err(OpenError::Newer { found: 99, .. })),
            "{refused:?}"
        );

        let mut conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE somebody_elses (x)").unwrap();
        let refused = migrate(&mut conn, Timestamp::from_millis(2));
        assert!(matches!(refused, Err(OpenError::NotOurs)), "{refused:?}");
    }
}
