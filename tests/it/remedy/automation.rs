//! A runbook that starts a document in the place of a script: agreed to, started once whatever is answered, stopped.

use std::collections::BTreeMap;

use actors::domain::run::{Health, RunStatus};
use actors::domain::runbook::{AutomationCall, Parameter, ParameterType};
use actors::incident::remedy::Stop;
use actors::port::own_runbook::OwnRunbook;
use actors::port::{Amended, Amendment, Put};

use super::stop::{held, stop};
use super::*;
use crate::support::estate::{Mood, Started};

const DOCUMENT: &str = "AWS-RestartEC2Instance";

/// A runbook that restarts a machine, and does harm twice.
fn restart() -> Runbook {
    Runbook {
        slug: "restart".to_owned(),
        risk: Risk::High,
        signatures: Vec::new(),
        parameters: vec![Parameter {
            name: "reason".to_owned(),
            description: "Why.".to_owned(),
            kind: ParameterType::Text {
                pattern: "^[ -~]*$".to_owned(),
                max_length: 100,
            },
            default: None,
        }],
        script: String::new(),
        dry_run: String::new(),
        health_check: Some("true\n".to_owned()),
        automation: Some(AutomationCall {
            document: DOCUMENT.to_owned(),
            version: "3".to_owned(),
            parameters: BTreeMap::from([("Reason".to_owned(), "reason".to_owned())]),
        }),
        idempotent: false,
        ..tidy()
    }
}

/// A company that may restart its machines, and its incident about `web-1`.
async fn restartable(tree: &Tree, runbook: &Runbook) -> (CompanyId, Incident) {
    let (acme, row) = troubled(tree, Policy::default(), "other").await;
    tree.shelve(&acme, runbook).await;
    (acme, row)
}

/// What two people have agreed to by now.
async fn agreed(tree: &Tree, row: &Incident) -> (Approval, Run) {
    let wanted = ask("restart", json!({"reason": "it hangs; $(id)"}));
    let approval = asked(execute(tree, row, wanted, "usr-ann", Approver::MspAdmin).await);
    let word = Word::Approve(Some(approval.hash.clone()));
    let decided = say(tree, &approval, word, "usr-bob", Approver::MspAdmin).await;
    let run = *decided.unwrap().begun.unwrap().run;
    (approval, run)
}

fn only(tree: &Tree) -> Started {
    match &tree.cloud.started()[..] {
        [only] => only.clone(),
        other => panic!("started {} times", other.len()),
    }
}

/// The run as a UUID of 36 characters.
fn token(run: &Run) -> String {
    let id: uuid::Uuid = run.run_id.as_str().strip_prefix("run-").unwrap().parse().unwrap();
    id.hyphenated().to_string()
}

