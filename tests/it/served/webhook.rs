//! Webhooks over real sockets: who is believed, what is a repeat, what is refused, and that nothing
//! is touched by what is refused.

use std::time::Duration;

use actors::domain::RateLimit;
use actors::port::Clock;
use alert_whisperer::accounts::api_key::Scope;
use futures::future::join_all;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use super::engine;
use crate::support::server::{Answer, Company, Server, alert, headers, key, signed_at};

fn body() -> String {
    alert("web-1", "disk").to_string()
}

/// Asserts that nothing of the company's is in the store.
async fn nothing_is_there(server: &Server, company: &Company) {
    let settled = server.settle(company).await;
    assert_eq!(settled["total_alerts"], 0, "{settled}");
    assert!(server.all(company, "/api/alerts", 200).await.is_empty());
}

// ---- what is taken -----------------------------------------------------------------------------

#[tokio::test]
async fn one_alert_or_many_are_answered_as_promised() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let one = server.deliver(&acme, Some("d-1"), body()).await;
    let answer = one.json();
    let id = answer["alert_id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("alr-"), "{answer}");
    assert_eq!(
        answer,
        json!({"message": "Alert received", "alert_id": id, "duplicate": false})
    );
    assert_eq!(one.header("content-type"), "application/json");
    assert!(
        one.header("ratelimit").starts_with("\"default\";r="),
        "{:?}",
        one.headers
    );
    assert_eq!(one.header("ratelimit-policy"), "\"default\";q=10000000;w=60");

    let many = json!([alert("web-1", "disk"), alert("web-2", "disk"), alert("web-3", "disk")]);
    let answer = server.deliver(&acme, Some("d-2"), many.to_string()).await.json();
    let ids = answer["alert_ids"].clone();
    assert_eq!(ids.as_array().unwrap().len(), 3);
    assert_eq!(answer["accepted"], 3);
    assert_eq!(answer["duplicates"], 0);
    let again = server.deliver(&acme, Some("d-2"), many.to_string()).await.json();
    assert_eq!((&again["accepted"], &again["duplicates"]), (&json!(0), &json!(3)));
    assert_eq!(again["alert_ids"], ids);
    assert_eq!(server.settle(&acme).await["total_alerts"], 4);
    server.stop().await;
}

#[tokio::test]
async fn optional_fields_are_kept_as_they_were_sent() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let sent = json!({
        "asset_name": "web-1", "signature": "disk", "severity": "critical", "message": "ü 97 %",
        "tool_source": "zabbix", "status": "resolved", "fingerprint": "f-1",
        "starts_at": "2026-01-31T07:59:00.000Z", "ends_at": "2026-01-31T07:59:30.000Z",
        "labels": {"team": "ops"}, "url": "https://zabbix.example/1",
    });
    let answer = server.deliver(&acme, Some("d-1"), sent.to_string()).await.json();
    let id = answer["alert_id"].as_str().unwrap();
    let shown = server.get(&acme, &format!("/api/alerts/{id}")).await.json();
    for (name, value) in sent.as_object().unwrap() {
        assert_eq!(&shown[name], value, "{name}");
    }
    assert_eq!(
        (&shown["delivery_id"], &shown["company_id"]),
        (&json!("d-1"), &json!("comp-acme"))
    );
    server.stop().await;
}

#[tokio::test]
async fn without_a_content_type_and_with_the_key_as_a_bearer_it_is_the_same() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let mut headers = server.signed(&acme, None, body().as_bytes());
    let bearer = format!("Bearer {}", acme.key);
    headers.remove("x-api-key");
    headers.insert("authorization", HeaderValue::from_str(&bearer).unwrap());
    assert_eq!(server.webhook(headers, body()).await.status, 200);
    server.stop().await;
}

