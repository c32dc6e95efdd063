//! The life of an incident, on virtual time: holding, reopening, flapping, snoozing, what people do,
//! merging and splitting, sessions, leaving memory.

use std::collections::BTreeSet;
use std::time::Duration;

use actors::correlator::regroup::RegroupRefusal;
use actors::domain::{
    AlertId, AlertState, CompanyId, Correlation, Incident, IncidentStatus, Phase, Role, Severity, Signal,
};
use actors::incident::acts::{Act, ActRefusal};
use actors::limits::{INCIDENT_IDLE, SESSION, TENANT_IDLE};
use actors::port::reader::{AlertFilter, PageRequest};
use actors::port::{Clock, Error};
use actors::runtime::CallError;
use tokio::time::sleep;

use crate::support::faulty::{Fault, Gate, Point, open};
use crate::support::tree::Tree;

const FIRING: Signal = Signal::Firing;
const RESOLVED: Signal = Signal::Resolved;
const HOLD: u64 = 120;

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn minutes(n: u64) -> Duration {
    seconds(n * 60)
}

async fn say(tree: &Tree, company: &CompanyId, status: Signal) {
    tree.send(company, "web-1", "disk", status).await;
    tree.settle(company).await;
}

async fn only(tree: &Tree, company: &CompanyId) -> Incident {
    let mut rows = tree.incidents(company).await;
    assert_eq!(rows.len(), 1, "one incident: {rows:#?}");
    rows.remove(0)
}

async fn act(tree: &Tree, company: &CompanyId, incident: &Incident, act: Act) -> Result<(), CallError> {
    let id = incident.incident_id.clone();
    tree.runtime.act(company, id, act, "usr-ann".into(), seconds(10)).await
}

// ---- holding and reopening ---------------------------------------------------------------------

#[tokio::test(start_paused = true)]
async fn a_recovery_is_held_and_a_firing_within_the_hold_keeps_the_incident() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    say(&tree, &acme, FIRING).await;
    tree.until_decided(&acme).await;
    say(&tree, &acme, RESOLVED).await;
    sleep(seconds(HOLD - 10)).await;
    say(&tree, &acme, FIRING).await;
    sleep(seconds(2 * HOLD)).await;
    assert!(only(&tree, &acme).await.is_open());
    say(&tree, &acme, RESOLVED).await;
    sleep(seconds(HOLD - 1)).await;
    assert!(only(&tree, &acme).await.is_open(), "the hold begins again");
    sleep(seconds(3)).await;
    let over = only(&tree, &acme).await;
    assert_eq!(
        (over.alert_count, over.life.resolved_by.as_deref()),
        (4, Some("recovery"))
    );
}

#[tokio::test(start_paused = true)]
async fn the_hold_survives_the_end_of_the_process() {
    let mut tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    say(&tree, &acme, FIRING).await;
    tree.until_decided(&acme).await;
    say(&tree, &acme, RESOLVED).await;
    tree.regrow().await;
    sleep(seconds(HOLD + 3)).await;
    assert!(!only(&tree, &acme).await.is_open());
}

