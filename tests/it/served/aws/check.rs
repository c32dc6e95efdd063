//! Whether a company's AWS account can be reached, tried.

use super::*;

/// The steps of a trial: each with whether it went well.
fn steps(check: &Value) -> Vec<(&str, bool)> {
    let steps = check["steps"].as_array().unwrap().iter();
    steps
        .map(|step| (step["step"].as_str().unwrap(), step["ok"].as_bool().unwrap()))
        .collect()
}

fn detail<'a>(check: &'a Value, step: &str) -> &'a str {
    let mut steps = check["steps"].as_array().unwrap().iter();
    steps.find(|found| found["step"] == step).unwrap()["detail"]
        .as_str()
        .unwrap()
}

#[tokio::test]
async fn an_account_is_tried_step_by_step_and_what_fails_is_an_answer() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let root = server.msp_admin().await;
    let boss = server.person("boss@acme.example", Role::CompanyAdmin, &[&acme]).await;
    let ann = server.technician(&acme).await;
    let (ssm, _dir) = account("acme:1").await;
    let path = path(&acme, "aws");
    let ask = async |who: &Person| {
        server
            .ask(Method::POST, &format!("{path}/check"), who.headers(), "")
            .await
    };
    ask(&ann).await.problem(403);
    let refused = ask(&boss).await;
    refused.problem(409);
    assert_eq!(refused.json()["code"], "not_connected");

    let mut settings =
        json!({"role_arn": ROLE, "external_id": "acme:1", "region": "eu-central-1", "endpoint_url": ssm.url()});
    assert_eq!(put(&server, &root, &path, &settings).await.status, 200);
    let check = async || {
        let answer = ask(&boss).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    };
    let found = check().await;
    assert_eq!(
        (&found["ok"], &found["account"], &found["arn"]),
        (
            &json!(true),
            &json!("111111111111"),
            &json!("arn:aws:sts::111111111111:assumed-role/alert-whisperer/session")
        )
    );
    assert_eq!(
        (&found["instances"], &found["instances_online"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(
        steps(&found),
        [("assume_role", true), ("identity", true), ("instances", true)]
    );
    assert_eq!(found["checked_at"], "2026-01-31T08:00:00.000Z");
    // The role is assumed each time, whatever is held of it.
    let before = ssm.asked(Op::AssumeRole);
    check().await;
    assert_eq!((ssm.asked(Op::AssumeRole), before), (2, 1));
    assert_eq!(ssm.asked(Op::GetCallerIdentity), 2);

    // More than a page is not read.
    ssm.add(ROLE, "i-0123456789abcdef1", &[]);
    ssm.page(1);
    let found = check().await;
    assert_eq!((&found["instances"], &found["ok"]), (&json!(1), &json!(true)));
    assert!(detail(&found, "instances").starts_with("more than 1"), "{found}");

    // A permission that is missing, and a service that is away.
    ssm.order_always(Op::DescribeInstanceInformation, Some("AccessDeniedException"));
    let found = check().await;
    assert_eq!(
        steps(&found),
        [("assume_role", true), ("identity", true), ("instances", false)]
    );
    assert_eq!((&found["ok"], &found["instances"]), (&json!(false), &Value::Null));
    let said = detail(&found, "instances");
    assert!(
        said.contains("AccessDeniedException") && said.contains("ssm:DescribeInstanceInformation"),
        "{said}"
    );
    ssm.order_always(Op::DescribeInstanceInformation, None);
    ssm.order(Op::GetCallerIdentity, Fault::Refuse(403, "AccessDenied"));
    let found = check().await;
    assert_eq!(
        steps(&found),
        [("assume_role", true), ("identity", false), ("instances", true)]
    );
    assert_eq!((&found["ok"], &found["arn"]), (&json!(false), &Value::Null));

    // A trust that does not fit ends it.
    settings["external_id"] = json!("acme:2");
    assert_eq!(put(&server, &root, &path, &settings).await.status, 200);
    let found = check().await;
    assert_eq!(
        (&found["ok"], steps(&found)),
        (&json!(false), vec![("assume_role", false)])
    );
    let said = detail(&found, "assume_role");
    assert!(said.contains("AccessDenied") && said.contains("trust policy"), "{said}");
    let journal = server.get_as(&boss, "/api/audit?kind=company.&limit=99").await.json();
    assert!(!journal.to_string().contains("check"), "{journal}");
    server.stop().await;
}

#[tokio::test]
async fn a_service_that_fails_is_left_alone_after_a_while_and_that_is_told() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let root = server.msp_admin().await;
    let (mut ssm, _dir) = account("acme:1").await;
    let settings =
        json!({"role_arn": ROLE, "external_id": "acme:1", "region": "eu-central-1", "endpoint_url": ssm.url()});
    let path = path(&acme, "aws");
    assert_eq!(put(&server, &root, &path, &settings).await.status, 200);
    ssm.stop().await;
    let mut last = Value::Null;
    for _ in 0..=CIRCUIT_FAILURES {
        let answer = server
            .ask(Method::POST, &format!("{path}/check"), root.headers(), "")
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        last = answer.json();
        assert_eq!(
            (&last["ok"], steps(&last)),
            (&json!(false), vec![("assume_role", false)])
        );
    }
    let said = detail(&last, "assume_role");
    assert!(
        said.contains("failed too often") && said.contains("nothing is sent before"),
        "{said}"
    );
    server.stop().await;
}
