//! Everything that a store says through its ports, to be compared with what another says.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::time::Duration;

use actors::domain::{AlertState, CompanyId, IncidentId, Timestamp};
use actors::port::events::{CompanySet, Position};
use actors::port::reader::{AlertFilter, IncidentFilter, Page, PageRequest, Reader};
use actors::port::{Error, RecordKind, Store};
use strum::IntoEnumIterator;

use crate::conformance::events::walk;
use crate::conformance::joinable;
use crate::conformance::journal::assert_chained;
use crate::conformance::rollups::of_all_time;

/// Answers by their questions.
#[derive(Default)]
pub struct Picture(BTreeMap<String, String>);

impl Picture {
    fn note(&mut self, question: String, answer: &impl Debug) {
        let before = self.0.insert(question.clone(), format!("{answer:#?}"));
        assert!(before.is_none(), "{question} was asked twice");
    }

    /// How many questions were answered.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

/// Fails at the first answer that differs.
#[track_caller]
pub fn assert_same(one: &Picture, other: &Picture) {
    for (question, answer) in &one.0 {
        let elsewhere = other.0.get(question);
        assert_eq!(Some(answer), elsewhere, "{question}");
    }
    assert!(one.0.keys().eq(other.0.keys()));
}

/// Every page of a list.
async fn all<T>(limit: usize, mut ask: impl AsyncFnMut(PageRequest) -> Result<Page<T>, Error>) -> Vec<T> {
    let mut found = Vec::new();
    let mut page = PageRequest { limit, after: None };
    loop {
        let next = ask(page).await.unwrap();
        found.extend(next.items);
        page.after = next.next;
        if page.after.is_none() {
            return found;
        }
    }
}

/// What a store says at a moment.
pub async fn of(store: &dyn Store, now: Timestamp) -> Picture {
    let mut picture = Picture::default();
    let mut companies = store.companies().await.unwrap();
    companies.sort_by(|one, other| one.company_id.cmp(&other.company_id));
    let ids: Vec<CompanyId> = companies.iter().map(|company| company.company_id.clone()).collect();
    picture.note("companies".to_owned(), &companies);
    for kind in RecordKind::iter() {
        let mut records = store.all_records(kind, None, 1_000).await.unwrap();
        for record in records.iter().filter(|record| record.lookup.is_some()) {
            let found = store.find_record(kind, record.lookup.as_deref().unwrap()).await;
            assert_eq!(found.as_ref(), Ok(&Some(record.clone())));
        }
        records.sort_by(|one, other| (&one.company_id, &one.id).cmp(&(&other.company_id, &other.id)));
        picture.note(format!("all {}", kind.as_str()), &records);
    }
    let mut unplaced = store.unplaced(100).await.unwrap();
    unplaced.sort();
    picture.note("companies with unplaced alerts".to_owned(), &unplaced);
    for hours in [0, 48] {
        let due = store.due(now.plus(Duration::from_secs(hours * 3_600)), 1_000).await;
        // Of what is due at the same moment either may come first.
        let mut due: Vec<String> = due.unwrap().iter().map(|due| format!("{due:?}")).collect();
        due.sort();
        picture.note(format!("due in {hours} hours"), &due);
    }
    let platform = CompanyId::platform();
    let journal = all(7, async |page| store.reader(&platform).journal(page).await).await;
    assert_chained(&platform, &journal);
    picture.note("the platform's journal".to_owned(), &journal);
    for company in &ids {
        of_company(&mut picture, store, company, now).await;
    }
    let everybody: CompanySet = ids.into_iter().chain([platform]).collect();
    of_events(&mut picture, "everybody", store, &everybody).await;
    picture
}

async fn of_company(picture: &mut Picture, store: &dyn Store, company: &CompanyId, now: Timestamp) {
    let reader = store.reader(company);
    let journal = all(7, async |page| reader.journal(page).await).await;
    assert_chained(company, &journal);
    picture.note(format!("{company}: journal"), &journal);
    picture.note(format!("{company}: settings"), &reader.company().await.unwrap());
    picture.note(format!("{company}: mark"), &reader.accept_mark().await.unwrap());
    picture.note(format!("{company}: unplaced"), &reader.unplaced(100).await.unwrap());
    picture.note(format!("{company}: strays"), &reader.strays(now).await.unwrap());
    let held = reader.held_due(now.plus(Duration::from_secs(3_600)), 100).await;
    picture.note(format!("{company}: held"), &held.unwrap());
    let sums = of_all_time(&*reader).await;
    picture.note(format!("{company}: what incidents came to"), &sums);
    let counts = reader.counts(Timestamp::from_millis(0)).await.unwrap();
    picture.note(format!("{company}: counts"), &counts);
    for kind in RecordKind::iter() {
        let records = reader.records(kind, None, 100).await.unwrap();
        for record in &records {
            assert_eq!(
                reader.record(kind, &record.id).await.as_ref(),
                Ok(&Some(record.clone()))
            );
        }
        picture.note(format!("{company}: {}", kind.as_str()), &records);
    }
    for minutes in [0, 30] {
        let window = Duration::from_secs(minutes * 60);
        let mut open = joinable(&*reader, now, window).await;
        open.iter_mut().for_each(|incident| incident.keys.sort());
        picture.note(format!("{company}: joinable within {minutes} minutes"), &open);
    }
    of_alerts(picture, company, &*reader).await;
    let incidents = all(2, async |page| reader.incidents(&IncidentFilter::default(), page).await).await;
    for view in &incidents {
        of_incident(picture, company, &*reader, &view.incident.incident_id, now).await;
    }
    picture.note(format!("{company}: incidents"), &incidents);
    of_incident(picture, company, &*reader, &"test-123".parse().unwrap(), now).await;
    let alone = CompanySet::one(company.clone());
    of_events(picture, company.as_str(), store, &alone).await;
}

async fn of_alerts(picture: &mut Picture, company: &CompanyId, reader: &dyn Reader) {
    use AlertState as S;
    let alerts = all(9, async |page| reader.alerts(&AlertFilter::default(), page).await).await;
    for view in &alerts {
        let id = view.alert.id();
        picture.note(format!("{company}: alert {id}"), &reader.alert(id).await.unwrap());
    }
    picture.note(format!("{company}: alerts"), &alerts);
    for state in [
        S::Received,
        S::Held,
        S::Placed,
        S::Suppressed,
        S::Unmatched,
        S::DeadLetter,
    ] {
        let filter = AlertFilter {
            state: Some(state),
            ..AlertFilter::default()
        };
        let found = all(50, async |page| reader.alerts(&filter, page).await).await;
        picture.note(format!("{company}: {} alerts", state.as_str()), &found);
    }
}

async fn of_incident(picture: &mut Picture, company: &CompanyId, reader: &dyn Reader, id: &IncidentId, now: Timestamp) {
    let timeline = all(10, async |page| reader.timeline(id, page).await).await;
    picture.note(format!("{company}: timeline of {id}"), &timeline);
    let filter = AlertFilter {
        incident_id: Some(id.clone()),
        ..AlertFilter::default()
    };
    let alerts = all(11, async |page| reader.alerts(&filter, page).await).await;
    picture.note(format!("{company}: alerts of {id}"), &alerts);
    let mut owned = reader.owned(id).await.unwrap();
    if let Some(owned) = &mut owned {
        owned.keys.sort();
    }
    picture.note(format!("{company}: {id} owns"), &owned);
    picture.note(format!("{company}: {id}"), &reader.incident(id).await.unwrap());
    for after in [None, Some(0)] {
        let briefing = reader.briefing(id, after, now, 1_000).await.unwrap();
        picture.note(format!("{company}: briefing of {id} after {after:?}"), &briefing);
    }
    let decisions = all(2, async |page| reader.decisions(id, page).await).await;
    picture.note(format!("{company}: decisions of {id}"), &decisions);
    let last = reader.last_decision(id).await.unwrap();
    picture.note(format!("{company}: last decision of {id}"), &last);
    let memory = reader.short_memory(id, now).await.unwrap();
    picture.note(format!("{company}: memory of {id}"), &memory);
}

async fn of_events(picture: &mut Picture, whose: &str, store: &dyn Store, companies: &CompanySet) {
    let reader = store.events(companies);
    let events = walk(&*reader, Position::START, 5).await;
    if let Some(middle) = events.get(events.len() / 2) {
        let rest = walk(&*reader, middle.position, 3).await;
        assert_eq!(rest, events[events.len() / 2 + 1..]);
    }
    picture.note(format!("{whose}: events"), &events);
    picture.note(format!("{whose}: last event"), &reader.last().await.unwrap());
}
