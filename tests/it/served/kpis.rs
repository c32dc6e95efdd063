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
    // A period has an end of its own; what is yet to come is not measured.
    let past = kpis(&server, &acme, "?since=2026-01-30T00:00:00Z&until=2026-01-31T08:00:00Z").await;
    assert_eq!(
        (&past["since"], &past["until"], &past["counts"]["incidents"]),
        (
            &json!("2026-01-30T00:00:00.000Z"),
            &json!("2026-01-31T08:00:00.000Z"),
            &json!(0)
        )
    );
    let ahead = kpis(&server, &acme, "?since=1h&until=2030-01-01T00:00:00Z").await;
    assert_eq!(
        (&ahead["until"], &ahead["counts"]["incidents"]),
        (&found["until"], &json!(1))
    );
    let other_way_round = server.get(&acme, "/api/kpis?since=1h&until=2h").await;
    assert_eq!(other_way_round.problem(400), "until");
    for query in ["since=soon", "until=soon", "days=7"] {
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

/// Two companies with incidents on two days.
async fn two_days(server: &Server) -> (Company, Company) {
    let (acme, beta) = (server.company("comp-acme").await, server.company("comp-beta").await);
    let ann = server.technician(&acme).await;
    // It is January 31st, eight o'clock.
    let first = opened(server, &acme, "web-1", 3).await;
    opened(server, &beta, "app-1", 1).await;
    server.clock.advance(Duration::from_secs(600));
    act(server, &ann, &first, "acknowledge", json!({})).await;
    act(server, &ann, &first, "resolve", json!({})).await;
    server.clock.advance(Duration::from_secs(20 * 3600));
    opened(server, &acme, "web-2", 2).await;
    (acme, beta)
}

#[tokio::test]
async fn a_series_has_every_step_of_one_company_or_of_all_that_one_reads() {
    let server = Server::start(engine()).await;
    let (_, beta) = two_days(&server).await;
    let root = server.msp_admin().await;
    let ask = async |query: &str| server.get_as(&root, &format!("/api/kpis/series?{query}")).await;
    let series = ask("since=2026-01-30T12:00:00Z&step=day").await.json();
    let empty = json!({"alerts": 0, "incidents": 0, "acknowledged": 0, "resolved": 0, "self_healed": 0});
    assert_eq!(
        series,
        json!({
            "company_id": null, "since": "2026-01-30T00:00:00.000Z", "until": "2026-02-01T04:10:00.000Z", "step": "day",
            "items": [
                {
                    "at": "2026-01-30T00:00:00.000Z", "counts": empty, "noise_reduction_pct": null,
                    "mtta_minutes": null, "mttr_minutes": null, "self_healed_pct": null, "patch_compliance_pct": null,
                },
                {
                    "at": "2026-01-31T00:00:00.000Z",
                    "counts": {"alerts": 4, "incidents": 2, "acknowledged": 1, "resolved": 1, "self_healed": 0},
                    "noise_reduction_pct": 50.0, "mtta_minutes": 10.0, "mttr_minutes": 10.0, "self_healed_pct": 0.0,
                    "patch_compliance_pct": null,
                },
                {
                    "at": "2026-02-01T00:00:00.000Z",
                    "counts": {"alerts": 2, "incidents": 1, "acknowledged": 0, "resolved": 0, "self_healed": 0},
                    "noise_reduction_pct": 50.0, "mtta_minutes": null, "mttr_minutes": null, "self_healed_pct": null,
                    "patch_compliance_pct": null,
                },
            ],
        })
    );
    // By the hour, of one company: the same, spread.
    let hours = ask("since=2026-01-31T08:30:00Z&until=2026-02-01T04:30:00Z&step=hour&company_id=comp-acme").await;
    let hours = hours.json();
    let items = hours["items"].as_array().unwrap();
    assert_eq!((&hours["company_id"], items.len()), (&json!("comp-acme"), 21));
    for (no, item) in items.iter().enumerate() {
        let expected = match no {
            0 => 3,
            20 => 2,
            _ => 0,
        };
        assert_eq!(item["counts"]["alerts"], expected, "{item}");
    }
    // Whoever reads one company is told of that one.
    let own = server.get(&beta, "/api/kpis/series").await.json();
    assert_eq!((&own["company_id"], &own["step"]), (&json!("comp-beta"), &json!("day")));
    assert_eq!(own["items"].as_array().unwrap().len(), 31);
    let ann = server.person("eve@beta.example", Role::Technician, &[&beta]).await;
    server
        .get_as(&ann, "/api/kpis/series?company_id=comp-acme")
        .await
        .problem(404);
    for (query, field) in [
        ("since=801d", "since"),
        ("since=40d&step=hour", "since"),
        ("step=week", "step"),
        ("since=1h&until=1d", "until"),
        ("until=soon", "until"),
        ("limit=5", "limit"),
    ] {
        assert_eq!(ask(query).await.problem(400), field, "{query}");
    }
    assert_eq!(ask("since=799d").await.json()["items"].as_array().unwrap().len(), 800);
    server.stop().await;
}

#[tokio::test]
async fn the_figures_of_each_company_stand_beside_each_other_with_their_sum() {
    let server = Server::start(engine()).await;
    let (acme, beta) = two_days(&server).await;
    let root = server.msp_admin().await;
    let found = server
        .get_as(
            &root,
            "/api/kpis/companies?since=2026-01-31T08:20:00Z&until=2026-02-01T00:00:00Z",
        )
        .await
        .json();
    assert_eq!(
        (&found["since"], &found["until"]),
        (&json!("2026-01-31T08:00:00.000Z"), &json!("2026-02-01T00:00:00.000Z"))
    );
    let items = found["items"].as_array().unwrap();
    let line = |item: &Value| {
        let of = |name: &str| item[name].clone();
        (
            of("company_id"),
            of("company_name"),
            item["counts"]["alerts"].clone(),
            of("mttr_minutes"),
        )
    };
    assert_eq!(
        items.iter().map(line).collect::<Vec<_>>(),
        [
            (json!("comp-acme"), json!("comp-acme"), json!(3), json!(10.0)),
            (json!("comp-beta"), json!("comp-beta"), json!(1), Value::Null),
        ]
    );
    let counts = json!({"alerts": 4, "incidents": 2, "acknowledged": 1, "resolved": 1, "self_healed": 0});
    assert_eq!(
        (&found["total"]["counts"], &found["total"]["noise_reduction_pct"]),
        (&counts, &json!(50.0))
    );
    assert_eq!(items[0]["patch_compliance_pct"], Value::Null);
    let own = server.get(&beta, "/api/kpis/companies").await.json();
    assert_eq!(own["items"].as_array().unwrap().len(), 1);
    let both = server
        .person("eve@both.example", Role::Technician, &[&acme, &beta])
        .await;
    let one = server
        .get_as(&both, "/api/kpis/companies?company_id=comp-beta")
        .await
        .json();
    assert_eq!(one["total"]["counts"]["alerts"], 1);
    let refused = server.get_as(&both, "/api/kpis/companies?company_id=comp-other").await;
    refused.problem(404);
    server.stop().await;
}
