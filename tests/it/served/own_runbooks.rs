//! Runbooks of a company's own: written in versions, in the place of built-in ones, rendered without being run.

use actors::domain::run::Venue;
use actors::domain::runbook::{PlannedRun, Rendered, RunbookPart, Targets};
use alert_whisperer::accounts::rights::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::engine;
use crate::support::server::{Answer, Company, Person, Server, headers};
use crate::support::ssm::Ssm;

const ROLE: &str = "arn:aws:iam::111111111111:role/alert-whisperer";

/// A runbook as somebody writes it.
pub(super) fn written(slug: &str) -> Value {
    json!({
        "slug": slug, "title": "Sweep", "description": "Removes what may go.", "platform": "linux", "risk": "high",
        "signatures": ["disk"],
        "parameters": [
            {"name": "word", "description": "Which.", "type": {"text": {"pattern": "^[ -~]*$", "max_length": 200}}, "default": "x"},
        ],
        "script": "set -eu\necho \"$AW_PARAM_WORD\"\n", "dry_run": "set -eu\necho 'would sweep'\n",
        "cool_down_seconds": 0, "blast_radius": 2, "timeout_seconds": 60, "idempotent": true,
    })
}

async fn send(server: &Server, person: &Person, method: Method, path: &str, body: &Value) -> Answer {
    server.ask(method, path, person.headers(), body.to_string()).await
}

async fn remove(server: &Server, person: &Person, path: &str) -> Answer {
    server.ask(Method::DELETE, path, person.headers(), "").await
}

/// Slugs as a company sees them.
async fn slugs(server: &Server, company: &Company) -> Vec<(String, bool)> {
    let listed = server.get(company, "/api/runbooks").await.json();
    let items = listed["items"].as_array().unwrap().iter();
    items
        .map(|item| (item["slug"].as_str().unwrap().to_owned(), item["own"] == true))
        .collect()
}

/// What the rules recommend.
async fn decided(server: &Server, company: &Company, signature: &str) -> (Value, Value) {
    let facts = json!({"severity": "high", "signature": signature, "alert_count": 3});
    let asked = json!({"incident_id": "test-123", "company_id": company.id, "incident_data": facts});
    let decision = server.post(company, "/api/agent/decide", &asked).await.json();
    let call = &decision["tool_calls"][0]["parameters"]["runbook"];
    (decision["recommendation"].clone(), call.clone())
}

#[tokio::test]
async fn an_own_runbook_comes_before_the_built_in_ones_at_once_and_until_it_is_removed() {
    let server = Server::start(engine()).await;
    let (acme, globex) = (server.company("comp-acme").await, server.company("comp-globex").await);
    let boss = server.person("boss@acme.example", Role::CompanyAdmin, &[&acme]).await;
    let ann = server.technician(&acme).await;
    let built_in = slugs(&server, &acme).await;
    assert!(built_in.iter().all(|(_, own)| !own));
    assert_eq!(decided(&server, &acme, "disk-full").await.1, "disk-cleanup");

    send(&server, &ann, Method::POST, "/api/runbooks", &written("zap"))
        .await
        .problem(403);
    let made = send(&server, &boss, Method::POST, "/api/runbooks", &written("zap")).await;
    assert_eq!((made.status, made.header("etag")), (200, "\"1\""), "{}", made.text);
    let id = made.json()["runbook_id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("rbk-"));
    assert_eq!(slugs(&server, &acme).await[0], ("zap".to_owned(), true));
    assert_eq!(slugs(&server, &globex).await, built_in, "it is nobody else's");
    assert_eq!(
        decided(&server, &acme, "disk-full").await,
        (json!("Execute runbook: Sweep"), json!("zap"))
    );
    assert_eq!(decided(&server, &globex, "disk-full").await.1, "disk-cleanup");
    assert_eq!(decided(&server, &acme, "memory-high").await.1, "service-restart");

    let again = send(&server, &boss, Method::POST, "/api/runbooks", &written("zap")).await;
    again.problem(409);
    let other = send(&server, &boss, Method::POST, "/api/runbooks", &written("disk-cleanup")).await;
    assert_eq!(other.status, 200, "{}", other.text);
    let listed = slugs(&server, &acme).await;
    assert_eq!(listed.len(), built_in.len() + 1);
    assert_eq!(listed.iter().filter(|(slug, _)| slug == "disk-cleanup").count(), 1);
    let shown = server.get(&acme, "/api/runbooks/disk-cleanup").await.json();
    assert_eq!((&shown["own"], &shown["title"]), (&json!(true), &json!("Sweep")));
    send(
        &server,
        &boss,
        Method::PUT,
        "/api/runbooks/tmp-cleanup",
        &written("tmp-cleanup"),
    )
    .await
    .problem(409);
    remove(&server, &boss, "/api/runbooks/tmp-cleanup").await.problem(409);

    assert_eq!(remove(&server, &boss, "/api/runbooks/disk-cleanup").await.status, 200);
    assert_eq!(remove(&server, &boss, &format!("/api/runbooks/{id}")).await.status, 200);
    assert_eq!(slugs(&server, &acme).await, built_in);
    assert_eq!(decided(&server, &acme, "disk-full").await.1, "disk-cleanup");
    server.get(&acme, &format!("/api/runbooks/{id}")).await.problem(404);

    let path = "/api/audit?company_id=comp-acme&limit=50";
    let journal = server.get_as(&boss, path).await.json();
    let entries = journal["items"].as_array().unwrap().iter();
    let said: Vec<&Value> = entries.filter(|entry| entry["subject"] == id.as_str()).collect();
    let kinds: Vec<&str> = said.iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["runbook.created", "runbook.removed"]);
    assert_eq!(said[0]["data"]["after"], said[1]["data"]["before"]);
    server.stop().await;
}

