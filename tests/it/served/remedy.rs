//! From a storm to a healed incident over HTTP: asked for, agreed to, executed on a machine, verified, remembered.

mod automation;
mod early;
mod pending;
mod step_up;

use std::sync::Arc;
use std::time::Duration;

use alert_whisperer::accounts::rights::Role;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::engine;
use crate::support::engine::Home;
use crate::support::moto;
use crate::support::process::eventually;
use crate::support::server::{Answer, Company, Person, Server, alert};
use crate::support::ssm::{Fault, Machine, Op, Ssm};

const ROLE: &str = "arn:aws:iam::111111111111:role/alert-whisperer";
const WEB: &str = "i-0123456789abcdef0";
const DB: &str = "i-0123456789abcdef1";
const SOON: Duration = Duration::from_secs(30);

async fn put(server: &Server, person: &Person, path: &str, body: Value) -> Answer {
    server.ask(Method::PUT, path, person.headers(), body.to_string()).await
}

async fn connect(server: &Server, root: &Person, company: &Company, url: &str) {
    let settings = json!({"role_arn": ROLE, "external_id": "acme:1", "region": "eu-central-1", "endpoint_url": url});
    let set = put(server, root, &format!("/api/companies/{}/aws", company.id), settings).await;
    assert_eq!(set.status, 200, "{}", set.text);
}

/// A company with one machine that is really there, in a directory.
struct House {
    server: Server,
    acme: Company,
    root: Person,
    boss: Person,
    ann: Person,
    ssm: Ssm,
    web: Arc<Machine>,
    _dir: TempDir,
}

impl House {
    async fn new() -> Self {
        Self::of(Server::start(engine()).await).await
    }

    async fn of(server: Server) -> Self {
        let acme = server.company("comp-acme").await;
        let root = server.msp_admin().await;
        let boss = server.person("boss@acme.example", Role::CompanyAdmin, &[&acme]).await;
        let ann = server.technician(&acme).await;
        let dir = tempfile::tempdir().unwrap();
        let ssm = Ssm::start(dir.path()).await;
        ssm.trust(ROLE, "acme:1");
        let web = ssm.add(ROLE, WEB, &[]);
        let db = ssm.add(ROLE, DB, &[]);
        for machine in [&web, &db] {
            machine.write(".machine/used", "40");
            machine.write("var/log/syslog.9.gz", "old");
        }
        connect(&server, &root, &acme, &ssm.url()).await;
        Self {
            server,
            acme,
            root,
            boss,
            ann,
            ssm,
            web,
            _dir: dir,
        }
    }

    /// An incident about a machine that is called by its id.
    async fn incident(&self, asset: &str, signature: &str) -> String {
        incident(&self.server, &self.acme, asset, signature).await
    }

    async fn execute(&self, who: &Person, incident: &str, body: Value) -> Answer {
        let path = format!(
            "/api/incidents/{incident}/execute-runbook-ssm?company_id={}",
            self.acme.id
        );
        self.server.post_as(who, &path, &body).await
    }

    /// Has a technician ask for a run, and a company's admin agree to it.
    async fn agree(&self, incident: &str, body: Value) -> Answer {
        let asked = self.execute(&self.ann, incident, body).await;
        assert_eq!(asked.status, 202, "{}", asked.text);
        let id = asked.json()["approval_request_id"].as_str().unwrap().to_owned();
        let path = format!("/api/approvals/{id}/approve");
        self.server.post_as(&self.boss, &path, &json!({})).await
    }

    async fn runs(&self, incident: &str) -> Value {
        let path = format!("/api/incidents/{incident}/runs");
        self.server.get_as(&self.ann, &path).await.json()["items"].clone()
    }

    async fn timeline(&self, incident: &str) -> Vec<Value> {
        let path = format!("/api/incidents/{incident}/timeline?limit=200");
        self.server.get_as(&self.ann, &path).await.json()["items"]
            .as_array()
            .unwrap()
            .clone()
    }

    async fn until(&self, incident: &str, phase: &str) -> Value {
        until(&self.server, &self.ann, incident, phase).await
    }
}

