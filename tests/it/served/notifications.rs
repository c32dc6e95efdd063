//! Who hears of an incident, signed, in order, and although receivers fail.

mod tickets;

use std::time::Duration;

use actors::domain::Timestamp;
use actors::limits::NOTICES_WAITING;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;

use super::engine;
use super::intake::{admin, put};
use crate::support::engine::Home;
use crate::support::process::{PATIENCE, eventually};
use crate::support::receiver::{Received, Receiver, Says};
use crate::support::server::{Company, Person, Server};
use crate::support::smtp::Smtp;

const COMPANY: &str = "/api/companies/comp-acme";

struct House {
    server: Server,
    acme: Company,
    boss: Person,
    receiver: Receiver,
}

fn inside(flags: &mut alert_whisperer::config::Flags) {
    flags.outbound_networks = Some(vec!["127.0.0.0/8".to_owned()]);
}

impl House {
    async fn new() -> Self {
        let server = Server::start_with(engine(), inside).await;
        let acme = server.company("comp-acme").await;
        let boss = admin(&server, &acme).await;
        Self {
            server,
            acme,
            boss,
            receiver: Receiver::start().await,
        }
    }

    /// Makes a channel that leads to a path of the receiver; its secret, where it has one.
    async fn channel(&self, name: &str, kind: &str) -> String {
        let wanted = json!({"kind": kind, "url": format!("{}/{name}", self.receiver.url)});
        let made = put(&self.server, &self.boss, &format!("{COMPANY}/channels/{name}"), &wanted).await;
        assert_eq!(made.status, 200, "{}", made.text);
        made.json()["secret"].as_str().unwrap_or_default().to_owned()
    }

    async fn notify(&self, notifications: Value) {
        let set = put(
            &self.server,
            &self.boss,
            &format!("{COMPANY}/notifications"),
            &notifications,
        )
        .await;
        assert_eq!(set.status, 200, "{}", set.text);
    }

    async fn opened(&self, asset: &str, severity: &str) -> String {
        let alert = json!({"asset_name": asset, "signature": "link-down", "severity": severity,
            "message": "the link is down <!channel>", "labels": {"site": "a"}});
        let sent = self.server.deliver(&self.acme, None, alert.to_string()).await.json();
        self.server.settle(&self.acme).await;
        let path = format!("/api/alerts/{}", sent["alert_id"].as_str().unwrap());
        let shown = self.server.get(&self.acme, &path).await.json();
        shown["incident_id"].as_str().unwrap().to_owned()
    }

    async fn act(&self, incident: &str, act: &str) {
        let path = format!("/api/incidents/{incident}/{act}");
        let acted = self.server.post_as(&self.boss, &path, &json!({})).await;
        assert_eq!(acted.status, 200, "{}", acted.text);
    }

    async fn deliveries(&self, query: &str) -> Vec<Value> {
        let path = format!("{COMPANY}/deliveries?{query}");
        let page = self.server.get_as(&self.boss, &path).await.json();
        page["items"].as_array().unwrap().clone()
    }
}

fn told(received: &[Received]) -> Vec<String> {
    let kind = |one: &Received| one.json()["type"].as_str().unwrap_or_default().to_owned();
    received.iter().map(kind).collect()
}

fn everything(channel: &str) -> Value {
    json!({"routes": [{"name": "all", "channels": [channel]}]})
}

