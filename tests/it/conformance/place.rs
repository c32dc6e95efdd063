//! Placing: every alert belongs somewhere, once.

use std::time::Duration;

use actors::domain::{AlertState, Phase, Severity, Signal};
use actors::port::Error;
use actors::port::inbox::Accepted;
use actors::port::reader::Briefing;
use actors::port::writer::RefusedPlacement;

use super::{NEVER, World, incident_id, joinable, place};
use crate::support::alerts::delivery;
use crate::support::placing::{batch, change_of, joining, opening, reopened, resolved, verdict};

pub async fn an_incident_opens_and_is_joined(w: World) {
    let writer = w.writer().await;
    let row = w.opened(&*writer, "inc-1", 2).await;
    assert_eq!(
        (row.alert_count, row.firing, row.severity),
        (2, [0, 0, 2, 0], Severity::High)
    );
    assert_eq!((row.version, row.absorbed_no, row.life.phase), (0, 0, Phase::Open));
    assert_eq!(
        (row.wake_due, row.tool_sources.as_slice()),
        (Some(w.now()), &["zabbix".to_owned()][..])
    );

    w.clock.advance(std::time::Duration::from_secs(60));
    let mut graver = w.alert();
    (graver.severity, graver.tool_source) = (Severity::Critical, Some("datadog".to_owned()));
    let alerts = w.accepted(vec![graver]).await;
    let mut join = joining(&row.incident_id, &alerts, w.now());
    join.firing_delta = [0, 0, -1, 1];
    let placed = place(&*writer, batch(0, vec![join], vec![], w.now())).await.unwrap();
    let joined = w.row(&row.incident_id).await;
    assert_eq!(
        (joined.alert_count, joined.firing, joined.severity),
        (3, [0, 0, 1, 1], Severity::Critical)
    );
    assert_eq!(joined.tool_sources, ["datadog", "zabbix"]);
    assert_eq!(
        (joined.first_event_at, joined.last_event_at),
        (row.first_event_at, w.now())
    );
    assert_eq!((joined.last_alert_at, joined.updated_at), (w.now(), w.now()));
    assert_eq!((joined.placed_no, joined.wake_due), (placed.commit_no, row.wake_due));
    assert!(placed.commit_no > row.placed_no);
    assert_eq!((joined.version, &joined.life), (row.version, &row.life));

    let (view, receipt) = w.reader().alert(alerts[0].id()).await.unwrap().unwrap();
    assert_eq!(
        (view.state, view.incident_id),
        (AlertState::Placed, Some(row.incident_id.clone()))
    );
    assert_eq!(receipt.unwrap().layer, "placed");
    assert_eq!(w.reader().unplaced(9).await.unwrap(), []);
    let (id, reader) = (&row.incident_id, w.reader());
    let placed = async |after, upto, limit| reader.placed_between(id, after, upto, limit).await.unwrap();
    assert_eq!(placed(row.placed_no, u64::MAX, 9).await, alerts);
    assert_eq!(placed(row.placed_no, row.placed_no, 9).await, []);
    assert_eq!(placed(0, row.placed_no, 9).await.len(), 2);
    let last_two = placed(0, joined.placed_no, 2).await;
    assert_eq!(last_two[1], alerts[0]);
    assert!(last_two[0].no < alerts[0].no);

    let briefing = async |after, limit| reader.briefing(id, after, w.now(), limit).await.unwrap();
    let since = briefing(Some(row.placed_no), 9).await;
    assert_eq!((since.row.as_ref(), since.alerts), (Some(&joined), alerts.clone()));
    assert_eq!(briefing(Some(joined.placed_no), 9).await.alerts, []);
    assert_eq!(briefing(None, 9).await.alerts.len(), 3, "nothing has been absorbed");
    assert_eq!(briefing(None, 2).await.alerts, last_two);
    let nobody = reader.briefing(&incident_id("inc-nobody"), None, w.now(), 9).await;
    assert_eq!(nobody, Ok(Briefing::default()));
}

