//! All nodes are restarted in order, one after the other, and nobody has to ask more than twice.

use std::sync::atomic::Ordering;

use super::faults::{HABIT, until_acknowledged};
use super::verdict::judge_all;
use crate::support::calls::Calls;
use crate::support::fleet::Fleet;
use crate::support::listeners::Listeners;
use crate::support::load::Load;
use crate::support::writes::Writes;

const DATABASE: &str = "aw-rolling";
const COMPANIES: [&str; 4] = ["comp-a", "comp-b", "comp-c", "comp-d"];
/// A request and one retry.
const TWICE: usize = 2;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_asks_more_than_twice_while_nodes_are_restarted_one_after_the_other() {
    let mut fleet = Fleet::with_companies(DATABASE, &COMPANIES).await;
    let writes = Writes::follow(&fleet.set.client().await, DATABASE).await;
    fleet.start().await;
    let urls: Vec<String> = fleet.nodes.iter().map(|node| node.own_url()).collect();
    let tenants = fleet.place().tenants.clone();
    let listeners = Listeners::start(&tenants, &urls);
    let load = Load::start_with(HABIT, &tenants, 2, &fleet.place().ledger);
    load.aim_in_turn(urls.clone());
    until_acknowledged(&load, 100).await;
    let calls = Calls::start(&tenants, &urls).await;
    for node in &mut fleet.nodes {
        node.stop().await;
        until_acknowledged(&load, 50).await;
        node.start().await;
        until_acknowledged(&load, 50).await;
    }
    let (made, attempts) = calls.finish().await;
    assert!(made > 0 && attempts <= TWICE, "{made} calls, up to {attempts} times");
    let seen = load.finish().await;
    assert!(seen.attempts.load(Ordering::SeqCst) <= TWICE, "{seen:?}");
    judge_all(&mut fleet, &writes, listeners).await;
}
