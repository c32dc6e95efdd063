//! What a company takes from monitoring tools beyond its keys: SNS's own signatures, a mapping, Prometheus itself; and that
//! it sees what arrives.

use std::sync::atomic::Ordering;

use actors::limits::SOURCES;
use alert_whisperer::accounts::rights::Role;
use alert_whisperer::ingest::formats::Format;
use reqwest::Method;
use serde_json::{Value, json};
use strum::IntoEnumIterator;

use super::engine;
use super::formats::unsigned;
use crate::support::process::{PATIENCE, eventually};
use crate::support::server::{Answer, Company, Person, Server, key};
use crate::support::sns::{Sns, TOPIC};

const NOW: &str = "2026-01-31T08:00:00.000Z";

pub(super) async fn admin(server: &Server, company: &Company) -> Person {
    let email = format!("{}@admins.example", company.id);
    server.person(&email, Role::CompanyAdmin, &[company]).await
}

pub(super) async fn put(server: &Server, person: &Person, path: &str, body: &Value) -> Answer {
    server.ask(Method::PUT, path, person.headers(), body.to_string()).await
}

async fn cloudwatch(server: &Server, company: &Company, body: &Value) -> Answer {
    server
        .ask(Method::POST, "/api/webhooks/cloudwatch", key(company), body.to_string())
        .await
}

