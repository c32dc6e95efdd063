//! An embedded store in which everything has happened that can.

use std::sync::Arc;
use std::time::Duration;

use actors::domain::{AlertState, CompanyId, Timestamp};
use actors::port::inbox::{Accepted, Delivery};
use actors::port::reader::PageRequest;
use actors::port::{Amended, Amendment, Clock, Inbox, RecordKind, Roster, Store};
use alert_whisperer::store::SqliteStore;
use serde_json::{Value, json};

use crate::conformance::records::{of, put};
use crate::support::alerts::{alert as new_alert, delivery, delivery_id, signature};
use crate::support::clock::{ManualClock, SeededEntropy};
use crate::support::engine::{Engine, Home};
use crate::support::placing::{batch, verdict};
use crate::support::process::{PATIENCE, eventually};
use crate::support::server::{Company, Event, Server, alert, key};

/// The store's home, and what its users know.
pub struct Story {
    pub home: Home,
    pub clock: Arc<ManualClock>,
    pub acme: Company,
    /// A delivery that the server took under the id `d-storm-0`.
    pub storm: String,
    /// One that the store took under an id and a signature.
    pub seen: Delivery,
    /// One whose signature has been forgotten since.
    pub stale: Delivery,
    /// What a live reader of Acme's was told first.
    pub told: Vec<Event>,
}

/// Alerts in each state, incidents in each phase of their lives, over real sockets and then by hand.
pub async fn tell() -> Story {
    let home = Home::on(Engine::Sqlite);
    let server = Server::start_in(&home).await;
    let acme = server.company("comp-acme").await;
    let globex = server
        .company_as("comp-globex", |request| request.correlation.min_alerts = 3)
        .await;
    server.company("comp-quiet").await;
    let live = server.ask_stream(&acme).await;
    let storm = happen(&server, &acme).await;
    for asset in ["db-1", "db-2"] {
        let sent = server
            .deliver(&globex, Some(asset), alert(asset, "disk").to_string())
            .await;
        assert_eq!(sent.status, 200, "{}", sent.text);
    }
    server.settle(&globex).await;
    let told = told(live, 8).await;
    server.stop().await;
    let clock = Arc::new(ManualClock::default());
    let (seen, stale) = by_hand(&home, &acme.id, &clock).await;
    Story {
        home: home.with_a_database(),
        clock,
        acme,
        storm,
        seen,
        stale,
        told,
    }
}

/// So many entries, what is only said to a reader left out.
pub async fn told(mut stream: crate::support::server::Stream, count: usize) -> Vec<Event> {
    let mut told = Vec::new();
    while told.len() < count {
        let event = stream.next().await.expect("the stream goes on");
        if !event.id.is_empty() && event.name != "start" {
            told.push(event);
        }
    }
    told
}

async fn happen(server: &Server, acme: &Company) -> String {
    let storm = |round: usize| {
        let alerts = (0..40).map(|n| {
            let mut alert = alert("web-1", "disk");
            alert["message"] = json!(format!("{round}-{n} \u{1f525}"));
            alert["labels"] = json!({"$date": "no date", "a.b": "c", "round": round.to_string()});
            alert
        });
        Value::from_iter(alerts).to_string()
    };
    for round in 0..3 {
        let sent = server
            .deliver(acme, Some(&format!("d-storm-{round}")), storm(round))
            .await;
        assert_eq!(sent.status, 200, "{}", sent.text);
    }
    let mut ids = Vec::new();
    for asset in ["web-2", "web-3", "web-4", "web-5", "web-6"] {
        let sent = server
            .deliver(acme, None, alert(asset, "disk").to_string())
            .await
            .json();
        server.settle(acme).await;
        let path = format!("/api/alerts/{}", sent["alert_id"].as_str().unwrap());
        let placed = server.get(acme, &path).await.json();
        ids.push(placed["incident_id"].as_str().unwrap().to_owned());
    }
    eventually("decisions", PATIENCE, async || {
        let incidents = server.all(acme, "/api/incidents", 50).await;
        let decided = incidents.iter().all(|incident| !incident["decision"].is_null());
        (decided && incidents.len() == 6).then_some(())
    })
    .await;
    let acts = [
        (&ids[1], "merge", json!({"incident_ids": [ids[0]]})),
        (&ids[2], "resolve", json!({})),
        (&ids[3], "acknowledge", json!({})),
        (&ids[3], "escalate", json!({"reason": "beyond me"})),
        (&ids[4], "snooze", json!({"minutes": 30})),
    ];
    let ann = server.technician(acme).await;
    for (id, act, body) in acts {
        let done = server.post_as(&ann, &format!("/api/incidents/{id}/{act}"), &body).await;
        assert_eq!(done.status, 200, "{act}: {}", done.text);
    }
    let mut recovery = alert("web-9", "cpu");
    recovery["status"] = json!("resolved");
    server.deliver(acme, None, recovery.to_string()).await;
    server.settle(acme).await;
    let foreign = json!({
        "incident_id": "test-123", "company_id": acme.id,
        "incident_data": {"severity": "high", "signature": "disk_space_critical", "alert_count": 5},
        "memory_context": {},
    });
    let decided = server.post(acme, "/api/agent/decide", &foreign).await;
    assert_eq!(decided.status, 200, "{}", decided.text);
    storm(0)
}

