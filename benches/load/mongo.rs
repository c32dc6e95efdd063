//! What the store in MongoDB costs us and the server, beside what the server itself takes.
//!
//! Runs where `TEST_MONGO_URL` names one (`make bench` sees to it). The store is driven in this process: what
//! it spends is the adapter's and the driver's alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use actors::domain::{AlertId, CompanyId, NewAlert, Severity, Signal, Timestamp};
use actors::port::inbox::{Accepted, Delivery, Signature};
use actors::port::writer::{Changed, Expect, IncidentChange, Opening, PlaceBatch};
use actors::port::{Clock, Store, Writer};
use alert_whisperer::clock::SystemClock;
use alert_whisperer::store::MongoStore;
use mongodb::Collection;
use mongodb::bson::{Document, doc};
use mongodb::options::{Acknowledgment, WriteConcern};
use secrecy::{ExposeSecret, SecretString};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::Result;
use super::bench::{Bench, MEASURED, load, measure, requests};
use super::companies::{Company, found_in};
use super::load::{Latencies, Pace};
use super::process::{Server, cpu_of};
use super::traffic::Traffic;

/// Deliveries in flight at once.
const IN_FLIGHT: usize = 256;
/// Changes in flight at once, for each company.
const CHANGES: usize = 16;

/// A database of one measurement, removed at the end.
pub struct Database {
    pub url: SecretString,
    client: mongodb::Client,
    name: String,
    /// The server's process.
    pid: u32,
}

impl Database {
    pub async fn new() -> Result<Self> {
        let server = std::env::var("TEST_MONGO_URL").map_err(|_| "no TEST_MONGO_URL: run `make bench`")?;
        let name = format!("bench-{}", Uuid::now_v7().simple());
        let (hosts, options) = server.split_once("/?").ok_or("no URL of tests/with-mongod")?;
        let client = mongodb::Client::with_uri_str(&server).await?;
        let status = client.database("admin").run_command(doc! { "serverStatus": 1 }).await?;
        Ok(Self {
            url: format!("{hosts}/{name}?{options}").into(),
            client,
            name,
            pid: status.get_i64("pid")?.try_into()?,
        })
    }

    /// The URL of another database on the same server, named after this one.
    pub fn beside(&self, name: &str) -> String {
        let own = format!("/{}", self.name);
        self.url.expose_secret().replacen(&own, &format!("{own}-{name}"), 1)
    }

    pub fn collection(&self, name: &str) -> Collection<Document> {
        self.client.database(&self.name).collection(name)
    }

    /// The server's user and system time so far.
    pub fn cpu(&self) -> Result<Duration> {
        cpu_of(self.pid)
    }

    async fn status(&self) -> Result<Document> {
        let admin = self.client.database("admin");
        Ok(admin.run_command(doc! { "serverStatus": 1 }).await?)
    }

    /// Transactions that were committed so far.
    pub async fn transactions(&self) -> Result<i64> {
        Ok(self
            .status()
            .await?
            .get_document("transactions")?
            .get_i64("totalCommitted")?)
    }

    async fn write_conflicts(&self) -> Result<i64> {
        let status = self.status().await?;
        let metrics = status.get_document("metrics")?.get_document("operation")?;
        Ok(metrics
            .get_i64("writeConflicts")
            .or_else(|_| metrics.get_i32("writeConflicts").map(i64::from))?)
    }

    pub async fn remove(self) -> Result<()> {
        for name in self.client.list_database_names().await? {
            if name.starts_with(&self.name) {
                self.client.database(&name).drop().await?;
            }
        }
        Ok(())
    }
}

/// Accepting alone, one by one and in batches.
pub async fn accepts(bench: &mut Bench) -> Result<()> {
    accept(bench, IN_FLIGHT, 1).await?;
    accept(bench, 64, 64).await
}

/// Committing alone, for one company and for many.
pub async fn commits(bench: &mut Bench) -> Result<()> {
    commit(bench, 1).await?;
    commit(bench, 16).await
}

// ---- accepting ---------------------------------------------------------------------------------

