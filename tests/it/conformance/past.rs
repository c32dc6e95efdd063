//! What is past its time: found, and cut.

use std::time::Duration;

use actors::domain::{AlertId, AlertState, Decision, Incident, IncidentId, Timestamp};
use actors::port::events::{CompanySet, EventsAfter, Position};
use actors::port::reader::{AlertFilter, Page, PageRequest, PastAlert};
use actors::port::writer::{Changed, Expect, IncidentChange};
use actors::port::{Amended, Amendment, Cut, SeenIncident, Writer};

use super::events::{happen, walk};
use super::lists::page;
use super::{World, place};
use crate::support::alerts::fact;
use crate::support::decisions::decision;
use crate::support::placing::{batch, change_of, joining, reopened, resolved, verdict};

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn closed(w: &World, writer: &dyn Writer, row: &Incident) -> Incident {
    let mut close = change_of(row, w.now());
    close.life = Some(resolved(row, w.now()));
    match writer.change(close, None).await.unwrap() {
        Changed::Done(Some(row)) => *row,
        other => panic!("not done: {other:?}"),
    }
}

/// Everything, by pages of so many.
async fn all<T>(limit: usize, ask: impl AsyncFn(PageRequest) -> Page<T>) -> Vec<T> {
    let mut found = Vec::new();
    let mut request = PageRequest { limit, after: None };
    loop {
        let page = ask(request).await;
        found.extend(page.items);
        request.after = page.next;
        if request.after.is_none() {
            return found;
        }
    }
}

async fn past(w: &World, before: Timestamp, limit: usize) -> Vec<PastAlert> {
    all(limit, async |page| w.reader().past_alerts(before, page).await.unwrap()).await
}

async fn past_incidents(w: &World, before: Timestamp, limit: usize) -> Vec<Incident> {
    let found = all(limit, async |page| {
        w.reader().past_incidents(before, page).await.unwrap()
    })
    .await;
    found.into_iter().map(|view| view.incident).collect()
}

async fn past_decisions(w: &World, before: Timestamp, limit: usize) -> Vec<(u64, Decision)> {
    all(limit, async |page| {
        w.reader().past_decisions(before, page).await.unwrap()
    })
    .await
}

fn seen_as(row: &Incident, last_decision: u64) -> SeenIncident {
    SeenIncident {
        incident_id: row.incident_id.clone(),
        version: row.version,
        last_decision,
    }
}

fn ids(past: &[PastAlert]) -> Vec<AlertId> {
    past.iter().map(|past| past.view.alert.id()).collect()
}

async fn cut(writer: &dyn Writer, cut: Cut) -> Amended {
    let amendment = Amendment {
        cut: Some(cut),
        ..Amendment::default()
    };
    writer.amend(amendment, None).await.unwrap()
}

async fn alerts_of(w: &World, row: &Incident) -> usize {
    let filter = AlertFilter {
        incident_id: Some(row.incident_id.clone()),
        ..AlertFilter::default()
    };
    w.reader().alerts(&filter, page(200, None)).await.unwrap().items.len()
}

