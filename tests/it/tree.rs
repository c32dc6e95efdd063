//! The tree on virtual time: who restarts, who does not, what comes back; and each interleaving that
//! a placement, a resolution or a decision must survive.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actors::decision::chain::Chain;
use actors::domain::{AlertState, CompanyId, IncidentStatus, Phase, Severity, Signal};
use actors::limits::INCIDENT_IDLE;
use actors::port::engine::{Desk, EngineFailure, EngineInput, Show, Verdict};
use actors::port::writer::{Changed, Expect, IncidentChange};
use actors::port::{Clock, DecisionEngine, Error};
use actors::runtime::CallError;
use async_trait::async_trait;

use crate::support::faulty::{Fault, Gate, Point, open};
use crate::support::tree::Tree;

const FIRING: Signal = Signal::Firing;
const RESOLVED: Signal = Signal::Resolved;

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

#[tokio::test(start_paused = true)]
async fn an_alert_becomes_a_decided_incident_and_its_recovery_ends_it() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    tree.send(&acme, "web-1", "disk-space-critical", FIRING).await;
    let incident = tree.until_decided(&acme).await;
    let decisions = tree.decisions(&acme, &incident.incident_id).await;
    assert_eq!(decisions[0].recommendation, "Execute disk cleanup runbook");
    assert_eq!(decisions[0].requested_by, "incident");

    tree.send(&acme, "web-1", "disk-space-critical", RESOLVED).await;
    tokio::time::sleep(seconds(110)).await;
    assert_eq!(open(&tree.incidents(&acme).await).len(), 1, "the hold is two minutes");
    until_over(&tree, &acme).await;
    let over = tree.incidents(&acme).await.remove(0);
    assert_eq!(over.life.resolved_by.as_deref(), Some("recovery"));
    assert_eq!(
        (over.alert_count, over.wake_due, over.life.phase),
        (2, None, Phase::Resolved)
    );
}