#[tokio::test]
async fn a_webhook_is_told_of_an_incidents_life_and_can_tell_that_it_is_us() {
    let house = House::new().await;
    let secret = house.channel("ops", "webhook").await;
    assert!(secret.starts_with("whsec_"), "{secret}");
    house.notify(everything("ops")).await;
    let incident = house.opened("sw-1", "high").await;
    house.receiver.until(1).await;
    house.act(&incident, "acknowledge").await;
    house.receiver.until(2).await;
    house.act(&incident, "resolve").await;
    let received = house.receiver.until(3).await;
    assert_eq!(
        told(&received),
        ["incident.opened", "incident.acknowledged", "incident.resolved"]
    );
    let key = STANDARD.decode(secret.trim_start_matches("whsec_")).unwrap();
    for one in &received {
        let (id, at) = (one.header("webhook-id"), one.header("webhook-timestamp"));
        let signed = format!("{id}.{at}.{}", one.text);
        let mac = Hmac::<Sha256>::new_from_slice(&key)
            .unwrap()
            .chain_update(signed)
            .finalize();
        assert_eq!(
            one.header("webhook-signature"),
            format!("v1,{}", STANDARD.encode(mac.into_bytes()))
        );
    }
    let opened = received[0].json();
    assert_eq!(opened["data"]["incident"]["incident_id"], *incident);
    assert_eq!(opened["data"]["incident"]["labels"], json!({"site": "a"}));
    assert_eq!(received[1].json()["data"]["detail"]["acknowledged_by"], house.boss.id);
    // What was told can be seen, in the list and in the incident's timeline.
    let deliveries = eventually("three deliveries", PATIENCE, async || {
        Some(house.deliveries(&format!("incident_id={incident}")).await).filter(|all| all.len() == 3)
    })
    .await;
    assert!(
        deliveries.iter().all(|one| one["status"] == "delivered"),
        "{deliveries:?}"
    );
    assert!(
        deliveries
            .iter()
            .all(|one| one["because"] == "route all" && one["tries"][0]["answer"] == "200 OK"),
        "{deliveries:?}"
    );
    let timeline = house
        .server
        .get(&house.acme, &format!("/api/incidents/{incident}/timeline?limit=100"))
        .await
        .json();
    let kinds: Vec<&str> = timeline["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|item| item["kind"].as_str())
        .collect();
    assert_eq!(
        kinds.iter().filter(|kind| **kind == "notification.delivered").count(),
        3,
        "{kinds:?}"
    );
    // The secret is not shown again, and stays when the address changes.
    let shown = house.server.get_as(&house.boss, &format!("{COMPANY}/channels")).await;
    assert!(!shown.text.contains("whsec_"), "{}", shown.text);
    assert_eq!(house.channel("ops", "webhook").await, "");
    house.server.stop().await;
}

#[tokio::test]
async fn a_receiver_that_fails_is_tried_again_under_the_same_id_and_delays_nobody() {
    let house = House::new().await;
    house.channel("slow", "webhook").await;
    house.channel("quick", "webhook").await;
    house
        .notify(json!({"routes": [
            {"name": "slow", "channels": ["slow"], "events": ["incident.opened"]},
            {"name": "quick", "channels": ["quick"], "events": ["incident.resolved"]},
        ]}))
        .await;
    house.receiver.says([Says::Nothing]);
    let incident = house.opened("sw-1", "high").await;
    house.receiver.until(1).await;
    // While one receiver says nothing, the incident goes on, and another is told.
    house.act(&incident, "acknowledge").await;
    house.act(&incident, "resolve").await;
    let received = house.receiver.until(2).await;
    assert_eq!(received[1].path, "/quick");
    let pending = house.deliveries("pending=true&channel=slow").await;
    assert_eq!((pending.len(), &pending[0]["status"]), (1, &json!("pending")));
    // It is given up after ten seconds, and tried again after five more.
    house.server.clock.advance(Duration::from_secs(10));
    eventually("a failed try", PATIENCE, async || {
        let pending = house.deliveries("pending=true&channel=slow").await;
        (pending[0]["tried"] == 1).then_some(())
    })
    .await;
    house.server.clock.advance(Duration::from_secs(5));
    let received = house.receiver.until(3).await;
    assert_eq!(received[2].header("webhook-id"), received[0].header("webhook-id"));
    let delivered = eventually("its end", PATIENCE, async || {
        let done = house.deliveries("channel=slow").await;
        done.first().cloned()
    })
    .await;
    assert_eq!(
        (&delivered["status"], &delivered["tried"]),
        (&json!("delivered"), &json!(2))
    );
    assert_eq!(delivered["tries"][0]["answer"], "no answer within 10 s");
    house.server.stop().await;
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_left_alone_until_its_channel_is_set_anew() {
    let house = House::new().await;
    house.channel("ops", "webhook").await;
    house.notify(everything("ops")).await;
    house.receiver.says([Says::Status(410)]);
    house.opened("sw-1", "high").await;
    house.receiver.until(1).await;
    let disabled = eventually("the channel's end", PATIENCE, async || {
        let all = house
            .server
            .get_as(&house.boss, &format!("{COMPANY}/channels"))
            .await
            .json();
        Some(all["items"][0]["disabled"].clone()).filter(|disabled| !disabled.is_null())
    })
    .await;
    assert_eq!(disabled["why"], "410 Gone: so it is");
    house.opened("sw-2", "high").await;
    let failed = eventually("what it was not told", PATIENCE, async || {
        Some(house.deliveries("channel=ops").await).filter(|all| all.len() == 2)
    })
    .await;
    assert!(failed.iter().all(|one| one["status"] == "failed"), "{failed:?}");
    let unsent = failed.iter().find(|one| one["tried"] == 0).unwrap();
    assert_eq!(unsent["why"], "the channel is disabled: 410 Gone: so it is");
    assert_eq!(house.receiver.received().len(), 1, "nobody is asked who wants nothing");
    house.channel("ops", "webhook").await;
    let id = unsent["delivery_id"].as_str().unwrap();
    let path = format!("{COMPANY}/deliveries/{id}/redeliver");
    let again = house.server.post_as(&house.boss, &path, &json!({})).await;
    assert_eq!(again.status, 200, "{}", again.text);
    let received = house.receiver.until(2).await;
    assert_eq!(received[1].header("webhook-id"), id);
    house.server.stop().await;
}

#[tokio::test]
async fn what_was_to_be_told_is_told_by_the_next_process() {
    let home = Home::on(engine());
    let server = Server::start_at(&home, inside).await;
    let acme = server.company("comp-acme").await;
    let boss = admin(&server, &acme).await;
    let receiver = Receiver::start().await;
    let mut house = House {
        server,
        acme,
        boss,
        receiver,
    };
    house.channel("ops", "webhook").await;
    house.notify(everything("ops")).await;
    house.receiver.says([Says::Status(503)]);
    house.opened("sw-1", "high").await;
    house.receiver.until(1).await;
    eventually("a failed try", PATIENCE, async || {
        let pending = house.deliveries("pending=true").await;
        (pending.first()?["tried"] == 1).then_some(())
    })
    .await;
    house.server.stop().await;
    house.server = Server::start_at(&home, inside).await;
    house.server.clock.advance(Duration::from_secs(60));
    let received = house.receiver.until(2).await;
    assert_eq!(told(&received), ["incident.opened", "incident.opened"]);
    assert_eq!(received[0].header("webhook-id"), received[1].header("webhook-id"));
    house.server.stop().await;
}

#[tokio::test]
async fn nothing_is_sent_into_a_private_network_unless_the_platform_allows_it() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let boss = admin(&server, &acme).await;
    let receiver = Receiver::start().await;
    let port = receiver.url.rsplit_once(':').unwrap().1.to_owned();
    let path = format!("{COMPANY}/channels/ops");
    for url in [
        receiver.url.clone(),
        format!("https://127.0.0.1:{port}/"),
        format!("https://[::1]:{port}/"),
        format!("https://[::ffff:127.0.0.1]:{port}/"),
        format!("https://2130706433:{port}/"),
        "https://169.254.169.254/latest/meta-data/".to_owned(),
        "https://user:secret@example.com/".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        let refused = put(&server, &boss, &path, &json!({"kind": "webhook", "url": url})).await;
        assert_eq!(refused.problem(400), "url", "{url}");
    }
    // A name is looked at when it is asked.
    let named = json!({"kind": "webhook", "url": format!("https://localhost:{port}/")});
    assert_eq!(put(&server, &boss, &path, &named).await.status, 200);
    let tried = server.post_as(&boss, &format!("{path}/test"), &json!({})).await.json();
    assert_eq!(
        (&tried["delivered"], &tried["answer"]),
        (&json!(false), &json!("it has no address that may be asked")),
        "{tried}"
    );
    assert!(receiver.received().is_empty());
    let mail = json!({"kind": "email", "to": ["ann@example.com"]});
    assert_eq!(
        put(&server, &boss, &path, &mail).await.problem(400),
        "kind",
        "there is no relay"
    );
    server.stop().await;
}

#[tokio::test]
async fn chats_and_mailboxes_are_told_in_words_and_a_storm_in_few() {
    let smtp = Smtp::start().await;
    let url = smtp.url.clone();
    let server = Server::start_with(engine(), |flags| {
        inside(flags);
        flags.smtp_url = Some(url.into());
        flags.smtp_from = Some("Alerts <alerts@msp.example>".to_owned());
    })
    .await;
    let acme = server.company("comp-acme").await;
    let boss = admin(&server, &acme).await;
    let house = House {
        server,
        acme,
        boss,
        receiver: Receiver::start().await,
    };
    house.channel("slack", "slack").await;
    house.channel("teams", "teams").await;
    let mail = json!({"kind": "email", "to": ["ann@example.com", "Bob <bob@example.com>"]});
    let made = put(&house.server, &house.boss, &format!("{COMPANY}/channels/mail"), &mail).await;
    assert_eq!(made.status, 200, "{}", made.text);
    house
        .notify(json!({"routes": [{"name": "people", "channels": ["slack", "teams", "mail"]}]}))
        .await;
    house.opened("sw-1", "high").await;
    let received = house.receiver.until(2).await;
    let of = |path: &str| received.iter().find(|one| one.path == path).unwrap().json();
    let slack = of("/slack");
    assert_eq!(slack["text"], "[HIGH] New incident: link-down on sw-1");
    assert_eq!(
        slack["blocks"][1]["text"]["type"], "plain_text",
        "nobody is mentioned: {slack}"
    );
    let card = of("/teams");
    assert_eq!(
        card["attachments"][0]["content"]["body"][0]["inlines"][0]["type"], "TextRun",
        "{card}"
    );
    let letter = eventually("a letter", PATIENCE, async || smtp.letters().first().cloned()).await;
    assert_eq!(letter.to, ["ann@example.com", "bob@example.com"]);
    assert!(
        letter.text.contains("Subject: [HIGH] New incident: link-down on sw-1")
            && letter.text.contains("Auto-Submitted: auto-generated"),
        "{}",
        letter.text
    );
    // A storm: some at once, and then all that has come up meanwhile in one.
    for asset in 2..40 {
        house.opened(&format!("sw-{asset}"), "high").await;
    }
    house.server.clock.advance(Duration::from_secs(60));
    eventually("all to be told", PATIENCE, async || {
        (house.deliveries("channel=slack&limit=100").await.len() == 39).then_some(())
    })
    .await;
    let messages = house
        .receiver
        .received()
        .iter()
        .filter(|one| one.path == "/slack")
        .count();
    assert!(messages < 20, "{messages} messages of 39 incidents");
    let digest = house
        .receiver
        .received()
        .iter()
        .any(|one| one.text.contains("notices of comp-acme"));
    assert!(digest);
    house.server.stop().await;
}

/// On the night of 2026-10-25, when three o'clock in Berlin becomes two again, an incident opens at 2:55 the first time. The
/// night's first says nothing; the second is told fifteen minutes later, which is 2:10 by the clock on the wall.
#[tokio::test]
async fn at_three_in_the_night_when_the_clocks_change_the_second_is_told_in_time() {
    let house = House::new().await;
    for channel in ["night", "day", "second"] {
        house.channel(channel, "webhook").await;
    }
    let hours = |from: &str, to: &str| json!({"from": from, "to": to, "time_zone": "Europe/Berlin"});
    house
        .notify(json!({
            "routes": [
                {"name": "night", "hours": hours("22:00", "06:00"), "channels": ["night"]},
                {"name": "day", "hours": hours("06:00", "22:00"), "channels": ["day"]},
            ],
            "escalation": [{"after_minutes": 15, "channels": ["second"]}],
            "service_levels": {"critical": {"response_minutes": 30}},
        }))
        .await;
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    house.server.clock.set(at("2026-10-25T00:55:00Z"));
    let boss = house
        .server
        .person(
            "late@acme.example",
            alert_whisperer::accounts::rights::Role::CompanyAdmin,
            &[&house.acme],
        )
        .await;
    let house = House { boss, ..house };
    let incident = house.opened("core-1", "critical").await;
    let received = house.receiver.until(1).await;
    assert_eq!(received[0].path, "/night");
    house.server.clock.set(at("2026-10-25T01:09:59Z"));
    let shown = house
        .server
        .get(&house.acme, &format!("/api/incidents/{incident}"))
        .await
        .json();
    assert_eq!(
        shown["clocks"],
        json!([{"clock": "response", "due_at": "2026-10-25T01:25:00.000Z", "stopped_at": null, "breached": false}])
    );
    assert_eq!(house.receiver.received().len(), 1, "not before its time");
    house.server.clock.set(at("2026-10-25T01:10:00Z"));
    let mut received = house.receiver.until(3).await;
    received.sort_by(|one, other| one.path.cmp(&other.path));
    let paths: Vec<&str> = received.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(paths, ["/night", "/night", "/second"]);
    assert_eq!(received[2].json()["type"], "incident.escalated");
    assert_eq!(received[2].json()["timestamp"], "2026-10-25T01:10:00.000Z");
    assert_eq!(received[2].json()["data"]["incident"]["status"], "escalated");
    // Whoever takes it up stops the clock before it has run out.
    house.act(&incident, "acknowledge").await;
    house.server.clock.set(at("2026-10-25T02:00:00Z"));
    let shown = house
        .server
        .get(&house.acme, &format!("/api/incidents/{incident}"))
        .await
        .json();
    assert_eq!(
        (&shown["clocks"][0]["breached"], &shown["clocks"][0]["stopped_at"]),
        (&json!(false), &json!("2026-10-25T01:10:00.000Z"))
    );
    house.server.stop().await;
}

/// Clocks run whether or not there is anybody to tell; that somebody was told is said only where there is.
#[tokio::test]
async fn where_only_clocks_run_nobody_counts_as_told() {
    let house = House::new().await;
    house
        .notify(json!({"service_levels": {"critical": {"response_minutes": 30}}}))
        .await;
    let incident = house.opened("core-1", "critical").await;
    let path = format!("/api/incidents/{incident}");
    eventually("the clock", PATIENCE, async || {
        let shown = house.server.get(&house.acme, &path).await.json();
        (!shown["clocks"].as_array()?.is_empty()).then_some(())
    })
    .await;
    let why = house.server.get(&house.acme, &format!("{path}/why")).await.json();
    assert_eq!(
        (&why["told"]["told_at"], &why["told"]["why_not"]),
        (
            &Value::Null,
            &json!("the company tells nobody: it has no routes and no steps")
        )
    );
    let timeline = house.server.get(&house.acme, &format!("{path}/timeline")).await.json();
    let told: Vec<&Value> = timeline["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["data"]["told"])
        .filter(|told| !told.is_null())
        .collect();
    assert_eq!(told, [&json!(false)], "{timeline}");
    house.server.stop().await;
}

#[tokio::test]
async fn what_names_no_channel_or_is_still_named_is_refused() {
    let house = House::new().await;
    let path = format!("{COMPANY}/notifications");
    let refused = put(&house.server, &house.boss, &path, &everything("nobody")).await;
    assert_eq!(refused.problem(400), "routes[0].channels");
    house.channel("ops", "webhook").await;
    house.notify(everything("ops")).await;
    let channel = format!("{COMPANY}/channels/ops");
    let still = house
        .server
        .ask(Method::DELETE, &channel, house.boss.headers(), "")
        .await;
    still.problem(409);
    house.notify(json!({})).await;
    let gone = house
        .server
        .ask(Method::DELETE, &channel, house.boss.headers(), "")
        .await;
    assert_eq!(gone.status, 200, "{}", gone.text);
    let technician = house.server.technician(&house.acme).await;
    let refused = put(
        &house.server,
        &technician,
        &channel,
        &json!({"kind": "webhook", "url": house.receiver.url}),
    )
    .await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    house.server.stop().await;
}

/// A receiver that is dead while a company has a bad week keeps what is newest, and takes no room from another.
#[tokio::test]
async fn what_waits_for_a_dead_receiver_is_bounded_and_another_is_told() {
    let house = House::new().await;
    let dead = json!({"kind": "webhook", "url": "http://127.0.0.1:9/"});
    let made = put(&house.server, &house.boss, &format!("{COMPANY}/channels/dead"), &dead).await;
    assert_eq!(made.status, 200, "{}", made.text);
    house.channel("ops", "webhook").await;
    house
        .notify(json!({"routes": [
            {"name": "all", "channels": ["dead"]},
            {"name": "last", "match": "asset == 'last'", "channels": ["ops"]},
        ]}))
        .await;
    let incident = house.opened("web-1", "low").await;
    for _ in 0..NOTICES_WAITING + 10 {
        house.act(&incident, "escalate").await;
    }
    let given_up = eventually("what is given up", PATIENCE, async || {
        let failed = house.deliveries("channel=dead&limit=100").await;
        (failed.len() >= 10).then_some(failed)
    })
    .await;
    let why = format!("more than {NOTICES_WAITING} wait for this channel");
    for one in &given_up {
        assert_eq!(one["why"], why, "{one}");
        assert_eq!(
            one["tried"],
            one["tries"].as_array().unwrap().len(),
            "what was not tried is no try: {one}"
        );
    }
    house.opened("last", "low").await;
    assert_eq!(house.receiver.until(1).await[0].path, "/ops");
    house.server.stop().await;
}

/// Whoever was told of an incident is told of its end, silenced or not; nothing in between.
#[tokio::test]
async fn the_end_of_what_was_told_is_told_even_in_a_silence() {
    let house = House::new().await;
    house.channel("ops", "webhook").await;
    house.notify(everything("ops")).await;
    let incident = house.opened("sw-1", "high").await;
    house.receiver.until(1).await;
    let wanted = json!({"match": "asset == 'sw-1'", "minutes": 60});
    let path = format!("{COMPANY}/silences");
    let silenced = house.server.post_as(&house.boss, &path, &wanted).await;
    assert_eq!(silenced.status, 200, "{}", silenced.text);
    let path = format!("/api/incidents/{incident}");
    eventually("its silence", PATIENCE, async || {
        let shown = house.server.get(&house.acme, &path).await.json();
        (shown["suppressed_by"] != json!([])).then_some(())
    })
    .await;
    house.act(&incident, "acknowledge").await;
    house.act(&incident, "resolve").await;
    let received = house.receiver.until(2).await;
    assert_eq!(told(&received), ["incident.opened", "incident.resolved"]);
    house.server.stop().await;
}

/// What waits for a channel that is removed is given up at once.
#[tokio::test]
async fn a_channel_that_is_removed_takes_what_waits_for_it_along() {
    let house = House::new().await;
    house.channel("ops", "webhook").await;
    house.notify(everything("ops")).await;
    house.receiver.says([Says::Status(500)]);
    house.opened("sw-1", "high").await;
    house.receiver.until(1).await;
    eventually("a failed try", PATIENCE, async || {
        let pending = house.deliveries("pending=true").await;
        (pending.first()?["tried"] == 1).then_some(())
    })
    .await;
    house.notify(json!({})).await;
    let path = format!("{COMPANY}/channels/ops");
    let gone = house.server.ask(Method::DELETE, &path, house.boss.headers(), "").await;
    assert_eq!(gone.status, 200, "{}", gone.text);
    let failed = eventually("its end", PATIENCE, async || {
        house.deliveries("channel=ops").await.first().cloned()
    })
    .await;
    assert_eq!(
        (&failed["status"], &failed["why"], &failed["tried"]),
        (&json!("failed"), &json!("there is no such channel any more"), &json!(1))
    );
    house.server.stop().await;
}