// ---- repeats -----------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixty_four_posts_of_one_delivery_at_once_one_is_new() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    // Each is signed on its own, as retries of one sender are.
    let posts = (0..64).map(|n| {
        let (server, acme) = (&server, &acme);
        async move {
            let timestamp = (server.second() - n).to_string();
            let headers = signed_at(acme, Some("d-1"), body().as_bytes(), &timestamp);
            server.webhook(headers, body()).await
        }
    });
    let answers: Vec<Value> = join_all(posts).await.iter().map(Answer::json).collect();
    let new = answers.iter().filter(|answer| answer["duplicate"] == false).count();
    assert_eq!(new, 1);
    assert!(
        answers
            .iter()
            .all(|answer| answer["alert_id"] == answers[0]["alert_id"])
    );
    assert_eq!(server.settle(&acme).await["total_alerts"], 1);
    server.stop().await;
}

#[tokio::test]
async fn a_captured_request_changes_nothing_whenever_and_however_it_is_replayed() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    // Signed as far ahead as is allowed, so that it stays within the window for ten minutes.
    let ahead = (server.second() + 300).to_string();
    let captured = signed_at(&acme, Some("d-1"), body().as_bytes(), &ahead);
    let first = server.webhook(captured.clone(), body()).await.json();
    for second in [0, 299, 599] {
        server.clock.set(actors::domain::Timestamp::from_millis(
            crate::support::clock::START + second * 1000,
        ));
        // As it was, under the sender's next delivery id, and under none.
        let next = format!("d-next-{second}");
        let mut under_next = captured.clone();
        under_next.insert("x-delivery-id", HeaderValue::from_str(&next).unwrap());
        let mut under_none = captured.clone();
        under_none.remove("x-delivery-id");
        for replay in [captured.clone(), under_next, under_none] {
            let answer = server.webhook(replay, body()).await.json();
            assert_eq!(answer["duplicate"], true, "at {second} s: {answer}");
            assert_eq!(answer["alert_id"], first["alert_id"]);
        }
        // The sender's own next delivery, under the id that the replay had used, is not lost.
        let own = alert("web-2", &format!("own-{second}")).to_string();
        let answer = server.deliver(&acme, Some(&next), &own).await.json();
        assert_eq!(answer["duplicate"], false, "at {second} s: {answer}");
    }
    assert_eq!(server.settle(&acme).await["total_alerts"], 4);
    server.clock.advance(Duration::from_secs(2));
    assert_eq!(server.webhook(captured, body()).await.problem(401), "X-Timestamp");
    server.stop().await;
}

#[tokio::test]
async fn a_delivery_id_is_remembered_for_a_day_from_its_first_use() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let hour = Duration::from_secs(3600);
    server.deliver(&acme, Some("d-1"), body()).await;
    server.clock.advance(23 * hour);
    assert_eq!(
        server.deliver(&acme, Some("d-1"), body()).await.json()["duplicate"],
        true
    );
    // It does not slide.
    server.clock.advance(hour + Duration::from_secs(1));
    assert_eq!(
        server.deliver(&acme, Some("d-1"), body()).await.json()["duplicate"],
        false
    );
    server.stop().await;
}

#[tokio::test]
async fn another_body_under_a_used_id_is_a_repeat_that_says_so() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let first = server.deliver(&acme, Some("d-1"), body()).await.json();
    let other = alert("web-9", "memory").to_string();
    let answer = server.deliver(&acme, Some("d-1"), other).await.json();
    assert_eq!(
        answer,
        json!({"message": "Alert received", "alert_id": first["alert_id"], "duplicate": true, "body_differs": true})
    );
    server.stop().await;
}

#[tokio::test]
async fn without_a_delivery_id_nothing_is_guessed() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    for _ in 0..2 {
        assert_eq!(server.deliver(&acme, None, body()).await.json()["duplicate"], false);
        server.clock.advance(Duration::from_secs(1));
    }
    server.stop().await;
}

// ---- who is not believed -----------------------------------------------------------------------

