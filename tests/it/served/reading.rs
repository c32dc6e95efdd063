//! Reading over real sockets: shapes, pages, filters, and what a stranger learns.

use std::time::Duration;

use alert_whisperer::accounts::rights::Role;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::engine;
use crate::support::server::{Company, Server, alert, headers, key};

/// Sends each, a second apart (the same bytes in the same second are the same request), and waits for the verdicts.
async fn send(server: &Server, company: &Company, bodies: &[Value]) {
    for body in bodies {
        server.clock.advance(Duration::from_secs(1));
        assert_eq!(server.deliver(company, None, body.to_string()).await.status, 200);
    }
    server.settle(company).await;
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

async fn only_incident(server: &Server, company: &Company) -> Value {
    let found = server.all(company, "/api/incidents", 200).await;
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

#[tokio::test]
async fn shapes_hold_every_promised_field() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    send(&server, &acme, &[alert("web-1", "disk"), alert("web-1", "disk")]).await;
    let incident = only_incident(&server, &acme).await;
    let fields = [
        "incident_id",
        "company_id",
        "status",
        "phase",
        "severity",
        "signature",
        "asset_name",
        "alert_count",
        "tool_sources",
        "priority_score",
        "assigned_to",
        "acknowledged_at",
        "session",
        "decision",
        "created_at",
        "updated_at",
        "resolved_at",
        "resolved_by",
    ];
    for name in fields {
        assert!(incident.get(name).is_some(), "{name}: {incident}");
    }
    assert_eq!(
        (&incident["status"], &incident["alert_count"]),
        (&json!("new"), &json!(2))
    );
    // 60 for high, 4 for two alerts, nothing else.
    assert_eq!(incident["priority_score"], 64.0);
    let id = text(&incident["incident_id"]);
    assert!(id.starts_with("inc-"));
    let one = server.get(&acme, &format!("/api/incidents/{id}")).await.json();
    assert_eq!(one["incident_id"], incident["incident_id"]);

    let alerts = server.all(&acme, &format!("/api/alerts?incident_id={id}"), 1).await;
    assert_eq!(alerts.len(), 2);
    let fields = [
        "alert_id",
        "company_id",
        "asset_name",
        "signature",
        "severity",
        "message",
        "tool_source",
        "status",
        "state",
        "fingerprint",
        "labels",
        "incident_id",
        "delivery_id",
        "starts_at",
        "received_at",
    ];
    for name in fields {
        assert!(alerts[0].get(name).is_some(), "{name}: {}", alerts[0]);
    }
    assert_eq!(alerts[0]["state"], "placed");

    let alert_id = text(&alerts[0]["alert_id"]);
    let why = server.get(&acme, &format!("/api/alerts/{alert_id}/why")).await.json();
    assert_eq!(why["incident_id"], incident["incident_id"]);
    let receipt = &why["receipt"];
    for name in [
        "layer",
        "rule",
        "rules_version",
        "key",
        "window_minutes",
        "now",
        "event_at",
    ] {
        assert!(receipt.get(name).is_some(), "{name}: {receipt}");
    }
    let timeline = server.all(&acme, &format!("/api/incidents/{id}/timeline"), 1).await;
    let kinds: Vec<&str> = timeline.iter().map(|item| text(&item["kind"])).collect();
    assert!(
        kinds.contains(&"incident.opened") && kinds.contains(&"alert.placed"),
        "{kinds:?}"
    );
    server.stop().await;
}

#[tokio::test]
async fn correlate_counts_what_came_and_what_became_of_it() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let nothing = server.settle(&acme).await;
    assert_eq!(
        (&nothing["total_alerts"], &nothing["noise_reduction_pct"]),
        (&json!(0), &Value::Null)
    );
    let storm: Vec<Value> = (0..6).map(|n| alert(["web-1", "web-2"][n % 2], "disk")).collect();
    send(&server, &acme, &storm).await;
    let counted = server
        .ask(
            Method::POST,
            "/api/incidents/correlate?company_id=comp-acme",
            key(&acme),
            "",
        )
        .await
        .json();
    assert_eq!(
        (
            &counted["total_alerts"],
            &counted["incidents_created"],
            &counted["noise_reduction_pct"]
        ),
        (&json!(6), &json!(2), &json!(66.7))
    );
    assert_eq!(counted["incidents"].as_array().unwrap().len(), 2);
    server.clock.advance(Duration::from_secs(3600));
    let since = server
        .post(&acme, "/api/incidents/correlate", &json!({"since": "30m"}))
        .await
        .json();
    assert_eq!(since["total_alerts"], 0, "{since}");
    server.stop().await;
}

