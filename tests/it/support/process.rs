//! The real binary as a process of its own: started, watched, killed, always reaped.

use std::ffi::OsStr;
use std::process::{ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use super::engine::{Engine, Home};
use super::ledger::Ledger;
use super::load::Tenant;

const BINARY: &str = env!("CARGO_BIN_EXE_alert-whisperer");
/// How long a start, an end or a command may take here before a test fails.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Asks until there is an answer, and fails after `within`.
pub async fn eventually<T>(what: &str, within: Duration, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + within;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited {within:?} for {what}");
        sleep(Duration::from_millis(10)).await;
    }
}

/// The binary with nothing of our environment in its own. It ends with the test, however that ends.
pub fn binary() -> Command {
    let mut command = clean(Command::new("setpriv"));
    command.args(["--pdeathsig", "KILL", BINARY]);
    command
}

/// What `audit verify` says of a home's store, or of what the arguments name.
pub async fn audit(home: &Home, args: &[&str]) -> Output {
    let mut command = binary();
    command.args(["audit", "verify"]).args(args);
    home.tell(&mut command);
    timeout(PATIENCE, command.output()).await.unwrap().unwrap()
}

/// All that a command has said.
pub fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn clean(mut command: Command) -> Command {
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// A home with companies in it, and a ledger beside it.
pub struct Place {
    pub home: Home,
    pub tenants: Vec<Tenant>,
    pub ledger: Arc<Ledger>,
}

impl Place {
    /// A new home with companies that may send as much as they like.
    pub async fn with_companies(engine: Engine, ids: &[&str]) -> Self {
        Self::at(Home::on(engine), ids).await
    }

    /// A home with companies that may send as much as they like.
    pub async fn at(home: Home, ids: &[&str]) -> Self {
        let ledger = Arc::new(Ledger::create(&home.scratch().join("ledger.jsonl")));
        let mut place = Self {
            home,
            tenants: Vec::new(),
            ledger,
        };
        for id in ids {
            let output = timeout(PATIENCE, place.create_company(id).output())
                .await
                .unwrap()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "company create {id}: {said}");
            let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
            place.tenants.push(Tenant::from_json(&printed));
        }
        place
    }

    /// `company create` for this home.
    pub fn create_company(&self, id: &str) -> Command {
        let mut command = binary();
        command.args(["company", "create", "--json", "--name", id, "--id", id]);
        command.args(["--requests-per-minute", "10000000", "--burst-size", "10000000"]);
        command.args(["--scopes", "ingest,decide,read"]);
        self.home.tell(&mut command);
        command
    }

    /// `serve` on this home, on a free port.
    pub fn serve(&self) -> Command {
        self.serve_at(0)
    }

    /// `serve` on this home, on a port.
    pub fn serve_at(&self, port: u16) -> Command {
        let mut command = binary();
        self.with_serve_args(&mut command, port);
        command
    }

    /// `serve`, started by a shell that first runs `preparation`.
    pub fn serve_after(&self, preparation: &str) -> Command {
        let mut command = clean(Command::new("setpriv"));
        command
            .args([
                "--pdeathsig",
                "KILL",
                "sh",
                "-c",
                &format!("{preparation}; exec \"$0\" \"$@\""),
            ])
            .arg(BINARY);
        self.with_serve_args(&mut command, 0);
        command
    }

    fn with_serve_args(&self, command: &mut Command, port: u16) {
        command.args(["serve", "--listen", &format!("127.0.0.1:{port}")]);
        self.home.tell(command);
        command.env("LOG_FORMAT", "json").env("DRAIN_DELAY_MS", "100");
    }

    /// A server on this home, ready.
    pub async fn start(&self) -> Server {
        Server::start(self.serve())
            .await
            .unwrap_or_else(|log| panic!("the server did not start:\n{log}"))
    }
}

/// A running server.
pub struct Server {
    child: Child,
    pub url: String,
    log: Log,
}

