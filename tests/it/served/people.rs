//! People: logging in and out, refresh tokens, passwords, the second factor, and who administers whom.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use actors::domain::Timestamp;
use actors::port::Clock;
use alert_whisperer::accounts::rights::Role;
use alert_whisperer::accounts::sign_in::{Credentials, SignInError};
use reqwest::Method;
use reqwest::header::HeaderMap;
use secrecy::SecretString;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use super::engine;
use crate::support::engine::Home;
use crate::support::server::{Answer, PASSWORD, Person, Server, headers};

/// The first administrator of a test's server.
const ROOT: &str = "admin@localhost";

async fn post(server: &Server, path: &str, body: &Value) -> Answer {
    server.ask(Method::POST, path, HeaderMap::new(), body.to_string()).await
}

async fn login(server: &Server, email: &str, password: &str) -> Answer {
    post(
        server,
        "/api/auth/login",
        &json!({"email": email, "password": password}),
    )
    .await
}

async fn renew(server: &Server, refresh: &str) -> Answer {
    post(server, "/api/auth/refresh", &json!({"refresh_token": refresh})).await
}

fn person(answer: &Answer) -> Person {
    let body = answer.json();
    let text = |name: &str| {
        body[name]
            .as_str()
            .unwrap_or_else(|| panic!("no {name}: {body}"))
            .to_owned()
    };
    Person {
        id: body["user"]["user_id"].as_str().unwrap_or_default().to_owned(),
        token: text("access_token"),
        refresh: body["refresh_token"].as_str().unwrap_or_default().to_owned(),
    }
}

async fn is_in(server: &Server, person: &Person) -> bool {
    match server.get_as(person, "/api/auth/me").await.status {
        200 => true,
        401 => false,
        other => panic!("{other}"),
    }
}

