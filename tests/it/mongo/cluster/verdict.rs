//! The verdict on what three nodes have come to.

use std::collections::BTreeMap;
use std::slice::from_ref;

use actors::domain::Entry;

use crate::support::engine::Home;
use crate::support::fleet::Fleet;
use crate::support::journals::journals;
use crate::support::judge::{judge_settled, settle};
use crate::support::listeners::{Heard, Listeners};
use crate::support::load::Tenant;
use crate::support::process::{PATIENCE, eventually};
use crate::support::writes::Writes;

/// Nobody has lost anything, nothing was done twice, and whoever has listened knows all of it. The nodes are stopped.
pub async fn judge_all(fleet: &mut Fleet, writes: &Writes, listeners: Listeners) {
    let (tenants, ledger) = (fleet.place().tenants.clone(), fleet.place().ledger.clone());
    for tenant in &tenants {
        let url = until_settled(fleet, tenant).await;
        judge_settled(&url, from_ref(tenant), &ledger).await;
    }
    let last = until_told(&fleet.place().home, &tenants, listeners).await;
    for node in &mut fleet.nodes {
        node.stop().await;
    }
    let commits = writes.judge().await;
    let journals = journals(&fleet.place().home, ids(&tenants)).await;
    let told: usize = last
        .iter()
        .map(|heard| judge_heard(heard, &journals[&heard.company]))
        .sum();
    let resumed: usize = last.iter().map(|heard| heard.resumed).sum();
    println!(
        "{} alerts acknowledged, {commits} commits, each by who had the company, {told} events told to {} clients that \
         went on {resumed} times",
        ledger.acknowledged(),
        last.len(),
    );
}

fn ids(tenants: &[Tenant]) -> impl Iterator<Item = &str> {
    tenants.iter().map(|tenant| tenant.company_id.as_str())
}

/// Waits until everything is placed, and names a node that says so.
async fn until_settled(fleet: &Fleet, tenant: &Tenant) -> String {
    eventually("an answer for each company", PATIENCE, async || {
        for node in &fleet.nodes {
            if settle(&tenant.client(&node.url())).await.is_ok() {
                return Some(node.url());
            }
        }
        None
    })
    .await
}

/// Waits until everybody has heard what there is by now.
async fn until_told(home: &Home, tenants: &[Tenant], listeners: Listeners) -> Vec<Heard> {
    let now = journals(home, ids(tenants)).await;
    let last: BTreeMap<String, u64> = now
        .iter()
        .map(|(company, entries)| (company.clone(), entries.iter().map(|entry| entry.seq).max().unwrap()))
        .collect();
    let heard = tokio::time::timeout(PATIENCE, listeners.finish(last)).await;
    heard.expect("everybody hears of everything")
}

/// Everything in its order, from the first that was heard on, and as it stands in the journal: how much that was.
fn judge_heard(heard: &Heard, journal: &[Entry]) -> usize {
    assert!(heard.wrong.is_empty(), "{}: {:#?}", heard.company, heard.wrong);
    let hashes: BTreeMap<u64, &str> = journal.iter().map(|entry| (entry.seq, entry.hash.as_str())).collect();
    for (seq, hash) in &heard.entries {
        assert_eq!(hashes.get(seq), Some(&hash.as_str()), "{}: entry {seq}", heard.company);
    }
    assert!(!heard.entries.is_empty(), "{} was not heard of", heard.company);
    heard.entries.len()
}
