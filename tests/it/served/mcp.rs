//! MCP: the client of PyPI lists and calls the tools, under its caller's rights and no others.

mod protocol;

use std::sync::Arc;

use alert_whisperer::accounts::api_key::Scope;
use alert_whisperer::accounts::rights::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::engine;
use crate::support::mcp::{over_http, over_stdio};
use crate::support::process::{binary, said};
use crate::support::server::{Company, Person, Server, alert};
use crate::support::ssm::{Machine, Ssm};

const ALL: [&str; 6] = [
    "incidents_search",
    "incident_read",
    "decide",
    "runbook_propose",
    "memory_search",
    "kpis",
];

/// An incident of a company.
async fn incident(server: &Server, company: &Company, asset: &str, signature: &str) -> String {
    let sent = server
        .deliver(company, None, alert(asset, signature).to_string())
        .await
        .json();
    server.settle(company).await;
    let path = format!("/api/alerts/{}", sent["alert_id"].as_str().unwrap());
    let shown = server.get(company, &path).await.json();
    shown["incident_id"].as_str().unwrap().to_owned()
}

async fn ask(server: &Server, token: &str, mode: &str, steps: Value) -> Vec<Value> {
    let bearer = format!("Bearer {token}");
    let url = format!("{}/mcp", server.url);
    over_http(&url, mode, &[("authorization", &bearer)], steps)
        .await
        .answers
}

fn names(listed: &Value) -> Vec<&str> {
    let tools = listed["tools"].as_array().unwrap().iter();
    tools.map(|tool| tool["name"].as_str().unwrap()).collect()
}

/// What a call gave.
#[track_caller]
fn given(answer: &Value) -> &Value {
    assert_ne!(answer["isError"], true, "{answer}");
    let text = answer["content"][0]["text"].as_str().unwrap();
    let given = &answer["structuredContent"];
    assert_eq!(&serde_json::from_str::<Value>(text).unwrap(), given);
    given
}

/// What a call was refused with: status, field and words.
#[track_caller]
fn refused(answer: &Value) -> (u64, &str, &str) {
    assert_eq!(answer["isError"], true, "{answer}");
    let problem = &answer["structuredContent"];
    let field = problem["field"].as_str().unwrap_or_default();
    (
        problem["status"].as_u64().unwrap(),
        field,
        answer["content"][0]["text"].as_str().unwrap(),
    )
}

#[tokio::test]
async fn the_client_lists_and_calls_the_tools_whichever_way_it_speaks() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let ann = server.technician(&acme).await;
    let id = incident(&server, &acme, "web-1", "disk").await;
    // What is counted lies before now.
    server.clock.advance(std::time::Duration::from_secs(60));
    let uri = format!("incident://comp-acme/{id}");
    let steps = json!([
        {"list": "tools"},
        {"call": "incidents_search", "arguments": {"status": "new", "limit": 5}},
        {"call": "incident_read", "arguments": {"incident_id": id}},
        {"call": "decide", "arguments": {"incident_id": "test-123",
            "incident_data": {"severity": "high", "signature": "memory"}}},
        {"call": "kpis", "arguments": {"since": "24h"}},
        {"list": "resources"},
        {"list": "templates"},
        {"read": uri},
        {"read": "runbooks://comp-acme"},
        {"read": "runbook://comp-acme/disk-cleanup"},
        {"call": "memory_search", "arguments": {"q": "core dumps", "tag": "manual", "limit": 5}},
    ]);
    let post_mortem = json!({"signature": "disk-full", "tags": ["manual"], "outcome": "success",
        "resolution": "Removed old core dumps"});
    let written = server.post_as(&ann, "/api/memory", &post_mortem).await;
    assert_eq!(written.status, 200, "{}", written.text);
    let memory = written.json()["memory_id"].clone();
    let url = format!("{}/mcp", server.url);
    let bearer = format!("Bearer {}", ann.token);
    let token = json!({"ALERT_WHISPERER_TOKEN": ann.token});
    for said in [
        over_http(&url, "auto", &[("authorization", &bearer)], steps.clone()).await,
        over_http(&url, "legacy", &[("authorization", &bearer)], steps.clone()).await,
        over_stdio(&server.url, "auto", token.clone(), steps.clone()).await,
        over_stdio(&server.url, "legacy", token, steps.clone()).await,
    ] {
        let answers = &said.answers;
        assert_eq!(names(&answers[0]), ALL, "{}", said.version);
        let found = given(&answers[1]);
        assert_eq!(found["items"][0]["incident_id"], json!(id));
        let read = given(&answers[2]);
        assert_eq!(read["incident"]["incident_id"], json!(id));
        assert_eq!(read["alerts"][0]["receipt"]["layer"], "opened", "{read}");
        assert!(!read["timeline"].as_array().unwrap().is_empty(), "{read}");
        assert_eq!(given(&answers[3])["recommendation"], "Restart affected service");
        assert_eq!(given(&answers[4])["counts"]["incidents"], 1);
        assert_eq!(answers[5]["resources"][0]["uri"], "runbooks://comp-acme");
        assert_eq!(answers[6]["resourceTemplates"].as_array().unwrap().len(), 3);
        let content = |answer: &Value| -> Value {
            serde_json::from_str(answer["contents"][0]["text"].as_str().unwrap()).unwrap()
        };
        assert_eq!(content(&answers[7])["incident"]["incident_id"], json!(id));
        assert!(content(&answers[8])["items"].as_array().unwrap().len() > 10);
        assert_eq!(content(&answers[9])["slug"], "disk-cleanup");
        assert_eq!(given(&answers[10])["items"][0]["memory_id"], memory);
    }
    server.stop().await;
}

