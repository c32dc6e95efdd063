//! Long memories: found by what they are, and only by the company whose they are.

use std::sync::Arc;

use actors::domain::outcome::{AuthorRole, Effectiveness, LongMemory, Source, Verdict};
use actors::domain::recall::{Matched, RecallAsk, Recalled, words::words};
use actors::domain::{CompanyId, Timestamp};
use actors::limits::RECALLED;
use actors::port::{Amended, Lookup, Put, RecordKind, Writer};
use actors::port::{Clock, Store};
use actors::recall::recall;
use alert_whisperer::store::{MongoStore, SqliteStore};
use mongodb::bson::{Document, doc};

use super::World;
use super::records::of;
use crate::support::clock::ManualClock;
use crate::support::engine::{Engine, Home};
use crate::support::profile::database;

/// Takes away by what an embedded store finds memories.
pub const UNINDEXED: &str = "DROP TABLE memory; DROP TABLE memory_tag; DROP TABLE memory_word; DROP TABLE memory_text;";

/// A post-mortem of a technician; its number says how late it was written.
pub fn written(company: &CompanyId, no: u32, signature: &str, tags: &[&str], text: &str) -> LongMemory {
    LongMemory {
        memory_id: format!("mem-{no:05}").parse().unwrap(),
        company_id: company.clone(),
        signature: signature.to_owned(),
        tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
        resolution: text.to_owned(),
        outcome: Verdict::Success,
        runbook_used: None,
        runbook_id: None,
        incident_id: None,
        run_id: None,
        created_at: Timestamp::from_millis(1_000_000 + i64::from(no) * 1_000),
        source: Source::Person {
            author: "usr-1".to_owned(),
            role: AuthorRole::Technician,
        },
        quarantine: None,
    }
}

async fn keep(writer: &dyn Writer, memories: &[LongMemory]) {
    for some in memories.chunks(500) {
        let puts = some.iter().map(|memory| Put::new(memory).unwrap()).collect();
        assert_eq!(writer.amend(of(puts), None).await, Ok(Amended::Done));
    }
}

fn ask(signature: Option<&str>, tags: &[&str], q: &str) -> RecallAsk {
    RecallAsk {
        signature: signature.map(str::to_owned),
        tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
        q: Some(q.to_owned()),
        limit: 9,
        with_quarantined: false,
    }
}

async fn recalled(w: &World, company: &CompanyId, ask: &RecallAsk) -> Vec<Recalled> {
    let now = w.now();
    recall(&*w.store.reader(company), ask, now).await.unwrap()
}

/// The last digit of each one's number, and by what it was found.
fn ids(recalled: &[Recalled]) -> Vec<(&str, Matched)> {
    recalled
        .iter()
        .map(|one| (&one.memory.memory_id.as_str()[8..], one.matched))
        .collect()
}

pub async fn memories_are_found_by_signature_tags_and_words(w: World) {
    let writer = w.writer().await;
    keep(
        &*writer,
        &[
            written(&w.a, 1, "disk-full", &["linux", "web"], "Removed old core dumps."),
            written(&w.a, 2, "disk-full", &["web"], "Grew the volume."),
            written(
                &w.a,
                3,
                "memory-high",
                &["linux"],
                "Restarted the BROKER; the oomkiller had taken it",
            ),
            written(&w.a, 4, "queue-stuck", &[], "Restarted the broker."),
        ],
    )
    .await;
    use Matched::{Signature, Tag, Words};
    let found = recalled(&w, &w.a, &ask(Some("disk-full"), &[], "")).await;
    assert_eq!(ids(&found), [("2", Signature), ("1", Signature)]);
    assert_eq!(
        found[1].memory,
        written(&w.a, 1, "disk-full", &["linux", "web"], "Removed old core dumps.")
    );
    let found = recalled(&w, &w.a, &ask(None, &["linux", "web"], "")).await;
    assert_eq!(ids(&found), [("1", Tag), ("3", Tag), ("2", Tag)]);
    let found = recalled(&w, &w.a, &ask(None, &[], "broker, oomkiller?")).await;
    assert_eq!(ids(&found), [("3", Words), ("4", Words)]);
    let found = recalled(&w, &w.a, &ask(None, &[], "a disk")).await;
    assert_eq!(ids(&found), [("2", Words), ("1", Words)], "a signature's words too");
    let found = recalled(&w, &w.a, &ask(Some("queue-stuck"), &["web"], "dumps")).await;
    assert_eq!(ids(&found), [("4", Signature), ("1", Tag), ("2", Tag)]);
    assert_eq!(
        recalled(&w, &w.a, &ask(Some("disk"), &["lin"], "oomk")).await,
        [],
        "nothing is guessed"
    );
    let lookup = Lookup {
        words: words("broker nowhere", 9),
        ..Lookup::default()
    };
    let counts = w.reader().recall(&lookup).await.unwrap().counts;
    assert_eq!(counts.words, [2, 0]);
    assert_eq!(w.reader().recall(&Lookup::default()).await.unwrap().found, []);
}