async fn kinds(server: &Server, person: &Person) -> Vec<Value> {
    let journal = server.get_as(person, "/api/audit?limit=200").await.json();
    journal["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_subscription_is_confirmed_and_what_sns_has_signed_needs_no_other_signature() {
    let sns = Sns::start().await;
    let server = Server::start_with(engine(), |flags| flags.sns_endpoint = Some(sns.url.clone())).await;
    let acme = server.company("comp-acme").await;
    let person = admin(&server, &acme).await;
    let asks = sns.message("SubscriptionConfirmation", NOW, |_| ());

    let stranger = server
        .ask(
            Method::POST,
            "/api/webhooks/cloudwatch",
            Default::default(),
            asks.to_string(),
        )
        .await;
    assert_eq!(stranger.problem(401), "");
    assert!(
        stranger.header("www-authenticate").starts_with("Basic realm="),
        "SNS waits to be asked"
    );
    let unknown = cloudwatch(&server, &acme, &asks).await;
    assert_eq!(unknown.problem(403), "TopicArn");
    assert_eq!(
        (sns.fetched.load(Ordering::SeqCst), sns.confirmed.load(Ordering::SeqCst)),
        (0, 0)
    );

    let set = put(
        &server,
        &person,
        "/api/companies/comp-acme/intake",
        &json!({"sns_topics": [TOPIC]}),
    )
    .await;
    assert_eq!(
        (set.status, &set.json()["sns_topics"]),
        (200, &json!([TOPIC])),
        "{}",
        set.text
    );
    let confirmed = cloudwatch(&server, &acme, &asks).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.text);
    assert_eq!(confirmed.json()["message"], "The subscription is confirmed");
    assert_eq!(sns.confirmed.load(Ordering::SeqCst), 1);

    let alarm = |name: &str, change: &dyn Fn(&mut Value)| {
        sns.message("Notification", NOW, |message| {
            let sample: Value = serde_json::from_str(Format::Cloudwatch.sample().firing).unwrap();
            message["Message"] = sample["Message"].clone();
            message["Subject"] = json!("ALARM");
            message["MessageId"] = json!(name);
            change(message);
        })
    };
    let first = alarm("m-1", &|_| ());
    let taken = cloudwatch(&server, &acme, &first).await;
    assert_eq!(
        (taken.status, &taken.json()["accepted"]),
        (200, &json!(1)),
        "{}",
        taken.text
    );
    assert_eq!(cloudwatch(&server, &acme, &first).await.json()["duplicates"], 1);
    assert_eq!(sns.fetched.load(Ordering::SeqCst), 1, "the certificate is kept");
    let alerts = server.get(&acme, "/api/alerts").await.json();
    assert_eq!(alerts["items"][0]["unsigned"], false, "{alerts}");

    let mut forged = alarm("m-2", &|_| ());
    forged["Message"] = json!("{\"AlarmName\":\"forged\",\"NewStateValue\":\"ALARM\"}");
    assert_eq!(cloudwatch(&server, &acme, &forged).await.problem(401), "Signature");
    for (change, status, field) in [
        (json!({"SignatureVersion": "1"}), 401, "SignatureVersion"),
        (json!({"Timestamp": "2026-01-30T08:59:00.000Z"}), 401, "Timestamp"),
        (
            json!({"SigningCertURL": "https://evil.example/cert.pem"}),
            401,
            "SigningCertURL",
        ),
        (
            json!({"SigningCertURL": "https://sns.eu-central-1.amazonaws.com/odd.pem"}),
            401,
            "SigningCertURL",
        ),
        (
            json!({"SigningCertURL": "https://sns.eu-central-1.amazonaws.com/long.pem"}),
            503,
            "SigningCertURL",
        ),
        (
            json!({"SigningCertURL": "https://sns.eu-central-1.amazonaws.com/none.pem"}),
            503,
            "SigningCertURL",
        ),
    ] {
        let changed = alarm("m-3", &|message| {
            message
                .as_object_mut()
                .unwrap()
                .extend(change.as_object().unwrap().clone());
        });
        let refused = cloudwatch(&server, &acme, &changed).await;
        assert_eq!(refused.problem(status), field, "{change}");
        assert_eq!(refused.header("retry-after").is_empty(), status != 503, "{change}");
    }
    let elsewhere = |url: &'static str| {
        sns.message("SubscriptionConfirmation", NOW, |asks| {
            asks["SubscribeURL"] = json!(url)
        })
    };
    for (url, status) in [
        (
            "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=elsewhere",
            503,
        ),
        ("https://169.254.169.254/?Action=ConfirmSubscription", 401),
        ("https://sns.eu-central-1.amazonaws.com/?Action=DeleteTopic", 401),
    ] {
        assert_eq!(
            cloudwatch(&server, &acme, &elsewhere(url)).await.problem(status),
            "SubscribeURL",
            "{url}"
        );
    }
    assert_eq!(sns.confirmed.load(Ordering::SeqCst), 1, "nobody is followed");
    let journal = kinds(&server, &person).await;
    let subscribed = journal
        .iter()
        .find(|entry| entry["kind"] == "source.subscribed")
        .unwrap();
    assert_eq!(subscribed["subject"], TOPIC);

    let ended = sns.message("UnsubscribeConfirmation", NOW, |_| ());
    let noted = cloudwatch(&server, &acme, &ended).await;
    assert_eq!(
        (noted.status, &noted.json()["message"]),
        (200, &json!("The end of the subscription is noted"))
    );
    assert_eq!(
        sns.confirmed.load(Ordering::SeqCst),
        1,
        "its link would subscribe us again"
    );
    let journal = kinds(&server, &person).await;
    assert!(journal.iter().any(|entry| entry["kind"] == "source.unsubscribed"));
    server.stop().await;
}

#[tokio::test]
async fn what_comes_by_the_key_alone_takes_no_name_of_what_sns_has_signed() {
    let sns = Sns::start().await;
    let server = Server::start_with(engine(), |flags| flags.sns_endpoint = Some(sns.url.clone())).await;
    let acme = unsigned(&server, "comp-acme").await;
    let person = admin(&server, &acme).await;
    let topics = json!({"sns_topics": [TOPIC]});
    put(&server, &person, "/api/companies/comp-acme/intake", &topics).await;
    let alarm = sns.message("Notification", NOW, |message| {
        let sample: Value = serde_json::from_str(Format::Cloudwatch.sample().firing).unwrap();
        message["Message"] = sample["Message"].clone();
    });
    let mut bare = alarm.clone();
    bare.as_object_mut().unwrap().remove("Signature");
    for (body, unsigned) in [(bare, true), (alarm, false)] {
        let taken = cloudwatch(&server, &acme, &body).await;
        assert_eq!(taken.json()["accepted"], 1, "{}", taken.text);
        let alert = format!("/api/alerts/{}", taken.json()["alert_ids"][0].as_str().unwrap());
        assert_eq!(server.get(&acme, &alert).await.json()["unsigned"], unsigned);
        assert_eq!(cloudwatch(&server, &acme, &body).await.json()["duplicates"], 1);
    }
    server.stop().await;
}

