//! Logging in and out: tokens, their successors and their ends.

use std::time::Duration;

use actors::limits::LOGINS;

use super::*;

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
async fn the_oldest_login_ends_for_one_too_many() {
    let server = Server::start(engine()).await;
    let mut all = Vec::new();
    for _ in 0..=LOGINS {
        all.push(person(&login(&server, ROOT, PASSWORD).await));
        server.clock.advance(Duration::from_secs(1));
    }
    assert!(!is_in(&server, &all[0]).await, "its access token is dead too");
    renew(&server, &all[0].refresh).await.problem(401);
    assert!(is_in(&server, &all[1]).await && is_in(&server, &all[LOGINS]).await);
    let sessions = server.get_as(&all[LOGINS], "/api/auth/sessions").await.json();
    assert_eq!(sessions["items"].as_array().unwrap().len(), LOGINS);
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

/// Another site's form can send what reads as JSON, and would have a browser go on as somebody else (CWE-352).
#[tokio::test]
async fn a_page_of_another_site_logs_nobody_in() {
    let server = Server::start(engine()).await;
    let asked = json!({"email": ROOT, "password": PASSWORD, "cookie": true}).to_string();
    let from = async |origin: &str| {
        let sent = headers(&[("origin", origin.as_bytes()), ("content-type", b"text/plain")]);
        server.ask(Method::POST, "/api/auth/login", sent, asked.clone()).await
    };
    for origin in ["https://evil.example", "null"] {
        let answer = from(origin).await;
        assert_eq!(answer.problem(403), "Origin");
        assert!(answer.headers.get("set-cookie").is_none());
    }
    assert_eq!(from(&server.url).await.status, 200);
    server.stop().await;
}

/// A cookie whose name begins so is the host's own; a browser takes it under TLS alone.
#[tokio::test]
async fn a_page_under_tls_has_a_cookie_that_no_other_host_can_set() {
    let server = Server::start_with(engine(), |flags| {
        flags.allowed_origins = Some(vec!["https://ops.example.com".into()]);
    })
    .await;
    let post = async |path: &str, cookie: &str, body: Value| {
        let sent = headers(&[
            ("origin", b"https://ops.example.com"),
            ("cookie", cookie.as_bytes()),
            ("x-csrf", b"1"),
        ]);
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        server.ask(Method::POST, path, sent, body).await
    };
    let asked = json!({"email": ROOT, "password": PASSWORD, "cookie": true});
    let set = post("/api/auth/login", "", asked).await.header("set-cookie").to_owned();
    let (cookie, attributes) = set.split_once("; ").unwrap();
    assert!(cookie.starts_with("__Host-aw_refresh=awr_"), "{cookie}");
    assert_eq!(attributes, "Path=/; Max-Age=604800; HttpOnly; Secure; SameSite=Strict");
    // What another host of the domain may have set is not looked at.
    let (_, token) = cookie.split_once('=').unwrap();
    post("/api/auth/refresh", &format!("aw_refresh={token}"), Value::Null)
        .await
        .problem(401);
    let both = format!("aw_refresh=awr_of_another; {cookie}");
    let renewed = post("/api/auth/refresh", &both, Value::Null).await;
    assert_eq!(renewed.status, 200, "{}", renewed.text);
    assert!(renewed.header("set-cookie").starts_with("__Host-aw_refresh=awr_"));
    let out = post("/api/auth/logout", cookie, Value::Null).await;
    let cleared = out.header("set-cookie");
    assert!(
        cleared.starts_with("__Host-aw_refresh=; Path=/; Max-Age=0;"),
        "{cleared}"
    );
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
