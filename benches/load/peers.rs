//! Two peers under the load that we are under, in one run: Debian's Alertmanager and PyPI's Alerta.
//!
//! All of them are sent the same troubles in the same mix, over the same connections, each alert with words of its own:
//! Alertmanager and we in the form of Prometheus (`POST /api/v2/alerts`), Alerta in its own (`POST /alert`). What they do
//! with them differs: Alertmanager keeps them in memory, and groups them by their labels for a receiver that nothing is
//! sent to; Alerta writes each to MongoDB and does away with repeats; we write each durably, place it, open and decide
//! incidents, and journal it. Not known is what a peer could be tuned to: each runs as its package or guide says.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use actors::port::Clock;
use alert_whisperer::clock::SystemClock;
use alert_whisperer::store::MongoStore;
use tokio::time::sleep;

use super::Result;
use super::bench::Bench;
use super::client::{Connection, request};
use super::companies::{Company, found, found_in};
use super::load::{Load, Next, Pace};
use super::mongo::Database;
use super::process::{Server, cpu_of};
use super::traffic::Troubles;

/// Signatures that the tenth alert comes from: so few that Alerta has seen them all in a minute.
const RARE: u64 = 2_000;
/// Alerts in one request, where a peer takes several.
const BATCH: usize = 64;
/// In milliseconds.
const LATELY: u64 = 600_000;
const WARM_UP: Duration = Duration::from_secs(3);
const MEASURED: Duration = Duration::from_secs(8);
/// How long a peer may take to answer at first, and to have nothing left to do.
const PATIENCE: Duration = Duration::from_secs(60);
/// Alerta's processes. Each does one request at a time: it closes its one client of MongoDB after each.
const WORKERS: [&str; 4] = ["--workers", "4", "--threads", "1"];

/// Each beside us, on the store that is the nearest to its own.
pub async fn peers(bench: &mut Bench) -> Result<()> {
    for batch in [1, BATCH] {
        let directory = tempfile::tempdir()?;
        let company = found(directory.path(), 1).await?.remove(0);
        let server = Server::product(directory.path())?;
        let us = Subject::us(&server, "we, embedded store");
        us.measured(bench, prometheus(Some(&company), batch), batch).await?;
        drop(server);
        let directory = tempfile::tempdir()?;
        let alertmanager = Peer::alertmanager(directory.path())?;
        alertmanager.is_up("/-/ready").await?;
        let subject = alertmanager.subject("Alertmanager, in memory", None);
        subject.measured(bench, prometheus(None, batch), batch).await?;
    }
    let (database, directory) = (Database::new().await?, tempfile::tempdir()?);
    let store = MongoStore::open(&database.url, Arc::new(SystemClock));
    let store = store.await?;
    let company = found_in(&*store, directory.path(), 1).await?.remove(0);
    store.close().await;
    let server = Server::product_on(directory.path(), &database.url)?;
    let mut us = Subject::us(&server, "we, MongoDB");
    us.database = Some(&database);
    us.measured(bench, prometheus(Some(&company), 1), 1).await?;
    drop(server);
    let alerta = Peer::alerta(&database)?;
    alerta.is_up("/management/healthcheck").await?;
    let subject = alerta.subject("Alerta, MongoDB", Some(&database));
    subject.measured(bench, alerta_alerts(), 1).await?;
    drop(alerta);
    database.remove().await
}

// ---- what is sent ------------------------------------------------------------------------------

/// Alerts as Prometheus sends them.
fn prometheus(to: Option<&Company>, batch: usize) -> Next {
    let troubles = Troubles::new(RARE);
    let key = to.map(|company| company.api_key.clone());
    Arc::new(move |_| {
        let alerts: Vec<String> = (0..batch).map(|_| one_of_prometheus(&troubles)).collect();
        let body = format!("[{}]", alerts.join(","));
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(key.as_deref().map(|key| ("x-api-key", key)));
        request("POST", "/api/v2/alerts", &headers, &body)
    })
}

/// It has begun at a moment of its own within the last ten minutes: told again, it would be a repeat to us, and not be
/// placed.
fn one_of_prometheus(troubles: &Troubles) -> String {
    let (name, number, words) = troubles.next();
    let ago = troubles.serial() % LATELY;
    let began = SystemClock.now().minus(Duration::from_millis(ago));
    format!(
        r#"{{"startsAt":"{began}","labels":{{"alertname":"{name}-{number}","instance":"web-{}","severity":"warning","datacenter":"eu-1","team":"platform"}},"annotations":{{"description":"{words}"}}}}"#,
        number % 20
    )
}

fn alerta_alerts() -> Next {
    let troubles = Troubles::new(RARE);
    Arc::new(move |_| {
        let (name, number, words) = troubles.next();
        let body = format!(
            r#"{{"resource":"web-{}","event":"{name}-{number}","environment":"Production","service":["bench"],"severity":"warning","text":"{words}","origin":"bench","tags":["eu-1","platform"]}}"#,
            number % 20
        );
        request("POST", "/alert", &[("content-type", "application/json")], &body)
    })
}

// ---- who is measured ---------------------------------------------------------------------------

/// A server under load.
struct Subject<'a> {
    what: &'a str,
    address: &'a str,
    process: u32,
    /// The database that it works with, which is measured too.
    database: Option<&'a Database>,
}

impl<'a> Subject<'a> {
    fn us(server: &'a Server, what: &'a str) -> Self {
        Self {
            what,
            address: &server.address,
            process: server.pid(),
            database: None,
        }
    }