#[tokio::test(start_paused = true)]
async fn firing_again_within_the_window_reopens_and_after_it_opens_another() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    say(&tree, &acme, FIRING).await;
    tree.until_decided(&acme).await;
    say(&tree, &acme, RESOLVED).await;
    sleep(seconds(HOLD + 3)).await;
    assert!(!only(&tree, &acme).await.is_open());

    sleep(minutes(20)).await;
    say(&tree, &acme, FIRING).await;
    let again = only(&tree, &acme).await;
    assert_eq!((again.alert_count, again.life.status), (3, IncidentStatus::New));
    assert_eq!((again.life.resolved_at, again.life.resolved_by), (None, None));
    assert!(again.wake_due.is_some(), "its actor looks after it again");

    say(&tree, &acme, RESOLVED).await;
    sleep(seconds(HOLD + 3)).await;
    sleep(minutes(31)).await;
    say(&tree, &acme, FIRING).await;
    let rows = tree.incidents(&acme).await;
    assert_eq!((rows.len(), open(&rows).len()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_new_correlator_knows_what_may_be_reopened() {
    let mut tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    say(&tree, &acme, FIRING).await;
    tree.until_decided(&acme).await;
    say(&tree, &acme, RESOLVED).await;
    sleep(seconds(HOLD + 3)).await;
    tree.regrow().await;
    say(&tree, &acme, FIRING).await;
    assert!(only(&tree, &acme).await.is_open());
}

#[tokio::test(start_paused = true)]
async fn a_recovery_alone_reopens_nothing_and_neither_does_what_follows_silence() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    say(&tree, &acme, FIRING).await;
    tree.until_decided(&acme).await;
    say(&tree, &acme, RESOLVED).await;
    sleep(seconds(HOLD + 3)).await;
    say(&tree, &acme, RESOLVED).await;
    assert_eq!(tree.states(&acme).await[2], AlertState::Unmatched);
    assert!(!only(&tree, &acme).await.is_open());

    let globex = tree.company("comp-globex").await;
    say(&tree, &globex, FIRING).await;
    sleep(minutes(24 * 60 + 1)).await;
    assert_eq!(only(&tree, &globex).await.life.resolved_by.as_deref(), Some("stale"));
    say(&tree, &globex, FIRING).await;
    assert_eq!(tree.incidents(&globex).await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_opening_that_meets_a_reopened_key_gets_no_twin() {
    let tree = Tree::grow().await;
    let by_asset = Correlation {
        aggregation_key: actors::domain::AggregationKey::Asset,
        ..Correlation::default()
    };
    let acme = tree.company_with("comp-acme", by_asset).await;
    say(&tree, &acme, FIRING).await;
    let first = tree.until_decided(&acme).await;
    act(&tree, &acme, &first, Act::Resolve).await.unwrap();
    // Another kind of trouble with the same key waits at the writer's door while a person reopens.
    let gate = std::sync::Arc::new(Gate::default());
    tree.store
        .plan(Point::PlaceBefore, Some(&acme), 1, Fault::Hold(gate.clone()));
    tree.send(&acme, "web-1", "memory", FIRING).await;
    gate.reached().await;
    act(&tree, &acme, &first, Act::Reopen).await.unwrap();
    gate.open();
    tree.settle(&acme).await;
    assert_eq!(only(&tree, &acme).await.alert_count, 2);
}

// ---- flapping ----------------------------------------------------------------------------------

#[tokio::test(start_paused = true)]
async fn a_night_of_flapping_is_one_incident_with_few_decisions() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    let mut seen_flapping = false;
    // Eight hours, up and down each minute and a half.
    for _ in 0..320 {
        say(&tree, &acme, FIRING).await;
        sleep(seconds(45)).await;
        say(&tree, &acme, RESOLVED).await;
        sleep(seconds(45)).await;
        seen_flapping |= only(&tree, &acme).await.life.flapping_since.is_some();
    }
    assert!(seen_flapping);
    let row = only(&tree, &acme).await;
    assert!(row.is_open(), "it does not end while it flaps");
    let decisions = tree.decisions(&acme, &row.incident_id).await.len();
    assert!(decisions <= 2, "{decisions} decisions");
    // Then it is quiet: calm after ten minutes, over at once, because the hold is long past.
    sleep(minutes(11)).await;
    let over = only(&tree, &acme).await;
    assert_eq!((over.is_open(), over.life.flapping_since), (false, None));
    assert_eq!(over.alert_count, 640);
}

// ---- what people do ----------------------------------------------------------------------------

#[tokio::test(start_paused = true)]
async fn acknowledging_is_durable_and_counts_once() {
    let mut tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    say(&tree, &acme, FIRING).await;
    let row = tree.until_decided(&acme).await;
    sleep(seconds(30)).await;
    act(&tree, &acme, &row, Act::Acknowledge).await.unwrap();
    let noticed_at = tree.clock.now();
    sleep(seconds(30)).await;
    act(&tree, &acme, &row, Act::Acknowledge).await.unwrap();
    tree.regrow().await;
    let row = only(&tree, &acme).await;
    assert_eq!(row.life.status, IncidentStatus::InProgress);
    assert_eq!(row.life.acknowledged_at, Some(noticed_at));
    assert_eq!(row.life.acknowledged_by.as_deref(), Some("usr-ann"));
}

#[tokio::test(start_paused = true)]
async fn a_note_is_remembered_and_journalled() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    say(&tree, &acme, FIRING).await;
    let row = tree.until_decided(&acme).await;
    let update = Act::Update {
        assigned_to: Some(Some("bob".into())),
        note: Some("the cable is loose".into()),
    };
    act(&tree, &acme, &row, update).await.unwrap();
    let row = only(&tree, &acme).await;
    assert_eq!(row.life.assigned_to.as_deref(), Some("bob"));
    let memory = tree
        .reader(&acme)
        .short_memory(&row.incident_id, tree.clock.now())
        .await;
    let memory = memory.unwrap().unwrap();
    assert!(
        memory
            .messages
            .iter()
            .any(|message| message.content.contains("the cable is loose"))
    );
    let kinds = tree.kinds(&acme, &row.incident_id).await;
    assert_eq!(kinds, ["incident.opened", "decision.made", "incident.changed"]);
}

#[tokio::test(start_paused = true)]
async fn what_does_not_fit_is_refused_and_changes_nothing() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    say(&tree, &acme, FIRING).await;
    let row = tree.until_decided(&acme).await;
    assert_eq!(
        act(&tree, &acme, &row, Act::Reopen).await,
        Err(CallError::Act(ActRefusal::Open))
    );
    act(&tree, &acme, &row, Act::Resolve).await.unwrap();
    assert_eq!(
        act(&tree, &acme, &row, Act::Acknowledge).await,
        Err(CallError::Act(ActRefusal::Resolved))
    );
    let stranger = Incident {
        incident_id: "inc-nowhere".parse().unwrap(),
        ..row
    };
    assert_eq!(
        act(&tree, &acme, &stranger, Act::Acknowledge).await,
        Err(CallError::Act(ActRefusal::NoSuchIncident))
    );
    assert_eq!(only(&tree, &acme).await.life.resolved_by.as_deref(), Some("usr-ann"));
}

