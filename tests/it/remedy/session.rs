//! A run that is under way when its incident's session reaches its cap.

use actors::domain::Role;
use actors::domain::run::RunStatus;
use actors::incident::acts::Act;
use actors::limits::SESSION;
use actors::port::Clock;
use tokio::time::sleep;

use super::*;

#[tokio::test(start_paused = true)]
async fn a_run_under_way_outlasts_the_session_and_is_not_repeated() {
    let tree = Tree::grow().await;
    let (acme, row) = troubled(&tree, eager(), "other").await;
    let patient = Runbook {
        timeout_seconds: 36 * 3600,
        health_check: None,
        idempotent: false,
        ..tidy()
    };
    tree.shelve(&acme, &patient).await;
    let first = row.life.session.clone().unwrap();
    tree.cloud.takes_longer(SESSION + Duration::from_secs(3600));
    let run = begun(execute(&tree, &row, ask("tidy", nothing()), "usr-ann", Approver::CompanyAdmin).await);
    sleep(SESSION + Duration::from_secs(60)).await;
    let entries = tree.entries(&acme, &row.incident_id).await;
    let ended = entries.iter().find(|entry| entry["kind"] == "session.ended");
    assert_eq!(ended.unwrap()["data"]["session_id"], first.session_id.as_str());
    assert_eq!(
        runs(&tree, &acme).await[0].status(),
        RunStatus::Sent,
        "it is still under way"
    );

    tree.until("the run has ended", Duration::from_secs(2 * 3600), async || {
        runs(&tree, &acme).await[0].status() == RunStatus::Succeeded
    })
    .await;
    let id = row.incident_id.clone();
    let acknowledged = tree.runtime.act(&acme, id, Act::Acknowledge, "usr-ann".into(), WITHIN);
    acknowledged.await.unwrap();
    let second = super::row(&tree, &acme).await.life.session.unwrap();
    assert_ne!(
        second.session_id, first.session_id,
        "what comes next begins another session"
    );
    let memory = tree
        .reader(&acme)
        .short_memory(&row.incident_id, tree.clock.now())
        .await;
    let memory = memory.unwrap().unwrap();
    let told = |message: &&actors::domain::Message| {
        message.role == Role::System && message.content.contains(first.session_id.as_str())
    };
    let handover = memory.messages.iter().find(told).expect("it is handed over");
    assert!(handover.content.contains("other on web-1"), "{}", handover.content);
    let all = runs(&tree, &acme).await;
    let ids: Vec<_> = all.iter().map(|run| &run.run_id).collect();
    assert_eq!(
        (ids, tree.cloud.runs().len()),
        (vec![&run.run_id], 1),
        "one run, carried out once"
    );
}
