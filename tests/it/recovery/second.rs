//! Two processes, one directory.

use crate::support::engine::Engine;
use crate::support::process::{Place, Server};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_process_is_refused_and_told_who_holds_the_directory() {
    let place = Place::with_companies(Engine::Sqlite, &["comp-a"]).await;
    let first = place.start().await;
    let Err(refusal) = Server::start(place.serve()).await else {
        panic!("a second server started on the same directory");
    };
    let pid = first.pid().to_string();
    assert!(refusal.contains(&pid), "it does not name {pid}: {refusal}");
    let client = place.tenants[0].client(&first.url);
    client.get("/api/agent/ping").await.unwrap();
    first.stop().await;
}