#[tokio::test(start_paused = true)]
async fn escalating_asks_for_a_person_and_acknowledging_ends_it() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    say(&tree, &acme, FIRING).await;
    let row = tree.until_decided(&acme).await;
    act(&tree, &acme, &row, Act::Escalate(Some("no idea".into())))
        .await
        .unwrap();
    let life = only(&tree, &acme).await.life;
    assert_eq!(
        (life.status, life.phase),
        (IncidentStatus::Escalated, Phase::NeedsHuman)
    );
    say(&tree, &acme, FIRING).await;
    assert_eq!(only(&tree, &acme).await.alert_count, 2, "it is still joined");
    act(&tree, &acme, &row, Act::Acknowledge).await.unwrap();
    let life = only(&tree, &acme).await.life;
    assert_eq!((life.status, life.phase), (IncidentStatus::InProgress, Phase::Open));
}

#[tokio::test(start_paused = true)]
async fn a_snooze_ends_by_the_clock_or_by_a_rise_in_severity() {
    let mut tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    say(&tree, &acme, FIRING).await;
    let row = tree.until_decided(&acme).await;
    let until = tree.clock.now().plus(minutes(60));
    act(&tree, &acme, &row, Act::Snooze(until)).await.unwrap();
    sleep(minutes(59)).await;
    tree.regrow().await;
    assert!(only(&tree, &acme).await.life.snooze.is_some());
    sleep(seconds(65)).await;
    assert_eq!(only(&tree, &acme).await.life.snooze, None);

    let until = tree.clock.now().plus(minutes(60));
    act(&tree, &acme, &row, Act::Snooze(until)).await.unwrap();
    tree.send_as(&acme, "web-1", "disk", FIRING, Severity::Critical).await;
    sleep(seconds(5)).await;
    assert_eq!(only(&tree, &acme).await.life.snooze, None);
}

