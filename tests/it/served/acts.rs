//! What people do to incidents, over real sockets. (What each act means is tested on virtual time, in `life`.)

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::engine;
use crate::support::process::{PATIENCE, eventually};
use crate::support::server::{Answer, Company, Person, Server, alert};

/// Opens an incident on an asset; its id.
async fn opened(server: &Server, company: &Company, asset: &str) -> String {
    let sent = server
        .deliver(company, None, alert(asset, "disk").to_string())
        .await
        .json();
    server.settle(company).await;
    let path = format!("/api/alerts/{}", sent["alert_id"].as_str().unwrap());
    server.get(company, &path).await.json()["incident_id"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn act(server: &Server, person: &Person, id: &str, act: &str, body: &Value) -> Answer {
    server
        .post_as(person, &format!("/api/incidents/{id}/{act}"), body)
        .await
}

async fn patch(server: &Server, person: &Person, id: &str, body: &Value) -> Answer {
    let path = format!("/api/incidents/{id}");
    server
        .ask(Method::PATCH, &path, person.headers(), body.to_string())
        .await
}

async fn kinds(server: &Server, company: &Company, id: &str) -> Vec<String> {
    let timeline = server.all(company, &format!("/api/incidents/{id}/timeline"), 200).await;
    timeline
        .iter()
        .map(|item| item["kind"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn an_incident_is_taken_through_its_life_by_hand() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let ann = server.technician(&acme).await;
    let id = opened(&server, &acme, "web-1").await;
    let empty = json!({});
    server.clock.advance(Duration::from_secs(90));
    let taken = act(&server, &ann, &id, "acknowledge", &empty).await.json();
    assert_eq!(
        (&taken["status"], &taken["acknowledged_at"]),
        (&json!("in_progress"), &json!("2026-01-31T08:01:30.000Z"))
    );
    let updated = patch(&server, &ann, &id, &json!({"assigned_to": ann.id, "note": "looking"}))
        .await
        .json();
    assert_eq!(updated["assigned_to"], json!(ann.id));
    let freed = patch(&server, &ann, &id, &json!({"assigned_to": null})).await.json();
    assert_eq!(freed["assigned_to"], Value::Null);
    let escalated = act(&server, &ann, &id, "escalate", &json!({"reason": "beyond me"}))
        .await
        .json();
    assert_eq!(escalated["status"], "escalated");
    let why = server
        .get_as(&ann, &format!("/api/incidents/{id}/why?company_id={}", acme.id))
        .await
        .json();
    let needs = json!({"since": "2026-01-31T08:01:30.000Z", "by": ann.id, "why": "beyond me", "runbook": null});
    assert_eq!(why["needs_human"], needs, "{why}");
    let resolved = act(&server, &ann, &id, "resolve", &empty).await.json();
    assert_eq!(
        (&resolved["status"], &resolved["phase"]),
        (&json!("resolved"), &json!("resolved"))
    );
    assert!(
        resolved["resolved_by"].as_str().unwrap().starts_with("usr-"),
        "{resolved}"
    );
    assert_eq!(act(&server, &ann, &id, "acknowledge", &empty).await.status, 409);
    let reopened = act(&server, &ann, &id, "reopen", &empty).await.json();
    assert_eq!(
        (&reopened["resolved_at"], &reopened["resolved_by"]),
        (&Value::Null, &Value::Null)
    );
    assert_ne!(reopened["status"], "resolved");
    let kinds = kinds(&server, &acme, &id).await;
    assert!(
        kinds.iter().filter(|kind| *kind == "incident.changed").count() >= 4,
        "{kinds:?}"
    );
    assert!(kinds.contains(&"incident.resolved".to_owned()), "{kinds:?}");
    server.stop().await;
}

#[tokio::test]
async fn a_snoozed_incident_is_hidden_where_it_is_asked_for() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let ann = server.technician(&acme).await;
    let id = opened(&server, &acme, "web-1").await;
    opened(&server, &acme, "web-2").await;
    let snoozed = act(&server, &ann, &id, "snooze", &json!({"minutes": 30})).await;
    assert_eq!(snoozed.status, 200, "{}", snoozed.text);
    assert_eq!(server.all(&acme, "/api/incidents?snoozed=false", 10).await.len(), 1);
    let hidden = server.all(&acme, "/api/incidents?snoozed=true", 10).await;
    assert_eq!((hidden.len(), &hidden[0]["incident_id"]), (1, &json!(id)));
    assert_eq!(server.all(&acme, "/api/incidents", 10).await.len(), 2);
    server.clock.advance(Duration::from_secs(1801));
    let awake = async || (server.all(&acme, "/api/incidents?snoozed=false", 10).await.len() == 2).then_some(());
    eventually("its waking", PATIENCE, awake).await;
    server.stop().await;
}

#[tokio::test]
async fn incidents_are_merged_and_split() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let ann = server.technician(&acme).await;
    let (first, second) = (
        opened(&server, &acme, "web-1").await,
        opened(&server, &acme, "web-2").await,
    );
    let merged = act(&server, &ann, &first, "merge", &json!({"incident_ids": [second]}))
        .await
        .json();
    assert_eq!(
        (&merged["incident_id"], &merged["alert_count"]),
        (&json!(first), &json!(2))
    );
    let gone = server.get(&acme, &format!("/api/incidents/{second}")).await.json();
    assert_eq!(
        (&gone["status"], &gone["merged_into"]),
        (&json!("resolved"), &json!(first))
    );
    let why = server.get(&acme, &format!("/api/incidents/{second}/why")).await.json();
    assert_eq!(
        (&why["ended"]["by"], &why["ended"]["merged_into"]),
        (&json!("merge"), &json!(first)),
        "{why}"
    );
    let alerts = server.all(&acme, &format!("/api/alerts?incident_id={first}"), 10).await;
    let of_second = alerts.iter().find(|alert| alert["asset_name"] == "web-2").unwrap();
    let split = json!({"alert_ids": [of_second["alert_id"]]});
    let apart = act(&server, &ann, &first, "split", &split).await.json();
    assert_ne!(apart["incident_id"], first.as_str());
    assert_eq!(
        (&apart["alert_count"], &apart["asset_name"]),
        (&json!(1), &json!("web-2"))
    );
    let left = server.get(&acme, &format!("/api/incidents/{first}")).await.json();
    assert_eq!(left["alert_count"], 1);
    server.stop().await;
}

#[tokio::test]
async fn an_act_that_cannot_be_is_told_why() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let ann = server.technician(&acme).await;
    let id = opened(&server, &acme, "web-1").await;
    for (name, body, field) in [
        ("snooze", json!({}), "until"),
        ("snooze", json!({"minutes": 0}), "minutes"),
        ("snooze", json!({"minutes": 60 * 24 * 31}), "minutes"),
        ("snooze", json!({"until": "2001-01-01T00:00:00Z"}), "until"),
        ("snooze", json!({"until": "tomorrow"}), "until"),
        ("escalate", json!({"reason": ""}), "reason"),
        ("escalate", json!({"why": "x"}), "why"),
        ("merge", json!({"incident_ids": []}), "incident_ids"),
        ("merge", json!({"incident_ids": [id]}), "incident_ids"),
        ("split", json!({"alert_ids": []}), "alert_ids"),
        ("split", json!({"alert_ids": ["x"]}), "alert_ids[0]"),
        ("acknowledge", json!({"force": true}), "force"),
    ] {
        assert_eq!(
            act(&server, &ann, &id, name, &body).await.problem(400),
            field,
            "{name} {body}"
        );
    }
    for (body, field) in [
        (json!({}), ""),
        (json!({"assigned_to": ""}), "assigned_to"),
        (json!({"note": "x".repeat(2001)}), "note"),
        (json!({"status": "resolved"}), "status"),
    ] {
        assert_eq!(patch(&server, &ann, &id, &body).await.problem(400), field, "{body}");
    }
    let unknown = json!({"incident_ids": ["inc-unknown"]});
    assert_eq!(
        act(&server, &ann, &id, "merge", &unknown).await.problem(404),
        "incident_ids"
    );
    let whole = server.all(&acme, &format!("/api/alerts?incident_id={id}"), 10).await[0]["alert_id"].clone();
    assert_eq!(
        act(&server, &ann, &id, "split", &json!({"alert_ids": [whole]}))
            .await
            .problem(400),
        "alert_ids"
    );
    act(&server, &ann, &id, "reopen", &json!({})).await.problem(409);
    server.stop().await;
}

#[tokio::test]
async fn acts_need_their_own_right_and_reach_no_other_company() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let ann = server.technician(&acme).await;
    let other = server.company("comp-other").await;
    let bob = server.technician(&other).await;
    let id = opened(&server, &acme, "web-1").await;
    let bodies = [
        ("acknowledge", json!({})),
        ("resolve", json!({})),
        ("reopen", json!({})),
        ("escalate", json!({})),
        ("snooze", json!({"minutes": 5})),
        ("merge", json!({"incident_ids": ["inc-x"]})),
        ("split", json!({"alert_ids": ["alr-01a2098dd6d57bb5ad94498c2db57751"]})),
    ];
    for (name, body) in &bodies {
        act(&server, &bob, &id, name, body).await.problem(404);
        act(&server, &ann, "inc-unknown", name, body).await.problem(404);
        let path = format!("/api/incidents/{id}/{name}");
        server.post(&acme, &path, body).await.problem(403);
        server
            .ask(Method::POST, &path, Default::default(), body.to_string())
            .await
            .problem(401);
    }
    patch(&server, &bob, &id, &json!({"note": "hello"})).await.problem(404);
    let untouched = server.get(&acme, &format!("/api/incidents/{id}")).await.json();
    assert_eq!(untouched["status"], "new");
    server.stop().await;
}

