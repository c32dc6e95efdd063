//! What must hold of a history when all has come to rest (`I1` to `I9` of the fault list). Everything
//! is read from outside, through the store's readers.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use actors::correlator::event_time::{event_at, own_end};
use actors::domain::alert::Identity;
use actors::domain::{AlertId, AlertState, CompanyId, Correlation, Entry, Incident, IncidentId, Signal, Timestamp};
use actors::port::events::{CompanySet, Position};
use actors::port::reader::{AlertFilter, AlertView, Cursor, Page, PageRequest, TimelineItem};
use actors::port::{Clock, Error, Reader, Store};

use super::history::Answered;
use super::remedies;
use super::world::World;
use crate::conformance::events::walk;
use crate::conformance::joinable;
use crate::conformance::journal::assert_chained;
use crate::conformance::rollups::{of_all_time, recomputed};

/// Checks everything, then once more after another start.
pub async fn check(world: &mut World) {
    for (company, settings) in world.companies.clone() {
        let seen = Seen::of(world, &company).await;
        for view in seen.alerts.iter().rev() {
            let (no, id, incident) = (view.alert.no, view.alert.id(), &view.incident_id);
            world
                .history
                .note(format!("{company} {no} {id} {:?} {incident:?}", view.state));
        }
        for entry in &seen.journal {
            world
                .history
                .note(format!("{company} {} {}", entry.commit_no, entry.canonical));
        }
        every_alert_is_there_once_and_has_a_verdict(world, &seen);
        each_incident_is_what_its_alerts_make_of_it(&seen, &settings);
        no_twins(world, &seen).await;
        the_hours_are_what_the_rows_come_to(world, &seen).await;
        only_open_incidents_are_joined(world, &seen).await;
        nothing_is_overdue(world, &seen);
        the_journal_tells_every_change(world, &seen);
        answers_were_true(world, &seen).await;
        remedies::check(world, &company).await;
    }
    streams_tell_the_journals(world).await;
    what_is_known_is_what_is_stored(world).await;
}

/// Everything of one company.
struct Seen {
    company: CompanyId,
    alerts: Vec<AlertView>,
    incidents: Vec<Incident>,
    journal: Vec<Entry>,
}

impl Seen {
    async fn of(world: &World, company: &CompanyId) -> Self {
        let reader = world.tree.reader(company);
        Self {
            company: company.clone(),
            alerts: all(async |page| reader.alerts(&AlertFilter::default(), page).await).await,
            incidents: world.tree.incidents(company).await,
            journal: all(async |page| reader.journal(page).await).await,
        }
    }

    fn of_incident(&self, id: &IncidentId) -> Vec<&AlertView> {
        let ours = self.alerts.iter().filter(|view| view.incident_id.as_ref() == Some(id));
        ours.collect()
    }

    fn count(&self, kind: &str) -> usize {
        self.journal.iter().filter(|entry| entry.kind() == kind).count()
    }
}

async fn all<T>(ask: impl AsyncFn(PageRequest) -> Result<Page<T>, Error>) -> Vec<T> {
    let (mut found, mut after): (Vec<T>, Option<Cursor>) = (Vec::new(), None);
    loop {
        let page = ask(PageRequest { limit: 200, after }).await.unwrap();
        found.extend(page.items);
        after = page.next;
        if after.is_none() {
            return found;
        }
    }
}

/// What is counted with every commit is what the rows come to.
async fn the_hours_are_what_the_rows_come_to(world: &World, seen: &Seen) {
    let counted = of_all_time(&*world.tree.reader(&seen.company)).await;
    let end = Timestamp::from_millis(i64::MAX);
    assert_eq!(counted, recomputed(&seen.incidents, Timestamp::default(), end));
}

/// I1, I7.
fn every_alert_is_there_once_and_has_a_verdict(world: &World, seen: &Seen) {
    let stored: Vec<AlertId> = seen.alerts.iter().map(|view| view.alert.id()).collect();
    let once: BTreeSet<AlertId> = stored.iter().copied().collect();
    assert_eq!(once.len(), stored.len(), "an alert is there twice");
    let accepted = world.history.accepted.get(&seen.company).cloned().unwrap_or_default();
    let accepted: BTreeSet<AlertId> = accepted.into_iter().collect();
    assert_eq!(once, accepted, "what is stored is not what was acknowledged");
    for view in &seen.alerts {
        let id = view.alert.id();
        assert_eq!(view.alert.company_id, seen.company);
        match view.state {
            AlertState::Placed => assert!(view.incident_id.is_some(), "{id} is placed nowhere"),
            AlertState::Unmatched => assert_eq!(view.incident_id, None),
            AlertState::DeadLetter => assert!(
                world.history.poisoned,
                "{id} is a dead letter, and nothing was poisoned"
            ),
            other => panic!("{id} is still {other:?}"),
        }
    }
}