#[tokio::test]
async fn every_malformed_header_is_named() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let good = server.signed(&acme, None, body().as_bytes());
    let hex = good["x-signature"]
        .to_str()
        .unwrap()
        .trim_start_matches("sha256=")
        .to_owned();
    let signatures: [&[u8]; 8] = [
        hex.as_bytes(),
        b"",
        b"sha256=",
        &format!("sha256={}", &hex[1..]).into_bytes(),
        &format!("sha256={hex}0").into_bytes(),
        &format!("sha256={}", hex.to_uppercase()).into_bytes(),
        &format!("sha512={hex}").into_bytes(),
        &[b"sha256=".as_slice(), "é".repeat(32).as_bytes()].concat(),
    ];
    for signature in signatures {
        let mut headers = good.clone();
        headers.insert("x-signature", HeaderValue::from_bytes(signature).unwrap());
        assert_eq!(
            server.webhook(headers, body()).await.problem(401),
            "X-Signature",
            "{signature:?}"
        );
    }
    let (early, late) = (server.second() - 301, server.second() + 301);
    let timestamps = [
        "",
        "x",
        "1e9",
        "-5",
        "1769846400.5",
        " 1",
        &early.to_string(),
        &late.to_string(),
    ];
    for timestamp in timestamps {
        let headers = signed_at(&acme, None, body().as_bytes(), timestamp);
        assert_eq!(
            server.webhook(headers, body()).await.problem(401),
            "X-Timestamp",
            "{timestamp:?}"
        );
    }
    for name in ["x-signature", "x-timestamp"] {
        let mut twice = good.clone();
        twice.append(name, good[name].clone());
        let field = server.webhook(twice, body()).await.problem(401);
        assert_eq!(field.to_lowercase(), name, "twice");
        let mut missing = good.clone();
        missing.remove(name);
        let field = server.webhook(missing, body()).await.problem(401);
        assert_eq!(field.to_lowercase(), name, "missing");
    }
    for id in ["", "a b", "é", &"x".repeat(129), "a/b"] {
        let mut headers = good.clone();
        headers.insert("x-delivery-id", HeaderValue::from_bytes(id.as_bytes()).unwrap());
        assert_eq!(
            server.webhook(headers, body()).await.problem(400),
            "X-Delivery-ID",
            "{id:?}"
        );
    }
    nothing_is_there(&server, &acme).await;
    server.stop().await;
}

#[tokio::test]
async fn a_wrong_key_and_a_wrong_signature_answer_alike() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let globex = server.company("comp-globex").await;
    let stranger = Company {
        key: "awk_of_nobody".into(),
        ..acme.clone()
    };
    let forger = Company {
        secret: globex.secret.clone(),
        ..acme.clone()
    };
    let good = server.signed(&acme, None, body().as_bytes());
    let mut no_key = good.clone();
    no_key.remove("x-api-key");
    let answers = [
        server.deliver(&stranger, None, body()).await,
        server.deliver(&forger, None, body()).await,
        server.webhook(no_key, body()).await,
        server.webhook(good, alert("web-2", "disk").to_string()).await,
    ];
    for answer in &answers {
        assert_eq!(answer.problem(401), "");
        assert_eq!(answer.without_trace(), answers[0].without_trace());
    }
    nothing_is_there(&server, &acme).await;
    server.stop().await;
}

#[tokio::test]
async fn only_a_key_that_may_sends_unsigned_and_only_one_with_the_scope_sends_at_all() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    assert_eq!(server.webhook(key(&acme), body()).await.problem(401), "X-Signature");
    let loose = server.company_as("comp-loose", |request| request.unsigned = true).await;
    let answer = server.webhook(key(&loose), body()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let id = answer.json()["alert_id"].as_str().unwrap().to_owned();
    assert_eq!(
        server.get(&loose, &format!("/api/alerts/{id}")).await.json()["unsigned"],
        true
    );
    // A signature that is there must still be right.
    let forged = Company {
        secret: acme.secret.clone(),
        ..loose.clone()
    };
    assert_eq!(server.deliver(&forged, None, body()).await.status, 401);
    let reader = server
        .company_as("comp-reader", |request| request.scopes = vec![Scope::Read])
        .await;
    let refused = server.deliver(&reader, None, body()).await;
    refused.problem(403);
    assert!(refused.text.contains("ingest"), "{}", refused.text);
    server.stop().await;
}

