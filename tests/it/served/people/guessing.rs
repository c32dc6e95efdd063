//! Who guesses is slowed down, and nobody else with him; what is refused is gathered.

use std::net::IpAddr;

use alert_whisperer::accounts::sign_in::{Credentials, SignInError};
use secrecy::SecretString;

use super::*;
use crate::support::engine::Home;

#[tokio::test]
async fn guessing_is_slowed_down_and_says_until_when() {
    let server = Server::start(engine()).await;
    for _ in 0..10 {
        login(&server, ROOT, "not-the-password-at-all").await.problem(401);
    }
    let refused = login(&server, ROOT, PASSWORD).await;
    refused.problem(429);
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(refused.json()["code"], "too_many_attempts");
    server.stop().await;
}

#[tokio::test]
async fn behind_a_proxy_that_is_trusted_everybody_has_his_own_address() {
    let server = Server::start_with(engine(), |flags| {
        flags.trusted_proxies = Some(vec!["127.0.0.1".into()]);
        flags.metrics_from = Some(vec!["127.0.0.1".into(), "192.0.2.9".into()]);
    })
    .await;
    let from = |address: &str| headers(&[("x-forwarded-for", format!("forged, {address}").as_bytes())]);
    let login = async |address: &str, password: &str| {
        let body = json!({"email": ROOT, "password": password}).to_string();
        server.ask(Method::POST, "/api/auth/login", from(address), body).await
    };
    for _ in 0..10 {
        login("198.51.100.1", "not-the-password-at-all").await.problem(401);
    }
    login("198.51.100.1", PASSWORD).await.problem(429);
    let answer = login("203.0.113.7", PASSWORD).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let root = person(&answer);
    let sessions = server.get_as(&root, "/api/auth/sessions").await.json();
    assert_eq!(sessions["items"][0]["address"], "203.0.113.7");
    let journal = server.platform_journal().await;
    let started = journal.iter().find(|entry| entry["kind"] == "login.started").unwrap();
    assert!(started.to_string().contains("203.0.113.7"), "{started}");
    let metrics = |headers: HeaderMap| server.ask(Method::GET, "/metrics", headers, "");
    assert_eq!(metrics(HeaderMap::new()).await.status, 200, "the proxy's own");
    assert_eq!(metrics(from("192.0.2.9")).await.status, 200);
    metrics(from("192.0.2.8")).await.problem(401);
    metrics(from("nobody")).await.problem(401);
    server.stop().await;
}

/// A login from an address, past the listener: with the wrong password.
async fn guess(server: &Server, email: &str, address: IpAddr) -> SignInError {
    let password = SecretString::from("not-the-password-at-all");
    let shown = Credentials {
        email,
        password: &password,
        code: None,
    };
    let guessed = server.accounts().sign_in(shown, address, &|actor| actor.into()).await;
    guessed.map(drop).unwrap_err()
}

/// An address among many that have nothing to do with each other.
fn elsewhere(number: usize) -> IpAddr {
    let [.., high, low] = number.to_be_bytes();
    [198, low, high, 1].into()
}