/// I9, for counts and fingerprints.
fn each_incident_is_what_its_alerts_make_of_it(seen: &Seen, settings: &Correlation) {
    // A recovery that came before its alert speaks for it, though it belongs to no incident.
    let unmatched = seen.alerts.iter().filter(|view| view.state == AlertState::Unmatched);
    let forestalled: BTreeSet<Identity> = unmatched.map(|view| view.alert.sent.identity()).collect();
    let known: BTreeSet<&IncidentId> = seen.incidents.iter().map(|row| &row.incident_id).collect();
    for view in &seen.alerts {
        assert!(
            view.incident_id.iter().all(|id| known.contains(id)),
            "{} is in no incident",
            view.alert.id()
        );
    }
    for row in &seen.incidents {
        let (id, alerts) = (&row.incident_id, seen.of_incident(&row.incident_id));
        assert_eq!(row.alert_count, alerts.len() as u64, "{id} counts wrong");
        let of_forestalled = alerts
            .iter()
            .any(|view| forestalled.contains(&view.alert.sent.identity()));
        // What was merged or split may have left its fingerprints to another.
        if of_forestalled || is_regrouped(seen, id) {
            continue;
        }
        let mut words: BTreeMap<Identity, _> = BTreeMap::new();
        for view in alerts {
            let (alert, window) = (&view.alert, settings.window());
            let end = own_end(alert, window);
            let fires = alert.sent.status == Signal::Firing && end.is_none();
            let word = (
                end.unwrap_or(event_at(alert, window)),
                alert.no,
                fires,
                alert.sent.severity,
            );
            let last = words.entry(alert.sent.identity()).or_insert(word);
            if (word.0, word.1) > (last.0, last.1) {
                *last = word;
            }
        }
        let mut firing = [0; 4];
        words
            .values()
            .filter(|word| word.2)
            .for_each(|word| firing[word.3.index()] += 1);
        assert_eq!(row.firing, firing, "{id} fires otherwise: {row:?}\n{words:#?}");
        let gravest = words.values().filter(|word| word.2).map(|word| word.3).max();
        assert!(
            gravest.is_none_or(|gravest| gravest == row.severity),
            "{id} is {:?}",
            row.severity
        );
    }
}

fn is_regrouped(seen: &Seen, id: &IncidentId) -> bool {
    let regrouped = |entry: &&Entry| ["incident.merged", "incident.split"].contains(&entry.kind().as_str());
    seen.journal
        .iter()
        .filter(regrouped)
        .any(|entry| entry.canonical.contains(id.as_str()))
}

/// No fingerprint belongs to two open incidents, but where somebody has reopened the older one by hand.
async fn no_twins(world: &World, seen: &Seen) {
    let now = world.tree.clock.now();
    let joinable = joinable(&*world.tree.reader(&seen.company), now, Duration::ZERO).await;
    let mut owners: BTreeMap<Identity, IncidentId> = BTreeMap::new();
    let by_hand = |row: &Incident| {
        let reopened = format!("\"subject\":\"{}\"", row.incident_id);
        let told = |entry: &&Entry| entry.canonical.contains("\"reopened_by\":\"usr-");
        seen.journal
            .iter()
            .filter(told)
            .any(|entry| entry.canonical.contains(&reopened))
    };
    let open = joinable.iter().filter(|incident| incident.row.is_open());
    for incident in open.filter(|incident| !by_hand(&incident.row)) {
        for word in &incident.fingerprints {
            let other = owners.insert(word.identity, incident.row.incident_id.clone());
            assert_eq!(other, None, "twins: {} has it too", incident.row.incident_id);
        }
    }
}

/// By its timeline, an incident was open whenever an alert was placed in it.
async fn only_open_incidents_are_joined(world: &World, seen: &Seen) {
    let reader = world.tree.reader(&seen.company);
    for row in seen
        .incidents
        .iter()
        .filter(|row| !is_regrouped(seen, &row.incident_id))
    {
        let timeline = all(async |page| reader.timeline(&row.incident_id, page).await).await;
        let (mut open, mut last_commit) = (false, 0);
        // A placement's own facts stand behind it: take each commit's facts first.
        let mut lines: Vec<(u64, bool, &TimelineItem)> = timeline.iter().map(line).collect();
        lines.sort_by_key(|(commit, is_alert, _)| (*commit, *is_alert));
        for (commit, _, item) in lines {
            assert!(commit >= last_commit);
            last_commit = commit;
            match item {
                TimelineItem::Alert { view, .. } => {
                    assert!(
                        open,
                        "{} was placed in {} while that was over",
                        view.alert.id(),
                        row.incident_id
                    );
                }
                TimelineItem::Entry(entry) => match entry.kind().as_str() {
                    "incident.opened" => open = true,
                    "incident.resolved" => open = false,
                    "incident.changed" if entry.canonical.contains("reopened") => open = true,
                    _ => {}
                },
            }
        }
        assert_eq!(open, row.is_open(), "{} is not as its timeline says", row.incident_id);
    }
}

fn line(item: &TimelineItem) -> (u64, bool, &TimelineItem) {
    match item {
        TimelineItem::Entry(entry) => (entry.commit_no, false, item),
        TimelineItem::Alert { commit_no, .. } => (*commit_no, true, item),
    }
}

