//! What is open, in short, over all companies that one reads.

use std::time::Duration;

use alert_whisperer::accounts::rights::Role;
use serde_json::{Value, json};

use super::engine;
use crate::support::server::{Company, Person, Server, alert};

/// Opens an incident for each asset, a second apart.
async fn open(server: &Server, company: &Company, assets: &[&str]) {
    for asset in assets {
        server.clock.advance(Duration::from_secs(1));
        let sent = alert(asset, "disk").to_string();
        assert_eq!(server.deliver(company, None, sent).await.status, 200);
    }
    server.settle(company).await;
}

/// Every line, page by page, as `company/asset`.
async fn all(server: &Server, person: &Person, query: &str) -> Vec<String> {
    let (mut lines, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/incidents/unresolved?{query}{cursor}");
        let answer = server.get_as(person, &path).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let page = answer.json();
        for line in page["items"].as_array().unwrap() {
            let text = |name: &str| line[name].as_str().unwrap().to_owned();
            lines.push(format!("{}/{}", text("company_id"), text("asset_name")));
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return lines,
        }
    }
}

#[tokio::test]
async fn all_that_one_reads_is_there_company_by_company_newest_first() {
    let server = Server::start(engine()).await;
    let (acme, beta) = (server.company("comp-acme").await, server.company("comp-beta").await);
    let globex = server.company("comp-globex").await;
    server.company("comp-empty").await;
    open(&server, &acme, &["web-1", "web-2", "web-3"]).await;
    open(&server, &globex, &["db-1"]).await;
    open(&server, &beta, &["app-1", "app-2"]).await;
    let root = server.msp_admin().await;
    let everything = [
        "comp-acme/web-3",
        "comp-acme/web-2",
        "comp-acme/web-1",
        "comp-beta/app-2",
        "comp-beta/app-1",
        "comp-globex/db-1",
    ];
    for limit in ["limit=1", "limit=2", "limit=4", "limit=1000", ""] {
        assert_eq!(all(&server, &root, limit).await, everything, "{limit}");
    }
    assert_eq!(all(&server, &root, "company_id=comp-beta").await, everything[3..5]);
    let ann = server
        .person("ann@two.example", Role::Technician, &[&acme, &globex])
        .await;
    assert_eq!(
        all(&server, &ann, "limit=2").await,
        [&everything[..3], &everything[5..]].concat()
    );
    server
        .get_as(&ann, "/api/incidents/unresolved?company_id=comp-beta")
        .await
        .problem(404);
    // A key reads its own company's.
    let own = server.get(&beta, "/api/incidents/unresolved").await.json();
    assert_eq!(own["items"].as_array().unwrap().len(), 2);
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("cursor=x", "cursor"),
        ("status=new", "status"),
    ] {
        let path = format!("/api/incidents/unresolved?{query}");
        assert_eq!(server.get_as(&root, &path).await.problem(400), field);
    }
    server.stop().await;
}

#[tokio::test]
async fn a_line_says_what_a_board_shows() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let ann = server.technician(&acme).await;
    open(&server, &acme, &["web-1", "web-2"]).await;
    let mut decided = Value::Null;
    for _ in 0..200 {
        let page = server.get(&acme, "/api/incidents/unresolved").await.json();
        decided = page["items"][1].clone();
        if !decided["recommendation"].is_null() && decided["phase"] == "open" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let id = decided["incident_id"].as_str().unwrap();
    let whole = server.get(&acme, &format!("/api/incidents/{id}")).await.json();
    for name in [
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
        "snoozed_until",
        "flapping",
        "clocks",
        "created_at",
    ] {
        assert_eq!(decided[name], whole[name], "{name}");
    }
    assert_eq!(
        (
            &decided["recommendation"],
            &decided["confidence"],
            &decided["suppressed"]
        ),
        (
            &whole["decision"]["recommendation"],
            &whole["decision"]["confidence"],
            &json!(false)
        )
    );
    let done = server
        .post_as(&ann, &format!("/api/incidents/{id}/resolve"), &json!({}))
        .await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!(all(&server, &ann, "").await, ["comp-acme/web-2"]);
    server.stop().await;
}
