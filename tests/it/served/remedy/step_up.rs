//! Consent to what is of high risk takes the approver's second factor.

use actors::port::Clock;

use super::*;
use crate::support::authenticator::{code, set_up};

/// A run of high risk that somebody who runs the platform asks for: the path of agreeing to it.
async fn asked(house: &House, machine: &str) -> String {
    let open = json!({"free_commands": true});
    let policy = format!("/api/companies/{}/policy", house.acme.id);
    assert_eq!(put(&house.server, &house.root, &policy, open).await.status, 200);
    let incident = house.incident(machine, "other").await;
    let body = json!({"commands": ["echo ran > ran"], "timeout_seconds": 60, "reason": "to see"});
    let asked = house.execute(&house.root, &incident, body).await;
    assert_eq!(
        (asked.status, &asked.json()["risk_level"]),
        (202, &json!("high")),
        "{}",
        asked.text
    );
    let id = asked.json()["approval_request_id"].as_str().unwrap().to_owned();
    format!("/api/approvals/{id}/approve?company_id={}", house.acme.id)
}

async fn votes(house: &House, approve: &str) -> Value {
    let path = approve.replace("/approve", "");
    house.server.get_as(&house.root, &path).await.json()["decided_by"].clone()
}

/// Refused with this problem of the field `totp`, and nothing has counted.
async fn refused(house: &House, who: &Person, approve: &str, body: Value, is: &str) {
    let answer = house.server.post_as(who, approve, &body).await;
    assert_eq!(answer.problem(403), "totp", "{}", answer.text);
    assert_eq!(answer.json()["code"], is);
    assert_eq!(votes(house, approve).await, json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn consent_to_high_risk_takes_a_code_that_is_good_once() {
    let home = Home::on(engine());
    let house = House::of(Server::start_in(&home).await).await;
    let server = &house.server;
    let mut other = server.person("second@msp.example", Role::MspAdmin, &[]).await;
    let (secret, recovery) = set_up(server, &mut other).await;
    let approve = asked(&house, WEB).await;
    refused(&house, &other, &approve, json!({}), "second_factor_needed").await;
    refused(&house, &other, &approve, json!({"totp": ""}), "second_factor_needed").await;
    refused(&house, &other, &approve, json!({"totp": "000000"}), "wrong_code").await;
    // The one that has set it up was used with that.
    let used = code(&secret, server.clock.now());
    refused(&house, &other, &approve, json!({"totp": used}), "wrong_code").await;
    server.clock.advance(Duration::from_secs(30));
    let next = code(&secret, server.clock.now());
    let agreed = server.post_as(&other, &approve, &json!({"totp": next})).await;
    assert_eq!(agreed.status, 200, "{}", agreed.text);
    assert_eq!(agreed.json()["approval"]["decided_by"][0]["by"], other.id);

    // Nor is a code good for a second run; a recovery code is, once.
    let second = asked(&house, DB).await;
    refused(&house, &other, &second, json!({"totp": next}), "wrong_code").await;
    let agreed = server.post_as(&other, &second, &json!({"totp": recovery[0]})).await;
    assert_eq!(agreed.status, 200, "{}", agreed.text);
    // What was refused is journalled, gathered, at the latest at the end.
    house.server.stop().await;
    let server = Server::start_in(&home).await;
    let root = server.person("late@msp.example", Role::MspAdmin, &[]).await;
    let path = "/api/audit?company_id=comp-acme&kind=access.refused";
    let entries = server.get_as(&root, path).await.json()["items"].clone();
    let told = entries.as_array().unwrap().iter();
    let told = told.map(|entry| (&entry["subject"], &entry["data"]["what"], &entry["data"]["count"]));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [(&json!(other.id), &json!("approval.second_factor"), &json!(5))]
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guessing_codes_is_slowed_down_and_nothing_else_asks_for_one() {
    let house = House::new().await;
    let server = &house.server;
    // Who has no second factor, where his role needs none, agrees as before.
    let free = server.person("third@msp.example", Role::MspAdmin, &[]).await;
    let approve = asked(&house, WEB).await;
    let agreed = server.post_as(&free, &approve, &json!({})).await;
    assert_eq!(agreed.status, 200, "{}", agreed.text);

    // Medium risk takes none either, and whose word does not count is told that.
    let mut boss = server
        .person("chief@acme.example", Role::CompanyAdmin, &[&house.acme])
        .await;
    let (secret, _) = set_up(server, &mut boss).await;
    server.clock.advance(Duration::from_secs(30));
    let high = asked(&house, DB).await;
    let answer = server
        .post_as(&boss, &high, &json!({"totp": code(&secret, server.clock.now())}))
        .await;
    assert_eq!(
        (answer.problem(403), &answer.json()["code"]),
        (String::new(), &json!("forbidden"))
    );
    let reject = high.replace("/approve", "/reject");
    let rejected = server.post_as(&house.root, &reject, &json!({})).await;
    assert_eq!(rejected.status, 200, "{}", rejected.text);
    let incident = house.incident(DB, "another").await;
    let asking = house
        .execute(&house.ann, &incident, json!({"runbook_id": "disk-cleanup"}))
        .await;
    let id = asking.json()["approval_request_id"].as_str().unwrap().to_owned();
    let medium = format!("/api/approvals/{id}/approve");
    let agreed = server.post_as(&boss, &medium, &json!({})).await;
    assert_eq!(agreed.status, 200, "{}", agreed.text);

    let mut other = server.person("second@msp.example", Role::MspAdmin, &[]).await;
    set_up(server, &mut other).await;
    const THIRD: &str = "i-0123456789abcdef2";
    house.ssm.add(ROLE, THIRD, &[]);
    let third = asked(&house, THIRD).await;
    let mut statuses = Vec::new();
    for _ in 0..12 {
        let answer = server.post_as(&other, &third, &json!({"totp": "000000"})).await;
        statuses.push(answer.status);
        if answer.status == 429 {
            assert_eq!(answer.json()["code"], "too_many_attempts");
            assert!(!answer.header("retry-after").is_empty());
        }
    }
    assert_eq!((statuses[0], statuses.last()), (403, Some(&429)), "{statuses:?}");
    assert_eq!(votes(&house, &third).await, json!([]));
    house.server.stop().await;
}