pub async fn what_arrived_before_and_is_settled_is_past(w: World) {
    let writer = w.writer().await;
    // One that came while the clock was wrong does not hide the others.
    let start = w.now();
    w.clock.advance(30 * DAY);
    let ahead = w.alerts(1).await;
    w.clock.set(start);
    let verdicts = vec![verdict(&ahead[0], AlertState::Unmatched, None, w.now())];
    place(&*writer, batch(0, vec![], verdicts, w.now())).await.unwrap();
    let over = w.opened(&*writer, "inc-over", 3).await;
    let open = w.opened(&*writer, "inc-open", 2).await;
    let late = w.opened(&*writer, "inc-late", 1).await;
    let others = w.alerts(4).await;
    let verdicts = [
        (AlertState::Unmatched, None),
        (AlertState::Held, Some(w.after(60))),
        (AlertState::DeadLetter, None),
    ];
    let verdicts = others
        .iter()
        .zip(verdicts)
        .map(|(alert, (state, due))| verdict(alert, state, due, w.now()));
    place(&*writer, batch(0, vec![], verdicts.collect(), w.now()))
        .await
        .unwrap();
    let over = closed(&w, &*writer, &over).await;
    w.clock.advance(DAY);
    let before = w.now();
    closed(&w, &*writer, &late).await;
    let newer = w.alerts(1).await;
    let verdicts = vec![verdict(&newer[0], AlertState::Unmatched, None, w.now())];
    place(&*writer, batch(0, vec![], verdicts, w.now())).await.unwrap();

    let found = past(&w, before, 200).await;
    let (of_over, of_none): (Vec<_>, Vec<_>) = found.iter().partition(|past| past.view.incident_id.is_some());
    assert_eq!(of_over.len(), 3);
    for past in &of_over {
        assert_eq!(past.view.incident_id.as_ref(), Some(&over.incident_id));
        assert_eq!(past.version, Some(over.version));
        let shown = w.reader().alert(past.view.alert.id()).await.unwrap().unwrap();
        assert_eq!((past.view.clone(), past.receipt.clone()), shown);
    }
    let states: Vec<AlertState> = of_none.iter().map(|past| past.view.state).collect();
    assert_eq!(states, [AlertState::Unmatched, AlertState::DeadLetter]);
    assert!(of_none.iter().all(|past| past.version.is_none()));
    for limit in [1, 2, 3] {
        assert_eq!(past(&w, before, limit).await, found, "pages of {limit}");
    }
    // One that is full is not past, nor is one that is open.
    assert_eq!(past_incidents(&w, w.after(60), 200).await, []);
    assert_eq!((alerts_of(&w, &open).await, alerts_of(&w, &over).await), (2, 3));
}

pub async fn what_is_past_goes_whole_or_not_at_all(w: World) {
    let writer = w.writer().await;
    let row = w.opened(&*writer, "inc-over", 70).await;
    let open = w.opened(&*writer, "inc-open", 1).await;
    let with_decision = IncidentChange {
        decision: Some(decision(&w.a, &row.incident_id, "dec-1", w.now())),
        ..change_of(&row, w.now())
    };
    writer.change(with_decision, None).await.unwrap();
    let row = closed(&w, &*writer, &w.row(&row.incident_id).await).await;
    w.clock.advance(DAY);
    let found = past(&w, w.now(), 200).await;
    let mut alerts: Vec<u64> = found.iter().map(|past| past.view.alert.no).collect();
    let seen = vec![(row.incident_id.clone(), row.version)];
    let of_open = w
        .reader()
        .placed_between(&open.incident_id, 0, u64::MAX >> 1, 9)
        .await
        .unwrap()[0]
        .no;
    let unplaced = w.alerts(1).await[0].no;

    let everything = Cut {
        now: w.now(),
        emptied: seen.clone(),
        alerts: alerts.clone(),
        ..Cut::default()
    };
    let wrong = [
        Cut {
            emptied: vec![(row.incident_id.clone(), row.version + 1)],
            ..everything.clone()
        },
        Cut {
            emptied: vec![(open.incident_id.clone(), open.version)],
            ..everything.clone()
        },
        Cut {
            emptied: vec![],
            ..everything.clone()
        },
        Cut {
            alerts: vec![alerts[0], of_open],
            ..everything.clone()
        },
        Cut {
            alerts: vec![alerts[0], unplaced],
            ..everything.clone()
        },
        Cut {
            alerts: vec![alerts[0], 1 << 40],
            ..everything.clone()
        },
        Cut {
            incidents: vec![seen_as(&row, 1)],
            ..Cut::default()
        },
    ];
    for wrong in wrong {
        assert_eq!(cut(&*writer, wrong.clone()).await, Amended::Changed, "{wrong:?}");
    }
    assert_eq!(w.row(&row.incident_id).await, row);
    assert_eq!(past(&w, w.now(), 200).await, found);
    // Another company's writer reaches nothing.
    let other = w.store.acquire(&w.b).await.unwrap();
    assert_eq!(cut(&*other, everything.clone()).await, Amended::Changed);

    // In two parts; the second goes by what the first has said of the incident.
    let rest = alerts.split_off(40);
    let first = Cut {
        alerts,
        ..everything.clone()
    };
    assert_eq!(cut(&*writer, first).await, Amended::Done);
    let emptied = w.row(&row.incident_id).await;
    assert_eq!(
        (emptied.life.alerts_archived_at, emptied.version, emptied.alert_count),
        (Some(w.now()), row.version + 1, 70)
    );
    let left = past(&w, w.now(), 200).await;
    assert_eq!((left.len(), left[0].version), (30, None));
    let second = Cut {
        alerts: rest,
        ..Cut::default()
    };
    assert_eq!(cut(&*writer, second).await, Amended::Done);
    assert_eq!(past(&w, w.now(), 200).await, []);
    for id in ids(&found) {
        assert_eq!(w.reader().alert(id).await, Ok(None));
    }
    assert_eq!(alerts_of(&w, &emptied).await, 0);
    let timeline = w.reader().timeline(&row.incident_id, page(200, None)).await.unwrap();
    assert_eq!(timeline.items.len(), 1, "the entry that it was opened");
    assert_eq!(alerts_of(&w, &open).await, 1);

    let gone = past_incidents(&w, w.now(), 1).await;
    assert_eq!(gone, std::slice::from_ref(&emptied));
    let last = w.reader().last_decision(&row.incident_id).await.unwrap().unwrap().0;
    for (row, last) in [(&emptied, last - 1), (&row, last)] {
        let other = Cut {
            incidents: vec![seen_as(row, last)],
            ..Cut::default()
        };
        assert_eq!(cut(&*writer, other).await, Amended::Changed, "decided or changed since");
    }
    let gone = Cut {
        incidents: vec![seen_as(&emptied, last)],
        ..Cut::default()
    };
    assert_eq!(cut(&*writer, gone.clone()).await, Amended::Done);
    assert_eq!(w.reader().incident(&row.incident_id).await, Ok(None));
    assert_eq!(w.reader().owned(&row.incident_id).await, Ok(None));
    let decisions = w.reader().decisions(&row.incident_id, page(9, None)).await.unwrap();
    assert_eq!(decisions.items, []);
    assert_eq!(past_incidents(&w, w.now(), 9).await, []);
    assert_eq!(cut(&*writer, gone).await, Amended::Changed);
}

