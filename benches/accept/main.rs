//! What accepting an alert costs, against a floor in the same run.
//!
//! The floor is a bare axum server that verifies the same HMAC, parses the same JSON and
//! group-commits the bytes with `fdatasync` before it answers. Both run as processes of their own;
//! their CPU time is read from the kernel. Closed loop over keep-alive connections: it shows cost and
//! capacity, not latency under a given rate. Every body is unique.
//!
//! `make bench` prints one table; `benches/README.md` keeps figures with their conditions.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "a measurement reads the real clock and prints"
)]

mod floor;
mod load;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use load::{Load, Result, Target};

const CONNECTIONS: usize = 64;
const WARM_UP: Duration = Duration::from_secs(2);
const MEASURED: Duration = Duration::from_secs(8);

fn main() -> Result<()> {
    if let Some(file) = std::env::var_os("FLOOR_FILE") {
        return floor::serve(Path::new(&file));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    println!(
        "{:<32} {:>10} {:>12} {:>10} {:>10} {:>8}",
        "what", "alerts/s", "CPU us/alert", "p50 ms", "p99 ms", "refused"
    );
    for batch in [1, 64] {
        let floor = Server::floor()?;
        runtime.block_on(floor.measure(&format!("floor, {batch} a request"), batch))?;
        drop(floor);
        let product = Server::product()?;
        runtime.block_on(product.measure(&format!("accept and place, {batch} a request"), batch))?;
    }
    Ok(())
}

/// A server process, ended when dropped.
struct Server {
    process: Child,
    target: Target,
    company_id: Option<String>,
    _directory: tempfile::TempDir,
}

impl Server {
    fn floor() -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.env("FLOOR_FILE", directory.path().join("log"));
        let (process, address) = start(command)?;
        let target = Target {
            address,
            api_key: "floor".into(),
            secret: floor::SECRET.into(),
        };
        Ok(Self {
            process,
            target,
            company_id: None,
            _directory: directory,
        })
    }

    fn product() -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let binary = env!("CARGO_BIN_EXE_alert-whisperer");
        let rates = ["--requests-per-minute", "10000000", "--burst-size", "10000000"];
        let created = Command::new(binary)
            .args(["company", "create", "--name", "Bench", "--json", "--data-dir"])
            .arg(directory.path())
            .args(rates)
            .output()?;
        let keys: serde_json::Value = serde_json::from_slice(&created.stdout)?;
        let text = |name: &str| keys[name].as_str().unwrap_or_default().to_owned();
        let mut command = Command::new(binary);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--json", "--data-dir"])
            .arg(directory.path());
        command.stderr(Stdio::null());
        let (process, address) = start(command)?;
        let target = Target {
            address,
            api_key: text("api_key"),
            secret: text("webhook_secret"),
        };
        Ok(Self {
            process,
            target,
            company_id: Some(text("company_id")),
            _directory: directory,
        })
    }

    async fn measure(&self, name: &str, batch: usize) -> Result<()> {
        let load = Load {
            target: self.target.clone(),
            connections: CONNECTIONS,
            batch,
        };
        load.run(WARM_UP).await?;
        let before = self.cpu()?;
        let seen = load.run(MEASURED).await?;
        self.settle().await?;
        let cpu = self.cpu()? - before;
        let rate = seen.alerts as f64 / MEASURED.as_secs_f64();
        let each = cpu.as_secs_f64() * 1e6 / seen.alerts as f64;
        println!(
            "{name:<32} {rate:>10.0} {each:>12.1} {:>10.2} {:>10.2} {:>8}",
            seen.millis(0.5),
            seen.millis(0.99),
            seen.refused
        );
        Ok(())
    }

    /// Waits until all that was accepted is placed, so that its cost is in the figure.
    async fn settle(&self) -> Result<()> {
        if let Some(company_id) = &self.company_id {
            let url = format!("{}/api/incidents/correlate", self.target.address);
            let body = serde_json::json!({"company_id": company_id}).to_string();
            let client = reqwest::Client::builder().no_proxy().build()?;
            let asked = client.post(url).header("X-API-Key", &self.target.api_key).body(body);
            asked.send().await?.error_for_status()?;
        }
        Ok(())
    }

    /// User and system time of the process so far (`proc(5)`, fields 14 and 15, in 1/100 s).
    fn cpu(&self) -> Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks: u64 = fields[11].parse::<u64>()? + fields[12].parse::<u64>()?;
        Ok(Duration::from_millis(ticks * 10))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Starts a server and reads its address from the first line it prints.
fn start(mut command: Command) -> Result<(Child, String)> {
    let mut process = command.stdout(Stdio::piped()).spawn()?;
    let mut line = String::new();
    if let Some(stdout) = process.stdout.take() {
        BufReader::new(stdout).read_line(&mut line)?;
    }
    let said: serde_json::Value = serde_json::from_str(&line)?;
    let address = said["address"].as_str().ok_or("no address was printed")?;
    Ok((process, address.to_owned()))
}
