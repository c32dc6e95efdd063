//! Two real processes over one database: what one had is the other's when it ends, and no alert is lost or placed twice.

use std::fs;
use std::sync::atomic::Ordering;
use std::time::Duration;

use mongodb::Collection;
use mongodb::bson::{Document, doc};
use secrecy::ExposeSecret;
use serde_json::json;
use tokio::time::{Instant, timeout};

use crate::support::engine::{Engine, Home};
use crate::support::journals::journals;
use crate::support::judge::judge;
use crate::support::load::{Load, Tenant};
use crate::support::process::{PATIENCE, Place, Server, eventually};

pub(super) const COMPANIES: [&str; 6] = ["comp-a", "comp-b", "comp-c", "comp-d", "comp-e", "comp-f"];
/// From a node's death until another has what it had: as long as its lease, and a sweep.
const MOVED_WITHIN: Duration = Duration::from_secs(8);
/// Less than a lease.
const AT_ONCE: Duration = Duration::from_secs(3);

/// Gives a node a name, so that which companies belong to it is no matter of luck.
fn call(place: &Place, name: &str) {
    fs::write(place.home.data().join("node"), name).unwrap();
}

/// A second home over the database of a first, with the same server key.
pub(super) fn beside(place: &Place) -> Place {
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

/// A server that shares its database with others.
async fn start(place: &Place) -> Server {
    let mut command = place.serve();
    command.env("NODE_URL", "http://node.example");
    let started = Server::start(command).await;
    started.unwrap_or_else(|log| panic!("the server did not start:\n{log}"))
}

async fn two() -> (Place, Server, Place, Server) {
    let first = Place::with_companies(Engine::Mongodb, &COMPANIES).await;
    let second = beside(&first);
    let (one, other) = (start(&first).await, start(&second).await);
    (first, one, second, other)
}

async fn collection(place: &Place, name: &str) -> Collection<Document> {
    let url = place.home.mongo_url().unwrap().expose_secret();
    let client = mongodb::Client::with_uri_str(url).await.unwrap();
    client.default_database().unwrap().collection(name)
}

/// How many sessions of a node are noted, for whoever has to end them.
async fn sessions(place: &Place, name: &str) -> u64 {
    let noted = collection(place, "sessions").await;
    noted.count_documents(doc! { "node": name }).await.unwrap()
}

/// Which node has which company, as the heads say.
pub(super) async fn owners(place: &Place) -> Vec<String> {
    let heads = collection(place, "heads").await;
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
pub(super) async fn until_shared(place: &Place) {
    eventually("a share each", PATIENCE, async || {
        let owners = owners(place).await;
        ["one", "two"]
            .iter()
            .all(|name| owners.iter().any(|owner| owner == name))
            .then_some(())
    })
    .await;
}

/// Waits until a node knows that it is alone: what is at rest is nobody's until it is asked for.
async fn until_it_answers_for_all(server: &Server, place: &Place) {
    for tenant in &place.tenants {
        let question = json!({ "company_id": tenant.company_id });
        let client = tenant.client(&server.url);
        eventually("an answer", PATIENCE, async || {
            client.post("/api/incidents/correlate", &question).await.ok()
        })
        .await;
    }
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
    journals(&second.home, COMPANIES).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_comes_gets_its_share_and_one_that_drains_gives_its_own_at_once() {
    let first = Place::with_companies(Engine::Mongodb, &COMPANIES).await;
    let second = beside(&first);
    let one = start(&first).await;
    let load = Load::start(&first.tenants, 2, &first.ledger);
    load.aim(&one.url);
    until_all_are_of(&first, "one").await;
    let other = start(&second).await;
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
    journals(&second.home, COMPANIES).await;
}

/// A process that was stopped for longer than its lease wakes with everything that it thought it had.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_slept_through_its_lease_writes_nothing_for_what_is_anothers() {
    let (first, one, second, other) = two().await;
    let load = Load::start(&first.tenants, 2, &first.ledger);
    load.aim(&other.url);
    until_shared(&first).await;
    let noted = sessions(&first, "one").await;
    one.signal("STOP").await;
    until_all_are_of(&second, "two").await;
    assert_eq!((noted > 0, sessions(&first, "one").await), (true, 0), "they are ended");
    until_acknowledged(&load, 50).await;
    one.signal("CONT").await;
    // It gets its share again, and what it had begun is refused or done once.
    until_shared(&first).await;
    assert_eq!(sessions(&first, "one").await, noted, "whatever befalls it next");
    until_acknowledged(&load, 50).await;
    load.finish().await;
    one.stop().await;
    until_it_answers_for_all(&other, &second).await;
    judge(&other.url, &second.tenants, &second.ledger).await;
    other.stop().await;
    journals(&second.home, COMPANIES).await;
}

/// A copied data directory makes two processes of one name: the later has it, and the earlier says why it ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_processes_of_one_name_the_earlier_ends_and_says_why() {
    let first = Place::with_companies(Engine::Mongodb, &COMPANIES).await;
    let second = beside(&first);
    call(&second, "one");
    let mut one = start(&first).await;
    let load = Load::start(&first.tenants, 2, &first.ledger);
    load.aim(&one.url);
    until_acknowledged(&load, 50).await;
    let other = start(&second).await;
    load.aim(&other.url);
    let ended = one.ended(MOVED_WITHIN).await;
    assert_eq!(ended.code(), Some(74), "{}", one.log());
    assert!(
        one.log().contains("another process goes by the name of this node, one"),
        "{}",
        one.log()
    );
    until_acknowledged(&load, 50).await;
    load.finish().await;
    // Nothing of the lease has gone with it.
    until_all_are_of(&second, "one").await;
    judge(&other.url, &second.tenants, &second.ledger).await;
    other.stop().await;
    journals(&second.home, COMPANIES).await;
}

/// What would be no node among nodes does not start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_shares_a_database_says_so_and_has_the_key_of_all() {
    let first = Place::with_companies(Engine::Mongodb, &COMPANIES).await;
    let second = beside(&first);
    let one = start(&first).await;
    let alone = Server::start(second.serve()).await.err().unwrap();
    assert!(
        alone.contains("nodes share this database: one; set NODE_URL"),
        "{alone}"
    );
    fs::remove_file(second.home.data().join("secret.key")).unwrap();
    let mut without_a_key = second.serve();
    without_a_key.env("NODE_URL", "http://node.example");
    let without_a_key = Server::start(without_a_key).await.err().unwrap();
    assert!(without_a_key.contains("SECRET_KEY is not set"), "{without_a_key}");
    assert!(!second.home.data().join("secret.key").exists(), "none is made");
    one.stop().await;
    // Nobody shares it any more.
    first.start().await.stop().await;
}

