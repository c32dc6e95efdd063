//! Figures over HTTP: measured, or null.

use std::time::Duration;

use alert_whisperer::accounts::rights::Role;
use serde_json::{Value, json};

use super::engine;
use crate::support::server::{Company, Person, Server, alert};

/// Opens an incident of so many alerts: its id.
async fn opened(server: &Server, company: &Company, asset: &str, count: usize) -> String {
    let mut last = Value::Null;
    for no in 0..count {
        // The same bytes in the same second are the same request.
        let mut sent = alert(asset, "disk");
        sent["labels"] = json!({"no": no.to_string()});
        last = server.deliver(company, None, sent.to_string()).await.json();
    }
    server.settle(company).await;
    let path = format!("/api/alerts/{}", last["alert_id"].as_str().unwrap());
    let placed = server.get(company, &path).await.json();
    placed["incident_id"].as_str().unwrap().to_owned()
}

async fn act(server: &Server, person: &Person, id: &str, act: &str, body: Value) {
    let path = format!("/api/incidents/{id}/{act}?company_id=comp-acme");
    let done = server.post_as(person, &path, &body).await;
    assert_eq!(done.status, 200, "{act}: {}", done.text);
}

async fn kpis(server: &Server, company: &Company, query: &str) -> Value {
    server.get(company, &format!("/api/kpis{query}")).await.json()
}

#[tokio::test]
async fn figures_are_measured_or_null() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let other = server.company("comp-other").await;
    let ann = server.technician(&acme).await;
    let nothing = json!({
        "company_id": "comp-acme", "since": "2026-01-01T08:00:00.000Z", "until": "2026-01-31T08:00:00.000Z",
        "noise_reduction_pct": null, "mtta_minutes": null, "mttr_minutes": null, "self_healed_pct": null,
        "patch_compliance_pct": null,
        "counts": {"alerts": 0, "incidents": 0, "acknowledged": 0, "resolved": 0, "self_healed": 0},
    });
    assert_eq!(kpis(&server, &acme, "").await, nothing);

    let first = opened(&server, &acme, "web-1", 3).await;
    let second = opened(&server, &acme, "web-2", 2).await;
    server.clock.advance(Duration::from_secs(90));
    act(&server, &ann, &first, "acknowledge", json!({})).await;
    server.clock.advance(Duration::from_secs(660));
    act(&server, &ann, &first, "resolve", json!({})).await;
    let found = kpis(&server, &acme, "?since=1h").await;
    assert_eq!(
        found,
        json!({
            "company_id": "comp-acme", "since": "2026-01-31T07:00:00.000Z", "until": "2026-01-31T08:12:30.000Z",
            "noise_reduction_pct": 60.0, "mtta_minutes": 1.5, "mttr_minutes": 12.5, "self_healed_pct": 0.0,
            "patch_compliance_pct": null,
            "counts": {"alerts": 5, "incidents": 2, "acknowledged": 1, "resolved": 1, "self_healed": 0},
        })
    );
    // What is taken back is subtracted; what is merged is one incident.
    act(&server, &ann, &first, "reopen", json!({})).await;
    act(&server, &ann, &first, "merge", json!({"incident_ids": [second]})).await;
    let found = kpis(&server, &acme, "").await;
    let counts = json!({"alerts": 5, "incidents": 1, "acknowledged": 1, "resolved": 0, "self_healed": 0});
    assert_eq!(
        (&found["counts"], &found["noise_reduction_pct"], &found["mttr_minutes"]),
        (&counts, &json!(80.0), &Value::Null)
    );
    assert_eq!(kpis(&server, &other, "").await["counts"], nothing["counts"]);
    for query in ["since=soon", "until=1h", "days=7"] {
        server.get(&acme, &format!("/api/kpis?{query}")).await.problem(400);
    }
    server.stop().await;
}

#[tokio::test]
async fn an_impact_compares_as_many_days_after_as_before() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    for (minutes, asset) in [(20, "web-1"), (10, "web-2"), (6, "web-3")] {
        let id = opened(&server, &acme, asset, 2).await;
        server.clock.advance(Duration::from_secs(minutes * 60));
        let email = format!("{asset}@acme.example");
        let person = server.person(&email, Role::Technician, &[&acme]).await;
        act(&server, &person, &id, "resolve", json!({})).await;
        server.clock.advance(Duration::from_secs(3 * 24 * 3600 - minutes * 60));
    }
    // Opened on January 31st, February 3rd and 6th, at eight; it is the 9th.
    let ask = async |query: &str| server.get(&acme, &format!("/api/kpis/impact?{query}")).await;
    let found = ask("at=2026-02-05T08:30:00Z&days=5").await.json();
    assert_eq!(
        (&found["at"], &found["days"], &found["company_id"]),
        (&json!("2026-02-05T08:00:00.000Z"), &json!(5), &json!("comp-acme"))
    );
    let (before, after) = (&found["before"], &found["after"]);
    assert_eq!(
        (&before["since"], &before["until"], &before["mttr_minutes"]),
        (&json!("2026-01-31T08:00:00.000Z"), &found["at"], &json!(15.0))
    );
    assert_eq!(
        (&after["since"], &after["until"], &after["mttr_minutes"]),
        (&found["at"], &json!("2026-02-09T08:00:00.000Z"), &json!(6.0))
    );
    assert_eq!(
        (
            &found["mttr_improvement_pct"],
            &found["mtta_improvement_pct"],
            &found["noise_reduction_improvement_points"],
            &found["self_healed_improvement_points"]
        ),
        (&json!(60.0), &Value::Null, &json!(0.0), &json!(0.0))
    );
    // A week each, up to now; nothing was there in the one before.
    let found = ask("").await.json();
    assert_eq!(
        (&found["at"], &found["days"]),
        (&json!("2026-02-02T08:00:00.000Z"), &json!(7))
    );
    assert_eq!(found["before"]["counts"]["incidents"], 1);
    let found = ask("at=2026-01-31T08:00:00Z").await.json();
    assert_eq!(found["before"]["mttr_minutes"], Value::Null);
    assert_eq!(found["mttr_improvement_pct"], Value::Null);
    // What has not come yet is not measured.
    let found = ask("at=2030-01-31T08:00:00Z&days=90").await.json();
    assert_eq!(found["after"]["until"], "2030-01-31T08:00:00.000Z");
    for query in ["days=0", "days=91", "days=x", "at=soon", "since=1h"] {
        ask(query).await.problem(400);
    }
    // A person names the company; another's is none.
    let ann = server.technician(&acme).await;
    let other = server.company("comp-other").await;
    let bob = server.person("bob@other.example", Role::Technician, &[&other]).await;
    let path = "/api/kpis/impact?company_id=comp-acme";
    assert_eq!(server.get_as(&ann, path).await.status, 200);
    server.get_as(&bob, path).await.problem(404);
    server.stop().await;
}
