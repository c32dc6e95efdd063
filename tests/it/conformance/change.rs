//! Changing an incident: one writer, one version, one deadline.

use std::time::Duration;

use actors::domain::incident::DecidedMark;
use actors::domain::{IncidentStatus, Life, MemoryId, Role, Session, Severity, ShortMemory};
use actors::port::Error;
use actors::port::writer::{Changed, Expect};
use tokio::time::Instant;

use super::{NEVER, World, incident_id, place};
use crate::support::decisions::decision;
use crate::support::placing::{batch, change_of, joining, reopened, resolved};

fn done(changed: Result<Changed, Error>) -> actors::domain::Incident {
    match changed {
        Ok(Changed::Done(Some(row))) => *row,
        other => panic!("not done: {other:?}"),
    }
}

pub async fn a_newer_writer_fences_the_older(w: World) {
    let old = w.writer().await;
    let row = w.opened(&*old, "inc-1", 1).await;
    let new = w.writer().await;
    assert_eq!(old.barrier().await, Err(Error::Fenced));
    assert_eq!(old.change(change_of(&row, w.now()), None).await, Err(Error::Fenced));
    assert_eq!(
        place(&*old, batch(0, vec![], vec![], w.now())).await,
        Err(Error::Fenced)
    );
    assert_eq!(new.barrier().await, Ok(0));
    assert_eq!(new.company(), &w.a);
    // Another company's writer is not concerned.
    let other = w.store.acquire(&w.b).await.unwrap();
    w.writer().await;
    assert_eq!(other.barrier().await, Ok(0));
}

pub async fn a_life_changes_only_from_the_version_it_was_read_at(w: World) {
    let writer = w.writer().await;
    let row = w.opened(&*writer, "inc-1", 1).await;
    w.clock.advance(Duration::from_secs(5));
    let mut taken_up = change_of(&row, w.now());
    taken_up.life = Some(Life {
        status: IncidentStatus::InProgress,
        assigned_to: Some("usr-1".to_owned()),
        acknowledged_at: Some(w.now()),
        session: Some(Session {
            session_id: "ses-1".parse().unwrap(),
            started_at: w.now(),
            ends_at: w.after(8 * 3600),
            handover: None,
        }),
        ..row.life.clone()
    });
    taken_up.decided = Some(DecidedMark {
        at: w.now(),
        severity: Severity::High,
        alert_count: 1,
    });
    let after = done(writer.change(taken_up.clone(), None).await);
    assert_eq!(after, w.row(&row.incident_id).await);
    assert_eq!(
        (after.version, after.absorbed_no, after.wake_due),
        (row.version + 1, row.placed_no, None)
    );
    assert_eq!(after.life, taken_up.life.clone().unwrap());
    assert_eq!((after.decided, after.updated_at), (taken_up.decided, w.now()));

    let refused = writer.change(taken_up, None).await;
    assert_eq!(refused, Ok(Changed::Refused(Some(Box::new(after.clone())))));
    // Without a life the version stays, and what is not given stays too.
    let noted = done(writer.change(change_of(&after, w.now()), None).await);
    assert_eq!(noted, after);
    let mut nowhere = change_of(&after, w.now());
    nowhere.incident_id = incident_id("inc-nowhere");
    assert_eq!(writer.change(nowhere, None).await, Ok(Changed::Refused(None)));
}

pub async fn closing_asks_that_every_placement_is_absorbed(w: World) {
    let writer = w.writer().await;
    let row = w.opened(&*writer, "inc-1", 1).await;
    let mut close = change_of(&row, w.now());
    close.life = Some(resolved(&row, w.now()));
    let alerts = w.alerts(1).await;
    let join = joining(&row.incident_id, &alerts, w.now());
    place(&*writer, batch(0, vec![join], vec![], w.now())).await.unwrap();

    let current = w.row(&row.incident_id).await;
    let refused = writer.change(close.clone(), None).await;
    assert_eq!(refused, Ok(Changed::Refused(Some(Box::new(current.clone())))));
    close.absorbed_no = current.placed_no;
    let closed = done(writer.change(close, None).await);
    assert_eq!(
        (closed.life.status, closed.life.resolved_by.as_deref()),
        (IncidentStatus::Resolved, Some("recovery"))
    );
    assert_eq!(w.joinable(NEVER).await, []);
}

pub async fn reopening_raises_joinable_no(w: World) {
    let writer = w.writer().await;
    let row = w.opened(&*writer, "inc-1", 1).await;
    let before = writer.barrier().await.unwrap();
    let mut close = change_of(&row, w.now());
    close.life = Some(resolved(&row, w.now()));
    let row = done(writer.change(close, None).await);
    assert_eq!(writer.barrier().await, Ok(before));
    let mut reopen = change_of(&row, w.now());
    reopen.life = Some(reopened(&row));
    let row = done(writer.change(reopen, None).await);
    assert!(row.is_open());
    assert_eq!(writer.barrier().await, Ok(before + 1));
}

