//! A mongod of a test's own, to be stopped, killed and started again.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use mongodb::Client;
use mongodb::bson::{Document, doc};
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::sleep;

use super::port;
use super::process::{PATIENCE, eventually};

/// The server; it ends with the test.
pub struct Mongod {
    dir: TempDir,
    port: u16,
    more: Vec<String>,
    child: Option<Child>,
}

/// The binary that `tests/with-mongod` has installed.
fn binary() -> PathBuf {
    match std::env::var_os("TEST_MONGOD") {
        Some(path) => path.into(),
        None => panic!("no TEST_MONGOD: run `make test`, or `tests/with-mongod cargo nextest run ...`"),
    }
}

impl Mongod {
    /// A replica set of one member.
    pub async fn start() -> Self {
        Self::start_with(&["--replSet", "rs0"]).await
    }

    /// One with these arguments besides; with `--replSet` it is made a set.
    pub async fn start_with(more: &[&str]) -> Self {
        let mongod = Self::member(more);
        let client = mongod.direct().await;
        if more.contains(&"--replSet") {
            let member = doc! { "_id": 0, "host": format!("127.0.0.1:{}", mongod.port) };
            let set = doc! { "replSetInitiate": { "_id": "rs0", "members": [member] } };
            eventually("an answer to replSetInitiate", PATIENCE, async || {
                client.database("admin").run_command(set.clone()).await.ok()
            })
            .await;
        }
        mongod.until_primary().await;
        mongod
    }

    /// One that may still have to be told of which set it is.
    pub fn member(more: &[&str]) -> Self {
        let mut mongod = Self {
            dir: tempfile::tempdir().unwrap(),
            port: port::free(),
            more: more.iter().map(|arg| (*arg).to_owned()).collect(),
            child: None,
        };
        mongod.restart();
        mongod
    }

    /// The URL of a database on it.
    pub fn url(&self, database: &str) -> SecretString {
        let port = self.port;
        format!("mongodb://127.0.0.1:{port}/{database}?replicaSet=rs0&appName={database}").into()
    }

    /// Its port, which it keeps.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// A client that needs no set.
    pub async fn direct(&self) -> Client {
        let url = format!(
            "mongodb://127.0.0.1:{}/?directConnection=true&serverSelectionTimeoutMS=500",
            self.port
        );
        Client::with_uri_str(url).await.unwrap()
    }

    /// `kill -9`.
    pub async fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().await.unwrap();
        }
    }

    /// Starts it on the data that it had.
    pub fn restart(&mut self) {
        let data = self.dir.path().join("db");
        std::fs::create_dir_all(&data).unwrap();
        // It ends with this process, even where this one is killed.
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL"])
            .arg(binary())
            .arg("--dbpath")
            .arg(&data)
            .arg("--port")
            .arg(self.port.to_string())
            .args(["--bind_ip", "127.0.0.1", "--nounixsocket"])
            .args(["--wiredTigerCacheSizeGB", "0.25", "--oplogSize", "64"])
            .args(["--setParameter", "diagnosticDataCollectionEnabled=false"])
            .args(["--setParameter", "enableTestCommands=1"])
            .args(["--setParameter", "ttlMonitorSleepSecs=1"])
            .args(&self.more)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        self.child = Some(child);
    }

    /// Waits until it takes writes.
    pub async fn until_primary(&self) {
        eventually("a primary", PATIENCE, async || self.is_primary().await.then_some(())).await;
    }

    /// Whether it takes writes.
    pub async fn is_primary(&self) -> bool {
        let client = self.direct().await;
        let hello = client.database("admin").run_command(doc! { "hello": 1 }).await;
        hello.is_ok_and(|hello: Document| hello.get_bool("isWritablePrimary").unwrap_or(false))
    }

    /// Stops it in the midst of whatever it does for a while: it is there, and answers nothing.
    pub async fn freeze(&self, span: Duration) {
        self.signal("STOP").await;
        sleep(span).await;
        self.signal("CONT").await;
    }

    async fn signal(&self, name: &str) {
        let pid = self.child.as_ref().and_then(Child::id).expect("it runs");
        let kill = format!("kill -{name} {pid}");
        let sent = Command::new("sh").args(["-c", &kill]).status().await.unwrap();
        assert!(sent.success(), "{kill}");
    }
}
