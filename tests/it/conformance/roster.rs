//! The roster: what the runtime asks across companies.

use std::time::Duration;

use actors::domain::{AlertState, CompanyId, Severity, ShortMemory};
use actors::port::inbox::Accepted;
use actors::port::roster::{Due, DueWork};
use actors::port::{Amended, Amendment, Error, RecordKind, Roster};

use super::{World, incident_id, place};
use crate::support::alerts::{delivery, delivery_id, new_company, signature};
use crate::support::placing::{batch, change_of, opening, verdict};

pub async fn companies_keys_and_secrets_are_listed(w: World) {
    let expected = [new_company(&w.a, w.now()), new_company(&w.b, w.now())];
    let companies = w.store.companies().await.unwrap();
    assert_eq!(companies, expected.clone().map(|new| new.company));
    for kind in [RecordKind::ApiKeys, RecordKind::WebhookSecrets] {
        let put = expected.iter().flat_map(|new| {
            let records = new.puts.iter().filter_map(|put| put.record(&new.company.company_id));
            records.filter(|record| record.kind == kind)
        });
        let found = w.store.all_records(kind, None, 9).await.unwrap();
        assert_eq!(found, put.collect::<Vec<_>>());
        assert_eq!(found.len(), 2);
    }
    assert_eq!(w.reader().company().await.as_ref(), Ok(&companies[0]));
}

pub async fn an_id_is_taken_once_and_only_the_platform_founds(w: World) {
    let platform = w.store.acquire(&CompanyId::platform()).await.unwrap();
    assert_eq!(platform.found(new_company(&w.a, w.now())).await, Ok(false));
    assert_eq!(
        platform.found(new_company(&CompanyId::platform(), w.now())).await,
        Ok(false)
    );
    let new = new_company(&"comp-c".parse().unwrap(), w.now());
    assert_eq!(w.writer().await.found(new.clone()).await, Err(Error::Fenced));
    // A key that is another's already spoils this founding, and nothing else.
    let mut stolen = new.clone();
    stolen.puts = new_company(&w.a, w.now()).puts;
    assert_eq!(platform.found(stolen).await, Ok(false));
    assert_eq!(w.store.companies().await.unwrap().len(), 2);
    assert_eq!(platform.found(new).await, Ok(true));
    assert_eq!(w.store.companies().await.unwrap().len(), 3);
}

pub async fn companies_with_unplaced_alerts_are_found(w: World) {
    let roster: &dyn Roster = &*w.store;
    assert_eq!(roster.unplaced(9).await, Ok(vec![]));
    let alerts = w.alerts(1).await;
    assert_eq!(roster.unplaced(9).await, Ok(vec![w.a.clone()]));
    let theirs = delivery(&w.b, vec![w.alert()], w.now());
    assert_eq!(w.store.accept(theirs).await, Ok(Accepted::New));
    assert_eq!(roster.unplaced(1).await.unwrap().len(), 1);
    let mut both = roster.unplaced(9).await.unwrap();
    both.sort();
    assert_eq!(both, [w.a.clone(), w.b.clone()]);
    let writer = w.writer().await;
    let others = vec![verdict(&alerts[0], AlertState::DeadLetter, None, w.now())];
    place(&*writer, batch(0, vec![], others, w.now())).await.unwrap();
    assert_eq!(roster.unplaced(9).await, Ok(vec![w.b.clone()]));
}

pub async fn what_is_due_is_found_gravest_first(w: World) {
    let writer = w.writer().await;
    let grades = [
        ("inc-low", Severity::Low),
        ("inc-grave", Severity::Critical),
        ("inc-mid", Severity::Medium),
    ];
    for (name, severity) in grades {
        let mut alert = w.alert();
        alert.severity = severity;
        let alerts = w.accepted(vec![alert]).await;
        let open = opening(&incident_id(name), &alerts, w.now());
        place(&*writer, batch(0, vec![open], vec![], w.now())).await.unwrap();
    }
    let due = |(name, severity): (&str, Severity)| Due {
        company_id: w.a.clone(),
        work: DueWork::Incident(incident_id(name), severity),
    };
    let all = [due(grades[1]), due(grades[2]), due(grades[0])];
    assert_eq!(w.store.due(w.now(), 9).await.unwrap(), all);
    assert_eq!(w.store.due(w.now(), 2).await.unwrap(), all[..2]);
    let before = w.now().minus(Duration::from_millis(1));
    assert_eq!(w.store.due(before, 9).await.unwrap(), []);
    // One that has absorbed all and wants to be woken later is due then.
    let row = w.row(&incident_id("inc-grave")).await;
    let mut change = change_of(&row, w.now());
    change.wake_due = Some(w.after(60));
    writer.change(change, None).await.unwrap();
    assert_eq!(w.store.due(w.now(), 9).await.unwrap(), all[1..]);
    assert_eq!(w.store.due(w.after(60), 9).await.unwrap(), all);
}

