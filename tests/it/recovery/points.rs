//! The process ends between two steps of one transaction: each point where the store can be cut.

use std::os::unix::process::ExitStatusExt;

use crate::support::engine::Engine;
use crate::support::judge::judge;
use crate::support::load::Load;
use crate::support::process::{PATIENCE, Place, Server};

const SIGABRT: i32 = 6;

/// Lets the process end at the third passage of each point, and judges after a restart without.
async fn cut_at(points: &[&str]) {
    for point in points {
        let place = Place::with_companies(Engine::Sqlite, &["comp-a", "comp-b", "comp-c"]).await;
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
        "accept.alerts_written",
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

/// A point that nobody cuts would be a promise that nobody checks.
#[test]
fn every_point_of_the_store_is_cut_here() {
    let here = include_str!("points.rs");
    let mut found = 0;
    let mut rooms = vec![concat!(env!("CARGO_MANIFEST_DIR"), "/src/store").into()];
    while let Some(room) = rooms.pop() {
        for entry in std::fs::read_dir::<std::path::PathBuf>(room).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                rooms.push(path);
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            for after in source.split("failpoint!(\"").skip(1) {
                let point = after.split('"').next().unwrap();
                assert!(here.contains(&format!("\"{point}\"")), "{point} is not cut");
                found += 1;
            }
        }
    }
    assert!(found >= 15, "only {found} points were found");
}