pub async fn an_emptied_incident_does_not_begin_again(w: World) {
    let writer = w.writer().await;
    let row = w.opened(&*writer, "inc-over", 1).await;
    let row = closed(&w, &*writer, &row).await;
    w.clock.advance(DAY);
    let found = past(&w, w.now(), 9).await;
    let all = Cut {
        now: w.now(),
        emptied: vec![(row.incident_id.clone(), row.version)],
        alerts: vec![found[0].view.alert.no],
        ..Cut::default()
    };
    // Whoever has seen it as it was is refused.
    let mut reopen = change_of(&row, w.now());
    reopen.life = Some(reopened(&row));
    assert_eq!(cut(&*writer, all).await, Amended::Done);
    let emptied = w.row(&row.incident_id).await;
    let refused = Changed::Refused(Some(Box::new(emptied.clone())));
    assert_eq!(writer.change(reopen, None).await, Ok(refused));
    // Alerts too, though a correlator that does not know yet would have it reopened.
    let alerts = w.alerts(1).await;
    let mut join = joining(&row.incident_id, &alerts, w.now());
    join.reopens = true;
    let placed = place(&*writer, batch(0, vec![join], vec![], w.now())).await.unwrap();
    assert_eq!(placed.refused.len(), 1);
    assert_eq!(w.joinable(2 * DAY).await, []);
}

pub async fn decisions_that_no_incident_has_are_past_and_go(w: World) {
    let writer = w.writer().await;
    let row = w.opened(&*writer, "inc-1", 1).await;
    let mut made = Vec::new();
    for (n, of) in ["inc-x", "inc-1", "inc-x", "inc-y"].into_iter().enumerate() {
        let decision = decision(&w.a, &of.parse().unwrap(), &format!("dec-{n}"), w.now());
        let change = IncidentChange {
            incident_id: decision.incident_id.clone(),
            expect: if of == "inc-1" {
                change_of(&row, w.now()).expect
            } else {
                Expect::NoRow
            },
            decision: Some(decision.clone()),
            ..change_of(&row, w.now())
        };
        writer.change(change, None).await.unwrap();
        made.push(decision);
        w.clock.advance(Duration::from_millis(if n == 1 { 0 } else { 1 }));
    }
    let found = past_decisions(&w, w.now(), 9).await;
    let names = |found: &[(u64, Decision)]| -> Vec<Decision> { found.iter().map(|(_, made)| made.clone()).collect() };
    assert_eq!(names(&found), [made[0].clone(), made[2].clone(), made[3].clone()]);
    assert_eq!(past_decisions(&w, w.now(), 1).await, found);
    assert_eq!(
        names(&past_decisions(&w, made[3].created_at, 9).await),
        [made[0].clone(), made[2].clone()]
    );

    let of = |decisions: Vec<(IncidentId, u64)>| Cut {
        decisions,
        ..Cut::default()
    };
    let all: Vec<_> = found.iter().map(|(no, made)| (made.incident_id.clone(), *no)).collect();
    let of_a_row = w.reader().last_decision(&row.incident_id).await.unwrap().unwrap();
    for wrong in [
        vec![all[0].clone(), (row.incident_id.clone(), of_a_row.0)],
        vec![all[0].clone(), (all[1].0.clone(), of_a_row.0)],
    ] {
        assert_eq!(cut(&*writer, of(wrong)).await, Amended::Changed);
    }
    assert_eq!(past_decisions(&w, w.now(), 9).await, found);
    assert_eq!(cut(&*writer, of(all[..2].to_vec())).await, Amended::Done);
    assert_eq!(names(&past_decisions(&w, w.now(), 9).await), [made[3].clone()]);
    assert_eq!(w.reader().last_decision(&row.incident_id).await, Ok(Some(of_a_row)));
}