/// What a process has written so far.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn text(&self) -> String {
        self.0.lock().unwrap().join("\n")
    }

    /// The address in the first line that names one, AgentCore's aside.
    fn address(&self) -> Option<String> {
        let lines = self.0.lock().unwrap();
        let mut own = lines.iter().filter(|line| !line.contains("AgentCore"));
        own.find_map(|line| {
            let (_, after) = line.split_once("127.0.0.1:")?;
            let port: String = after.chars().take_while(char::is_ascii_digit).collect();
            (port.parse::<u16>().ok()? != 0).then(|| format!("http://127.0.0.1:{port}"))
        })
    }

    async fn follow(self, pipe: impl AsyncRead + Unpin) {
        let mut lines = BufReader::new(pipe).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            self.0.lock().unwrap().push(line);
        }
    }
}

impl Server {
    /// What `serve --json` has said once it served.
    pub async fn said(&self) -> Value {
        eventually("the word that it serves", PATIENCE, async || {
            let lines = self.log.0.lock().unwrap().clone();
            let mut said = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            said.find(|said| said["pid"].is_u64())
        })
        .await
    }

    /// Starts a command and waits until it is ready; its log where it ends before that.
    pub async fn start(command: Command) -> Result<Self, String> {
        Self::until_ready(command, Log::address).await
    }

    /// As [`Server::start`], where it is known at which port it will be.
    pub async fn start_at(command: Command, port: u16) -> Result<Self, String> {
        Self::until_ready(command, |_| Some(format!("http://127.0.0.1:{port}"))).await
    }

    async fn until_ready(mut command: Command, address: impl Fn(&Log) -> Option<String>) -> Result<Self, String> {
        let mut child = command.spawn().unwrap();
        let log = Log::default();
        let mut readers = JoinSet::new();
        readers.spawn(log.clone().follow(child.stdout.take().unwrap()));
        readers.spawn(log.clone().follow(child.stderr.take().unwrap()));
        // They end with the pipes, and nobody waits for them.
        readers.detach_all();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let ready = eventually("a ready server", PATIENCE, async || {
            if let Some(status) = child.try_wait().unwrap() {
                return Some(Err(status));
            }
            let url = address(&log)?;
            let answer = http.get(format!("{url}/readyz")).send().await.ok()?;
            answer.status().is_success().then_some(Ok(url))
        })
        .await;
        match ready {
            Ok(url) => Ok(Self { child, url, log }),
            Err(status) => {
                // What it wrote last may still be in the pipe.
                sleep(Duration::from_millis(50)).await;
                Err(format!("{}\n{status}", log.text()))
            }
        }
    }

    /// Where AgentCore Runtime's listener is.
    pub async fn agentcore(&self) -> String {
        eventually("AgentCore's address", PATIENCE, async || {
            let lines = self.log.0.lock().unwrap().clone();
            let mut said = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let said = said.find(|line| line["message"] == "serving AgentCore Runtime")?;
            Some(format!("http://{}", said["address"].as_str()?))
        })
        .await
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// What it has written so far.
    pub fn log(&self) -> String {
        self.log.text()
    }

    /// `kill -9`, and waits for the end.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// How it has ended, if it has.
    pub fn has_ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// SIGTERM.
    pub async fn terminate(&self) {
        self.signal("TERM").await;
    }

    /// A signal by its name, without `SIG`.
    pub async fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.pid());
        let sent = Command::new("sh")
            .args([OsStr::new("-c"), OsStr::new(&kill)])
            .status()
            .await;
        assert!(sent.unwrap().success(), "{kill}");
    }

    /// Waits for its end.
    pub async fn ended(&mut self, within: Duration) -> ExitStatus {
        match timeout(within, self.child.wait()).await {
            Ok(status) => status.unwrap(),
            Err(_) => panic!("still running after {within:?}:\n{}", self.log()),
        }
    }

    /// SIGTERM, and an end as it should be.
    pub async fn stop(mut self) {
        self.terminate().await;
        let status = self.ended(Duration::from_secs(15)).await;
        assert_eq!(status.code(), Some(0), "{}", self.log());
    }
}
