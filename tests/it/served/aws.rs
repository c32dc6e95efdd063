//! A company's AWS account: who may say what of it, and that it holds at the next call.

mod check;
mod patching;

use actors::limits::{CIRCUIT_FAILURES, CIRCUIT_OPEN};
use actors::port::cloud::{CloudError, Command};
use alert_whisperer::accounts::rights::Role;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::engine;
use crate::support::server::{Answer, Company, Person, Server};
use crate::support::ssm::{Fault, Op, Ssm};

const ROLE: &str = "arn:aws:iam::111111111111:role/alert-whisperer";
const WEB: &str = "i-0123456789abcdef0";

fn path(company: &Company, what: &str) -> String {
    format!("/api/companies/{}/{what}", company.id)
}

async fn put(server: &Server, person: &Person, path: &str, body: &Value) -> Answer {
    server.ask(Method::PUT, path, person.headers(), body.to_string()).await
}

/// A double of AWS in which a company's role has one machine.
async fn account(external_id: &str) -> (Ssm, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let ssm = Ssm::start(dir.path()).await;
    ssm.trust(ROLE, external_id);
    ssm.add(ROLE, WEB, &[("app", "shop")]);
    (ssm, dir)
}

#[tokio::test]
async fn a_company_is_connected_by_its_settings_and_disconnected_at_once() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let root = server.msp_admin().await;
    let (ssm, _dir) = account("acme:1").await;
    let of_acme = path(&acme, "aws");
    server.get_as(&root, &of_acme).await.problem(404);
    let machines = async || server.cloud().inventory.instances(&acme.id, None).await;
    assert_eq!(machines().await, Err(CloudError::NotConnected));

    let settings =
        json!({"role_arn": ROLE, "external_id": "acme:1", "region": "eu-central-1", "endpoint_url": ssm.url()});
    let set = put(&server, &root, &of_acme, &settings).await;
    assert_eq!(set.status, 200, "{}", set.text);
    let shown = server.get_as(&root, &of_acme).await.json();
    assert_eq!(
        shown["timeouts"]["operation_seconds"],
        json!(40),
        "as it is where nothing is said"
    );
    assert_eq!(shown["role_arn"], ROLE);
    let found = machines().await.unwrap();
    assert_eq!(
        (found.len(), String::from(found[0].instance_id.clone())),
        (1, WEB.to_owned())
    );

    for (field, wrong) in [
        ("role_arn", json!("arn:aws:iam::1:role/x")),
        ("external_id", json!("x y")),
        ("region", json!("mars")),
        ("endpoint_url", json!("http://ssm.example.com")),
        ("timeouts.read_seconds", json!({"read_seconds": 0})),
        ("token", json!("x")),
    ] {
        let mut asked = settings.clone();
        asked[field.split('.').next().unwrap()] = wrong;
        let refused = put(&server, &root, &of_acme, &asked).await.problem(400);
        assert!(field.starts_with(&refused) || refused == field, "{field}: {refused}");
    }
    let removed = server.ask(Method::DELETE, &of_acme, root.headers(), "").await;
    assert_eq!((removed.status, &removed.json()["aws"]), (200, &Value::Null));
    assert_eq!(machines().await, Err(CloudError::NotConnected));
    server.stop().await;
}

