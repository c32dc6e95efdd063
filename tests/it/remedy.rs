//! Healing, on virtual time: consent, locks, what is known after a lost answer, verification, the second try.

mod automation;
mod consent;
mod day;
mod free;
mod injection;
mod once;
mod proposal;
mod session;
mod stop;

use std::time::Duration;

use actors::domain::policy::Approver;
use actors::domain::run::Run;
use actors::domain::runbook::{Risk, Runbook, library};
use actors::domain::{Approval, CompanyId, Incident, Phase, Policy, Signal};
use actors::incident::refusal::RunRefusal;
use actors::incident::remedy::{Decided, Executed, RunAsk, Wanted, Word};
use actors::port::RecordKind;
use actors::runtime::CallError;
use serde_json::{Map, Value, json};

use crate::support::tree::Tree;

const WITHIN: Duration = Duration::from_secs(60);

/// Everything of low risk runs without anybody being asked.
fn eager() -> Policy {
    Policy {
        low_risk_by_itself: true,
        ..Policy::default()
    }
}

/// A runbook of the company's own for full disks, of low risk.
fn tidy() -> Runbook {
    let library = library::built_in().unwrap();
    let cleanup = library
        .into_iter()
        .find(|runbook| runbook.slug == "disk-cleanup")
        .unwrap();
    Runbook {
        runbook_id: "rbk-00000000-0000-7000-8000-000000000001".parse().unwrap(),
        slug: "tidy".to_owned(),
        risk: Risk::Low,
        signatures: vec!["disk".to_owned()],
        ..cleanup
    }
}

/// A company whose full disks are seen to without anybody being asked, with one.
async fn self_healing(tree: &Tree) -> CompanyId {
    let acme = tree.company("comp-acme").await;
    tree.connect(&acme, eager()).await;
    tree.shelve(&acme, &tidy()).await;
    tree.send(&acme, "web-1", "disk-space", Signal::Firing).await;
    acme
}

fn ask(runbook: &str, parameters: Value) -> RunAsk {
    let Value::Object(parameters) = parameters else {
        panic!("no object")
    };
    RunAsk {
        what: Wanted::Runbook {
            name: runbook.to_owned(),
            parameters,
            commands: None,
        },
        instance_ids: None,
        reason: "it is full".to_owned(),
    }
}

/// A company with a cloud, and its incident about `web-1`.
async fn troubled(tree: &Tree, policy: Policy, signature: &str) -> (CompanyId, Incident) {
    let acme = tree.company("comp-acme").await;
    tree.connect(&acme, policy).await;
    tree.send(&acme, "web-1", signature, Signal::Firing).await;
    tree.settle(&acme).await;
    let row = tree.until_decided(&acme).await;
    (acme, row)
}

async fn row(tree: &Tree, company: &CompanyId) -> Incident {
    tree.incidents(company).await.remove(0)
}

fn phase(row: &Incident) -> Phase {
    actors::incident::lifecycle::phase(row)
}

async fn execute(tree: &Tree, row: &Incident, ask: RunAsk, who: &str, is: Approver) -> Result<Executed, CallError> {
    let id = row.incident_id.clone();
    tree.runtime
        .execute(&row.company_id, id, ask, (who.into(), is), WITHIN)
        .await
}

async fn say(tree: &Tree, approval: &Approval, word: Word, who: &str, is: Approver) -> Result<Decided, CallError> {
    let which = (approval.incident_id.clone(), approval.approval_id.clone());
    tree.runtime
        .approval(
            &approval.company_id,
            which,
            (word, Vec::new()),
            (who.into(), is),
            WITHIN,
        )
        .await
}

async fn approvals(tree: &Tree, company: &CompanyId) -> Vec<Approval> {
    let records = tree
        .reader(company)
        .records(RecordKind::Approvals, None, 100)
        .await
        .unwrap();
    records.iter().map(|record| record.read().unwrap()).collect()
}

async fn runs(tree: &Tree, company: &CompanyId) -> Vec<Run> {
    let records = tree.reader(company).records(RecordKind::Runs, None, 100).await.unwrap();
    records.iter().map(|record| record.read().unwrap()).collect()
}

/// Waits until the company's only incident is in a phase.
async fn until(tree: &Tree, company: &CompanyId, wanted: Phase) -> Incident {
    let what = format!("phase {}", wanted.as_str());
    tree.until(
        &what,
        Duration::from_secs(900),
        async || matches!(&*tree.incidents(company).await, [only] if phase(only) == wanted),
    )
    .await;
    row(tree, company).await
}

fn asked(executed: Result<Executed, CallError>) -> Approval {
    match executed {
        Ok(Executed::Asked(approval)) => *approval,
        other => panic!("not asked: {other:?}"),
    }
}

fn begun(executed: Result<Executed, CallError>) -> Run {
    match executed {
        Ok(Executed::Begun(begun)) => *begun.run,
        other => panic!("not begun: {other:?}"),
    }
}

fn refusal<T: std::fmt::Debug>(answer: Result<T, CallError>) -> RunRefusal {
    match answer {
        Err(CallError::Run(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

fn nothing() -> Value {
    json!(Map::new())
}
