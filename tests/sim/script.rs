//! What happens in a world, step by step, as its dice fall.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actors::domain::{AlertId, CompanyId, DeliveryId, IncidentId, NewAlert, Severity, Signal};
use actors::domain::{DecisionRequest, IncidentFacts};
use actors::incident::acts::Act;
use actors::port::inbox::{Accepted, Delivery};
use actors::port::reader::{AlertFilter, PageRequest};
use actors::port::{Clock, Error, Inbox, Store};

use super::remedies;
use super::world::World;
use crate::support::faulty::{Fault, Gate, Point};

/// How long a call may take.
const WITHIN: Duration = Duration::from_secs(10);
/// Longer than everything that may still be under way when the script is over: windows, holds, staleness,
/// quarantine, engines that sleep, a clock that was wrong.
const TAIL: Duration = Duration::from_secs(52 * 60);

/// Plays a script to its end, and lets everything come to rest.
pub async fn play(world: &mut World) {
    let mut sent = Vec::new();
    for _ in 0..world.dice.within(30..70) {
        match world.dice.below(100) {
            0..42 => deliver(world, &mut sent).await,
            42..46 => deliver_again(world, &sent).await,
            46..62 => act(world).await,
            62..66 => merge(world).await,
            66..70 => split(world).await,
            70..76 => decide(world).await,
            76..86 => strike(world),
            86..93 => crash(world, &mut sent).await,
            93..95 => fence(world).await,
            95..97 => set_clock(world),
            97 => poison(world),
            _ => settle(world).await,
        }
        remedies::step(world).await;
        pause(world).await;
    }
    rest(world).await;
}

/// Mostly short; sometimes long enough that incidents leave memory, rarely that their sessions end.
async fn pause(world: &mut World) {
    let span = match world.dice.below(200) {
        0..100 => Duration::ZERO,
        100..140 => Duration::from_millis(world.dice.within(1..900)),
        140..190 => world.dice.seconds(1..60),
        190..198 => world.dice.seconds(60..400),
        198 => world.dice.seconds(700..2_500),
        _ if world.dice.one_in(10) => world.dice.seconds(28_000..30_000),
        _ => Duration::ZERO,
    };
    world.wait(span).await;
}

async fn rest(world: &mut World) {
    world.tree.store.calm();
    remedies::calm(world);
    world.tree.clock.set_off_by(0);
    world.tree.entropy.panics_at.store(0, Ordering::SeqCst);
    world.hear_all().await;
    world.note("all is calm");
    world.wait(TAIL).await;
}

// ---- senders -----------------------------------------------------------------------------------

/// A delivery that was acknowledged, to be sent again.
struct Sent {
    delivery: Delivery,
    ids: Vec<AlertId>,
}

async fn deliver(world: &mut World, sent: &mut Vec<Sent>) {
    let company = world.company();
    deliver_to(world, &company, sent).await;
}

async fn deliver_to(world: &mut World, company: &CompanyId, sent: &mut Vec<Sent>) {
    let alerts: Vec<NewAlert> = (0..world.dice.within(1..5)).map(|_| alert(world)).collect();
    let ids: Vec<AlertId> = alerts.iter().map(|alert| alert.alert_id).collect();
    let name = format!("d-{}", sent.len());
    let delivery_id: Option<DeliveryId> = (!world.dice.one_in(3)).then(|| name.parse().unwrap());
    let delivery = Delivery {
        company_id: company.clone(),
        delivery_id,
        signature: None,
        body_hash: [0; 32],
        received_at: world.tree.clock.now(),
        alerts: alerts.into_iter().map(Arc::new).collect(),
    };
    let shown: Vec<String> = delivery.alerts.iter().map(|alert| shown(alert)).collect();
    world.note(&format!("{company} is sent {}", shown.join(", ")));
    let accepted = world.tree.store.accept(delivery.clone()).await;
    assert_eq!(accepted, Ok(Accepted::New));
    world.history.accepted.entry(company.clone()).or_default().extend(&ids);
    // Lost news costs latency only.
    if !world.dice.one_in(5) {
        world.tree.runtime.news(company);
    }
    sent.push(Sent { delivery, ids });
}

/// At-least-once senders repeat what was acknowledged.
async fn deliver_again(world: &mut World, sent: &[Sent]) {
    let named: Vec<&Sent> = sent.iter().filter(|sent| sent.delivery.delivery_id.is_some()).collect();
    if named.is_empty() {
        return;
    }
    let again = world.dice.pick(&named);
    let mut delivery = again.delivery.clone();
    delivery.received_at = world.tree.clock.now();
    let alerts = delivery.alerts.iter().map(|alert| {
        let mut copy = NewAlert::clone(alert);
        copy.alert_id = world.dice.alert_id(delivery.received_at);
        Arc::new(copy)
    });
    delivery.alerts = alerts.collect();
    let duplicate = Accepted::Duplicate {
        alert_ids: again.ids.clone(),
        body_differs: false,
    };
    assert_eq!(world.tree.store.accept(delivery).await, Ok(duplicate));
}

