//! Journals as an auditor sees them: read, verified, exported, and compared with what was signed of them.

use std::process::Output;

use alert_whisperer::accounts::rights::Role;
use alert_whisperer::audit::export;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::engine;
use crate::support::engine::{Engine, Home};
use crate::support::process::{PATIENCE, binary};
use crate::support::profile::database;
use crate::support::server::{Server, alert};

async fn audit(home: &Home, args: &[&str]) -> Output {
    let mut command = binary();
    command.args(["audit", "verify"]).args(args);
    home.tell(&mut command);
    timeout(PATIENCE, command.output()).await.unwrap().unwrap()
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// A server in whose journals something stands.
async fn storied(home: &Home) -> Server {
    let server = Server::start_in(home).await;
    let acme = server.company("comp-acme").await;
    for asset in ["web-1", "web-2", "web-3"] {
        server.deliver(&acme, None, alert(asset, "disk").to_string()).await;
    }
    server.settle(&acme).await;
    server
}

#[tokio::test]
async fn a_journal_is_read_verified_and_taken_away_by_who_may() {
    let home = Home::on(engine());
    let server = storied(&home).await;
    let root = server.msp_admin().await;
    server.company("comp-globex").await;
    let boss = server
        .member("boss@acme.example", Role::CompanyAdmin, "comp-acme")
        .await;
    let ann = server.member("ann@acme.example", Role::Technician, "comp-acme").await;
    let page = server.get_as(&boss, "/api/audit?limit=2").await.json();
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
    for name in [
        "id",
        "seq",
        "at",
        "company_id",
        "kind",
        "subject",
        "actor",
        "data",
        "hash",
    ] {
        assert!(!page["items"][0][name].is_null(), "{name}: {page}");
    }
    let verified = server.get_as(&boss, "/api/audit/verify").await.json();
    assert_eq!((&verified["whole"], &verified["why"]), (&json!(true), &Value::Null));
    assert!(verified["entries"].as_u64().unwrap() >= 3);
    let key = server
        .ask(Method::GET, "/api/audit/key", HeaderMap::new(), "")
        .await
        .json();
    let key = key["public_key"].as_str().unwrap().to_owned();
    for (person, company) in [(&boss, "comp-acme"), (&root, "comp-acme"), (&root, "platform")] {
        let export = server
            .get_as(person, &format!("/api/audit/export?company_id={company}"))
            .await;
        assert!(export.header("content-type").starts_with("application/x-ndjson"));
        let checkpoint = export::verify(export.text.as_bytes(), Some(&key)).unwrap().checkpoint;
        assert_eq!(checkpoint.company_id.as_str(), company);
        assert_eq!(checkpoint.seq as usize + 2, export.text.lines().count());
    }
    for (person, query, status) in [
        (&boss, "?company_id=platform", 404),
        (&boss, "?company_id=comp-globex", 404),
        (&root, "", 400),
        (&ann, "", 403),
    ] {
        for path in ["/api/audit", "/api/audit/verify", "/api/audit/export"] {
            server.get_as(person, &format!("{path}{query}")).await.problem(status);
        }
    }
    let export = server.get_as(&boss, "/api/audit/export").await.text;
    server.stop().await;

    let file = home.scratch().join("export.jsonl");
    std::fs::write(&file, &export).unwrap();
    let path = file.to_str().unwrap();
    let whole = audit(&home, &[path, "--public-key", &key]).await;
    assert_eq!(whole.status.code(), Some(0), "{}", said(&whole));
    let other = audit(&home, &[path, "--public-key", &"00".repeat(32)]).await;
    assert_eq!(other.status.code(), Some(1), "{}", said(&other));
    std::fs::write(&file, export.replacen("web-2", "web-9", 1)).unwrap();
    let changed = audit(&home, &[path]).await;
    assert_eq!(changed.status.code(), Some(1));
    assert!(
        said(&changed).contains("is not what its hash says"),
        "{}",
        said(&changed)
    );
}

#[tokio::test]
async fn what_was_signed_of_a_journal_is_compared_with_the_store() {
    let home = Home::on(engine());
    storied(&home).await.stop().await;
    let whole = audit(&home, &[]).await;
    assert_eq!(whole.status.code(), Some(0), "{}", said(&whole));
    assert!(
        said(&whole).contains("2 checkpoints"),
        "the company's and the platform's: {}",
        said(&whole)
    );
    cut_the_tail(&home).await;
    let cut = audit(&home, &[]).await;
    assert_eq!(cut.status.code(), Some(1));
    assert!(
        said(&cut).contains("comp-acme: entry") && said(&cut).contains("tail is cut"),
        "{}",
        said(&cut)
    );
}

/// Removes the last entry of the company's journal, as somebody may who has the database.
async fn cut_the_tail(home: &Home) {
    match engine() {
        Engine::Sqlite => {
            let db = rusqlite::Connection::open(home.data().join("store.db")).unwrap();
            db.execute_batch("DROP TRIGGER journal_is_not_deleted").unwrap();
            let sql =
                "DELETE FROM journal WHERE company > 1 AND seq = (SELECT max(seq) FROM journal WHERE company > 1)";
            assert_eq!(db.execute(sql, []).unwrap(), 1);
        }
        Engine::Mongodb => {
            use mongodb::bson::{Document, doc};
            let journal = database(home.mongo_url().unwrap())
                .await
                .collection::<Document>("journal");
            let of_acme = doc! { "company_id": "comp-acme" };
            let last = journal
                .find_one(of_acme)
                .sort(doc! { "seq": -1 })
                .await
                .unwrap()
                .unwrap();
            journal.delete_one(doc! { "_id": last.get("_id") }).await.unwrap();
        }
    }
}