#[tokio::test]
async fn the_bridge_wants_a_key_or_a_token_and_not_both() {
    for environment in [vec![], vec!["ALERT_WHISPERER_API_KEY", "ALERT_WHISPERER_TOKEN"]] {
        let mut bridge = binary();
        bridge.arg("mcp").envs(environment.iter().map(|name| (*name, "x")));
        let done = bridge.output().await.unwrap();
        assert!(!done.status.success());
        assert!(done.stdout.is_empty(), "nothing but the protocol is written there");
        assert!(said(&done).contains("ALERT_WHISPERER_API_KEY"), "{}", said(&done));
    }
}

#[tokio::test]
async fn what_a_caller_may_never_use_is_neither_listed_nor_done() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let id = incident(&server, &acme, "web-1", "disk").await;
    let steps = |company: &str| {
        json!([
            {"list": "tools"},
            {"call": "incident_read", "arguments": {"company_id": company, "incident_id": id}},
            {"call": "decide", "arguments": {"company_id": company, "incident_id": "x",
                "incident_data": {"severity": "low", "signature": "disk"}}},
            {"call": "runbook_propose", "arguments": {"company_id": company, "incident_id": id,
                "runbook_id": "disk-cleanup"}},
        ])
    };
    for (scope, listed, may) in [
        (
            Scope::Read,
            vec!["incidents_search", "incident_read", "memory_search", "kpis"],
            [false, false, false],
        ),
        (Scope::Decide, vec!["decide"], [false, true, false]),
        (Scope::Ingest, vec![], [false, false, false]),
    ] {
        let own = format!("comp-{}", scope.as_str());
        let company = server.company_as(&own, |request| request.scopes = vec![scope]).await;
        let answers = ask(&server, &company.key, "auto", steps(&own)).await;
        assert_eq!(names(&answers[0]), listed, "{scope:?}");
        for (answer, may) in answers[1..].iter().zip(may) {
            // It reads an incident that another company has, which for it is none.
            let known = if scope == Scope::Read { 404 } else { 403 };
            match answer == &answers[1] {
                _ if may => assert_eq!(given(answer)["company_id"], json!(own)),
                true => assert_eq!(refused(answer).0, known, "{scope:?}"),
                false => assert_eq!(refused(answer).0, 403, "{scope:?}"),
            }
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn another_companys_ids_are_as_good_as_unknown_ones() {
    let server = Server::start(engine()).await;
    let (acme, globex) = (server.company("comp-acme").await, server.company("comp-globex").await);
    let theirs = incident(&server, &globex, "web-1", "disk").await;
    let ann = server.technician(&acme).await;
    let nobody = "inc-01a2098dd6d57bb5ad94498c2db57751";
    let reads = |company: Option<&str>, id: &str| {
        let mut arguments = json!({"incident_id": id});
        if let Some(company) = company {
            arguments["company_id"] = company.into();
        }
        json!({"call": "incident_read", "arguments": arguments})
    };
    let steps = json!([
        reads(None, &theirs),
        reads(None, nobody),
        reads(Some("comp-globex"), &theirs),
        reads(Some("comp-nobody"), nobody),
        {"read": format!("incident://comp-globex/{theirs}")},
        {"read": format!("incident://comp-nobody/{nobody}")},
        {"call": "runbook_propose", "arguments": {"incident_id": theirs, "runbook_id": "disk-cleanup",
            "instance_ids": ["i-0123456789abcdef0"]}},
        {"call": "incidents_search", "arguments": {"company_id": "comp-globex"}},
        {"call": "memory_search", "arguments": {"company_id": "comp-globex", "q": "anything"}},
        {"list": "resources"},
    ]);
    let answers = ask(&server, &ann.token, "auto", steps).await;
    for (mine, other) in [(0, 1), (2, 3)] {
        assert_eq!(answers[mine], answers[other]);
        assert_eq!(refused(&answers[mine]).0, 404);
    }
    let told = |answer: &Value| {
        answer["refused"]
            .as_str()
            .unwrap()
            .replace(&theirs, nobody)
            .replace("globex", "nobody")
    };
    assert_eq!(told(&answers[4]), told(&answers[5]));
    assert_eq!(refused(&answers[6]).0, 404);
    assert_eq!(refused(&answers[7]).0, 404);
    assert_eq!(refused(&answers[8]).0, 404);
    assert_eq!(answers[9]["resources"].as_array().unwrap().len(), 1);
    server.stop().await;
}

#[tokio::test]
async fn an_argument_that_is_wrong_is_told_with_its_name_and_what_would_be_right() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let ann = server.technician(&acme).await;
    let call = |name: &str, arguments: Value| json!({"call": name, "arguments": arguments});
    let steps = json!([
        call("incidents_search", json!({"colour": "red"})),
        call("incidents_search", json!({"status": "odd"})),
        call("incidents_search", json!({"limit": 1000})),
        call("incident_read", json!({})),
        call(
            "decide",
            json!({"incident_id": "x", "incident_data": {"severity": "odd", "signature": "disk"}})
        ),
        call("decide", json!({"incident_id": "x", "company_id": 7})),
        call("runbook_propose", json!({"incident_id": "x", "runbook": 1})),
        call("kpis", json!({"since": "yesterday"})),
        call("memory_search", json!({"limit": 0})),
        call("approve", json!({})),
    ]);
    let answers = ask(&server, &ann.token, "auto", steps).await;
    let fields = [
        "colour",
        "status",
        "limit",
        "incident_id",
        "incident_data.severity",
        "company_id",
        "runbook",
        "since",
        "limit",
    ];
    for (answer, field) in answers.iter().zip(fields) {
        let (status, of, text) = refused(answer);
        assert_eq!((status, of), (400, field), "{text}");
        assert!(text.starts_with(&format!("{field}: ")), "{text}");
    }
    assert!(
        answers[9]["refused"].as_str().unwrap().contains("there is no tool"),
        "{}",
        answers[9]
    );
    server.stop().await;
}

/// A company with a machine, and those who may do different things there.
struct House {
    server: Server,
    acme: Company,
    ann: Person,
    boss: Person,
    web: Arc<Machine>,
    ssm: Ssm,
    _dir: tempfile::TempDir,
}

const ROLE: &str = "arn:aws:iam::111111111111:role/alert-whisperer";
const WEB: &str = "i-0123456789abcdef0";

async fn house() -> House {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let (root, ann) = (server.msp_admin().await, server.technician(&acme).await);
    let boss = server.person("boss@acme.example", Role::CompanyAdmin, &[&acme]).await;
    let dir = tempfile::tempdir().unwrap();
    let ssm = Ssm::start(dir.path()).await;
    ssm.trust(ROLE, "acme:1");
    let web = ssm.add(ROLE, WEB, &[]);
    web.write(".machine/used", "40");
    let settings =
        json!({"role_arn": ROLE, "external_id": "acme:1", "region": "eu-central-1", "endpoint_url": ssm.url()});
    let path = "/api/companies/comp-acme/aws";
    let set = server
        .ask(Method::PUT, path, root.headers(), settings.to_string())
        .await;
    assert_eq!(set.status, 200, "{}", set.text);
    House {
        server,
        acme,
        ann,
        boss,
        web,
        ssm,
        _dir: dir,
    }
}

#[tokio::test]
async fn a_technician_proposes_what_he_may_not_run_and_nobody_agrees_to_it_here() {
    let House {
        server,
        acme,
        ann,
        boss,
        web: _web,
        ssm,
        _dir,
    } = house().await;
    // No rule knows what to do about it, so that it wants nothing by itself.
    let id = incident(&server, &acme, WEB, "requests hang").await;
    let steps = json!([
        {"call": "runbook_propose", "arguments": {"incident_id": id, "runbook_id": "service-restart",
            "instance_ids": [WEB], "parameters": {"service": "nginx"}, "reason": "it hangs"}},
        {"list": "tools"},
        {"call": "approvals.approve", "arguments": {}},
    ]);
    let answers = ask(&server, &ann.token, "auto", steps).await;
    let pending = given(&answers[0]);
    assert_eq!(pending["status"], "pending_approval", "{pending}");
    assert!(names(&answers[1]).iter().all(|name| !name.contains("approv")));
    assert!(answers[2]["refused"].is_string());
    let path = format!("/api/approvals/{}", pending["approval_request_id"].as_str().unwrap());
    let waiting = server.get_as(&boss, &path).await.json();
    assert_eq!(
        (&waiting["status"], &waiting["requested_by"]),
        (&json!("pending"), &json!(ann.id)),
        "{waiting}"
    );
    // Nothing was sent: agreeing is for people, on the API.
    let runs = server.get_as(&ann, &format!("/api/incidents/{id}/runs")).await.json();
    assert!(
        runs["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|run| run["runbook_id"] != waiting["runbook_id"]),
        "{runs}"
    );
    drop(ssm);
    server.stop().await;
}