pub async fn a_refused_incident_fails_alone_and_shows_its_row(w: World) {
    let writer = w.writer().await;
    let open = w.opened(&*writer, "inc-open", 1).await;
    let over = w.opened(&*writer, "inc-over", 1).await;
    let mut close = change_of(&over, w.now());
    close.life = Some(resolved(&over, w.now()));
    writer.change(close, None).await.unwrap();
    let over = w.row(&over.incident_id).await;

    let alerts = w.alerts(4).await;
    let parts = vec![
        joining(&over.incident_id, &alerts[..1], w.now()),
        joining(&open.incident_id, &alerts[1..2], w.now()),
        joining(&incident_id("inc-nowhere"), &alerts[2..3], w.now()),
        opening(&open.incident_id, &alerts[3..], w.now()),
    ];
    let placed = place(&*writer, batch(0, parts, vec![], w.now())).await;
    assert!(
        matches!(placed, Err(Error::Corrupt(_))),
        "an incident twice in one batch: {placed:?}"
    );
    let parts = vec![
        joining(&over.incident_id, &alerts[..1], w.now()),
        joining(&open.incident_id, &alerts[1..2], w.now()),
        joining(&incident_id("inc-nowhere"), &alerts[2..3], w.now()),
    ];
    let placed = place(&*writer, batch(0, parts, vec![], w.now())).await.unwrap();
    let refused = |id: &str, current| RefusedPlacement {
        incident_id: incident_id(id),
        current,
    };
    assert_eq!(
        placed.refused,
        [refused("inc-over", Some(Box::new(over))), refused("inc-nowhere", None)]
    );
    assert_eq!(w.row(&open.incident_id).await.alert_count, 2);
    let unplaced = w.reader().unplaced(9).await.unwrap();
    assert_eq!(unplaced, [&alerts[..1], &alerts[2..]].concat());

    let again = opening(&open.incident_id, &alerts[3..], w.now());
    let placed = place(&*writer, batch(0, vec![again], vec![], w.now())).await.unwrap();
    let current = w.row(&open.incident_id).await;
    assert_eq!(placed.refused, [refused("inc-open", Some(Box::new(current)))]);
}

pub async fn a_batch_asks_for_the_same_joinable_no(w: World) {
    let writer = w.writer().await;
    let row = w.opened(&*writer, "inc-1", 1).await;
    let before = writer.barrier().await.unwrap();
    let mut close = change_of(&row, w.now());
    close.life = Some(resolved(&row, w.now()));
    writer.change(close, None).await.unwrap();
    let row = w.row(&row.incident_id).await;
    let mut reopen = change_of(&row, w.now());
    reopen.life = Some(reopened(&row));
    writer.change(reopen, None).await.unwrap();

    let alerts = w.alerts(3).await;
    let parts = vec![
        opening(&incident_id("inc-2"), &alerts[..1], w.now()),
        joining(&row.incident_id, &alerts[1..2], w.now()),
    ];
    let others = vec![verdict(&alerts[2], AlertState::Unmatched, None, w.now())];
    let placed = place(&*writer, batch(before, parts.clone(), others.clone(), w.now()))
        .await
        .unwrap();
    assert!(placed.joinable_no > before);
    assert_eq!(w.reader().unplaced(9).await.unwrap(), alerts, "nothing was done");
    assert_eq!(w.row(&row.incident_id).await.alert_count, 1);
    let placed = place(&*writer, batch(placed.joinable_no, parts, others, w.now()))
        .await
        .unwrap();
    assert_eq!(placed.refused, []);
    assert_eq!(w.reader().unplaced(9).await.unwrap(), []);
    assert_eq!(w.row(&row.incident_id).await.alert_count, 2);
}

pub async fn placing_again_counts_once(w: World) {
    let (writer, id, alerts) = (w.writer().await, incident_id("inc-1"), w.alerts(2).await);
    let verdicts = batch(0, vec![opening(&id, &alerts, w.now())], vec![], w.now());
    let first = place(&*writer, verdicts.clone()).await.unwrap();
    let again = place(&*writer, verdicts).await.unwrap();
    assert_eq!(again.refused, []);
    assert_eq!(again.commit_no, first.commit_no, "nothing was committed");
    assert_eq!(w.row(&id).await.alert_count, 2);
    let journal = w.reader().journal(super::lists::page(9, None)).await.unwrap();
    assert_eq!(journal.items.len(), 1);
}