fn mapping() -> Value {
    json!({
        "alerts": "body.checks", "asset_name": "alert.host", "signature": "alert.what",
        "severity": "alert.grade", "resolved": "alert.ok", "fingerprint": "alert.host + '/' + alert.what",
        "delivery_id": "body.id",
    })
}

#[tokio::test]
async fn a_mapping_is_tried_set_and_takes_bodies_to_their_end() {
    let server = Server::start(engine()).await;
    let acme = unsigned(&server, "comp-acme").await;
    let person = admin(&server, &acme).await;
    let body =
        |id: &str, ok: bool| json!({"id": id, "checks": [{"host": "web-1", "what": "disk", "grade": "P1", "ok": ok}]});
    let send = async |body: &Value| {
        let path = "/api/webhooks/custom";
        server.ask(Method::POST, path, key(&acme), body.to_string()).await
    };
    send(&body("1", false)).await.problem(409);
    let path = "/api/companies/comp-acme/intake";
    let attempt = async |asked: Value| server.post_as(&person, &format!("{path}/try"), &asked).await;
    let tried = attempt(json!({"custom": mapping(), "body": body("1", false)})).await;
    assert_eq!(tried.status, 200, "{}", tried.text);
    let tried = tried.json();
    assert_eq!(tried["alerts"][0]["asset_name"], "web-1");
    assert_eq!(
        (&tried["alerts"][0]["severity"], &tried["delivery_known"]),
        (&json!("critical"), &json!(true))
    );
    assert_eq!(attempt(json!({"body": 1})).await.problem(400), "custom");
    let wrong = attempt(json!({"custom": {"asset_name": "host", "signature": "'x'"}, "body": 1})).await;
    assert_eq!(wrong.problem(400), "custom.asset_name", "{}", wrong.text);
    let empty = attempt(json!({"custom": mapping(), "body": {"checks": [{"host": "web-1"}]}})).await;
    assert!(empty.problem(400).starts_with("custom.signature"), "{}", empty.text);
    assert_eq!(
        server.get(&acme, "/api/alerts").await.json()["items"],
        json!([]),
        "nothing is taken in"
    );

    let refused = put(
        &server,
        &person,
        path,
        &json!({"custom": {"asset_name": "body.", "signature": "'x'"}}),
    )
    .await;
    assert_eq!(refused.problem(400), "custom.asset_name");
    let set = put(&server, &person, path, &json!({"custom": mapping()})).await;
    assert_eq!(set.status, 200, "{}", set.text);
    let taken = send(&body("1", false)).await;
    assert_eq!(
        (taken.status, &taken.json()["accepted"]),
        (200, &json!(1)),
        "{}",
        taken.text
    );
    assert_eq!(send(&body("1", false)).await.json()["duplicates"], 1);
    server.settle(&acme).await;
    let incident = server.get(&acme, "/api/incidents").await.json()["items"][0].clone();
    assert_eq!(
        (&incident["severity"], &incident["tool_sources"]),
        (&json!("critical"), &json!(["custom"]))
    );
    assert_eq!(send(&json!({"checks": 7})).await.problem(400), "custom.alerts");
    send(&body("2", true)).await;
    let path = format!("/api/incidents/{}", incident["incident_id"].as_str().unwrap());
    eventually("the incident to be over", PATIENCE, async || {
        let shown = server.get(&acme, &path).await.json();
        (shown["status"] == "resolved").then_some(())
    })
    .await;
    server.stop().await;
}

