//! Lists: paged without repeats or gaps, filtered, and never another company's.

use actors::domain::{AlertState, Incident, IncidentStatus, Life, Severity, Snooze};
use actors::limits::PAGE;
use actors::port::inbox::Accepted;
use actors::port::reader::{AlertFilter, CorrelationCounts, Cursor, IncidentFilter, PageRequest};

use super::{NEVER, World, incident_id, joinable, place};
use crate::support::alerts::{delivery, fact};
use crate::support::decisions::decision;
use crate::support::placing::{batch, change_of, joining, resolved, verdict};

pub fn page(limit: usize, after: Option<Cursor>) -> PageRequest {
    PageRequest { limit, after }
}

/// Every item of a list, walked page by page.
macro_rules! walk {
    ($limit:expr, $list:expr) => {{
        let (mut items, mut after) = (Vec::new(), None);
        loop {
            let part = $list(page($limit, after)).await.unwrap();
            assert!(part.items.len() <= $limit);
            items.extend(part.items);
            after = part.next;
            if after.is_none() {
                break items;
            }
        }
    }};
}

pub async fn alerts_are_paged_without_repeats_or_gaps(w: World) {
    let (writer, reader) = (w.writer().await, w.reader());
    let row = w.opened(&*writer, "inc-1", 3).await;
    let others = vec![verdict(&w.alerts(1).await[0], AlertState::Unmatched, None, w.now())];
    place(&*writer, batch(0, vec![], others, w.now())).await.unwrap();
    w.alerts(3).await;
    let all = AlertFilter::default();
    for limit in [1, 2, 3, 7, 8] {
        let nos: Vec<_> = walk!(limit, |page| reader.alerts(&all, page))
            .iter()
            .map(|view| view.alert.no)
            .collect();
        assert_eq!(nos, [7, 6, 5, 4, 3, 2, 1], "{limit} a page");
    }
    let of_incident = AlertFilter {
        incident_id: Some(row.incident_id),
        ..all.clone()
    };
    let nos: Vec<_> = walk!(2, |page| reader.alerts(&of_incident, page))
        .iter()
        .map(|view| view.alert.no)
        .collect();
    assert_eq!(nos, [3, 2, 1]);
    // A page is never longer than its limit, nor than the list's own.
    w.alerts(PAGE).await;
    assert_eq!(
        reader.alerts(&all, page(usize::MAX, None)).await.unwrap().items.len(),
        PAGE
    );
    assert_eq!(reader.alerts(&all, page(0, None)).await.unwrap().items.len(), 1);
}

pub async fn alerts_are_filtered(w: World) {
    let (writer, reader) = (w.writer().await, w.reader());
    w.opened(&*writer, "inc-1", 1).await;
    w.clock.advance(std::time::Duration::from_secs(60));
    let mut grave = w.alert();
    grave.severity = Severity::Critical;
    let alerts = w.accepted(vec![grave, w.alert(), w.alert()]).await;
    let others = vec![
        verdict(&alerts[0], AlertState::Held, Some(w.now()), w.now()),
        verdict(&alerts[1], AlertState::DeadLetter, None, w.now()),
    ];
    place(&*writer, batch(0, vec![], others, w.now())).await.unwrap();
    let check = async |filter: AlertFilter, nos: &[u64]| {
        let found = reader.alerts(&filter, page(9, None)).await.unwrap();
        let found: Vec<_> = found.items.iter().map(|view| view.alert.no).collect();
        assert_eq!(found, nos, "{filter:?}");
    };
    let all = AlertFilter::default();
    for (state, nos) in [
        (AlertState::Placed, &[1][..]),
        (AlertState::Held, &[2]),
        (AlertState::DeadLetter, &[3]),
        (AlertState::Received, &[4]),
        (AlertState::Unmatched, &[]),
    ] {
        let filter = AlertFilter {
            state: Some(state),
            ..all.clone()
        };
        check(filter, nos).await;
    }
    let severity = Some(Severity::Critical);
    check(
        AlertFilter {
            severity,
            ..all.clone()
        },
        &[2],
    )
    .await;
    let since = Some(w.now());
    check(AlertFilter { since, ..all.clone() }, &[4, 3, 2]).await;
    check(
        AlertFilter {
            since,
            severity,
            state: Some(AlertState::Held),
            ..all.clone()
        },
        &[2],
    )
    .await;
    let incident = Some(incident_id("inc-1"));
    check(
        AlertFilter {
            incident_id: incident.clone(),
            state: Some(AlertState::Placed),
            ..all.clone()
        },
        &[1],
    )
    .await;
    check(
        AlertFilter {
            incident_id: incident,
            state: Some(AlertState::Held),
            ..all.clone()
        },
        &[],
    )
    .await;
    check(
        AlertFilter {
            incident_id: Some(incident_id("inc-nowhere")),
            ..all
        },
        &[],
    )
    .await;
}