#[tokio::test]
async fn only_who_runs_the_platform_says_where_signed_requests_go_and_chooses_an_external_id() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let root = server.msp_admin().await;
    let boss = server.person("boss@acme.example", Role::CompanyAdmin, &[&acme]).await;
    let ann = server.technician(&acme).await;
    let (of_acme, config) = (path(&acme, "aws"), path(&acme, "config"));
    let settings = |external_id: &str| json!({"role_arn": ROLE, "external_id": external_id, "region": "eu-central-1"});
    let mut elsewhere = settings("acme:1");
    elsewhere["endpoint_url"] = json!("https://evil.example.com");
    put(&server, &ann, &of_acme, &settings("acme:1")).await.problem(403);
    assert_eq!(
        put(&server, &boss, &of_acme, &elsewhere).await.problem(403),
        "endpoint_url"
    );
    let other = put(&server, &boss, &of_acme, &settings("acme:1")).await;
    assert_eq!(other.problem(403), "external_id");
    let detail = other.json()["detail"].as_str().unwrap().to_owned();
    let own = detail.split_whitespace().find(|word| word.starts_with("aw-")).unwrap();
    let own = own.trim_end_matches(',');
    let set = put(&server, &boss, &of_acme, &settings(own)).await;
    assert_eq!(set.status, 200, "{}", set.text);

    // What who runs the platform has chosen stays when others change the rest.
    assert_eq!(put(&server, &root, &of_acme, &elsewhere).await.status, 200);
    assert_eq!(
        put(&server, &boss, &of_acme, &settings("acme:1")).await.problem(403),
        "endpoint_url"
    );
    let removed = server.ask(Method::DELETE, &of_acme, boss.headers(), "").await;
    assert_eq!(removed.problem(403), "aws.endpoint_url");
    elsewhere["region"] = json!("us-east-1");
    assert_eq!(put(&server, &boss, &of_acme, &elsewhere).await.status, 200);

    let document = server.get_as(&boss, &config).await.json();
    assert_eq!(document["aws"]["region"], "us-east-1");
    let mut changed = document.clone();
    changed["aws"]["endpoint_url"] = json!("https://other.example.com");
    let refused = put(&server, &boss, &config, &changed).await;
    assert_eq!(refused.problem(403), "aws.endpoint_url");
    let tried = put(&server, &boss, &format!("{config}?dry_run=true"), &changed).await;
    assert_eq!(
        tried.problem(403),
        "aws.endpoint_url",
        "a document that is only tried is judged alike"
    );
    changed["aws"] = document["aws"].clone();
    changed["aws"]["region"] = json!("eu-central-1");
    let done = put(&server, &boss, &config, &changed).await;
    assert_eq!(
        (done.status, done.json()["changes"].as_object().unwrap().len()),
        (200, 1),
        "{}",
        done.text
    );
    let mut older = document;
    older.as_object_mut().unwrap().remove("aws");
    let kept = put(&server, &boss, &config, &older).await;
    assert_eq!((kept.status, &kept.json()["changes"]), (200, &json!({})));

    let journal = server
        .get_as(&boss, "/api/audit?company_id=comp-acme&order=desc&limit=10")
        .await
        .json();
    let entries = journal["items"].as_array().unwrap();
    let said = entries.iter().find(|entry| entry["kind"] == "company.changed").unwrap();
    assert_eq!(said["data"]["after"]["aws"]["region"], "us-east-1", "{said}");
    server.stop().await;
}

#[tokio::test]
async fn a_role_can_be_made_before_its_company_is_connected() {
    let server = Server::start_with(engine(), |flags| {
        flags.aws_principal_arn = Some("arn:aws:iam::999988887777:role/alert-whisperer".to_owned());
    })
    .await;
    let (acme, globex) = (server.company("comp-acme").await, server.company("comp-globex").await);
    let boss = server.person("boss@acme.example", Role::CompanyAdmin, &[&acme]).await;
    let root = server.msp_admin().await;
    let ann = server.technician(&acme).await;
    server.get_as(&ann, &path(&acme, "aws-role")).await.problem(403);
    let proposed = server.get_as(&boss, &path(&acme, "aws-role")).await.json();
    let of_globex = server.get_as(&root, &path(&globex, "aws-role")).await.json();
    assert_ne!(proposed["external_id"], of_globex["external_id"]);
    assert_eq!(
        (&proposed["role_arn"], &proposed["missing"]),
        (&Value::Null, &Value::Null)
    );
    let statement = &proposed["trust_policy"]["Statement"][0];
    assert_eq!(
        statement["Principal"]["AWS"],
        "arn:aws:iam::999988887777:role/alert-whisperer"
    );
    assert_eq!(
        statement["Condition"]["StringEquals"]["sts:ExternalId"],
        proposed["external_id"]
    );

    // The role is made so, and the company connected by its own admin.
    let id = proposed["external_id"].as_str().unwrap();
    let settings = json!({"role_arn": ROLE, "external_id": id, "region": "eu-central-1"});
    assert_eq!(put(&server, &boss, &path(&acme, "aws"), &settings).await.status, 200);
    let made = server.get_as(&boss, &path(&acme, "aws-role")).await.json();
    assert_eq!(
        (&made["role_arn"], &made["trust_policy"]),
        (&json!(ROLE), &proposed["trust_policy"])
    );
    let may_run = made["permissions_policy"]["Statement"][0]["Resource"].to_string();
    assert!(may_run.contains("eu-central-1:111111111111:instance/*"), "{may_run}");
    for action in ["Start", "Stop", "Get"] {
        let named = format!("\"ssm:{action}AutomationExecution\"");
        let allowed = made["permissions_policy"].to_string();
        assert!(allowed.contains(&named), "{action}: {allowed}");
    }
    // Another partition's company cannot trust a principal of this one.
    let china = json!({"role_arn": "arn:aws-cn:iam::111111111111:role/x", "external_id": id, "region": "cn-north-1"});
    assert_eq!(put(&server, &boss, &path(&acme, "aws"), &china).await.status, 200);
    let unfit = server.get_as(&boss, &path(&acme, "aws-role")).await.json();
    assert!(unfit["missing"].as_str().unwrap().contains("aws-cn"), "{unfit}");
    assert!(!unfit["trust_policy"].to_string().contains("999988887777"), "{unfit}");
    server.stop().await;
}