/// Waits until no incident of the company is open.
async fn until_over(tree: &Tree, company: &CompanyId) {
    tree.until("resolved", seconds(130), async || {
        open(&tree.incidents(company).await).is_empty()
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn silence_ends_an_incident_as_stale() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    tree.send(&acme, "web-1", "disk", FIRING).await;
    tree.until_decided(&acme).await;
    tokio::time::sleep(seconds(23 * 3600)).await;
    tree.send(&acme, "web-1", "disk", FIRING).await;
    tokio::time::sleep(seconds(23 * 3600)).await;
    assert_eq!(open(&tree.incidents(&acme).await).len(), 1, "it spoke in between");
    tokio::time::sleep(seconds(3600 + 5)).await;
    let over = tree.incidents(&acme).await.remove(0);
    assert_eq!(
        (over.life.status, over.life.resolved_by.as_deref()),
        (IncidentStatus::Resolved, Some("stale"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_rise_in_severity_decides_again_but_not_within_thirty_seconds() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    tree.send_as(&acme, "web-1", "disk", FIRING, Severity::Low).await;
    let incident = tree.until_decided(&acme).await;
    let first = incident.decided.unwrap();
    tree.send_as(&acme, "web-1", "disk", FIRING, Severity::Critical).await;
    tree.until("decided again", seconds(40), async || {
        tree.decisions(&acme, &incident.incident_id).await.len() == 2
    })
    .await;
    let again = tree.incidents(&acme).await[0].decided.unwrap();
    assert_eq!(again.severity, Severity::Critical);
    assert!(
        again.at.since(first.at) >= seconds(30),
        "{:?}",
        again.at.since(first.at)
    );
}

#[tokio::test(start_paused = true)]
async fn lost_news_costs_latency_only() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    let alert = tree.alert("web-1", "disk");
    tree.accept(&acme, vec![alert]).await;
    tree.until_decided(&acme).await;
}

#[tokio::test(start_paused = true)]
async fn held_alerts_are_let_go_when_their_window_ends() {
    let tree = Tree::grow().await;
    let correlation = actors::domain::Correlation {
        min_alerts: 2,
        ..Default::default()
    };
    let acme = tree.company_with("comp-acme", correlation).await;
    tree.send(&acme, "web-1", "disk", FIRING).await;
    tree.settle(&acme).await;
    assert_eq!(tree.states(&acme).await, [AlertState::Held]);
    tokio::time::sleep(seconds(15 * 60 + 3)).await;
    assert_eq!(tree.states(&acme).await, [AlertState::Unmatched]);
    tree.send(&acme, "web-1", "disk", FIRING).await;
    tree.send(&acme, "web-1", "disk", FIRING).await;
    tree.settle(&acme).await;
    assert_eq!(
        tree.states(&acme).await,
        [AlertState::Unmatched, AlertState::Placed, AlertState::Placed]
    );
}

// ---- a panic in every kind of actor -------------------------------------------------------------

#[tokio::test(start_paused = true)]
async fn a_correlator_that_panics_is_restarted_and_places_what_waits() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    tree.store.plan(Point::ReadUnplaced, Some(&acme), 2, Fault::Panic);
    tree.send(&acme, "web-1", "disk", FIRING).await;
    tree.until_decided(&acme).await;
    assert!(tree.store.spent());
}

#[tokio::test(start_paused = true)]
async fn an_alert_whose_planning_panics_is_a_dead_letter_and_the_next_is_placed() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    tree.settle(&acme).await;
    let poison = tree.alert("web-1", "poison");
    let sound = tree.alert("web-2", "disk");
    tree.entropy.panic_after(0);
    tree.accept(&acme, vec![poison, sound]).await;
    tree.runtime.news(&acme);
    tree.settle(&acme).await;
    assert_eq!(tree.states(&acme).await, [AlertState::DeadLetter, AlertState::Placed]);
    tree.until_decided(&acme).await;
}

#[tokio::test(start_paused = true)]
async fn an_incident_that_panics_over_its_work_does_it_again_once() {
    for point in [Point::ReadIncident, Point::ChangeBefore, Point::ChangeAfter] {
        let tree = Tree::grow().await;
        let acme = tree.company("comp-acme").await;
        tree.store.plan(point, Some(&acme), 1, Fault::Panic);
        tree.send(&acme, "web-1", "disk", FIRING).await;
        let incident = tree.until_decided(&acme).await;
        tokio::time::sleep(seconds(60)).await;
        assert!(tree.store.spent(), "{point:?}");
        assert_eq!(tree.decisions(&acme, &incident.incident_id).await.len(), 1, "{point:?}");
        let memory = tree
            .reader(&acme)
            .short_memory(&incident.incident_id, tree.clock.now())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            memory.messages.len(),
            2,
            "{point:?}: the alert and the decision, once each"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_incident_that_always_panics_needs_a_human_and_its_siblings_do_not_notice() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    tree.send(&acme, "web-1", "disk", FIRING).await;
    let sick = tree.until_decided(&acme).await;
    tree.store.plan(Point::ReadIncident, Some(&acme), 4, Fault::Panic);
    tree.send_as(&acme, "web-1", "disk", FIRING, Severity::Critical).await;
    tree.until("needs a human", seconds(60), async || {
        tree.incidents(&acme).await[0].life.phase == Phase::NeedsHuman
    })
    .await;
    assert_eq!(
        tree.decide(&acme, sick.incident_id.as_str()).await,
        Err(CallError::NeedsHuman)
    );

    tree.send(&acme, "web-2", "disk", FIRING).await;
    tree.until("the sibling decides", seconds(5), async || {
        tree.incidents(&acme)
            .await
            .iter()
            .any(|row| row.asset_name == "web-2" && row.decided.is_some())
    })
    .await;
    tokio::time::sleep(seconds(330)).await;
    assert_eq!(
        tree.decisions(&acme, &sick.incident_id).await.len(),
        2,
        "after its rest it goes on"
    );
}

#[tokio::test(start_paused = true)]
async fn a_tenant_that_panics_is_restarted_and_its_sibling_does_not_notice() {
    let tree = Tree::grow().await;
    let (acme, globex) = (tree.company("comp-acme").await, tree.company("comp-globex").await);
    tree.store.plan(Point::Acquire, Some(&acme), 2, Fault::Panic);
    tree.send(&globex, "web-1", "disk", FIRING).await;
    tree.send(&acme, "web-1", "disk", FIRING).await;
    tree.until_decided(&globex).await;
    tree.until_decided(&acme).await;
    assert!(tree.store.spent());
}

#[tokio::test(start_paused = true)]
async fn a_tenant_that_always_panics_is_quarantined_and_comes_back() {
    let tree = Tree::grow().await;
    let (acme, globex) = (tree.company("comp-acme").await, tree.company("comp-globex").await);
    tree.store.plan(Point::Acquire, Some(&acme), 6, Fault::Panic);
    tree.send(&acme, "web-1", "disk", FIRING).await;
    tree.until("quarantined", seconds(60), async || {
        tree.runtime.settle(&acme, seconds(1)).await == Err(CallError::Quarantined)
    })
    .await;
    tree.send(&acme, "web-1", "disk", FIRING).await;
    tree.send(&globex, "web-1", "disk", FIRING).await;
    tree.until_decided(&globex).await;
    assert_eq!(
        tree.states(&acme).await,
        [AlertState::Received, AlertState::Received],
        "accepted and kept"
    );
    tokio::time::sleep(seconds(310)).await;
    let incident = tree.until_decided(&acme).await;
    assert_eq!(incident.alert_count, 2);
}

#[tokio::test(start_paused = true)]
async fn tenants_that_panics_is_restarted_with_all_of_its_tenants() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    tree.send(&acme, "web-1", "disk", FIRING).await;
    tree.until_decided(&acme).await;
    tree.store.plan(Point::Found, None, 1, Fault::Panic);
    let globex = crate::support::tree::new_company("comp-globex", Default::default(), tree.clock.now(), &*tree.entropy);
    assert_eq!(
        tree.runtime.found(globex, seconds(5)).await,
        Err(CallError::Interrupted)
    );
    let globex = tree.company("comp-globex").await;
    tree.send(&globex, "web-1", "disk", FIRING).await;
    tree.send(&acme, "web-1", "disk", RESOLVED).await;
    tree.until_decided(&globex).await;
    tree.until("acme goes on", seconds(130), async || {
        open(&tree.incidents(&acme).await).is_empty()
    })
    .await;
}

/// Whoever founds a company gets its key, though what became of the commit is lost: nobody can ask for it again.
#[tokio::test(start_paused = true)]
async fn whether_a_company_was_founded_is_found_out() {
    let tree = Tree::grow().await;
    let new = |id: &str| crate::support::tree::new_company(id, Default::default(), tree.clock.now(), &*tree.entropy);
    let lost = || Fault::Error(Error::Unknown);
    tree.store.plan(Point::FoundAfter, None, 1, lost());
    assert_eq!(tree.runtime.found(new("comp-acme"), seconds(5)).await, Ok(true));
    // It was not, and may yet be.
    tree.store.plan(Point::Found, None, 1, lost());
    let founded = tree.runtime.found(new("comp-globex"), seconds(5)).await;
    assert_eq!(founded, Err(CallError::Store(Error::Unknown)));
    // Another of the same name is not this one.
    let mut other = new("comp-globex");
    other.company.created_at = tree.clock.now().minus(seconds(1));
    assert_eq!(tree.runtime.found(other, seconds(5)).await, Ok(true));
    tree.store.plan(Point::Found, None, 1, lost());
    assert_eq!(tree.runtime.found(new("comp-globex"), seconds(5)).await, Ok(false));
}

#[tokio::test(start_paused = true)]
async fn a_sweeper_that_panics_is_restarted() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    tree.store.plan(Point::RosterDue, None, 2, Fault::Panic);
    tokio::time::sleep(seconds(5)).await;
    assert!(tree.store.spent());
    let alert = tree.alert("web-1", "disk");
    tree.accept(&acme, vec![alert]).await;
    tree.until_decided(&acme).await;
}

#[tokio::test(start_paused = true)]
async fn a_sweeper_that_always_panics_ends_the_root_and_the_process() {
    let tree = Tree::grow().await;
    tree.store.plan(Point::RosterDue, None, usize::MAX, Fault::Panic);
    tokio::time::timeout(seconds(10), tree.runtime.ended())
        .await
        .expect("root ends");
}

/// An engine that fails in a way of its choice, then works.
struct SickEngine {
    failures: AtomicUsize,
    how: fn() -> Result<Verdict, EngineFailure>,
}

#[async_trait]
impl DecisionEngine for SickEngine {
    fn name(&self) -> &'static str {
        "sick"
    }

    async fn decide(&self, input: &EngineInput, desk: &dyn Desk, show: &Show<'_>) -> Result<Verdict, EngineFailure> {
        if self.failures.fetch_sub(1, Ordering::SeqCst) > 0 {
            return (self.how)();
        }
        Chain::of_rules().decide(input, desk, show).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_decision_that_fails_leaves_the_rules_verdict_and_says_so() {
    type Way = fn() -> Result<Verdict, EngineFailure>;
    let ways: [(Way, &str); 2] = [
        (|| panic!("planned fault in the engine"), "ended without a verdict"),
        (|| Err(EngineFailure("out of tokens".into())), "out of tokens"),
    ];
    for (how, why) in ways {
        let tree = Tree::grow_with(Arc::new(SickEngine {
            failures: AtomicUsize::new(1),
            how,
        }))
        .await;
        let acme = tree.company("comp-acme").await;
        let decision = tree.decide(&acme, "test-123").await.unwrap();
        assert_eq!(decision.recommendation, "Execute disk cleanup runbook");
        assert!(decision.reasoning.contains(why), "{}", decision.reasoning);
    }
}

// ---- interleavings -----------------------------------------------------------------------------

#[tokio::test(start_paused = true)]
async fn a_join_that_meets_a_resolved_incident_is_refused_and_reopens_it() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    tree.send(&acme, "web-1", "disk", FIRING).await;
    let first = tree.until_decided(&acme).await;
    // The join waits at the writer's door while the incident is resolved.
    let gate = Arc::new(Gate::default());
    tree.store
        .plan(Point::PlaceBefore, Some(&acme), 1, Fault::Hold(gate.clone()));
    tree.send(&acme, "web-1", "disk", FIRING).await;
    gate.reached().await;
    set_status(&tree, &acme, &first.incident_id, IncidentStatus::Resolved).await;
    gate.open();
    tree.settle(&acme).await;
    let rows = tree.incidents(&acme).await;
    assert_eq!((rows.len(), rows[0].alert_count, rows[0].is_open()), (1, 2, true));
    assert_eq!(
        rows[0].life.resolved_at, None,
        "nothing joins what is over and leaves it so"
    );
    assert_eq!(tree.states(&acme).await, [AlertState::Placed, AlertState::Placed]);
}

#[tokio::test(start_paused = true)]
async fn a_resolution_that_meets_a_new_alert_is_refused_and_the_incident_stays_open() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    tree.send(&acme, "web-1", "disk", FIRING).await;
    tree.until_decided(&acme).await;
    // The resolution waits at the writer's door while an alert joins.
    let gate = Arc::new(Gate::default());
    tree.store
        .plan(Point::ChangeBefore, Some(&acme), 1, Fault::Hold(gate.clone()));
    tree.send(&acme, "web-1", "disk", RESOLVED).await;
    gate.reached().await;
    tree.send(&acme, "web-1", "disk", FIRING).await;
    tree.settle(&acme).await;
    gate.open();
    tokio::time::sleep(seconds(5)).await;
    let rows = tree.incidents(&acme).await;
    assert_eq!((rows.len(), rows[0].is_open(), rows[0].alert_count), (1, true, 3));
}

