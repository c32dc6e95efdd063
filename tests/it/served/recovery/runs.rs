//! The process ends at every step of a run of what does harm twice, and goes on after a restart: judged by the ledger of
//! the machine that executes. Once each; `make kills` does it twenty times.
#![allow(clippy::print_stdout, reason = "figures are for people")]

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::engine;
use crate::support::process::{PATIENCE, Place, Server, eventually};
use crate::support::server::alert;
use crate::support::ssm::{OUR_KEY, Ssm};

const SIGABRT: i32 = 6;
const ROLE: &str = "arn:aws:iam::111111111111:role/alert-whisperer";
const PASSWORD: &str = "correct horse battery staple 7";

/// A company whose machines are really there, and a server that is started anew again and again.
struct Range {
    place: Place,
    ssm: Ssm,
    http: Client,
    token: String,
    machines: u32,
    _dir: TempDir,
}

impl Range {
    async fn new() -> Self {
        let place = Place::with_companies(engine(), &["comp-a"]).await;
        let dir = tempfile::tempdir().unwrap();
        let ssm = Ssm::start(dir.path()).await;
        ssm.trust(ROLE, "a:1");
        let mut range = Self {
            place,
            ssm,
            http: Client::builder().no_proxy().build().unwrap(),
            token: String::new(),
            machines: 0,
            _dir: dir,
        };
        let server = range.serve(None).await;
        let login = json!({"email": "admin@localhost", "password": PASSWORD});
        let signed_in = range.post(&server, "/api/auth/login", &login).await.unwrap();
        range.token = signed_in["access_token"].as_str().unwrap().to_owned();
        let settings = json!({
            "role_arn": ROLE, "external_id": "a:1", "region": "eu-central-1", "endpoint_url": range.ssm.url(),
        });
        let set = range.http.put(format!("{}/api/companies/comp-a/aws", server.url));
        let set = set
            .bearer_auth(&range.token)
            .body(settings.to_string())
            .send()
            .await
            .unwrap();
        assert_eq!(set.status(), 200);
        server.stop().await;
        range
    }

    /// A server that ends at the passage of a point that is named, if any is.
    async fn serve(&self, failpoints: Option<&str>) -> Server {
        let mut serve = self.place.serve();
        serve
            .env("ADMIN_PASSWORD", PASSWORD)
            .env("SECOND_FACTOR_FOR", "")
            .env("RECONCILE_WINDOW_SECONDS", "1")
            .env("AWS_ACCESS_KEY_ID", OUR_KEY)
            .env("AWS_SECRET_ACCESS_KEY", "our-own-secret");
        if let Some(failpoints) = failpoints {
            serve.env("FAILPOINTS", failpoints);
        }
        Server::start(serve).await.unwrap()
    }

    /// The answer, if there is one.
    async fn post(&self, server: &Server, path: &str, body: &Value) -> Option<Value> {
        let asked = self.http.post(format!("{}{path}", server.url)).bearer_auth(&self.token);
        let answer = asked.body(body.to_string()).send().await.ok()?;
        serde_json::from_str(&answer.text().await.ok()?).ok()
    }

    async fn get(&self, server: &Server, path: &str) -> Option<Value> {
        let asked = self.http.get(format!("{}{path}", server.url)).bearer_auth(&self.token);
        serde_json::from_str(&asked.send().await.ok()?.text().await.ok()?).ok()
    }

    /// The incident about a machine, once it is decided and nothing is under way.
    async fn incident(&self, server: &Server, machine: &str) -> String {
        let client = self.place.tenants[0].client(&server.url);
        let body = alert(machine, "log-volume").to_string();
        client.deliver(machine, &body).await.unwrap();
        eventually("an incident that is decided", PATIENCE, async || {
            let path = "/api/incidents?company_id=comp-a&signature=log-volume&limit=1";
            let newest = self.get(server, path).await?["items"][0].clone();
            let is_it = newest["asset_name"] == machine && newest["decision"].is_object() && newest["phase"] == "open";
            is_it.then(|| newest["incident_id"].as_str().unwrap().to_owned())
        })
        .await
    }

    /// Lets the process end at a point, and judges what has become of the run after a restart: its status, if it is one.
    async fn cut_at(&mut self, point: &str, passage: u32) -> Option<String> {
        self.machines += 1;
        let machine = format!("i-{:017x}", self.machines);
        let node = self.ssm.add(ROLE, &machine, &[]);
        node.write("etc/logrotate.conf", "");
        let mut server = self.serve(Some(&format!("{point}={}*off->return", passage - 1))).await;
        let incident = self.incident(&server, &machine).await;
        let path = format!("/api/incidents/{incident}/execute-runbook-ssm?company_id=comp-a");
        let wanted = json!({"runbook_id": "log-rotate"});
        drop(self.post(&server, &path, &wanted).await);
        let status = server.ended(PATIENCE).await;
        assert_eq!(
            status.signal(),
            Some(SIGABRT),
            "{point} {passage}: {status}\n{}",
            server.log()
        );

        let server = self.serve(None).await;
        let runs = format!("/api/incidents/{incident}/runs?company_id=comp-a");
        let ended = eventually("an end of the run", PATIENCE, async || {
            let runs = self.get(&server, &runs).await?["items"].clone();
            let is_over = runs.as_array()?.iter().all(|run| run["ended_at"].is_string());
            is_over.then_some(runs)
        })
        .await;
        let executed = node.read(".machine/done").lines().count();
        let what = format!("{point} {passage}: executed {executed} times, {ended}");
        let run = match ended.as_array().unwrap().as_slice() {
            [] => None,
            [run] => Some(run["status"].as_str().unwrap().to_owned()),
            _ => panic!("{what}"),
        };
        match run.as_deref() {
            // Its intent was not durable; or the double, which lists at once what it has carried out, has not.
            None | Some("unknown_outcome") => assert_eq!(executed, 0, "{what}"),
            Some("succeeded") => assert_eq!(executed, 1, "{what}"),
            _ => panic!("{what}"),
        }
        server.stop().await;
        run
    }
}