pub async fn half_placed_parts_are_refused_whole(w: World) {
    let writer = w.writer().await;
    let row = w.opened(&*writer, "inc-1", 1).await;
    let alerts = w.alerts(2).await;
    let first = joining(&row.incident_id, &alerts[..1], w.now());
    place(&*writer, batch(0, vec![first], vec![], w.now())).await.unwrap();
    let both = joining(&row.incident_id, &alerts, w.now());
    let placed = place(&*writer, batch(0, vec![both], vec![], w.now())).await.unwrap();
    let current = w.row(&row.incident_id).await;
    assert_eq!(current.alert_count, 2);
    assert_eq!(placed.refused[0].current, Some(Box::new(current)));
    assert_eq!(w.reader().unplaced(9).await.unwrap(), alerts[1..]);
}

pub async fn a_held_alert_moves_and_a_final_one_does_not(w: World) {
    let (writer, alerts) = (w.writer().await, w.alerts(2).await);
    let due = Some(w.after(900));
    let others = vec![
        verdict(&alerts[0], AlertState::Held, due, w.now()),
        verdict(&alerts[1], AlertState::DeadLetter, None, w.now()),
    ];
    place(&*writer, batch(0, vec![], others, w.now())).await.unwrap();
    assert_eq!(w.reader().strays(w.now()).await.unwrap().held, alerts[..1]);

    let id = incident_id("inc-1");
    let opened = place(
        &*writer,
        batch(0, vec![opening(&id, &alerts[..1], w.now())], vec![], w.now()),
    )
    .await;
    assert_eq!(opened.unwrap().refused, []);
    let (view, _) = w.reader().alert(alerts[0].id()).await.unwrap().unwrap();
    assert_eq!((view.state, view.incident_id), (AlertState::Placed, Some(id.clone())));
    assert_eq!(w.reader().strays(w.now()).await.unwrap().held, []);
    assert_eq!(w.row(&id).await.alert_count, 1);

    let late = vec![verdict(&alerts[1], AlertState::Unmatched, None, w.now())];
    place(&*writer, batch(0, vec![], late, w.now())).await.unwrap();
    let (view, _) = w.reader().alert(alerts[1].id()).await.unwrap().unwrap();
    assert_eq!(view.state, AlertState::DeadLetter);
}

pub async fn another_companys_alerts_cannot_be_placed(w: World) {
    let alerts = w.alerts(1).await;
    let writer = w.store.acquire(&w.b).await.unwrap();
    let stolen = vec![verdict(&alerts[0], AlertState::DeadLetter, None, w.now())];
    let placed = place(&*writer, batch(0, vec![], stolen, w.now())).await;
    assert!(matches!(placed, Err(Error::Corrupt(_))), "{placed:?}");
    assert_eq!(w.reader().unplaced(9).await.unwrap(), alerts);
}

pub async fn what_alerts_may_join_is_told_with_what_it_owns(w: World) {
    let writer = w.writer().await;
    let row = w.opened(&*writer, "inc-1", 1).await;
    let over = w.opened(&*writer, "inc-2", 1).await;
    let mut close = change_of(&over, w.now());
    close.life = Some(resolved(&over, w.now()));
    writer.change(close, None).await.unwrap();
    // A second key, and the fingerprint's next word.
    let mut recovery = w.alert();
    recovery.status = Signal::Resolved;
    let alerts = w.accepted(vec![recovery]).await;
    let mut join = joining(&row.incident_id, &alerts, w.now());
    join.keys = vec!["asset=web-1".to_owned(), "asset=web-1|signature=disk_full".to_owned()];
    join.firing_delta = [0, 0, -1, 0];
    place(&*writer, batch(0, vec![join], vec![], w.now())).await.unwrap();

    let joinable = w.joinable(NEVER).await;
    assert_eq!(joinable.len(), 1);
    let open = &joinable[0];
    assert_eq!(open.row, w.row(&row.incident_id).await);
    assert!(open.row.all_recovered());
    assert_eq!(open.keys, ["asset=web-1", "asset=web-1|signature=disk_full"]);
    assert_eq!(open.fingerprints.len(), 1);
    let last = open.fingerprints[0];
    assert_eq!(
        (last.identity, last.status),
        (alerts[0].sent.identity(), Signal::Resolved)
    );
    assert_eq!(
        (last.severity, last.event_at, last.alert_no),
        (Severity::High, w.now(), alerts[0].no)
    );
}