#[tokio::test]
async fn pages_hold_everything_once_whatever_their_size() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let other = server.company("comp-other").await;
    let storm: Vec<Value> = (0..23).map(|n| alert(&format!("web-{n}"), "disk")).collect();
    send(&server, &acme, &[json!(storm)]).await;
    send(&server, &other, &[alert("theirs", "disk")]).await;
    for (path, id) in [("/api/alerts", "alert_id"), ("/api/incidents", "incident_id")] {
        let whole = server.all(&acme, path, 200).await;
        assert_eq!(whole.len(), 23);
        for limit in [1, 7, 23] {
            let paged = server.all(&acme, path, limit).await;
            let ids = |items: &[Value]| items.iter().map(|item| item[id].clone()).collect::<Vec<_>>();
            assert_eq!(ids(&paged), ids(&whole), "{path} by {limit}");
        }
    }
    let default = server.get(&acme, "/api/alerts").await.json();
    assert_eq!(
        (default["items"].as_array().unwrap().len(), &default["next_cursor"]),
        (23, &Value::Null)
    );
    server.stop().await;
}

#[tokio::test]
async fn filters_are_the_servers() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let mut critical = alert("db-1", "memory");
    critical["severity"] = "critical".into();
    send(&server, &acme, &[alert("web-1", "disk"), critical]).await;
    server.clock.advance(Duration::from_secs(7200));
    let mut over = alert("web-9", "disk");
    over["status"] = "resolved".into();
    send(&server, &acme, &[alert("web-2", "disk"), over]).await;

    let count = async |path: &str| server.all(&acme, path, 200).await.len();
    assert_eq!(count("/api/alerts").await, 4);
    assert_eq!(count("/api/alerts?severity=critical").await, 1);
    assert_eq!(count("/api/alerts?state=unmatched").await, 1);
    assert_eq!(count("/api/alerts?state=placed&severity=high").await, 2);
    assert_eq!(count("/api/alerts?since=1h").await, 2);
    assert_eq!(count("/api/alerts?since=2026-01-31T08:00:00Z").await, 4);
    assert_eq!(count("/api/incidents?signature=disk").await, 2);
    assert_eq!(count("/api/incidents?severity=critical&status=new").await, 1);
    assert_eq!(count("/api/incidents?status=resolved").await, 0);
    assert_eq!(count("/api/incidents?since=60m&company_id=comp-acme").await, 1);
    server.stop().await;
}

#[tokio::test]
async fn bad_parameters_are_named() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    for (path, field) in [
        ("/api/alerts?limit=0", "limit"),
        ("/api/alerts?limit=201", "limit"),
        ("/api/alerts?limit=ten", "limit"),
        ("/api/alerts?cursor=nonsense", "cursor"),
        ("/api/alerts?severity=urgent", "severity"),
        ("/api/alerts?state=lost", "state"),
        ("/api/alerts?incident_id=a%20b", "incident_id"),
        ("/api/alerts?since=yesterday", "since"),
        ("/api/alerts?limit=1&limit=2", "limit"),
        ("/api/alerts?colour=red", "colour"),
        ("/api/incidents?status=open", "status"),
        ("/api/incidents?severity=urgent", "severity"),
        ("/api/incidents?sort=age", "sort"),
    ] {
        assert_eq!(server.get(&acme, path).await.problem(400), field, "{path}");
    }
    let long = server
        .get(&acme, &format!("/api/alerts?severity={}", "x".repeat(9_000)))
        .await;
    assert_eq!(long.problem(400), "severity");
    assert!(long.text.len() < 2_000, "what was sent is not sent back whole");
    let refused = server
        .post(&acme, "/api/incidents/correlate", &json!({"since": 7}))
        .await;
    assert_eq!(refused.problem(400), "since");
    let refused = server
        .ask(Method::POST, "/api/incidents/correlate", key(&acme), "{")
        .await;
    refused.problem(400);
    server.stop().await;
}

