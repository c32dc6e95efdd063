//! `migrate` as a process: the demo's store, moved and served on.

use std::path::Path;
use std::process::Output;

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::support::engine::{Engine, Home};
use crate::support::load::Tenant;
use crate::support::process::{PATIENCE, Server, binary};

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn event<'a>(lines: &'a [Value], name: &str) -> &'a Value {
    lines.iter().find(|line| line["event"] == name).unwrap()
}

async fn migrate(from: &Path, home: &Home, more: &[&str]) -> Output {
    let mut command = binary();
    command.arg("migrate").arg("--from").arg(from).args(more);
    command.args(["--to", home.mongo_url().unwrap().expose_secret()]);
    timeout(PATIENCE * 2, command.output()).await.unwrap().unwrap()
}

/// `serve` on the database or, without one, on the directory.
async fn serve(home: &Home, on_database: bool) -> Result<Server, String> {
    let mut command = binary();
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(home.data());
    command.env("LOG_FORMAT", "json").env("DRAIN_DELAY_MS", "0");
    if on_database {
        command.env("MONGO_URL", home.mongo_url().unwrap().expose_secret());
    }
    Server::start(command).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demos_store_is_moved_and_served_on() {
    let home = Home::on(Engine::Sqlite).with_a_database();
    let mut demo = binary();
    demo.args([
        "demo",
        "--minutes",
        "0.1",
        "--exit-when-done",
        "--json",
        "--listen",
        "127.0.0.1:0",
    ]);
    demo.arg("--data-dir").arg(home.data()).env("DRAIN_DELAY_MS", "0");
    let demo = timeout(PATIENCE * 2, demo.output()).await.unwrap().unwrap();
    assert_eq!(demo.status.code(), Some(0), "{}", said(&demo));
    let demo = lines(&demo);
    let tenants = event(&demo, "ready")["companies"].as_array().unwrap();
    let tenants: Vec<Tenant> = tenants.iter().map(Tenant::from_json).collect();
    let figures = &event(&demo, "done")["figures"];

    let server = serve(&home, false).await.unwrap();
    let held = migrate(&home.data(), &home, &[]).await;
    assert_eq!(held.status.code(), Some(2));
    assert!(
        said(&held).contains(&format!("process {}", server.pid())),
        "{}",
        said(&held)
    );
    let before = client_sees(&server, &tenants[0]).await;
    server.stop().await;

    let moved = migrate(&home.data(), &home, &["--json"]).await;
    assert_eq!(moved.status.code(), Some(0), "{}", said(&moved));
    let moved = lines(&moved);
    let done = event(&moved, "done");
    assert_eq!(done["moved"]["alerts"], figures["accepted"], "{done}");
    assert_eq!(done["moved"]["incidents"], figures["incidents"], "{done}");
    assert_eq!(
        (&done["moved"]["api_keys"], &done["moved"]["users"]),
        (&json!(3), &json!(2)),
        "{done}"
    );
    assert!(done["next"].as_str().unwrap().contains("SECRET_KEY"), "{done}");
    let verified = moved.iter().filter(|line| line["event"] == "verified");
    assert_eq!(verified.count(), 4, "three companies and the platform");

    let server = serve(&home, true).await.unwrap();
    assert_eq!(client_sees(&server, &tenants[0]).await, before);
    let again = migrate(&home.data(), &home, &[]).await;
    assert_eq!(
        again.status.code(),
        Some(2),
        "the server holds the directory: {}",
        said(&again)
    );
    server.stop().await;
    let again = migrate(&home.data(), &home, &[]).await;
    assert_eq!(again.status.code(), Some(2));
    assert!(said(&again).contains("holds companies already"), "{}", said(&again));
}

/// What a company's own client sees of it.
async fn client_sees(server: &Server, tenant: &Tenant) -> [Vec<Value>; 2] {
    let client = tenant.client(&server.url);
    let alerts = client.list("/api/alerts").await.unwrap();
    let incidents = client.list("/api/incidents").await.unwrap();
    assert!(!alerts.is_empty() && !incidents.is_empty());
    [alerts, incidents]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn serve_refuses_what_is_unfinished() {
    let home = Home::on(Engine::Sqlite).with_a_database();
    let database = super::database(&home).await;
    let mark = mongodb::bson::doc! { "_id": "migration" };
    database.collection("schema").insert_one(mark).await.unwrap();
    let Err(log) = serve(&home, true).await else {
        panic!("it serves");
    };
    assert!(log.contains("alert-whisperer migrate") && log.contains('2'), "{log}");
}