#[tokio::test]
async fn a_service_that_fails_is_seen_to_be_left_alone() {
    let server = Server::start(engine()).await;
    let (acme, globex) = (server.company("comp-acme").await, server.company("comp-globex").await);
    let root = server.msp_admin().await;
    let (ssm, _dir) = account("acme:1").await;
    let settings =
        json!({"role_arn": ROLE, "external_id": "acme:1", "region": "eu-central-1", "endpoint_url": ssm.url()});
    assert_eq!(put(&server, &root, &path(&acme, "aws"), &settings).await.status, 200);
    for _ in 0..CIRCUIT_FAILURES {
        ssm.order(Op::SendCommand, Fault::Drop);
        let command = Command {
            comment: "aw:run-1".into(),
            instance_ids: vec![WEB.parse().unwrap()],
            commands: vec!["true".into()],
            timeout_seconds: 60,
            delivery_seconds: 60,
            document_hash: None,
        };
        server.cloud().commands.send(&acme.id, command).await.unwrap_err();
    }
    let seen = server.get(&acme, "/api/system/actors").await.json();
    let of_ssm = seen["circuits"]
        .as_array()
        .unwrap()
        .iter()
        .find(|circuit| circuit["service"] == "ssm")
        .unwrap();
    assert_eq!(
        (&of_ssm["state"], &of_ssm["failures"]),
        (&json!("open"), &json!(CIRCUIT_FAILURES))
    );
    // The wall stands still here, and what is left of the time does not.
    let until = &of_ssm["until"].as_str().unwrap()[.."2026-01-31T08:00:".len()];
    // Who wants something meanwhile is told when it may be had.
    let asked = json!({"instance_ids": [WEB]});
    let dry_run = "/api/runbooks/disk-cleanup/dry-run?company_id=comp-acme";
    let refused = server.post_as(&root, dry_run, &asked).await;
    refused.problem(503);
    assert!(refused.text.contains(until), "{until}: {}", refused.text);
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((2..=CIRCUIT_OPEN.as_secs()).contains(&wait), "{wait}");
    let of_globex = server.get(&globex, "/api/system/actors").await.json();
    assert_eq!(of_globex["circuits"], json!([]));
    let measured = server.get_as(&root, "/metrics").await.text;
    for line in [
        r#"alert_whisperer_cloud_circuit{company_id="comp-acme",service="ssm"} 2"#,
        r#"alert_whisperer_cloud_circuit{company_id="comp-acme",service="sts"} 0"#,
    ] {
        assert!(measured.lines().any(|measured| measured == line), "{measured}");
    }
    server.stop().await;
}

#[tokio::test]
async fn the_tools_say_which_of_them_a_company_can_use() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let root = server.msp_admin().await;
    let available = async || {
        let listed = server.get(&acme, "/api/agent/tools").await.json();
        let items = listed["items"].as_array().unwrap().clone();
        for item in &items {
            for schema in ["input_schema", "output_schema"] {
                assert_eq!(item[schema]["additionalProperties"], json!(false), "{item}");
            }
            assert!(
                item["timeout_seconds"].as_u64().unwrap() > 0 && item["version"] == "1",
                "{item}"
            );
        }
        let named = items
            .into_iter()
            .map(|item| (item["name"].as_str().unwrap().to_owned(), item["available"] == true));
        named.collect::<std::collections::BTreeMap<String, bool>>()
    };
    let before = available().await;
    assert!(before["incident.note"] && !before["cloudwatch.get_alarm"], "{before:?}");
    let settings = json!({"role_arn": ROLE, "external_id": "acme:1", "region": "eu-central-1"});
    assert_eq!(put(&server, &root, &path(&acme, "aws"), &settings).await.status, 200);
    let after = available().await;
    assert!(
        after["cloudwatch.get_alarm"] && after["cloudwatch.query_metrics"],
        "{after:?}"
    );
    server.stop().await;
}
