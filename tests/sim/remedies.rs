//! Runs in a world: machines that carry out what they are sent and whose answers are lost, people who ask for runs and
//! agree to them; and what must hold of all of it in the end, by the machines' own ledger.

use std::collections::BTreeMap;
use std::time::Duration;

use actors::domain::approval::ApprovalStatus;
use actors::domain::policy::Approver;
use actors::domain::run::{Run, RunStatus};
use actors::domain::runbook::{Risk, Runbook, library};
use actors::domain::{Approval, CompanyId, Policy};
use actors::incident::remedy::{Executed, RunAsk, Wanted, Word};
use actors::port::{Kept, Record, RecordKind};
use serde_json::Map;

use super::dice::Dice;
use super::world::World;
use crate::support::estate::Mood;
use crate::support::tree::Tree;

/// How long a call may take.
const WITHIN: Duration = Duration::from_secs(60);
/// Tries of a run that does no harm twice.
const TRIES: usize = 3;

/// A built-in runbook as one of the company's own, of low risk and for a kind of trouble.
fn own(slug: &str, number: u8, signature: &str, idempotent: bool) -> Runbook {
    let built_in = library::built_in().unwrap();
    let found = built_in.into_iter().find(|runbook| runbook.slug == slug).unwrap();
    Runbook {
        runbook_id: format!("rbk-00000000-0000-7000-8000-0000000000{number:02}")
            .parse()
            .unwrap(),
        slug: format!("own-{slug}"),
        risk: Risk::Low,
        signatures: vec![signature.to_owned()],
        cool_down_seconds: 60,
        idempotent,
        ..found
    }
}

/// Connects a company to its machines, and lets what is of low risk run by itself.
pub async fn connect(tree: &Tree, company: &CompanyId) {
    let policy = Policy {
        low_risk_by_itself: true,
        ..Policy::default()
    };
    tree.connect(company, policy).await;
    tree.shelve(company, &own("disk-cleanup", 1, "disk", true)).await;
    tree.shelve(company, &own("log-rotate", 2, "memory", false)).await;
}

/// What a step of the script adds.
pub async fn step(world: &mut World) {
    match world.cloud_dice.below(12) {
        0..3 => world.tree.cloud.will(&[mood(&world.cloud_dice)]),
        3 => {
            let away = world.cloud_dice.one_in(2);
            world.tree.cloud.is_away(away);
        }
        4 => world.tree.cloud.fails(world.cloud_dice.pick(&["", ":check"])),
        5 => world.tree.cloud.is_well(),
        6..9 => ask(world).await,
        9..11 => speak(world).await,
        _ => {}
    }
}

fn mood(dice: &Dice) -> Mood {
    dice.pick(&[
        Mood::ReplyLost,
        Mood::RequestLost,
        Mood::Refused,
        Mood::NotOpened,
        Mood::Denied,
    ])
}

async fn ask(world: &mut World) {
    let company = world.company();
    let Some(row) = world.incident(&company).await else {
        return;
    };
    let (id, of) = (row.incident_id, company.clone());
    let name = world
        .cloud_dice
        .pick(&["own-disk-cleanup", "own-log-rotate", "log-rotate", "tmp-cleanup"]);
    let asked = RunAsk {
        what: Wanted::Runbook {
            name: name.to_owned(),
            parameters: Map::new(),
            commands: None,
        },
        instance_ids: None,
        reason: String::new(),
    };
    let is = world
        .cloud_dice
        .pick(&[Approver::Technician, Approver::CompanyAdmin, Approver::MspAdmin]);
    let what = format!("wants {name} for {id}");
    world.call(&company, &what, move |runtime, by| async move {
        match runtime.execute(&of, id, asked, (by.into(), is), WITHIN).await? {
            Executed::Begun(begun) => Ok(format!("begun {}", begun.run.run_id)),
            Executed::Asked(approval) => Ok(format!("asked {}", approval.approval_id)),
        }
    });
}