async fn incident(server: &Server, company: &Company, asset: &str, signature: &str) -> String {
    let sent = server
        .deliver(company, None, alert(asset, signature).to_string())
        .await
        .json();
    server.settle(company).await;
    let shown = server
        .get(company, &format!("/api/alerts/{}", sent["alert_id"].as_str().unwrap()))
        .await;
    shown.json()["incident_id"].as_str().unwrap().to_owned()
}

async fn until(server: &Server, who: &Person, incident: &str, phase: &str) -> Value {
    eventually(&format!("{incident} is {phase}"), SOON, async || {
        let shown = server.get_as(who, &format!("/api/incidents/{incident}")).await.json();
        (shown["phase"] == phase).then_some(shown)
    })
    .await
}

fn kinds(timeline: &[Value]) -> Vec<&str> {
    timeline.iter().filter_map(|item| item["kind"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_ends_by_a_run_that_somebody_else_has_agreed_to() {
    let house = House::new().await;
    for n in 0..30 {
        let mut sent = alert(WEB, "disk-space-critical");
        sent["message"] = json!(format!("{n} % left"));
        assert_eq!(
            house.server.deliver(&house.acme, None, sent.to_string()).await.status,
            200
        );
    }
    let incident = house.incident(WEB, "disk-space-critical").await;
    // The rules' verdict calls for a runbook of medium risk: the incident asks for consent by itself.
    house.until(&incident, "awaiting_approval").await;
    let list = "/api/approvals?status=pending";
    let listed = house.server.get_as(&house.ann, list).await.json();
    let approval = listed["items"][0].clone();
    assert_eq!(
        (&approval["runbook"], &approval["requested_by"]),
        (&json!("disk-cleanup"), &json!("incident"))
    );
    assert_eq!(approval["targets"], json!([WEB]));
    assert!(approval["commands"].as_array().unwrap().len() > 3 && approval["dry_run"].is_array());
    let id = approval["approval_id"].as_str().unwrap();
    let path = format!("/api/approvals/{id}/approve");
    house.server.post_as(&house.ann, &path, &json!({})).await.problem(403);
    let wrong = json!({"hash": "0".repeat(64)});
    house.server.post_as(&house.boss, &path, &wrong).await.problem(409);
    assert_eq!(
        house
            .ssm
            .executed(&format!("aw:{}", approval["run_id"].as_str().unwrap()))
            .len(),
        0
    );
    let agreed = house
        .server
        .post_as(&house.boss, &path, &json!({"hash": approval["hash"]}))
        .await;
    assert_eq!(agreed.status, 200, "{}", agreed.text);
    let (agreed, run) = (agreed.json(), agreed.json()["run"].clone());
    assert_eq!(agreed["approval"]["status"], "consumed");
    assert_eq!(
        (&run["run_id"], &run["approval_status"]),
        (&approval["run_id"], &json!("consumed"))
    );
    let over = house.until(&incident, "resolved").await;
    assert_eq!(over["resolved_by"], approval["run_id"]);
    house.server.post_as(&house.boss, &path, &json!({})).await.problem(409);

    let comment = format!("aw:{}", approval["run_id"].as_str().unwrap());
    assert_eq!(house.ssm.executed(&comment).len(), 1);
    let timeline = house.timeline(&incident).await;
    let story = kinds(&timeline);
    let mut at = 0;
    for kind in [
        "incident.opened",
        "decision.made",
        "approval.requested",
        "approval.decided",
        "run.started",
        "run.sent",
        "run.ended",
        "run.checked",
        "incident.resolved",
    ] {
        let found = story[at..].iter().position(|told| *told == kind);
        at += found.unwrap_or_else(|| panic!("{kind} is not told behind {at}: {story:?}"));
    }
    let ended = timeline.iter().find(|item| item["kind"] == "run.ended").unwrap();
    assert!(
        ended["data"]["output"].as_str().unwrap().contains("free before"),
        "{ended}"
    );
    let runs = house
        .server
        .get_as(&house.ann, &format!("/api/incidents/{incident}/runs"))
        .await
        .json();
    assert_eq!(
        (&runs["items"][0]["status"], &runs["items"][0]["health"]),
        (&json!("succeeded"), &json!("healthy"))
    );
    house.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_run_what_and_what_nobody_may() {
    let house = House::new().await;
    let incident = house.incident(WEB, "other").await;
    let cleanup = json!({"runbook_id": "disk-cleanup"});
    // A technician asks; a company's admin may agree to medium risk himself.
    let asked = house.execute(&house.ann, &incident, cleanup.clone()).await;
    assert_eq!(asked.status, 202, "{}", asked.text);
    let asked = asked.json();
    assert_eq!(
        (&asked["status"], &asked["required_role"], &asked["risk_level"]),
        (&json!("pending_approval"), &json!("company_admin"), &json!("medium"))
    );
    house
        .execute(&house.boss, &incident, cleanup.clone())
        .await
        .problem(409);
    let alone = house.incident(DB, "other").await;
    let merged = json!({"incident_ids": [alone]});
    let merge = format!("/api/incidents/{incident}/merge");
    house.server.post_as(&house.boss, &merge, &merged).await.problem(409);
    let reject = format!(
        "/api/approvals/{}/reject",
        asked["approval_request_id"].as_str().unwrap()
    );
    let back = house.server.post_as(&house.ann, &reject, &json!({})).await;
    assert_eq!(
        (back.status, &back.json()["approval"]["status"]),
        (200, &json!("rejected"))
    );
    for (body, status) in [
        (json!({"runbook_id": "no-such"}), 404),
        (
            json!({"runbook_id": "disk-cleanup", "instance_ids": ["i-00000000"]}),
            404,
        ),
        (json!({"runbook_id": "disk-cleanup", "instance_ids": ["web-1"]}), 400),
        (
            json!({"runbook_id": "disk-cleanup", "parameters": {"days": "7; reboot"}}),
            400,
        ),
        (json!({"runbook_id": "disk-cleanup", "commands": ["reboot"]}), 400),
        (json!({"runbook": "no-such"}), 404),
        (
            json!({"runbook_id": "stuck-process", "parameters": {"name": "$(reboot)"}}),
            400,
        ),
    ] {
        house.execute(&house.boss, &incident, body).await.problem(status);
    }
    for (body, field) in [
        (
            json!({"runbook_id": "disk-cleanup", "runbook": "disk-cleanup"}),
            "runbook",
        ),
        (json!({"parameters": {}}), "runbook_id"),
    ] {
        assert_eq!(house.execute(&house.boss, &incident, body).await.problem(400), field);
    }
    // A key runs nothing; another company's people find nothing.
    let path = format!("/api/incidents/{incident}/execute-runbook-ssm");
    house.server.post(&house.acme, &path, &cleanup).await.problem(403);
    let globex = house.server.company("comp-globex").await;
    let gus = house
        .server
        .person("gus@globex.example", Role::CompanyAdmin, &[&globex])
        .await;
    house.server.post_as(&gus, &path, &cleanup).await.problem(404);
    house.server.post_as(&gus, &reject, &json!({})).await.problem(404);
    let listed = house.server.get_as(&gus, "/api/approvals").await.json();
    assert_eq!(listed["items"], json!([]));

    let switch = "/api/system/runs";
    put(&house.server, &house.boss, switch, json!({"stopped": true}))
        .await
        .problem(403);
    let stopped = put(
        &house.server,
        &house.root,
        switch,
        json!({"stopped": true, "reason": "an audit"}),
    )
    .await;
    assert_eq!((stopped.status, &stopped.json()["stopped"]), (200, &json!(true)));
    assert_eq!(
        house
            .execute(&house.boss, &incident, cleanup.clone())
            .await
            .problem(409),
        ""
    );
    let allowed = put(&house.server, &house.root, switch, json!({"stopped": false})).await;
    assert_eq!(allowed.json()["stopped"], false);
    let begun = json!({"runbook": "disk-cleanup"});
    let begun = house.execute(&house.boss, &incident, begun).await;
    assert_eq!(begun.status, 200, "{}", begun.text);
    let begun = begun.json();
    assert_eq!(
        (&begun["approval_status"], &begun["instance_ids"]),
        (&json!("not_required"), &json!([WEB]))
    );
    assert!(begun["command_id"].is_string(), "{begun}");
    house.until(&incident, "resolved").await;
    assert_eq!(house.web.read("var/log/syslog.9.gz"), "old", "younger than seven days");
    house.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_consent_is_gathered_into_few_entries() {
    let home = Home::on(engine());
    let house = House::of(Server::start_in(&home).await).await;
    let incident = house.incident(WEB, "other").await;
    let asked = house
        .execute(&house.root, &incident, json!({"runbook_id": "tmp-cleanup"}))
        .await;
    assert_eq!(asked.status, 202, "{}", asked.text);
    let path = format!(
        "/api/approvals/{}/approve?company_id=comp-acme",
        asked.json()["approval_request_id"].as_str().unwrap()
    );
    for _ in 0..20 {
        house.server.post_as(&house.ann, &path, &json!({})).await.problem(403);
        house.server.post_as(&house.root, &path, &json!({})).await.problem(403);
    }
    let House { server, root, ann, .. } = house;
    server.stop().await;
    let server = Server::start_in(&home).await;
    let journal = server
        .get_as(&root, "/api/audit?company_id=comp-acme&limit=200")
        .await
        .json();
    let entries = journal["items"].as_array().unwrap().iter();
    let mut told: Vec<(&Value, &Value, &Value)> = entries
        .filter(|entry| entry["kind"].as_str().unwrap().ends_with(".refused"))
        .map(|entry| (&entry["subject"], &entry["data"]["what"], &entry["data"]["count"]))
        .collect();
    told.sort_by_key(|(_, what, _)| what.to_string());
    let (ann, root) = (json!(ann.id), json!(root.id));
    let expected = [
        (&ann, &json!("approval.not_entitled"), &json!(20)),
        (&root, &json!("approval.own"), &json!(20)),
    ];
    assert_eq!(told, expected);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_sent_is_no_success() {
    let house = House::new().await;
    let cleanup = json!({"runbook_id": "disk-cleanup"});
    let (on_web, on_db) = (house.incident(WEB, "other").await, house.incident(DB, "other").await);
    house.ssm.order_always(Op::SendCommand, Some("AccessDeniedException"));
    let refused = house.execute(&house.boss, &on_web, cleanup.clone()).await;
    refused.problem(502);
    let (refused, runs) = (refused.json(), house.runs(&on_web).await);
    assert_eq!(
        (&refused["code"], &runs[0]["status"]),
        (&json!("run_not_sent"), &json!("failed"))
    );
    let detail = refused["detail"].as_str().unwrap();
    for told in [runs[0]["run_id"].as_str().unwrap(), "AccessDeniedException", &on_web] {
        assert!(detail.contains(told), "{told}: {detail}");
    }
    // The consent is used all the same.
    let agreed = house.agree(&on_db, cleanup).await;
    assert_eq!(agreed.status, 200, "{}", agreed.text);
    let agreed = agreed.json();
    assert_eq!(
        (&agreed["approval"]["status"], &agreed["run"]["status"]),
        (&json!("consumed"), &json!("failed"))
    );
    assert!(
        agreed["run"]["why"].as_str().unwrap().contains("AccessDeniedException"),
        "{agreed}"
    );
    house.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_have_been_sent_is_accepted_and_not_said_to_be() {
    let house = House::new().await;
    let cleanup = json!({"runbook_id": "disk-cleanup"});
    let (on_web, on_db) = (house.incident(WEB, "other").await, house.incident(DB, "other").await);
    house.ssm.lag();
    for _ in 0..2 {
        house.ssm.order(Op::SendCommand, Fault::Drop);
    }
    let (begun, agreed) = tokio::join!(
        house.execute(&house.boss, &on_web, cleanup.clone()),
        house.agree(&on_db, cleanup.clone())
    );
    assert_eq!(
        (begun.status, agreed.status),
        (202, 202),
        "{} {}",
        begun.text,
        agreed.text
    );
    let (begun, agreed) = (begun.json(), agreed.json());
    assert_eq!(
        (&begun["status"], &begun["command_id"], &begun["approval_status"]),
        (&json!("intended"), &Value::Null, &json!("not_required"))
    );
    assert_eq!(
        (&agreed["run"]["status"], &agreed["approval"]["status"]),
        (&json!("intended"), &json!("consumed"))
    );
    house.ssm.catch_up();
    for incident in [&on_web, &on_db] {
        house.until(incident, "resolved").await;
        assert_eq!(house.runs(incident).await[0]["status"], "succeeded");
    }
    house.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_company_without_a_cloud_is_told_how_to_get_one() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let boss = server.person("boss@acme.example", Role::CompanyAdmin, &[&acme]).await;
    let id = incident(&server, &acme, "web-1", "disk").await;
    let path = format!("/api/incidents/{id}/execute-runbook-ssm");
    let refused = server
        .post_as(&boss, &path, &json!({"runbook_id": "disk-cleanup"}))
        .await;
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (409, &json!("not_connected"))
    );
    assert!(refused.text.contains("/aws"), "{}", refused.text);
    let list = server.get_as(&boss, "/api/approvals").await.json();
    assert_eq!(list["items"], json!([]));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moto_sees_the_command_of_an_incident() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let root = server.msp_admin().await;
    connect(&server, &root, &acme, &moto::url()).await;
    let boss = server.person("boss@acme.example", Role::CompanyAdmin, &[&acme]).await;
    let web = moto::instance(ROLE).await;
    let id = incident(&server, &acme, &web, "disk-space").await;
    until(&server, &boss, &id, "awaiting_approval").await;
    let approval = server.get_as(&boss, "/api/approvals").await.json()["items"][0].clone();
    let path = format!("/api/approvals/{}/approve", approval["approval_id"].as_str().unwrap());
    let agreed = server.post_as(&boss, &path, &json!({"hash": approval["hash"]})).await;
    assert_eq!(agreed.status, 200, "{}", agreed.text);
    until(&server, &boss, &id, "resolved").await;
    let comments = moto::comments(ROLE).await;
    let run = format!("aw:{}", approval["run_id"].as_str().unwrap());
    assert_eq!(
        comments.iter().filter(|comment| **comment == run).count(),
        1,
        "{comments:?}"
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_agree_any_more_has_not_agreed() {
    let house = House::new().await;
    let policy = json!({"high_risk_approvals": 2});
    let set = put(&house.server, &house.root, "/api/companies/comp-acme/policy", policy).await;
    assert_eq!(set.status, 200, "{}", set.text);
    let incident = house.incident(WEB, "other").await;
    let asked = house
        .execute(&house.ann, &incident, json!({"runbook_id": "tmp-cleanup"}))
        .await;
    assert_eq!(asked.status, 202, "{}", asked.text);
    let id = asked.json()["approval_request_id"].as_str().unwrap().to_owned();
    let path = format!("/api/approvals/{id}/approve?company_id=comp-acme");
    let mut others = Vec::new();
    for name in ["eve", "bob"] {
        let email = format!("{name}@msp.example");
        others.push(house.server.person(&email, Role::MspAdmin, &[]).await);
    }
    let shown = house
        .server
        .get_as(&house.ann, &format!("/api/approvals/{id}"))
        .await
        .json();
    assert!(
        shown["health_check"].is_array() && shown["description"].is_string(),
        "{shown}"
    );
    let first = house.server.post_as(&others[0], &path, &json!({})).await;
    assert_eq!((first.status, &first.json()["run"]), (200, &Value::Null));
    let closed = house
        .server
        .ask(
            Method::DELETE,
            &format!("/api/users/{}", others[0].id),
            house.root.headers(),
            "",
        )
        .await;
    assert_eq!(closed.status, 200, "{}", closed.text);
    let second = house.server.post_as(&others[1], &path, &json!({})).await.json();
    assert_eq!(
        (&second["run"], &second["approval"]["status"]),
        (&Value::Null, &json!("pending")),
        "{second}"
    );
    let third = house.server.post_as(&house.root, &path, &json!({})).await.json();
    assert_eq!(third["approval"]["status"], "consumed", "{third}");
    assert!(third["run"]["run_id"].is_string(), "{third}");
    house.server.stop().await;
}
