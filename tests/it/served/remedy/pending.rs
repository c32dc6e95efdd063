//! What waits for somebody's word, over all companies that one reads.

use super::*;

const THEIRS: &str = "arn:aws:iam::222222222222:role/alert-whisperer";
const THEIR_WEB: &str = "i-0123456789abcdef9";

/// Asks for a run as a technician of the company: the approval's id.
async fn ask(server: &Server, who: &Person, company: &Company, machine: &str) -> String {
    let incident = incident(server, company, machine, "other").await;
    let path = format!("/api/incidents/{incident}/execute-runbook-ssm");
    let asked = server.post_as(who, &path, &json!({"runbook_id": "disk-cleanup"})).await;
    assert_eq!(asked.status, 202, "{}", asked.text);
    asked.json()["approval_request_id"].as_str().unwrap().to_owned()
}

/// Every pending approval's id, page by page.
async fn pending(server: &Server, who: &Person, query: &str) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/approvals/pending?{query}{cursor}");
        let answer = server.get_as(who, &path).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let page = answer.json();
        let items = page["items"].as_array().unwrap().iter();
        ids.extend(items.map(|item| item["approval_id"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return ids,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_is_there_company_by_company_newest_first_and_nothing_else() {
    let house = House::new().await;
    let server = &house.server;
    let globex = server.company("comp-globex").await;
    house.ssm.trust(THEIRS, "globex:1");
    house.ssm.add(THEIRS, THEIR_WEB, &[]);
    let settings = json!({
        "role_arn": THEIRS, "external_id": "globex:1", "region": "eu-central-1", "endpoint_url": house.ssm.url(),
    });
    let path = format!("/api/companies/{}/aws", globex.id);
    assert_eq!(put(server, &house.root, &path, settings).await.status, 200);
    let gus = server.person("gus@globex.example", Role::Technician, &[&globex]).await;

    let first = ask(server, &house.ann, &house.acme, WEB).await;
    server.clock.advance(Duration::from_secs(60));
    let second = ask(server, &house.ann, &house.acme, DB).await;
    let theirs = ask(server, &gus, &globex, THEIR_WEB).await;
    let all = [second.clone(), first.clone(), theirs.clone()];
    for limit in ["limit=1", "limit=2", ""] {
        assert_eq!(pending(server, &house.root, limit).await, all, "{limit}");
    }
    assert_eq!(pending(server, &house.ann, "").await, all[..2]);
    assert_eq!(pending(server, &gus, "").await, all[2..]);
    assert_eq!(pending(server, &house.root, "company_id=comp-globex").await, all[2..]);
    server
        .get_as(&gus, "/api/approvals/pending?company_id=comp-acme")
        .await
        .problem(404);
    let one = server.get_as(&gus, "/api/approvals/pending").await.json()["items"][0].clone();
    let whole = server.get_as(&gus, &format!("/api/approvals/{theirs}")).await.json();
    assert_eq!(one, whole);

    // What was decided and what has run out waits for nobody.
    let reject = format!("/api/approvals/{second}/reject");
    let rejected = server.post_as(&house.boss, &reject, &json!({})).await;
    assert_eq!(rejected.status, 200, "{}", rejected.text);
    assert_eq!(pending(server, &house.root, "limit=1").await, [first, theirs]);
    for (query, field) in [
        ("limit=201", "limit"),
        ("cursor=AA", "cursor"),
        ("status=pending", "status"),
    ] {
        let path = format!("/api/approvals/pending?{query}");
        assert_eq!(server.get_as(&house.root, &path).await.problem(400), field);
    }
    // Access tokens do not last that long; a key does.
    server.clock.advance(Duration::from_secs(3600));
    let late = server.get(&house.acme, "/api/approvals/pending").await.json();
    assert_eq!((&late["items"], &late["next_cursor"]), (&json!([]), &Value::Null));
    house.server.stop().await;
}