#[tokio::test]
async fn what_must_not_be_set_is_named() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let person = admin(&server, &acme).await;
    let path = "/api/companies/comp-acme/intake";
    for (asked, field) in [
        (json!({"sns_topics": ["alarms"]}), "sns_topics"),
        (json!({"poll_cloudwatch": true}), "poll_cloudwatch"),
        (json!({"pull": true}), "pull"),
    ] {
        assert_eq!(put(&server, &person, path, &asked).await.problem(400), field, "{asked}");
    }
    let patch = async |asked: Value| {
        server
            .ask(Method::PATCH, path, person.headers(), asked.to_string())
            .await
    };
    put(&server, &person, path, &json!({"sns_topics": [TOPIC]})).await;
    let both = patch(json!({"custom": mapping()})).await;
    assert_eq!(
        both.json()["sns_topics"],
        json!([TOPIC]),
        "what is left out stays: {}",
        both.text
    );
    assert_eq!(both.json()["custom"]["asset_name"], "alert.host");
    let taken_away = patch(json!({"custom": null})).await.json();
    assert_eq!(
        (&taken_away["custom"], &taken_away["sns_topics"]),
        (&Value::Null, &json!([TOPIC]))
    );
    assert_eq!(patch(json!({"sns_topics": ["x"]})).await.problem(400), "sns_topics");
    let technician = server.technician(&acme).await;
    put(&server, &technician, path, &json!({})).await.problem(403);
    assert_eq!(server.get_as(&technician, path).await.json()["poll_cloudwatch"], false);
    server.stop().await;
}

#[tokio::test]
async fn a_test_alert_of_each_format_arrives_and_is_no_source_and_the_first_real_one_is() {
    let server = Server::start(engine()).await;
    let acme = unsigned(&server, "comp-acme").await;
    let person = admin(&server, &acme).await;
    let path = "/api/companies/comp-acme/test-alert";
    for format in Format::iter().map(Format::name).chain(["prometheus"]) {
        for status in ["firing", "resolved"] {
            let asked = json!({"format": format, "status": status});
            let sent = server.post_as(&person, path, &asked).await;
            assert_eq!(sent.status, 200, "{asked}: {}", sent.text);
            let alert = format!("/api/alerts/{}", sent.json()["alert_id"].as_str().unwrap());
            let alert = server.get(&acme, &alert).await.json();
            assert_eq!(
                (&alert["tool_source"], &alert["status"]),
                (&json!(format), &json!(status))
            );
            assert_eq!(
                (&alert["severity"], &alert["labels"]["test"]),
                (&json!("low"), &json!("true"))
            );
        }
    }
    assert_eq!(
        server
            .post_as(&person, path, &json!({"format": "nagios7"}))
            .await
            .problem(400),
        "format"
    );
    let sources = "/api/companies/comp-acme/sources";
    assert_eq!(
        server.get(&acme, sources).await.json()["items"],
        json!([]),
        "a trial is not the real thing"
    );

    let body = Format::Pingdom.sample().firing;
    let sent = server
        .ask(Method::POST, "/api/webhooks/pingdom", key(&acme), body)
        .await
        .json();
    let seen = eventually("the source to be noted", PATIENCE, async || {
        let items = server.get(&acme, sources).await.json()["items"].clone();
        items.as_array().unwrap().first().cloned()
    })
    .await;
    assert_eq!(seen["tool_source"], "pingdom");
    assert_eq!(seen["first_alert_id"], sent["alert_ids"][0]);
    let again = body.replace("example", "example2");
    server
        .ask(Method::POST, "/api/webhooks/pingdom", key(&acme), again)
        .await;
    let journal = kinds(&server, &person).await;
    let first: Vec<&Value> = journal
        .iter()
        .filter(|entry| entry["kind"] == "source.first_alert")
        .collect();
    assert_eq!(first.len(), 1, "{first:?}");
    assert_eq!(first[0]["data"]["alert_id"], sent["alert_ids"][0]);
    server.stop().await;
}

/// Alerts as Prometheus sends them.
fn firing(hosts: &[&str], end: &str) -> String {
    let each = hosts.iter().map(|host| {
        json!({
            "labels": {"alertname": "DiskFull", "instance": format!("{host}:9100"), "severity": "critical"},
            "annotations": {"summary": "The disk is full"}, "startsAt": "2026-01-31T07:59:30Z", "endsAt": end,
            "generatorURL": "http://prometheus.example:9090/graph",
        })
    });
    json!(each.collect::<Vec<_>>()).to_string()
}