fn alert(world: &World) -> NewAlert {
    let (dice, now) = (&world.dice, world.tree.clock.now());
    let (asset, signature) = (dice.pick(&["web-1", "web-2", "db-1"]), dice.pick(&["disk", "memory"]));
    let mut alert = world.tree.alert_as(dice.alert_id(now), asset, signature);
    alert.severity = dice.pick(&Severity::ALL);
    alert.tool_source = dice.one_in(3).then(|| (dice.pick(&["zabbix", "nagios"])).to_owned());
    alert.fingerprint = dice.one_in(8).then(|| format!("f-{}", dice.below(2)));
    if dice.below(100) < 35 {
        alert.status = Signal::Resolved;
    }
    // Told late, or out of order.
    if dice.one_in(4) {
        alert.starts_at = Some(now.minus(dice.seconds(0..500)));
    }
    if dice.one_in(6) {
        alert.ends_at = Some(now.minus(dice.seconds(0..200)));
    }
    alert
}

fn shown(alert: &NewAlert) -> String {
    let (id, asset, signature) = (alert.alert_id, &alert.asset_name, &alert.signature);
    format!("{id} {asset} {signature} {:?} {:?}", alert.severity, alert.status)
}

// ---- people ------------------------------------------------------------------------------------

async fn act(world: &mut World) {
    let company = world.company();
    let Some(row) = world.incident(&company).await else {
        return;
    };
    let (id, now) = (row.incident_id, world.tree.clock.now());
    let act = match world.dice.below(8) {
        0 => Act::Acknowledge,
        1 => Act::Update {
            assigned_to: Some(Some("ann".into())),
            note: None,
        },
        2 => Act::Update {
            assigned_to: None,
            note: Some("looking".into()),
        },
        3 => Act::Escalate(None),
        4 => Act::Snooze(now.plus(world.dice.seconds(5..600))),
        5 => Act::Reopen,
        _ => Act::Resolve,
    };
    let what = format!("does {act:?} to {id}");
    let of = company.clone();
    world.call(&company, &what, |runtime, by| async move {
        runtime
            .act(&of, id, act, by.into(), WITHIN)
            .await
            .map(|()| String::new())
    });
}

async fn merge(world: &mut World) {
    let company = world.company();
    let (Some(into), Some(source)) = (world.incident(&company).await, world.incident(&company).await) else {
        return;
    };
    if into.incident_id == source.incident_id {
        return;
    }
    let (into, sources) = (into.incident_id, BTreeSet::from([source.incident_id]));
    let (what, of) = (format!("merges {sources:?} into {into}"), company.clone());
    world.call(&company, &what, |runtime, by| async move {
        let merged = runtime.merge(&of, into, sources, by.into(), WITHIN).await;
        merged.map(|into| format!("merged into {into}"))
    });
}

async fn split(world: &mut World) {
    let company = world.company();
    let Some(row) = world.incident(&company).await else {
        return;
    };
    let filter = AlertFilter {
        incident_id: Some(row.incident_id.clone()),
        ..AlertFilter::default()
    };
    let page = PageRequest { limit: 50, after: None };
    let found = world.tree.reader(&company).alerts(&filter, page).await.unwrap();
    let going = found.items.iter().map(|view| view.alert.id());
    let going: BTreeSet<AlertId> = going.filter(|_| world.dice.one_in(2)).collect();
    if going.is_empty() {
        return;
    }
    world.people += 1;
    let new: IncidentId = format!("inc-split-{}", world.people).parse().unwrap();
    let (from, of) = (row.incident_id, company.clone());
    let what = format!("splits {} alerts from {from}", going.len());
    world.call(&company, &what, |runtime, by| async move {
        let split = runtime.split(&of, from, new, going, by.into(), WITHIN).await;
        split.map(|new| format!("split into {new}"))
    });
}

async fn decide(world: &mut World) {
    let company = world.company();
    let known = world.incident(&company).await.filter(|_| !world.dice.one_in(3));
    let incident = known.map_or_else(|| "their-own-1".parse().unwrap(), |row| row.incident_id);
    let facts = IncidentFacts {
        severity: Severity::High,
        signature: "disk".into(),
        alert_count: 3,
        affected_assets: vec!["web-1".into()],
    };
    let (what, of) = (format!("asks about {incident}"), company.clone());
    world.call(&company, &what, |runtime, by| async move {
        let request = Box::new(DecisionRequest {
            incident_data: Some(facts),
            memory_context: Default::default(),
            requested_by: by.into(),
        });
        let place = runtime.place_to_decide(&of)?;
        let decided = runtime
            .decide(&of, (incident.clone(), request), None, place, WITHIN)
            .await?;
        Ok(format!("{incident} decided {}", decided.decision_id))
    });
}