pub async fn a_journal_is_cut_at_the_end_of_a_commit_and_goes_on(w: World) {
    let writer = w.writer().await;
    let other = w.store.acquire(&w.b).await.unwrap();
    for facts in [1, 3, 2, 1] {
        happen(&w, &*writer, facts).await;
        happen(&w, &*other, facts).await;
    }
    let of_a = CompanySet::one(w.a.clone());
    let both: CompanySet = [w.a.clone(), w.b.clone()].into_iter().collect();
    let events = walk(&*w.store.events(&of_a), Position::START, 200).await;
    let of_both = walk(&*w.store.events(&both), Position::START, 200).await;
    let ends: Vec<u64> = events
        .windows(2)
        .filter(|pair| pair[0].position.commit != pair[1].position.commit)
        .map(|pair| pair[0].entry.seq)
        .collect();
    let last = events.last().unwrap().entry.seq;
    let behind = |seq| Cut {
        journal: Some(seq),
        ..Cut::default()
    };
    for seq in 0..=last + 1 {
        if !ends.contains(&seq) {
            assert_eq!(cut(&*writer, behind(seq)).await, Amended::Changed, "{seq} of {last}");
        }
    }
    let upto = ends[ends.len() - 2];
    let amendment = Amendment {
        cut: Some(behind(upto)),
        facts: vec![fact("retention.archived", "comp-a", w.now())],
        ..Amendment::default()
    };
    assert_eq!(writer.amend(amendment, None).await, Ok(Amended::Done));

    let left = w.reader().journal(page(200, None)).await.unwrap().items;
    assert_eq!(left[0].seq, upto + 1);
    assert_eq!(left.last().map(|entry| entry.seq), Some(last + 1));
    let kept: Vec<_> = events.iter().filter(|event| event.entry.seq > upto).collect();
    assert!(kept.iter().map(|event| &event.entry).eq(&left[..kept.len()]));
    // A stream that would miss something is told so; one that has seen it goes on.
    let (reader, reader_of_both) = (w.store.events(&of_a), w.store.events(&both));
    let cut_at = events.iter().rfind(|event| event.entry.seq <= upto).unwrap().position;
    for position in [Position::START, events[0].position, cut_at] {
        assert_eq!(reader.after(position, 9).await, Ok(EventsAfter::Lost));
    }
    for event in &kept {
        let behind = walk(&*reader, event.position, 2).await;
        assert_eq!(behind.len() as u64, last + 1 - event.entry.seq);
    }
    for (place, event) in of_both.iter().enumerate() {
        let is_lost = reader_of_both.after(event.position, 9).await == Ok(EventsAfter::Lost);
        assert_eq!(is_lost, event.position.commit <= cut_at.commit, "{place}");
    }
    let of_b = walk(&*w.store.events(&CompanySet::one(w.b.clone())), Position::START, 200).await;
    assert!(!of_b.is_empty(), "the other company's journal is as it was");
    // It goes on from there, and is cut again.
    happen(&w, &*writer, 2).await;
    assert_eq!(cut(&*writer, behind(upto)).await, Amended::Changed);
    assert_eq!(cut(&*writer, behind(last)).await, Amended::Done);
    let left = w.reader().journal(page(200, None)).await.unwrap().items;
    assert_eq!((left[0].seq, left.len()), (last + 1, 3));
}
