//! The engines that a store may be on, and a home on one of them for each test.

use std::path::{Path, PathBuf};

use alert_whisperer::config::Flags;
use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;
use tokio::process::Command;
use uuid::Uuid;

/// What a server keeps its store on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The embedded store.
    Sqlite,
    /// The MongoDB that `tests/with-mongod` runs beside the tests.
    Mongodb,
}

impl Engine {
    /// The one that a module is named after, such as `it::on_sqlite`.
    pub fn of_module(path: &str) -> Self {
        match path.rsplit_once("::on_") {
            Some((_, "sqlite")) => Self::Sqlite,
            Some((_, "mongodb")) => Self::Mongodb,
            _ => panic!("{path} is named after no engine"),
        }
    }
}

/// Where the store of one test lives, over every restart: a directory and, on MongoDB, a database besides.
///
/// The directory is removed in the end; the database goes with the server that `tests/with-mongod` started.
pub struct Home {
    dir: TempDir,
    mongo_url: Option<SecretString>,
}

impl Home {
    /// A new one.
    pub fn on(engine: Engine) -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            mongo_url: (engine == Engine::Mongodb).then(a_database_of_its_own),
        }
    }

    /// A new one whose database is on a server of the test's own.
    pub fn beside(mongo_url: SecretString) -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            mongo_url: Some(mongo_url),
        }
    }

    /// The same directory, with a database besides.
    pub fn with_a_database(self) -> Self {
        Self {
            mongo_url: Some(a_database_of_its_own()),
            ..self
        }
    }

    /// The server's data directory.
    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// A directory for a test's own things.
    pub fn scratch(&self) -> &Path {
        self.dir.path()
    }

    /// Its database, where it has one.
    pub fn mongo_url(&self) -> Option<&SecretString> {
        self.mongo_url.as_ref()
    }

    /// Tells a server in the test's own process.
    pub fn flags(&self) -> Flags {
        Flags {
            data_dir: Some(self.data()),
            mongo_url: self.mongo_url.clone(),
            ..Flags::default()
        }
    }

    /// Tells a command of the binary, as its last arguments so far.
    pub fn tell(&self, command: &mut Command) {
        command.arg("--data-dir").arg(self.data());
        if let Some(url) = &self.mongo_url {
            command.env("MONGO_URL", url.expose_secret());
        }
    }
}

/// Its connections bear the database's name (`appName`), so that a fault can be aimed at one test.
fn a_database_of_its_own() -> SecretString {
    let Ok(url) = std::env::var("TEST_MONGO_URL") else {
        panic!("no TEST_MONGO_URL: run `make test`, or `tests/with-mongod cargo nextest run ...`");
    };
    let (server, options) = url.split_once("/?").expect("the URL of tests/with-mongod");
    // A name may have 63 bytes, and 38 in some clouds.
    let name = format!("aw-{}", Uuid::now_v7().simple());
    format!("{server}/{name}?{options}&appName={name}").into()
}