pub async fn an_amendment_can_make_open_incidents_due(w: World) {
    let writer = w.writer().await;
    let id = incident_id("inc-open");
    let alerts = w.accepted(vec![w.alert()]).await;
    place(
        &*writer,
        batch(0, vec![opening(&id, &alerts, w.now())], vec![], w.now()),
    )
    .await
    .unwrap();
    let mut change = change_of(&w.row(&id).await, w.now());
    change.wake_due = Some(w.after(3600));
    writer.change(change, None).await.unwrap();
    assert_eq!(w.store.due(w.after(60), 9).await.unwrap(), []);
    let wake = Amendment {
        wake: Some(w.after(60)),
        ..Amendment::default()
    };
    assert_eq!(writer.amend(wake.clone(), None).await, Ok(Amended::Done));
    let due = Due {
        company_id: w.a.clone(),
        work: DueWork::Incident(id.clone(), w.row(&id).await.severity),
    };
    assert_eq!(w.store.due(w.after(59), 9).await.unwrap(), []);
    assert_eq!(w.store.due(w.after(60), 9).await.unwrap(), std::slice::from_ref(&due));
    // One that is due before stays so.
    let later = Amendment {
        wake: Some(w.after(120)),
        ..wake
    };
    assert_eq!(writer.amend(later, None).await, Ok(Amended::Done));
    assert_eq!(w.store.due(w.after(60), 9).await.unwrap(), [due]);
}

pub async fn held_alerts_fall_due(w: World) {
    let (writer, alerts) = (w.writer().await, w.alerts(3).await);
    let held = |n: usize, seconds| verdict(&alerts[n], AlertState::Held, Some(w.after(seconds)), w.now());
    let others = vec![held(0, 60), held(1, 120), held(2, 60)];
    place(&*writer, batch(0, vec![], others, w.now())).await.unwrap();
    assert_eq!(w.store.due(w.after(59), 9).await.unwrap(), []);
    let due = Due {
        company_id: w.a.clone(),
        work: DueWork::Held,
    };
    assert_eq!(w.store.due(w.after(60), 9).await.unwrap(), std::slice::from_ref(&due));
    let reader = w.reader();
    let ended = reader.held_due(w.after(60), 9).await.unwrap();
    assert_eq!(ended, [alerts[0].clone(), alerts[2].clone()]);
    assert_eq!(reader.held_due(w.after(120), 2).await.unwrap(), alerts[..2]);
    // Neither kind of work keeps the other away.
    w.opened(&*writer, "inc-1", 1).await;
    assert_eq!(w.store.due(w.after(60), 2).await.unwrap().len(), 2);
    let verdicts = ended
        .iter()
        .map(|alert| verdict(alert, AlertState::Unmatched, None, w.now()));
    place(&*writer, batch(0, vec![], verdicts.collect(), w.now()))
        .await
        .unwrap();
    assert!(!w.store.due(w.after(60), 9).await.unwrap().contains(&due));
}

pub async fn what_has_expired_is_forgotten(w: World) {
    let writer = w.writer().await;
    let row = w.opened(&*writer, "inc-1", 1).await;
    let memory = ShortMemory::new("mem-1".parse().unwrap(), row.incident_id.clone(), w.a.clone(), w.now());
    let mut change = change_of(&row, w.now());
    change.memory = Some(memory.clone());
    writer.change(change, None).await.unwrap();
    let mut sent = delivery(&w.a, vec![w.alert()], w.now());
    (sent.delivery_id, sent.signature) = (delivery_id("d-1"), signature(1, w.now()));
    assert_eq!(w.store.accept(sent.clone()).await, Ok(Accepted::New));
    // Too early: nothing is forgotten.
    w.store.forget_expired(w.after(1)).await.unwrap();
    assert!(matches!(
        w.store.accept(sent.clone()).await,
        Ok(Accepted::Duplicate { .. })
    ));
    assert_eq!(
        w.reader().short_memory(&row.incident_id, w.now()).await,
        Ok(Some(memory.clone()))
    );
    let start = w.now();
    w.store.forget_expired(w.after(48 * 3600)).await.unwrap();
    assert_eq!(w.reader().short_memory(&row.incident_id, start).await, Ok(None));
    assert_eq!(w.store.accept(sent.clone()).await, Ok(Accepted::Stale));
    sent.signature = None;
    sent.alerts = vec![w.alert().into()];
    assert_eq!(w.store.accept(sent).await, Ok(Accepted::New));
}