/// What one node is told the others hear: a new company's key is good everywhere, and what happens is told everywhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_node_commits_the_other_knows_and_tells() {
    let (first, one, second, other) = two().await;
    let made = first.create_company("comp-new").output().await.unwrap();
    let new = Tenant::from_json(&serde_json::from_slice(&made.stdout).unwrap());
    let client = new.client(&other.url);
    let mut events = eventually("the key at the other node", PATIENCE, async || {
        let opened = client.open("/api/events").await.ok()?;
        opened.status().is_success().then_some(opened)
    })
    .await;
    let alert = r#"{"asset_name":"web-1","signature":"disk","severity":"high","message":"full"}"#;
    let sent = new.client(&one.url).deliver("first", alert).await.unwrap();
    assert_eq!(sent.status, 200);
    let told = async {
        let mut told = String::new();
        while !told.contains("event: incident.opened") {
            told += &String::from_utf8_lossy(&events.chunk().await.unwrap().expect("it goes on"));
        }
    };
    timeout(PATIENCE, told).await.expect("the other node tells of it");
    // Whoever founds a company takes the platform's journal back from who wrote to it last.
    for (place, id) in [(&second, "comp-x"), (&first, "comp-y"), (&second, "comp-z")] {
        let made = place.create_company(id).output().await.unwrap();
        assert!(made.status.success(), "{id}: {}", String::from_utf8_lossy(&made.stderr));
    }
    for (server, place) in [(one, first), (other, second)] {
        server.stop().await;
        drop(place);
    }
}