    /// Its own CPU and its database's, in seconds.
    fn spent(&self) -> Result<(f64, f64)> {
        let own: Result<Duration> = family(self.process)?.into_iter().map(cpu_of).sum();
        let database = self.database.map(Database::cpu).transpose()?.unwrap_or_default();
        Ok((own?.as_secs_f64(), database.as_secs_f64()))
    }

    /// Resident memory of all of its processes, in bytes.
    fn resident(&self) -> Result<u64> {
        family(self.process)?.into_iter().map(super::process::resident_of).sum()
    }

    async fn quiet(&self) -> Result<()> {
        let began = Instant::now();
        let mut still = 0;
        while still < 4 {
            if began.elapsed() >= PATIENCE {
                return Err(format!("{} does not come to rest", self.what).into());
            }
            let before = self.spent()?.0;
            sleep(Duration::from_millis(500)).await;
            still = if self.spent()?.0 - before <= 0.01 { still + 1 } else { 0 };
        }
        Ok(())
    }

    async fn measured(&self, bench: &mut Bench, next: Next, batch: usize) -> Result<()> {
        let load = Load {
            addresses: vec![self.address.to_owned()],
            next,
            pace: Pace::Closed,
            proof: "",
            follow: None,
        };
        load.run(WARM_UP).await?;
        self.quiet().await?;
        let before = self.spent()?;
        let mut seen = load.run(MEASURED).await?;
        self.quiet().await?;
        let after = self.spent()?;
        let alerts = seen.answered as f64 * batch as f64;
        let of_database = match self.database {
            Some(_) => format!("its mongod {:.0} µs; ", (after.1 - before.1) * 1e6 / alerts),
            None => String::new(),
        };
        let note = format!(
            "{of_database}{:.0} alerts/s, p50 {:.1} ms, p99 {:.1} ms, {} refused, {:.0} MB resident",
            alerts / MEASURED.as_secs_f64(),
            seen.latencies.millis(0.5),
            seen.latencies.millis(0.99),
            seen.refused,
            self.resident()? as f64 / 1e6
        );
        let what = format!("{}: {batch} a request", self.what);
        bench
            .table
            .add(what, (after.0 - before.0) * 1e6 / alerts, "µs CPU", None, note);
        Ok(())
    }
}

/// A process and all that it has started.
fn family(process: u32) -> Result<Vec<u32>> {
    let mut all = vec![process];
    let mut next = 0;
    while let Some(parent) = all.get(next) {
        let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"))?;
        all.extend(children.split_whitespace().filter_map(|id| id.parse::<u32>().ok()));
        next += 1;
    }
    Ok(all)
}

/// A peer as a process of its own, ended when dropped.
struct Peer {
    process: Child,
    address: String,
}

impl Drop for Peer {
    fn drop(&mut self) {
        for process in family(self.process.id()).unwrap_or_default() {
            drop(Command::new("kill").arg(process.to_string()).status());
        }
        drop(self.process.wait());
    }
}

/// What a script of ours prints: where it has installed something.
fn installed(script: &str) -> Result<PathBuf> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(script);
    let done = Command::new(script).stderr(Stdio::inherit()).output()?;
    match done.status.success() {
        true => Ok(String::from_utf8(done.stdout)?.trim().into()),
        false => Err("it could not be installed".into()),
    }
}

/// An address on which nothing listens yet.
fn free() -> Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

impl Peer {
    /// Grouped as its guide does, for a receiver that nothing is sent to.
    fn alertmanager(directory: &Path) -> Result<Self> {
        let (config, listen) = (directory.join("alertmanager.yml"), free()?);
        let routes = "route:\n  receiver: none\n  group_by: [alertname]\nreceivers:\n  - name: none\n";
        fs::write(&config, routes)?;
        let mut command = Command::new(installed("tests/alertmanager/install.sh")?.join("prometheus-alertmanager"));
        command.arg("--config.file").arg(config);
        command.arg("--storage.path").arg(directory.join("data"));
        command.args(["--web.listen-address", &listen, "--cluster.listen-address", ""]);
        Self::start(command, listen)
    }

    /// Behind gunicorn, without a login, on a database beside ours.
    fn alerta(database: &Database) -> Result<Self> {
        let (home, listen) = (installed("benches/alerta/install.sh")?, free()?);
        let mut command = Command::new("python3");
        command
            .args(["-B", "-m", "gunicorn", "--worker-class", "gthread"])
            .args(WORKERS);
        command.args(["--keep-alive", "75", "--log-level", "error", "--bind", &listen]);
        command.arg("alerta.app:create_app()");
        command.env("PYTHONPATH", home).env("AUTH_REQUIRED", "False");
        command.env("DATABASE_URL", database.beside("alerta"));
        Self::start(command, listen)
    }

    fn start(mut command: Command, address: String) -> Result<Self> {
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        Ok(Self { process, address })
    }

    async fn is_up(&self, path: &str) -> Result<()> {
        let began = Instant::now();
        let question = request("GET", path, &[], "");
        while began.elapsed() < PATIENCE {
            if let Ok(mut connection) = Connection::open(&self.address).await
                && let Ok(answer) = connection.send(&question).await
                && answer.ok().is_ok()
            {
                return Ok(());
            }
            sleep(Duration::from_millis(100)).await;
        }
        Err("the peer does not answer".into())
    }

    fn subject<'a>(&'a self, what: &'a str, database: Option<&'a Database>) -> Subject<'a> {
        Subject {
            what,
            address: &self.address,
            process: self.process.id(),
            database,
        }
    }
}
