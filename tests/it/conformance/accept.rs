//! Accepting: what is new, what is a duplicate, what is stale.

use std::time::Duration;

use actors::domain::{AlertId, AlertState};
use actors::limits::{ALERTS_PER_BODY, UNPLACED_ALERTS};
use actors::port::Error;
use actors::port::inbox::{Accepted, Delivery};
use futures::future::join_all;

use super::World;
use crate::support::alerts::{delivery, delivery_id, signature};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn duplicate(ids: &[AlertId]) -> Result<Accepted, Error> {
    Ok(Accepted::Duplicate {
        alert_ids: ids.to_vec(),
        body_differs: false,
    })
}

fn ids(delivery: &Delivery) -> Vec<AlertId> {
    delivery.alerts.iter().map(|alert| alert.alert_id).collect()
}

impl World {
    /// One alert, under a delivery id and a signature if given.
    fn request(&self, id: Option<&str>, mac: Option<u8>) -> Delivery {
        Delivery {
            delivery_id: id.and_then(delivery_id),
            signature: mac.and_then(|mac| signature(mac, self.now())),
            ..delivery(&self.a, vec![self.alert()], self.now())
        }
    }

    async fn accept(&self, delivery: &Delivery) -> Result<Accepted, Error> {
        self.store.accept(delivery.clone()).await
    }

    async fn stored(&self) -> usize {
        self.reader().unplaced(UNPLACED_ALERTS).await.unwrap().len()
    }
}

pub async fn a_delivery_is_stored_as_it_was_sent(w: World) {
    let mut sent = w.request(Some("d-1"), Some(1));
    sent.alerts.push(w.alert().into());
    assert_eq!(w.accept(&sent).await, Ok(Accepted::New));
    let stored = w.reader().unplaced(9).await.unwrap();
    assert_eq!(
        stored.iter().map(|alert| alert.sent.clone()).collect::<Vec<_>>(),
        sent.alerts
    );
    assert!(stored[0].no < stored[1].no);
    let (view, receipt) = w.reader().alert(stored[0].id()).await.unwrap().unwrap();
    assert_eq!(
        (view.state, view.incident_id, receipt),
        (AlertState::Received, None, None)
    );
    assert_eq!(view.alert, stored[0]);
    assert_eq!(view.alert.received_at, w.now());
    assert_eq!(view.alert.delivery_id, delivery_id("d-1"));
    assert_eq!(w.reader().unplaced(1).await.unwrap().len(), 1);
}

pub async fn a_delivery_id_is_known_for_a_day_from_its_first_use(w: World) {
    let first = w.request(Some("d-1"), None);
    assert_eq!(w.accept(&first).await, Ok(Accepted::New));
    w.clock.advance(DAY / 2);
    let second = w.request(Some("d-1"), None);
    assert_eq!(w.accept(&second).await, duplicate(&ids(&first)));
    w.clock.advance(DAY / 2 - Duration::from_millis(1));
    assert_eq!(w.accept(&w.request(Some("d-1"), None)).await, duplicate(&ids(&first)));
    // It did not slide.
    w.clock.advance(Duration::from_millis(1));
    let third = w.request(Some("d-1"), None);
    assert_eq!(w.accept(&third).await, Ok(Accepted::New));
    assert_eq!(w.accept(&w.request(Some("d-1"), None)).await, duplicate(&ids(&third)));
    assert_eq!(w.stored().await, 2);
}

pub async fn another_body_under_a_known_id_is_told(w: World) {
    let first = w.request(Some("d-1"), None);
    assert_eq!(w.accept(&first).await, Ok(Accepted::New));
    let other = Delivery {
        body_hash: [8; 32],
        ..w.request(Some("d-1"), None)
    };
    let told = Accepted::Duplicate {
        alert_ids: ids(&first),
        body_differs: true,
    };
    assert_eq!(w.accept(&other).await, Ok(told));
    assert_eq!(w.stored().await, 1);
}

pub async fn a_replayed_signature_is_a_duplicate_and_spends_no_delivery_id(w: World) {
    let first = w.request(None, Some(1));
    assert_eq!(w.accept(&first).await, Ok(Accepted::New));
    let mut replay = w.request(Some("d-next"), None);
    replay.signature = first.signature;
    assert_eq!(w.accept(&replay).await, duplicate(&ids(&first)));
    // The sender's own use of that id is still new.
    assert_eq!(w.accept(&w.request(Some("d-next"), Some(2))).await, Ok(Accepted::New));
    // A repeated id with a fresh signature is a duplicate too, and that signature is not remembered.
    assert!(matches!(
        w.accept(&w.request(Some("d-next"), Some(3))).await,
        Ok(Accepted::Duplicate { .. })
    ));
    assert_eq!(w.accept(&w.request(None, Some(3))).await, Ok(Accepted::New));
    assert_eq!(w.stored().await, 3);
}