// ---- merging and splitting ---------------------------------------------------------------------

/// Three incidents of one alert each, opened in this order.
async fn three(tree: &Tree, company: &CompanyId) -> Vec<Incident> {
    for asset in ["web-1", "web-2", "web-3"] {
        tree.send(company, asset, "disk", FIRING).await;
        tree.settle(company).await;
    }
    tree.until("decided", seconds(5), async || {
        tree.incidents(company).await.iter().all(|row| row.decided.is_some())
    })
    .await;
    let mut rows = tree.incidents(company).await;
    rows.reverse();
    rows
}

async fn alerts_of(tree: &Tree, company: &CompanyId, incident: &Incident) -> Vec<AlertId> {
    let filter = AlertFilter {
        incident_id: Some(incident.incident_id.clone()),
        ..AlertFilter::default()
    };
    let page = PageRequest {
        limit: 200,
        after: None,
    };
    let found = tree.reader(company).alerts(&filter, page).await.unwrap();
    found.items.iter().map(|view| view.alert.id()).collect()
}

async fn merge(tree: &Tree, company: &CompanyId, into: &Incident, sources: &[&Incident]) -> Result<(), CallError> {
    let sources = sources.iter().map(|row| row.incident_id.clone()).collect();
    let into = into.incident_id.clone();
    let merged = tree
        .runtime
        .merge(company, into, sources, "usr-ann".into(), seconds(10))
        .await;
    merged.map(drop)
}

#[tokio::test(start_paused = true)]
async fn merged_incidents_are_one_and_what_comes_later_joins_it() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    let rows = three(&tree, &acme).await;
    merge(&tree, &acme, &rows[0], &[&rows[1], &rows[2]]).await.unwrap();
    let after = tree.incidents(&acme).await;
    let open_rows = open(&after);
    assert_eq!((after.len(), open_rows.len()), (3, 1));
    assert_eq!((open_rows[0].alert_count, open_rows[0].firing), (3, [0, 0, 3, 0]));
    for gone in after.iter().filter(|row| !row.is_open()) {
        assert_eq!(gone.life.resolved_by.as_deref(), Some("merge"));
        assert_eq!(gone.life.merged_into.as_ref(), Some(&rows[0].incident_id));
        assert_eq!((gone.alert_count, gone.wake_due), (0, None));
        assert_eq!(
            act(&tree, &acme, gone, Act::Reopen).await,
            Err(CallError::Act(ActRefusal::Merged(rows[0].incident_id.to_string())))
        );
    }
    assert_eq!(alerts_of(&tree, &acme, &rows[0]).await.len(), 3);
    // What is known of the sources joins the one, before and after the correlator loads again.
    tree.send(&acme, "web-2", "disk", FIRING).await;
    tree.settle(&acme).await;
    for asset in ["web-1", "web-2", "web-3"] {
        tree.send(&acme, asset, "disk", RESOLVED).await;
    }
    tree.settle(&acme).await;
    sleep(seconds(HOLD + 5)).await;
    let after = tree.incidents(&acme).await;
    assert_eq!((after.len(), open(&after).len()), (3, 0), "no twin, and all recovered");
}