/// The kinds of the platform's journal.
async fn journalled(server: &Server) -> Vec<String> {
    server
        .platform_journal()
        .await
        .iter()
        .map(|entry| entry["kind"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_login_has_the_shape_that_clients_rely_on() {
    let server = Server::start(engine()).await;
    let answer = login(&server, " Admin@LocalHost ", PASSWORD).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let body = answer.json();
    assert_eq!(
        (&body["token_type"], &body["expires_in"]),
        (&json!("bearer"), &json!(1800))
    );
    let user = &body["user"];
    assert_eq!(
        (&user["email"], &user["role"], &user["company_ids"]),
        (&json!(ROOT), &json!("msp_admin"), &json!([]))
    );
    assert!(user["user_id"].as_str().unwrap().starts_with("usr-") && user["name"].is_string());
    assert!(body["refresh_token"].as_str().unwrap().starts_with("awr_"));
    let root = person(&answer);
    let me = server.get_as(&root, "/api/auth/me").await.json();
    assert_eq!((&me["email"], &me["first_do"]), (&json!(ROOT), &Value::Null));
    assert!(!server.get_as(&root, "/api/auth/me").await.text.contains("argon2"));
    assert_eq!(answer.header("cache-control"), "no-store");
    server.stop().await;
}

#[tokio::test]
async fn who_is_not_let_in_learns_nothing() {
    let server = Server::start(engine()).await;
    let strangers = [
        login(&server, ROOT, "another-password-entirely").await,
        login(&server, "nobody@nowhere.example", "another-password-entirely").await,
        login(&server, "", "").await,
        login(&server, &"x".repeat(10_000), PASSWORD).await,
    ];
    for answer in &strangers {
        answer.problem(401);
        let (mut one, mut other) = (answer.without_trace(), strangers[0].without_trace());
        one["instance"].take();
        other["instance"].take();
        assert_eq!(one, other);
    }
    for (body, field) in [
        (json!({"email": {"$ne": null}, "password": PASSWORD}), "email"),
        (json!({"email": ROOT, "password": {"$gt": ""}}), "password"),
        (json!({"email": ROOT}), "password"),
        (
            json!({"email": ROOT, "password": PASSWORD, "role": "msp_admin"}),
            "role",
        ),
    ] {
        assert_eq!(
            post(&server, "/api/auth/login", &body).await.problem(400),
            field,
            "{body}"
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn many_who_renew_with_one_token_get_one_successor() {
    let server = Server::start(engine()).await;
    let first = person(&login(&server, ROOT, PASSWORD).await);
    let all = (0..64).map(|_| renew(&server, &first.refresh));
    let answers = futures::future::join_all(all).await;
    let mut successors: Vec<String> = Vec::new();
    for answer in &answers {
        assert_eq!(answer.status, 200, "{}", answer.text);
        successors.push(person(answer).refresh);
    }
    successors.dedup();
    assert_eq!((answers.len(), successors.len()), (64, 1));
    assert_ne!(successors[0], first.refresh);
    server.clock.advance(Duration::from_secs(10));
    assert_eq!(
        person(&renew(&server, &first.refresh).await).refresh,
        successors[0],
        "still"
    );
    let next = person(&renew(&server, &successors[0]).await);
    assert!(is_in(&server, &next).await);
    server.stop().await;
}

#[tokio::test]
async fn a_token_that_is_used_again_later_ends_its_family() {
    let server = Server::start(engine()).await;
    let first = person(&login(&server, ROOT, PASSWORD).await);
    let second = person(&renew(&server, &first.refresh).await);
    let elsewhere = person(&login(&server, ROOT, PASSWORD).await);
    server.clock.advance(Duration::from_secs(11));
    assert!(is_in(&server, &second).await);
    renew(&server, &first.refresh).await.problem(401);
    assert!(!is_in(&server, &second).await, "its access token is dead too");
    renew(&server, &second.refresh).await.problem(401);
    assert!(is_in(&server, &elsewhere).await, "another login is another family");
    assert_eq!(
        journalled(&server)
            .await
            .iter()
            .filter(|kind| *kind == "login.reused")
            .count(),
        1
    );
    server.stop().await;
}

#[tokio::test]
async fn tokens_run_out() {
    let server = Server::start(engine()).await;
    let mut root = person(&login(&server, ROOT, PASSWORD).await);
    server.clock.advance(Duration::from_secs(30 * 60));
    assert!(!is_in(&server, &root).await, "after half an hour");
    let day = Duration::from_secs(24 * 3600);
    for _ in 0..4 {
        server.clock.advance(6 * day);
        root = person(&renew(&server, &root.refresh).await);
        assert!(is_in(&server, &root).await);
    }
    server.clock.advance(6 * day);
    renew(&server, &root.refresh).await.problem(401);
    let idle = person(&login(&server, ROOT, PASSWORD).await);
    server.clock.advance(7 * day);
    renew(&server, &idle.refresh).await.problem(401);
    server.stop().await;
}

#[tokio::test]
async fn a_page_keeps_its_refresh_token_where_no_script_reads_it() {
    let server = Server::start(engine()).await;
    let asked = json!({"email": ROOT, "password": PASSWORD, "cookie": true});
    let answer = post(&server, "/api/auth/login", &asked).await;
    assert!(answer.json().get("refresh_token").is_none());
    let set = answer.header("set-cookie").to_owned();
    for part in [
        "HttpOnly",
        "Secure",
        "SameSite=Strict",
        "Path=/api/auth",
        "Max-Age=604800",
    ] {
        assert!(set.contains(part), "{part}: {set}");
    }
    let cookie = set.split(';').next().unwrap().to_owned();
    let with = |more: &[(&'static str, &[u8])]| {
        let mut all = headers(&[("cookie", cookie.as_bytes())]);
        all.extend(headers(more));
        all
    };
    let refresh = |headers: HeaderMap| server.ask(Method::POST, "/api/auth/refresh", headers, "");
    assert_eq!(
        refresh(with(&[])).await.problem(403),
        "X-CSRF",
        "another site's page cannot send it"
    );
    for other in [b"0".as_slice(), b"", b"true"] {
        assert_eq!(refresh(with(&[("x-csrf", other)])).await.problem(403), "X-CSRF");
    }
    let renewed = refresh(with(&[("x-csrf", b"1")])).await;
    assert_eq!(renewed.status, 200, "{}", renewed.text);
    assert!(renewed.header("set-cookie").starts_with("aw_refresh=awr_"));
    let out = server
        .ask(Method::POST, "/api/auth/logout", with(&[("x-csrf", b"1")]), "")
        .await;
    assert!(
        out.header("set-cookie").contains("Max-Age=0"),
        "{}",
        out.header("set-cookie")
    );
    refresh(with(&[("x-csrf", b"1")])).await.problem(401);
    refresh(HeaderMap::new()).await.problem(401);
    server.stop().await;
}

#[tokio::test]
async fn logging_out_ends_one_login_and_logging_out_everywhere_all_and_their_streams() {
    let server = Server::start(engine()).await;
    server.company("comp-acme").await;
    let (here, there) = (
        person(&login(&server, ROOT, PASSWORD).await),
        person(&login(&server, ROOT, PASSWORD).await),
    );
    let sessions = server.get_as(&here, "/api/auth/sessions").await.json();
    assert_eq!(sessions["items"].as_array().unwrap().len(), 2);
    assert_eq!(server.post_as(&here, "/api/auth/logout", &json!({})).await.status, 200);
    assert!(!is_in(&server, &here).await);
    renew(&server, &here.refresh).await.problem(401);
    assert!(is_in(&server, &there).await);

    let mut stream = server
        .stream(Method::GET, "/api/events", there.headers(), String::new())
        .await;
    assert_eq!(stream.next().await.unwrap().name, "start");
    assert_eq!(
        server.post_as(&there, "/api/auth/logout-all", &json!({})).await.status,
        200
    );
    assert!(!is_in(&server, &there).await);
    let last = stream.rest().await;
    assert_eq!(last.last().unwrap().name, "ended", "{last:?}");
    let kinds = journalled(&server).await;
    for kind in ["user.created", "login.started", "login.ended", "user.changed"] {
        assert!(kinds.contains(&kind.to_owned()), "{kind}: {kinds:?}");
    }
    server.stop().await;
}

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

/// The code of an authenticator that holds a secret.
fn code(secret: &str, now: Timestamp) -> String {
    let totp = Builder::new()
        .with_secret(Secret::try_from_base32(secret).unwrap())
        .with_account_name("anybody")
        .build()
        .unwrap();
    totp.generate(u64::try_from(now.as_millis() / 1000).unwrap())
        .to_string()
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
    server.stop().await;
}

#[tokio::test]
async fn a_change_of_rights_holds_at_once() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let globex = server.company("comp-globex").await;
    let root = server.msp_admin().await;
    let ann = server
        .person("ann@acme.example", Role::Technician, &[&acme, &globex])
        .await;
    let of = |company: &str| format!("/api/incidents?company_id={company}");
    assert_eq!(server.get_as(&ann, "/api/incidents").await.problem(400), "company_id");
    assert_eq!(server.get_as(&ann, &of("comp-globex")).await.status, 200);
    let patch = async |body: Value| {
        let path = format!("/api/users/{}", ann.id);
        server.ask(Method::PATCH, &path, root.headers(), body.to_string()).await
    };
    assert_eq!(patch(json!({"company_ids": ["comp-acme"]})).await.status, 200);
    assert!(!is_in(&server, &ann).await, "her access token has ended");
    let again = person(&renew(&server, &ann.refresh).await);
    assert_eq!(server.get_as(&again, "/api/incidents").await.status, 200);
    let anothers = server.get_as(&again, &of("comp-globex")).await;
    let unknown = server.get_as(&again, &of("comp-never")).await;
    assert_eq!(
        (anothers.problem(404), anothers.without_trace()),
        (unknown.problem(404), unknown.without_trace())
    );

    assert_eq!(patch(json!({"disabled": true})).await.status, 200);
    assert!(!is_in(&server, &again).await);
    renew(&server, &again.refresh).await.problem(401);
    login(&server, "ann@acme.example", PASSWORD).await.problem(401);
    assert_eq!(patch(json!({"disabled": false})).await.status, 200);
    assert_eq!(login(&server, "ann@acme.example", PASSWORD).await.status, 200);
    for (body, field) in [
        (json!({"company_ids": []}), "company_ids"),
        (json!({"company_ids": ["comp-never"]}), "company_ids"),
        (json!({"role": "god"}), "role"),
        (json!({"epoch": 7}), "epoch"),
        (json!({"password": "x"}), "password"),
    ] {
        let refused = patch(body.clone()).await;
        assert!([400, 404].contains(&refused.status), "{body}: {}", refused.text);
        assert_eq!(refused.json()["field"], field, "{body}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_companys_admin_administers_its_technicians_alone() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let globex = server.company("comp-globex").await;
    let boss = server.person("boss@acme.example", Role::CompanyAdmin, &[&acme]).await;
    let own = server.person("own@acme.example", Role::Technician, &[&acme]).await;
    let both = server
        .person("both@acme.example", Role::Technician, &[&acme, &globex])
        .await;
    let theirs = server.technician(&globex).await;
    let seen = server.get_as(&boss, "/api/users").await.json();
    let emails: BTreeSet<&str> = seen["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["email"].as_str().unwrap())
        .collect();
    assert_eq!(
        emails,
        BTreeSet::from(["boss@acme.example", "own@acme.example"]),
        "himself too, whom he may see and not change"
    );
    let himself = format!("/api/users/{}", boss.id);
    assert_eq!(server.get_as(&boss, &himself).await.status, 200);
    for method in [Method::PATCH, Method::DELETE] {
        server.ask(method, &himself, boss.headers(), "{}").await.problem(403);
    }
    let unknown = server.get_as(&boss, "/api/users/usr-unknown").await;
    for other in [&both, &theirs] {
        let path = format!("/api/users/{}", other.id);
        for method in [Method::GET, Method::PATCH, Method::DELETE] {
            let answer = server.ask(method, &path, boss.headers(), "{}").await;
            let mut body = answer.without_trace();
            body["instance"] = unknown.without_trace()["instance"].clone();
            assert_eq!((answer.status, body), (404, unknown.without_trace()));
        }
    }
    let new = |role: &str, company: &str| json!({"email": "new@acme.example", "role": role, "company_ids": [company]});
    assert_eq!(
        server
            .post_as(&boss, "/api/users", &new("company_admin", "comp-acme"))
            .await
            .problem(403),
        "role"
    );
    assert_eq!(
        server
            .post_as(&boss, "/api/users", &new("technician", "comp-globex"))
            .await
            .problem(400),
        "company_ids"
    );
    assert_eq!(
        server
            .post_as(&boss, "/api/users", &new("technician", "comp-acme"))
            .await
            .status,
        200
    );
    server
        .post_as(&own, "/api/users", &new("technician", "comp-acme"))
        .await
        .problem(403);
    server.get(&acme, "/api/users").await.problem(403);
    server.stop().await;
}

#[tokio::test]
async fn somebody_is_always_left_who_runs_the_platform() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let root = person(&login(&server, ROOT, PASSWORD).await);
    let path = format!("/api/users/{}", root.id);
    server.ask(Method::DELETE, &path, root.headers(), "").await.problem(409);
    let demote = json!({"role": "technician", "company_ids": [acme.id]}).to_string();
    server
        .ask(Method::PATCH, &path, root.headers(), demote)
        .await
        .problem(409);
    let other = server.msp_admin().await;
    assert_eq!(server.ask(Method::DELETE, &path, other.headers(), "").await.status, 200);
    assert!(!is_in(&server, &root).await);
    server.stop().await;
}

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
async fn a_key_has_no_login_that_could_end() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let out = |headers: HeaderMap| server.ask(Method::POST, "/api/auth/logout", headers, "");
    out(headers(&[("x-api-key", acme.key.as_bytes())])).await.problem(401);
    out(headers(&[("x-api-key", b"awk_of_nobody")])).await.problem(401);
    let bearer = format!("Bearer {}", acme.key);
    out(headers(&[("authorization", bearer.as_bytes())])).await.problem(401);
    server.stop().await;
}

#[tokio::test]
async fn a_token_of_before_that_logs_out_ends_its_login_and_is_journalled_as_reuse() {
    let server = Server::start(engine()).await;
    let first = person(&login(&server, ROOT, PASSWORD).await);
    let second = person(&renew(&server, &first.refresh).await);
    let third = person(&renew(&server, &second.refresh).await);
    let out = post(&server, "/api/auth/logout", &json!({"refresh_token": first.refresh})).await;
    assert_eq!(out.status, 200, "{}", out.text);
    assert!(!is_in(&server, &third).await);
    let kinds = journalled(&server).await;
    let count = |kind: &str| kinds.iter().filter(|other| *other == kind).count();
    assert_eq!((count("login.reused"), count("login.ended")), (1, 0));
    let other = person(&login(&server, ROOT, PASSWORD).await);
    post(&server, "/api/auth/logout", &json!({"refresh_token": other.refresh})).await;
    let kinds = journalled(&server).await;
    assert!(kinds.contains(&"login.ended".to_owned()), "{kinds:?}");
    server.stop().await;
}

#[tokio::test]
async fn of_a_token_and_a_key_neither_is_guessed_to_be_meant() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let ann = server.technician(&acme).await;
    let mut both = ann.headers();
    both.extend(headers(&[("x-api-key", acme.key.as_bytes())]));
    for (method, path) in [
        (Method::GET, "/api/incidents"),
        (Method::GET, "/api/auth/me"),
        (Method::GET, "/metrics"),
        (Method::POST, "/api/auth/logout"),
        (Method::POST, "/api/webhooks/alerts"),
    ] {
        let answer = server.ask(method, path, both.clone(), "").await;
        assert_eq!(answer.problem(400), "X-API-Key", "{path}");
        assert!(answer.text.contains("send one of the two"), "{}", answer.text);
    }
    assert!(is_in(&server, &ann).await);
    server.stop().await;
}

#[tokio::test]
async fn a_change_that_changes_nothing_does_nothing() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let root = server.msp_admin().await;
    let ann = server.person("ann@acme.example", Role::Technician, &[&acme]).await;
    let path = format!("/api/users/{}", ann.id);
    let before = journalled(&server).await;
    let same = json!({"role": "technician", "company_ids": ["comp-acme"], "disabled": false});
    for body in [json!({}), same] {
        let answer = server.ask(Method::PATCH, &path, root.headers(), body.to_string()).await;
        assert_eq!((answer.status, &answer.json()["user_id"]), (200, &json!(ann.id)));
    }
    assert!(is_in(&server, &ann).await);
    assert_eq!(journalled(&server).await, before);
    for _ in 0..2 {
        assert_eq!(server.ask(Method::DELETE, &path, root.headers(), "").await.status, 200);
    }
    assert!(!is_in(&server, &ann).await);
    assert_eq!(journalled(&server).await.len(), before.len() + 1);
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

#[tokio::test]
async fn an_address_is_changed_and_free_for_another() {
    let server = Server::start(engine()).await;
    let root = server.msp_admin().await;
    let acme = server.company("comp-acme").await;
    let ann = server.person("anne@acme.example", Role::Technician, &[&acme]).await;
    let bob = server.person("bob@acme.example", Role::Technician, &[&acme]).await;
    let change = async |person: &Person, email: &str| {
        let body = json!({"email": email}).to_string();
        server
            .ask(
                Method::PATCH,
                &format!("/api/users/{}", person.id),
                root.headers(),
                body,
            )
            .await
    };
    assert_eq!(change(&ann, "bob@acme.example").await.problem(409), "email");
    assert_eq!(change(&ann, "no address").await.problem(400), "email");
    assert_eq!(
        change(&ann, " Ann@Acme.example").await.json()["email"],
        "ann@acme.example"
    );
    assert_eq!(change(&bob, "anne@acme.example").await.status, 200, "it is free now");
    assert_eq!(
        server.get_as(&ann, "/api/auth/me").await.json()["email"],
        "ann@acme.example",
        "she is still logged in"
    );
    assert_eq!(
        login(&server, "ann@acme.example", PASSWORD).await.json()["user"]["user_id"],
        json!(ann.id)
    );
    assert_eq!(
        login(&server, "anne@acme.example", PASSWORD).await.json()["user"]["user_id"],
        json!(bob.id)
    );
    login(&server, "bob@acme.example", PASSWORD).await.problem(401);
    server.stop().await;
}
