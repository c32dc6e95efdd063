//! A run that takes too long: the service is asked to end it, or it is given up.

use std::time::Duration;

use actors::census::Kind;
use actors::domain::run::{Health, RunStatus};
use actors::domain::{IncidentStatus, Phase, RunId};
use actors::incident::remedy::{Stop, Stopped};
use actors::port::Error;

use super::*;
use crate::support::faulty::{Fault, Point};

/// A company with a run that takes for ever, which is sent.
async fn endless(tree: &Tree) -> (CompanyId, Incident, Run) {
    let (acme, row) = troubled(tree, Policy::default(), "other").await;
    tree.cloud.takes_longer(Duration::from_secs(100_000));
    let cleanup = ask("disk-cleanup", nothing());
    let run = begun(execute(tree, &row, cleanup, "usr-ann", Approver::CompanyAdmin).await);
    tree.until("it is sent", Duration::from_secs(60), async || {
        runs(tree, &acme).await[0].command_id.is_some()
    })
    .await;
    (acme, row, run)
}

pub(super) async fn stop(
    tree: &Tree,
    row: &Incident,
    run: &RunId,
    how: Stop,
    is: Approver,
) -> Result<Stopped, CallError> {
    let which = (row.incident_id.clone(), run.clone());
    let said = (how, Some("it hangs".to_owned()));
    tree.runtime
        .stop_run(&row.company_id, which, said, ("usr-ann".into(), is), WITHIN)
        .await
}

/// The machines that something is under way on.
pub(super) async fn held(tree: &Tree, company: &CompanyId) -> usize {
    let locks = tree.reader(company).records(RecordKind::Locks, None, 9).await.unwrap();
    locks.iter().filter(|lock| !lock.id.contains('/')).count()
}