#[tokio::test(start_paused = true)]
async fn a_placement_that_meets_a_merge_joins_the_one_that_stays() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    let rows = three(&tree, &acme).await;
    let gate = std::sync::Arc::new(Gate::default());
    tree.store
        .plan(Point::PlaceBefore, Some(&acme), 1, Fault::Hold(gate.clone()));
    tree.send(&acme, "web-2", "disk", FIRING).await;
    gate.reached().await;
    merge(&tree, &acme, &rows[0], &[&rows[1]]).await.unwrap();
    gate.open();
    tree.settle(&acme).await;
    let after = tree.incidents(&acme).await;
    assert_eq!((after.len(), open(&after).len()), (3, 2));
    assert_eq!(alerts_of(&tree, &acme, &rows[0]).await.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn only_open_incidents_of_the_company_are_merged() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    let globex = tree.company("comp-globex").await;
    let rows = three(&tree, &acme).await;
    let theirs = three(&tree, &globex).await;
    let foreign = theirs[0].incident_id.clone();
    assert_eq!(
        merge(&tree, &acme, &rows[0], &[&theirs[0]]).await,
        Err(CallError::Regroup(RegroupRefusal::NoSuchIncident(foreign)))
    );
    act(&tree, &acme, &rows[1], Act::Resolve).await.unwrap();
    assert_eq!(
        merge(&tree, &acme, &rows[0], &[&rows[1]]).await,
        Err(CallError::Regroup(RegroupRefusal::Resolved(
            rows[1].incident_id.clone()
        )))
    );
    assert_eq!(open(&tree.incidents(&acme).await).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_split_incident_is_two_and_a_shared_fingerprint_follows_its_latest_alert() {
    let tree = Tree::grow().await;
    let by_asset = Correlation {
        aggregation_key: actors::domain::AggregationKey::Asset,
        ..Correlation::default()
    };
    let acme = tree.company_with("comp-acme", by_asset).await;
    for signature in ["disk", "disk", "memory", "disk"] {
        tree.send(&acme, "web-1", signature, FIRING).await;
        tree.settle(&acme).await;
    }
    let whole = tree.until_decided(&acme).await;
    let mut alerts = alerts_of(&tree, &acme, &whole).await;
    alerts.reverse();
    let split = |going: BTreeSet<AlertId>, new: &str| {
        let (from, new) = (whole.incident_id.clone(), new.parse().unwrap());
        tree.runtime
            .split(&acme, from, new, going, "usr-ann".into(), seconds(10))
    };
    let all: BTreeSet<AlertId> = alerts.iter().copied().collect();
    assert_eq!(
        split(all, "inc-all").await,
        Err(CallError::Regroup(RegroupRefusal::NothingLeft))
    );
    // The second disk alert and the memory alert go; the fourth, about the disk, stays.
    let new = split([alerts[1], alerts[2]].into(), "inc-new").await.unwrap();
    let rows = tree.incidents(&acme).await;
    let row = |id| rows.iter().find(|row| row.incident_id == id).unwrap();
    let (stays, goes) = (row(whole.incident_id.clone()), row(new.clone()));
    assert_eq!((stays.alert_count, stays.firing), (2, [0, 0, 1, 0]));
    assert_eq!((goes.alert_count, goes.firing), (2, [0, 0, 1, 0]));
    assert_eq!((goes.asset_name.as_str(), goes.signature.as_str()), ("web-1", "disk"));
    tree.send(&acme, "web-1", "disk", FIRING).await;
    tree.send(&acme, "web-1", "memory", FIRING).await;
    tree.settle(&acme).await;
    let rows = tree.incidents(&acme).await;
    assert_eq!(rows.iter().map(|row| row.alert_count).collect::<Vec<_>>(), [3, 3]);
    tree.until("both decided", seconds(60), async || {
        tree.incidents(&acme).await.iter().all(|row| row.decided.is_some())
    })
    .await;
}

// ---- sessions ----------------------------------------------------------------------------------

#[tokio::test(start_paused = true)]
async fn a_session_ends_at_eight_hours_and_the_next_event_begins_another_with_its_hand_over() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    say(&tree, &acme, FIRING).await;
    let row = tree.until_decided(&acme).await;
    let first = row.life.session.clone().unwrap();
    assert_eq!(first.ends_at, first.started_at.plus(SESSION));
    // Something each five minutes, so that its actor never leaves.
    while tree.clock.now() < first.ends_at.minus(minutes(2)) {
        say(&tree, &acme, FIRING).await;
        act(
            &tree,
            &acme,
            &row,
            Act::Update {
                assigned_to: None,
                note: Some("still at it".into()),
            },
        )
        .await
        .unwrap();
        sleep(minutes(5)).await;
    }
    let left = first.ends_at.since(tree.clock.now());
    sleep(left + seconds(1)).await;
    let entries = tree.entries(&acme, &row.incident_id).await;
    let ended = entries
        .iter()
        .find(|entry| entry["kind"] == "session.ended")
        .expect("the session ended");
    assert_eq!(ended["data"]["session_id"], first.session_id.as_str());
    let at: actors::domain::Timestamp = serde_json::from_value(ended["at"].clone()).unwrap();
    assert!(at.since(first.ends_at) <= seconds(1), "{at} against {}", first.ends_at);

    sleep(minutes(5)).await;
    say(&tree, &acme, FIRING).await;
    act(&tree, &acme, &row, Act::Acknowledge).await.unwrap();
    let second = only(&tree, &acme).await.life.session.unwrap();
    assert_ne!(second.session_id, first.session_id);
    assert!(second.started_at >= first.ends_at);
    assert!(handed_over(&tree, &acme, &row, first.session_id.as_str()).await);
}

#[tokio::test(start_paused = true)]
async fn a_passive_incident_passes_the_cap_unseen_and_still_hands_over() {
    let mut tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    say(&tree, &acme, FIRING).await;
    let row = tree.until_decided(&acme).await;
    sleep(INCIDENT_IDLE + seconds(5)).await;
    let first = only(&tree, &acme).await.life.session.unwrap();
    assert!(
        first
            .handover
            .as_ref()
            .is_some_and(|text| text.contains("disk on web-1")),
        "{first:?}"
    );
    tree.regrow().await;
    sleep(SESSION).await;
    act(&tree, &acme, &row, Act::Acknowledge).await.unwrap();
    let second = only(&tree, &acme).await.life.session.unwrap();
    assert_ne!(second.session_id, first.session_id);
    assert!(handed_over(&tree, &acme, &row, first.session_id.as_str()).await);
}

#[tokio::test(start_paused = true)]
async fn a_session_goes_on_across_leaving_and_restarting() {
    let mut tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    say(&tree, &acme, FIRING).await;
    let row = tree.until_decided(&acme).await;
    let first = row.life.session.clone().unwrap();
    sleep(INCIDENT_IDLE * 2).await;
    tree.regrow().await;
    act(&tree, &acme, &row, Act::Acknowledge).await.unwrap();
    let now = only(&tree, &acme).await.life.session.unwrap();
    assert_eq!((now.session_id, now.started_at), (first.session_id, first.started_at));
}

/// Whether the memory holds the hand-over of a session.
async fn handed_over(tree: &Tree, company: &CompanyId, row: &Incident, session: &str) -> bool {
    let memory = tree
        .reader(company)
        .short_memory(&row.incident_id, tree.clock.now())
        .await;
    let memory = memory.unwrap().unwrap();
    let mut told = memory.messages.iter().filter(|message| message.role == Role::System);
    told.any(|message| message.content.contains(session) && message.content.contains("web-1"))
}

// ---- leaving memory ----------------------------------------------------------------------------

#[tokio::test(start_paused = true)]
async fn an_idle_company_leaves_and_news_wakes_it() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    say(&tree, &acme, FIRING).await;
    tree.until_decided(&acme).await;
    tree.store.plan(
        Point::Acquire,
        Some(&acme),
        1,
        Fault::Error(Error::Unavailable("once".into())),
    );
    sleep(TENANT_IDLE - minutes(1)).await;
    say(&tree, &acme, FIRING).await;
    assert!(!tree.store.spent(), "it was there all the time");
    sleep(TENANT_IDLE * 2).await;
    tree.send(&acme, "web-1", "disk", RESOLVED).await;
    sleep(seconds(5)).await;
    assert!(tree.store.spent(), "it became the writer anew");
    assert_eq!(only(&tree, &acme).await.alert_count, 3);
    sleep(seconds(HOLD + 5)).await;
    assert!(
        !only(&tree, &acme).await.is_open(),
        "and the sweeper wakes its incident"
    );
}

