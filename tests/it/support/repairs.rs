//! A company whose machines are repaired by themselves, with what does harm twice; the machines count.

use std::collections::BTreeMap;
use std::slice::from_ref;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::{Client, Method};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::load::{Load, Sender, Tenant};
use super::process::{PATIENCE, eventually};
use super::ssm::{Machine, OUR_KEY, Ssm};

const ROLE: &str = "arn:aws:iam::111111111111:role/alert-whisperer";
const SIGNATURE: &str = "log-volume";
const PASSWORD: &str = "correct horse battery staple 7";
/// How long everything that has begun may take to its end.
const WITHIN: Duration = Duration::from_secs(60);

/// What a server that repairs has to be told.
pub const ENVIRONMENT: [(&str, &str); 5] = [
    ("ADMIN_PASSWORD", PASSWORD),
    ("SECOND_FACTOR_FOR", ""),
    ("RECONCILE_WINDOW_SECONDS", "1"),
    ("AWS_ACCESS_KEY_ID", OUR_KEY),
    ("AWS_SECRET_ACCESS_KEY", "our-own-secret"),
];

type Machines = Arc<Mutex<BTreeMap<String, Arc<Machine>>>>;

/// The company's machines, which get into trouble one after the other.
pub struct Repairs {
    tenant: Tenant,
    machines: Machines,
    troubles: JoinSet<()>,
    _ssm: Arc<Ssm>,
    _dir: TempDir,
}

impl Repairs {
    /// Sets the company up at these servers, and lets a machine get into trouble every so often, told by `load`.
    pub async fn start(urls: &[String], tenant: &Tenant, load: &Load, every: Duration) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let ssm = Arc::new(Ssm::start(dir.path()).await);
        ssm.trust(ROLE, "a:1");
        set_up(urls, &tenant.company_id, &ssm).await;
        let machines = Machines::default();
        let sender = load.sender(&tenant.company_id, tenant);
        let mut troubles = JoinSet::new();
        troubles.spawn(trouble(ssm.clone(), machines.clone(), sender, every));
        Self {
            tenant: tenant.clone(),
            machines,
            troubles,
            _ssm: ssm,
            _dir: dir,
        }
    }

    /// Waits until nothing new gets into trouble; the load has been stopped.
    pub async fn rest(&mut self) {
        while let Some(ended) = self.troubles.join_next().await {
            ended.unwrap();
        }
    }

    /// Once every run has ended: nothing was carried out twice, and what is told of runs is so. How many ended in which way.
    pub async fn judge(&self, url: &str) -> BTreeMap<String, usize> {
        let client = self.tenant.client(url);
        let mut ends = BTreeMap::<String, usize>::new();
        let incidents = eventually("an end of everything that was begun", WITHIN, async || {
            let incidents = client.list("/api/incidents").await.ok()?;
            let is_over = |phase: &Value| phase == "resolved" || phase == "needs_human";
            incidents
                .iter()
                .all(|incident| is_over(&incident["phase"]))
                .then_some(incidents)
        })
        .await;
        for incident in incidents {
            let asset = incident["asset_name"].as_str().unwrap();
            let path = format!("/api/incidents/{}/runs", incident["incident_id"].as_str().unwrap());
            let runs = eventually("the end of all runs", WITHIN, async || {
                let runs = client.get(&path).await.ok()?.body["items"].take();
                let runs = runs.as_array()?.clone();
                runs.iter().all(|run| run["ended_at"].is_string()).then_some(runs)
            })
            .await;
            let machine = self.machines.lock().unwrap()[asset].clone();
            let times = machine.read("done").lines().count();
            assert!(times <= 1, "{asset} was repaired {times} times: {runs:?}");
            let end = match runs.as_slice() {
                [] => "never begun",
                [run] => run["status"].as_str().unwrap(),
                _ => panic!("{asset} has several runs: {runs:?}"),
            };
            assert!(end != "succeeded" || times == 1, "{asset} was not repaired: {runs:?}");
            assert!(end != "never begun" || times == 0, "{asset} was repaired by nobody");
            *ends.entry(end.to_owned()).or_default() += 1;
        }
        ends
    }
}

/// Gets machines into trouble.
async fn trouble(ssm: Arc<Ssm>, machines: Machines, mut sender: Sender, every: Duration) {
    for number in 1.. {
        if sender.is_stopped() {
            return;
        }
        let id = format!("i-{number:017x}");
        machines.lock().unwrap().insert(id.clone(), ssm.add(ROLE, &id, &[]));
        let alert = json!({
            "asset_name": id, "signature": SIGNATURE, "severity": "high", "message": "under test",
            "labels": { "ledger": id },
        });
        sender.until_acked(&id, from_ref(&id), &alert.to_string()).await;
        sleep(every).await;
    }
}

/// The administrator's token.
pub async fn sign_in(http: &Client, urls: &[String]) -> String {
    let login = json!({"email": "admin@localhost", "password": PASSWORD});
    let token = at_one_of(http, urls, Method::POST, "/api/auth/login", "", &login).await;
    token["access_token"].as_str().unwrap().to_owned()
}

/// Its account, and that it is repaired by itself.
async fn set_up(urls: &[String], company: &str, ssm: &Ssm) {
    let http = Client::builder().no_proxy().build().unwrap();
    let token = &sign_in(&http, urls).await;
    let account = json!({
        "role_arn": ROLE, "external_id": "a:1", "region": "eu-central-1", "endpoint_url": ssm.url(),
    });
    let path = format!("/api/companies/{company}/aws");
    at_one_of(&http, urls, Method::PUT, &path, token, &account).await;
    let policy = json!({"low_risk_by_itself": true});
    let path = format!("/api/companies/{company}/policy");
    at_one_of(&http, urls, Method::PUT, &path, token, &policy).await;
    let runbook = json!({
        "slug": "note", "title": "Note", "description": "Notes that it ran.", "platform": "linux", "risk": "low",
        "signatures": [SIGNATURE], "parameters": [], "script": "set -eu\necho ran >>\"$AW_ROOT/done\"\n",
        "dry_run": "set -eu\necho 'would note'\n", "health_check": "true\n",
        "cool_down_seconds": 0, "blast_radius": 1, "timeout_seconds": 60, "idempotent": false,
    });
    let path = format!("/api/runbooks?company_id={company}");
    at_one_of(&http, urls, Method::POST, &path, token, &runbook).await;
}

/// Asks one server after the other until one does it.
async fn at_one_of(http: &Client, urls: &[String], method: Method, path: &str, token: &str, body: &Value) -> Value {
    eventually(path, PATIENCE, async || {
        for url in urls {
            let asked = http.request(method.clone(), format!("{url}{path}")).bearer_auth(token);
            let answer = asked.body(body.to_string()).send().await.ok()?;
            let done = answer.status().is_success();
            let text = answer.text().await.ok()?;
            if done {
                return serde_json::from_str(&text).ok();
            }
            assert!(!text.contains("invalid"), "{path}: {text}");
        }
        None
    })
    .await
}