fn delivery(company: &CompanyId, alerts: usize, now: Timestamp) -> Delivery {
    let alert = || {
        let alert_id = AlertId(Uuid::now_v7());
        Arc::new(NewAlert {
            alert_id,
            asset_name: format!("asset-{}", alert_id.0.as_u128() % 20_000),
            signature: "disk-space-critical".to_owned(),
            severity: Severity::High,
            message: "x".repeat(600),
            tool_source: Some("zabbix".to_owned()),
            status: Signal::Firing,
            fingerprint: None,
            starts_at: Some(now),
            ends_at: None,
            labels: [
                ("env".to_owned(), "prod".to_owned()),
                ("rack".to_owned(), "r-17".to_owned()),
            ]
            .into(),
            url: None,
            unsigned: false,
        })
    };
    let id = Uuid::now_v7();
    let mut mac = [0; 32];
    mac[..16].copy_from_slice(id.as_bytes());
    Delivery {
        company_id: company.clone(),
        delivery_id: format!("d-{}", id.simple()).parse().ok(),
        signature: Some(Signature { mac, signed_at: now }),
        body_hash: [7; 32],
        received_at: now,
        alerts: (0..alerts).map(|_| alert()).collect(),
    }
}

/// Accepting alone, so many deliveries of so many alerts at once.
async fn accept(bench: &mut Bench, in_flight: usize, alerts: usize) -> Result<()> {
    let database = Database::new().await?;
    let store = MongoStore::open(&database.url, Arc::new(SystemClock)).await?;
    let companies = found(&store, 20).await?;
    // Made before the clock runs: what a sender and the edge do is not the store's.
    let wanted = 60_000 / alerts;
    let now = SystemClock.now();
    let mut deliveries: Vec<Delivery> = (0..wanted)
        .map(|number| delivery(&companies[number % companies.len()], alerts, now))
        .collect();
    let rest = deliveries.split_off(wanted / 6);
    pour(&store, deliveries, in_flight).await?;
    let (ours, theirs, began) = (cpu_of(std::process::id())?, cpu_of(database.pid)?, Instant::now());
    let count = (rest.len() * alerts) as f64;
    pour(&store, rest, in_flight).await?;
    let micros = |spent: Duration| spent.as_secs_f64() * 1e6 / count;
    let (ours, theirs) = (cpu_of(std::process::id())? - ours, cpu_of(database.pid)? - theirs);
    let note = format!(
        "the server itself {:.0} µs; {:.0} alerts/s, {in_flight} deliveries in flight, 20 companies",
        micros(theirs),
        count / began.elapsed().as_secs_f64()
    );
    let what = format!("mongodb: accept, {alerts} a delivery");
    bench.table.add(what, micros(ours), "µs CPU", Some(12.0), note);
    store.close().await;
    database.remove().await
}

async fn found(store: &Arc<MongoStore>, count: usize) -> Result<Vec<CompanyId>> {
    let directory = tempfile::tempdir()?;
    let companies = found_in(&**store, directory.path(), count).await?;
    companies
        .iter()
        .map(|company| Ok(company.company_id.parse()?))
        .collect()
}

async fn pour(store: &Arc<MongoStore>, deliveries: Vec<Delivery>, in_flight: usize) -> Result<()> {
    let left = Arc::new(std::sync::Mutex::new(deliveries));
    let mut senders = JoinSet::new();
    for _ in 0..in_flight {
        let (store, left) = (Arc::clone(store), Arc::clone(&left));
        senders.spawn(async move {
            use actors::port::Inbox;
            loop {
                let next = left.lock().map_err(|_| "poisoned")?.pop();
                let Some(delivery) = next else {
                    return Ok::<(), super::BenchError>(());
                };
                if store.accept(delivery).await? != Accepted::New {
                    return Err("a delivery was not new".into());
                }
            }
        });
    }
    while let Some(done) = senders.join_next().await {
        done??;
    }
    Ok(())
}

// ---- committing --------------------------------------------------------------------------------

