//! Tickets in Jira and ServiceNow, against doubles of their APIs.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::intake::put;
use super::{COMPANY, House, everything};
use crate::support::process::{PATIENCE, eventually};
use crate::support::tickets::{Desk, Fault};

/// Each incident has one ticket, whatever answers are lost; it is told its news in their order, and closed with it.
#[tokio::test]
async fn an_incident_has_one_ticket_that_is_made_told_and_closed_with_it() {
    for (kind, wanted, number) in [
        ("jira", json!({"kind": "jira", "project": "OPS"}), "OPS-1"),
        ("service_now", json!({"kind": "service_now"}), "INC0000001"),
    ] {
        let house = House::new().await;
        let desk = Desk::start().await;
        let mut wanted = wanted;
        wanted["url"] = json!(desk.url);
        wanted["user"] = json!("bot@acme");
        let path = format!("{COMPANY}/channels/tickets");
        let refused = put(&house.server, &house.boss, &path, &wanted).await;
        assert_eq!(refused.problem(400), "token", "{kind}");
        wanted["token"] = json!("tok-1");
        let made = put(&house.server, &house.boss, &path, &wanted).await;
        assert_eq!(made.status, 200, "{}", made.text);
        assert!(!made.text.contains("tok-1"), "{}", made.text);
        house.notify(everything("tickets")).await;
        // It is made, and the answer is lost; then the system wants to be left alone for a while.
        desk.fails([Fault::Lost, Fault::Busy(60)]);
        let incident = house.opened("sw-1", "high").await;
        let tried = async |count: u64| {
            eventually(&format!("try {count}"), PATIENCE, async || {
                let pending = house.deliveries("pending=true").await;
                (pending.last()?["tried"] == count).then_some(())
            })
            .await;
        };
        tried(1).await;
        house.act(&incident, "acknowledge").await;
        house.server.clock.advance(Duration::from_secs(5));
        let ended = async |count: usize| {
            eventually(&format!("{count} delivered"), PATIENCE, async || {
                let all = house.deliveries("channel=tickets").await;
                (all.len() == count).then_some(all)
            })
            .await
        };
        ended(1).await;
        assert_eq!(desk.tickets().len(), 1, "{kind}: the one that was made was found");
        eventually("a refusal", PATIENCE, async || {
            let pending = house.deliveries("pending=true").await;
            (pending.first()?["tried"] == 1).then_some(())
        })
        .await;
        house.act(&incident, "resolve").await;
        house.opened("sw-2", "low").await;
        ended(2).await;
        let tickets = desk.tickets();
        assert_eq!(
            (tickets.len(), tickets[0].said.len()),
            (2, 0),
            "{kind}: nothing overtakes what waits"
        );
        // What comes next finds that its time has come.
        house.server.clock.advance(Duration::from_secs(60));
        house.opened("sw-3", "low").await;
        let all = ended(5).await;
        assert!(all.iter().all(|one| one["status"] == "delivered"), "{all:?}");
        let tickets = desk.tickets();
        assert_eq!(tickets.len(), 3, "{kind}: one an incident");
        assert_eq!(
            (tickets[0].said.len(), tickets[0].is_closed, tickets[1].is_closed),
            (2, true, false)
        );
        assert!(
            tickets[0].said[0].to_string().contains("Taken up"),
            "in their order: {:?}",
            tickets[0].said
        );
        let path = format!("/api/incidents/{incident}/tickets");
        let shown = house.server.get(&house.acme, &path).await.json();
        assert_eq!(shown["items"][0]["number"], number, "{shown}");
        // It opens again with its incident, and ends with one that becomes part of another.
        house.act(&incident, "reopen").await;
        let answered = |all: &[Value], answer: &str| all.iter().any(|one| one.to_string().contains(answer));
        let all = ended(6).await;
        assert!(answered(&all, &format!("{number} open again")), "{all:?}");
        assert!(!desk.tickets()[0].is_closed);
        let other = house.opened("sw-4", "high").await;
        ended(7).await;
        let merged = json!({"incident_ids": [incident]});
        let merge = format!("/api/incidents/{other}/merge");
        let answer = house.server.post_as(&house.boss, &merge, &merged).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let all = ended(8).await;
        let closed = all
            .iter()
            .filter(|one| one.to_string().contains(&format!("{number} closed")));
        assert_eq!(closed.count(), 2, "{all:#?}");
        assert!(desk.tickets()[0].is_closed, "{all:#?}");
        house.server.stop().await;
    }
}