#[tokio::test]
async fn prometheus_sends_here_itself_again_and_again_and_what_fires_is_read_as_amtool_does() {
    let server = Server::start(engine()).await;
    let acme = unsigned(&server, "comp-acme").await;
    let send = async |body: String| server.ask(Method::POST, "/api/v2/alerts", key(&acme), body).await;
    let first = send(firing(&["web-1", "web-2"], "2026-01-31T08:04:00Z")).await;
    assert_eq!(
        (first.status, &first.json()["accepted"]),
        (200, &json!(2)),
        "{}",
        first.text
    );
    server.clock.advance(std::time::Duration::from_secs(60));
    let again = send(firing(&["web-2", "web-1", "web-3"], "2026-01-31T08:05:00Z"))
        .await
        .json();
    assert_eq!(
        (&again["accepted"], &again["duplicates"]),
        (&json!(1), &json!(2)),
        "in whatever company"
    );
    server.settle(&acme).await;

    let query = async |query: &str| {
        let found = server.get(&acme, &format!("/api/v2/alerts?{query}")).await;
        assert_eq!(found.status, 200, "{}", found.text);
        found.json().as_array().unwrap().clone()
    };
    let all = query("active=true&inhibited=true&silenced=false&unprocessed=true").await;
    assert_eq!(all.len(), 3, "{all:?}");
    let one = &query("filter=instance%3D%22web-1%3A9100%22&filter=alertname%3D~%22Disk.*%22").await[..];
    let [one] = one else { panic!("{one:?}") };
    assert_eq!(one["labels"]["severity"], "critical");
    assert_eq!(
        (&one["status"]["state"], &one["receivers"][0]["name"]),
        (&json!("active"), &json!("comp-acme"))
    );
    assert_eq!(one["startsAt"], "2026-01-31T07:59:30.000Z");
    assert_eq!(one["annotations"]["summary"], "The disk is full");
    assert_eq!(query("active=false").await.len(), 0);
    assert_eq!(query("receiver=comp-.*").await.len(), 3);
    assert_eq!(query("receiver=acme").await.len(), 0);
    let bad = server.get(&acme, "/api/v2/alerts?filter=x").await;
    assert_eq!(bad.problem(400), "filter");

    server.clock.advance(std::time::Duration::from_secs(30));
    let over = send(firing(&["web-1", "web-2"], "2026-01-31T08:01:20Z")).await.json();
    assert_eq!(over["accepted"], 2, "{over}");
    assert_eq!(
        send(firing(&["web-1"], "2026-01-31T08:01:20Z")).await.json()["duplicates"],
        1
    );
    server.settle(&acme).await;
    assert_eq!(query("").await.len(), 1);
    server.clock.advance(std::time::Duration::from_secs(900));
    let other_replica = firing(&["web-1"], "2026-01-31T08:20:00Z").replace("07:59:30Z", "07:59:20Z");
    assert_eq!(send(other_replica).await.json()["accepted"], 1);
    server.settle(&acme).await;
    assert_eq!(
        query("filter=instance%3D%22web-1%3A9100%22").await.len(),
        1,
        "what another still tells fires again"
    );
    assert_eq!(send("{}".to_owned()).await.problem(400), "");
    assert_eq!(send("[]".to_owned()).await.problem(400), "");
    server.stop().await;
}

#[tokio::test]
async fn a_sender_of_cloud_events_is_told_that_it_may_send() {
    let server = Server::start(engine()).await;
    let asked = crate::support::server::headers(&[("webhook-request-origin", b"eventemitter.example.com")]);
    let ask = async |path: &str, headers| server.ask(Method::OPTIONS, path, headers, "").await;
    let allowed = ask("/api/webhooks/cloudevents", asked.clone()).await;
    assert_eq!(allowed.status, 200, "{}", allowed.text);
    assert_eq!(allowed.header("webhook-allowed-origin"), "eventemitter.example.com");
    assert_eq!(allowed.header("webhook-allowed-rate"), "*");
    let nameless = ask("/api/webhooks/cloudevents", Default::default()).await;
    assert_eq!(nameless.problem(400), "WebHook-Request-Origin");
    ask("/api/webhooks/grafana", asked).await.problem(404);
    server.stop().await;
}