#[tokio::test(start_paused = true)]
async fn what_is_cancelled_ends_as_the_service_says_and_is_not_tried_again() {
    let tree = Tree::grow().await;
    let (acme, row, run) = endless(&tree).await;
    let low = refusal(stop(&tree, &row, &run.run_id, Stop::Cancel, Approver::Technician).await);
    assert!(matches!(low, RunRefusal::MayNotStop(Approver::CompanyAdmin)), "{low:?}");
    let stopped = stop(&tree, &row, &run.run_id, Stop::Cancel, Approver::CompanyAdmin)
        .await
        .unwrap();
    assert_eq!(stopped.run.status(), RunStatus::Sent);
    assert_eq!(stopped.asked.unwrap().await, Ok(Ok(())));
    let row = until(&tree, &acme, Phase::NeedsHuman).await;
    let ended = runs(&tree, &acme).await.remove(0);
    assert_eq!(
        (ended.status(), ended.cancelled_by.as_deref()),
        (RunStatus::Failed, Some("usr-ann"))
    );
    assert_eq!((held(&tree, &acme).await, tree.cloud.runs().len()), (0, 1));
    let kinds = tree.kinds(&acme, &row.incident_id).await;
    assert!(kinds.iter().any(|kind| kind == "run.cancelling"), "{kinds:?}");
    assert!(!kinds.iter().any(|kind| kind == "run.not_cancelled"), "{kinds:?}");
    let late = refusal(stop(&tree, &row, &run.run_id, Stop::Cancel, Approver::MspAdmin).await);
    assert_eq!(late, RunRefusal::NotUnderWay);
    let other = "run-other".parse().unwrap();
    assert_eq!(
        refusal(stop(&tree, &row, &other, Stop::GiveUp, Approver::MspAdmin).await),
        RunRefusal::NoSuchRun
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_given_up_is_unknown_and_its_machine_free() {
    let tree = Tree::grow().await;
    let (acme, row, run) = endless(&tree).await;
    assert_eq!(held(&tree, &acme).await, 1);
    let stopped = stop(&tree, &row, &run.run_id, Stop::GiveUp, Approver::CompanyAdmin)
        .await
        .unwrap();
    assert_eq!(stopped.run.status(), RunStatus::UnknownOutcome);
    let row = until(&tree, &acme, Phase::NeedsHuman).await;
    assert_eq!((row.life.status, row.life.touched), (IncidentStatus::Escalated, true));
    assert_eq!(held(&tree, &acme).await, 0);
    let why = runs(&tree, &acme).await[0].why().unwrap().to_owned();
    assert_eq!(why, "usr-ann has given it up: it hangs");
    // Its turn is free, too: others run there.
    tree.cloud.takes_longer(Duration::ZERO);
    let rotate = ask("log-rotate", nothing());
    begun(execute(&tree, &row, rotate, "usr-ann", Approver::MspAdmin).await);
    until(&tree, &acme, Phase::Verifying).await;
    assert_eq!(tree.cloud.runs().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_the_service_never_ends_is_let_go_soon_after_its_time() {
    let tree = Tree::grow().await;
    let (acme, _, run) = endless(&tree).await;
    let expected = runs(&tree, &acme).await[0].expected_by().unwrap();
    assert_eq!(
        expected.since(run.started_at).as_secs(),
        120 + u64::from(run.timeout_seconds)
    );
    tree.until(
        "people are told",
        Duration::from_secs(3600),
        async || matches!(&*tree.incidents(&acme).await, [row] if phase(row) == Phase::NeedsHuman),
    )
    .await;
    let ended = runs(&tree, &acme).await.remove(0);
    assert_eq!(ended.status(), RunStatus::UnknownOutcome);
    let late = ended.ended_at.unwrap().since(expected);
    assert!((600..700).contains(&late.as_secs()), "{late:?}");
}

#[tokio::test(start_paused = true)]
async fn a_cancel_that_the_service_refuses_cancels_nothing_and_is_told() {
    let tree = Tree::grow().await;
    let (acme, row, run) = endless(&tree).await;
    tree.cloud.is_away(true);
    let stopped = stop(&tree, &row, &run.run_id, Stop::Cancel, Approver::CompanyAdmin)
        .await
        .unwrap();
    assert!(stopped.asked.unwrap().await.unwrap().is_err());
    tree.until("it is told", Duration::from_secs(60), async || {
        let kinds = tree.kinds(&acme, &row.incident_id).await;
        kinds.iter().any(|kind| kind == "run.not_cancelled")
    })
    .await;
    assert_eq!(runs(&tree, &acme).await[0].cancelled_by, None);
    tree.cloud.is_away(false);
    tree.cloud.takes_longer(Duration::ZERO);
    until(&tree, &acme, Phase::Resolved).await;
}

#[tokio::test(start_paused = true)]
async fn a_health_check_that_hangs_is_given_up_and_the_incident_is_a_persons_to_end() {
    let tree = Tree::grow().await;
    let (acme, row, run) = endless(&tree).await;
    tree.cloud.takes_longer(Duration::ZERO);
    tree.until("the run has ended", Duration::from_secs(300), async || {
        runs(&tree, &acme).await[0].ended_at.is_some()
    })
    .await;
    tree.cloud.takes_longer(Duration::from_secs(100_000));
    let only = refusal(stop(&tree, &row, &run.run_id, Stop::Cancel, Approver::MspAdmin).await);
    assert_eq!(only, RunRefusal::OnlyChecked);
    stop(&tree, &row, &run.run_id, Stop::GiveUp, Approver::CompanyAdmin)
        .await
        .unwrap();
    let checked = runs(&tree, &acme).await.remove(0);
    assert_eq!(
        (checked.status(), checked.health),
        (RunStatus::Succeeded, Some(Health::Unknown))
    );
    let (id, resolve) = (row.incident_id.clone(), actors::incident::acts::Act::Resolve);
    tree.runtime
        .act(&acme, id, resolve, "usr-ann".into(), WITHIN)
        .await
        .unwrap();
    until(&tree, &acme, Phase::Resolved).await;
}

#[tokio::test(start_paused = true)]
async fn a_kill_switch_stops_the_health_check_as_well() {
    let tree = Tree::grow().await;
    let (acme, row, _) = endless(&tree).await;
    let stopped = Policy {
        stopped: true,
        ..Policy::default()
    };
    tree.connect(&acme, stopped).await;
    tree.cloud.takes_longer(Duration::ZERO);
    tree.until("it was not checked", Duration::from_secs(600), async || {
        runs(&tree, &acme).await[0].health == Some(Health::Unknown)
    })
    .await;
    assert_eq!(tree.cloud.sent(), 1);
    let kinds = tree.kinds(&acme, &row.incident_id).await;
    assert!(kinds.iter().any(|kind| kind == "run.checked"), "{kinds:?}");
}

#[tokio::test(start_paused = true)]
async fn a_cancel_that_the_store_does_not_take_is_not_answered_and_costs_no_restart() {
    let tree = Tree::grow().await;
    let (acme, row, run) = endless(&tree).await;
    // The first commit is that somebody wants it cancelled; the second, that the service tries.
    let away = Fault::Error(Error::Unavailable("planned".into()));
    tree.store.plan_after(Point::ChangeBefore, Some(&acme), 1, 1, away);
    let cancel = || stop(&tree, &row, &run.run_id, Stop::Cancel, Approver::CompanyAdmin);
    assert!(cancel().await.unwrap().asked.unwrap().await.is_err());
    assert!(tree.store.spent());
    assert_eq!(runs(&tree, &acme).await[0].cancelled_by, None);
    // The incident goes on from where it was.
    assert_eq!(tree.runtime.census().restarts(Kind::Incident), 0);
    let row = until(&tree, &acme, Phase::NeedsHuman).await;
    assert_eq!(row.life.status, IncidentStatus::Escalated);
    assert_eq!((held(&tree, &acme).await, tree.cloud.runs().len()), (0, 1));
}
