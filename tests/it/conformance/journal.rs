//! The journal: gapless, chained, told in order.

use actors::domain::journal::{GENESIS, chain};
use actors::domain::{CompanyId, Entry};
use actors::port::reader::TimelineItem;

use super::lists::page;
use super::{World, place};
use crate::support::alerts::fact;
use crate::support::placing::{batch, change_of, joining, resolved};

/// Whether these are a whole journal from its beginning.
pub fn assert_chained(company: &CompanyId, entries: &[Entry]) {
    let mut previous = GENESIS;
    for (entry, seq) in entries.iter().zip(1..) {
        assert_eq!((entry.seq, &entry.company_id), (seq, company));
        previous = chain(company, seq, &previous, &entry.canonical);
        assert_eq!(entry.hash, hex::encode(previous));
    }
}

/// Three commits with a fact or two each.
pub async fn some_history(w: &World) -> actors::domain::Incident {
    let writer = w.writer().await;
    let row = w.opened(&*writer, "inc-1", 2).await;
    let alerts = w.alerts(2).await;
    let join = joining(&row.incident_id, &alerts, w.now());
    place(&*writer, batch(0, vec![join], vec![], w.now())).await.unwrap();
    let row = w.row(&row.incident_id).await;
    let mut close = change_of(&row, w.now());
    close.life = Some(resolved(&row, w.now()));
    close.facts = vec![
        fact("incident.resolved", row.incident_id.as_str(), w.now()),
        fact("somebody.told", "usr-1", w.now()),
    ];
    writer.change(close, None).await.unwrap();
    row
}

pub async fn the_chain_is_gapless_and_verifies_from_genesis(w: World) {
    some_history(&w).await;
    let journal = w.reader().journal(page(99, None)).await.unwrap();
    assert_eq!(journal.items.len(), 3);
    assert_chained(&w.a, &journal.items);
    let newest = w.reader().journal_backwards(page(2, None)).await.unwrap();
    let oldest = w.reader().journal_backwards(page(2, newest.next)).await.unwrap();
    let mut backwards = [newest.items, oldest.items].concat();
    backwards.reverse();
    assert_eq!((&backwards, oldest.next), (&journal.items, None));
    assert_eq!(journal.items[1].commit_no, journal.items[2].commit_no);
    let first = journal.items[0].to_json();
    assert_eq!(
        (first["kind"].as_str(), first["subject"].as_str()),
        (Some("incident.opened"), Some("inc-1"))
    );

    let platform = CompanyId::platform();
    let births = w.store.reader(&platform).journal(page(99, None)).await.unwrap();
    assert_eq!(births.items.len(), 2);
    assert_chained(&platform, &births.items);
    assert_eq!(w.store.reader(&w.b).journal(page(99, None)).await.unwrap().items, []);
}

pub async fn a_timeline_joins_entries_and_placements(w: World) {
    let row = some_history(&w).await;
    let told = |item: &TimelineItem| match item {
        TimelineItem::Entry(entry) => entry.to_json()["kind"].as_str().unwrap().to_owned(),
        TimelineItem::Alert { commit_no, view } => format!("alert {} by {commit_no}", view.alert.no),
    };
    let whole = w.reader().timeline(&row.incident_id, page(99, None)).await.unwrap();
    assert_eq!(whole.next, None);
    let whole: Vec<_> = whole.items.iter().map(told).collect();
    assert_eq!(
        whole,
        [
            "incident.opened",
            "alert 1 by 1",
            "alert 2 by 1",
            "alert 3 by 2",
            "alert 4 by 2",
            "incident.resolved"
        ]
    );
    for limit in 1..=3 {
        let (mut walked, mut after) = (Vec::new(), None);
        loop {
            let part = w.reader().timeline(&row.incident_id, page(limit, after)).await.unwrap();
            assert!(part.items.len() <= limit);
            walked.extend(part.items.iter().map(told));
            after = part.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(walked, whole, "{limit} a page");
    }
}
