//! Reading along the order of commits, and hearing of new ones.

use std::sync::Arc;

use actors::domain::{CompanyId, Entry, Severity};
use actors::port::events::{CompanySet, Event, EventReader, EventsAfter, IncidentCounts, Position};
use actors::port::{Committed, Error, Writer};
use tokio::sync::broadcast::Receiver;

use super::lists::page;
use super::{World, incident_id, place};
use crate::support::alerts::{delivery, fact};
use crate::support::placing::{batch, change_of, opening};

/// A change of an incident that is not there, with so many facts.
pub async fn happen(w: &World, writer: &dyn Writer, facts: usize) {
    let change = actors::port::writer::IncidentChange {
        incident_id: incident_id("inc-none"),
        expect: actors::port::writer::Expect::NoRow,
        life: None,
        absorbed_no: 0,
        wake_due: None,
        decided: None,
        decision: None,
        memory: None,
        puts: Vec::new(),
        guard: None,
        facts: (0..facts)
            .map(|n| fact("thing.happened", &format!("thing-{n}"), w.now()))
            .collect(),
        now: w.now(),
    };
    writer.change(change, None).await.unwrap();
}

/// Commits of both companies in turn, of one to three facts, and some without.
pub async fn history_of_both(w: &World, commits: usize) {
    let (of_a, of_b) = (w.writer().await, w.store.acquire(&w.b).await.unwrap());
    for n in 0..commits {
        happen(w, if n % 2 == 0 { &*of_a } else { &*of_b }, n % 4).await;
    }
}

fn both(w: &World) -> CompanySet {
    [w.b.clone(), w.a.clone()].into_iter().collect()
}

/// Everything behind a position, by pages of so many.
pub async fn walk(reader: &dyn EventReader, mut position: Position, limit: usize) -> Vec<Event> {
    let mut walked = Vec::new();
    loop {
        let EventsAfter::Page { events, more } = reader.after(position, limit).await.unwrap() else {
            panic!("{position:?} is lost");
        };
        assert!(events.len() <= limit && (!more || events.len() == limit));
        position = events.last().map_or(position, |event| event.position);
        walked.extend(events);
        if !more {
            return walked;
        }
    }
}

async fn journal(w: &World, company: &CompanyId) -> Vec<Entry> {
    w.store.reader(company).journal(page(200, None)).await.unwrap().items
}

/// Whether these are the journals of these companies, interleaved, each position behind the one before.
async fn assert_whole(w: &World, companies: &CompanySet, events: &[Event]) {
    for company in companies.iter() {
        let of_company = events.iter().filter(|event| event.entry.company_id == *company);
        let entries: Vec<Entry> = of_company.map(|event| event.entry.clone()).collect();
        assert_eq!(entries, journal(w, company).await);
    }
    assert!(events.windows(2).all(|pair| pair[0].position < pair[1].position));
    assert!(events.iter().all(|event| companies.contains(&event.entry.company_id)));
}

pub async fn entries_are_read_in_the_order_of_commits(w: World) {
    history_of_both(&w, 24).await;
    let reader = w.store.events(&both(&w));
    let events = walk(&*reader, Position::START, 200).await;
    assert_whole(&w, &both(&w), &events).await;
    // Commits of one company did not wait for the other's.
    let companies: Vec<_> = events.iter().map(|event| &event.entry.company_id).collect();
    assert!(companies.windows(2).filter(|pair| pair[0] != pair[1]).count() > 10);
    assert_eq!(reader.last().await, Ok(events.last().unwrap().position));
}

pub async fn pages_of_any_size_have_no_gap_and_no_repeat(w: World) {
    history_of_both(&w, 16).await;
    for companies in [both(&w), CompanySet::one(w.a.clone()), CompanySet::one(w.b.clone())] {
        let reader = w.store.events(&companies);
        let whole = walk(&*reader, Position::START, 200).await;
        for limit in 1..=5 {
            assert_eq!(walk(&*reader, Position::START, limit).await, whole, "{limit} a page");
        }
        for (place, event) in whole.iter().enumerate() {
            assert_eq!(walk(&*reader, event.position, 3).await, whole[place + 1..]);
        }
    }
}

