//! Tools that nobody here wrote: Debian's Alertmanager sends to us, `amtool` reads, Standard Webhooks' own library signs,
//! Amazon's own verifies.

use std::process::{Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use alert_whisperer::accounts::rights::Role;
use axum::Router;
use axum::http::StatusCode;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::support::engine::Engine;
use crate::support::installed::installed;
use crate::support::process::{PATIENCE, Place, Server as Process, binary, eventually};
use crate::support::server::{Server, headers};
use crate::support::sns::{Sns, TOPIC};

/// A running Alertmanager.
struct Alertmanager {
    child: Child,
    url: String,
}

impl Alertmanager {
    /// On a directory that outlives it.
    async fn start(bin: &str, directory: &std::path::Path) -> Self {
        let mut command = Command::new(format!("{bin}/prometheus-alertmanager"));
        command
            .arg(format!(
                "--config.file={}",
                directory.join("alertmanager.yml").display()
            ))
            .arg(format!("--storage.path={}", directory.display()))
            .args(["--web.listen-address=127.0.0.1:0", "--cluster.listen-address="])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        let listening = async {
            let mut said = String::new();
            while let Some(line) = log.next_line().await.unwrap() {
                if let Some((_, rest)) = line.split_once("address=127.0.0.1:") {
                    let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
                    return format!("http://127.0.0.1:{port}");
                }
                said.push_str(&line);
                said.push('\n');
            }
            panic!("Alertmanager did not start:\n{said}")
        };
        let url = timeout(PATIENCE, listening).await.unwrap();
        let mut reading = JoinSet::new();
        reading.spawn(async move { while let Ok(Some(_)) = log.next_line().await {} });
        reading.detach_all();
        Self { child, url }
    }

    /// Tells it of alerts, as Prometheus does.
    async fn tell(&self, alerts: &Value) {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let told = http
            .post(format!("{}/api/v2/alerts", self.url))
            .header("content-type", "application/json")
            .body(alerts.to_string())
            .send()
            .await
            .unwrap();
        assert!(told.status().is_success(), "{}", told.text().await.unwrap());
    }

    async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

fn config(url: &str, key: &str) -> String {
    format!(
        "route: {{receiver: us, group_by: [alertname], group_wait: 200ms, group_interval: 300ms, repeat_interval: 600ms}}
receivers:
  - name: us
    webhook_configs:
      - url: {url}/api/webhooks/alertmanager
        send_resolved: true
        http_config: {{authorization: {{type: Bearer, credentials: {key}}}}}
"
    )
}

fn alert(host: &str, began: &str, end: Option<&str>) -> Value {
    json!({
        "labels": {"alertname": "DiskFull", "instance": format!("{host}:9100"), "severity": "critical"},
        "annotations": {"summary": "The disk is full"}, "startsAt": began, "endsAt": end,
    })
}

/// Something that answers 503 to everybody, and counts.
async fn unavailable(listener: TcpListener, asked: Arc<AtomicUsize>) {
    let refuse = move || {
        asked.fetch_add(1, Ordering::SeqCst);
        std::future::ready(StatusCode::SERVICE_UNAVAILABLE)
    };
    axum::serve(listener, Router::new().fallback(refuse)).await.unwrap();
}

async fn get(url: &str, key: &str, path: &str) -> Option<Value> {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = http
        .get(format!("{url}{path}"))
        .header("x-api-key", key)
        .send()
        .await
        .ok()?;
    serde_json::from_str(&answer.text().await.ok()?).ok()
}

async fn duplicates(url: &str) -> f64 {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let text = http
        .get(format!("{url}/metrics"))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let mut lines = text
        .lines()
        .filter(|line| line.contains("accepted") && line.contains("result=\"duplicate\""));
    lines
        .find_map(|line| line.rsplit_once(' ')?.1.parse().ok())
        .unwrap_or(0.0)
}

async fn amtool(bin: &str, url: &str, directory: &std::path::Path, filter: &str) -> Output {
    let mut command = Command::new(format!("{bin}/amtool"));
    command
        .arg(format!("--alertmanager.url={url}"))
        .arg(format!("--http.config.file={}", directory.join("http.yml").display()))
        .args(["--output=json", "alert", "query", filter]);
    timeout(PATIENCE, command.output()).await.unwrap().unwrap()
}

#[tokio::test]
async fn alertmanager_sends_once_whatever_ends_in_between_and_amtool_reads() {
    let bin = installed("alertmanager/install.sh").await;
    let place = Place::with_companies(Engine::Sqlite, &[]).await;
    let created = place
        .create_company("comp-acme")
        .arg("--unsigned")
        .output()
        .await
        .unwrap();
    let created: Value = serde_json::from_slice(&created.stdout).unwrap();
    let key = created["api_key"].as_str().unwrap();
    let serve = |listen: &str| {
        let mut command = binary();
        command
            .args(["serve", "--listen", listen])
            .env("METRICS_FROM", "127.0.0.1");
        place.home.tell(&mut command);
        command
    };
    let ours = Process::start(serve("127.0.0.1:0")).await.unwrap();
    let url = ours.url.clone();
    let directory = place.home.scratch();
    tokio::fs::write(directory.join("alertmanager.yml"), config(&url, key))
        .await
        .unwrap();
    let credentials = format!("authorization: {{type: Bearer, credentials: {key}}}\n");
    tokio::fs::write(directory.join("http.yml"), credentials).await.unwrap();
    let count = async |wanted: usize| {
        eventually(&format!("{wanted} alerts"), PATIENCE, async || {
            let found = get(&url, key, "/api/alerts?limit=200").await?;
            let items = found["items"].as_array()?.clone();
            (items.len() == wanted).then_some(items)
        })
        .await
    };

    let theirs = Alertmanager::start(&bin, directory).await;
    let began = jiff::Timestamp::now().to_string();
    let both = json!([alert("web-1", &began, None), alert("web-2", &began, None)]);
    theirs.tell(&both).await;
    count(2).await;
    let repeated = async |more: f64| {
        let before = duplicates(&url).await;
        eventually("a repeat", PATIENCE, async || {
            (duplicates(&url).await >= before + more).then_some(())
        })
        .await;
    };
    repeated(4.0).await;
    count(2).await;

    theirs.kill().await;
    let theirs = Alertmanager::start(&bin, directory).await;
    theirs.tell(&both).await;
    repeated(2.0).await;
    count(2).await;

    ours.kill().await;
    let address = url.trim_start_matches("http://").to_owned();
    let asked = Arc::new(AtomicUsize::new(0));
    let mut between = JoinSet::new();
    let listener = TcpListener::bind(&address).await.unwrap();
    between.spawn(unavailable(listener, asked.clone()));
    let over = jiff::Timestamp::now().to_string();
    theirs
        .tell(&json!([
            alert("web-1", &began, Some(&over)),
            alert("web-2", &began, None)
        ]))
        .await;
    eventually("Alertmanager to be refused", PATIENCE, async || {
        (asked.load(Ordering::SeqCst) > 0).then_some(())
    })
    .await;
    between.shutdown().await;
    let ours = Process::start(serve(&address)).await.unwrap();
    let resolved = eventually("the recovery", PATIENCE, async || {
        let found = get(&url, key, "/api/alerts?limit=200").await?;
        let items = found["items"].as_array()?.clone();
        items
            .into_iter()
            .find(|alert| alert["status"] == "resolved" && alert["state"] == "placed")
    })
    .await;
    assert_eq!(
        (&resolved["asset_name"], &resolved["signature"]),
        (&json!("web-1"), &json!("DiskFull"))
    );

    let read = amtool(&bin, &url, directory, "severity=critical").await;
    let said = String::from_utf8_lossy(&read.stderr);
    let listed: Value = serde_json::from_slice(&read.stdout).unwrap_or_else(|_| panic!("{said}"));
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(listed[0]["labels"]["instance"], "web-2:9100");
    let none = amtool(&bin, &url, directory, "alertname=~\"Cpu.*\"").await;
    assert_eq!(serde_json::from_slice::<Value>(&none.stdout).unwrap(), json!([]));
    theirs.kill().await;
    ours.stop().await;
}

#[tokio::test]
async fn what_the_library_of_standard_webhooks_signs_is_genuine() {
    let home = installed("standardwebhooks/install.sh").await;
    let server = Server::start(Engine::Sqlite).await;
    let acme = server.company("comp-acme").await;
    let body = r#"{"specversion":"1.0","id":"1","source":"/x","type":"disk.full","data":{"host":"db-1"}}"#;
    let second = server.second().to_string();
    let mut python = Command::new("python3");
    python
        .arg("-B")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/standardwebhooks/sign.py"))
        .args([&acme.secret, "msg_1", &second])
        .env("PYTHONPATH", home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut signing = python.spawn().unwrap();
    signing.stdin.take().unwrap().write_all(body.as_bytes()).await.unwrap();
    let signed = timeout(PATIENCE, signing.wait_with_output()).await.unwrap().unwrap();
    let signature = String::from_utf8(signed.stdout).unwrap();
    let send = async |body: &str| {
        let all = headers(&[
            ("x-api-key", acme.key.as_bytes()),
            ("webhook-id", b"msg_1"),
            ("webhook-timestamp", second.as_bytes()),
            ("webhook-signature", signature.trim().as_bytes()),
        ]);
        server
            .ask(Method::POST, "/api/webhooks/cloudevents", all, body.to_owned())
            .await
    };
    let taken = send(body).await;
    assert_eq!(
        (taken.status, &taken.json()["accepted"]),
        (200, &json!(1)),
        "{}",
        taken.text
    );
    send(&body.replace("db-1", "db-2")).await.problem(401);
    server.stop().await;
}

/// What Amazon's own verifier (npm `sns-validator`) says of SNS's messages is what we say of them: of whole ones, and of ones
/// that were changed in any field after they were signed.
#[tokio::test]
async fn amazons_verifier_and_ours_say_the_same_of_every_message() {
    let home = installed("sns-validator/install.sh").await;
    let sns = Sns::start().await;
    let server = Server::start_with(Engine::Sqlite, |flags| flags.sns_endpoint = Some(sns.url.clone())).await;
    let acme = server.company("comp-acme").await;
    let boss = server.person("boss@acme.example", Role::CompanyAdmin, &[&acme]).await;
    let intake = json!({"sns_topics": [TOPIC]}).to_string();
    let set = server
        .ask(Method::PUT, "/api/companies/comp-acme/intake", boss.headers(), intake)
        .await;
    assert_eq!(set.status, 200, "{}", set.text);
    let mut messages = Vec::new();
    // Of the third kind, the end of a subscription, it leaves the token out of what is signed, which SNS does not.
    for kind in ["Notification", "SubscriptionConfirmation"] {
        for version in ["1", "2"] {
            let whole = sns.message(kind, "2026-01-31T08:00:00.000Z", |message| {
                message["Message"] = json!("{\"AlarmName\": \"disk\", \"NewStateValue\": \"ALARM\"}");
                message["SignatureVersion"] = json!(version);
                message["MessageId"] = json!(format!("m-{kind}-{version}"));
            });
            messages.push(whole.clone());
            let mut forged = whole.clone();
            let signature = whole["Signature"].as_str().unwrap();
            let first = if signature.starts_with('A') { "B" } else { "A" };
            forged["Signature"] = json!(format!("{first}{}", &signature[1..]));
            messages.push(forged);
            for name in ["Message", "MessageId", "Timestamp", "TopicArn", "Type", "Token"] {
                if whole[name].is_string() {
                    let mut changed = whole.clone();
                    let text = whole[name].as_str().unwrap();
                    changed[name] = json!(format!("{text}x"));
                    messages.push(changed);
                }
            }
        }
    }
    let lines: String = messages
        .iter()
        .map(|message| json!({"pem": sns.pem, "message": message}).to_string() + "\n")
        .collect();
    let mut node = Command::new("node");
    node.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sns-validator/check.js"))
        .arg(&home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut checking = node.spawn().unwrap();
    checking
        .stdin
        .take()
        .unwrap()
        .write_all(lines.as_bytes())
        .await
        .unwrap();
    let checked = timeout(PATIENCE, checking.wait_with_output()).await.unwrap().unwrap();
    let theirs = String::from_utf8(checked.stdout).unwrap();
    let theirs: Vec<&str> = theirs.lines().collect();
    assert_eq!(theirs.len(), messages.len(), "{theirs:?}");
    for (message, theirs) in messages.iter().zip(theirs) {
        let key = headers(&[("x-api-key", acme.key.as_bytes())]);
        let ours = server
            .ask(Method::POST, "/api/webhooks/cloudwatch", key, message.to_string())
            .await;
        // Version 1 is of SHA-1, which is not believed here.
        let expected = theirs == "valid" && message["SignatureVersion"] == "2";
        assert_eq!(ours.status == 200, expected, "{theirs}: {} {message}", ours.text);
    }
    server.stop().await;
}
