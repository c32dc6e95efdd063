//! What the platform shows of itself: the living tree, measures, dead letters, releases.

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::engine;
use crate::support::server::{Company, Server, alert};

async fn open_one(server: &Server, company: &Company) {
    let sent = server.deliver(company, None, alert("web-1", "disk").to_string()).await;
    assert_eq!(sent.status, 200);
    server.settle(company).await;
}

async fn nobody(server: &Server, path: &str) -> crate::support::server::Answer {
    server.ask(Method::GET, path, HeaderMap::new(), "").await
}

fn kinds(answer: &Value) -> Vec<&str> {
    let items = answer["items"].as_array().unwrap();
    items.iter().map(|item| item["kind"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_company_sees_its_own_part_of_the_tree() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let other = server.company("comp-other").await;
    open_one(&server, &acme).await;
    open_one(&server, &other).await;
    let tree = server.get(&acme, "/api/system/actors").await.json();
    assert_eq!(kinds(&tree), ["tenant", "correlator", "incident"]);
    for item in tree["items"].as_array().unwrap() {
        assert_eq!(item["company_id"], "comp-acme");
        for name in ["id", "state", "restarts", "queue", "handled", "age_s"] {
            assert!(!item[name].is_null(), "{name}: {item}");
        }
    }
    assert_eq!(
        server
            .get(&acme, "/api/system/actors?company_id=comp-other")
            .await
            .problem(404),
        "company_id"
    );
    nobody(&server, "/api/system/actors").await.problem(401);
    nobody(&server, "/metrics").await.problem(401);
    server.get(&acme, "/metrics").await.problem(403);
    server.stop().await;
}

#[tokio::test]
async fn who_runs_the_platform_sees_all_of_it() {
    let server = Server::start(engine()).await;
    let root = server.msp_admin().await;
    let acme = server.company("comp-acme").await;
    open_one(&server, &acme).await;
    let tree = server.get_as(&root, "/api/system/actors").await.json();
    assert_eq!(
        kinds(&tree),
        ["root", "tenants", "sweeper", "tenant", "correlator", "incident"]
    );
    let own = server
        .get_as(&root, "/api/system/actors?company_id=comp-acme")
        .await
        .json();
    assert_eq!(kinds(&own), ["tenant", "correlator", "incident"]);
    assert_eq!(own["total"], 3);
    // Somebody has waited for the verdicts, and nobody does any more.
    assert_eq!(own["items"][1]["queue"], 0);
    assert_eq!(
        server.get_as(&root, "/api/system/dead-letters").await.problem(400),
        "company_id"
    );
    let none = server
        .get_as(&root, "/api/system/dead-letters?company_id=comp-acme")
        .await
        .json();
    assert_eq!(none["items"], json!([]));
    for of_none in ["dead-letters", "actors"] {
        server
            .get_as(&root, &format!("/api/system/{of_none}?company_id=comp-none"))
            .await
            .problem(404);
    }
    server
        .get(&acme, "/api/system/actors?company_id=comp-x")
        .await
        .problem(404);
    nobody(&server, "/api/incidents").await.problem(401);
    assert_eq!(server.get_as(&root, "/metrics").await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn measures_count_what_happened() {
    let server = Server::start_with(engine(), |flags| flags.metrics_from = Some(vec!["127.0.0.0/8".into()])).await;
    let acme = server.company("comp-acme").await;
    let before = Measures::of(&server).await;
    open_one(&server, &acme).await;
    let body = json!([alert("web-2", "memory"), alert("web-3", "memory")]).to_string();
    server.deliver(&acme, Some("d-1"), &body).await;
    server.deliver(&acme, Some("d-1"), &body).await;
    server.deliver(&acme, None, "{").await.problem(400);
    server.settle(&acme).await;
    let decide = json!({"incident_id": "x", "company_id": "comp-acme",
        "incident_data": {"severity": "low", "signature": "disk"}});
    server.post(&acme, "/api/agent/decide", &decide).await;
    let after = Measures::of(&server).await;
    let dead_letters = r#"alert_whisperer_placements_total{state="dead_letter"}"#;
    assert!(
        after.0.iter().any(|(name, _)| name == dead_letters),
        "an alarm has to see the first one"
    );
    let grown = |series: &str| after.get(series) - before.get(series);
    assert_eq!(grown(r#"alert_whisperer_alerts_accepted_total{result="new"}"#), 3.0);
    assert_eq!(
        grown(r#"alert_whisperer_alerts_accepted_total{result="duplicate"}"#),
        2.0
    );
    assert_eq!(grown(r#"alert_whisperer_webhooks_refused_total{code="invalid"}"#), 1.0);
    assert_eq!(grown(r#"alert_whisperer_placements_total{state="placed"}"#), 3.0);
    assert_eq!(grown("alert_whisperer_accept_seconds_count"), 3.0);
    assert_eq!(grown("alert_whisperer_placement_lag_seconds_count"), 3.0);
    assert!(grown(r#"alert_whisperer_decisions_total{engine="rules"}"#) >= 1.0);
    assert!(grown(r#"alert_whisperer_store_commits_total{outcome="committed"}"#) >= 3.0);
    assert!(grown("alert_whisperer_store_commit_operations_count") >= 3.0);
    assert_eq!(after.get(r#"alert_whisperer_actors{kind="tenant"}"#), 1.0);
    assert_eq!(
        after.get(r#"alert_whisperer_actor_restarts_total{kind="correlator"}"#),
        0.0
    );
    assert!(after.get("alert_whisperer_uptime_seconds") > 0.0);
    server.stop().await;
}

/// What `/metrics` shows: series and values.
struct Measures(Vec<(String, f64)>);

impl Measures {
    async fn of(server: &Server) -> Self {
        let answer = nobody(server, "/metrics").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(answer.header("content-type").starts_with("text/plain; version=0.0.4"));
        let lines = answer
            .text
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty());
        let series = lines.map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        });
        Self(series.collect())
    }

    /// A series that nothing has touched is not shown.
    fn get(&self, series: &str) -> f64 {
        self.0
            .iter()
            .find(|(name, _)| name == series)
            .map_or(0.0, |(_, value)| *value)
    }
}