#[tokio::test(start_paused = true)]
async fn what_meets_a_company_on_its_way_out_waits_for_the_next_incarnation() {
    const STEPS: usize = 60;
    let tree = Tree::grow().await;
    let mut companies = Vec::new();
    for n in 0..STEPS {
        let company = tree.company(&format!("comp-{n}")).await;
        tree.settle(&company).await;
        companies.push(company);
    }
    // All ask to leave in this moment; each call comes one scheduler step later than the one before.
    sleep(TENANT_IDLE).await;
    let calls = companies.iter().enumerate().map(|(n, company)| {
        let tree = &tree;
        async move {
            for _ in 0..n {
                tokio::task::yield_now().await;
            }
            tree.runtime.settle(company, seconds(10)).await
        }
    });
    assert_eq!(futures::future::join_all(calls).await, vec![Ok(()); STEPS]);
}

#[tokio::test(start_paused = true)]
async fn a_week_of_mostly_nothing_loses_nothing() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    for day in 0..7_u64 {
        say(&tree, &acme, FIRING).await;
        sleep(minutes(90)).await;
        say(&tree, &acme, RESOLVED).await;
        sleep(seconds(HOLD + 5)).await;
        let rows = tree.incidents(&acme).await;
        assert_eq!((rows.len() as u64, open(&rows).len()), (day + 1, 0));
        sleep(Duration::from_secs(24 * 3600) - minutes(90) - seconds(HOLD + 5)).await;
    }
    for row in tree.incidents(&acme).await {
        assert_eq!(row.alert_count, 2);
        assert_eq!(tree.decisions(&acme, &row.incident_id).await.len(), 1);
    }
}

