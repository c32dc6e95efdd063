//! Changes of incidents that change records with them, and ask of the company whether a run may begin.

use actors::correlator::regroup::merged;
use actors::domain::{CompanyId, Incident};
use actors::port::record::ALL_RUNS;
use actors::port::writer::{Changed, Guard, IncidentChange, Regroup, RegroupPart, Seen};
use actors::port::{Amended, Amendment, Put, RecordKind, Writer};
use serde_json::json;

use super::World;
use super::records::{of, put};
use crate::support::alerts::fact;
use crate::support::placing::{change_of, resolved};

fn run(id: &str, expect: Option<u64>) -> Put {
    put(RecordKind::Runs, id, expect, None, json!({ "run_id": id }))
}

fn lock(expect: Option<u64>) -> Put {
    put(RecordKind::Locks, "i-0000000a", expect, None, json!({}))
}

async fn beginning(w: &World, row: &Incident, id: &str) -> IncidentChange {
    let settings = w.reader().company().await.unwrap().version;
    IncidentChange {
        puts: vec![run(id, None), lock(None)],
        guard: Some(Guard { settings }),
        facts: vec![fact("run.started", row.incident_id.as_str(), w.now())],
        ..change_of(row, w.now())
    }
}

async fn commit_no(w: &World, writer: &dyn Writer) -> (u64, usize) {
    let page = actors::port::reader::PageRequest {
        limit: 200,
        after: None,
    };
    let seq = w.reader().journal(page).await.unwrap().items.len();
    (writer.barrier().await.unwrap(), seq)
}

/// It is refused, and leaves nothing behind.
async fn assert_overtaken(w: &World, writer: &dyn Writer, change: IncidentChange) {
    let before = (
        w.row(&change.incident_id).await,
        commit_no(w, writer).await,
        w.reader().records(RecordKind::Runs, None, 9).await.unwrap(),
        w.reader().records(RecordKind::Locks, None, 9).await.unwrap(),
    );
    assert_eq!(writer.change(change.clone(), None).await, Ok(Changed::Overtaken));
    let after = (
        w.row(&change.incident_id).await,
        commit_no(w, writer).await,
        w.reader().records(RecordKind::Runs, None, 9).await.unwrap(),
        w.reader().records(RecordKind::Locks, None, 9).await.unwrap(),
    );
    assert_eq!(before, after);
}

pub async fn records_change_with_an_incident_or_nothing_does(w: World) {
    let writer = w.writer().await;
    let row = w.opened(&*writer, "inc-1", 1).await;
    let first = beginning(&w, &row, "run-1").await;
    assert!(matches!(
        writer.change(first.clone(), None).await,
        Ok(Changed::Done(Some(_)))
    ));
    let runs = w.reader().records(RecordKind::Runs, None, 9).await.unwrap();
    assert_eq!(runs, [run("run-1", None).record(&w.a).unwrap()]);
    // The machine is another run's now.
    let row = w.row(&row.incident_id).await;
    assert_overtaken(&w, &*writer, beginning(&w, &row, "run-2").await).await;
    // A row that is not as it was expected is told before a record that is not.
    let mut stale = beginning(&w, &row, "run-1").await;
    stale.expect = actors::port::writer::Expect::Version(row.version + 1);
    assert!(matches!(
        writer.change(stale, None).await,
        Ok(Changed::Refused(Some(_)))
    ));
    let end = IncidentChange {
        life: Some(resolved(&row, w.now())),
        puts: vec![
            run("run-1", Some(1)),
            Put::remove(RecordKind::Locks, "i-0000000a".to_owned(), 1),
        ],
        ..change_of(&row, w.now())
    };
    assert!(matches!(writer.change(end, None).await, Ok(Changed::Done(Some(_)))));
    assert_eq!(w.reader().records(RecordKind::Locks, None, 9).await, Ok(vec![]));
    let run = w.reader().record(RecordKind::Runs, "run-1").await.unwrap().unwrap();
    assert_eq!(run.version, 2);
}

pub async fn records_change_with_a_regrouping_or_nothing_does(w: World) {
    let writer = w.writer().await;
    let row = w.opened(&*writer, "inc-1", 2).await;
    let whole = w.reader().owned(&row.incident_id).await.unwrap().unwrap();
    let regroup = |put: Put| Regroup {
        parts: vec![RegroupPart {
            incident_id: row.incident_id.clone(),
            from: Ok(Seen {
                version: row.version,
                placed_no: row.placed_no,
            }),
            life: row.life.clone().touched(),
            owned: merged(std::slice::from_ref(&whole), w.now()),
        }],
        moves: vec![],
        puts: vec![put],
        facts: vec![fact("incident.changed", row.incident_id.as_str(), w.now())],
        now: w.now(),
    };
    let before = commit_no(&w, &*writer).await;
    assert_eq!(writer.regroup(regroup(run("run-1", Some(7))), None).await, Ok(false));
    assert_eq!(commit_no(&w, &*writer).await, before);
    assert_eq!(w.row(&row.incident_id).await, row);
    assert_eq!(writer.regroup(regroup(run("run-1", None)), None).await, Ok(true));
    let kept = w.reader().record(RecordKind::Runs, "run-1").await.unwrap();
    assert!(kept.is_some() && w.row(&row.incident_id).await.life.touched);
}

pub async fn a_run_begins_only_under_the_settings_that_permit_it(w: World) {
    let writer = w.writer().await;
    let row = w.opened(&*writer, "inc-1", 1).await;
    let seen = beginning(&w, &row, "run-1").await;
    let mut company = w.reader().company().await.unwrap();
    company.version += 1;
    company.policy.stopped = true;
    let amendment = Amendment {
        company: Some(company),
        ..Amendment::default()
    };
    assert_eq!(writer.amend(amendment, None).await, Ok(Amended::Done));
    assert_overtaken(&w, &*writer, seen).await;
    // What begins no run asks nothing.
    let changed = writer.change(change_of(&row, w.now()), None).await;
    assert!(matches!(changed, Ok(Changed::Done(_))));
}

pub async fn no_run_begins_while_the_platforms_switch_is_thrown(w: World) {
    let writer = w.writer().await;
    let row = w.opened(&*writer, "inc-1", 1).await;
    let platform = w.store.acquire(&CompanyId::platform()).await.unwrap();
    let thrown = put(RecordKind::Switches, ALL_RUNS, None, None, json!({}));
    assert_eq!(platform.amend(of(vec![thrown]), None).await, Ok(Amended::Done));
    assert_overtaken(&w, &*writer, beginning(&w, &row, "run-1").await).await;
    // A company's own record of that name is none.
    let back = Put::remove(RecordKind::Switches, ALL_RUNS.to_owned(), 1);
    assert_eq!(platform.amend(of(vec![back]), None).await, Ok(Amended::Done));
    let own = put(RecordKind::Switches, ALL_RUNS, None, None, json!({}));
    assert_eq!(writer.amend(of(vec![own]), None).await, Ok(Amended::Done));
    let changed = writer.change(beginning(&w, &row, "run-1").await, None).await;
    assert!(matches!(changed, Ok(Changed::Done(_))));
}