/// Whatever filters are put together, a page shows what a look at each incident would.
pub async fn any_filters_together_show_what_meets_all(w: World) {
    let (writer, reader) = (w.writer().await, w.reader());
    for no in 0..12_u64 {
        let row = w.opened(&*writer, &format!("inc-{no:02}"), 1).await;
        let mut change = change_of(&row, w.now());
        let life = match no % 3 {
            0 => resolved(&row, w.now()),
            _ => row.life.clone(),
        };
        change.life = Some(Life {
            snooze: (no % 4 == 1).then(|| Snooze {
                until: w.now().plus(std::time::Duration::from_secs(3600)),
                severity: row.severity,
            }),
            ..life
        });
        writer.change(change, None).await.unwrap();
        w.clock.advance(std::time::Duration::from_secs(60));
    }
    let all = reader
        .incidents(&IncidentFilter::default(), page(99, None))
        .await
        .unwrap();
    let all: Vec<_> = all.items.into_iter().map(|view| view.incident).collect();
    assert_eq!(all.len(), 12);
    let severities = [None, Some(all[0].severity), Some(Severity::Low)];
    for status in [None, Some(IncidentStatus::New), Some(IncidentStatus::Resolved)] {
        for severity in severities {
            for signature in [None, Some(all[0].signature.clone()), Some("none".to_owned())] {
                for snoozed in [None, Some(true), Some(false)] {
                    let (early, late) = (Some(all[5].created_at), Some(all[3].created_at));
                    for (since, until) in [(None, None), (early, None), (None, late), (early, late)] {
                        let filter = IncidentFilter {
                            status,
                            severity,
                            signature: signature.clone(),
                            snoozed,
                            since,
                            until,
                        };
                        let meets = |row: &&Incident| {
                            status.is_none_or(|status| row.life.status == status)
                                && severity.is_none_or(|severity| row.severity == severity)
                                && signature.as_ref().is_none_or(|signature| row.signature == *signature)
                                && snoozed.is_none_or(|snoozed| row.life.snooze.is_some() == snoozed)
                                && since.is_none_or(|since| row.created_at >= since)
                                && until.is_none_or(|until| row.created_at < until)
                        };
                        let expected: Vec<_> = all.iter().filter(meets).map(|row| &row.incident_id).collect();
                        let found = walk!(2, |page| reader.incidents(&filter, page));
                        let found: Vec<_> = found.iter().map(|view| &view.incident.incident_id).collect();
                        assert_eq!(found, expected, "{filter:?}");
                    }
                }
            }
        }
    }
}

/// Numbers rise with time, but for a clock that is set back: nothing of what was received since a moment is passed over.
pub async fn what_came_since_a_moment_is_found_though_the_clock_was_set_back(w: World) {
    let reader = w.reader();
    let hour = std::time::Duration::from_secs(3600);
    w.alerts(30).await;
    w.clock.advance(hour * 24 * 30);
    let moment = w.now();
    w.alerts(2).await;
    w.clock.set(moment.minus(hour * 20));
    w.alerts(20).await;
    w.clock.set(moment.plus(hour));
    w.alerts(3).await;
    let since = |at| AlertFilter {
        since: Some(at),
        ..AlertFilter::default()
    };
    let nos = async |filter: AlertFilter| -> Vec<u64> {
        let found = reader.alerts(&filter, page(99, None)).await.unwrap();
        found.items.iter().map(|view| view.alert.no).collect()
    };
    assert_eq!(nos(since(moment)).await, [55, 54, 53, 32, 31]);
    assert_eq!(nos(since(moment.plus(hour))).await, [55, 54, 53]);
    assert_eq!(nos(since(moment.plus(hour * 2))).await, [0; 0]);
    assert_eq!(nos(since(moment.minus(hour * 20))).await.len(), 25);
}

