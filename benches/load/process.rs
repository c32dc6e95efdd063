//! A server as a process of its own, and what the kernel says of it.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret, SecretString};

use super::Result;

/// A server, ended when dropped.
pub struct Server {
    process: Child,
    pub address: String,
    /// From its start until it said where it serves.
    pub started_within: Duration,
}

impl Server {
    /// The floor, writing to a file in a directory.
    pub fn floor(directory: &Path) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.env("FLOOR_FILE", directory.join("log"));
        Self::start(command)
    }

    /// The product on a data directory.
    pub fn product(directory: &Path) -> Result<Self> {
        Self::product_with(directory, &[])
    }

    /// The product on a MongoDB database, with a data directory beside it.
    pub fn product_on(directory: &Path, url: &SecretString) -> Result<Self> {
        Self::product_with(directory, &[("MONGO_URL", url.expose_secret())])
    }

    /// One of the nodes on a MongoDB database: the others reach it, and it is known again by its directory.
    pub fn node(directory: &Path, url: &SecretString) -> Result<Self> {
        // Its own address has to be known before it starts.
        let listen = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let own = format!("http://{listen}");
        let settings = [("MONGO_URL", url.expose_secret()), ("NODE_URL", own.as_str())];
        Self::product_at(&listen, directory, &settings)
    }

    /// The product under these settings.
    pub fn product_with(directory: &Path, settings: &[(&str, &str)]) -> Result<Self> {
        Self::product_at("127.0.0.1:0", directory, settings)
    }

    fn product_at(listen: &str, directory: &Path, settings: &[(&str, &str)]) -> Result<Self> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_alert-whisperer"));
        command
            .args(["serve", "--listen", listen, "--json", "--data-dir"])
            .arg(directory)
            .envs(settings.iter().copied())
            .stderr(Stdio::null());
        Self::start(command)
    }

    /// Starts a server and reads its address from the first line it prints.
    fn start(mut command: Command) -> Result<Self> {
        let began = Instant::now();
        let mut process = command.stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let said: serde_json::Value = serde_json::from_str(&line)?;
        let address = said["address"].as_str().ok_or("no address was printed")?.to_owned();
        Ok(Self {
            process,
            address,
            started_within: began.elapsed(),
        })
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// User and system time so far.
    pub fn cpu(&self) -> Result<Duration> {
        cpu_of(self.process.id())
    }

    /// Resident memory, in bytes.
    pub fn resident(&self) -> Result<u64> {
        self.status("VmRSS:")
    }

    /// The most that was ever resident, in bytes.
    pub fn peak(&self) -> Result<u64> {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> Result<u64> {
        status_of(self.process.id(), name)
    }

    /// Ends it as who runs it does (SIGTERM), and waits for that.
    pub fn stop(mut self) -> Result<()> {
        Command::new("kill").arg(self.process.id().to_string()).status()?;
        match self.process.wait()? {
            status if status.success() => Ok(()),
            status => Err(format!("a server ended with {status}").into()),
        }
    }

    /// Waits until it has nothing left to do: less than 2 % of a core for a while.
    pub async fn quiet(&self) -> Result<()> {
        let mut still = 0;
        while still < 4 {
            let before = self.cpu()?;
            tokio::time::sleep(Duration::from_millis(500)).await;
            still = if self.cpu()? - before <= Duration::from_millis(10) {
                still + 1
            } else {
                0
            };
        }
        Ok(())
    }
}

/// A process's resident memory, in bytes.
pub fn resident_of(process: u32) -> Result<u64> {
    status_of(process, "VmRSS:")
}

fn status_of(process: u32, name: &str) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status
        .lines()
        .find(|line| line.starts_with(name))
        .ok_or("no such line")?;
    Ok(line.split_whitespace().nth(1).unwrap_or_default().parse::<u64>()? * 1024)
}

/// A process's user and system time so far (`proc(5)`, fields 14 and 15, in 1/100 s).
pub fn cpu_of(process: u32) -> Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>()? + fields[12].parse::<u64>()?;
    Ok(Duration::from_millis(ticks * 10))
}

/// What all processors have spent so far that is not idleness, this machine's host among it (`proc(5)`, `/proc/stat`).
pub fn busy() -> Result<Duration> {
    let stat = std::fs::read_to_string("/proc/stat")?;
    let fields = stat.lines().next().unwrap_or_default().split_whitespace().skip(1);
    let ticks: Vec<u64> = fields.map(str::parse).collect::<std::result::Result<_, _>>()?;
    // Not idle and iowait; guests are in user already.
    let busy: u64 = ticks.iter().take(3).chain(ticks.iter().take(8).skip(5)).sum();
    Ok(Duration::from_millis(busy * 10))
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
