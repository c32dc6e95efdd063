//! Commands without a runbook, the lines of one that are said once more, and the document that runs them.

use actors::domain::run::{FREE_COMMANDS, RunStatus};
use actors::domain::{IncidentStatus, Phase};

use super::*;
use crate::support::estate::DOCUMENT;

fn free(lines: &[&str]) -> RunAsk {
    RunAsk {
        what: Wanted::Commands {
            lines: lines.iter().map(|&line| line.to_owned()).collect(),
            timeout_seconds: 60,
        },
        ..ask("none", nothing())
    }
}

#[tokio::test(start_paused = true)]
async fn commands_without_a_runbook_need_the_policy_and_another_msp_admin() {
    let tree = Tree::grow().await;
    let (_, row) = troubled(&tree, Policy::default(), "other").await;
    let refused = async |policy: Policy| {
        tree.connect(&row.company_id, policy).await;
        execute(&tree, &row, free(&["uptime"]), "usr-ann", Approver::MspAdmin).await
    };
    assert_eq!(refusal(refused(Policy::default()).await), RunRefusal::NoFreeCommands);
    let open = Policy {
        free_commands: true,
        ..eager()
    };
    let approval = asked(refused(open).await);
    assert_eq!(
        (approval.runbook.as_str(), approval.risk_level, &approval.commands[..]),
        (FREE_COMMANDS, Risk::High, &["uptime".to_owned()][..])
    );
    let own = refusal(say(&tree, &approval, Word::Approve(None), "usr-ann", Approver::MspAdmin).await);
    assert!(matches!(own, RunRefusal::Approval(_)), "{own:?}");
    // What was asked for under another policy does not run under this one.
    tree.connect(&row.company_id, Policy::default()).await;
    let yes = || Word::Approve(Some(approval.hash.clone()));
    let shut = refusal(say(&tree, &approval, yes(), "usr-bob", Approver::MspAdmin).await);
    assert_eq!(shut, RunRefusal::NoFreeCommands);
    assert_eq!(tree.cloud.runs().len(), 0);
    tree.connect(&row.company_id, open).await;
    let decided = say(&tree, &approval, yes(), "usr-bob", Approver::MspAdmin).await;
    assert!(decided.unwrap().begun.is_some());
    until(&tree, &row.company_id, Phase::Verifying).await;
    let [done] = &tree.cloud.runs()[..] else { panic!("once") };
    assert_eq!(done.command.commands, ["uptime"]);
    assert_eq!(done.command.document_hash.as_deref(), Some(DOCUMENT));
}

#[tokio::test(start_paused = true)]
async fn lines_that_are_said_once_more_are_the_runbooks_or_nothing_runs() {
    let tree = Tree::grow().await;
    let (acme, row) = troubled(&tree, Policy::default(), "other").await;
    let said = |lines: Vec<String>| RunAsk {
        what: Wanted::Runbook {
            name: "disk-cleanup".to_owned(),
            parameters: Map::new(),
            commands: Some(lines),
        },
        ..ask("none", nothing())
    };
    let other = execute(
        &tree,
        &row,
        said(vec!["rm -rf /".into()]),
        "usr-ann",
        Approver::MspAdmin,
    )
    .await;
    assert_eq!(refusal(other), RunRefusal::OtherCommands);
    let approval = asked(
        execute(
            &tree,
            &row,
            ask("disk-cleanup", nothing()),
            "usr-tim",
            Approver::Technician,
        )
        .await,
    );
    say(&tree, &approval, Word::Reject, "usr-tim", Approver::CompanyAdmin)
        .await
        .unwrap();
    let same = execute(&tree, &row, said(approval.commands), "usr-ann", Approver::CompanyAdmin).await;
    begun(same);
    until(&tree, &acme, Phase::Resolved).await;
}

#[tokio::test(start_paused = true)]
async fn another_document_than_the_one_that_was_agreed_to_runs_nothing() {
    let tree = Tree::grow().await;
    let (acme, row) = troubled(&tree, Policy::default(), "other").await;
    let high = ask("stuck-process", serde_json::json!({"name": "worker"}));
    let approval = asked(execute(&tree, &row, high, "usr-ann", Approver::MspAdmin).await);
    assert_eq!(approval.venue.document_hash.as_deref(), Some(DOCUMENT));
    tree.cloud.document(Some(&"ab".repeat(32)));
    let decided = say(&tree, &approval, Word::Approve(None), "usr-bob", Approver::MspAdmin).await;
    assert!(decided.unwrap().begun.is_some());
    let row = until(&tree, &acme, Phase::NeedsHuman).await;
    assert_eq!(row.life.status, IncidentStatus::Escalated);
    assert_eq!(
        (runs(&tree, &acme).await[0].status(), tree.cloud.runs().len()),
        (RunStatus::Failed, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn a_role_that_may_not_ask_for_the_document_runs_without_pinning_it() {
    let tree = Tree::grow().await;
    tree.cloud.document(None);
    let acme = self_healing(&tree).await;
    until(&tree, &acme, Phase::Resolved).await;
    assert_eq!(tree.cloud.runs()[0].command.document_hash, None);
}
