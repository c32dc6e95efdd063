//! A document in the place of a script, over HTTP: written, shown beforehand, agreed to, started once, seen.

use super::*;

/// A runbook that restarts a machine, as somebody writes it.
fn written() -> Value {
    json!({
        "slug": "restart", "title": "Restart", "description": "Restarts the machine.", "platform": "linux",
        "risk": "high",
        "parameters": [{
            "name": "role", "description": "By whose rights.",
            "type": {"text": {"pattern": "^arn:aws:iam::[0-9]{12}:role/[a-z-]+$", "max_length": 100}},
            "default": "arn:aws:iam::111111111111:role/automation",
        }],
        "automation": {
            "document": "AWS-RestartEC2Instance", "version": "3", "parameters": {"AutomationAssumeRole": "role"},
        },
        "health_check": "true\n",
        "cool_down_seconds": 0, "blast_radius": 2, "timeout_seconds": 600, "idempotent": false,
    })
}

/// What of it is started.
fn meant() -> Value {
    json!({
        "document": "AWS-RestartEC2Instance", "version": "3",
        "parameters": {"AutomationAssumeRole": ["arn:aws:iam::111111111111:role/automation"]},
    })
}

/// A run's id as a UUID of 36 characters.
fn token(run: &Value) -> String {
    let id: uuid::Uuid = run["run_id"].as_str().unwrap()[4..].parse().unwrap();
    id.hyphenated().to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_is_started_once_for_what_was_agreed_to() {
    let house = House::new().await;
    let made = house.server.post_as(&house.boss, "/api/runbooks", &written()).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let made = made.json();
    assert_eq!(
        (&made["automation"], &made["script"]),
        (&written()["automation"], &json!(""))
    );
    let asked = json!({"instance_ids": [WEB]});
    let dry = house
        .server
        .post_as(&house.ann, "/api/runbooks/restart/dry-run", &asked)
        .await
        .json();
    assert_eq!(
        (&dry["automation"], &dry["commands"], &dry["dry_run_commands"]),
        (&meant(), &json!([]), &json!([]))
    );
    assert_eq!(dry["health_check_commands"][1], "true");
    assert_eq!(house.ssm.asked(Op::StartAutomationExecution), 0);

    let incident = house.incident(WEB, "other").await;
    let pending = house
        .execute(&house.ann, &incident, json!({"runbook_id": "restart"}))
        .await;
    assert_eq!(pending.status, 202, "{}", pending.text);
    let id = pending.json()["approval_request_id"].as_str().unwrap().to_owned();
    let path = format!("/api/approvals/{id}");
    let approval = house.server.get_as(&house.ann, &path).await.json();
    assert_eq!(
        (&approval["automation"], &approval["commands"], &approval["dry_run"]),
        (&meant(), &json!([]), &Value::Null)
    );
    assert_eq!(approval["hash"], dry["hash"], "what was shown is what is agreed to");
    // The answer to the start is lost, and it is asked for again by its token.
    house.ssm.order(Op::StartAutomationExecution, Fault::Drop);
    let agree = format!("{path}/approve?company_id={}", house.acme.id);
    let agreed = house
        .server
        .post_as(&house.root, &agree, &json!({"hash": approval["hash"]}))
        .await;
    assert!([200, 202].contains(&agreed.status), "{}", agreed.text);
    house.until(&incident, "resolved").await;
    let runs = house.runs(&incident).await;
    let run = &runs[0];
    assert_eq!(
        (&run["status"], &run["health"], &run["automation"]),
        (&json!("succeeded"), &json!("healthy"), &meant())
    );
    assert_eq!(run["output"], "== Success\nstartInstances.InstanceStates: running\n");
    assert_eq!(house.ssm.asked(Op::StartAutomationExecution), 2);
    let executed = house.ssm.executed(&format!("automation:{}", token(run)));
    assert_eq!(executed.len(), 1);
    assert_eq!(run["command_id"], executed[0].command_id.as_str());
    assert_eq!(house.web.read(".machine/restarts").lines().count(), 1);
    let timeline = house.timeline(&incident).await;
    for kind in ["approval.requested", "run.started"] {
        let told = timeline.iter().find(|item| item["kind"] == kind).unwrap();
        assert_eq!(told["data"]["automation"], meant(), "{kind}");
    }
    house.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_that_aws_does_not_know_is_no_success() {
    let house = House::new().await;
    let mut unknown = written();
    unknown["automation"]["document"] = json!("Our-Restart");
    let made = house.server.post_as(&house.boss, "/api/runbooks", &unknown).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let incident = house.incident(WEB, "other").await;
    let asked = house
        .execute(&house.ann, &incident, json!({"runbook_id": "restart"}))
        .await;
    let path = format!(
        "/api/approvals/{}/approve?company_id={}",
        asked.json()["approval_request_id"].as_str().unwrap(),
        house.acme.id
    );
    let agreed = house.server.post_as(&house.root, &path, &json!({})).await;
    assert_eq!(agreed.status, 200, "{}", agreed.text);
    let run = &agreed.json()["run"];
    assert_eq!((&run["status"], &run["command_id"]), (&json!("failed"), &Value::Null));
    assert!(
        run["why"].as_str().unwrap().contains("AutomationDefinitionNotFound"),
        "{run}"
    );
    house.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_neither_a_script_nor_a_whole_document_names_the_field() {
    let house = House::new().await;
    type Change = fn(&mut Value);
    let cases: [(&str, Change); 10] = [
        ("script", |book| book["script"] = json!("true\n")),
        ("dry_run", |book| book["dry_run"] = json!("true\n")),
        ("rollback", |book| book["rollback"] = json!("true\n")),
        ("script", |book| book["automation"] = Value::Null),
        ("automation.document", |book| {
            book["automation"]["document"] = json!("{{ssm:x}}")
        }),
        ("automation.version", |book| {
            book["automation"]["version"] = json!("$LATEST")
        }),
        ("automation.parameters.InstanceId", |book| {
            book["automation"]["parameters"]["InstanceId"] = json!("role")
        }),
        ("automation.parameters.Reason", |book| {
            book["automation"]["parameters"]["Reason"] = json!("reason")
        }),
        ("automation.targets", |book| {
            book["automation"]["targets"] = json!([WEB])
        }),
        ("automation.version", |book| {
            book["automation"].as_object_mut().unwrap().remove("version");
        }),
    ];
    for (field, change) in cases {
        let mut wrong = written();
        change(&mut wrong);
        let refused = house.server.post_as(&house.boss, "/api/runbooks", &wrong).await;
        assert_eq!(refused.problem(400), field, "{}", refused.text);
    }
    // That another document does less harm is not for who writes it to say.
    let mut trusted = written();
    trusted["risk"] = json!("medium");
    house
        .server
        .post_as(&house.boss, "/api/runbooks", &trusted)
        .await
        .problem(403);
    let path = format!("/api/runbooks?company_id={}", house.acme.id);
    let made = house.server.post_as(&house.root, &path, &trusted).await;
    assert_eq!(made.status, 200, "{}", made.text);
    trusted["title"] = json!("Restart it");
    let path = "/api/runbooks/restart";
    let renamed = put(&house.server, &house.boss, path, trusted.clone()).await;
    assert_eq!(renamed.status, 200, "{}", renamed.text);
    trusted["automation"]["version"] = json!("4");
    let sly = put(&house.server, &house.boss, path, trusted).await;
    assert_eq!(sly.problem(403), "risk");
    house.server.stop().await;
}
