//! One's own account: its password and its second factor.

use std::time::Duration;

use actors::port::Clock;
use alert_whisperer::accounts::rights::Role;

use super::*;
use crate::support::authenticator::code;

#[tokio::test]
async fn a_first_password_is_good_for_choosing_another_and_nothing_else() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let root = person(&login(&server, ROOT, PASSWORD).await);
    let asked = json!({"email": "ann@acme.example", "name": "Ann", "role": "technician", "company_ids": ["comp-acme"]});
    let made = server.post_as(&root, "/api/users", &asked).await.json();
    let first = made["password"].as_str().unwrap().to_owned();
    assert!(
        !server.get_as(&root, "/api/users").await.text.contains(&first),
        "it is shown once"
    );
    server.post_as(&root, "/api/users", &asked).await.problem(409);

    let ann = person(&login(&server, "ann@acme.example", &first).await);
    let me = server.get_as(&ann, "/api/auth/me").await.json();
    assert_eq!(me["first_do"], "password_change_required");
    let refused = server.get_as(&ann, "/api/incidents").await;
    refused.problem(403);
    assert_eq!(refused.json()["code"], "password_change_required");
    let choose = async |current: &str, new: &str| {
        let body = json!({"current_password": current, "new_password": new}).to_string();
        server.ask(Method::PUT, "/api/auth/password", ann.headers(), body).await
    };
    assert_eq!(
        choose("not it at all", "lantern-gravel-27").await.problem(403),
        "current_password"
    );
    for weak in ["password", "short", "annacme1", &first] {
        assert_eq!(choose(&first, weak).await.problem(400), "new_password", "{weak}");
    }
    let other = person(&login(&server, "ann@acme.example", &first).await);
    let chosen = choose(&first, "lantern-gravel-27").await;
    assert_eq!(chosen.status, 200, "{}", chosen.text);
    assert!(!is_in(&server, &ann).await && !is_in(&server, &other).await);
    renew(&server, &other.refresh).await.problem(401);
    let now = person(&chosen);
    assert_eq!(server.get_as(&now, "/api/incidents").await.status, 200);
    assert!(
        is_in(&server, &person(&renew(&server, &ann.refresh).await)).await,
        "this login goes on"
    );
    login(&server, "ann@acme.example", &first).await.problem(401);

    let reset = format!("/api/users/{}/reset-password", made["user_id"].as_str().unwrap());
    let again = server.post_as(&root, &reset, &json!({})).await.json();
    assert!(!is_in(&server, &now).await);
    server.clock.advance(Duration::from_secs(8 * 24 * 3600));
    let late = login(&server, "ann@acme.example", again["password"].as_str().unwrap()).await;
    late.problem(401);
    drop(acme);
    server.stop().await;
}

#[tokio::test]
async fn who_needs_a_second_factor_does_nothing_without_it() {
    let server = Server::start_with(engine(), |flags| flags.second_factor_for = None).await;
    let root = person(&login(&server, ROOT, PASSWORD).await);
    let refused = server.get_as(&root, "/api/users").await;
    refused.problem(403);
    assert_eq!(refused.json()["code"], "second_factor_required");
    assert_eq!(
        server
            .post_as(&root, "/api/auth/totp", &json!({"code": "123456"}))
            .await
            .status,
        409
    );
    assert_eq!(
        server
            .post_as(&root, "/api/auth/totp", &json!({"password": "wrong-one-entirely"}))
            .await
            .problem(403),
        "password"
    );
    let offer = server
        .post_as(&root, "/api/auth/totp", &json!({"password": PASSWORD}))
        .await
        .json();
    let secret = offer["secret"].as_str().unwrap().to_owned();
    assert!(offer["uri"].as_str().unwrap().contains(&secret));
    assert_eq!(
        server
            .post_as(&root, "/api/auth/totp", &json!({"code": "000000"}))
            .await
            .problem(403),
        "code"
    );
    let confirmed = code(&secret, server.clock.now());
    let answer = server
        .post_as(&root, "/api/auth/totp", &json!({"code": confirmed}))
        .await;
    let root = person(&answer);
    assert_eq!(server.get_as(&root, "/api/users").await.status, 200);

    let with = async |totp: &str| {
        let body = json!({"email": ROOT, "password": PASSWORD, "totp": totp});
        post(&server, "/api/auth/login", &body).await
    };
    let needed = login(&server, ROOT, PASSWORD).await;
    assert_eq!(
        (needed.problem(401), &needed.json()["code"]),
        ("totp".to_owned(), &json!("second_factor_needed"))
    );
    with(&confirmed).await.problem(401);
    server.clock.advance(Duration::from_secs(30));
    let next = code(&secret, server.clock.now());
    let answers = futures::future::join_all((0..8).map(|_| with(&next))).await;
    assert_eq!(
        answers.iter().filter(|answer| answer.status == 200).count(),
        1,
        "a code is good once"
    );
    let recovery = offer["recovery_codes"][3].as_str().unwrap().to_lowercase();
    assert_eq!(with(&recovery).await.status, 200);
    with(&recovery).await.problem(401);
    let journal = server.platform_journal().await;
    let started = journal.iter().filter(|entry| entry["kind"] == "login.started");
    let factors: Vec<&Value> = started.map(|entry| &entry["data"]["second_factor"]).collect();
    assert_eq!(
        factors,
        [false, true, true],
        "of each login, whether a code went with it"
    );
    server.stop().await;
}

#[tokio::test]
async fn a_login_that_meets_a_new_password_does_not_outlive_it() {
    let server = Server::start(engine()).await;
    let root = server.msp_admin().await;
    for round in 0..6 {
        let email = format!("ann-{round}@msp.example");
        let ann = server.person(&email, Role::MspAdmin, &[]).await;
        let body = json!({"current_password": PASSWORD, "new_password": "lantern gravel twenty-seven"}).to_string();
        let change = server.ask(Method::PUT, "/api/auth/password", ann.headers(), body);
        // Each again and again, so that some are judged by the old password when the new one is committed.
        let again = async || {
            let mut answers = Vec::new();
            for _ in 0..3 {
                answers.push(login(&server, &email, PASSWORD).await);
            }
            answers
        };
        let (changed, one, other) = tokio::join!(change, again(), again());
        assert_eq!(changed.status, 200, "{}", changed.text);
        for answer in one.iter().chain(&other).filter(|answer| answer.status == 200) {
            let stale = person(answer);
            assert!(!is_in(&server, &stale).await, "round {round}");
            renew(&server, &stale.refresh).await.problem(401);
        }
    }
    assert!(is_in(&server, &root).await);
    server.stop().await;
}