pub async fn incidents_are_paged_and_filtered(w: World) {
    let (writer, reader) = (w.writer().await, w.reader());
    for name in ["inc-1", "inc-2", "inc-3"] {
        w.opened(&*writer, name, 1).await;
        w.clock.advance(std::time::Duration::from_secs(60));
    }
    let row = w.row(&incident_id("inc-2")).await;
    let mut close = change_of(&row, w.now());
    close.life = Some(resolved(&row, w.now()));
    close.decision = Some(decision(&w.a, &row.incident_id, "dec-1", w.now()));
    writer.change(close, None).await.unwrap();
    let all = IncidentFilter::default();
    for limit in 1..=4 {
        let found = walk!(limit, |page| reader.incidents(&all, page));
        let found: Vec<_> = found.iter().map(|view| view.incident.incident_id.as_str()).collect();
        assert_eq!(found, ["inc-3", "inc-2", "inc-1"], "{limit} a page");
    }
    let check = async |filter: IncidentFilter, names: &[&str]| {
        let found = reader.incidents(&filter, page(9, None)).await.unwrap();
        let found: Vec<_> = found
            .items
            .iter()
            .map(|view| view.incident.incident_id.as_str())
            .collect();
        assert_eq!(found, names, "{filter:?}");
    };
    let status = Some(IncidentStatus::Resolved);
    check(IncidentFilter { status, ..all.clone() }, &["inc-2"]).await;
    let since = Some(row.created_at);
    check(IncidentFilter { since, ..all.clone() }, &["inc-3", "inc-2"]).await;
    check(
        IncidentFilter {
            severity: Some(Severity::Low),
            ..all.clone()
        },
        &[],
    )
    .await;
    let signature = Some("disk_full".to_owned());
    check(
        IncidentFilter {
            signature,
            status,
            ..all.clone()
        },
        &["inc-2"],
    )
    .await;
    check(
        IncidentFilter {
            signature: Some("cpu".to_owned()),
            ..all
        },
        &[],
    )
    .await;

    let view = reader.incident(&row.incident_id).await.unwrap().unwrap();
    assert_eq!(
        view.decision.map(|decision| decision.decision_id),
        Some("dec-1".parse().unwrap())
    );
    assert_eq!(
        reader.incident(&incident_id("inc-1")).await.unwrap().unwrap().decision,
        None
    );
}

pub async fn decisions_are_paged_oldest_first(w: World) {
    let (writer, reader) = (w.writer().await, w.reader());
    let row = w.opened(&*writer, "inc-1", 1).await;
    for n in 1..=5 {
        let mut change = change_of(&row, w.now());
        change.decision = Some(decision(&w.a, &row.incident_id, &format!("dec-{n}"), w.now()));
        writer.change(change, None).await.unwrap();
    }
    let found = walk!(2, |page| reader.decisions(&row.incident_id, page));
    let names: Vec<_> = found
        .iter()
        .map(|(_, decision)| decision.decision_id.as_str())
        .collect();
    assert_eq!(names, ["dec-1", "dec-2", "dec-3", "dec-4", "dec-5"]);
    // A place in the store is where a stream goes on.
    let rest = reader
        .decisions(&row.incident_id, page(9, Some(Cursor(found[2].0, 0))))
        .await
        .unwrap();
    assert_eq!(rest.items, found[3..]);
    assert_eq!(
        reader.last_decision(&row.incident_id).await.unwrap().as_ref(),
        found.last()
    );
}

pub async fn the_journal_is_paged(w: World) {
    let (writer, reader) = (w.writer().await, w.reader());
    let row = w.opened(&*writer, "inc-1", 1).await;
    let mut change = change_of(&row, w.now());
    change.facts = (0..6)
        .map(|n| fact("thing.happened", &format!("thing-{n}"), w.now()))
        .collect();
    writer.change(change, None).await.unwrap();
    let seqs: Vec<_> = walk!(3, |page| reader.journal(page))
        .iter()
        .map(|entry| entry.seq)
        .collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5, 6, 7]);
    let rest = reader.journal(page(9, Some(Cursor(5, 0)))).await.unwrap();
    assert_eq!(rest.items.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [6, 7]);
}

