//! Journals as an auditor sees them: read, verified, exported, and compared with what was signed of them.

use std::collections::BTreeMap;

use actors::domain::{ChainHash, Timestamp};
use alert_whisperer::accounts::rights::Role;
use alert_whisperer::audit::checkpoint::{Signer, Trusted};
use alert_whisperer::audit::export;
use alert_whisperer::secrets::ServerKey;
use mongodb::Collection;
use mongodb::bson::{Document, doc};
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::engine;
use crate::support::engine::{Engine, Home};
use crate::support::process::{PATIENCE, Place, audit, eventually, said};
use crate::support::profile::database;
use crate::support::server::{Server, alert};

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
    let seqs = async |order: &str| {
        let (mut seqs, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/audit?limit=2&cursor={cursor}&order={order}");
            let page = server.get_as(&boss, &path).await.json();
            let entries = page["items"].as_array().unwrap().iter();
            seqs.extend(entries.map(|entry| entry["seq"].as_u64().unwrap()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => return seqs,
            }
        }
    };
    let (forwards, mut backwards) = (seqs("asc").await, seqs("desc").await);
    backwards.reverse();
    assert_eq!((&forwards, forwards.len() > 2), (&backwards, true));
    server.get_as(&boss, "/api/audit?order=newest").await.problem(400);
    let about = async |query: &str| {
        let page = server.get_as(&boss, &format!("/api/audit?{query}")).await.json();
        let entries = page["items"].as_array().unwrap().iter();
        entries
            .map(|entry| entry["kind"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(about("kind=incident.opened&limit=9").await, ["incident.opened"; 3]);
    let of_incidents = about("kind=incident.&order=desc&limit=99").await;
    assert!(of_incidents.len() >= 3 && of_incidents.iter().all(|kind| kind.starts_with("incident.")));
    let subject = page["items"][1]["subject"].as_str().unwrap();
    assert!(!about(&format!("subject={subject}")).await.is_empty());
    assert!(about("actor=nobody").await.is_empty() && about("until=1d").await.is_empty());
    let of_platform = "/api/audit?company_id=platform&kind=company.&order=desc";
    let of_platform = server.get_as(&root, of_platform).await.json();
    assert_eq!(of_platform["items"].as_array().unwrap().len(), 2, "{of_platform}");
    for (query, field) in [
        ("kind=Incident.", "kind"),
        ("kind=.", "kind"),
        ("kind=a..b", "kind"),
        ("since=1h&until=2h", "until"),
        ("since=soon", "since"),
        ("person=x", "person"),
    ] {
        let refused = server.get_as(&boss, &format!("/api/audit?{query}")).await;
        assert_eq!(refused.problem(400), field, "{query}");
    }
    let long = format!("/api/audit?subject={}", "x".repeat(129));
    assert_eq!(server.get_as(&boss, &long).await.problem(400), "subject");
    let verified = server.get_as(&boss, "/api/audit/verify").await.json();
    assert_eq!((&verified["whole"], &verified["why"]), (&json!(true), &Value::Null));
    assert!(verified["entries"].as_u64().unwrap() >= 3);
    let key = server
        .ask(Method::GET, "/api/audit/key", HeaderMap::new(), "")
        .await
        .json();
    let key = key["public_key"].as_str().unwrap().to_owned();
    let trusted = Trusted::named(std::slice::from_ref(&key));
    for (person, company) in [(&boss, "comp-acme"), (&root, "comp-acme"), (&root, "platform")] {
        let export = server
            .get_as(person, &format!("/api/audit/export?company_id={company}"))
            .await;
        assert!(export.header("content-type").starts_with("application/x-ndjson"));
        let name = format!("attachment; filename=\"journal-{company}.jsonl\"");
        assert_eq!(export.header("content-disposition"), name);
        let checkpoint = export::verify(export.text.as_bytes(), Some(&trusted))
            .unwrap()
            .checkpoint;
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
    assert!(!said(&whole).contains("NOT checked"), "{}", said(&whole));
    let unchecked = audit(&home, &[path]).await;
    assert_eq!(unchecked.status.code(), Some(0));
    assert!(
        said(&unchecked).starts_with("The signer was NOT checked"),
        "{}",
        said(&unchecked)
    );
    for (args, checked) in [
        (vec![path, "--json"], false),
        (vec![path, "--json", "--public-key", &key], true),
    ] {
        let answer: Value = serde_json::from_slice(&audit(&home, &args).await.stdout).unwrap();
        assert_eq!(
            (&answer["whole"], &answer["signer_checked"]),
            (&json!(true), &json!(checked))
        );
    }
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
    for company in ["platform", "comp-acme"] {
        let of_it = said(&whole);
        let of_it = of_it.lines().find(|line| line.starts_with(company));
        let compared = of_it.and_then(|line| line.split_once("; checkpoints compared: "));
        assert!(compared.is_some_and(|(_, count)| count != "0"), "{of_it:?}");
    }
    cut_the_tail(&home, "comp-acme", 1).await;
    let cut = audit(&home, &[]).await;
    assert_eq!(cut.status.code(), Some(1));
    assert!(
        said(&cut).contains("comp-acme: entry") && said(&cut).contains("tail is cut"),
        "{}",
        said(&cut)
    );
}

#[tokio::test]
async fn a_cut_tail_is_noticed_however_much_is_written_and_signed_after_it() {
    let home = Home::on(engine());
    let server = Server::start_in(&home).await;
    let acme = server.company("comp-acme").await;
    let boss = server
        .member("boss@acme.example", Role::CompanyAdmin, "comp-acme")
        .await;
    for asset in ["web-1", "db-1", "mail-1"] {
        server.deliver(&acme, None, alert(asset, asset).to_string()).await;
    }
    server.settle(&acme).await;
    server.stop().await;
    let before = seqs_signed_of(&home, "comp-acme");
    cut_the_tail(&home, "comp-acme", 2).await;
    for (start, asset) in ["web-2", "web-3", "web-4"].into_iter().enumerate() {
        let server = Server::start_in(&home).await;
        server.deliver(&acme, None, alert(asset, "memory").to_string()).await;
        server.settle(&acme).await;
        let verified = server.get_as(&boss, "/api/audit/verify").await.json();
        assert_eq!(verified["whole"], json!(false), "start {start}: {verified}");
        assert!(
            verified["broken_at"].as_u64().unwrap() <= *before.last().unwrap(),
            "{verified}"
        );
        assert!(verified["why"].as_str().unwrap().contains("signed"), "{verified}");
        server.stop().await;
        let cut = audit(&home, &[]).await;
        assert_eq!(cut.status.code(), Some(1), "start {start}: {}", said(&cut));
        assert!(said(&cut).contains("comp-acme: entry"), "{}", said(&cut));
        let signed = seqs_signed_of(&home, "comp-acme");
        assert!(
            signed.starts_with(&before) && signed.is_sorted(),
            "{before:?}, {signed:?}"
        );
    }
}

#[tokio::test]
async fn a_checkpoint_counts_only_from_a_key_that_is_trusted() {
    let home = Home::on(engine());
    let server = storied(&home).await;
    let key = server
        .ask(Method::GET, "/api/audit/key", HeaderMap::new(), "")
        .await
        .json();
    let key = key["public_key"].as_str().unwrap().to_owned();
    server.stop().await;
    let named = audit(&home, &["--public-key", &key]).await;
    assert_eq!(named.status.code(), Some(0), "{}", said(&named));
    let theirs = "00".repeat(32);
    let both = audit(&home, &["--public-key", &theirs, "--public-key", &key]).await;
    assert_eq!(both.status.code(), Some(0), "{}", said(&both));
    let other = audit(&home, &["--public-key", &theirs]).await;
    assert_eq!(other.status.code(), Some(1));
    assert!(
        said(&other).contains(&format!("line 1 of the checkpoints was signed by {key}")),
        "{}",
        said(&other)
    );

    // Somebody cuts the tail, and signs what is left.
    cut_the_tail(&home, "comp-acme", 1).await;
    let secret = ServerKey::load(
        Some(&"a-key-of-somebody-else-0123456789".to_owned().into()),
        home.scratch(),
    )
    .unwrap();
    let (seq, hash) = last_of(&home, "comp-acme").await;
    let at = Timestamp::from_millis(0);
    let forged = Signer::of(&secret)
        .unwrap()
        .sign(&"comp-acme".parse().unwrap(), seq, &hash, at);
    let file = home.data().join("checkpoints.jsonl");
    std::fs::write(&file, format!("{}\n", serde_json::to_string(&forged).unwrap())).unwrap();
    let forged = audit(&home, &[]).await;
    assert_eq!(forged.status.code(), Some(1));
    assert!(said(&forged).contains("a key that is not trusted"), "{}", said(&forged));

    std::fs::remove_file(home.data().join("secret.key")).unwrap();
    let nobody = audit(&home, &[]).await;
    assert_eq!(nobody.status.code(), Some(1));
    assert!(
        said(&nobody).contains("--public-key, or the server's SECRET_KEY"),
        "{}",
        said(&nobody)
    );
    assert!(!home.data().join("secret.key").exists());
}

#[tokio::test]
async fn checkpoints_that_were_removed_are_missed_until_the_server_signs_anew() {
    let home = Home::on(engine());
    storied(&home).await.stop().await;
    let file = home.data().join("checkpoints.jsonl");
    std::fs::remove_file(&file).unwrap();
    let missed = audit(&home, &[]).await;
    assert_eq!(missed.status.code(), Some(1));
    assert!(
        said(&missed).contains("comp-acme: there is no checkpoint of it in"),
        "{}",
        said(&missed)
    );
    let json = audit(&home, &["--json"]).await;
    let line: Value = serde_json::from_str(String::from_utf8_lossy(&json.stdout).lines().next().unwrap()).unwrap();
    assert_eq!(
        (&line["checkpoints"], &line["whole"]),
        (&json!(0), &json!(false)),
        "{line}"
    );
    let without = audit(&home, &["--without-checkpoints"]).await;
    assert_eq!(without.status.code(), Some(0), "{}", said(&without));
    assert!(
        said(&without).contains("NOT compared with checkpoints"),
        "{}",
        said(&without)
    );
    Server::start_in(&home).await.stop().await;
    let anew = audit(&home, &[]).await;
    assert_eq!(anew.status.code(), Some(0), "{}", said(&anew));
}

#[tokio::test]
async fn an_entry_that_is_hidden_from_its_timeline_is_named() {
    let home = Home::on(engine());
    let server = storied(&home).await;
    let boss = server
        .member("boss@acme.example", Role::CompanyAdmin, "comp-acme")
        .await;
    file_elsewhere(&home, 2).await;
    let verified = server.get_as(&boss, "/api/audit/verify").await.json();
    assert_eq!(
        (&verified["whole"], &verified["broken_at"]),
        (&json!(false), &json!(2)),
        "{verified}"
    );
    server.stop().await;
    let hidden = audit(&home, &[]).await;
    assert_eq!(hidden.status.code(), Some(1));
    let why = "comp-acme: entry 2 is kept under another subject";
    assert!(said(&hidden).contains(why), "{}", said(&hidden));
}

#[tokio::test]
async fn a_store_is_verified_as_it_lies_and_beside_its_server_and_nothing_is_written() {
    let place = Place::at(Home::on(engine()), &["comp-acme"]).await;
    let server = place.start().await;
    let directory = place.home.data();
    let directory = directory.to_str().unwrap();
    let beside = eventually("the first checkpoints", PATIENCE, async || {
        let beside = audit(&place.home, &[directory]).await;
        (beside.status.code() == Some(0)).then_some(beside)
    })
    .await;
    assert!(said(&beside).contains("comp-acme: "), "{}", said(&beside));
    assert!(!server.log().contains("nothing was signed"), "{}", server.log());
    server.kill().await;
    // On SQLite, the log that the killed server has left is part of the evidence.
    let before = contents(&place.home);
    let left = audit(&place.home, &[directory]).await;
    assert_eq!(left.status.code(), Some(0), "{}", said(&left));
    assert_eq!(contents(&place.home), before);
    let mut server = place.start().await;
    server.terminate().await;
    server.ended(PATIENCE).await;
    let before = contents(&place.home);
    let closed = audit(&place.home, &[directory]).await;
    assert_eq!(closed.status.code(), Some(0), "{}", said(&closed));
    assert_eq!(contents(&place.home), before);

    let nowhere = place.home.scratch().join("nowhere");
    let neither = audit(&place.home, &[nowhere.to_str().unwrap()]).await;
    assert_eq!(neither.status.code(), Some(1));
    assert!(
        said(&neither).contains("neither an export, an archive nor a data directory"),
        "{}",
        said(&neither)
    );
    assert!(!nowhere.exists());

    cut_the_tail(&place.home, "platform", 1).await;
    let server = place.start().await;
    eventually("the cut tail in the log", PATIENCE, async || {
        server
            .log()
            .contains("a journal is not what was signed of it")
            .then_some(())
    })
    .await;
}

/// The names and contents of everything in the data directory, but for sockets.
fn contents(home: &Home) -> BTreeMap<String, Vec<u8>> {
    let files = std::fs::read_dir(home.data()).unwrap().map(|entry| entry.unwrap());
    files
        .filter(|file| file.file_type().unwrap().is_file())
        .map(|file| {
            (
                file.file_name().into_string().unwrap(),
                std::fs::read(file.path()).unwrap(),
            )
        })
        .collect()
}

/// The entries that were signed, in the order of the file.
fn seqs_signed_of(home: &Home, company: &str) -> Vec<u64> {
    let text = std::fs::read_to_string(home.data().join("checkpoints.jsonl")).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .filter(|line| line["company_id"] == company)
        .map(|line| line["seq"].as_u64().unwrap())
        .collect()
}

fn sqlite(home: &Home) -> rusqlite::Connection {
    rusqlite::Connection::open(home.data().join("store.db")).unwrap()
}

async fn mongo(home: &Home, collection: &str) -> Collection<Document> {
    database(home.mongo_url().unwrap()).await.collection(collection)
}

/// The last entry of a journal, and its hash.
async fn last_of(home: &Home, company: &str) -> (u64, ChainHash) {
    let mut hash = ChainHash::default();
    let seq = match engine() {
        Engine::Sqlite => {
            let sql = "SELECT seq, hash FROM journal JOIN company c ON c.no = company WHERE company_id = ?1 \
                       ORDER BY seq DESC LIMIT 1";
            let db = sqlite(home);
            let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
            let (seq, found): (i64, Vec<u8>) = db.query_row(sql, [company], read).unwrap();
            hash.copy_from_slice(&found);
            seq
        }
        Engine::Mongodb => {
            let journal = mongo(home, "journal").await;
            let of_it = doc! { "company_id": company };
            let last = journal.find_one(of_it).sort(doc! { "seq": -1 }).await.unwrap().unwrap();
            hex::decode_to_slice(last.get_str("hash").unwrap(), &mut hash).unwrap();
            last.get_i64("seq").unwrap()
        }
    };
    (seq.cast_unsigned(), hash)
}

/// Removes the last entries of a journal, as somebody may who has the database.
pub(super) async fn cut_the_tail(home: &Home, company: &str, entries: i64) {
    let upto = last_of(home, company).await.0.cast_signed() - entries;
    match engine() {
        Engine::Sqlite => {
            let db = sqlite(home);
            db.execute_batch("DROP TRIGGER IF EXISTS journal_is_not_deleted")
                .unwrap();
            let of_it = "company = (SELECT no FROM company WHERE company_id = ?1)";
            let cut = format!("DELETE FROM journal WHERE {of_it} AND seq > ?2");
            db.execute(&cut, rusqlite::params![company, upto]).unwrap();
            let (seq, hash) = last_of(home, company).await;
            let back = format!("UPDATE head SET seq = ?2, hash = ?3 WHERE {of_it}");
            db.execute(&back, rusqlite::params![company, seq.cast_signed(), hash])
                .unwrap();
        }
        Engine::Mongodb => {
            let beyond = doc! { "company_id": company, "seq": { "$gt": upto } };
            mongo(home, "journal").await.delete_many(beyond).await.unwrap();
            let (seq, hash) = last_of(home, company).await;
            let back = doc! { "$set": { "seq": seq.cast_signed(), "hash": hex::encode(hash) } };
            let heads = mongo(home, "heads").await;
            heads.update_one(doc! { "_id": company }, back).await.unwrap();
        }
    }
}

/// Keeps an entry of the company's journal under another subject.
async fn file_elsewhere(home: &Home, seq: i64) {
    match engine() {
        Engine::Sqlite => {
            let db = sqlite(home);
            db.execute_batch("DROP TRIGGER journal_is_not_updated").unwrap();
            let sql = "UPDATE journal SET subject = 'elsewhere' WHERE company > 1 AND seq = ?1";
            assert_eq!(db.execute(sql, [seq]).unwrap(), 1);
        }
        Engine::Mongodb => {
            let entry = doc! { "company_id": "comp-acme", "seq": seq };
            let elsewhere = doc! { "$set": { "subject": "elsewhere" } };
            let done = mongo(home, "journal").await.update_one(entry, elsewhere).await.unwrap();
            assert_eq!(done.modified_count, 1);
        }
    }
}
