//! What an incident wants by itself is not forgotten while it cannot begin, and called out where it never can.

use std::time::Duration;

use actors::domain::run::RunStatus;
use actors::domain::{IncidentStatus, Phase, Signal};

use super::*;
use crate::support::estate::Mood;

const ASSETS: [&str; 6] = ["web-1", "db-1", "cache-1", "mail-1", "vpn-1", "dns-1"];
const HOUR: Duration = Duration::from_secs(3600);

async fn connected(tree: &Tree) -> CompanyId {
    let acme = tree.company("comp-acme").await;
    tree.connect(&acme, eager()).await;
    tree.shelve(&acme, &tidy()).await;
    acme
}

/// How often something of this kind was told of an incident, with why.
async fn told(tree: &Tree, row: &Incident, kind: &str) -> Vec<String> {
    let entries = tree.entries(&row.company_id, &row.incident_id).await;
    let of_kind = entries.iter().filter(|entry| entry["kind"] == kind);
    of_kind
        .map(|entry| entry["data"]["why"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_a_turn_begins_when_it_comes_also_in_another_process() {
    let mut tree = Tree::grow().await;
    let acme = connected(&tree).await;
    tree.cloud.takes_longer(Duration::from_secs(120));
    for asset in ASSETS {
        tree.send(&acme, asset, "disk-space", Signal::Firing).await;
    }
    tree.until("all turns are taken, and two wait", HOUR, async || {
        let rows = tree.incidents(&acme).await;
        let waiting = |row: &&Incident| {
            let proposal = row.life.proposal.as_ref();
            proposal.is_some_and(|proposal| proposal.waits_for.is_some())
        };
        rows.iter().filter(|row| phase(row) == Phase::Executing).count() == 4
            && rows.iter().filter(waiting).count() == 2
    })
    .await;
    tree.regrow().await;
    tree.until("all are healed", HOUR, async || {
        let rows = tree.incidents(&acme).await;
        rows.len() == ASSETS.len() && rows.iter().all(|row| row.life.healed_by.is_some())
    })
    .await;
    let done = tree.cloud.runs();
    assert_eq!(done.len(), ASSETS.len());
    // A machine takes two minutes and three seconds: no five ever ran at once, not after the restart either.
    let busy = Duration::from_secs(123);
    for one in &done {
        let beside = done
            .iter()
            .filter(|other| one.at >= other.at && one.at.since(other.at) < busy);
        assert!(beside.count() <= 4);
    }
    let mut waits = Vec::new();
    for row in tree.incidents(&acme).await {
        assert!(row.life.proposal.is_none());
        waits.extend(told(&tree, &row, "run.waits").await);
    }
    assert_eq!(waits.len(), 2, "{waits:?}");
}

#[tokio::test(start_paused = true)]
async fn what_another_run_keeps_from_its_machine_begins_after_it() {
    let tree = Tree::grow().await;
    let (acme, first) = troubled(&tree, eager(), "other").await;
    tree.shelve(&acme, &tidy()).await;
    tree.cloud.takes_longer(Duration::from_secs(120));
    begun(
        execute(
            &tree,
            &first,
            ask("log-rotate", nothing()),
            "usr-ann",
            Approver::MspAdmin,
        )
        .await,
    );
    tree.send(&acme, "web-1", "disk-space", Signal::Firing).await;
    tree.until("the second is healed", HOUR, async || {
        let rows = tree.incidents(&acme).await;
        rows.iter()
            .any(|row| row.signature == "disk-space" && row.life.healed_by.is_some())
    })
    .await;
    let rows = tree.incidents(&acme).await;
    let second = rows.iter().find(|row| row.signature == "disk-space").unwrap();
    let waits = told(&tree, second, "run.waits").await;
    assert!(matches!(&waits[..], [why] if why.contains("i-0000000a")), "{waits:?}");
}

#[tokio::test(start_paused = true)]
async fn a_cloud_that_is_away_is_tried_again_for_an_hour_and_then_people_are_told() {
    let tree = Tree::grow().await;
    let acme = connected(&tree).await;
    tree.cloud.is_away(true);
    tree.send(&acme, "web-1", "disk-space", Signal::Firing).await;
    let row = {
        tree.until(
            "people are told",
            HOUR * 2,
            async || matches!(&*tree.incidents(&acme).await, [row] if phase(row) == Phase::NeedsHuman),
        )
        .await;
        row(&tree, &acme).await
    };
    assert_eq!(told(&tree, &row, "run.waits").await.len(), 1);
    let [why] = &told(&tree, &row, "run.not_begun").await[..] else {
        panic!("told once")
    };
    assert!(why.contains("planned"), "{why}");
    assert!(row.life.proposal.is_none());
    assert_eq!(runs(&tree, &acme).await.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_can_never_begin_is_a_persons_at_once() {
    for (asset, signature, hint) in [
        ("web-1", "memory-leak", "service"),
        ("nowhere-9", "disk-space", "nowhere-9"),
    ] {
        let tree = Tree::grow().await;
        let acme = connected(&tree).await;
        tree.send(&acme, asset, signature, Signal::Firing).await;
        let row = until(&tree, &acme, Phase::NeedsHuman).await;
        assert_eq!(row.life.status, IncidentStatus::New, "nobody has taken it up");
        let [why] = &told(&tree, &row, "run.not_begun").await[..] else {
            panic!("told once")
        };
        assert!(why.contains(hint), "{why}");
        // It ends all the same once its alerts have recovered.
        tree.send(&acme, asset, signature, Signal::Resolved).await;
        until(&tree, &acme, Phase::Resolved).await;
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_asks_goes_before_what_the_incident_only_wants() {
    let tree = Tree::grow().await;
    let acme = connected(&tree).await;
    tree.cloud.takes_longer(Duration::from_secs(120));
    for asset in &ASSETS[..5] {
        tree.send(&acme, asset, "disk-space", Signal::Firing).await;
    }
    let waiting = async || {
        let rows = tree.incidents(&acme).await;
        rows.into_iter().find(|row| {
            row.life
                .proposal
                .as_ref()
                .is_some_and(|proposal| proposal.waits_for.is_some())
        })
    };
    tree.until("one waits", HOUR, async || waiting().await.is_some()).await;
    let row = waiting().await.unwrap();
    let high = ask("stuck-process", serde_json::json!({"name": "worker"}));
    let approval = asked(execute(&tree, &row, high, "usr-ann", Approver::MspAdmin).await);
    tree.until("the other four are healed", HOUR, async || {
        let rows = tree.incidents(&acme).await;
        rows.iter().filter(|row| row.life.healed_by.is_some()).count() == 4
    })
    .await;
    // It has what was asked for, and nothing else.
    assert_eq!(tree.cloud.runs().len(), 4);
    assert!(
        say(&tree, &approval, Word::Approve(None), "usr-bob", Approver::MspAdmin)
            .await
            .is_ok()
    );
}

#[tokio::test(start_paused = true)]
async fn a_no_of_the_service_is_looked_into_before_anything_is_sent_again() {
    // What does no harm twice is sent again once the list agrees; what does is not.
    let tree = Tree::grow().await;
    tree.cloud.will(&[Mood::Refused]);
    let acme = self_healing(&tree).await;
    until(&tree, &acme, Phase::Resolved).await;
    assert_eq!(tree.cloud.runs().len(), 1);
    for (mood, status) in [
        (Mood::Refused, RunStatus::UnknownOutcome),
        (Mood::Denied, RunStatus::Failed),
    ] {
        let tree = Tree::grow().await;
        let (acme, row) = troubled(&tree, eager(), "other").await;
        let once = Runbook {
            idempotent: false,
            ..tidy()
        };
        tree.shelve(&acme, &once).await;
        tree.cloud.will(&[mood]);
        begun(execute(&tree, &row, ask("tidy", nothing()), "usr-ann", Approver::CompanyAdmin).await);
        until(&tree, &acme, Phase::NeedsHuman).await;
        let run = runs(&tree, &acme).await.remove(0);
        assert_eq!((run.status(), tree.cloud.runs().len()), (status, 0));
        assert!(run.why().is_some_and(|why| why.contains("planned")));
    }
}

/// A company whose turns are all taken, and an incident that waits for one.
async fn one_waits(tree: &Tree) -> (CompanyId, Incident) {
    let acme = connected(tree).await;
    tree.cloud.takes_longer(Duration::from_secs(120));
    for asset in &ASSETS[..4] {
        tree.send(&acme, asset, "disk-space", Signal::Firing).await;
    }
    tree.until("four run", HOUR, async || tree.cloud.runs().len() == 4)
        .await;
    tree.send(&acme, ASSETS[4], "disk-space", Signal::Firing).await;
    let waits = |row: &Incident| {
        let proposal = row.life.proposal.as_ref();
        proposal.is_some_and(|proposal| proposal.waits_for.is_some())
    };
    tree.until("one waits", HOUR, async || {
        tree.incidents(&acme).await.iter().any(waits)
    })
    .await;
    let row = tree.incidents(&acme).await.into_iter().find(waits).unwrap();
    (acme, row)
}

async fn now(tree: &Tree, row: &Incident) -> Incident {
    let rows = tree.incidents(&row.company_id).await;
    rows.into_iter()
        .find(|other| other.incident_id == row.incident_id)
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_waits_runs_as_its_runbook_is_when_it_begins() {
    let tree = Tree::grow().await;
    let (acme, waiting) = one_waits(&tree).await;
    let graver = Runbook {
        version: 2,
        risk: Risk::High,
        ..tidy()
    };
    tree.shelve(&acme, &graver).await;
    tree.until("people are asked", HOUR, async || {
        phase(&now(&tree, &waiting).await) == Phase::AwaitingApproval
    })
    .await;
    let approval = approvals(&tree, &acme).await.remove(0);
    assert_eq!((approval.runbook_version, approval.risk_level), (2, Risk::High));
    assert_eq!(tree.cloud.runs().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn what_waits_does_not_begin_once_it_is_well_or_somebodys() {
    for recovers in [true, false] {
        let tree = Tree::grow().await;
        let (acme, waiting) = one_waits(&tree).await;
        if recovers {
            tree.send(&acme, ASSETS[4], "disk-space", Signal::Resolved).await;
        } else {
            let id = waiting.incident_id.clone();
            let escalate = actors::incident::acts::Act::Escalate(None);
            tree.runtime
                .act(&acme, id, escalate, "usr-ann".into(), WITHIN)
                .await
                .unwrap();
        }
        tree.until("the other four are healed", HOUR, async || {
            let rows = tree.incidents(&acme).await;
            rows.iter().filter(|row| row.life.healed_by.is_some()).count() == 4
        })
        .await;
        tokio::time::sleep(Duration::from_secs(300)).await;
        assert_eq!(tree.cloud.runs().len(), 4, "recovers: {recovers}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_for_by_itself_is_asked_for_again_as_its_runbook_is_now() {
    let tree = Tree::grow().await;
    let (acme, _) = troubled(&tree, Policy::default(), "disk-space").await;
    until(&tree, &acme, Phase::AwaitingApproval).await;
    let first = approvals(&tree, &acme).await.remove(0);
    let own = Runbook {
        slug: first.runbook.clone(),
        version: 7,
        ..tidy()
    };
    tree.shelve(&acme, &own).await;
    let late = refusal(say(&tree, &first, Word::Approve(None), "usr-bob", Approver::MspAdmin).await);
    assert_eq!(late, RunRefusal::RunbookChanged);
    tree.until("it is asked for again", HOUR, async || {
        approvals(&tree, &acme).await.len() == 2
    })
    .await;
    let kinds = tree.entries(&acme, &first.incident_id).await;
    let withdrawn = kinds.iter().find(|entry| entry["kind"] == "approval.decided").unwrap();
    assert!(
        withdrawn["data"]["why"].as_str().unwrap().contains("changed"),
        "{withdrawn}"
    );
}
