//! What is past its time: archived to files that can be verified, and gone.

use std::path::PathBuf;
use std::time::Duration;

use alert_whisperer::accounts::rights::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::audit::cut_the_tail;
use super::engine;
use crate::support::engine::Home;
use crate::support::process::{PATIENCE, audit, eventually, said};
use crate::support::server::{Company, Person, Server, alert};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The files in the directory of archives.
fn files(home: &Home) -> Vec<PathBuf> {
    let found = std::fs::read_dir(home.data().join("archives")).into_iter().flatten();
    let mut files: Vec<PathBuf> = found.map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

/// The documents of archives of a kind.
fn documents(home: &Home, kind: &str) -> Vec<Value> {
    let of_kind = format!(".{kind}.");
    let files = files(home).into_iter();
    let files = files.filter(|file| file.to_string_lossy().contains(&of_kind));
    let texts = files.map(|file| std::fs::read_to_string(file).unwrap());
    texts
        .flat_map(|text| {
            text.lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect::<Vec<Value>>()
        })
        .collect()
}

async fn keep(server: &Server, person: &Person, company: &Company, retention: Value) {
    let path = format!("/api/companies/{}/retention", company.id);
    let body = retention.to_string();
    let answer = server.ask(Method::PUT, &path, person.headers(), body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// What the company's journal says of archives, once it says so many things.
async fn told(server: &Server, person: &Person, company: &Company, count: usize) -> Vec<Value> {
    eventually("archives", PATIENCE, async || {
        let path = format!("/api/audit?company_id={}&limit=200", company.id);
        let entries = server.get_as(person, &path).await.json()["items"].clone();
        let entries = entries.as_array().unwrap().iter();
        let told: Vec<Value> = entries
            .filter(|entry| entry["kind"] == "retention.archived")
            .map(|entry| entry["data"].clone())
            .collect();
        (told.len() >= count).then_some(told)
    })
    .await
}

async fn resolved(server: &Server, company: &Company, person: &Person, asset: &str) -> String {
    server.deliver(company, None, alert(asset, "disk").to_string()).await;
    server.settle(company).await;
    let incidents = server.all(company, "/api/incidents?status=new", 50).await;
    let found = incidents.iter().find(|incident| incident["asset_name"] == asset);
    let id = found.unwrap()["incident_id"].as_str().unwrap().to_owned();
    let done = server
        .post_as(
            person,
            &format!("/api/incidents/{id}/resolve?company_id={}", company.id),
            &json!({}),
        )
        .await;
    assert_eq!(done.status, 200, "{}", done.text);
    id
}

#[tokio::test]
async fn what_is_past_its_time_is_archived_and_goes() {
    let home = Home::on(engine());
    let server = Server::start_in(&home).await;
    let (acme, globex) = (server.company("comp-acme").await, server.company("comp-globex").await);
    let ann = server.person("ann@msp.example", Role::MspAdmin, &[]).await;
    let over = resolved(&server, &acme, &ann, "web-1").await;
    let others = resolved(&server, &globex, &ann, "web-1").await;
    let key = server.get_as(&ann, "/api/audit/key").await.json();
    let key = key["public_key"].as_str().unwrap().to_owned();

    server.clock.advance(20 * DAY);
    let bob = server.person("bob@msp.example", Role::MspAdmin, &[]).await;
    let newer = resolved(&server, &acme, &bob, "web-2").await;
    assert_eq!(files(&home), Vec::<PathBuf>::new(), "nothing is past its time yet");
    keep(&server, &bob, &acme, json!({"alert_days": 10, "incident_days": 15})).await;
    let facts = told(&server, &bob, &acme, 2).await;
    let of: Vec<&Value> = facts.iter().map(|fact| &fact["of"]).collect();
    assert_eq!(of, ["alerts", "incidents"]);

    let alerts = documents(&home, "alerts");
    assert_eq!(alerts.len(), 3, "{alerts:?}");
    let gone = &alerts[1]["alert"];
    assert_eq!(
        (&gone["incident_id"], &gone["asset_name"]),
        (&json!(over), &json!("web-1"))
    );
    assert!(gone["receipt"]["layer"].is_string(), "{gone}");
    let incidents = documents(&home, "incidents");
    assert_eq!(incidents[1]["incident"]["incident_id"], json!(over));
    assert_eq!(incidents[1]["incident"]["resolved_by"], json!(ann.id));
    assert!(incidents[2]["decision"]["recommendation"].is_string(), "{incidents:?}");
    for path in [
        format!("/api/alerts/{}", gone["alert_id"].as_str().unwrap()),
        format!("/api/incidents/{over}"),
    ] {
        server.get(&acme, &path).await.problem(404);
    }
    assert_eq!(server.get(&acme, &format!("/api/incidents/{newer}")).await.status, 200);
    assert_eq!(
        server.get(&globex, &format!("/api/incidents/{others}")).await.status,
        200
    );
    assert_eq!(server.all(&globex, "/api/alerts", 50).await.len(), 1);

    let names: Vec<String> = files(&home)
        .iter()
        .map(|file| file.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    let told_of: Vec<&str> = facts.iter().map(|fact| fact["file"].as_str().unwrap()).collect();
    assert_eq!(names, told_of, "the journal names every file");
    server.stop().await;
    for file in files(&home) {
        let whole = audit(&home, &[file.to_str().unwrap(), "--public-key", &key]).await;
        assert_eq!(whole.status.code(), Some(0), "{}", said(&whole));
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, text.replacen("web-1", "web-3", 1)).unwrap();
        let changed = audit(&home, &[file.to_str().unwrap(), "--public-key", &key]).await;
        assert_eq!(changed.status.code(), Some(1), "{}", said(&changed));
        assert!(said(&changed).contains("its text was changed"), "{}", said(&changed));
    }
}

#[tokio::test]
async fn an_incident_without_its_alerts_stays_and_is_not_opened_again() {
    let home = Home::on(engine());
    let server = Server::start_in(&home).await;
    let acme = server.company("comp-acme").await;
    let ann = server.person("ann@msp.example", Role::MspAdmin, &[]).await;
    let over = resolved(&server, &acme, &ann, "web-1").await;
    server.clock.advance(20 * DAY);
    let bob = server.person("bob@msp.example", Role::MspAdmin, &[]).await;
    keep(&server, &bob, &acme, json!({"alert_days": 10})).await;
    told(&server, &bob, &acme, 1).await;
    let shown = server.get(&acme, &format!("/api/incidents/{over}")).await.json();
    assert_eq!(
        (&shown["alert_count"], &shown["status"]),
        (&json!(1), &json!("resolved"))
    );
    assert!(shown["alerts_archived_at"].is_string(), "{shown}");
    assert_eq!(
        server.all(&acme, &format!("/api/alerts?incident_id={over}"), 9).await,
        [] as [Value; 0]
    );
    let timeline = server.all(&acme, &format!("/api/incidents/{over}/timeline"), 50).await;
    assert!(
        timeline.iter().any(|item| item["kind"] == "incident.resolved"),
        "{timeline:?}"
    );
    let refused = server
        .post_as(
            &bob,
            &format!("/api/incidents/{over}/reopen?company_id=comp-acme"),
            &json!({}),
        )
        .await;
    refused.problem(409);
    assert!(refused.text.contains("archived"), "{}", refused.text);
    // The same trouble again opens another.
    server.deliver(&acme, None, alert("web-1", "disk").to_string()).await;
    server.settle(&acme).await;
    assert_eq!(server.all(&acme, "/api/incidents", 9).await.len(), 2);
    server.stop().await;
}

#[tokio::test]
async fn a_journal_that_is_cut_is_verified_from_there_on() {
    let home = Home::on(engine());
    let server = Server::start_in(&home).await;
    let acme = server.company("comp-acme").await;
    let ann = server.person("ann@msp.example", Role::MspAdmin, &[]).await;
    resolved(&server, &acme, &ann, "web-1").await;
    let before = server.get_as(&ann, "/api/audit/export?company_id=comp-acme").await.text;
    let key = server.get_as(&ann, "/api/audit/key").await.json();
    let key = key["public_key"].as_str().unwrap().to_owned();
    server.stop().await;

    let server = Server::start_in(&home).await;
    server.clock.advance(400 * DAY);
    let bob = server.person("bob@msp.example", Role::MspAdmin, &[]).await;
    let retention = json!({"alert_days": 365, "incident_days": 365, "journal_days": 365});
    keep(&server, &bob, &acme, retention).await;
    let facts = told(&server, &bob, &acme, 3).await;
    let cut = &facts[2];
    assert_eq!((&cut["of"], &cut["first"]), (&json!("journal"), &json!(1)));
    let behind = cut["last"].as_u64().unwrap();
    assert_eq!(behind as usize + 2, before.lines().count(), "all that was before");
    let found = server
        .get_as(&bob, "/api/audit/verify?company_id=comp-acme")
        .await
        .json();
    assert_eq!(
        (&found["whole"], &found["behind"]),
        (&json!(true), &json!(behind)),
        "{found}"
    );
    let export = server.get_as(&bob, "/api/audit/export?company_id=comp-acme").await.text;
    let first = server.get_as(&bob, "/api/audit?company_id=comp-acme").await.json();
    assert_eq!(first["items"][0]["seq"], json!(behind + 1));
    server.stop().await;

    let file = home.scratch().join("export.jsonl");
    std::fs::write(&file, export).unwrap();
    let archive = files(&home)
        .into_iter()
        .find(|file| file.to_string_lossy().contains(".journal."));
    let archive = archive.unwrap();
    // The archive holds what the journal held, and is closed by a checkpoint of its own.
    let entries = |text: &str| {
        text.lines()
            .skip(1)
            .take(behind as usize)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(entries(&std::fs::read_to_string(&archive).unwrap()), entries(&before));
    for file in [&file, &archive] {
        let whole = audit(&home, &[file.to_str().unwrap(), "--public-key", &key]).await;
        assert_eq!(whole.status.code(), Some(0), "{}", said(&whole));
    }
    let whole = audit(&home, &[]).await;
    assert_eq!(whole.status.code(), Some(0), "{}", said(&whole));
    let line = format!("comp-acme: entries {} to ", behind + 1);
    assert!(said(&whole).contains(&line), "{}", said(&whole));
    let other = audit(&home, &["--without-checkpoints", "--public-key", &"00".repeat(32)]).await;
    assert_eq!(other.status.code(), Some(1));
    assert!(
        said(&other).contains("what says that it was cut there says nothing"),
        "{}",
        said(&other)
    );
    // It goes on from there after a restart.
    let server = Server::start_in(&home).await;
    server.deliver(&acme, None, alert("web-9", "memory").to_string()).await;
    server.settle(&acme).await;
    server.stop().await;
    let whole = audit(&home, &[]).await;
    assert_eq!(whole.status.code(), Some(0), "{}", said(&whole));
}

#[tokio::test]
async fn an_erased_company_leaves_its_id_and_archives() {
    let home = Home::on(engine());
    let server = Server::start_in(&home).await;
    let (acme, globex) = (server.company("comp-acme").await, server.company("comp-globex").await);
    let ann = server.person("ann@msp.example", Role::MspAdmin, &[]).await;
    let boss = server
        .member("boss@acme.example", Role::CompanyAdmin, "comp-acme")
        .await;
    let over = resolved(&server, &acme, &ann, "web-1").await;
    resolved(&server, &globex, &ann, "web-1").await;
    server.deliver(&acme, None, alert("web-2", "disk").to_string()).await;
    server.settle(&acme).await;
    let asked = json!({"incident_id": "inc-elsewhere", "company_id": "comp-acme", "incident_data": {"signature": "disk", "severity": "high", "asset_name": "web-1"}});
    let decided = server.post(&acme, "/api/agent/decide", &asked).await;
    assert_eq!(decided.status, 200, "{}", decided.text);
    let asset = json!({"criticality": "critical"}).to_string();
    let put = server
        .ask(
            Method::PUT,
            "/api/companies/comp-acme/assets/web-1",
            ann.headers(),
            asset,
        )
        .await;
    assert_eq!(put.status, 200, "{}", put.text);

    let erase = "/api/companies/comp-acme/erase";
    let confirmed = json!({"confirm": "comp-acme"});
    server.post_as(&boss, erase, &confirmed).await.problem(403);
    server.post_as(&ann, erase, &confirmed).await.problem(409);
    let archived = server
        .ask(Method::DELETE, "/api/companies/comp-acme", ann.headers(), "")
        .await;
    assert_eq!(archived.status, 200, "{}", archived.text);
    server.post_as(&ann, "/api/agent/decide", &asked).await.problem(409);
    let field = server
        .post_as(&ann, erase, &json!({"confirm": "comp-globex"}))
        .await
        .problem(400);
    assert_eq!(field, "confirm");
    // What is erased is past at once, but not what happened in this millisecond.
    server.clock.advance(Duration::from_secs(1));
    let begun = server.post_as(&ann, erase, &confirmed).await;
    assert_eq!(begun.status, 200, "{}", begun.text);
    server
        .post_as(&ann, "/api/companies/comp-acme/restore", &json!({}))
        .await
        .problem(409);
    told(&server, &ann, &acme, 2).await;

    // An incident that is open keeps the rest until it has ended.
    let open = server
        .get_as(&ann, "/api/incidents?company_id=comp-acme&status=new")
        .await
        .json();
    let open = open["items"][0]["incident_id"].as_str().unwrap().to_owned();
    let path = format!("/api/incidents/{open}/resolve?company_id=comp-acme");
    assert_eq!(server.post_as(&ann, &path, &json!({})).await.status, 200);
    server.stop().await;
    let server = Server::start_in(&home).await;
    server.clock.advance(Duration::from_secs(2));
    let ann = server.person("eve@msp.example", Role::MspAdmin, &[]).await;
    keep(&server, &ann, &globex, json!({"alert_days": 80})).await;
    let left = eventually("the end", PATIENCE, async || {
        let left = server.get_as(&ann, "/api/companies/comp-acme").await.json();
        left["erased_at"].is_string().then_some(left)
    })
    .await;
    assert_eq!(left["name"], json!("comp-acme"));
    for list in ["alerts", "incidents"] {
        let found = server
            .get_as(&ann, &format!("/api/{list}?company_id=comp-acme"))
            .await
            .json();
        assert_eq!(found["items"], json!([]), "{list}");
    }
    for list in ["assets", "api-keys", "webhook-secrets"] {
        let found = server
            .get_as(&ann, &format!("/api/companies/comp-acme/{list}"))
            .await
            .json();
        assert_eq!(found["items"], json!([]), "{list}");
    }
    server.get(&acme, "/api/incidents").await.problem(401);
    server
        .get_as(&ann, &format!("/api/incidents/{over}?company_id=comp-acme"))
        .await
        .problem(404);
    let again = server
        .post_as(&ann, "/api/companies", &json!({"name": "Acme", "id": "comp-acme"}))
        .await;
    again.problem(409);
    let key = json!({"name": "x", "scopes": ["read"]});
    let refused = server.post_as(&ann, "/api/companies/comp-acme/api-keys", &key).await;
    refused.problem(409);
    let journal = server
        .get_as(&ann, "/api/audit?company_id=comp-acme&limit=200")
        .await
        .json();
    let kinds: Vec<&str> = journal["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds[0], "company.changed", "the request: {kinds:?}");
    assert_eq!(
        kinds.iter().filter(|kind| **kind == "company.erased").count(),
        1,
        "{kinds:?}"
    );
    assert_eq!(server.all(&globex, "/api/alerts", 9).await.len(), 1);
    server.stop().await;

    let archived = |kind: &str| documents(&home, kind).len();
    assert!(
        documents(&home, "incidents")
            .iter()
            .any(|line| line["incident"]["incident_id"] == json!(over))
    );
    assert!(
        documents(&home, "incidents")
            .iter()
            .any(|line| line["incident"]["incident_id"] == json!(open))
    );
    assert!(
        documents(&home, "decisions")
            .iter()
            .any(|line| line["decision"]["incident_id"] == "inc-elsewhere")
    );
    assert!(archived("journal") > 2, "{:?}", files(&home));
    let whole = audit(&home, &[]).await;
    assert_eq!(whole.status.code(), Some(0), "{}", said(&whole));
    // Nothing more happens to what has gone.
    let before = files(&home);
    let server = Server::start_in(&home).await;
    server.clock.advance(Duration::from_secs(3));
    let ann = server.person("zoe@msp.example", Role::MspAdmin, &[]).await;
    keep(&server, &ann, &globex, json!({"alert_days": 70})).await;
    server.stop().await;
    Server::start_in(&home).await.stop().await;
    assert_eq!(files(&home), before);
}

/// How many looks have failed.
async fn failures(server: &Server, person: &Person) -> u64 {
    let series = server.get_as(person, "/metrics").await.text;
    let line = series
        .lines()
        .find(|line| line.starts_with("alert_whisperer_archive_failures_total"));
    line.and_then(|line| line.rsplit_once(' '))
        .map_or(0, |(_, count)| count.parse().unwrap())
}

#[tokio::test]
async fn a_journal_that_is_not_what_was_signed_is_neither_cut_nor_signed_anew() {
    let home = Home::on(engine());
    let server = Server::start_in(&home).await;
    let acme = server.company("comp-acme").await;
    let ann = server.person("ann@msp.example", Role::MspAdmin, &[]).await;
    resolved(&server, &acme, &ann, "web-1").await;
    server.stop().await;
    cut_the_tail(&home, "comp-acme", 1).await;
    let server = Server::start_in(&home).await;
    server.clock.advance(400 * DAY);
    let bob = server.person("bob@msp.example", Role::MspAdmin, &[]).await;
    let before = failures(&server, &bob).await;
    let retention = json!({"alert_days": 365, "incident_days": 365, "journal_days": 365});
    keep(&server, &bob, &acme, retention).await;
    eventually("a failure", PATIENCE, async || {
        (failures(&server, &bob).await > before).then_some(())
    })
    .await;
    assert!(
        !files(&home)
            .iter()
            .any(|file| file.to_string_lossy().contains(".journal."))
    );
    let found = server
        .get_as(&bob, "/api/audit/verify?company_id=comp-acme")
        .await
        .json();
    assert_eq!(
        (&found["whole"], &found["behind"]),
        (&json!(false), &json!(0)),
        "{found}"
    );
    // Nor does an export close it with a signature.
    let export = reqwest::Client::builder().no_proxy().build().unwrap();
    let export = export
        .get(format!("{}/api/audit/export?company_id=comp-acme", server.url))
        .headers(bob.headers());
    let text = export.send().await.unwrap().text().await;
    assert!(text.is_err(), "it breaks off: {text:?}");
    server.stop().await;
}

#[tokio::test]
async fn what_others_keep_beside_the_archives_is_left_alone() {
    let home = Home::on(engine());
    let archives = home.data().join("archives");
    std::fs::create_dir_all(archives.join("dir.partial")).unwrap();
    std::fs::write(archives.join("image.iso.partial"), "").unwrap();
    let server = Server::start_in(&home).await;
    let acme = server.company("comp-acme").await;
    let ann = server.person("ann@msp.example", Role::MspAdmin, &[]).await;
    resolved(&server, &acme, &ann, "web-1").await;
    server.clock.advance(20 * DAY);
    let bob = server.person("bob@msp.example", Role::MspAdmin, &[]).await;
    keep(&server, &bob, &acme, json!({"alert_days": 10})).await;
    told(&server, &bob, &acme, 1).await;
    server.stop().await;
    assert!(archives.join("image.iso.partial").exists() && archives.join("dir.partial").exists());
    assert_eq!(files(&home).len(), 3);
}

#[tokio::test]
async fn an_archive_that_cannot_be_written_leaves_everything_where_it_is() {
    let home = Home::on(engine());
    std::fs::create_dir_all(home.data()).unwrap();
    // A file where the directory should be.
    std::fs::write(home.data().join("archives"), "").unwrap();
    let server = Server::start_in(&home).await;
    let acme = server.company("comp-acme").await;
    let ann = server.person("ann@msp.example", Role::MspAdmin, &[]).await;
    let over = resolved(&server, &acme, &ann, "web-1").await;
    server.clock.advance(20 * DAY);
    let bob = server.person("bob@msp.example", Role::MspAdmin, &[]).await;
    let before = failures(&server, &bob).await;
    keep(&server, &bob, &acme, json!({"alert_days": 10, "incident_days": 10})).await;
    eventually("a failure", PATIENCE, async || {
        (failures(&server, &bob).await > before).then_some(())
    })
    .await;
    assert_eq!(server.all(&acme, "/api/alerts", 9).await.len(), 1);
    assert_eq!(server.get(&acme, &format!("/api/incidents/{over}")).await.status, 200);
    std::fs::remove_file(home.data().join("archives")).unwrap();
    // The next look does it.
    keep(&server, &bob, &acme, json!({"alert_days": 11, "incident_days": 11})).await;
    told(&server, &bob, &acme, 2).await;
    assert_eq!(server.all(&acme, "/api/alerts", 9).await, [] as [Value; 0]);
    server.stop().await;
}