/// How often each step is ended.
fn times() -> u32 {
    std::env::var("RUN_KILLS").map_or(1, |times| times.parse().unwrap())
}

/// The process ends at each passage of a point.
async fn cut(points: &[(&str, u32)]) {
    let began = Instant::now();
    let mut range = Range::new().await;
    let mut become_of = BTreeMap::<String, u32>::new();
    for (point, passage) in points {
        for _ in 0..times() {
            let run = range.cut_at(point, *passage).await;
            *become_of.entry(run.unwrap_or("never begun".to_owned())).or_default() += 1;
        }
    }
    let (kills, seconds) = (range.machines, began.elapsed().as_secs());
    println!("{kills} kills in {seconds} s, nothing executed twice: {become_of:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_intent_is_made_durable() {
    cut(&[
        ("run.received", 1),
        ("run.written", 1),
        ("run.committed", 1),
        ("run.published", 1),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_it_is_sent() {
    cut(&[
        ("run.sending", 1),
        ("run.sent", 1),
        ("run.received", 2),
        ("run.written", 2),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_it_is_looked_after() {
    cut(&[("run.committed", 2), ("run.published", 2), ("run.looking", 1)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_its_end_is_made_durable() {
    cut(&[
        ("run.received", 3),
        ("run.written", 3),
        ("run.committed", 3),
        ("run.published", 3),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approval_is_neither_lost_nor_used_twice() {
    let began = Instant::now();
    let mut range = Range::new().await;
    let (mut asked_again, mut unknown) = (0, 0);
    let points = [("run.received", 1), ("run.committed", 1), ("run.sent", 1)];
    for (point, passage) in points.repeat(times() as usize) {
        range.machines += 1;
        let machine = format!("i-{:017x}", range.machines);
        let node = range.ssm.add(ROLE, &machine, &[]);
        node.write("etc/logrotate.conf", "");
        let mut server = range.serve(Some(&format!("{point}={}*off->return", passage - 1))).await;
        let tim = json!({"email": format!("tim{}@a.example", range.machines), "role": "technician", "company_ids": ["comp-a"]});
        let made = range.post(&server, "/api/users", &tim).await.unwrap();
        let login = json!({"email": tim["email"], "password": made["password"]});
        let first = range.post(&server, "/api/auth/login", &login).await.unwrap();
        let mine = json!({"current_password": made["password"], "new_password": PASSWORD});
        let set = range.http.put(format!("{}/api/auth/password", server.url));
        let set = set
            .bearer_auth(first["access_token"].as_str().unwrap())
            .body(mine.to_string())
            .send()
            .await;
        assert_eq!(set.unwrap().status(), 200);
        let login = json!({"email": tim["email"], "password": PASSWORD});
        let signed_in = range.post(&server, "/api/auth/login", &login).await.unwrap();
        let incident = range.incident(&server, &machine).await;
        let path = format!(
            "{}/api/incidents/{incident}/execute-runbook-ssm?company_id=comp-a",
            server.url
        );
        let asked = range
            .http
            .post(path)
            .bearer_auth(signed_in["access_token"].as_str().unwrap());
        let asked = asked
            .body(json!({"runbook_id": "log-rotate"}).to_string())
            .send()
            .await
            .unwrap();
        assert_eq!(asked.status(), 202);
        let asked: Value = serde_json::from_str(&asked.text().await.unwrap()).unwrap();
        let id = asked["approval_request_id"].as_str().unwrap();
        let approve = format!("/api/approvals/{id}/approve?company_id=comp-a");
        drop(range.post(&server, &approve, &json!({})).await);
        assert_eq!(server.ended(PATIENCE).await.signal(), Some(SIGABRT), "{point}");

        let server = range.serve(None).await;
        let shown = range
            .get(&server, &format!("/api/approvals/{id}?company_id=comp-a"))
            .await
            .unwrap();
        if shown["status"] == "pending" {
            assert_eq!((point, node.read(".machine/done").lines().count()), ("run.received", 0));
            let agreed = range.post(&server, &approve, &json!({})).await.unwrap();
            assert_eq!(agreed["approval"]["status"], "consumed", "{agreed}");
            asked_again += 1;
        } else {
            assert_eq!(shown["status"], "consumed", "{point}");
        }
        let again = range.post(&server, &approve, &json!({})).await.unwrap();
        assert_eq!(again["status"], 409, "{again}");
        let runs = format!("/api/incidents/{incident}/runs?company_id=comp-a");
        let run = eventually("an end of the run", Duration::from_secs(30), async || {
            let run = range.get(&server, &runs).await?["items"][0].clone();
            run["ended_at"].is_string().then_some(run)
        })
        .await;
        let executed = node.read(".machine/done").lines().count();
        assert!(executed <= 1, "{point}: {executed}");
        assert!(run["status"] == "unknown_outcome" || executed == 1, "{point}: {run}");
        unknown += u32::from(run["status"] == "unknown_outcome");
        server.stop().await;
    }
    let (kills, seconds) = (range.machines, began.elapsed().as_secs());
    println!(
        "{kills} kills in {seconds} s, no approval lost or used twice, nothing executed twice: \
         {asked_again} agreed to once more, {unknown} of unknown outcome"
    );
}
