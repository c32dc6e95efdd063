//! `kill -9` of the server and of the database in turn, under load.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::support::engine::Home;
use crate::support::journals::journals;
use crate::support::judge::judge;
use crate::support::load::Load;
use crate::support::mongod::Mongod;
use crate::support::process::{Place, eventually};

const ROUNDS: usize = 16;
/// A database that was killed recovers its files and elects itself again.
const BACK_WITHIN: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_of_the_server_and_the_database_in_turn_lose_and_double_nothing() {
    let companies = ["comp-a", "comp-b", "comp-c"];
    let mut mongod = Mongod::start().await;
    let place = Place::at(Home::beside(mongod.url("aw-kills")), &companies).await;
    let load = Load::start(&place.tenants, 2, &place.ledger);
    let mut server = place.start().await;
    load.aim(&server.url);
    for round in 0..ROUNDS {
        let acked = || load.seen().acked.load(Ordering::SeqCst);
        let enough = acked() + 20;
        eventually("acknowledgements", BACK_WITHIN, async || {
            (acked() >= enough).then_some(())
        })
        .await;
        if round % 2 == 0 {
            mongod.kill().await;
            mongod.restart();
        } else {
            server.kill().await;
            server = place.start().await;
            load.aim(&server.url);
        }
    }
    mongod.until_primary().await;
    let seen = load.finish().await;
    // A database that is back within seconds is waited for: no sender need notice.
    assert!(
        seen.unreachable.load(Ordering::SeqCst) > 0,
        "no sender noticed that the server was away"
    );
    judge(&server.url, &place.tenants, &place.ledger).await;
    server.stop().await;
    journals(&place.home, companies).await;
}