/// What is due was done; every incident was decided.
fn nothing_is_overdue(world: &World, seen: &Seen) {
    let now = world.tree.clock.now();
    let soon = now.plus(Duration::from_secs(2));
    for row in &seen.incidents {
        let id = &row.incident_id;
        let due = row.wake_due.filter(|due| due.plus(Duration::from_secs(5)) < soon);
        assert_eq!(due, None, "{id} is overdue: {row:?}");
        assert!(
            !row.is_open() || row.decided.is_some(),
            "{id} was never decided: {row:?}"
        );
        assert!(
            row.is_open() || row.wake_due.is_none(),
            "{id} is over and still due: {row:?}"
        );
    }
}

/// I5.
fn the_journal_tells_every_change(world: &World, seen: &Seen) {
    assert_chained(&seen.company, &seen.journal);
    assert_eq!(seen.count("incident.opened"), seen.incidents.len(), "openings");
    let resolved = seen.incidents.iter().filter(|row| !row.is_open()).count();
    let ended = seen.count("incident.resolved");
    assert!(ended >= resolved, "{resolved} are over, {ended} ends are journalled");
    for (by, (company, answered)) in &world.history.acts {
        if *company != seen.company {
            continue;
        }
        let actor = format!("\"actor\":\"{by}\"");
        let told = seen.journal.iter().filter(|entry| entry.canonical.contains(&actor));
        let commits: BTreeSet<u64> = told.map(|entry| entry.commit_no).collect();
        match answered {
            // An act that changes nothing, such as acknowledging twice, is done and not told.
            Answered::Done | Answered::Unknown => assert!(commits.len() <= 1, "{by} did it {} times", commits.len()),
            Answered::Refused => assert!(commits.is_empty(), "{by} was refused, and it was done"),
        }
    }
}

/// Decisions that were answered are kept, once.
async fn answers_were_true(world: &World, seen: &Seen) {
    let mut decided = 0;
    let asked = world
        .history
        .decisions
        .iter()
        .filter(|(company, ..)| *company == seen.company);
    for (_, incident, decision) in asked {
        let kept = world.tree.decisions(&seen.company, incident).await;
        let found = kept.iter().filter(|kept| kept.decision_id == *decision).count();
        assert_eq!(found, 1, "{decision} was answered, and is kept {found} times");
    }
    let mut subjects: BTreeSet<IncidentId> = seen.incidents.iter().map(|row| row.incident_id.clone()).collect();
    subjects.insert("their-own-1".parse().unwrap());
    for incident in subjects {
        decided += world.tree.decisions(&seen.company, &incident).await.len();
    }
    assert_eq!(
        seen.count("decision.made"),
        decided,
        "decisions kept and decisions journalled"
    );
}

/// I6, I4.
async fn streams_tell_the_journals(world: &World) {
    let companies: CompanySet = world.companies.iter().map(|(id, _)| id.clone()).collect();
    let reader = world.tree.store.events(&companies);
    let told = walk(&*reader, Position::START, 50).await;
    assert!(told.windows(2).all(|pair| pair[0].position < pair[1].position));
    for (company, _) in &world.companies {
        let seen = Seen::of(world, company).await;
        let ours = told.iter().filter(|event| event.entry.company_id == *company);
        assert!(
            ours.map(|event| &event.entry).eq(seen.journal.iter()),
            "{company} is told otherwise"
        );
        let alone = walk(
            &*world.tree.store.events(&CompanySet::one(company.clone())),
            Position::START,
            50,
        )
        .await;
        assert!(alone.iter().map(|event| &event.entry).eq(seen.journal.iter()));
    }
}

/// I9: the index in memory places an alert where the index read from the store places its repeat.
async fn what_is_known_is_what_is_stored(world: &mut World) {
    let mut probed = Vec::new();
    for (company, _) in world.companies.clone() {
        for row in world.tree.incidents(&company).await.iter().filter(|row| row.is_open()) {
            let alert = world.tree.alert(&row.asset_name, &row.signature);
            let id = alert.alert_id;
            world.tree.accept(&company, vec![alert.clone()]).await;
            world.tree.runtime.news(&company);
            world.tree.settle(&company).await;
            probed.push((company.clone(), alert, placed(&*world.tree.reader(&company), id).await));
        }
    }
    world.tree.regrow().await;
    for (company, mut alert, before) in probed {
        alert.alert_id = world.tree.alert("", "").alert_id;
        let id = alert.alert_id;
        world.tree.accept(&company, vec![alert]).await;
        world.tree.runtime.news(&company);
        world.tree.settle(&company).await;
        let after = placed(&*world.tree.reader(&company), id).await;
        // One that was held has found company meanwhile.
        assert!(
            before.is_none() || before == after,
            "placed in {before:?} before the start, in {after:?} behind it"
        );
    }
}

async fn placed(reader: &dyn Reader, id: AlertId) -> Option<IncidentId> {
    reader.alert(id).await.unwrap().unwrap().0.incident_id
}