pub async fn only_a_companys_own_memories_are_found(w: World) {
    let (ours, theirs) = (w.writer().await, w.store.acquire(&w.b).await.unwrap());
    keep(&*ours, &[written(&w.a, 1, "disk-full", &["web"], "Removed dumps.")]).await;
    keep(
        &*theirs,
        &[written(&w.b, 1, "disk-full", &["web"], "Removed dumps and logs.")],
    )
    .await;
    let asked = ask(Some("disk-full"), &["web"], "removed dumps logs");
    for company in [&w.a, &w.b] {
        let found = recalled(&w, company, &asked).await;
        assert_eq!(found.len(), 1);
        assert_eq!(&found[0].memory.company_id, company);
    }
    let lookup = asked.lookup();
    let counts = w.reader().recall(&lookup).await.unwrap().counts;
    assert_eq!(
        (counts.signature, counts.tags, counts.words),
        (1, vec![1], vec![1, 1, 0]),
        "nor counted"
    );
    let stranger = w.store.reader(&"comp-nobody".parse().unwrap());
    assert!(stranger.recall(&lookup).await.is_err());
}

pub async fn what_is_changed_or_removed_is_found_as_it_is(w: World) {
    let writer = w.writer().await;
    let first = written(&w.a, 1, "disk-full", &["web"], "Removed dumps.");
    keep(
        &*writer,
        &[first.clone(), written(&w.a, 2, "disk-full", &["web"], "Removed logs.")],
    )
    .await;
    let changed = LongMemory {
        signature: "disk-slow".to_owned(),
        tags: vec!["db".to_owned()],
        resolution: "Replaced the battery.".to_owned(),
        ..first.clone()
    };
    let put = Put::change(&changed, 1).unwrap();
    assert_eq!(writer.amend(of(vec![put]), None).await, Ok(Amended::Done));
    for (asked, expected) in [
        (ask(Some("disk-full"), &[], ""), vec![("2", Matched::Signature)]),
        (ask(None, &["web"], ""), vec![("2", Matched::Tag)]),
        (ask(None, &[], "dumps"), vec![]),
        (ask(Some("disk-slow"), &[], ""), vec![("1", Matched::Signature)]),
        (ask(None, &["db"], ""), vec![("1", Matched::Tag)]),
        (ask(None, &[], "battery"), vec![("1", Matched::Words)]),
        (ask(None, &[], "removed"), vec![("2", Matched::Words)]),
    ] {
        assert_eq!(ids(&recalled(&w, &w.a, &asked).await), expected, "{asked:?}");
    }
    // What changes nothing by which it is found is found as before.
    let failed = LongMemory {
        outcome: Verdict::Failure,
        ..changed
    };
    let put = Put::change(&failed, 2).unwrap();
    assert_eq!(writer.amend(of(vec![put]), None).await, Ok(Amended::Done));
    let found = recalled(&w, &w.a, &ask(None, &[], "battery")).await;
    assert_eq!(found[0].memory, failed);
    let put = Put::remove(RecordKind::LongMemory, "mem-00001".to_owned(), 3);
    assert_eq!(writer.amend(of(vec![put]), None).await, Ok(Amended::Done));
    let everything = ask(Some("disk-slow"), &["db"], "replaced battery disk slow db");
    assert_eq!(ids(&recalled(&w, &w.a, &everything).await), [("2", Matched::Words)]);
    let counts = w.reader().recall(&everything.lookup()).await.unwrap().counts;
    assert_eq!(
        (counts.signature, counts.tags, counts.words),
        (0, vec![0], vec![0, 0, 1, 0, 0])
    );
    let again = written(&w.a, 1, "disk-full", &["web"], "Removed dumps.");
    keep(&*writer, &[again]).await;
    assert_eq!(
        ids(&recalled(&w, &w.a, &ask(None, &[], "dumps")).await),
        [("1", Matched::Words)]
    );
}

