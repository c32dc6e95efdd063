//! A company's figures over a long past: a million alerts, in incidents that are spread over ninety days.

use std::path::Path;

use rusqlite::Connection;

use super::Result;
use super::api::Api;
use super::bench::Bench;
use super::past::{ALERTS, INCIDENTS};
use super::process::Server;

/// Days, each hour of which has incidents.
const DAYS: u64 = 90;
/// Questions of one measurement.
const QUESTIONS: u32 = 500;
/// Milliseconds.
const MOST: f64 = 20.0;

/// Makes of what was opened today what was opened in ninety days, every second of it acknowledged and ended, and takes
/// away what was counted, so that the next start counts it.
const SPREAD: &str = "
UPDATE incident SET created_at = created_at - (no % (24 * ?1)) * 3600000;
UPDATE incident SET status = 'resolved', resolved_at = created_at + 600000 + no % 1000, wake_due = NULL,
    life = json_set(life, '$.status', 'resolved', '$.phase', 'resolved', '$.resolved_by', 'recovery',
        '$.acknowledged_at', strftime('%Y-%m-%dT%H:%M:%fZ', (created_at + 60000) / 1000.0, 'unixepoch'),
        '$.resolved_at', strftime('%Y-%m-%dT%H:%M:%fZ', (created_at + 600000) / 1000.0, 'unixepoch'))
WHERE no % 2 = 0;
DROP TABLE rollup;
DROP TABLE memory;
DROP TABLE memory_tag;
DROP TABLE memory_word;
DROP TABLE memory_text;
PRAGMA user_version = 6;
";

/// The figures of all that, beside a question that the server answers from memory.
pub async fn kpis(bench: &mut Bench) -> Result<()> {
    let past = bench.past().await?;
    let directory = tempfile::tempdir()?;
    copy(past.directory.path(), directory.path())?;
    let store = Connection::open(directory.path().join("store.db"))?;
    store.execute_batch(&SPREAD.replace("?1", &DAYS.to_string()))?;
    drop(store);
    let company = &past.traffic.companies[0];
    let server = Server::product_with(directory.path(), &[("API_REQUESTS_PER_MINUTE", "4294967295")])?;
    let note = format!(
        "until the address was printed; {INCIDENTS} incidents in {} hours",
        DAYS * 24
    );
    let seconds = server.started_within.as_secs_f64();
    bench
        .table
        .add("first start of an older store", seconds, "s", None, note);
    server.quiet().await?;

    let mut api = Api::open(&server.address, company).await?;
    api.floor(bench, company, QUESTIONS).await?;
    let path = format!("/api/kpis?since={}d", DAYS + 1);
    let found = api.get(&path).await?;
    let counts = |name: &str| found["counts"][name].as_u64();
    if (counts("alerts"), counts("incidents")) != (Some(ALERTS), Some(INCIDENTS)) {
        return Err(format!("they come to something else: {found}").into());
    }
    let mut figures = api.timed(&path, QUESTIONS).await?;
    let note = format!(
        "p50 {:.2} ms; {ALERTS} alerts, {INCIDENTS} incidents in {} hours",
        figures.millis(0.5),
        DAYS * 24
    );
    bench
        .table
        .add("a company's figures p99", figures.millis(0.99), "ms", Some(MOST), note);
    Ok(())
}

/// Copies the files of a directory that no server holds.
fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