#[tokio::test]
async fn who_logs_in_many_times_at_once_is_not_taken_for_one_who_guesses() {
    let server = Server::start(engine()).await;
    let all = futures::future::join_all((0..30).map(|_| login(&server, ROOT, PASSWORD))).await;
    // On a slow machine some may have waited for too long, which is no failure of theirs.
    for answer in all.iter().filter(|answer| answer.status != 200) {
        assert_eq!((answer.status, &answer.json()["code"]), (503, &json!("overloaded")));
        assert!(!answer.text.contains("failed"), "{}", answer.text);
    }
    let let_in = all.iter().filter(|answer| answer.status == 200).count();
    assert!(let_in > 10, "{let_in}");
    assert_eq!(login(&server, ROOT, PASSWORD).await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn strangers_do_not_keep_a_person_from_logging_in() {
    let server = Server::start(engine()).await;
    assert_eq!(login(&server, ROOT, PASSWORD).await.status, 200);
    let strangers = (0..300).map(async |number| {
        let email = format!("{number}@nowhere.example");
        guess(&server, &email, elsewhere(number)).await
    });
    let person = async {
        let mut answers = Vec::new();
        for _ in 0..5 {
            answers.push(login(&server, ROOT, PASSWORD).await.status);
        }
        answers
    };
    let (strangers, answers) = tokio::join!(futures::future::join_all(strangers), person);
    assert_eq!(answers, [200; 5]);
    let busy = strangers.iter().filter(|error| **error == SignInError::Busy).count();
    assert!(busy >= 300 - 2 * 64, "{busy} found no place");
    server.stop().await;
}

#[tokio::test]
async fn who_logged_in_before_a_restart_is_let_in_there_whatever_strangers_try() {
    let home = Home::on(engine());
    let server = Server::start_in(&home).await;
    assert_eq!(login(&server, ROOT, PASSWORD).await.status, 200);
    server.stop().await;
    let server = Server::start_in(&home).await;
    for number in 0..100 {
        assert_eq!(guess(&server, ROOT, elsewhere(number)).await, SignInError::Wrong);
    }
    let stranger = guess(&server, ROOT, elsewhere(100)).await;
    assert!(matches!(stranger, SignInError::Throttled(_)), "{stranger}");
    assert_eq!(login(&server, ROOT, PASSWORD).await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn who_is_known_is_not_held_to_what_others_do_at_his_address() {
    let server = Server::start(engine()).await;
    assert_eq!(login(&server, ROOT, PASSWORD).await.status, 200);
    for number in 0..100 {
        let other = login(&server, &format!("{number}@nowhere.example"), PASSWORD).await;
        other.problem(401);
    }
    login(&server, "100@nowhere.example", PASSWORD).await.problem(429);
    assert_eq!(login(&server, ROOT, PASSWORD).await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn refusals_are_gathered_into_few_entries() {
    let home = Home::on(engine());
    let server = Server::start_in(&home).await;
    let acme = server.company("comp-acme").await;
    let ann = server.technician(&acme).await;
    for _ in 0..20 {
        server.get_as(&ann, "/api/users").await.problem(403);
        server.get(&acme, "/api/users").await.problem(403);
    }
    for _ in 0..3 {
        login(&server, ROOT, "not-the-password-at-all").await.problem(401);
        let forged = headers(&[("authorization", b"Bearer forged")]);
        server.ask(Method::GET, "/api/incidents", forged, "").await.problem(401);
        server.webhook(HeaderMap::new(), "[]").await.problem(401);
        renew(&server, "awr_forged").await.problem(401);
    }
    server.stop().await;
    let server = Server::start_in(&home).await;
    let refused = |entries: Vec<Value>| -> Vec<(String, String, u64)> {
        let refused = entries.into_iter().filter(|entry| entry["kind"] == "access.refused");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut told: Vec<_> = refused
            .map(|entry| {
                (
                    text(&entry["subject"]),
                    text(&entry["data"]["what"]),
                    entry["data"]["count"].as_u64().unwrap(),
                )
            })
            .collect();
        told.sort();
        told
    };
    let told = refused(server.platform_journal().await);
    let root = told
        .iter()
        .find(|(who, what, _)| who.starts_with("usr-") && what == "login")
        .unwrap();
    assert_eq!(root.2, 3);
    assert!(
        told.contains(&(ann.id.clone(), "administer_users".to_owned(), 20)),
        "{told:?}"
    );
    assert!(
        told.contains(&("stranger".to_owned(), "token".to_owned(), 3)),
        "{told:?}"
    );
    assert!(
        told.contains(&("stranger".to_owned(), "webhook".to_owned(), 3)),
        "{told:?}"
    );
    assert!(
        told.contains(&("stranger".to_owned(), "refresh".to_owned(), 3)),
        "{told:?}"
    );
    assert_eq!(told.len(), 5);
    server.stop().await;
}