// ---- for operators -----------------------------------------------------------------------------

#[tokio::test(start_paused = true)]
async fn a_dead_letter_is_placed_again_when_it_is_released() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    tree.settle(&acme).await;
    tree.entropy.panic_after(1);
    tree.send(&acme, "web-1", "disk", FIRING).await;
    tree.settle(&acme).await;
    assert_eq!(tree.states(&acme).await, [AlertState::DeadLetter]);
    let page = PageRequest { limit: 10, after: None };
    let alert = tree
        .reader(&acme)
        .alerts(&AlertFilter::default(), page)
        .await
        .unwrap()
        .items[0]
        .alert
        .id();
    tree.runtime.release_alert(&acme, alert, seconds(5)).await.unwrap();
    tree.settle(&acme).await;
    assert_eq!(tree.states(&acme).await, [AlertState::Placed]);
    assert_eq!(
        tree.runtime.release_alert(&acme, alert, seconds(5)).await,
        Err(CallError::NoDeadLetter)
    );
}

#[tokio::test(start_paused = true)]
async fn a_quarantined_company_goes_on_at_once_when_it_is_released() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    assert_eq!(
        tree.runtime.release_company(&acme, seconds(5)).await,
        Err(CallError::NotQuarantined)
    );
    tree.store.plan(Point::Acquire, Some(&acme), 6, Fault::Panic);
    tree.send(&acme, "web-1", "disk", FIRING).await;
    tree.until("quarantined", seconds(60), async || {
        tree.runtime.settle(&acme, seconds(5)).await == Err(CallError::Quarantined)
    })
    .await;
    tree.runtime.release_company(&acme, seconds(5)).await.unwrap();
    tree.settle(&acme).await;
    assert_eq!(only(&tree, &acme).await.alert_count, 1);
}
