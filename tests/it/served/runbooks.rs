//! The runbooks there are, and what a company's policy asks for before one runs.

use alert_whisperer::accounts::rights::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::engine;
use crate::support::server::{Answer, Company, Person, Server};

async fn policy(server: &Server, person: &Person, asked: Value) -> Answer {
    let path = "/api/companies/comp-acme/policy";
    server.ask(Method::PUT, path, person.headers(), asked.to_string()).await
}

/// What each risk needs, as the list of runbooks says it.
async fn needs(server: &Server, company: &Company, risk: &str) -> Value {
    let listed = server.get(company, "/api/runbooks").await.json();
    let items = listed["items"].as_array().unwrap().clone();
    let of_risk: Vec<&Value> = items.iter().filter(|item| item["risk"] == risk).collect();
    let needs = of_risk[0]["needs"].clone();
    assert!(of_risk.iter().all(|item| item["needs"] == needs), "{listed}");
    needs
}

#[tokio::test]
async fn a_policy_says_what_each_runbook_needs_and_holds_at_once() {
    let server = Server::start(engine()).await;
    let (acme, globex) = (server.company("comp-acme").await, server.company("comp-globex").await);
    let boss = server.person("boss@acme.example", Role::CompanyAdmin, &[&acme]).await;
    let ann = server.technician(&acme).await;
    let need = |approver: &str, approvals: u32, own_counts: bool| json!({"approver": approver, "approvals": approvals, "own_counts": own_counts});
    assert_eq!(needs(&server, &acme, "low").await, need("technician", 1, true));
    assert_eq!(needs(&server, &acme, "medium").await, need("company_admin", 1, true));
    assert_eq!(needs(&server, &acme, "high").await, need("msp_admin", 1, false));

    let asked = json!({"low_risk_by_itself": true, "high_risk_approvals": 2});
    policy(&server, &ann, asked.clone()).await.problem(403);
    let set = policy(&server, &boss, asked).await;
    assert_eq!(set.status, 200, "{}", set.text);
    assert_eq!(needs(&server, &acme, "low").await, need("technician", 0, true));
    assert_eq!(needs(&server, &acme, "medium").await, need("company_admin", 1, true));
    assert_eq!(needs(&server, &acme, "high").await, need("msp_admin", 2, false));
    assert_eq!(needs(&server, &globex, "high").await, need("msp_admin", 1, false));

    assert_eq!(policy(&server, &boss, json!({"stopped": true})).await.status, 200);
    for risk in ["low", "medium", "high"] {
        assert_eq!(needs(&server, &acme, risk).await, Value::Null);
    }
    let shown = server.get_as(&ann, "/api/companies/comp-acme/policy").await.json();
    assert_eq!(shown["stopped"], json!(true));
    // A document that was written before there were policies does not start what is stopped.
    let older = json!({"name": "Acme"});
    let path = "/api/companies/comp-acme/config";
    let kept = server.ask(Method::PUT, path, boss.headers(), older.to_string()).await;
    assert_eq!(kept.status, 200, "{}", kept.text);
    let changes = kept.json()["changes"].clone();
    let of_a_section = |name: &String| name.starts_with("policy.") || name.starts_with("retention.");
    assert!(!changes.as_object().unwrap().keys().any(of_a_section), "{changes}");
    let document = server.get_as(&boss, path).await.json();
    assert_eq!(
        (&document["policy"]["stopped"], &document["retention"]["alert_days"]),
        (&json!(true), &json!(90))
    );
    for (asked, field) in [
        (json!({"high_risk_approvals": 3}), "policy.high_risk_approvals"),
        (json!({"high_risk_approvals": 0}), "policy.high_risk_approvals"),
        (json!({"stop": true}), "stop"),
        (json!({"stopped": "yes"}), "stopped"),
    ] {
        let refused = policy(&server, &boss, asked.clone()).await.problem(400);
        assert!(field.ends_with(&refused), "{asked}: {refused}");
    }
}

#[tokio::test]
async fn what_an_msp_admin_has_locked_a_companys_admin_does_not_take_back() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let root = server.msp_admin().await;
    let boss = server.person("boss@acme.example", Role::CompanyAdmin, &[&acme]).await;
    let config = "/api/companies/comp-acme/config";
    let apply = async |person: &Person, path: &str, document: &Value| {
        server
            .ask(Method::PUT, path, person.headers(), document.to_string())
            .await
    };
    let locking = policy(&server, &boss, json!({"locked": true})).await;
    assert_eq!(locking.problem(403), "locked");
    assert_eq!(policy(&server, &root, json!({"locked": true})).await.status, 200);
    // Stopping is everybody's who administers the company; letting go on is not.
    let stop = json!({"stopped": true, "locked": true});
    assert_eq!(policy(&server, &boss, stop).await.status, 200);
    for asked in [json!({}), json!({"stopped": true}), json!({"locked": true})] {
        let refused = policy(&server, &boss, asked.clone()).await;
        assert_eq!(refused.problem(403), "policy", "{asked}");
        assert!(refused.text.contains("MSP admin"), "{}", refused.text);
    }
    let document = server.get_as(&boss, config).await.json();
    assert_eq!(document["policy"]["locked"], json!(true));
    let mut changed = document.clone();
    changed["policy"] = json!({"stopped": false});
    for path in [config.to_owned(), format!("{config}?dry_run=true")] {
        assert_eq!(apply(&boss, &path, &changed).await.problem(403), "policy", "{path}");
    }
    // The rest of the document is still his, beside a policy that is as it was.
    changed["policy"] = document["policy"].clone();
    changed["name"] = json!("Acme & Sons");
    assert_eq!(apply(&boss, config, &changed).await.status, 200);
    assert_eq!(needs(&server, &acme, "low").await, Value::Null);
    assert_eq!(policy(&server, &root, json!({"stopped": true})).await.status, 200);
    assert_eq!(
        policy(&server, &boss, json!({})).await.status,
        200,
        "not locked any more"
    );
    server.stop().await;
}

#[tokio::test]
async fn a_runbook_is_shown_whole_by_its_id() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let listed = server.get(&acme, "/api/runbooks").await.json();
    let listed = listed["items"].as_array().unwrap();
    assert!(listed.len() >= 10, "{listed:?}");
    for item in listed {
        let id = item["runbook_id"].as_str().unwrap();
        let shown = server.get(&acme, &format!("/api/runbooks/{id}")).await.json();
        for name in ["slug", "version", "title", "risk", "signatures", "needs"] {
            assert_eq!(shown[name], item[name], "{id}: {name}");
        }
        for name in ["script", "dry_run", "parameters", "timeout_seconds", "blast_radius"] {
            assert!(!shown[name].is_null(), "{id}: {name}");
        }
    }
    server.get(&acme, "/api/runbooks/rbk-none").await.problem(404);
}
