//! What is open, in short.

use actors::domain::{IncidentStatus, Life};
use actors::limits::{PAGE, UNRESOLVED};
use actors::port::reader::{OpenView, Verdict};

use super::lists::page;
use super::{World, incident_id, place};
use crate::support::decisions::decision;
use crate::support::placing::{batch, change_of, opening, reopened, resolved};

pub async fn what_is_open_is_told_in_short(w: World) {
    let (writer, reader) = (w.writer().await, w.reader());
    assert_eq!(reader.unresolved(page(9, None)).await.unwrap().items, []);
    for no in 1..=6 {
        w.opened(&*writer, &format!("inc-{no}"), 1).await;
    }
    let change = async |name: &str, life: Option<Life>, decisions: &[(&str, &str, f64)]| {
        let row = w.row(&incident_id(name)).await;
        let mut changed = change_of(&row, w.now());
        changed.life = life;
        for (id, recommendation, confidence) in decisions {
            let mut made = decision(&w.a, &row.incident_id, id, w.now());
            (made.recommendation, made.confidence) = ((*recommendation).to_owned(), *confidence);
            let mut change = changed.clone();
            change.decision = Some(made);
            writer.change(change, None).await.unwrap();
        }
        if decisions.is_empty() {
            writer.change(changed, None).await.unwrap();
        }
    };
    let row = async |name: &str| w.row(&incident_id(name)).await;
    change("inc-2", Some(resolved(&row("inc-2").await, w.now())), &[]).await;
    change("inc-4", Some(resolved(&row("inc-4").await, w.now())), &[]).await;
    change("inc-4", Some(reopened(&row("inc-4").await)), &[]).await;
    let acknowledged = Life {
        status: IncidentStatus::InProgress,
        acknowledged_at: Some(w.now()),
        ..row("inc-5").await.life
    };
    change("inc-5", Some(acknowledged), &[]).await;
    change("inc-3", None, &[("dec-1", "wait", 0.5), ("dec-2", "say \"stop\"", 1.0)]).await;
    let ids = |items: &[OpenView]| -> Vec<String> {
        items.iter().map(|view| view.incident.incident_id.to_string()).collect()
    };
    for limit in 1..=6 {
        let (mut items, mut after) = (Vec::new(), None);
        loop {
            let found = reader.unresolved(page(limit, after)).await.unwrap();
            assert!(found.items.len() <= limit);
            items.extend(found.items);
            after = found.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(
            ids(&items),
            ["inc-6", "inc-5", "inc-4", "inc-3", "inc-1"],
            "{limit} a page"
        );
        for view in &items {
            assert_eq!(view.incident, row(view.incident.incident_id.as_str()).await);
            let expected = (view.incident.incident_id.as_str() == "inc-3").then(|| Verdict {
                recommendation: "say \"stop\"".to_owned(),
                confidence: 1.0,
            });
            assert_eq!(view.verdict, expected);
        }
    }
    assert_eq!(w.store.reader(&w.b).unresolved(page(9, None)).await.unwrap().items, []);

    // A page may be longer than that of another list, and has an end of its own.
    let alerts = w.alerts(UNRESOLVED).await;
    let joinable_no = writer.barrier().await.unwrap();
    let openings = alerts.chunks(1).enumerate().map(|(no, alerts)| {
        let id = incident_id(&format!("inc-of-{no}"));
        opening(&id, alerts, w.now())
    });
    let openings = batch(joinable_no, openings.collect(), vec![], w.now());
    assert_eq!(place(&*writer, openings).await.unwrap().refused, []);
    let found = reader.unresolved(page(PAGE + 1, None)).await.unwrap();
    assert_eq!((found.items.len(), found.next.is_some()), (PAGE + 1, true));
    let first = reader.unresolved(page(usize::MAX, None)).await.unwrap();
    let rest = reader.unresolved(page(UNRESOLVED, first.next)).await.unwrap();
    assert_eq!((first.items.len(), rest.items.len(), rest.next), (UNRESOLVED, 5, None));
}
