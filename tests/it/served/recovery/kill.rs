//! `kill -9`, again and again, under load.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::sleep;

use super::engine;
use crate::support::judge::judge;
use crate::support::load::Load;
use crate::support::process::{PATIENCE, Place, eventually};

const ROUNDS: u64 = 12;

/// Where in a round the process dies: chance, but the same in every run (SplitMix64's finisher).
fn chance(round: u64) -> u64 {
    let mut z = (round + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z ^ (z >> 31)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twelve_kills_under_load_lose_and_double_nothing() {
    let place = Place::with_companies(engine(), &["comp-a", "comp-b", "comp-c"]).await;
    let load = Load::start(&place.tenants, 2, &place.ledger);
    for round in 0..ROUNDS {
        let server = place.start().await;
        load.aim(&server.url);
        let acked = || load.seen().acked.load(Ordering::SeqCst);
        let enough = acked() + 5 + usize::try_from(chance(round) % 40).unwrap();
        eventually("acknowledgements", PATIENCE, async || (acked() >= enough).then_some(())).await;
        sleep(Duration::from_micros(chance(round) % 20_000)).await;
        server.kill().await;
    }
    let server = place.start().await;
    load.aim(&server.url);
    let seen = load.finish().await;
    assert!(seen.unreachable.load(Ordering::SeqCst) > 0, "no sender noticed a kill");
    judge(&server.url, &place.tenants, &place.ledger).await;
    server.stop().await;
}
