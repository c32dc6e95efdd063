//! Journal entries that a filter meets.

use std::time::Duration;

use actors::domain::ids::EntryId;
use actors::domain::{Entry, Fact, Timestamp};
use actors::limits::JOURNAL_LOOKED_AT;
use actors::port::Reader;
use actors::port::reader::{EntryFilter, Kinds, PageRequest};
use serde_json::json;

use super::World;
use super::lists::page;
use crate::support::placing::change_of;

fn of(w: &World, kind: &'static str, subject: &str, actor: &str) -> Fact {
    use actors::port::Entropy;
    let id = EntryId::from_uuid(w.entropy.uuid(w.now()));
    Fact::new(id, w.now(), kind, subject, actor, &json!({"n": 1}))
}

/// Every entry that a filter meets, page by page, and how many pages that were.
async fn all(reader: &dyn Reader, filter: &EntryFilter, newest_first: bool, limit: usize) -> (Vec<Entry>, usize) {
    let (mut found, mut request, mut pages) = (Vec::new(), page(limit, None), 0);
    loop {
        let part = reader.journal_like(filter, newest_first, request).await.unwrap();
        assert!(part.items.len() <= limit);
        found.extend(part.items);
        pages += 1;
        request = PageRequest {
            after: part.next,
            ..request
        };
        if part.next.is_none() {
            return (found, pages);
        }
    }
}

pub async fn a_filter_shows_what_a_look_at_each_entry_would(w: World) {
    let (writer, reader) = (w.writer().await, w.reader());
    let row = w.opened(&*writer, "inc-1", 1).await;
    let begin = w.now();
    let kinds = ["thing.made", "thing.lost", "things.made", "thing", "other.made"];
    for no in 0..24_usize {
        w.clock.advance(Duration::from_secs(60));
        let mut change = change_of(&row, w.now());
        let (subject, actor) = (["thing-1", "thing-10"][no % 2], ["usr-1", "usr-10", "a \"b\""][no % 3]);
        change.facts = vec![of(&w, kinds[no % 5], subject, actor)];
        writer.change(change, None).await.unwrap();
    }
    let whole = reader.journal(page(99, None)).await.unwrap().items;
    assert_eq!(whole.len(), 25);
    let at = |minutes: u64| Some(begin.plus(Duration::from_secs(minutes * 60)));
    let kinds = [
        None,
        Some(Kinds::One("thing.made".into())),
        Some(Kinds::Of("thing.".into())),
    ];
    let texts = |texts: &[&str]| -> Vec<Option<String>> {
        let some = texts.iter().map(|text| Some((*text).to_owned()));
        std::iter::once(None).chain(some).collect()
    };
    let periods: [(Option<Timestamp>, Option<Timestamp>); 3] = [(None, None), (at(5), at(20)), (None, at(7))];
    for kinds in kinds {
        for actor in texts(&["usr-1", "a \"b\"", "nobody"]) {
            for subject in texts(&["thing-1", "inc-1"]) {
                for (since, until) in periods {
                    let filter = EntryFilter {
                        kinds: kinds.clone(),
                        actor: actor.clone(),
                        subject: subject.clone(),
                        since,
                        until,
                    };
                    let meets = |entry: &&Entry| {
                        let (body, kind) = (entry.to_json(), entry.kind());
                        let is_kind = match &kinds {
                            None => true,
                            Some(Kinds::One(one)) => kind == *one,
                            Some(Kinds::Of(begin)) => kind.starts_with(begin),
                        };
                        is_kind
                            && actor.as_ref().is_none_or(|actor| body["actor"] == **actor)
                            && subject.as_ref().is_none_or(|subject| entry.subject == *subject)
                            && since.is_none_or(|since| entry.at() >= Some(since))
                            && until.is_none_or(|until| entry.at() < Some(until))
                    };
                    let mut expected: Vec<Entry> = whole.iter().filter(meets).cloned().collect();
                    for limit in [2, 50] {
                        assert_eq!(all(&*reader, &filter, false, limit).await.0, expected, "{filter:?}");
                    }
                    expected.reverse();
                    assert_eq!(all(&*reader, &filter, true, 3).await.0, expected, "{filter:?}");
                }
            }
        }
    }
    let other = w.store.reader(&w.b);
    assert_eq!(all(&*other, &EntryFilter::default(), false, 9).await, (vec![], 1));
}

pub async fn a_page_looks_at_so_many_entries_and_goes_on(w: World) {
    let (writer, reader) = (w.writer().await, w.reader());
    let row = w.opened(&*writer, "inc-1", 1).await;
    // One that is looked for, so many that are not, and one more.
    let mut left = JOURNAL_LOOKED_AT + 5;
    let rare = |w: &World| of(w, "rare.found", "thing-1", "usr-1");
    let told = async |facts: Vec<Fact>| {
        let mut change = change_of(&row, w.now());
        change.facts = facts;
        writer.change(change, None).await.unwrap();
    };
    told(vec![rare(&w)]).await;
    while left > 0 {
        let part = left.min(2_500);
        told((0..part).map(|_| of(&w, "usual.seen", "thing-1", "usr-2")).collect()).await;
        left -= part;
    }
    told(vec![rare(&w)]).await;
    let filter = |subject: Option<&str>, actor: Option<&str>| EntryFilter {
        kinds: Some(Kinds::Of("rare.".into())),
        subject: subject.map(str::to_owned),
        actor: actor.map(str::to_owned),
        ..EntryFilter::default()
    };
    for filter in [
        filter(None, None),
        filter(Some("thing-1"), None),
        filter(None, Some("usr-1")),
    ] {
        for newest_first in [false, true] {
            let (found, pages) = all(&*reader, &filter, newest_first, 9).await;
            assert_eq!((found.len(), pages), (2, 2), "{filter:?}");
            let first = reader.journal_like(&filter, newest_first, page(9, None)).await.unwrap();
            assert_eq!((first.items.len(), first.next.is_some()), (1, true), "{filter:?}");
        }
    }
}