pub async fn the_earlier_wake_stands_while_something_is_unabsorbed(w: World) {
    let writer = w.writer().await;
    let row = w.opened(&*writer, "inc-1", 1).await;
    let (soon, late) = (w.after(60), w.after(600));
    let mut change = change_of(&row, w.now());
    change.wake_due = Some(late);
    assert_eq!(done(writer.change(change.clone(), None).await).wake_due, Some(late));
    // Something is placed behind the actor's back, and asks to be looked at in a minute.
    let alerts = w.alerts(1).await;
    let mut join = joining(&row.incident_id, &alerts, soon);
    join.wake = Some(soon);
    place(&*writer, batch(0, vec![join], vec![], soon)).await.unwrap();
    assert_eq!(done(writer.change(change.clone(), None).await).wake_due, Some(soon));
    change.wake_due = None;
    assert_eq!(done(writer.change(change.clone(), None).await).wake_due, Some(soon));
    change.wake_due = Some(w.now());
    assert_eq!(done(writer.change(change.clone(), None).await).wake_due, Some(w.now()));
    // Once it is absorbed, the actor's own word stands.
    change.absorbed_no = w.row(&row.incident_id).await.placed_no;
    change.wake_due = None;
    assert_eq!(done(writer.change(change, None).await).wake_due, None);
}

pub async fn a_change_past_its_deadline_is_not_begun(w: World) {
    let writer = w.writer().await;
    let row = w.opened(&*writer, "inc-1", 1).await;
    let past = Some(Instant::now());
    let change = change_of(&row, w.now());
    assert_eq!(writer.change(change.clone(), past).await, Err(Error::DeadlinePassed));
    assert_eq!(w.row(&row.incident_id).await, row);
    let future = Some(Instant::now() + Duration::from_secs(60));
    done(writer.change(change, future).await);
}

pub async fn an_incident_without_a_row_keeps_decisions_and_memory(w: World) {
    let (writer, id) = (w.writer().await, incident_id("test-123"));
    let mut memory = ShortMemory::new("mem-1".parse::<MemoryId>().unwrap(), id.clone(), w.a.clone(), w.now());
    memory.remember(Role::Agent, "clean the disk", w.now());
    let made = decision(&w.a, &id, "dec-1", w.now());
    let row = w.opened(&*writer, "inc-other", 1).await;
    let mut change = change_of(&row, w.now());
    (change.incident_id, change.expect) = (id.clone(), Expect::NoRow);
    (change.decision, change.memory) = (Some(made.clone()), Some(memory.clone()));
    assert_eq!(writer.change(change.clone(), None).await, Ok(Changed::Done(None)));
    assert_eq!(w.reader().incident(&id).await, Ok(None));
    let (no, last) = w.reader().last_decision(&id).await.unwrap().unwrap();
    assert_eq!(last, made);
    assert_eq!(w.reader().short_memory(&id, w.now()).await, Ok(Some(memory.clone())));
    // Whole, and in place of the one before.
    memory.remember(Role::User, "thanks", w.now());
    change.decision = Some(decision(&w.a, &id, "dec-2", w.now()));
    change.memory = Some(memory.clone());
    assert_eq!(writer.change(change, None).await, Ok(Changed::Done(None)));
    assert_eq!(w.reader().short_memory(&id, w.now()).await, Ok(Some(memory)));
    let (later, last) = w.reader().last_decision(&id).await.unwrap().unwrap();
    assert!(later > no);
    assert_eq!(last.decision_id.as_str(), "dec-2");
}

pub async fn no_row_is_refused_where_there_is_one(w: World) {
    let writer = w.writer().await;
    let row = w.opened(&*writer, "inc-1", 1).await;
    let mut change = change_of(&row, w.now());
    change.expect = Expect::NoRow;
    change.decision = Some(decision(&w.a, &row.incident_id, "dec-1", w.now()));
    assert_eq!(
        writer.change(change, None).await,
        Ok(Changed::Refused(Some(Box::new(row.clone()))))
    );
    assert_eq!(w.reader().last_decision(&row.incident_id).await, Ok(None));
}

pub async fn short_memory_expires_by_its_stored_time(w: World) {
    let writer = w.writer().await;
    let row = w.opened(&*writer, "inc-1", 1).await;
    let memory = ShortMemory::new("mem-1".parse().unwrap(), row.incident_id.clone(), w.a.clone(), w.now());
    let mut change = change_of(&row, w.now());
    change.memory = Some(memory.clone());
    done(writer.change(change, None).await);
    let last = actors::domain::Timestamp::from_millis(memory.expires_at.as_millis() - 1);
    let (reader, id) = (w.reader(), &row.incident_id);
    assert_eq!(reader.short_memory(id, last).await, Ok(Some(memory.clone())));
    assert_eq!(reader.short_memory(id, memory.expires_at).await, Ok(None));
}
