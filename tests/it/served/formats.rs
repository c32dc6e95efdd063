//! Monitoring tools' own formats over HTTP: from what fires to an incident, and to its end when the tool says so.

use std::collections::BTreeSet;

use alert_whisperer::ingest::formats::Format;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use strum::IntoEnumIterator;

use super::engine;
use crate::support::process::{PATIENCE, eventually};
use crate::support::server::{Answer, Company, Server, headers, key};

/// A company whose senders cannot sign, and whose incidents are over when their alerts are.
pub(super) async fn unsigned(server: &Server, id: &str) -> Company {
    server
        .company_as(id, |request| {
            request.unsigned = true;
            request.correlation.resolve_hold_seconds = 0;
        })
        .await
}

fn said(format: Format) -> HeaderMap {
    let said = format.sample().headers.iter();
    said.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
        .collect()
}

async fn post(server: &Server, format: Format, company: &Company, body: &str) -> Answer {
    let mut all = key(company);
    all.extend(said(format));
    let path = format!("/api/webhooks/{format}");
    server.ask(Method::POST, &path, all, body.to_owned()).await
}

/// The names of a body's fields whose values an alert does not tell, however deep they stand.
fn dropped(body: &str, alert: &Value) -> BTreeSet<String> {
    fn leaves(name: &str, value: &Value, all: &mut Vec<(String, String)>) {
        match value {
            Value::Object(fields) => fields.iter().for_each(|(name, value)| leaves(name, value, all)),
            Value::Array(items) => items.iter().for_each(|value| leaves(name, value, all)),
            Value::String(text) => match serde_json::from_str::<Value>(text) {
                Ok(within @ (Value::Object(_) | Value::Array(_))) => leaves(name, &within, all),
                _ => all.push((name.to_owned(), text.clone())),
            },
            Value::Null => {}
            other => all.push((name.to_owned(), other.to_string())),
        }
    }
    let (mut sent, mut told) = (Vec::new(), Vec::new());
    leaves("", &serde_json::from_str(body).unwrap(), &mut sent);
    leaves("", alert, &mut told);
    let is_told = |text: &str| told.iter().any(|(_, told)| told.contains(text));
    let untold = sent.into_iter().filter(|(_, text)| !text.is_empty() && !is_told(text));
    untold.map(|(name, _)| name).collect()
}

/// How a tool's own signature is made, where it has one that we know.
fn signs(format: Format) -> &'static str {
    match format {
        Format::Cloudwatch => "SNS v2",
        Format::Grafana => "Grafana's HMAC",
        Format::Sentry => "Sentry's HMAC",
        Format::Cloudevents => "Standard Webhooks",
        _ => "none: the key",
    }
}