#[tokio::test(start_paused = true)]
async fn a_reopened_incident_met_by_an_old_index_gets_no_twin() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    tree.send(&acme, "web-1", "disk", FIRING).await;
    tree.until_decided(&acme).await;
    tree.send(&acme, "web-1", "disk", RESOLVED).await;
    until_over(&tree, &acme).await;
    let over = tree.incidents(&acme).await.remove(0);
    // Nobody tells the correlator, whose index has forgotten the incident.
    set_status(&tree, &acme, &over.incident_id, IncidentStatus::InProgress).await;
    tree.send(&acme, "web-1", "disk", FIRING).await;
    tree.settle(&acme).await;
    let rows = tree.incidents(&acme).await;
    assert_eq!((rows.len(), rows[0].alert_count), (1, 3));
}

#[tokio::test(start_paused = true)]
async fn a_reopened_incident_is_not_hidden_by_a_join_in_between() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    tree.send(&acme, "web-1", "disk", FIRING).await;
    tree.until_decided(&acme).await;
    tree.send(&acme, "web-1", "disk", RESOLVED).await;
    until_over(&tree, &acme).await;
    let over = tree.incidents(&acme).await.remove(0);
    tree.send(&acme, "web-2", "disk", FIRING).await;
    tree.settle(&acme).await;
    set_status(&tree, &acme, &over.incident_id, IncidentStatus::InProgress).await;
    tree.send(&acme, "web-2", "disk", FIRING).await;
    tree.settle(&acme).await;
    tree.send(&acme, "web-1", "disk", FIRING).await;
    tree.settle(&acme).await;
    assert_eq!(tree.incidents(&acme).await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_opening_queued_before_a_new_correlator_loads_gets_no_twin() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    tree.settle(&acme).await;
    // The old correlator dies with an opening in the writer's queue, which happens while the new
    // one is between loading its index and reading what is unplaced.
    let (queued, between) = (Arc::new(Gate::default()), Arc::new(Gate::default()));
    tree.store.plan(
        Point::PlaceBefore,
        Some(&acme),
        1,
        Fault::HandInAndPanic(queued.clone()),
    );
    tree.store
        .plan_after(Point::ReadUnplaced, Some(&acme), 1, 1, Fault::Hold(between.clone()));
    tree.send(&acme, "web-1", "disk", FIRING).await;
    queued.reached().await;
    tokio::time::sleep(seconds(1)).await;
    tree.send(&acme, "web-1", "disk", FIRING).await;
    queued.open();
    tokio::time::sleep(seconds(1)).await;
    between.open();
    tree.settle(&acme).await;
    assert!(tree.store.spent());
    let rows = tree.incidents(&acme).await;
    assert_eq!((rows.len(), rows[0].alert_count), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_death_between_placement_and_news_costs_latency_only() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    tree.settle(&acme).await;
    tree.store.plan(Point::PlaceAfter, Some(&acme), 1, Fault::Panic);
    tree.send(&acme, "web-1", "disk", FIRING).await;
    let incident = tree.until_decided(&acme).await;
    assert_eq!(incident.alert_count, 1);
    assert!(tree.store.spent());
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_to_a_placement_neither_doubles_nor_loses() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    tree.settle(&acme).await;
    tree.store
        .plan(Point::PlaceAfter, Some(&acme), 1, Fault::Error(Error::Unknown));
    tree.send(&acme, "web-1", "disk", FIRING).await;
    let incident = tree.until_decided(&acme).await;
    assert_eq!(incident.alert_count, 1);
}

#[tokio::test(start_paused = true)]
async fn a_decision_is_judged_behind_its_last_message() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    tree.send(&acme, "web-1", "disk", FIRING).await;
    let incident = tree.until_decided(&acme).await;
    // The incident is busy reading its row while its decision speaks and ends.
    let gate = Arc::new(Gate::default());
    tree.store
        .plan_after(Point::ReadIncident, Some(&acme), 1, 1, Fault::Hold(gate.clone()));
    let id = incident.incident_id.as_str();
    let both = async { tokio::join!(tree.decide(&acme, id), tree.decide(&acme, id)) };
    let open = async {
        gate.reached().await;
        tokio::time::sleep(seconds(1)).await;
        gate.open();
    };
    let ((first, second), ()) = tokio::join!(both, open);
    for decision in [first.unwrap(), second.unwrap()] {
        assert!(!decision.reasoning.contains("fallback"), "{}", decision.reasoning);
    }
    assert_eq!(tree.decisions(&acme, &incident.incident_id).await.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_deadline_has_passed_is_not_executed() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    let gate = Arc::new(Gate::default());
    tree.store
        .plan(Point::ChangeBefore, Some(&acme), 1, Fault::Hold(gate.clone()));
    let open = async {
        gate.reached().await;
        tokio::time::sleep(seconds(31)).await;
        gate.open();
        tokio::time::sleep(seconds(1)).await;
    };
    let (decision, ()) = tokio::join!(tree.decide(&acme, "test-123"), open);
    assert_eq!(decision, Err(CallError::TimedOut));
    assert!(tree.decisions(&acme, &"test-123".parse().unwrap()).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_idle_incident_leaves_and_the_next_message_finds_another() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    assert!(tree.decide(&acme, "test-123").await.is_ok());
    tokio::time::sleep(seconds(605)).await;
    let again = tree.decide(&acme, "test-123").await.unwrap();
    let memory = again
        .evidence
        .iter()
        .find(|evidence| evidence.kind == "short_memory")
        .unwrap();
    assert_eq!(memory.detail, "1 messages in short memory", "its memory was read again");
}

#[tokio::test(start_paused = true)]
async fn what_meets_an_incident_on_its_way_out_waits_for_the_next() {
    const STEPS: usize = 60;
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    for n in 0..STEPS {
        assert!(tree.decide(&acme, &format!("test-{n}")).await.is_ok());
    }
    // All ask to leave in this moment; each call comes one scheduler step later than the one before.
    tokio::time::sleep(INCIDENT_IDLE).await;
    let calls = (0..STEPS).map(|n| {
        let (tree, acme) = (&tree, &acme);
        async move {
            for _ in 0..n {
                tokio::task::yield_now().await;
            }
            tree.decide(acme, &format!("test-{n}")).await.is_ok()
        }
    });
    assert_eq!(futures::future::join_all(calls).await, [true; STEPS]);
}

#[tokio::test(start_paused = true)]
async fn a_drained_tree_ends_leaves_first_and_the_next_one_goes_on() {
    let mut tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    for n in 0..20 {
        tree.send(&acme, &format!("web-{n}"), "disk", FIRING).await;
    }
    tree.settle(&acme).await;
    assert!(tree.runtime.drain(seconds(10)).await);
    assert_eq!(tree.decide(&acme, "test-123").await, Err(CallError::Draining));
    tree.regrow().await;
    tree.until("all decided", seconds(30), async || {
        let rows = tree.incidents(&acme).await;
        rows.len() == 20 && rows.iter().all(|row| row.decided.is_some())
    })
    .await;
    for row in tree.incidents(&acme).await {
        assert_eq!(tree.decisions(&acme, &row.incident_id).await.len(), 1);
    }
}

/// Writes an incident's status behind the tree's back, through the tenant's own writer.
async fn set_status(
    tree: &Tree,
    company: &actors::domain::CompanyId,
    id: &actors::domain::IncidentId,
    status: IncidentStatus,
) {
    let row = tree.reader(company).incident(id).await.unwrap().unwrap().incident;
    let change = IncidentChange {
        incident_id: id.clone(),
        expect: Expect::Version(row.version),
        life: Some(match status {
            IncidentStatus::Resolved => row.life.clone().resolved("usr-1", tree.clock.now()),
            _ => row.life.clone().reopened(),
        }),
        absorbed_no: row.placed_no,
        wake_due: None,
        decided: None,
        decision: None,
        memory: None,
        puts: Vec::new(),
        guard: None,
        facts: vec![],
        now: tree.clock.now(),
    };
    let changed = tree.store.writer_of(company).change(change, None).await.unwrap();
    assert!(matches!(changed, Changed::Done(_)), "{changed:?}");
}