#[tokio::test]
async fn a_key_in_the_url_is_taken_only_where_the_setting_allows_it() {
    for allowed in [false, true] {
        let server = Server::start_with(engine(), |flags| flags.allow_query_api_key = Some(allowed)).await;
        let acme = server.company("comp-acme").await;
        let mut headers = server.signed(&acme, None, body().as_bytes());
        headers.remove("x-api-key");
        let path = format!("/api/webhooks/alerts?api_key={}", acme.key);
        let answer = server.ask(Method::POST, &path, headers, body()).await;
        assert_eq!(answer.status, if allowed { 200 } else { 401 });
        server.stop().await;
    }
}

// ---- what is refused ---------------------------------------------------------------------------

#[tokio::test]
async fn a_bad_body_is_refused_by_the_name_of_its_field_and_touches_nothing() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let with = |name: &str, value: Value| {
        let mut alert = alert("web-1", "disk");
        alert[name] = value;
        alert.to_string()
    };
    let without = |name: &str| {
        let mut alert = alert("web-1", "disk");
        alert.as_object_mut().unwrap().remove(name);
        alert.to_string()
    };
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let good = body();
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (b"".to_vec(), ""),
        (b"nothing".to_vec(), ""),
        (b"[]".to_vec(), ""),
        (b"null".to_vec(), ""),
        (b"\"text\"".to_vec(), ""),
        (format!("{good} {good}").into_bytes(), ""),
        (format!("\u{feff}{good}").into_bytes(), ""),
        (
            good.replace("disk on web-1", "\u{0}")
                .replace('\u{0}', "\\ud800")
                .into_bytes(),
            "",
        ),
        ([good.as_bytes(), b"\xff"].concat(), ""),
        (deep.into_bytes(), ""),
        (good.replacen('{', "{\"severity\":\"low\",", 1).into_bytes(), ""),
        (without("asset_name").into_bytes(), "asset_name"),
        (without("signature").into_bytes(), "signature"),
        (without("severity").into_bytes(), "severity"),
        (without("message").into_bytes(), "message"),
        (with("severity", json!("HIGH")).into_bytes(), "severity"),
        (with("severity", json!(3)).into_bytes(), "severity"),
        (with("status", json!("ok")).into_bytes(), "status"),
        (with("asset_name", json!("")).into_bytes(), "asset_name"),
        (with("asset_name", json!("x".repeat(300))).into_bytes(), "asset_name"),
        (with("asset_name", json!("a\nb")).into_bytes(), "asset_name"),
        (with("signature", json!({})).into_bytes(), "signature"),
        (with("message", json!("x".repeat(100_000))).into_bytes(), "message"),
        (with("fingerprint", json!("")).into_bytes(), "fingerprint"),
        (with("starts_at", json!("yesterday")).into_bytes(), "starts_at"),
        (with("starts_at", json!(17)).into_bytes(), "starts_at"),
        (with("labels", json!({"a": 1})).into_bytes(), "labels.a"),
        (with("labels", json!([1])).into_bytes(), "labels"),
        (with("url", json!("javascript:alert(1)")).into_bytes(), "url"),
        (
            format!("[{good},{}]", with("severity", json!("bad"))).into_bytes(),
            "[1].severity",
        ),
    ];
    for (bytes, field) in cases {
        let answer = server.deliver(&acme, Some("d-1"), &bytes).await;
        assert_eq!(
            answer.problem(400),
            field,
            "{}: {}",
            String::from_utf8_lossy(&bytes[..bytes.len().min(80)]),
            answer.text
        );
    }
    nothing_is_there(&server, &acme).await;
    // Nor has the delivery id been used.
    assert_eq!(
        server.deliver(&acme, Some("d-1"), body()).await.json()["duplicate"],
        false
    );
    server.stop().await;
}