pub async fn what_runs_have_shown_comes_with_a_memory(w: World) {
    let writer = w.writer().await;
    let of_run = LongMemory {
        runbook_used: Some("disk-cleanup-v1".to_owned()),
        source: Source::Run,
        ..written(&w.a, 1, "disk-full", &[], "Executed disk-cleanup.")
    };
    keep(&*writer, &[of_run, written(&w.a, 2, "disk-full", &[], "By hand.")]).await;
    let asked = ask(Some("disk-full"), &[], "");
    let trusted = |found: Vec<Recalled>| -> Vec<(String, Option<(u64, u64)>)> {
        let counts = |outcomes: Effectiveness| (outcomes.runs, outcomes.successes);
        let one = |one: Recalled| (one.memory.memory_id.to_string(), one.outcomes.map(counts));
        found.into_iter().map(one).collect()
    };
    let found = trusted(recalled(&w, &w.a, &asked).await);
    assert_eq!(found, [("mem-00001".to_owned(), None), ("mem-00002".to_owned(), None)]);
    let mut outcomes = Effectiveness::first(&"disk-cleanup".parse().unwrap(), "disk-full").and(Verdict::Success);
    let put = Put::new(&outcomes).unwrap();
    assert_eq!(writer.amend(of(vec![put]), None).await, Ok(Amended::Done));
    let found = trusted(recalled(&w, &w.a, &asked).await);
    assert_eq!(found[0], ("mem-00001".to_owned(), Some((1, 1))));
    for _ in 0..10 {
        outcomes = outcomes.and(Verdict::Failure);
    }
    let put = Put::change(&outcomes, 1).unwrap();
    assert_eq!(writer.amend(of(vec![put]), None).await, Ok(Amended::Done));
    let found = trusted(recalled(&w, &w.a, &asked).await);
    assert_eq!(
        found,
        [("mem-00002".to_owned(), None)],
        "what does not help is not recalled"
    );
    let all = RecallAsk {
        with_quarantined: true,
        ..asked
    };
    let found = recalled(&w, &w.a, &all).await;
    assert!(found[1].quarantined.is_some() && found[1].trust < 0.2, "{found:?}");
}

pub async fn no_text_is_taken_for_syntax(w: World) {
    let writer = w.writer().await;
    keep(
        &*writer,
        &[written(&w.a, 1, "disk-full", &["web"], "Removed near dumps.")],
    )
    .await;
    for text in [
        "\"dumps",
        "dumps*",
        "words:dumps",
        "dumps OR",
        "NEAR(dumps near, 2)",
        "-dumps",
        "^dumps",
        "dumps AND NOT removed",
        "\"\"",
        "(",
        "dumps) OR (x",
        "$where dumps",
        "\\\"dumps\\\"",
        "{dumps}",
        "dumps\u{0}",
        "'; DROP TABLE record; --dumps",
    ] {
        let found = recalled(&w, &w.a, &ask(None, &[], text)).await;
        let is_named = text.contains("dumps");
        assert_eq!(found.len(), usize::from(is_named), "{text}");
        assert_eq!(recalled(&w, &w.a, &ask(Some(text), &[], "")).await, [], "{text}");
        assert_eq!(recalled(&w, &w.a, &ask(None, &[text], "")).await, [], "{text}");
    }
}

pub async fn the_rare_and_the_newest_are_found_among_many(w: World) {
    let writer = w.writer().await;
    let mut memories: Vec<LongMemory> = (0..700)
        .map(|no| written(&w.a, no, "disk-full", &["web"], "Removed old logs again."))
        .collect();
    memories[3].resolution = "Removed old logs again; a kestrel sat on the antenna.".to_owned();
    memories[5].tags.push("rare".to_owned());
    keep(&*writer, &memories).await;
    for limit in [5, RECALLED] {
        let lookup = RecallAsk {
            limit,
            ..ask(Some("disk-full"), &[], "")
        }
        .lookup();
        let found = w.reader().recall(&lookup).await.unwrap();
        assert_eq!(found.found.len(), lookup.candidates());
    }
    let newest = recalled(&w, &w.a, &ask(Some("disk-full"), &[], "")).await;
    assert_eq!(newest[0].memory, memories[699]);
    let rare = recalled(&w, &w.a, &ask(None, &[], "old logs again kestrel")).await;
    assert_eq!(rare[0].memory, memories[3], "a rare word says most");
    let tagged = recalled(&w, &w.a, &ask(None, &["web", "rare"], "")).await;
    assert_eq!(tagged[0].memory, memories[5]);
    let common = recalled(&w, &w.a, &ask(None, &[], "old logs again")).await;
    assert_eq!(common.len(), 9);
}

pub async fn an_old_one_with_two_common_words_is_found_among_many(w: World) {
    let writer = w.writer().await;
    let common = |no: u32| {
        written(
            &w.a,
            no,
            "disk-full",
            &[],
            ["Removed logs.", "Replaced fans."][no as usize % 2],
        )
    };
    let mut memories: Vec<LongMemory> = (0..2_400).map(common).collect();
    memories[3].resolution = "Removed fans.".to_owned();
    keep(&*writer, &memories).await;
    let found = recalled(&w, &w.a, &ask(None, &[], "removed fans")).await;
    assert_eq!(found[0].memory, memories[3]);
}

