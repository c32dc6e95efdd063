//! The process ends between two steps of one transaction: each point where the store can be cut.

use std::os::unix::process::ExitStatusExt;

use super::engine;
use crate::support::judge::judge;
use crate::support::load::Load;
use crate::support::process::{PATIENCE, Place, Server};

const SIGABRT: i32 = 6;

/// Lets the process end at the third passage of each point, and judges after a restart without.
async fn cut_at(points: &[&str]) {
    for point in points {
        let place = Place::with_companies(engine(), &["comp-a", "comp-b", "comp-c"]).await;
        let load = Load::start(&place.tenants, 1, &place.ledger);
        let mut serve = place.serve();
        serve.env("FAILPOINTS", format!("{point}=2*off->return"));
        let mut server = Server::start(serve).await.unwrap();
        load.aim(&server.url);
        let status = server.ended(PATIENCE).await;
        assert_eq!(status.signal(), Some(SIGABRT), "{point}: {status}\n{}", server.log());

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
    cut_at(&[
        "accept.received",
        "accept.half_written",
        "accept.written",
        "accept.committed",
        "accept.published",
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_placing() {
    cut_at(&[
        "place.received",
        "place.incidents_written",
        "place.written",
        "place.committed",
        "place.published",
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_changing_an_incident() {
    cut_at(&[
        "change.received",
        "change.row_written",
        "change.written",
        "change.committed",
        "change.published",
    ])
    .await;
}