/// `--nocapture` prints the table.
#[allow(clippy::print_stdout, reason = "the table is for who asks for it")]
#[tokio::test]
async fn every_format_opens_an_incident_and_ends_it() {
    let server = Server::start(engine()).await;
    println!("| format | asset | signature | severity | repeat | recovery | signed by | not told of its sample |");
    println!("|---|---|---|---|---|---|---|---|");
    for format in Format::iter() {
        let company = unsigned(&server, &format!("comp-{format}")).await;
        let sample = format.sample();
        let first = post(&server, format, &company, sample.firing).await;
        assert_eq!(first.status, 200, "{format}: {}", first.text);
        assert_eq!(first.json()["accepted"], 1, "{format}: {}", first.text);
        server.settle(&company).await;
        let incidents = server.get(&company, "/api/incidents").await.json();
        let incident = incidents["items"][0].clone();
        assert_eq!(incident["tool_sources"], json!([format.name()]), "{incident}");

        let alert = server.get(&company, "/api/alerts").await.json()["items"][0].clone();
        let dropped = dropped(sample.firing, &alert);
        for text in ["asset_name", "signature", "fingerprint", "message"] {
            assert!(
                alert[text].as_str().is_some_and(|text| !text.is_empty()),
                "{format}: {alert}"
            );
        }
        let again = post(&server, format, &company, sample.firing).await.json();
        let repeat = if again["duplicates"] == 1 {
            "a duplicate"
        } else {
            "a sign of life"
        };
        let ended = post(&server, format, &company, sample.resolved).await;
        assert_eq!(ended.json()["accepted"], 1, "{format}: {}", ended.text);
        let path = format!("/api/incidents/{}", incident["incident_id"].as_str().unwrap());
        eventually("the incident to be over", PATIENCE, async || {
            let shown = server.get(&company, &path).await.json();
            (shown["status"] == "resolved").then_some(())
        })
        .await;
        let told = |name: &str| incident[name].as_str().unwrap().to_owned();
        println!(
            "| {format} | {} | {} | {} | {repeat} | ends it | {} | {} |",
            told("asset_name"),
            told("signature"),
            told("severity"),
            signs(format),
            Vec::from_iter(dropped).join(", ")
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn what_cannot_be_taken_is_told_and_what_is_no_alert_is_answered() {
    let server = Server::start(engine()).await;
    let acme = unsigned(&server, "comp-acme").await;
    let unknown = server
        .ask(Method::POST, "/api/webhooks/nagios7", key(&acme), "{}")
        .await;
    unknown.problem(404);
    assert!(unknown.text.contains("alertmanager"), "{}", unknown.text);
    let missing = post(&server, Format::Alertmanager, &acme, r#"{"version":"4"}"#).await;
    assert_eq!(missing.problem(400), "alerts");
    let confirm = json!({"Type": "SubscriptionConfirmation", "MessageId": "1", "Message": "x"}).to_string();
    let nothing = post(&server, Format::Cloudwatch, &acme, &confirm).await;
    assert_eq!((nothing.status, &nothing.json()["accepted"]), (200, &json!(0)));
    assert_eq!(server.get(&acme, "/api/alerts").await.json()["items"], json!([]));
    server.stop().await;
}

#[tokio::test]
async fn a_tool_is_let_in_by_its_key_however_it_can_send_it_and_signed_where_it_can_sign() {
    let server = Server::start(engine()).await;
    let acme = unsigned(&server, "comp-acme").await;
    let strict = server.company("comp-strict").await;
    let body = Format::Pingdom.sample().firing;
    let send = async |headers: HeaderMap| {
        let answer = server
            .ask(Method::POST, "/api/webhooks/pingdom", headers, body.to_owned())
            .await;
        (answer.status, answer)
    };
    let basic = |user: &str, password: &str| {
        use base64::Engine;
        let both = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
        headers(&[("authorization", format!("Basic {both}").as_bytes())])
    };
    assert_eq!(send(basic("any", &acme.key)).await.0, 200);
    assert_eq!(send(basic(&acme.key, "")).await.0, 200);
    assert_eq!(send(basic("any", "awk_nonsense")).await.0, 401);
    assert_eq!(send(HeaderMap::new()).await.0, 401);
    let bare = send(key(&strict)).await.1;
    assert_eq!(bare.problem(401), "X-Signature", "its key may not send unsigned");
    let signed = send(server.signed(&strict, None, body.as_bytes())).await.1;
    assert_eq!(signed.status, 200, "{}", signed.text);
    let shown = server.get(&strict, "/api/alerts").await.json();
    assert_eq!(shown["items"][0]["unsigned"], false);
    server.stop().await;
}

#[tokio::test]
async fn a_tool_may_sign_as_it_can() {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use hmac::{Hmac, KeyInit, Mac};

    let mac = |key: &[u8], parts: &[&str]| {
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
        parts.iter().for_each(|part| mac.update(part.as_bytes()));
        mac.finalize().into_bytes()
    };
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let now = server.second().to_string();
    let with = |pairs: &[(&'static str, &str)]| {
        let mut all = key(&acme);
        let pairs: Vec<(&'static str, &[u8])> = pairs.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        all.extend(headers(&pairs));
        all
    };
    let send = async |path: &str, headers: HeaderMap, body: &str| {
        let path = format!("/api/webhooks/{path}");
        server.ask(Method::POST, &path, headers, body.to_owned()).await
    };

    let decoded = STANDARD.decode(acme.secret.strip_prefix("whsec_").unwrap()).unwrap();
    let event = Format::Cloudevents.sample().firing;
    let signature = format!(
        "v1,{}",
        STANDARD.encode(mac(&decoded, &["msg_1", ".", &now, ".", event]))
    );
    let standard = with(&[
        ("webhook-id", "msg_1"),
        ("webhook-timestamp", &now),
        ("webhook-signature", &signature),
    ]);
    let taken = send("cloudevents", standard.clone(), event).await;
    assert_eq!(taken.status, 200, "{}", taken.text);
    assert_eq!(
        send("cloudevents", standard.clone(), event).await.json()["duplicates"],
        1
    );
    send("cloudevents", standard, &event.replace("db-1", "db-2"))
        .await
        .problem(401);
    let other = with(&[
        ("webhook-id", "msg_1"),
        ("webhook-timestamp", &now),
        ("webhook-signature", "v2,x"),
    ]);
    assert_eq!(
        send("cloudevents", other, event).await.problem(401),
        "webhook-signature"
    );

    let body = Format::Grafana.sample().firing;
    for timed in [false, true] {
        let before = if timed { format!("{now}:") } else { String::new() };
        let signature = hex::encode(mac(acme.secret.as_bytes(), &[&before, body]));
        let mut signed = with(&[("x-grafana-alerting-signature", &signature)]);
        if timed {
            signed.extend(with(&[("x-grafana-alerting-timestamp", &now)]));
        }
        signed.insert("x-api-key", acme.key.parse().unwrap());
        let taken = send("grafana", signed.clone(), body).await;
        assert_eq!(taken.status, 200, "{timed}: {}", taken.text);
        send("grafana", signed, &body.replace("db-1", "db-2"))
            .await
            .problem(401);
    }
    let alerts = server.get(&acme, "/api/alerts").await.json();
    let items = alerts["items"].as_array().unwrap();
    assert!(items.iter().all(|alert| alert["unsigned"] == false), "{alerts}");
    server.stop().await;
}

#[tokio::test]
async fn what_pages_pagerduty_pages_us_with_the_key_in_its_body() {
    let server = Server::start(engine()).await;
    let acme = unsigned(&server, "comp-acme").await;
    let path = "/api/webhooks/pagerduty/v2/enqueue";
    let event = |key: &str, sample: &str| {
        let mut event: Value = serde_json::from_str(sample).unwrap();
        event["routing_key"] = json!(key);
        event.to_string()
    };
    let sample = Format::Pagerduty.sample();
    let stranger = server
        .ask(
            Method::POST,
            path,
            HeaderMap::new(),
            event("awk_nonsense", sample.firing),
        )
        .await;
    stranger.problem(401);
    let taken = server
        .ask(Method::POST, path, HeaderMap::new(), event(&acme.key, sample.firing))
        .await;
    assert_eq!(taken.status, 202, "{}", taken.text);
    let told = json!({"status": "success", "message": "Event processed", "dedup_key": "db-1/cpu"});
    assert_eq!(taken.json(), told);
    server.settle(&acme).await;
    let alerts = server.get(&acme, "/api/alerts").await;
    assert_eq!(alerts.json()["items"][0]["asset_name"], "db-1");
    assert!(!alerts.text.contains(&acme.key), "{}", alerts.text);
    // The key in a header counts, whoever else the body names.
    use base64::Engine;
    let both = base64::engine::general_purpose::STANDARD.encode(format!("any:{}", acme.key));
    let basic = headers(&[("authorization", format!("Basic {both}").as_bytes())]);
    let elsewhere = event("0123456789abcdef0123456789abcdef", sample.resolved);
    let ended = server.ask(Method::POST, path, basic, elsewhere).await;
    assert_eq!(ended.status, 202, "{}", ended.text);
    let invalid = server
        .ask(Method::POST, path, key(&acme), r#"{"event_action":"trigger"}"#)
        .await;
    assert_eq!(invalid.problem(400), "payload");
    server.stop().await;
}

#[tokio::test]
async fn alertmanager_is_told_to_come_again_where_others_are_told_to_slow_down() {
    let server = Server::start(engine()).await;
    let busy = server
        .company_as("comp-busy", |request| {
            request.unsigned = true;
            request.rate_limit.requests_per_minute = 1;
            request.rate_limit.burst_size = 5;
        })
        .await;
    let statuses = async |format: Format| {
        let mut seen = Vec::new();
        for n in 0..8 {
            // Of another trouble each time, and not so grave that it is let through all the same.
            let other = format
                .sample()
                .firing
                .replace("critical", "warning")
                .replace("\"P2\"", "\"P3\"");
            let other = other
                .replace("c2e5a1b7d4f09e31", &format!("c2e5{n}"))
                .replace("\"100\"", &format!("\"10{n}\""));
            let body = other.replace("a1b2c3d4", &format!("a1b2{n}"));
            let answer = post(&server, format, &busy, &body).await;
            assert!(
                answer.status == 200 || !answer.header("retry-after").is_empty(),
                "{}",
                answer.text
            );
            seen.push(answer.status);
        }
        seen
    };
    assert!(statuses(Format::Alertmanager).await.ends_with(&[503]));
    assert!(statuses(Format::Datadog).await.ends_with(&[429]));
    server.stop().await;
}
