//! Random faults from a seed, which is told: every kind once, or for as long as `FAULT_MINUTES` says.

use std::env;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::storm::{Fault, Pace, Storm};
use super::verdict::judge_all;
use crate::support::fleet::Fleet;
use crate::support::listeners::Listeners;
use crate::support::load::{Habit, Load};
use crate::support::process::{PATIENCE, eventually};
use crate::support::repairs::Repairs;
use crate::support::writes::Writes;

const DATABASE: &str = "aw-cluster";
/// The last is the one whose machines are repaired.
const COMPANIES: [&str; 6] = ["comp-a", "comp-b", "comp-c", "comp-d", "comp-e", "comp-runs"];
/// As senders are: they do not wait for ever, and incidents come and go.
pub const HABIT: Habit = Habit {
    rest: Duration::from_millis(60),
    requests_per_asset: 20,
    within: Duration::from_secs(3),
};
/// Every kind of fault once.
const SHORT: Pace = Pace {
    every: Duration::from_secs(3),
    away: (Duration::from_millis(4_500), Duration::from_millis(5_500)),
    asleep: Duration::from_millis(5_500),
};
const SHORT_SPAN: Duration = Duration::from_secs(20);
const LONG: Pace = Pace {
    every: Duration::from_secs(10),
    away: (Duration::from_secs(4), Duration::from_secs(15)),
    asleep: Duration::from_secs(60),
};

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().unwrap())
}

/// Chance's seed: `FAULT_SEED`, or another each time.
fn seed() -> u64 {
    number("FAULT_SEED").unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs())
}

/// Waits for so many more acknowledgements.
pub async fn until_acknowledged(load: &Load, more: usize) {
    let acked = || load.seen().acked.load(Ordering::SeqCst);
    let enough = acked() + more;
    eventually("acknowledgements", PATIENCE, async || (acked() >= enough).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_befalls_three_nodes_nothing_is_lost_or_doubled_and_everything_is_told() {
    let (pace, span) = match number("FAULT_MINUTES") {
        Some(minutes) => (LONG, Duration::from_secs(60 * minutes)),
        None => (SHORT, SHORT_SPAN),
    };
    let seed = seed();
    println!("FAULT_SEED={seed}");
    let mut fleet = Fleet::with_companies(DATABASE, &COMPANIES).await;
    let writes = Writes::follow(&fleet.set.client().await, DATABASE).await;
    fleet.start().await;
    let tenants = fleet.place().tenants.clone();
    let listeners = Listeners::start(&tenants, &fleet.urls());
    let (repaired, others) = tenants.split_last().unwrap();
    let load = Load::start_with(HABIT, others, 2, &fleet.place().ledger);
    let mut repairs = Repairs::start(&fleet.urls(), repaired, &load, pace.every / 10).await;
    load.aim_in_turn(fleet.urls());
    until_acknowledged(&load, 50).await;
    let storm = Storm::new(&mut fleet, &writes, seed, pace);
    let moves = storm.rage(span).await;
    let seen = load.finish().await;
    repairs.rest().await;
    println!("{seen:?}");
    tell(&moves);
    println!(
        "runs, each carried out once at most: {:?}",
        repairs.judge(&fleet.nodes[0].url()).await
    );
    judge_all(&mut fleet, &writes, listeners).await;
}

/// How long companies were without a node, by what has befallen theirs.
fn tell(moves: &[(Fault, Duration)]) {
    for kind in [Fault::Kill, Fault::Stop, Fault::CutFromStore] {
        let mut took: Vec<Duration> = moves
            .iter()
            .filter(|(of, _)| *of == kind)
            .map(|(_, took)| *took)
            .collect();
        took.sort_unstable();
        if let (Some(median), Some(worst)) = (took.get(took.len() / 2), took.last()) {
            println!(
                "{kind:?}: {} companies moved, after {median:?} (median), {worst:?} at most",
                took.len()
            );
        }
    }
}
