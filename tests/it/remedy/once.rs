//! From an intent to an end: carried out once, verified, remembered.

use std::time::Duration;

use actors::domain::run::{Health, RunStatus};
use actors::domain::{IncidentStatus, Phase, Policy, Signal};
use actors::port::RecordKind;
use serde_json::json;

use super::*;
use crate::support::estate::Mood;

#[tokio::test(start_paused = true)]
async fn a_run_of_low_risk_heals_an_incident_without_anybody() {
    let tree = Tree::grow().await;
    let acme = self_healing(&tree).await;
    let row = until(&tree, &acme, Phase::Resolved).await;
    let [run] = &runs(&tree, &acme).await[..] else {
        panic!("one run")
    };
    assert_eq!(
        (run.status(), run.health),
        (RunStatus::Succeeded, Some(Health::Healthy))
    );
    assert_eq!(row.life.resolved_by.as_deref(), Some(run.run_id.as_str()));
    assert_eq!(
        (row.life.healed_by.as_ref(), row.life.touched),
        (Some(&run.run_id), false)
    );
    let [done] = &tree.cloud.runs()[..] else {
        panic!("carried out once")
    };
    assert_eq!(done.command.comment, format!("aw:{}", run.run_id));
    assert_eq!(done.command.commands, run.commands);
    assert_eq!(done.command.instance_ids, run.targets.ids());
    let output = run.output.as_deref().unwrap();
    assert!(output.contains("freed 3 GB; token=[redacted]"), "{output}");
    let kinds = tree.kinds(&acme, &row.incident_id).await;
    let ours: Vec<&str> = kinds
        .iter()
        .map(String::as_str)
        .filter(|kind| !kind.starts_with("incident.changed"))
        .collect();
    assert_eq!(
        ours,
        [
            "incident.opened",
            "decision.made",
            "run.started",
            "run.sent",
            "run.ended",
            "run.checked",
            "incident.resolved",
            "kpi.measured"
        ]
    );
    let reader = tree.reader(&acme);
    let memories = reader.records(RecordKind::LongMemory, None, 9).await.unwrap();
    assert_eq!(memories.len(), 1);
    assert_eq!(
        (&memories[0].body["outcome"], &memories[0].body["signature"]),
        (&json!("success"), &json!("disk-space"))
    );
    let outcomes = reader.records(RecordKind::Outcomes, None, 9).await.unwrap();
    assert_eq!(
        (&outcomes[0].body["runs"], &outcomes[0].body["successes"]),
        (&json!(1), &json!(1))
    );
    // The machine is free, and the runbook is kept from it for a while.
    let locks = reader.records(RecordKind::Locks, None, 9).await.unwrap();
    let [cool_down] = &locks[..] else { panic!("{locks:?}") };
    assert_eq!(cool_down.id, format!("i-0000000a/{}", run.runbook_id));
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_looked_for_and_nothing_is_carried_out_twice() {
    let tree = Tree::grow().await;
    tree.cloud.will(&[Mood::ReplyLost]);
    let acme = self_healing(&tree).await;
    until(&tree, &acme, Phase::Resolved).await;
    assert_eq!(tree.cloud.runs().len(), 1);
    assert_eq!(runs(&tree, &acme).await[0].status(), RunStatus::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn what_does_harm_twice_is_not_sent_again_where_nobody_knows() {
    let tree = Tree::grow().await;
    let (acme, row) = troubled(&tree, Policy::default(), "process-stuck").await;
    tree.cloud.will(&[Mood::RequestLost]);
    let parameters = json!({"name": "worker"});
    let approval = asked(
        execute(
            &tree,
            &row,
            ask("stuck-process", parameters),
            "usr-ann",
            Approver::MspAdmin,
        )
        .await,
    );
    let decided = say(
        &tree,
        &approval,
        Word::Approve(Some(approval.hash.clone())),
        "usr-bob",
        Approver::MspAdmin,
    )
    .await;
    assert!(decided.unwrap().begun.is_some());
    let row = until(&tree, &acme, Phase::NeedsHuman).await;
    assert_eq!(row.life.status, IncidentStatus::Escalated);
    assert_eq!(runs(&tree, &acme).await[0].status(), RunStatus::UnknownOutcome);
    assert_eq!(tree.cloud.runs().len(), 0);
    assert_eq!(
        tree.reader(&acme).records(RecordKind::Outcomes, None, 9).await.unwrap(),
        []
    );
}

#[tokio::test(start_paused = true)]
async fn what_does_no_harm_twice_is_sent_again_after_the_window() {
    let tree = Tree::grow().await;
    tree.cloud.will(&[Mood::RequestLost]);
    let acme = self_healing(&tree).await;
    until(&tree, &acme, Phase::Resolved).await;
    assert_eq!(tree.cloud.runs().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_run_goes_on_in_another_process() {
    let mut tree = Tree::grow().await;
    let acme = self_healing(&tree).await;
    until(&tree, &acme, Phase::Executing).await;
    tree.regrow().await;
    until(&tree, &acme, Phase::Verifying).await;
    tree.regrow().await;
    until(&tree, &acme, Phase::Resolved).await;
    assert_eq!(tree.cloud.runs().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_has_not_helped_is_tried_once_more_and_then_handed_up() {
    let tree = Tree::grow().await;
    tree.cloud.fails(":check");
    let acme = self_healing(&tree).await;
    let row = until(&tree, &acme, Phase::NeedsHuman).await;
    let runs = runs(&tree, &acme).await;
    let attempts: Vec<u32> = runs.iter().map(|run| run.attempt).collect();
    assert_eq!(attempts, [1, 2]);
    assert!(runs.iter().all(|run| run.health == Some(Health::Unhealthy)));
    assert_eq!((row.life.status, &row.life.remedy), (IncidentStatus::Escalated, &None));
    let outcomes = tree.reader(&acme).records(RecordKind::Outcomes, None, 9).await.unwrap();
    assert_eq!(
        (&outcomes[0].body["runs"], &outcomes[0].body["successes"]),
        (&json!(1), &json!(0))
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_person_has_to_agree_to_is_not_tried_again_by_itself() {
    let tree = Tree::grow().await;
    tree.cloud.fails("");
    let (acme, row) = troubled(&tree, Policy::default(), "other").await;
    begun(
        execute(
            &tree,
            &row,
            ask("disk-cleanup", nothing()),
            "usr-ann",
            Approver::CompanyAdmin,
        )
        .await,
    );
    until(&tree, &acme, Phase::NeedsHuman).await;
    assert_eq!(runs(&tree, &acme).await.len(), 1);
    assert_eq!(tree.cloud.runs().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_run_at_a_time_on_a_machine_and_a_pause_between_two() {
    let tree = Tree::grow().await;
    let (acme, first) = troubled(&tree, Policy::default(), "other").await;
    tree.send(&acme, "web-1", "another", Signal::Firing).await;
    tree.settle(&acme).await;
    let rows = tree.incidents(&acme).await;
    let second = rows
        .into_iter()
        .find(|row| row.incident_id != first.incident_id)
        .unwrap();
    let run = begun(
        execute(
            &tree,
            &first,
            ask("disk-cleanup", nothing()),
            "usr-ann",
            Approver::CompanyAdmin,
        )
        .await,
    );
    let busy = refusal(
        execute(
            &tree,
            &second,
            ask("log-rotate", nothing()),
            "usr-ann",
            Approver::MspAdmin,
        )
        .await,
    );
    assert_eq!(
        busy,
        RunRefusal::TargetBusy {
            instance_id: "i-0000000a".into(),
            run_id: run.run_id
        }
    );
    let again = refusal(
        execute(
            &tree,
            &first,
            ask("log-rotate", nothing()),
            "usr-ann",
            Approver::MspAdmin,
        )
        .await,
    );
    assert!(matches!(again, RunRefusal::Busy(_)), "{again:?}");
    tree.until("the first has ended", Duration::from_secs(60), async || {
        runs(&tree, &acme).await[0].ended_at.is_some()
    })
    .await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    let soon = refusal(
        execute(
            &tree,
            &second,
            ask("disk-cleanup", nothing()),
            "usr-ann",
            Approver::CompanyAdmin,
        )
        .await,
    );
    assert!(matches!(soon, RunRefusal::CoolingDown { .. }), "{soon:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_certainly_not_sent_is_tried_again_three_times_in_all() {
    let tree = Tree::grow().await;
    tree.cloud.will(&[Mood::NotOpened, Mood::NotOpened]);
    let (acme, row) = troubled(&tree, Policy::default(), "other").await;
    let cleanup = || ask("disk-cleanup", nothing());
    begun(execute(&tree, &row, cleanup(), "usr-ann", Approver::CompanyAdmin).await);
    until(&tree, &acme, Phase::Resolved).await;
    assert_eq!(tree.cloud.runs().len(), 1);
    tree.cloud.will(&[Mood::NotOpened; 3]);
    // Of another kind, for which nothing is known yet to help.
    tree.send(&acme, "db-1", "another", Signal::Firing).await;
    tree.settle(&acme).await;
    let rows = tree.incidents(&acme).await;
    let second = rows.iter().find(|row| row.asset_name == "db-1").unwrap();
    begun(execute(&tree, second, cleanup(), "usr-ann", Approver::CompanyAdmin).await);
    tree.until("it is handed up", Duration::from_secs(60), async || {
        let rows = tree.incidents(&acme).await;
        rows.iter().any(|row| row.life.status == IncidentStatus::Escalated)
    })
    .await;
    let last = runs(&tree, &acme).await.pop().unwrap();
    assert_eq!((last.status(), last.command_id.as_ref()), (RunStatus::Failed, None));
    assert!(
        last.why().is_some_and(|why| why.contains("planned")),
        "{:?}",
        last.why()
    );
    assert_eq!(tree.cloud.runs().len(), 1);
    // The machine is free again.
    let locks = tree.reader(&acme).records(RecordKind::Locks, None, 9).await.unwrap();
    assert!(locks.iter().all(|lock| lock.id.contains('/')), "{locks:?}");
}