/// Changes of open incidents, so many in flight for each company.
async fn commit(bench: &mut Bench, companies: usize) -> Result<()> {
    let database = Database::new().await?;
    let store = MongoStore::open(&database.url, Arc::new(SystemClock)).await?;
    let mut writers = Vec::new();
    for company in found(&store, companies).await? {
        let writer = store.acquire(&company).await?;
        for number in 0..CHANGES {
            open(&store, &*writer, number).await?;
        }
        writers.push(writer);
    }
    let (done, conflicts) = (Arc::new(AtomicU64::new(0)), database.write_conflicts().await?);
    let (ours, theirs, began) = (cpu_of(std::process::id())?, cpu_of(database.pid)?, Instant::now());
    let mut changers = JoinSet::new();
    for writer in &writers {
        for number in 0..CHANGES {
            changers.spawn(change(Arc::clone(writer), number, began, Arc::clone(&done)));
        }
    }
    while let Some(changed) = changers.join_next().await {
        changed??;
    }
    let count = done.load(Ordering::Relaxed) as f64;
    let rate = count / began.elapsed().as_secs_f64();
    let (ours, theirs) = (cpu_of(std::process::id())? - ours, cpu_of(database.pid)? - theirs);
    let conflicts = database.write_conflicts().await? - conflicts;
    let micros = |spent: Duration| spent.as_secs_f64() * 1e6 / count;
    let note = format!(
        "ours {:.0} µs, the server itself {:.0} µs CPU a commit; {CHANGES} in flight a company",
        micros(ours),
        micros(theirs)
    );
    let least = if companies == 1 { 250.0 } else { 700.0 };
    let what = format!("mongodb: commits, {companies} companies");
    // A rate must be at least its bound: the time of one is at most.
    bench.table.add(
        what,
        1e6 / rate,
        "µs each",
        Some(1e6 / least),
        format!("{rate:.0}/s; {note}"),
    );
    let what = format!("mongodb: write conflicts, {companies} companies");
    bench.table.add(
        what,
        conflicts as f64,
        "",
        Some(0.0),
        format!("of {count:.0} commits, by the server's count"),
    );
    store.close().await;
    database.remove().await
}

fn incident(number: usize) -> Result<actors::domain::IncidentId> {
    Ok(format!("inc-{number}").parse()?)
}

/// An incident with one alert.
async fn open(store: &Arc<MongoStore>, writer: &dyn Writer, number: usize) -> Result<()> {
    use actors::port::Inbox;
    use actors::port::writer::{IncidentPlacement, Placement, Receipt};
    let now = SystemClock.now();
    let sent = delivery(writer.company(), 1, now);
    store.accept(sent).await?;
    let alert = store.reader(writer.company()).unplaced(1).await?.remove(0);
    let placement = Placement {
        alert_no: alert.no,
        state: actors::domain::AlertState::Placed,
        receipt: Receipt {
            layer: "opened".into(),
            rule: "nothing to join".into(),
            by_rule: None,
            key: "asset=a|signature=b".to_owned(),
            event_at: now,
            window_minutes: 15,
            considered: Vec::new(),
            offers_merge_with: None,
            now,
            rules_version: 1,
        },
        due_at: None,
    };
    let opened = IncidentPlacement {
        incident_id: incident(number)?,
        opening: Some(Opening {
            asset_name: "a".to_owned(),
            signature: "b".to_owned(),
            created_at: now,
        }),
        alerts: vec![placement],
        firing_delta: [0, 0, 1, 0],
        severity: Severity::High,
        tool_sources: Vec::new(),
        first_event_at: now,
        last_event_at: now,
        last_alert_at: now,
        keys: Vec::new(),
        fingerprints: Vec::new(),
        recovered_at: None,
        flips: Vec::new(),
        reopens: false,
        wake: None,
        facts: Vec::new(),
    };
    let batch = PlaceBatch {
        now,
        joinable_no: 0,
        incidents: vec![opened],
        others: Vec::new(),
    };
    let placed = writer.place(batch).await?;
    if placed.refused.is_empty() {
        Ok(())
    } else {
        Err("an incident was not opened".into())
    }
}