/// Another company's things answer as things that do not exist: byte for byte, but for the trace.
#[tokio::test]
async fn what_is_anothers_does_not_exist() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let other = server.company("comp-other").await;
    send(&server, &acme, &[alert("web-1", "disk")]).await;
    let incident = text(&only_incident(&server, &acme).await["incident_id"]).to_owned();
    let alert = text(&server.all(&acme, "/api/alerts", 1).await[0]["alert_id"]).to_owned();
    // Its memory is written with its first decision.
    let memory = format!("/api/incidents/{incident}/memory");
    while server.get(&acme, &memory).await.status == 404 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let unknown = |id: &str| format!("{}0", &id[..id.len() - 1]).replace(id, "inc-none");
    for (theirs, none) in [
        (
            format!("/api/incidents/{incident}"),
            format!("/api/incidents/{}", unknown(&incident)),
        ),
        (
            format!("/api/incidents/{incident}/timeline"),
            "/api/incidents/inc-none/timeline".into(),
        ),
        (
            format!("/api/incidents/{incident}/memory"),
            "/api/incidents/inc-none/memory".into(),
        ),
        (
            format!("/api/agent/decisions/{incident}"),
            "/api/agent/decisions/inc-none".into(),
        ),
        (format!("/api/alerts/{alert}"), "/api/alerts/alr-none".into()),
        (format!("/api/alerts/{alert}/why"), "/api/alerts/alr-none/why".into()),
    ] {
        assert_eq!(server.get(&acme, &theirs).await.status, 200, "{theirs}");
        let (foreign, none) = (server.get(&other, &theirs).await, server.get(&other, &none).await);
        foreign.problem(404);
        let bare = |mut body: Value| {
            body["instance"] = Value::Null;
            body
        };
        assert_eq!(bare(foreign.without_trace()), bare(none.without_trace()), "{theirs}");
    }
    assert!(
        server
            .all(&other, &format!("/api/alerts?incident_id={incident}"), 200)
            .await
            .is_empty()
    );
    // A company that is not the caller's own is refused as one that is not there.
    for id in ["comp-acme", "comp-nowhere"] {
        let refused = server.get(&other, &format!("/api/incidents?company_id={id}")).await;
        assert_eq!(refused.problem(404), "company_id");
        let refused = server
            .post(&other, "/api/incidents/correlate", &json!({"company_id": id}))
            .await;
        assert_eq!(refused.problem(404), "company_id");
    }
    server.stop().await;
}