async fn speak(world: &mut World) {
    let company = world.company();
    let approvals: Vec<Approval> = all(world, &company, RecordKind::Approvals).await;
    let pending = approvals
        .into_iter()
        .filter(|one| one.status == ApprovalStatus::Pending);
    let Some(approval) = pending.last() else { return };
    let (which, of) = ((approval.incident_id, approval.approval_id), company.clone());
    let word = match world.cloud_dice.one_in(4) {
        true => Word::Reject,
        false => Word::Approve(Some(approval.hash)),
    };
    let what = format!("says {word:?} to {}", which.1);
    // Twice at once: one of them is too late.
    for _ in 0..world.cloud_dice.within(1..3) {
        let (which, of, word) = (which.clone(), of.clone(), word.clone());
        world.call(&company, &what, move |runtime, by| async move {
            let by = (by.into(), Approver::MspAdmin);
            let decided = runtime.approval(&of, which, (word, Vec::new()), by, WITHIN).await?;
            Ok(format!("{:?}", decided.approval.status))
        });
    }
}

/// Nothing is lost or away any more.
pub fn calm(world: &World) {
    world.tree.cloud.is_away(false);
    world.tree.cloud.is_well();
    world.tree.cloud.forget_moods();
}

async fn all<K: Kept>(world: &World, company: &CompanyId, kind: RecordKind) -> Vec<K> {
    let mut found: Vec<Record> = Vec::new();
    loop {
        let last = found.last().map(|record| record.id.clone());
        let page = world
            .tree
            .reader(company)
            .records(kind, last.as_deref(), 200)
            .await
            .unwrap();
        if page.is_empty() {
            return found.iter().map(|record| record.read().unwrap()).collect();
        }
        found.extend(page);
    }
}

/// What must hold of a company's runs when all has come to rest.
pub async fn check(world: &World, company: &CompanyId) {
    let runs: Vec<Run> = all(world, company, RecordKind::Runs).await;
    let approvals: Vec<Approval> = all(world, company, RecordKind::Approvals).await;
    let mut executed: BTreeMap<String, usize> = BTreeMap::new();
    for done in world.tree.cloud.runs().iter().filter(|done| done.company == *company) {
        *executed.entry(done.command.comment.clone()).or_default() += 1;
    }
    for run in &runs {
        let times = executed.remove(&run.comment()).unwrap_or(0);
        let what = || format!("{} was carried out {times} times: {run:?}", run.run_id);
        assert!(run.ended_at.is_some(), "not over: {}", what());
        assert!(times <= if run.idempotent { TRIES } else { 1 }, "{}", what());
        match run.status() {
            RunStatus::Succeeded => assert!(times >= 1, "{}", what()),
            RunStatus::Failed if run.command_id.is_none() => assert_eq!(times, 0, "{}", what()),
            RunStatus::Failed => assert!(times >= 1, "{}", what()),
            RunStatus::UnknownOutcome => {}
            RunStatus::Intended | RunStatus::Sent => panic!("{}", what()),
        }
        // Nothing runs without the consent that it takes.
        match &run.approval_id {
            Some(id) => {
                let used = approvals.iter().filter(|one| one.approval_id == *id);
                let used: Vec<_> = used.map(|one| (one.status, &one.run_id, one.hash.as_str())).collect();
                assert_eq!(
                    used,
                    [(ApprovalStatus::Consumed, &run.run_id, run.hash.as_str())],
                    "{}",
                    what()
                );
            }
            None => assert!(run.risk_level < Risk::High, "{}", what()),
        }
    }
    assert!(executed.is_empty(), "carried out without an intent: {executed:?}");
    let consumed = approvals.iter().filter(|one| one.status == ApprovalStatus::Consumed);
    for approval in consumed {
        let begun = runs.iter().filter(|run| run.run_id == approval.run_id).count();
        assert_eq!(begun, 1, "{} was used for {begun} runs", approval.approval_id);
    }
    let locks = world
        .tree
        .reader(company)
        .records(RecordKind::Locks, None, 200)
        .await
        .unwrap();
    let held: Vec<&Record> = locks.iter().filter(|lock| !lock.id.contains('/')).collect();
    assert!(held.is_empty(), "machines that nobody gives free: {held:?}");
    for row in world.tree.incidents(company).await {
        assert!(row.is_open() || row.life.remedy.is_none(), "{row:?}");
        assert!(row.life.remedy.as_ref().is_none_or(|remedy| !remedy.acts()), "{row:?}");
        let own = approvals.iter().filter(|one| one.incident_id == row.incident_id);
        let pending = own.filter(|one| one.status == ApprovalStatus::Pending).count();
        assert!(pending <= usize::from(row.is_open()), "{pending} pending: {row:?}");
    }
}