/// What does not happen by itself in a minute.
async fn by_hand(home: &Home, acme: &CompanyId, clock: &ManualClock) -> (Delivery, Delivery) {
    let store = SqliteStore::open(&home.data(), Arc::new(ManualClock::default())).unwrap();
    let entropy = SeededEntropy::new(7);
    let named = |id: &str, mac: u8, now: Timestamp, count: usize| Delivery {
        delivery_id: delivery_id(id),
        signature: signature(mac, now),
        ..delivery(acme, (0..count).map(|_| new_alert(&entropy, now)).collect(), now)
    };
    let stale = Delivery {
        delivery_id: None,
        ..named("unused", 8, clock.now(), 1)
    };
    assert_eq!(store.accept(stale.clone()).await, Ok(Accepted::New));
    clock.advance(Duration::from_secs(302));
    store.forget_expired(clock.now()).await.unwrap();
    let seen = named("d-by-hand", 9, clock.now(), 4);
    assert_eq!(store.accept(seen.clone()).await, Ok(Accepted::New));

    let writer = store.acquire(acme).await.unwrap();
    let unplaced = store.reader(acme).unplaced(100).await.unwrap();
    assert_eq!(unplaced.len(), 5);
    let now = clock.now();
    let later = now.plus(Duration::from_secs(60));
    let others = vec![
        verdict(&unplaced[0], AlertState::DeadLetter, None, now),
        verdict(&unplaced[1], AlertState::Held, Some(later), now),
        verdict(&unplaced[2], AlertState::Suppressed, None, now),
    ];
    let joinable_no = writer.barrier().await.unwrap();
    let placed = writer.place(batch(joinable_no, vec![], others, now)).await.unwrap();
    assert_eq!(placed.refused, []);
    administer(&*store, acme, now).await;
    assert_every_state(&*store, acme).await;
    store.close();
    (seen, stale)
}

/// Records of a kind that nothing else makes yet, and settings that have been changed.
async fn administer(store: &dyn Store, acme: &CompanyId, now: Timestamp) {
    let labels = json!({ "$date": "no date", "a.b": { "made_at": now }, "n": 7 });
    let asset = json!({ "name": "web-1", "created_at": now, "gone_at": null, "labels": labels });
    let of_acme = of(vec![put(RecordKind::Assets, "web-1", None, None, asset)]);
    let quiet: CompanyId = "comp-quiet".parse().unwrap();
    let mut company = store.reader(&quiet).company().await.unwrap();
    (company.version, company.archived_at) = (2, Some(now));
    let of_quiet = Amendment {
        company: Some(company),
        ..Amendment::default()
    };
    for (company, amendment) in [(acme, of_acme), (&quiet, of_quiet)] {
        let writer = store.acquire(company).await.unwrap();
        assert_eq!(writer.amend(amendment, None).await, Ok(Amended::Done));
    }
}

/// A story that lacks a state would prove less than it says.
async fn assert_every_state(store: &dyn Store, acme: &CompanyId) {
    use AlertState as S;
    for state in [
        S::Received,
        S::Held,
        S::Placed,
        S::Suppressed,
        S::Unmatched,
        S::DeadLetter,
    ] {
        let filter = actors::port::reader::AlertFilter {
            state: Some(state),
            ..Default::default()
        };
        let page = PageRequest { limit: 1, after: None };
        let found = store.reader(acme).alerts(&filter, page).await.unwrap();
        assert_eq!(found.items.len(), 1, "no alert is {}", state.as_str());
    }
}

impl Server {
    async fn ask_stream(&self, company: &Company) -> crate::support::server::Stream {
        self.stream(reqwest::Method::GET, "/api/events", key(company), String::new())
            .await
    }
}