#[tokio::test(start_paused = true)]
async fn what_was_agreed_to_is_started_once_and_its_health_check_ends_the_incident() {
    let tree = Tree::grow().await;
    let (acme, row) = restartable(&tree, &restart()).await;
    let (approval, run) = agreed(&tree, &row).await;
    let shown = approval.automation.clone().unwrap();
    assert_eq!(
        (approval.commands.len(), shown.document.as_str(), shown.version.as_str()),
        (0, DOCUMENT, "3")
    );
    assert_eq!(shown.parameters["Reason"], ["it hangs; $(id)"]);
    assert_eq!(run.automation, approval.automation);
    let row = until(&tree, &acme, Phase::Resolved).await;
    assert_eq!(row.life.healed_by.as_ref(), Some(&run.run_id));
    let started = only(&tree);
    assert_eq!((started.automation.token, started.company), (token(&run), acme.clone()));
    assert_eq!(started.automation.document, DOCUMENT);
    assert_eq!(started.automation.version.as_deref(), Some("3"));
    assert_eq!(started.automation.parameters, shown.parameters);
    assert_eq!(started.automation.targets, run.targets.ids());
    assert!(tree.cloud.runs().is_empty(), "no lines are sent but those of the check");
    let ended = runs(&tree, &acme).await.remove(0);
    assert_eq!(
        (ended.status(), ended.health, ended.command_id),
        (RunStatus::Succeeded, Some(Health::Healthy), Some(started.id))
    );
    assert_eq!(ended.output.as_deref(), Some("== Success\n"));
    let entries = tree.entries(&acme, &row.incident_id).await;
    for kind in ["approval.requested", "run.started"] {
        let told = entries.iter().find(|entry| entry["kind"] == kind).unwrap();
        assert_eq!(told["data"]["automation"], json!(shown), "{kind}");
    }
    assert_eq!(held(&tree, &acme).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_asked_for_again_by_the_token() {
    for moods in [
        &[Mood::ReplyLost][..],
        &[Mood::RequestLost],
        &[Mood::Refused],
        &[Mood::NotOpened],
        &[Mood::ReplyLost, Mood::RequestLost],
        &[Mood::ReplyLost, Mood::NotOpened],
    ] {
        let tree = Tree::grow().await;
        let (acme, row) = restartable(&tree, &restart()).await;
        tree.cloud.will(moods);
        let (_, run) = agreed(&tree, &row).await;
        until(&tree, &acme, Phase::Resolved).await;
        assert_eq!(only(&tree).automation.token, token(&run), "{moods:?}");
        assert_eq!(runs(&tree, &acme).await[0].status(), RunStatus::Succeeded);
    }
}

#[tokio::test(start_paused = true)]
async fn what_nobody_answers_for_is_a_persons() {
    for moods in [
        &[Mood::RequestLost; 3][..],
        &[Mood::Refused; 3],
        &[Mood::ReplyLost, Mood::Denied],
        &[Mood::ReplyLost, Mood::NotOpened, Mood::NotOpened],
    ] {
        let tree = Tree::grow().await;
        let (acme, row) = restartable(&tree, &restart()).await;
        tree.cloud.will(moods);
        agreed(&tree, &row).await;
        until(&tree, &acme, Phase::NeedsHuman).await;
        let ended = runs(&tree, &acme).await.remove(0);
        assert_eq!(ended.status(), RunStatus::UnknownOutcome, "{moods:?}");
        assert!(tree.cloud.started().len() <= 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_that_ends_in_between_starts_nothing_a_second_time() {
    let mut tree = Tree::grow().await;
    let (acme, row) = restartable(&tree, &restart()).await;
    tree.cloud.takes_longer(Duration::from_secs(60));
    // It is started, the answer is lost, and the process ends before it is asked for again.
    tree.cloud.will(&[Mood::ReplyLost]);
    let (_, run) = agreed(&tree, &row).await;
    tree.until("it is started", Duration::from_secs(60), async || {
        !tree.cloud.started().is_empty()
    })
    .await;
    tree.regrow().await;
    tree.until("it is known", Duration::from_secs(300), async || {
        runs(&tree, &acme).await[0].command_id.is_some()
    })
    .await;
    tree.regrow().await;
    until(&tree, &acme, Phase::Resolved).await;
    let started = only(&tree);
    assert_eq!(started.automation.token, token(&run));
    let ended = runs(&tree, &acme).await.remove(0);
    assert_eq!(
        (ended.status(), ended.command_id),
        (RunStatus::Succeeded, Some(started.id))
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_meant_too_long_ago_is_asked_for_again_only_where_that_does_no_harm() {
    for idempotent in [false, true] {
        let mut tree = Tree::grow().await;
        let runbook = Runbook {
            idempotent,
            ..restart()
        };
        let (acme, row) = restartable(&tree, &runbook).await;
        tree.cloud.will(&[Mood::ReplyLost]);
        agreed(&tree, &row).await;
        tree.until("it is started", Duration::from_secs(60), async || {
            !tree.cloud.started().is_empty()
        })
        .await;
        tree.runtime.abort();
        tree.runtime.ended().await;
        tokio::time::sleep(Duration::from_secs(3_700)).await;
        tree.regrow().await;
        let phase = if idempotent { Phase::Resolved } else { Phase::NeedsHuman };
        until(&tree, &acme, phase).await;
        only(&tree);
        let ended = runs(&tree, &acme).await.remove(0);
        match idempotent {
            true => assert_eq!(ended.status(), RunStatus::Succeeded),
            false => assert!(ended.why().is_some_and(|why| why.contains("too long ago")), "{ended:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_stopped_by_who_could_agree_to_it() {
    let tree = Tree::grow().await;
    let (acme, row) = restartable(&tree, &restart()).await;
    tree.cloud.takes_longer(Duration::from_secs(100_000));
    let (_, run) = agreed(&tree, &row).await;
    tree.until("it is known", Duration::from_secs(60), async || {
        runs(&tree, &acme).await[0].command_id.is_some()
    })
    .await;
    let stopped = stop(&tree, &row, &run.run_id, Stop::Cancel, Approver::MspAdmin).await;
    assert_eq!(stopped.unwrap().asked.unwrap().await, Ok(Ok(())));
    until(&tree, &acme, Phase::NeedsHuman).await;
    assert!(only(&tree).stopped_at.is_some());
    let ended = runs(&tree, &acme).await.remove(0);
    assert_eq!(
        (ended.status(), ended.cancelled_by.as_deref(), ended.output.as_deref()),
        (RunStatus::Failed, Some("usr-ann"), Some("== Cancelled\n"))
    );
    assert_eq!(held(&tree, &acme).await, 0);
}

#[tokio::test(start_paused = true)]
async fn what_fails_is_handed_up_and_what_is_not_known_there_was_never_started() {
    let tree = Tree::grow().await;
    tree.cloud.fails(DOCUMENT);
    let (acme, row) = restartable(&tree, &restart()).await;
    agreed(&tree, &row).await;
    let row = until(&tree, &acme, Phase::NeedsHuman).await;
    assert_eq!(row.life.healed_by, None);
    let ended = runs(&tree, &acme).await.remove(0);
    assert_eq!(
        (ended.status(), ended.output.as_deref()),
        (RunStatus::Failed, Some("== Failed\nplanned\n"))
    );

    let tree = Tree::grow().await;
    tree.cloud.will(&[Mood::Denied]);
    let (acme, row) = restartable(&tree, &restart()).await;
    agreed(&tree, &row).await;
    until(&tree, &acme, Phase::NeedsHuman).await;
    let ended = runs(&tree, &acme).await.remove(0);
    assert_eq!((ended.status(), ended.command_id.as_ref()), (RunStatus::Failed, None));
    assert!(ended.why().is_some_and(|why| why.contains("planned")), "{ended:?}");
    assert!(tree.cloud.started().is_empty());
}

#[tokio::test(start_paused = true)]
async fn another_version_of_the_document_is_agreed_to_anew() {
    let tree = Tree::grow().await;
    let (acme, row) = restartable(&tree, &restart()).await;
    let wanted = || ask("restart", json!({"reason": "it hangs"}));
    let approval = asked(execute(&tree, &row, wanted(), "usr-ann", Approver::MspAdmin).await);
    assert_eq!(
        approval.computed_hash().unwrap().as_str(),
        approval.hash,
        "what is stored is what is shown"
    );
    let id = restart().runbook_id;
    let record = tree.reader(&acme).record(RecordKind::Runbooks, id.as_str()).await;
    let record = record.unwrap().unwrap();
    let mut own: OwnRunbook = record.read().unwrap();
    own.runbook.automation.as_mut().unwrap().version = "4".to_owned();
    let changed = Amendment {
        puts: vec![Put::change(&own, record.version).unwrap()],
        ..Amendment::default()
    };
    assert_eq!(tree.runtime.amend(&acme, changed, WITHIN).await, Ok(Amended::Done));
    let used = refusal(say(&tree, &approval, Word::Approve(None), "usr-bob", Approver::MspAdmin).await);
    assert_eq!(used, RunRefusal::RunbookChanged);
    assert!(tree.cloud.started().is_empty());
    let again = asked(execute(&tree, &row, wanted(), "usr-ann", Approver::MspAdmin).await);
    assert_ne!(again.hash, approval.hash);
}
