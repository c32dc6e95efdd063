//! A scene's stage: the real binary with companies and an administrator, a Chromium before it, and whoever kills and starts
//! the server where the scene asks for it.

use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::support::engine::Engine;
use crate::support::installed::installed;
use crate::support::process::{Place, Server, binary};

const SCENES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser");
/// Where scenes leave their pictures.
const PICTURES: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/browser");
const ADMIN: &str = "admin@localhost";
const PASSWORD: &str = "lantern gravel twenty-eight";
/// What moto takes for credentials.
const CREDENTIALS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")];
/// How long a scene may take.
const CURTAIN: Duration = Duration::from_secs(57);

/// A server on a port of its own, which it has again after a restart, with two companies.
pub(super) struct Stage {
    scene: &'static str,
    place: Place,
    port: u16,
    settings: &'static [(&'static str, &'static str)],
    server: Option<Server>,
}

impl Stage {
    /// For a scene whose administrator needs nothing but his password.
    pub(super) async fn set(scene: &'static str) -> Self {
        Self::with(scene, &[("SECOND_FACTOR_FOR", "none")]).await
    }

    /// For a scene whose administrator has to set a second factor up, and that runs what moto takes.
    pub(super) async fn with_a_second_factor(scene: &'static str) -> Self {
        Self::with(scene, &CREDENTIALS).await
    }

    async fn with(scene: &'static str, settings: &'static [(&'static str, &'static str)]) -> Self {
        let place = Place::with_companies(Engine::Sqlite, &["comp-acme", "comp-globex"]).await;
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut stage = Self {
            scene,
            place,
            port: free.local_addr().unwrap().port(),
            settings,
            server: None,
        };
        drop(free);
        stage.start().await;
        stage
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    async fn start(&mut self) {
        let mut command = binary();
        command.args(["serve", "--listen", &format!("127.0.0.1:{}", self.port)]);
        self.place.home.tell(&mut command);
        command.env("LOG_FORMAT", "json").env("DRAIN_DELAY_MS", "100");
        command
            .env("ADMIN_PASSWORD", PASSWORD)
            .envs(self.settings.iter().copied());
        let started = Server::start(command).await;
        self.server = Some(started.unwrap_or_else(|log| panic!("the server did not start:\n{log}")));
    }

    /// Plays the scene with what it wants to know besides, and fails where it does.
    pub(super) async fn play(mut self, besides: Value) {
        let mut node = self.program(besides).await;
        let mut said = BufReader::new(node.stdout.take().unwrap()).lines();
        let mut answers = node.stdin.take().unwrap();
        let mut complaints = node.stderr.take().unwrap();
        let played = timeout(CURTAIN, async {
            let mut told = String::new();
            let asked = async {
                while let Some(line) = said.next_line().await.unwrap() {
                    match line.as_str() {
                        "kill" => self.server.take().unwrap().kill().await,
                        "start" => self.start().await,
                        "freeze" => self.server.as_ref().unwrap().signal("STOP").await,
                        "thaw" => self.server.as_ref().unwrap().signal("CONT").await,
                        _ => continue,
                    }
                    answers.write_all(b"done\n").await.unwrap();
                }
            };
            let (_, read) = tokio::join!(asked, complaints.read_to_string(&mut told));
            read.unwrap();
            (node.wait().await.unwrap(), told)
        });
        let Ok((status, told)) = played.await else {
            panic!("{} took longer than {CURTAIN:?}", self.scene);
        };
        assert!(status.success(), "{}: {told}", self.scene);
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }

    async fn program(&self, besides: Value) -> Child {
        let companies: Vec<Value> = self.place.tenants.iter().map(|tenant| {
            json!({"company_id": tenant.company_id, "api_key": tenant.api_key, "webhook_secret": tenant.webhook_secret})
        }).collect();
        let mut scene = json!({
            "name": self.scene, "url": self.url(), "pictures": PICTURES, "companies": companies,
            "admin": {"email": ADMIN, "password": PASSWORD},
        });
        scene
            .as_object_mut()
            .unwrap()
            .extend(besides.as_object().unwrap().clone());
        Command::new("node")
            .arg(format!("{SCENES}/{}.mjs", self.scene))
            .env("SCENE", scene.to_string())
            .env("BROWSER_HOME", installed("browser/install.sh").await)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap()
    }
}
