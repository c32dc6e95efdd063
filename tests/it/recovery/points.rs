//! The process ends between two steps of one transaction: each point where the store can be cut.

use std::os::unix::process::ExitStatusExt;

use crate::support::judge::judge;
use crate::support::load::Load;
use crate::support::process::{PATIENCE, Place, Server};

const SIGABRT: i32 = 6;
const STEPS: [&str; 4] = ["received", "written", "committed", "published"];

/// Lets the process end at the third passage of each of an operation's points, and judges after a
/// restart without.
async fn cut(operation: &str) {
    for step in STEPS {
        let point = format!("{operation}.{step}");
        let place = Place::with_companies(&["comp-a", "comp-b", "comp-c"]).await;
        let load = Load::start(&place.tenants, 1, &place.ledger);
        let mut serve = place.serve();
        serve.env("FAILPOINTS", format!("{point}=2*off->return"));
        // Some points are passed three times before the server is ready.
        if let Ok(mut server) = Server::start(serve).await {
            load.aim(&server.url);
            let status = server.ended(PATIENCE).await;
            assert_eq!(status.signal(), Some(SIGABRT), "{point}: {status}\n{}", server.log());
        }
        let server = place.start().await;
        load.aim(&server.url);
        load.finish().await;
        assert!(place.ledger.acknowledged() > 0, "{point}: nothing was acknowledged");
        judge(&server.url, &place.tenants, &place.ledger).await;
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_accepting() {
    cut("accept").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_placing() {
    cut("place").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_changing_an_incident() {
    cut("change").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_acquiring_a_company() {
    cut("acquire").await;
}

/// A company whose making was cut is there whole or not at all, and the directory is usable.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_founding_a_company() {
    let place = Place::with_companies(&["comp-a"]).await;
    for step in STEPS {
        let id = format!("comp-{step}");
        let cut = place
            .create_company(&id)
            .env("FAILPOINTS", format!("found.{step}=return"))
            .output()
            .await
            .unwrap();
        assert_eq!(
            cut.status.signal(),
            Some(SIGABRT),
            "{step}: {}",
            String::from_utf8_lossy(&cut.stderr)
        );
        let again = place.create_company(&id).output().await.unwrap();
        let durable = ["committed", "published"].contains(&step);
        assert_eq!(
            again.status.success(),
            !durable,
            "{step}: {}",
            String::from_utf8_lossy(&again.stderr)
        );
    }
    let load = Load::start(&place.tenants, 1, &place.ledger);
    let server = place.start().await;
    load.aim(&server.url);
    load.finish().await;
    judge(&server.url, &place.tenants, &place.ledger).await;
    server.stop().await;
}