pub async fn only_the_scopes_companies_are_read(w: World) {
    history_of_both(&w, 12).await;
    let of_a = CompanySet::one(w.a.clone());
    let events = walk(&*w.store.events(&of_a), Position::START, 2).await;
    assert_whole(&w, &of_a, &events).await;
    // Another company's position is none of this scope's.
    let theirs = w.store.events(&CompanySet::one(w.b.clone()));
    let last = theirs.last().await.unwrap();
    assert_eq!(w.store.events(&of_a).after(last, 9).await, Ok(EventsAfter::Lost));
    let nobody = w.store.events(&CompanySet::one("comp-nobody".parse().unwrap()));
    assert_eq!(nobody.last().await, Err(Error::NoSuchCompany));
}

pub async fn a_position_of_another_store_is_lost(w: World) {
    history_of_both(&w, 8).await;
    let reader = w.store.events(&both(&w));
    let last = reader.last().await.unwrap();
    let here = |position| reader.after(position, 9);
    assert!(matches!(here(last).await, Ok(EventsAfter::Page { .. })));
    let others = [
        Position {
            mark: last.mark ^ 1,
            ..last
        },
        Position {
            commit: last.commit + 1,
            ..last
        },
        Position {
            entry: last.entry + 1,
            ..last
        },
        Position { entry: 0, ..last },
        Position { commit: 0, ..last },
        Position {
            commit: u64::MAX,
            entry: u32::MAX,
            mark: 0,
        },
    ];
    for other in others {
        assert_eq!(here(other).await, Ok(EventsAfter::Lost), "{other:?}");
    }
}

/// What the feed has told so far.
fn heard(feed: &mut Receiver<Arc<Committed>>) -> Committed {
    let mut all = Committed::default();
    while let Ok(committed) = feed.try_recv() {
        all.events.extend(committed.events.iter().cloned());
        all.counts.extend(committed.counts.iter().cloned());
    }
    all
}

pub async fn the_feed_tells_what_is_read_and_only_that(w: World) {
    // What came before is told by then.
    w.store.events(&both(&w)).last().await.unwrap();
    let mut feed = w.store.feed();
    history_of_both(&w, 12).await;
    let writer = w.writer().await;
    let row = w.opened(&*writer, "inc-1", 1).await;
    // A refused change has facts that never happened.
    let mut refused = change_of(&row, w.now());
    refused.expect = actors::port::writer::Expect::Version(row.version + 7);
    refused.facts = vec![fact("thing.refused", "thing", w.now())];
    writer.change(refused, None).await.unwrap();
    happen(&w, &*writer, 600).await;
    // Whoever reads waits for what was committed before; whoever only listens does not.
    let read = walk(&*w.store.events(&both(&w)), Position::START, 200).await;
    let told = heard(&mut feed).events;
    assert_eq!(told, read);
    assert!(told.iter().all(|event| event.entry.kind() != "thing.refused"));
}

pub async fn the_feed_tells_counts_after_a_placement(w: World) {
    let writer = w.writer().await;
    let unheard = w.opened(&*writer, "inc-0", 1).await;
    let mut feed = w.store.feed();
    let row = w.opened(&*writer, "inc-1", 3).await;
    let counts = IncidentCounts {
        company_id: w.a.clone(),
        incident_id: row.incident_id.clone(),
        alert_count: 3,
        severity: Severity::High,
        firing: row.firing,
    };
    assert_eq!(heard(&mut feed).counts, [counts]);
    // Refused: it is there already.
    let alerts = w.alerts(1).await;
    let twice = opening(&unheard.incident_id, &alerts, w.now());
    let placed = place(&*writer, batch(0, vec![twice], vec![], w.now())).await.unwrap();
    assert_eq!((placed.refused.len(), heard(&mut feed).counts), (1, vec![]));
}

pub async fn a_new_company_begins_at_the_start(w: World) {
    let reader = w.store.events(&CompanySet::one(w.a.clone()));
    assert_eq!(reader.last().await, Ok(Position::START));
    let nothing = EventsAfter::Page {
        events: vec![],
        more: false,
    };
    assert_eq!(reader.after(Position::START, 9).await, Ok(nothing));
    // Accepting alone is no commit of the company.
    let alerts = delivery(&w.a, vec![w.alert()], w.now());
    w.store.accept(alerts).await.unwrap();
    assert_eq!(reader.last().await, Ok(Position::START));
}