#[tokio::test]
async fn a_secret_that_a_tool_has_made_is_taken_and_sentry_signs_with_it() {
    use hmac::{Hmac, KeyInit, Mac};
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let person = admin(&server, &acme).await;
    let path = "/api/companies/comp-acme/webhook-secrets";
    let theirs = "0f3c9d7be1a24c58b6d2f0e19a7c45d8".repeat(2);
    for bad in ["short", &"a b".repeat(20)] {
        assert_eq!(
            server
                .post_as(&person, path, &json!({"secret": bad}))
                .await
                .problem(400),
            "secret"
        );
    }
    let made = server.post_as(&person, path, &json!({"secret": theirs})).await;
    assert_eq!(
        (made.status, &made.json()["webhook_secret"]),
        (200, &json!(theirs)),
        "{}",
        made.text
    );
    let body = Format::Sentry.sample().firing;
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(theirs.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let signature = hex::encode(mac.finalize().into_bytes());
    let send = async |signature: &str, body: &str| {
        let mut all = key(&acme);
        all.extend(crate::support::server::headers(&[
            ("sentry-hook-resource", b"issue"),
            ("sentry-hook-signature", signature.as_bytes()),
        ]));
        server
            .ask(Method::POST, "/api/webhooks/sentry", all, body.to_owned())
            .await
    };
    let taken = send(&signature, body).await;
    assert_eq!(
        (taken.status, &taken.json()["accepted"]),
        (200, &json!(1)),
        "{}",
        taken.text
    );
    let forged = body.replacen('{', "{ ", 1);
    send(&signature, &forged).await.problem(401);
    assert_eq!(send("abc", body).await.problem(401), "Sentry-Hook-Signature");
    let mut elsewhere = key(&acme);
    elsewhere.extend(crate::support::server::headers(&[(
        "sentry-hook-signature",
        signature.as_bytes(),
    )]));
    for path in ["/api/webhooks/alerts", "/api/webhooks/newrelic", "/api/v2/alerts"] {
        let refused = server.ask(Method::POST, path, elsewhere.clone(), body).await;
        assert_eq!(
            refused.problem(401),
            "X-Signature",
            "{path}: what tells no moment is Sentry's alone"
        );
    }
    let alerts = server.get(&acme, "/api/alerts").await.json();
    assert_eq!(alerts["items"][0]["unsigned"], false);
    server.stop().await;
}

#[tokio::test]
async fn as_many_sources_are_kept_as_may_be_whoever_has_noted_them() {
    let home = crate::support::engine::Home::on(engine());
    let server = Server::start_in(&home).await;
    let acme = unsigned(&server, "comp-acme").await;
    let send = async |server: &Server, tools: std::ops::Range<usize>| {
        let alerts = tools.map(|no| {
            json!({
                "asset_name": "web-1", "signature": "disk", "severity": "low", "message": "m",
                "tool_source": format!("tool-{no:03}"),
            })
        });
        let body = json!(alerts.collect::<Vec<_>>()).to_string();
        let taken = server.ask(Method::POST, "/api/webhooks/alerts", key(&acme), body).await;
        assert_eq!(taken.status, 200, "{}", taken.text);
    };
    send(&server, 0..SOURCES - 1).await;
    // What is noted is written before the end.
    server.stop().await;
    let server = Server::start_in(&home).await;
    send(&server, SOURCES - 1..SOURCES + 5).await;
    server.stop().await;
    let server = Server::start_in(&home).await;
    let kept = server.get(&acme, "/api/companies/comp-acme/sources").await.json();
    assert_eq!(kept["items"].as_array().unwrap().len(), SOURCES);
    server.stop().await;
}
