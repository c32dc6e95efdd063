//! A run that takes too long, over HTTP: the service is asked to end it, or it is given up.

use super::*;

/// An incident with commands under way that never end by themselves: the run's path.
async fn endless(house: &House) -> (String, String) {
    let open = json!({"free_commands": true});
    let policy = format!("/api/companies/{}/policy", house.acme.id);
    let set = put(&house.server, &house.root, &policy, open).await;
    assert_eq!(set.status, 200, "{}", set.text);
    house.ssm.answer_first();
    let incident = house.incident(WEB, "other").await;
    let body =
        json!({"commands": ["echo begun > begun", "tail -f /dev/null"], "timeout_seconds": 900, "reason": "to see"});
    let asked = house.execute(&house.root, &incident, body).await;
    assert_eq!(
        (asked.status, &asked.json()["risk_level"]),
        (202, &json!("high")),
        "{}",
        asked.text
    );
    let id = asked.json()["approval_request_id"].as_str().unwrap().to_owned();
    let other = house.server.person("second@msp.example", Role::MspAdmin, &[]).await;
    let path = format!("/api/approvals/{id}/approve?company_id={}", house.acme.id);
    let shown = house
        .server
        .get_as(&house.ann, &format!("/api/approvals/{id}"))
        .await
        .json();
    assert_eq!(
        (&shown["runbook"], &shown["commands"]),
        (
            &json!("free-commands"),
            &json!(["echo begun > begun", "tail -f /dev/null"])
        )
    );
    let agreed = house
        .server
        .post_as(&other, &path, &json!({"hash": shown["hash"]}))
        .await;
    assert_eq!(agreed.status, 200, "{}", agreed.text);
    let run = agreed.json()["run"]["run_id"].as_str().unwrap().to_owned();
    (incident.clone(), format!("/api/incidents/{incident}/runs/{run}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_hangs_is_cancelled_by_who_could_agree_to_it() {
    let house = House::new().await;
    let (incident, run) = endless(&house).await;
    let cancel = format!("{run}/cancel?company_id={}", house.acme.id);
    let why = json!({"reason": "it hangs"});
    house.server.post_as(&house.boss, &cancel, &why).await.problem(403);
    let asked = house.server.post_as(&house.root, &cancel, &why).await;
    assert_eq!(asked.status, 202, "{}", asked.text);
    let shown = &asked.json()["run"];
    assert_eq!(
        (&shown["status"], &shown["cancelled_by"]),
        (&json!("sent"), &json!(house.root.id))
    );
    assert!(shown["expected_by"].is_string(), "{shown}");
    house.until(&incident, "needs_human").await;
    assert_eq!(house.runs(&incident).await[0]["status"], "failed");
    let timeline = house.timeline(&incident).await;
    let told = timeline.iter().find(|item| item["kind"] == "run.cancelling").unwrap();
    assert_eq!(
        (&told["data"]["reason"], &told["actor"]),
        (&json!("it hangs"), &json!(house.root.id))
    );
    house.server.post_as(&house.root, &cancel, &why).await.problem(409);
    house.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_never_ends_is_given_up_and_its_machine_is_free() {
    let house = House::new().await;
    let (incident, run) = endless(&house).await;
    let give_up = format!("{run}/give-up?company_id={}", house.acme.id);
    let given_up = house.server.post_as(&house.root, &give_up, &json!({})).await;
    assert_eq!(
        (given_up.status, &given_up.json()["status"]),
        (200, &json!("unknown_outcome")),
        "{}",
        given_up.text
    );
    let shown = house.until(&incident, "needs_human").await;
    assert_eq!(shown["status"], "escalated");
    let why = format!("/api/incidents/{incident}/why?company_id={}", house.acme.id);
    let why = house.server.get_as(&house.boss, &why).await.json();
    let needs = &why["needs_human"];
    assert_eq!(
        (&needs["by"], needs["runbook"].is_string()),
        (&json!("incident"), true),
        "{needs}"
    );
    assert!(needs["why"].as_str().is_some_and(|why| !why.is_empty()), "{needs}");
    let cleanup = json!({"runbook_id": "disk-cleanup"});
    assert_eq!(house.execute(&house.boss, &incident, cleanup).await.status, 200);
    for (path, status) in [(&give_up, 409), (&give_up.replace("run-", "run-0"), 404)] {
        house
            .server
            .post_as(&house.root, path, &json!({}))
            .await
            .problem(status);
    }
    house.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_are_the_runbooks_or_wanted_by_the_policy() {
    let house = House::new().await;
    let incident = house.incident(WEB, "other").await;
    let dry = "/api/runbooks/disk-cleanup/dry-run";
    let shown = house
        .server
        .post_as(&house.ann, dry, &json!({"instance_ids": [WEB]}))
        .await
        .json();
    for (body, status, field) in [
        (json!({"commands": ["uptime"]}), 403, "commands"),
        (json!({"commands": []}), 400, "commands"),
        (json!({"commands": ["a\nb"]}), 400, "commands"),
        (json!({"commands": ["echo {{ssm:secret}}"]}), 400, "commands"),
        (
            json!({"commands": ["uptime"], "timeout_seconds": 29}),
            400,
            "timeout_seconds",
        ),
        (
            json!({"commands": ["uptime"], "parameters": {"days": 7}}),
            400,
            "parameters",
        ),
        (
            json!({"runbook_id": "disk-cleanup", "timeout_seconds": 60}),
            400,
            "timeout_seconds",
        ),
        (
            json!({"runbook_id": "disk-cleanup", "commands": ["uptime"]}),
            400,
            "commands",
        ),
    ] {
        let refused = house.execute(&house.boss, &incident, body).await;
        assert_eq!(refused.problem(status), field, "{}", refused.text);
    }
    let same = json!({"runbook_id": "disk-cleanup", "commands": shown["commands"]});
    assert_eq!(house.execute(&house.boss, &incident, same).await.status, 200);
    house.until(&incident, "resolved").await;
    house.server.stop().await;
}