#[tokio::test]
async fn an_incident_is_assigned_to_somebody_who_works_there() {
    let server = Server::start(engine()).await;
    let (acme, globex) = (server.company("comp-acme").await, server.company("comp-globex").await);
    let root = server.msp_admin().await;
    let ann = server.technician(&acme).await;
    let stranger = server.technician(&globex).await;
    let id = opened(&server, &acme, "web-1").await;
    let members = server.get_as(&ann, "/api/companies/comp-acme/members").await.json();
    let ids: Vec<&Value> = members["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| &member["user_id"])
        .collect();
    assert!(ids.contains(&&json!(ann.id)) && ids.contains(&&json!(root.id)) && !ids.contains(&&json!(stranger.id)));
    for who in [ann.id.as_str(), "Comp-Acme@technicians.example", root.id.as_str()] {
        let assigned = patch(&server, &ann, &id, &json!({"assigned_to": who})).await.json();
        assert!(ids.contains(&&assigned["assigned_to"]), "{who}: {assigned}");
    }
    for who in [stranger.id.as_str(), "comp-globex@technicians.example", "nobody", ""] {
        assert_eq!(
            patch(&server, &ann, &id, &json!({"assigned_to": who}))
                .await
                .problem(400),
            "assigned_to"
        );
    }
    server.stop().await;
}