pub async fn older_ones_are_found_when_the_newest_are_removed(w: World) {
    let writer = w.writer().await;
    let memories: Vec<LongMemory> = (0..900)
        .map(|no| written(&w.a, no, "disk-full", &["web"], "Removed old logs."))
        .collect();
    keep(&*writer, &memories).await;
    for some in memories[300..].rchunks(500) {
        let remove = |memory: &LongMemory| Put::remove(RecordKind::LongMemory, memory.memory_id.to_string(), 1);
        let removed = writer.amend(of(some.iter().map(remove).collect()), None).await;
        assert_eq!(removed, Ok(Amended::Done));
    }
    for asked in [
        ask(Some("disk-full"), &[], ""),
        ask(None, &["web"], ""),
        ask(None, &[], "logs"),
    ] {
        let asked = RecallAsk {
            limit: RECALLED,
            ..asked
        };
        let lookup = asked.lookup();
        let found = w.reader().recall(&lookup).await.unwrap();
        assert_eq!(found.found.len(), lookup.candidates(), "{asked:?}");
        assert_eq!(recalled(&w, &w.a, &asked).await[0].memory, memories[299], "{asked:?}");
    }
}

#[tokio::test]
async fn what_an_older_file_holds_is_found_once_it_is_opened() {
    let (clock, home) = (Arc::new(ManualClock::default()), Home::on(Engine::Sqlite));
    let store = SqliteStore::open(&home.data(), clock.clone()).unwrap();
    let w = World::new(store.clone(), clock.clone(), None).await;
    let memories = [
        written(&w.a, 1, "disk-full", &["web"], "Removed dumps."),
        written(&w.a, 2, "disk-full", &[], "Removed logs."),
    ];
    keep(&*w.writer().await, &memories).await;
    store.close();
    drop((w, store));
    let file = rusqlite::Connection::open(home.data().join("store.db")).unwrap();
    file.execute_batch(&format!("{UNINDEXED} PRAGMA user_version = 7"))
        .unwrap();
    drop(file);
    let store = SqliteStore::open(&home.data(), clock.clone()).unwrap();
    let company = memories[0].company_id.clone();
    let found = async |asked: RecallAsk| -> Vec<LongMemory> {
        let found = recall(&*store.reader(&company), &asked, clock.now()).await.unwrap();
        found.into_iter().map(|one| one.memory).collect()
    };
    let [first, second] = &memories;
    assert_eq!(
        found(ask(Some("disk-full"), &[], "")).await,
        [second.clone(), first.clone()]
    );
    assert_eq!(found(ask(None, &["web"], "")).await, std::slice::from_ref(first));
    assert_eq!(found(ask(None, &[], "logs")).await, std::slice::from_ref(second));
    store.close();
}

#[tokio::test]
async fn what_an_older_database_holds_is_found_once_it_is_opened() {
    let (clock, home) = (Arc::new(ManualClock::default()), Home::on(Engine::Mongodb));
    let url = home.mongo_url().unwrap();
    let store = MongoStore::open(url, clock.clone()).await.unwrap();
    let w = World::new(store.clone(), clock.clone(), None).await;
    let memories = [
        written(&w.a, 1, "disk-full", &["web"], "Removed dumps."),
        written(&w.a, 2, "disk-full", &[], "Removed logs."),
    ];
    keep(&*w.writer().await, &memories).await;
    store.close().await;
    let database = database(url).await;
    let long_memory = database.collection::<Document>("long_memory");
    let without = doc! { "$unset": { "terms": "" } };
    long_memory.update_many(doc! {}, without).await.unwrap();
    let old = doc! { "name": "by_text", "key": { "company_id": 1, "resolution": "text" } };
    let command = doc! { "createIndexes": "long_memory", "indexes": [old] };
    database.run_command(command).await.unwrap();
    let schema = database.collection::<Document>("schema");
    let terms = database.collection::<Document>("memory_terms");
    // Version 4 twice, as where the first try was cut short; terms of version 5 did not name their newest.
    for version in [4_i64, 4, 5] {
        terms
            .update_many(doc! {}, doc! { "$unset": { "newest": "" } })
            .await
            .unwrap();
        schema
            .update_one(doc! {}, doc! { "$set": { "version": version } })
            .await
            .unwrap();
        let store = MongoStore::open(url, clock.clone()).await.unwrap();
        let reader = store.reader(&w.a);
        let asked = ask(Some("disk-full"), &["web"], "removed logs");
        let found = recall(&*reader, &asked, clock.now()).await.unwrap();
        assert_eq!(found.len(), 2, "{found:?}");
        let counts = reader.recall(&asked.lookup()).await.unwrap().counts;
        assert_eq!((counts.signature, counts.tags, counts.words), (2, vec![1], vec![2, 1]));
        store.close().await;
    }
    let indexes = long_memory.list_index_names().await.unwrap();
    assert!(!indexes.contains(&"by_text".to_owned()), "{indexes:?}");
}