#[tokio::test]
async fn times_from_far_off_are_refused_and_old_ones_not_believed() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    for far in ["1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"] {
        let mut sent = alert("old", "disk");
        sent["starts_at"] = far.into();
        let field = server.deliver(&acme, None, sent.to_string()).await.problem(400);
        assert_eq!(field, "starts_at");
    }
    nothing_is_there(&server, &acme).await;
    let mut sent = alert("old", "disk");
    sent["starts_at"] = "2019-06-01T00:00:00Z".into();
    let id = server.deliver(&acme, None, sent.to_string()).await.json()["alert_id"].clone();
    server.settle(&acme).await;
    let why = server
        .get(&acme, &format!("/api/alerts/{}/why", id.as_str().unwrap()))
        .await
        .json();
    assert_eq!(why["receipt"]["event_at"], server.clock.now().to_string(), "{why}");
    server.stop().await;
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_anything_else() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let large = "x".repeat(1024 * 1024 + 1);
    // By what is announced, before the caller is known.
    server.webhook(HeaderMap::new(), &large).await.problem(413);
    // By what comes, where nothing is announced.
    let chunks = large.clone().into_bytes();
    let stream = futures::stream::iter(
        chunks
            .chunks(65_536)
            .map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec()))
            .collect::<Vec<_>>(),
    );
    let headers = server.signed(&acme, None, large.as_bytes());
    let answer = server
        .ask(
            Method::POST,
            "/api/webhooks/alerts",
            headers,
            reqwest::Body::wrap_stream(stream),
        )
        .await;
    answer.problem(413);
    let many: Vec<Value> = (0..1001).map(|_| alert("a", "b")).collect();
    server.deliver(&acme, None, json!(many).to_string()).await.problem(413);
    nothing_is_there(&server, &acme).await;
    server.stop().await;
}

#[tokio::test]
async fn the_order_of_checks_is_the_cheapest_first() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    // The form of the headers goes before the key, the key before the body.
    let malformed = headers(&[("x-signature", b"nothing"), ("x-timestamp", b"1")]);
    assert_eq!(server.webhook(malformed, "not JSON").await.problem(401), "X-Signature");
    let stranger = Company {
        key: "awk_of_nobody".into(),
        ..acme.clone()
    };
    assert_eq!(server.deliver(&stranger, None, "not JSON").await.status, 401);
    assert_eq!(server.deliver(&acme, None, "not JSON").await.status, 400);
    server.stop().await;
}

#[tokio::test]
async fn a_company_that_sends_too_fast_is_told_when_to_come_back_and_its_sibling_is_not() {
    let server = Server::start(engine()).await;
    let slow = server
        .company_as("comp-slow", |request| {
            request.rate_limit = RateLimit {
                requests_per_minute: 60,
                burst_size: 10,
            };
        })
        .await;
    let acme = server.company("comp-acme").await;
    let many = |count: usize, severity: &str| {
        let mut one = alert("web-1", "disk");
        one["severity"] = severity.into();
        json!(vec![one; count]).to_string()
    };
    // Ten fit the bucket, but its last fifth is for resolves and criticals.
    let never = server.deliver(&slow, None, many(9, "high")).await;
    never.problem(413);
    assert_eq!(server.deliver(&slow, Some("d-1"), many(8, "high")).await.status, 200);
    let refused = server.deliver(&slow, None, many(1, "high")).await;
    refused.problem(429);
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=3).contains(&wait), "{wait}");
    assert!(
        refused.header("ratelimit").starts_with("\"default\";r="),
        "{:?}",
        refused.headers
    );
    // A repeat gives its tokens back.
    for _ in 0..5 {
        let again = server.deliver(&slow, Some("d-1"), many(1, "critical")).await;
        assert_eq!((again.status, &again.json()["duplicates"]), (200, &json!(8)));
        server.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(server.deliver(&slow, None, many(2, "critical")).await.status, 200);
    server.deliver(&slow, None, many(5, "critical")).await.problem(429);
    assert_eq!(server.deliver(&acme, None, many(100, "high")).await.status, 200);
    server.stop().await;
}