#[tokio::test]
async fn nothing_is_readable_without_a_key_that_may() {
    use alert_whisperer::accounts::api_key::Scope;
    let server = Server::start(engine()).await;
    let ingest = server
        .company_as("comp-in", |request| request.scopes = vec![Scope::Ingest])
        .await;
    let paths = [
        "/api/alerts",
        "/api/alerts/alr-1",
        "/api/alerts/alr-1/why",
        "/api/incidents",
        "/api/incidents/inc-1",
        "/api/incidents/inc-1/timeline",
        "/api/incidents/inc-1/memory",
        "/api/agent/decisions/inc-1",
        "/api/agent/decisions/inc-1/stream",
    ];
    for path in paths {
        let nobody = server.ask(Method::GET, path, HeaderMap::new(), "").await;
        nobody.problem(401);
        assert_eq!(nobody.header("www-authenticate"), "Bearer");
        let stranger = headers(&[("authorization", b"Bearer awk_of_nobody")]);
        server.ask(Method::GET, path, stranger, "").await.problem(401);
        server.get(&ingest, path).await.problem(403);
    }
    let decide = json!({"incident_id": "inc-1", "company_id": "comp-in"});
    server.post(&ingest, "/api/agent/decide", &decide).await.problem(403);
    server
        .post(&ingest, "/api/incidents/correlate", &json!({}))
        .await
        .problem(403);
    let answer = server.deliver(&ingest, None, alert("web-1", "disk").to_string()).await;
    assert_eq!(answer.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn what_is_no_route_is_told_as_a_problem() {
    let server = Server::start(engine()).await;
    let nowhere = server.ask(Method::GET, "/api/nowhere", HeaderMap::new(), "").await;
    nowhere.problem(404);
    let wrong = server.ask(Method::DELETE, "/api/alerts", HeaderMap::new(), "").await;
    wrong.problem(405);
    assert!(wrong.header("allow").contains("GET"), "{:?}", wrong.headers);
    // A method that sends back what was sent (RFC 9110, 9.3.8), and such as nobody knows.
    for method in ["TRACE", "PROPFIND", "BREW"] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let secret = headers(&[("x-api-key", b"awk_of_somebody")]);
        let answer = server.ask(method, "/api/alerts", secret, "").await;
        answer.problem(405);
        assert!(!answer.text.contains("awk_"), "{}", answer.text);
    }
    server.stop().await;
}

#[tokio::test]
async fn probes_answer_anybody_with_what_they_measured() {
    let server = Server::start(engine()).await;
    let ask = async |path: &str| {
        let answer = server.ask(Method::GET, path, HeaderMap::new(), "").await;
        assert_eq!(answer.status, 200, "{path}");
        answer.json()
    };
    assert_eq!(ask("/healthz").await["status"], "ok");
    assert_eq!(ask("/readyz").await["status"], "ready");
    let ping = ask("/api/agent/ping").await;
    assert_eq!((&ping["mode"], &ping["provider"]), (&json!("local"), &json!("rules")));
    assert_eq!(
        (&ping["providers_available"], &ping["ready"]),
        (&json!(["rules"]), &json!(true))
    );
    assert!(ping["uptime_s"].is_u64() && ping["commit"].is_string());
    assert_eq!(ask("/api/agent/version").await["version"], env!("CARGO_PKG_VERSION"));
    let traced = headers(&[(
        "traceparent",
        b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    )]);
    let answer = server.ask(Method::GET, "/healthz", traced, "").await;
    assert_eq!(answer.header("x-trace-id"), "4bf92f3577b34da6a3ce929d0e0e4736");
    server.stop().await;
}

#[tokio::test]
async fn who_asks_too_fast_waits_and_holds_nobody_up() {
    let server = Server::start_with(engine(), |flags| flags.api_requests_per_minute = Some(30)).await;
    let acme = server.company("comp-acme").await;
    let (ann, bob) = (
        server.member("ann@acme.example", Role::Technician, "comp-acme").await,
        server.member("bob@acme.example", Role::Technician, "comp-acme").await,
    );
    let mut statuses = Vec::new();
    for _ in 0..11 {
        statuses.push(server.get_as(&ann, "/api/incidents").await.status);
    }
    assert_eq!(statuses, [vec![200; 10], vec![429]].concat(), "a third of them at once");
    let refused = server.get_as(&ann, "/api/incidents").await;
    refused.problem(429);
    assert_eq!(refused.header("retry-after"), "2");
    assert_eq!(server.get_as(&bob, "/api/incidents").await.status, 200);
    assert_eq!(server.get(&acme, "/api/incidents").await.status, 200);
    assert_eq!(
        server
            .deliver(&acme, None, alert("web-1", "disk").to_string())
            .await
            .status,
        200,
        "alerts have a limit of their own"
    );
    server.stop().await;
}