pub async fn a_forgotten_signature_is_stale_when_the_clock_has_stepped_back(w: World) {
    let start = w.now();
    let first = w.request(None, Some(1));
    assert_eq!(w.accept(&first).await, Ok(Accepted::New));
    // The window's last moment is in it.
    w.clock.advance(Duration::from_secs(300));
    w.store.forget_expired(w.now()).await.unwrap();
    assert_eq!(w.accept(&first).await, duplicate(&ids(&first)));
    w.clock.advance(Duration::from_secs(1));
    w.store.forget_expired(w.now()).await.unwrap();
    w.clock.set(start);
    assert_eq!(w.accept(&first).await, Ok(Accepted::Stale));
    assert_eq!(
        w.accept(&w.request(None, Some(2))).await,
        Ok(Accepted::Stale),
        "signed at the same time"
    );
    w.clock.advance(Duration::from_millis(1));
    assert_eq!(w.accept(&w.request(None, Some(2))).await, Ok(Accepted::New));
    // What is not forgotten is known, however far the clock goes back.
    let second = w.request(Some("d-1"), Some(3));
    assert_eq!(w.accept(&second).await, Ok(Accepted::New));
    w.clock.set(start);
    assert_eq!(w.accept(&second).await, duplicate(&ids(&second)));
    assert_eq!(w.stored().await, 3);
}

pub async fn what_was_seen_is_a_companys_own(w: World) {
    let first = w.request(Some("d-1"), Some(1));
    assert_eq!(w.accept(&first).await, Ok(Accepted::New));
    let others = Delivery {
        company_id: w.b.clone(),
        alerts: vec![w.alert().into()],
        ..first.clone()
    };
    assert_eq!(w.accept(&others).await, Ok(Accepted::New));
    assert_eq!(w.accept(&first).await, duplicate(&ids(&first)));
    assert_eq!(w.accept(&others).await, duplicate(&ids(&others)));
}

pub async fn of_many_at_once_one_is_new(w: World) {
    let requests: Vec<_> = (0..64).map(|mac| w.request(Some("d-1"), Some(mac))).collect();
    let answers = join_all(requests.iter().map(|request| w.accept(request))).await;
    let new: Vec<_> = (0..64).filter(|n| answers[*n] == Ok(Accepted::New)).collect();
    assert_eq!(new.len(), 1);
    let first = ids(&requests[new[0]]);
    assert_eq!(
        answers.iter().filter(|answer| **answer == duplicate(&first)).count(),
        63
    );
    assert_eq!(w.reader().unplaced(9).await.unwrap()[0].id(), first[0]);
    assert_eq!(w.stored().await, 1);
}

pub async fn too_many_unplaced_alerts_are_refused(w: World) {
    for _ in 0..UNPLACED_ALERTS / ALERTS_PER_BODY {
        let alerts = (0..ALERTS_PER_BODY).map(|_| w.alert()).collect();
        assert_eq!(w.accept(&delivery(&w.a, alerts, w.now())).await, Ok(Accepted::New));
    }
    let late = w.request(Some("d-1"), Some(1));
    assert_eq!(w.accept(&late).await, Err(Error::Overloaded));
    // Nothing of it was kept, and another company is not concerned.
    assert_eq!(w.accept(&late).await, Err(Error::Overloaded));
    assert_eq!(
        w.accept(&delivery(&w.b, vec![w.alert()], w.now())).await,
        Ok(Accepted::New)
    );
}

pub async fn unknown_companies_are_refused(w: World) {
    let nobody = "comp-nobody".parse().unwrap();
    let refused = w.accept(&delivery(&nobody, vec![w.alert()], w.now())).await;
    assert_eq!(refused, Err(Error::NoSuchCompany));
    let platform = actors::domain::CompanyId::platform();
    let refused = w.accept(&delivery(&platform, vec![w.alert()], w.now())).await;
    assert_eq!(refused, Err(Error::NoSuchCompany));
    assert_eq!(w.store.acquire(&nobody).await.err(), Some(Error::NoSuchCompany));
    assert_eq!(w.store.reader(&nobody).company().await, Err(Error::NoSuchCompany));
    assert_eq!(w.store.reader(&platform).company().await, Err(Error::NoSuchCompany));
}
