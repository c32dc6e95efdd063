//! The database is away for a while, stopped or gone: what is sent is refused for now, nothing is lost,
//! nothing is done late, and everything comes back by itself.
//!
//! `AWAY_SECONDS=120` makes the absences that long; the runner's own limit of a minute is then in the way.

use std::sync::atomic::Ordering;
use std::time::Duration;

use alert_whisperer::client::{Client, ClientError, Retry};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::support::engine::Home;
use crate::support::journals::journals;
use crate::support::judge::judge;
use crate::support::load::Load;
use crate::support::mongod::Mongod;
use crate::support::process::{PATIENCE, Place, Server, eventually};
use crate::support::server::PASSWORD;

/// Growth of resident memory while the database is away, in bytes.
const GROWTH: u64 = 64 << 20;

fn absences(spans: &[u64]) -> Vec<Duration> {
    let long = std::env::var("AWAY_SECONDS").ok().and_then(|text| text.parse().ok());
    let spans = long.map_or_else(|| spans.to_vec(), |seconds| vec![seconds]);
    spans.into_iter().map(Duration::from_secs).collect()
}

fn resident(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

/// Restarts of actors so far.
async fn restarts(server: &Server) -> f64 {
    let text = reqwest::get(format!("{}/metrics", server.url))
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let of = text
        .lines()
        .filter(|line| line.starts_with("alert_whisperer_actor_restarts_total"));
    of.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}

struct Scene {
    mongod: Mongod,
    place: Place,
    load: Load,
    server: Server,
}

const COMPANIES: [&str; 2] = ["comp-a", "comp-b"];

impl Scene {
    async fn set() -> Self {
        let mongod = Mongod::start().await;
        let place = Place::at(Home::beside(mongod.url("aw-away")), &COMPANIES).await;
        let mut serve = place.serve();
        serve.env("METRICS_FROM", "127.0.0.1");
        serve.env("ADMIN_PASSWORD", PASSWORD).env("SECOND_FACTOR_FOR", "");
        let server = Server::start(serve).await.unwrap();
        let load = Load::start(&place.tenants, 4, &place.ledger);
        load.aim(&server.url);
        let scene = Self {
            mongod,
            place,
            load,
            server,
        };
        scene.until_acked(40).await;
        scene
    }

    /// Waits for so many acknowledgements more.
    async fn until_acked(&self, more: usize) {
        let acked = || self.load.seen().acked.load(Ordering::SeqCst);
        let enough = acked() + more;
        eventually("acknowledgements", PATIENCE, async || (acked() >= enough).then_some(())).await;
    }

    /// One open incident of the first company.
    async fn incident(&self) -> String {
        let client = self.place.tenants[0].client(&self.server.url);
        eventually("an incident", PATIENCE, async || {
            let page = client.get("/api/incidents?limit=1").await.ok()?.body;
            page["items"][0]["incident_id"].as_str().map(str::to_owned)
        })
        .await
    }

    /// Who runs the platform.
    async fn admin(&self) -> Client {
        let login = json!({"email": "admin@localhost", "password": PASSWORD});
        let client = Client::new(&self.server.url).unwrap().with_retry(Retry::NEVER);
        let answer = client.post("/api/auth/login", &login).await.unwrap().body;
        client.with_api_key(SecretString::from(answer["access_token"].as_str().unwrap()))
    }

    /// Whether somebody has acknowledged the incident.
    async fn is_acknowledged(&self, incident: &str) -> bool {
        let client = self.place.tenants[0].client(&self.server.url);
        let shown = client.get(&format!("/api/incidents/{incident}")).await.unwrap().body;
        !shown["acknowledged_at"].is_null()
    }

    /// Nothing was lost, doubled, or restarted for it.
    async fn judge(self) {
        assert_eq!(restarts(&self.server).await, 0.0, "{}", self.server.log());
        self.load.finish().await;
        judge(&self.server.url, &self.place.tenants, &self.place.ledger).await;
        self.server.stop().await;
        journals(&self.place.home, COMPANIES).await;
        drop(self.mongod);
    }
}

/// What is asked while the database is away is answered 503, within the time of a patient caller.
async fn refused_for_now(client: &Client, path: &str, body: &Value) {
    let asked = Instant::now();
    match client.post(path, body).await {
        Err(ClientError::Refused {
            status, retry_after, ..
        }) => {
            assert_eq!(status, 503, "{path}");
            assert!(retry_after.is_some(), "503 without Retry-After: {path}");
        }
        other => panic!("{path} while the database is away: {other:?}"),
    }
    assert!(
        asked.elapsed() < Duration::from_secs(40),
        "{path} took {:?}",
        asked.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_stops_and_goes_on_loses_nothing_and_does_nothing_late() {
    let scene = Scene::set().await;
    let incident = scene.incident().await;
    for span in absences(&[1, 14]) {
        let before = (
            resident(&scene.server),
            scene.load.seen().unavailable.load(Ordering::SeqCst),
        );
        let admin = scene.admin().await;
        let frozen = scene.mongod.freeze(span);
        let acknowledge = format!("/api/incidents/{incident}/acknowledge?company_id={}", COMPANIES[0]);
        if span >= Duration::from_secs(10) {
            let asked = async {
                sleep(Duration::from_millis(500)).await;
                refused_for_now(&admin, &acknowledge, &json!({})).await;
            };
            tokio::join!(frozen, asked);
            let unavailable = scene.load.seen().unavailable.load(Ordering::SeqCst);
            assert!(unavailable > before.1, "no sender was told to come back");
            let grown = resident(&scene.server).saturating_sub(before.0);
            assert!(grown < GROWTH, "{grown} bytes more");
        } else {
            frozen.await;
        }
        scene.until_acked(40).await;
        // What was refused was not done afterwards either.
        assert!(!scene.is_acknowledged(&incident).await, "it was done late");
    }
    scene.judge().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_gone_and_comes_back_is_found_again() {
    let mut scene = Scene::set().await;
    for span in absences(&[12]) {
        let before = (
            resident(&scene.server),
            scene.load.seen().unavailable.load(Ordering::SeqCst),
        );
        scene.mongod.kill().await;
        sleep(span).await;
        assert!(
            scene.load.seen().unavailable.load(Ordering::SeqCst) > before.1,
            "no sender was told to come back"
        );
        let grown = resident(&scene.server).saturating_sub(before.0);
        assert!(grown < GROWTH, "{grown} bytes more");
        let ping: Value = reqwest::get(format!("{}/api/agent/ping", scene.server.url))
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert_eq!(ping["status"], "ok", "the process is alive");
        scene.mongod.restart();
        scene.mongod.until_primary().await;
        scene.until_acked(40).await;
    }
    scene.judge().await;
}
