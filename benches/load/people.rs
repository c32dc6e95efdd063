//! People: what it costs to know who asks, and what five hundred logins at once cost everybody else.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use super::Result;
use super::admin::{Admin, SETTINGS};
use super::bench::Bench;
use super::client::{Connection, request};
use super::process::Server;

const PASSWORD: &str = "nobody-has-this-password";
/// Requests of one measurement.
const REQUESTS: u32 = 20_000;
/// What knowing who asks may cost, in microseconds.
const KNOWING: f64 = 50.0;
const LOGINS: usize = 500;
const RESIDENT: f64 = 512.0;
/// How long others' requests are watched, and how far apart they are.
const WATCH: Duration = Duration::from_secs(8);
const APART: Duration = Duration::from_millis(5);

/// CPU of a request without and with an access token; others' p99 and memory under 500 logins at once.
pub async fn people(bench: &mut Bench) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let server = Server::product_with(directory.path(), &SETTINGS)?;
    let Admin { mut connection, bearer } = Admin::log_in(&server.address).await?;
    let open = request("GET", "/api/audit/key", &[], "");
    let known = request("GET", "/api/auth/me", &[("authorization", &bearer)], "");
    let without = cost(&server, &mut connection, &open).await?;
    let with = cost(&server, &mut connection, &known).await?;
    let note = format!("{REQUESTS} requests one after another; without anybody {without:.1} µs");
    bench.table.add(
        "a request by an access token",
        with,
        "µs CPU",
        Some(without + KNOWING),
        note,
    );

    let quiet = watch(&server, &open, WATCH / 2).await?;
    let mut logins = JoinSet::new();
    for person in 0..LOGINS {
        let address = server.address.clone();
        let body = json!({"email": format!("{person}@nowhere.example"), "password": PASSWORD}).to_string();
        // From one address they would be slowed down before they were judged.
        let [high, low] = u16::try_from(person)?.to_be_bytes();
        logins.spawn(async move {
            let mut connection = Connection::open_from(Ipv4Addr::new(127, 1, high, low), &address).await?;
            connection
                .send(&request("POST", "/api/auth/login", &[], &body))
                .await
                .map(|answer| answer.status)
        });
    }
    let busy = watch(&server, &open, WATCH).await?;
    let (mut judged, mut refused) = (0, 0);
    for status in logins.join_all().await {
        match status? {
            401 => judged += 1,
            503 => refused += 1,
            other => return Err(format!("a login was answered {other}").into()),
        }
    }
    let note = format!(
        "quiet {:.2} ms; of {LOGINS} logins at once {judged} were judged, {refused} told to come again",
        millis(quiet)
    );
    let bound = 2.0 * millis(quiet) + 10.0;
    bench.table.add(
        "others' requests under logins p99",
        millis(busy),
        "ms",
        Some(bound),
        note,
    );
    let peak = server.peak()? as f64 / 1e6;
    bench.table.add(
        "logins: peak resident",
        peak,
        "MB",
        Some(RESIDENT),
        "19 MiB each while it is judged",
    );
    Ok(())
}

/// The server's CPU for one of many requests, in microseconds.
async fn cost(server: &Server, connection: &mut Connection, request: &[u8]) -> Result<f64> {
    let before = server.cpu()?;
    for _ in 0..REQUESTS {
        connection.send(request).await?.ok()?;
    }
    Ok((server.cpu()? - before).as_secs_f64() * 1e6 / f64::from(REQUESTS))
}

/// The 99th percentile of a request's time, asked again and again.
async fn watch(server: &Server, request: &[u8], span: Duration) -> Result<Duration> {
    let mut connection = Connection::open(&server.address).await?;
    let (began, mut seen) = (Instant::now(), Vec::new());
    while began.elapsed() < span {
        let asked = Instant::now();
        connection.send(request).await?.ok()?;
        seen.push(asked.elapsed());
        tokio::time::sleep(APART).await;
    }
    seen.sort_unstable();
    Ok(seen[seen.len() * 99 / 100])
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}