/// Changes one incident again and again, with a fact each time.
async fn change(writer: Arc<dyn Writer>, number: usize, began: Instant, done: Arc<AtomicU64>) -> super::Result<()> {
    use actors::domain::Fact;
    use actors::domain::ids::EntryId;
    while began.elapsed() < MEASURED {
        let now = SystemClock.now();
        let id = EntryId::from_uuid(Uuid::now_v7());
        let change = IncidentChange {
            incident_id: incident(number)?,
            expect: Expect::Version(0),
            life: None,
            absorbed_no: 1_000_000,
            wake_due: None,
            decided: None,
            decision: None,
            memory: None,
            puts: Vec::new(),
            guard: None,
            facts: vec![Fact::new(
                id,
                now,
                "incident.changed",
                "inc",
                "bench",
                &serde_json::json!({}),
            )],
            now,
        };
        if !matches!(writer.change(change, None).await?, Changed::Done(_)) {
            return Err("a change was refused".into());
        }
        done.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

// ---- acknowledging -----------------------------------------------------------------------------

/// Acknowledgements of a whole server at half of its rate, beside single majority writes at the same rate.
pub async fn latency(bench: &mut Bench) -> Result<()> {
    let database = Database::new().await?;
    let directory = tempfile::tempdir()?;
    let store = MongoStore::open(&database.url, Arc::new(SystemClock)).await?;
    let companies: Vec<Company> = found_in(&*store, directory.path(), 1).await?;
    store.close().await;
    let traffic = Arc::new(Traffic::new(companies));
    let server = Server::product_on(directory.path(), &database.url)?;
    traffic.open_all(&server, usize::MAX).await?;
    let before = cpu_of(database.pid)?;
    let closed = measure(
        &server,
        &load(&server, requests(Arc::clone(&traffic), 1), Pace::Closed),
        1,
    )
    .await?;
    let theirs = (cpu_of(database.pid)? - before).as_secs_f64() * 1e6;
    let note = format!(
        "the server itself some {:.0} µs; {:.0} alerts/s, {} refused",
        theirs / (closed.seen.answered as f64 * 1.25),
        closed.rate,
        closed.seen.refused
    );
    bench.table.add(
        "mongodb: accept and place, 1 a request",
        closed.micros,
        "µs CPU",
        None,
        note,
    );

    let half = closed.rate / 2.0;
    let mut floor = majority_writes(&database, half).await?;
    let note = format!("p50 {:.1} ms, one document each", floor.millis(0.5));
    let what = format!("mongodb: the server's majority write p99 at {half:.0}/s");
    let floor = floor.millis(0.99);
    bench.table.add(what, floor, "ms", None, note);
    let mut open = measure(&server, &load(&server, requests(traffic, 1), Pace::Open(half)), 1).await?;
    let note = format!(
        "p50 {:.1} ms; {:.0} answered/s, {} refused",
        open.seen.latencies.millis(0.5),
        open.rate,
        open.seen.refused
    );
    let what = format!("mongodb: acknowledgement p99 at half rate, {half:.0}/s");
    bench
        .table
        .add(what, open.seen.latencies.millis(0.99), "ms", Some(3.0 * floor), note);
    drop(server);
    database.remove().await
}

/// Single inserts with the journal of a majority at a constant rate, timed from when each was meant to go.
async fn majority_writes(database: &Database, rate: f64) -> Result<Latencies> {
    let durable = WriteConcern::builder()
        .w(Acknowledgment::Majority)
        .journal(true)
        .build();
    let options = mongodb::options::CollectionOptions::builder()
        .write_concern(durable)
        .build();
    let collection = database
        .client
        .database(&database.name)
        .collection_with_options::<Document>("floor", options);
    let (began, mut writes) = (Instant::now(), JoinSet::new());
    let mut sent = 0_u64;
    while began.elapsed() < MEASURED {
        tokio::time::sleep(Duration::from_millis(1)).await;
        let due = (began.elapsed().as_secs_f64() * rate) as u64;
        while sent < due {
            let intended = began + Duration::from_secs_f64(sent as f64 / rate);
            let collection = collection.clone();
            writes.spawn(async move {
                collection.insert_one(doc! { "body": "x".repeat(1_000) }).await?;
                Ok::<_, mongodb::error::Error>(intended.elapsed())
            });
            sent += 1;
        }
    }
    let mut latencies = Latencies::default();
    while let Some(write) = writes.join_next().await {
        latencies.push(write??);
    }
    Ok(latencies)
}