#[tokio::test]
async fn every_version_stays_readable_up_to_a_limit_and_a_stale_one_is_not_written_over() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let boss = server.person("boss@acme.example", Role::CompanyAdmin, &[&acme]).await;
    let made = send(&server, &boss, Method::POST, "/api/runbooks", &written("zap"))
        .await
        .json();
    let path = format!("/api/runbooks/{}", made["runbook_id"].as_str().unwrap());
    let same = send(&server, &boss, Method::PUT, &path, &written("zap")).await;
    assert_eq!(
        (same.status, same.header("etag")),
        (200, "\"1\""),
        "what changes nothing is no version"
    );
    for version in 2..=23 {
        let mut next = written("zap");
        next["title"] = json!(format!("Sweep {version}"));
        let put = send(&server, &boss, Method::PUT, &path, &next).await;
        assert_eq!(
            (put.status, &put.json()["version"]),
            (200, &json!(version)),
            "{}",
            put.text
        );
    }
    let listed = server.get(&acme, &format!("{path}/versions")).await.json();
    let versions: Vec<u64> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["version"].as_u64().unwrap())
        .collect();
    assert_eq!(versions, (3..=23).rev().collect::<Vec<u64>>());
    let newest = &listed["items"][0];
    assert_eq!(
        (&newest["in_force"], newest["changed_by"].as_str()),
        (&json!(true), Some(boss.id.as_str()))
    );
    let third = server.get(&acme, &format!("{path}?version=3")).await;
    assert_eq!(
        (&third.json()["title"], third.header("etag")),
        (&json!("Sweep 3"), "\"3\"")
    );
    server.get(&acme, &format!("{path}?version=2")).await.problem(404);
    assert_eq!(
        server.get(&acme, &format!("{path}?version=0")).await.problem(400),
        "version"
    );
    assert_eq!(
        server.get(&acme, "/api/runbooks/tmp-cleanup/versions").await.json()["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );

    let mut stale = boss.headers();
    stale.extend(headers(&[("if-match", b"\"3\"")]));
    let refused = server
        .ask(Method::PUT, &path, stale.clone(), written("zap").to_string())
        .await;
    assert_eq!(refused.problem(412), "If-Match");
    server.ask(Method::DELETE, &path, stale, "").await.problem(412);
    let mut fresh = boss.headers();
    fresh.extend(headers(&[("if-match", b"\"23\"")]));
    assert_eq!(server.ask(Method::DELETE, &path, fresh, "").await.status, 200);
    server.get(&acme, &format!("{path}?version=3")).await.problem(404);
    server.stop().await;
}

#[tokio::test]
async fn a_runbook_that_is_none_names_the_field_and_less_risk_is_not_for_everybody_to_say() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let boss = server.person("boss@acme.example", Role::CompanyAdmin, &[&acme]).await;
    let root = server.msp_admin().await;
    for (field, wrong) in [
        ("slug", json!("Not A Slug")),
        ("slug", json!("rbk-x")),
        ("title", json!("")),
        ("script", json!("echo {{ssm:password}}")),
        ("script", json!("echo \"$AW_PARAM_OTHER\"")),
        ("signatures[0]", json!(["*"])),
        ("blast_radius", json!(51)),
        ("timeout_seconds", json!(29)),
        ("risk", json!("none")),
        ("version", json!(7)),
        ("runbook_id", json!("rbk-mine")),
    ] {
        let mut asked = written("zap");
        asked[field.split('[').next().unwrap()] = wrong;
        let refused = send(&server, &boss, Method::POST, "/api/runbooks", &asked).await;
        assert_eq!(refused.problem(400), field, "{}", refused.text);
    }
    for (field, wrong) in [
        ("parameters[0].type", json!("text")),
        ("parameters[0].type", json!({"words": {}})),
        (
            "parameters[0].type",
            json!({"choice": {"of": ["a"]}, "integer": {"min": 0, "max": 9}}),
        ),
        ("parameters[0].type.text.max_length", json!({"text": {"pattern": "^$"}})),
    ] {
        let mut asked = written("zap");
        asked["parameters"][0]["type"] = wrong;
        let refused = send(&server, &boss, Method::POST, "/api/runbooks", &asked).await;
        assert_eq!(refused.problem(400), field, "{}", refused.text);
        for kind in ["text", "choice", "integer"] {
            assert!(
                field.contains("length") || refused.text.contains(kind),
                "{}",
                refused.text
            );
        }
    }
    // What may be run by less consent is not for who writes it to say.
    for slug in ["disk-cleanup", "sweep"] {
        for risk in ["low", "medium"] {
            let mut careless = written(slug);
            careless["risk"] = json!(risk);
            let refused = send(&server, &boss, Method::POST, "/api/runbooks", &careless).await;
            assert_eq!(refused.problem(403), "risk");
        }
    }
    let mut trusted = written("sweep");
    trusted["risk"] = json!("low");
    let path = "/api/runbooks?company_id=comp-acme";
    assert_eq!(send(&server, &root, Method::POST, path, &trusted).await.status, 200);
    let path = "/api/runbooks/sweep";
    trusted["title"] = json!("Sweeps");
    assert_eq!(send(&server, &boss, Method::PUT, path, &trusted).await.status, 200);
    for (field, other) in [
        ("script", json!("set -eu\necho \"$AW_PARAM_WORD\" && reboot\n")),
        ("blast_radius", json!(50)),
        ("idempotent", json!(false)),
    ] {
        let mut sly = trusted.clone();
        sly[field] = other;
        assert_eq!(
            send(&server, &boss, Method::PUT, path, &sly).await.problem(403),
            "risk",
            "{field}"
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn a_dry_run_shows_exactly_what_would_run_and_runs_nothing() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let boss = server.person("boss@acme.example", Role::CompanyAdmin, &[&acme]).await;
    let (root, ann) = (server.msp_admin().await, server.technician(&acme).await);
    assert_eq!(
        send(&server, &boss, Method::POST, "/api/runbooks", &written("zap"))
            .await
            .status,
        200
    );
    let path = "/api/runbooks/zap/dry-run";
    let asked = json!({"parameters": {"word": "it's; rm -rf /"}, "instance_ids": ["i-0123456789abcdef0"]});
    let shown = send(&server, &ann, Method::POST, path, &asked).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    let shown = shown.json();
    assert_eq!(
        shown["commands"],
        json!([
            "AW_PARAM_WORD='it'\\''s; rm -rf /'",
            "set -eu",
            "echo \"$AW_PARAM_WORD\""
        ])
    );
    assert_eq!(shown["dry_run_commands"][2], "echo 'would sweep'");
    assert_eq!(
        (&shown["connected"], &shown["hash"], &shown["targets"]),
        (&json!(false), &Value::Null, &json!([]))
    );
    assert!(
        shown["missing"]
            .as_str()
            .unwrap()
            .contains("/api/companies/comp-acme/aws-role"),
        "{shown}"
    );
    assert_eq!(shown["needs"]["approver"], "msp_admin");
    server.post(&acme, path, &asked).await.problem(403);

    let dir = tempfile::tempdir().unwrap();
    let ssm = Ssm::start(dir.path()).await;
    ssm.trust(ROLE, "acme:1");
    for id in ["i-0123456789abcdef0", "i-0123456789abcdef1", "i-0123456789abcdef2"] {
        ssm.add(ROLE, id, &[]);
    }
    let settings =
        json!({"role_arn": ROLE, "external_id": "acme:1", "region": "eu-central-1", "endpoint_url": ssm.url()});
    let set = send(&server, &root, Method::PUT, "/api/companies/comp-acme/aws", &settings).await;
    assert_eq!(set.status, 200, "{}", set.text);
    let shown = send(&server, &ann, Method::POST, path, &asked).await.json();
    assert_eq!(
        (&shown["connected"], &shown["missing"]),
        (&json!(true), &Value::Null),
        "{shown}"
    );
    assert_eq!(shown["targets"][0]["instance_id"], "i-0123456789abcdef0");
    let rendered = Rendered {
        runbook_id: shown["runbook_id"].as_str().unwrap().parse().unwrap(),
        version: 1,
        part: RunbookPart::Run,
        commands: serde_json::from_value(shown["commands"].clone()).unwrap(),
        automation: None,
        timeout_seconds: 60,
    };
    let settings = server.get_as(&root, "/api/companies/comp-acme/aws").await.json();
    let said = |field: &str| settings[field].as_str().unwrap().to_owned();
    let venue = Venue {
        account: Some(format!("{} in {}", said("role_arn"), said("region"))),
        document_hash: Some(crate::support::ssm::DOCUMENT.to_owned()),
    };
    let plan = PlannedRun {
        tool: "ssm.execute",
        tool_version: "1",
        rendered: &rendered,
        check: None,
        targets: &Targets::new(&["i-0123456789abcdef0"], 1).unwrap(),
        venue: &venue,
        timeout_seconds: 60,
    };
    assert_eq!(shown["hash"], plan.hash().as_str());
    let by_name = json!({"parameters": asked["parameters"], "asset_name": "host-i-0123456789abcdef0"});
    assert_eq!(
        send(&server, &ann, Method::POST, path, &by_name).await.json()["hash"],
        shown["hash"]
    );
    let nowhere = send(&server, &ann, Method::POST, path, &json!({})).await.json();
    assert!(
        nowhere["missing"].as_str().unwrap().contains("instance_ids"),
        "{nowhere}"
    );

    for (field, asked) in [
        ("instance_ids", json!({"instance_ids": ["web-1"]})),
        ("instance_ids", json!({"instance_ids": []})),
        (
            "instance_ids",
            json!({"instance_ids": ["i-0123456789abcdef0", "i-0123456789abcdef1", "i-0123456789abcdef2"]}),
        ),
        ("asset_name", json!({"asset_name": "host-none"})),
        (
            "asset_name",
            json!({"asset_name": "x", "instance_ids": ["i-0123456789abcdef0"]}),
        ),
        ("parameters.word", json!({"parameters": {"word": "two\nlines"}})),
        ("parameters.word", json!({"parameters": {"word": "{{ssm:password}}"}})),
        ("parameters.other", json!({"parameters": {"other": 1}})),
        ("commands", json!({"commands": ["reboot"]})),
    ] {
        let refused = send(&server, &ann, Method::POST, path, &asked).await;
        assert_eq!(refused.problem(400), field, "{asked}");
    }
    // A machine that is not the company's is as good as none.
    let foreign = json!({"instance_ids": ["i-00000000000000009"]});
    let refused = send(&server, &ann, Method::POST, path, &foreign).await;
    assert_eq!(refused.problem(404), "instance_ids");
    send(&server, &ann, Method::POST, "/api/runbooks/none/dry-run", &json!({}))
        .await
        .problem(404);
    let mut other = settings.clone();
    other["role_arn"] = json!("arn:aws:iam::111111111111:role/other");
    let set = send(&server, &root, Method::PUT, "/api/companies/comp-acme/aws", &other).await;
    assert_eq!(set.status, 200, "{}", set.text);
    let denied = send(&server, &ann, Method::POST, path, &asked).await;
    denied.problem(409);
    assert!(denied.text.contains("AWS denies it"), "{}", denied.text);
    assert_eq!(ssm.asked(crate::support::ssm::Op::SendCommand), 0, "nothing was run");
    server.stop().await;
}
