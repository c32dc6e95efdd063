//! How soon `/ping` answers while 200 invocations run and one holds up a worker of the runtime that decides.
//!
//! The server is in the benchmark's process, so that a worker of its runtime can be held up at all: nothing that a
//! client may send does that.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use actors::domain::{Correlation, RateLimit};
use alert_whisperer::aws::Base;
use alert_whisperer::clock::{SystemClock, SystemEntropy};
use alert_whisperer::config::{Flags, Settings};
use alert_whisperer::founding::{CompanyRequest, first_scopes};
use alert_whisperer::http::admin;
use alert_whisperer::serve::{self, Running};
use tokio::runtime::{Builder, Handle};
use tokio::task::JoinSet;

use super::Result;
use super::bench::{Bench, MEASURED};
use super::client::{Connection, find, request};
use super::load::Latencies;

const COMPANY: &str = "comp-bench";
/// Invocations under way at once.
const INVOCATIONS: usize = 200;
/// Milliseconds that `/ping` may take.
const MOST: f64 = 50.0;
/// Between two pings.
const APART: Duration = Duration::from_millis(5);

/// `/ping` of an idle server, and of one that works and is held up.
pub async fn agentcore(bench: &mut Bench) -> Result<()> {
    let server = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let done = measured(bench, server.handle()).await;
    server.shutdown_background();
    done
}

async fn measured(bench: &mut Bench, server: &Handle) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let flags = Flags {
        data_dir: Some(directory.path().to_owned()),
        agentcore_port: Some("127.0.0.1:0".to_owned()),
        agentcore_company: Some(COMPANY.to_owned()),
        api_requests_per_minute: Some(u32::MAX),
        ..Flags::default()
    };
    let running = started(server, flags).await?;
    let address = running.agentcore_address.ok_or("there is no listener")?.to_string();
    found(&running).await?;
    let (mut idle, _) = pinged(&address, MEASURED / 4).await?;
    let note = format!("p50 {:.2} ms, {} pings", idle.millis(0.5), idle.len());
    bench.table.add(
        "floor: /ping of an idle server p99",
        idle.millis(0.99),
        "ms",
        None,
        note,
    );

    let (going, decided) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU64::new(0)));
    let invoking = std::thread::spawn({
        let (address, going, decided) = (address.clone(), going.clone(), decided.clone());
        move || invoke(&address, &going, &decided)
    });
    let held = server.spawn({
        let going = going.clone();
        async move {
            while going.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    });
    let (mut busy, said_so) = pinged(&address, MEASURED).await?;
    going.store(false, Ordering::Relaxed);
    invoking.join().map_err(|_| "an invocation panicked")??;
    held.await?;
    let note = format!(
        "p50 {:.2} ms, longest {:.1} ms, {} pings, {said_so} of them HealthyBusy; {INVOCATIONS} invocations at once, {:.0} decided/s, one of two workers held up",
        busy.millis(0.5),
        busy.millis(1.0 - f64::EPSILON),
        busy.len(),
        decided.load(Ordering::Relaxed) as f64 / MEASURED.as_secs_f64(),
    );
    let what = format!("/ping under {INVOCATIONS} invocations p99");
    bench.table.add(what, busy.millis(0.99), "ms", Some(MOST), note);
    Ok(())
}

async fn started(on: &Handle, flags: Flags) -> Result<Running> {
    let settings = Settings::settle(flags)?;
    let world = (Arc::new(SystemClock) as _, Arc::new(SystemEntropy) as _);
    let base = Base::with_key("AKIABENCH", "nobodys", None)?;
    on.spawn(async move {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        Ok(serve::start_under(settings, listener, world, base).await?)
    })
    .await?
}

/// A company that may ask as much as it likes.
async fn found(running: &Running) -> Result<()> {
    let request = CompanyRequest {
        name: COMPANY.to_owned(),
        id: Some(COMPANY.parse()?),
        correlation: Correlation::default(),
        rate_limit: RateLimit {
            requests_per_minute: 10_000_000,
            burst_size: 10_000_000,
        },
        scopes: first_scopes(),
        unsigned: false,
    };
    let made = admin::found(&running.edge, request, &"bench".into()).await;
    made.map(drop).map_err(|problem| problem.detail.into())
}

/// Pings one after another over one connection, from a thread that does nothing else; and how many said HealthyBusy.
async fn pinged(address: &str, within: Duration) -> Result<(Latencies, usize)> {
    let address = address.to_owned();
    tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        let (mut latencies, mut busy) = (Latencies::default(), 0);
        let (mut answer, began) = ([0; 4096], Instant::now());
        while began.elapsed() < within {
            let asked = Instant::now();
            stream.write_all(b"GET /ping HTTP/1.1\r\nhost: bench\r\n\r\n")?;
            let length = stream.read(&mut answer)?;
            if !answer[..length].starts_with(b"HTTP/1.1 200") {
                return Err("a ping was not answered".into());
            }
            latencies.push(asked.elapsed());
            busy += usize::from(find(&answer[..length], b"\"HealthyBusy\"").is_some());
            std::thread::sleep(APART);
        }
        Ok((latencies, busy))
    })
    .await?
}

/// Invokes from so many connections at once until told to stop.
fn invoke(address: &str, going: &Arc<AtomicBool>, decided: &Arc<AtomicU64>) -> Result<()> {
    Builder::new_current_thread().enable_all().build()?.block_on(async {
        let mut callers = JoinSet::new();
        for caller in 0..INVOCATIONS {
            let (address, going, decided) = (address.to_owned(), going.clone(), decided.clone());
            callers.spawn(async move {
                let mut connection = Connection::open(&address).await?;
                let body = format!(r#"{{"incident_id":"session-{caller}","prompt":"disk is full"}}"#);
                let asked = request("POST", "/invocations", &[], &body);
                while going.load(Ordering::Relaxed) {
                    match connection.send(&asked).await?.status {
                        200 => drop(decided.fetch_add(1, Ordering::Relaxed)),
                        // A company has 64 places for calls.
                        503 => tokio::time::sleep(Duration::from_millis(5)).await,
                        other => return Err(format!("an invocation was answered {other}").into()),
                    }
                }
                Result::Ok(())
            });
        }
        while let Some(ended) = callers.join_next().await {
            ended??;
        }
        Ok(())
    })
}
