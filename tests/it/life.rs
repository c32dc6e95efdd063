//! The life of an incident, on virtual time: holding, reopening, flapping, snoozing, what people do;
//! merging and splitting; sessions, leaving memory.

mod leaving;
mod merging;

use std::collections::BTreeSet;
use std::time::Duration;

use actors::census::Kind;
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
    // Another kind of trouble with the same key waits at the writer's door while a person, whose wish the
    // correlator had passed on before, reopens.
    let [reopening, opening] = [Point::ChangeBefore, Point::PlaceBefore].map(|point| {
        let gate = std::sync::Arc::new(Gate::default());
        tree.store.plan(point, Some(&acme), 1, Fault::Hold(gate.clone()));
        gate
    });
    let meanwhile = async {
        reopening.reached().await;
        tree.send(&acme, "web-1", "memory", FIRING).await;
        opening.reached().await;
        reopening.open();
    };
    let (reopened, ()) = tokio::join!(act(&tree, &acme, &first, Act::Reopen), meanwhile);
    reopened.unwrap();
    opening.open();
    tree.settle(&acme).await;
    assert_eq!(only(&tree, &acme).await.alert_count, 2);
}

/// A person wants it open: neither the recovery nor the silence that ended it ends it again.
#[tokio::test(start_paused = true)]
async fn what_somebody_reopens_stays_open_until_it_recovers_anew() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    let stale_after = Correlation::default().stale_after();
    say(&tree, &acme, FIRING).await;
    for end in ["recovery", "stale"] {
        if end == "recovery" {
            say(&tree, &acme, RESOLVED).await;
            sleep(seconds(HOLD + 2)).await;
        } else {
            sleep(stale_after + seconds(HOLD)).await;
        }
        let over = only(&tree, &acme).await;
        assert_eq!(over.life.resolved_by.as_deref(), Some(end));
        act(&tree, &acme, &over, Act::Reopen).await.unwrap();
        sleep(stale_after - minutes(1)).await;
        assert!(only(&tree, &acme).await.is_open(), "ended by {end} again");
    }
    say(&tree, &acme, FIRING).await;
    say(&tree, &acme, RESOLVED).await;
    sleep(seconds(HOLD + 2)).await;
    let rows = tree.incidents(&acme).await;
    let last = rows.iter().max_by_key(|row| row.last_alert_at).unwrap();
    assert_eq!(last.life.resolved_by.as_deref(), Some("recovery"));
}

/// Two open incidents for one trouble would be one too many, and only one would hear of its end.
#[tokio::test(start_paused = true)]
async fn what_a_newer_incident_has_taken_over_is_not_reopened() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    say(&tree, &acme, FIRING).await;
    let old = only(&tree, &acme).await;
    act(&tree, &acme, &old, Act::Resolve).await.unwrap();
    sleep(minutes(31)).await;
    say(&tree, &acme, FIRING).await;
    let rows = tree.incidents(&acme).await;
    let new = rows.iter().find(|row| row.is_open()).unwrap();
    let refusal = ActRefusal::Superseded(new.incident_id.to_string());
    assert_eq!(act(&tree, &acme, &old, Act::Reopen).await, Err(refusal.into()));

    act(&tree, &acme, new, Act::Resolve).await.unwrap();
    act(&tree, &acme, &old, Act::Reopen).await.unwrap();
    say(&tree, &acme, FIRING).await;
    let rows = tree.incidents(&acme).await;
    let open: Vec<_> = rows.iter().filter(|row| row.is_open()).collect();
    assert_eq!(open.len(), 1, "{rows:#?}");
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
async fn who_asks_for_what_is_not_there_leaves_nothing_behind() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    for no in 0..50 {
        let id = format!("inc-ghost-{no}").parse().unwrap();
        let by = "usr-ann".to_owned();
        let asked = tree
            .runtime
            .act(&acme, id, Act::Acknowledge, by.into(), seconds(10))
            .await;
        assert_eq!(asked, Err(ActRefusal::NoSuchIncident.into()));
    }
    sleep(seconds(1)).await;
    assert_eq!(tree.runtime.census().living(Kind::Incident), 0);
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