async fn settle(world: &mut World) {
    let company = world.company();
    let of = company.clone();
    world.call(&company, "waits for verdicts", |runtime, _| async move {
        runtime.settle(&of, WITHIN).await.map(|()| String::new())
    });
}

// ---- faults ------------------------------------------------------------------------------------

/// Plans a fault at a point of the store: whoever comes there next meets it.
fn strike(world: &mut World) {
    let dice = &world.dice;
    let away = || Fault::Error(Error::Unavailable("planned fault".into()));
    let any = [
        Point::ReadUnplaced,
        Point::ReadIncident,
        Point::PlaceBefore,
        Point::ChangeBefore,
    ];
    let (point, fault, said) = match dice.below(12) {
        0 => (dice.pick(&any), Fault::Slow(dice.seconds(1..15)), "slow"),
        1..3 => (dice.pick(&any), away(), "away"),
        // It was done, and nobody is told.
        3..5 => (dice.pick(&[Point::PlaceAfter, Point::ChangeAfter]), away(), "unknown"),
        5 => (Point::Acquire, away(), "away"),
        6 => (Point::RosterDue, Fault::Panic, "dies"),
        7..9 => {
            let gate = Arc::new(Gate::default());
            open_after(&gate, dice.seconds(1..20));
            let point = dice.pick(&[Point::PlaceBefore, Point::ChangeBefore]);
            (point, Fault::HandInAndPanic(gate), "dies over what it has handed in")
        }
        9 => (Point::Acquire, Fault::Panic, "dies"),
        _ => {
            let after = [Point::PlaceAfter, Point::ChangeAfter];
            let point = dice.pick(&[&any[..], &after].concat());
            (point, Fault::Panic, "dies")
        }
    };
    let company = (point != Point::RosterDue).then(|| world.company());
    // A gate opens once.
    let again = world.dice.one_in(6) && !matches!(fault, Fault::HandInAndPanic(_));
    let times = if again { 5 } else { 1 };
    let skip = usize::try_from(world.dice.below(3)).unwrap();
    world.note(&format!("fault: {point:?} {said}, {times} times after {skip}"));
    world.tree.store.plan_after(point, company.as_ref(), skip, times, fault);
}

fn open_after(gate: &Arc<Gate>, span: Duration) {
    let gate = gate.clone();
    tokio::spawn(async move {
        tokio::time::sleep(span).await;
        gate.open();
    });
}

/// The process ends and another begins; sometimes with a batch on its way to the store, which comes there
/// when the new process has read what there is and has not yet done anything about it.
async fn crash(world: &mut World, sent: &mut Vec<Sent>) {
    let company = world.company();
    let on_its_way = !world.dice.one_in(4);
    if on_its_way {
        let gate = Arc::new(Gate::default());
        let point = world
            .dice
            .pick(&[Point::PlaceBefore, Point::PlaceBefore, Point::ChangeBefore]);
        let fault = Fault::HandInAndPanic(gate.clone());
        world.tree.store.plan(point, Some(&company), 1, fault);
        deliver_to(world, &company, sent).await;
        world.tree.runtime.news(&company);
        world.wait(Duration::from_millis(20)).await;
        open_after(&gate, world.dice.seconds(1..4));
    }
    world.note("the process ends; another begins");
    world.tree.regrow().await;
    if on_its_way {
        let slow = Fault::Slow(world.dice.seconds(2..8));
        world.tree.store.plan(Point::ReadUnplaced, Some(&company), 1, slow);
    }
    if world.dice.one_in(2) {
        world.tree.runtime.news(&company);
    }
}

/// Somebody else takes the company over, and does nothing with it.
async fn fence(world: &mut World) {
    let company = world.company();
    world.note(&format!("{company} is fenced off"));
    // A planned fault may meet this caller instead.
    let store = world.tree.store.clone();
    drop(tokio::spawn(async move { drop(store.acquire(&company).await) }).await);
}

fn set_clock(world: &mut World) {
    let ms = world.dice.pick(&[-600_000, -5_000, 0, 0, 5_000, 900_000]);
    world.note(&format!("the clock is off by {ms} ms"));
    world.tree.clock.set_off_by(ms);
}

/// Something in planning the next alert panics, once.
fn poison(world: &mut World) {
    world.note("poison");
    world.history.poisoned = true;
    world.tree.entropy.panic_after(world.dice.below(3));
}
