//! Several nodes over one database: a lease each, and every company one node's.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::{CompanyId, Timestamp};
use actors::port::{Amended, Amendment, Error, Members, Node, Store, Writer};
use alert_whisperer::clock::SystemClock;
use alert_whisperer::store::{Identity, MongoStore};
use mongodb::bson::{Document, doc};
use secrecy::ExposeSecret;

use crate::support::alerts::{fact, new_company};
use crate::support::engine::{Engine, Home};
use crate::support::process::eventually;

/// Longer than a lease.
const PATIENCE: Duration = Duration::from_secs(10);

async fn node(home: &Home, name: &str) -> Arc<MongoStore> {
    let identity = Identity {
        name: name.to_owned(),
        url: Some(format!("http://{name}.example")),
    };
    MongoStore::open_as(identity, home.mongo_url().unwrap(), Arc::new(SystemClock))
        .await
        .unwrap()
}

fn living(name: &str) -> Node {
    Node {
        name: name.to_owned(),
        url: Some(format!("http://{name}.example")),
        draining: false,
    }
}

async fn founded(store: &MongoStore, company: &CompanyId) {
    let platform = store.acquire(&CompanyId::platform()).await.unwrap();
    let new = new_company(company, Timestamp::from_millis(1));
    assert_eq!(platform.found(new).await, Ok(true));
}

async fn writes(writer: &dyn Writer) -> Result<Amended, Error> {
    let amendment = Amendment {
        facts: vec![fact("company.changed", "comp-a", Timestamp::from_millis(2))],
        ..Amendment::default()
    };
    writer.amend(amendment, None).await
}

#[tokio::test]
async fn a_company_is_the_nodes_that_has_it_until_that_gives_it_up() {
    let home = Home::on(Engine::Mongodb);
    let (one, two) = (node(&home, "one").await, node(&home, "two").await);
    let company: CompanyId = "comp-a".parse().unwrap();
    founded(&one, &company).await;
    let starting = Node {
        draining: true,
        ..living("two")
    };
    assert_eq!(
        one.renew(false).await.map(|living| living.nodes),
        Ok(vec![living("one"), starting])
    );
    assert_eq!(
        two.renew(false).await.map(|living| living.nodes),
        Ok(vec![living("one"), living("two")])
    );

    let first = one.acquire(&company).await.unwrap();
    let refused = two.acquire(&company).await.map(|_| ());
    assert_eq!(refused, Err(Error::Elsewhere(Some("http://one.example".to_owned()))));
    assert_eq!(writes(&*first).await, Ok(Amended::Done));
    // Nobody gives up what another has.
    two.give_up(&company).await.unwrap();
    assert!(two.acquire(&company).await.is_err());

    one.give_up(&company).await.unwrap();
    let second = two.acquire(&company).await.unwrap();
    assert_eq!(writes(&*first).await, Err(Error::Fenced), "what comes late is refused");
    assert_eq!(writes(&*second).await, Ok(Amended::Done));

    // The platform is whoever's that writes.
    one.acquire(&CompanyId::platform()).await.unwrap();
    two.acquire(&CompanyId::platform()).await.unwrap();

    let leaving = Node {
        draining: true,
        ..living("two")
    };
    assert_eq!(
        two.renew(true).await.map(|living| living.nodes),
        Ok(vec![living("one"), leaving])
    );
    two.leave().await.unwrap();
    assert_eq!(
        one.renew(false).await.map(|living| living.nodes),
        Ok(vec![living("one")])
    );
    one.acquire(&company).await.unwrap();
    for store in [one, two] {
        store.close().await;
    }
}

#[tokio::test]
async fn what_a_dead_node_had_is_taken_when_its_lease_has_ended_and_its_own_restart_has_it_at_once() {
    let home = Home::on(Engine::Mongodb);
    let (one, two) = (node(&home, "one").await, node(&home, "two").await);
    let company: CompanyId = "comp-a".parse().unwrap();
    founded(&one, &company).await;
    one.renew(false).await.unwrap();
    let zombie = one.acquire(&company).await.unwrap();
    assert!(two.acquire(&company).await.is_err());
    // The same node, started again.
    let again = node(&home, "one").await;
    let writer = again.acquire(&company).await.unwrap();
    assert_eq!(writes(&*zombie).await, Err(Error::Fenced));
    assert_eq!(writes(&*writer).await, Ok(Amended::Done));
    // It never says again that it lives.
    let taken = eventually("the lease's end", PATIENCE, async || two.acquire(&company).await.ok()).await;
    assert_eq!(writes(&*writer).await, Err(Error::Fenced));
    assert_eq!(writes(&*taken).await, Ok(Amended::Done));
    for store in [one, two, again] {
        store.close().await;
    }
}

#[tokio::test]
async fn what_a_node_has_open_is_ended_when_it_lives_no_more_and_not_before() {
    let home = Home::on(Engine::Mongodb);
    let one = node(&home, "one").await;
    let client = mongodb::Client::with_uri_str(home.mongo_url().unwrap().expose_secret())
        .await
        .unwrap();
    let sessions = client.default_database().unwrap().collection::<Document>("sessions");
    let of = async |name: &str| sessions.count_documents(doc! { "node": name }).await.unwrap();
    let ours = of("one").await;
    assert!(ours > 0);
    let two = node(&home, "two").await;
    two.renew(false).await.unwrap();
    assert_eq!((of("one").await, of("two").await), (ours, ours));
    one.leave().await.unwrap();
    two.renew(false).await.unwrap();
    assert_eq!((of("one").await, of("two").await), (0, ours));
    // Started again, it ends what it had itself.
    let again = node(&home, "two").await;
    assert_eq!(of("two").await, ours);
    for store in [one, two, again] {
        store.close().await;
    }
}