pub async fn nothing_of_another_company_is_seen(w: World) {
    let writer = w.writer().await;
    let row = w.opened(&*writer, "inc-1", 1).await;
    let alert = w
        .reader()
        .alerts(&AlertFilter::default(), page(1, None))
        .await
        .unwrap()
        .items
        .remove(0)
        .alert;
    let mut change = change_of(&row, w.now());
    change.decision = Some(decision(&w.a, &row.incident_id, "dec-1", w.now()));
    change.memory = Some(actors::domain::ShortMemory::new(
        "mem-1".parse().unwrap(),
        row.incident_id.clone(),
        w.a.clone(),
        w.now(),
    ));
    writer.change(change, None).await.unwrap();
    let waiting = w.alerts(2).await;
    let held = vec![verdict(&waiting[0], AlertState::Held, Some(w.now()), w.now())];
    place(&*writer, batch(0, vec![], held, w.now())).await.unwrap();

    let (other, id) = (w.store.reader(&w.b), &row.incident_id);
    assert_eq!(other.alert(alert.id()).await, Ok(None));
    assert_eq!(other.incident(id).await, Ok(None));
    assert_eq!(other.last_decision(id).await, Ok(None));
    assert_eq!(other.short_memory(id, w.now()).await, Ok(None));
    assert_eq!(other.placed_between(id, 0, u64::MAX, 9).await, Ok(vec![]));
    assert_eq!(other.unplaced(9).await, Ok(vec![]));
    assert_eq!(other.held_due(w.now(), 9).await, Ok(vec![]));
    assert_eq!(joinable(&*other, w.now(), NEVER).await, []);
    assert_eq!(other.strays(w.now()).await, Ok(Default::default()));
    assert_eq!(other.counts(Default::default()).await, Ok(CorrelationCounts::default()));
    let of_incident = AlertFilter {
        incident_id: Some(id.clone()),
        ..AlertFilter::default()
    };
    for filter in [AlertFilter::default(), of_incident] {
        assert_eq!(other.alerts(&filter, page(9, None)).await.unwrap().items, []);
    }
    assert_eq!(
        other
            .incidents(&IncidentFilter::default(), page(9, None))
            .await
            .unwrap()
            .items,
        []
    );
    assert_eq!(other.timeline(id, page(9, None)).await.unwrap().items, []);
    assert_eq!(other.decisions(id, page(9, None)).await.unwrap().items, []);
    assert_eq!(other.journal(page(9, None)).await.unwrap().items, []);
    // The same id in another company is another incident.
    let writer = w.store.acquire(&w.b).await.unwrap();
    assert_eq!(
        w.store.accept(delivery(&w.b, vec![w.alert()], w.now())).await,
        Ok(Accepted::New)
    );
    let theirs = other.unplaced(9).await.unwrap();
    let join = joining(id, &theirs, w.now());
    let placed = place(&*writer, batch(0, vec![join], vec![], w.now())).await.unwrap();
    assert_eq!((placed.refused.len(), placed.refused[0].current.is_none()), (1, true));
    let mut change = change_of(&row, w.now());
    change.wake_due = Some(w.now());
    let refused = writer.change(change, None).await.unwrap();
    assert_eq!(refused, actors::port::writer::Changed::Refused(None));
}

pub async fn counts_are_since_a_moment(w: World) {
    let writer = w.writer().await;
    w.opened(&*writer, "inc-1", 3).await;
    w.clock.advance(std::time::Duration::from_secs(60));
    w.opened(&*writer, "inc-2", 2).await;
    let counts = |alerts, incidents| Ok(CorrelationCounts { alerts, incidents });
    let reader = w.reader();
    assert_eq!(reader.counts(Default::default()).await, counts(5, 2));
    assert_eq!(reader.counts(w.now()).await, counts(2, 1));
    assert_eq!(reader.counts(w.after(1)).await, counts(0, 0));
}