pub async fn what_alerts_may_join_comes_in_pages(w: World) {
    let writer = w.writer().await;
    let mut rows = Vec::new();
    for no in 1..=8 {
        rows.push(w.opened(&*writer, &format!("inc-{no}"), 1).await);
    }
    // Every other one ends, some of them in one millisecond, and one of these as no alert could reopen it.
    for (row, ms) in rows.iter().skip(1).step_by(2).zip([20, 10, 10, 10]) {
        let now = w.now().plus(Duration::from_millis(ms));
        let mut close = change_of(row, now);
        let by = if row.incident_id.as_str() == "inc-8" {
            "stale"
        } else {
            "recovery"
        };
        close.life = Some(row.life.clone().resolved(by, now));
        close.absorbed_no = row.placed_no;
        writer.change(close, None).await.unwrap();
    }
    let names = async |window| {
        let found = joinable(&*w.reader(), w.after(1), window).await;
        let names = found.iter().map(|incident| incident.row.incident_id.to_string());
        names.collect::<Vec<_>>()
    };
    let open = ["inc-1", "inc-3", "inc-5", "inc-7"];
    assert_eq!(names(NEVER).await, open);
    let all = [&open[..], &["inc-4", "inc-6", "inc-2"]].concat();
    assert_eq!(names(Duration::from_secs(60)).await, all);
    let latest = [&open[..], &["inc-2"]].concat();
    assert_eq!(names(Duration::from_millis(985)).await, latest);
}

pub async fn recoveries_are_remembered_until_due(w: World) {
    let writer = w.writer().await;
    let mut recovery = w.alert();
    recovery.status = Signal::Resolved;
    let alerts = w.accepted(vec![recovery.clone(), w.alert()]).await;
    let due = Some(w.after(900));
    let others = alerts
        .iter()
        .map(|alert| verdict(alert, AlertState::Unmatched, due, w.now()));
    place(&*writer, batch(0, vec![], others.collect(), w.now()))
        .await
        .unwrap();
    assert_eq!(w.reader().strays(w.now()).await.unwrap().recoveries, alerts[..1]);
    assert_eq!(w.reader().strays(w.after(899)).await.unwrap().recoveries, alerts[..1]);
    assert_eq!(w.reader().strays(w.after(900)).await.unwrap().recoveries, []);
}

pub async fn a_mark_is_settled_when_all_before_it_have_verdicts(w: World) {
    let (writer, reader) = (w.writer().await, w.reader());
    assert!(reader.settled(reader.accept_mark().await.unwrap()).await.unwrap());
    let alerts = w.alerts(2).await;
    let mark = reader.accept_mark().await.unwrap();
    assert_eq!(
        w.store.accept(delivery(&w.b, vec![w.alert()], w.now())).await,
        Ok(Accepted::New)
    );
    let later = w.alerts(1).await;
    let held = |alert| vec![verdict(alert, AlertState::Held, Some(w.after(9)), w.now())];
    place(&*writer, batch(0, vec![], held(&alerts[1]), w.now()))
        .await
        .unwrap();
    assert!(!reader.settled(mark).await.unwrap());
    place(&*writer, batch(0, vec![], held(&alerts[0]), w.now()))
        .await
        .unwrap();
    assert!(reader.settled(mark).await.unwrap());
    assert!(!reader.settled(reader.accept_mark().await.unwrap()).await.unwrap());
    place(&*writer, batch(0, vec![], held(&later[0]), w.now()))
        .await
        .unwrap();
    assert!(reader.settled(reader.accept_mark().await.unwrap()).await.unwrap());
}
