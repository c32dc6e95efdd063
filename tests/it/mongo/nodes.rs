//! Two real processes over one database: what one had is the other's when it ends, and no alert is lost or placed twice.

use std::fs;
use std::sync::atomic::Ordering;
use std::time::Duration;

use mongodb::bson::{Document, doc};
use secrecy::ExposeSecret;
use tokio::time::Instant;

use super::kill::assert_journals;
use crate::support::engine::{Engine, Home};
use crate::support::judge::judge;
use crate::support::load::Load;
use crate::support::process::{PATIENCE, Place, Server, eventually};

const COMPANIES: [&str; 6] = ["comp-a", "comp-b", "comp-c", "comp-d", "comp-e", "comp-f"];
/// From a node's death until another has what it had: as long as its lease, and a sweep.
const MOVED_WITHIN: Duration = Duration::from_secs(8);
/// Less than a lease.
const AT_ONCE: Duration = Duration::from_secs(3);

/// Gives a node a name, so that which companies belong to it is no matter of luck.
fn call(place: &Place, name: &str) {
    fs::write(place.home.data().join("node"), name).unwrap();
}

/// A second home over the database of a first, with the same server key.
fn beside(place: &Place) -> Place {
    call(place, "one");
    let home = Home::beside(place.home.mongo_url().unwrap().clone());
    fs::create_dir_all(home.data()).unwrap();
    fs::copy(place.home.data().join("secret.key"), home.data().join("secret.key")).unwrap();
    let second = Place {
        home,
        tenants: place.tenants.clone(),
        ledger: place.ledger.clone(),
    };
    call(&second, "two");
    second
}

async fn two() -> (Place, Server, Place, Server) {
    let first = Place::with_companies(Engine::Mongodb, &COMPANIES).await;
    let second = beside(&first);
    let (one, other) = (first.start().await, second.start().await);
    (first, one, second, other)
}

/// Which node has which company, as the heads say.
async fn owners(place: &Place) -> Vec<String> {
    let url = place.home.mongo_url().unwrap().expose_secret();
    let client = mongodb::Client::with_uri_str(url).await.unwrap();
    let heads = client.default_database().unwrap().collection::<Document>("heads");
    let of = async |company: &str| {
        let head = heads.find_one(doc! { "_id": company }).await.unwrap().unwrap();
        head.get_str("owner").unwrap_or("nobody").to_owned()
    };
    let mut owners = Vec::new();
    for company in COMPANIES {
        owners.push(of(company).await);
    }
    owners
}

/// Waits until a node has everything; how long that took.
async fn until_all_are_of(place: &Place, name: &str) -> Duration {
    let began = Instant::now();
    eventually("every company", PATIENCE, async || {
        owners(place).await.iter().all(|owner| owner == name).then_some(())
    })
    .await;
    began.elapsed()
}

/// Waits until each of the two has some and nothing is nobody's.
async fn until_shared(place: &Place) {
    eventually("a share each", PATIENCE, async || {
        let owners = owners(place).await;
        ["one", "two"]
            .iter()
            .all(|name| owners.iter().any(|owner| owner == name))
            .then_some(())
    })
    .await;
}

async fn until_acknowledged(load: &Load, more: u64) {
    let acked = || load.seen().acked.load(Ordering::SeqCst);
    let enough = acked() + more as usize;
    eventually("acknowledgements", PATIENCE, async || (acked() >= enough).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_node_had_is_soon_the_others() {
    let (first, one, second, other) = two().await;
    let load = Load::start(&first.tenants, 2, &first.ledger);
    load.aim(&one.url);
    until_shared(&first).await;
    until_acknowledged(&load, 100).await;
    one.kill().await;
    load.aim(&other.url);
    let moved = until_all_are_of(&second, "two").await;
    assert!(moved < MOVED_WITHIN, "moved after {moved:?}");
    until_acknowledged(&load, 100).await;
    load.finish().await;
    judge(&other.url, &second.tenants, &second.ledger).await;
    other.stop().await;
    assert_journals(&second.home, &COMPANIES).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_comes_gets_its_share_and_one_that_drains_gives_its_own_at_once() {
    let first = Place::with_companies(Engine::Mongodb, &COMPANIES).await;
    let second = beside(&first);
    let one = first.start().await;
    let load = Load::start(&first.tenants, 2, &first.ledger);
    load.aim(&one.url);
    until_all_are_of(&first, "one").await;
    let other = second.start().await;
    until_shared(&first).await;
    until_acknowledged(&load, 50).await;
    load.aim(&other.url);
    // Its end includes handing over.
    one.stop().await;
    let moved = until_all_are_of(&second, "two").await;
    assert!(moved < AT_ONCE, "moved {moved:?} after its end");
    until_acknowledged(&load, 50).await;
    load.finish().await;
    judge(&other.url, &second.tenants, &second.ledger).await;
    other.stop().await;
    assert_journals(&second.home, &COMPANIES).await;
}

/// A process that was stopped for longer than its lease wakes with everything that it thought it had.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_slept_through_its_lease_writes_nothing_for_what_is_anothers() {
    let (first, one, second, other) = two().await;
    let load = Load::start(&first.tenants, 2, &first.ledger);
    load.aim(&other.url);
    until_shared(&first).await;
    one.signal("STOP").await;
    until_all_are_of(&second, "two").await;
    until_acknowledged(&load, 50).await;
    one.signal("CONT").await;
    // It gets its share again, and what it had begun is refused or done once.
    until_shared(&first).await;
    until_acknowledged(&load, 50).await;
    load.finish().await;
    one.stop().await;
    until_all_are_of(&second, "two").await;
    judge(&other.url, &second.tenants, &second.ledger).await;
    other.stop().await;
    assert_journals(&second.home, &COMPANIES).await;
}
